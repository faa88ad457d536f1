#!/usr/bin/env python3
"""kcat-cdc's groups against a real broker: members that come and go, where they begin and end, what is lost and what is
written to dead letters, and the commands that look at a group and move it."""

import json
import pathlib
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kafka_client import run_steps, settings_of
from kcat_lab import KafkaTest, checkpoint, event, hello, lines, schema, wait_for
from kcat_sink import Sink

STICKY = ["-X", "partition.assignment.strategy=cooperative-sticky", "-X", "session.timeout.ms=6000"]
QUICK = ["-X", "session.timeout.ms=6000"]


def value(number: int) -> str:
    return json.dumps({"n": number})


class Groups(KafkaTest):
    @property
    def topic(self) -> str:
        return f"{self.prefix}.public.t"

    def client(self, *steps):
        run_steps(self.brokers, *steps)

    def create(self, partitions: int, topic: str | None = None):
        self.client(["create", topic or self.topic, partitions])

    def fill(self, first: int, last: int, topic: str | None = None):
        text = lines(*[event(i) for i in range(first, last)])
        self.produce(text, "--topic", topic) if topic else self.produce(text)

    def write_raw(self, topic: str, *records: dict):
        text = lines(*[json.dumps({"topic": topic, "value": None} | record) for record in records])
        subprocess.run(self.command("produce", "--raw"), input=text.encode(), check=True, capture_output=True)

    def run_tool(self, *words, expect: int = 0) -> subprocess.CompletedProcess:
        command = ["kcat-cdc", *words[:1], *(() if words[0] != "groups" else words[1:2]), "-b", self.brokers]
        rest = words[2:] if words[0] == "groups" else words[1:]
        done = subprocess.run([*command, *map(str, rest)], capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done

    def lags(self, group: str, *words) -> list[dict]:
        return [json.loads(line) for line in self.run_tool("lag", "-g", group, *words).stdout.splitlines()]

    def sink(self, group: str, *words, name: str = "ack", **more) -> Sink:
        return Sink(self, group, self.work / name, *words, **more)

    def test_lag_of_all_kinds(self):
        self.create(2)
        self.write_raw(self.topic, *[{"partition": 0, "value": value(i)} for i in range(3)])
        (first, second) = self.lags("g-none", "-t", self.topic)
        self.assertEqual((first["offset"], first["end"], first["lag"]), (None, 3, None))
        self.assertEqual((second["offset"], second["end"], second["lag"]), (None, 0, None))
        for slip in (self.topic + "x", "^nothing-of-that-kind"):
            self.assertIn(slip, self.run_tool("lag", "-g", "g-none", "-t", slip, expect=69).stderr)
        sink = self.sink("g-lag", "-t", self.topic, *QUICK)
        wait_for("three", lambda: len(sink.data) == 3)
        # what no reader sees moves the group as well: tombstones, marks, aborted records
        self.produce(lines(event(7), event(7, "d")))
        self.client(
            ["transaction", self.topic, [value(9)], "tx", True], ["transaction", self.topic, [value(8)], "tx", False]
        )
        wait_for("no lag", lambda: all(line["lag"] == 0 for line in self.lags("g-lag")))
        self.assertEqual(len(sink.data), 6)
        done = self.run_tool("groups", "reset", "-g", "g-lag", "-t", self.topic, "--to", "beginning", expect=75)
        self.assertIn("has 1 member", done.stderr)
        self.assertEqual(sink.stop(), 0)
        self.assertEqual([line["lag"] for line in self.lags("g-lag")], [0, 0])
        watch = self.start("lag", "-g", "g-lag", "--watch", stdout=subprocess.PIPE)
        self.assertEqual([json.loads(watch.stdout.readline())["lag"] for _ in range(4)], [0] * 4)
        watch.send_signal(signal.SIGTERM)
        self.assertEqual(watch.wait(60), 0)

    def test_a_group_is_moved(self):
        self.create(1)
        now = 1_790_000_000_000
        records = [
            {"value": value(i), "timestamp": now + 1000 * i, "headers": [["cdc.pos", f"{i + 1:016X}/{1:016X}"]]}
            for i in range(5)
        ]
        self.write_raw(self.topic, *records)

        def reset(to: str) -> int:
            done = self.run_tool("groups", "reset", "-g", "g-moved", "-t", self.topic, "--to", to)
            (line,) = [json.loads(text) for text in done.stdout.splitlines()]
            return line["offset"]

        self.assertEqual(reset("end"), 5)
        self.assertEqual(reset("beginning"), 0)
        self.assertEqual(reset("2"), 2)
        self.assertEqual(reset("99"), 5)
        self.assertEqual(reset(f"@{now // 1000 + 3}"), 3)
        self.assertEqual((reset("@-1"), reset("@1969-07-20T20:17:40Z")), (0, 0))
        self.assertEqual(reset("0/2"), 2)  # all of that commit is behind
        self.assertEqual(reset(f"{3:016X}/{0:016X}"), 2)
        self.assertEqual(reset("0/FF"), 5)
        # records without positions are not passed over
        other = f"{self.prefix}.public.other"
        self.write_raw(other, {"value": value(1)})
        words = ("groups", "reset", "-g", "g-moved", "-t", other, "--to", "0/2")
        self.assertIn("cdc.pos", self.run_tool(*words, expect=69).stderr)
        done = self.run_tool(*words, "-t", self.topic)
        self.assertEqual([json.loads(text)["offset"] for text in done.stdout.splitlines()], [None, 2])
        self.client(["forget", self.topic, 0, 2])
        self.assertEqual(reset("0"), 2)
        self.assertEqual(reset("beginning"), 2)
        self.run_tool("groups", "reset", "-g", "g", "-t", "nowhere", "--to", "end", expect=69)
        self.run_tool("groups", "reset", "-g", "g", "-t", self.topic, "--to", "soon", expect=2)

    def test_ends_are_those_of_the_start(self):
        self.create(1)
        self.fill(0, 20)
        new = f"{self.prefix}.public.new"
        pattern = f"^{self.prefix}\\.public\\..*"
        reader = self.sink("g-ends", "-t", pattern, "--from", "end", *QUICK)
        wait_for("partitions", lambda: "assigned" in reader.kinds())
        self.client(["partitions", self.topic, 4], ["create", new, 1])
        self.write_raw(self.topic, *[{"partition": i % 4, "value": value(i)} for i in range(100)])
        self.write_raw(new, *[{"value": value(i)} for i in range(5)])
        wait_for("all that came later", lambda: len(reader.data) == 105)
        self.assertEqual(reader.stop(), 0)
        # a bounded run ends at a busy topic too, and prints nothing from behind the ends
        stop = threading.Event()

        def write():
            while not stop.is_set():
                self.write_raw(self.topic, *[{"partition": i % 4, "value": value(1000)} for i in range(200)])

        writer = threading.Thread(target=write)
        before = len(self.consume("-t", self.topic, "--until", "end"))
        writer.start()
        try:
            started = time.monotonic()
            got = self.consume("-t", self.topic, "--until", "end")
        finally:
            stop.set()
            writer.join()
        self.assertGreaterEqual(len(got), before)
        self.assertLess(time.monotonic() - started, 30)

    def test_times_are_exact(self):
        self.create(12)
        at = 1_790_000_000_000
        # the second one of each partition is late
        self.write_raw(
            self.topic,
            *[
                {"partition": partition, "value": value(n), "timestamp": at + 1000 * n}
                for partition in range(3)
                for n in (1, 5, 3, 7, 4, 9)
            ],
        )
        got = self.consume("-t", self.topic, "--from", f"@{at // 1000 + 3}", "--until", f"@{at // 1000 + 7}")
        self.assertEqual(sorted(json.loads(line)["n"] for line in got), [3, 3, 3, 4, 4, 4, 5, 5, 5])
        # what was too late is not lost to a group, whatever stood behind it
        first = self.sink("g-until", "-t", self.topic, "--until", f"@{at // 1000 + 5}", *QUICK)
        self.assertEqual(first.wait(), 0)
        self.assertEqual(sorted(line["n"] for line in first.data), [1, 1, 1, 3, 3, 3, 4, 4, 4])
        second = self.sink("g-until", "-t", self.topic, "--until", "end", *QUICK)
        self.assertEqual(second.wait(), 0)
        self.assertEqual(sorted(line["n"] for line in second.data if line["n"] >= 5), [5, 5, 5, 7, 7, 7, 9, 9, 9])
        self.assertEqual(self.consume("-t", self.topic, "--from", f"@{at // 1000 + 60}", "--until", "@4000000000"), [])
        self.assertEqual(len(self.consume("-t", self.topic, "--from", "@-2", "--until", "end")), 18)
        late = self.consume("-t", self.topic, "--from", f"@{at // 1000 + 9}", "--until", "@4000000000")
        self.assertEqual(len(late), 3)

    def test_from_is_applied_once(self):
        self.create(2)
        self.fill(0, 40)
        first = self.sink("g-once", "-t", self.topic, "--from", "beginning", *QUICK)
        wait_for("all", lambda: len(first.data) == 40)
        wait_for("commits", lambda: all(line["lag"] == 0 for line in self.lags("g-once")))
        second = self.sink("g-once", "-t", self.topic, "--from", "beginning", *QUICK, name="second")
        wait_for("a partition for the second", lambda: "assigned" in second.kinds())
        self.assertIn("--from beginning is not applied", second.said())
        self.assertEqual(second.stop(), 0)
        wait_for("the partition back", lambda: first.owned() == 2)
        self.fill(40, 50)
        wait_for("the rest", lambda: len(first.data) >= 50)
        self.assertEqual(first.stop(), 0)
        self.assertEqual(second.data, [])
        self.assertEqual(sorted(first.ids()), list(range(50)))

    def test_what_stays_is_read_on(self):
        self.create(4)
        self.fill(0, 100)
        first = self.sink("g-stays", "-t", self.topic, *STICKY, "--revoke-timeout", "60s")
        wait_for("all", lambda: first.durable == 100)
        first.acknowledge = False
        self.fill(100, 120)
        wait_for("unacknowledged lines", lambda: len(first.data) == 120)
        second = self.sink("g-stays", "-t", self.topic, *STICKY, name="second")
        wait_for("the loss of some", lambda: "revoked" in first.kinds())
        kept = first.partitions()
        self.assertTrue(0 < len(kept) < 4, kept)
        self.write_raw(
            self.topic, *[{"partition": p, "key": '{"id":500}', "value": value(p)} for p in kept for _ in range(5)]
        )
        wait_for("lines of what stays", lambda: len(first.data) == 120 + 5 * len(kept))
        self.assertEqual(second.data, [])
        self.assertNotIn("assigned", second.kinds())
        first.acknowledge_last()
        wait_for("its turn", lambda: "assigned" in second.kinds())
        self.assertEqual(second.stop(), 0)
        self.assertEqual(first.stop(), 0)
        self.assertEqual(second.data, [])  # nothing that the first acknowledged

    def test_three_members_scaled_under_load(self):
        self.create(6)
        total = 6000
        sinks = [self.sink("g-load", "-t", self.topic, *QUICK, delay=0.05, name="one")]
        writer = threading.Thread(target=lambda: [self.fill(i, i + 500) for i in range(0, total, 500)])
        writer.start()
        for name in ("two", "three"):
            sinks.append(self.sink("g-load", "-t", self.topic, *QUICK, delay=0.05, name=name))
            wait_for("a share", lambda: sinks[-1].owned() > 0)
        self.assertEqual(sinks[1].stop(), 0)
        sinks[2].process.kill()
        writer.join()

        def seen() -> set:
            return {number for sink in sinks for number in sink.ids()}

        wait_for("all", lambda: len(seen()) == total, 60)
        self.assertEqual(sinks[0].stop(), 0)
        acknowledged: dict[tuple, int] = {}
        for index, sink in enumerate(sinks):
            for line in sink.acknowledged():
                place = (line["kafka"]["partition"], line["kafka"]["offset"])
                # who is killed may not have committed yet what was acknowledged
                if index < 2:
                    self.assertNotIn(place, acknowledged, f"acknowledged by {acknowledged.get(place)} and {index}")
                acknowledged[place] = index
        self.assertEqual(len(acknowledged), total)

    def test_members_that_stop_in_a_rebalance(self):
        self.create(6)
        total = 4000
        self.fill(0, total)

        def sink(name: str) -> Sink:
            return self.sink("g-stops", "-t", self.topic, *STICKY, delay=0.05, name=name)

        sinks = [sink("one"), sink("two")]
        wait_for("shares", lambda: all(one.owned() == 3 for one in sinks))
        for name in ("three", "four"):
            leaving = sinks[-1]
            heard = [len(one.kinds()) for one in sinks]
            sinks.append(sink(name))
            wait_for(
                "a rebalance",
                lambda: any("revoked" in one.kinds()[since:] for one, since in zip(sinks, heard, strict=False)),  # noqa: B023
            )
            self.assertEqual(leaving.stop(), 0, leaving.said())
            staying = [sinks[0], sinks[-1]]
            # else the next one gets what nobody has yet, and nobody gives anything up for it
            wait_for("shares of those who stay", lambda: [one.owned() for one in staying] == [3, 3], 60)  # noqa: B023
        wait_for("all", lambda: {number for one in sinks for number in one.ids()} == set(range(total)), 60)
        wait_for("no lag", lambda: all(line["lag"] == 0 for line in self.lags("g-stops")), 60)
        self.assertEqual([one.stop() for one in staying], [0, 0])
        done = {(line["kafka"]["partition"], line["kafka"]["offset"]) for one in sinks for line in one.acknowledged()}
        self.assertEqual(len(done), total)

    def test_a_blocked_stdout_costs_nothing(self):
        self.create(2)
        self.fill(0, 30)
        reader = self.start(
            *("consume", "-g", "g-blocked", "-t", self.topic, "--ack", self.ack, *QUICK),
            *("-X", "max.poll.interval.ms=6000"),
            stdout=subprocess.PIPE,
        )
        while "__cdc" in json.loads(reader.stdout.readline()):
            pass  # until the first record
        self.write_raw(self.topic, *[{"value": '{"x":"' + "x" * 100_000 + '"}'} for _ in range(120)])
        time.sleep(9)  # longer than a group waits for a member that does not poll
        kinds: list[str] = []
        while kinds.count("data") < 149:
            kinds.append(json.loads(reader.stdout.readline()).get("__cdc", "data"))
        self.assertNotIn("revoked", kinds)

    def test_offsets_that_are_gone(self):
        self.create(1)
        self.write_raw(self.topic, *[{"value": value(i)} for i in range(10)])
        self.run_tool("groups", "reset", "-g", "g-gone", "-t", self.topic, "--to", "2")
        self.client(["forget", self.topic, 0, 5])
        command = ("-t", self.topic, "-g", "g-gone", "--until", "end")
        done = self.run_tool("consume", *command, expect=69)
        self.assertIn(f'topic "{self.topic}" partition 0: offset 2 is not there, it holds 5 to 10', done.stderr)
        done = self.run_tool("consume", *command, "-X", "auto.offset.reset=earliest")
        self.assertEqual(len(done.stdout.splitlines()), 5)
        self.assertIn("going on at 5", done.stderr)

    def test_a_topic_that_is_deleted(self):
        other = f"{self.prefix}.public.u"
        self.client(["create", self.topic, 1], ["create", other, 1])
        self.fill(0, 20)
        named = self.start("consume", "-t", self.topic, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        pattern = self.sink("g-deleted", "-t", f"^{self.prefix}\\.public\\.", *QUICK, errors=True)
        for _ in range(20):
            named.stdout.readline()
        wait_for("all", lambda: pattern.durable == 20)
        self.client(["delete", self.topic])
        for process in (named, pattern.process):
            self.assertEqual(process.wait(60), 69)
            self.assertIn(f'"{self.topic}"', process.stderr.read().decode())

    def test_patterns_and_names(self):
        self.create(1)
        self.fill(0, 3)
        pattern = f"^{self.prefix}\\..*"
        done = self.run_tool("consume", "-t", pattern, "-t", self.topic + "x", expect=69)
        self.assertIn(f'could not find topic "{self.topic}x"', done.stderr)
        self.assertIn(f"Did you mean {self.topic}?", done.stderr)
        self.run_tool("consume", "-t", "^[a", expect=2)
        done = self.run_tool("consume", "-t", f"^(__consumer.*|{self.prefix}.*)", "--until", "end")
        self.assertEqual(len(done.stdout.splitlines()), 3)
        self.run_tool("consume", "-t", pattern, "--dead-letter", f"{self.prefix}.dlq", expect=78)

    def test_the_shape_in_force(self):
        self.create(1)
        wide = schema(columns=("id", "text", "more"))
        text = (hello(), schema(), event(1), wide, event(2), schema(), event(3), checkpoint(1, "eof"))
        self.produce(lines(*text))
        got = self.read_all(self.topic, "--control")
        shapes = [line for line in got if '"__cdc":"schema"' in line]
        self.assertEqual(shapes, [schema(), wide, schema()])
        lost = {"value": value(1), "headers": [["cdc.schema", "nowhere"]]}
        self.write_raw(self.topic, lost)
        done = self.run_tool("consume", "-t", self.topic, "--control", "--until", "end", "--retry-for", "2s", expect=69)
        self.assertIn('could not find the schema "nowhere"', done.stderr)

    def test_dead_letters_there_and_back(self):
        self.create(2)
        letters = f"{self.prefix}-dlq"
        bad = {
            "partition": 1,
            "key": {"base64": "AP8="},
            "value": {"base64": "AAAAAGP/YmlzaA=="},
            "timestamp": 1_790_000_000_123,
            "headers": [["a", "1"], ["a", "2"], ["b", None]],
        }
        self.write_raw(self.topic, {"partition": 1, "value": value(1)}, bad, {"partition": 1, "value": value(2)})
        consume = ("consume", "-t", self.topic, "--until", "end")
        self.run_tool(*consume, expect=65)
        self.assertEqual(len(self.run_tool(*consume, "--on-error", "skip", expect=1).stdout.splitlines()), 2)
        done = self.run_tool(*consume, "--dead-letter", letters, expect=1)
        self.assertEqual(len(done.stdout.splitlines()), 2)
        (letter,) = [json.loads(line) for line in self.read_all(letters, "--raw")]
        for name in ("key", "value", "timestamp"):
            self.assertEqual(letter[name], bad[name])
        self.assertEqual(letter["headers"][:3], bad["headers"])
        errors = dict(letter["headers"][3:])
        self.assertEqual(errors["__connect.errors.topic"], self.topic)
        self.assertEqual(errors["__connect.errors.partition"], "1")
        self.assertEqual(errors["__connect.errors.offset"], "1")
        self.assertIn("Avro", errors["__connect.errors.exception.message"])
        self.assertEqual(settings_of(self.brokers, letters), {"retention.ms": "-1"})  # they are as old as their records
        receipt = json.loads(self.run_tool("replay", "-t", letters, *QUICK).stdout)
        self.assertEqual((receipt["records"], receipt["left_out"]), (1, 0))
        self.assertEqual(json.loads(self.run_tool("replay", "-t", letters, *QUICK).stdout)["records"], 0)
        back = json.loads(self.read_all(self.topic, "--raw")[-1])
        self.assertEqual({name: back[name] for name in bad}, bad)
        # one whose topic is gone keeps itself back, not those before it again
        errors = [["__connect.errors.topic", self.topic], ["__connect.errors.partition", "0"]]
        gone = [["__connect.errors.topic", f"{self.prefix}-gone"]]
        self.write_raw(letters, *[{"value": "again", "headers": headers} for headers in (errors, gone)])
        for _ in range(2):
            self.assertIn("-gone", self.run_tool("replay", "-t", letters, *QUICK, expect=69).stderr)
        back_again = [line for line in self.read_all(self.topic, "--raw") if '"again"' in line]
        self.assertEqual(len(back_again), 1)
        self.client(["create", f"{self.prefix}-gone", 1])
        self.assertEqual(json.loads(self.run_tool("replay", "-t", letters, *QUICK).stdout)["records"], 1)
        self.write_raw(letters, {"value": "no letter"})
        receipt = json.loads(self.run_tool("replay", "-t", letters, *QUICK, expect=1).stdout)
        self.assertEqual((receipt["records"], receipt["left_out"]), (0, 1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
