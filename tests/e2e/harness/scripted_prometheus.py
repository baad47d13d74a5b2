"""A Prometheus that says whatever a test wants, also what no Prometheus would."""

import json
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

from .loopback_server import LoopbackServer


@dataclass
class Raw:
    """An answer byte by byte: a status line's number, headers, and chunks that are written until the client leaves."""
    chunks: object  # a function that returns an iterator of bytes
    headers: dict = field(default_factory=lambda: {"Content-Type": "application/json"})
    status: int = 200


class ScriptedPrometheus:
    """Bound to a free loopback port on construction. `series` (a list of (labels, value)) is what every query returns,
    at any time, unless `raw` is set: then every query gets that, or `raw_for` has the query, or `raw_if` has something
    for what was asked. Any thread."""

    def __init__(self):
        self.series = []
        self.raw = None
        self.raw_for = {}  # query -> Raw
        self.raw_if = lambda form: None  # the request's form -> Raw
        self.asked = 0
        self.ahead = 0  # seconds that its answers' Date is ahead
        prometheus = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                fields = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
                form = {name: values[0] for name, values in fields.items()}
                prometheus.asked += 1
                raw = prometheus.raw_if(form) or prometheus.raw_for.get(form["query"], prometheus.raw)
                self._send(raw or Raw(lambda: [prometheus._answer(form)]))

            def _send(self, answer):
                # Without a Content-Length the body ends with the connection.
                self.close_connection = True
                try:
                    self.send_response(answer.status)
                    for name, value in (answer.headers | {"Connection": "close"}).items():
                        self.send_header(name, value)
                    self.end_headers()
                    for chunk in answer.chunks():
                        self.wfile.write(chunk)
                except OSError:
                    pass

            def date_time_string(self, timestamp=None):
                return super().date_time_string(time.time() + prometheus.ahead)

            def log_message(self, *_):
                pass

        self._server = LoopbackServer(Handler)
        self.url = "http://" + self._server.address

    def close(self):
        self._server.close()

    def _answer(self, form):
        if "up" in form["query"]:
            return success("matrix", [])  # no `up`: it does not know when it was there
        if "start" not in form:
            at = float(form["time"])
            return success("vector", [{"metric": labels, "value": [at, str(value)]} for labels, value in self.series])
        start, end, step = (float(form[name]) for name in ("start", "end", "step"))
        times = [start + step * number for number in range(int((end - start) / step + 1e-6) + 1)]
        return success("matrix", [{"metric": labels, "values": [[at, str(value)] for at in times]}
                                  for labels, value in self.series])


def success(kind, result):
    return json.dumps({"status": "success", "data": {"resultType": kind, "result": result}}).encode()
