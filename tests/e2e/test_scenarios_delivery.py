"""What has bitten users of other systems on the way to the receiver: one test each."""

import time
import unittest
from collections import Counter

from harness import HOOK, PAGERDUTY, Answer, Drop, EndToEnd, Hang, faster, wait_for, when

GRADES = {"SEV4": "> 0", "SEV1": "> 5"}


class Evidence(EndToEnd):
    def test_failed_scrape_neither_resolves_nor_resets_for(self):
        agent = self.agent(self.rule("Open", missing="5m"), self.rule("Pending", for_="10s", missing="5m"))
        self.set(1)
        since = when(agent.wait_incident("open", rule="Open")["opened_at"])
        self.exporter.fail_scrapes(True)
        self.addCleanup(self.exporter.fail_scrapes, False)
        wait_for(lambda: self.prometheus.value(self.metric) is None, what="the series to vanish")
        agent.wait_evaluations("Open", 3)
        self.assertEqual([("Open", "open")], [(i["rule"], i["state"]) for i in agent.incidents()])
        self.exporter.fail_scrapes(False)
        pending = agent.wait_incident("open", rule="Pending")
        self.assertLess(when(pending["series"][0]["since"]), since + 1.5)

    def test_severity_up_notifies_down_does_not_resolve(self):
        agent = self.agent(self.rule(thresholds=GRADES), notifiers={"hook": self.hook(), "pager": self.pager()})
        for value, severity in ((1, "SEV4"), (9, "SEV1")):
            self.set(value)
            wait_for(lambda: severity in self.severities(), what=f"{severity} to be told")
        wait_for(lambda: self.paged_severities() == ["info", "critical"], what="the pager to hear of both")
        self.set(1)
        wait_for(lambda: [i["severity"] for i in agent.incidents()] == ["SEV4"], what="the fall")
        agent.wait_evaluations("Probe", 3)
        self.assertEqual([("INC-1", "open")], [(i["id"], i["state"]) for i in agent.incidents()])
        self.assertNotIn("resolved", self.told())
        self.assertNotIn("resolve", self.actions())
        self.set(0)
        wait_for(lambda: self.told()[-1] == "resolved" and self.actions()[-1] == "resolve", what="the resolution")

    def severities(self):
        return [body["alerts"][0]["labels"]["severity"] for body in self.receiver.taken(HOOK)]

    def paged_severities(self):
        return [event["payload"]["severity"] for event in self.receiver.taken(PAGERDUTY)]

    def actions(self):
        return [event["event_action"] for event in self.receiver.taken(PAGERDUTY)]

    def test_breach_after_resolve_opens_new_incident_past_dedup_window(self):
        agent = self.agent(self.rule(dedup_window="2s"))
        self.set(1)
        agent.wait_incident("open")
        self.set(0)
        resolved_at = when(agent.wait_incident("resolved")["resolved_at"])
        self.wait_told(2)
        wait_for(lambda: time.time() > resolved_at + 3, what="the end of the window")
        self.set(1)
        incident = agent.wait_incident("open")
        self.assertEqual(("INC-2", 0), (incident["id"], incident["flaps"]))
        self.wait_told(3)
        self.assertEqual(["firing", "resolved", "firing"], self.told())


class Receivers(EndToEnd):
    def pager_agent(self, *rules, **sections):
        return self.agent(*(rules or [self.rule()]), notifiers={"pager": self.pager()}, **sections)

    def actions(self):
        return [event["event_action"] for event in self.receiver.taken(PAGERDUTY)]

    def test_opened_and_resolved_before_delivery_is_recorded(self):
        self.receiver.always(HOOK, Answer(503))
        agent = self.agent(self.rule())
        self.set(1)
        wait_for(lambda: self.receiver.received(HOOK), what="a try")
        self.set(0)
        incident = agent.wait_incident("resolved")
        self.receiver.always(HOOK, None)
        agent.wait_notification("open", "collapsed")
        agent.wait_metric(0, "tocsin_outbox_depth", notifier="hook")
        self.assertEqual([], self.told())
        agent.wait_metric(1, "tocsin_notifications_total", notifier="hook", kind="open", outcome="collapsed")
        agent.wait_metric(1, "tocsin_incidents_opened_total", rule="Probe")
        agent.wait_metric(1, "tocsin_incidents_resolved_total", rule="Probe")
        self.assertLess(when(incident["opened_at"]), when(incident["resolved_at"]))

    def test_resolve_while_held_back_still_closes_pagerduty(self):
        agent = self.pager_agent(self.rule(dedup_window="5m"))
        self.set(1)
        self.wait_paged(1)
        # The resolution comes while the receiver asks for rest and the dedup window is open.
        self.receiver.script(PAGERDUTY, Answer(429, headers={"Retry-After": "2"}))
        self.set(0)
        self.wait_paged(2)
        self.assertEqual(["trigger", "resolve"], self.actions())
        self.set(1)
        self.assertEqual(("INC-1", 1), (lambda i: (i["id"], i["flaps"]))(agent.wait_incident("open")))
        self.set(0)
        agent.wait_incident("resolved")
        agent.wait_metric(0, "tocsin_outbox_depth", notifier="pager")
        self.assertEqual(["trigger", "resolve"], self.actions())

    def test_r429_with_retry_after_then_resolved(self):
        self.receiver.script(HOOK, Answer(429, headers={"Retry-After": "5"}))
        agent = self.agent(self.rule())
        self.set(1, pod="a")
        wait_for(lambda: self.receiver.received(HOOK), what="the try that is refused")
        self.set(0, pod="a")
        agent.wait_incident("resolved")
        self.set(1, pod="b")
        self.wait_told(1)
        refused, told = self.receiver.received(HOOK)
        self.assertGreaterEqual(told.at - refused.at, 5, "Retry-After holds for all that goes to the receiver")
        self.assertEqual("b", told.json()["alerts"][0]["labels"]["pod"], "what was over meanwhile is not told late")
        agent.wait_notification("open", "collapsed")

    def test_r429_on_the_resolve_delays_it(self):
        agent = self.agent(self.rule())
        self.set(1)
        self.wait_told(1)
        self.receiver.script(HOOK, Answer(429, headers={"Retry-After": "3"}))
        self.set(0)
        self.wait_told(2)
        opening, refused, resolve = self.receiver.received(HOOK)
        self.assertEqual(["firing", "resolved"], self.told())
        self.assertGreaterEqual(resolve.at - refused.at, 3)

    def test_dead_receiver_ten_minutes_bounded_tries(self):
        prometheus = self.scripted_prometheus()
        prometheus.series = [({"pod": str(number)}, 1) for number in range(20)]
        self.receiver.always(HOOK, Answer(503))
        notifiers = {"hook": self.hook(), "gone": self.hook(url="http://127.0.0.1:1/")}
        agent = self.new_agent(self.rule(interval="5s"), prometheus={"url": prometheus.url, "timeout": "60s"},
                               notifiers=notifiers)
        agent.start(environment=faster(30))
        opened = when(agent.wait_incident("open", count=20)["opened_at"])
        evaluated = "tocsin_rule_last_evaluation_timestamp_seconds"
        wait_for(lambda: agent.metric(evaluated, rule="Probe") > opened + 600, 120, "ten minutes to pass")
        # Waits double from one second: that is at most ten tries of each notification in ten minutes.
        tries = Counter(received.json()["groupKey"] for received in self.receiver.received(HOOK))
        self.assertEqual(20, len(tries))
        self.assertTrue(all(3 <= count <= 11 for count in tries.values()), tries)
        # Where nobody listens they wait together: all once, and then one that asks for all of them, ten times.
        retried = agent.metric("tocsin_notifications_total", notifier="gone", outcome="retried")
        self.assertTrue(20 <= retried <= 30, retried)
        agent.wait_metric(20, "tocsin_outbox_depth", notifier="hook")
        self.receiver.always(HOOK, None)
        self.wait_told(20, timeout=120)

    def test_timeout_after_acceptance_does_not_page_twice_where_the_receiver_deduplicates(self):
        self.receiver.script(PAGERDUTY, Hang(), Drop())
        agent = self.agent(self.rule(), notifiers={"pager": self.pager(timeout="1s")})
        self.set(1)
        self.wait_paged(1)
        agent.wait_notification("open", "delivered", "pager")
        tries = [received.json() for received in self.receiver.received(PAGERDUTY)]
        self.assertEqual(3, len(tries))
        self.assertEqual({("trigger", tries[0]["dedup_key"])},
                         {(event["event_action"], event["dedup_key"]) for event in tries})
        self.set(0)
        self.assertEqual(tries[0]["dedup_key"], self.wait_paged(2)[1]["dedup_key"])


class Storm(EndToEnd):
    COUNT = 10_000

    def test_ten_thousand_at_once_do_not_starve_a_sev1(self):
        prometheus = self.scripted_prometheus()
        values = {f"p{number}": 1 for number in range(self.COUNT)}
        self.show(prometheus, values)
        agent = self.new_agent(self.rule(thresholds=GRADES, interval="5s"), rules={"interval": "5s"},
                               prometheus={"url": prometheus.url, "timeout": "5s"},
                               notifiers={"hook": self.hook(rate_limit="20/s")})
        agent.start()
        told = self.pod_of(self.wait_told(1, timeout=120)[0])
        waiting = f"p{self.COUNT - 1}"
        self.assertNotEqual(told, waiting)
        values |= {told: 9, waiting: 9}
        self.show(prometheus, values)
        wait_for(lambda: len(agent.incidents(severity="SEV1")) == 2, 120, "both to be SEV1")
        before = len(self.receiver.received(HOOK))
        self.assertLess(before, self.COUNT // 2, "thousands wait")
        wait_for(lambda: all(self.severities(pod)[-1:] == ["SEV1"] for pod in (told, waiting)), 120, "both to be told")
        self.assertLess(len(self.receiver.received(HOOK)) - before, 100, "what is under way, and no more, comes first")
        self.assertEqual(["SEV4", "SEV1"], self.severities(told), "in order within one incident")
        self.assertEqual(["SEV1"], self.severities(waiting), "what was not told yet is told as it is now")
        agent.kill()

    @staticmethod
    def show(prometheus, values):
        prometheus.series = [({"pod": pod}, value) for pod, value in values.items()]

    @staticmethod
    def pod_of(body):
        return body["alerts"][0]["labels"]["pod"]

    def severities(self, pod):
        return [body["alerts"][0]["labels"]["severity"] for body in self.receiver.taken(HOOK)
                if self.pod_of(body) == pod]


if __name__ == "__main__":
    unittest.main()
