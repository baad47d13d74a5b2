#!/usr/bin/python3
"""People and scrapers beside 10,000 rules at 10 s and 1,000,000 stored incidents: how long a list of incidents, a
filtered one and a scrape of /metrics take, and whether a tick is missed for it."""

import time
from urllib.request import urlopen

import evaluators
from canned import Canned
from evaluation import missed
from measure import wait_for
from old_incidents import add_old_incidents
from row import folder, row

PATHS = {
    "newest incidents": "/api/v1/incidents",
    "active incidents": "/api/v1/incidents?state=active",
    "one rule and severity": "/api/v1/incidents?rule=Rule7&severity=SEV4&limit=1000",
    "one incident": "/api/v1/incidents/INC-500000",
    "scrape": "/metrics",
}
MISSED = "ticks missed while reading"


def milliseconds(url):
    begun = time.monotonic()
    with urlopen(url) as reply:
        reply.read()
    return (time.monotonic() - begun) * 1000


def read_for(result, program, seconds):
    """Each in turn, about ten times a second all together."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name, path in PATHS.items():
            result.add(name, "ms", milliseconds(program.url + path.replace("500000", str(OLD // 2))))
            time.sleep(0.1)


def measure(result, options, canned, program, rules):
    first = canned.requests()
    with program:
        wait_for(lambda: program.alive() and canned.requests() - first >= 1.2 * rules.count, 600, "a first round")
        read_for(result, program, options.seconds)
        result.add(MISSED, "ticks", missed(program))


with row(__doc__, "Reading beside 1,000,000 incidents") as (shown, settings):
    OLD = settings.old_incidents
    RULES = evaluators.Rules(10_000)
    with Canned(folder(settings, "canned")) as prometheus:
        subject = evaluators.tocsin(folder(settings, "subject"), prometheus.url, RULES)
        with subject:
            wait_for(lambda: subject.alive() and prometheus.requests() > 0, 30, "tocsin to make its store")
        add_old_incidents(folder(settings, "subject/tocsin.db"), OLD)
        for _ in range(settings.repetitions):
            measure(shown, settings, prometheus, subject, RULES)
    for path in PATHS:
        shown.goal(path, shown.median(path), "<=", 50, "ms")
    shown.goal(MISSED, max(shown.figures[MISSED][1]), "==", 0)
