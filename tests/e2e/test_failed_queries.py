"""A query that fails changes nothing; tocsin says that it is blind."""

import json
import unittest

from harness import CutBody, EndToEnd, ProxyAnswer, ProxyHang, Slow, wait_for, when


def vector(*series):
    """The body of a good answer. Each series is (labels, value)."""
    result = [{"metric": labels, "value": [1, value]} for labels, value in series]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})


def answer(result_type, result):
    return json.dumps({"status": "success", "data": {"resultType": result_type, "result": result}})


FAULTS = {
    "status 500": ProxyAnswer(500, '{"status":"error","errorType":"internal","error":"storage"}', "application/json"),
    "status 422": ProxyAnswer(422, '{"status":"error","errorType":"execution","error":"many"}', "application/json"),
    "status 302": ProxyAnswer(302, "elsewhere"),
    "plain 503 while starting": ProxyAnswer(503, "Service Unavailable"),
    "HTML with status 200": ProxyAnswer(200, "<html>login</html>", "text/html"),
    "empty body": ProxyAnswer(200, "", "application/json"),
    "not JSON": ProxyAnswer(200, '{"status":"success","data":{', "application/json"),
    "status error with 200": ProxyAnswer(200, '{"status":"error","error":"x"}', "application/json"),
    "no data": ProxyAnswer(200, '{"status":"success"}', "application/json"),
    "a matrix": ProxyAnswer(200, answer("matrix", []), "application/json"),
    "a string": ProxyAnswer(200, answer("string", [1, "x"]), "application/json"),
    "a value that is no number": ProxyAnswer(200, vector(({"a": "1"}, "seven")), "application/json"),
    "a histogram sample": ProxyAnswer(200, answer("vector", [
        {"metric": {}, "histogram": [1, {"count": "1", "sum": "1"}]}]), "application/json"),
    "the same labels twice": ProxyAnswer(200, vector(({"a": "1"}, "0"), ({"a": "1"}, "0")), "application/json"),
    "an answer called partial": ProxyAnswer(
        200, '{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]}}', "application/json"),
    "a body over the limit": ProxyAnswer(200, vector(({"a": "1"}, "0")) + " " * 2_000_000, "application/json"),
    "a cut body": CutBody(),
    "no answer in time": ProxyHang(),
}


class FailuresChangeNothing(EndToEnd):
    def test_an_open_incident_stays_open_through_every_kind_of_failure(self):
        proxy = self.proxy()
        agent = self.agent(self.rule(missing="0s"),
                           prometheus={"url": proxy.url, "timeout": "500ms", "body_limit": "1MiB"})
        self.set(1)
        agent.wait_incident("open")
        self.set(0)
        agent.wait_incident("resolved")
        self.set(1)
        agent.wait_incident("open")
        incidents = self.shown(agent)
        for name, fault in FAULTS.items():
            with self.subTest(name), proxy.failing(fault):
                agent.wait_failures("Probe", 1)
                self.assertEqual(incidents, self.shown(agent))
                self.assertTrue(self.last_error(agent), "the rule shows its last error")
        with self.subTest("refused"), proxy.refusing():
            agent.wait_failures("Probe", 1)
            self.assertEqual(incidents, self.shown(agent))
        wait_for(lambda: not self.last_error(agent), what="the error to be forgotten")

    def shown(self, agent):
        return [(incident["id"], incident["state"], incident["flaps"]) for incident in agent.incidents()]

    def last_error(self, agent):
        return find_error(agent.get("/api/v1/rules").json()["data"])

    def test_a_pending_series_neither_opens_nor_is_forgotten(self):
        proxy = self.proxy()
        agent = self.agent(self.rule(for_="3s"), prometheus={"url": proxy.url, "timeout": "500ms"},
                           rules={"catch_up": "0s"})
        self.set(1)
        wait_for(lambda: agent.metric("tocsin_series", state="pending") == 1, what="a pending series")
        seen = agent.metric("tocsin_rule_last_evaluation_timestamp_seconds", rule="Probe")
        with proxy.failing(FAULTS["status 500"]):
            agent.wait_failures("Probe", 4)
            self.assertEqual([], agent.incidents())
        incident = agent.wait_incident("open")
        self.assertLessEqual(when(incident["series"][0]["since"]), seen)

    def test_two_series_that_differ_only_in_their_name_are_the_same_labels_twice(self):
        agent = self.agent(self.rule(query=f'{{__name__=~"{self.metric}|{self.metric}_other"}}'))
        self.exporter.set(self.metric + "_other", 1, pod="a")
        self.set(1, pod="a")
        agent.wait_failures("Probe", 2)

    def test_a_rule_that_fails_does_not_touch_another_in_the_same_request(self):
        broken = f'{self.metric} * on() {self.metric}'
        agent = self.agent(self.rule("Good"), self.rule("Bad", query=broken))
        self.exporter.set(self.metric, 1, pod="a")
        self.set(1, pod="b")
        agent.wait_failures("Bad", 2)
        agent.wait_incident("open", rule="Good", count=2)
        self.assertEqual(0, agent.metric("tocsin_rule_evaluation_failures_total", rule="Good"))

    def test_a_slow_answer_within_the_timeout_is_an_answer(self):
        proxy = self.proxy()
        agent = self.agent(self.rule(), prometheus={"url": proxy.url, "timeout": "5s"})
        with proxy.failing(Slow(0.5)):
            self.set(1)
            agent.wait_incident("open")
        self.assertEqual(0, agent.metric("tocsin_rule_evaluation_failures_total", rule="Probe"))

    def test_a_tick_that_is_due_while_the_last_one_runs_counts_as_missed(self):
        proxy = self.proxy()
        agent = self.agent(self.rule(), prometheus={"url": proxy.url, "timeout": "10s"})
        with proxy.failing(Slow(3)):
            wait_for(lambda: agent.metric("tocsin_rule_missed_evaluations_total", rule="Probe") >= 2,
                     what="missed evaluations")


class Partial(EndToEnd):
    def test_a_rule_may_allow_a_partial_answer(self):
        proxy = self.proxy()
        body = json.loads(vector(({"pod": "a"}, "7"))) | {"isPartial": True}
        agent = self.agent(self.rule("Strict"), self.rule("Lenient", query=self.metric + " + 0", allow_partial=True),
                           prometheus={"url": proxy.url})
        with proxy.failing(ProxyAnswer(200, json.dumps(body), "application/json")):
            agent.wait_incident("open", rule="Lenient")
            agent.wait_failures("Strict", 1)
            self.assertEqual([], agent.incidents(rule="Strict"))


class TocsinBlind(EndToEnd):
    def test_one_incident_for_all_rules_opens_and_resolves_by_itself(self):
        proxy = self.proxy()
        agent = self.agent(self.rule("First"), self.rule("Second", "> 100"),
                           prometheus={"url": proxy.url, "unreachable_after": "2s"})
        self.set(1)
        agent.wait_incident("open", rule="First")
        self.wait_told(1)
        with proxy.refusing():
            blind = agent.wait_incident("open", rule="TocsinBlind")
            self.assertEqual("SEV2", blind["severity"])
            self.assertEqual("open", agent.wait_incident("open", rule="First")["state"])
            agent.wait_metric(0, "tocsin_prometheus_up")
            self.wait_told(2)
        self.assertEqual(blind["id"], agent.wait_incident("resolved", rule="TocsinBlind")["id"])
        wait_for(lambda: agent.metric("tocsin_prometheus_up") == 1, what="tocsin_prometheus_up")
        self.wait_told(3)
        names = [(body["alerts"][0]["labels"]["alertname"], body["status"]) for body in self.wait_told(3)]
        self.assertEqual([("First", "firing"), ("TocsinBlind", "firing"), ("TocsinBlind", "resolved")], names)
        self.assertEqual(2, len(agent.incidents()))

    def test_a_short_outage_is_no_incident(self):
        proxy = self.proxy()
        agent = self.agent(self.rule(), prometheus={"url": proxy.url, "unreachable_after": "1m"})
        with proxy.refusing():
            agent.wait_failures("Probe", 2)
        agent.wait_evaluations("Probe", 2)
        self.assertEqual([], agent.incidents())

    def test_a_prometheus_that_was_never_there_is_an_incident_too(self):
        proxy = self.proxy()
        agent = self.new_agent(self.rule(), prometheus={"url": proxy.url, "unreachable_after": "2s"})
        with proxy.refusing():
            agent.start(ready=False)
            self.wait_told(1)
            self.assertEqual("TocsinBlind", self.wait_told(1)[0]["alerts"][0]["labels"]["alertname"])
        agent.wait_incident("resolved", rule="TocsinBlind")


class TocsinRuleFailing(EndToEnd):
    def test_a_single_rule_failing_opens_and_resolves(self):
        agent = self.agent(self.rule("Good", "> 100"), self.rule("Bad", query=f"{self.metric} * on() {self.metric}"),
                           prometheus={"url": self.prometheus.url, "unreachable_after": "2s"})
        self.exporter.set(self.metric, 1, pod="a")
        self.set(1, pod="b")
        failing = agent.wait_incident("open", rule="TocsinRuleFailing")
        self.assertEqual("SEV3", failing["severity"])
        self.assertIn("Bad", json.dumps(agent.incident(failing["id"])))
        self.assertEqual([], agent.incidents(rule="TocsinBlind"))
        self.unset(pod="b")
        agent.wait_incident("resolved", rule="TocsinRuleFailing")

    def test_two_failing_rules_are_two_incidents(self):
        broken = f"{self.metric} * on() {self.metric}"
        agent = self.agent(self.rule("Good", "> 100"), self.rule("BadOne", query=broken),
                           self.rule("BadTwo", query=broken + " + 1"),
                           prometheus={"url": self.prometheus.url, "unreachable_after": "2s"})
        self.exporter.set(self.metric, 1, pod="a")
        self.set(1, pod="b")
        agent.wait_incident("open", rule="TocsinRuleFailing", count=2)


class Grid(EndToEnd):
    def test_evaluation_times_lie_on_a_grid_that_a_restart_does_not_move(self):
        proxy = self.proxy()
        agent = self.agent(self.rule(interval="2s"), prometheus={"url": proxy.url})
        agent.wait_evaluations("Probe", 2)
        before = self.offsets(proxy)
        agent.stop()
        proxy.requests.clear()
        agent.start()
        after = wait_for(lambda: self.offsets(proxy), what="a query after the restart")
        self.assertEqual(1, len(before), before)
        self.assertEqual(before, after)

    def offsets(self, proxy):
        return {round(float(asked.form["time"]) * 1000) % 2000 for asked in proxy.asked(self.metric)
                if asked.path.endswith("/query")}

    def test_query_offset_moves_the_time_that_is_asked_for(self):
        proxy = self.proxy()
        agent = self.agent(self.rule(), prometheus={"url": proxy.url, "query_offset": "1h"})
        agent.wait_evaluations("Probe", 2)
        evaluated = agent.metric("tocsin_rule_last_evaluation_timestamp_seconds", rule="Probe")
        asked = float(proxy.asked(self.metric)[-1].form["time"])
        self.assertTrue(3590 < evaluated - asked < 3610 or evaluated - asked < 10, (evaluated, asked))
        self.set(1)
        agent.wait_evaluations("Probe", 2)
        self.assertEqual([], agent.incidents())

    def test_rules_with_the_same_query_and_interval_are_asked_once(self):
        proxy = self.proxy()
        agent = self.agent(*[self.rule(f"Rule{n}", f"> {n}") for n in range(5)], prometheus={"url": proxy.url})
        agent.wait_evaluations("Rule0", 3)
        evaluations = agent.metric("tocsin_rule_evaluations_total")
        self.assertLessEqual(len(proxy.asked(self.metric)), evaluations / 5 + 2)

    def test_headers_credentials_and_the_path_prefix_reach_prometheus(self):
        proxy = self.proxy()
        agent = self.new_agent(self.rule(), prometheus={
            "url": proxy.url + "/prometheus", "headers": {"X-Scope-OrgID": "tenant"},
            "basic_auth": {"username": "u", "password": "prometheus-secret"}})
        agent.start(ready=False)
        asked = wait_for(lambda: proxy.asked(self.metric), what="a query")[0]
        self.assertTrue(asked.path.startswith("/prometheus/api/v1/query"), asked.path)
        self.assertEqual("tenant", asked.headers["X-Scope-OrgID"])
        self.assertTrue(asked.headers["Authorization"].startswith("Basic "))


def find_error(value):
    """The first non-empty text under a key like lastError or last_error, wherever it stands."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key.replace("_", "").lower() == "lasterror" and item:
                return item
        value = list(value.values())
    if isinstance(value, list):
        return next((error for error in map(find_error, value) if error), None)
    return None


if __name__ == "__main__":
    unittest.main()
