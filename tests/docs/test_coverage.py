"""Nothing that users can write or see is missing from the documentation, and nothing there is made up."""

import re
import sys
import tempfile
import unittest

from binary import commands, flags_of, help_of, keys_in_sources, known_keys, subcommands_of
from documents import DOCS, ROOT, blocks, codes, pages, prose, rows, sections

sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from harness import Tocsin, free_port, wait_for  # noqa: E402

PROMETHEUS = '[prometheus]\nurl = "http://localhost:9090"\n'
RULES = PROMETHEUS + '[rules]\nfiles = ["rules.toml"]\n'
CONNECTIONS = ["Connections"]
HTTP = CONNECTIONS + ["Logins"]
ANY_NOTIFIER = ["[notifiers.NAME]"]

# What a table of the configuration is called here -> how to write one, where its keys are described (headings of
# configuration.md), and what their names begin with there.
TABLES = {
    "[prometheus]": (PROMETHEUS + "{}", ["[prometheus]", *HTTP], ""),
    "[prometheus] tls": (PROMETHEUS + "[prometheus.tls]\n{}", CONNECTIONS, "tls."),
    "[prometheus] basic_auth": (PROMETHEUS + "[prometheus.basic_auth]\n{}", ["Logins"], "basic_auth."),
    "[rules]": (PROMETHEUS + "[rules]\n{}", ["[rules]"], ""),
    "[store]": (PROMETHEUS + "[store]\n{}", ["[store]"], ""),
    "[web]": (PROMETHEUS + "[web]\n{}", ["[web]"], ""),
    "[web] tls": (PROMETHEUS + "[web.tls]\n{}", ["[web]"], "tls."),
    "[heartbeat]": (PROMETHEUS + "[heartbeat]\n{}", ["[heartbeat]", *HTTP], ""),
    "[[route]]": (PROMETHEUS + "[[route]]\n{}", ["[[route]]"], ""),
    "slack": (PROMETHEUS + '[notifiers.x]\ntype = "slack"\n{}', [*ANY_NOTIFIER, "slack", *CONNECTIONS], ""),
    "pagerduty": (PROMETHEUS + '[notifiers.x]\ntype = "pagerduty"\n{}', [*ANY_NOTIFIER, "pagerduty", *CONNECTIONS], ""),
    "email": (PROMETHEUS + '[notifiers.x]\ntype = "email"\n{}', [*ANY_NOTIFIER, "email", *CONNECTIONS], ""),
    "webhook": (PROMETHEUS + '[notifiers.x]\ntype = "webhook"\n{}', [*ANY_NOTIFIER, "webhook", *HTTP], ""),
    "console": (PROMETHEUS + '[notifiers.x]\ntype = "console"\n{}', ANY_NOTIFIER, ""),
}


def described_keys(text, prefix=""):
    """The keys in the first column of the tables in `text`. A secret has a second one, for its file."""
    keys = set()
    for row in rows(text):
        for name in codes(row[0]):
            if not name.startswith(prefix):
                continue
            key, _, inner = name.removeprefix(prefix).partition(".")
            keys |= {key, f"{key}_file"} if "secret" in row[1] and not inner else {key}
    return keys


class Configuration(unittest.TestCase):
    def setUp(self):
        self.headings = sections(DOCS / "configuration.md")

    def test_each_key_of_each_table_is_described_and_none_is_made_up(self):
        for name, (text, headings, prefix) in TABLES.items():
            described = set()
            for heading in headings:
                described |= described_keys(self.headings[heading], prefix)
            with self.subTest(name):
                self.assertEqual(sorted(known_keys(text)), sorted(described))

    def test_each_key_of_the_top_level_is_described(self):
        tables = {re.match(r"\[+(\w+)", heading)[1] for heading in self.headings if heading.startswith("[")}
        self.assertEqual(known_keys("{}\n" + PROMETHEUS), tables | described_keys(self.headings["Top level"]))

    def test_each_key_of_a_rule_is_described_and_none_is_made_up(self):
        described = described_keys(sections(DOCS / "rules.md")["Keys"])
        self.assertEqual(sorted(known_keys(RULES, "[[rule]]\n{}")), sorted(described))
        self.assertEqual(sorted(known_keys(RULES, "[defaults]\n{}")), sorted(described))

    def test_no_table_is_forgotten_here(self):
        asked = {"defaults", "rule"} | known_keys("{}\n" + PROMETHEUS) | known_keys(RULES, "[[rule]]\n{}")
        for text, _, _ in TABLES.values():
            asked |= known_keys(text)
        in_sources = keys_in_sources()
        self.assertGreater(len(in_sources), 60)
        self.assertEqual(set(), in_sources - asked)


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.page = DOCS / "command-line.md"
        self.headings = sections(self.page)

    def section_of(self, command):
        found = [heading for heading in self.headings if heading.split()[:2] == ["tocsin", command]]
        self.assertEqual(1, len(found), f"headings for tocsin {command}")
        return found[0] + self.headings[found[0]]

    def test_each_flag_is_described_where_its_command_is(self):
        self.assertGreaterEqual(len(commands()), 10)
        for command in commands():
            text = self.section_of(command[0])
            with self.subTest(" ".join(command)):
                self.assertEqual(set(), {flag for flag in flags_of(*command) - {"--help"} if flag not in text})

    def test_each_flag_of_tocsin_itself_is_described(self):
        text = self.headings["The command line"]
        self.assertEqual(set(), {flag for flag in flags_of() if flag not in text})

    def test_each_command_is_described(self):
        for command in commands():
            self.assertIn(" ".join(command), prose(self.page))

    def test_each_environment_variable_is_described(self):
        variables = {name for command in commands() for name in re.findall(r"\(Env:(\w+)\)", help_of(*command))}
        self.assertTrue(variables)
        self.assertEqual(set(), {name for name in variables if name not in prose(self.page)})

    def test_no_flag_is_made_up(self):
        known = flags_of().union(*(flags_of(*command) for command in commands()))
        self.assertEqual(set(), set(re.findall(r"(--[a-z][a-z-]*)", prose(self.page))) - known)

    def test_each_command_in_an_example_exists_with_its_flags(self):
        found = 0
        for language in ("sh", "bash", "console"):
            for block in blocks(language):
                for line in re.findall(r"^(?:\$ )?tocsin (.*)$", block.text.replace("\\\n", " "), re.MULTILINE):
                    found += 1
                    with self.subTest(block.place, line=line):
                        self.assert_command_exists(line)
        self.assertGreaterEqual(found, 5)

    def assert_command_exists(self, line):
        words = re.split(r"\s+[|>&]", line)[0].split()
        command = []
        for word in words:
            if word in subcommands_of(*command):
                command.append(word)
        known = flags_of() | flags_of(*command) if command else flags_of()
        self.assertEqual(set(), {word.split("=")[0] for word in words if word.startswith("--")} - known)
        self.assertTrue(command or known & set(words))


class Templates(unittest.TestCase):
    def test_each_function_is_described_and_what_is_missing_too(self):
        source = (ROOT / "rules" / "template" / "functions.cc").read_text()
        functions, unsupported = source.split("kUnsupported = ")
        functions = re.findall(r'^    \{"(\w+)", "[rsa*]*"', functions, re.MULTILINE)
        unsupported = re.findall(r'\{"(\w+)", [k"]', unsupported)
        self.assertGreater(len(functions), 30)
        self.assertGreater(len(unsupported), 15)
        described = set(re.findall(r"\w+", " ".join(codes(prose(DOCS / "templates.md")))))
        self.assertEqual(set(), set(functions + unsupported) - described)


class Messages(unittest.TestCase):
    def test_each_text_that_operations_explains_is_one_of_the_binarys(self):
        sources = "".join(path.read_text() for path in (ROOT / "agent").rglob("*.cc"))
        sources += "".join(path.read_text() for path in (ROOT / "notifiers").rglob("*.cc"))
        sources = re.sub(r'"\s*\n\s*"', "", sources)
        headings = sections(DOCS / "operations.md")
        texts = [code for heading in ("Log lines", "The store does not open") for row in rows(headings[heading])
                 for code in codes(row[0])]
        self.assertGreater(len(texts), 25)
        for text in texts:
            with self.subTest(text):
                for part in re.split(r"\.\.\.| N$", text):
                    self.assertTrue(part.strip(" -") in sources, "no such text in the sources")


class HttpApi(unittest.TestCase):
    def test_each_path_is_described(self):
        source = (ROOT / "agent" / "api" / "api.cc").read_text()
        routes = re.findall(r'^    \{"([A-Z]+)", "([^"]+)", \w+,', source, re.MULTILINE)
        self.assertGreaterEqual(len(routes), 11)
        described = {code for row in rows(prose(DOCS / "http-api.md")) for code in codes(row[0])}
        named = {f"{method} {path.replace('{id}', 'ID')}" for method, path in routes}
        self.assertEqual(set(), named - described)
        self.assertEqual(set(), {code for code in described if re.match(r"(GET|POST) ", code)} - named)


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.described = {codes(row[0])[0]: row for row in rows(prose(DOCS / "metrics.md"))
                         if codes(row[0]) and re.match(r"(tocsin|process)_", codes(row[0])[0])}
        cls.metrics = cls.scrape()

    @classmethod
    def scrape(cls):
        """What an agent shows that has a rule and a notifier; it needs no Prometheus for that."""
        with tempfile.TemporaryDirectory() as directory:
            agent = Tocsin(directory, f"http://127.0.0.1:{free_port()}", [{"name": "Probe", "query": "up"}],
                           notifiers={"console": {"type": "console"}}, route=[{"notify": ["console"]}])
            agent.start(ready=False)
            try:
                wait_for(lambda: cls.evaluated(agent), what="a first evaluation")
                return agent.metrics()
            finally:
                agent.kill()

    @staticmethod
    def evaluated(agent):
        try:
            return agent.metric("tocsin_rule_evaluations_total", rule="Probe") > 0
        except OSError:
            return False

    def test_each_metric_is_described_and_none_is_made_up(self):
        self.assertGreaterEqual(len(self.metrics.types), 30)
        self.assertEqual(sorted(self.metrics.types), sorted(self.described))

    def test_types_are_right(self):
        for name, kind in self.metrics.types.items():
            with self.subTest(name):
                self.assertEqual(kind, self.described[name][1])

    def test_labels_are_right(self):
        shown = 0
        for name, row in self.described.items():
            described = set() if name.startswith("process_") else set(codes(row[2]))
            samples = [labels for suffix in ("", "_count") for labels, _ in self.metrics.matching(name + suffix)]
            shown += bool(samples)
            with self.subTest(name):
                self.assertEqual(described if samples else set(), set().union(*samples))
        self.assertGreaterEqual(shown, 30)

    def test_no_page_names_a_metric_that_does_not_exist(self):
        families = "|".join(self.metrics.types)
        for path in pages():
            for name in re.findall(r"\btocsin_[a-z_]+[a-z]\b", path.read_text()):
                with self.subTest(str(path.relative_to(ROOT)), name=name):
                    self.assertRegex(name, rf"^({families})(_bucket|_sum|_count)?$")


if __name__ == "__main__":
    unittest.main()
