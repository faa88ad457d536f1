#!/usr/bin/env python3
"""walcat check: everything that is missing is named, with a fitting exit code."""

import json
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, environment, psql, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab


class Check(Case):
    def failed(self, code: int, *options: str, **variables: str) -> list[tuple[str, str]]:
        """Names and details of the lines that are not ok."""
        words = self.words(*options)
        env = {**self.walcat_environment(*options), **variables}
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertTrue(all(line["hint"] for line in lines if not line["ok"]), lines)
        return [(line["check"], line["detail"]) for line in lines if not line["ok"]]

    def test_all_is_well(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        self.make_slot("s")
        self.assertEqual(self.failed(0, "check", "--slot", "s"), [])
        self.assertEqual(self.failed(0, "--slot", "s", "--no-ack", "--check"), [])
        names = [line["check"] for line in self.events("check")]
        for name in (
            "connection",
            "version",
            "encoding",
            "wal_level",
            "role",
            "publication",
            "select",
            "identity",
            "transactions",
            "slot",
            "replication",
        ):
            self.assertIn(name, names)

    def test_every_missing_thing_is_named(self):
        self.sql("DROP ROLE IF EXISTS bystander; CREATE ROLE bystander LOGIN")
        self.addCleanup(psql, "postgres", "DROP ROLE bystander")
        self.sql("CREATE TABLE keyless (n int)")
        self.publish_all()
        found = self.failed(77, "check", "--slot", "none", "--publication", "cdckit,x", PGUSER="bystander")
        self.assertEqual(
            [name for name, _ in found],
            ["role", "publication", "select", "identity", "slot", "replication"],
        )
        self.assertIn(("select", "bystander may not read public.keyless"), found)
        self.assertIn(("publication", "x does not exist"), found)

    def test_identities_of_partitions_and_of_an_index(self):
        self.sql(
            "CREATE TABLE root (id int PRIMARY KEY, k int) PARTITION BY RANGE (id);"
            "CREATE TABLE low PARTITION OF root FOR VALUES FROM (0) TO (9);"
            "ALTER TABLE low REPLICA IDENTITY NOTHING;"
            "CREATE TABLE other (id int PRIMARY KEY, k int NOT NULL UNIQUE);"
            "ALTER TABLE other REPLICA IDENTITY USING INDEX other_k_key;"
            "CREATE PUBLICATION roots FOR TABLE root, other WITH (publish_via_partition_root);"
            "CREATE PUBLICATION inserts FOR TABLE root, other WITH (publish = 'insert')"
        )
        found = self.failed(69, "check", "--publication", "roots")
        self.assertEqual([name for name, _ in found], ["identity"])
        self.assertIn("public.low has no replica identity", found[0][1])
        lines = [line for line in self.events("check", "--publication", "roots", code=69) if line["ok"]]
        (warned,) = [line for line in lines if line["check"] == "identity" and line["hint"]]
        self.assertIn("public.other uses an index beside its primary key", warned["detail"])
        self.assertEqual(self.failed(0, "check", "--publication", "inserts"), [])

    def test_an_open_transaction_keeps_a_new_slot_waiting(self):
        self.publish_all()
        session = self.session()
        session.run("CREATE TABLE held (n int); BEGIN; INSERT INTO held VALUES (1);")
        pid = session.run("SELECT pg_backend_pid();").strip()
        time.sleep(5)
        found = self.failed(75, "check", "--table", "none")
        self.assertEqual([name for name, _ in found], ["transactions"])
        self.assertTrue(found[0][1].startswith(f"process {pid} "), found)
        session.run("ROLLBACK;")
        self.assertEqual(self.failed(0, "check", "--table", "none"), [])

    def test_no_slot_is_left(self):
        self.publish_all()
        most = int(self.sql("SHOW max_replication_slots")) - int(self.sql("SELECT count(*) FROM pg_replication_slots"))
        for number in range(most):
            self.sql(f"SELECT pg_create_physical_replication_slot('full_{number}')")
        self.addCleanup(
            psql,
            "postgres",
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'full%'",
        )
        found = self.failed(69, "check")
        self.assertEqual([name for name, _ in found], ["max_replication_slots"])
        done = self.walcat("--for", "1s", "--retry-for", "0s")
        self.assertEqual((done.returncode, done.stdout), (75, ""))
        self.assertIn("max_replication_slots", done.stderr)

    def test_an_sql_ascii_database_is_refused(self):
        name = self.database + "_ascii"
        psql("postgres", f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'")
        self.addCleanup(psql, "postgres", f"DROP DATABASE {name} WITH (FORCE)")
        psql(name, "CREATE PUBLICATION cdckit FOR ALL TABLES")
        for words in ([], ["create", "--slot", "ascii"], ["--snapshot", "only"]):
            env = environment()
            done = subprocess.run(
                ["walcat", *words, "-d", name], env=env, capture_output=True, text=True, timeout=20, check=False
            )
            self.assertEqual((done.returncode, done.stdout), (69, ""), done.stderr)
            self.assertIn("SQL_ASCII", done.stderr)
        self.database, before = name, self.database
        self.assertEqual([name for name, _ in self.failed(69, "check")], ["encoding"])
        self.database = before


if __name__ == "__main__":
    unittest.main()
