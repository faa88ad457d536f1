#!/usr/bin/env python3
"""pg-load and tables that do not quite fit: columns added, kept together or copied straight; deferred constraints."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pg_load_lab import Case, start_lab, stop_lab


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class Columns(Case):
    def test_alter_adds_columns_for_all_rows_of_the_batch(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        rows = [{"id": 1}, {"id": 2, "n": 1}, {"id": 3, "n": 1.5, "at": "2026-01-01T00:00:00Z"}, {"id": 4, "x y": [1]}]
        load = self.load(rows, "--table", "t", "--mode", "upsert", "--alter")
        self.assertEqual(load.total("inserted"), 4)
        types = self.sql(
            "SELECT string_agg(format_type(atttypid, -1), ',' ORDER BY attnum) FROM pg_attribute "
            "WHERE attrelid = 't'::regclass AND attnum > 0"
        )
        self.assertEqual(types, "integer,numeric,timestamp with time zone,jsonb")
        self.assertEqual(self.sql('SELECT id, n, "x y" FROM t WHERE id > 1 ORDER BY 1'), "2|1|\n3|1.5|\n4||[1]")

    def test_alter_follows_schema_lines(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        schema = {
            "__cdc": "schema", "schema": "public", "table": "t", "identity": "default", "key": ["id"],
            "columns": [{"name": "id", "type": "integer", "oid": 23, "modifier": -1, "nullable": False},
                        {"name": "v", "type": "text", "oid": 25, "modifier": -1, "nullable": True}],
        }  # fmt: skip
        event = {
            "op": "c",
            "key": {"id": 1},
            "after": {"id": 1, "v": "x"},
            "source": {"schema": "public", "table": "t"},
        }
        self.load([schema, event], "--mode", "events", "--alter")
        self.assertEqual(self.sql("SELECT id, v FROM t"), "1|x")

    def test_extra_members_go_to_their_column(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY, rest jsonb)")
        rows = [{"id": 1}, {"id": 2, "a": 1, 'b"': {"c": [True]}}]
        self.load(rows, "--table", "t", "--mode", "upsert", "--extra-to", "rest")
        self.assertEqual(self.sql("SELECT id, rest FROM t ORDER BY 1"), '1|\n2|{"a": 1, "b\\"": {"c": [true]}}')
        reject = str(self.folder / "bad")
        self.load([{"id": 3, "rest": {}, "a": 1}], "--table", "t", "--extra-to", "rest", "--reject", reject, code=1)
        self.load(rows, "--table", "t", "--extra-to", "id", code=69)

    def test_no_staging_copies_straight(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY, n int CHECK (n > 0), d text DEFAULT 'x')")
        rows = [{"id": i, "n": 0 if i == 500 else 7, "d": "y"} for i in range(1000)] + [{"id": 5, "n": 1, "d": "z"}]
        reject = self.folder / "bad"
        load = self.load(rows, "--table", "t", "--no-staging", "--reject", str(reject), code=1)
        self.assertEqual(load.total("inserted"), 999)
        codes = {json.loads(line)["line"]: json.loads(line)["code"] for line in reject.read_text().splitlines()}
        self.assertEqual(codes, {501: "23514", 1001: "23505"})
        errors = self.load(
            [{"id": 5000, "n": 1, "d": "z"}, {"id": 5001, "n": 1}], "--table", "t", "--no-staging", code=65
        ).errors
        self.assertIn("--no-staging", errors)

    def test_deferred_constraints_name_their_rows(self):
        self.sql(
            "CREATE TABLE parent (id int PRIMARY KEY);"
            "CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);"
            "INSERT INTO parent VALUES (1)"
        )
        rows = [{"id": i, "p": 2 if i in (3, 60) else 1} for i in range(100)]
        for mode in ("insert", "upsert"):
            self.sql("TRUNCATE t")
            reject = self.folder / mode
            self.load(rows, "--table", "t", "--mode", mode, "--reject", str(reject), code=1)
            lines = [json.loads(line)["line"] for line in reject.read_text().splitlines()]
            self.assertEqual(sorted(lines), [4, 61])
            self.assertEqual(self.sql("SELECT count(*) FROM t"), "98")


if __name__ == "__main__":
    unittest.main()
