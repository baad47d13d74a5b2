"""Measures what one evaluation of a rule costs an evaluator, on canned answers."""

import time
from urllib.request import urlopen

from measure import wait_for
from row import folder


def measure_evaluations(row, options, subjects, canned, rules):
    """`subjects` are {name: what makes the program of a directory}. They take turns; figures go to `row`."""
    for _ in range(options.repetitions):
        for name, make in subjects.items():
            with make(folder(options, "subject")) as program:
                measure_one(row, name, program, canned, rules, options.seconds)


def measure_one(row, name, program, canned, rules, seconds):
    first = canned.requests()
    # The first round, in which everything is new, is over, and one more fifth of a round to be sure.
    wait_for(lambda: program.alive() and canned.requests() - first >= 1.2 * rules.count, 600,
             f"{name} to evaluate", every=0.5)
    requests, cpu, begun = canned.requests(), program.cpu(), time.monotonic()
    time.sleep(seconds)
    requests, cpu, took = canned.requests() - requests, program.cpu() - cpu, time.monotonic() - begun
    row.add(f"{name}: CPU per evaluation", "µs", cpu / requests * 1e6)
    row.add(f"{name}: of the wanted rate", "%", requests / took / (rules.count / rules.interval) * 100)
    row.add(f"{name}: peak memory", "MiB", program.peak_memory() / 2**20)


def missed(program):
    """Ticks, of all rules since the start."""
    with urlopen(program.url + "/metrics") as reply:
        lines = reply.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines
               if line.startswith("tocsin_rule_missed_evaluations_total"))
