"""pg-load run against a PostgreSQL of the lab, one database a test.

The tools come from the caller's PATH. One lab serves a whole test file: call start_lab() in
setUpModule and stop_lab() in tearDownModule. With the lab of the environment (`eval "$(scripts/lab env)"`) that one is used.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

TOP = pathlib.Path(__file__).resolve().parents[3]
NAME = f"it-pg-load-{os.getpid()}"
_environment: dict[str, str] = {}
_own_lab = False


def lab(*words: str) -> str:
    env = dict(os.environ, CDC_LAB=NAME)
    done = subprocess.run([TOP / "scripts" / "lab", *words], env=env, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def start_lab(*parts: str, own: bool = False) -> None:
    """With `own` never the lab of the environment: for tests that change the server's settings."""
    global _own_lab
    if "CDC_LAB_DIR" in os.environ and not own:
        return
    _own_lab = True
    lab("up", "postgres", *parts)
    shell = f'eval "$({TOP}/scripts/lab env)" && env -0'
    env = dict(os.environ, CDC_LAB=NAME)
    shown = subprocess.run(["bash", "-c", shell], env=env, stdout=subprocess.PIPE, check=True)
    for item in shown.stdout.decode().split("\0"):
        name, _, value = item.partition("=")
        if name.startswith(("PG", "CDC_")):
            _environment[name] = value


def stop_lab() -> None:
    if _own_lab:
        lab("down")


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, **_environment, **more}


def psql(database: str, text: str) -> str:
    """What the statements print, unaligned; any error fails the test."""
    words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database]
    done = subprocess.run(words, input=text, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"psql: {done.stderr}\n{text[:500]}")
    return done.stdout.rstrip("\n")


class Load:
    """What one run of pg-load left."""

    def __init__(self, done: subprocess.CompletedProcess):
        self.code = done.returncode
        self.errors = done.stderr
        self.receipts = [json.loads(line) for line in done.stdout.splitlines()]

    def total(self, name: str) -> int:
        return sum(receipt[name] for receipt in self.receipts)


class Case(unittest.TestCase):
    """A database of its own."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.database = "t_" + self.id().rsplit(".", 1)[-1].lower()[:50]
        psql("postgres", f'CREATE DATABASE "{self.database}"')
        self.addCleanup(self._drop)

    def _drop(self):
        psql("postgres", f'DROP DATABASE "{self.database}" WITH (FORCE)')

    def sql(self, text: str) -> str:
        return psql(self.database, text)

    def words(self, *options: str) -> list[str]:
        return ["pg-load", "-d", self.database, *options]

    def load(self, lines, *options: str, code: int = 0, timeout: float = 120) -> Load:
        """Runs pg-load over lines (text or objects), and expects the exit code."""
        text = (
            lines
            if isinstance(lines, str)
            else "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        )
        done = subprocess.run(
            self.words(*options),
            input=text,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return Load(done)

    def popen(self, *options: str) -> subprocess.Popen:
        process = subprocess.Popen(
            self.words(*options),
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process: subprocess.Popen) -> None:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def wait_until(self, condition, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                self.fail("waited in vain")
            time.sleep(0.05)
