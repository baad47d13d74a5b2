#!/usr/bin/python3
"""2,000 rules at 5 s on a real Prometheus, 2 % of them pending. What an evaluation costs is the CPU of Prometheus above
what it needs without any rules, plus that of the evaluator. tocsin joins rules in one request (its default). What is
held against Prometheus's own rules is measured beside them, each with a Prometheus of its own, so that whatever else
the machine does meets both. The data of Prometheus lie in memory (/dev/shm), so that other programs' use of the disk
does not show."""

import contextlib
import tempfile
import time
from urllib.request import urlopen

import evaluators
from canned import Canned
from measure import wait_for
from row import folder, row

RULES = evaluators.Rules(2_000, interval=5, query='sum by (rule) (avg_over_time(bench_load{{rule="{rule}"}}[1m]))')

WINDOW_OF_QUERY = 60
SECONDS_MIN = 20  # Prometheus collects its garbage about once a second, which is a fifth of its CPU


def metrics():
    """One series for each rule; one in fifty breaches."""
    return "".join(f'bench_load{{rule="{number}"}} {int(number % 50 == 0)}\n' for number in range(RULES.count))


def counted(url, beginning):
    """The sum of a counter over the labels that begin so; tocsin counts rules of its own, too, which ask nothing."""
    with urlopen(url + "/metrics") as reply:
        lines = reply.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(beginning))


QUERIES = 'prometheus_http_requests_total{code="200",handler="/api/v1/query"}'
RANGES = 'prometheus_http_requests_total{code="200",handler="/api/v1/query_range"}'
# Evaluator -> what counts its evaluations, as a function of (Prometheus, evaluator).
COUNTERS = {
    "tocsin": lambda prometheus, evaluator: counted(evaluator.url, 'tocsin_rule_evaluations_total{rule="Rule'),
    "vmalert": lambda prometheus, evaluator: counted(prometheus.url, QUERIES),
    "Prometheus's own rules": lambda prometheus, evaluator: counted(prometheus.url, "prometheus_rule_evaluations_total"),
    "no rules": lambda prometheus, evaluator: 0,
}
MAKE = {
    "tocsin": lambda directory, url: evaluators.tocsin(directory, url, RULES, batch=50),
    "vmalert": lambda directory, url: evaluators.vmalert(directory, url, RULES),
}


def measure(options, names, target):
    """Name -> CPU of all its programs in seconds a second, evaluations a second, CPU of each of its programs."""
    with contextlib.ExitStack() as stack:
        running = {name: start(stack, options, name, target) for name in names}
        time.sleep(WINDOW_OF_QUERY)  # each has as many samples to look at
        before, begun = {name: reading(name, *programs) for name, programs in running.items()}, time.monotonic()
        time.sleep(max(options.seconds, SECONDS_MIN))
        after, took = {name: reading(name, *programs) for name, programs in running.items()}, time.monotonic() - begun
    measured = {}
    for name in names:
        evaluations, *cpu = ((now - then) / took for now, then in zip(after[name], before[name]))
        measured[name] = sum(cpu), evaluations, cpu
    return measured


def start(stack, options, name, target):
    """Prometheus and, where it is not its own, the evaluator, once they have caught up."""
    data = stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm"))
    own = RULES if name == "Prometheus's own rules" else None
    prometheus = stack.enter_context(evaluators.prometheus(data, target, own))
    wait_for(lambda: ready(prometheus), 60, "Prometheus to scrape")
    evaluator = stack.enter_context(MAKE[name](folder(options, name), prometheus.url)) if name in MAKE else None
    programs = [prometheus] + ([evaluator] if evaluator else [])
    wait_for(lambda: name == "no rules" or (all(program.alive() for program in programs) and
                                            reached(COUNTERS[name], prometheus, evaluator)), 120, f"{name} to evaluate")
    wait_for(lambda: caught_up(prometheus), 120, f"{name} to catch up", every=1)
    return prometheus, evaluator


def reading(name, prometheus, evaluator):
    """Evaluations so far, and the CPU of each program."""
    return COUNTERS[name](prometheus, evaluator), prometheus.cpu(), evaluator.cpu() if evaluator else 0


def ready(prometheus):
    """Ready, and the first scrape is in."""
    with contextlib.suppress(OSError):
        return prometheus.alive() and counted(prometheus.url, "prometheus_tsdb_head_series ") > RULES.count
    return False


def caught_up(prometheus):
    """Nobody has read the past for an interval: what came due while the first round was under way has been read."""
    before = counted(prometheus.url, RANGES)
    time.sleep(RULES.interval)
    return counted(prometheus.url, RANGES) == before


def reached(count, prometheus, evaluator):
    with contextlib.suppress(OSError):
        return count(prometheus, evaluator) >= RULES.count
    return False


with row(__doc__, "2,000 rules on a real Prometheus") as (shown, settings):
    with Canned(folder(settings, "exporter"), metrics=metrics()) as exporter:
        for _ in range(settings.repetitions):
            measured = measure(settings, ("no rules", "tocsin", "Prometheus's own rules"), exporter.url)
            idle = measured.pop("no rules")[0]
            measured |= measure(settings, ("vmalert",), exporter.url)
            shown.add("Prometheus without rules: CPU", "% of a core", idle * 100)
            for subject, (cpu, rate, parts) in measured.items():
                shown.add(f"{subject}: CPU per evaluation", "µs", (cpu - idle) / rate * 1e6)
                if subject in MAKE:
                    shown.add(f"{subject}: of it the evaluator's", "µs", parts[1] / rate * 1e6)
                shown.add(f"{subject}: of the wanted rate", "%", rate / (RULES.count / RULES.interval) * 100)
    COST = "{}: CPU per evaluation".format
    shown.ratio_goal("CPU of tocsin to Prometheus's own rules", COST("tocsin"), COST("Prometheus's own rules"), 1.3)
    shown.ratio_goal("CPU of tocsin to vmalert", COST("tocsin"), COST("vmalert"), 0.15)
