#!/usr/bin/env python3
"""Rows that would not change are not written: their place, their transaction and the write-ahead log stay as they were."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pg_load_lab import Case, start_lab, stop_lab

ROWS = 50_000
PLACES = "SELECT md5(string_agg(concat_ws('|', id, ctid, xmin, xmax), ',' ORDER BY id)) FROM t"


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class Unchanged(Case):
    def setUp(self):
        super().setUp()
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, name text, amount numeric(12,2), at timestamptz, doc jsonb, note text);"
            "INSERT INTO t SELECT i, 'name ' || i, i * 1.25, '2026-01-01T00:00:00Z'::timestamptz + i * '1s'::interval,"
            f" jsonb_build_object('n', i, 'list', '[1,2]'::jsonb), repeat('x', 100) FROM generate_series(1, {ROWS}) i;"
            "UPDATE t SET note = NULL WHERE id % 7 = 0; VACUUM (FREEZE, ANALYZE) t; CHECKPOINT"
        )
        self.size = int(self.sql("SELECT pg_relation_size('t')"))
        self.rows = self.sql("SELECT row_to_json(t) FROM t ORDER BY id").splitlines()

    def written(self, work) -> tuple[int, tuple[int, ...]]:
        """What `work` adds to the write-ahead log, in bytes, and to the table's insert, update, delete counts."""
        counters = (
            "SELECT pg_stat_force_next_flush(); SELECT n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables"
            " WHERE relname = 't'"
        )

        def counts() -> list[int]:
            return [int(word) for word in self.sql(counters).strip().split("|")]

        before, begin = counts(), self.sql("SELECT pg_current_wal_insert_lsn()")
        work()
        grown = int(self.sql(f"SELECT pg_current_wal_insert_lsn() - '{begin}'::pg_lsn"))
        return grown, tuple(new - old for new, old in zip(counts(), before, strict=True))

    def assert_nothing_written(self, lines: list[str], *options: str) -> None:
        places = self.sql(PLACES)
        runs = []
        grown, counts = self.written(lambda: runs.append(self.load(lines, *options)))
        load = runs[0]
        self.assertEqual((load.total("rows_in"), load.total("updated"), load.total("inserted")), (len(lines), 0, 0))
        self.assertEqual(load.total("unchanged"), ROWS)
        self.assertEqual(self.sql(PLACES), places)
        self.assertEqual(counts, (0, 0, 0))
        # catalog rows of the staging table, and what the server notes by itself
        self.assertLess(grown, 400_000)
        self.assertGreater(self.size, 20 * 400_000)

    def test_upsert(self):
        self.assert_nothing_written(self.rows, "--table", "t", "--mode", "upsert")

    def test_upsert_of_some_columns_twice(self):
        some = [json.dumps({"id": row["id"], "name": row["name"]}) for row in map(json.loads, self.rows)]
        self.assert_nothing_written(some + some, "--table", "t", "--mode", "upsert", "--batch-time", "5m")

    def test_sync(self):
        self.assert_nothing_written(self.rows, "--table", "t", "--mode", "sync")

    def test_one_row_of_all(self):
        """The measure sees a row that did change, and only that one is written."""
        others = "SELECT md5(string_agg(concat_ws('|', id, ctid, xmin), ',' ORDER BY id)) FROM t WHERE id <> 777"
        places = self.sql(others)
        rows = list(self.rows)
        rows[776] = json.dumps(json.loads(rows[776]) | {"name": "changed"})
        grown, counts = self.written(lambda: self.load(rows, "--table", "t", "--mode", "upsert"))
        self.assertEqual(counts, (0, 1, 0))
        self.assertEqual(self.sql(others), places)
        self.assertEqual(self.sql("SELECT name FROM t WHERE id = 777"), "changed")
        self.assertLess(grown, 500_000)

    def test_all_rows_that_change(self):
        rows = [json.dumps(json.loads(row) | {"name": "changed"}) for row in self.rows]
        grown, counts = self.written(lambda: self.load(rows, "--table", "t", "--mode", "upsert"))
        self.assertEqual(counts, (0, ROWS, 0))
        self.assertGreater(grown, self.size)


if __name__ == "__main__":
    unittest.main()
