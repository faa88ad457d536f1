"""A lab of a test file's own, and a test case with a database of its own in the lab's PostgreSQL.

The tools come from the caller's PATH.
"""

import json
import os
import pathlib
import random
import socket
import subprocess
import tempfile
import time
import unittest

from sql_session import SqlSession

TOP = pathlib.Path(__file__).resolve().parents[3]


class Lab:
    """One of scripts/lab; `variables` are what it exports, once it is up."""

    def __init__(self, name: str, **settings: str):
        self.settings = {"CDC_LAB": f"it-{name}-{os.getpid()}", **settings}
        self.variables: dict[str, str] = {}
        self._ours = False

    def up(self, *parts: str, shared_by: str = "") -> None:
        """With `shared_by`, a variable of a lab, the caller's own lab serves when its environment has that."""
        if shared_by in os.environ:
            return
        self._ours = True
        try:
            self.run("up", *parts)
            self.variables = self._exports()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        if self._ours:
            self.run("down")

    def run(self, *words: str) -> None:
        command = [TOP / "scripts" / "lab", *words]
        subprocess.run(command, env=os.environ | self.settings, stdout=subprocess.DEVNULL, check=True)

    def _exports(self) -> dict[str, str]:
        shell = f'eval "$({TOP}/scripts/lab env)" && exec env -0'
        shown = subprocess.run(
            ["bash", "-c", shell], env=os.environ | self.settings, stdout=subprocess.PIPE, check=True
        )
        pairs = (item.split("=", 1) for item in shown.stdout.decode().split("\0") if "=" in item)
        # not its PATH: the binaries under test come first, whatever else is built
        return {name: value for name, value in pairs if name.startswith(("PG", "CDC_", "SNOWFLAKE_"))}

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, **self.variables, **more}

    def psql(self, database: str, text: str) -> str:
        """What the statements print, unaligned; any error fails the test."""
        words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database]
        done = subprocess.run(words, input=text, env=self.environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"psql: {done.stderr}\n{text[:500]}")
        return done.stdout.rstrip("\n")

    def snow(self, statement: str) -> list[dict]:
        """The rows that a statement gives on the stand-in for Snowflake."""
        words = ["snow-ddl", "query", "-c", "lab", statement]
        done = subprocess.run(words, env=self.environment(), check=True, capture_output=True, timeout=60)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def make_snow_schema(self) -> None:
        """CDC.RAW, where the tests' snow-put writes."""
        for statement in ("CREATE DATABASE IF NOT EXISTS CDC", "CREATE SCHEMA IF NOT EXISTS CDC.RAW"):
            self.snow(statement)


def free_port() -> int:
    """Of none that the lab takes, nor of those that the kernel hands out to clients meanwhile."""
    for port in random.sample(range(32001, 32768), 767):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


class DatabaseCase(unittest.TestCase):
    """A folder and a database of its own; `lab` is set by who derives."""

    lab: Lab

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.database = "t_" + self.id().rsplit(".", 1)[-1].lower()[:50]
        self.lab.psql("postgres", f'CREATE DATABASE "{self.database}"')
        self.addCleanup(self.drop)

    def drop(self) -> None:
        self.lab.psql("postgres", f'DROP DATABASE "{self.database}" WITH (FORCE)')

    def sql(self, text: str) -> str:
        return self.lab.psql(self.database, text)

    def drop_slot(self, slot: str) -> None:
        """Once nobody reads it any more: that of a killed walcat is active for a moment."""
        active = f"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{slot}' AND active"
        self.wait_until(lambda: self.sql(active) == "0")
        self.sql(f"SELECT pg_drop_replication_slot('{slot}')")

    def spawn(self, *words: str, **streams) -> subprocess.Popen:
        """A tool that ends with the test at the latest; cleanups that were added before come after its end."""
        process = subprocess.Popen(words, env=self.lab.environment(), **streams)

        def end() -> None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream:
                    stream.close()

        self.addCleanup(end)
        return process

    def session(self) -> SqlSession:
        session = SqlSession(self.database, self.lab.environment())
        self.addCleanup(session.close)
        return session

    def wait_until(self, condition, seconds: float = 60) -> None:
        """Long enough for a slow machine: who waits in vain has failed anyway."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                self.fail("waited in vain")
            time.sleep(0.05)
