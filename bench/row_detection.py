#!/usr/bin/python3
"""One incident at a time: from Prometheus sending the answer that breaches to the webhook's request coming in, with the
commit on disk (synchronous=FULL) in between."""

import statistics

import evaluators
from canned import pods, vector
from measure import wait_for
from row import folder, row
from stage import Stage

RULES = evaluators.Rules(1, interval=1, hold="0s")


def breaching(number):
    """An answer of its own each time: another pod, another incident."""
    return vector([(labels | {"pod": f"web-{number}"}, 1) for labels, _ in pods(1, 1)]).encode()


def measure(result, options, openings):
    with Stage() as stage:
        config = f'[notifiers.hook]\ntype = "webhook"\nurl = "{stage.url}/hook"\n[[route]]\nnotify = ["hook"]\n'
        with evaluators.tocsin(folder(options, "subject"), stage.url, RULES, config=config):
            wait_for(lambda: stage.asked, 30, "tocsin to ask")
            delays = [opening(stage, number) for number in range(openings)]
    result.add("answer sent to notification received", "ms", statistics.median(delays))
    result.add("the slowest", "ms", max(delays))


def opening(stage, number):
    """Milliseconds from the answer to the notification."""
    told, answer = len(stage.hooked), breaching(number)
    stage.answer = answer
    wait_for(lambda: len(stage.hooked) > told, 30, "the notification", every=0.01)
    return (stage.hooked[told] - stage.answered[answer]) * 1000


with row(__doc__, "One incident, from answer to notification") as (shown, settings):
    for _ in range(settings.repetitions):
        measure(shown, settings, 10 if settings.repetitions == 1 else 20)
    shown.goal("median", shown.median("answer sent to notification received"), "<=", 10, "ms")
