"""The manifests of deploy/kubernetes: restricted, consistent in themselves, and with configurations that are valid."""

import pathlib
import tempfile
import unittest

import yaml

from bare_debian import ROOT, TOCSIN, run

FILES = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))


def documents():
    """(file name, document) of each."""
    return [(file.name, document) for file in FILES for document in yaml.safe_load_all(file.read_text())]


def pods():
    """(file name, pod's spec, names of its volumes) of everything that runs pods."""
    for name, document in documents():
        spec = document.get("spec", {})
        if document["kind"] == "StatefulSet":
            claims = {claim["metadata"]["name"] for claim in spec["volumeClaimTemplates"]}
            pod = spec["template"]["spec"]
            yield name, pod, claims | {volume["name"] for volume in pod["volumes"]}
        elif document["kind"] == "Prometheus":
            yield name, spec, {volume["name"] for volume in spec["volumes"]}


def containers():
    return [(name, pod, container, volumes) for name, pod, volumes in pods() for container in pod["containers"]]


class Manifests(unittest.TestCase):
    def test_each_way_is_there(self):
        self.assertEqual(["prometheus-operator.yaml", "sidecar.yaml", "standalone.yaml"], [file.name for file in FILES])
        self.assertEqual(3, len(list(pods())))

    def test_every_document_says_what_it_is(self):
        for name, document in documents():
            self.assertLessEqual({"apiVersion", "kind", "metadata"}, set(document), name)
            self.assertTrue(document["metadata"]["name"], name)

    def test_pods_meet_the_restricted_standard(self):
        for name, pod, container, _ in containers():
            with self.subTest(file=name, container=container["name"]):
                shared, own = pod["securityContext"], container["securityContext"]
                self.assertIs(True, shared["runAsNonRoot"])
                self.assertEqual("RuntimeDefault", shared["seccompProfile"]["type"])
                self.assertGreater(own.get("runAsUser", shared.get("runAsUser")), 0)
                self.assertIs(False, own["allowPrivilegeEscalation"])
                self.assertIs(True, own["readOnlyRootFilesystem"])
                self.assertEqual(["ALL"], own["capabilities"]["drop"])
                self.assertIn("memory", container["resources"]["limits"])

    def test_every_mount_has_its_volume(self):
        for name, _, container, volumes in containers():
            for mount in container["volumeMounts"]:
                self.assertIn(mount["name"], volumes, f"{name}: {container['name']}")

    def test_probes_ask_ports_that_are_there(self):
        for name, _, container, _ in containers():
            ports = {port["name"] for port in container["ports"]}
            self.assertEqual("/-/healthy", container["livenessProbe"]["httpGet"]["path"])
            for probe in ("livenessProbe", "readinessProbe"):
                if probe in container:
                    self.assertIn(container[probe]["httpGet"]["port"], ports, name)

    def test_tocsin_does_not_take_its_prometheus_out_of_service(self):
        for name, pod, container, _ in containers():
            if container["name"] == "tocsin":
                self.assertEqual(name == "standalone.yaml", "readinessProbe" in container, name)

    def test_labels_of_selectors_are_those_of_the_pods(self):
        for name, document in documents():
            if document["kind"] == "StatefulSet":
                labels = document["spec"]["template"]["metadata"]["labels"]
                self.assertEqual(labels, document["spec"]["selector"]["matchLabels"])
                for other, service in documents():
                    if other == name and service["kind"] == "Service":
                        self.assertEqual(labels, service["spec"]["selector"], name)
                        self.assertEqual(service["metadata"]["name"], document["spec"]["serviceName"])

    def test_what_is_reached_is_restricted(self):
        for name in ("standalone.yaml", "sidecar.yaml"):
            self.assertIn("NetworkPolicy", [document["kind"] for file, document in documents() if file == name])


class Configurations(unittest.TestCase):
    def config_maps(self):
        return [(name, document["data"]) for name, document in documents() if document["kind"] == "ConfigMap"]

    def test_what_tocsin_gets_is_valid(self):
        self.assertEqual(2, len(self.config_maps()))
        for name, data in self.config_maps():
            with self.subTest(file=name), tempfile.TemporaryDirectory() as directory:
                folder = pathlib.Path(directory)
                (folder / "token").write_text("a-token\n")
                (folder / "slack").write_text("https://hooks.example.org/services/T/B/x\n")
                for file, text in data.items():
                    (folder / file).write_text(text.replace("/run/secrets/tocsin", directory))
                self.assertIn(": valid, 1 rules", run(TOCSIN, "check", "--config", folder / "tocsin.toml").stdout)

    def test_what_prometheus_gets_is_valid(self):
        for _, data in self.config_maps():
            if "prometheus.yml" in data:
                with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
                    file.write(data["prometheus.yml"])
                    file.flush()
                    run("promtool", "check", "config", file.name)

    def test_the_store_is_where_the_volume_is(self):
        for name, data in self.config_maps():
            self.assertIn('url = "sqlite:///var/lib/tocsin/tocsin.db"', data["tocsin.toml"], name)
        for name, _, container, _ in containers():
            if container["name"] == "tocsin":
                self.assertIn("/var/lib/tocsin", [mount["mountPath"] for mount in container["volumeMounts"]], name)


if __name__ == "__main__":
    unittest.main()
