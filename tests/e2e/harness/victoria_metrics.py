"""A real VictoriaMetrics, which answers Prometheus's API by code of its own."""

import os
import subprocess

from .http_client import is_up, request
from .waiting import free_port, wait_for


class VictoriaMetrics:
    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self.url = f"http://127.0.0.1:{free_port()}"
        with open(os.path.join(directory, "log"), "w") as log:
            self._process = subprocess.Popen(
                ["victoria-metrics", "-httpListenAddr=" + self.url.removeprefix("http://"),
                 "-storageDataPath=" + os.path.join(directory, "data"), "-search.latencyOffset=0s"],
                stdout=log, stderr=log)
        wait_for(lambda: is_up(self.url + "/health"), 60, "VictoriaMetrics to be ready")

    def stop(self):
        self._process.terminate()
        self._process.wait(30)

    def add(self, lines):
        """Samples in the text format, each with its time in milliseconds; returns once the last is there."""
        request("POST", self.url + "/api/v1/import/prometheus", body="\n".join(lines).encode() + b"\n")
        name = lines[-1].split("{")[0]
        wait_for(lambda: request("GET", f"{self.url}/api/v1/series?match[]={name}").json()["data"], what="the samples")
