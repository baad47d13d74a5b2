#!/usr/bin/env python3
"""Runs clang-tidy over our own sources of a build directory: clang_tidy.py BUILD_DIR

Prints the findings on stderr and one line "clang-tidy PASSED FAILED" (files) on stdout. A file that was clean is not
looked at again until itself, one of our headers that it includes, its compile command, or the checks change.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLANG_TIDY = "clang-tidy-19"
OWN = ("agent", "rules", "notifiers", "tests")


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


class Checker:
    def __init__(self, build, entries):
        self.build = build
        self.cache = build / "clang-tidy-clean"
        self.cache.mkdir(exist_ok=True)
        (self.cache / "compile_commands.json").write_text(json.dumps(entries))
        self.dependencies = dependencies(build)
        version = subprocess.run([CLANG_TIDY, "--version"], check=True, capture_output=True).stdout
        self.checks = version + (ROOT / ".clang-tidy").read_bytes() + (ROOT / "tests" / ".clang-tidy").read_bytes()

    def key(self, entry):
        digest = hashlib.sha256(self.checks + entry["command"].encode())
        own = {pathlib.Path(entry["file"])}
        for name in self.dependencies.get(object_file(entry), []):
            path = (self.build / name).resolve()
            if is_own(path):
                own.add(path)
        for path in sorted(own):
            digest.update(str(path).encode() + path.read_bytes())
        return digest.hexdigest()

    def clean(self, entry):
        mark = self.cache / self.key(entry)
        if mark.exists():
            return True
        ran = subprocess.run([CLANG_TIDY, "--quiet", "-p", str(self.cache), entry["file"]],
                             capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            sys.stderr.write(ran.stdout + ran.stderr)
            return False
        mark.touch()
        return True


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    entries = [for_clang(entry) for entry in json.loads((build / "compile_commands.json").read_text())
               if is_own(pathlib.Path(entry["file"]))]
    checker = Checker(build, entries)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(checker.clean, entries))
    print("clang-tidy", sum(results), len(results) - sum(results))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
