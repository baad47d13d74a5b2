#!/usr/bin/python3
"""From the start of the process to the first query that Prometheus gets, which is answered at once: with 10 rules, with 10,000, and with 10 rules
and a store of 1,000,000 resolved incidents."""

import time

import evaluators
from measure import wait_for
from old_incidents import add_old_incidents
from row import folder, row
from stage import Stage


def measure(result, name, program, stage):
    already = len(stage.asked)
    begun = time.monotonic()
    with program:
        wait_for(lambda: program.alive() and len(stage.asked) > already, 120, f"the first query with {name}", every=0.002)
        result.add(f"{name}: start to first query", "ms", (stage.asked[already] - begun) * 1000)


def with_old_incidents(directory, stage, count):
    program = evaluators.tocsin(directory, stage.url, evaluators.Rules(10))
    with program:
        wait_for(lambda: stage.asked, 30, "tocsin to make its store")
    add_old_incidents(f"{directory}/tocsin.db", count)
    return program


with row(__doc__, "Start-up") as (shown, settings):
    with Stage() as prometheus:
        old = with_old_incidents(folder(settings, "old"), prometheus, settings.old_incidents)
        for _ in range(settings.repetitions):
            for rules in (10, 10_000):
                subject = evaluators.tocsin(folder(settings, "subject"), prometheus.url, evaluators.Rules(rules))
                measure(shown, f"{rules:,} rules", subject, prometheus)
            measure(shown, "10 rules, old incidents", old, prometheus)
    TIME = "{}: start to first query".format
    shown.goal("10 rules", shown.median(TIME("10 rules")), "<=", 100, "ms")
    shown.goal("10,000 rules", shown.median(TIME("10,000 rules")), "<=", 2000, "ms")
    shown.goal(f"10 rules and {settings.old_incidents:,} old incidents", shown.median(TIME("10 rules, old incidents")),
               "<=", 100, "ms")
