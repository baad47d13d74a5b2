"""The dashboards of deploy/grafana beside a busy tocsin: no panel is empty, and links lead to incidents."""

import json
import math
import pathlib
import re
import time
import unittest
from urllib.parse import urlsplit

from harness import Answer, EndToEnd, Prometheus, request, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
REFUSED, FAILING = "/refused", "/failing"
# Cases of the test's metric, each with a rule of its own and a severity.
RULES = {"Open": "SEV1", "Acknowledged": "SEV2", "Resolved": "SEV3", "Flapping": "SEV4"}


def dashboards():
    return [(path.stem, json.loads(path.read_text())) for path in DASHBOARDS]


class BusyTocsin(EndToEnd):
    """A tocsin to which everything has happened, watched by a Prometheus of its own from before it happened."""

    def setUp(self):
        super().setUp()
        self.began = time.time()
        self.agent = self.new_busy_agent()
        for case in (*RULES, "Pending"):
            self.exporter.set(self.metric, 0, case=case)
        self.agent.start()
        self.monitor = Prometheus(f"{self.directory}/monitor", urlsplit(self.agent.url).netloc, job="tocsin")
        self.addCleanup(self.monitor.stop)
        self.monitor.start()
        self.wait_seen("tocsin_build_info")
        self.keep_busy()
        self.variables = self.resolve_variables(dict(dashboards())["incident-response"])

    def new_busy_agent(self):
        rules = [self.rule(case, query=self.query_of(case), severity=severity, dedup_window="10m")
                 for case, severity in RULES.items()]
        rules.append(self.rule("Pending", query=self.query_of("Pending"), for_="1h"))
        rules.append(self.rule("Failing", query='label_replace(vector(1), "no label", "", "", "")'))
        self.receiver.always(REFUSED, Answer(400))
        self.receiver.always(FAILING, Answer(503))
        notifiers = {"hook": self.hook(), "refused": self.hook(url=self.receiver.url + REFUSED),
                     "failing": self.hook(url=self.receiver.url + FAILING)}
        return self.new_agent(*rules, notifiers=notifiers, prometheus={"unreachable_after": "1s"})

    def query_of(self, case):
        return f'{self.metric}{{case="{case}"}}'

    def keep_busy(self):
        self.agent.stop()
        self.agent.start()
        self.assertEqual(200, self.agent.post("/-/reload").status)
        for case in (*RULES, "Pending"):
            self.exporter.set(self.metric, 1, case=case)
        opened = {rule: self.agent.wait_incident("open", rule=rule)["id"] for rule in (*RULES, "TocsinRuleFailing")}
        self.agent.act(opened["Acknowledged"], "acknowledge")
        self.exporter.set(self.metric, 0, case="Resolved")
        self.exporter.set(self.metric, 0, case="Flapping")
        for case in ("Resolved", "Flapping"):
            self.agent.wait_incident("resolved", rule=case)
        self.exporter.set(self.metric, 1, case="Flapping")
        self.agent.wait_incident("open", rule="Flapping")
        self.wait_seen('tocsin_incident_flaps_total{rule="Flapping"} > 0')
        for outcome in ("delivered", "retried", "failed"):
            self.wait_seen(f'sum(tocsin_notifications_total{{outcome="{outcome}"}}) > 0')

    def wait_seen(self, expression):
        wait_for(lambda: self.monitor.query(expression), what=f"the Prometheus beside tocsin to have {expression}")

    def resolve_variables(self, dashboard):
        """What a person sees who opens the dashboard and chooses nothing."""
        variables = {"__rate_interval": "1m", "__range": "5m", "tocsin_url": self.agent.url}
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                metric, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"]).groups()
                found = {series["metric"][label] for series in self.monitor.query(filled(metric, variables))}
                expression = "|".join(re.escape(value) for value in sorted(found))
                variables[variable["name"]] = expression.replace("\\", r"\\")  # in a string of PromQL
        return variables

    def answer(self, query):
        """The series that a query of a panel or annotation shows, each as (labels, values that can be drawn)."""
        expression = filled(query["expr"], self.variables)
        if query.get("instant"):
            found = [(series["metric"], [series["value"]]) for series in self.monitor.query(expression)]
        else:
            step = 0.5
            end = time.time()  # a step ends there: what was seen a moment ago is shown
            times = {"start": end - math.ceil((end - self.began) / step) * step, "end": end, "step": step}
            found = [(series["metric"], series["values"])
                     for series in self.monitor.query(expression, "query_range", **times)]
        drawn = [(labels, [float(value) for _, value in values]) for labels, values in found]
        return [(labels, values) for labels, values in drawn if any(math.isfinite(value) for value in values)]


def filled(text, variables):
    """With its variables in place, written $name or ${name}. One that is unknown stays, and matches nothing."""
    return re.sub(r"\$(?:(\w+)|\{([\w.]+)\})", lambda name: variables.get(name[1] or name[2], name[0]), text)


class Dashboards(BusyTocsin):
    def test_nothing_is_empty_and_every_link_leads_somewhere(self):
        for name, dashboard in dashboards():
            for panel in dashboard["panels"]:
                for query in panel.get("targets", []):
                    with self.subTest(name, panel=panel["title"], query=query["refId"]):
                        self.assert_shows(query, panel["type"] == "heatmap")
            for annotation in dashboard["annotations"]["list"]:
                if "target" in annotation:
                    with self.subTest(name, annotation=annotation["name"]):
                        self.assert_shows(annotation["target"], positive=True)
            for panel in dashboard["panels"]:
                with self.subTest(name, links=panel["title"]):
                    self.assert_links_lead_to_incidents(panel)

    def assert_shows(self, query, positive=False):
        shown = self.answer(query)
        self.assertTrue(shown, f"nothing to see: {query['expr']}")
        if positive:
            self.assertTrue(any(value > 0 for _, values in shown for value in values), f"all 0: {query['expr']}")

    def assert_links_lead_to_incidents(self, panel):
        """Each is an address of the API, and one at least is that of an incident there is."""
        addresses = list(self.addresses(panel))
        replies = [request("GET", address) for address in addresses]
        self.assertEqual([], [address for address, reply in zip(addresses, replies) if reply.status != 200])
        if addresses:
            self.assertTrue(any(reply.json()["data"]["incidents"] for reply in replies), addresses)

    def addresses(self, panel):
        if panel["type"] == "text":
            for target in re.findall(r"\]\((\S+?)\)", panel["options"]["content"]):
                yield filled(target, self.variables)
            return
        shown = [labels for query in panel.get("targets", []) for labels, _ in self.answer(query)]
        for link in panel.get("fieldConfig", {}).get("defaults", {}).get("links", []):
            for labels in shown:
                of_series = {f"__field.labels.{label}": value for label, value in labels.items()}
                yield filled(link["url"], self.variables | of_series)


if __name__ == "__main__":
    unittest.main()
