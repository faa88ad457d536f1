#!/usr/bin/env python3
"""walcat | pg-load as replication: source and replica are the same after pgbench load, killed in between; foreign
keys between the tables of one batch."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pg_load_lab import Case, environment, psql, start_lab, stop_lab

TABLES = ("pgbench_accounts", "pgbench_branches", "pgbench_tellers", "pgbench_history")


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class Replica(Case):
    def setUp(self):
        super().setUp()
        self.source = self.database + "_source"
        psql("postgres", f'CREATE DATABASE "{self.source}"')
        self.addCleanup(psql, "postgres", f'DROP DATABASE "{self.source}" WITH (FORCE)')
        subprocess.run(
            ["pgbench", "-i", "-q", "-s", "1", self.source], env=environment(), check=True, capture_output=True
        )
        psql(
            self.source, "ALTER TABLE pgbench_history ADD id bigserial PRIMARY KEY; CREATE PUBLICATION p FOR ALL TABLES"
        )
        self.slot = self.database[:60]
        self.addCleanup(self.drop_slot)

    def drop_slot(self) -> None:
        self.wait_until(self.is_free)
        query = f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{self.slot}'"
        psql(self.source, query)

    def is_free(self) -> bool:
        """The slot of a killed run is active for a moment."""
        active = f"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{self.slot}' AND active"
        return psql(self.source, active) == "0"

    def pipeline(self, *until: str) -> subprocess.Popen:
        ack = self.folder / "ack"
        command = (
            f"set -o pipefail; walcat -d {self.source} --slot {self.slot} --create --publication p --ack {ack} "
            f"{' '.join(until)} | pg-load -d {self.database} --mode events --create --ack {ack} > /dev/null"
        )
        return subprocess.Popen(
            ["bash", "-c", command], env=environment(), stderr=subprocess.PIPE, start_new_session=True
        )

    def test_same_after_load_and_kills(self):
        words = ["pgbench", "-n", "-c", "2", "-T", "12", "-R", "300", self.source]
        load = subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(load.wait)
        while load.poll() is None:
            process = self.pipeline()
            time.sleep(3)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        end = psql(self.source, "SELECT pg_current_wal_lsn()")
        self.wait_until(self.is_free)
        process = self.pipeline("--until-lsn", end)
        errors = process.communicate(timeout=60)[1].decode()
        self.assertEqual(process.returncode, 0, errors)
        for table in TABLES:
            query = f"SELECT count(*), sum(hashtext(t::text)::bigint) FROM {table} t"
            self.assertEqual(self.sql(query), psql(self.source, query), table)


class ForeignKeys(Case):
    def test_tables_of_one_batch(self):
        self.sql(
            "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES parent);"
        )

        def event(op: str, table: str, row: dict) -> dict:
            line = {"op": op, "key": {"id": row["id"]}, "source": {"schema": "public", "table": table}}
            return line | ({"before": row} if op == "d" else {"after": row})

        lines = []
        for number in range(50):
            lines += [event("c", "parent", {"id": number}), event("c", "child", {"id": number, "p": number})]
        for number in range(25):
            lines += [event("d", "child", {"id": number, "p": number}), event("d", "parent", {"id": number})]
        for role in ("", "loader"):
            with self.subTest(role=role):
                self.sql("TRUNCATE parent, child")
                if role:
                    self.sql(
                        f"DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN; GRANT ALL ON parent, child TO {role};"
                    )
                    self.addCleanup(psql, "postgres", f"DROP ROLE {role}")
                    self.addCleanup(self.sql, f"DROP OWNED BY {role}")
                done = subprocess.run(
                    self.words("--mode", "events"),
                    input="".join(json.dumps(line) + "\n" for line in lines),
                    env=environment(**({"PGUSER": role} if role else {})),
                    capture_output=True,
                    text=True,
                    timeout=60,
                    check=False,
                )
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.sql("SELECT count(*), min(id) FROM parent"), "25|25")
                self.assertEqual(self.sql("SELECT count(*), min(p) FROM child"), "25|25")


if __name__ == "__main__":
    unittest.main()
