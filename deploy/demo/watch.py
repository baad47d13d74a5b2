#!/usr/bin/env python3
"""Watches tocsin for the quickstart and tells what happens, one line each.

watch.py TOCSIN_URL RULE CONSOLE_FILE TIMEOUT_SECONDS
Exit status 0 once an incident of RULE was seen to open, its opening and its end were told by the console notifier
(whose lines are in CONSOLE_FILE), and it was seen resolved; 1 when that did not happen in time, with what was missing.
"""

import json
import sys
import time
import urllib.error
import urllib.request

PAUSE_SECONDS = 0.25
# Loopback is asked directly, whatever proxy the environment names.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(url):
    with OPENER.open(url, timeout=5) as answer:
        return json.load(answer)["data"]


class Story:
    def __init__(self, url, rule, console_file):
        self.url, self.rule, self.console_file = url, rule, console_file
        self.started = time.monotonic()
        self.rule_seen = None
        self.evaluations = 0
        self.console_read = 0
        self.incidents = {}
        self.told = set()

    def say(self, what, text):
        print(f"  {time.monotonic() - self.started:5.1f}s  {what:<9} {text}", flush=True)

    def watch_rule(self):
        rules = {rule["name"]: rule for rule in ask(f"{self.url}/api/v1/rules")["rules"]}
        rule = rules[self.rule]
        self.evaluations = rule["evaluations"]
        seen = (rule["state"], rule["last_error"])
        if not rule["evaluations"] or seen == self.rule_seen:
            return
        self.rule_seen = seen
        state = {"inactive": "nothing breaches", "pending": f"breaches, not yet for {rule['for']}",
                 "firing": "breaches"}.get(rule["state"], rule["state"])
        error = f" ({rule['last_error']})" if rule["last_error"] else ""
        self.say("polled", f"{self.rule}, evaluation {rule['evaluations']}: {state}{error}")

    def watch_incidents(self):
        listed = ask(f"{self.url}/api/v1/incidents?rule={self.rule}")["incidents"]
        for incident in reversed(listed):
            if self.incidents.get(incident["id"]) == incident["state"]:
                continue
            self.incidents[incident["id"]] = incident["state"]
            labels = ", ".join(f"{name}={value}" for name, value in sorted(incident["labels"].items()))
            reason = f": {incident['resolve_reason']}" if incident["resolve_reason"] else ""
            self.say(incident["state"], f"{incident['id']} {incident['severity']} {self.rule} {{{labels}}}{reason}")

    def watch_console(self):
        with open(self.console_file, encoding="utf-8") as lines:
            lines.seek(self.console_read)
            text = lines.read()
        # A line still being written waits for its end.
        whole = text[:text.rfind("\n") + 1]
        self.console_read += len(whole.encode())
        for line in whole.splitlines():
            self.say("told", line)
            self.told.update(word for word in ("OPEN", "RESOLVED") if word in line.split())

    def missing(self):
        lacks = []
        if not self.evaluations:
            lacks.append("a single evaluation of the rule")
        if not self.incidents:
            lacks.append("an incident opening")
        if "OPEN" not in self.told:
            lacks.append("the console notifier telling of an opening")
        if "resolved" not in self.incidents.values():
            lacks.append("an incident resolved")
        if "RESOLVED" not in self.told:
            lacks.append("the console notifier telling of the end")
        return lacks


def main():
    url, rule, console_file, timeout = sys.argv[1:]
    story = Story(url, rule, console_file)
    trouble = ""
    while story.missing():
        if time.monotonic() - story.started > float(timeout):
            print(f"after {timeout} seconds still not seen: {'; '.join(story.missing())}{trouble}", file=sys.stderr)
            return 1
        try:
            story.watch_rule()
            story.watch_incidents()
            story.watch_console()
        except (OSError, KeyError, ValueError) as error:
            trouble = f" (the last look at {url} failed: {error!r})"
        time.sleep(PAUSE_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
