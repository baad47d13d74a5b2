#!/usr/bin/python3
"""10,000 rules at 10 s, each asked alone (batch = 1), with 1,000 series in every answer of which one breaches. What
tocsin does once an answer has been fetched is held against parsing that JSON once: two bare loops fetch it, and one of
them parses it, too (simdjson's DOM)."""

import evaluators
from canned import Canned, pods, vector
from evaluation import measure_evaluations
from row import folder, row

TOTAL, FETCH, PARSE = (f"{name}: CPU per evaluation" for name in ("tocsin", "bare loop", "bare loop that parses"))


with row(__doc__, "1,000 series in an answer, one breaches") as (result, options):
    rules = evaluators.Rules(10_000)
    with Canned(folder(options, "canned"), vector(pods(1, 1) + pods(1000, 0)[1:])) as canned:
        subjects = {
            "tocsin": lambda directory: evaluators.tocsin(directory, canned.url, rules),
            "bare loop": lambda directory: evaluators.bare_loop(directory, canned.url, rules),
            "bare loop that parses": lambda directory: evaluators.bare_loop(directory, canned.url, rules, "parse"),
        }
        measure_evaluations(result, options, subjects, canned, rules)
    fetch = result.median(FETCH)
    parse = result.median(PARSE) - fetch
    assert parse > 0, "too noisy a machine to see what parsing costs"
    result.goal("CPU of tocsin beyond fetching, to parsing the JSON once", (result.median(TOTAL) - fetch) / parse, "<=", 3)
