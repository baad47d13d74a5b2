#!/usr/bin/python3
"""10,000 incidents open at once, each committed (synchronous=FULL) and told to a webhook; then all resolve.
Alertmanager gets the same alerts in one request and keeps nothing on disk before it tells. Wall time runs from the
answer (the request) to the last webhook taken."""

import datetime
import json
import time
import urllib.request

import evaluators
from canned import Canned, pods, vector
from measure import Program, free_port, wait_for
from row import folder, row
from stage import Stage

COUNT = 10_000
RULES = evaluators.Rules(1, interval=5, hold="0s")
HEALTHY, BREACHING = vector(pods(COUNT, 0)).encode(), vector(pods(COUNT, 1)).encode()


def settled(program):
    """What comes after the last webhook is paid for, too: until half a second went by without any CPU to speak of."""
    def idle():
        before = program.cpu()
        time.sleep(0.5)
        return program.cpu() - before < 0.02
    wait_for(idle, 60, "the storm to settle")


def storm(result, name, phase, program, sink, begin):
    """`begin` sets it off and returns when it did."""
    told, cpu = sink.requests(), program.cpu()
    begun = begin()
    wait_for(lambda: sink.requests() - told >= COUNT, 300, f"{name} to tell all", every=0.005)
    result.add(f"{name}: {phase}, wall time", "s", time.monotonic() - begun)
    settled(program)
    result.add(f"{name}: {phase}, CPU", "s", program.cpu() - cpu)


def storm_of_tocsin(result, options, sink):
    config = f'[notifiers.hook]\ntype = "webhook"\nurl = "{sink.url}/hook"\n[[route]]\nnotify = ["hook"]\n'
    with Stage() as stage:
        stage.answer = HEALTHY

        def answer(body):
            stage.answered.pop(body, None)
            stage.answer = body
            return wait_for(lambda: stage.answered.get(body), 60, "tocsin to ask", every=0.002)

        program = evaluators.tocsin(folder(options, "subject"), stage.url, RULES, config=config)
        with program:
            wait_for(lambda: stage.asked, 30, "tocsin to ask")
            storm(result, "tocsin", "opening", program, sink, lambda: answer(BREACHING))
            storm(result, "tocsin", "resolving", program, sink, lambda: answer(HEALTHY))
            result.add("tocsin: peak memory", "MiB", program.peak_memory() / 2**20)


def alertmanager(directory, sink):
    evaluators.fresh(directory)
    port = free_port()
    evaluators.write(directory, "alertmanager.json", json.dumps({
        "route": {"receiver": "hook", "group_by": ["..."], "group_wait": "0s", "group_interval": "5m"},
        "receivers": [{"name": "hook", "webhook_configs": [{"url": f"{sink.url}/hook"}]}]}))
    program = Program(["prometheus-alertmanager", "--config.file=alertmanager.json", "--storage.path=data",
                       "--cluster.listen-address=", "--log.level=error", f"--web.listen-address=127.0.0.1:{port}"],
                      directory)
    program.url = f"http://127.0.0.1:{port}"
    return program


def post_alerts(url, ends_in):
    now = datetime.datetime.now(datetime.timezone.utc)
    ends = (now + datetime.timedelta(seconds=ends_in)).isoformat()
    alerts = [{"labels": labels | {"alertname": "Rule0", "severity": "SEV3"}, "startsAt": now.isoformat(),
               "endsAt": ends, "annotations": {"summary": f"{labels['pod']} is at 1"}} for labels, _ in pods(COUNT, 1)]
    body = json.dumps(alerts).encode()
    begun = time.monotonic()
    request = urllib.request.Request(url + "/api/v2/alerts", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()
    return begun


def listens(url):
    try:
        return urllib.request.urlopen(url).status == 200
    except OSError:
        return False


def storm_of_alertmanager(result, options, sink):
    with alertmanager(folder(options, "subject"), sink) as program:
        wait_for(lambda: program.alive() and listens(program.url + "/-/ready"), 30, "Alertmanager")
        storm(result, "Alertmanager", "opening", program, sink, lambda: post_alerts(program.url, 3600))
        result.add("Alertmanager: peak memory", "MiB", program.peak_memory() / 2**20)


with row(__doc__, "10,000 incidents at once") as (shown, settings):
    with Canned(folder(settings, "sink")) as receiver:
        for _ in range(settings.repetitions):
            storm_of_tocsin(shown, settings, receiver)
            storm_of_alertmanager(shown, settings, receiver)
    WALL, CPU, MEMORY = "{}: opening, wall time".format, "{}: opening, CPU".format, "{}: peak memory".format
    shown.ratio_goal("wall time of tocsin to Alertmanager", WALL("tocsin"), WALL("Alertmanager"), 1.0)
    shown.ratio_goal("CPU of tocsin to Alertmanager", CPU("tocsin"), CPU("Alertmanager"), 0.5)
    shown.ratio_goal("memory of tocsin to Alertmanager", MEMORY("tocsin"), MEMORY("Alertmanager"), 0.25)
    shown.ratio_goal("wall time of resolving to opening", "tocsin: resolving, wall time", WALL("tocsin"), 1.0)
