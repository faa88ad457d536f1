#!/usr/bin/env python3
"""merge --upto: a position bounds what is folded; it undoes nothing and passes nothing by."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, expected, hello
from snow_put import merge, mirror_rows, put
from snow_put_case import Case

POSTGRES = {"system_id": "7", "timeline": 1, "slot": "s", "database": "d"}
KAFKA = {"cluster": "k", "group": "g"}


def start(source: dict) -> str:
    return json.dumps(json.loads(hello("r")) | {"source": source}, separators=(",", ":"))


def in_partition(line: str, number: int, offset: int) -> str:
    event = json.loads(line)
    kafka = {"topic": f"t.{event['source']['table']}", "partition": number, "offset": offset, "timestamp": 1}
    return json.dumps(event | {"kafka": kafka})


class Bounds(Case):
    def keys(self, name: str) -> list:
        return [row[0] for row in self.lab.sql(f"SELECT ID FROM CDC.RAW.{name} ORDER BY ID")]

    def assert_done(self, done) -> None:
        self.assert_code(done, 0)

    def test_a_position_bounds_slices_of_partitions_and_undoes_nothing(self):
        table = SourceTable("bound")
        positions = []
        for key in (1, 2, 3):
            table.begin()
            table.insert(key)
            positions.append(table.lsn)
        lines = [in_partition(line, 0, offset) for offset, line in enumerate(table.lines)]
        self.assert_done(
            put(self.lab, [start(KAFKA), table.schema_line(), *lines, checkpoint("r", 9, "0", 0, "eof")], "--create")
        )
        for upto, keys in (
            (f"{positions[1]:016X}", "1"),
            (f"0/{positions[1] + 1:X}", "12"),
            (f"{positions[0]:016X}", "12"),
        ):
            self.assert_done(merge(self.lab, "bound", options=("--upto", upto)))
            self.assertEqual(self.keys("bound"), list(keys), upto)
        self.assert_done(merge(self.lab, "bound"))
        self.assertEqual(self.keys("bound"), ["1", "2", "3"])
        table.begin()
        table.delete(1)
        gone = in_partition(table.lines[-1], 0, 3)
        self.assert_done(
            put(
                self.lab,
                [start(KAFKA), table.schema_line(), gone, checkpoint("r", 9, "0", 0, "eof")],
                "--create",
                merge_every="1h",
            )
        )
        for upto in (positions[1], positions[2] + 1, table.lsn + 1):
            self.assert_done(merge(self.lab, "bound", options=("--upto", f"{upto:016X}")))
            self.assertEqual(self.keys("bound"), ["2", "3"])
        self.assertEqual(mirror_rows(self.lab, table), expected(table))

    def test_rows_on_their_way_are_not_passed_by_a_position_that_somebody_types(self):
        table = SourceTable("typed")
        lines = []
        for key in (1, 2, 3, 4):
            table.begin()
            table.insert(key)
            lines.append(table.lines[-1])
            lines.append(checkpoint("r", key, f"{table.lsn + 1:016X}", 1))
        head = [start(POSTGRES), table.schema_line()]
        self.assertEqual(put(self.lab, [*head, *lines[:4]], "--create").returncode, 75)
        done = merge(self.lab, "typed", options=("--upto", "7F/0"))
        self.assert_done(done)
        self.assertIn("--ack FILE", done.stderr)
        self.assertEqual(self.keys("typed"), ["1", "2"])
        self.assertEqual(put(self.lab, [*head, *lines[4:]], "--create").returncode, 75)
        whole = json.loads(lines[4])["pos"]  # as receipts print it
        self.assert_done(merge(self.lab, "typed", options=("--upto", whole)))
        self.assertEqual(self.keys("typed"), ["1", "2", "3"])
        self.assert_done(merge(self.lab, "typed"))
        self.assertEqual(mirror_rows(self.lab, table), expected(table))


if __name__ == "__main__":
    unittest.main(verbosity=2)
