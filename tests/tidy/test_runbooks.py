"""The runbooks as somebody needs them at night: complete, with queries that parse and links that lead somewhere."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
SECTIONS = ["Symptoms", "Impact", "Recovery time objective", "First five minutes", "Investigation to thirty minutes",
            "Resolutions in order of preference", "How to validate", "Messages to send", "After the incident",
            "Prevention"]
FENCED = re.compile(r"^ *```(\w*)[^\n`]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
RUNBOOK_URL = re.compile(r"""^\s*runbook_url\s*=\s*["'](.*)["']""", re.MULTILINE)


def runbooks():
    return sorted(path for path in RUNBOOKS.glob("*.md") if path.name != "index.md")


def pages():
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def prose(path):
    return FENCED.sub("", path.read_text())


def headings(path, marks="#+"):
    return re.findall(rf"^{marks} (.+)$", prose(path), re.MULTILINE)


def anchors(path):
    """The fragments that GitHub makes of the headings."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(path)}


def section(path, name):
    return path.read_text().split(f"\n## {name}\n")[1].split("\n## ")[0]


def queries():
    """(file:line, query) of each promql block of the documentation."""
    for path in pages():
        text = path.read_text()
        for block in FENCED.finditer(text):
            if block[1] == "promql":
                yield f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, block.start()) + 1}", block[2]


class Runbooks(unittest.TestCase):
    maxDiff = None

    def test_each_has_every_section_in_order(self):
        self.assertGreaterEqual(len(runbooks()), 12)
        for path in runbooks():
            with self.subTest(path.name):
                self.assertEqual(SECTIONS, headings(path, "##"))

    def test_no_section_is_empty(self):
        for path in runbooks():
            for name in SECTIONS:
                with self.subTest(path.name, section=name):
                    self.assertTrue(section(path, name).strip())

    def test_symptoms_come_with_queries(self):
        for path in runbooks():
            with self.subTest(path.name):
                self.assertIn("```promql\n", section(path, "Symptoms"))

    def test_each_names_whom_to_tell_what(self):
        for path in runbooks():
            with self.subTest(path.name):
                self.assertEqual(["Internal", "Status page", "Users"],
                                 re.findall(r"^\*\*(.+?):\*\*", section(path, "Messages to send"), re.MULTILINE))

    def test_the_index_lists_each(self):
        linked = set(LINK.findall((RUNBOOKS / "index.md").read_text()))
        self.assertEqual([], [path.name for path in runbooks() if path.name not in linked])

    def test_each_rule_of_tocsins_own_has_one(self):
        header = (ROOT / "agent" / "engine" / "self_rules.h").read_text()
        names = re.findall(r'"(Tocsin\w+)"', header)
        self.assertTrue(names)
        titles = {heading for path in runbooks() for heading in headings(path, "#")}
        self.assertEqual([], [name for name in names if name not in titles])

    def test_each_query_parses(self):
        groups = [{"name": place, "rules": [{"record": f"query:{number}", "expr": query}]}
                  for number, (place, query) in enumerate(queries())]
        self.assertTrue(groups)
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as rules:
            json.dump({"groups": groups}, rules)
            rules.flush()
            ran = subprocess.run(["promtool", "check", "rules", rules.name], capture_output=True, text=True, check=False)
        self.assertEqual(0, ran.returncode, ran.stdout + ran.stderr)


class Links(unittest.TestCase):
    def assert_leads_somewhere(self, target, fragment):
        self.assertTrue(target.exists(), f"no such file: {target}")
        if fragment and target.suffix == ".md":
            self.assertIn(fragment, anchors(target))

    def test_each_relative_link_resolves(self):
        for path in pages():
            for link in LINK.findall(prose(path)):
                if re.match(r"[a-z]+:", link):
                    continue
                name, _, fragment = link.partition("#")
                with self.subTest(str(path.relative_to(ROOT)), link=link):
                    self.assert_leads_somewhere(path.parent / name if name else path, fragment)

    def test_each_runbook_url_of_the_rule_packs_resolves(self):
        packs = sorted((ROOT / "rules" / "packs").glob("*.toml"))
        self.assertTrue(packs)
        for path in packs:
            for url in RUNBOOK_URL.findall(path.read_text()):
                with self.subTest(path.name, url=url):
                    self.assertIn("/runbooks/", url)
                    name, _, fragment = url.split("/runbooks/")[1].partition("#")
                    self.assert_leads_somewhere(RUNBOOKS / name, fragment)


if __name__ == "__main__":
    unittest.main()
