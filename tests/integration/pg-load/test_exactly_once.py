#!/usr/bin/env python3
"""pg-load killed or cut off at random points and started again: every change once, none twice."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from exactly_once_case import ExactlyOnceCase
from pg_load_lab import start_lab, stop_lab


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class ExactlyOnce(ExactlyOnceCase):
    def test_killed_at_random_points(self):
        self.assertGreaterEqual(self.kill_at_random_points(seeds=range(5), pause=0.01), 20)

    def test_sessions_ended_by_the_server(self):
        self.end_sessions_at_random_points(seeds=range(100, 103), pause=0.01)

    def test_a_position_moved_by_another_run_is_noticed(self):
        recording = self.prepare(9)
        lines = recording.run(1, 0)
        border = 1 + next(i for i, line in enumerate(lines) if line.startswith('{"__cdc": "ckpt"'))
        late = self.popen("--mode", "events", "--ack", str(self.folder / "ack"), "--retry-for", "20s")
        late.stdin.write("".join(line + "\n" for line in lines[:border]).encode())
        late.stdin.flush()
        self.wait_until(lambda: self.acknowledged() == 1)
        self.load(recording.run(2, 0), "--mode", "events")
        self.assert_exact(recording)
        # what it sends now is stale: it must see that and apply nothing
        late.stdin.write("".join(line + "\n" for line in lines[border:]).encode())
        late.stdin.close()
        self.assertEqual(late.wait(timeout=60), 0)
        self.assertIn(b"someone else moved it", late.stderr.read())
        self.assert_exact(recording)


if __name__ == "__main__":
    unittest.main()
