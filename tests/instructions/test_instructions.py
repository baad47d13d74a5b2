"""The hot functions take no more instructions than recorded: a guard that does not depend on how busy the machine is.

Callgrind counts the instructions of measured() in tests/instructions/main.cc. The record holds for a release build by
Debian's g++ on x86-64.
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
RECORD = HERE / "instructions.json"
PROGRAM = os.environ["HOT_FUNCTIONS_BIN"]
MARGIN = 1.1
# The same instructions on each processor: glibc and simdjson would take what the newest of them can.
PLAIN_PROCESSOR = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX512VL,-AVX512BW,-BMI2,-ERMS,-FSRM,-MOVBE,-RTM",
                   "SIMDJSON_FORCE_IMPLEMENTATION": "westmere"}
RECORD_ANEW = ("where that is meant, record anew: TOCSIN_RECORD_INSTRUCTIONS=1 ctest --test-dir build/release "
               "-R instructions, and say in the commit message why")


def hot_functions():
    return subprocess.run([PROGRAM], check=True, capture_output=True, text=True).stdout.splitlines()


def instructions(name):
    """What measured() takes for the hot function of this name."""
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=measured",
                               f"--callgrind-out-file={directory}/out", PROGRAM, name],
                              check=False, capture_output=True, text=True, env=os.environ | PLAIN_PROCESSOR)
    collected = re.search(r"Collected : (\d+)$", done.stderr, re.MULTILINE)
    if done.returncode or not collected or not int(collected[1]):
        raise AssertionError(f"callgrind counted nothing for {name!r}: {done.stderr}")
    return int(collected[1])


class Instructions(unittest.TestCase):
    def test_hot_functions_take_no_more_than_recorded(self):
        counted = {name: instructions(name) for name in hot_functions()}
        if os.environ.get("TOCSIN_RECORD_INSTRUCTIONS"):
            RECORD.write_text(json.dumps(counted, indent=2) + "\n")
        recorded = json.loads(RECORD.read_text())
        self.assertEqual(set(counted), set(recorded), f"these are other functions than those recorded; {RECORD_ANEW}")
        for name, count in counted.items():
            with self.subTest(name):
                self.assertLessEqual(count, recorded[name] * MARGIN,
                                     f"{name} takes {count / recorded[name]:.2f} times the instructions recorded in "
                                     f"{RECORD.relative_to(HERE.parents[1])}; {RECORD_ANEW}")


if __name__ == "__main__":
    unittest.main()
