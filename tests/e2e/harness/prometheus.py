"""A real Prometheus that scrapes one target: the test's exporter, or tocsin."""

import json
import os
import subprocess

from .http_client import is_up, request
from .waiting import free_port, wait_for

PROMETHEUS = os.environ.get("PROMETHEUS_BIN", "/usr/bin/prometheus")


class Prometheus:
    """Keeps its port and its data over stop() and start()."""

    def __init__(self, directory, target, rules=None, scrape_interval="200ms", external_labels=None,
                 job="e2e", flags=()):
        self._flags = flags
        self._directory = directory
        self._process = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        os.makedirs(directory, exist_ok=True)
        config = {
            "global": {"scrape_interval": scrape_interval, "scrape_timeout": scrape_interval,
                       "external_labels": external_labels or {}},
            "scrape_configs": [{"job_name": job, "static_configs": [{"targets": [target]}]}],
        }
        if rules is not None:
            config["rule_files"] = ["rules.json"]
            self._write("rules.json", rules)
        self._write("prometheus.json", config)

    def _write(self, name, content):
        # JSON is YAML, so no YAML library is needed.
        with open(os.path.join(self._directory, name), "w") as file:
            json.dump(content, file)

    def start(self):
        with open(os.path.join(self._directory, "log"), "a") as log:
            self._process = subprocess.Popen(
                [PROMETHEUS, "--config.file=prometheus.json", "--storage.tsdb.path=data", "--log.level=warn",
                 f"--web.listen-address=127.0.0.1:{self.port}", "--query.lookback-delta=30s",
                 *self._flags],
                cwd=self._directory, stdout=log, stderr=log)
        wait_for(lambda: self._alive() and is_up(self.url + "/-/ready"), 60, "Prometheus to be ready")
        return self

    def _alive(self):
        if self._process.poll() is not None:
            with open(os.path.join(self._directory, "log")) as log:
                raise AssertionError("Prometheus ended: " + log.read()[-2000:])
        return True

    def stop(self):
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def query(self, expression, path="query", **parameters):
        """The `data.result` of an instant (or range) query."""
        reply = request("POST", f"{self.url}/api/v1/{path}", form={"query": expression, **parameters}).json()
        if reply["status"] != "success":
            raise AssertionError(f"query {expression}: {reply['error']}")
        return reply["data"]["result"]

    def value(self, expression):
        """The value of the only series of the answer, as text; None where the answer is empty."""
        result = self.query(expression)
        return result[0]["value"][1] if result else None
