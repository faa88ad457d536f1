#!/usr/bin/env python3
"""Large batches of events: one is committed while the next is read. Nothing is lost or doubled when that goes wrong, bad
rows are found, and a commit is acknowledged though nothing more comes."""

import json
import pathlib
import random
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, hello, position
from exactly_once_case import ExactlyOnceCase
from pg_load_lab import Case, start_lab, stop_lab

LARGE = {"transactions": 120, "padding": 100_000}  # pieces of 8 MB
LINES = 80
PAD = "x" * 100_000


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


def piece(number: int, values: dict | None = None) -> list[str]:
    """One transaction of 8 MB and its checkpoint; `values` instead of the row's own number."""
    lines = []
    for index in range(LINES):
        row = number * LINES + index
        after = {"id": row, "v": (values or {}).get(row, row)}
        event = {"pos": position(0x1000 * (number + 1), index + 1), "key": {"id": row}, "before": None, "after": after}
        event |= {"source": {"schema": "public", "table": "t", "pad": PAD}, "op": "c"}
        lines.append(json.dumps(event))
    lines.append(
        json.dumps({"__cdc": "ckpt", "run": "run1", "seq": number + 1, "pos": f"{number + 1:016X}", "rows": LINES})
    )
    return lines


def eof(seq: int) -> str:
    return json.dumps({"__cdc": "eof", "run": "run1", "seq": seq, "pos": f"{seq:016X}"})


def text(lines: list[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


class Failures(ExactlyOnceCase):
    MOST_ENDED = 12

    def test_killed_at_random_points(self):
        amid = self.kill_at_random_points(seeds=range(200, 203), pause=0, batch="10s", **LARGE)
        self.assertGreaterEqual(amid, 6)

    def test_sessions_ended_by_the_server(self):
        self.end_sessions_at_random_points(seeds=range(300, 302), pause=0, batch="10s", **LARGE)


class RangeOfKeys(Case):
    def test_a_set_that_fills_a_range_of_keys(self):
        """Changed, deleted, new and untouched rows side by side, below zero and above, in an order of its own."""
        create = "CREATE TABLE t (id int PRIMARY KEY, name text, note text, amount numeric(12,2));"
        self.sql(create + "INSERT INTO t SELECT i, 'old', NULL, 1 FROM generate_series(-1500, 1600) i")
        table = SourceTable("t")
        keys = list(range(-1400, 1700))
        random.Random(3).shuffle(keys)
        table.rows = {key: {"id": key, "name": "old", "note": None, "amount": 1.0} for key in range(-1500, 1601)}
        table.begin()
        for key in keys:
            old = table.rows.get(key)
            if key % 7 == 0 and old:
                table.emit("d", {"id": key}, None)
                del table.rows[key]
            elif key % 5 != 0:
                new = {"id": key, "name": f"n{key}", "note": None, "amount": 2.5}
                table.emit("u" if old else "c", None, new)
                table.rows[key] = new
        self.load([table.schema_line(), *table.lines], "--mode", "events")
        query = "SELECT count(*), sum(id), sum(amount), string_agg(name, ',' ORDER BY id) FROM t"
        rows = [table.rows[key] for key in sorted(table.rows)]
        expected = f"{len(rows)}|{sum(r['id'] for r in rows)}|{sum(r['amount'] for r in rows):.2f}|"
        self.assertEqual(self.sql(query), expected + ",".join(r["name"] for r in rows))


class Overlap(ExactlyOnceCase):
    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE t (id int PRIMARY KEY, v int CHECK (v >= 0))")
        self.options = ("--mode", "events", "--ack", str(self.folder / "ack"), "--batch-time", "1m")

    def counted(self) -> tuple[int, int]:
        count, total = self.sql("SELECT count(*), coalesce(sum(v), 0) FROM t").split("|")
        return int(count), int(total)

    def test_reading_goes_on_while_a_commit_waits(self):
        other = self.session()
        other.run("BEGIN; LOCK t IN SHARE MODE;")
        process = self.popen(*self.options)
        read = threading.Event()

        def feed():
            process.stdin.write(text([hello("run1"), *piece(0), *piece(1)]))
            process.stdin.flush()
            read.set()

        writer = threading.Thread(target=feed)
        writer.start()
        self.addCleanup(writer.join)
        self.addCleanup(process.kill)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass"
        self.wait_until(lambda: self.sql(waiting) == "1")
        self.assertTrue(read.wait(30), "the second piece is not read while the first one waits")
        self.assertEqual(self.acknowledged(), 0)
        other.run("COMMIT;")
        self.wait_until(lambda: self.acknowledged() == 2)  # the source says nothing more, and does not end
        self.assertEqual(self.counted(), (2 * LINES, sum(range(2 * LINES))))
        process.stdin.write(text([eof(3)]))
        process.stdin.close()
        self.assertEqual(process.wait(30), 0, process.stderr.read())
        self.assertEqual(self.acknowledged(), 3)

    def test_bad_rows_of_several_batches(self):
        """Some that pg-load finds, some that only the server can find, while the one behind is read that has others."""
        bad = {3: "x", 100: -1, 101: "y", 200: -2, 250: -5, 260: "z", 399: -7}
        lines = [hello("run1")]
        for number in range(5):
            lines += piece(number, bad)
        lines.append(eof(6))
        reject = self.folder / "rejected"
        done = self.load(lines, *self.options, "--reject", str(reject), code=1)
        rejected = [json.loads(line) for line in reject.read_text().splitlines()]
        self.assertEqual(sorted(one["line"] for one in rejected), [row + 2 + row // LINES for row in sorted(bad)])
        good = [row for row in range(5 * LINES) if row not in bad]
        self.assertEqual(self.counted(), (len(good), sum(good)))
        self.assertEqual(sum(one["rows_in"] for one in done.receipts), 5 * LINES)
        self.assertEqual(sum(one["inserted"] for one in done.receipts), len(good))
        self.assertEqual(sum(one["rejected"] for one in done.receipts), len(bad))
        ack = json.loads((self.folder / "ack").read_text())
        self.assertEqual((ack["rows_ok"], ack["rows_rejected"]), (len(good), len(bad)))

    def test_receipts_of_batches_without_trouble(self):
        lines = [hello("run1")]
        for number in range(4):
            lines += piece(number)
        done = self.load([*lines, eof(5)], *self.options)
        self.assertEqual([one["rows_in"] for one in done.receipts], [LINES] * 4)
        self.assertEqual([one["inserted"] for one in done.receipts], [LINES] * 4)
        self.assertEqual([one["pos"] for one in done.receipts], [position(0x1000 * n, LINES) for n in range(1, 5)])

    def test_input_that_ends_early(self):
        """Behind a commit that is under way: what has no checkpoint yet is forgotten, the rest is acknowledged."""
        lines = [hello("run1"), *piece(0), *piece(1)[:-1]]
        done = self.load(lines, *self.options, code=75)
        self.assertIn("what came behind the last checkpoint is forgotten", done.errors)
        self.assertEqual(self.counted(), (LINES, sum(range(LINES))))
        self.assertEqual(self.acknowledged(), 1)


if __name__ == "__main__":
    unittest.main()
