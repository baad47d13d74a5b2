"""One HTTP request on its own connection. Any status is an answer, not an exception."""

import http.client
import json as json_library
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit


@dataclass
class Reply:
    status: int
    headers: dict
    body: str

    def json(self):
        return json_library.loads(self.body)


def request(method, url, *, params=None, form=None, json=None, body=None, headers=None, timeout=10,
            tls=None):
    """REQUIRES: at most one of `form`, `json` and `body`. A header given as None is left out."""
    headers = dict(headers or {})
    if form is not None:
        body = urlencode(form)
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    if json is not None:
        body = json_library.dumps(json)
        headers.setdefault("Content-Type", "application/json")
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if params:
        target += ("&" if parts.query else "?") + urlencode(params, doseq=True)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=tls)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request(method, target, body, {k: v for k, v in headers.items() if v is not None})
        response = connection.getresponse()
        return Reply(response.status, dict(response.getheaders()), response.read().decode())
    finally:
        connection.close()


def is_up(url, tls=None):
    """Whether a GET of `url` answers 200 now."""
    try:
        return request("GET", url, timeout=2, tls=tls).status == 200
    except OSError:
        return False
    except http.client.HTTPException:
        return False
