"""A test case with a stand-in of its own and an empty schema before each test."""

import pathlib
import tempfile
import unittest

from snow_lab import SnowLab


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(SnowLab("put"))

    def setUp(self):
        self.lab.fresh()
        self.lab.settings(commit_delay=0.1)
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def assert_code(self, done, code: int, *words: str) -> None:
        self.assertEqual(done.returncode, code, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
