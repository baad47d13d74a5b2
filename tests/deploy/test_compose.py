"""The staging environment of deploy/docker-compose.yml, as the compose tool understands it."""

import pathlib
import shutil
import tempfile
import unittest

import yaml

from bare_debian import ROOT, TOCSIN, run

DEPLOY = ROOT / "deploy"
SECRETS = DEPLOY / "staging" / "secrets"
HARDENED = ("tocsin", "prometheus", "node_exporter", "demo", "grafana", "mail")


def setUpModule():
    # As somebody does who starts it; what is there already stays.
    if not SECRETS.exists():
        unittest.addModuleCleanup(shutil.rmtree, SECRETS)
    run(DEPLOY / "staging" / "make_secrets.sh")


def compose():
    """The file with everything resolved: paths absolute, short forms written out."""
    said = run("docker-compose", "--file", DEPLOY / "docker-compose.yml", "config").stdout
    return yaml.safe_load(said)


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.config = compose()
        cls.services = cls.config["services"]

    def mounts(self, service):
        """Source on this machine -> target in the container."""
        words = [mount.split(":") for mount in self.services[service].get("volumes", [])]
        return {source: target for source, target, *_ in words if source.startswith("/")}

    def test_everybody_who_is_needed_is_there(self):
        self.assertEqual(set(HARDENED), set(self.services))

    def test_every_file_that_is_mounted_exists(self):
        for name in self.services:
            for source in self.mounts(name):
                self.assertTrue(pathlib.Path(source).exists(), f"{name}: {source}")
        for name, secret in self.config["secrets"].items():
            self.assertTrue(pathlib.Path(secret["file"]).is_file(), name)

    def test_files_of_the_project_are_mounted_for_reading_only(self):
        for name, service in self.services.items():
            for mount in service.get("volumes", []):
                if mount.startswith("/"):
                    self.assertIn("ro", mount.split(":")[2].split(","), f"{name}: {mount}")

    def test_nobody_can_become_more_or_write_to_the_image(self):
        for name, service in self.services.items():
            self.assertIs(True, service["read_only"], name)
            self.assertEqual(["ALL"], service["cap_drop"], name)
            self.assertEqual(["no-new-privileges:true"], service["security_opt"], name)

    def test_everybody_is_asked_how_he_is(self):
        for name, service in self.services.items():
            self.assertEqual("CMD", service["healthcheck"]["test"][0], name)

    def test_ports_are_open_to_this_machine_only(self):
        for name, service in self.services.items():
            for port in service.get("ports", []):
                self.assertTrue(str(port).startswith("127.0.0.1:"), f"{name}: {port}")

    def test_images_are_of_a_version(self):
        for name, service in self.services.items():
            self.assertRegex(service["image"], r":[\w.-]*\w$", name)
            self.assertNotIn(":latest", service["image"], name)

    def test_no_secret_stands_in_it(self):
        said = str(self.config)
        for secret in SECRETS.iterdir():
            self.assertNotIn(secret.read_text().strip(), said)

    def test_the_configuration_of_tocsin_is_valid(self):
        with tempfile.TemporaryDirectory() as directory:
            for source, target in self.mounts("tocsin").items():
                copy = pathlib.Path(directory + target)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(pathlib.Path(source).read_text().replace("/run/secrets", str(SECRETS)))
            said = run(TOCSIN, "check", "--config", f"{directory}/etc/tocsin/tocsin.toml").stdout
        self.assertIn("/etc/tocsin/tocsin.toml: valid, ", said)

    def test_the_configuration_of_prometheus_is_valid(self):
        with tempfile.TemporaryDirectory() as directory:
            for source in self.mounts("prometheus"):
                shutil.copy(source, directory)
            run("promtool", "check", "config", f"{directory}/prometheus.yml")

    def test_prometheus_scrapes_everybody_who_has_metrics(self):
        config = yaml.safe_load((DEPLOY / "staging" / "prometheus.yml").read_text())
        hosts = {target.split(":")[0] for job in config["scrape_configs"] for static in job["static_configs"]
                 for target in static["targets"]}
        self.assertEqual({"127.0.0.1", "tocsin", "node_exporter", "grafana", "demo"}, hosts)

    def test_grafana_finds_its_provisioning_and_dashboards(self):
        targets = self.mounts("grafana")
        self.assertEqual("/etc/grafana/provisioning", targets[str(DEPLOY / "grafana" / "provisioning")])
        self.assertEqual("/etc/grafana/dashboards", targets[str(DEPLOY / "grafana" / "dashboards")])
        self.assertTrue(list((DEPLOY / "grafana" / "dashboards").glob("*.json")))


if __name__ == "__main__":
    unittest.main()
