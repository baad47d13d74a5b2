"""The Debian package: it installs into a bare Debian 12 and leaves nothing behind."""

import functools
import pathlib
import shutil
import tempfile
import unittest

from bare_debian import BUILD, BareDebian, run

OURS = "/etc/tocsin /var/lib/tocsin /usr/bin/tocsin /usr/share/tocsin /usr/share/doc/tocsin".split()


@functools.cache
def package():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-package-"))
    unittest.addModuleCleanup(shutil.rmtree, directory)
    run("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", directory)
    (made,) = directory.glob("*.deb")
    return made


class Contents(unittest.TestCase):
    def field(self, name):
        return run("dpkg-deb", "--field", package(), name).stdout.strip()

    def test_the_libraries_that_it_needs_are_named(self):
        for library in ("libcurl4", "libsqlite3-0", "libssl3", "libmimalloc2.0", "libre2-9"):
            self.assertIn(library, self.field("Depends"))

    def test_the_configuration_is_the_administrators(self):
        with tempfile.TemporaryDirectory() as directory:
            run("dpkg-deb", "--control", package(), directory)
            conffiles = pathlib.Path(directory, "conffiles").read_text().split()
        installed = [line.split()[-1] for line in run("dpkg-deb", "--contents", package()).stdout.splitlines()]
        in_etc = [name[1:] for name in installed if name.startswith("./etc/") and not name.endswith("/")]
        self.assertEqual(sorted(in_etc), sorted(conffiles))

    def test_the_binary_is_stripped(self):
        self.assertLess(package().stat().st_size, 4 << 20)


class Lifecycle(unittest.TestCase):
    def setUp(self):
        self.debian = BareDebian()
        self.addCleanup(self.debian.close)
        self.debian.run("apt-get", "-qq", "update")
        self.before = self.debian.files(*OURS)
        self.debian.copy(package(), "root/tocsin.deb")
        self.debian.run("apt-get", "-qq", "install", "-y", "--no-install-recommends", "/root/tocsin.deb")

    def shell(self, line):
        return self.debian.run("sh", "-c", line).stdout

    def test_it_works_is_upgraded_removed_and_purged(self):
        self.assertIn(": valid", self.shell("tocsin check --config /etc/tocsin/tocsin.toml"))
        self.assertIn("tocsin 0.", self.shell("tocsin --version"))

        self.shell("echo '# mine' >>/etc/tocsin/tocsin.toml && echo x >/etc/tocsin/secrets/slack")
        self.shell("mkdir -p /var/lib/tocsin && echo x >/var/lib/tocsin/tocsin.db")
        self.shell("dpkg -i /root/tocsin.deb")
        self.assertIn("# mine", self.shell("cat /etc/tocsin/tocsin.toml"), "an upgrade keeps what was changed")

        self.shell("apt-get -qq remove -y tocsin")
        kept = {"/etc/tocsin/tocsin.toml", "/etc/tocsin/secrets/slack", "/var/lib/tocsin/tocsin.db"}
        self.assertLessEqual(kept, self.debian.files(*OURS), "a removal keeps configuration, secrets and incidents")
        self.assertNotIn("/usr/bin/tocsin", self.debian.files("/usr/bin"))

        self.shell("apt-get -qq purge -y tocsin")
        self.assertEqual(self.before, self.debian.files(*OURS))
        self.assertFalse({name for name in self.debian.files("/etc", "/usr", "/var/lib/systemd") if "tocsin" in name})


if __name__ == "__main__":
    unittest.main()
