#!/usr/bin/env python3
"""A demo service for the quickstart: two services that answer requests, one of which fails now and then.

Serves http_requests_total at /metrics of the address given (127.0.0.1 unless it is): exporter.py PORT [ADDRESS]. In each
minute since its start, `checkout` fails from the 6th to the 16th second: 8 requests a second beside 20 good ones.
Counters follow from the time alone, so they need no thread.
"""

import http.server
import sys
import time

CYCLE_SECONDS = 60
FAILS_FROM, FAILS_TO = 6, 16
GOOD_PER_SECOND, BAD_PER_SECOND = 20, 8


def failing_seconds(elapsed):
    """How many of the `elapsed` seconds lie inside a failure."""
    cycles, phase = divmod(elapsed, CYCLE_SECONDS)
    return cycles * (FAILS_TO - FAILS_FROM) + min(max(phase - FAILS_FROM, 0), FAILS_TO - FAILS_FROM)


def exposition(elapsed):
    bad = {"checkout": int(BAD_PER_SECOND * failing_seconds(elapsed)), "search": 0}
    lines = ["# HELP http_requests_total Requests answered, by service and status code.",
             "# TYPE http_requests_total counter"]
    for service, failed in bad.items():
        good = int(GOOD_PER_SECOND * elapsed)
        lines.append(f'http_requests_total{{service="{service}",code="200"}} {good}')
        lines.append(f'http_requests_total{{service="{service}",code="500"}} {failed}')
    return "\n".join(lines) + "\n"


class Handler(http.server.BaseHTTPRequestHandler):
    started = time.monotonic()

    def do_GET(self):
        if self.path != "/metrics":
            self.send_error(404, "only /metrics is here")
            return
        body = exposition(time.monotonic() - self.started).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Silent: the quickstart tells the story."""


if __name__ == "__main__":
    address = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
    http.server.ThreadingHTTPServer((address, int(sys.argv[1])), Handler).serve_forever()
