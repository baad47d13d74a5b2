"""One incident from breach to recovery, and what everybody is told about it."""

import email.utils
import re
import subprocess
import unittest

from harness import PAGERDUTY, SLACK_WEBHOOK, EndToEnd, SmtpServer, make_certificate, wait_for, when

INCIDENT_FIELDS = {
    "id", "rule", "state", "severity", "labels", "annotations", "value", "dedup_key", "opened_at", "acknowledged_at",
    "acknowledged_by", "resolved_at", "resolve_reason", "flaps", "series", "series_count", "timeline", "notifications",
}
RFC_3339_MILLISECONDS = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"


class Lifecycle(EndToEnd):
    def live(self, notifiers, told):
        """An incident opens and resolves. `told(n)` waits until n notifications are out. Returns the agent."""
        agent = self.agent(
            self.rule("HighErrorRate", "> 0.05", severity="SEV1", labels={"team": "payments"}, annotations={
                "summary": "{{ $labels.service }}: {{ $value | humanizePercentage }} of requests fail",
                "runbook_url": "https://runbooks.example.org/high-error-rate"}),
            labels={"cluster": "staging"}, notifiers=notifiers)
        self.set(0.0731, service="checkout")
        agent.wait_incident("open")
        told(1)
        self.set(0.01, service="checkout")
        agent.wait_incident("resolved")
        told(2)
        return agent


class WhatReceiversAreTold(Lifecycle):
    def test_the_webhook_gets_alertmanagers_body_version_4(self):
        agent = self.live({"hook": self.hook()}, self.wait_told)
        firing, resolved = self.wait_told(2)
        incident = agent.incident("INC-1")
        for body in (firing, resolved):
            self.assertLessEqual({"version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels",
                                  "commonLabels", "commonAnnotations", "externalURL", "alerts"}, set(body))
            self.assertEqual(("4", "hook", 0, "http://tocsin.example.org"),
                             (body["version"], body["receiver"], body["truncatedAlerts"], body["externalURL"]))
            alert, = body["alerts"]
            self.assertEqual(body["status"], alert["status"])
            self.assertLessEqual({"alertname": "HighErrorRate", "severity": "SEV1", "service": "checkout",
                                  "team": "payments", "cluster": "staging"}.items(), alert["labels"].items())
            self.assertEqual(alert["labels"], body["commonLabels"])
            self.assertEqual("https://runbooks.example.org/high-error-rate", alert["annotations"]["runbook_url"])
            self.assertEqual(alert["annotations"], body["commonAnnotations"])
            self.assertEqual(when(incident["opened_at"]), when(alert["startsAt"]))
            self.assertRegex(alert["fingerprint"], "^[0-9a-f]{16}$")
            self.assertTrue(alert["generatorURL"].startswith(self.prometheus.url + "/graph?"), alert["generatorURL"])
        self.assertEqual(["firing", "resolved"], [firing["status"], resolved["status"]])
        self.assertEqual("checkout: 7.31% of requests fail", firing["alerts"][0]["annotations"]["summary"])
        self.assertEqual("0001-01-01T00:00:00Z", firing["alerts"][0]["endsAt"])
        self.assertEqual(when(incident["resolved_at"]), when(resolved["alerts"][0]["endsAt"]))
        self.assertEqual(firing["groupKey"], resolved["groupKey"])
        self.assertEqual(firing["alerts"][0]["fingerprint"], resolved["alerts"][0]["fingerprint"])

    def test_pagerduty_gets_a_trigger_and_its_resolve(self):
        self.live({"pager": self.pager()}, self.wait_paged)
        trigger, resolve = self.wait_paged(2)
        self.assertEqual(("trigger", "resolve"), (trigger["event_action"], resolve["event_action"]))
        self.assertEqual(trigger["dedup_key"], resolve["dedup_key"])
        self.assertTrue(0 < len(trigger["dedup_key"]) <= 255)
        self.assertEqual({"pagerduty-secret"}, {trigger["routing_key"], resolve["routing_key"]})
        payload = trigger["payload"]
        self.assertEqual("critical", payload["severity"])
        self.assertIn("checkout: 7.31% of requests fail", payload["summary"])
        self.assertTrue(payload["source"])
        self.assertIsInstance(payload["custom_details"], dict)
        when(payload["timestamp"])
        self.assertIn("https://runbooks.example.org/high-error-rate", [link["href"] for link in trigger["links"]])

    def test_the_slack_webhook_gets_blocks_with_a_fallback_text(self):
        self.live({"team": self.slack()}, lambda n: self.wait_told(n, SLACK_WEBHOOK))
        opened, resolved = self.wait_told(2, SLACK_WEBHOOK)
        for message in (opened, resolved):
            self.assertIn("HighErrorRate", message["text"])
            self.assertIn("https://runbooks.example.org/high-error-rate", str(message))
            self.assertTrue(message.get("blocks") or message["attachments"][0]["blocks"])
        self.assertIn("checkout: 7.31% of requests fail", str(opened))
        self.assertIn("resolved", str(resolved).lower())

    def test_mail_goes_out_over_starttls_with_a_login_and_threads(self):
        certificate, key = make_certificate(self.directory)
        server = SmtpServer(certificate, key)
        self.addCleanup(server.close)
        self.live({"mail": self.mail(server, certificate)},
                  lambda n: wait_for(lambda: len(server.mails) >= n, what=f"{n} mail(s)"))
        opened, resolved = server.mails
        for mail in (opened, resolved):
            message = mail.message
            self.assertEqual("tocsin@example.org", mail.sender)
            self.assertEqual(["incident-response@example.org"], mail.recipients)
            self.assertEqual("tocsin@example.org", email.utils.parseaddr(message["From"])[1])
            self.assertIn("HighErrorRate", message["Subject"])
            self.assertEqual("auto-generated", message["Auto-Submitted"])
            self.assertIsNotNone(email.utils.parsedate_to_datetime(message["Date"]))
            self.assertIn("HighErrorRate", mail.text("plain"))
            self.assertIn("HighErrorRate", mail.text("html"))
            self.assertLessEqual(max(len(line) for line in mail.raw.split(b"\r\n")), 998)
            self.assertNotIn(b"\n", mail.raw.replace(b"\r\n", b""))
        self.assertIn("checkout: 7.31% of requests fail", opened.text("plain"))
        self.assertNotEqual(opened.message["Message-ID"], resolved.message["Message-ID"])
        self.assertTrue(thread_of(opened.message) & thread_of(resolved.message), "both are in one thread")

    def mail(self, server, certificate):
        return {"type": "email", "smtp_url": f"smtp://localhost:{server.port}", "starttls": "required",
                "username": "tocsin", "password": "smtp-secret", "from": "tocsin@example.org",
                "to": ["incident-response@example.org"], "tls": {"ca_file": certificate}}

    def test_the_console_prints_one_line_per_notification(self):
        agent = self.live({"console": {"type": "console"}}, lambda n: None)
        lines = wait_for(lambda: (lambda found: found if len(found) >= 2 else None)(
            [line for line in agent.stdout().splitlines() if "INC-1" in line]), what="two lines on stdout")
        self.assertEqual(2, len(lines))
        self.assertIn("HighErrorRate", lines[0])
        self.assertIn("resolved", lines[1].lower())
        self.assertNotIn("\x1b", "".join(lines))

    def test_one_incident_is_told_to_every_notifier_of_its_route(self):
        self.live({"hook": self.hook(), "pager": self.pager(), "team": self.slack()}, lambda n: [
            self.wait_told(n), self.wait_paged(n), self.wait_told(n, SLACK_WEBHOOK)])
        self.assertEqual(2, len(self.receiver.received(PAGERDUTY)))
        self.assertEqual(2, len(self.receiver.received(SLACK_WEBHOOK)))
        self.assertEqual(["firing", "resolved"], self.told())


class WhatTheApiShows(Lifecycle):
    def test_an_incident_has_exactly_the_documented_fields(self):
        agent = self.live({"hook": self.hook()}, self.wait_told)
        incident = wait_for(lambda: self.all_delivered(agent.incident("INC-1")), what="both deliveries to be recorded")
        self.assertEqual(INCIDENT_FIELDS, set(incident))
        self.assertEqual(("INC-1", "HighErrorRate", "resolved", "SEV1"),
                         tuple(incident[key] for key in ("id", "rule", "state", "severity")))
        self.assertLessEqual({"service": "checkout", "team": "payments", "cluster": "staging"}.items(),
                             incident["labels"].items())
        for key in ("opened_at", "resolved_at"):
            self.assertRegex(incident[key], RFC_3339_MILLISECONDS)
        self.assertIsNone(incident["acknowledged_at"])
        self.assertEqual(0, incident["flaps"])
        self.assertTrue(incident["resolve_reason"])
        self.assertGreater(when(incident["resolved_at"]), when(incident["opened_at"]))
        for entry in incident["timeline"]:
            self.assertEqual({"at", "type", "text", "by"}, set(entry))
            self.assertRegex(entry["at"], RFC_3339_MILLISECONDS)
        self.assertEqual(["open", "resolve"], [entry["kind"] for entry in incident["notifications"]])
        for entry in incident["notifications"]:
            self.assertEqual({"notifier", "kind", "state", "attempts", "last_error", "delivered_at"}, set(entry))
            self.assertEqual(("hook", "delivered", 1), (entry["notifier"], entry["state"], entry["attempts"]))
            self.assertRegex(entry["delivered_at"], RFC_3339_MILLISECONDS)

    def all_delivered(self, incident):
        states = [entry["state"] for entry in incident["notifications"]]
        return incident if states == ["delivered", "delivered"] else None

    def test_an_open_incident_shows_its_series_and_value(self):
        agent = self.agent(self.rule(threshold="> 5"))
        self.set(7.5, service="checkout")
        agent.wait_incident("open")
        incident = agent.incident("INC-1")
        self.assertEqual(7.5, incident["value"])
        self.assertEqual(1, incident["series_count"])
        series, = incident["series"]
        self.assertEqual({"labels", "value", "since"}, set(series))
        self.assertEqual(("checkout", 7.5), (series["labels"]["service"], series["value"]))
        self.assertEqual(incident["opened_at"], series["since"])
        self.assertIsNone(incident["resolved_at"])
        self.assertEqual("Probe is 7.5", incident["annotations"]["summary"])

    def test_the_list_shows_what_the_incident_shows(self):
        agent = self.live({"hook": self.hook()}, self.wait_told)
        listed, = agent.incidents()
        shown = agent.incident("INC-1")
        self.assertLessEqual(INCIDENT_FIELDS - {"timeline", "notifications"}, set(listed))
        for key in set(listed) - {"timeline", "notifications"}:
            self.assertEqual(shown[key], listed[key], key)

    def test_the_timeline_tells_the_evidence(self):
        agent = self.live({"hook": self.hook()}, self.wait_told)
        timeline = wait_for(lambda: (lambda t: t if len(t) >= 4 else None)(agent.incident("INC-1")["timeline"]),
                            what="the second notification in the timeline")
        self.assertEqual({"opened", "notification", "resolved"}, {entry["type"] for entry in timeline})
        opened = next(entry["text"] for entry in timeline if entry["type"] == "opened")
        self.assertIn("0.0731", opened)
        self.assertIn("> 0.05", opened)
        self.assertEqual(sorted(entry["at"] for entry in timeline), [entry["at"] for entry in timeline])

    def test_the_log_has_one_line_per_transition(self):
        agent = self.live({"hook": self.hook()}, self.wait_told)
        for word in ("opened", "resolved"):
            lines = [line for line in agent.log().splitlines()
                     if re.search(rf"\b{word}\b", line) and "INC-1" in line and "HighErrorRate" in line]
            self.assertEqual(1, len(lines), lines)


class WhatTheMetricsShow(Lifecycle):
    FAMILIES = {
        "tocsin_build_info": "gauge", "tocsin_rules": "gauge", "tocsin_rule_evaluations_total": "counter",
        "tocsin_rule_evaluation_failures_total": "counter", "tocsin_rule_missed_evaluations_total": "counter",
        "tocsin_rule_last_evaluation_timestamp_seconds": "gauge", "tocsin_query_duration_seconds": "histogram",
        "tocsin_prometheus_up": "gauge", "tocsin_store_up": "gauge",
        "tocsin_series": "gauge", "tocsin_incidents": "gauge",
        "tocsin_incidents_opened_total": "counter", "tocsin_incidents_resolved_total": "counter",
        "tocsin_incident_flaps_total": "counter", "tocsin_detection_delay_seconds": "histogram",
        "tocsin_time_to_acknowledge_seconds": "histogram", "tocsin_time_to_resolve_seconds": "histogram",
        "tocsin_notifications_total": "counter", "tocsin_notification_latency_seconds": "histogram",
        "tocsin_outbox_depth": "gauge", "tocsin_outbox_oldest_seconds": "gauge",
        "tocsin_config_last_reload_successful": "gauge",
        "tocsin_config_last_reload_success_timestamp_seconds": "gauge",
        "tocsin_store_commit_duration_seconds": "histogram", "process_cpu_seconds_total": "counter",
        "process_resident_memory_bytes": "gauge", "process_open_fds": "gauge", "process_start_time_seconds": "gauge",
    }

    def test_every_documented_family_is_there_and_promtool_has_nothing_to_say(self):
        metrics = self.live({"hook": self.hook()}, self.wait_told).metrics()
        self.assertEqual(self.FAMILIES, {name: metrics.types.get(name) for name in self.FAMILIES})
        self.assert_promtool_is_silent(metrics)

    def test_promtool_has_nothing_to_say_about_a_fresh_agent(self):
        self.assert_promtool_is_silent(self.agent(self.rule()).metrics())

    def assert_promtool_is_silent(self, metrics):
        check = subprocess.run(["promtool", "check", "metrics"], input=metrics.text, capture_output=True, text=True)
        self.assertEqual((0, "", ""), (check.returncode, check.stdout, check.stderr))

    def test_prometheus_can_scrape_the_agent(self):
        agent = self.agent(self.rule())
        reply = agent.get("/metrics")
        self.assertRegex(reply.headers["Content-Type"], r"^text/plain; version=0\.0\.4")

    def test_the_numbers_follow_the_incident(self):
        agent = self.agent(self.rule(severity="SEV1", for_="1s"))
        self.set(1)
        agent.wait_incident("open")
        agent.wait_metric(1, "tocsin_incidents", state="open", severity="SEV1")
        agent.wait_metric(1, "tocsin_series", state="firing")
        agent.wait_metric(1, "tocsin_rules")
        agent.wait_metric(1, "tocsin_prometheus_up")
        agent.wait_metric(1, "tocsin_incidents_opened_total", rule="Probe", severity="SEV1")
        agent.act("INC-1", "acknowledge")
        agent.wait_metric(1, "tocsin_incidents", state="acknowledged", severity="SEV1")
        agent.wait_metric(0, "tocsin_incidents", state="open", severity="SEV1")
        agent.wait_metric(1, "tocsin_time_to_acknowledge_seconds_count", severity="SEV1")
        self.set(0)
        agent.wait_incident("resolved")
        self.wait_told(2)
        agent.wait_metric(2, "tocsin_notification_latency_seconds_count", notifier="hook")
        agent.wait_metric(0, "tocsin_outbox_depth", notifier="hook")
        metrics = agent.metrics()
        self.assertEqual(0, metrics.value("tocsin_incidents", state="acknowledged"))
        self.assertEqual(0, metrics.value("tocsin_series", state="firing"))
        self.assertEqual(1, metrics.value("tocsin_incidents_resolved_total", rule="Probe", severity="SEV1"))
        self.assertEqual(1, metrics.value("tocsin_time_to_resolve_seconds_count", severity="SEV1"))
        self.assertEqual(1, metrics.value("tocsin_detection_delay_seconds_count"))
        self.assertEqual(1, metrics.value("tocsin_detection_delay_seconds_sum"))
        for kind in ("open", "resolve"):
            self.assertEqual(1, metrics.value("tocsin_notifications_total", notifier="hook", kind=kind,
                                              outcome="delivered"))
        self.assertGreater(metrics.value("tocsin_store_commit_duration_seconds_count"), 0)
        self.assertGreater(metrics.value("tocsin_query_duration_seconds_count"), 0)


def thread_of(message):
    """The message ids that a mail program groups this mail by."""
    return {message["Message-ID"], *(message["References"] or "").split()}


if __name__ == "__main__":
    unittest.main()
