"""What cmake --install places: complete, and each piece in order. The manual page says what --help says."""

import functools
import json
import pathlib
import re
import shutil
import tempfile
import unittest

from bare_debian import BUILD, ROOT, TOCSIN, run

COMMANDS = ["run", "check", "once", "notify-test", "healthcheck", "incidents list", "incidents show", "incidents ack",
            "incidents resolve", "incidents note"]
EXPOSURE_MAX = 1.5  # of 10, as systemd-analyze security counts


@functools.cache
def installed():
    """The root directory of an installation under /usr."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-install-"))
    unittest.addModuleCleanup(shutil.rmtree, directory)
    install(directory)
    return directory


def install(directory):
    run("cmake", "--install", BUILD, "--prefix", "/usr", "--strip", env={"DESTDIR": directory, "PATH": "/usr/bin:/bin"})


class Installed(unittest.TestCase):
    def test_every_piece_is_in_its_place(self):
        for name in ("usr/bin/tocsin", "usr/lib/systemd/system/tocsin.service", "usr/share/man/man1/tocsin.1",
                     "usr/share/bash-completion/completions/tocsin", "usr/share/doc/tocsin/copyright",
                     "usr/share/doc/tocsin/tocsin.spdx.json", "usr/share/doc/tocsin/configuration.md", "usr/share/doc/tocsin/runbooks/index.md",
                     "usr/share/doc/tocsin/examples/tocsin.example.toml", "etc/tocsin/tocsin.toml"):
            self.assertTrue((installed() / name).is_file(), name)
        packs = {file.name for file in (ROOT / "rules" / "packs").glob("*.toml")}
        self.assertEqual(packs, {file.name for file in (installed() / "usr/share/tocsin/packs").iterdir()})

    def test_secrets_are_roots_alone(self):
        self.assertEqual(0o700, (installed() / "etc/tocsin/secrets").stat().st_mode & 0o777)

    def test_the_configuration_is_valid(self):
        self.assertIn(": valid", run(TOCSIN, "check", "--config", installed() / "etc/tocsin/tocsin.toml").stdout)

    def test_a_configuration_that_is_there_stays(self):
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory, "etc/tocsin/tocsin.toml")
            config.parent.mkdir(parents=True)
            config.write_text("# mine\n")
            install(directory)
            self.assertEqual("# mine\n", config.read_text())


class Binary(unittest.TestCase):
    def test_it_does_not_tell_where_it_was_built(self):
        """The same sources give the same binary, in whichever directory; debug information is part of it."""
        self.assertNotIn(str(ROOT).encode(), TOCSIN.read_bytes())

    def test_it_is_hardened(self):
        """As dynamic sections, segments and symbols of the binary itself say, not as the compiler was asked."""
        read = functools.partial(run, "readelf", "--wide")
        self.assertRegex(read("--dynamic", TOCSIN).stdout, r"FLAGS_1\)\s+Flags: NOW PIE")
        segments = read("--segments", TOCSIN).stdout
        self.assertIn("GNU_RELRO", segments)
        self.assertRegex(segments, r"GNU_STACK\s.*\sRW\s")
        imported = read("--dyn-syms", TOCSIN).stdout
        self.assertIn("__stack_chk_fail", imported)
        self.assertRegex(imported, r"__mem(cpy|move|set)_chk|__vsnprintf_chk|__snprintf_chk|__read_chk")

    def test_its_bill_of_materials_names_every_library(self):
        """SPDX 2.3: every package whose libraries it loads, and those that it is compiled from."""
        bill = json.loads((installed() / "usr/share/doc/tocsin/tocsin.spdx.json").read_text())
        self.assertEqual("SPDX-2.3", bill["spdxVersion"])
        packages = {package["SPDXID"]: package for package in bill["packages"]}
        links = {kind: {packages[link["relatedSpdxElement"]]["name"] for link in bill["relationships"]
                        if link["relationshipType"] == kind} for kind in ("STATIC_LINK", "DYNAMIC_LINK")}
        self.assertLess({"nlohmann-json3-dev", "libtomlplusplus-dev", "libsqlitecpp-dev"}, links["STATIC_LINK"])
        self.assertLess({"libcurl4", "libsqlite3-0", "libssl3", "libc6"}, links["DYNAMIC_LINK"])
        for package in packages.values():
            self.assertTrue(package["versionInfo"], package)
        loaded = set(re.findall(r"=> (/\S+)", run("ldd", TOCSIN).stdout))
        owned = set(run("dpkg-query", "--listfiles", *links["DYNAMIC_LINK"]).stdout.split())
        self.assertEqual(set(), {library for library in loaded
                                 if not {library, library.removeprefix("/usr"), "/usr" + library} & owned})


class Unit(unittest.TestCase):
    UNIT = ROOT / "deploy" / "systemd" / "tocsin.service"

    def test_systemd_understands_it(self):
        said = run("systemd-analyze", "verify", "--man=no", self.UNIT, check=False).stdout.splitlines()
        # The program is installed elsewhere, or not at all, while this runs.
        self.assertEqual([], [line for line in said if "tocsin" in line and "is not executable" not in line])

    def test_it_is_hardened(self):
        said = run("systemd-analyze", "security", "--offline=true", self.UNIT).stdout
        exposure = float(re.search(r"Overall exposure level for tocsin.service: ([\d.]+)", said).group(1))
        self.assertLessEqual(exposure, EXPOSURE_MAX, said)

    def test_it_reads_the_installed_configuration(self):
        commands = re.findall(r"^Exec\w+=(.*)$", self.UNIT.read_text(), re.MULTILINE)
        self.assertEqual(["/etc/tocsin/tocsin.toml"] * 2, [line.split()[-1] for line in commands if "--config" in line])


class ManualPage(unittest.TestCase):
    PAGE = ROOT / "deploy" / "man" / "tocsin.1"

    def text(self):
        return self.PAGE.read_text().replace("\\-", "-")

    def test_it_is_set_without_a_warning(self):
        self.assertEqual("", run("groff", "-man", "-Tutf8", "-ww", "-z", self.PAGE).stdout)

    def test_it_names_every_command_and_flag(self):
        helps = {command: run(TOCSIN, *command.split(), "--help").stdout for command in ["", *COMMANDS]}
        listed = re.findall(r"^  ([a-z][\w-]+)  ", helps[""].partition("Subcommands:")[2], re.MULTILINE)
        self.assertEqual({command.split()[0] for command in COMMANDS}, set(listed))
        for command, said in helps.items():
            self.assertIn(f".B {command}\n" if command else "tocsin", self.text())
            flags = re.findall(r"^\s+(?:-\w,)?(--[a-z-]+)", said, re.MULTILINE)
            self.assertTrue(flags, command)
            for flag in flags:
                self.assertRegex(self.text(), re.escape(flag) + r"(?![\w-])", f"{command} {flag}")

    def test_it_names_no_flag_that_is_not_there(self):
        known = "".join(run(TOCSIN, *command.split(), "--help").stdout for command in ["", *COMMANDS])
        for flag in set(re.findall(r"--[a-z][a-z-]+", self.text())):
            self.assertIn(flag, known)

    def test_it_is_of_this_version(self):
        version = re.search(r"project\(tocsin VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
        self.assertIn(f'"tocsin {version}"', self.PAGE.read_text())


if __name__ == "__main__":
    unittest.main()
