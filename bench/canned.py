"""nginx with answers that cost next to nothing: a Prometheus that always says the same, a receiver that takes all."""

import getpass
import json
import os
import pathlib
import urllib.request

from measure import Program, free_port, wait_for

CONFIG = """
user {user};  # where root starts it: it reads a folder that is nobody else's
daemon off;
worker_processes 1;
pid nginx.pid;
error_log log warn;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  client_body_temp_path body;
  client_body_buffer_size 1m;
  client_max_body_size 64m;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  open_file_cache max=10;
  server {{
    listen 127.0.0.1:{port} backlog=16384;
    root {directory};
    default_type application/json;
    error_page 405 =200 $uri;  # a file is an answer to POST, too
    location = /status {{ stub_status; }}
    location = /hook {{ return 200; }}
    location = /metrics {{ default_type "text/plain; version=0.0.4"; }}
    location = /api/v1/query {{ {query} }}
    location = /api/v1/query_range {{ return 200 '{matrix}'; }}
    location / {{ return 200 '{{"status":"success","data":{{}}}}'; }}
  }}
}}
"""
EMPTY_MATRIX = '{"status":"success","data":{"resultType":"matrix","result":[]}}'
# nginx takes texts of at most 4 KiB from its configuration; what is longer is a file.
INLINE_MAX = 3500


class Canned:
    """Answers every instant query with `answer`, GET /metrics with `metrics`, and takes whatever is posted to /hook."""

    def __init__(self, directory, answer=None, metrics=None):
        os.makedirs(os.path.join(directory, "api", "v1"), exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        answer = vector([]) if answer is None else answer
        inline = len(answer) < INLINE_MAX
        query = f"return 200 '{answer}';" if inline else ""
        self._write(directory, "nginx.conf", CONFIG.format(user=getpass.getuser(), port=self.port, directory=directory,
                                                           query=query, matrix=EMPTY_MATRIX))
        self._write(directory, "api/v1/query", answer)
        self._write(directory, "metrics", metrics or "")
        self._program = Program(["nginx", "-p", directory, "-c", "nginx.conf"], directory)
        self._looks = 0

    @staticmethod
    def _write(directory, name, text):
        pathlib.Path(directory, name).write_text(text)

    def __enter__(self):
        self._program.start()
        wait_for(lambda: self._program.alive() and self._listens(), 20, "nginx")
        return self

    def __exit__(self, *_):
        self._program.stop()

    def _listens(self):
        try:
            return self.requests() >= 0
        except OSError:
            return False

    def requests(self):
        """How many requests it has had, these looks not among them."""
        with urllib.request.urlopen(self.url + "/status") as reply:
            total = int(reply.read().split(b"\n")[2].split()[2])
        self._looks += 1
        return total - self._looks


def vector(series):
    """Prometheus's answer to an instant query: `series` are (labels, value). It writes labels in the order of names."""
    result = [{"metric": dict(sorted(labels.items())), "value": [1700000000, str(value)]} for labels, value in series]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}, separators=(",", ":"))


def pods(count, value):
    """So many series with the labels of a usual container metric."""
    return [({"namespace": "shop", "pod": f"web-{number:05}", "container": "web", "instance": f"10.0.0.1:{number}",
              "job": "kubelet"}, value) for number in range(count)]
