#!/usr/bin/python3
"""The stripped binary, and what is resident with 10 rules and nothing to do."""

import os
import subprocess
import time

import evaluators
from canned import Canned
from measure import wait_for
from row import folder, row


def stripped_bytes(directory):
    path = os.path.join(directory, "stripped")
    subprocess.run(["strip", "-o", path, evaluators.TOCSIN], check=True)
    return os.path.getsize(path)


with row(__doc__, "Footprint") as (shown, settings):
    shown.add("stripped binary", "MiB", stripped_bytes(settings.directory) / 2**20)
    with Canned(folder(settings, "canned")) as prometheus:
        for _ in range(settings.repetitions):
            with evaluators.tocsin(folder(settings, "subject"), prometheus.url, evaluators.Rules(10)) as program:
                wait_for(lambda: program.alive() and prometheus.requests() >= 10, 30, "a first round")
                time.sleep(settings.seconds)
                shown.add("resident with 10 rules", "MiB", program.memory() / 2**20)
                shown.add("of it no page of a file", "MiB", program.own_memory() / 2**20)
                shown.add("peak with 10 rules", "MiB", program.peak_memory() / 2**20)
    shown.goal("stripped binary", shown.median("stripped binary"), "<=", 6, "MiB")
    shown.goal("idle memory", shown.median("resident with 10 rules"), "<=", 15, "MiB")
