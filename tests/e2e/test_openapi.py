"""docs/openapi.yaml against the running server: valid, complete, and every answer as it says."""

import json
import pathlib
import re
import unittest

import jsonschema
import yaml

from harness import EndToEnd, request

ROOT = pathlib.Path(__file__).resolve().parents[2]
OFFICIAL_SCHEMA = pathlib.Path("/usr/share/openapi-specification/schemas/v3.0/schema.json")  # openapi-specification
TOKEN = "openapi-secret"
JSON = {"Content-Type": "application/json"}
GOOD = json.dumps({"by": "alice", "text": "looking"})
TOO_LARGE = json.dumps({"by": "alice", "text": "x" * 70_000})
# Faults of the server or its surroundings, which are not to be had by asking.
NOT_PROVOKED = {"500", "503"}


def document():
    return yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())


def resolved(root, node):
    """`node` with what its references lead to in their place. The document has no cycles."""
    if isinstance(node, list):
        return [resolved(root, item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = root
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        return resolved(root, target)
    return {name: resolved(root, item) for name, item in node.items()}


def strict(schema):
    """A schema of OpenAPI 3.0, without references, as JSON Schema in which undocumented fields are faults."""
    schema = dict(schema)
    for part in schema.pop("allOf", []):
        schema = merged(schema, part)
    if "properties" in schema:
        schema["properties"] = {name: strict(item) for name, item in schema["properties"].items()}
        schema["additionalProperties"] = False
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            schema[name] = strict(schema[name])
    if schema.pop("nullable", False):
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def merged(one, other):
    return one | other | {"properties": one.get("properties", {}) | other.get("properties", {}),
                          "required": one.get("required", []) + other.get("required", [])}


def operations(api):
    """(method, path) -> the operation, for each one of the document."""
    return {(method.upper(), path): operation for path, item in api["paths"].items()
            for method, operation in item.items() if method in ("get", "put", "post", "delete", "patch", "head")}


def fields(schemas):
    """The names of all fields in these schemas."""
    if isinstance(schemas, list):
        return set().union(*map(fields, schemas))
    if not isinstance(schemas, dict):
        return set()
    own = schemas["properties"].keys() if isinstance(schemas.get("properties"), dict) else set()
    return set(own).union(*map(fields, schemas.values()))


class Document(unittest.TestCase):
    def test_it_is_valid_openapi(self):
        jsonschema.Draft4Validator(json.loads(OFFICIAL_SCHEMA.read_text())).validate(document())

    def test_its_schemas_are_valid_json_schema(self):
        api = document()
        for name, schema in resolved(api, api["components"]["schemas"]).items():
            with self.subTest(name):
                jsonschema.Draft202012Validator.check_schema(strict(schema))

    def test_everything_that_it_defines_is_used(self):
        text = (ROOT / "docs" / "openapi.yaml").read_text()
        for kind, entries in document()["components"].items():
            if kind != "securitySchemes":
                for name in entries:
                    self.assertIn(f"#/components/{kind}/{name}", text)

    def test_it_has_each_path_of_the_server_and_no_other(self):
        source = (ROOT / "agent" / "api" / "api.cc").read_text()
        served = set(re.findall(r'^    \{"([A-Z]+)", "([^"]+)", \w+,', source, re.MULTILINE))
        self.assertGreaterEqual(len(served), 11)
        self.assertEqual(served, set(operations(document())))

    def test_each_parameter_and_field_is_described(self):
        api = document()
        page = (ROOT / "docs" / "http-api.md").read_text()
        names = {parameter["name"] for operation in operations(api).values()
                 for parameter in operation.get("parameters", [])}
        names |= fields(resolved(api, api["components"]["schemas"]))
        self.assertGreater(len(names), 50)
        self.assertEqual(set(), {name for name in names if not re.search(rf'["`]{name}["`]', page)})

    def test_its_examples_fit_their_schemas(self):
        api = document()
        for name, schema in resolved(api, api["components"]["schemas"]).items():
            if "example" in schema:
                jsonschema.validate(schema["example"], strict(schema))


class Answers(EndToEnd):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        api = document()
        cls.operations = {key: resolved(api, operation) for key, operation in operations(api).items()}

    def setUp(self):
        super().setUp()
        self.seen = {key: set() for key in self.operations}
        self.open = self.agent(self.rule("Probe"), self.rule("Filter", threshold=None, query="up == 0"),
                               self.rule("Graded", thresholds={"SEV3": "> 10", "SEV1": "> 100"}, recover="< 5"),
                               self.rule("Broken", query=f"{self.metric} * on() {self.metric}"))

    def with_incidents(self, agent, count):
        """INC-1 to INC-`count`, told to the webhook."""
        self.exporter.set_pods(self.metric, 1, [f"pod{number}" for number in range(count)])
        agent.wait_incident("open", count=count)
        self.wait_told(count)

    def ask(self, agent, method, path, headers=None, body=None, **values):
        """Makes the request and holds the answer against the document."""
        target = path.replace("{id}", values.pop("id", "INC-1")) + values.pop("query", "")
        reply = request(method, agent.url + target, headers=headers, body=body)
        with self.subTest(f"{method} {target[:80]}", status=reply.status):
            self.hold(method, path, reply)
        return reply

    def hold(self, method, path, reply):
        responses = self.operations[(method, path)]["responses"]
        self.assertIn(str(reply.status), responses, reply.body)
        self.seen[(method, path)].add(str(reply.status))
        content = responses[str(reply.status)]["content"]
        media_type = reply.headers["Content-Type"].split(";")[0]
        self.assertIn(media_type, content)
        answer = reply.json() if media_type == "application/json" else reply.body
        jsonschema.Draft202012Validator(strict(content[media_type]["schema"])).validate(answer)

    def test_every_answer_is_as_documented_and_every_documented_status_can_be_had(self):
        self.with_incidents(self.open, 6)
        self.open.wait_failures("Broken", 1)
        guarded = self.guarded_agent()
        for method, path in self.operations:
            self.ask_what_any_operation_refuses(method, path)
            if method == "POST":
                self.ask_what_any_change_refuses(guarded, path)
        self.read()
        self.change()
        for key, seen in self.seen.items():
            with self.subTest("documented, but never answered", operation=key):
                self.assertEqual(set(), set(self.operations[key]["responses"]) - seen - NOT_PROVOKED)

    def guarded_agent(self):
        agent = self.new_agent(self.rule("Guarded"))
        agent.config["web"]["token_file"] = agent.file("token", TOKEN)
        agent.write()
        return agent.start()

    def ask_what_any_operation_refuses(self, method, path):
        self.ask(self.open, method, path, JSON, query="?x=%zz")
        self.ask(self.open, method, path, JSON, body=TOO_LARGE)

    def ask_what_any_change_refuses(self, guarded, path):
        self.ask(guarded, "POST", path, JSON, body=GOOD)
        self.ask(guarded, "POST", path, JSON | {"Authorization": "Bearer wrong"}, body=GOOD)
        self.ask(self.open, "POST", path, JSON | {"Origin": "http://evil.example.org"}, body=GOOD)
        self.ask(self.open, "POST", path, JSON | {"Host": "evil.example.org"}, body=GOOD)
        self.ask(self.open, "POST", path, {"Content-Type": "text/plain"}, body=GOOD)

    def read(self):
        for path in ("/metrics", "/-/healthy", "/-/ready", "/api/v1/rules", "/api/v1/status"):
            self.assertEqual(200, self.ask(self.open, "GET", path).status)
        for query in ("", "?limit=2", "?limit=2&cursor=INC-3", "?state=active", "?state=resolved", "?severity=SEV3",
                      "?severity=critical", "?rule=Probe", "?since=0", "?since=2026-11-21T10:00:00Z", "?unknown=1"):
            self.assertEqual(200, self.ask(self.open, "GET", "/api/v1/incidents", query=query).status, query)
        for query in ("?limit=0", "?limit=1001", "?limit=x", "?cursor=x", "?state=broken", "?severity=SEV9",
                      "?rule=%22", "?since=yesterday"):
            self.assertEqual(400, self.ask(self.open, "GET", "/api/v1/incidents", query=query).status, query)
        self.assertEqual(200, self.ask(self.open, "GET", "/api/v1/incidents/{id}").status)
        for name in ("INC-999", "INC-0", "nonsense", "INC-99999999999999999999", "..", "%00"):
            self.assertGreaterEqual(self.ask(self.open, "GET", "/api/v1/incidents/{id}", id=name).status, 400)

    def change(self):
        incident = "/api/v1/incidents/{id}"
        bad = ("{", "[]", '{"by":1}', '{"text":[]}', json.dumps({"by": "x" * 201}), json.dumps({"text": "x" * 4001}))
        for verb, number in (("acknowledge", 1), ("resolve", 2), ("notes", 3)):
            path = f"{incident}/{verb}"
            for body in bad:
                self.assertEqual(400, self.ask(self.open, "POST", path, JSON, body).status, body)
            self.assertEqual(404, self.ask(self.open, "POST", path, JSON, GOOD, id="INC-999").status)
            self.assertEqual(404, self.ask(self.open, "POST", path, JSON, GOOD, id="x").status)
            self.assertEqual(200, self.ask(self.open, "POST", path, JSON, GOOD, id=f"INC-{number}").status)
        for verb in ("acknowledge", "resolve"):
            self.assertEqual(409, self.ask(self.open, "POST", f"{incident}/{verb}", JSON, GOOD, id="INC-2").status)
        self.assertEqual(200, self.ask(self.open, "POST", "/-/reload").status)
        self.open.rules["rule"][0]["threshold"] = "nonsense"
        self.open.write()
        self.assertEqual(400, self.ask(self.open, "POST", "/-/reload").status)

    def test_no_other_path_or_method_is_served(self):
        others = {"/", "/api", "/api/v1", "/api/v1/incidents/", "/favicon.ico"}
        for path in others | {path for _, path in self.operations}:
            for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
                if (method, path) in self.operations:
                    continue
                reply = request(method, self.open.url + path.replace("{id}", "INC-1"), headers=JSON)
                with self.subTest(f"{method} {path}"):
                    self.assertIn(reply.status, (404, 405), reply.body)
                    self.assertEqual("error", reply.json()["status"])

    def test_head_is_served_where_get_is(self):
        self.with_incidents(self.open, 1)
        for method, path in self.operations:
            if method == "GET":
                url = self.open.url + path.replace("{id}", "INC-1")
                with self.subTest(path):
                    reply = request("HEAD", url)
                    self.assertEqual((request("GET", url).status, ""), (reply.status, reply.body))


if __name__ == "__main__":
    unittest.main()
