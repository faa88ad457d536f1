#!/usr/bin/env python3
"""Journal and merge against a model: random histories, out of order, doubled, merged in between."""

import json
import os
import pathlib
import random
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, expected, hello
from snow_lab import SnowLab
from snow_put import journal_positions, merge, mirror_rows, put, receipts

SEED = int(os.environ.get("SNOW_PUT_SEED", "1"))
TABLES = 6
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


POSTGRES = {"system_id": "7", "timeline": 1, "slot": "s", "database": "d"}
KAFKA = {"cluster": "k", "group": "g"}


def start(source: dict) -> str:
    return json.dumps(json.loads(hello("r")) | {"source": source}, separators=(",", ":"))


def end(seq: int = 9) -> str:
    return checkpoint("r", seq, "0", 0, "eof")


def in_partition(line: str, number: int, offset: int) -> str:
    event = json.loads(line)
    kafka = {"topic": f"t.{event['source']['table']}", "partition": number, "offset": offset, "timestamp": 1}
    return json.dumps(event | {"kafka": kafka})


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

    def test_histories_through_partitions_fold_by_slices(self):
        tables = [with_history(f"s{i}", SEED * 3000 + i) for i in range(2)]
        streams = [through_kafka(table, 3, SEED + i) for i, table in enumerate(tables)]
        schemas = [table.schema_line() for table in tables]
        names = [table.name for table in tables]
        pick = random.Random(SEED)
        at = [0] * len(streams)
        while any(at[i] < len(stream) for i, stream in enumerate(streams)):
            lines = [start(KAFKA), *schemas]
            for i, stream in enumerate(streams):
                step = pick.randrange(1, max(2, len(stream) // 2))
                lines += stream[at[i] : at[i] + step]
                at[i] += step
            over = all(at[i] >= len(stream) for i, stream in enumerate(streams))
            done = put(self.lab, [*lines, *([end()] if over else [])], "--create", merge_every="1h")
            self.assertEqual(done.returncode, 0 if over else 75, done.stderr)
            if pick.random() < 0.5:
                self.assert_done(merge(self.lab, *names))
        for table in tables:
            self.assert_mirror(table)
        self.assertEqual(self.assert_done(merge(self.lab, *names)), [])  # nothing grew

    def test_a_key_change_waits_for_its_other_half(self):
        table = SourceTable("half", SEED)
        table.begin()
        table.insert(1)
        table.begin()
        row = table.rows.pop(1)
        table.rows[2] = dict(row, id=2)
        table.emit("d", {"id": 1}, None, new_key={"id": 2})
        sent = {name: value for name, value in table.rows[2].items() if name != "note"}
        table.emit("c", None, sent, old_key={"id": 1}, unchanged=["note"])
        inserted, left, came = table.lines
        head = [start(KAFKA), table.schema_line()]
        first = [in_partition(inserted, 1, 0), in_partition(left, 1, 1)]
        other = in_partition(json.dumps(json.loads(inserted) | {"key": {"id": 8}, "after": {**row, "id": 8}}), 0, 0)
        self.assertEqual(put(self.lab, [*head, *first, other], "--create").returncode, 75)
        for _ in range(3):
            self.assert_done(merge(self.lab, "half"))
        self.assertEqual(set(mirror_rows(self.lab, table)), {"1", "8"})
        self.assertEqual(put(self.lab, [*head, in_partition(came, 0, 1)], "--create").returncode, 75)
        for _ in range(2):
            self.assert_done(merge(self.lab, "half"))
        table.rows[8] = dict(row, id=8)
        self.assert_mirror(table)

    def test_rows_that_come_later_than_their_delete_or_truncate_stay_away(self):
        table = SourceTable("late", SEED)
        for key in (1, 2, 3):
            table.begin()
            table.insert(key)
        one, two, three = table.lines
        table.lines.clear()
        table.begin()
        table.delete(1)
        (gone,) = table.lines
        table.begin()
        table.truncate()
        cut = table.lines[-1]
        table.begin()
        table.insert(4)
        four = table.lines[-1]
        head = [start(KAFKA), table.schema_line()]
        steps = [[(gone, 0), (two, 2)], [(one, 1)], [(cut, 0), (four, 0)], [(three, 2)]]
        seen = []
        offsets = {}
        for step in steps:
            lines = []
            for line, number in step:
                lines.append(in_partition(line, number, offsets.setdefault(number, 0)))
                offsets[number] += 1
            self.assert_done(put(self.lab, [*head, *lines, end()], "--create", merge_every="1h"))
            seen.append(sorted(mirror_rows(self.lab, table)))
        self.assertEqual(seen, [["2"], ["2"], ["4"], ["4"]])
        self.assertEqual(self.lab.sql("SELECT ID FROM CDC.RAW.LATE_DELETED"), [["1"]])

    def test_merges_exclude_each_other(self):
        table = with_history("locked", SEED)
        self.assert_done(put(self.lab, [start(KAFKA), table.schema_line(), *table.lines, end()], "--create"))
        take = "UPDATE CDC.RAW._CDC_STATE SET LOCK_OWNER = 'elsewhere', LOCK_EXPIRES = DATEADD(second, {}, SYSDATE())"
        self.lab.sql(take.format(100))
        held = merge(self.lab, "locked", options=("--retry-for", "1s"))
        self.assertEqual(held.returncode, 75, held.stderr)
        self.assertIn("elsewhere", held.stderr)
        again = [start(KAFKA), table.schema_line(), end()]
        self.assertEqual(self.assert_done(put(self.lab, again, "--create", merge_every="1s")), [])
        self.lab.sql(take.format(-1))  # its owner died
        with ThreadPoolExecutor(3) as pool:
            done = list(pool.map(lambda _: merge(self.lab, "locked"), range(3)))
        self.assertEqual(sum(len(self.assert_done(one)) for one in done), 1)
        self.assert_mirror(table)
        self.assertEqual(self.lab.sql("SELECT COUNT(*) FROM CDC.RAW._CDC_STATE WHERE LOCK_OWNER IS NOT NULL"), [["0"]])

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

    def test_mirrors_are_at_one_position_of_their_source(self):
        tables = [with_history(name, SEED + n) for n, name in enumerate(("left", "right"))]
        at = [len(table.lines) for table in tables]
        then = [expected(table) for table in tables]
        upto = f"{max(table.lsn for table in tables) + 1:016X}"
        for table in tables:  # beyond the checkpoint
            table.lsn = int(upto, 16)
            table.begin()
            table.truncate()
            table.insert(5)
        lines = [start(POSTGRES)]
        lines += [line for t, n in zip(tables, at, strict=True) for line in [t.schema_line(), *t.lines[:n]]]
        lines.append(checkpoint("r", 1, upto, 0))
        lines += [line for t, n in zip(tables, at, strict=True) for line in t.lines[n:]]
        # cut off behind the checkpoint: what lies beyond it is in the journals, and folded later
        done = put(self.lab, lines, "--create", merge_every="1h")
        self.assertEqual(done.returncode, 75, done.stderr)
        folds = [r for r in receipts(done) if "merge" in r]
        self.assertEqual({r["merge"] for r in folds}, {"LEFT", "RIGHT"}, done.stderr)
        self.assertEqual({r["upto"] for r in folds}, {upto})
        self.assertTrue(all(r["query_id"] and r["from"] is None for r in folds))
        for table, rows in zip(tables, then, strict=True):
            self.assertEqual(mirror_rows(self.lab, table), rows)
        names = [table.name for table in tables]
        self.assertEqual(self.assert_done(merge(self.lab, *names, options=("--upto", upto))), [])  # it is there
        bad = merge(self.lab, *names, options=("--upto", "yesterday"))
        self.assertEqual(bad.returncode, 2, bad.stderr)
        final = f"{max(table.lsn for table in tables) + 1:016X}"
        done = put(self.lab, [*lines, checkpoint("r", 2, final, 0, "eof")], "--create", merge_every="1h")
        folds = [r for r in self.assert_done(done) if "merge" in r]
        self.assertEqual({(r["from"], r["upto"]) for r in folds}, {(upto, final)})
        for table in tables:
            self.assert_mirror(table)
        done = put(self.lab, [*lines, checkpoint("r", 2, final, 0, "eof")], "--create", merge_every="1h")
        self.assertEqual(self.assert_done(done), [])  # nothing grew: no statement

    def test_a_merge_by_the_clock_stops_where_the_ack_file_does(self):
        table = with_history("clock", SEED)
        upto = f"{table.lsn + 1:016X}"
        lines = [start(POSTGRES), table.schema_line(), *table.lines]
        lines.append(checkpoint("r", 1, upto, 0, "eof"))
        with tempfile.TemporaryDirectory() as folder:
            ack = str(pathlib.Path(folder) / "ack")
            self.assert_done(put(self.lab, lines, "--create", "--ack", ack))
            (fold,) = self.assert_done(merge(self.lab, table.name, options=("--ack", ack)))
            self.assertEqual((fold["merge"], fold["upto"]), ("CLOCK", upto))
            self.assert_mirror(table)
            self.assertEqual(self.assert_done(merge(self.lab, table.name, options=("--ack", ack))), [])

    def test_soft_deletes_keep_what_the_delete_does_not_name(self):
        table = SourceTable("soft", SEED)
        table.begin()
        table.insert(1)
        row = dict(table.rows[1], name="a")
        table.lines.clear()
        table.emit("c", None, row)
        table.begin()
        table.insert(2)
        table.begin()
        table.delete(1)
        self.assert_done(put(self.lab, [table.schema_line(), *table.lines], "--create", "--soft-deletes"))
        self.assert_done(merge(self.lab, "soft"))
        state = "SELECT ID, NAME IS NOT NULL, _CDC_DELETED FROM CDC.RAW.SOFT ORDER BY ID"
        self.assertEqual([r[::2] for r in self.lab.sql(state)], [["1", "true"], ["2", "false"]])
        self.assert_done(merge(self.lab, "soft"))
        table.begin()
        table.insert(1)
        table.begin()
        table.delete(2)
        self.assert_done(put(self.lab, [table.schema_line(), *table.lines], "--create", "--soft-deletes"))
        self.assert_done(merge(self.lab, "soft"))
        self.assertEqual([r[::2] for r in self.lab.sql(state)], [["1", "false"], ["2", "true"]])

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
