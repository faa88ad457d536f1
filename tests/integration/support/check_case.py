"""The set-up of tests of cdc-check: a folder with a rule file, and where the kept lines go."""

from __future__ import annotations

import pathlib
import tempfile
import unittest


class CheckCase(unittest.TestCase):
    RULES: str  # of the rule file

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.rules = self.write("rules.yaml", self.RULES)
        self.quarantine = self.folder / "bad.ndjson"

    def write(self, name: str, text: str) -> pathlib.Path:
        path = self.folder / name
        path.write_text(text)
        return path
