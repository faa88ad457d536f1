#!/usr/bin/env python3
"""Snapshots: words, borders, positions, consistency with the stream that follows, size."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, environment, peak_memory, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab


class Snapshots(Case):
    def words_of(self, *options: str) -> list[tuple[str, str]]:
        events = self.data("--snapshot", "only", *options)
        return [(event["source"]["table"], event["source"]["snapshot"]) for event in events]

    def test_words(self):
        self.sql(
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); "
            "CREATE TABLE c (id int PRIMARY KEY); CREATE TABLE d (id int PRIMARY KEY); "
            "INSERT INTO a SELECT generate_series(1, 3); INSERT INTO c SELECT generate_series(1, 3)"
        )
        self.publish_all()
        self.assertEqual(
            self.words_of(),
            [
                ("a", "first"),
                ("a", "true"),
                ("a", "last_in_data_collection"),
                ("c", "first_in_data_collection"),
                ("c", "true"),
                ("c", "last"),
            ],
        )
        self.assertEqual(self.words_of("--table", "public.b"), [])
        self.sql("DELETE FROM a WHERE id > 1")
        self.assertEqual(self.words_of()[0], ("a", "first"))
        self.assertEqual(self.words_of("--table", "a"), [("a", "last")])

    def test_borders_and_positions(self):
        self.sql(
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY); "
            "INSERT INTO a VALUES (1), (2); INSERT INTO c VALUES (1)"
        )
        self.publish_all()
        events = self.events("--snapshot", "only", "--control")
        kinds = [
            (event.get("__cdc", event.get("op")), event.get("table", ""), event.get("phase", "")) for event in events
        ]
        self.assertEqual(
            kinds,
            [
                ("hello", "", ""),
                ("schema", "a", ""),
                ("snapshot", "a", "begin"),
                ("r", "", ""),
                ("r", "", ""),
                ("snapshot", "a", "end"),
                ("schema", "b", ""),
                ("snapshot", "b", "begin"),
                ("snapshot", "b", "end"),
                ("schema", "c", ""),
                ("snapshot", "c", "begin"),
                ("r", "", ""),
                ("snapshot", "c", "end"),
                ("ckpt", "", ""),
                ("eof", "", ""),
            ],
        )
        self.assertEqual([event["rows"] for event in events if event.get("phase") == "end"], [2, 0, 1])
        consistent = int(events[0]["from"], 16)
        rows = [event for event in events if "op" in event]
        self.assertEqual([row["pos"] for row in rows], [f"{consistent - 1:016X}/{n:016X}" for n in (1, 2, 3)])
        self.assertEqual({row["source"]["lsn"] for row in rows}, {consistent})
        borders = {event["pos"] for event in events if event.get("__cdc") == "snapshot"}
        self.assertEqual(borders, {f"{consistent - 1:016X}"})
        self.assertEqual(events[-1]["pos"], f"{consistent:016X}")

    def test_snapshot_and_stream_meet_without_gap_or_overlap(self):
        self.sql(
            "CREATE TABLE t (id serial PRIMARY KEY, a int); INSERT INTO t (a) SELECT 0 FROM generate_series(1, 20000)"
        )
        self.publish_all()
        loop = (
            "UPDATE t SET a = a + 1 WHERE id % 97 = 1; INSERT INTO t (a) VALUES (0); DELETE FROM t WHERE id % 101 = 5;\n"
            * 300
        )
        writer = subprocess.Popen(
            ["psql", "-Xq", "-d", self.database], env=environment(), stdin=subprocess.PIPE, text=True
        )
        self.addCleanup(writer.wait)
        writer.stdin.write(loop)
        writer.stdin.close()
        process = self.popen("--snapshot", "initial", "--control")
        writer.wait()
        target = self.sql("SELECT pg_current_wal_lsn()").split("/")
        end = int(target[0], 16) << 32 | int(target[1], 16)
        state, streamed = {}, False
        for line in process.stdout:
            event = json.loads(line)
            if (
                event.get("__cdc") == "ckpt"
                and not event["pos"].startswith("snapshot")
                and int(event["pos"], 16) >= end
            ):
                break
            if "op" not in event:
                continue
            key = event["key"]["id"]
            if event["op"] in "rc":
                self.assertNotIn(key, state)
            else:
                self.assertIn(key, state)
            if event["op"] == "d":
                del state[key]
            else:
                state[key] = event["after"]
            streamed = streamed or event["op"] == "u"
        self.assertTrue(streamed)
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertEqual(state, {row["id"]: row for row in json.loads(self.sql("SELECT json_agg(t) FROM t"))})

    def test_memory_does_not_grow_with_the_table(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT n, repeat('x', 200) FROM generate_series(1, 300000) n"
        )
        self.publish_all()
        with open(os.devnull, "wb") as null:
            # a build with AddressSanitizer keeps freed memory for a while, others do not look at it
            with unittest.mock.patch.dict(os.environ, ASAN_OPTIONS="quarantine_size_mb=1"):
                process = self.popen("--snapshot", "only", "--control", stdout=null)
            peak = peak_memory(process)
        self.assertEqual(process.returncode, 0)
        self.assertGreater(peak, 1024)
        self.assertLess(peak, 64 * 1024)

    def test_checkpoints_stand_between_the_rows_of_a_large_table(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT n, repeat('x', 400) FROM generate_series(1, 30000) n"
        )
        self.publish_all()
        events = self.events("--snapshot", "only", "--control")
        borders = [event for event in events if event.get("__cdc") == "ckpt"]
        self.assertGreater(len(borders), 2)
        self.assertTrue(all(border["pos"].startswith("snapshot:") for border in borders[:-1]))
        self.assertFalse(borders[-1]["pos"].startswith("snapshot:"))
        self.assertEqual(sum(border["rows"] for border in borders), 30000)

    def test_stop_in_the_middle(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT n, repeat('x', 400) FROM generate_series(1, 100000) n"
        )
        process = self.popen("--slot", "s", "--create", "--ack", str(self.folder / "a"), "--ack-timeout", "200ms")
        for _ in range(100):
            process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        last = json.loads(process.stdout.read().splitlines()[-1])
        self.assertEqual(last["__cdc"], "eof")
        self.assertTrue(last["pos"].startswith("snapshot:"))
        self.assertEqual(process.wait(timeout=60), 75)


if __name__ == "__main__":
    unittest.main()
