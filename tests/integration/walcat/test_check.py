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


class Make(Case):
    """What --create and walcat create make, and what they do not."""

    def refused(self, code: int, *options: str) -> str:
        done = self.walcat(*options)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        return done.stderr

    def nothing_was_made(self) -> None:
        made = "SELECT (SELECT count(*) FROM pg_publication), (SELECT count(*) FROM pg_replication_slots WHERE slot_name = 's')"
        self.assertEqual(self.sql(made), "0|0")

    def test_a_table_that_could_no_longer_be_updated_is_refused_before_anything_is_made(self):
        self.sql(
            "CREATE TABLE good (id int PRIMARY KEY); CREATE SCHEMA audit; CREATE TABLE audit.log (n int); "
            "CREATE TABLE late (id int PRIMARY KEY DEFERRABLE); CREATE TABLE off (id int PRIMARY KEY); "
            "ALTER TABLE off REPLICA IDENTITY NOTHING; CREATE UNLOGGED TABLE scratch (n int); "
            "CREATE TABLE parts (n int) PARTITION BY LIST (n); CREATE TABLE part PARTITION OF parts FOR VALUES IN (1)"
        )
        makers = (("create", "--slot", "s"), ("--slot", "s", "--create", "--no-ack", "--until-now"))
        for maker in makers:
            said = self.refused(69, *maker)
            self.assertIn("tables audit.log, public.late, public.off, public.part have no replica identity", said)
            self.assertIn("REPLICA IDENTITY FULL", said)
            self.assertIn("--exclude-table audit.log", said)
            self.assertIn("table audit.log has", self.refused(69, *maker, "--table", "audit.*", "--table", "good"))
            self.assertIn("table public.part has", self.refused(69, *maker, "--table", "parts"))
            self.nothing_was_made()
        lines = self.events("check", "--slot", "s", "--create", code=69)
        named = [line["detail"] for line in lines if line["check"] == "identity" and not line["ok"]]
        self.assertEqual(len(named), 4, lines)
        self.assertIn("audit.log has no replica identity: the server would refuse UPDATE and DELETE on it", named[0])
        rest = [word for name in ("audit.log", "late", "off", "parts", "part") for word in ("--exclude-table", name)]
        done = self.walcat("create", "--slot", "s", *rest)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.sql("SELECT string_agg(tablename, ',') FROM pg_publication_tables"), "good")
        self.sql("INSERT INTO audit.log VALUES (1); UPDATE audit.log SET n = 2; DELETE FROM late; DELETE FROM off")

    def test_what_is_made_is_said(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        said = self.walcat("create", "--slot", "s").stderr
        self.assertIn('made publication "cdckit" for all tables, those to come too', said)
        self.assertIn('made slot "s" at ', said)
        self.assertNotIn("beside", said)
        self.assertEqual(self.sql("SELECT pubviaroot FROM pg_publication"), "t")
        said = self.walcat("create", "--slot", "s", "--publication", "mine", "--table", "t").stderr
        self.assertIn('made publication "mine" for "public"."t"', said)
        self.assertIn(
            'publication "mine" stands beside "cdckit": a walcat without --publication reads all of them', said
        )
        self.assertEqual(self.walcat("create", "--slot", "s").stderr, "")

    def test_a_partitioned_table_is_delivered_by_its_name(self):
        self.sql(
            "CREATE TABLE root (id int, part int, PRIMARY KEY (id, part)) PARTITION BY LIST (part); "
            + "".join(f"CREATE TABLE leaf{n} PARTITION OF root FOR VALUES IN ({n}); " for n in range(3))
            + "INSERT INTO root SELECT n, n % 3 FROM generate_series(1, 30) n"
        )
        options = ("--slot", "s", "--create", "--table", "root", "--ack", "stdout", "--until-now")
        rows = self.data(*options, "--snapshot", "initial")
        self.assertEqual(({row["source"]["table"] for row in rows}, len(rows)), ({"root"}, 30))
        self.sql("UPDATE root SET part = (part + 1) % 3 WHERE id <= 4; INSERT INTO leaf1 VALUES (31, 1)")
        rows = self.data(*options)
        self.assertEqual({row["source"]["table"] for row in rows}, {"root"})
        self.assertEqual([row["op"] for row in rows], ["d", "c"] * 4 + ["c"])


if __name__ == "__main__":
    unittest.main()
