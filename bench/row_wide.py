#!/usr/bin/python3
"""500 rules at 10 s, each asked alone (batch = 1), with 1,000 series in every answer of which one breaches. Held against
parsing that JSON once (simdjson's DOM); the bare loop shows what fetching it costs."""

import json
import subprocess

import evaluators
from canned import Canned, pods, vector
from evaluation import measure_evaluations
from row import folder, row

FETCH, TOTAL = "bare loop: CPU per evaluation", "tocsin: CPU per evaluation"
PARSE = "parsing the JSON once"


def parse_once():
    """Microseconds, of the micro benchmark that does nothing else."""
    command = [evaluators.MICRO, "--benchmark_filter=^ParseJsonOfThousandSeries$", "--benchmark_format=json"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output)["benchmarks"][0]["cpu_time"] / 1000


with row(__doc__, "1,000 series in an answer, one breaches") as (result, options):
    rules = evaluators.Rules(500)
    with Canned(folder(options, "canned"), vector(pods(1, 1) + pods(1000, 0)[1:])) as canned:
        subjects = {
            "tocsin": lambda directory: evaluators.tocsin(directory, canned.url, rules),
            "bare loop": lambda directory: evaluators.bare_loop(directory, canned.url, rules),
        }
        measure_evaluations(result, options, subjects, canned, rules)
    for _ in range(options.repetitions):
        result.add(PARSE, "µs", parse_once())
    result.goal("CPU of tocsin beyond fetching, to parsing the JSON once",
                (result.median(TOTAL) - result.median(FETCH)) / result.median(PARSE), "<=", 3)
