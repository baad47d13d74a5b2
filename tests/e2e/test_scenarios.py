"""What has bitten users of other systems, over restarts, reloads and jumps of the clock: one test each."""

import os
import time
import unittest

from harness import HOOK, Answer, EndToEnd, Exporter, FakeClock, Prometheus, wait_for, when
from harness.slot import in_one_slot


class Restarts(EndToEnd):
    def test_restart_keeps_recover_for_timer(self):
        agent = self.agent(self.rule(recover_for="6s"))
        self.set(1)
        agent.wait_incident("open")
        self.set(0)
        good = time.time()
        agent.wait_evaluations("Probe", 8)  # or a timer that begins anew would not be told from one that goes on
        agent.kill()
        agent.start()
        resolved_at = when(agent.wait_incident("resolved")["resolved_at"])
        self.assertTrue(good + 5 <= resolved_at <= good + 8, resolved_at - good)

    def test_restart_with_short_for_stays_open(self):
        agent = self.agent(self.rule(for_="1s"))
        self.set(1)
        before = agent.wait_incident("open")
        agent.wait_notification("open", "delivered")
        agent.stop()
        agent.start()
        agent.wait_evaluations("Probe", 4)
        incident, = agent.incidents()
        self.assertEqual(("INC-1", "open", before["opened_at"]),
                         (incident["id"], incident["state"], incident["opened_at"]))
        self.assertEqual(["firing"], self.told())

    def test_label_template_identity_after_restart(self):
        labels = {"tier": "{{ if gt $value 5.0 }}high{{ else }}low{{ end }}", "owner": "{{ $labels.pod }}-team"}
        agent = self.agent(self.rule(labels=labels))
        self.set(1, pod="a")
        before = agent.wait_incident("open")
        self.assertEqual(("low", "a-team"), (before["labels"]["tier"], before["labels"]["owner"]))
        agent.wait_notification("open", "delivered")
        agent.kill()
        self.set(9, pod="a")
        agent.start()
        agent.wait_evaluations("Probe", 3)
        self.assertEqual([("INC-1", before["dedup_key"], "open")],
                         [(i["id"], i["dedup_key"], i["state"]) for i in agent.incidents()])
        self.set(0, pod="a")
        self.wait_told(2)
        self.assertEqual(["firing", "resolved"], self.told())
        self.assertEqual(1, len({body["groupKey"] for body in self.receiver.taken("/hook")}))

    def test_gap_in_downtime_is_reread(self):
        agent = self.agent(self.rule(for_="8s"))
        self.set(1)
        wait_for(lambda: agent.metric("tocsin_series", state="pending") == 1, what="a pending series")
        agent.stop()
        self.set(0)
        good = time.time()
        wait_for(lambda: time.time() > good + 2.5, what="the recovery to last")
        bad = time.time()
        self.set(1)
        # An agent that had only forgotten would count from its start.
        wait_for(lambda: time.time() > bad + 3.5, what="the breach to last")
        agent.start()
        incident = agent.wait_incident("open")
        self.assertTrue(bad - 0.1 < when(incident["series"][0]["since"]) < bad + 3.4, (bad, incident))
        self.assertEqual(8, when(incident["opened_at"]) - when(incident["series"][0]["since"]))

    def test_resolved_during_downtime_is_told_after(self):
        agent = self.agent(self.rule(), notifiers={"hook": self.hook(), "pager": self.pager()})
        self.set(1)
        self.wait_paged(1)
        self.wait_told(1)
        agent.stop()
        self.set(0)
        recovered = time.time()
        wait_for(lambda: time.time() > recovered + 3, what="some time to pass")
        agent.start()
        incident = agent.wait_incident("resolved")
        self.assertTrue(recovered - 1 < when(incident["resolved_at"]) < recovered + 1.5, incident)
        self.assertEqual("resolve", self.wait_paged(2)[1]["event_action"])
        self.wait_told(2)
        self.assertEqual(["firing", "resolved"], self.told())

    def test_store_unreadable_at_start_says_so(self):
        agent = self.agent(self.rule())
        self.set(1)
        agent.wait_incident("open")
        agent.stop()
        path = os.path.join(agent.directory, "tocsin.db")
        with open(path, "rb") as file:
            good = file.read()
        self.assertGreater(len(good), 3 * 4096)
        for what, content in (("its header", b"\xff" * 100 + good[100:]),
                              ("a page", good[:8192] + bytes(byte ^ 0xff for byte in good[8192:12288]) + good[12288:]),
                              ("its second half", good[:len(good) // 2])):
            with self.subTest(what):
                with open(path, "wb") as file:
                    file.write(content)
                agent.start(ready=False)
                self.assertEqual(1, agent.wait_exit())
                self.assertIn(path, agent.log().splitlines()[-1])
                with open(path, "rb") as file:
                    self.assertEqual(content, file.read(), "it is left as it was")
        with open(path, "wb") as file:
            file.write(good)
        agent.start()
        self.assertEqual(["INC-1"], [incident["id"] for incident in agent.incidents()])

    def test_resolved_first_opens_nothing(self):
        self.set(0)
        agent = self.agent(self.rule(recover_for="1s"))
        agent.wait_evaluations("Probe", 3)
        agent.stop()
        agent.start()
        agent.wait_evaluations("Probe", 3)
        self.assertEqual([], agent.incidents())
        self.assertEqual([], self.receiver.received("/hook"))


class LittleRoom(EndToEnd):
    """A Prometheus that loads five samples for a query and no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exporter = Exporter()
        cls.prometheus = Prometheus(os.path.join(cls.world_directory, "little-room"), cls.exporter.address,
                                    flags=["--query.max-samples=5"])
        cls.addClassCleanup(cls.prometheus.stop)
        cls.prometheus.start()

    def test_gap_that_is_too_much_for_one_query_is_reread(self):
        agent = self.agent(self.rule())
        self.set(0)
        agent.wait_evaluations("Probe", 2)
        agent.stop()
        self.set(1)
        breached = time.time()
        wait_for(lambda: time.time() > breached + 3, what="the breach to last")
        self.set(0)
        wait_for(lambda: time.time() > breached + 10, what="a gap of more than five evaluations")
        agent.start()
        incident = agent.wait_incident("resolved")
        self.assertTrue(breached - 1 < when(incident["opened_at"]) < breached + 2, incident)
        self.assertNotIn("cannot be read again", agent.log())

    def test_rules_that_are_too_much_for_one_request_are_asked_in_parts(self):
        self.set(1)
        rules = [self.rule(f"Rule{number}", query=in_one_slot(f"{self.metric} * {number}"), interval="1s")
                 for number in range(1, 7)]
        proxied = self.proxy()
        agent = self.agent(*rules, prometheus={"url": proxied.url})
        for rule in rules:
            agent.wait_incident("open", rule["name"])
        asked = [request.form["query"] for request in list(proxied.requests)]
        self.assertTrue(any(all(rule["query"] in query for rule in rules) for query in asked), "all in one request")
        self.assertEqual(0, agent.metric("tocsin_rule_evaluation_failures_total"))


class Reloads(EndToEnd):
    def test_longer_for_after_reload_keeps_state(self):
        agent = self.agent(self.rule(for_="1s"))
        self.set(1)
        agent.wait_incident("open")
        agent.wait_notification("open", "delivered")
        agent.rules["rule"] = [self.rule(for_="1h")]
        agent.reload()
        agent.wait_evaluations("Probe", 4)
        self.assertEqual([("INC-1", "open")], [(i["id"], i["state"]) for i in agent.incidents()])
        self.assertEqual(["firing"], self.told())
        self.set(0)
        agent.wait_incident("resolved")

    def test_recovery_after_reload(self):
        agent = self.agent(self.rule())
        self.set(10)
        self.wait_told(1)
        agent.rules["rule"] = [self.rule(threshold="> 5", severity="SEV1")]
        agent.reload()
        self.set(0)
        self.assertEqual("INC-1", agent.wait_incident("resolved")["id"])
        wait_for(lambda: self.told()[-1] == "resolved", what="the resolution to be told")

    def test_reload_sends_nothing_new(self):
        agent = self.agent(self.rule(), notifiers={"hook": self.hook(), "pager": self.pager()})
        self.set(1)
        for notifier in ("hook", "pager"):
            agent.wait_notification("open", "delivered", notifier)
        agent.reload()
        agent.wait_evaluations("Probe", 3)
        agent.rules["rule"] = [self.rule(labels={"team": "payments"}, annotations={"summary": "in other words"}),
                               self.rule("Other", "> 100")]
        agent.config["route"] = [{"match": ["team=payments"], "notify": ["hook", "pager"]}]
        agent.reload()
        agent.wait_evaluations("Probe", 3)
        self.assertEqual(1, len(self.receiver.received("/hook")))
        self.assertEqual(1, len(self.receiver.received("/v2/enqueue")))


class Clocks(EndToEnd):
    def test_clock_set_back_does_not_reopen(self):
        prometheus = self.scripted_prometheus()
        prometheus.series = [({"pod": "over"}, 1), ({"pod": "open"}, 1)]
        clock = FakeClock(self.directory)
        agent = self.new_agent(self.rule(dedup_window="10m"), prometheus={"url": prometheus.url})
        agent.start(environment=clock.environment)
        self.wait_told(2)
        prometheus.series = [({"pod": "over"}, 0), ({"pod": "open"}, 1)]
        self.wait_told(3)
        agent.wait_metric(0, "tocsin_outbox_depth", notifier="hook")
        before = agent.incidents()
        clock.set("-1h")
        wait_for(lambda: agent.metric("tocsin_rule_last_evaluation_timestamp_seconds", rule="Probe")
                 < time.time() - 1800, what="an evaluation at the earlier time")
        agent.wait_evaluations("Probe", 4)
        self.assertEqual(states(before), states(agent.incidents()))
        self.assertEqual(["firing", "firing", "resolved"], self.told())
        prometheus.series = [({"pod": "over"}, 0), ({"pod": "open"}, 0)]
        self.wait_told(4)
        self.assertEqual(["firing", "firing", "resolved", "resolved"], self.told())

    def test_clock_set_forward_ends_nothing(self):
        clock = FakeClock(self.directory)
        agent = self.new_agent(self.rule(missing="1s"))
        agent.start(environment=clock.environment)
        self.set(1)
        self.wait_told(1)
        clock.set("+1h")
        agent.wait_log("the clocks of this machine and of Prometheus differ")
        agent.wait_evaluations("Probe", 4)
        self.assertEqual([("INC-1", "open")], [(i["id"], i["state"]) for i in agent.incidents()])
        self.set(0)
        agent.wait_incident("resolved")
        clock.set("+0")
        agent.wait_log("the clocks of this machine and of Prometheus agree")
        self.set(1)
        self.wait_told(3)
        self.assertEqual(["firing", "resolved", "firing"], self.told())

    def test_clock_set_back_ends_nothing(self):
        agent = self.new_agent(self.rule())
        clock = FakeClock(self.directory)
        agent.start(environment=clock.environment)
        agent.wait_evaluations("Probe", 3)
        good = time.time()
        self.set(1)
        self.wait_told(1)
        wait_for(lambda: time.time() > good + 35, 60, "a time that is no more than half a minute ago")
        clock.set(f"{int(good - time.time())}s")
        agent.wait_log("the clocks of this machine and of Prometheus differ")
        agent.wait_evaluations("Probe", 4)
        self.assertEqual([("INC-1", "open")], [(i["id"], i["state"]) for i in agent.incidents()])

    def test_clock_set_back_makes_nobody_wait_for_the_time_it_lost(self):
        prometheus = self.scripted_prometheus()
        prometheus.series = [({"pod": "a"}, 1)]
        self.receiver.always(HOOK, Answer(429))
        clock = FakeClock(self.directory)
        agent = self.new_agent(self.rule(severity="SEV1"), prometheus={"url": prometheus.url},
                               heartbeat={"url": self.receiver.url + "/ping", "interval": "1s"})
        agent.start(environment=clock.environment)
        wait_for(lambda: len(self.receiver.received(HOOK)) >= 2, what="a try that waits for the next")
        clock.set("-1h")
        agent.wait_log("the clock was set back")
        self.receiver.always(HOOK, None)
        prometheus.series = [({"pod": "a"}, 1), ({"pod": "b"}, 1)]
        self.wait_told(2)
        pings = len(self.receiver.received("/ping"))
        wait_for(lambda: len(self.receiver.received("/ping")) >= pings + 2, what="pings by the earlier clock")


def states(incidents):
    return sorted((incident["id"], incident["state"], incident["opened_at"], incident["flaps"])
                  for incident in incidents)


if __name__ == "__main__":
    unittest.main()
