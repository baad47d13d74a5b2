"""The HTTP port: who may do what, errors, paging and filters."""

import http.client
import itertools
import json
import ssl
import unittest

from harness import EndToEnd, ProxyHang, make_certificate, request, wait_for, when

STATES = ("acknowledge", "resolve", "notes")


class ApiCase(EndToEnd):
    def with_incident(self, **sections):
        agent = self.agent(self.rule(), **sections)
        self.set(1)
        agent.wait_incident("open")
        return agent

    def assert_error(self, reply, status, error_type=None):
        """An answer in Prometheus's envelope."""
        self.assertEqual(status, reply.status, reply.body)
        body = reply.json()
        self.assertEqual("error", body["status"])
        self.assertTrue(body["error"])
        self.assertTrue(body["errorType"])
        if error_type:
            self.assertEqual(error_type, body["errorType"])


class WhoMayChangeState(ApiCase):
    TOKEN = "api-secret"

    def with_token(self):
        agent = self.new_agent(self.rule())
        agent.config["web"]["token_file"] = agent.file("token", self.TOKEN + "\n")
        agent.write()
        agent.start()
        self.set(1)
        agent.wait_incident("open")
        return agent

    def test_with_a_token_set_every_change_needs_it(self):
        agent = self.with_token()
        paths = [f"/api/v1/incidents/INC-1/{verb}" for verb in STATES] + ["/-/reload"]
        wrong = ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}, {"Authorization": self.TOKEN},
                 {"Authorization": f"Basic {self.TOKEN}"}, {"Authorization": f"Bearer {self.TOKEN}x"})
        for path, headers in itertools.product(paths, wrong):
            with self.subTest(path=path, headers=headers):
                self.assert_error(agent.post(path, {"by": "eve", "text": "x"}, headers), 401)
        self.assertEqual("open", agent.incident("INC-1")["state"])
        right = {"Authorization": f"Bearer {self.TOKEN}"}
        for path in paths:
            self.assertEqual(200, agent.post(path, {"by": "alice", "text": "x"}, right).status, path)
        self.assertEqual("resolved", agent.incident("INC-1")["state"])

    def test_reading_is_open(self):
        agent = self.with_token()
        for path in ("/metrics", "/-/healthy", "/-/ready", "/api/v1/incidents", "/api/v1/incidents/INC-1",
                     "/api/v1/rules", "/api/v1/status"):
            self.assertEqual(200, agent.get(path).status, path)
            self.assertNotIn(self.TOKEN, agent.get(path).body)

    def test_a_foreign_origin_is_refused_with_and_without_token(self):
        for agent in (self.with_incident(), self.with_token()):
            headers = {"Authorization": f"Bearer {self.TOKEN}"}
            for origin in ("http://evil.example.org", "null", "http://127.0.0.1:1"):
                with self.subTest(origin):
                    reply = agent.post("/api/v1/incidents/INC-1/acknowledge", {"by": "x"}, headers | {"Origin": origin})
                    self.assert_error(reply, 403)
            self.assertEqual("open", agent.incident("INC-1")["state"])
            own = headers | {"Origin": agent.url}
            self.assertEqual(200, agent.post("/api/v1/incidents/INC-1/acknowledge", {"by": "x"}, own).status)

    def test_external_url_is_an_own_origin_and_host(self):
        agent = self.with_incident()
        headers = {"Origin": "http://tocsin.example.org", "Host": "tocsin.example.org"}
        self.assertEqual(200, agent.post("/api/v1/incidents/INC-1/acknowledge", {"by": "x"}, headers).status)

    def test_without_a_token_a_foreign_host_is_refused(self):
        agent = self.with_incident()
        for host in ("evil.example.org", f"evil.example.org:{agent.port}", "127.0.0.1.example.org"):
            with self.subTest(host):
                reply = agent.post("/api/v1/incidents/INC-1/acknowledge", {"by": "x"}, {"Host": host})
                self.assert_error(reply, 403)
        for host in (f"localhost:{agent.port}", f"127.0.0.1:{agent.port}", "[::1]"):
            with self.subTest(host):
                reply = agent.post("/api/v1/incidents/INC-1/notes", {"by": "x", "text": "y"}, {"Host": host})
                self.assertEqual(200, reply.status, reply.body)

    def test_a_body_that_is_not_json_by_its_type_is_refused(self):
        agent = self.with_incident()
        body = json.dumps({"by": "x", "text": "y"})
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None):
            with self.subTest(content_type):
                reply = request("POST", agent.url + "/api/v1/incidents/INC-1/acknowledge", body=body,
                                headers={"Content-Type": content_type})
                self.assert_error(reply, 415)
        self.assertEqual("open", agent.incident("INC-1")["state"])
        reply = request("POST", agent.url + "/api/v1/incidents/INC-1/acknowledge", body=body,
                        headers={"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(200, reply.status, reply.body)


class Https(ApiCase):
    def test_the_port_speaks_tls_with_the_given_certificate(self):
        agent = self.new_agent(self.rule())
        certificate, key = make_certificate(agent.directory)
        agent.config["web"]["tls"] = {"cert_file": certificate, "key_file": key}
        agent.write()
        agent.start(ready=False)
        trusted = ssl.create_default_context(cafile=certificate)
        url = f"https://localhost:{agent.port}/-/ready"
        wait_for(lambda: self.answers(url, trusted), what="an answer over TLS")
        with self.assertRaises((OSError, http.client.HTTPException)):
            request("GET", url.replace("https", "http"))

    def answers(self, url, tls):
        try:
            return request("GET", url, tls=tls).status == 200
        except OSError:
            return False


class Errors(ApiCase):
    def test_an_incident_that_is_not_there(self):
        agent = self.agent(self.rule())
        for name in ("INC-99", "INC-0", "INC-x", "nonsense", "INC-99999999999999999999"):
            with self.subTest(name):
                reply = agent.get(f"/api/v1/incidents/{name}")
                self.assertIn(reply.status, (400, 404))
                self.assert_error(reply, reply.status)
        self.assert_error(agent.get("/api/v1/incidents/INC-99"), 404, "not_found")
        self.assert_error(agent.post("/api/v1/incidents/INC-99/acknowledge", {"by": "x"}), 404, "not_found")

    def test_an_unknown_path_and_a_wrong_method(self):
        agent = self.agent(self.rule())
        self.assert_error(agent.get("/api/v1/nothing"), 404)
        for method, path in (("DELETE", "/api/v1/incidents"), ("POST", "/api/v1/rules"), ("GET", "/-/reload"),
                             ("GET", "/api/v1/incidents/INC-1/acknowledge"), ("PUT", "/metrics")):
            with self.subTest(f"{method} {path}"):
                self.assert_error(request(method, agent.url + path), 405)

    def test_bad_parameters_are_bad_data(self):
        agent = self.agent(self.rule())
        for parameters in ({"limit": "0"}, {"limit": "1001"}, {"limit": "x"}, {"limit": "-1"}, {"state": "broken"},
                           {"severity": "SEV9"}, {"since": "yesterday"}, {"cursor": "nonsense"}):
            with self.subTest(parameters):
                self.assert_error(agent.get("/api/v1/incidents", **parameters), 400, "bad_data")

    def test_bad_bodies_are_bad_data(self):
        agent = self.with_incident()
        headers = {"Content-Type": "application/json"}
        for body in ("", "{", "[]", '"x"', '{"by":1}', '{"by":"x","text":[]}', '{"text":"\xff"}', "{}" + "x"):
            with self.subTest(body):
                reply = request("POST", agent.url + "/api/v1/incidents/INC-1/notes", body=body.encode("latin-1"),
                                headers=headers)
                self.assert_error(reply, 400, "bad_data")
        self.assertEqual([], [e for e in agent.incident("INC-1")["timeline"] if e["type"] == "note"])

    def test_a_huge_body_is_refused(self):
        agent = self.with_incident()
        reply = agent.post("/api/v1/incidents/INC-1/notes", {"by": "x", "text": "y" * 200_000})
        self.assertIn(reply.status, (400, 413))
        self.assert_error(reply, reply.status)

    def test_what_is_resolved_is_neither_acknowledged_nor_resolved_again(self):
        agent = self.with_incident()
        self.set(0)
        agent.wait_incident("resolved")
        for verb in ("acknowledge", "resolve"):
            reply = agent.post(f"/api/v1/incidents/INC-1/{verb}", {"by": "x"})
            self.assertIn(reply.status, (400, 409))
            self.assert_error(reply, reply.status)


class Listing(ApiCase):
    def with_incidents(self):
        """INC-1 to INC-4, opened one after another: SEV1, SEV2, SEV3, SEV3; then INC-1 resolved, INC-2 acknowledged."""
        agent = self.agent(self.rule("Worst", "> 3", severity="SEV1"), self.rule("Bad", "> 2", severity="SEV2"),
                           self.rule("Mild", "> 0", query=f"{self.metric}_mild"))
        self.exporter.set(self.metric, 4, kind="worst")
        agent.wait_incident("open", rule="Worst")
        agent.wait_incident("open", rule="Bad")
        for number, pod in enumerate("ab", 1):
            self.exporter.set(self.metric + "_mild", 1, pod=pod)
            agent.wait_incident("open", rule="Mild", count=number)
        self.set(3, kind="worst")
        agent.wait_incident("resolved", rule="Worst")
        agent.act(agent.wait_incident("open", rule="Bad")["id"], "acknowledge")
        return agent

    def test_filters(self):
        agent = self.with_incidents()
        self.assertEqual({"Worst"}, self.rules(agent, state="resolved"))
        self.assertEqual({"Bad"}, self.rules(agent, state="acknowledged"))
        self.assertEqual({"Mild"}, self.rules(agent, state="open"))
        self.assertEqual({"Mild", "Bad"}, self.rules(agent, state="active"))
        self.assertEqual({"Bad"}, self.rules(agent, severity="SEV2"))
        self.assertEqual(2, len(agent.incidents(rule="Mild")))
        self.assertEqual(1, len(agent.incidents(rule="Mild", limit=1)))
        self.assertEqual([], agent.incidents(rule="Nothing"))
        last = agent.incidents()[0]
        self.assertEqual(["INC-4"], [incident["id"] for incident in agent.incidents(since=last["opened_at"])])
        self.assertEqual([], agent.incidents(since="2100-01-01T00:00:00Z"))

    def rules(self, agent, **filters):
        return {incident["rule"] for incident in agent.incidents(**filters)}

    def test_pages_follow_one_another_newest_first(self):
        agent = self.agent(self.rule())
        self.exporter.set_pods(self.metric, 1, "abcdefg")
        agent.wait_incident("open", count=7)
        for limit in (1, 3, 7, 100):
            names, cursor = [], None
            while True:
                page = agent.get("/api/v1/incidents", **{"limit": limit} | ({"cursor": cursor} if cursor else {}))
                data = page.json()["data"]
                self.assertLessEqual(len(data["incidents"]), limit)
                names += [incident["id"] for incident in data["incidents"]]
                cursor = data["next_cursor"]
                if cursor is None:
                    break
                self.assertEqual(limit, len(data["incidents"]))
            self.assertEqual([f"INC-{number}" for number in range(7, 0, -1)], names)

    def test_a_new_incident_does_not_move_the_pages(self):
        agent = self.agent(self.rule())
        self.exporter.set_pods(self.metric, 1, "abcd")
        agent.wait_incident("open", count=4)
        cursor = agent.get("/api/v1/incidents", limit=2).json()["data"]["next_cursor"]
        self.set(1, pod="late")
        agent.wait_incident("open", count=5)
        page = agent.get("/api/v1/incidents", limit=2, cursor=cursor).json()["data"]["incidents"]
        self.assertEqual(["INC-2", "INC-1"], [incident["id"] for incident in page])


class Reading(ApiCase):
    def test_rules_show_their_state(self):
        agent = self.agent(self.rule("Breaching"), self.rule("Fine", "> 100"),
                           self.rule("Broken", query=f"{self.metric} * on() {self.metric}"))
        self.exporter.set(self.metric, 1, pod="a")
        self.set(1, pod="b")
        agent.wait_incident("open", count=2)
        agent.wait_failures("Broken", 1)
        reply = agent.get("/api/v1/rules").json()
        self.assertEqual("success", reply["status"])
        text = json.dumps(reply["data"])
        for name in ("Breaching", "Fine", "Broken", "many-to-many"):
            self.assertIn(name, text)

    def test_status_shows_version_store_and_queues(self):
        agent = self.with_incident()
        reply = agent.get("/api/v1/status").json()
        self.assertEqual("success", reply["status"])
        text = json.dumps(reply["data"])
        for word in ("version", "uptime", "hash", "store", "hook"):
            self.assertIn(word, text)

    def test_times_are_utc_and_now(self):
        agent = self.with_incident()
        opened = when(agent.incident("INC-1")["opened_at"])
        evaluated = agent.metric("tocsin_rule_last_evaluation_timestamp_seconds", rule="Probe")
        self.assertLess(abs(opened - evaluated), 60)

    def test_ready_says_why_it_is_not(self):
        proxy = self.proxy()
        agent = self.new_agent(self.rule(interval="1s"), prometheus={"url": proxy.url, "timeout": "20s"})
        with proxy.failing(ProxyHang()):
            agent.start(ready=False)
            wait_for(lambda: self.healthy(agent), what="tocsin to be healthy")
            reply = agent.get("/-/ready")
            self.assertEqual(503, reply.status)
            self.assertIn("evaluat", reply.body)

    def healthy(self, agent):
        try:
            return agent.get("/-/healthy").status == 200
        except OSError:
            return False

    def test_head_is_get_without_a_body(self):
        agent = self.agent(self.rule())
        reply = request("HEAD", agent.url + "/-/healthy")
        self.assertEqual((200, ""), (reply.status, reply.body))


if __name__ == "__main__":
    unittest.main()
