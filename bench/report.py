#!/usr/bin/python3
"""Writes docs/benchmarks.md: report.py OUTPUT MICRO_JSON ROW_JSON..."""

import json
import os
import pathlib
import re
import subprocess
import sys

from measure import Figure
from row import COMPARE, show

PACKAGES = ["prometheus", "prometheus-alertmanager", "victoria-metrics", "nginx-light", "libcurl4", "libsqlite3-0",
            "libmimalloc2.0", "g++"]
HEAD = """# Benchmarks

Written by `bench/run.sh`; do not edit. tocsin and its peers do the same work on the same machine in the same run, one
after another, several times. CPU is that of whole processes (`/proc/PID/stat`), memory is the most that was ever
resident (`VmHWM`). Each figure is the median; in brackets the lowest and the highest, and how many there were.
What counts are the ratios: other machines have other figures.

"""


def first_line(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal: *(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 2**20
    yield "machine", f"{os.cpu_count()} cores ({cpu[1] if cpu else os.uname().machine}), {memory:.0f} GiB of memory"
    yield "kernel", os.uname().release
    yield "load when it ended", f"{os.getloadavg()[2]:.1f} (15 minutes)"
    yield "commit", first_line(["git", "-c", "safe.directory=*", "describe", "--always", "--dirty"])
    for package in PACKAGES:
        yield package, first_line(["dpkg-query", "-W", "-f", "${Version}", package])


def table(header, rows):
    lines = [" | ".join(header), " | ".join("---" for _ in header), *(" | ".join(row) for row in rows)]
    return "".join(f"| {line} |\n" for line in lines) + "\n"


def goals(rows):
    for row in rows:
        for goal in row["goals"]:
            reached = COMPARE[goal["compare"]](goal["value"], goal["limit"])
            yield (row["title"], goal["text"], f"{show(goal['value'])} {goal['unit']}".strip(),
                   f"{goal['compare']} {show(goal['limit'])}", "reached" if reached else "**missed**")


def figures(row):
    for name, (unit, values) in row["figures"].items():
        figure = Figure(tuple(values))
        yield name, f"{show(figure.median)} {unit}", f"{show(figure.low)} to {show(figure.high)}", str(len(values))


def micro(path):
    for one in json.loads(pathlib.Path(path).read_text())["benchmarks"]:
        yield one["name"], f"{one['cpu_time']:,.0f} {one['time_unit']}"


def main(output, micro_file, *row_files):
    rows = [json.loads(pathlib.Path(file).read_text()) for file in row_files]
    text = HEAD + table(("what", "which"), machine())
    text += "## Goals\n\n" + table(("work", "goal", "measured", "limit", ""), goals(rows))
    for row in rows:
        text += f"## {row['title']}\n\n{row['about']}\n\n"
        text += table(("quantity", "median", "range", "times"), figures(row))
    text += "## Hot functions\n\nGoogle Benchmark, `build/bench/bench/micro`: CPU for one call.\n\n"
    text += table(("function", "CPU"), micro(micro_file))
    pathlib.Path(output).write_text(text.rstrip("\n") + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
