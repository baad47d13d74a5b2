"""Severities, folding, flaps, reminders, and what people do to an incident."""

import time
import unittest

from harness import PAGERDUTY, EndToEnd, wait_for, when


class Graded(EndToEnd):
    GRADES = {"SEV3": "> 1", "SEV1": "> 5"}

    def test_the_severity_of_one_incident_moves_with_the_value(self):
        agent = self.agent(self.rule(thresholds=self.GRADES))
        for value, severity in ((2, "SEV3"), (7, "SEV1"), (3, "SEV3")):
            self.set(value)
            wait_for(lambda: [i["severity"] for i in agent.incidents(state="open")] == [severity], what=severity)
        self.set(0)
        self.assertEqual("INC-1", agent.wait_incident("resolved")["id"])
        self.assertEqual(1, len(agent.incidents()))
        timeline = agent.incident("INC-1")["timeline"]
        self.assertEqual(2, sum(entry["type"] == "severity" for entry in timeline), timeline)

    def test_a_rise_of_severity_is_told_and_pages_again(self):
        agent = self.agent(self.rule(thresholds=self.GRADES), notifiers={"hook": self.hook(), "pager": self.pager()})
        self.set(2)
        self.wait_paged(1)
        self.set(7)
        first, second = self.wait_paged(2)
        self.assertEqual(("trigger", "trigger"), (first["event_action"], second["event_action"]))
        self.assertEqual(first["dedup_key"], second["dedup_key"])
        self.assertEqual(("warning", "critical"), (first["payload"]["severity"], second["payload"]["severity"]))
        severities = [body["alerts"][0]["labels"]["severity"] for body in self.wait_told(2)]
        self.assertEqual(["SEV3", "SEV1"], severities)
        self.assertEqual(["open", "escalate"], self.kinds(agent, "pager"))

    def kinds(self, agent, notifier):
        return [n["kind"] for n in agent.incident("INC-1")["notifications"] if n["notifier"] == notifier]

    def test_each_grade_holds_for_the_whole_of_for(self):
        agent = self.agent(self.rule(thresholds=self.GRADES, for_="3s"))
        self.set(7)
        incident = agent.wait_incident("open")
        self.assertEqual("SEV1", incident["severity"])
        self.assertEqual(3, when(incident["opened_at"]) - when(incident["series"][0]["since"]))

    def test_severity_aliases_are_the_same_severities(self):
        aliases = {"critical": "SEV1", "high": "SEV2", "medium": "SEV3", "low": "SEV4",
                   "P0": "SEV1", "P1": "SEV2", "P2": "SEV3", "P3": "SEV4"}
        agent = self.agent(*[self.rule(f"Alias_{alias}", severity=alias) for alias in aliases])
        self.set(1)
        agent.wait_incident("open", count=len(aliases))
        self.assertEqual({f"Alias_{alias}": severity for alias, severity in aliases.items()},
                         {incident["rule"]: incident["severity"] for incident in agent.incidents()})


class Folding(EndToEnd):
    def test_several_series_are_one_incident_with_the_worst_value_and_the_shared_labels(self):
        agent = self.agent(self.rule(threshold="> 5", incident_by=["service"]))
        self.set(6, service="checkout", pod="a", zone="eu")
        agent.wait_incident("open")
        self.set(9, service="checkout", pod="b", zone="eu")
        self.set(7, service="checkout", pod="c", zone="eu")
        self.set(1, service="checkout", pod="d", zone="us")
        incident = wait_for(lambda: (lambda i: i if i["series_count"] == 3 else None)(agent.incident("INC-1")),
                            what="three series in the incident")
        self.assertEqual(9, incident["value"])
        self.assertEqual("Probe is 9", incident["annotations"]["summary"])
        self.assertEqual({"a": 6, "b": 9, "c": 7}, {s["labels"]["pod"]: s["value"] for s in incident["series"]})
        self.assertEqual(("checkout", "eu"), (incident["labels"]["service"], incident["labels"]["zone"]))
        self.assertNotIn("pod", incident["labels"])
        self.assertEqual(1, len(agent.incidents()))

    def test_the_worst_of_a_lower_bound_is_the_lowest(self):
        agent = self.agent(self.rule(threshold="< 5", incident_by=[]))
        self.set(4, pod="a")
        self.set(1, pod="b")
        wait_for(lambda: [i["value"] for i in agent.incidents()] == [1], what="the lowest value to be shown")

    def test_it_resolves_with_the_last_series(self):
        agent = self.agent(self.rule(incident_by=["service"]))
        self.set(1, service="checkout", pod="a")
        self.set(1, service="checkout", pod="b")
        wait_for(lambda: [i["series_count"] for i in agent.incidents()] == [2], what="two series in the incident")
        self.set(0, service="checkout", pod="a")
        wait_for(lambda: [i["series_count"] for i in agent.incidents()] == [1], what="one series in the incident")
        self.assertEqual("open", agent.incident("INC-1")["state"])
        self.set(0, service="checkout", pod="b")
        agent.wait_incident("resolved")
        self.wait_told(2)
        self.assertEqual(["firing", "resolved"], self.told())

    def test_each_value_of_the_labels_is_an_incident_of_its_own(self):
        agent = self.agent(self.rule(incident_by=["service"]))
        for service in ("checkout", "search"):
            for pod in ("a", "b"):
                self.exporter.set(self.metric, 1, service=service, pod=pod)
        agent.wait_incident("open", count=2)
        agent.wait_evaluations("Probe")
        self.assertEqual(["checkout", "search"], sorted(i["labels"]["service"] for i in agent.incidents()))

    def test_at_most_twenty_series_are_listed(self):
        agent = self.agent(self.rule(incident_by=[]))
        for number in range(25):
            self.exporter.set(self.metric, number + 1, pod=f"pod-{number}")
        incident = wait_for(lambda: (lambda found: found[0] if found and found[0]["series_count"] == 25 else None)(
            agent.incidents()), what="25 series in the incident")
        self.assertEqual(20, len(incident["series"]))
        self.assertEqual(25, incident["value"])


class DedupWindow(EndToEnd):
    """The window counts from the resolution for reopening, and from the told opening for holding back."""

    def breach_and_recover(self, agent, resolved=1):
        self.set(1)
        agent.wait_incident("open")
        self.set(0)
        agent.wait_incident("resolved")
        self.wait_told(2)

    def test_a_breach_within_the_window_reopens_the_incident_and_is_told_at_its_end(self):
        agent = self.agent(self.rule(dedup_window="10s"))
        self.breach_and_recover(agent)
        opened_at = when(agent.incident("INC-1")["opened_at"])
        self.set(1)
        incident = agent.wait_incident("open")
        self.assertEqual(("INC-1", 1), (incident["id"], incident["flaps"]))
        agent.wait_metric(1, "tocsin_incident_flaps_total", rule="Probe")
        self.assertEqual(["firing", "resolved"], self.told())
        self.assertIn("reopened", [entry["type"] for entry in agent.incident("INC-1")["timeline"]])
        self.wait_told(3)
        self.assertGreaterEqual(time.time(), opened_at + 10)
        self.assertEqual(["firing", "resolved", "firing"], self.told())

    def test_what_is_over_before_the_window_ends_is_never_told(self):
        agent = self.agent(self.rule(dedup_window="8s"))
        self.breach_and_recover(agent)
        window_end = when(agent.incident("INC-1")["opened_at"]) + 8
        self.set(1)
        agent.wait_incident("open")
        self.set(0)
        agent.wait_incident("resolved")
        wait_for(lambda: time.time() > window_end, what="the end of the window")
        agent.wait_evaluations("Probe", 2)
        self.assertEqual(["firing", "resolved"], self.told())
        agent.wait_metric(1, "tocsin_notifications_total", notifier="hook", kind="open",
                          outcome="collapsed")
        agent.wait_metric(0, "tocsin_outbox_depth", notifier="hook")

    def test_a_rise_of_severity_is_never_held_back(self):
        agent = self.agent(self.rule(thresholds={"SEV3": "> 0", "SEV1": "> 5"}, dedup_window="5m"))
        self.breach_and_recover(agent)
        self.set(1)
        agent.wait_incident("open")
        agent.wait_evaluations("Probe", 2)
        self.assertEqual(["firing", "resolved"], self.told())
        self.set(7)
        self.wait_told(3)
        self.assertEqual("SEV1", self.wait_told(3)[2]["alerts"][0]["labels"]["severity"])

    def test_the_window_is_per_key(self):
        agent = self.agent(self.rule(dedup_window="5m"))
        self.set(1, pod="a")
        self.wait_told(1)
        self.set(1, pod="b")
        self.wait_told(2)
        self.assertEqual({"INC-1", "INC-2"}, {incident["id"] for incident in agent.incidents()})


class Reminders(EndToEnd):
    def test_an_open_incident_is_told_again_until_somebody_acknowledges(self):
        agent = self.agent(self.rule(), notifiers={"pager": self.pager(), "hook": self.hook()},
                           route=[{"notify": ["hook"], "repeat_interval": "1s"}])
        self.set(1)
        self.wait_told(3)
        self.assertEqual({"firing"}, set(self.told()))
        kinds = [entry["kind"] for entry in agent.incident("INC-1")["notifications"]]
        self.assertEqual("open", kinds[0])
        self.assertEqual({"reminder"}, set(kinds[1:]))
        agent.act("INC-1", "acknowledge")
        reminders = len(self.reminders(agent))
        agent.wait_evaluations("Probe", 4)
        # One may have been under way when the acknowledgment came.
        self.assertLessEqual(len(self.reminders(agent)), reminders + 1)

    def reminders(self, agent):
        return [n for n in agent.incident("INC-1")["notifications"] if n["kind"] == "reminder"]

    def test_without_repeat_interval_an_incident_is_told_once(self):
        agent = self.agent(self.rule())
        self.set(1)
        self.wait_told(1)
        agent.wait_evaluations("Probe", 4)
        self.assertEqual(["firing"], self.told())


class PeopleAct(EndToEnd):
    def opened(self, **sections):
        agent = self.agent(self.rule(), **sections)
        self.set(1)
        agent.wait_incident("open")
        return agent

    def test_acknowledging_says_who_and_when(self):
        agent = self.opened()
        agent.act("INC-1", "acknowledge", by="alice", text="looking")
        incident = agent.incident("INC-1")
        self.assertEqual(("acknowledged", "alice"), (incident["state"], incident["acknowledged_by"]))
        self.assertLess(abs(when(incident["acknowledged_at"]) - time.time()), 60)
        entry = next(entry for entry in incident["timeline"] if entry["type"] == "acknowledged")
        self.assertEqual("alice", entry["by"])
        self.assertIn("looking", entry["text"])

    def test_acknowledging_is_told_to_pagerduty(self):
        agent = self.opened(notifiers={"pager": self.pager()})
        trigger, = self.wait_paged(1)
        agent.act("INC-1", "acknowledge")
        acknowledge = self.wait_paged(2)[1]
        self.assertEqual(("acknowledge", trigger["dedup_key"]),
                         (acknowledge["event_action"], acknowledge["dedup_key"]))

    def test_an_acknowledged_incident_resolves_when_the_metric_recovers(self):
        agent = self.opened()
        agent.act("INC-1", "acknowledge")
        agent.wait_evaluations("Probe", 2)
        self.assertEqual("acknowledged", agent.incident("INC-1")["state"])
        self.set(0)
        incident = agent.wait_incident("resolved")
        self.assertEqual("alice", incident["acknowledged_by"])

    def test_resolving_by_hand_resolves_and_is_told(self):
        agent = self.opened(notifiers={"hook": self.hook(), "pager": self.pager()})
        self.wait_told(1)
        self.wait_paged(1)
        agent.act("INC-1", "resolve", by="alice", text="known, fixed by hand")
        incident = agent.incident("INC-1")
        self.assertEqual("resolved", incident["state"])
        self.assertTrue(incident["resolve_reason"])
        self.assertIn("alice", [entry["by"] for entry in incident["timeline"]])
        self.assertEqual("resolve", self.wait_paged(2)[1]["event_action"])
        self.wait_told(2)
        self.assertEqual(["firing", "resolved"], self.told()[:2])

    def test_what_is_resolved_by_hand_stays_resolved_while_it_still_breaches(self):
        agent = self.opened()
        agent.act("INC-1", "resolve")
        agent.wait_evaluations("Probe", 3)
        agent.kill()
        agent.start()
        agent.wait_evaluations("Probe", 3)
        self.assertEqual(["resolved"], [incident["state"] for incident in agent.incidents()])

    def test_after_a_recovery_the_next_breach_of_a_hand_resolved_incident_opens_again(self):
        agent = self.opened()
        agent.act("INC-1", "resolve")
        self.set(0)
        agent.wait_evaluations("Probe", 3)
        self.set(1)
        agent.wait_incident("open")

    def test_a_note_is_on_the_timeline_and_changes_nothing(self):
        agent = self.opened()
        agent.act("INC-1", "notes", by="bob", text="rolled back to 1.2")
        incident = agent.incident("INC-1")
        self.assertEqual("open", incident["state"])
        entry = next(entry for entry in incident["timeline"] if entry["type"] == "note")
        self.assertEqual(("bob", "rolled back to 1.2"), (entry["by"], entry["text"]))


class Routing(EndToEnd):
    def test_the_first_route_that_matches_wins(self):
        agent = self.agent(self.rule("Page", severity="SEV1"), self.rule("Ticket", severity="SEV3"),
                           notifiers={"hook": self.hook(), "pager": self.pager()},
                           route=[{"match": ['severity=~"SEV1|SEV2"'], "notify": ["pager"]}, {"notify": ["hook"]}])
        self.set(1)
        agent.wait_incident("open", count=2)
        self.wait_paged(1)
        self.wait_told(1)
        self.assertEqual(["Ticket"], self.alertnames())
        self.assertEqual(1, len(self.receiver.received(PAGERDUTY)))

    def alertnames(self):
        return [body["alerts"][0]["labels"]["alertname"] for body in self.wait_told(1)]

    def test_continue_goes_on_and_nobody_is_told_twice(self):
        agent = self.agent(self.rule(severity="SEV1"), notifiers={"hook": self.hook(), "pager": self.pager()},
                           route=[{"match": ['rule="Probe"'], "notify": ["pager"], "continue": True},
                                  {"match": ["severity=SEV1"], "notify": ["pager", "hook"]}])
        self.set(1)
        self.wait_told(1)
        self.wait_paged(1)
        agent.wait_evaluations("Probe")
        self.assertEqual((1, 1), (len(self.told()), len(self.receiver.received(PAGERDUTY))))

    def test_a_rules_own_notify_overrides_the_routes(self):
        self.agent(self.rule(notify=["pager"]), notifiers={"hook": self.hook(), "pager": self.pager()},
                   route=[{"notify": ["hook"]}])
        self.set(1)
        self.wait_paged(1)
        self.assertEqual([], self.told())

    def test_routes_match_the_labels_of_the_series_the_rule_and_the_configuration(self):
        self.agent(self.rule(labels={"team": "payments"}), labels={"cluster": "staging"},
                   notifiers={"hook": self.hook(), "pager": self.pager()},
                   route=[{"match": ['service="checkout"', 'team="payments"', 'cluster!="production"'],
                           "notify": ["hook"]}, {"notify": ["pager"]}])
        self.set(1, service="checkout")
        self.wait_told(1)
        self.set(1, service="search")
        self.wait_paged(1)
        self.assertEqual(["checkout"], [body["alerts"][0]["labels"]["service"] for body in self.wait_told(1)])

    def test_an_incident_that_no_route_matches_is_logged_and_on_the_record(self):
        agent = self.agent(self.rule(), route=[{"match": ['service="checkout"'], "notify": ["hook"]}])
        self.set(1, service="search")
        agent.wait_incident("open")
        wait_for(lambda: [line for line in agent.log().splitlines() if "INC-1" in line and "route" in line],
                 what="a line about the missing route")
        self.assertEqual([], self.told())

    def test_labels_and_annotations_are_templates(self):
        agent = self.agent(self.rule(labels={"owner": "{{ $labels.service | toUpper }}"}, annotations={
            "summary": "{{ $labels.service }} in {{ $externalLabels.cluster }}: "
                       "{{ if gt $value 5.0 }}bad {{ humanize $value }}{{ end }}",
            "broken": "{{ humanize \"one\" }} stays"}), labels={"cluster": "staging"})
        self.set(1234567, service="checkout")
        agent.wait_incident("open")
        incident = agent.incident("INC-1")
        self.assertEqual("CHECKOUT", incident["labels"]["owner"])
        self.assertEqual("checkout in staging: bad 1.235M", incident["annotations"]["summary"])
        self.assertIn("error", incident["annotations"]["broken"])
        self.assertEqual("checkout in staging: bad 1.235M", self.wait_told(1)[0]["commonAnnotations"]["summary"])


if __name__ == "__main__":
    unittest.main()
