"""Plays every HTTP receiver: a Slack webhook, Slack's Web API, PagerDuty, a plain webhook, a heartbeat."""

import json
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from .loopback_server import LoopbackServer

SLACK_WEBHOOK = "/services/T000/B000/slack-webhook-secret"
SLACK_POST = "/api/chat.postMessage"
SLACK_UPDATE = "/api/chat.update"
PAGERDUTY = "/v2/enqueue"
HOOK = "/hook"


@dataclass
class Answer:
    status: int
    body: str = ""
    headers: dict = field(default_factory=dict)
    when: object = None  # a threading.Event: not sent before it is set


class Hang:
    """Reads the request and never answers."""


class Drop:
    """Accepts the request and closes without an answer: the sender cannot know."""


@dataclass
class Received:
    path: str
    headers: dict
    body: str
    at: float
    taken: bool  # answered as accepted
    heard: bool  # accepted, but perhaps not answered

    def json(self):
        return json.loads(self.body)


class Receiver:
    """Bound to a free loopback port on construction. Accepts everything that it was not told to treat otherwise."""

    def __init__(self):
        self._lock = threading.Lock()
        self._received = []
        self._script = defaultdict(deque)
        self._always = {}
        self._slack_messages = 0
        self._closed = threading.Event()

        class Handler(_Handler):
            receiver = self

        self._server = LoopbackServer(Handler)
        self.url = "http://" + self._server.address

    def script(self, path, *outcomes):
        """The next requests to `path` end like this, one after another."""
        self._script[path].extend(outcomes)

    def always(self, path, outcome):
        """Every request to `path` that has no scripted outcome ends like this, or like what this function returns;
        None: as accepted."""
        self._always[path] = outcome

    def received(self, path):
        """Every request to `path` so far, also those that were refused."""
        with self._lock:
            return [received for received in self._received if received.path == path]

    def taken(self, path):
        """The JSON bodies that `path` accepted."""
        return [received.json() for received in self.received(path) if received.taken]

    def wait_idle(self):
        """Until every request is handled whose sender has ended."""
        self._server.wait_idle()

    def close(self):
        self._closed.set()
        self._server.close()

    def _take(self, path, headers, body):
        with self._lock:
            outcome = self._script[path].popleft() if self._script[path] else self._always.get(path)
            if callable(outcome):
                outcome = outcome()
            if outcome is None:
                outcome = self._accepted(path, body)
            taken = isinstance(outcome, Answer) and outcome.status < 300
            self._received.append(Received(path, headers, body, time.time(), taken, taken or isinstance(outcome, Drop)))
        return outcome

    def _accepted(self, path, body):
        if path.startswith("/services/"):
            return Answer(200, "ok")
        if path == SLACK_POST:
            self._slack_messages += 1
            return _json(200, ok=True, channel="C0E2E", ts=f"1503435956.{self._slack_messages:06}")
        if path.startswith("/api/"):
            return _json(200, ok=True, channel="C0E2E", ts=json.loads(body).get("ts"))
        if path == PAGERDUTY:
            return _json(202, status="success", message="Event processed", dedup_key=json.loads(body).get("dedup_key"))
        return Answer(200, "OK")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        outcome = self.receiver._take(urlsplit(self.path).path, dict(self.headers), body)
        if isinstance(outcome, Answer):
            self._send(outcome)
            return
        if isinstance(outcome, Hang):
            self.receiver._closed.wait(60)
        self.close_connection = True

    do_GET = do_HEAD = do_POST

    def _send(self, answer):
        if answer.when:
            answer.when.wait(60)
        try:
            self.send_response(answer.status)
            headers = {"Content-Type": "text/plain", "Content-Length": str(len(answer.body))} | answer.headers
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body.encode())
        except OSError:
            self.close_connection = True

    def log_message(self, *_):
        pass


def _json(http_status, **content):
    return Answer(http_status, json.dumps(content), {"Content-Type": "application/json"})
