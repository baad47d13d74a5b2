"""The architecture as a test: who may include whom, which calls are nobody's, and that what exists is described."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "simulation"))
import mutations  # noqa: E402: found by the line before

# Folder -> what it may include besides itself: folders, or single headers of folders that are otherwise closed to it.
# Left of the flow nothing is known of what stands to its right; adapters know the core, the core knows no adapter but
# by its interface header.
BASE = ["agent/base"]
FLOOR = BASE + ["rules", "agent/http/request.h", "notifiers/notification.h"]
FLOW = ["agent/poll", "agent/evaluate", "agent/incident", "agent/route", "agent/outbox", "agent/notify"]
MAY_INCLUDE = {
    "agent/base": [],
    "agent/http": BASE,
    "rules/template": BASE + ["rules/unicode.h", "rules/go_string.h"],
    "rules": BASE + ["rules/template"],
    "notifiers": BASE + ["agent/http/request.h", "agent/http/status_text.h"],
    "agent/poll": FLOOR + ["agent/http/status_text.h", "agent/config/config.h"],
    "agent/evaluate": FLOOR + ["agent/poll/answer.h"],
    "agent/incident": FLOOR + ["agent/evaluate/evaluator.h", "agent/outbox/delivery.h"],
    "agent/route": FLOOR + ["agent/config/config.h", "agent/incident/incident.h"],
    "agent/outbox": FLOOR + ["agent/incident/incident.h", "agent/incident/draft.h", "agent/route/router.h"],
    "agent/notify": FLOOR + ["notifiers", "agent/http/transport.h", "agent/incident", "agent/outbox",
                             "agent/config/config.h", "agent/engine/read_model.h"],
    "agent/engine": FLOOR + FLOW + ["notifiers", "agent/http/transport.h", "agent/store/store.h",
                                    "agent/config/config.h"],
    "agent/config": FLOOR + ["notifiers/settings.h", "agent/http/url.h"],
    "agent/store": FLOOR + ["agent/poll/clock_record.h", "agent/evaluate/series_state.h", "agent/incident/incident.h",
                            "agent/outbox/delivery.h"],
    "agent/api": FLOOR + ["notifiers/json.h", "notifiers/text.h", "agent/config/config.h", "agent/engine/control.h",
                          "agent/engine/read_model.h", "agent/incident/incident.h", "agent/outbox/delivery.h",
                          "agent/store/store_reader.h"],
    "agent/cli": FLOOR + FLOW + ["notifiers", "agent/engine", "agent/http", "agent/config", "agent/store", "agent/api"],
    "agent": BASE + ["agent/cli"],
}

# Library header -> the only folders (or files) that know the library.
LIBRARIES = {
    r"curl/": ["agent/http/", "agent/cli/version.cc"],
    r"sqlite3\.h|SQLiteCpp/": ["agent/store/", "agent/cli/version.cc"],
    r"toml\+\+/": ["agent/config/", "agent/cli/version.cc"],
    r"boost/": ["agent/api/", "agent/cli/version.cc"],
    r"prometheus/": ["agent/api/"],
    r"simdjson\.h": ["agent/poll/", "agent/cli/version.cc"],
    r"mimalloc\.h": ["agent/cli/"],
    r"CLI/": ["agent/cli/", "agent/main.cc"],
}

# Call -> the files that may make it, and what everybody else does instead. An adapter may look at a clock for its own
# time-outs: the simulation has other adapters.
BANNED_CALLS = {
    r"system_clock::now|steady_clock::now|clock_gettime|gettimeofday": (
        ["agent/base/clock.cc", "agent/http/curl_transport.cc", "agent/api/context.cc", "agent/store/schema.cc",
         "agent/store/sqlite_reader.cc"],
        "take `now` as an argument"),
    r"(?<![\w:.>])(?:std::|::)?time\s*\(\s*(?:nullptr|NULL|0|&)": ([], "take `now` as an argument"),
    r"random_device|mt19937|(?<!\w)s?rand\s*\(": (["agent/base/random.cc"], "use agent/base/random.h"),
    r"std::(?:shared_|recursive_|timed_)?mutex|std::condition_variable": (
        ["agent/engine/inbox.h", "agent/engine/inbox.cc", "agent/base/published.h", "agent/api/api.h",
         "agent/api/cached.h", "agent/api/connections.h", "agent/base/log.cc", "agent/base/watchdog.h",
         "agent/base/watchdog.cc"],
        "hand values over through Inbox or Published"),
    r"std::regex\b|std::wregex\b": ([], "use RE2, which always ends"),
    r"\bsystem\s*\(|\bpopen\s*\(": ([], "start no programs"),
    r"std::cout|std::cerr": ([], "log, or print in agent/cli with fmt"),
}
# What looks again and again at another program has to wait between two looks.
MAY_SLEEP = ("tests/support/", "tests/rules/template_prometheus_test.cc")
SLEEP = re.compile(r"sleep_for|sleep_until|\b(?:nano|u)?sleep\s*\(")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def own_files(*patterns):
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    listed = subprocess.run([*command, *patterns], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def code_of(text):
    """Without comments and without what stands in string literals, line by line."""
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    text = re.sub(r"/\*.*?\*/", lambda block: "\n" * block.group().count("\n"), text, flags=re.DOTALL)
    return [line.split("//")[0] for line in text.splitlines()]


def production():
    return own_files("agent/*.cc", "agent/*.h", "rules/*.cc", "rules/*.h", "notifiers/*.cc", "notifiers/*.h")


class Tidy(unittest.TestCase):
    maxDiff = None

    def assert_none(self, faults):
        self.assertEqual("", "\n".join(faults))


class Includes(Tidy):
    def test_a_folder_includes_only_what_stands_to_its_left(self):
        faults = []
        for name in production():
            folder = str(pathlib.PurePosixPath(name).parent)
            allowed = MAY_INCLUDE.get(folder)
            if allowed is None:
                faults.append(f"{name}: folder {folder} has no line in MAY_INCLUDE")
                continue
            for included in re.findall(r'^#include "([^"]+)"', read(name), re.MULTILINE):
                if included.endswith(".inc"):
                    continue
                if str(pathlib.PurePosixPath(included).parent) not in [folder, *allowed] and included not in allowed:
                    faults.append(f"{name}: may not include {included}")
        self.assert_none(faults)

    def test_a_library_is_known_to_its_adapter_only(self):
        faults = []
        for name in production():
            for included in re.findall(r"^#include <([^>]+)>", read(name), re.MULTILINE):
                for library, homes in LIBRARIES.items():
                    if re.match(library, included) and not any(name.startswith(home) for home in homes):
                        faults.append(f"{name}: <{included}> belongs to {homes[0]}")
        self.assert_none(faults)


class Calls(Tidy):
    def test_no_banned_call_is_made(self):
        faults = []
        for name in production():
            for number, line in enumerate(code_of(read(name)), 1):
                for call, (homes, instead) in BANNED_CALLS.items():
                    if name not in homes and re.search(call, line):
                        faults.append(f"{name}:{number}: {line.strip()} -- {instead}")
        self.assert_none(faults)

    def test_nobody_sleeps_where_a_condition_can_be_waited_for(self):
        faults = []
        for name in production() + own_files("tests/*.cc", "tests/*.h"):
            for number, line in enumerate(code_of(read(name)), 1):
                if SLEEP.search(line) and not name.startswith(MAY_SLEEP):
                    faults.append(f"{name}:{number}: {line.strip()}")
        self.assert_none(faults)


class Files(Tidy):
    def test_every_header_says_first_what_it_is(self):
        self.assert_none([name for name in own_files("*.h") if not read(name).startswith("// ")])

    def test_every_script_says_first_what_it_does(self):
        faults = []
        for name in own_files("*.sh", ".ci/run", "*.bash"):
            lines = read(name).splitlines()
            if not any(line.startswith("# ") for line in lines[:2]):
                faults.append(name)
        for name in own_files("*.py"):
            text = re.sub(r"^#!.*\n", "", read(name))
            if text.strip() and not text.startswith('"""'):
                faults.append(name)
        self.assert_none(faults)

    def test_no_two_headers_define_a_type_of_one_name(self):
        """The linker would take one of them for both, and say nothing."""
        homes = {}
        for name in production():
            if not name.endswith(".h"):
                continue
            namespace = ""
            for line in read(name).splitlines():
                if opened := re.match(r"namespace ([\w:]+) {", line):
                    namespace = opened.group(1)
                elif found := re.match(r"(?:struct|class|enum class) ([\w:]+)[^;]*{", line):
                    homes.setdefault(f"{namespace}::{found.group(1)}", []).append(name)
        self.assert_none([f"{found}: {', '.join(names)}" for found, names in sorted(homes.items()) if len(names) > 1])

    def test_nothing_is_left_unfinished(self):
        faults = []
        for name in own_files("*.cc", "*.h", "*.py", "*.sh", "*.md", "*.toml", "*.yml", "*.cmake", "CMakeLists.txt"):
            if name == "tests/tidy/test_tidy.py":
                continue
            for number, line in enumerate(read(name).splitlines(), 1):
                if UNFINISHED.search(line):
                    faults.append(f"{name}:{number}: {line.strip()}")
        self.assert_none(faults)

    def test_scripts_can_be_run(self):
        self.assert_none([name for name in own_files("*.sh", ".ci/run") if not (ROOT / name).stat().st_mode & 0o100])


class Mutations(Tidy):
    def test_each_still_finds_its_text(self):
        faults = []
        for mutation in mutations.MUTATIONS:
            try:
                mutations.mutate(ROOT, mutation)
            except ValueError as fault:
                faults.append(str(fault))
        self.assert_none(faults)


class Documents(Tidy):
    def documents(self):
        return "\n".join(read(name) for name in own_files("README.md", "docs/*.md"))

    def test_the_readme_names_the_two_commands(self):
        for command in ("./deploy/quickstart.sh", "./tests/run.sh"):
            self.assertIn(command, read("README.md"))

    def test_every_flag_is_described(self):
        documents = self.documents()
        flags = set()
        for name in own_files("agent/cli/*.cc", "agent/main.cc"):
            flags.update(re.findall(r'add_(?:option|flag)\(\s*"(--[a-z-]+)"', read(name)))
        self.assertTrue(flags)
        self.assert_none(sorted(flag for flag in flags if flag not in documents))

    def test_links_between_documents_lead_somewhere(self):
        faults = []
        for name in own_files("*.md"):
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", read(name)):
                if "://" not in target and not (ROOT / name).parent.joinpath(target).exists():
                    faults.append(f"{name}: {target}")
        self.assert_none(faults)


if __name__ == "__main__":
    unittest.main()
