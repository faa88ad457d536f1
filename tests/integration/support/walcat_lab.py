"""A PostgreSQL of the lab, one database a test, and walcat run against it.

The tools come from the caller's PATH. One lab serves a whole test file: call start_lab() in
setUpModule and stop_lab() in tearDownModule. CDC_TEST_POSTGRES names the part that serves:
postgres (default), postgres16, postgres17 or postgres18.

walcat works as the role of scripts/sql/walcat-role.sql, everything else as superuser.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from sql_session import SqlSession

TOP = pathlib.Path(__file__).resolve().parents[3]
NAME = f"it-walcat-{os.getpid()}"
POSTGRES = os.environ.get("CDC_TEST_POSTGRES") or "postgres"
ROLE = "walcat"
_environment: dict[str, str] = {}


def lab(*words: str) -> str:
    env = dict(os.environ, CDC_LAB=NAME)
    done = subprocess.run([TOP / "scripts" / "lab", *words], env=env, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def start_lab() -> None:
    lab("up", POSTGRES)
    shell = f'eval "$({TOP}/scripts/lab env)" && env -0'
    env = dict(os.environ, CDC_LAB=NAME)
    shown = subprocess.run(["bash", "-c", shell], env=env, stdout=subprocess.PIPE, check=True)
    for item in shown.stdout.decode().split("\0"):
        name, _, value = item.partition("=")
        if name.startswith(("PG", "CDC_")):
            _environment[name] = value
    make_role("template1", ROLE)


def make_role(database: str, role: str) -> None:
    """The least-privilege role; databases made from template1 later have its rights too."""
    script = TOP / "scripts" / "sql" / "walcat-role.sql"
    psql(database, f"\\set role {role}\n\\set publication ''\n\\i {script}")
    psql(
        database,
        f"ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {role};"
        f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {role}",
    )


def stop_lab() -> None:
    lab("down")


def environment() -> dict[str, str]:
    return {**os.environ, **_environment}


def psql(database: str, text: str) -> str:
    """What the statements print, unaligned; any error fails the test."""
    words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database]
    done = subprocess.run(words, input=text, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"psql: {done.stderr}\n{text[:500]}")
    return done.stdout.rstrip("\n")


class Session(SqlSession):
    def __init__(self, database: str):
        super().__init__(database, environment())


class Case(unittest.TestCase):
    """A database of its own; slots are dropped with it."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.database = "t_" + self.id().rsplit(".", 1)[-1].lower()[:50]
        psql("postgres", f'CREATE DATABASE "{self.database}"')
        self.addCleanup(self._drop)

    def _drop(self):
        psql(
            "postgres",
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
            f"WHERE database = '{self.database}' AND active",
        )
        self.wait_until(lambda: self.active_slots() == 0)
        psql(
            "postgres",
            f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '{self.database}'",
        )
        psql("postgres", f'DROP DATABASE "{self.database}" WITH (FORCE)')

    def active_slots(self) -> int:
        text = f"SELECT count(*) FROM pg_replication_slots WHERE active AND database = '{self.database}'"
        return int(psql("postgres", text))

    def sql(self, text: str) -> str:
        return psql(self.database, text)

    def words(self, *options: str) -> list[str]:
        return ["walcat", *options, "-d", self.database]

    @staticmethod
    def walcat_environment(*options: str) -> dict[str, str]:
        """Publishing all tables, as --create does, is a superuser's right."""
        makes = "create" in options or "--create" in options
        return environment() if makes else {**environment(), "PGUSER": ROLE}

    def walcat(self, *options: str, timeout: float = 60) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.words(*options),
            env=self.walcat_environment(*options),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def popen(self, *options: str, **more) -> subprocess.Popen:
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("env", self.walcat_environment(*options))
        process = subprocess.Popen(self.words(*options), **more)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process: subprocess.Popen) -> None:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()

    def events(self, *options: str, code: int = 0) -> list[dict]:
        done = self.walcat(*options)
        self.assertEqual(done.returncode, code, done.stderr)
        return [json.loads(line) for line in done.stdout.split("\n") if line]

    def data(self, *options: str) -> list[dict]:
        return [event for event in self.events(*options) if "__cdc" not in event]

    def publish_all(self) -> None:
        self.sql("CREATE PUBLICATION cdckit FOR ALL TABLES")

    def make_slot(self, name: str) -> None:
        self.sql(f"SELECT pg_create_logical_replication_slot('{name}', 'pgoutput')")

    def slot(self, name: str) -> tuple[str, ...]:
        text = f"SELECT confirmed_flush_lsn, restart_lsn, active FROM pg_replication_slots WHERE slot_name = '{name}'"
        return tuple(self.sql(text).split("|"))

    def wait_until(self, condition, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                self.fail("waited in vain")
            time.sleep(0.05)


def peak_memory(process: subprocess.Popen) -> int:
    """KiB, once the process has ended. What wait4() tells includes the parent's own memory."""
    peak = 0
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        for line in status.splitlines():
            if line.startswith("VmHWM:") and "walcat" in status.splitlines()[0]:
                peak = int(line.split()[1])
        time.sleep(0.01)
    process.wait()
    return peak


def file_ack(path: pathlib.Path, hello: dict, border: dict) -> None:
    """What a sink writes: the whole file is replaced."""
    record = {
        "v": 1,
        "run": hello["run"],
        "source": hello["source"],
        "seq": border["seq"],
        "pos": border["pos"],
        "rows_ok": 0,
        "rows_rejected": 0,
        "sink": "test",
        "ts_ms": int(time.time() * 1000),
    }
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(record, separators=(",", ":")) + "\n")
    temporary.rename(path)
