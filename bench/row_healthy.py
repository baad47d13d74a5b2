#!/usr/bin/python3
"""10,000 rules at 10 s, each asked alone (batch = 1), with five series in every answer, none of which breaches."""

import evaluators
from canned import Canned, pods, vector
from evaluation import measure_evaluations
from row import folder, row

with row(__doc__, "10,000 rules with five healthy series each") as (result, options):
    rules = evaluators.Rules(10_000)
    # vmalert and Prometheus compare inside the query, so that their answers would be empty: tocsin alone looks on.
    with Canned(folder(options, "canned"), vector(pods(5, 0))) as canned:
        subjects = {"tocsin": lambda directory: evaluators.tocsin(directory, canned.url, rules)}
        measure_evaluations(result, options, subjects, canned, rules)
