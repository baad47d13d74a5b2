"""Far more at once than anybody can work on: bounded, said, and nothing lost by what people do meanwhile."""

import signal
import unittest

from harness import HOOK, Answer, EndToEnd, wait_for
from harness.scripted_prometheus import Raw, success

SERIES = 100_000
LIMIT = 10_000  # the default
PEAK_BYTES_MAX = 600 << 20


def answering(pods):
    body = success("vector", [{"metric": {"pod": pod}, "value": [0, "1"]} for pod in pods])
    return Raw(lambda: [body])


class ManySeries(EndToEnd):
    def test_a_hundred_thousand_series_breach_at_once(self):
        prometheus = self.scripted_prometheus()
        prometheus.raw = answering(())
        agent = self.agent(self.rule(interval="3s", missing="0s"),
                           prometheus={"url": prometheus.url, "timeout": "30s"})
        prometheus.raw = answering(f"pod-{number:06}" for number in range(SERIES))
        limited = agent.wait_incident("open", rule="TocsinTooManyIncidents", timeout=120)
        self.assertEqual("SEV2", limited["severity"])
        self.assertEqual("Probe", limited["labels"]["limited_rule"])
        self.assertEqual(SERIES - LIMIT, limited["value"])
        agent.wait_evaluations("Probe", 3, timeout=120)
        self.assertEqual(LIMIT, len(self.open_pods(agent)))
        self.assertLessEqual(agent.metric("tocsin_outbox_depth", notifier="hook"), LIMIT + 1)
        self.assertLess(agent.peak_memory(), PEAK_BYTES_MAX)
        self.assert_what_was_left_out_opens(prometheus, agent)

    def assert_what_was_left_out_opens(self, prometheus, agent):
        still = {f"pod-{number:06}" for number in range(SERIES - LIMIT, SERIES)}
        prometheus.raw = answering(still)
        agent.wait_incident("resolved", rule="TocsinTooManyIncidents", timeout=120)
        wait_for(lambda: self.open_pods(agent) == still, 60, "those that were left out to open")

    def open_pods(self, agent):
        pods, cursor = set(), {}
        while True:
            page = agent.get("/api/v1/incidents", rule="Probe", state="open", limit=1000, **cursor).json()["data"]
            pods |= {incident["labels"]["pod"] for incident in page["incidents"]}
            if not page["next_cursor"]:
                return pods
            cursor = {"cursor": page["next_cursor"]}


class Reloads(EndToEnd):
    def test_sighup_again_and_again_while_hundreds_are_told_loses_and_doubles_nothing(self):
        agent = self.agent(self.rule())
        pods = [f"p{number}" for number in range(300)]
        self.exporter.set_pods(self.metric, 1, pods)
        self.wait_told(1)
        self.hang_up_until(agent, len(pods))
        self.assertEqual(sorted(pods), self.told_pods("firing"))
        self.exporter.set_pods(self.metric, 0, pods)
        self.wait_told(len(pods) + 1)
        self.hang_up_until(agent, 2 * len(pods))
        agent.wait_evaluations("Probe", 2)
        self.assertEqual(sorted(pods), self.told_pods("firing"))
        self.assertEqual(sorted(pods), self.told_pods("resolved"))

    def test_sighup_with_another_configuration_while_thousands_wait_loses_and_doubles_nothing(self):
        """They wait for a receiver that refuses, and the notifier moves to another."""
        self.receiver.always(HOOK, Answer(503))
        agent = self.agent(self.rule())
        pods = [f"p{number:04}" for number in range(2000)]
        self.exporter.set_pods(self.metric, 1, pods)
        wait_for(lambda: agent.metric("tocsin_outbox_depth", notifier="hook") == len(pods), 60, "all to wait")
        agent.config["notifiers"]["hook"]["url"] = self.receiver.url + "/moved"
        agent.rules["rule"].append(self.rule("Later", query=f"max({self.metric})"))
        agent.write()
        agent.signal(signal.SIGHUP)
        self.wait_told(len(pods) + 1, "/moved", 120)
        agent.wait_evaluations("Later", 2)
        told = [body["commonLabels"] for body in self.receiver.taken("/moved")]
        self.assertEqual(pods, sorted(labels["pod"] for labels in told if labels["alertname"] == "Probe"))
        self.assertEqual(1, sum(labels["alertname"] == "Later" for labels in told))

    def hang_up_until(self, agent, count):
        def told():
            agent.signal(signal.SIGHUP)
            return len(self.told()) >= count

        wait_for(told, what=f"{count} notifications between reloads")

    def told_pods(self, status):
        return sorted(body["commonLabels"]["pod"] for body in self.receiver.taken("/hook") if body["status"] == status)


if __name__ == "__main__":
    unittest.main()
