"""Rules that are asked together of a VictoriaMetrics, whose functions on labels are not Prometheus's."""

import os
import time
import unittest

from harness import EndToEnd, FaultyProxy, wait_for
from harness.slot import in_one_slot
from harness.victoria_metrics import VictoriaMetrics

# Some leave room where a label was, into which the next one is put.
QUERIES = {
    "Plain": "{metric}",
    "Nested": "sum(sum by (pod) ({metric}) * 2)",
    "Counted": "count by (pod) ({metric} * 2)",
    "Without": "max without (zone) (avg without (pod) ({metric}))",
    "Quantile": 'histogram_quantile(0.9, sum by (pod, le) ({metric}_bucket))',
    "Replaced": 'label_replace({metric}, "zone", "", "pod", ".*")',
}


class Batch(EndToEnd):
    def setUp(self):
        super().setUp()
        self.victoria_metrics = VictoriaMetrics(os.path.join(self.directory, "victoria-metrics"))
        self.addCleanup(self.victoria_metrics.stop)

    def samples(self):
        """From a minute ago until ten minutes from now, one each second."""
        now = int(time.time())
        for at in range(now - 60, now + 600):
            for pod in ("a", "b"):
                yield f'{self.metric}{{pod="{pod}",zone="z"}} 1 {at}000'
                for le, count in (("0.1", 1), ("1", 2), ("+Inf", 3)):
                    yield f'{self.metric}_bucket{{pod="{pod}",zone="z",le="{le}"}} {count} {at}000'

    def test_each_rule_of_a_joined_request_has_its_own_answer(self):
        self.victoria_metrics.add(list(self.samples()))
        proxied = FaultyProxy(self.victoria_metrics.url)
        self.addCleanup(proxied.close)
        rules = [self.rule(name, query=in_one_slot(query.format(metric=self.metric)), interval="1s")
                 for name, query in QUERIES.items()]
        agent = self.agent(*rules, prometheus={"url": proxied.url})
        for rule in rules:
            agent.wait_incident("open", rule["name"])
        before = len(proxied.requests)
        wait_for(lambda: any(all(rule["query"] in asked.form["query"] for rule in rules)
                             for asked in proxied.requests[before:]), what="one request for all, at a later tick, too")
        for rule in rules:
            self.assertEqual(0, agent.metric("tocsin_rule_evaluation_failures_total", rule=rule["name"]))
        self.assertNotIn("__tocsin_", str(agent.incidents()))


if __name__ == "__main__":
    unittest.main()
