"""What every script of a row shares: its options, the figures it collects, and how they are shown and kept."""

import argparse
import contextlib
import dataclasses
import json
import operator
import os
import tempfile
from dataclasses import dataclass, field

from measure import Figure

COMPARE = {"<=": operator.le, ">=": operator.ge, "==": operator.eq}


@dataclass
class Goal:
    text: str
    value: float
    compare: str
    limit: float
    unit: str = ""

    @property
    def reached(self):
        return COMPARE[self.compare](self.value, self.limit)


@dataclass
class Row:
    """One row of docs/benchmarks.md: figures by name, and the goals they are held against."""
    title: str
    about: str
    figures: dict = field(default_factory=dict)  # name -> (unit, values)
    goals: list = field(default_factory=list)

    def add(self, name, unit, value):
        """One more measurement of `name`."""
        self.figures.setdefault(name, (unit, []))[1].append(value)

    def median(self, name):
        return Figure(tuple(self.figures[name][1])).median

    def goal(self, text, value, compare, limit, unit=""):
        self.goals.append(Goal(text, value, compare, limit, unit))

    def ratio_goal(self, text, name, to, limit):
        """`name` is at most `limit` of `to`, by their medians."""
        self.goal(text, self.median(name) / self.median(to), "<=", limit)

    def lines(self):
        yield f"## {self.title}"
        for name, (unit, values) in self.figures.items():
            figure = Figure(tuple(values))
            yield f"{name:48} {show(figure.median)} {unit} ({show(figure.low)} to {show(figure.high)}, {len(values)})"
        for goal in self.goals:
            yield (f"goal: {goal.text}: {show(goal.value)} {goal.compare} {show(goal.limit)} {goal.unit} "
                   f"{'reached' if goal.reached else 'MISSED'}")


def show(number):
    """Three digits that count."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


@contextlib.contextmanager
def row(about, title):
    """(Row, options) of a script: prints what it collected, and with --json adds it to a file."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="one repetition, short windows: a first look")
    parser.add_argument("--repetitions", type=int, help="default 3")
    parser.add_argument("--seconds", type=float, help="how long each window is, default 20")
    parser.add_argument("--old-incidents", type=int, help="in a store with a past, default 1,000,000")
    parser.add_argument("--json", help="file to which the row is written for report.py")
    options = parser.parse_args()
    options.repetitions = options.repetitions or (1 if options.quick else 3)
    options.old_incidents = options.old_incidents or (100_000 if options.quick else 1_000_000)
    options.seconds = options.seconds or (10 if options.quick else 20)
    result = Row(title, " ".join(about.split()))
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as options.directory:
        yield result, options
    print("\n".join(result.lines()), flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(dataclasses.asdict(result), file)


def folder(options, name):
    return os.path.join(options.directory, name)
