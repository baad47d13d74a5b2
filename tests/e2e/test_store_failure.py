"""A store that cannot be written any more: it is said, evaluation goes on, SEV1 is told, nothing is recreated."""

import os
import resource
import shutil
import subprocess
import unittest

from harness import HOOK, EndToEnd, wait_for


class BrokenStore(EndToEnd):
    """An agent with a rule of SEV1 and one of SEV3, each over one series."""

    def setUp(self):
        super().setUp()
        for case in ("worst", "mild"):
            self.set(0, case=case)
        self.running = self.agent(*(self.rule(name, query=f'{self.metric}{{case="{name.lower()}"}}', severity=severity)
                                    for name, severity in (("Worst", "SEV1"), ("Mild", "SEV3"))))
        self.running.wait_evaluations("Worst", 2)

    @property
    def database(self):
        return os.path.join(self.running.directory, "tocsin.db")

    def breach(self):
        for case in ("worst", "mild"):
            self.exporter.set(self.metric, 1, case=case)
        self._scraped()

    def wait_down(self, reason):
        wait_for(lambda: self.running.get("/-/ready").status == 503, what="/-/ready to fail")
        self.assertIn(reason, self.running.get("/-/ready").json()["error"])
        self.running.wait_metric(0, "tocsin_store_up")
        self.assertIn(reason, self.running.get("/api/v1/status").json()["data"]["store"]["error"])

    def assert_only_sev1_is_told(self):
        self.breach()
        bodies = self.wait_told(1)
        self.running.wait_evaluations("Mild", 4)
        self.assertEqual(["Worst"], [body["commonLabels"]["alertname"] for body in self.receiver.taken(HOOK)])
        self.assertEqual("[not recorded] Worst is 1", bodies[0]["alerts"][0]["annotations"]["summary"])
        self.assertEqual(1, self.running.metric("tocsin_incidents", state="open", severity="SEV3"))

    def assert_all_is_recorded_and_told(self):
        self.running.wait_ready()
        self.running.wait_incident("open", count=2)
        self.wait_told(2)
        self.assertEqual(["Mild", "Worst"], self.told_rules())

    def told_rules(self):
        return sorted(body["commonLabels"]["alertname"] for body in self.receiver.taken(HOOK))


class NoRoom(BrokenStore):
    """A limit on the size of files is a full disk for one process, and needs no rights to set up."""

    def limit(self, file_bytes):
        resource.prlimit(self.running.pid, resource.RLIMIT_FSIZE, (file_bytes, resource.RLIM_INFINITY))

    def fill(self):
        self.limit(os.path.getsize(self.database + "-wal"))
        self.wait_down("writing failed")

    def test_sev1_is_told_and_all_is_recorded_once_there_is_room_again(self):
        self.fill()
        self.assert_only_sev1_is_told()
        self.assertEqual([], self.running.incidents())
        self.limit(resource.RLIM_INFINITY)
        self.running.wait_ready()
        self.running.wait_metric(1, "tocsin_store_up")
        self.wait_told(2)
        self.assertEqual({"Worst", "Mild"}, {incident["rule"] for incident in self.running.incidents(state="open")})
        worst = self.running.incidents(rule="Worst")[0]["id"]
        self.running.wait_notification("open", "delivered", incident=worst)
        for _ in range(2):
            self.running.wait_evaluations("Worst", 2)
            self.assertEqual(["Mild", "Worst"], self.told_rules())
            self.running.stop()
            self.running.start()

    def test_an_action_is_refused_and_works_when_repeated(self):
        self.breach()
        self.running.wait_incident("open", count=2)
        self.fill()
        refused = self.running.post("/api/v1/incidents/INC-1/notes", {"by": "ann", "text": "once"})
        self.assertEqual(503, refused.status)
        self.assertIn("nothing is done", refused.json()["error"])
        self.limit(resource.RLIM_INFINITY)
        self.running.wait_ready()
        self.running.act("INC-1", "notes", by="ann", text="once")
        self.assertEqual(1, [entry["type"] for entry in self.running.incident("INC-1")["timeline"]].count("note"))


class ReadOnly(BrokenStore):
    """A file that may not be changed, not even by whoever has it open: as on a file system that became read-only."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.lock, "-i")
        if not self.lock("+i"):
            self.skipTest("needs root, chattr and a file system that knows immutable files")

    def lock(self, change):
        files = (self.database, self.database + "-wal")
        return bool(shutil.which("chattr")) and subprocess.run(["chattr", change, *files]).returncode == 0

    def test_sev1_is_told_and_all_is_recorded_once_it_can_be_written_again(self):
        self.wait_down("is not read-only")
        self.assert_only_sev1_is_told()
        self.lock("-i")
        self.assert_all_is_recorded_and_told()


class NoFile(BrokenStore):
    def test_a_deleted_store_is_not_made_anew_and_sev1_is_told(self):
        os.unlink(self.database)
        self.wait_down("deleted or replaced")
        self.assert_only_sev1_is_told()
        self.assertEqual(0, self.running.stop())
        self.assertFalse(os.path.exists(self.database))

    def test_a_store_that_comes_back_is_written_again_without_a_restart(self):
        os.rename(self.database, self.database + ".away")
        self.wait_down("deleted or replaced")
        self.assert_only_sev1_is_told()
        os.rename(self.database + ".away", self.database)
        self.assert_all_is_recorded_and_told()


class NoLog(BrokenStore):
    def test_a_deleted_log_is_noticed_and_what_it_held_survives_a_kill(self):
        self.set(1, case="mild")
        self.running.wait_incident("open", "Mild")
        self.wait_told(1)
        os.unlink(self.database + "-wal")
        self.wait_down("-wal was deleted or replaced")
        self.running.kill()
        self.running.start()
        self.assertEqual("INC-1", self.running.wait_incident("open", "Mild")["id"])
        self.set(1, case="worst")
        self.running.wait_incident("open", "Worst")
        self.assertEqual(["Mild", "Worst"], sorted(body["commonLabels"]["alertname"] for body in self.wait_told(2)))


class Damage(BrokenStore):
    PAGE = 4096

    def damage(self, page):
        """Returns the file as it was."""
        with open(self.database, "r+b") as file:
            whole = file.read()
            file.seek(page * self.PAGE)
            file.write(b"\xa5" * self.PAGE)
        return whole

    def repair(self, whole):
        with open(self.database, "wb") as file:
            file.write(whole)

    def test_each_damaged_page_is_named_at_the_start_and_the_file_left_as_it_is(self):
        self.breach()
        self.running.wait_incident("open", count=2)
        self.running.stop()
        for page in range(os.path.getsize(self.database) // self.PAGE):
            with self.subTest(page=page):
                whole = self.damage(page)
                with open(self.database, "rb") as file:
                    damaged = file.read()
                said = len(self.running.log())
                self.running.start(ready=False)
                self.assertEqual(1, self.running.wait_exit())
                self.assertRegex(self.running.log()[said:], "damaged|no SQLite database")
                with open(self.database, "rb") as file:
                    self.assertEqual(damaged, file.read())
                self.repair(whole)
        self.running.start()
        self.assertEqual(2, len(self.running.incidents(state="open")))

    def test_damage_under_a_running_agent_is_noticed_and_sev1_is_told(self):
        self.running.stop()  # which leaves all of it in the one file
        self.running.start()
        whole = self.damage(3)
        self.wait_down("damaged")
        self.assertNotIn(self.running.directory, self.running.get("/-/ready").json()["error"])
        self.assert_only_sev1_is_told()
        self.repair(whole)
        self.assert_all_is_recorded_and_told()

    def test_a_file_that_was_overwritten_is_left_as_it_is(self):
        self.running.stop()
        self.running.start()
        size = os.path.getsize(self.database)
        with open(self.database, "r+b") as file:
            file.write(b"\xa5" * size)
        self.wait_down("no SQLite database")
        refused = self.running.get("/api/v1/incidents")
        self.assertEqual(503, refused.status)
        self.assertNotIn(self.running.directory, refused.json()["error"])
        self.assert_only_sev1_is_told()
        self.assertEqual(0, self.running.stop())
        with open(self.database, "rb") as file:
            self.assertEqual(b"\xa5" * size, file.read())


if __name__ == "__main__":
    unittest.main()
