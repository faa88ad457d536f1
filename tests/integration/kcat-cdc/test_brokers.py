#!/usr/bin/env python3
"""kcat-cdc on three brokers of which one dies, freezes, hands over or has a full disk, under producers with and without
transactions and a group's member: afterwards every topic is compared record by record. CDC_LONG=1: every fault, twice."""

import os
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kafka_nodes import Nodes
from kcat_history import ROWS, Source
from kcat_lab import KafkaTest, wait_for
from kcat_sink import Sink

TRANSACTIONS, GROUPS = "__transaction_state", "__consumer_offsets"
FAULTS = ["coordinator_killed", "frozen", "disk_full"]
LONG = [*FAULTS, "group_coordinator_killed", "coordinator_stopped", "leader_killed"]


class Brokers(KafkaTest):
    parts = ("kafka3",)
    brokers_variable = "CDC_BROKERS3"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nodes = Nodes(cls.lab)

    def test_a_broker_fails_under_load(self):
        for number, fault in enumerate(LONG * 2 if os.environ.get("CDC_LONG") else FAULTS):
            with self.subTest(fault=fault, round=number):
                self.under_load(f"f{number}", getattr(self, fault))

    def under_load(self, prefix: str, fault) -> None:
        plain = Source(self, f"{prefix}-plain", "--partitions", 3, pause=0.01).start()
        exact = Source(self, f"{prefix}-exact", "--partitions", 3, "--transactional", prefix, pause=0.01).start()
        wait_for("the first acks", lambda: min(plain.acked(), exact.acked()) > 20)
        reader = Sink(
            *(self, prefix, self.work / f"{prefix}-read", "-t", f"^{prefix}-plain\\.public\\..*"),
            *("-X", "session.timeout.ms=6000"),
        )
        wait_for("the reader's first", lambda: reader.durable > 0)
        fault(f"{prefix}-plain.public.t0")
        before = (plain.acked(), exact.acked(), reader.durable)
        for index, progress in enumerate((plain.acked, exact.acked, lambda: reader.durable)):
            wait_for("progress after it", lambda: progress() > before[index])  # noqa: B023
        for source in (plain, exact):
            source.finish()
            source.assert_exactly_once(source.found())  # a retry of an idempotent producer doubles nothing
        wait_for("all lines", lambda: len({line["pos"] for line in list(reader.data)}) == plain.last * ROWS)
        self.assertEqual(reader.stop(), 0)
        places = [(line["kafka"]["topic"], line["kafka"]["partition"], line["kafka"]["offset"]) for line in reader.data]
        self.assertEqual(len(reader.acknowledged()), len(reader.data))
        for place in {place[:2] for place in places}:
            offsets = [offset for *where, offset in places if tuple(where) == place]
            self.assertEqual(offsets, sorted(set(offsets)), place)
        self.nodes.wait_whole(f"{prefix}-plain.public.t0")

    def ended(self, topic: str, node: int, what: int) -> None:
        self.nodes.send(node, what)
        self.nodes.wait_moved(topic, node)

    def coordinator_killed(self, _topic: str) -> None:
        self.ended(TRANSACTIONS, self.nodes.leader(TRANSACTIONS), signal.SIGKILL)

    def coordinator_stopped(self, _topic: str) -> None:
        self.ended(TRANSACTIONS, self.nodes.leader(TRANSACTIONS), signal.SIGTERM)

    def group_coordinator_killed(self, _topic: str) -> None:
        self.ended(GROUPS, self.nodes.leader(GROUPS), signal.SIGKILL)

    def leader_killed(self, topic: str) -> None:
        self.ended(topic, self.nodes.leader(topic), signal.SIGKILL)

    def frozen(self, topic: str) -> None:
        node = self.nodes.leader(topic)
        self.nodes.freeze(node)
        try:
            self.nodes.wait_moved(topic, node)
        finally:
            self.nodes.thaw(node)

    def disk_full(self, topic: str) -> None:
        node = self.nodes.leader(topic)
        pid = self.nodes.pid(node)
        self.nodes.fill_disk(node)
        self.nodes.wait_ended(node, pid)

    def test_too_few_replicas(self):
        """Nothing is acknowledged that fewer brokers have than the topic demands; who has no time left ends with 75."""
        wish = ("--partitions", 2, "--topic-config", "min.insync.replicas=3")
        # longer than a controller at load takes to see that a broker is gone: until then nobody knows what is missing
        short, long = ("--retry-for", "20s"), ("--retry-for", "180s")
        sources = [
            Source(self, "few-plain", *wish, *short, pause=0.02).start(),
            Source(self, "few-exact", *wish, *short, "--transactional", "few", pause=0.02).start(),
            Source(self, "few-patient", *wish, *long, pause=0.02).start(),
        ]
        wait_for("the first acks", lambda: min(source.acked() for source in sources) > 10)
        topics = [f"{source.prefix}.public.t{number}" for source in sources for number in range(2)]
        down = next(node for node in (1, 2, 3) if node != self.nodes.leader(TRANSACTIONS))
        self.nodes.take_down(down)
        sent = [source.sent for source in sources]
        try:
            for topic in topics:
                wait_for("fewer replicas", lambda: self.nodes.in_sync(topic) == 2)  # noqa: B023
            for source in sources[:2]:
                self.assertEqual(source.wait(), 75, source.said())
            # what all three had may be acknowledged later: a commit that had begun needs two of them
            for source, most in zip(sources, sent, strict=True):
                self.assertGreater(source.sent, most + 10)
                self.assertLessEqual(source.acked(), most + 1)
            self.assertIn("replicas", sources[0].said())
        finally:
            self.nodes.let_back(down)
        for source in sources[:2]:
            source.start(*long)  # as long as it takes the broker to come back
        for source in sources:
            source.finish(200)
        sources[0].assert_all_there(sources[0].found())
        for source in sources[1:]:
            source.assert_exactly_once(source.found())
        self.nodes.wait_whole()


if __name__ == "__main__":
    unittest.main(verbosity=2)
