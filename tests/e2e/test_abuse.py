"""The HTTP port under abuse: scrapes are answered, no evaluation is missed, memory stays bounded, errors are errors."""

import gzip
import json
import resource
import threading
import unittest

from harness import EndToEnd, RawConnection, ask, wait_for

MIB = 1 << 20
GET = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
FULL_HEAD = POST + b"".join(b"X-Padding-%d: " % number + b"x" * 300 + b"\r\n" for number in range(95))
CHUNK = b"4000\r\n" + b" " * 0x4000 + b"\r\n"


class AbuseCase(EndToEnd):
    OVER_TLS = False
    MEMORY_MAX = 150 * MIB

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # For the clients of the test, and for the agent that it starts: with few files it takes few connections.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))

    def setUp(self):
        super().setUp()
        prometheus = self.scripted_prometheus()
        prometheus.series = [({"pod": "a"}, 1)]
        self.under_test = self.new_agent(self.rule(interval="1s"), prometheus={"url": prometheus.url})
        if self.OVER_TLS:
            self.under_test.use_tls()
        self.under_test.start()
        self.under_test.wait_incident("open")

    def tearDown(self):
        # What was done before each of these must not have hurt.
        agent = self.under_test
        agent.wait_evaluations("Probe", 1)
        self.assertEqual(0, agent.metric("tocsin_rule_missed_evaluations_total", rule="Probe"))
        self.assertEqual(0, agent.metric("tocsin_rule_evaluation_failures_total", rule="Probe"))
        peak = agent.peak_memory()
        print(f"{self._testMethodName}: at most {peak / MIB:.0f} MiB", flush=True)
        self.assertLess(peak, self.MEMORY_MAX)
        super().tearDown()

    def assert_scraped(self):
        self.assertIn("tocsin_build_info", self.under_test.get("/metrics").body)

    def connect(self):
        connection = RawConnection(self.under_test.port, tls=self.under_test.tls)
        self.addCleanup(connection.close)
        return connection

    def at_once(self, count, work):
        """Runs `work` in that many threads, scrapes meanwhile, and returns their results."""
        results = []
        threads = [threading.Thread(target=lambda: results.append(work()), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            self.assert_scraped()
        self.assertEqual(count, len(results), "a thread failed")
        return results


class Slow(AbuseCase):
    def test_clients_that_send_byte_by_byte(self):
        heads = [self.connect() for _ in range(250)]
        bodies = [self.connect() for _ in range(250)]
        for connection in heads:
            connection.send(GET + b"X-Slow: ")
        for connection in bodies:
            connection.send(POST + b"Content-Length: 1000\r\n\r\n")
        evaluations = "tocsin_rule_evaluations_total"
        goal = self.under_test.metric(evaluations, rule="Probe") + 2

        def round_by_round():
            for connection in heads + bodies:
                connection.send(b"x")
            self.assert_scraped()
            return self.under_test.metric(evaluations, rule="Probe") >= goal

        wait_for(round_by_round, 60, "two evaluations meanwhile", every=0.2)

    def test_clients_that_do_not_read(self):
        connections = [self.connect() for _ in range(100)]
        for _ in range(20):
            for connection in connections:
                if connection.open:
                    connection.send((GET + b"\r\n") * 10)
            self.assert_scraped()


class Unfinished(AbuseCase):
    """What one client may do is too much memory where a thousand do it. Who is one too many is closed."""

    MEMORY_MAX = 110 * MIB  # less than for all: the rest is for what the agent does beside

    def assert_a_thousand_hurt_nobody(self, begin):
        for number in range(1000):
            begin()
            if number % 100 == 0:
                self.assert_scraped()
        self.under_test.wait_evaluations("Probe", 2)
        self.assert_scraped()
        self.under_test.reload()

    def test_requests_that_lack_the_end_of_their_body(self):
        content = FULL_HEAD + b"Content-Length: 65536\r\n\r\n" + b" " * 65_000
        self.assert_a_thousand_hurt_nobody(lambda: self.connect().send(content))

    def test_heads_of_many_lines(self):
        self.assert_a_thousand_hurt_nobody(lambda: self.connect().send(GET + b"a:\r\n" * 8000))

    def test_clients_that_say_nothing(self):
        self.assert_a_thousand_hurt_nobody(self.connect)


class UnfinishedOverTls(Unfinished):
    OVER_TLS = True
    MEMORY_MAX = AbuseCase.MEMORY_MAX

    def test_handshakes_that_lack_the_end_of_a_large_greeting(self):
        greeting = b"\x01" + (130_000).to_bytes(3, "big") + b"\x03\x03" + bytes(32)
        content = b"\x16\x03\x01" + len(greeting).to_bytes(2, "big") + greeting

        def begin():
            connection = RawConnection(self.under_test.port)
            self.addCleanup(connection.close)
            connection.send(content)

        self.assert_a_thousand_hurt_nobody(begin)


class Endless(AbuseCase):
    def assert_refused(self, expected, head, piece, pieces):
        """Eight clients at once are told so, long before they have sent all pieces.

        They read only once the port has closed: what it then has not read resets the connection. The answer has come
        before the reset, and Linux keeps it for who reads."""
        def client():
            with RawConnection(self.under_test.port) as connection:
                connection.send(head)
                sent = 0
                while sent < pieces and connection.send(piece):
                    sent += 1
                return sent, connection.read_reply()

        for sent, reply in self.at_once(8, client):
            self.assertLess(sent, pieces)
            self.assertIsNotNone(reply, f"closed without an answer after {sent} pieces")
            self.assertEqual((expected, "error"), (reply[0], json.loads(reply[2])["status"]))

    def test_headers_without_end(self):
        self.assert_refused(431, GET, b"X-Endless: " + b"x" * 1000 + b"\r\n", 2_000_000)

    def test_headers_without_end_in_pieces_that_end_within_a_line(self):
        self.assert_refused(431, GET + b"a", b":\r\na" * 250, 2_000_000)

    def test_chunked_bodies_of_two_gigabytes(self):
        self.assert_refused(413, POST + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK, (2 << 30) // 0x4000 // 10)

    def test_bodies_announced_with_two_gigabytes(self):
        head = POST + b"Content-Length: 2147483648\r\n\r\n"
        self.assert_refused(413, head, b" " * 0x4000, (2 << 30) // 0x4000 // 10)
        status, _, body = ask(self.under_test.port, head)
        self.assertEqual((413, "error"), (status, json.loads(body)["status"]))


class Many(AbuseCase):
    CLIENTS = 4
    REQUESTS = 5000  # of each client

    def test_a_million_requests(self):
        """Many at a time, without waiting for the answers between them."""
        kinds = {b"GET /nothing": 404, b"GET /-/healthy": 200, b"DELETE /api/v1/incidents": 405,
                 b"GET /api/v1/incidents?limit=0": 400}
        batch = b"".join(kind + b" HTTP/1.1\r\nHost: localhost\r\n\r\n" for kind in kinds) * 25
        batches = 1_000_000 // self.CLIENTS // (25 * len(kinds))

        def client():
            with RawConnection(self.under_test.port) as connection:
                for _ in range(batches):
                    connection.send(batch)
                    for expected in list(kinds.values()) * 25:
                        status = connection.read_reply()[0]
                        if status != expected:
                            return f"{status} for {expected}"
            return "all as expected"

        self.assertEqual(["all as expected"] * self.CLIENTS, self.at_once(self.CLIENTS, client))

    def test_many_thousand_that_read_and_scrape(self):
        requests = [(GET + b"\r\n", 200), (b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
                    (b"DELETE /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
                    (b"GET /api/v1/incidents?limit=0 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
                    (b"GET /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\n\r\n", 200)]

        def client():
            wrong = []
            with RawConnection(self.under_test.port) as connection:
                for number in range(self.REQUESTS):
                    content, expected = requests[number % len(requests)]
                    connection.send(content)
                    reply = connection.read_reply()
                    if reply is None or reply[0] != expected:
                        wrong.append((content, reply))
            return wrong

        self.assertEqual([[]] * self.CLIENTS, self.at_once(self.CLIENTS, client))


# What each gets: a 4xx in the envelope of the API.
NOTE = POST.replace(b"/-/reload", b"/api/v1/incidents/INC-1/notes")
BAD = {
    "a blank behind a header's name": (400, POST + b"Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n{}"),
    "an unknown path": (404, b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "a path that climbs": (404, b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "a path of bytes": (404, b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "a long path": (404, b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "an escape without digits": (400, b"GET /api/v1/incidents/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "an escaped control character": (400, b"GET /api/v1/incidents/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "another site's URL": (403, POST.replace(b" /", b" http://evil.example.org/", 1) + b"Content-Length: 2\r\n\r\n{}"),
    "a URL with a user name": (400, b"GET http://user@localhost/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "a URL of another protocol": (400, b"GET ftp://localhost/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "no path": (400, b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "CONNECT": (400, b"CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "an unknown method": (405, b"BREW /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "a method in small letters": (405, b"get /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "a method of bytes": (400, b"G\xffT / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "no Host": (400, b"GET /metrics HTTP/1.1\r\n\r\n"),
    "two Hosts": (400, GET + b"Host: localhost\r\n\r\n"),
    "a coding that is not known": (400, POST + b"Transfer-Encoding: gzip\r\n\r\n"),
    "two lengths": (400, POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
    "a length and chunks": (400, POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
    "a body of another type": (415, POST.replace(b"json", b"xml") + b"Content-Length: 4\r\n\r\n<a/>"),
    "a body that is compressed": (400, NOTE + b"Content-Encoding: gzip\r\nContent-Length: 22\r\n\r\n" + gzip.compress(b"{}")),
    "a body in UTF-16": (400, NOTE.replace(b"json", b"json; charset=utf-16") + b"Content-Length: 6\r\n\r\n"
                         + "{}".encode("utf-16")),
    "a large body": (413, POST + b"Content-Length: 70000\r\n\r\n" + b" " * 70_000),
    "a word": (400, b"nonsense\r\n\r\n"),
    "a greeting of TLS": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    "no version": (400, b"GET /metrics\r\n\r\n"),
    "a version that is not known": (400, b"GET /metrics HTTP/9.9\r\nHost: localhost\r\n\r\n"),
    "a header without a colon": (400, GET + b"nonsense\r\n\r\n"),
    "a negative length": (400, POST + b"Content-Length: -1\r\n\r\n"),
    "a length beyond all numbers": (400, POST + b"Content-Length: 99999999999999999999\r\n\r\n"),
    "a chunk without a length": (400, POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"),
    "an oversized chunk extension": (431, POST + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 100_000 + b"\r\n"),
    "a chunk that is larger than all bodies may be": (413, POST + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n"),
    "a line that ends with a line feed alone": (400, b"GET /metrics HTTP/1.1\nHost: localhost\n\n"),
    "a null byte": (400, GET + b"X-Null: a\0b\r\n\r\n"),
    "a path longer than all headers may be": (431, b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "a header longer than all may be": (431, GET + b"X-Long: " + b"a" * 40_000 + b"\r\n\r\n"),
    "too many headers": (431, GET + b"X-Many: a\r\n" * 4000 + b"\r\n"),
}


class Wrong(AbuseCase):
    def test_every_bad_request_is_a_4xx_in_the_envelope(self):
        for name, (expected, content) in BAD.items():
            with self.subTest(name):
                status, head, body = ask(self.under_test.port, content)
                self.assertEqual(expected, status, body)
                error = json.loads(body)
                self.assertEqual(("error", {"status", "errorType", "error"}), (error["status"], set(error)))
                self.assert_nothing_leaks(head + body)

    def test_a_request_that_ends_too_early_is_told_so(self):
        for begin in (b"G", GET, POST + b"Content-Length: 2\r\n\r\n{",
                      POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n"):
            with self.subTest(begin), self.connect() as connection:
                connection.send(begin)
                connection.end_sending()
                status, _, body = connection.read_reply()
                self.assertEqual((400, "error"), (status, json.loads(body)["status"]))

    def test_good_answers_name_no_program_and_no_version(self):
        for path in ("/-/healthy", "/-/ready", "/api/v1/incidents", "/api/v1/rules"):
            with self.subTest(path):
                _, head, body = ask(self.under_test.port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                self.assert_nothing_leaks(head + body)

    def assert_nothing_leaks(self, answer):
        version = self.under_test.get("/api/v1/status").json()["data"]["version"]
        for text in ("server:", "x-powered-by", "boost", "beast", "root:", f"tocsin {version}", f"tocsin/{version}"):
            self.assertNotIn(text, answer.lower())


if __name__ == "__main__":
    unittest.main()
