#!/usr/bin/env python3
"""What `make install` leaves: exactly the files of `installed`, and scripts that find their other half there."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import TOP

HERE = pathlib.Path(__file__).resolve().parent


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        words = ["cmake", "--install", os.environ["CDC_BUILD_DIR"], "--prefix", "/usr"]
        subprocess.run(words, env=os.environ | {"DESTDIR": str(cls.root)}, check=True, capture_output=True)

    def test_exactly_these_files(self):
        found = sorted("/" + str(file.relative_to(self.root)) for file in self.root.rglob("*") if file.is_file())
        self.assertEqual(found, (HERE / "installed").read_text(encoding="utf-8").splitlines())

    def test_the_scripts_run_from_there(self):
        for tool in ("cdc-run", "cdc-top"):
            words = [self.root / "usr/bin" / tool, "--version"]
            done = subprocess.run(words, capture_output=True, text=True, check=True, cwd="/")
            version = (TOP / "CMakeLists.txt").read_text(encoding="utf-8").split("VERSION ")[2].split()[0]
            self.assertEqual(done.stdout, f"{tool} {version}\n")

    def test_units_name_the_prefix_that_was_asked_for(self):
        with tempfile.TemporaryDirectory() as name:
            words = ["cmake", "--install", os.environ["CDC_BUILD_DIR"], "--prefix", "/opt/cdckit"]
            subprocess.run(words, env=os.environ | {"DESTDIR": name}, check=True, capture_output=True)
            unit = pathlib.Path(name, "opt/cdckit/lib/systemd/system/cdckit@.service").read_text(encoding="utf-8")
            self.assertIn("\nExecStart=/opt/cdckit/bin/cdc-run --state ", unit)


if __name__ == "__main__":
    unittest.main()
