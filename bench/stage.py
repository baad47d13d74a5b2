"""A Prometheus whose answer changes when it is told to, and a webhook receiver, which note the time of what they see."""

import asyncio
import re
import threading
import time

from canned import EMPTY_MATRIX, vector

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Stage:
    """`answer` is what instant queries get. Times are of time.monotonic()."""

    def __init__(self):
        self.answer = vector([]).encode()
        self.asked = []  # when each query came
        self.answered = {}  # answer -> when it was first sent
        self.hooked = []  # when each notification came
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()

    def __enter__(self):
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=1024))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()

    def reply(self, path):
        now = time.monotonic()
        if path.startswith(b"/hook"):
            self.hooked.append(now)
            return b""
        self.asked.append(now)
        if path.startswith(b"/api/v1/query_range"):
            return EMPTY_MATRIX.encode()
        self.answered.setdefault(self.answer, now)
        return self.answer


class _Connection(asyncio.Protocol):
    def __init__(self, stage):
        self._stage = stage
        self._buffer = bytearray()

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._buffer += data
        while True:
            head = self._buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            length = LENGTH.search(self._buffer, 0, head)
            end = head + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < end:
                return
            path = bytes(self._buffer[:head]).split(b" ", 2)[1]
            del self._buffer[:end]
            body = self._stage.reply(path)
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" %
                                  (len(body), body))
