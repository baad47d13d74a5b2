"""What a restart keeps, also after kill -9, and what is made up for afterwards."""

import os
import random
import signal
import time
import unittest

from harness import HOOK, PAGERDUTY, Answer, EndToEnd, Hang, wait_for, when


class Restarts(EndToEnd):
    def test_a_pending_timer_goes_on_after_kill_9(self):
        agent = self.agent(self.rule(for_="6s"))
        self.set(1)
        wait_for(lambda: agent.metric("tocsin_series", state="pending") == 1, what="a pending series")
        seen = agent.metric("tocsin_rule_last_evaluation_timestamp_seconds", rule="Probe")
        agent.kill()
        agent.start()
        incident = agent.wait_incident("open")
        since = when(incident["series"][0]["since"])
        self.assertLessEqual(since, seen)
        self.assertEqual(6, when(incident["opened_at"]) - since)

    def test_an_open_incident_is_the_same_after_kill_9_and_told_once(self):
        agent = self.agent(self.rule())
        self.set(1, pod="a")
        agent.wait_incident("open")
        wait_for(lambda: [n["state"] for n in agent.incident("INC-1")["notifications"]] == ["delivered"],
                 what="the delivery on the record")
        before = agent.incident("INC-1")
        agent.kill()
        agent.start()
        agent.wait_evaluations("Probe", 2)
        after = agent.incident("INC-1")
        for key in ("opened_at", "state", "severity", "labels", "dedup_key", "flaps", "notifications"):
            self.assertEqual(before[key], after[key], key)
        self.set(1, pod="b")
        agent.wait_incident("open", count=2)
        self.assertEqual(["INC-2", "INC-1"], [incident["id"] for incident in agent.incidents()])
        self.wait_told(2)
        self.assertEqual(["a", "b"], [body["alerts"][0]["labels"]["pod"] for body in self.wait_told(2)])

    def wait_delivered(self, agent, count):
        wait_for(lambda: agent.metric("tocsin_notifications_total", outcome="delivered") >= count,
                 what=f"{count} delivered notification(s)")

    def test_a_clean_restart_pages_nobody_twice(self):
        agent = self.agent(self.rule(), notifiers={"pager": self.pager()})
        self.set(1)
        self.wait_paged(1)
        self.wait_delivered(agent, 1)
        for _ in range(2):
            self.assertEqual(0, agent.stop())
            agent.start()
            agent.wait_evaluations("Probe", 2)
        self.assertEqual(1, len(self.receiver.received(PAGERDUTY)))
        self.set(0)
        self.assertEqual(["trigger", "resolve"], [event["event_action"] for event in self.wait_paged(2)])

    def test_an_undelivered_notification_goes_out_after_kill_9(self):
        self.receiver.always(HOOK, Answer(500))
        agent = self.agent(self.rule())
        self.set(1)
        wait_for(lambda: self.receiver.received(HOOK), what="the first try")
        agent.kill()
        self.receiver.always(HOOK, None)
        agent.start()
        self.wait_told(1)
        agent.wait_evaluations("Probe", 2)
        self.assertEqual(["firing"], self.told())

    def test_a_try_under_way_at_kill_9_is_made_again(self):
        self.receiver.script(HOOK, Hang())
        agent = self.agent(self.rule())
        self.set(1)
        wait_for(lambda: self.receiver.received(HOOK), what="the first try")
        agent.kill()
        agent.start()
        self.wait_told(1)

    def test_a_resolution_while_nobody_listens_is_told_after_kill_9(self):
        agent = self.agent(self.rule())
        self.set(1)
        self.wait_delivered(agent, 1)
        self.receiver.always(HOOK, Answer(503))
        self.set(0)
        agent.wait_incident("resolved")
        agent.kill()
        self.receiver.always(HOOK, None)
        agent.start()
        self.wait_told(2)
        self.assertEqual(["firing", "resolved"], self.told())

    def test_acknowledgment_and_notes_survive_kill_9(self):
        agent = self.agent(self.rule())
        self.set(1)
        agent.wait_incident("open")
        agent.act("INC-1", "acknowledge", by="alice")
        agent.act("INC-1", "notes", by="bob", text="rolled back")
        agent.kill()
        agent.start()
        incident = agent.incident("INC-1")
        self.assertEqual(("acknowledged", "alice"), (incident["state"], incident["acknowledged_by"]))
        self.assertIn("rolled back", [entry["text"] for entry in incident["timeline"]])

    def test_the_dedup_window_survives_kill_9(self):
        agent = self.agent(self.rule(dedup_window="12s"))
        self.set(1)
        agent.wait_incident("open")
        self.set(0)
        agent.wait_incident("resolved")
        self.wait_delivered(agent, 2)
        window_end = when(agent.incident("INC-1")["opened_at"]) + 12
        agent.kill()
        agent.start()
        self.set(1)
        incident = agent.wait_incident("open")
        self.assertEqual(("INC-1", 1), (incident["id"], incident["flaps"]))
        agent.kill()
        agent.start()
        self.assertEqual(["firing", "resolved"], self.told())
        self.wait_told(3)
        self.assertGreaterEqual(time.time(), window_end)

    def test_sigterm_and_sigint_end_with_status_0_and_without_leftovers_of_the_store(self):
        agent = self.agent(self.rule())
        self.assertEqual(0, agent.stop())
        agent.start()
        agent.signal(signal.SIGINT)
        self.assertEqual(0, agent.wait_exit())
        self.assertNotIn("tocsin.db-wal", os.listdir(agent.directory))

    def test_a_hanging_receiver_does_not_keep_it_from_stopping(self):
        self.receiver.always(HOOK, Hang())
        agent = self.agent(self.rule())
        self.set(1)
        wait_for(lambda: self.receiver.received(HOOK), what="the first try")
        self.assertEqual(0, agent.stop())


class KilledAgainAndAgain(EndToEnd):
    PODS = "abcd"

    def test_no_incident_and_no_last_word_is_lost(self):
        generator = random.Random(7)
        agent = self.agent(self.rule())
        for _ in range(8):
            for pod in self.PODS:
                self.exporter.set(self.metric, generator.choice([0, 1]), pod=pod)
            killed_at = time.time() + generator.uniform(0.2, 2.2)
            wait_for(lambda: time.time() > killed_at, what="the moment to kill", every=0.01)
            agent.kill()
            agent.start(ready=False)
        for pod in self.PODS:
            self.exporter.set(self.metric, 0, pod=pod)
        agent.wait_ready()
        agent.wait_evaluations("Probe", 3)
        wait_for(lambda: not agent.incidents(state="active"), what="every incident to resolve")
        wait_for(lambda: agent.metric("tocsin_outbox_depth", notifier="hook") == 0, what="an empty outbox")
        incidents = agent.incidents()
        self.assertEqual([f"INC-{number}" for number in range(len(incidents), 0, -1)], [i["id"] for i in incidents])
        self.assertEqual({"resolved"}, set(self.last_words().values()))
        told = {labels_of(body)["pod"] for body in self.receiver.taken(HOOK)}
        self.assertEqual({incident["labels"]["pod"] for incident in incidents}, told)

    def last_words(self):
        return {labels_of(body)["pod"]: body["status"] for body in self.receiver.taken(HOOK)}


class OneProcessPerStore(EndToEnd):
    def test_a_second_process_is_refused_and_told_the_holders_pid(self):
        first = self.agent(self.rule())
        second = self.new_agent(self.rule(), store=first.config["store"])
        second.start(ready=False)
        self.assertEqual(1, second.wait_exit())
        self.assertIn(str(first.pid), second.log())
        first.wait_evaluations("Probe", 2)

    def test_a_killed_holder_does_not_lock_the_store(self):
        agent = self.agent(self.rule())
        agent.kill()
        agent.start()


class CatchingUp(EndToEnd):
    def away(self, agent, seconds):
        """Something good was seen before tocsin goes away; then the breach lasts for `seconds`."""
        agent.wait_evaluations("Probe", 2)
        agent.stop()
        self.set(1)
        begun = time.time()
        wait_for(lambda: time.time() > begun + seconds, what="the breach to last")
        return begun

    def with_the_metric_good(self, **sections):
        self.set(0)
        return self.agent(self.rule(), notifiers={"hook": self.hook(), "pager": self.pager()}, **sections)

    def test_a_breach_that_began_and_ended_while_away_is_on_the_record_and_told_as_past(self):
        agent = self.with_the_metric_good()
        begun = self.away(agent, 3)
        self.set(0)
        ended = time.time()
        wait_for(lambda: time.time() > ended + 1, what="the recovery to last")
        agent.start()
        incident = agent.wait_incident("resolved")
        self.assertTrue(begun - 1 < when(incident["opened_at"]) < begun + 1.5, incident)
        self.assertTrue(ended - 1 < when(incident["resolved_at"]) < ended + 1.5, incident)
        self.wait_told(1)
        agent.wait_evaluations("Probe", 3)
        self.assertEqual(["resolved"], self.told())
        self.assertEqual([], self.receiver.received(PAGERDUTY))
        self.assertEqual(["past"], [n["kind"] for n in agent.incident(incident["id"])["notifications"]
                                    if n["notifier"] == "hook"])

    def test_a_breach_that_is_still_open_is_told_at_once_with_the_time_it_began(self):
        agent = self.with_the_metric_good()
        begun = self.away(agent, 3)
        agent.start()
        incident = agent.wait_incident("open")
        self.assertTrue(begun - 1 < when(incident["opened_at"]) < begun + 1.5, incident)
        self.wait_paged(1)
        self.wait_told(1)
        self.assertEqual(["firing"], self.told())

    def test_ticks_missed_while_prometheus_could_not_be_reached_are_read_again(self):
        proxy = self.proxy()
        agent = self.with_the_metric_good(prometheus={"url": proxy.url})
        agent.wait_evaluations("Probe", 2)
        with proxy.refusing():
            agent.wait_failures("Probe", 1)
            self.set(1)
            begun = time.time()
            agent.wait_failures("Probe", 3)
            self.set(0)
            agent.wait_failures("Probe", 1)
            self.assertEqual([], agent.incidents())
        incident = agent.wait_incident("resolved")
        self.assertTrue(begun - 1 < when(incident["opened_at"]) < begun + 1.5, incident)
        self.wait_told(1)
        self.assertEqual(["resolved"], self.told())
        self.assertEqual([], self.receiver.received(PAGERDUTY))

    def test_what_is_older_than_catch_up_was_not_observed(self):
        agent = self.with_the_metric_good(rules={"catch_up": "2s"})
        self.away(agent, 2)
        self.set(0)
        ended = time.time()
        wait_for(lambda: time.time() > ended + 5, what="the breach to be older than catch_up")
        agent.start()
        agent.wait_evaluations("Probe", 3)
        self.assertEqual([], agent.incidents())
        self.assertEqual([], self.told())


def labels_of(body):
    return body["alerts"][0]["labels"]


if __name__ == "__main__":
    unittest.main()
