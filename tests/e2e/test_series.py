"""When a series is pending, open and recovered: the life of one series under one rule."""

import math
import unittest

from harness import EndToEnd, wait_for, when


class SeriesCase(EndToEnd):
    def wait_pending(self, agent, count=1):
        wait_for(lambda: agent.metric("tocsin_series", state="pending") == count, what=f"{count} pending series")

    def assert_still(self, agent, state, rule="Probe", evaluations=3):
        """The only incident keeps its state over some more evaluations."""
        agent.wait_evaluations(rule, evaluations)
        self.assertEqual([state], [incident["state"] for incident in agent.incidents()])

    def assert_nothing_opens(self, agent, rule="Probe", evaluations=3):
        agent.wait_evaluations(rule, evaluations)
        self.assertEqual([], agent.incidents())


class Opening(SeriesCase):
    def test_without_for_the_first_breach_opens(self):
        agent = self.agent(self.rule(threshold="> 5"))
        self.set(6)
        incident = agent.wait_incident("open")
        self.assertEqual(incident["opened_at"], incident["series"][0]["since"])

    def test_a_series_opens_once_it_has_breached_for_the_whole_of_for(self):
        agent = self.agent(self.rule(for_="3s"))
        self.set(1)
        self.wait_pending(agent)
        incident = agent.wait_incident("open")
        self.assertEqual(3, when(incident["opened_at"]) - when(incident["series"][0]["since"]))

    def test_a_good_value_resets_what_is_pending(self):
        agent = self.agent(self.rule(for_="3s"))
        self.set(1, pod="a")
        self.wait_pending(agent)
        self.set(0, pod="a")
        self.wait_pending(agent, 0)
        good = agent.metric("tocsin_rule_last_evaluation_timestamp_seconds", rule="Probe")
        self.set(1, pod="a")
        incident = agent.wait_incident("open")
        self.assertGreater(when(incident["series"][0]["since"]), good - 1)
        self.assertEqual(3, when(incident["opened_at"]) - when(incident["series"][0]["since"]))

    def test_each_series_is_an_incident_of_its_own(self):
        agent = self.agent(self.rule())
        self.set(1, pod="a")
        self.set(1, pod="b")
        self.set(0, pod="c")
        agent.wait_incident("open", count=2)
        self.assert_labels(agent, ["a", "b"])
        self.set(0, pod="a")
        agent.wait_incident("resolved")
        self.assertEqual("b", agent.wait_incident("open")["labels"]["pod"])

    def assert_labels(self, agent, pods):
        self.assertEqual(pods, sorted(incident["labels"]["pod"] for incident in agent.incidents(state="open")))

    def test_numbers_are_given_in_the_order_of_opening(self):
        agent = self.agent(self.rule())
        for number, pod in enumerate("abc", 1):
            self.set(1, pod=pod)
            agent.wait_incident("open", count=number)
        opened = [(incident["id"], incident["labels"]["pod"]) for incident in agent.incidents()]
        self.assertEqual([("INC-3", "c"), ("INC-2", "b"), ("INC-1", "a")], opened)

    def test_a_rule_without_threshold_opens_for_every_series_returned(self):
        agent = self.agent(self.rule(threshold=None, query=f"{self.metric} > 5"))
        self.set(6, pod="a")
        self.set(1, pod="b")
        self.assertEqual("a", agent.wait_incident("open")["labels"]["pod"])
        self.set(2, pod="a")
        agent.wait_incident("resolved")
        self.assertEqual(1, len(agent.incidents()))

    def test_every_comparison_compares(self):
        comparisons = {"> 5": (6, 5), ">= 5": (5, 4), "< 5": (4, 5), "<= 5": (5, 6), "== 5": (5, 6), "!= 5": (6, 5)}
        names = {f"Compare{number}": threshold for number, threshold in enumerate(comparisons)}
        agent = self.agent(*[self.rule(name, threshold, query=f'{self.metric}{{rule="{name}"}}')
                             for name, threshold in names.items()])
        for name, threshold in names.items():
            self.exporter.set(self.metric, comparisons[threshold][0], rule=name, side="breaching")
            self.exporter.set(self.metric, comparisons[threshold][1], rule=name, side="good")
        agent.wait_incident("open", count=len(names))
        for name in names:
            agent.wait_evaluations(name, 1)
        found = sorted((incident["rule"], incident["labels"]["side"]) for incident in agent.incidents())
        self.assertEqual([(name, "breaching") for name in sorted(names)], found)

    def test_nan_satisfies_nothing(self):
        rules = [self.rule(name, threshold) for name, threshold in
                 (("Above", "> 0"), ("Below", "< 0"), ("Differs", "!= 0"), ("NotBelow", ">= 0"))]
        agent = self.agent(*rules)
        self.set(math.nan)
        self.assert_nothing_opens(agent, "Differs")

    def test_infinity_is_a_value(self):
        agent = self.agent(self.rule(threshold="> 1e300"))
        self.set(math.inf)
        agent.wait_incident("open")
        self.assertIn("+Inf", agent.incident("INC-1")["annotations"]["summary"])

    def test_a_scalar_is_one_series_without_labels(self):
        agent = self.agent(self.rule(query=f"scalar({self.metric})", threshold="> 5"))
        self.set(6, pod="a")
        incident = agent.wait_incident("open")
        self.assertEqual({}, incident["series"][0]["labels"])
        self.assertEqual(6, incident["value"])

    def test_a_disabled_rule_is_not_evaluated(self):
        agent = self.agent(self.rule("Off", enabled=False), self.rule("On", query=f'{self.metric}{{pod="none"}}'))
        self.set(1)
        self.assert_nothing_opens(agent, "On")
        agent.wait_metric(1, "tocsin_rules")


class Recovering(SeriesCase):
    def test_without_recover_the_threshold_no_longer_holds(self):
        agent = self.agent(self.rule(threshold="> 5"))
        self.set(6)
        agent.wait_incident("open")
        self.set(5)
        incident = agent.wait_incident("resolved")
        self.assertNotEqual("series gone", incident["resolve_reason"])

    def test_recover_holds_the_incident_open_between_the_two_thresholds(self):
        agent = self.agent(self.rule(threshold="> 5", recover="< 3"))
        self.set(10)
        agent.wait_incident("open")
        self.set(4)
        self.assert_still(agent, "open")
        self.set(2)
        agent.wait_incident("resolved")

    def test_nan_does_not_satisfy_recover(self):
        agent = self.agent(self.rule(threshold="> 5", recover="< 3"))
        self.set(10)
        agent.wait_incident("open")
        self.set(math.nan)
        self.assert_still(agent, "open")

    def test_between_the_two_thresholds_nothing_opens(self):
        agent = self.agent(self.rule(threshold="> 5", recover="< 3"))
        self.set(4)
        self.assert_nothing_opens(agent)

    def test_recover_for_asks_for_unbroken_recovery(self):
        agent = self.agent(self.rule(recover_for="4s"))
        self.set(1)
        agent.wait_incident("open")
        self.set(0)
        agent.wait_evaluations("Probe", 2)
        self.set(1)
        agent.wait_evaluations("Probe", 2)
        last_breach = agent.metric("tocsin_rule_last_evaluation_timestamp_seconds", rule="Probe")
        self.set(0)
        incident = agent.wait_incident("resolved")
        self.assertEqual(("INC-1", 0), (incident["id"], incident["flaps"]))
        self.assertGreaterEqual(when(incident["resolved_at"]), last_breach + 4)

    def test_nan_is_there_and_does_not_breach(self):
        agent = self.agent(self.rule())
        self.set(1)
        agent.wait_incident("open")
        self.set(math.nan)
        agent.wait_incident("resolved")


class Missing(SeriesCase):
    def test_a_series_that_vanishes_keeps_its_incident_open(self):
        agent = self.agent(self.rule(missing="5m"))
        self.set(1)
        agent.wait_incident("open")
        self.unset()
        self.assert_still(agent, "open")
        self.set(0)
        self.assertNotEqual("series gone", agent.wait_incident("resolved")["resolve_reason"])

    def test_after_missing_the_incident_resolves_because_the_series_is_gone(self):
        agent = self.agent(self.rule(missing="3s"))
        self.set(1)
        agent.wait_incident("open")
        seen = agent.metric("tocsin_rule_last_evaluation_timestamp_seconds", rule="Probe")
        self.unset()
        incident = agent.wait_incident("resolved")
        self.assertEqual("series gone", incident["resolve_reason"])
        self.assertGreaterEqual(when(incident["resolved_at"]), seen + 3)

    def test_with_missing_0s_absence_resolves_at_once(self):
        agent = self.agent(self.rule(missing="0s"), self.rule("Control", "> 100"))
        self.set(1)
        agent.wait_incident("open")
        self.unset()
        agent.wait_evaluations("Probe", 2)
        self.assertEqual("resolved", agent.incidents()[0]["state"])

    def test_pending_is_kept_while_missing_but_opening_takes_a_breaching_tick(self):
        agent = self.agent(self.rule(for_="2s", missing="5m"))
        self.set(1)
        self.wait_pending(agent)
        self.unset()
        self.assert_nothing_opens(agent, evaluations=4)
        self.wait_pending(agent)
        self.set(1)
        incident = agent.wait_incident("open")
        self.assertGreater(when(incident["opened_at"]) - when(incident["series"][0]["since"]), 2)

    def test_with_missing_0s_a_vanished_pending_series_starts_anew(self):
        agent = self.agent(self.rule(for_="2s", missing="0s"))
        self.set(1)
        self.wait_pending(agent)
        self.unset()
        self.wait_pending(agent, 0)
        self.set(1)
        incident = agent.wait_incident("open")
        self.assertEqual(2, when(incident["opened_at"]) - when(incident["series"][0]["since"]))

    def test_a_rule_without_threshold_takes_absence_as_evidence(self):
        agent = self.agent(self.rule(threshold=None, query=f"{self.metric} > 5"))
        self.set(6)
        agent.wait_incident("open")
        self.unset()
        agent.wait_evaluations("Probe", 2)
        self.assertEqual("resolved", agent.incidents()[0]["state"])

    def test_a_rule_without_threshold_keeps_its_state_for_the_missing_it_is_given(self):
        agent = self.agent(self.rule(threshold=None, query=f"{self.metric} > 5", missing="5m"))
        self.set(6)
        agent.wait_incident("open")
        self.unset()
        self.assert_still(agent, "open")


class NoData(SeriesCase):
    def test_an_empty_answer_for_the_whole_of_for_is_an_incident(self):
        agent = self.agent(self.rule(no_data="open", for_="2s", severity="SEV2"))
        incident = agent.wait_incident("open")
        self.assertEqual(("Probe", "SEV2"), (incident["rule"], incident["severity"]))
        self.set(0)
        self.assertEqual("INC-1", agent.wait_incident("resolved")["id"])

    def test_an_empty_answer_is_fine_by_default(self):
        self.assert_nothing_opens(self.agent(self.rule()))

    def test_data_in_time_prevents_the_incident(self):
        agent = self.agent(self.rule(no_data="open", for_="5m"))
        self.set(0)
        self.assert_nothing_opens(agent)


if __name__ == "__main__":
    unittest.main()
