#!/usr/bin/env python3
"""Runs clang-tidy over our own sources of a build directory: clang_tidy.py BUILD_DIR

Prints the findings on stderr and one line "clang-tidy PASSED FAILED" (files) on stdout.

Most of the time goes into the headers of libraries, so several files are looked at as one: a file that includes them.
Where that does not compile, for two of them use one name, each half is looked at by itself. Files that were clean are
not looked at again until one of them, a header of ours that they include, the command or the checks change.
"""

import concurrent.futures
import hashlib
import itertools
import json
import math
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLANG_TIDY = "clang-tidy-19"
OWN = ("agent", "rules", "notifiers", "tests")
TOGETHER = 16  # files
CHEAPEST = "--checks=-*,misc-unused-alias-decls"  # clang-tidy wants one at least
OURS = r"--header-filter=/(agent|rules|notifiers|tests)/.*\.(h|cc)$"


def dependencies(build):
    """Object file -> the files it was made from, as ninja recorded them."""
    text = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], check=True, capture_output=True, text=True).stdout
    found, current = {}, []
    for line in text.splitlines():
        if line.startswith("    "):
            current.append(line.strip())
        elif ": #deps" in line:
            current = found.setdefault(line.split(": #deps")[0], [])
    return found


def object_file(entry):
    """Debian 12's CMake names the object file in the command only."""
    words = shlex.split(entry["command"])
    return words[words.index("-o") + 1]


def is_own(path):
    return path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in OWN


def for_clang(entry):
    """The entry without what only g++ understands: its precompiled header, its own warnings."""
    command = re.sub(r" -Winvalid-pch -include \S+/cmake_pch\.hxx", "", entry["command"])
    return entry | {"command": command.replace(" -Werror ", " -Wno-unknown-warning-option ")}


def flags(entry):
    """The command without its file and its output."""
    return entry["command"].split(" -o ")[0]


def groups(entries):
    """Entries with the same flags and checks, at most TOGETHER in a group; neighbours stay neighbours."""
    def together(entry):
        return flags(entry), checks_of(pathlib.Path(entry["file"]))

    for _, alike in itertools.groupby(sorted(entries, key=lambda one: (together(one), one["file"])), key=together):
        alike = list(alike)
        size = math.ceil(len(alike) / math.ceil(len(alike) / TOGETHER))
        yield from (alike[at:at + size] for at in range(0, len(alike), size))


def checks_of(file):
    """What the tests' own .clang-tidy adds, for a file that clang-tidy does not find beside it."""
    if file.relative_to(ROOT).parts[0] != "tests":
        return ""
    return "," + re.search(r"^Checks: (.*)$", (ROOT / "tests" / ".clang-tidy").read_text(), re.MULTILINE)[1]


class Checker:
    def __init__(self, build, entries):
        self.build = build
        self.cache = build / "clang-tidy-clean"
        self.cache.mkdir(exist_ok=True)
        (self.cache / "compile_commands.json").write_text(json.dumps(entries))
        self.dependencies = dependencies(build)
        version = subprocess.run([CLANG_TIDY, "--version"], check=True, capture_output=True).stdout
        self.checks = version + (ROOT / ".clang-tidy").read_bytes() + (ROOT / "tests" / ".clang-tidy").read_bytes()

    def key(self, group):
        digest = hashlib.sha256(self.checks)
        own = set()
        for entry in group:
            digest.update(entry["command"].encode())
            own.add(pathlib.Path(entry["file"]))
            for name in self.dependencies.get(object_file(entry), []):
                path = (self.build / name).resolve()
                if is_own(path):
                    own.add(path)
        for path in sorted(own):
            digest.update(str(path).encode() + path.read_bytes())
        return digest.hexdigest()

    def failed(self, group):
        """How many files of the group are not clean; all of them where it cannot be told which."""
        mark = self.cache / self.key(group)
        if mark.exists():
            return 0
        if len(group) > 1:
            if "clang-diagnostic-error" in self.run_as_one(group, mark.name, CHEAPEST).stdout:
                half = len(group) // 2
                return self.failed(group[:half]) + self.failed(group[half:])
            checks = "-bugprone-suspicious-include" + checks_of(pathlib.Path(group[0]["file"]))
            ran = self.run_as_one(group, mark.name, f"--checks={checks}")
        else:
            ran = self.run([group[0]["file"], "-p", str(self.cache)])
        if ran.returncode == 0:
            mark.touch()
            return 0
        sys.stderr.write(ran.stdout + ran.stderr)
        return sum(1 for entry in group if entry["file"] + ":" in ran.stdout) or len(group)

    def run_as_one(self, group, name, checks):
        source = self.cache / f"{name}.cc"
        source.write_text("".join(f'#include "{entry["file"]}"\n' for entry in group))
        return self.run([OURS, checks, str(source), "--", *shlex.split(flags(group[0]))[1:]],
                        cwd=group[0]["directory"])

    def run(self, arguments, cwd=None):
        return subprocess.run([CLANG_TIDY, "--quiet", *arguments], capture_output=True, text=True, check=False, cwd=cwd)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    entries = list({entry["file"]: for_clang(entry) for entry in json.loads((build / "compile_commands.json").read_text())
                    if is_own(pathlib.Path(entry["file"]))}.values())
    checker = Checker(build, entries)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = sum(pool.map(checker.failed, groups(entries)))
    print("clang-tidy", len(entries) - failed, failed)
    return 0 if entries and failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
