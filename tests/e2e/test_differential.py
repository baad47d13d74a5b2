"""tocsin beside a real Prometheus with the same alerting rules: the same episodes, the same texts.

More agents watch the same series. One asks all queries in one request; one is stopped and killed meanwhile, one is cut
off from Prometheus; all must end with the incidents of the one that was never away.
"""

import math
import os
import random
import shutil
import tempfile
import threading
import time
import unittest

from harness import Exporter, FaultyProxy, Prometheus, Tocsin, request, wait_for, when
from harness.slot import in_one_slot

INTERVAL = 1.0
SCRAPE_INTERVAL = 0.5
ATTEMPTS = 3
BREACH, GOOD, GONE = 9, 3, None

# Every stretch lasts 2.4 s, 6.3 s or more than 8.7 s: clearly longer or clearly shorter than each `for` below, so that
# what the two evaluators make of it does not depend on where their evaluation times lie. No rule fires on GOOD.
SERIES = {
    "good": [(60, GOOD)],
    "long": [(4, GOOD), (12, BREACH), (9, GOOD), (11, BREACH)],
    "short": [(3, GOOD), (2.4, BREACH), (6.3, GOOD), (2.4, BREACH), (6.3, GOOD), (2.4, BREACH)],
    "broken": [(5, GOOD), (2.4, BREACH), (2.4, GOOD), (2.4, BREACH), (2.4, GOOD), (9, BREACH)],
    "nan": [(3, GOOD), (6.3, BREACH), (6.3, math.nan), (9, BREACH), (6.3, math.nan)],
    "infinite": [(5, GOOD), (9, math.inf), (6.3, GOOD), (9, -math.inf), (6.3, GOOD), (9, math.inf)],
    "vanishing": [(2, GOOD), (6.3, BREACH), (6.3, GONE), (10, BREACH), (6.3, GONE), (9, GOOD), (2.4, GONE),
                  (9, BREACH)],
    "late": [(25, GONE), (12, BREACH), (6.3, GOOD), (9, GONE)],
    "negative": [(7, GOOD), (9, -3), (6.3, 0), (9, 1)],
}

# Name: (query, threshold, what Prometheus is given, for)
RULES = {
    "AboveAtOnce": ("probe", "> 5", "probe > 5", "0s"),
    "AboveForFour": ("probe", "> 5", "probe > 5", "4s"),
    "AboveForSeven": ("probe", ">= 5", "probe >= 5", "7s"),
    "Below": ("probe", "< 1", "probe < 1", "0s"),
    "BelowForFour": ("probe", "<= 0", "probe <= 0", "4s"),
    "Equal": ("probe", "== 9", "probe == 9", "4s"),
    "NotEqualInTheQuery": ("probe != 3", None, "probe != 3", "0s"),
    "Absent": ('absent(probe{pod="vanishing"})', None, 'absent(probe{pod="vanishing"})', "4s"),
    "Aggregated": ("max by (pod) (probe)", "> 5", "max by (pod) (probe) > 5", "4s"),
    "WithoutLabels": ('sum(probe{pod="long"})', "> 5", 'sum(probe{pod="long"}) > 5', "0s"),
    "Scalar": ('vector(scalar(probe{pod="nan"}))', "> 5", 'vector(scalar(probe{pod="nan"})) > 5', "4s"),
    "Ratio": ("probe / (probe - 3)", "< 2", "probe / (probe - 3) < 2", "4s"),
}

TEMPLATES = {
    "value": "{{ $value }}", "dot": "{{ .Value }} {{ .Labels.pod }}", "missing": "[{{ $labels.nothing }}]",
    "humanize": "{{ humanize $value }} {{ $value | humanize1024 }} {{ humanizeDuration $value }}",
    "percentage": "{{ humanizePercentage 0.1234567 }} {{ 1.23456 | humanizePercentage }}",
    "timestamp": "{{ humanizeTimestamp 1435065584.128 }}",
    "printf": '{{ printf "%.2f %5.1f|%-8s|%q %v %e %g %d %%" $value $value $labels.pod $labels.pod $value $value '
              '$value 7 }}',
    "wrong_verbs": '{{ printf "%d %s" $value $value }}',
    "condition": '{{ if and (gt $value 1.0) (eq $labels.pod "template") }}yes{{ else }}no{{ end }}',
    "chain": "{{ if lt $value 0.0 }}a{{ else if ge $value 1e6 }}b{{ else }}c{{ end }}",
    "variables": '{{ $x := $labels.pod }}{{ $x | toUpper | printf "<%s>" }}',
    "trimmed": "a   {{- 1 -}}   b", "cases": "{{ title $labels.pod }} {{ toLower \"ABC\" }}",
    "regexes": '{{ reReplaceAll "(t)e" "${1}E" $labels.pod }} {{ match "^te" $labels.pod }}',
    "numbers": "{{ 1000000.0 }} {{ 999999.0 }} {{ 0.0001 }} {{ 0.00001 }} {{ 1e21 }} {{ -0.5 }} {{ 12 }}",
    "failing": '{{ humanize "one" }}', "external": "{{ $externalLabels.cluster }}", "nested": "{{ (1.5 | humanize) }}",
    "logic": "{{ or 0 3 }} {{ and 1 2 }} {{ not true }} {{ eq 1 1 }} {{ ne \"a\" \"b\" }} {{ le 2.0 2.0 }}",
}
TEMPLATE_VALUE = 1234567.891


class Beside(unittest.TestCase):
    """One minute of changing series, watched by both."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.mkdtemp(prefix="tocsin-differential-")
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        cls.exporter = Exporter()
        cls.addClassCleanup(cls.exporter.close)
        cls.prometheus = Prometheus(os.path.join(directory, "prometheus"), cls.exporter.address, rules=alerting_rules(),
                                    scrape_interval="500ms", external_labels={"cluster": "staging"})
        cls.addClassCleanup(cls.prometheus.stop)
        cls.proxy = FaultyProxy(cls.prometheus.url)
        cls.addClassCleanup(cls.proxy.close)
        cls.tocsin, cls.joined, cls.often_away, cls.cut_off = cls.agents = [
            Tocsin(os.path.join(directory, name), url, rules, notifiers={"console": {"type": "console"}},
                   route=[{"notify": ["console"]}], labels={"cluster": "staging"}, prometheus={"batch": batch})
            for name, url, rules, batch in (("always", cls.prometheus.url, tocsin_rules(), 1),
                                            ("joined", cls.prometheus.url, joined(tocsin_rules()), 50),
                                            ("away", cls.prometheus.url, joined(tocsin_rules()), 50),
                                            ("cut-off", cls.proxy.url, tocsin_rules(), 50))]
        for agent in cls.agents:
            cls.addClassCleanup(agent.kill)
        cls.stories = SERIES | {f"random{seed}": random_story(seed) for seed in range(8)}
        show(cls.exporter, cls.stories, 0, {})
        cls.exporter.set("template_probe", TEMPLATE_VALUE, pod="template")
        cls.prometheus.start()
        wait_for(lambda: cls.exporter.scrapes > 2, what="Prometheus to scrape")
        for agent in cls.agents:
            agent.start()
        for _ in range(ATTEMPTS):
            cls.play()
            if not cls.failed_scrapes():
                return
        raise AssertionError(f"too busy a machine to scrape in time: {cls.failed_scrapes()}")

    @classmethod
    def play(cls):
        """Shows all stories, and makes trouble for the two agents."""
        cls.began = time.time()
        troubles = threading.Thread(target=make_trouble, args=(cls.troubles(),))
        troubles.start()
        play(cls.exporter, cls.stories)
        troubles.join()

    @classmethod
    def failed_scrapes(cls):
        """When a scrape failed since the play began. Its gap changes the stories, and each may read it differently."""
        up, = cls.prometheus.query("up[70s]")
        return [at for at, value in up["values"] if value == "0" and at > cls.began]

    @classmethod
    def troubles(cls):
        """(seconds, what happens then)"""
        agent, proxy = cls.often_away, cls.proxy
        return [(7, agent.stop), (9, proxy.refuse), (15, start(agent)), (19, proxy.accept), (21, agent.kill),
                (23, start(agent)), (26, proxy.refuse), (29, agent.kill), (41, proxy.accept), (43, start(agent)),
                (45, agent.kill), (45, start(agent)), (48, proxy.refuse), (52, proxy.accept), (54, agent.stop),
                (56, start(agent))]

    def test_prometheus_and_tocsin_saw_the_same_episodes(self):
        self.wait_over(self.tocsin)
        expected = self.episodes_of_prometheus()
        self.assertGreater(sum(map(len, expected.values())), 150)
        self.compare(expected, self.episodes_of(self.tocsin))

    def test_one_that_asks_all_in_one_request_saw_them_too(self):
        self.wait_over(self.joined)
        evaluations = self.joined.metric("tocsin_rule_evaluations_total")
        self.assertGreater(evaluations, 5 * self.joined.metric("tocsin_query_duration_seconds_count"))
        self.compare(self.episodes_of_prometheus(), self.episodes_of(self.joined))

    def test_one_that_was_stopped_and_killed_ends_with_the_same_incidents(self):
        self.wait_over(self.tocsin, self.often_away)
        self.compare(self.episodes_of(self.tocsin), self.episodes_of(self.often_away))

    def test_one_that_could_not_reach_prometheus_ends_with_the_same_incidents(self):
        self.wait_over(self.tocsin, self.cut_off)
        self.compare(self.episodes_of(self.tocsin), self.episodes_of(self.cut_off))

    def wait_over(self, *agents):
        wait_for(lambda: not any(map(self.active, agents)), what="the end of the last episode")

    def active(self, agent):
        """What fires on either side, the rule that only shows templates aside."""
        ours = [incident for incident in agent.incidents(state="active") if incident["rule"] != "Templates"]
        return ours or self.prometheus.query('ALERTS{alertstate="firing",alertname!="Templates"}')

    def compare(self, expected, actual):
        for key in sorted(expected.keys() | actual.keys()):
            with self.subTest(rule=key[0], series=key[1]):
                self.assert_same(expected.get(key, []), actual.get(key, []))

    def assert_same(self, expected, actual):
        text = f"\nexpected: {expected}\nactual:   {actual}"
        self.assertEqual(len(expected), len(actual), text)
        for ours, theirs in zip(actual, expected):
            for mine, yours in zip(ours, theirs):
                self.assertLessEqual(abs(mine - yours), INTERVAL + SCRAPE_INTERVAL, text)

    def episodes_of_prometheus(self):
        """Per (rule, series): [(from, to)]."""
        episodes = {}
        for series in self.prometheus.query('ALERTS{alertstate="firing",alertname!="Templates"}[5m]'):
            runs = []
            # Before the first scrape Prometheus finds everything absent.
            for at in (at for at, _ in series["values"] if at > self.began):
                if runs and at - runs[-1][1] < 1.5 * INTERVAL:
                    runs[-1][1] = at
                else:
                    runs.append([at, at])
            key = series["metric"]["alertname"], series["metric"].get("pod", "")
            if runs:
                episodes[key] = [(start, end + INTERVAL) for start, end in runs]
        return episodes

    def episodes_of(self, agent):
        episodes = {}
        for incident in reversed(agent.incidents(limit=1000)):
            if incident["rule"] != "Templates":
                key = incident["rule"], incident["labels"].get("pod", "")
                episode = when(incident["opened_at"]), when(incident["resolved_at"])
                if episode[0] > self.began:
                    episodes.setdefault(key, []).append(episode)
        return episodes

    def test_both_render_the_same_templates(self):
        incident, = self.tocsin.incidents(rule="Templates")
        rendered = self.tocsin.incident(incident["id"])["annotations"]
        alert, = [alert for group in self.rule_groups() for rule in group["rules"] if rule["name"] == "Templates"
                  for alert in rule["alerts"]]
        for name in TEMPLATES:
            with self.subTest(name, template=TEMPLATES[name]):
                if name == "failing":  # the texts of errors are each one's own
                    self.assertIn("error", rendered[name])
                else:
                    self.assertEqual(alert["annotations"].get(name, ""), rendered.get(name, ""))

    def rule_groups(self):
        return request("GET", self.prometheus.url + "/api/v1/rules?type=alert").json()["data"]["groups"]


def alerting_rules():
    rules = [{"alert": name, "expr": expression, "for": duration}
             for name, (_, _, expression, duration) in RULES.items()]
    templates = {"alert": "Templates", "expr": "template_probe > 0", "annotations": TEMPLATES}
    # A group each: rules of one group are evaluated one after another.
    return {"groups": [{"name": rule["alert"], "interval": "1s", "rules": [rule]} for rule in rules + [templates]]}


def tocsin_rules():
    rules = []
    for name, (query, threshold, _, duration) in RULES.items():
        rule = {"name": name, "query": query, "for": duration, "interval": "1s", "missing": "0s"}
        rules.append(rule | ({"threshold": threshold} if threshold else {}))
    return rules + [{"name": "Templates", "query": "template_probe", "threshold": "> 0", "annotations": TEMPLATES}]


def joined(rules):
    return [rule | {"query": in_one_slot(rule["query"])} for rule in rules]


def random_story(seed):
    """Stretches of random values, long and short in turn."""
    generator = random.Random(seed)
    story = [(generator.uniform(1, 4), GOOD)]
    while sum(seconds for seconds, _ in story) < 48:
        seconds = generator.uniform(9, 11) if len(story) % 2 else generator.uniform(2.2, 2.6)
        story.append((seconds, generator.choice([BREACH, GOOD, GONE, 0, -1, math.nan, math.inf, 5.5, 4.5])))
    return story


def play(exporter, stories, seconds=62):
    """Shows each series as its story goes."""
    start = time.monotonic()
    shown = {}
    while (now := time.monotonic() - start) < seconds:
        show(exporter, stories, now, shown)
        time.sleep(0.02)


def show(exporter, stories, now, shown):
    for pod, story in stories.items():
        value = value_at(story, now)
        if pod in shown and same(shown[pod], value):
            continue
        if value is not None:
            exporter.set("probe", value, pod=pod)
        elif shown.get(pod) is not None:
            exporter.remove("probe", pod=pod)
        shown[pod] = value


def make_trouble(troubles):
    start_time = time.monotonic()
    for at, happens in troubles:
        wait_for(lambda: time.monotonic() >= start_time + at, what="the next trouble")
        happens()


def start(agent):
    return lambda: agent.start(ready=False)


def value_at(story, now):
    """After its last stretch a series is good."""
    for seconds, value in story:
        if now < seconds:
            return value
        now -= seconds
    return GOOD


def same(one, other):
    return one == other or (one is not None and other is not None and math.isnan(one) and math.isnan(other))


if __name__ == "__main__":
    unittest.main()
