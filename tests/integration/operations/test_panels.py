#!/usr/bin/env python3
"""`make demo WITH=monitoring`, shortened: source and mirror are the same, and each panel of each dashboard has data."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import TOP


class Panels(unittest.TestCase):
    def test_each_has_data(self):
        done = subprocess.run(
            [TOP / "scripts/demo"],
            env=os.environ
            | {
                "CDC_LAB": f"it-panels-{os.getpid()}",
                "WITH": "monitoring",
                "DEMO_POLLS": "120",
                "DEMO_EVERY": "250ms",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        without = [line for line in done.stdout.splitlines() if line.startswith("no data: ")]
        self.assertEqual(without, [])
        (shown, asked) = re.search(r"^(\d+) of (\d+) panels have data$", done.stdout, re.MULTILINE).groups()
        self.assertEqual(shown, asked)
        self.assertGreater(int(asked), 40)
        self.assertIn("source and mirror are identical", done.stdout)


if __name__ == "__main__":
    unittest.main()
