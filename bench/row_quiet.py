#!/usr/bin/python3
"""10,000 rules at 10 s whose answers are empty, each asked alone (batch = 1): CPU per evaluation."""

import evaluators
from canned import Canned
from evaluation import measure_evaluations
from row import folder, row

with row(__doc__, "10,000 quiet rules") as (result, options):
    rules = evaluators.Rules(10_000)
    with Canned(folder(options, "canned")) as canned:
        subjects = {
            "tocsin": lambda directory: evaluators.tocsin(directory, canned.url, rules),
            "vmalert": lambda directory: evaluators.vmalert(directory, canned.url, rules),
            "bare loop": lambda directory: evaluators.bare_loop(directory, canned.url, rules),
        }
        measure_evaluations(result, options, subjects, canned, rules)
    cpu, memory = "{}: CPU per evaluation".format, "{}: peak memory".format
    result.ratio_goal("CPU of tocsin to vmalert", cpu("tocsin"), cpu("vmalert"), 0.35)
    result.ratio_goal("CPU of tocsin to the bare libcurl loop", cpu("tocsin"), cpu("bare loop"), 1.6)
    result.ratio_goal("memory of tocsin to vmalert", memory("tocsin"), memory("vmalert"), 0.4)
