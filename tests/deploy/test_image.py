"""The image of deploy/Dockerfile, built with buildah: small, nobody's, and at work on a root that it cannot write.

The program in it is the one that was built already: `deploy/build_image.sh` without --installed compiles it in the
image, as a release does, which takes as long as compiling takes.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from bare_debian import AS_ROOT, BUILD, ROOT, run

ADDED_BYTES_MAX = 40 << 20
USER = 65532


IMAGE = None  # a directory with the layers and manifest.json of the image, as "docker load" takes them


def setUpModule():
    global IMAGE
    directory = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-image-"))
    unittest.addModuleCleanup(run, *AS_ROOT, "rm", "-rf", directory)
    run("cmake", "--install", BUILD, "--prefix", "/usr", "--strip",
        env=os.environ | {"DESTDIR": str(directory / "installed" / "out")})
    run(ROOT / "deploy" / "build_image.sh", "--installed", directory / "installed", "--work", directory)
    IMAGE = directory / "image"
    IMAGE.mkdir()
    run("tar", "-xf", directory / "tocsin.tar", "-C", IMAGE)


def manifest():
    return json.loads((IMAGE / "manifest.json").read_text())[0]


def settings():
    return json.loads((IMAGE / manifest()["Config"]).read_text())["config"]


class Settings(unittest.TestCase):
    def test_it_runs_as_a_numbered_user_who_is_not_root(self):
        self.assertEqual(f"{USER}:{USER}", settings()["User"])

    def test_it_is_stopped_as_tocsin_wants_to_be(self):
        self.assertEqual("SIGTERM", settings()["StopSignal"])

    def test_its_health_is_asked_for(self):
        self.assertEqual(["CMD", "/usr/bin/tocsin", "healthcheck"], settings()["Healthcheck"]["Test"])

    def test_it_runs_the_agent_with_the_configuration_that_is_mounted(self):
        self.assertEqual(["/usr/bin/tocsin", "run", "--config", "/etc/tocsin/tocsin.toml"],
                         settings()["Entrypoint"] + settings()["Cmd"])
        self.assertEqual(["/var/lib/tocsin"], list(settings()["Volumes"]))

    def test_it_says_what_it_is(self):
        commit = run("git", "-c", "safe.directory=*", "rev-parse", "HEAD", cwd=ROOT).stdout.strip()
        labels = settings()["Labels"]
        self.assertEqual(commit, labels["org.opencontainers.image.revision"])
        for name in ("title", "description", "version", "licenses", "base.name"):
            self.assertTrue(labels[f"org.opencontainers.image.{name}"], name)

    def test_it_adds_little_to_its_base(self):
        base, *own = manifest()["Layers"]
        self.assertLessEqual(sum((IMAGE / layer).stat().st_size for layer in own), ADDED_BYTES_MAX)


class AtWork(unittest.TestCase):
    """The root directory of the image with the agent in it, as its user and without a container around it."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-root-"))
        cls.addClassCleanup(run, *AS_ROOT, "rm", "-rf", cls.root)
        cls.root.chmod(0o755)
        for layer in manifest()["Layers"]:
            run(*AS_ROOT, "tar", "-xpf", IMAGE / layer, "-C", cls.root)

    def chroot(self, *command):
        """The words of a command that runs in it."""
        tool = shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin")
        return [*AS_ROOT, tool, f"--userspec={USER}:{USER}", str(self.root), *command]

    def test_every_library_is_there(self):
        self.assertIn("tocsin 0.", run(*self.chroot("/usr/bin/tocsin", "--version")).stdout)

    def test_its_configuration_is_valid(self):
        self.assertIn(": valid", run(*self.chroot("/usr/bin/tocsin", "check", *settings()["Cmd"][1:])).stdout)

    def test_it_is_healthy_stops_cleanly_and_writes_to_its_volume_only(self):
        port = self.listen_on_a_free_port()
        agent = subprocess.Popen(self.chroot(*settings()["Entrypoint"], *settings()["Cmd"]), start_new_session=True,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            self.wait_healthy(agent, port)
            run(*self.chroot("/usr/bin/tocsin", "healthcheck", "--url", f"http://127.0.0.1:{port}"))
        finally:
            run(*AS_ROOT, "kill", f"-{signal.SIGTERM.value}", "--", f"-{agent.pid}", check=False)
            log = agent.communicate(timeout=60)[1]
        self.assertEqual(0, agent.returncode, log)
        written = run(*AS_ROOT, "find", self.root, "-uid", USER, "-type", "f").stdout.split()
        self.assertTrue(written)
        self.assertEqual([], [name for name in written if not name.startswith(f"{self.root}/var/lib/tocsin/")])

    def listen_on_a_free_port(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        run(*AS_ROOT, "sed", "-i", f's/":9876"/"127.0.0.1:{port}"/', self.root / "etc/tocsin/tocsin.toml")
        return port

    def wait_healthy(self, agent, port):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and agent.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/healthy", timeout=5):
                    return
            except urllib.error.URLError:
                time.sleep(0.1)
        self.fail("the agent did not become healthy")


if __name__ == "__main__":
    unittest.main()
