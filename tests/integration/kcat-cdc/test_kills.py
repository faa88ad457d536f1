#!/usr/bin/env python3
"""kill -9 again and again, of producers with and without transactions and of a reader, while they work: afterwards every
topic is compared record by record. CDC_KILL_SECONDS: how long each seed goes on, CDC_KILL_SEEDS: how many there are."""

import os
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kcat_history import ROWS, Source
from kcat_lab import KafkaTest, wait_for
from kcat_sink import Sink

SECONDS = float(os.environ.get("CDC_KILL_SECONDS", "6"))
SEEDS = int(os.environ.get("CDC_KILL_SEEDS", "2"))
QUICK = ("-X", "session.timeout.ms=6000")


class Reader:
    """A group's only member, with a sink that outlives it: what was acknowledged must not come again."""

    def __init__(self, test, name: str):
        self.test, self.name = test, name
        self.durable: list[tuple] = []
        self.start()

    def start(self) -> None:
        words = ("-t", f"^{self.name}\\.public\\.t[01]$", *QUICK, "-X", "topic.metadata.refresh.interval.ms=500")
        # a name of its own gives a member that was killed its partitions back at once
        words = (*words, "-X", "group.instance.id=reader")
        self.sink = Sink(self.test, f"g-{self.name}", self.test.work / f"{self.name}-read", *words)

    def kill(self) -> None:
        self.sink.process.kill()
        self.sink.wait()
        self.keep()

    def keep(self) -> None:
        for line in self.sink.acknowledged():
            self.durable.append((line["kafka"]["topic"], line["kafka"]["partition"], line["kafka"]["offset"]))

    def count(self) -> int:
        return len(self.durable) + self.sink.durable


class Kills(KafkaTest):
    def test_storms(self):
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                self.storm(seed)

    def storm(self, seed: int) -> None:
        chance = random.Random(seed)
        plain = Source(self, f"k{seed}-plain", "--partitions", 3, pause=0.002).start()
        exact = Source(self, f"k{seed}-exact", "--partitions", 3, "--transactional", f"k{seed}", pause=0.002).start()
        wait_for("the topics", lambda: min(plain.acked(), exact.acked()) > 0)
        reader = Reader(self, plain.prefix)
        kills = {plain: 0, exact: 0, reader: 0}
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or min(kills.values()) == 0:
            time.sleep(chance.uniform(0.05, 0.6))
            victim = chance.choice([plain, exact, reader])
            victim.kill()
            kills[victim] += 1
            victim.start()
        for source in (plain, exact):
            source.finish()
        exact.assert_exactly_once(exact.found())
        found = plain.found()
        plain.assert_all_there(found)
        wait_for("all acknowledged", lambda: reader.count() >= len(found))
        self.assertEqual(reader.sink.stop(), 0)
        reader.keep()
        self.assertEqual(len(reader.durable), len(found))
        self.assertEqual(len(set(reader.durable)), len(found))
        self.assertGreaterEqual(len(found), plain.last * ROWS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
