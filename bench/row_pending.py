#!/usr/bin/python3
"""10,000 rules at 10 s, each asked alone (batch = 1), with five series in every answer that breach and stay pending."""

import evaluators
from canned import Canned, pods, vector
from evaluation import measure_evaluations
from row import folder, row

with row(__doc__, "10,000 rules with five pending series each") as (result, options):
    rules = evaluators.Rules(10_000)
    with Canned(folder(options, "canned"), vector(pods(5, 1))) as canned:
        subjects = {
            "tocsin": lambda directory: evaluators.tocsin(directory, canned.url, rules),
            "vmalert": lambda directory: evaluators.vmalert(directory, canned.url, rules),
        }
        measure_evaluations(result, options, subjects, canned, rules)
    cpu, memory = "{}: CPU per evaluation".format, "{}: peak memory".format
    result.ratio_goal("CPU of tocsin to vmalert", cpu("tocsin"), cpu("vmalert"), 0.05)
    result.ratio_goal("memory of tocsin to vmalert", memory("tocsin"), memory("vmalert"), 0.4)
