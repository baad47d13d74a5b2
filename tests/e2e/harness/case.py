"""The base of every end-to-end test: a Prometheus with an exporter per process, receivers and agents per test."""

import atexit
import functools
import itertools
import os
import shutil
import sys
import tempfile
import unittest
from datetime import datetime

from .exporter import Exporter
from .faulty_proxy import FaultyProxy
from .prometheus import Prometheus
from .receiver import HOOK, PAGERDUTY, SLACK_WEBHOOK, Receiver
from .scripted_prometheus import ScriptedPrometheus
from .tocsin import Tocsin
from .waiting import wait_for

_numbers = itertools.count(1)


@functools.cache
def _world():
    """One directory, exporter and Prometheus for all tests of this process: Prometheus needs 5 s to find a target."""
    directory = tempfile.mkdtemp(prefix="tocsin-e2e-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    exporter = Exporter()
    prometheus = Prometheus(os.path.join(directory, "prometheus"), exporter.address)
    atexit.register(prometheus.stop)
    prometheus.start()
    return directory, exporter, prometheus


class EndToEnd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world_directory, cls.exporter, cls.prometheus = _world()

    def setUp(self):
        # Names of its own for each test, so that none sees another's leftovers in the shared Prometheus.
        self.number = next(_numbers)
        self.metric = f"probe_{self.number}"
        self.directory = os.path.join(self.world_directory, str(self.number))
        os.makedirs(self.directory)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self._agents = []

    def run(self, result=None):
        result = result or self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            self._show_logs()
        return result

    def _show_logs(self):
        for agent in getattr(self, "_agents", []):
            print(f"--- {self.id()}: stderr of the agent in {agent.directory}", file=sys.stderr)
            print(agent.log()[-6000:], file=sys.stderr)

    # The world

    def set(self, value, **labels):
        """Sets this test's metric, and returns once Prometheus knows."""
        self.exporter.set(self.metric, value, **labels)
        self._scraped()

    def unset(self, **labels):
        self.exporter.remove(self.metric, **labels)
        self._scraped()

    def _scraped(self):
        # When a second scrape has begun, the first whole one is in the database.
        goal = self.exporter.scrapes + 2
        wait_for(lambda: self.exporter.scrapes >= goal, 45, "Prometheus to scrape", every=0.02)

    def rule(self, name="Probe", threshold="> 0", **keys):
        """A rule over this test's metric. `threshold=None` leaves the threshold out; `for_` is the key `for`."""
        rule = {"name": name, "query": self.metric, "annotations": {"summary": f"{name} is {{{{ $value }}}}"}}
        if threshold is not None and "thresholds" not in keys:
            rule["threshold"] = threshold
        return rule | {key.rstrip("_"): value for key, value in keys.items()}

    def hook(self, **keys):
        """A webhook notifier at this test's receiver."""
        return {"type": "webhook", "url": self.receiver.url + HOOK} | keys

    def slack(self, **keys):
        return {"type": "slack", "webhook_url": self.receiver.url + SLACK_WEBHOOK} | keys

    def pager(self, **keys):
        return {"type": "pagerduty", "routing_key": "pagerduty-secret", "url": self.receiver.url} | keys

    def new_agent(self, *rules, **sections):
        """An agent with these rules, not started. Unless told otherwise it tells the webhook everything."""
        if "notifiers" not in sections:
            sections["notifiers"] = {"hook": self.hook()}
        sections.setdefault("route", [{"notify": list(sections["notifiers"])}])
        directory = os.path.join(self.directory, f"agent-{len(self._agents) + 1}")
        agent = Tocsin(directory, self.prometheus.url, list(rules), **sections)
        self._agents.append(agent)
        self.addCleanup(agent.kill)
        return agent

    def agent(self, *rules, **sections):
        """An agent with these rules, started and ready."""
        return self.new_agent(*rules, **sections).start()

    def proxy(self):
        """A proxy before Prometheus."""
        proxy = FaultyProxy(self.prometheus.url)
        self.addCleanup(proxy.close)
        return proxy

    def scripted_prometheus(self):
        prometheus = ScriptedPrometheus()
        self.addCleanup(prometheus.close)
        return prometheus

    # What was told

    def told(self, path=HOOK):
        """The states that the webhook was told, in order: "firing" and "resolved"."""
        return [body["status"] for body in self.receiver.taken(path)]

    def wait_told(self, count, path=HOOK, timeout=45):
        """The bodies that `path` accepted, once there are `count` of them."""
        return wait_for(lambda: (self.receiver.taken(path) if len(self.receiver.taken(path)) >= count else None),
                        timeout, f"{count} notification(s) at {path}")

    def wait_paged(self, count, timeout=45):
        return self.wait_told(count, PAGERDUTY, timeout)


def when(text):
    """Unix seconds of an RFC 3339 time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
