"""pg-load run against a PostgreSQL of the lab, one database a test.

The tools come from the caller's PATH. One lab serves a whole test file: call start_lab() in
setUpModule and stop_lab() in tearDownModule. CDC_TEST_POSTGRES names the part that serves (default
postgres). With the lab of the environment (`eval "$(scripts/lab env)"`) that one is used.
"""

import json
import os
import subprocess

from own_lab import DatabaseCase, Lab

POSTGRES = os.environ.get("CDC_TEST_POSTGRES") or "postgres"
_lab = Lab("pg-load")
# walcat reads PostgreSQL 15 and newer: beside an older target its source has a server of its own
_source = Lab("pg-load-source") if POSTGRES == "postgres14" else _lab
environment, psql, source_psql = _lab.environment, _lab.psql, _source.psql


def start_lab(*parts: str, own: bool = False, source: bool = False) -> None:
    """With `own` never the lab of the environment: for tests that change the server's settings. With `source`
    source_psql() and source_conninfo() have a server that walcat reads."""
    _lab.up(POSTGRES, *parts, shared_by="" if own else "CDC_LAB_DIR")
    if source and _source is not _lab:
        _source.up("postgres")


def stop_lab() -> None:
    _lab.down()
    if _source is not _lab:
        _source.down()


def source_conninfo(database: str) -> str:
    place = _source.environment()
    return f"host={place['PGHOST']} port={place['PGPORT']} user={place['PGUSER']} dbname={database}"


class Load:
    """What one run of pg-load left."""

    def __init__(self, done: subprocess.CompletedProcess):
        self.code = done.returncode
        self.errors = done.stderr
        self.receipts = [json.loads(line) for line in done.stdout.splitlines()]

    def total(self, name: str) -> int:
        return sum(receipt[name] for receipt in self.receipts)


class Case(DatabaseCase):
    lab = _lab

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
