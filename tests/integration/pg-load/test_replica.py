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


class AddedColumns(Case):
    """A column that came with a default changed rows without an event."""

    def setUp(self):
        super().setUp()
        self.source = self.database + "_source"
        psql("postgres", f'CREATE DATABASE "{self.source}"')
        self.addCleanup(psql, "postgres", f'DROP DATABASE "{self.source}" WITH (FORCE)')
        self.slot = self.database[:60]
        self.addCleanup(psql, self.source, f"SELECT pg_drop_replication_slot('{self.slot}')")

    def change(self, *statements: str) -> None:
        for statement in statements:
            psql(self.source, statement)

    def follow(self, *more: str) -> str:
        ack = self.folder / "ack"
        command = (
            f"set -o pipefail; walcat -d {self.source} --slot {self.slot} --create --ack {ack} --until-now {' '.join(more)} "
            f"| pg-load -d {self.database} --mode events --create --alter --ack {ack} > /dev/null"
        )
        done = subprocess.run(
            ["bash", "-c", command], env=environment(), capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def assert_same(self, table: str = "t") -> None:
        query = f"SELECT string_agg(row_to_json(t)::text, ' ' ORDER BY id) FROM {table} t"
        self.assertEqual(self.sql(query), psql(self.source, query))

    def test_old_rows_of_the_copy_get_the_value(self):
        self.change("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)")
        self.follow()
        defaults = ("int DEFAULT 7", "text DEFAULT E'a''b\\\\\"c'", "text DEFAULT ''", "int[] DEFAULT '{1,2}'")
        defaults += (
            "box[] DEFAULT '{(1,1),(0,0)}'",
            "timestamptz DEFAULT now()",
            'jsonb DEFAULT \'{"a":"b"}\'',
            "bytea DEFAULT 'x'",
        )
        number = 2
        for number, column in enumerate(defaults, 2):
            with self.subTest(column):
                self.change(f"ALTER TABLE t ADD c{number} {column}", f"INSERT INTO t (id) VALUES ({number})")
                self.follow()
                self.assert_same()
        # several at once in one backlog, with rows between
        self.change(
            "INSERT INTO t (id) VALUES (100)",
            "ALTER TABLE t ADD x int DEFAULT 1; INSERT INTO t (id, x) VALUES (101, 5)",
            "ALTER TABLE t ADD y int DEFAULT 2; INSERT INTO t (id, y) VALUES (102, 6)",
            "ALTER TABLE t ALTER y SET DEFAULT 9; INSERT INTO t (id) VALUES (103)",
        )
        said = self.follow()
        self.assert_same()
        self.assertIn("walcat snapshot public.t", said)
        self.assertEqual(self.sql("SELECT count(*) FROM pg_attrdef WHERE adrelid = 't'::regclass"), "0")

    def test_partitions(self):
        self.change(
            "CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id)",
            "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)",
            "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20)",
            "INSERT INTO t VALUES (1), (11)",
        )
        self.follow()
        self.change("ALTER TABLE t ADD n int DEFAULT 7; INSERT INTO t VALUES (2, 8)")
        self.follow()
        self.assert_same()

    def test_what_nobody_knows_stays_null(self):
        """A value for each row; what is masked; a column that might be one under another name."""
        self.change("CREATE TABLE t (id int PRIMARY KEY, old int)", "INSERT INTO t VALUES (1, 1)")
        self.follow()
        self.change("ALTER TABLE t ADD r float DEFAULT random(); INSERT INTO t VALUES (2, 2, 3)")
        self.assertIn("walcat snapshot public.t", self.follow())
        self.assertEqual(self.sql("SELECT r IS NULL FROM t WHERE id = 1"), "t")
        self.change("ALTER TABLE t ADD m text DEFAULT 'clear'; INSERT INTO t VALUES (3, 3, 3, 'clear')")
        self.follow("--mask", "m")
        self.assertEqual(self.sql("SELECT m IS NULL FROM t WHERE id = 1"), "t")
        self.change("ALTER TABLE t RENAME old TO new; INSERT INTO t VALUES (4, 4, 4, '')")
        self.follow("--mask", "m")
        self.assertEqual(self.sql("SELECT new IS NULL FROM t WHERE id = 1"), "t")
        self.change("ALTER TABLE t ADD late int DEFAULT 5; INSERT INTO t VALUES (5, 5, 5, '', 6)")
        self.follow("--mask", "m")
        self.assertEqual(self.sql("SELECT late IS NULL FROM t WHERE id = 1"), "t")  # `old` has no name there


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
