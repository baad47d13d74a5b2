"""The real tocsin binary: one configuration, one store, started and stopped as often as a test needs."""

import json
import os
import signal
import ssl
import subprocess

from .exposition import Metrics
from .http_client import is_up, request
from .smtp_server import make_certificate
from .toml_text import to_toml
from .waiting import free_port, wait_for

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
TOCSIN = os.environ.get("TOCSIN_BIN", os.path.join(ROOT, "build", "release", "tocsin"))


def run_tocsin(*arguments, environment=None, timeout=30, cwd=None):
    """Runs a command of tocsin to its end: .returncode, .stdout, .stderr."""
    return subprocess.run([TOCSIN, *arguments], capture_output=True, text=True, timeout=timeout, cwd=cwd,
                          env=os.environ | (environment or {}))


class Tocsin:
    """An agent in a directory of its own. `config` and `rules` may be changed between starts and reloads."""

    def __init__(self, directory, prometheus_url, rule_tables, **sections):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.tls = None  # what its clients need, where the port speaks TLS
        self.rules = {"rule": rule_tables}
        self.config = {
            "external_url": "http://tocsin.example.org",
            "prometheus": {"url": prometheus_url, "timeout": "2s"},
            "rules": {"files": ["rules.toml"], "interval": "500ms", "dedup_window": "0s"},
            "store": {"url": f"sqlite://{directory}/tocsin.db"},
            "web": {"listen": f"127.0.0.1:{self.port}"},
        }
        for section, content in sections.items():
            self.config[section] = self.config.get(section, {}) | content if isinstance(content, dict) else content
        self._process = None
        self.write()

    # Files

    @property
    def config_file(self):
        return os.path.join(self.directory, "tocsin.toml")

    @property
    def rules_file(self):
        return os.path.join(self.directory, "rules.toml")

    def write(self):
        """Puts `config` and `rules` on disk."""
        for path, content in ((self.config_file, self.config), (self.rules_file, self.rules)):
            with open(path, "w") as file:
                file.write(to_toml(content))

    def use_tls(self):
        """For the port, with a certificate of its own."""
        certificate, key = make_certificate(self.directory)
        self.config["web"]["tls"] = {"cert_file": certificate, "key_file": key}
        self.url = f"https://localhost:{self.port}"
        self.tls = ssl.create_default_context(cafile=certificate)
        self.write()

    def file(self, name, content):
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write(content)
        return path

    # Process

    def start(self, *arguments, ready=True, environment=None):
        with open(self._path("stdout"), "a") as stdout, open(self._path("stderr"), "a") as stderr:
            self._process = subprocess.Popen([TOCSIN, "run", "--config", self.config_file, *arguments], stdout=stdout,
                                             stderr=stderr, env=os.environ | (environment or {}))
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self, timeout=60):
        wait_for(lambda: self._alive() and is_up(self.url + "/-/ready", self.tls), timeout, "tocsin to be ready")

    def _alive(self):
        if self._process.poll() is not None:
            raise AssertionError(f"tocsin ended with {self._process.returncode}: {self.log()[-2000:]}")
        return True

    @property
    def pid(self):
        return self._process.pid

    def peak_memory(self):
        """In bytes: the most that was resident since the start."""
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) * 1024

    def running(self):
        return self._process is not None and self._process.poll() is None

    def signal(self, number):
        self._process.send_signal(number)

    def stop(self):
        """SIGTERM; returns the exit status."""
        return self._end(signal.SIGTERM)

    def kill(self):
        """SIGKILL: no time to save anything."""
        return self._end(signal.SIGKILL)

    def _end(self, number):
        if self._process is None:
            return None
        self._process.send_signal(number)
        status = self._process.wait(30)
        self._process = None
        return status

    def wait_exit(self, timeout=45):
        return self._process.wait(timeout)

    def log(self):
        return self._read("stderr")

    def stdout(self):
        return self._read("stdout")

    def _path(self, name):
        return os.path.join(self.directory, name)

    def _read(self, name):
        try:
            with open(self._path(name)) as file:
                return file.read()
        except FileNotFoundError:
            return ""

    # API

    def get(self, path, **parameters):
        return request("GET", self.url + path, params=parameters, tls=self.tls)

    def post(self, path, body=None, headers=None):
        return request("POST", self.url + path, json={} if body is None else body, headers=headers, tls=self.tls)

    def act(self, incident, verb, by="alice", text=""):
        """Acknowledges, resolves or notes, and expects that it worked."""
        reply = self.post(f"/api/v1/incidents/{incident}/{verb}", {"by": by, "text": text})
        if reply.status != 200:
            raise AssertionError(f"{verb} {incident}: {reply.status} {reply.body}")
        return reply

    def incidents(self, **filters):
        """Newest opening first."""
        reply = self.get("/api/v1/incidents", **filters)
        if reply.status != 200:
            raise AssertionError(f"incidents {filters}: {reply.status} {reply.body}")
        return reply.json()["data"]["incidents"]

    def incident(self, name):
        reply = self.get(f"/api/v1/incidents/{name}")
        if reply.status != 200:
            raise AssertionError(f"incident {name}: {reply.status} {reply.body}")
        return reply.json()["data"]

    def metrics(self):
        return Metrics(self.get("/metrics").body)

    def metric(self, name, **labels):
        return self.metrics().value(name, **labels)

    def cli(self, *arguments, environment=None):
        """A command of tocsin that talks to this agent."""
        return run_tocsin(*arguments, environment={"TOCSIN_URL": self.url} | (environment or {}))

    # Waiting

    def wait_incident(self, state, rule=None, count=1, timeout=45):
        """The newest incident in `state`, once there are `count` of them."""
        filters = {"state": state} | ({"rule": rule} if rule else {})

        def found():
            incidents = self.incidents(**filters)
            return incidents[0] if len(incidents) >= count else None

        return wait_for(found, timeout, f"{count} {state} incident(s) of {rule or 'any rule'}")

    def wait_notification(self, kind, state, notifier="hook", incident="INC-1"):
        """The notification of that kind on the incident, once that is there and in `state`."""
        def found():
            reply = self.get(f"/api/v1/incidents/{incident}")
            if reply.status == 404:
                return None
            return next((n for n in reply.json()["data"]["notifications"]
                         if (n["notifier"], n["kind"], n["state"]) == (notifier, kind, state)), None)

        return wait_for(found, 45, f"the {kind} for {notifier} to be {state}")

    def wait_metric(self, expected, name, **labels):
        """Metrics may be some moments old."""
        wait_for(lambda: self.metric(name, **labels) == expected, what=f"{name}{labels} to be {expected}")

    def wait_evaluations(self, rule, more=2, timeout=45):
        """Until `rule` has been evaluated `more` times from now on."""
        name = "tocsin_rule_evaluations_total"
        goal = self.metric(name, rule=rule) + more
        wait_for(lambda: self.metric(name, rule=rule) >= goal, timeout, f"{more} more evaluations of {rule}")

    def wait_failures(self, rule, more=2, timeout=45):
        name = "tocsin_rule_evaluation_failures_total"
        goal = self.metric(name, rule=rule) + more
        wait_for(lambda: self.metric(name, rule=rule) >= goal, timeout, f"{more} more failed evaluations of {rule}")

    def reload(self):
        """Applies `config` and `rules` as they are now, and expects that they are taken."""
        self.write()
        reply = self.post("/-/reload")
        if reply.status != 200:
            raise AssertionError(f"reload: {reply.status} {reply.body}")

    def wait_log(self, text, timeout=45):
        wait_for(lambda: text in self.log(), timeout, f"{json.dumps(text)} in the log")
