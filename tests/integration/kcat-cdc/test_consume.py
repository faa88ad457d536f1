#!/usr/bin/env python3
"""kcat-cdc consume against a real broker: lines, where it begins and ends, and what is committed when."""

import json
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kcat_lab import KafkaTest, checkpoint, event, hello, lines, schema, wait_for
from kcat_sink import Sink

# What Debezium's PostgreSQL connector writes: values without and with the converter's schemas.
DEBEZIUM_VALUE = (
    '{"before":null,"after":{"id":3,"price":"AJY=","note":"\\uD83D\\uDE00"},"source":{"version":"3.7.0.Final",'
    '"connector":"postgresql","name":"app","ts_ms":1795359935496,"snapshot":"false","db":"gold",'
    '"sequence":"[\\"31660472\\",\\"31660976\\"]","ts_us":1795359935496871,"ts_ns":1795359935496871000,'
    '"schema":"inv","table":"t","txId":766,"lsn":31660976,"xmin":null,"origin":null,"origin_lsn":null},'
    '"transaction":null,"op":"c","ts_ms":1795359935498,"ts_us":1795359935498871,"ts_ns":1795359935498871000}'
)
WRAPPED = '{{"schema":{{"type":"struct","fields":[],"optional":false,"name":"app.inv.t.{}"}},"payload":{}}}'


class Consume(KafkaTest):
    def fill(self, first: int, last: int, partitions: int = 1, at: int = 1):
        self.produce(lines(*[event(i, at=at) for i in range(first, last)]), "--partitions", partitions)

    @property
    def topic(self) -> str:
        return f"{self.prefix}.public.t"

    def sink(self, group: str, *words, **more) -> Sink:
        return Sink(self, group, self.ack, *words, **more)

    def committed(self, group: str) -> dict[int, int]:
        done = subprocess.run(self.command("lag", "-g", group), check=False, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 69), done.stderr)  # 69: a group that left nothing behind
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return {line["partition"]: line["offset"] for line in found if line["topic"] == self.topic}

    def write_record(self, topic: str, text: str, *arguments):
        subprocess.run(["kcat", "-P", "-b", self.brokers, "-t", topic, *arguments], input=text.encode(), check=True)

    def test_commits_follow_acknowledgements(self):
        self.fill(0, 20)
        silent = self.sink("g-follow", "-t", self.topic, acknowledge=False)
        wait_for(
            "the last checkpoint", lambda: silent.control and silent.control[-1].get("pos") == f"{self.topic}:0=20"
        )
        last = silent.control[-1]
        self.assertEqual((last["__cdc"], len(silent.data)), ("ckpt", 20))
        time.sleep(1)
        self.assertEqual(self.committed("g-follow"), {})
        self.write_ack(silent.greeting, last)
        wait_for("commit", lambda: self.committed("g-follow") == {0: 20})
        silent.process.send_signal(signal.SIGTERM)
        wait_for("eof", lambda: "eof" in silent.kinds())
        self.write_ack(silent.greeting, silent.control[-1])
        self.assertEqual(silent.wait(), 0)

    def test_nothing_is_committed_without_ack(self):
        self.fill(0, 5)
        self.assertEqual(len(self.consume("-t", self.topic, "-g", "g-plain", "--until", "end")), 5)
        self.assertEqual(len(self.consume("-t", self.topic, "-g", "g-plain", "--until", "end")), 5)
        self.assertEqual(self.committed("g-plain"), {})

    def test_clean_end_and_resume(self):
        self.fill(0, 30, partitions=3)
        first = self.sink("g-resume", "-t", self.topic, "--until", "end")
        self.assertEqual(first.wait(), 0)
        self.assertEqual(sorted(first.ids()), list(range(30)))
        self.assertEqual(first.kinds()[0], "hello")
        self.assertEqual(set(first.greeting["source"]), {"cluster", "group"})
        self.assertEqual(first.kinds()[-1], "eof")
        self.assertEqual(sum(self.committed("g-resume").values()), 30)
        self.fill(30, 40, partitions=3)
        second = self.sink("g-resume", "-t", self.topic, "--until", "end")
        self.assertEqual(second.wait(), 0)
        self.assertEqual(sorted(second.ids()), list(range(30, 40)))

    def test_end_without_acknowledgement(self):
        self.fill(0, 3)
        sink = self.sink("g-none", "-t", self.topic, "--until", "end", "--revoke-timeout", "1s", acknowledge=False)
        self.assertEqual(sink.wait(), 75)
        self.assertEqual(self.committed("g-none"), {})

    def test_a_sink_that_acknowledges_nothing(self):
        self.fill(0, 10)
        sink = self.sink("g-still", "-t", self.topic, "--max-unacknowledged", "1", acknowledge=False)
        wait_for("a word", lambda: "reading stands still" in sink.said())
        self.assertEqual(len(sink.data), 1)
        sink.acknowledge_last()
        wait_for("the others", lambda: len(sink.data) == 10)
        self.assertEqual(sink.stop(), 0)

    def test_ack_file_of_another_source(self):
        self.fill(0, 3)
        self.write_ack({"run": "x", "source": {"slot": "s"}}, {"seq": 1, "pos": "0"})
        self.consume("-t", self.topic, "-g", "g-other", "--ack", self.ack, "--until", "end", expect=69)

    def test_ack_that_was_not_committed_counts(self):
        self.fill(0, 10)
        self.consume("-t", self.topic, "-g", "g-ahead", "--control", "--until", "end")
        probe = self.sink("g-ahead", "-t", self.topic, "-X", "session.timeout.ms=6000", acknowledge=False)
        wait_for("hello", lambda: probe.greeting)
        self.end(probe.process)
        self.write_ack(probe.greeting, {"seq": 5, "pos": f"{self.topic}:0=7"})
        sink = self.sink("g-ahead", "-t", self.topic, "--until", "end", "-X", "session.timeout.ms=6000")
        self.assertEqual(sink.wait(), 0)
        self.assertEqual(sink.ids(), [7, 8, 9])
        self.write_ack(sink.greeting, {"seq": 5, "pos": f"{self.topic}:0=700"})
        self.consume("-t", self.topic, "-g", "g-ahead", "--ack", self.ack, "--until", "end", expect=69)

    def test_schema_lines_come_first(self):
        wide = ("id", "text", "more")
        self.produce(lines(hello(), schema(), event(1), schema(columns=wide), event(2), event(3), checkpoint(1, "eof")))
        got = self.read_all(self.topic, "--control")
        shapes = [line for line in got if '"__cdc":"schema"' in line]
        self.assertEqual(shapes, [schema(), schema(columns=wide)])
        self.assertEqual(got.index(shapes[0]) + 1, got.index(shapes[1]) - 1)

    def test_limit_from_and_until(self):
        middle = 1_790_000_000  # commits before and after it: a record's time is its commit's
        self.fill(0, 10, at=middle * 1000 - 1)
        self.assertEqual(len(self.consume("-t", self.topic, "--limit", "4")), 4)
        self.assertEqual(len(self.consume("-t", self.topic, "--from", "7", "--until", "end")), 3)
        self.assertEqual(self.consume("-t", self.topic, "--from", "end", "--until", "end"), [])
        self.fill(10, 15, at=middle * 1000)
        self.assertEqual(len(self.read_all(self.topic)), 15)
        self.assertEqual(len(self.consume("-t", self.topic, "--from", f"@{middle}", "--until", "end")), 5)
        self.assertEqual(len(self.consume("-t", self.topic, "--until", f"@{middle}")), 10)

    def test_missing_topic(self):
        self.consume("-t", "no-such-topic", "--until", "end", expect=69)
        self.consume("-t", "^no-such-.*", "--until", "end", expect=69)

    def test_offset_that_is_gone(self):
        self.fill(0, 3)
        self.consume("-t", self.topic, "--from", "100", "--limit", "1", expect=69)

    def test_pattern_finds_topics_but_not_their_schemas(self):
        self.produce(
            lines(hello(), schema("a"), event(1, table="a"), schema("b"), event(2, table="b"), checkpoint(1, "eof"))
        )
        got = self.read_all(rf"^{self.prefix}\..*")
        self.assertEqual(
            sorted(json.loads(line)["kafka"]["topic"] for line in got),
            [f"{self.prefix}.public.a", f"{self.prefix}.public.b"],
        )

    def test_tombstones_are_no_lines(self):
        self.produce(lines(event(1), event(1, "d")))
        self.assertEqual(len(self.read_all(self.topic)), 2)
        raw = self.read_all(self.topic, "--raw")
        self.assertEqual([json.loads(line)["value"] is None for line in raw], [False, False, True])

    def test_a_run_that_begins_between_a_delete_and_its_tombstone(self):
        gone = [event(1), event(1, "d"), event(2), event(2, "d"), event(3)]
        self.produce(lines(*gone))
        seen = []
        for _ in gone:
            sink = self.sink("g-between", "-t", self.topic, "--limit", "1")
            self.assertEqual(sink.wait(), 0)
            seen += [(line["op"], line["key"]["id"]) for line in sink.data]
        self.assertEqual(seen, [("c", 1), ("d", 1), ("c", 2), ("d", 2), ("c", 3)])

    def test_records_of_debezium(self):
        topic = self.topic
        self.produce(lines(event(0)), "--topic", topic)
        header = ("-H", '__debezium.oldkey={"id":2}')
        self.write_record(topic, '{"id":3}|' + DEBEZIUM_VALUE, "-K|", *header)
        wrapped = WRAPPED.format("Key", '{"id":3}') + "|" + WRAPPED.format("Envelope", DEBEZIUM_VALUE)
        self.write_record(topic, wrapped, "-K|")
        self.write_record(topic, '{"id":3}|', "-K|", "-Z")
        self.write_record(topic, "plain key|" + '{"a":1}', "-K|")
        got = self.read_all(topic)[1:]
        self.assertEqual(len(got), 4)
        bare, unwrapped, gone, plain = map(json.loads, got)
        # a tombstone without its delete event
        self.assertEqual((gone["op"], gone["key"], gone["before"], gone["after"]), ("d", {"id": 3}, None, None))
        for line in (bare, unwrapped):
            self.assertIsNone(line["pos"])
            self.assertEqual(line["key"], {"id": 3})
            self.assertEqual(line["after"]["note"], "\U0001f600")
        self.assertEqual(bare["old_key"], {"id": 2})
        self.assertTrue(got[0].endswith(DEBEZIUM_VALUE[1:]))
        self.assertEqual((plain["key"], plain["a"]), ("plain key", 1))

    def test_value_that_is_no_object(self):
        self.produce('{"value":"text"}\n', "--raw", "--topic", self.topic)
        self.consume("-t", self.topic, "--until", "end", expect=65)

    def test_closed_pipe(self):
        self.fill(0, 2000)
        shell = " ".join(f"'{word}'" for word in self.command("consume", "-t", self.topic, "--from", "beginning"))
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {shell} | head -1"], capture_output=True, timeout=60, check=False
        )
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_two_members_share_and_lose_nothing(self):
        self.fill(0, 2000, partitions=4)
        first = self.sink("g-two", "-t", self.topic)
        wait_for("first lines", lambda: len(first.data) == 2000)
        self.ack = self.work / "ack-of-second"
        second = self.sink("g-two", "-t", self.topic)
        wait_for("partitions for the second", lambda: "assigned" in second.kinds())
        wait_for("the first's loss of them", lambda: "revoked" in first.kinds())
        self.fill(2000, 4000, partitions=4)
        wait_for("all lines", lambda: len(first.data) + len(second.data) >= 4000)
        self.assertGreater(len(second.data), 0)
        second.process.send_signal(signal.SIGTERM)
        self.assertEqual(second.wait(), 0)
        self.fill(4000, 4100, partitions=4)
        wait_for("the rest", lambda: set(first.ids()) | set(second.ids()) >= set(range(4100)))
        first.process.send_signal(signal.SIGTERM)
        self.assertEqual(first.wait(), 0)
        ids = first.ids() + second.ids()
        self.assertEqual(sorted(ids), list(range(4100)))
        self.assertEqual(sum(self.committed("g-two").values()), 4100)

    def test_a_group_that_nobody_knows_and_tables_for_people(self):
        self.fill(0, 20)
        sink = self.sink("g-listed", "-t", self.topic, "--until", "end")
        self.assertEqual(sink.wait(), 0)

        def listed(*words: str) -> subprocess.CompletedProcess:
            return subprocess.run(self.command(*words), check=False, capture_output=True, text=True)

        unknown = listed("lag", "-g", "g-lsited")
        self.assertEqual((unknown.returncode, unknown.stdout), (69, ""))
        self.assertIn('could not find group "g-lsited"', unknown.stderr)
        self.assertIn("Did you mean g-listed?", unknown.stderr)
        (line,) = [json.loads(text) for text in listed("lag", "-g", "g-listed").stdout.splitlines()]
        self.assertEqual(list(line), ["group", "topic", "partition", "offset", "end", "lag"])
        self.assertEqual((line["offset"], line["end"], line["lag"]), (20, 20, 0))
        table = listed("lag", "-g", "g-listed", "--format", "pretty").stdout.splitlines()
        self.assertEqual(table[0].split(), ["GROUP", "TOPIC", "PARTITION", "OFFSET", "END", "LAG"])
        self.assertEqual(table[1].split(), ["g-listed", self.topic, "0", "20", "20", "0"])
        self.assertEqual(
            listed("topics", "--format", "pretty").stdout.splitlines()[0].split(), ["TOPIC", "PARTITIONS", "REPLICAS"]
        )
        self.assertEqual(
            listed("groups", "--format", "pretty").stdout.splitlines()[0].split(), ["GROUP", "STATE", "MEMBERS"]
        )
        self.assertEqual(listed("check", "-t", self.topic).returncode, 0)
        missing = listed("check", "-t", self.topic + "x", "--format", "pretty")
        self.assertEqual(missing.returncode, 69)
        self.assertRegex(missing.stdout, "(?m)^FAILED  topic +could not find topic")

    def test_killed_consumer_loses_nothing(self):
        seed = random.Random(11)
        self.fill(0, 3000, partitions=3)
        durable: list[int] = []
        for _ in range(3):
            sink = self.sink("g-kill", "-t", self.topic, "-X", "session.timeout.ms=6000")
            wait_for("some durable lines", lambda: sink.durable > 0 or len(durable) == 3000)  # noqa: B023
            time.sleep(seed.random() / 20)
            self.end(sink.process)
            sink.thread.join(30)
            durable += sink.ids()[: sink.durable]
        self.fill(3000, 3300, partitions=3)
        last = self.sink("g-kill", "-t", self.topic, "--until", "end", "-X", "session.timeout.ms=6000")
        self.assertEqual(last.wait(), 0)
        durable += last.ids()
        # what was acknowledged does not come again, not even after kill -9
        self.assertEqual(sorted(durable), list(range(3300)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
