#!/usr/bin/env python3
"""Views beyond the mirror, and digests of the source against it, at any position."""

import json
import os
import pathlib
import random
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, expected, hello
from portable_digests import digest_lines
from snow_lab import SnowLab
from snow_put import merge, mirror_rows, put, receipts

SEED = int(os.environ.get("SNOW_PUT_SEED", "1"))
SOURCE = {"system_id": "7", "timeline": 1, "slot": "s", "database": "d"}
TYPES = {
    "id": "integer",
    "at": "timestamp with time zone",
    "big": "numeric",
    "doc": "jsonb",
    "list": "numeric[]",
    "name": "text",
    "real": "double precision",
    "ok": "boolean",
    "price": "numeric(12,2)",
    "raw": "bytea",
    "time": "time without time zone",
}


def start(source: dict) -> str:
    return json.dumps(json.loads(hello("r")) | {"source": source}, separators=(",", ":"))


def bound(table: SourceTable) -> str:
    return f"{table.lsn + 1:016X}"


def grown(name: str, seed: int, transactions: int) -> SourceTable:
    table = SourceTable(name, seed)
    for key in (1, 2, 3, 4):
        table.begin()
        table.insert(key)
    table.lines.clear()
    table.snapshot()
    for _ in range(transactions):
        table.change()
    return table


def view_rows(lab, table: SourceTable) -> dict:
    names = ", ".join(name.upper() for name in table.types)
    return {row[0]: row for row in lab.sql(f"SELECT {names} FROM CDC.RAW.{table.name}_LIVE")}


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(SnowLab("verify"))

    def setUp(self):
        self.lab.fresh()
        self.lab.settings(commit_delay=0.1)

    def put(self, lines, *options: str, code: int = 0, **more) -> list:
        done = put(self.lab, lines, "--create", *options, **more)
        self.assertEqual(done.returncode, code, done.stderr)
        return receipts(done)

    def merge(self, *tables: str, options: tuple = ()) -> list:
        done = merge(self.lab, *tables, options=options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return receipts(done)

    def verify(self, lines, *options: str, code: int = 0) -> tuple[list, str]:
        words = ["snow-put", "verify", "-c", "lab", "--database", "CDC", "--schema", "RAW", *options]
        done = subprocess.run(
            words,
            input="".join(line + "\n" for line in lines),
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
            env=self.lab.environment,
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def test_views_equal_the_source(self):
        tables = [grown(f"v{n}", n, 30) for n in range(4)]
        soft = grown("soft", 9, 20)
        lines = [start(SOURCE)] + [line for t in tables for line in [t.schema_line(), *t.lines]]
        first = f"{max(t.lsn for t in tables) + 1:016X}"
        lines.append(checkpoint("r", 1, first, 0))
        self.put(lines, merge_every="1h", code=75)
        for table in tables:
            self.assertEqual(view_rows(self.lab, table), expected(table), table.name)
        for table in tables:  # beyond the mirrors
            table.lsn = int(first, 16)
            for _ in range(15):
                table.change()
        tables[0].begin()
        tables[0].truncate()
        tables[0].insert(3)
        lines = [start(SOURCE)] + [line for t in tables for line in [t.schema_line(), *t.lines]]
        lines += [soft.schema_line(), *soft.lines]
        self.put(lines, "--soft-deletes", merge_every="0", code=75)
        for table in tables:
            self.assertEqual(view_rows(self.lab, table), expected(table), table.name)
        alive = "SELECT ID FROM CDC.RAW.SOFT_LIVE WHERE NOT _CDC_DELETED"
        self.assertEqual({int(row[0]) for row in self.lab.sql(alive)}, set(soft.rows))
        final = f"{max(t.lsn for t in [*tables, soft]) + 1:016X}"
        self.merge(*[t.name for t in tables], options=("--upto", final))
        for table in tables:
            self.assertEqual(view_rows(self.lab, table), expected(table), table.name)

    def test_a_view_gets_the_columns_that_its_table_gets(self):
        table = SourceTable("wider", 1)
        table.begin()
        table.insert(1)
        self.put([table.schema_line(), *table.lines])
        table.types["extra"] = "integer"
        table.begin()
        table.rows[2] = dict(table.new_row(2), extra=7)
        table.emit("c", None, table.rows[2])
        self.put([table.schema_line(), *table.lines])
        rows = self.lab.sql("SELECT ID, EXTRA FROM CDC.RAW.WIDER_LIVE ORDER BY ID")
        self.assertEqual(rows, [["1", None], ["2", "7"]])

    def test_history_shows_every_commit(self):
        table = grown("h", 7, 0)
        pictures = {table.lsn: expected(table)}
        ends = []
        for _round in range(3):
            for _ in range(12):
                table.change()
                pictures[table.lsn] = expected(table)
            ends.append((len(table.lines), bound(table)))
        sent = 0
        for count, end in ends:
            lines = [start(SOURCE), table.schema_line(), *table.lines[sent:count]]
            self.put([*lines, checkpoint("r", 1, end, 0, "eof")], "--history", merge_every="1h")
            sent = count
        names = ", ".join(name.upper() for name in table.types)
        for lsn, rows in pictures.items():
            at = f"_CDC_VALID_FROM <= '{lsn:016X}' AND (_CDC_VALID_TO IS NULL OR _CDC_VALID_TO > '{lsn:016X}')"
            found = self.lab.sql(f"SELECT {names} FROM CDC.RAW.H_HISTORY WHERE {at}")
            self.assertEqual({row[0]: row for row in found}, rows, f"{lsn:016X}")
            self.assertEqual(len(found), len(rows))

    def rows_of(self, table: SourceTable, view: str, condition: str = "TRUE") -> dict:
        names = ", ".join(name.upper() for name in table.types)
        rows = self.lab.sql(f"SELECT {names} FROM CDC.RAW.{table.name}_{view} WHERE {condition}")
        found = {row[0]: row for row in rows}
        self.assertEqual(len(found), len(rows), "a key twice")
        return found

    def test_mirror_view_and_history_in_random_slices(self):
        """After each round: the mirror is the source at the checkpoint, the view what the journal reaches, the history
        the source at any commit up to the checkpoint."""
        pick = random.Random(SEED)
        tables = [grown(name, SEED * 5000 + n, 20) for n, name in enumerate(("one", "two"))]
        clock = max(table.lsn for table in tables)
        pictures = {clock: [expected(table) for table in tables]}
        sent = [0, 0]
        for number in range(1, 4):
            commits, checked = pick.randrange(5, 15), pick.randrange(1, 5)
            lines = [start(SOURCE), *[table.schema_line() for table in tables]]
            for commit in range(commits):
                for i, table in enumerate(tables):
                    lines += table.lines[sent[i] :]
                    sent[i] = len(table.lines)
                if commit == checked:
                    upto = clock + 1
                    lines.append(checkpoint("r", 1, f"{upto:016X}", 0))
                changed = pick.choice(tables)
                changed.lsn = clock
                changed.change()
                clock = changed.lsn
                pictures[clock] = [expected(table) for table in tables]
            for i, table in enumerate(tables):
                lines += table.lines[sent[i] :]
                sent[i] = len(table.lines)
            options = ("--history", "--channels", str(pick.randrange(1, 4)))
            self.put(lines, *options, code=75, merge_every="1h")
            at = max(lsn for lsn in pictures if lsn < upto)
            for i, table in enumerate(tables):
                self.assertEqual(mirror_rows(self.lab, table), pictures[at][i], (number, table.name))
                self.assertEqual(self.rows_of(table, "LIVE"), expected(table), (number, table.name))
            for lsn in [at, *pick.sample([lsn for lsn in pictures if lsn <= at], min(3, number))]:
                instant = (
                    f"_CDC_VALID_FROM <= '{lsn:016X}/~' AND (_CDC_VALID_TO IS NULL OR _CDC_VALID_TO > '{lsn:016X}/~')"
                )
                for i, table in enumerate(tables):
                    self.assertEqual(
                        self.rows_of(table, "HISTORY", instant), pictures[lsn][i], (number, table.name, lsn)
                    )

    def test_equal_at_any_position(self):
        table = grown("e", 3, 20)
        then, rows = bound(table), {key: dict(row) for key, row in table.rows.items()}
        old = digest_lines(table, then, rows, keys=True)
        table.lsn += 1
        for _ in range(10):
            table.change()
        now = bound(table)
        lines = [start(SOURCE), table.schema_line(), *table.lines]
        self.put([*lines, checkpoint("r", 1, now, 0, "eof")], merge_every="0")
        for step in (None, then, now):  # folded not at all, up to there, and beyond
            if step:
                self.merge("e", options=("--upto", step))
            for digests in (old, digest_lines(table, now)):
                lines, _ = self.verify(digests, "--keys")
                self.assertEqual(lines[0]["verified"], True)
        self.verify(digest_lines(table, now, rows), code=1 if rows != table.rows else 0)

    def test_what_is_behind_or_pruned_is_never_equal(self):
        table = grown("p", 4, 10)
        then = bound(table)
        digests = digest_lines(table, then)
        table.lsn += 1
        table.begin()
        table.insert(99)
        later = digest_lines(table, bound(table))
        lines = [start(SOURCE), table.schema_line(), *table.lines]
        self.put([*lines[:-1], checkpoint("r", 1, then, 0, "eof")], merge_every="0")
        _, errors = self.verify(later, code=75)
        self.assertIn("is known to be at", errors)
        self.put([*lines, checkpoint("r", 1, bound(table), 0, "eof")], merge_every="0")
        self.verify(later)
        self.merge("p", options=("--keep", "1h"))
        self.assertEqual(self.lab.sql("SELECT COUNT(*) FROM CDC.RAW.P_JOURNAL"), [["0"]])
        self.verify(later)
        _, errors = self.verify(digests, code=69)
        self.assertIn("pruned", errors)
        # what comes again is known, though the journal has it no more
        self.put([*lines, checkpoint("r", 1, bound(table), 0, "eof")], merge_every="1h")
        self.verify(later)

    def test_one_changed_cell_is_found(self):
        table = SourceTable("c", 5, TYPES)
        rows = {}
        for key in range(1, 2001):
            rows[key] = {
                "id": key,
                "at": "2026-03-01T10:00:00.500000Z" if key % 3 else None,
                "big": "1" * 39 + ".5",
                "doc": {"b": [1.5, {"z": None, "a": "x,\\"}], "a": key} if key % 5 else None,
                "list": [1.5, 2, None],
                "name": "a,b\\c" if key % 7 else None,
                "real": key / 4,
                "ok": key % 2 == 0,
                "price": key + 0.25,
                "raw": "\\x00ff",
                "time": "04:05:06.5",
            }
        table.begin()
        for row in rows.values():
            sent = dict(row)
            sent["big"] = "BIG" + str(row["id"])
            table.emit("c", None, sent)
        lines = [line.replace(f'"BIG{n}"', "1" * 39 + ".50") for n, line in enumerate(table.lines, 1)]
        pos = bound(table)
        self.put([start(SOURCE), table.schema_line(), *lines, checkpoint("r", 1, pos, 0, "eof")], merge_every="1h")
        told = {key: row | {"raw": "00ff"} for key, row in rows.items()}
        digests = digest_lines(table, pos, told, keys=True)
        self.verify(digests, "--keys")
        self.lab.sql('UPDATE CDC.RAW.C SET DOC = PARSE_JSON(\'{"a":77,"b":[]}\') WHERE ID = 77')
        self.lab.sql("DELETE FROM CDC.RAW.C WHERE ID = 78")
        self.lab.sql("UPDATE CDC.RAW.C SET PRICE = PRICE + 0.01 WHERE ID = 79")
        found, _ = self.verify(digests, "--keys", code=1)
        differences = {(line["key"]["id"], line["difference"]) for line in found if "key" in line}
        self.assertEqual(differences, {(77, "changed"), (78, "missing"), (79, "changed")})
        found, _ = self.verify(digests, code=1)
        self.assertTrue(all(line["source"] != line["target"] for line in found))
        bad, _ = self.verify([line.replace(', "portable": true', "") for line in digests], code=65)
        self.assertEqual(bad, [])

    def test_buckets_are_added_up_by_the_database(self):
        table = SourceTable("many", 6, {"id": "integer", "name": "text", "amount": "numeric(12,2)"})
        table.begin()
        for key in range(1, 5001):
            table.rows[key] = {"id": key, "name": f"n{key},\\", "amount": key / 4}
            table.emit("c", None, table.rows[key])
        pos = bound(table)
        lines = [start(SOURCE), table.schema_line(), *table.lines]
        self.put([*lines, checkpoint("r", 1, pos, 0, "eof")], merge_every="1h")
        digests = digest_lines(table, pos, buckets=100)
        self.verify(digests)
        self.lab.sql("UPDATE CDC.RAW.MANY SET NAME = 'x' WHERE ID = 4242")
        found, _ = self.verify(digests, code=1)
        self.assertEqual(len(found), 1)
        some, _ = self.verify(digests, "--sample", "1%", code=1 if found[0]["bucket"] == 0 else 0)
        self.assertEqual(len(some), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
