"""CPU, memory and time of whole processes, and what comes of several measurements."""

import contextlib
import os
import random
import signal
import socket
import statistics
import subprocess
import time
from dataclasses import dataclass

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Program:
    """A process that is started, measured and stopped; its output goes to `directory`/log."""

    def __init__(self, command, directory, environment=None):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self._command = [str(word) for word in command]
        self._environment = os.environ | (environment or {})
        self._process = None

    def start(self):
        with open(os.path.join(self.directory, "log"), "a") as log:
            self._process = subprocess.Popen(self._command, cwd=self.directory, env=self._environment,
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    @property
    def pid(self):
        return self._process.pid

    def alive(self):
        """Fails with the end of its log where the program has ended."""
        if self._process.poll() is not None:
            raise RuntimeError(f"{self._command[0]} ended with {self._process.returncode}: {self.log()[-2000:]}")
        return True

    def log(self):
        with open(os.path.join(self.directory, "log"), errors="replace") as log:
            return log.read()

    def cpu(self):
        """Seconds of CPU that the whole process has used, user and system."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def peak_memory(self):
        """The most bytes that were ever resident."""
        return self._status("VmHWM")

    def memory(self):
        """The bytes that are resident."""
        return self._status("VmRSS")

    def own_memory(self):
        """The resident bytes that are of no file: what the process has allocated or changed."""
        return self._status("RssAnon")

    def _status(self, name):
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith(name + ":"):
                    return int(line.split()[1]) * 1024
        raise RuntimeError(f"no {name} for {self._command[0]}")

    def stop(self):
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


@dataclass(frozen=True)
class Figure:
    """What several measurements of one quantity say: the median, and between which two all lie."""
    values: tuple

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def low(self):
        return min(self.values)

    @property
    def high(self):
        return max(self.values)


def wait_for(condition, timeout, what, every=0.02):
    """The first truthy result of `condition`; fails after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {timeout} s in vain for {what}")
        time.sleep(every)


def free_port():
    """A port that nobody listens on now, for programs that cannot report which one they bound. None of those
    that the system gives to connections (net.ipv4.ip_local_port_range): one may be taken before the program has it."""
    while True:
        port = random.randrange(10_000, 32_768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
