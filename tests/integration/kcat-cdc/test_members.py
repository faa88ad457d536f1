#!/usr/bin/env python3
"""Members of a group with names of their own: one that comes back is no change for the others, a second one of the name
puts the first out. A group that is put elsewhere by hand."""

import json
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kafka_client import run_steps
from kcat_lab import KafkaTest, event, lines, wait_for
from kcat_sink import Sink

SESSION = ("-X", "session.timeout.ms=10000")


def place(line: dict) -> tuple:
    return line["kafka"]["partition"], line["kafka"]["offset"]


class Members(KafkaTest):
    def setUp(self):
        super().setUp()
        self.topic = f"{self.prefix}.public.t"
        self.sinks: list[Sink] = []

    def fill(self, first: int, last: int) -> None:
        self.produce(lines(*[event(i) for i in range(first, last)]))

    def member(self, group: str, *words, name: str, **more) -> Sink:
        sink = Sink(self, group, self.work / name, "-t", self.topic, *words, **more)
        self.sinks.append(sink)
        return sink

    def named(self, name: str, ack: str = "", **more) -> Sink:
        words = (*SESSION, "-X", f"group.instance.id={name}")
        return self.member(f"g-{self.prefix}", *words, name=ack or name, **more)

    def lag(self) -> int | None:
        """Of the whole group; None while a partition has no offset."""
        done = subprocess.run(
            self.command("lag", "-g", f"g-{self.prefix}", "-t", self.topic), capture_output=True, check=True, timeout=60
        )
        lags = [json.loads(line)["lag"] for line in done.stdout.splitlines()]
        return None if None in lags else sum(lags)

    def test_a_named_member_restarts_without_a_rebalance(self):
        run_steps(self.brokers, ["create", self.topic, 4])
        self.fill(0, 200)
        steady, other = self.named("one"), self.named("two")
        wait_for("shares", lambda: steady.owned() == 2 and other.owned() == 2)
        wait_for("all", lambda: steady.durable + other.durable >= 200)
        mine, theirs, heard = steady.partitions(), other.partitions(), len(steady.kinds())
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            other.process.send_signal(signal_number)
            self.assertIn(other.wait(), (0, -signal.SIGKILL))
            other = self.named("two")
            wait_for("its partitions again", lambda: other.partitions() == theirs)  # noqa: B023
        self.fill(200, 400)
        wait_for("all", lambda: len({place(line) for sink in self.sinks for line in list(sink.data)}) == 400)
        self.assertEqual(steady.partitions(), mine)
        self.assertEqual({"assigned", "revoked"} & set(steady.kinds()[heard:]), set())
        self.assertEqual((steady.stop(), other.stop()), (0, 0))
        self.assert_acknowledged_once(400)

    def test_a_group_that_is_moved_back(self):
        """Where somebody put the group counts, not what the ack file of the run before says."""
        run_steps(self.brokers, ["create", self.topic, 1])
        self.fill(0, 10)
        group = f"g-{self.prefix}"

        def seen() -> list[int]:
            member = self.member(group, "--until", "end", *SESSION, name="ack")
            self.assertEqual(member.wait(), 0, member.said())
            return member.ids()

        self.assertEqual(seen(), list(range(10)))
        reset = ("-b", self.brokers, "-g", group, "-t", self.topic, "--to", "4")
        subprocess.run(["kcat-cdc", "groups", "reset", *reset], check=True, stdout=subprocess.DEVNULL)
        self.assertEqual(seen(), list(range(4, 10)))
        self.assertEqual(seen(), [])

    def test_two_members_of_one_name(self):
        run_steps(self.brokers, ["create", self.topic, 2])
        self.fill(0, 100)
        first = self.named("same", "first", errors=True)
        wait_for("all", lambda: first.durable == 100)
        # who is put out commits no more: what it had not committed by then, the second one reads again
        wait_for("its commit", lambda: self.lag() == 0)
        second = self.named("same", "second")
        self.assertEqual(first.process.wait(60), 69)
        said = first.process.stderr.read().decode()
        self.assertIn("group.instance.id", said)
        self.assertIn("hint:", said)
        wait_for("its partitions", lambda: second.owned() == 2)
        self.fill(100, 120)
        wait_for("the rest", lambda: second.durable >= 20)
        self.assertEqual(second.stop(), 0)
        self.assert_acknowledged_once(120)

    def assert_acknowledged_once(self, total: int) -> None:
        """What a sink acknowledged no other one gets to acknowledge."""
        done: dict[tuple, int] = {}
        for index, sink in enumerate(self.sinks):
            for line in sink.acknowledged():
                self.assertFalse(place(line) in done, f"{place(line)} by {done.get(place(line))} and {index}")
                done[place(line)] = index
        self.assertEqual(len(done), total)


if __name__ == "__main__":
    unittest.main(verbosity=2)
