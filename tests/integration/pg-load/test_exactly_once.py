#!/usr/bin/env python3
"""pg-load killed or cut off at random points and started again: every change once, none twice.

The journal table has no key, so that a change applied twice would show."""

import json
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, hello
from pg_load_lab import Case, psql, start_lab, stop_lab

SOURCE = {"system_id": "7301", "timeline": 1, "slot": "s", "database": "d"}


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class Recording:
    """Transactions over a keyed table and a journal, in pieces that end at a checkpoint."""

    def __init__(self, seed: int, transactions: int):
        self.pick = random.Random(seed)
        self.table = SourceTable("t", seed)
        self.journal = 0
        self.pieces: list[list[str]] = [[]]
        for _ in range(transactions):
            before = len(self.table.lines)
            self.table.change()
            self.write_journal()
            self.pieces[-1] += self.table.lines[before:]
            if self.pick.random() < 0.15:
                self.pieces.append([])

    def write_journal(self) -> None:
        for _ in range(self.pick.randrange(0, 20)):
            self.journal += 1
            line = self.table.emit("c", None, {"id": self.journal})
            line["key"] = None
            line["after"] = {"n": self.journal}
            line["source"]["table"] = "journal"
            self.table.lines[-1] = json.dumps(line, separators=(",", ":"))

    def run(self, number: int, acknowledged: int) -> list[str]:
        """What a source sends that knows the first pieces to be durable."""
        run = f"run{number}"
        lines = [hello(run).replace('{"slot":"s"}', json.dumps(SOURCE))]
        for index, piece in enumerate(self.pieces):
            last = index + 1 == len(self.pieces)
            if index >= acknowledged:
                lines += piece
            if index >= acknowledged or last:  # a source with nothing left to send still ends its run
                end = {"__cdc": "eof" if last else "ckpt", "run": run, "seq": index + 1, "pos": f"{index + 1:016X}"}
                lines.append(json.dumps(end if last else end | {"rows": len(piece)}))
        return lines


class ExactlyOnce(Case):
    def acknowledged(self) -> int:
        path = self.folder / "ack"
        text = path.read_text() if path.exists() else ""
        return int(json.loads(text)["pos"], 16) if text else 0

    def prepare(self, seed: int) -> Recording:
        self.sql(
            "DROP TABLE IF EXISTS t, journal; DROP SCHEMA IF EXISTS cdckit CASCADE;"
            "CREATE TABLE t (id int PRIMARY KEY, name text, note text, amount numeric(12,2));"
            "CREATE TABLE journal (n int);"
        )
        (self.folder / "ack").unlink(missing_ok=True)
        return Recording(seed, 300)

    def start(self, recording: Recording, number: int) -> subprocess.Popen:
        process = self.popen("--mode", "events", "--ack", str(self.folder / "ack"), "--retry-for", "20s")
        feed = "".join(line + "\n" for line in recording.run(number, self.acknowledged()))
        path = self.folder / "feed"
        path.write_text(feed)
        # a process of its own writes, so that killing the reader never blocks the test
        writer = subprocess.Popen(["cat", path], stdout=process.stdin, stderr=subprocess.DEVNULL)
        process.stdin.close()
        self.addCleanup(writer.wait)
        return process

    def assert_exact(self, recording: Recording) -> None:
        self.assertEqual(
            self.sql("SELECT count(*), count(DISTINCT n) FROM journal"), f"{recording.journal}|{recording.journal}"
        )
        text = self.sql("SELECT coalesce(json_object_agg(id, row_to_json(t)), '{}') FROM t")
        self.assertEqual({int(key): row for key, row in json.loads(text).items()}, recording.table.rows)

    def test_killed_at_random_points(self):
        kills = 0
        for seed in range(5):
            with self.subTest(seed=seed):
                recording = self.prepare(seed)
                pick = random.Random(1000 + seed)
                for number in range(60):
                    process = self.start(recording, number)
                    try:
                        code = process.wait(timeout=pick.uniform(0.01, 0.25) if number < 50 else 60)
                    except subprocess.TimeoutExpired:
                        process.send_signal(signal.SIGKILL)
                        process.wait()
                        kills += 1
                        continue
                    self.assertEqual(code, 0, process.stderr.read())
                    break
                self.assert_exact(recording)
        self.assertGreaterEqual(kills, 8)

    def test_sessions_ended_by_the_server(self):
        for seed in range(3):
            with self.subTest(seed=seed):
                recording = self.prepare(100 + seed)
                process = self.start(recording, 1)
                pick = random.Random(seed)
                while process.poll() is None:
                    time.sleep(pick.uniform(0.02, 0.15))
                    psql(
                        "postgres",
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        f"WHERE application_name = 'pg-load' AND datname = '{self.database}'",
                    )
                self.assertEqual(process.returncode, 0, process.stderr.read())
                self.assert_exact(recording)

    def test_a_position_moved_by_another_run_is_noticed(self):
        recording = self.prepare(9)
        lines = recording.run(1, 0)
        border = 1 + next(i for i, line in enumerate(lines) if line.startswith('{"__cdc": "ckpt"'))
        late = self.popen("--mode", "events", "--ack", str(self.folder / "ack"), "--retry-for", "20s")
        late.stdin.write("".join(line + "\n" for line in lines[:border]).encode())
        late.stdin.flush()
        self.wait_until(lambda: self.acknowledged() == 1)
        self.load(recording.run(2, 0), "--mode", "events")
        self.assert_exact(recording)
        # what it sends now is stale: it must see that and apply nothing
        late.stdin.write("".join(line + "\n" for line in lines[border:]).encode())
        late.stdin.close()
        self.assertEqual(late.wait(timeout=60), 0)
        self.assertIn(b"someone else moved it", late.stderr.read())
        self.assert_exact(recording)


if __name__ == "__main__":
    unittest.main()
