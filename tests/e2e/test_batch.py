"""Rules that are asked in one request: nobody can tell, but Prometheus, which has less to do."""

import unittest

from harness import EndToEnd, ProxyHang, wait_for
from harness.slot import in_one_slot

LABEL = "__tocsin_rule__"


class Batch(EndToEnd):
    def together(self, name, query, **keys):
        return self.rule(name, query=in_one_slot(query), interval="1s", **keys)

    def watch(self, *rules, **prometheus):
        """An agent behind a proxy that sees what is asked."""
        self.proxied = self.proxy()
        agent = self.agent(*rules, prometheus={"url": self.proxied.url} | prometheus)
        self.let_pass(agent, rules, 3)
        return agent

    def let_pass(self, agent, rules, ticks):
        """So many ticks of each rule."""
        def evaluations():
            metrics = agent.metrics()
            return [metrics.value("tocsin_rule_evaluations_total", rule=rule["name"]) for rule in rules]

        before = evaluations()
        wait_for(lambda: all(now >= then + ticks for now, then in zip(evaluations(), before)),
                 what=f"{ticks} more evaluations of each rule")

    def asked_lately(self, agent, rules):
        """The queries of one whole tick."""
        before = len(self.proxied.requests)
        self.let_pass(agent, rules, 2)
        return [asked.form["query"] for asked in self.proxied.requests[before:]]

    def rule_status(self, agent, name):
        return next(rule for rule in agent.get("/api/v1/rules").json()["data"]["rules"] if rule["name"] == name)

    def labels_of_open(self, agent, rule):
        return sorted(str(series["labels"]) for incident in agent.incidents(state="active", rule=rule)
                      for series in agent.incident(incident["id"])["series"])

    def test_rules_of_one_slot_share_a_request_and_each_has_its_own_answer(self):
        self.set(1, pod="a")
        self.set(5, pod="b")
        rules = [self.together("Any", self.metric), self.together("Many", self.metric, threshold="> 3"),
                 self.together("Sum", f"sum({self.metric})", threshold="== 6"),
                 self.together("Never", self.metric, threshold="> 9")]
        agent = self.watch(*rules)
        agent.wait_incident("open", "Any", count=2)
        agent.wait_incident("open", "Many")
        self.assertEqual([], agent.incidents(rule="Never"))
        self.assertEqual(["{}"], self.labels_of_open(agent, "Sum"))
        self.assertNotIn(LABEL, str(agent.incidents()))
        wait_for(lambda: any(all(rule["query"] in asked.form["query"] for rule in rules)
                             for asked in list(self.proxied.requests)), what="one request for all four")

    def test_a_query_that_fails_fails_alone(self):
        self.set(1, pod="a")
        self.set(2, pod="b")
        wrong = self.together("Wrong", f"{self.metric} * on() {self.metric}")
        right = [self.together(f"Right{number}", f"{self.metric} + {number}") for number in range(5)]
        agent = self.watch(wrong, *right)
        self.assertIn("many-to-many", self.rule_status(agent, "Wrong")["last_error"])
        for rule in right:
            self.assertEqual(0, agent.metric("tocsin_rule_evaluation_failures_total", rule=rule["name"]))
        asked = self.asked_lately(agent, right)
        self.assertTrue(any(query == wrong["query"] for query in asked), "the culprit is asked alone from then on")
        self.assertFalse(any(LABEL in query and wrong["query"] in query for query in asked))
        self.assertTrue(any(LABEL in query for query in asked), "the others stay together")

    def test_a_scalar_is_asked_alone(self):
        self.set(1)
        rules = [self.together("Scalar", f"scalar({self.metric})"), self.together("Vector", self.metric),
                 self.together("Number", "2")]
        agent = self.watch(*rules)
        for rule in rules:
            agent.wait_incident("open", rule["name"])
            self.assertEqual(0, agent.metric("tocsin_rule_evaluation_failures_total", rule=rule["name"]))

    def test_what_is_asked_alone_stays_so_over_a_reload_of_other_rules(self):
        self.set(1)
        rules = [self.together("Scalar", f"scalar({self.metric})"), self.together("Plain", self.metric),
                 self.together("Other", f"{self.metric} > 0")]
        agent = self.watch(*rules)
        before = len(self.proxied.requests)
        agent.rules["rule"].append(self.together("New", f"{self.metric} * 2"))
        agent.reload()
        self.let_pass(agent, rules, 3)
        asked = [request.form["query"] for request in self.proxied.requests[before:]]
        self.assertFalse(any(LABEL in query and rules[0]["query"] in query for query in asked))
        self.assertTrue(any(LABEL in query and rules[1]["query"] in query for query in asked))

    def test_queries_are_not_read_as_parts_of_one_another(self):
        self.set(1)
        rules = [self.together("Reaching", f"{self.metric}) or (vector(1)"), self.together("Plain", self.metric),
                 self.together("Other", f"{self.metric} > 0")]
        agent = self.watch(*rules)
        self.assertIn("parse error", self.rule_status(agent, "Reaching")["last_error"])
        agent.wait_incident("open", "Plain")
        agent.wait_incident("open", "Other")

    def test_series_that_differ_only_in_their_name_are_that_rules_fault(self):
        self.set(1)
        self.exporter.set(self.metric + "_too", 1)
        self._scraped()
        rules = [self.together("Twice", f'{{__name__=~"{self.metric}(_too)?"}}'), self.together("Once", self.metric)]
        agent = self.watch(*rules)
        self.assertIn("the same labels twice", self.rule_status(agent, "Twice")["last_error"])
        agent.wait_incident("open", "Once")

    def test_a_series_that_has_the_label_keeps_it(self):
        self.set(1, **{LABEL: "mine", "pod": "a"})
        rules = [self.together("Labelled", self.metric), self.together("Sum", f"sum({self.metric})")]
        agent = self.watch(*rules)
        incident = agent.wait_incident("open", "Labelled")
        self.assertEqual("mine", incident["labels"][LABEL])
        agent.wait_incident("open", "Sum")

    def test_a_query_that_hangs_holds_up_no_other(self):
        self.set(1)
        slow = self.together("Slow", f"{self.metric} * 1")
        quick = [self.together("Quick", self.metric),
                 self.rule("Elsewhere", query=f"{self.metric} + 7", interval="1s")]
        agent = self.watch(slow, *quick, timeout="1s")
        with self.proxied.failing(ProxyHang(), only=slow["query"]):
            agent.wait_failures("Slow", 3)
            agent.wait_evaluations("Quick", more=3)
            self.assertEqual("", self.rule_status(agent, "Quick")["last_error"] or "")
        wait_for(lambda: not self.rule_status(agent, "Slow")["last_error"], what="the query to be answered again")

    def test_one_by_one_where_so_configured(self):
        self.set(1)
        rules = [self.together("One", self.metric), self.together("Two", f"sum({self.metric})")]
        agent = self.watch(*rules, batch=1)
        self.assertEqual(set(rule["query"] for rule in rules), set(self.asked_lately(agent, rules)))


if __name__ == "__main__":
    unittest.main()
