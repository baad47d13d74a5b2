#!/usr/bin/python3
"""kill -9 at random moments, for minutes: tocsin beside a real Prometheus, its store on disk, and receivers that refuse
a third of what they get. A second tocsin on the same Prometheus is never killed; what it says is the truth.

Prints what went wrong and the figures; exit status 0 when nothing did.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter, defaultdict

from harness import HOOK, PAGERDUTY, Answer, Drop, Exporter, Prometheus, Receiver, Tocsin, wait_for

PODS = "abcdefgh"
RULES = {
    "AtOnce": {"threshold": "> 0"},
    "Patient": {"threshold": "> 0", "for": "2s", "recover_for": "1s"},
    "Graded": {"thresholds": {"SEV3": "> 0", "SEV1": "> 5"}, "for": "1s"},
}
# Both agents ask for a time at which Prometheus has everything, so that what is read late says the same.
QUERY_OFFSET = "3s"
UNDER_WAY_MAX = 32  # requests to one webhook


class KillLoop:
    """The programs run from construction until close()."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.kills = self.refused = self.dropped = 0
        self._accepting = False
        self._directory = tempfile.mkdtemp(prefix="tocsin-kill-")
        self._exporter = Exporter()
        self._prometheus = Prometheus(os.path.join(self._directory, "prometheus"), self._exporter.address)
        self.receiver = Receiver()
        for path in (HOOK, PAGERDUTY):
            self.receiver.always(path, self._answer)
        self._prometheus.start()
        self.values = {}
        self._change(PODS)
        hook = {"type": "webhook", "url": self.receiver.url + HOOK}
        pager = {"type": "pagerduty", "routing_key": "pagerduty-secret", "url": self.receiver.url}
        self.killed = self._agent("killed", {"hook": hook, "pager": pager})
        self.twin = self._agent("twin", {"console": {"type": "console"}})

    def _agent(self, name, notifiers):
        rules = [{"name": rule, "query": "probe"} | keys for rule, keys in RULES.items()]
        return Tocsin(os.path.join(self._directory, name), self._prometheus.url, rules, notifiers=notifiers,
                      prometheus={"query_offset": QUERY_OFFSET, "timeout": "10s"},
                      route=[{"notify": list(notifiers)}]).start()

    def close(self):
        self.killed.kill()
        self.twin.kill()
        self._prometheus.stop()
        self._exporter.close()
        self.receiver.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _answer(self):
        if self._accepting or self.random.random() > 1 / 3:
            return None
        outcome = self.random.choice([Answer(503), Answer(429, headers={"Retry-After": "1"}), Drop()])
        self.dropped += isinstance(outcome, Drop)
        self.refused += isinstance(outcome, Answer)
        return outcome

    def _change(self, pods):
        for pod in pods:
            self.values[pod] = self.random.choice([0, 0, 1, 9])
            self._exporter.set("probe", self.values[pod], pod=pod)

    def run(self, seconds):
        """Changes series and kills, then lets everything come to rest."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            # One in four does not live to see its first evaluation.
            life = self.random.uniform(0, 0.2) if self.random.random() < 0.25 else self.random.uniform(0.2, 4)
            dies = time.monotonic() + life
            while time.monotonic() < dies:
                self._change(self.random.sample(PODS, 2))
                time.sleep(self.random.uniform(0, max(0, min(1, dies - time.monotonic()))))
            self.killed.kill()
            self.receiver.wait_idle()  # or a busy machine could let it hear the dead one behind its successor
            self.kills += 1
            self.killed.start(ready=False)
        self._accepting = True
        for agent in (self.killed, self.twin):
            agent.wait_ready(timeout=120)
        wait_for(lambda: self._at_rest(self.killed) and self._at_rest(self.twin), 180, "everything to come to rest",
                 every=0.5)

    def _at_rest(self, agent):
        expected = {(rule, pod) for rule in RULES for pod, value in self.values.items() if value}
        active = {key_of(incident) for incident in agent.incidents(state="active", limit=1000)}
        return active == expected and agent.metric("tocsin_outbox_depth") == 0

    def faults(self):
        """What is wrong, in words."""
        incidents = all_incidents(self.killed)
        return (self._numbering(incidents) + self._differences(incidents, all_incidents(self.twin))
                + self._hook_words(incidents) + self._pager_words(incidents) + self._doubles() + self._store())

    @staticmethod
    def _numbering(incidents):
        expected = [f"INC-{number}" for number in range(len(incidents), 0, -1)]
        return [] if [incident["id"] for incident in incidents] == expected else ["the numbers of incidents have gaps"]

    @staticmethod
    def _differences(incidents, truth):
        ours, true = Counter(map(story_of, incidents)), Counter(map(story_of, truth))
        return ([f"lost: {story}" for story in (true - ours).elements()]
                + [f"without ground: {story}" for story in (ours - true).elements()])

    def words(self):
        """What the webhook heard of each incident, in order."""
        words = defaultdict(list)
        for received in self.receiver.received(HOOK):
            if received.heard:
                body = received.json()
                words[body["tocsin"]["id"]].append((body["status"], body["tocsin"]["kind"]))
        return words

    def _hook_words(self, incidents):
        faults = []
        words = self.words()
        for incident in incidents:
            heard = [status for status, _ in words.pop(incident["id"], [])]
            if not heard_truly(heard, incident["state"] == "resolved"):
                faults.append(f"{incident['id']} is {incident['state']}, the webhook heard {heard}")
        return faults + [f"the webhook heard of {name}, which is not there" for name in words]

    def _pager_words(self, incidents):
        """What was said last of an alert must be true of the newest incident with its key."""
        last = {}
        for received in self.receiver.received(PAGERDUTY):
            if received.heard:
                event = received.json()
                last[event["dedup_key"]] = event["event_action"]
        newest = {incident["dedup_key"]: incident for incident in reversed(incidents)}
        # An incident that was over before anybody was told is not told.
        return [f"{incident['id']} is {incident['state']}, PagerDuty heard {last.get(key)}"
                for key, incident in newest.items()
                if (incident["state"] != "resolved") != (last.get(key, "resolve") == "trigger")]

    def _doubles(self):
        """Each needs a doubt: an answer that was lost, or a kill with requests to the webhook under way."""
        figures = self.figures()
        doubts = figures["answers_lost"] + self.kills * UNDER_WAY_MAX
        return [] if figures["webhook_doubles"] <= doubts else [f"{figures['webhook_doubles']} doubles, {doubts} doubts"]

    def _store(self):
        self.killed.stop()
        with sqlite3.connect(os.path.join(self.killed.directory, "tocsin.db")) as database:
            verdict, = database.execute("PRAGMA integrity_check").fetchone()
        return [] if verdict == "ok" else [f"the store: {verdict}"]

    def figures(self):
        words = self.words()
        heard = sum(map(len, words.values()))
        doubles = heard - sum(len(set(said)) for said in words.values())
        return {"kills": self.kills, "incidents": len(all_incidents(self.twin)), "webhook_heard": heard,
                "webhook_doubles": doubles, "refused": self.refused, "answers_lost": self.dropped}


def all_incidents(agent):
    """Newest first."""
    incidents, cursor = [], None
    while True:
        page = agent.get("/api/v1/incidents", limit=1000, **({"cursor": cursor} if cursor else {})).json()["data"]
        incidents += page["incidents"]
        cursor = page["next_cursor"]
        if not cursor:
            return incidents


def heard_truly(heard, resolved):
    """Whether what was heard of one incident is in order and ends with the truth. What was over before anybody could be
    told is not told."""
    if not resolved:
        return "firing" in heard and "resolved" not in heard
    return heard == sorted(heard) and heard[-1:] in ([], ["resolved"])


def key_of(incident):
    return incident["rule"], incident["labels"]["pod"]


def story_of(incident):
    """The part of an incident that does not depend on when it was read."""
    return (*key_of(incident), incident["opened_at"], incident["resolved_at"], incident["severity"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    loop = KillLoop(arguments.seed)
    try:
        loop.run(arguments.minutes * 60)
        figures, faults = loop.figures(), loop.faults()
    finally:
        loop.close()
    print(json.dumps(figures))
    print("\n".join(faults) or "nothing lost, nothing without ground, every last word true")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
