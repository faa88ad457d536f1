"""What the tests of scripts/ share: a lab of their own, and running commands."""

import os
import pathlib
import subprocess
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = TOP / "scripts"
FLIGHTS = SCRIPTS / "flights"
RECORDING = FLIGHTS / "data" / "switzerland-2018-08-01.ndjson.zst"


def run(*command, **options) -> subprocess.CompletedProcess:
    """Runs a command with captured text output; never raises for its exit code."""
    words = [str(word) for word in command]
    options = {"stdin": subprocess.DEVNULL, "timeout": 300, **options}
    if "input" in options:
        del options["stdin"]
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


class Lab:
    """One named lab; leaving the `with` block takes it down and checks that this worked."""

    def __init__(self, name: str):
        self.name = f"{name}-{os.getpid()}"

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *_) -> None:
        done = self("down")
        if done.returncode != 0:
            raise RuntimeError(f"could not take lab {self.name} down: {done.stderr}")

    def __call__(self, *arguments, **variables) -> subprocess.CompletedProcess:
        environment = {**os.environ, "CDC_LAB": self.name, **variables}
        return run(SCRIPTS / "lab", *arguments, env=environment)

    def environment(self) -> dict[str, str]:
        """What `eval "$(scripts/lab env)"` adds to or changes in an empty environment."""
        exports = self("env").stdout
        shell = ["env", "-i", "PATH=/usr/bin:/bin", "sh", "-c", exports + "\nexec env -0"]
        text = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
        pairs = (entry.split("=", 1) for entry in text.split("\0") if entry)
        return {name: value for name, value in pairs if name not in ("PWD", "SHLVL", "_")}

    def pid(self, part: str) -> int:
        for line in self("status").stdout.splitlines():
            words = line.split()
            if words[0] == part and words[1] == "running":
                return int(words[3])
        raise AssertionError(f"part {part} does not run")


class LabTestCase(unittest.TestCase):
    """Brings the parts named in PARTS up once for all tests of the class."""

    PARTS: tuple[str, ...] = ()

    @classmethod
    def setUpClass(cls) -> None:
        cls.lab = Lab(cls.__name__.lower())
        cls.addClassCleanup(cls.lab.__exit__)
        done = cls.lab("up", *cls.PARTS)
        if done.returncode != 0:
            raise RuntimeError(f"lab up {cls.PARTS}: {done.stderr}")
        cls.environment = {**os.environ, **cls.lab.environment()}
