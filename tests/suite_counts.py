#!/usr/bin/env python3
"""Counts tests for tests/run.sh.

suite_counts.py --prefix P JUNIT GTEST_DIR   one line "suite passed failed" for each test that ctest ran
suite_counts.py --names LABEL BUILD_DIR      the names of the ctest tests with that label

A GoogleTest executable reports its cases in GTEST_DIR/NAME.xml and a Python suite in its output ("Ran 12 tests");
anything else counts as one test. What was skipped or disabled has not run, so it counts as failed.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET


def gtest_counts(report, ok):
    root = ET.parse(report).getroot()
    cases = list(root.iter("testcase"))
    failed = sum(1 for case in cases if case.find("failure") is not None or case.get("result") != "completed")
    # A crash after the last case is written leaves a clean report behind.
    return len(cases) - failed, failed if ok else max(failed, 1)


def unittest_counts(output, ok):
    ran = sum(int(count) for count in re.findall(r"^Ran (\d+) tests? in", output, re.MULTILINE))
    # A test with several failing subtests is one test.
    failed = len(set(re.findall(r"^(?:FAIL|ERROR): (\S+ \(\S+\))", output, re.MULTILINE)))
    failed += sum(int(count) for count in re.findall(r"skipped=(\d+)", output))
    return max(ran - failed, 0), failed if ok else max(failed, 1)


def counts_of(case, reports):
    ok = case.get("status") == "run"
    report = reports / f"{case.get('name')}.xml"
    output = case.findtext("system-out") or ""
    if report.exists():
        return gtest_counts(report, ok)
    if re.search(r"^Ran \d+ tests? in", output, re.MULTILINE):
        return unittest_counts(output, ok)
    return (1, 0) if ok else (0, 1)


def print_counts(prefix, junit, reports):
    cases = list(ET.parse(junit).getroot().iter("testcase"))
    for case in cases:
        passed, failed = counts_of(case, pathlib.Path(reports))
        print(f"{prefix}{case.get('name')} {passed} {failed}")
    return 0 if cases else 1


def print_names(label, build):
    listed = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1", "--label-regex", f"^{label}$"],
                            check=True, capture_output=True, text=True)
    print(*(test["name"] for test in json.loads(listed.stdout)["tests"]))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prefix", default="")
    parser.add_argument("--names", metavar="LABEL")
    parser.add_argument("paths", nargs="+")
    arguments = parser.parse_args()
    if arguments.names:
        return print_names(arguments.names, arguments.paths[0])
    return print_counts(arguments.prefix, *arguments.paths)


if __name__ == "__main__":
    sys.exit(main())
