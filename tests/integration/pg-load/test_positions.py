#!/usr/bin/env python3
"""Mode events: which position the target has, what is acknowledged, and a target that has lost what was."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import checkpoint, hello, position
from pg_load_lab import Case, start_lab, stop_lab


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class Positions(Case):
    def test_a_partition_with_records_of_two_kinds(self):
        """Records of a writer that knows no positions stand between those that have them: all count, each once."""
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        hello_line = json.dumps({"__cdc": "hello", "run": "r", "source": {"cluster": "c", "group": "g"}, "from": ""})
        lines = [hello_line]
        for offset in range(1, 9):
            kafka = {"topic": "x.t", "partition": 0, "offset": offset}
            event = {"op": "c", "key": {"id": offset}, "before": None, "after": {"id": offset}, "kafka": kafka}
            event["source"] = {"schema": "public", "table": "t"}
            if offset not in {3, 4, 7}:
                event["pos"] = position(offset, 1)
            lines.append(event)
        lines.append(checkpoint("r", 1, "x", 8, "eof"))
        self.assertEqual(self.load(lines, "--mode", "events").total("inserted"), 8)
        self.assertEqual(self.sql("SELECT count(*) FROM t"), "8")
        self.assertEqual(self.load(lines, "--mode", "events").total("rows_in"), 0)

    def one_insert(self, key: int, lsn: int) -> dict:
        event = {"pos": position(lsn, 1), "op": "c", "key": {"id": key}, "before": None, "after": {"id": key}}
        return event | {"source": {"schema": "public", "table": "t"}}

    def acked(self) -> dict:
        text = (self.folder / "ack").read_text() if (self.folder / "ack").exists() else ""
        return json.loads(text) if text else {"seq": 0}

    def test_idle_checkpoints_are_acknowledged_and_seldom_stored(self):
        """To store one is WAL of the target, which may be what the source reads next."""
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        ack = ["--mode", "events", "--ack", str(self.folder / "ack")]
        process = self.popen(*ack)
        lines = [hello("r", f"{50:016X}"), json.dumps(self.one_insert(1, 99))]
        stored = set()
        for seq in range(1, 30):
            lines.append(checkpoint("r", seq, f"{100 + seq:016X}", 0))
            process.stdin.write("".join(line + "\n" for line in lines).encode())
            process.stdin.flush()
            lines = []
            self.wait_until(lambda seq=seq: self.acked()["seq"] == seq)
            stored.add(self.acked()["stored"])
        process.kill()
        process.wait()
        self.assertIn(self.sql("SELECT pos FROM cdckit.positions WHERE part = 'checkpoint'"), stored)
        self.assertLess(len(stored), 8)
        # and nobody takes that for a loss
        more = [self.one_insert(2, 400), checkpoint("r2", 1, f"{500:016X}", 1, "eof")]
        self.load([hello("r2", self.acked()["pos"]), *more], *ack)
        self.assertEqual(self.sql("SELECT pos FROM cdckit.positions WHERE part = 'checkpoint'"), f"{500:016X}")

    def test_a_target_that_lost_what_was_acknowledged(self):
        ack = ["--mode", "events", "--ack", str(self.folder / "ack")]
        first = [hello("r", f"{50:016X}"), self.one_insert(1, 99), checkpoint("r", 1, f"{100:016X}", 1, "eof")]
        restored = f"UPDATE cdckit.positions SET pos = CASE part WHEN '' THEN '{position(60, 1)}' ELSE '{61:016X}' END"
        for loss in (restored, "DELETE FROM cdckit.positions", "DROP SCHEMA cdckit CASCADE"):
            for second in ([self.one_insert(2, 120)], []):
                with self.subTest(loss=loss, events=len(second)):
                    (self.folder / "ack").unlink(missing_ok=True)
                    self.sql(
                        "DROP TABLE IF EXISTS t; DROP SCHEMA IF EXISTS cdckit CASCADE; CREATE TABLE t (id int PRIMARY KEY)"
                    )
                    self.load(first, *ack)
                    self.sql(loss)
                    lines = [hello("r2", f"{100:016X}"), *second, checkpoint("r2", 1, f"{200:016X}", 1, "eof")]
                    refused = self.load(lines, *ack, code=69)
                    self.assertIn("lost what was acknowledged", refused.errors)
                    self.assertIn("--accept-gap", refused.errors)
                    self.assertEqual(self.acked()["seq"], 1)
                    self.assertEqual(self.acked()["run"], "r")
                    accepted = self.load(lines, *ack, "--accept-gap")
                    self.assertIn("--accept-gap", accepted.errors)
                    if second:
                        self.assertEqual(accepted.receipts[0]["gap"]["to"], f"{100:016X}")
                    self.load([hello("r3", f"{200:016X}"), checkpoint("r3", 1, f"{300:016X}", 0, "eof")], *ack)

    def test_a_new_picture_makes_up_for_what_was_lost(self):
        ack = ["--mode", "events", "--ack", str(self.folder / "ack")]
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.load([hello("r"), self.one_insert(1, 99), checkpoint("r", 1, f"{100:016X}", 1, "eof")], *ack)
        self.sql("UPDATE cdckit.positions SET pos = left(pos, 15) || '1'")
        border = {"__cdc": "snapshot", "schema": "public", "table": "t", "pos": f"{299:016X}"}
        row = self.one_insert(5, 299) | {"op": "r"}
        picture = [border | {"phase": "begin"}, row, border | {"phase": "end", "rows": 1}]
        self.load([hello("r2", f"{300:016X}"), *picture, checkpoint("r2", 1, f"{301:016X}", 1, "eof")], *ack)
        self.assertEqual(self.sql("SELECT id FROM t"), "5")

    def test_a_checkpoint_with_lines_behind_it_and_silence(self):
        """It is acknowledged though nothing more comes, and what lies behind it waits for its own."""
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        process = self.popen("--mode", "events", "--ack", str(self.folder / "ack"))
        lines = [hello("r"), self.one_insert(1, 99), checkpoint("r", 1, f"{100:016X}", 1), self.one_insert(2, 120)]
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        process.stdin.write(text.encode())
        process.stdin.flush()
        self.wait_until(lambda: self.acked()["seq"] == 1, seconds=20)
        self.assertEqual(self.sql("SELECT id FROM t"), "1")
        process.stdin.write((checkpoint("r", 2, f"{200:016X}", 1, "eof") + "\n").encode())
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertEqual(self.sql("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t"), "1 2")


if __name__ == "__main__":
    unittest.main()
