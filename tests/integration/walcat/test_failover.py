#!/usr/bin/env python3
"""A standby is promoted: with everything that was acknowledged, or behind it."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import free_port
from walcat_lab import POSTGRES, environment, lab, start_lab, stop_lab

SINK = pathlib.Path(__file__).resolve().parents[1] / "support" / "file_sink.py"
DATABASE = "flights"


class Standby:
    """A copy of the lab's server, made while that one is down; follows it by streaming replication."""

    def __init__(self, primary_port: str):
        self.port = str(free_port())
        data = pathlib.Path(environment()["CDC_LAB_DIR"]) / POSTGRES / "data"
        pid = (data / "postmaster.pid").read_text().split("\n", 1)[0]
        self.server = os.readlink(f"/proc/{pid}/exe")
        self.data = data.parent / "standby"
        lab("stop", POSTGRES)
        subprocess.run(["cp", "-a", data, self.data], check=True)
        for slot in (self.data / "pg_replslot").iterdir():
            shutil.rmtree(slot)
        settings = [
            f"port = {self.port}",
            f"primary_conninfo = 'host=127.0.0.1 port={primary_port} user=postgres dbname=postgres'",
            "primary_slot_name = 'standby'",
            "hot_standby_feedback = on",
            "wal_retrieve_retry_interval = 200ms",
        ]
        with open(self.data / "postgresql.conf", "a") as conf:
            conf.write("\n".join(settings) + "\n")
        self.write_file("standby.signal", "")
        lab("start", POSTGRES)
        self.process: subprocess.Popen | None = None

    def write_file(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        owner = self.data.stat()
        os.chown(path, owner.st_uid, owner.st_gid)

    def set(self, line: str) -> None:
        with open(self.data / "postgresql.conf", "a") as conf:
            conf.write(line + "\n")

    def start(self) -> None:
        words = [self.server, "-D", str(self.data)]
        if os.getuid() == 0:
            words = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--", *words]
        log = open(self.data.parent / "standby.log", "a")  # noqa: SIM115
        self.process = subprocess.Popen(words, stdout=log, stderr=log, cwd="/")
        log.close()

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)
        self.process = None


class Failover(unittest.TestCase):
    def setUp(self):
        start_lab()
        self.addCleanup(stop_lab)
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.ack, self.out = self.folder / "s.ack", self.folder / "out.ndjson"
        self.port = environment()["PGPORT"]
        self.version = int(self.sql("SHOW server_version_num"))
        self.sql("SELECT pg_create_physical_replication_slot('standby'); CREATE TABLE t (id int PRIMARY KEY)")
        self.sql("CREATE PUBLICATION cdckit FOR TABLE t")
        self.standby = Standby(self.port)
        self.addCleanup(self.standby.stop)
        self.slot_follows = self.version >= 170000
        if self.slot_follows:
            self.standby.set("sync_replication_slots = on")
            self.sql("SELECT pg_create_logical_replication_slot('s', 'pgoutput', failover => true)")
        else:
            self.sql("SELECT pg_create_logical_replication_slot('s', 'pgoutput')")
        self.standby.start()
        self.wait_for("SELECT pg_is_in_recovery()", "t", self.standby.port)

    def sql(self, text: str, port: str = "", fails: bool = False) -> str:
        words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", DATABASE, "-p", port or self.port]
        done = subprocess.run(words, input=text, env=environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0 and not fails:
            self.fail(f"psql: {done.stderr}")
        return done.stdout.strip()

    def wait_for(self, question: str, answer: str, port: str) -> None:
        deadline = time.monotonic() + 60
        while self.sql(question, port, fails=True) != answer:
            if time.monotonic() > deadline:
                self.fail(f"waited in vain: {question}")
            time.sleep(0.1)

    def command(self, *options: str) -> str:
        words = ["walcat", "-d", DATABASE, "--slot", "s", "--snapshot", "never", "--ack", str(self.ack), *options]
        return f"{' '.join(words)} | {SINK} {self.out} {self.ack}; exit ${{PIPESTATUS[0]}}"

    def both(self) -> dict[str, str]:
        """Whichever of the two takes writes."""
        hosts = {"PGHOST": "127.0.0.1,127.0.0.1", "PGPORT": f"{self.port},{self.standby.port}"}
        return {**environment(), **hosts, "PGTARGETSESSIONATTRS": "read-write"}

    def pipe(self, *options: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["bash", "-c", self.command(*options)], env=self.both(), capture_output=True, text=True, check=False, timeout=60
        )  # fmt: skip

    def keys(self) -> list[int]:
        lines = [json.loads(line) for line in self.out.read_text().splitlines()] if self.out.exists() else []
        return [line["key"]["id"] for line in lines if "op" in line]

    def timeline(self) -> int:
        return json.loads(self.ack.read_text())["source"]["timeline"]

    def promote(self) -> None:
        self.sql("SELECT pg_promote()", self.standby.port)
        self.wait_for("SELECT pg_is_in_recovery()", "f", self.standby.port)

    def wait_replayed(self) -> None:
        end = self.sql("SELECT pg_current_wal_lsn()")
        self.wait_for(f"SELECT pg_last_wal_replay_lsn() >= '{end}'", "t", self.standby.port)

    def test_promoted_with_everything(self):
        if self.slot_follows:
            question = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 's' AND synced AND NOT temporary"
            self.wait_for(question, "1", self.standby.port)
        self.sql("INSERT INTO t SELECT generate_series(1, 1000)")
        process = subprocess.Popen(
            ["bash", "-c", self.command()], env=self.both(), stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self.addCleanup(process.stderr.close)
        deadline = time.monotonic() + 60
        while len(self.keys()) < 1000 or not self.ack.exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        self.wait_replayed()
        lab("kill", POSTGRES)
        self.promote()
        self.assertEqual(process.wait(timeout=60), 75 if self.slot_follows else 69)
        said = process.stderr.read()
        if not self.slot_follows:
            self.assertIn("it is gone", said)
            done = self.pipe("--until-now")
            self.assertEqual(done.returncode, 69, done.stderr)
            self.assertIn("not on this server, which was promoted to timeline 2", done.stderr)
            return
        self.assertIn("the server was promoted to timeline 2", said)
        self.assertEqual(self.timeline(), 1)
        self.sql("INSERT INTO t SELECT generate_series(1001, 1500)", self.standby.port)
        done = self.pipe("--until-now")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.keys(), list(range(1, 1501)))
        self.assertEqual(self.timeline(), 2)

    def test_promoted_behind_what_was_acknowledged(self):
        if self.slot_follows:
            question = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 's' AND synced AND NOT temporary"
            self.wait_for(question, "1", self.standby.port)
        self.wait_replayed()
        self.standby.stop()
        self.sql("INSERT INTO t SELECT generate_series(1, 1000)")
        done = self.pipe("--until-now")
        self.assertEqual(done.returncode, 0, done.stderr)
        lab("kill", POSTGRES)
        self.standby.start()
        self.wait_for("SELECT pg_is_in_recovery()", "t", self.standby.port)
        self.promote()
        self.sql("INSERT INTO t SELECT generate_series(1, 5000)", self.standby.port)  # far beyond the old end
        done = self.pipe("--until-now")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("the ack file is ahead of the server", done.stderr)
        self.assertIn("on timeline 1, which this server left at", done.stderr)
        self.assertIn("hint: A standby was promoted", done.stderr)
        self.assertEqual(self.keys(), list(range(1, 1001)))


if __name__ == "__main__":
    unittest.main()
