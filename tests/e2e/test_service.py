"""Under a service manager: what the agent says on the socket that NOTIFY_SOCKET names, as sd_notify(3) has it."""

import os
import queue
import signal
import socket
import threading
import unittest

from harness.case import EndToEnd
from harness.held_thread import hold
from harness.waiting import wait_for

WATCHDOG_SECONDS = 2


class ServiceManager:
    """The receiving end: keeps every datagram in the order in which it came."""

    def __init__(self, path):
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self._told = queue.Queue()
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    def _receive(self):
        while state := self._socket.recv(4096):
            self._told.put(dict(line.split("=", 1) for line in state.decode().splitlines()))

    def environment(self):
        return {"NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": str(WATCHDOG_SECONDS * 1_000_000)}

    def wait(self, name, timeout=45):
        """The next datagram that has `name`, and the names that came before it."""
        before = []
        while True:
            try:
                state = self._told.get(timeout=timeout)
            except queue.Empty:
                raise AssertionError(f"no {name}, only {before}") from None
            if name in state:
                return state, before
            before += state

    def waiting(self):
        return self._told.qsize()

    def close(self):
        self._socket.sendto(b"", self.path)  # the end, for the thread
        self._thread.join()
        self._socket.close()


class Service(EndToEnd):
    def setUp(self):
        super().setUp()
        self.manager = ServiceManager(os.path.join(self.directory, "notify"))
        self.addCleanup(self.manager.close)

    def start(self):
        agent = self.new_agent(self.rule())
        return agent.start(ready=False, environment=self.manager.environment())

    def test_ready_comes_once_the_port_answers(self):
        agent = self.start()
        state, _ = self.manager.wait("STATUS")
        self.assertIn("1 rules", state["STATUS"])
        state, before = self.manager.wait("READY")
        self.assertEqual("1", state["READY"])
        self.assertNotIn("WATCHDOG", before)
        self.assertEqual(200, agent.get("/-/healthy").status)

    def test_the_watchdog_is_fed_as_long_as_the_event_loop_turns(self):
        agent = self.start()
        for _ in range(4):
            self.manager.wait("WATCHDOG", timeout=WATCHDOG_SECONDS * 10)
        agent.signal(signal.SIGSTOP)
        # What was on its way is there; a stopped loop adds nothing, however long the manager waits.
        wait_for(lambda: self._state(agent) == "T", what="tocsin to be stopped")
        while self.manager.waiting():
            self.manager.wait("WATCHDOG", timeout=1)
        with self.assertRaises(AssertionError):
            self.manager.wait("WATCHDOG", timeout=WATCHDOG_SECONDS)
        agent.signal(signal.SIGCONT)
        self.manager.wait("WATCHDOG")

    def test_the_watchdog_is_not_fed_while_the_event_loop_alone_hangs(self):
        agent = self.start()
        self.manager.wait("WATCHDOG", timeout=WATCHDOG_SECONDS * 10)
        hold(agent.pid)  # which is the thread of the loop
        while self.manager.waiting():
            self.manager.wait("WATCHDOG", timeout=1)
        with self.assertRaises(AssertionError):
            self.manager.wait("WATCHDOG", timeout=WATCHDOG_SECONDS)

    def test_the_watchdog_is_fed_though_prometheus_is_away(self):
        proxy = self.proxy()
        agent = self.new_agent(self.rule(), prometheus={"url": proxy.url})
        agent.start(environment=self.manager.environment())
        proxy.refuse()
        agent.wait_failures("Probe")
        for _ in range(4):
            self.manager.wait("WATCHDOG")

    def test_a_reload_is_announced_and_ended_whether_it_is_good_or_not(self):
        agent = self.start()
        self.manager.wait("READY")
        agent.signal(signal.SIGHUP)
        self._assert_reload()
        agent.config["nonsense"] = {"key": 1}
        agent.write()
        agent.signal(signal.SIGHUP)
        self._assert_reload()
        agent.wait_log("nonsense")

    def test_stopping_is_announced(self):
        agent = self.start()
        self.manager.wait("READY")
        self.assertEqual(0, agent.stop())
        self.manager.wait("STOPPING")

    def _assert_reload(self):
        state, _ = self.manager.wait("RELOADING")
        self.assertGreater(int(state["MONOTONIC_USEC"]), 0)
        self.manager.wait("READY")

    def _state(self, agent):
        with open(f"/proc/{agent.pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]


if __name__ == "__main__":
    unittest.main()
