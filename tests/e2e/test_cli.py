"""Every command of the binary: its exit status and what it prints."""

import json
import os
import re
import unittest

from harness import (HOOK, PAGERDUTY, SLACK_WEBHOOK, Answer, EndToEnd, SmtpServer, free_port, make_certificate,
                     run_tocsin)

COMMANDS = ("run", "check", "once", "notify-test", "healthcheck", "incidents")
FAULT = re.compile(r"^\S+:\d+:\d+: .+", re.MULTILINE)


class CliCase(EndToEnd):
    def assert_exit(self, status, result):
        self.assertEqual(status, result.returncode, f"stdout: {result.stdout}\nstderr: {result.stderr}")

    def assert_one_clear_line(self, result):
        self.assertEqual("", result.stdout)
        self.assertEqual(1, len(result.stderr.strip().splitlines()), result.stderr)


class Usage(CliCase):
    def test_help_on_the_program_and_on_each_command(self):
        self.assert_exit(0, run_tocsin("--help"))
        for command in COMMANDS:
            with self.subTest(command):
                result = run_tocsin(command, "--help")
                self.assert_exit(0, result)
                self.assertIn("--help", result.stdout)
                self.assertIn(command, run_tocsin("--help").stdout)
        for command in ("list", "show", "ack", "resolve", "note"):
            self.assert_exit(0, run_tocsin("incidents", command, "--help"))

    def test_version_names_compiler_and_libraries(self):
        result = run_tocsin("--version")
        self.assert_exit(0, result)
        for word in ("tocsin", "curl", "SQLite"):
            self.assertIn(word.lower(), result.stdout.lower())

    def test_a_usage_error_is_64_and_one_line(self):
        for arguments in (["run"], ["check", "--config"], ["check", "--no-such-flag"], ["nothing"],
                          ["once", "--config", "x", "--output", "xml"], ["incidents", "ack"]):
            with self.subTest(arguments):
                result = run_tocsin(*arguments)
                self.assert_exit(64, result)
                self.assert_one_clear_line(result)

    def test_a_file_that_is_not_there_is_1_and_one_line(self):
        for command in ("run", "check", "once", "notify-test"):
            with self.subTest(command):
                result = run_tocsin(command, "--config", "/nonexistent/tocsin.toml")
                self.assert_exit(1, result)
                self.assertIn("/nonexistent/tocsin.toml", result.stderr + result.stdout)
                self.assertEqual(1, len((result.stderr + result.stdout).strip().splitlines()))

    def test_a_port_that_is_taken_is_one_clear_line(self):
        first = self.agent(self.rule())
        second = self.new_agent(self.rule(), web=first.config["web"])
        second.start(ready=False)
        self.assertEqual(1, second.wait_exit())
        self.assertIn(str(first.port), second.log())


class Check(CliCase):
    def check(self, agent, *arguments):
        agent.write()
        return run_tocsin("check", "--config", agent.config_file, *arguments)

    def test_a_valid_configuration_is_0(self):
        self.assert_exit(0, self.check(self.new_agent(self.rule())))

    def test_it_needs_neither_prometheus_nor_a_free_port_nor_the_store(self):
        agent = self.new_agent(self.rule(), prometheus={"url": "http://127.0.0.1:1"},
                               store={"url": "sqlite:///nonexistent/tocsin.db"})
        self.assert_exit(0, self.check(agent))

    def test_all_faults_are_reported_in_one_run_with_their_places(self):
        agent = self.new_agent(self.rule("Good"))
        agent.config["prometheus"]["timeuot"] = "5s"
        agent.config["route"] = [{"notify": ["nobody"]}]
        agent.rules["rule"] = [self.rule("Good"), self.rule("Good"), self.rule("Bad", "> five"),
                               self.rule("Long", for_="five minutes"), self.rule("Sev", severity="SEV9"),
                               self.rule("Recover", "> 5", recover="> 6"),
                               self.rule("Template", annotations={"summary": "{{ $labels.x | nothing }}"}),
                               self.rule("Query", annotations={"summary": '{{ query "up" }}'}),
                               self.rule("bad name")]
        result = self.check(agent)
        self.assert_exit(1, result)
        output = result.stdout + result.stderr
        faults = FAULT.findall(output)
        self.assertGreaterEqual(len(faults), 10, output)
        for word in ("timeout", "nobody", "Good", "five", "five minutes", "SEV9", "recover", "nothing", "query",
                     "bad name"):
            self.assertTrue(any(word in fault for fault in faults), f"{word} in\n{output}")
        for file in ("tocsin.toml", "rules.toml"):
            self.assertTrue(any(os.path.basename(fault.split(":")[0]) == file for fault in faults), output)

    def test_a_fault_points_at_its_line_and_column(self):
        agent = self.new_agent(self.rule())
        agent.write()
        with open(agent.rules_file, "w") as file:
            file.write('[[rule]]\nname = "Probe"\nquery = "up"\n  threshold = "5 <"\n')
        result = run_tocsin("check", "--config", agent.config_file)
        self.assert_exit(1, result)
        self.assertRegex(result.stdout + result.stderr, r"rules\.toml:4:(3|15): ")

    def test_a_syntax_error_in_toml_is_a_fault_with_its_place(self):
        agent = self.new_agent(self.rule())
        agent.write()
        with open(agent.rules_file, "a") as file:
            file.write("threshold = = 5\n")
        result = run_tocsin("check", "--config", agent.config_file)
        self.assert_exit(1, result)
        self.assertRegex(result.stdout + result.stderr, r"rules\.toml:\d+:\d+: ")

    def test_online_reports_prometheuss_message_at_the_querys_place(self):
        agent = self.new_agent(self.rule("Good"), self.rule("Bad", query="sum by (x (up)"))
        self.assert_exit(0, self.check(agent))
        result = self.check(agent, "--online")
        self.assert_exit(1, result)
        self.assertRegex(result.stdout + result.stderr, r"rules\.toml:\d+:\d+: .*pars")
        agent.rules["rule"].pop()
        self.assert_exit(0, self.check(agent, "--online"))

    def test_online_without_prometheus_is_1(self):
        agent = self.new_agent(self.rule(), prometheus={"url": "http://127.0.0.1:1"})
        result = self.check(agent, "--online")
        self.assert_exit(1, result)
        self.assertIn("127.0.0.1:1", result.stdout + result.stderr)

    def test_secrets_are_read_from_files_and_the_environment_and_never_shown(self):
        agent = self.new_agent(self.rule(), notifiers={
            "hook": self.hook(bearer_token="${E2E_TOKEN}"), "team": {"type": "slack", "webhook_url_file": "slack"},
            "pager": self.pager(routing_key_file="missing-file")})
        del agent.config["notifiers"]["pager"]["routing_key"]
        agent.file("slack", "https://hooks.example.org/file-secret\n")
        agent.write()
        result = run_tocsin("check", "--config", agent.config_file, environment={"E2E_TOKEN": "environment-secret"})
        self.assert_exit(1, result)
        output = result.stdout + result.stderr
        self.assertEqual(1, len(FAULT.findall(output)), output)
        self.assertIn("missing-file", output)
        result = run_tocsin("check", "--config", agent.config_file)
        self.assertIn("E2E_TOKEN", result.stdout + result.stderr)
        self.assertNotIn("file-secret", output)
        self.assertNotIn("environment-secret", output)


class Once(CliCase):
    def once(self, agent, *arguments):
        return run_tocsin("once", "--config", agent.config_file, *arguments)

    def test_nothing_breaches_is_0(self):
        self.set(0)
        result = self.once(self.new_agent(self.rule()))
        self.assert_exit(0, result)
        self.assertIn("Probe", result.stdout)

    def test_something_breaches_is_2_and_the_table_says_what(self):
        self.set(7.5, pod="a")
        result = self.once(self.new_agent(self.rule("Breaching", "> 5"), self.rule("Fine", "> 100")))
        self.assert_exit(2, result)
        row = next(line for line in result.stdout.splitlines() if "Breaching" in line)
        self.assertIn("7.5", row)
        self.assertIn("> 5", row)

    def test_a_table_for_machines(self):
        self.set(7.5, pod="a")
        agent = self.new_agent(self.rule("Breaching", "> 5"), self.rule("Fine", "> 100"))
        result = self.once(agent, "--output", "json")
        self.assert_exit(2, result)
        self.assertIn("Breaching", json.dumps(json.loads(result.stdout)))

    def test_it_could_not_look_is_1(self):
        result = self.once(self.new_agent(self.rule(), prometheus={"url": "http://127.0.0.1:1"}))
        self.assert_exit(1, result)
        self.set(1)
        broken = self.new_agent(self.rule(), self.rule("Broken", query="sum by (x (up)"))
        self.assert_exit(1, self.once(broken))

    def test_it_changes_nothing_and_notifies_nobody(self):
        self.set(1)
        agent = self.agent(self.rule(for_="1h"))
        agent.config["notifiers"]["hook"]["url"] = self.receiver.url + HOOK
        before = agent.get("/api/v1/incidents").body
        agent.rules["rule"] = [self.rule()]
        agent.write()
        self.assert_exit(2, self.once(agent))
        self.assertEqual(before, agent.get("/api/v1/incidents").body)
        self.assertEqual([], self.receiver.received(HOOK))

    def test_it_works_without_a_store(self):
        self.set(1)
        agent = self.new_agent(self.rule())
        self.assert_exit(2, self.once(agent))
        self.assertNotIn("tocsin.db", os.listdir(agent.directory))


class NotifyTest(CliCase):
    def notify_test(self, agent, *arguments):
        return run_tocsin("notify-test", "--config", agent.config_file, *arguments)

    def test_all_accepted_is_0(self):
        agent = self.new_agent(self.rule(), notifiers={"hook": self.hook(), "team": self.slack(),
                                                       "pager": self.pager(), "console": {"type": "console"}})
        result = self.notify_test(agent)
        self.assert_exit(0, result)
        for path in (HOOK, SLACK_WEBHOOK, PAGERDUTY):
            self.assertIn("test", json.dumps(self.receiver.taken(path)[0]).lower())
        for notifier in ("hook", "team", "pager", "console"):
            self.assertIn(notifier, result.stdout)

    def test_one_refused_is_1_and_says_what_the_other_side_said(self):
        self.receiver.always(PAGERDUTY, Answer(400, '{"status":"invalid event","message":"Event object is invalid",'
                                                    '"errors":["routing_key is bad"]}'))
        agent = self.new_agent(self.rule(), notifiers={"hook": self.hook(), "pager": self.pager()})
        result = self.notify_test(agent)
        self.assert_exit(1, result)
        self.assertIn("400", result.stdout + result.stderr)
        self.assertIn("routing_key is bad", result.stdout + result.stderr)
        self.assertNotIn("pagerduty-secret", result.stdout + result.stderr)

    def test_one_notifier_alone(self):
        agent = self.new_agent(self.rule(), notifiers={"hook": self.hook(), "pager": self.pager()})
        self.assert_exit(0, self.notify_test(agent, "--notifier", "pager"))
        self.assertEqual([], self.receiver.received(HOOK))
        result = self.notify_test(agent, "--notifier", "nobody")
        self.assertIn(result.returncode, (1, 64))
        self.assertIn("nobody", result.stderr)

    def test_a_login_that_fails_says_so(self):
        certificate, key = make_certificate(self.directory)
        server = SmtpServer(certificate, key)
        self.addCleanup(server.close)
        mail = {"type": "email", "smtp_url": f"smtp://localhost:{server.port}", "username": "tocsin",
                "password": "smtp-secret", "from": "tocsin@example.org", "to": ["a@example.org"],
                "tls": {"ca_file": certificate}}
        self.assert_exit(0, self.notify_test(self.new_agent(self.rule(), notifiers={"mail": mail})))
        wrong = self.notify_test(self.new_agent(self.rule(), notifiers={"mail": mail | {"password": "wrong-secret"}}))
        self.assert_exit(1, wrong)
        self.assertIn("535", wrong.stdout + wrong.stderr)
        self.assertNotIn("wrong-secret", wrong.stdout + wrong.stderr)
        untrusted = self.notify_test(self.new_agent(self.rule(), notifiers={"mail": mail | {"tls": {}}}))
        self.assert_exit(1, untrusted)
        self.assertIn("certificate", (untrusted.stdout + untrusted.stderr).lower())


class Healthcheck(CliCase):
    def test_0_for_a_healthy_agent_and_1_for_none(self):
        agent = self.agent(self.rule())
        self.assert_exit(0, run_tocsin("healthcheck", "--url", agent.url))
        agent.stop()
        result = run_tocsin("healthcheck", "--url", agent.url)
        self.assert_exit(1, result)
        self.assert_one_clear_line(result)


class Incidents(CliCase):
    def with_incident(self):
        agent = self.agent(self.rule(severity="SEV1"))
        self.set(7.5, pod="a")
        agent.wait_incident("open")
        return agent

    def test_list_shows_a_row_per_incident(self):
        agent = self.with_incident()
        result = agent.cli("incidents", "list")
        self.assert_exit(0, result)
        row = next(line for line in result.stdout.splitlines() if "INC-1" in line)
        for word in ("Probe", "SEV1", "open"):
            self.assertIn(word, row)
        self.assertNotIn("\x1b", result.stdout)
        self.assertLessEqual(max(map(len, result.stdout.splitlines())), 120)
        self.assertNotIn("INC-1", agent.cli("incidents", "list", "--state", "resolved").stdout)

    def test_list_and_show_for_machines(self):
        agent = self.with_incident()
        listed = json.loads(agent.cli("incidents", "list", "--output", "json").stdout)
        self.assertIn("INC-1", json.dumps(listed))
        shown = json.loads(agent.cli("incidents", "show", "INC-1", "--output", "json").stdout)
        self.assertIn("dedup_key", json.dumps(shown))

    def test_show_tells_the_whole_story(self):
        agent = self.with_incident()
        self.wait_told(1)
        result = agent.cli("incidents", "show", "INC-1")
        self.assert_exit(0, result)
        for word in ("INC-1", "Probe", "SEV1", "7.5", "opened", "hook"):
            self.assertIn(word, result.stdout)

    def test_ack_note_and_resolve(self):
        agent = self.with_incident()
        self.assert_exit(0, agent.cli("incidents", "ack", "INC-1", "--by", "alice"))
        self.assertEqual(("acknowledged", "alice"),
                         tuple(agent.incident("INC-1")[key] for key in ("state", "acknowledged_by")))
        self.assert_exit(0, agent.cli("incidents", "note", "INC-1", "rolled back", "--by", "bob"))
        self.assertIn("rolled back", str(agent.incident("INC-1")["timeline"]))
        self.assert_exit(0, agent.cli("incidents", "resolve", "INC-1", "--by", "alice"))
        self.assertEqual("resolved", agent.incident("INC-1")["state"])

    def test_failures_are_1_and_one_line(self):
        agent = self.with_incident()
        for arguments in (["show", "INC-99"], ["ack", "INC-99"], ["list", "--url", f"http://127.0.0.1:{free_port()}"]):
            with self.subTest(arguments):
                result = agent.cli("incidents", *arguments)
                self.assert_exit(1, result)
                self.assert_one_clear_line(result)

    def test_the_token_comes_from_a_file(self):
        agent = self.new_agent(self.rule())
        agent.config["web"]["token_file"] = agent.file("token", "api-secret\n")
        agent.write()
        agent.start()
        self.set(1)
        agent.wait_incident("open")
        refused = agent.cli("incidents", "ack", "INC-1")
        self.assert_exit(1, refused)
        self.assertIn("token", refused.stderr)
        accepted = agent.cli("incidents", "ack", "INC-1",
                             environment={"TOCSIN_TOKEN_FILE": os.path.join(agent.directory, "token")})
        self.assert_exit(0, accepted)
        self.assertEqual("acknowledged", agent.incident("INC-1")["state"])


class Run(CliCase):
    def test_the_start_says_what_is_watched(self):
        agent = self.agent(self.rule())
        self.assertIn(self.prometheus.url, agent.log())

    def test_logs_are_logfmt(self):
        agent = self.agent(self.rule())
        self.assertNotEqual("", agent.log())
        for line in agent.log().splitlines():
            self.assertRegex(line, r"(^|\s)level=")

    def test_logs_are_json_when_asked(self):
        agent = self.new_agent(self.rule())
        agent.start("--log-format", "json")
        self.assertNotEqual("", agent.log())
        for line in agent.log().splitlines():
            self.assertIn("level", json.loads(line))

    def test_a_faulty_configuration_does_not_start(self):
        agent = self.new_agent(self.rule(threshold="> five"))
        result = run_tocsin("run", "--config", agent.config_file)
        self.assert_exit(1, result)
        self.assertRegex(result.stderr, r"rules\.toml:\d+:\d+: ")

    def test_a_store_that_cannot_be_opened_is_1_and_names_it(self):
        agent = self.new_agent(self.rule(), store={"url": "sqlite:///nonexistent/tocsin.db"})
        result = run_tocsin("run", "--config", agent.config_file)
        self.assert_exit(1, result)
        self.assertIn("/nonexistent/tocsin.db", result.stderr)

    def test_a_file_that_is_no_store_is_refused_and_left_alone(self):
        agent = self.new_agent(self.rule())
        path = agent.file("tocsin.db", "This is a letter, not a database.\n" * 100)
        result = run_tocsin("run", "--config", agent.config_file)
        self.assert_exit(1, result)
        with open(path) as file:
            self.assertTrue(file.read().startswith("This is a letter"))


if __name__ == "__main__":
    unittest.main()
