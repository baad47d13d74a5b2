"""A proxy before Prometheus that fails in the ways networks and gateways do."""

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from .http_client import request
from .loopback_server import LoopbackServer


@dataclass
class Answer:
    """Answers itself, with this."""
    status: int
    body: str = "the proxy was told to fail\n"
    content_type: str = "text/plain"


class Hang:
    """Takes the request and says nothing."""


class CutBody:
    """Announces the whole of Prometheus's answer, sends half of it and closes."""


@dataclass
class Slow:
    """Answers properly, but late."""
    seconds: float


@dataclass
class Asked:
    """One request as it arrived."""
    path: str
    form: dict
    headers: dict

    def mentions(self, text):
        return any(text in value for value in self.form.values())


class FaultyProxy:
    """Bound to a free loopback port on construction; the port stays the same over refuse() and accept()."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.requests = []
        self._fault = None
        self._only = ""
        self._closed = threading.Event()
        self._server = None
        self._port = 0
        self.accept()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    @contextmanager
    def failing(self, fault, only=""):
        """While inside, requests that mention `only` meet `fault`."""
        self._fault, self._only = fault, only
        try:
            yield
        finally:
            self._fault = None

    @contextmanager
    def refusing(self):
        """While inside, connections are refused."""
        self.refuse()
        try:
            yield
        finally:
            self.accept()

    def refuse(self):
        server, self._server = self._server, None
        server.close()

    def accept(self):
        proxy = self

        class Handler(_Handler):
            def handle_one_request(self):
                # A kept-alive connection must not outlive the listener it came through.
                self.proxy = proxy
                super().handle_one_request()
                self.close_connection = self.close_connection or proxy._server is None

        self._server = LoopbackServer(Handler, self._port)
        self._port = self._server.server_port

    def close(self):
        self._closed.set()
        if self._server is not None:
            self.refuse()

    def asked(self, text):
        """The requests so far that mention `text`."""
        return [asked for asked in list(self.requests) if asked.mentions(text)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        parameters = parse_qs(body.decode()) | parse_qs(parts.query)
        asked = Asked(parts.path, {name: values[0] for name, values in parameters.items()}, dict(self.headers))
        self.proxy.requests.append(asked)
        if self.proxy._server is None:
            self.close_connection = True
            return
        self._serve(asked, body, self.proxy._fault if asked.mentions(self.proxy._only) else None)

    do_GET = do_POST

    def _serve(self, asked, body, fault):
        if isinstance(fault, Hang):
            self.proxy._closed.wait(60)
            self.close_connection = True
        elif isinstance(fault, Answer):
            self._send(fault.status, fault.content_type, fault.body.encode())
        else:
            if isinstance(fault, Slow):
                time.sleep(fault.seconds)
            self._forward(asked, body, cut=isinstance(fault, CutBody))

    def _forward(self, asked, body, cut):
        headers = {"Content-Type": self.headers.get("Content-Type")}
        try:
            reply = request(self.command, self.proxy.upstream + self.path, body=body or None, headers=headers)
        except OSError as error:
            self._send(502, "text/plain", str(error).encode())
            return
        self._send(reply.status, reply.headers.get("Content-Type", ""), reply.body.encode(), cut)

    def _send(self, status, content_type, content, cut=False):
        try:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:len(content) // 2] if cut else content)
        except OSError:
            self.close_connection = True
        self.close_connection = self.close_connection or cut

    def log_message(self, *_):
        pass
