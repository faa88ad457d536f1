"""Recorded transactions over two tables, in pieces that end at a checkpoint, and pg-load runs that apply them: what a
source sends again after a kill, and what must be there in the end. The journal table has no key, so that a change
applied twice would show."""

import contextlib
import json
import random
import subprocess
import threading
import time

from change_lines import SourceTable, hello
from pg_load_lab import Case, psql

SOURCE = {"system_id": "7301", "timeline": 1, "slot": "s", "database": "d"}


class Recording:
    """Transactions over a keyed table and a journal. `padding`: bytes that each line has beside its values."""

    def __init__(self, seed: int, transactions: int, padding: int = 0):
        self.pick = random.Random(seed)
        self.table = SourceTable("t", seed)
        self.pad = f'"source":{{"pad":"{"x" * padding}",' if padding else '"source":{'
        self.journal = 0
        self.pieces: list[list[str]] = [[]]
        for _ in range(transactions):
            before = len(self.table.lines)
            self.table.change()
            self.write_journal()
            self.pieces[-1] += [line.replace('"source":{', self.pad, 1) for line in self.table.lines[before:]]
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


class ExactlyOnceCase(Case):
    MOST_ENDED = 40  # on a slow machine no batch would ever fit between two

    def acknowledged(self) -> int:
        path = self.folder / "ack"
        text = path.read_text() if path.exists() else ""
        return int(json.loads(text)["pos"], 16) if text else 0

    def prepare(self, seed: int, transactions: int = 300, padding: int = 0) -> Recording:
        self.sql(
            "DROP TABLE IF EXISTS t, journal; DROP SCHEMA IF EXISTS cdckit CASCADE;"
            "CREATE TABLE t (id int PRIMARY KEY, name text, note text, amount numeric(12,2));"
            "CREATE TABLE journal (n int);"
        )
        (self.folder / "ack").unlink(missing_ok=True)
        return Recording(seed, transactions, padding)

    def start(self, recording: Recording, number: int, pause: float = 0, batch: str = "10ms") -> subprocess.Popen:
        """With a pause the source rests after every checkpoint, so that each may become a batch."""
        words = ("--mode", "events", "--ack", str(self.folder / "ack"), "--retry-for", "60s", "--batch-time", batch)
        process = self.popen(*words)
        lines = recording.run(number, self.acknowledged())
        writer = threading.Thread(target=self.feed, args=(process.stdin, lines, pause))
        writer.start()
        self.addCleanup(writer.join)
        self.addCleanup(process.kill)  # first, lest the writer waits for a reader
        return process

    @staticmethod
    def feed(pipe, lines: list[str], pause: float) -> None:
        with contextlib.suppress(BrokenPipeError), pipe:  # the reader may be killed
            for line in lines:
                pipe.write(line.encode() + b"\n")
                if line.startswith('{"__cdc": "ckpt"'):
                    pipe.flush()
                    time.sleep(pause)

    def assert_exact(self, recording: Recording) -> None:
        self.assertEqual(
            self.sql("SELECT count(*), count(DISTINCT n) FROM journal"), f"{recording.journal}|{recording.journal}"
        )
        text = self.sql("SELECT coalesce(json_object_agg(id, row_to_json(t)), '{}') FROM t")
        self.assertEqual({int(key): row for key, row in json.loads(text).items()}, recording.table.rows)

    def ends_by_itself(self, process: subprocess.Popen, goal: int, pause: float) -> bool:
        """Or is still there a little after `goal` pieces are acknowledged."""
        deadline = time.monotonic() + 60
        while process.poll() is None and self.acknowledged() < goal:
            self.assertLess(time.monotonic(), deadline, "nothing is acknowledged")
            time.sleep(0.001)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=pause)
        return process.poll() is not None

    def kill_at_random_points(self, seeds, pause: float, batch: str = "10ms", **recorded) -> int:
        """Until a run ends by itself; then all must be there. How many kills came amid the pieces."""
        amid = 0
        for seed in seeds:
            with self.subTest(seed=seed):
                recording = self.prepare(seed, **recorded)
                pick = random.Random(1000 + seed)
                for number in range(100):
                    process = self.start(recording, number, pause, batch)
                    # some die while they start, the others some way further on
                    further = pick.choice((0, 1, 1, 2, 3, 4))
                    goal = self.acknowledged() + further
                    if self.ends_by_itself(process, goal, pick.uniform(0, 0.02 if further else 0.2)):
                        self.assertEqual(process.returncode, 0, process.stderr.read())
                        break
                    process.kill()
                    process.wait()
                    amid += 0 < self.acknowledged() < len(recording.pieces)
                self.assert_exact(recording)
        return amid

    def end_sessions_at_random_points(self, seeds, pause: float, batch: str = "10ms", **recorded) -> None:
        for seed in seeds:
            with self.subTest(seed=seed):
                recording = self.prepare(seed, **recorded)
                process = self.start(recording, 1, pause, batch)
                pick = random.Random(seed)
                ended = 0
                while process.poll() is None and ended < self.MOST_ENDED:
                    time.sleep(pick.uniform(0.02, 0.15))
                    ended += "t" in psql(
                        "postgres",
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        f"WHERE application_name = 'pg-load' AND datname = '{self.database}'",
                    )
                self.assertGreaterEqual(ended, 1)
                self.assertEqual(process.wait(120), 0, process.stderr.read())
                self.assert_exact(recording)
