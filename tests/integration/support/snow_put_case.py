"""A test case with the file's stand-in and an empty schema before each test."""

import pathlib
import tempfile
import unittest

from snow_lab import SnowLab


class Case(unittest.TestCase):
    lab: SnowLab | None = None  # started by the file's first class, for all of them

    @classmethod
    def setUpClass(cls):
        if Case.lab is None:
            lab = SnowLab("put")
            Case.lab = lab.__enter__()
            unittest.addModuleCleanup(cls.leave)

    @staticmethod
    def leave() -> None:
        Case.lab.__exit__(None, None, None)
        Case.lab = None

    def setUp(self):
        self.lab.fresh()
        self.lab.settings(commit_delay=0.1)
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def assert_code(self, done, code: int, *words: str) -> None:
        self.assertEqual(done.returncode, code, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
