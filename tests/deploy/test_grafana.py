"""The dashboards: as Grafana's own types want them, complete, and provisioned under the names that they use.

grafana_dashboard.schema.json comes of the types that Grafana publishes; its comment says how.
"""

import itertools
import json
import pathlib
import re
import unittest

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GRAFANA = ROOT / "deploy" / "grafana"
DASHBOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))
WIDTH = 24  # columns of Grafana's grid


def load(path):
    return json.loads(path.read_text())


def charts(dashboard):
    """The panels that show metrics."""
    return [panel for panel in dashboard["panels"] if panel["type"] not in ("row", "text")]


def expressions(dashboard):
    queries = [target for panel in charts(dashboard) for target in panel["targets"]]
    queries += [annotation["target"] for annotation in dashboard["annotations"]["list"] if "target" in annotation]
    return [query["expr"] for query in queries]


def metrics(dashboard):
    named = re.findall(r"\b(?:tocsin|process)_\w+", " ".join(expressions(dashboard)))
    return {re.sub(r"_(?:bucket|count|sum)$", "", name) for name in named if name != "tocsin_url"}


def documented():
    return set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE))


def overlap(one, other):
    return (one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
            and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])


class Schema(unittest.TestCase):
    def setUp(self):
        self.validator = jsonschema.Draft7Validator(load(HERE / "grafana_dashboard.schema.json"))

    def faults(self, dashboard):
        return [f"{'/'.join(map(str, error.absolute_path))}: {jsonschema.exceptions.best_match([error]).message}"
                for error in self.validator.iter_errors(dashboard)]

    def test_each_dashboard_is_of_grafanas_types(self):
        self.assertEqual(["incident-response", "tocsin-internals"], [path.stem for path in DASHBOARDS])
        for path in DASHBOARDS:
            with self.subTest(path.name):
                self.assertEqual([], self.faults(load(path)))

    def test_the_schema_refuses_what_grafana_does_not_know(self):
        for key, value in {"colorMode": "loud", "unknown": 1, "reduceOptions": None}.items():
            dashboard = load(DASHBOARDS[0])
            next(panel for panel in dashboard["panels"] if panel["type"] == "stat")["options"][key] = value
            with self.subTest(key):
                self.assertTrue(self.faults(dashboard))


class Content(unittest.TestCase):
    def test_at_least_ten_panels_answer_questions_in_the_order_of_asking(self):
        dashboard = load(GRAFANA / "dashboards" / "incident-response.json")
        self.assertGreaterEqual(len(charts(dashboard)), 10)
        rows = [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"]
        self.assertEqual(["What is open now, and how bad?", "How fast do we detect, acknowledge, resolve?",
                          "What flaps, and which rules fail?", "Is delivery keeping up, and to whom not?",
                          "Is tocsin itself well?"], rows)

    def test_every_panel_says_what_it_shows_and_in_which_unit(self):
        for path in DASHBOARDS:
            for panel in charts(load(path)):
                with self.subTest(path.name, panel=panel["title"]):
                    self.assertTrue(panel["description"])
                    axis = panel["options"].get("yAxis", panel["fieldConfig"]["defaults"])
                    self.assertIn("unit", axis)

    def test_single_numbers_have_thresholds(self):
        for panel in charts(load(GRAFANA / "dashboards" / "incident-response.json")):
            if panel["type"] in ("stat", "bargauge"):
                defaults = panel["fieldConfig"]["defaults"]
                coloured = "mappings" in defaults or panel["fieldConfig"]["overrides"]
                with self.subTest(panel["title"]):
                    self.assertTrue(coloured or len(defaults["thresholds"]["steps"]) > 1)

    def test_every_query_asks_the_chosen_datasource(self):
        chosen = {"type": "prometheus", "uid": "${datasource}"}
        for path in DASHBOARDS:
            dashboard = load(path)
            self.assertEqual("datasource", dashboard["templating"]["list"][0]["type"])
            for panel in charts(dashboard):
                with self.subTest(path.name, panel=panel["title"]):
                    self.assertEqual([chosen] * (1 + len(panel["targets"])),
                                     [panel["datasource"], *(target["datasource"] for target in panel["targets"])])

    def test_openings_and_resolutions_are_annotated(self):
        names = {annotation["name"] for annotation in load(DASHBOARDS[0])["annotations"]["list"]}
        self.assertLessEqual({"Openings", "Resolutions"}, names)

    def test_panels_of_incidents_link_to_them(self):
        links = [link["url"] for panel in charts(load(DASHBOARDS[0]))
                 for link in panel["fieldConfig"]["defaults"].get("links", [])]
        self.assertGreaterEqual(len(links), 4)
        self.assertEqual([], [url for url in links if not url.startswith("${tocsin_url}/api/v1/incidents?")])

    def test_together_they_show_every_metric_that_is_documented_and_no_other(self):
        self.assertEqual(documented(), set().union(*(metrics(load(path)) for path in DASHBOARDS)))

    def test_panels_have_a_place_of_their_own(self):
        for path in DASHBOARDS:
            panels = load(path)["panels"]
            places = [panel["gridPos"] for panel in panels]
            with self.subTest(path.name):
                self.assertEqual(len(panels), len({panel["id"] for panel in panels}))
                self.assertEqual([], [place for place in places if place["x"] + place["w"] > WIDTH])
                self.assertEqual([], [pair for pair in itertools.combinations(places, 2) if overlap(*pair)])


class Provisioning(unittest.TestCase):
    def read(self, kind):
        (path,) = (GRAFANA / "provisioning" / kind).glob("*.yml")
        return yaml.safe_load(path.read_text())

    def test_there_is_a_prometheus_to_choose(self):
        (source,) = self.read("datasources")["datasources"]
        self.assertEqual(("prometheus", True), (source["type"], source["isDefault"]))

    def test_the_dashboards_are_looked_for_where_they_are_mounted(self):
        (provider,) = self.read("dashboards")["providers"]
        self.assertEqual(("file", "/etc/grafana/dashboards"), (provider["type"], provider["options"]["path"]))


if __name__ == "__main__":
    unittest.main()
