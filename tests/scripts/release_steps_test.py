#!/usr/bin/env python3
"""scripts/ci: what a release says, and floors of coverage that only rise."""

import json
import pathlib
import tempfile
import unittest

from support import SCRIPTS, run

CI = SCRIPTS / "ci"
CHANGELOG = """# Changelog
## Unreleased
- coming

## [1.2.0] - 2026-01-01
### Added
- a thing

## 1.2.0-rc1
- nearly

## 1.1.0
"""


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def file(self, name: str, text: str) -> pathlib.Path:
        (self.folder / name).write_text(text, encoding="utf-8")
        return self.folder / name


class Notes(Case):
    def test_one_version_and_no_other(self):
        file = self.file("CHANGELOG.md", CHANGELOG)
        for version, text in (
            ("1.2.0", "### Added\n- a thing\n"),
            ("1.2.0-rc1", "- nearly\n"),
            ("Unreleased", "- coming\n"),
        ):
            done = run(CI / "changelog-section", version, file)
            self.assertEqual((done.returncode, done.stdout), (0, text), done.stderr)
        for version in ("1.1.0", "1.2", "2.0.0"):
            self.assertEqual(run(CI / "changelog-section", version, file).returncode, 65, version)
        self.assertEqual(run(CI / "changelog-section").returncode, 2)


class Floors(Case):
    def summary(self, **rooms: tuple[int, int]) -> pathlib.Path:
        files = [
            {"filename": f"common/{room}/{part}.cpp", "line_covered": covered // 2, "line_total": total // 2}
            for room, (covered, total) in rooms.items()
            for part in ("a", "b")
        ]
        return self.file("summary.json", json.dumps({"files": files}))

    def floor(self, summary: pathlib.Path, *words: str):
        return run(CI / "coverage-floor", "--summary", summary, "--floors", self.folder / "floors", *words)

    def test_they_rise_and_never_fall(self):
        self.assertEqual(self.floor(self.summary(base=(90, 100)), "--update").returncode, 0)
        floors = self.folder / "floors"
        self.assertEqual(floors.read_text(), "common/base 90\n")
        self.assertEqual(self.floor(self.summary(base=(96, 100), io=(50, 100))).returncode, 0)
        low = self.floor(self.summary(base=(88, 100)))
        self.assertEqual(low.returncode, 1)
        self.assertIn("common/base: 88.0 % of its lines are tested, the floor is 90 %", low.stderr)
        self.floor(self.summary(base=(88, 100), io=(50, 100)), "--update")
        self.assertEqual(floors.read_text(), "common/base 90\ncommon/io 50\n")
        gone = self.floor(self.summary(base=(90, 100)))
        self.assertEqual(gone.returncode, 1)
        self.assertIn("common/io: the floor names no room", gone.stderr)


if __name__ == "__main__":
    unittest.main()
