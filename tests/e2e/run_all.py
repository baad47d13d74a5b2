#!/usr/bin/python3
"""Runs every test file here, several at once, and prints what each did.

TOCSIN_BIN names the binary, build/release/tocsin by default. Exit status 0 only when every test ran and passed.
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import time

from harness import TOCSIN

HERE = pathlib.Path(__file__).resolve().parent


def run_file(module, pattern):
    """(module, passed, failed, seconds, output) of one test file."""
    started = time.monotonic()
    command = [sys.executable, "-m", "unittest", "-v", module] + (["-k", pattern] if pattern else [])
    result = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    ran = sum(int(count) for count in re.findall(r"^Ran (\d+) tests? in", result.stdout, re.MULTILINE))
    headings = re.findall(r"^(?:FAIL|ERROR): (\S+ \(\S+\))", result.stdout, re.MULTILINE)
    skipped = sum(int(count) for count in re.findall(r"skipped=(\d+)", result.stdout))
    failed = len(set(headings)) + skipped  # a test with several failing subtests is one test
    if result.returncode != 0:
        failed = max(failed, 1)
    return module, max(ran - failed, 0), failed, time.monotonic() - started, result.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=3, help="test files at once (default 3)")
    parser.add_argument("-k", dest="pattern", help="only tests whose name matches, as unittest's -k")
    parser.add_argument("files", nargs="*", help="such as test_api.py; all by default")
    arguments = parser.parse_args()
    if not pathlib.Path(TOCSIN).exists():
        sys.exit(f"{TOCSIN} is not there: build it, or name another in TOCSIN_BIN")
    modules = [pathlib.Path(file).stem for file in arguments.files] or longest_first()
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = [pool.submit(run_file, module, arguments.pattern) for module in modules]
        for run in concurrent.futures.as_completed(runs):
            module, file_passed, file_failed, seconds, output = run.result()
            if file_failed:
                print(output)
            print(f"{module:24} {file_passed:4} passed {file_failed:4} failed {seconds:6.1f} s", flush=True)
            passed, failed = passed + file_passed, failed + file_failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def longest_first():
    """The biggest files first, so that none is left over at the end."""
    return [file.stem for file in sorted(HERE.glob("test_*.py"), key=lambda file: -file.stat().st_size)]


if __name__ == "__main__":
    sys.exit(main())
