#!/usr/bin/env python3
"""Members of one consumer group that meet a new column at once, and a stop while the service says nothing new."""

import json
import pathlib
import signal
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, hello
from snow_put import command, put
from snow_put_case import Case

KAFKA = {"cluster": "k", "group": "g"}
MEMBERS = 3
ROWS = 300  # of each shape
SHAPES = [{}, {"x": "integer"}, {"y": "text", "x": "bigint"}]


def greeting() -> str:
    return json.dumps(json.loads(hello("r")) | {"source": KAFKA}, separators=(",", ":"))


class Together(Case):
    def lines_of(self, member: int) -> list:
        """One partition: rows of each shape behind its schema line; each member names the new columns in another order."""
        table = SourceTable("many")
        first = dict(table.types)
        out, offset = [greeting()], 0
        for shape in SHAPES:
            order = list(shape.items())[:: 1 if member % 2 else -1]
            table.types = first | dict(order)
            out.append(table.schema_line())
            for _ in range(ROWS):
                key = offset * MEMBERS + member
                table.begin()
                row = {"id": key, "name": "n", "note": None, "amount": 1} | {n: key for n in shape if n == "x"}
                kafka = {"topic": "t.many", "partition": member, "offset": offset, "timestamp": 1}
                out.append(json.dumps(table.emit("c", None, row) | {"kafka": kafka}))
                offset += 1
        return [*out, checkpoint("r", 9, "0", 0, "eof")]

    def test_each_finds_the_column_that_another_has_added(self):
        self.lab.settings(table_shape="invalidate", commit_delay=0.1)
        with ThreadPoolExecutor(MEMBERS) as pool:
            options = ("--create", "--evolve", "add", "--max-lag", "50ms")
            runs = list(pool.map(lambda member: put(self.lab, self.lines_of(member), *options), range(MEMBERS)))
        for done in runs:
            self.assert_code(done, 0)
        count = MEMBERS * ROWS
        self.assertEqual(
            self.lab.sql(
                "SELECT COUNT(*), COUNT(DISTINCT ID), COUNT(X), SUM(IFF(X <> ID, 1, 0)) FROM CDC.RAW.MANY_JOURNAL"
            ),
            [[str(count * len(SHAPES)), str(count * len(SHAPES)), str(count * 2), "0"]],
        )


class Stopped(Case):
    def start(self, retry_for: str = "3s"):
        """A put whose rows are accepted, and whose next status says nothing new."""
        table = SourceTable("still")
        for key in range(3):
            table.begin()
            table.insert(key)
        process = subprocess.Popen(
            command("--create", "--ack", str(self.folder / "ack"), "--max-lag", "50ms", "--retry-for", retry_for),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=self.lab.environment,
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        lines = [greeting(), table.schema_line(), *table.lines, checkpoint("r", 1, "all", 3)]
        process.stdin.write("".join(line + "\n" for line in lines))
        process.stdin.flush()
        until = time.monotonic() + 60
        while not any(channel.get("waiting") for channel in self.lab.channels()):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)
        return process

    def stop(self, process, *signals) -> tuple:
        begun = time.monotonic()
        for one in signals:
            process.send_signal(one)
            time.sleep(0.3)
        code = process.wait(timeout=60)
        process.stdin.close()
        return code, time.monotonic() - begun, process.stderr.read()

    def test_the_drain_is_bounded_when_tokens_do_not_move(self):
        self.lab.settings(commit_delay=300)
        code, _, said = self.stop(self.start(), signal.SIGTERM)
        self.assertEqual(code, 75, said)
        self.assertIn("committed", said)
        self.assertFalse((self.folder / "ack").exists() and (self.folder / "ack").read_text())

    def test_the_drain_is_bounded_when_nothing_answers(self):
        self.lab.settings(commit_delay=300)
        process = self.start()
        self.lab.settings(answer_delay=300)
        code, _, said = self.stop(process, signal.SIGTERM)
        self.assertEqual(code, 75, said)

    def test_a_second_signal_ends_it_at_once(self):
        self.lab.settings(commit_delay=300)
        code, took, said = self.stop(self.start("5m"), signal.SIGTERM, signal.SIGTERM)
        self.assertIn(code, (143, -signal.SIGTERM), said)
        self.assertLess(took, 30)


if __name__ == "__main__":
    unittest.main(verbosity=2)
