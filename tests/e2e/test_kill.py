"""kill -9 at random moments, again and again: nothing is lost, and every receiver's last word is true.

TOCSIN_KILL_SECONDS (45) says for how long, TOCSIN_KILL_SEED replays the moments of a run.
"""

import os
import random
import unittest

from kill_loop import KillLoop


class Killed(unittest.TestCase):
    def test_nothing_is_lost_and_every_last_word_is_true(self):
        seed = int(os.environ.get("TOCSIN_KILL_SEED", random.SystemRandom().randrange(2**32)))
        print(f"TOCSIN_KILL_SEED={seed}", flush=True)
        loop = KillLoop(seed)
        self.addCleanup(loop.close)
        loop.run(float(os.environ.get("TOCSIN_KILL_SECONDS", 45)))
        figures = loop.figures()
        print(figures)
        self.assertGreater(figures["kills"], 5)
        self.assertGreater(figures["incidents"], 10)
        self.assertEqual([], loop.faults(), loop.killed.log()[-6000:])


if __name__ == "__main__":
    unittest.main()
