#!/usr/bin/env python3
"""walcat digest | pg-load verify: a copy beside its source, equal, behind and with rows that differ."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pg_load_lab import Case, environment, psql, start_lab, stop_lab

TABLES = """CREATE TABLE item (id int PRIMARY KEY, name text, price numeric, at timestamptz, tags text[]);
CREATE TABLE note (line text);"""


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class VerifyCase(Case):
    def setUp(self):
        super().setUp()
        self.source = self.database + "_source"
        psql("postgres", f'CREATE DATABASE "{self.source}"')
        self.addCleanup(psql, "postgres", f'DROP DATABASE "{self.source}" WITH (FORCE)')
        psql(self.source, TABLES + "CREATE PUBLICATION p FOR ALL TABLES;")
        psql(self.source, f"SELECT pg_create_logical_replication_slot('{self.database}', 'pgoutput')")
        self.addCleanup(psql, self.source, f"SELECT pg_drop_replication_slot('{self.database}')")
        self.sql(TABLES.replace("item", "ware"))
        psql(
            self.source,
            "INSERT INTO item SELECT i, 'n' || i, i * 1.50, timestamptz 'epoch' + i * interval '1 h', ARRAY['a', 'b,c'] "
            "FROM generate_series(1, 500) i; INSERT INTO note SELECT 'line ' || i FROM generate_series(1, 50) i",
        )

    def pipe(self, *words: str) -> str:
        done = subprocess.run(words, env=environment(), capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def replicate(self) -> None:
        ack = str(self.folder / "ack")
        words = ["walcat", "-d", self.source, "--slot", self.database, "--publication", "p", "--snapshot", "never"]
        changes = self.pipe(*words, "--until-now", "--no-ack", "--control")
        self.load(changes, "--mode", "events", "--map", "item=ware", "--ack", ack)

    def digests(self, *words: str) -> str:
        return self.pipe("walcat", "digest", "-d", self.source, "--publication", "p", *words)

    def verify(self, digests: str, *words: str, code: int) -> tuple[list[dict], str]:
        command = ["pg-load", "verify", "-d", self.database, "--map", "item=ware", *words]
        done = subprocess.run(
            command, input=digests, env=environment(), capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


class Verify(VerifyCase):
    def test_equal(self):
        self.replicate()
        for words in ([], ["--keys"], ["--control"], ["--buckets", "3", "--keys", "--control"]):
            digests = self.digests(*words)
            lines, _ = self.verify(digests, *[word for word in words if word == "--keys"], code=0)
            pos = next(json.loads(line)["pos"] for line in digests.splitlines() if '"digest"' in line)
            self.assertEqual(lines, [{"tool": "pg-load", "verified": True, "tables": 2, "rows": 550, "pos": pos}])

    def test_rows_that_differ(self):
        self.replicate()
        digests = self.digests("--keys")
        self.replicate()
        self.sql(
            "UPDATE ware SET name = 'x' WHERE id = 7; DELETE FROM ware WHERE id = 8; INSERT INTO ware VALUES (9999)"
        )
        lines, _ = self.verify(digests, "--keys", code=1)
        found = {(line["key"]["id"], line["difference"]) for line in lines if "key" in line}
        self.assertEqual(found, {(7, "changed"), (8, "missing"), (9999, "extra")})
        self.assertEqual({line["target_table"] for line in lines}, {"public.ware"})
        buckets = [line for line in lines if "source" in line]
        self.assertEqual({line["bucket"] for line in buckets}, {line["bucket"] for line in lines if "key" in line})
        self.assertEqual(sum(line["source"]["rows"] - line["target"]["rows"] for line in buckets), 0)
        lines, _ = self.verify(digests, code=1)
        self.assertEqual(lines, buckets)

    def test_behind_and_ahead(self):
        self.replicate()
        old = self.digests()
        psql(self.source, "UPDATE item SET price = 0 WHERE id < 5")
        new = self.digests()
        lines, errors = self.verify(new, code=75)
        self.assertEqual(lines, [])
        self.assertIn("behind", errors)
        self.replicate()
        self.verify(new, code=0)
        lines, errors = self.verify(old, code=75)
        self.assertEqual(lines, [])
        self.assertIn("ahead", errors)

    def test_columns_of_the_source_count(self):
        self.replicate()
        self.sql("ALTER TABLE ware ADD COLUMN loaded_at timestamptz DEFAULT now()")
        self.verify(self.digests("--control"), code=0)

    def test_several_sources_need_a_name(self):
        self.replicate()
        self.sql("INSERT INTO cdckit.positions VALUES ('other/s/d', '', 'FF/00')")
        _, errors = self.verify(self.digests(), code=69)
        self.assertIn("--source", errors)
        source = self.sql("SELECT source FROM cdckit.positions WHERE source <> 'other/s/d' LIMIT 1")
        self.verify(self.digests(), "--source", source, code=0)

    def test_bad_input(self):
        self.assertIn("digest line", self.verify('{"id":1}\n', code=65)[1])
        self.assertIn("no digest line", self.verify("", code=65)[1])
        self.sql("DROP TABLE ware")
        self.verify(self.digests(), code=69)


class KeysWithIncludedColumns(VerifyCase):
    """What an index only carries along is no part of the key: not in events, digests or upserts."""

    ROWS = "INSERT INTO pair SELECT i % 7, i, 'v' || i, i FROM generate_series(1, 90) i"

    def setUp(self):
        super().setUp()
        table = "CREATE TABLE pair (a int, b text, v text, w int, PRIMARY KEY (b, a)%s)"
        psql(self.source, table % " INCLUDE (w, v)")
        psql(self.source, self.ROWS)
        self.sql(table % "")

    def test_digests_take_the_key_alone(self):
        self.sql(self.ROWS)
        lines = self.pipe("walcat", "digest", "-d", self.source, "--publication", "p", "--table", "pair", "--keys")
        keys = [json.loads(line)["key"] for line in lines.splitlines() if '"key_hash"' in line]
        self.assertEqual({tuple(sorted(key)) for key in keys}, {("a", "b")})
        self.assertEqual(
            [(line["tables"], line["rows"]) for line in self.verify(lines, "--keys", code=0)[0]], [(1, 90)]
        )

    def test_snapshot_and_stream_have_the_same_key(self):
        words = ["walcat", "-d", self.source, "--publication", "p", "--table", "pair"]
        rows = self.pipe(*words, "--snapshot", "only", "--limit", "1")
        psql(self.source, "UPDATE pair SET w = w + 1 WHERE b = '5'")
        changes = self.pipe(*words, "--slot", self.database, "--snapshot", "never", "--until-now", "--no-ack")
        for line in (rows + changes).splitlines():
            self.assertEqual(sorted(json.loads(line)["key"]), ["a", "b"])

    def test_rows_are_found_by_the_key_alone(self):
        self.sql("DROP TABLE pair; CREATE TABLE pair (a int, b text, v text, w int, PRIMARY KEY (b, a) INCLUDE (v))")
        first = [{"a": 1, "b": "x", "v": "old", "w": 1}, {"a": 2, "b": "x", "v": "old", "w": 2}]
        self.load(first, "--table", "pair", "--mode", "upsert")
        load = self.load([{"a": 1, "b": "x", "v": "new"}], "--table", "pair", "--mode", "upsert")
        self.assertEqual((load.total("inserted"), load.total("updated"), load.total("rejected")), (0, 1, 0))
        self.assertEqual(self.sql("SELECT a, v FROM pair ORDER BY a"), "1|new\n2|old")


if __name__ == "__main__":
    unittest.main()
