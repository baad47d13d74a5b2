#!/usr/bin/python3
"""1,000, 10,000 and 100,000 quiet rules at 10 s, each asked alone (batch = 1), tocsin on one core: CPU per evaluation
and memory per rule do not grow, no tick is missed at 10,000 rules. What a rule takes is seen in the memory that tocsin
has of its own once it works: the peak with 1,000 rules is that of the start."""

import shutil

import evaluators
from canned import Canned
from evaluation import measure_one, missed
from row import folder, row

SIZES = (1_000, 10_000, 100_000)
CPU, OWN_MEMORY = "{:,} rules: CPU per evaluation", "{:,} rules: memory of its own at work"
MISSED = "{:,} rules: ticks missed"


def measure(result, options, size, canned):
    rules = evaluators.Rules(size)
    base = [shutil.which("taskset"), "--cpu-list", "0"]
    with evaluators.tocsin(folder(options, "subject"), canned.url, rules, base=base) as program:
        measure_one(result, f"{size:,} rules", program, canned, rules, options.seconds)
        result.add(OWN_MEMORY.format(size), "MiB", program.own_memory() / 2**20)
        result.add(MISSED.format(size), "ticks", missed(program))


with row(__doc__, "1,000 to 100,000 rules") as (shown, settings):
    with Canned(folder(settings, "canned")) as prometheus:
        for _ in range(settings.repetitions):
            for count in SIZES:
                measure(shown, settings, count, prometheus)
    small, middle, large = SIZES
    cpu = [shown.median(CPU.format(size)) for size in SIZES]
    shown.goal("CPU per evaluation, 10,000 rules to 1,000", cpu[1] / cpu[0], "<=", 1.1)
    shown.goal("CPU per evaluation, 100,000 rules to 10,000", cpu[2] / cpu[1], "<=", 1.1)
    memory = [shown.median(OWN_MEMORY.format(size)) for size in SIZES]
    shown.goal("memory of its own per rule, 10,000 to 100,000 rules against 1,000 to 10,000",
               (memory[2] - memory[1]) / (large - middle) / ((memory[1] - memory[0]) / (middle - small)), "<=", 1.1)
    shown.goal("ticks missed at 10,000 rules on one core", max(shown.figures[MISSED.format(middle)][1]), "==", 0)
