"""A hostile Prometheus, and hostile labels on their way to people: bounded memory, failed evaluations, nothing else."""

import itertools
import json
import unittest
import zlib

from harness import PAGERDUTY, SLACK_WEBHOOK, EndToEnd, Raw, SmtpServer, make_certificate, wait_for
from harness.slot import in_one_slot

MIB = 1 << 20
MEMORY_MAX = 200 * MIB
JSON = {"Content-Type": "application/json"}


def chunked(pieces):
    """A body in chunks that never ends properly."""
    return lambda: (b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces())


def vector(*series):
    """The bytes of a vector of these series, each as raw JSON."""
    return b'{"status":"success","data":{"resultType":"vector","result":[' + b",".join(series) + b"]}}"


def whole(body):
    return Raw(lambda: [body])


def compressed_spaces():
    """gzip of one megabyte of blanks after another: all blocks after the first are the same few bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for _ in range(2):
        block = packer.compress(b" " * MIB) + packer.flush(zlib.Z_FULL_FLUSH)
        yield block
    yield from itertools.repeat(block, 10_000)


def filled(unit):
    """A vector of about thirty megabytes of this."""
    return vector((unit + b",") * (30 * MIB // (len(unit) + 1)) + unit)


SAMPLE = b'{"metric":{"pod":"b"},"value":[1,"1"]}'
HOSTILE = {
    "a label of thirty megabytes": whole(vector(b'{"metric":{"pod":"%s"},"value":[1,"1"]}' % (b"x" * 30 * MIB))),
    "more series than a rule may hold": whole(vector(*(b'{"metric":{"pod":"%d"},"value":[1,"1"]}' % number
                                                       for number in range(200_001)))),
    "labels of thirty megabytes": whole(vector(*(b'{"metric":{"pod":"%d%s"},"value":[1,"1"]}' % (number, b"x" * 15_000)
                                                 for number in range(2000)))),
    "a label twice": whole(vector(b'{"metric":{"pod":"a","pod":"b"},"value":[1,"1"]}')),
    "arrays nested a million deep": whole(b"[" * 1_000_000),
    "objects nested a million deep": whole(b'{"data":' * 1_000_000),
    "labels nested deep": whole(vector(b'{"metric":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}")),
    "thirty megabytes of numbers": whole(filled(b"0")),
    "thirty megabytes of lists": whole(filled(b"[]")),
    "thirty megabytes of words": whole(filled(b'"word_"')),
    "thirty megabytes of empty labels": whole(filled(b'{"metric":{"a":"","b":"","c":""},"value":[1,"1"]}')),
    "thirty megabytes of commas": whole(vector(b"," * 30 * MIB)),
    "a text without end": Raw(lambda: itertools.chain([b'{"status":"'], itertools.repeat(b"x" * 65536, 32768))),
    "a text of thirty megabytes": whole(b'{"status":"' + b"x" * 30 * MIB),
    "two gigabytes in chunks": Raw(chunked(lambda: itertools.repeat(b" " * 65536, 32768)),
                                   JSON | {"Transfer-Encoding": "chunked"}),
    "two gigabytes announced": Raw(lambda: itertools.repeat(b" " * 65536, 32768),
                                   JSON | {"Content-Length": str(2 << 30)}),
    "a chunk longer than memory": Raw(lambda: [b"7fffffffffffffff\r\n", b"x" * MIB],
                                      JSON | {"Transfer-Encoding": "chunked"}),
    "ten gigabytes in ten megabytes of gzip": Raw(compressed_spaces, JSON | {"Content-Encoding": "gzip"}),
    "gzip that is none": Raw(lambda: [vector(SAMPLE)], JSON | {"Content-Encoding": "gzip"}),
    "headers without end": Raw(lambda: [b""], JSON | {f"X-{number}": "x" * 1000 for number in range(2000)}),
    "a redirect to itself": Raw(lambda: [b""], JSON | {"Location": "/api/v1/query"}, status=307),
    "invalid UTF-8": whole(vector(b'{"metric":{"pod":"\xff\xfe"},"value":[1,"1"]}')),
    "half a surrogate": whole(vector(b'{"metric":{"pod":"\\ud800"},"value":[1,"1"]}')),
    "a raw control character": whole(vector(b'{"metric":{"pod":"a\nb"},"value":[1,"1"]}')),
    "a series twice": whole(vector(SAMPLE, SAMPLE)),
    "a label that is a number": whole(vector(b'{"metric":{"pod":1},"value":[1,"1"]}')),
    "labels that are a list": whole(vector(b'{"metric":["pod"],"value":[1,"1"]}')),
    "a value that is a number": whole(vector(b'{"metric":{"pod":"b"},"value":[1,1]}')),
    "a value that is an object": whole(vector(b'{"metric":{"pod":"b"},"value":{}}')),
    "a value with a tail": whole(vector(b'{"metric":{"pod":"b"},"value":[1,"1; drop"]}')),
    "no metric": whole(vector(b'{"value":[1,"1"]}')),
    "samples that are words": whole(vector(b'"up"')),
    "a result that is an object": whole(b'{"status":"success","data":{"resultType":"vector","result":{}}}'),
    "a status that is a list": whole(b'{"status":["success"],"data":{"resultType":"vector","result":[]}}'),
    "two answers": whole(vector() + vector()),
    "a byte order mark": whole(b"\xef\xbb\xbf[]"),
    "nothing but zeros": whole(b"\0" * MIB),
}


def matrix(*series):
    """The same of a range."""
    return vector(*series).replace(b'"vector"', b'"matrix"')


POINTS = b'{"metric":{"pod":"a"},"values":[%s]}'
HOSTILE_RANGES = {
    "thirty megabytes of points": whole(matrix(POINTS % (b'[1,"1"],' * (30 * MIB // 8) + b'[1,"1"]'))),
    "thirty megabytes of series": whole(matrix(*[POINTS % b'[1,"1"]'] * (30 * MIB // 50))),
    "a label of thirty megabytes": whole(matrix(b'{"metric":{"pod":"%s"},"values":[]}' % (b"x" * 30 * MIB))),
    "a vector": whole(vector(SAMPLE)),
    "points that are objects": whole(matrix(POINTS % b'{"1":"1"}')),
    "a time beyond all": whole(matrix(POINTS % b'[1e300,"1"]')),
    "points nested deep": whole(matrix(POINTS % (b"[" * 100_000 + b"]" * 100_000))),
} | {name: HOSTILE[name] for name in ("a text without end", "two gigabytes in chunks", "headers without end",
                                      "ten gigabytes in ten megabytes of gzip", "nothing but zeros")}

SCALAR = b'{"status":"success","data":{"resultType":"scalar","result":%s}}'
# To the question for the time.
HOSTILE_TIMES = {
    "a time beyond all": whole(SCALAR % b'[1,"1e300"]'),
    "a time before all": whole(SCALAR % b'[1,"-1e300"]'),
    "no number": whole(SCALAR % b'[1,"NaN"]'),
    "a word": whole(SCALAR % b'[1,"now"]'),
    "an object": whole(SCALAR % b'{"1":"1"}'),
    "a vector": whole(vector(SAMPLE)),
} | {name: HOSTILE[name] for name in ("a text without end", "arrays nested a million deep", "thirty megabytes of words",
                                      "a label of thirty megabytes", "labels nested deep")}

MEMBER = b'{"metric":{"__tocsin_rule__":"%s","pod":"x"},"value":[1,"9"]}'
MARK = MEMBER % b"asked"
# To rules that are asked together.
HOSTILE_JOINED = {
    "a series of no rule": whole(vector(SAMPLE, MARK)),
    "a series of a rule that was not asked": whole(vector(MEMBER % b"q7", MARK)),
    "a series of a rule below the first": whole(vector(MEMBER % b"q-1", MARK)),
    "a series of half a rule": whole(vector(MEMBER % b"q0.5", MARK)),
    "a rule twice over": whole(vector(MEMBER.replace(b'"pod"', b'"__tocsin_rule__"') % b"q0", MARK)),
    "no sign that the question was understood": whole(vector(MEMBER % b"q0")),
} | {name: HOSTILE[name] for name in ("thirty megabytes of words", "thirty megabytes of empty labels", "a label twice",
                                      "more series than a rule may hold", "labels nested deep", "samples that are words")}

# What else tocsin asks, by the request's form.
QUESTIONS = {
    "a range": lambda form: "start" in form and "up" not in form["query"],
    "whether Prometheus was there": lambda form: "up" in form["query"],
}


class HostilePrometheus(EndToEnd):
    def test_each_hostile_answer_is_a_failed_evaluation_and_nothing_else(self):
        prometheus = self.scripted_prometheus()
        prometheus.series = [({"pod": "a"}, 1)]
        # An address of this machine that is none of loopback's: only there are compressed answers asked for.
        url = prometheus.url.replace("127.0.0.1", "0.0.0.0")
        agent = self.agent(self.rule(), prometheus={"url": url, "timeout": "10s"})
        self.wait_told(1)
        before = agent.incidents()
        for name, answer in HOSTILE.items():
            with self.subTest(name):
                prometheus.raw = answer
                agent.wait_failures("Probe", 2)
                self.assertEqual(before, agent.incidents())
                self.assert_bounded(name, agent)
        prometheus.raw = None
        agent.wait_evaluations("Probe", 3)
        self.assertEqual(before, agent.incidents())
        self.assertEqual(["firing"], self.told())
        self.assert_readable(agent.log())

    def test_a_hostile_answer_to_rules_asked_together_is_one_to_none_of_them(self):
        prometheus = self.scripted_prometheus()
        prometheus.raw = HOSTILE["samples that are words"]
        rules = [self.rule(f"Rule{number}", query=in_one_slot(f"{self.metric} + {number}"), interval="1s")
                 for number in range(3)]
        agent = self.agent(*rules, prometheus={"url": prometheus.url, "timeout": "10s"})
        # To one that is asked alone, some of it is an answer.
        refusal = whole(b'{"status":"error","errorType":"execution","error":"refused"}')
        together = []
        prometheus.raw_if = lambda form: refusal if "__tocsin_rule__" not in form["query"] else together.append(form)
        for name, answer in HOSTILE_JOINED.items():
            with self.subTest(name):
                together.clear()
                prometheus.raw = answer
                self.wait_each(agent, "tocsin_rule_evaluation_failures_total", [rule["name"] for rule in rules])
                self.assertEqual([], agent.incidents())
                self.assertTrue(together)
                self.assert_bounded(name, agent)

    def test_a_hostile_answer_to_what_else_is_asked_changes_nothing(self):
        """Ticks that were not answered are read again: a range, and whether Prometheus was there."""
        prometheus = self.scripted_prometheus()
        prometheus.series = [({"pod": "a"}, 1)]
        url = prometheus.url.replace("127.0.0.1", "0.0.0.0")
        agent = self.agent(self.rule(), prometheus={"url": url, "timeout": "10s", "unreachable_after": "1h"})
        self.wait_told(1)
        before = agent.incidents()
        for asks, answers in itertools.product(QUESTIONS, HOSTILE_RANGES):
            with self.subTest(f"{asks}: {answers}"):
                prometheus.raw = whole(b"<html>")
                agent.wait_failures("Probe", 2)
                asked = []
                prometheus.raw_if = lambda form, is_it=QUESTIONS[asks], answer=HOSTILE_RANGES[answers], asked=asked: (
                    asked.append(form) or answer if is_it(form) else None)
                prometheus.raw = None
                wait_for(lambda seen=asked: seen, 60, f"tocsin to ask for {asks}")
                one_by_one = []
                prometheus.raw_if = lambda form, seen=one_by_one: seen.append(form) if "time" in form else None
                # All is read again by then, and what was learned of the ranges is forgotten.
                wait_for(lambda seen=one_by_one: len(seen) > 1, what="ticks to be asked one by one")
                agent.wait_evaluations("Probe", 3)
                self.assertEqual(before, agent.incidents())
                self.assert_bounded(f"{asks}: {answers}", agent)
        self.assertEqual(["firing"], self.told())

    def test_a_hostile_answer_to_the_question_for_the_time_changes_nothing(self):
        """Each time the Date of the answers says another time, so that Prometheus is asked."""
        prometheus = self.scripted_prometheus()
        prometheus.series = [({"pod": "a"}, 1)]
        agent = self.agent(self.rule(), prometheus={"url": prometheus.url, "timeout": "10s"})
        self.wait_told(1)
        before = agent.incidents()
        for name, answer in HOSTILE_TIMES.items():
            with self.subTest(name):
                asked = []
                prometheus.raw_if = lambda form, answer=answer, asked=asked: (
                    asked.append(form) or answer if form["query"] == "time()" else None)
                prometheus.ahead += 3600
                wait_for(lambda seen=asked: seen, 60, "tocsin to ask for the time")
                agent.wait_evaluations("Probe", 3)
                self.assertEqual(before, agent.incidents())
                self.assert_bounded(name, agent)
        self.assertEqual(["firing"], self.told())

    def test_the_largest_answers_that_open_incidents_stay_within_bounds(self):
        """Ten thousand incidents with labels of fourteen megabytes, and a hundred thousand short ones."""
        for count, size in ((10_000, 1400), (100_000, 120)):
            with self.subTest(f"{count} series"):
                prometheus = self.scripted_prometheus()
                prometheus.raw = whole(vector(*(b'{"metric":{"pod":"%06d%s"},"value":[1,"9"]}' % (number, b"x" * size)
                                                for number in range(count))))
                agent = self.agent(self.rule(), prometheus={"url": prometheus.url, "timeout": "10s"})
                agent.wait_evaluations("Probe", 3)
                self.assertTrue(agent.incidents())
                self.assert_bounded(f"{count} series", agent)
                agent.stop()

    def test_large_answers_to_many_rules_take_no_more_memory_than_one(self):
        """And each is evaluated, and what others are answered, too."""
        prometheus = self.scripted_prometheus()
        prometheus.series = [({"pod": "a"}, 1)]
        large = {f"Large{number}": f"large_{number}" for number in range(10)}
        rules = [self.rule(name, "> 1", query=query, interval="1s") for name, query in large.items()]
        quiet = whole(vector(*(b'{"metric":{"pod":"%06d%s"},"value":[1,"0"]}' % (number, b"x" * 100)
                               for number in range(190_000))))
        agent = self.agent(self.rule(), *rules, prometheus={
            "url": prometheus.url.replace("127.0.0.1", "0.0.0.0"), "timeout": "1m", "batch": 1,
            "unreachable_after": "1h"})
        self.wait_told(1)
        before = agent.incidents()
        self.wait_each(agent, "tocsin_rule_evaluations_total", large)
        prometheus.raw_for = dict.fromkeys(large.values(), quiet)
        self.wait_each(agent, "tocsin_rule_evaluations_total", large)
        for rule in large:
            self.assertEqual(0, agent.metric("tocsin_rule_evaluation_failures_total", rule=rule))
        self.assert_bounded("valid", agent)
        # The last one is no answer of Prometheus at all: after that, ticks are read again first.
        for name in ("thirty megabytes of numbers", "ten gigabytes in ten megabytes of gzip",
                     "a text of thirty megabytes"):
            with self.subTest(name):
                prometheus.raw_for = dict.fromkeys(large.values(), HOSTILE[name])
                self.wait_each(agent, "tocsin_rule_evaluation_failures_total", large)
                agent.wait_evaluations("Probe", 3)
                self.assert_bounded(name, agent)
        self.assertEqual(0, agent.metric("tocsin_rule_evaluation_failures_total", rule="Probe"))
        self.assertEqual(before, agent.incidents())

    def wait_each(self, agent, name, rules):
        """Until this counter of each rule has grown by two."""
        before = agent.metrics()

        def grown():
            now = agent.metrics()
            return all(now.value(name, rule=rule) >= before.value(name, rule=rule) + 2 for rule in rules)

        wait_for(grown, 120, f"{name} of each rule to grow")

    def assert_bounded(self, name, agent):
        print(f"{name}: at most {agent.peak_memory() / MIB:.0f} MiB", flush=True)
        self.assertLess(agent.peak_memory(), MEMORY_MAX)

    def assert_readable(self, log):
        for line in log.splitlines():
            self.assertRegex(line, r"^time=\S+ level=\w+ msg=")
            self.assertLess(len(line), 4000)


# What somebody who chooses a label would like to see done.
EVIL = ('<!channel> <https://evil.example.org|click> *bold* & <script>alert(1)</script>'
        '\r\nBcc: evil@example.org\r\n\r\n'
        '\x1b[31mred\x1b]0;title\x07 \x9b1m" level=error msg="forged\u202e\u2028{{ .Value }} {"a":1}')


class HostileLabels(EndToEnd):
    """One incident whose labels and annotations are made to break out of whatever they are put into."""

    def setUp(self):
        super().setUp()
        certificate, key = make_certificate(self.directory)
        self.server = SmtpServer(certificate, key)
        self.addCleanup(self.server.close)
        prometheus = self.scripted_prometheus()
        prometheus.series = [({"pod": EVIL, "url": "javascript:alert(1)"}, 1)]
        mail = {"type": "email", "smtp_url": f"smtp://localhost:{self.server.port}", "username": "tocsin",
                "password": "smtp-secret", "from": "tocsin@example.org", "to": ["first@example.org"],
                "tls": {"ca_file": certificate}}
        annotations = {"summary": "{{ $labels.pod }}", "description": "{{ $labels.pod }}",
                       "runbook_url": "{{ $labels.url }}", "dashboard_url": "{{ $labels.url }}"}
        self.watching = self.agent(
            self.rule(annotations=annotations), prometheus={"url": prometheus.url},
            notifiers={"hook": self.hook(), "team": self.slack(), "pager": self.pager(), "mail": mail,
                       "screen": {"type": "console"}})
        for notifier in ("hook", "team", "pager", "mail", "screen"):
            self.watching.wait_notification("open", "delivered", notifier)

    def test_slack_gets_no_mention_and_no_link_of_theirs(self):
        message, = self.receiver.taken(SLACK_WEBHOOK)
        texts = list(strings_of(message))
        self.assertTrue(any("&lt;!channel&gt;" in text for text in texts))
        for text in texts:
            self.assertNotIn("<!channel", text)
            self.assertNotIn("<https://evil", text)
            self.assertNotRegex(text, r"<javascript:")
            self.assert_harmless(text)
        self.assertNotIn("javascript:", " ".join(links_of(message)))

    def test_mail_gets_no_header_no_markup_and_no_script(self):
        mail, = self.server.mails
        self.assertEqual(["first@example.org"], mail.recipients)
        self.assertIsNone(mail.message["Bcc"])
        for name, value in mail.message.items():
            self.assertNotRegex(value, r"[\r\n]", name)
        html = mail.text("html")
        self.assertIn("&lt;script&gt;", html)
        self.assertNotIn("<script", html.lower())
        self.assertNotRegex(html, r"(?i)href\s*=\s*.?\s*javascript:")
        self.assert_harmless(html.replace("\r\n", "\n"))
        self.assert_harmless(mail.text("plain").replace("\r\n", "\n"))

    def test_pagerduty_gets_no_link_that_runs(self):
        event, = self.receiver.taken(PAGERDUTY)
        links = [link["href"] for link in event["links"]] + [event["client_url"]]
        self.assertTrue(all(link.startswith("http://") for link in links), links)
        for text in strings_of(event):
            self.assert_harmless(text)

    def test_a_line_of_the_log_stays_a_line_and_moves_no_cursor(self):
        for line in self.watching.log().split("\n")[:-1]:
            self.assertRegex(line, r"^time=\S+ level=(info|warn) msg=")
            self.assertNotIn('" level=error', line.replace('\\"', ""))
            self.assert_harmless(line)

    def test_a_line_of_the_log_in_json_stays_a_line(self):
        self.watching.stop()
        seen = len(self.watching.log())
        self.watching.start("--log-format", "json")
        refused = self.watching.post("/api/v1/incidents/INC-1/acknowledge", {"by": EVIL})
        self.assertEqual(400, refused.status, refused.body)
        self.watching.act("INC-1", "resolve", by="mallory\" level=error", text='{"level":"error"}')
        self.watching.wait_log("resolved INC-1")
        for line in self.watching.log()[seen:].split("\n")[:-1]:
            self.assertNotEqual("error", json.loads(line)["level"])
            self.assert_harmless(line)

    def test_the_console_and_the_command_line_stay_readable(self):
        self.assertEqual(1, self.watching.stdout().count("\n"))
        self.assert_harmless(self.watching.stdout())
        for command in (["list"], ["show", "INC-1"]):
            shown = self.watching.cli("incidents", *command)
            self.assertEqual(0, shown.returncode, shown.stderr)
            self.assertNotRegex(shown.stdout, r"(?m)^\s*Bcc")
            self.assert_harmless(shown.stdout)
            as_json = self.watching.cli("incidents", *command, "--output", "json")
            self.assert_harmless(as_json.stdout)
            self.assertIn(EVIL, list(strings_of(json.loads(as_json.stdout))))

    def test_the_api_and_the_metrics_can_be_read_and_say_what_it_was(self):
        self.assertEqual(EVIL, self.watching.incident("INC-1")["series"][0]["labels"]["pod"])
        self.watching.metrics()

    def assert_harmless(self, text):
        """No control character that a terminal would obey, and nothing that turns the direction of writing."""
        self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def strings_of(value):
    """Every text in a JSON value."""
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, str):
        yield value
    elif hasattr(value, "__iter__"):
        for one in value:
            yield from strings_of(one)


def links_of(value):
    """Everything that Slack makes a link of besides its markup."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in ("url", "image_url") and isinstance(one, str):
                yield one
            yield from links_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from links_of(one)


if __name__ == "__main__":
    unittest.main()
