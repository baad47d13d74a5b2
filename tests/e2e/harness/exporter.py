"""A metrics endpoint whose series the test sets."""

import threading
from http.server import BaseHTTPRequestHandler

from .loopback_server import LoopbackServer


class Exporter:
    """Bound to a free loopback port on construction. Any thread."""

    def __init__(self):
        self._series = {}
        self._lock = threading.Lock()
        self._failing = False
        self.scrapes = 0
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                status, body = exporter._answer()
                self.send_response(status)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = LoopbackServer(Handler)
        self.address = self._server.address

    def set(self, metric, value, **labels):
        with self._lock:
            self._series[(metric, tuple(sorted(labels.items())))] = value

    def set_pods(self, metric, value, pods):
        """One series for each name in `pods`, all from the same scrape on."""
        with self._lock:
            for pod in pods:
                self._series[(metric, (("pod", pod),))] = value

    def remove(self, metric, **labels):
        """The series is gone from the next scrape on."""
        with self._lock:
            del self._series[(metric, tuple(sorted(labels.items())))]

    def fail_scrapes(self, failing):
        self._failing = failing

    def close(self):
        self._server.close()

    def _answer(self):
        with self._lock:
            self.scrapes += 1
            if self._failing:
                return 500, b"the exporter was told to fail\n"
            lines = [f"{metric}{_label_text(labels)} {_value_text(value)}\n"
                     for (metric, labels), value in sorted(self._series.items())]
        return 200, "".join(lines).encode()


def _label_text(labels):
    if not labels:
        return ""
    escaped = {name: value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") for name, value in labels}
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped.items()) + "}"


def _value_text(value):
    special = {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}
    return special.get(str(value), str(value))
