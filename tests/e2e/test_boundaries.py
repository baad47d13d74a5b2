"""What tocsin shows of its secrets, and whom it trusts on the way out: certificates, redirects, proxies."""

import base64
import json
import logging
import os
import socket
import ssl
import subprocess
import threading
import unittest
from http.server import BaseHTTPRequestHandler

from harness import (HOOK, PAGERDUTY, SLACK_POST, Answer, EndToEnd, Raw, SmtpServer, make_certificate, run_tocsin,
                     wait_for)
from harness.loopback_server import LoopbackServer
from harness.tocsin import ROOT


class TlsServer:
    """An HTTPS server on loopback that notes what it is asked and answers every request with 200 and nothing."""

    def __init__(self, certificate, key):
        self.asked = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                server.asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = Quiet(Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://localhost:{self._server.server_port}"

    def close(self):
        self._server.close()


class Tunnel:
    """A proxy that knows CONNECT only, and keeps what it is asked for and what goes through it."""

    def __init__(self):
        self.asked = []
        self.seen = b""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_CONNECT(self):
                proxy.asked.append(self.path)
                proxy.seen += bytes(self.headers)
                host, port = self.path.split(":")
                with socket.create_connection((host, int(port))) as far:
                    self.send_response(200)
                    self.end_headers()
                    back = threading.Thread(target=self.copy, args=(far, self.connection))
                    back.start()
                    self.copy(self.connection, far)
                    back.join()
                self.close_connection = True

            def copy(self, source, target):
                while data := source.recv(65536):
                    proxy.seen += data
                    target.sendall(data)
                target.shutdown(socket.SHUT_WR)

            def log_message(self, *_):
                pass

        self._server = Quiet(Handler)
        self.url = "http://" + self._server.address

    def close(self):
        self._server.close()


class Quiet(LoopbackServer):
    def handle_error(self, request, client_address):
        """Handshakes that fail are what these tests are about."""


class Certificates(EndToEnd):
    def setUp(self):
        super().setUp()
        script = os.path.join(ROOT, "tests", "support", "make_certificates.sh")
        subprocess.run(["sh", script, self.directory], check=True)

    def server(self, name):
        server = TlsServer(self.file(name + ".crt"), self.file(name + ".key"))
        self.addCleanup(server.close)
        return server

    def file(self, name):
        return os.path.join(self.directory, name)

    def test_a_webhook_with_a_wrong_name_or_an_expired_certificate_gets_nothing(self):
        servers = {name: self.server(name) for name in ("good", "named", "expired")}
        notifiers = {name: {"type": "webhook", "url": server.url + HOOK, "tls": {"ca_file": self.file("ca.crt")}}
                     for name, server in servers.items()}
        notifiers["unknown"] = {"type": "webhook", "url": servers["good"].url + "/unknown"}
        agent = self.agent(self.rule(), notifiers=notifiers)
        self.set(1)
        agent.wait_notification("open", "delivered", "good")
        for name in ("named", "expired", "unknown"):
            with self.subTest(name):
                reason = wait_for(lambda: self.last_error(agent, name), what="the reason")
                self.assertIn("certificate", reason.lower())
        self.assertEqual([HOOK], servers["good"].asked)
        self.assertEqual([], servers["named"].asked + servers["expired"].asked)

    def test_a_mail_server_with_a_wrong_name_or_an_expired_certificate_gets_no_mail(self):
        # The server tells of each handshake that fails, as it has to here.
        level = logging.getLogger("mail.log").level
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        self.addCleanup(logging.getLogger("mail.log").setLevel, level)
        servers = {(name, implicit): self.mail_server(name, implicit_tls=implicit)
                   for name in ("named", "expired") for implicit in (False, True)}
        notifiers = {f"{name}-{implicit}": self.mail(server, "smtps" if implicit else "smtp")
                     for (name, implicit), server in servers.items()}
        agent = self.agent(self.rule(), notifiers=notifiers)
        self.set(1)
        agent.wait_incident("open")
        for notifier in notifiers:
            with self.subTest(notifier):
                reason = wait_for(lambda: self.last_error(agent, notifier), what="the reason")
                self.assertIn("certificate", reason.lower())
        self.assertEqual([], [mail for server in servers.values() for mail in server.mails])

    def mail_server(self, name, **how):
        server = SmtpServer(self.file(name + ".crt"), self.file(name + ".key"), **how)
        self.addCleanup(server.close)
        return server

    def mail(self, server, scheme):
        return {"type": "email", "smtp_url": f"{scheme}://localhost:{server.port}", "username": "tocsin",
                "password": "smtp-secret", "from": "tocsin@example.org", "to": ["first@example.org"],
                "tls": {"ca_file": self.file("ca.crt")}}

    def test_tls_goes_through_a_proxy_that_sees_nothing_of_it(self):
        server = self.server("good")
        proxy = Tunnel()
        self.addCleanup(proxy.close)
        agent = self.agent(self.rule(), notifiers={"good": self.hook(
            url=server.url + HOOK, proxy_url=proxy.url, bearer_token="hook-secret",
            tls={"ca_file": self.file("ca.crt")})})
        self.set(1)
        agent.wait_notification("open", "delivered", "good")
        self.assertEqual([HOOK], server.asked)
        self.assertEqual([server.url.removeprefix("https://")], proxy.asked)
        self.assertNotIn(b"hook-secret", proxy.seen)

    def last_error(self, agent, notifier):
        return next(n["last_error"] for n in agent.incident("INC-1")["notifications"] if n["notifier"] == notifier)

    def test_a_prometheus_with_a_wrong_name_or_an_expired_certificate_is_asked_nothing(self):
        for name in ("named", "expired"):
            with self.subTest(name):
                server = self.server(name)
                agent = self.new_agent(self.rule(), prometheus={"url": server.url,
                                                                "tls": {"ca_file": self.file("ca.crt")}})
                agent.start(ready=False)
                agent.wait_log("certificate")
                self.assertEqual([], server.asked)
                agent.kill()


class Ways(EndToEnd):
    def test_a_redirect_of_prometheus_is_not_followed(self):
        self.receiver.always("/api/v1/query", Answer(307, headers={"Location": self.receiver.url + "/elsewhere"}))
        agent = self.new_agent(self.rule(), prometheus={"url": self.receiver.url, "bearer_token": "prometheus-secret"})
        agent.start(ready=False)
        agent.wait_log("/elsewhere")
        self.assertEqual([], self.receiver.received("/elsewhere"))

    def test_a_proxy_is_used_where_one_is_given_and_by_who_it_is_given_to(self):
        # The receiver plays the proxy, too: it notes the path of whatever URL it is asked for.
        far = self.hook(url="http://receiver.example.org/far", proxy_url=self.receiver.url)
        agent = self.agent(self.rule(), notifiers={"far": far, "near": self.hook()})
        self.set(1)
        for notifier in ("far", "near"):
            agent.wait_notification("open", "delivered", notifier)
        proxied, = self.receiver.received("/far")
        self.assertEqual("receiver.example.org", proxied.headers["Host"])
        direct, = self.receiver.received(HOOK)
        self.assertNotEqual("receiver.example.org", direct.headers["Host"])


class Secrets(EndToEnd):
    PLAIN = ("token-secret", "basic-secret", "header-secret", "hook-secret", "file-secret", "slack-path-secret",
             "hook-path-secret", "bot-secret", "mail-secret", "proxy-secret", "bearer-secret", "heartbeat-path-secret")
    # As logins send them: HTTP's and a proxy's Basic, SMTP's LOGIN and PLAIN.
    SENT = tuple(base64.b64encode(text).decode() for text in (
        b"u:basic-secret", b"u:proxy-secret", b"mail-secret", b"\0u\0mail-secret"))
    SECRETS = PLAIN + SENT

    def with_secrets(self):
        agent = self.new_agent(self.rule())
        agent.config["prometheus"] |= {"basic_auth": {"username": "u", "password": "basic-secret"},
                                       "headers": {"X-Scope-OrgID": "header-secret"}}
        agent.config["web"]["token_file"] = agent.file("token", "token-secret\n")
        agent.config["notifiers"] = {
            "hook": self.hook(url=self.receiver.url + "/hook-path-secret", bearer_token="hook-secret"),
            "far": self.hook(url="http://receiver.example.org/far", proxy_url=self.with_login(self.receiver.url)),
            "bot": {"type": "slack", "bot_token": "bot-secret", "channel": "C0E2E", "url": self.receiver.url},
            "mail": self.mail(),
            "team": {"type": "slack", "webhook_url": "http://127.0.0.1:1/services/slack-path-secret"},
            "pager": {"type": "pagerduty", "routing_key_file": agent.file("pager", "file-secret\n"),
                      "url": self.receiver.url}}
        agent.config["heartbeat"] = {"url": self.receiver.url + "/heartbeat-path-secret", "interval": "1s"}
        agent.config["route"] = [{"notify": list(agent.config["notifiers"])}]
        agent.write()
        return agent

    def with_login(self, proxy):
        return proxy.replace("http://", "http://u:proxy-secret@")

    def mail(self):
        """At a server that repeats a wrong login, as it is and as it was sent."""
        certificate, key = make_certificate(self.directory)
        server = SmtpServer(certificate, key)
        self.addCleanup(server.close)
        server.login_reply = "535 who is that? mail-secret " + " ".join(self.SENT[2:])
        return {"type": "email", "smtp_url": f"smtp://localhost:{server.port}", "username": "u",
                "password": "mail-secret", "from": "tocsin@example.org", "to": ["first@example.org"],
                "tls": {"ca_file": certificate}}

    def test_no_secret_is_in_arguments_logs_answers_or_what_check_says(self):
        # Receivers and a proxy that say in their refusals what they were given, and more.
        for path, status in (("/hook-path-secret", 401), ("/far", 403), (SLACK_POST, 401), (PAGERDUTY, 400),
                             ("/heartbeat-path-secret", 401)):
            self.receiver.always(path, Answer(status, self.echo_of(path)))
        agent = self.with_secrets()
        agent.start("--log-level", "debug")
        self.set(1)
        for notifier in ("hook", "far", "bot", "pager", "mail"):
            self.assertIn("who is that?", agent.wait_notification("open", "failed", notifier)["last_error"])
        agent.wait_log("heartbeat not accepted")
        agent.post("/api/v1/incidents/INC-1/resolve", {"by": "x"}, {"Authorization": "Bearer token-secretx"})
        with open(f"/proc/{agent.pid}/cmdline") as file:
            shown = file.read()
        shown += agent.log() + agent.stdout()
        for path in ("/api/v1/incidents/INC-1", "/api/v1/incidents", "/api/v1/rules", "/api/v1/status", "/metrics"):
            shown += agent.get(path).body
        said = run_tocsin("notify-test", "--config", agent.config_file).stdout
        self.assertEqual(5, said.count("who is that?"), said)
        shown += said
        agent.config["web"]["nonsense"] = 1
        agent.write()
        for command in ("check", "once", "notify-test"):
            result = run_tocsin(command, "--config", agent.config_file)
            shown += result.stdout + result.stderr
        shown += agent.post("/-/reload", headers={"Authorization": "Bearer token-secret"}).body
        self.assertIn("nonsense", shown)
        for secret in self.SECRETS:
            self.assertNotIn(secret, shown)

    def echo_of(self, path):
        """What was sent there, plain and as it was sent."""
        return "who is that? " + {"/hook-path-secret": "/hook-path-secret hook-secret",
                                  "/far": f"u:proxy-secret {self.SENT[1]}", SLACK_POST: "Bearer bot-secret",
                                  PAGERDUTY: "file-secret", "/heartbeat-path-secret": "heartbeat-path-secret"}[path]

    def test_what_prometheus_repeats_of_its_secrets_is_shown_nowhere(self):
        prometheus = self.scripted_prometheus()
        agent = self.with_secrets()
        agent.config["prometheus"] |= {"url": prometheus.url, "proxy_url": self.with_login(prometheus.url)}
        shown = ""
        for status in (401, 422):
            said = ["basic-secret", *self.SENT[:2], "header-secret", "proxy-secret", "who is that?"]
            if status == 422:
                del agent.config["prometheus"]["basic_auth"]
                agent.config["prometheus"]["bearer_token"] = "bearer-secret"
                said = ["bearer-secret", self.SENT[1], "header-secret", "proxy-secret", "who is that?"]
            agent.write()
            error = {"status": "error", "errorType": "execution", "error": ", ".join(said)}
            prometheus.raw = Raw(lambda: [json.dumps(error).encode()], status=status)
            agent.start()
            agent.wait_failures("Probe", 1)
            wait_for(lambda: "who is that?" in agent.get("/api/v1/rules").body, what="the reason")
            for path in ("/api/v1/incidents", "/api/v1/rules", "/api/v1/status", "/metrics", "/-/ready"):
                shown += agent.get(path).body
            agent.stop()
            for command in (["check", "--online"], ["once"]):
                result = run_tocsin(*command, "--config", agent.config_file)
                shown += result.stdout + result.stderr
        shown += agent.log()
        self.assertIn("who is that?", shown)
        for secret in self.SECRETS:
            self.assertNotIn(secret, shown)

    def test_a_file_that_everybody_can_read_is_warned_about_by_check_and_at_the_start(self):
        agent = self.with_secrets()
        for name, mode in (("token", 0o644), ("pager", 0o600)):
            os.chmod(os.path.join(agent.directory, name), mode)
        result = run_tocsin("check", "--config", agent.config_file)
        self.assertEqual(0, result.returncode, result.stderr)
        agent.start()
        for said in (result.stderr, agent.log()):
            self.assertIn(os.path.join(agent.directory, "token"), said)
            self.assertNotIn(os.path.join(agent.directory, "pager"), said)


if __name__ == "__main__":
    unittest.main()
