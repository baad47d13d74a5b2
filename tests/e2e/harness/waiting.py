"""Waiting for what should happen, instead of sleeping and hoping."""

import contextlib
import random
import socket
import time


def wait_for(condition, timeout=45, what="the condition", every=0.05):
    """The first truthy result of `condition`. Fails the test after `timeout` seconds, naming `what` was awaited."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s in vain for {what}")
        time.sleep(every)


def free_port():
    """A port that nobody listens on now, for programs that cannot be told to bind port 0 and report it. None of those
    that the system gives to connections (net.ipv4.ip_local_port_range): one may be taken before the program has it."""
    while True:
        port = random.randrange(10_000, 32_768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
