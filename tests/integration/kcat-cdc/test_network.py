#!/usr/bin/env python3
"""kcat-cdc over a link that is cut, slow, narrow or swallows everything, in the middle of requests: producers with and
without transactions, and a reader. Afterwards every topic is compared record by record. CDC_LONG=1: with many seeds."""

import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kcat_history import ROWS, Source
from kcat_lab import KafkaTest, event, lines, wait_for
from kcat_sink import Sink
from own_lab import free_port
from toxiproxy import Link

SEEDS = range(20) if os.environ.get("CDC_LONG") else range(1)
QUICK = ("-X", "reconnect.backoff.ms=50", "-X", "reconnect.backoff.max.ms=500")


class Network(KafkaTest):
    parts = ("kafka", "toxiproxy")
    brokers_variable = "CDC_BROKERS_FRONT"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.direct = cls.lab.variables["CDC_BROKERS"]
        cls.link = Link(cls.lab, cls.brokers, cls.lab.variables["CDC_BROKERS_BEHIND"])

    def workloads(self, name: str, *options):
        plain = Source(self, f"{name}-plain", "--partitions", 2, *QUICK, *options, pause=0.004).start()
        exact = Source(self, f"{name}-exact", "--partitions", 2, *QUICK, *options, "--transactional", name, pause=0.004)
        exact.start()
        wait_for("the first acks", lambda: min(plain.acked(), exact.acked()) > 20)
        reader = Sink(
            *(self, name, self.work / f"{name}-read", "-t", f"^{name}-plain\\.public\\..*", *QUICK),
            *("-X", "session.timeout.ms=6000"),
        )
        wait_for("the reader's first", lambda: reader.durable > 0)
        return plain, exact, reader

    def assert_whole(self, plain: Source, exact: Source, reader: Sink) -> None:
        for source in (plain, exact):
            source.finish()
            source.assert_exactly_once(source.found(self.direct))
        wait_for("all lines", lambda: len({line["pos"] for line in list(reader.data)}) == plain.last * ROWS)
        self.assertEqual(reader.stop(), 0)
        acknowledged = [self.place(line) for line in reader.acknowledged()]
        self.assertEqual(len(acknowledged), len(reader.data))
        self.assertEqual(len(set(acknowledged)), plain.last * ROWS)
        newest: dict[tuple, int] = {}
        for *where, offset in acknowledged:
            place = tuple(where)
            self.assertLessEqual(offset, newest.get(place, -1) + 1, "a gap")
            newest[place] = max(offset, newest.get(place, -1))

    @staticmethod
    def place(line: dict) -> tuple:
        return line["kafka"]["topic"], line["kafka"]["partition"], line["kafka"]["offset"]

    def progress(self, *counts) -> None:
        before = [count() for count in counts]
        for count, was in zip(counts, before, strict=True):
            wait_for("progress", lambda: count() > was)  # noqa: B023

    def test_trouble_of_all_kinds(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                chance = random.Random(seed)
                plain, exact, reader = self.workloads(f"n{seed}")
                counts = (plain.acked, exact.acked, lambda: reader.durable)  # noqa: B023
                for trouble in chance.sample(["cut", "sliced", "cut_requests", "cut_answers", "slow", "half_open"], 6):
                    getattr(self, trouble)(chance)
                    self.progress(*counts)
                self.assert_whole(plain, exact, reader)

    def cut(self, chance: random.Random) -> None:
        for _ in range(5):
            self.link.cut()
            time.sleep(chance.uniform(0, 0.2))

    def cut_requests(self, chance: random.Random) -> None:
        """Each connection ends after so many bytes: in the middle of what a producer sends."""
        with self.link.toxic("limit_data", "upstream", bytes=chance.randrange(3_000, 30_000)):
            time.sleep(2)

    def cut_answers(self, chance: random.Random) -> None:
        with self.link.toxic("limit_data", bytes=chance.randrange(2_000, 30_000)):
            time.sleep(2)

    def slow(self, chance: random.Random) -> None:
        with self.link.toxic("latency", latency=150, jitter=100), self.link.toxic("latency", "upstream", latency=100):
            self.link.cut()
            time.sleep(chance.uniform(1, 2))

    def sliced(self, chance: random.Random) -> None:
        size = chance.randrange(20, 200)
        with self.link.toxic("slicer", "upstream", average_size=size, size_variation=size // 2, delay=50):
            time.sleep(1)

    def half_open(self, chance: random.Random) -> None:
        """Nothing comes through any more, in either direction, and nobody is told."""
        with self.link.toxic("timeout", timeout=0), self.link.toxic("timeout", "upstream", timeout=0):
            time.sleep(chance.uniform(1, 3))

    def test_lag_that_is_looked_at_over_a_slow_link(self):
        """Where a group is and where topics end are two questions, and between them both move on: never is the group
        further than the end."""
        slow, self.brokers = self.brokers, self.direct  # who writes and reads is as quick as ever
        source = Source(self, self.prefix, "--partitions", 2, "-X", "linger.ms=5", pause=0.002).start()
        wait_for("the first acks", lambda: source.acked() > 20)
        port, group = free_port(), f"g-{self.prefix}"
        words = ("-t", f"^{source.prefix}\\.public\\..*", "--metrics-listen", f"127.0.0.1:{port}")
        reader = Sink(self, group, self.work / "ack", *words)
        wait_for("its first", lambda: reader.durable > 0)
        lags: list[dict] = []
        with self.link.toxic("latency", latency=150):
            lag = ["kcat-cdc", "lag", "-b", slow, "-g", group]
            looks = [subprocess.Popen(lag, stdout=subprocess.PIPE) for _ in range(6)]
            for look in looks:
                out, _ = look.communicate(timeout=60)
                self.assertEqual(look.returncode, 0)
                lags += map(json.loads, out.splitlines())
        known = [line for line in lags if line["offset"] is not None]
        self.assertGreaterEqual(len(known), 6)
        for line in known:
            self.assertLessEqual(line["offset"], line["end"])
            self.assertEqual(line["lag"], line["end"] - line["offset"])
        for _ in range(20):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                found = re.findall(r"^kcat_cdc_lag_records\{.*\} (\S+)$", answer.read().decode(), re.MULTILINE)
            self.assertGreater(len(found), 0)
            self.assertGreaterEqual(min(map(float, found)), 0)
            time.sleep(0.1)
        source.finish()
        self.assertEqual(reader.stop(), 0)

    def test_narrow(self):
        text = lines(*[event(number, note=random.Random(number).randbytes(500).hex()) for number in range(500)])
        with self.link.toxic("bandwidth", "upstream", rate=200), self.link.toxic("bandwidth", rate=200):
            self.produce(text)
            got = self.read_all(f"{self.prefix}.public.t")
        self.assertEqual(len(got), 500)

    def test_a_link_that_stays_dead(self):
        """75 within the time that was given, not that of the library; what was not acknowledged comes again."""
        plain, exact, reader = self.workloads("dead", "--retry-for", "4s")
        with self.link.toxic("timeout", timeout=0), self.link.toxic("timeout", "upstream", timeout=0):
            began = time.monotonic()
            self.assertEqual((plain.wait(60), exact.wait(60)), (75, 75), plain.said() + exact.said())
            self.assertLess(time.monotonic() - began, 25)
        for source in (plain, exact):
            source.start("--retry-for", "60s")
            source.finish()
        plain.assert_all_there(plain.found(self.direct))
        exact.assert_exactly_once(exact.found(self.direct))
        wait_for("all lines", lambda: len({line["pos"] for line in list(reader.data)}) == plain.last * ROWS)
        self.assertEqual(reader.stop(), 0)

    def test_an_outage_longer_than_a_transaction_may_take(self):
        exact = Source(self, "outage", *QUICK, "--transactional", "o", "-X", "transaction.timeout.ms=3000", pause=0.01)
        exact.start()
        wait_for("the first acks", lambda: exact.acked() > 20)
        with self.link.down():
            time.sleep(6)
        self.progress(exact.acked)
        exact.finish()
        exact.assert_exactly_once(exact.found(self.direct))


if __name__ == "__main__":
    unittest.main(verbosity=2)
