#!/usr/bin/env python3
"""scripts/services: units that systemd takes, how exposed they are, and which codes start them again."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import TOP

SERVICES = TOP / "scripts/services"
UNITS = sorted(SERVICES.glob("*.service"))
# cdc-run itself starts again what passes by itself; what it ends with stays, but for a folder that is still held
STAYS_DOWN = {1, 2, 65, 69, 70, 73, 74, 76, 77, 78, 127}


def setting(unit: pathlib.Path, name: str) -> str:
    return " ".join(re.findall(rf"^{name}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE))


class Units(unittest.TestCase):
    def test_there_are_two(self):
        self.assertEqual([unit.name for unit in UNITS], ["cdckit-once@.service", "cdckit@.service"])

    def test_exposure_is_at_most_2(self):
        for unit in UNITS:
            words = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", unit]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout[-300:] + done.stderr)
            self.assertRegex(done.stdout, r"Overall exposure level for .*: [01]\.\d ")

    def test_systemd_takes_them(self):
        """With the command at a place that is there: what is left to say is nothing."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for unit in SERVICES.glob("cdckit*"):
                text = unit.read_text(encoding="utf-8")
                text = text.replace("/usr/bin/cdc-run", str(TOP / "scripts/cdc-run"))
                (folder / unit.name).write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE), "utf-8")
            for unit in sorted(folder.iterdir()):
                whole = folder / unit.name.replace("@", "@mirror")
                whole.symlink_to(unit)
                words = ["systemd-analyze", "verify", "--no-pager", "--man=no", "--recursive-errors=no", whole]
                done = subprocess.run(words, capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""), unit.name)

    def test_what_does_not_pass_by_itself_stays_down(self):
        unit = SERVICES / "cdckit@.service"
        self.assertEqual(set(map(int, setting(unit, "RestartPreventExitStatus").split())), STAYS_DOWN)
        self.assertEqual(setting(unit, "RestartForceExitStatus"), "75")
        self.assertEqual(setting(unit, "StartLimitIntervalSec"), "0")
        self.assertEqual(setting(unit, "KillMode"), "mixed")

    def test_documentation_names_pages_that_are_there(self):
        for unit in SERVICES.glob("cdckit*"):
            for page in re.findall(r"man:([\w-]+)\((\d)\)", unit.read_text(encoding="utf-8")):
                self.assertTrue((TOP / "man" / f"{page[0]}.{page[1]}.md").exists(), page)

    def test_the_examples_of_cron_name_flags_that_cdc_run_has(self):
        lines = (SERVICES / "cron").read_text(encoding="utf-8").splitlines()
        jobs = [line for line in lines if re.match(r"[*\d]", line)]
        self.assertEqual(len(jobs), 2)
        for job in jobs:
            self.assertRegex(job, r"^(\S+ ){5}cdckit .*cdc-run --state /var/lib/cdckit/\w+ /etc/cdckit/\w+\.pipeline")


class Hardened(unittest.TestCase):
    def test_no_memory_is_made_executable(self):
        """MemoryDenyWriteExecute, as the kernel has it since 6.3: cdc-run, its shell and the tools live with it."""
        script = (
            "import ctypes, os, sys; refused = ctypes.CDLL(None).prctl(65, 1, 0, 0, 0);"
            "os.execv(sys.argv[1], sys.argv[1:])"
        )
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "a.pipeline").write_text("walcat --version | cdc-check --version >$STATE/out", encoding="utf-8")
            words = [sys.executable, "-c", script, TOP / "scripts/cdc-run", "--state", folder, folder / "a.pipeline"]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("cdc-check ", (folder / "out").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
