#!/usr/bin/env python3
"""scripts/cdc-run: source and mirror are the same after any of its processes was killed at random (CDC_KILLS times)."""

import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from cdc_runs import Runs, children, members, name_of
from own_lab import TOP
from pg_load_lab import Case, environment, psql, start_lab, stop_lab

KILLS = int(os.environ.get("CDC_KILLS", "10"))
SEED = int(os.environ.get("CDC_SEED", "1"))


class Mirror(Runs, Case):
    @classmethod
    def setUpClass(cls):
        start_lab()
        cls.addClassCleanup(stop_lab)

    def setUp(self):
        super().setUp()
        self.source = self.database + "_source"
        psql("postgres", f'CREATE DATABASE "{self.source}"')
        self.addCleanup(psql, "postgres", f'DROP DATABASE "{self.source}" WITH (FORCE)')
        psql(
            self.source,
            "CREATE TABLE t (id int PRIMARY KEY, n int, x text);"
            "INSERT INTO t SELECT g, 0, repeat('x', g % 50) FROM generate_series(1, 2000) g;"
            "CREATE PUBLICATION p FOR ALL TABLES",
        )
        self.slot = self.database[:60]
        self.addCleanup(self.drop_slot)
        self.role("walcat", self.source, "publication=")
        self.role("pg-load", self.database, "create=1")

    def role(self, tool: str, database: str, setting: str) -> None:
        """The pipeline works as the roles of scripts/sql: a right that they lack is found here."""
        script = TOP / f"scripts/sql/{tool}-role.sql"
        words = ["psql", "-Xq", "-d", database, "-v", f"role=run_{tool}", "-v", setting, "-f", script]
        subprocess.run(words, env=environment(), check=True, capture_output=True)

    def drop_slot(self) -> None:
        active = f"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{self.slot}' AND active"
        self.wait_until(lambda: psql(self.source, active) == "0")
        query = f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{self.slot}'"
        psql(self.source, query)

    def pipeline(self) -> str:
        return (
            f"walcat -d 'dbname={self.source} user=run_walcat' --slot {self.slot} --create --publication p --ack $STATE/wal.ack |\n"
            f"  pg-load -d 'dbname={self.database} user=run_pg-load' --mode events --create --ack $STATE/wal.ack >>$STATE/receipts\n"
        )

    def digest(self, database: str) -> str:
        return psql(database, "SELECT count(*), sum(hashtext(t::text)::bigint) FROM t t")

    def kill_one(self, process: subprocess.Popen, random_: random.Random) -> tuple[str, int]:
        """A stage mostly; now and then the shell, the keeper or cdc-run itself. What it was, and its group."""
        stages = self.group(process, 3)
        shell = os.getpgid(stages[0][0]) if stages else 0
        keepers = [(pid, name_of(pid)) for pid in children(process.pid) if pid != shell]
        weights = [3 if pid != shell else 1 for pid, _ in stages] + [1 for _ in keepers] + [1]
        pid, name = random_.choices([*stages, *keepers, (process.pid, "cdc-run")], weights)[0]
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return "nobody", shell
        return name, shell

    def test_source_and_mirror_are_the_same_after_kills(self):
        random_ = random.Random(SEED)
        process = self.start(self.pipeline())
        killed = []
        restarts = ""
        for number in range(KILLS):
            psql(
                self.source,
                f"INSERT INTO t SELECT g, 0, 'new' FROM generate_series({10000 + number * 100}, {10049 + number * 100}) g;"
                f"UPDATE t SET n = n + 1 WHERE id % 7 = {number % 7}; DELETE FROM t WHERE id % 101 = {number % 101}",
            )
            time.sleep(random_.uniform(0, 0.6))  # chance is the point: the kill may hit any moment
            name, group = self.kill_one(process, random_)
            killed.append(name)
            if name == "cdc-run":
                restarts += process.communicate()[1]
                self.wait_until(lambda group=group: not members(group), 30)
                process = self.start(self.pipeline())
        wanted = self.digest(self.source)
        self.wait_until(
            lambda: psql(self.database, "SELECT to_regclass('t') IS NOT NULL") == "t"
            and self.digest(self.database) == wanted,
            120,
        )
        # a run that nobody disturbs and that streams: its end is clean
        self.group(process, 3)
        psql(self.source, "INSERT INTO t VALUES (0, 0, 'last')")
        self.wait_until(lambda: psql(self.database, "SELECT count(*) FROM t WHERE id = 0") == "1")
        self.group(process, 3)
        wanted = self.digest(self.source)
        process.terminate()
        restarts += process.communicate(timeout=30)[1]
        self.assertEqual(process.returncode, 0, f"{killed}\n{restarts}")
        self.assertEqual(self.digest(self.database), wanted)
        self.assertGreaterEqual(
            restarts.count("cdc-run: restart"), sum(name in ("walcat", "pg-load") for name in killed)
        )


if __name__ == "__main__":
    unittest.main()
