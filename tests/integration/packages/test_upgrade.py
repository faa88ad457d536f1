#!/usr/bin/env python3
"""The package's maintainer scripts, run by dpkg in a folder of its own: what they ask systemd for at each step of a package's life."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import TOP

SCRIPTS = TOP / "scripts/packaging"
RUNS = "cdckit@orders.service loaded active running cdckit pipeline orders"
# answers what runs, writes down what it is asked for
SYSTEMCTL = """#!/bin/sh
case "$1" in
  list-units) for pattern in "$@"; do [ "$pattern" != 'cdckit@*.service' ] || printf '%s' "$UNITS"; done ;;
  *) echo "systemctl $*" >>"$ASKED" ;;
esac
"""
INVOKE = """#!/bin/sh
echo "$*" >>"$ASKED"
exit "${INVOKE_ENDS:-0}"
"""


class Upgrade(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.root = self.folder / "root"
        for name in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "run/systemd/system", "var/lib/cdckit/orders"):
            (self.root / name).mkdir(parents=True)
        for name in ("status", "available"):
            (self.root / "var/lib/dpkg" / name).touch()
        self.state = self.root / "var/lib/cdckit/orders/wal.ack"
        self.state.write_text("{}\n", encoding="utf-8")
        self.asked = self.folder / "asked"
        programs = self.folder / "bin"
        programs.mkdir()
        for name, text in (("systemctl", SYSTEMCTL), ("deb-systemd-invoke", INVOKE)):
            (programs / name).write_text(text, encoding="utf-8")
            (programs / name).chmod(0o755)
        self.path = f"{programs}:{os.environ['PATH']}:/usr/sbin:/sbin"

    def package(self, version: str) -> pathlib.Path:
        tree = self.folder / version
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "usr/bin").mkdir(parents=True)
        (tree / "usr/bin/walcat").write_text(version, encoding="utf-8")
        control = f"Package: cdckit\nVersion: {version}\nArchitecture: all\nMaintainer: none\nDescription: tools\n"
        (tree / "DEBIAN/control").write_text(control, encoding="utf-8")
        for name in ("postinst", "prerm", "postrm"):
            (tree / "DEBIAN" / name).write_bytes((SCRIPTS / name).read_bytes())
            (tree / "DEBIAN" / name).chmod(0o755)
        made = self.folder / f"{version}.deb"
        subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, made], check=True, capture_output=True)
        return made

    def dpkg(self, *words: object, units: str = "", **variables: str) -> list[str]:
        """What systemd was asked for."""
        self.asked.write_text("", encoding="utf-8")
        force = "--force-not-root,script-chrootless,depends"
        environment = os.environ | {"PATH": self.path, "UNITS": units, "ASKED": str(self.asked)} | variables
        done = subprocess.run(
            ["dpkg", f"--root={self.root}", force, *map(str, words)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return [line for line in self.asked.read_text(encoding="utf-8").splitlines() if "daemon-reload" not in line]

    def test_the_life_of_a_package(self):
        first, second = self.package("1.0"), self.package("2.0")
        self.assertEqual(self.dpkg("--install", first, units=RUNS), [])  # somebody else's unit of that name
        self.assertEqual(self.dpkg("--install", second), [])  # all are stopped, and stay so
        self.assertEqual(self.dpkg("--install", first, units=RUNS), ["restart cdckit@orders.service"])
        self.assertEqual((self.root / "usr/bin/walcat").read_text(encoding="utf-8"), "1.0")
        self.assertEqual(self.dpkg("--remove", "cdckit", units=RUNS), ["stop cdckit@orders.service"])
        self.assertEqual(self.dpkg("--purge", "cdckit"), [])
        self.assertFalse((self.root / "usr/bin/walcat").exists())
        self.assertTrue(self.state.exists())

    def test_a_pipeline_that_does_not_start_again_does_not_spoil_the_upgrade(self):
        self.dpkg("--install", self.package("1.0"))
        asked = self.dpkg("--install", self.package("2.0"), units=RUNS, INVOKE_ENDS="1")
        self.assertEqual(asked, ["restart cdckit@orders.service"])

    def test_without_a_running_systemd_nobody_is_asked(self):
        (self.root / "run/systemd/system").rmdir()
        self.dpkg("--install", self.package("1.0"), units=RUNS)
        self.dpkg("--install", self.package("2.0"), units=RUNS)
        self.dpkg("--purge", "cdckit", units=RUNS)
        self.assertEqual(self.asked.read_text(encoding="utf-8"), "")


if __name__ == "__main__":
    unittest.main()
