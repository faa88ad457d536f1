#!/usr/bin/env python3
"""tests/bench/instructions: what is too much, and what is written where."""

import sys
import unittest

from support import TOP

sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "tests/bench/instructions"))
from counts import BASELINE, WORKS, findings, kept, with_counts  # noqa: E402

PAGE = """# page
| work | input | instructions per event |
| --- | --- | --- |
| `walcat-plain` | a stream | 2,000 |
| `pg-load-rows` | rows | 100 |
"""


class CountsTest(unittest.TestCase):
    def test_five_percent_above_are_found(self):
        self.assertEqual(findings({"walcat-plain": 2100, "pg-load-rows": 1}, PAGE), [])
        found = findings({"walcat-plain": 2110, "pg-load-rows": 100}, PAGE)
        self.assertEqual(len(found), 1)
        self.assertIn("walcat-plain: 2,110 instructions per event, 5.5 % above the 2,000", found[0])

    def test_work_without_a_figure_is_found(self):
        self.assertIn("no figure", findings({"new": 1}, PAGE)[0])
        with self.assertRaises(RuntimeError):
            with_counts(PAGE, {"new": 1})

    def test_new_counts_replace_their_rows_and_nothing_else(self):
        page = with_counts(PAGE, {"walcat-plain": 1234567})
        self.assertEqual(page, PAGE.replace("2,000", "1,234,567"))
        self.assertEqual(kept(page), {"walcat-plain": 1234567, "pg-load-rows": 100})

    def test_the_page_has_each_work_once(self):
        text = BASELINE.read_text(encoding="utf-8")
        self.assertEqual(sorted(kept(text)), sorted(work.title for work in WORKS))


if __name__ == "__main__":
    unittest.main()
