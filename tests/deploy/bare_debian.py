"""A bare Debian 12 to install things into: a directory and chroot. Needs root, or sudo."""

import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOCSIN = pathlib.Path(os.environ.get("TOCSIN_BIN", ROOT / "build" / "release" / "tocsin"))
BUILD = TOCSIN.parent
BASE_TAR = ROOT / "build" / "bare-debian" / "bookworm.tar"
AS_ROOT = [] if os.geteuid() == 0 else ["sudo"]


def run(*command, check=True, **options):
    """.returncode, and .stdout with stderr in it; a failure shows all of it."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done


def base_tar():
    run(ROOT / "deploy" / "bare_debian.sh", BASE_TAR)
    return BASE_TAR


class BareDebian:
    """Nothing is mounted in it, so nothing outlives it."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-debian-"))
        run(*AS_ROOT, "tar", "-xpf", base_tar(), "-C", self.path)
        run(*AS_ROOT, "cp", "-L", "/etc/resolv.conf", self.path / "etc")

    def close(self):
        run(*AS_ROOT, "rm", "-rf", self.path)

    def copy(self, file, to):
        run(*AS_ROOT, "cp", file, f"{self.path}/{to}")

    def run(self, *command, check=True):
        environment = ["HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive"]
        return run(*AS_ROOT, shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin"), self.path, "/usr/bin/env", "-i",
                   *environment, *command, check=check)

    def files(self, *paths):
        """Everything below `paths`, directories too, as a set of names."""
        found = run(*AS_ROOT, "find", *(f"{self.path}{path}" for path in paths), check=False).stdout
        return {line.removeprefix(str(self.path)) for line in found.splitlines() if line.startswith(str(self.path))}
