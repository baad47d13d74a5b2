"""What cannot go on, and what has to end: a loop that hangs, and a stop while receivers do."""

import fcntl
import os
import signal
import subprocess
import threading
import time
import unittest

from harness import HOOK, Answer, EndToEnd, Hang, wait_for
from harness.held_thread import hold
from harness.http_client import is_up
from harness.tocsin import TOCSIN

GRACE_SECONDS = 5  # for deliveries under way at a stop
PIPE_BYTES = 16 << 10


def fill(pipe):
    """Nobody reads it: the next to write waits for ever."""
    # A description of its own, or the agent's would not block either.
    descriptor = os.open(f"/proc/self/fd/{pipe}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(descriptor, b"x")
    except BlockingIOError:
        os.close(descriptor)


class Hung(EndToEnd):
    def run_with_log(self, agent, log):
        process = subprocess.Popen([TOCSIN, "run", "--config", agent.config_file], stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for(lambda: is_up(agent.url + "/-/ready"), what="tocsin to be ready")
        return process

    def test_a_loop_that_hangs_ends_the_process_without_any_service_manager(self):
        process = self.run_with_log(self.new_agent(self.rule()), subprocess.DEVNULL)
        hold(process.pid)  # which is the thread of the loop
        self.assertEqual(-signal.SIGABRT, process.wait(150))

    def test_a_stop_that_hangs_ends_the_process_too(self):
        self.receiver.always(HOOK, Hang())
        agent = self.agent(self.rule(), notifiers={"hook": self.hook(timeout="1m")})
        self.set(1)
        wait_for(lambda: self.receiver.received(HOOK), what="a notification under way")
        agent.signal(signal.SIGTERM)
        agent.wait_log("msg=stopping")
        hold(agent.pid)
        self.assertEqual(-signal.SIGABRT, agent.wait_exit(150))
        self.assertIn("has hung", agent.log())

    def test_a_log_that_nobody_reads_holds_up_nothing_and_what_it_lost_is_said(self):
        self.set(0)
        agent = self.new_agent(self.rule())
        reading, log = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, log)
        fcntl.fcntl(log, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self.run_with_log(agent, log)
        fill(log)
        agent.reload()  # which is logged
        self.set(1)
        self.wait_told(1)
        os.read(reading, PIPE_BYTES)
        agent.reload()
        self.assertRegex(os.read(reading, PIPE_BYTES).decode(), r'msg="log lines were lost: stderr took no more" lines=[1-9]')


class Stopping(EndToEnd):
    def test_sigterm_waits_for_what_is_under_way_and_writes_down_how_it_ended(self):
        answered = threading.Event()
        self.receiver.always(HOOK, Answer(200, when=answered))
        agent = self.agent(self.rule())
        self.set(1)
        wait_for(lambda: self.receiver.received(HOOK), what="a notification under way")
        stopping = threading.Thread(target=agent.stop)
        stopping.start()
        agent.wait_log("msg=stopping")
        answered.set()
        stopping.join()
        agent.start()
        agent.wait_notification("open", "delivered")
        agent.wait_evaluations("Probe", 2)
        self.assertEqual(1, len(self.receiver.received(HOOK)))

    def test_sigterm_ends_within_its_bound_and_what_was_under_way_is_told_after_the_next_start(self):
        self.receiver.always(HOOK, Hang())
        agent = self.agent(self.rule(), notifiers={"hook": self.hook(timeout="1m")})
        self.exporter.set_pods(self.metric, 1, [f"p{number}" for number in range(20)])
        wait_for(lambda: len(self.receiver.received(HOOK)) >= 8, what="as many tries as may be under way")
        began = time.monotonic()
        self.assertEqual(0, agent.stop())
        self.assertLess(time.monotonic() - began, 4 * GRACE_SECONDS)
        self.receiver.always(HOOK, None)
        agent.start()
        self.wait_told(20)
        agent.wait_evaluations("Probe", 2)
        pods = [body["commonLabels"]["pod"] for body in self.receiver.taken(HOOK)]
        self.assertEqual(sorted({f"p{number}" for number in range(20)}), sorted(pods))


if __name__ == "__main__":
    unittest.main()
