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
import time

from own_lab import TOP, DatabaseCase, Lab

POSTGRES = os.environ.get("CDC_TEST_POSTGRES") or "postgres"
ROLE = "walcat"
_lab = Lab("walcat")
environment, psql, lab, stop_lab = _lab.environment, _lab.psql, _lab.run, _lab.down


def start_lab() -> None:
    _lab.up(POSTGRES)
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


class Case(DatabaseCase):
    """Slots are dropped with the database."""

    lab = _lab

    def drop(self) -> None:
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
        super().drop()

    def active_slots(self) -> int:
        text = f"SELECT count(*) FROM pg_replication_slots WHERE active AND database = '{self.database}'"
        return int(psql("postgres", text))

    def read_slots(self) -> int:
        """Whose making is over too: before that a change may be none of theirs."""
        ready = "active AND confirmed_flush_lsn IS NOT NULL"
        text = f"SELECT count(*) FROM pg_replication_slots WHERE {ready} AND database = '{self.database}'"
        return int(psql("postgres", text))

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

    def kept_place(self, name: str) -> tuple[str, str]:
        """What a reader moves by a confirmation: confirmed_flush_lsn, and whether somebody reads.

        restart_lsn is not among it: while somebody reads, the server itself lets it follow up to confirmed_flush_lsn
        where it meets a record of running transactions (its background writer's, every 15 s).
        """
        confirmed, _, active = self.slot(name)
        return confirmed, active


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
