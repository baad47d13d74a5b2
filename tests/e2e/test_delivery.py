"""How notifications reach receivers that refuse, fail, hang, or lose their answer."""

import os
import re
import subprocess
import time
import unittest

from harness import (HOOK, PAGERDUTY, SLACK_POST, SLACK_UPDATE, SLACK_WEBHOOK, TOCSIN, Answer, Drop, EndToEnd, Hang, Raw,
                     SmtpServer, make_certificate, wait_for)

NOTIFICATIONS = "tocsin_notifications_total"


class DeliveryCase(EndToEnd):
    def opened(self, *rules, **sections):
        agent = self.agent(*(rules or [self.rule()]), **sections)
        self.set(1)
        agent.wait_incident("open")
        return agent


class Retries(DeliveryCase):
    def test_429_waits_for_retry_after(self):
        self.receiver.script(HOOK, Answer(429, headers={"Retry-After": "4"}))
        self.opened()
        self.wait_told(1)
        first, second = self.receiver.received(HOOK)
        self.assertGreaterEqual(second.at - first.at, 4)

    def test_retry_after_may_be_a_date(self):
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 8))
        due = int(time.time() + 8)
        self.receiver.script(HOOK, Answer(503, headers={"Retry-After": date}))
        self.opened()
        self.wait_told(1)
        self.assertGreaterEqual(self.receiver.received(HOOK)[1].at, due - 1)

    def test_500_is_tried_again_and_each_try_is_counted(self):
        self.receiver.script(HOOK, Answer(500), Answer(503))
        agent = self.opened()
        self.wait_told(1)
        notification = agent.wait_notification("open", "delivered")
        self.assertEqual(3, notification["attempts"])
        agent.wait_metric(2, NOTIFICATIONS, notifier="hook", kind="open", outcome="retried")
        agent.wait_metric(1, NOTIFICATIONS, notifier="hook", kind="open", outcome="delivered")
        bodies = [received.json() for received in self.receiver.received(HOOK)]
        self.assertEqual(bodies[0]["groupKey"], bodies[2]["groupKey"])

    def test_a_try_that_failed_is_visible_on_the_incident_and_in_the_status(self):
        self.receiver.always(HOOK, Answer(500, "out of order"))
        agent = self.opened()
        notification = wait_for(lambda: next((n for n in agent.incident("INC-1")["notifications"] if n["attempts"]),
                                             None), what="a try to be recorded")
        self.assertIn("500", notification["last_error"])
        self.assertIsNone(notification["delivered_at"])
        agent.wait_metric(1, "tocsin_outbox_depth", notifier="hook")
        wait_for(lambda: agent.metric("tocsin_outbox_oldest_seconds", notifier="hook") > 0, what="an age")
        self.assertIn("500", str(agent.get("/api/v1/status").json()["data"]))

    def test_a_receiver_that_hangs_is_tried_again_after_the_timeout(self):
        self.receiver.script(HOOK, Hang())
        self.opened(notifiers={"hook": self.hook(timeout="500ms")})
        self.wait_told(1)

    def test_a_receiver_that_is_not_there_is_tried_again(self):
        agent = self.opened(notifiers={"hook": self.hook(url="http://127.0.0.1:1/")})
        wait_for(lambda: agent.metric(NOTIFICATIONS, notifier="hook", outcome="retried") >= 2, what="two tries")

    def test_after_max_retry_age_it_is_given_up(self):
        self.receiver.always(HOOK, Answer(500))
        agent = self.opened(notifiers={"hook": self.hook(max_retry_age="3s")})
        agent.wait_notification("open", "failed")
        agent.wait_metric(1, NOTIFICATIONS, notifier="hook", kind="open", outcome="failed")
        agent.wait_metric(0, "tocsin_outbox_depth", notifier="hook")


class Refusals(DeliveryCase):
    def test_a_permanent_refusal_is_given_up_counted_logged_and_shown(self):
        for status in (400, 401, 403, 404, 410):
            with self.subTest(status):
                self.setUp()
                self.receiver.always(HOOK, Answer(status, "go away"))
                agent = self.opened()
                notification = agent.wait_notification("open", "failed")
                self.assertEqual(1, notification["attempts"])
                self.assertIn(str(status), notification["last_error"])
                agent.wait_metric(1, NOTIFICATIONS, notifier="hook", kind="open", outcome="failed")
                self.assertIn(str(status), agent.log())
                self.assertEqual(1, len(self.receiver.received(HOOK)))
                agent.stop()

    def test_a_redirect_is_not_followed_and_the_error_says_where_it_pointed(self):
        self.receiver.always(HOOK, Answer(302, headers={"Location": self.receiver.url + "/elsewhere"}))
        agent = self.opened()
        notification = agent.wait_notification("open", "failed")
        self.assertIn("/elsewhere", notification["last_error"])
        self.assertEqual([], self.receiver.received("/elsewhere"))

    def test_one_notifiers_refusal_does_not_stop_the_others(self):
        self.receiver.always(HOOK, Answer(404))
        agent = self.opened(notifiers={"hook": self.hook(), "pager": self.pager()})
        self.wait_paged(1)
        agent.wait_notification("open", "failed")

    def test_no_secret_is_ever_shown(self):
        for path in (HOOK, SLACK_WEBHOOK, PAGERDUTY):
            self.receiver.always(path, Answer(403, "no"))
        agent = self.opened(notifiers={
            "hook": self.hook(bearer_token="hook-secret"), "team": self.slack(), "pager": self.pager(),
            "down": self.slack(webhook_url="http://127.0.0.1:1/services/T/B/unreachable-secret")})
        for notifier in ("hook", "team", "pager"):
            agent.wait_notification("open", "failed", notifier)
        wait_for(lambda: agent.metric(NOTIFICATIONS, notifier="down", outcome="retried"), what="a try at nobody")
        shown = agent.log() + agent.stdout() + "".join(
            agent.get(path).body for path in ("/api/v1/incidents/INC-1", "/api/v1/status", "/api/v1/rules", "/metrics"))
        for secret in ("hook-secret", "slack-webhook-secret", "pagerduty-secret", "unreachable-secret"):
            self.assertNotIn(secret, shown)


class Order(DeliveryCase):
    def test_an_opening_that_may_have_been_seen_is_followed_by_its_resolution(self):
        self.receiver.script(HOOK, Drop())
        self.receiver.always(HOOK, Answer(503))
        agent = self.opened()
        wait_for(lambda: self.receiver.received(HOOK), what="the try that was lost")
        self.set(0)
        agent.wait_incident("resolved")
        self.receiver.always(HOOK, None)
        wait_for(lambda: self.told() and self.told()[-1] == "resolved", what="the resolution")

    def test_the_resolution_waits_for_the_opening(self):
        self.receiver.script(PAGERDUTY, Drop())
        agent = self.opened(notifiers={"pager": self.pager()})
        wait_for(lambda: self.receiver.received(PAGERDUTY), what="the first try")
        self.set(0)
        agent.wait_incident("resolved")
        wait_for(lambda: [event["event_action"] for event in self.receiver.taken(PAGERDUTY)][-1:] == ["resolve"],
                 what="the resolve event")
        actions = [received.json()["event_action"] for received in self.receiver.received(PAGERDUTY)]
        self.assertEqual(sorted(actions, reverse=True), actions, "triggers come before the resolve")

    def test_one_incident_that_is_stuck_does_not_hold_up_another(self):
        agent = self.agent(self.rule(), notifiers={"hook": self.hook(timeout="30s")})
        self.receiver.script(HOOK, Hang())
        self.set(1, pod="a")
        wait_for(lambda: self.receiver.received(HOOK), what="the try that hangs")
        self.set(1, pod="b")
        self.wait_told(1)
        self.assertEqual("b", self.wait_told(1)[0]["alerts"][0]["labels"]["pod"])
        agent.kill()

    def test_send_resolved_false_tells_openings_only(self):
        agent = self.opened(notifiers={"quiet": self.hook(send_resolved=False),
                                       "pager": self.pager()})
        self.wait_told(1)
        self.set(0)
        agent.wait_incident("resolved")
        self.wait_paged(2)
        self.assertEqual(["firing"], self.told())


class Amounts(DeliveryCase):
    def test_more_than_digest_above_go_out_as_one_digest_that_names_every_incident(self):
        self.receiver.script(SLACK_WEBHOOK, Answer(503, headers={"Retry-After": "3"}))
        agent = self.agent(self.rule(severity="SEV3"),
                           self.rule("Worst", severity="SEV1", query=f'{self.metric}{{pod="p0"}}'),
                           notifiers={"team": self.slack(digest_above=4)})
        self.exporter.set_pods(self.metric, 1, [f"p{number}" for number in range(8)])
        agent.wait_incident("open", count=9)
        wait_for(lambda: agent.metric(NOTIFICATIONS, notifier="team", outcome="delivered")
                 + agent.metric(NOTIFICATIONS, notifier="team", outcome="collapsed") >= 9, 30, "all to be told")
        messages = self.receiver.taken(SLACK_WEBHOOK)
        digest = next(str(message) for message in messages if str(message).count("INC-") >= 5)
        named = "".join(str(message) for message in messages)
        for number in range(1, 10):
            self.assertIn(f"INC-{number}", named)
        self.assertLess(len(messages), 9)
        if "SEV1" in digest and "SEV3" in digest:
            self.assertLess(digest.index("SEV1"), digest.index("SEV3"))
        agent.wait_metric(0, "tocsin_outbox_depth", notifier="team")

    def test_a_rate_limit_spaces_notifications(self):
        agent = self.agent(self.rule(), notifiers={"hook": self.hook(rate_limit="1/s")})
        self.exporter.set_pods(self.metric, 1, "abcd")
        self.wait_told(4)
        times = [received.at for received in self.receiver.received(HOOK)]
        self.assertGreaterEqual(times[-1] - times[0], 2.5)
        agent.stop()


class SlackBot(DeliveryCase):
    def bot(self, **keys):
        return {"type": "slack", "bot_token": "xoxb-secret", "channel": "C0E2E", "url": self.receiver.url} | keys

    def test_the_opening_message_is_updated_and_what_happened_is_told_in_its_thread(self):
        agent = self.opened(notifiers={"team": self.bot()})
        post, = self.wait_told(1, SLACK_POST)
        self.assertEqual("C0E2E", post["channel"])
        self.assertNotIn("thread_ts", post)
        self.assertEqual("Bearer xoxb-secret", self.receiver.received(SLACK_POST)[0].headers["Authorization"])
        self.set(0)
        agent.wait_incident("resolved")
        update, = self.wait_told(1, SLACK_UPDATE)
        self.assertEqual(("C0E2E", "1503435956.000001"), (update["channel"], update["ts"]))
        self.assertIn("resolved", str(update).lower())
        reply = self.wait_told(2, SLACK_POST)[1]
        self.assertEqual("1503435956.000001", reply["thread_ts"])

    def test_the_message_is_remembered_over_a_restart(self):
        agent = self.opened(notifiers={"team": self.bot()})
        agent.wait_notification("open", "delivered", "team")
        agent.kill()
        agent.start()
        self.set(0)
        self.assertEqual("1503435956.000001", self.wait_told(1, SLACK_UPDATE)[0]["ts"])

    def test_ok_false_is_no_success(self):
        self.receiver.script(SLACK_POST, Answer(200, '{"ok":false,"error":"internal_error"}',
                                                {"Content-Type": "application/json"}))
        self.receiver.always(SLACK_POST, Answer(200, '{"ok":false,"error":"channel_not_found"}',
                                                {"Content-Type": "application/json"}))
        agent = self.opened(notifiers={"team": self.bot()})
        notification = agent.wait_notification("open", "failed", "team")
        self.assertEqual(2, notification["attempts"])
        self.assertIn("channel_not_found", notification["last_error"])


class Mail(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = make_certificate(self.directory)
        self.server = SmtpServer(self.certificate, self.key)
        self.addCleanup(self.server.close)

    def mail(self, **keys):
        return {"type": "email", "smtp_url": f"smtp://localhost:{self.server.port}", "starttls": "required",
                "username": "tocsin", "password": "smtp-secret", "from": "tocsin@example.org",
                "to": ["first@example.org", "second@example.org"], "tls": {"ca_file": self.certificate}} | keys

    def test_a_connection_in_clear_text_is_not_used_where_tls_is_required(self):
        server = SmtpServer()
        self.addCleanup(server.close)
        clear = {"type": "email", "smtp_url": f"smtp://localhost:{server.port}", "starttls": "off",
                 "from": "tocsin@example.org", "to": ["first@example.org"]}
        agent = self.opened(notifiers={"clear": clear, "safe": clear | {"starttls": "required"}})
        agent.wait_notification("open", "delivered", "clear")
        self.assert_kept_back(agent, server, "safe", "STARTTLS")

    def test_a_connection_with_an_unverified_certificate_is_not_used_where_it_has_to_be_verified(self):
        lax = self.mail(tls={"insecure_skip_verify": True}, to=["lax@example.org"])
        agent = self.opened(notifiers={"lax": lax, "strict": self.mail(tls={}, to=["strict@example.org"])})
        agent.wait_notification("open", "delivered", "lax")
        self.assert_kept_back(agent, self.server, "strict", "certificate")

    def assert_kept_back(self, agent, server, notifier, reason):
        """It has tried when the other's connection was there to be taken."""
        def tries():
            return agent.metric(NOTIFICATIONS, notifier=notifier, outcome="retried")

        before = tries()
        wait_for(lambda: tries() >= before + 2, what="two tries")
        self.assertIn(reason, agent.wait_notification("open", "pending", notifier)["last_error"])
        self.assertEqual(1, len(server.mails))

    def test_who_has_the_opening_is_told_of_the_end_also_where_others_never_had_it(self):
        self.server.refuse["second@example.org"] = "450 greylisted, try later"
        agent = self.opened(notifiers={"mail": self.mail()})
        wait_for(lambda: agent.metric(NOTIFICATIONS, notifier="mail", outcome="retried") >= 1, what="a try")
        self.set(0)
        agent.wait_incident("resolved")
        self.server.refuse.clear()
        wait_for(lambda: self.recipients() == ["first@example.org"] * 2 + ["second@example.org"], what="the end of it")

    def recipients(self):
        return sorted(recipient for mail in self.server.mails for recipient in mail.recipients)

    def test_every_recipient_gets_the_mail(self):
        self.opened(notifiers={"mail": self.mail()})
        wait_for(lambda: self.recipients() == ["first@example.org", "second@example.org"], what="both mails")

    def test_smtps_is_tls_from_the_first_byte(self):
        server = SmtpServer(self.certificate, self.key, implicit_tls=True)
        self.addCleanup(server.close)
        self.opened(notifiers={"mail": self.mail(smtp_url=f"smtps://localhost:{server.port}")})
        wait_for(lambda: len(server.mails) == 2, what="both mails")

    def test_more_than_digest_above_are_one_mail(self):
        self.server.refuse["first@example.org"] = "450 greylisted, try later"
        agent = self.agent(self.rule(), notifiers={"mail": self.mail(to=["first@example.org"], digest_above=3)})
        self.exporter.set_pods(self.metric, 1, [f"p{number}" for number in range(12)])
        agent.wait_incident("open", count=12)
        wait_for(lambda: agent.metric(NOTIFICATIONS, notifier="mail", outcome="retried") >= 1, what="a try")
        self.server.refuse.clear()
        wait_for(lambda: {f"INC-{number}" for number in range(1, 13)} <= self.named(), what="all to be named")
        self.assertLess(len(self.server.mails), 6)

    def named(self):
        return set(re.findall(r"INC-\d+", " ".join(mail.text("plain") for mail in self.server.mails)))

    def test_a_refused_recipient_does_not_stop_the_others(self):
        self.server.refuse["first@example.org"] = "550 no such mailbox"
        agent = self.opened(notifiers={"mail": self.mail()})
        wait_for(lambda: self.recipients() == ["second@example.org"], what="the mail to the other")
        self.wait_settled(agent)
        self.assertIn("550", str(agent.incident("INC-1")["notifications"]) + str(agent.incident("INC-1")["timeline"]))

    def wait_settled(self, agent):
        wait_for(lambda: agent.metric("tocsin_outbox_depth", notifier="mail") == 0, what="an empty outbox")

    def test_greylisting_is_tried_again(self):
        self.server.refuse["first@example.org"] = "450 greylisted, try later"
        agent = self.opened(notifiers={"mail": self.mail(to=["first@example.org"])})
        wait_for(lambda: agent.metric(NOTIFICATIONS, notifier="mail", outcome="retried") >= 1, what="a try")
        self.server.refuse.clear()
        wait_for(lambda: self.recipients() == ["first@example.org"], what="the mail")

    def test_a_wrong_password_is_given_up_and_not_shown(self):
        agent = self.opened(notifiers={"mail": self.mail(password="wrong-secret")})
        notification = agent.wait_notification("open", "failed", "mail")
        self.assertIn("535", notification["last_error"])
        self.assertNotIn("wrong-secret", agent.log() + str(agent.incident("INC-1")))

    def test_a_certificate_that_is_not_trusted_gets_no_mail(self):
        agent = self.opened(notifiers={"mail": self.mail(tls={})})
        wait_for(lambda: "certificate" in str(agent.incident("INC-1")["notifications"]).lower(),
                 what="the reason on the incident")
        self.assertEqual([], self.server.mails)

    def test_labels_cannot_inject_headers(self):
        self.agent(self.rule(annotations={"summary": "a\r\nBcc: evil@example.org\r\n\r\nbody {{ $labels.name }}"}),
                   notifiers={"mail": self.mail(to=["first@example.org"])})
        self.set(1, name="x\nBcc: evil@example.org")
        wait_for(lambda: self.server.mails, what="the mail")
        self.assertEqual(["first@example.org"], self.server.mails[0].recipients)
        self.assertIsNone(self.server.mails[0].message["Bcc"])


class Heartbeat(DeliveryCase):
    def test_it_pings_while_everything_works_and_stops_when_prometheus_is_gone(self):
        proxy = self.proxy()
        self.agent(self.rule(), prometheus={"url": proxy.url},
                   heartbeat={"url": self.receiver.url + "/ping", "interval": "1s"})
        wait_for(lambda: len(self.receiver.received("/ping")) >= 3, what="three pings")
        with proxy.refusing():
            # A ping may be under way when Prometheus goes; then they stop.
            wait_for(lambda: self.silence("/ping") > 4, 30, "the pings to stop")
        self.wait_pings_again()

    def test_it_stops_while_no_rule_can_be_evaluated(self):
        prometheus = self.scripted_prometheus()
        self.agent(self.rule(), prometheus={"url": prometheus.url},
                   heartbeat={"url": self.receiver.url + "/ping", "interval": "1s"})
        wait_for(lambda: len(self.receiver.received("/ping")) >= 3, what="three pings")
        refusal = b'{"status":"error","errorType":"execution","error":"query processing would load too many samples"}'
        prometheus.raw = Raw(lambda: [refusal], status=422)
        wait_for(lambda: self.silence("/ping") > 4, 30, "the pings to stop")
        prometheus.raw = None
        self.wait_pings_again()

    def test_it_stops_while_the_store_cannot_be_written(self):
        agent = self.agent(self.rule(), heartbeat={"url": self.receiver.url + "/ping", "interval": "1s"})
        wait_for(lambda: len(self.receiver.received("/ping")) >= 3, what="three pings")
        database = os.path.join(agent.directory, "tocsin.db")
        os.rename(database, database + ".away")
        wait_for(lambda: self.silence("/ping") > 4, 40, "the pings to stop")
        os.rename(database + ".away", database)
        self.wait_pings_again()

    def wait_pings_again(self):
        pings = len(self.receiver.received("/ping"))
        wait_for(lambda: len(self.receiver.received("/ping")) > pings, what="the pings to begin again")

    def silence(self, path):
        return time.time() - self.receiver.received(path)[-1].at

    def test_it_stops_while_nothing_can_be_delivered(self):
        self.stops_while_the_answer_is(503)
        self.receiver.always(HOOK, Answer(200))
        self.wait_pings_again()

    def test_it_stops_once_a_notification_was_refused(self):
        self.stops_while_the_answer_is(404)

    def stops_while_the_answer_is(self, status):
        self.receiver.always(HOOK, Answer(status))
        agent = self.agent(self.rule(), heartbeat={"url": self.receiver.url + "/ping", "interval": "1s"})
        wait_for(lambda: self.receiver.received("/ping"), what="a ping")
        self.set(1)
        agent.wait_incident("open")
        wait_for(lambda: self.silence("/ping") > 4, 40, "the pings to stop")


class ConsoleOnATerminal(EndToEnd):
    def console_line(self, stdout, read):
        """What a started agent writes of one opening."""
        agent = self.new_agent(self.rule(), notifiers={"console": {"type": "console"}})
        process = subprocess.Popen([TOCSIN, "run", "--config", agent.config_file], stdout=stdout,
                                   stderr=subprocess.DEVNULL, env=os.environ | {"TERM": "xterm"})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.set(1)
        return read()

    def test_is_coloured(self):
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        self.assertIn("\x1b[33mOPEN", self.console_line(theirs, lambda: os.read(ours, 4096).decode()))

    def test_a_pipe_is_not(self):
        ours, theirs = os.pipe()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        line = self.console_line(theirs, lambda: os.read(ours, 4096).decode())
        self.assertIn("OPEN", line)
        self.assertNotIn("\x1b", line)


if __name__ == "__main__":
    unittest.main()
