#!/usr/bin/env python3
"""Journal and merge against a model: random histories, out of order, doubled, merged in between."""

import json
import os
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, expected
from snow_lab import SnowLab
from snow_put import journal_positions, merge, mirror_rows, put, receipts

SEED = int(os.environ.get("SNOW_PUT_SEED", "1"))
TABLES = 20
TRANSACTIONS = 40


def with_history(name: str, seed: int) -> SourceTable:
    table = SourceTable(name, seed)
    for key in (1, 2, 3):
        table.begin()
        table.insert(key)
    table.lines.clear()
    table.snapshot()
    for _ in range(TRANSACTIONS):
        table.change()
    return table


def through_kafka(table: SourceTable, partitions: int, seed: int) -> list:
    """The lines of each partition in order, the partitions mixed at random, tails sent twice."""
    pick = random.Random(seed)
    queues = [[] for _ in range(partitions)]
    for line in table.lines:
        event = json.loads(line)
        number = event["key"]["id"] % partitions if event["key"] else 0
        queue = queues[number]
        if queue and pick.random() < 0.05:  # a producer that crashed sends its tail again
            queue += queue[-pick.randrange(1, min(6, len(queue) + 1)) :]
        queue.append((number, event))
    out, offsets = [], [0] * partitions
    while any(queues):
        number = pick.choice([i for i, queue in enumerate(queues) if queue])
        for _, event in queues[number][: pick.randrange(1, 30)]:
            queues[number].pop(0)
            kafka = {"topic": f"t.{table.name}", "partition": number, "offset": offsets[number], "timestamp": 1}
            offsets[number] += 1
            out.append(json.dumps(event | {"kafka": kafka}))
    return out


class Merge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(SnowLab("merge"))

    def setUp(self):
        self.lab.fresh()
        self.lab.settings(commit_delay=0.2)

    def assert_mirror(self, table: SourceTable) -> None:
        self.assertEqual(mirror_rows(self.lab, table), expected(table), table.name)

    def assert_done(self, done) -> list:
        self.assertEqual(done.returncode, 0, done.stderr)
        return receipts(done)

    def test_histories_straight_from_walcat(self):
        tables = [with_history(f"h{i}", SEED * 1000 + i) for i in range(TABLES)]
        lines = [line for table in tables for line in [table.schema_line(), *table.lines]]
        self.assert_done(put(self.lab, lines, "--create"))
        self.assert_done(merge(self.lab, *[table.name for table in tables]))
        for table in tables:
            self.assert_mirror(table)
        for receipt in self.assert_done(merge(self.lab, *[table.name for table in tables])):
            self.assertEqual((receipt["inserted"], receipt["updated"], receipt["deleted"]), (0, 0, 0))

    def test_histories_through_partitions_merged_in_between(self):
        tables = [with_history(f"k{i}", SEED * 2000 + i) for i in range(TABLES // 2)]
        streams = [through_kafka(table, 3, SEED + i) for i, table in enumerate(tables)]
        schemas = [table.schema_line() for table in tables]
        for part in range(4):
            lines = list(schemas)
            for stream in streams:
                quarter = -(-len(stream) // 4)
                lines += stream[part * quarter : (part + 1) * quarter]
            self.assert_done(put(self.lab, lines, "--create"))
            self.assert_done(merge(self.lab, *[table.name for table in tables]))
        for table in tables:
            self.assert_mirror(table)
            positions = journal_positions(self.lab, table.name)
            self.assertEqual(len(positions), len(set(positions)))
            self.assertEqual(len(positions), len(table.lines))

    def test_a_journal_with_doubled_rows_gives_the_same_mirror(self):
        table = with_history("twice", SEED)
        self.assert_done(put(self.lab, [table.schema_line(), *table.lines], "--create"))
        self.lab.sql("INSERT INTO CDC.RAW.TWICE_JOURNAL SELECT * FROM CDC.RAW.TWICE_JOURNAL")
        self.assert_done(merge(self.lab, "twice"))
        self.assert_mirror(table)

    def test_a_row_deleted_between_two_snapshots_stays_deleted(self):
        table = SourceTable("again", SEED)
        for key in (1, 2):
            table.begin()
            table.insert(key)
        table.lines.clear()
        table.snapshot()
        first = list(table.lines)
        table.lines.clear()
        table.begin()
        table.delete(1)
        table.begin()
        table.update(2)
        stream = list(table.lines)
        table.lines.clear()
        table.snapshot()
        second = list(table.lines)
        # the first snapshot died half way; the second one comes before the older events
        lines = [table.schema_line(), first[0], *second, *stream]
        self.assert_done(put(self.lab, lines, "--create"))
        self.assert_done(merge(self.lab, "again"))
        self.assert_mirror(table)

    def test_a_move_finds_its_value_in_the_mirror_when_the_journal_does_not_reach_back(self):
        table = SourceTable("reach", SEED)
        table.begin()
        table.insert(1)
        table.rows[1]["note"] = "kept"
        table.lines.clear()
        table.snapshot()
        self.assert_done(put(self.lab, [table.schema_line(), *table.lines], "--create"))
        self.assert_done(merge(self.lab, "reach"))
        self.lab.sql("DELETE FROM CDC.RAW.REACH_JOURNAL")
        table.lines.clear()
        table.begin()
        row = table.rows.pop(1)
        table.rows[5] = dict(row, id=5)
        table.emit("d", {"id": 1}, None, new_key={"id": 5})
        sent = {name: value for name, value in table.rows[5].items() if name != "note"}
        table.emit("c", None, sent, old_key={"id": 1}, unchanged=["note"])
        self.assert_done(put(self.lab, [table.schema_line(), *table.lines], "--create"))
        for _ in range(2):
            self.assert_done(merge(self.lab, "reach"))
            self.assert_mirror(table)

    def test_merge_every_folds_while_rows_arrive_and_at_the_end(self):
        table = with_history("often", SEED)
        done = put(self.lab, [table.schema_line(), *table.lines], "--create", merge_every="1s")
        folded = [r for r in self.assert_done(done) if "inserted" in r]
        self.assertGreaterEqual(len(folded), 1)
        self.assert_mirror(table)

    def test_create_makes_a_mirror_from_the_journal_alone(self):
        table = with_history("alone", SEED)
        self.assert_done(put(self.lab, [table.schema_line(), *table.lines], "--create"))
        self.lab.sql("DROP TABLE CDC.RAW.ALONE")
        self.assertEqual(merge(self.lab, "alone").returncode, 69)
        self.assert_done(merge(self.lab, "alone", options=("--create",)))
        self.assert_mirror(table)

    def test_a_missing_journal_is_69(self):
        done = merge(self.lab, "nowhere")
        self.assertEqual(done.returncode, 69)
        self.assertIn("NOWHERE_JOURNAL", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
