#!/usr/bin/env python3
"""What differs between the majors of PostgreSQL and must not show, or shows as it should."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import Lab
from walcat_lab import Case, psql, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab


def version() -> int:
    return int(psql("postgres", "SHOW server_version_num")) // 10000


class Versions(Case):
    def rows(self, *options: str) -> list:
        return [event["after"] for event in self.data(*options)]

    def generated(self, more: str) -> tuple[list, list]:
        """Rows of a table with a generated column, from the snapshot and from the stream."""
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED, b text);"
            f"CREATE PUBLICATION p FOR TABLE t {more}"
        )
        self.make_slot("s")
        self.sql("INSERT INTO t (id, b) VALUES (1, 'x'), (2, NULL)")
        options = ("--publication", "p")
        streamed = self.rows(*options, "--slot", "s", "--no-ack", "--until-now")
        return self.rows(*options, "--snapshot", "only"), streamed

    def test_generated_columns_are_left_out(self):
        wanted = [{"id": 1, "b": "x"}, {"id": 2, "b": None}]
        self.assertEqual(self.generated(""), (wanted, wanted))

    def test_generated_columns_that_are_published(self):
        if version() < 18:  # then the server refuses the option
            with self.assertRaisesRegex(AssertionError, "unrecognized publication parameter"):
                self.generated("WITH (publish_generated_columns = stored)")
            return
        wanted = [{"id": 1, "twice": 2, "b": "x"}, {"id": 2, "twice": 4, "b": None}]
        self.assertEqual(self.generated("WITH (publish_generated_columns = stored)"), (wanted, wanted))

    def test_a_generated_column_in_the_column_list(self):
        if version() < 18:
            with self.assertRaisesRegex(AssertionError, "cannot use generated column"):
                self.sql(
                    "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);"
                    "CREATE PUBLICATION p FOR TABLE t (id, twice)"
                )
            return
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);"
            "CREATE PUBLICATION p FOR TABLE t (id, twice); INSERT INTO t VALUES (1)"
        )
        self.assertEqual(self.rows("--publication", "p", "--snapshot", "only"), [{"id": 1, "twice": 2}])

    def test_a_publication_dropped_and_made_again_leaves_no_hole(self):
        """18 only warns and leaves the changes out; the others fail by themselves."""
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        self.make_slot("s")
        self.sql("INSERT INTO t VALUES (1); DROP PUBLICATION cdckit; INSERT INTO t VALUES (2)")
        self.publish_all()
        self.sql("INSERT INTO t VALUES (3)")
        done = self.walcat("--slot", "s", "--no-ack", "--until-now")
        self.assertEqual(done.returncode, 69, done.stderr)
        seen = [json.loads(line)["after"]["id"] for line in done.stdout.splitlines()]
        self.assertIn(seen, ([], [1]), done.stderr)
        self.assertIn("hint: The publication must have existed", done.stderr)

    def test_a_slot_that_the_server_gave_up_says_why(self):
        """WAL removed under it: a limit that a burst of WAL exceeds, then checkpoints."""
        self.publish_all()
        self.make_slot("s")
        psql("postgres", "ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'")
        self.addCleanup(psql, "postgres", "SELECT pg_reload_conf()")
        self.addCleanup(psql, "postgres", "ALTER SYSTEM RESET max_slot_wal_keep_size")
        psql("postgres", "SELECT pg_reload_conf()")
        self.sql("CREATE TABLE t (b text)")
        for _ in range(4):
            self.sql("SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000000)) FROM generate_series(1, 17)")
            self.sql("SELECT pg_switch_wal(); CHECKPOINT")
        (line,) = self.events("status", "--slot", "s")
        self.assertEqual(line["wal_status"], "lost")
        if version() >= 17:
            self.assertEqual(line["invalidation_reason"], "wal_removed")
        checks = {check["check"]: check for check in self.events("check", "--slot", "s", code=69)}
        self.assertEqual(checks["slot"]["detail"], "s is lost: wal_removed")
        self.assertEqual(checks["max_slot_wal_keep_size"]["detail"], "16 MB")
        done = self.walcat("--slot", "s", "--no-ack")
        self.assertEqual((done.returncode, done.stdout), (69, ""), done.stderr)
        self.assertIn('slot "s" is lost', done.stderr)
        self.assertEqual(self.walcat("drop", "--slot", "s").returncode, 0)


class TooOld(unittest.TestCase):
    def test_an_older_server_is_refused_by_name(self):
        lab = Lab("walcat-old")
        lab.up("postgres14")
        self.addCleanup(lab.down)
        for words in ([], ["--snapshot", "only"], ["create", "--slot", "s"], ["digest"], ["peek", "--slot", "s"]):
            command = ["walcat", *words, "-d", "flights"]
            done = subprocess.run(command, env=lab.environment(), capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 69, (words, done.stderr))
            self.assertIn("the server is PostgreSQL 14, walcat reads 15 and newer", done.stderr, words)


if __name__ == "__main__":
    unittest.main()
