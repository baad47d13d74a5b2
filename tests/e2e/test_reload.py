"""A reload applies all of the new configuration or none of it."""

import signal
import unittest

from harness import PAGERDUTY, Answer, EndToEnd, request, wait_for, when

SUCCESS = "tocsin_config_last_reload_successful"


class Reload(EndToEnd):
    def test_sighup_brings_a_new_rule(self):
        agent = self.agent(self.rule("Old", "> 100"))
        self.set(1)
        agent.rules["rule"].append(self.rule("New"))
        agent.write()
        agent.signal(signal.SIGHUP)
        agent.wait_incident("open", rule="New")
        agent.wait_metric(2, "tocsin_rules")

    def test_post_brings_a_new_rule(self):
        agent = self.agent(self.rule("Old", "> 100"))
        self.set(1)
        agent.rules["rule"].append(self.rule("New"))
        agent.write()
        # As `curl -X POST` does it: no body, no Content-Type.
        self.assertEqual(200, request("POST", agent.url + "/-/reload").status)
        agent.wait_incident("open", rule="New")

    def test_a_faulty_configuration_changes_nothing_and_every_fault_is_named(self):
        agent = self.agent(self.rule("Kept"))
        status = agent.get("/api/v1/status").json()
        agent.rules["rule"] = [self.rule("Kept", "> nonsense"), self.rule("Other", severity="SEV9")]
        agent.write()
        reply = agent.post("/-/reload")
        self.assertEqual(400, reply.status)
        self.assertEqual("error", reply.json()["status"])
        self.assertIn("rules.toml:", reply.body)
        self.assertIn("nonsense", reply.body)
        self.assertIn("SEV9", reply.body)
        agent.wait_metric(0, SUCCESS)
        self.set(1)
        agent.wait_incident("open", rule="Kept")
        self.assertEqual(hash_of(status), hash_of(agent.get("/api/v1/status").json()))
        agent.rules["rule"] = [self.rule("Kept")]
        agent.write()
        self.assertEqual(200, agent.post("/-/reload").status)
        agent.wait_metric(1, SUCCESS)

    def test_a_faulty_configuration_by_sighup_is_logged(self):
        agent = self.agent(self.rule("Kept"))
        agent.rules["rule"] = [self.rule("Kept", "> nonsense")]
        agent.write()
        agent.signal(signal.SIGHUP)
        wait_for(lambda: agent.metric(SUCCESS) == 0, what=SUCCESS)
        self.assertIn("nonsense", agent.log())
        agent.wait_evaluations("Kept")

    def test_what_needs_a_restart_is_named_until_it_is_as_before(self):
        agent = self.agent(self.rule("Kept"))
        before = dict(agent.config["web"]), dict(agent.config["store"])
        agent.config["web"] = before[0] | {"listen": "127.0.0.1:1"}
        agent.config["store"] = {"url": f"sqlite://{agent.directory}/other.db"}
        agent.write()
        for _ in range(2):  # the second reload changes nothing more, and what waits still does
            reply = agent.post("/-/reload").json()["data"]
            self.assertEqual(["[store] url", "[web] listen"], reply["restart_needed"])
        status = agent.get("/api/v1/status").json()["data"]
        self.assertEqual(["[store] url", "[web] listen"], status["restart_needed"])
        self.assertTrue(status["store"]["path"].endswith("tocsin.db"))
        self.assertIn("[web] listen takes effect after a restart", agent.log())
        agent.config["web"], agent.config["store"] = before
        agent.write()
        self.assertEqual([], agent.post("/-/reload").json()["data"]["restart_needed"])

    def test_incidents_of_a_removed_rule_are_resolved_because_of_that(self):
        agent = self.agent(self.rule("Removed"), self.rule("Kept"))
        self.set(1)
        agent.wait_incident("open", count=2)
        self.wait_told(2)
        agent.rules["rule"] = [self.rule("Kept")]
        agent.write()
        self.assertEqual(200, agent.post("/-/reload").status)
        self.assertEqual("rule removed", agent.wait_incident("resolved", rule="Removed")["resolve_reason"])
        self.assertEqual("open", agent.wait_incident("open", rule="Kept")["state"])
        self.assertEqual("resolved", self.wait_told(3)[2]["status"])

    def test_a_rule_removed_while_tocsin_was_stopped_is_resolved_at_the_start(self):
        agent = self.agent(self.rule("Removed"), self.rule("Kept", "> 100"))
        self.set(1)
        agent.wait_incident("open")
        agent.stop()
        agent.rules["rule"] = [self.rule("Kept", "> 100")]
        agent.write()
        agent.start()
        self.assertEqual("rule removed", agent.wait_incident("resolved", rule="Removed")["resolve_reason"])

    def test_a_rule_that_did_not_change_keeps_its_pending_timer(self):
        agent = self.agent(self.rule("Kept", for_="5s"))
        self.set(1)
        wait_for(lambda: agent.metric("tocsin_series", state="pending") == 1, what="a pending series")
        seen = agent.metric("tocsin_rule_last_evaluation_timestamp_seconds", rule="Kept")
        agent.rules["rule"].insert(0, self.rule("New", "> 100"))
        agent.write()
        self.assertEqual(200, agent.post("/-/reload").status)
        incident = agent.wait_incident("open", rule="Kept")
        since = when(incident["series"][0]["since"])
        self.assertLessEqual(since, seen)
        self.assertEqual(5, when(incident["opened_at"]) - since)

    def test_a_changed_rule_keeps_its_incident_under_its_number(self):
        agent = self.agent(self.rule())
        self.set(10)
        agent.wait_incident("open")
        agent.rules["rule"] = [self.rule(threshold="> 5")]
        agent.write()
        self.assertEqual(200, agent.post("/-/reload").status)
        agent.wait_evaluations("Probe", 3)
        self.assertEqual(["INC-1"], [incident["id"] for incident in agent.incidents(state="open")])

    def test_secret_files_are_read_again(self):
        agent = self.new_agent(self.rule())
        agent.config["notifiers"]["hook"] = self.hook(bearer_token_file=agent.file("token", "first-secret\n"))
        agent.write()
        agent.start()
        self.set(1, pod="a")
        self.wait_told(1)
        agent.file("token", "second-secret\n")
        self.assertEqual(200, agent.post("/-/reload").status)
        self.set(1, pod="b")
        self.wait_told(2)
        self.assertEqual(["Bearer first-secret", "Bearer second-secret"],
                         [received.headers["Authorization"] for received in self.receiver.received("/hook")])

    def test_a_notifier_that_is_gone_leaves_no_queue_behind(self):
        self.receiver.always(PAGERDUTY, Answer(500))
        agent = self.agent(self.rule(), notifiers={"hook": self.hook(), "pager": self.pager()})
        self.set(1)
        wait_for(lambda: self.receiver.received(PAGERDUTY), what="a try at the pager")
        del agent.config["notifiers"]["pager"]
        agent.config["route"] = [{"notify": ["hook"]}]
        agent.write()
        self.assertEqual(200, agent.post("/-/reload").status)
        agent.wait_evaluations("Probe")
        agent.wait_metric(0, "tocsin_outbox_depth", notifier="pager")
        states = {n["notifier"]: n["state"] for n in agent.incident("INC-1")["notifications"]}
        self.assertEqual({"hook": "delivered", "pager": "failed"}, states)


def hash_of(status):
    return next(value for key, value in status["data"].items() if "hash" in key.lower())


if __name__ == "__main__":
    unittest.main()
