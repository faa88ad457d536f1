"""A history of transactions that a source sends to kcat-cdc produce, after each end again from what was acknowledged, and
what the topics must hold of it. Keys come again and again, so that an order that is lost shows."""

import collections
import json
import subprocess
import threading
import time
from typing import NamedTuple

from kafka_client import run_steps
from kcat_lab import checkpoint, event, hello, lines

ROWS = 3  # of a transaction, in two tables
KEYS = 30


def pos(lsn: int, ordinal: int) -> str:
    return f"{lsn:016X}/{ordinal:016X}"


def transaction(lsn: int) -> list[str]:
    """All rows have the LSN of the commit."""
    out = []
    for row in range(1, ROWS + 1):
        key = (lsn * ROWS + row) % KEYS
        out.append(event(key, "u", table=f"t{row % 2}").replace(pos(key, 1), pos(lsn, row), 1))
    return out


class Found(NamedTuple):
    topic: str
    partition: int
    key: str
    pos: str


class Source:
    """Sends until its `last` transaction, which may be set while it runs; `pause` is the time between two."""

    def __init__(self, test, prefix: str, *options, last: int = 1_000_000, pause: float = 0.0):
        self.test, self.prefix, self.options = test, prefix, [str(option) for option in options]
        self.last, self.pause = last, pause
        self.ack = test.work / f"{prefix}-ack"
        self.log = test.work / f"{prefix}-log"
        self.runs = 0
        self.sent = 0

    def start(self, *more: str) -> "Source":
        """A flag of `more` counts instead of the same one among the options."""
        self.runs += 1
        options = list(self.options)
        if more and more[0] in options:
            at = options.index(more[0])
            del options[at : at + 2]
        with self.log.open("ab") as log:
            self.process = self.test.start(
                *("produce", "--topic-prefix", self.prefix, "--ack", self.ack, *options, *more),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self.thread = threading.Thread(target=self.write, args=(self.process.stdin, f"r{self.runs}"), daemon=True)
        self.thread.start()
        return self

    def write(self, pipe, run: str):
        try:
            pipe.write(hello(run).encode() + b"\n")
            lsn = self.acked()
            while lsn < self.last:
                lsn += 1
                pipe.write(lines(*transaction(lsn), checkpoint(lsn, run=run)).encode())
                pipe.flush()
                self.sent = max(self.sent, lsn)
                time.sleep(self.pause)
            pipe.write(lines(checkpoint(self.last + 1, "eof", run)).encode())
            pipe.close()
        except (BrokenPipeError, ValueError):
            pass  # its reader has ended, and will be started again

    def acked(self) -> int:
        try:
            return json.loads(self.ack.read_text())["seq"]
        except (FileNotFoundError, json.JSONDecodeError):
            return 0

    def end_soon(self):
        self.pause = 0
        self.last = self.sent + 30

    def kill(self):
        self.process.kill()
        self.wait()

    def wait(self, seconds: float = 90) -> int:
        code = self.process.wait(seconds)
        self.thread.join(30)
        return code

    def said(self) -> str:
        return self.log.read_text()

    def finish(self, seconds: float = 90) -> None:
        """To the end, which must be a good one."""
        self.end_soon()
        self.test.assertEqual(self.wait(seconds), 0, self.said())
        self.test.assertEqual(self.acked(), self.last + 1)

    def found(self, brokers: str | None = None) -> list[Found]:
        """What a reader of committed records sees, each partition in its order."""
        out = []
        if "--transactional" in self.options:
            run_steps(brokers or self.test.brokers, ["settled", self.prefix + "."])
        for table in ("t0", "t1"):
            topic = f"{self.prefix}.public.{table}"
            done = subprocess.run(
                ["kcat", "-C", "-e", "-q", "-b", brokers or self.test.brokers, "-t", topic, "-o", "beginning"]
                + ["-f", r"%p\t%k\t%h\n"],
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
            for line in done.stdout.splitlines():
                partition, key, headers = line.split("\t")
                found = dict(pair.split("=", 1) for pair in headers.split(","))
                out.append(Found(topic, int(partition), key, found["cdc.pos"]))
        return out

    def assert_all_there(self, found: list[Found]) -> None:
        """Nothing lost, and the last of each key is its newest."""
        self.test.assertEqual({one.pos for one in found}, set(self.positions()))
        newest = {(one.topic, one.key): one.pos for one in sorted(found, key=lambda one: one.pos)}
        self.test.assertEqual({(one.topic, one.key): one.pos for one in found}, newest)
        seen: dict[tuple, set[str]] = {}
        newest_of: dict[tuple, str] = {}
        for one in found:  # what comes for the first time comes in order
            place = (one.topic, one.partition)
            if one.pos in seen.setdefault(place, set()):
                continue
            self.test.assertGreater(one.pos, newest_of.get(place, ""))
            seen[place].add(one.pos)
            newest_of[place] = one.pos

    def assert_exactly_once(self, found: list[Found]) -> None:
        """Nothing lost, doubled, or in another order within its key; transactions whole."""
        twice = [name for name, count in collections.Counter(one.pos for one in found).items() if count > 1]
        self.test.assertEqual(twice, [])
        self.test.assertEqual({one.pos for one in found}, set(self.positions()))
        by_key: dict[tuple, list[str]] = {}
        for one in found:
            by_key.setdefault((one.topic, one.key), []).append(one.pos)
        for key, positions in by_key.items():
            self.test.assertEqual(positions, sorted(positions), key)

    def positions(self) -> list[str]:
        return [pos(lsn, row) for lsn in range(1, self.last + 1) for row in range(1, ROWS + 1)]
