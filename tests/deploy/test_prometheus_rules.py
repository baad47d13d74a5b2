"""The alerts on tocsin itself: sound, proven in both directions by promtool, and with runbooks that exist."""

import pathlib
import re
import subprocess
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy" / "prometheus" / "tocsin.rules.yml"
PROOFS = ROOT / "tests" / "promtool" / "tocsin_rules_test.yml"
RUNBOOKS = "https://tocsin.example.org/runbooks/"
# What has to be noticed, whatever else is.
PROMISED = {"TocsinAbsent", "TocsinBlind", "TocsinDeliveryFailing", "TocsinOutboxOld", "TocsinReloadFailed",
            "TocsinEvaluationsMissed", "TocsinStoreDown", "TocsinStoreSlow", "TocsinRuleFailing"}


def alerts():
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def proofs():
    """(alert, whether it fires there) of each case."""
    for test in yaml.safe_load(PROOFS.read_text())["tests"]:
        for case in test["alert_rule_test"]:
            yield case["alertname"], bool(case["exp_alerts"])


def promtool(*arguments):
    ran = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


class Rules(unittest.TestCase):
    def test_promtool_finds_nothing_to_say(self):
        status, said = promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)
        self.assertEqual(0, status, said)

    def test_every_case_holds(self):
        status, said = promtool("test", "rules", PROOFS)
        self.assertEqual(0, status, said)

    def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_quiet(self):
        names = {rule["alert"] for rule in alerts()}
        self.assertEqual({(name, fires) for name in names for fires in (True, False)}, set(proofs()))

    def test_nothing_promised_is_missing(self):
        self.assertLessEqual(PROMISED, {rule["alert"] for rule in alerts()})

    def test_each_alert_says_what_a_person_needs(self):
        for rule in alerts():
            with self.subTest(rule["alert"]):
                self.assertIn(rule["labels"]["severity"], {"critical", "warning"})
                self.assertTrue(rule["annotations"]["summary"].strip())
                self.assertTrue(rule["annotations"]["description"].strip())

    def test_the_documentation_lists_each_alert(self):
        page = (ROOT / "docs" / "monitoring.md").read_text()
        listed = re.findall(r"^\| `(Tocsin\w+)` \| (\w+) \|", page, re.MULTILINE)
        self.assertEqual({(rule["alert"], rule["labels"]["severity"]) for rule in alerts()}, set(listed))

    def test_each_runbook_is_there(self):
        for rule in alerts():
            address = rule["annotations"].get("runbook_url")
            if address is None:
                continue
            with self.subTest(rule["alert"]):
                self.assertTrue(address.startswith(RUNBOOKS), address)
                self.assertTrue((ROOT / "docs" / "runbooks" / address.removeprefix(RUNBOOKS)).is_file(), address)

    def test_each_metric_is_one_of_tocsins(self):
        documented = set(re.findall(r"^\| `(tocsin_\w+)`", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE))
        self.assertTrue(documented)
        for rule in alerts():
            used = {re.sub(r"_bucket$", "", name) for name in re.findall(r"\btocsin_\w+", rule["expr"])}
            with self.subTest(rule["alert"]):
                self.assertLessEqual(used, documented)


if __name__ == "__main__":
    unittest.main()
