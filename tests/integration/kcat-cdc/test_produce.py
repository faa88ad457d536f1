#!/usr/bin/env python3
"""kcat-cdc produce against a real broker: what lands in the topics, and what is acknowledged when."""

import itertools
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kcat_lab import KafkaTest, checkpoint, event, hello, lines, schema, wait_for, without_kafka

RAW_MEMBERS = ["topic", "partition", "offset", "timestamp", "key", "value", "headers"]


def as_line(record: dict) -> str:
    return json.dumps(record, sort_keys=True)


def without_offset(line: str) -> str:
    record = json.loads(line)
    del record["offset"]
    return as_line(record)


# what needs an administrator's client: BROKERS topic NAME SETTING | partitions NAME N | broker SETTING VALUE
ADMIN = """
import sys
from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions,
                                   ResourceType)
client = AdminClient({"bootstrap.servers": sys.argv[1]})
what, name, value = sys.argv[2:5]
if what == "topic":
    asked = ConfigResource(ResourceType.TOPIC, name)
    print(client.describe_configs([asked])[asked].result()[value].value)
elif what == "partitions":
    client.create_partitions([NewPartitions(name, int(value))])[name].result()
else:
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    changed = ConfigResource(ResourceType.BROKER, "1", incremental_configs=[entry])
    client.incremental_alter_configs([changed])[changed].result()
"""


class Produce(KafkaTest):
    def test_round_trip(self):
        sent = [event(i, "u" if i % 3 else "c") for i in range(1, 200)]
        receipts = self.produce(lines(*sent)).stdout.decode().splitlines()
        self.assertEqual(sum(json.loads(line)["records"] for line in receipts), len(sent))
        got = self.read_all(f"{self.prefix}.public.t")
        self.assertEqual([without_kafka(line) for line in got], [json.loads(line) for line in sent])
        # byte for byte, but for what was put in between
        self.assertEqual(got[0].split('"before":', 1)[1], sent[0].split('"before":', 1)[1])
        self.assertEqual(json.loads(got[5])["kafka"]["offset"], 5)

    def test_headers_and_tombstones(self):
        moved = [event(1, "d", new_key={"id": 2}), event(2, "c", old_key={"id": 1})]
        self.produce(lines(hello(), schema(), *moved, checkpoint(1), checkpoint(2, "eof")))
        records = self.records(f"{self.prefix}.public.t")
        self.assertEqual([json.loads(record["key"]) for record in records], [{"id": 1}, {"id": 1}, {"id": 2}])
        self.assertIsNone(records[1]["payload"])
        shapes = self.records(f"{self.prefix}.__schema")
        self.assertEqual([record["payload"] for record in shapes], [schema()])
        name = json.loads(shapes[0]["key"])
        self.assertEqual((list(name), name["schema"], name["table"]), (["schema", "table", "hash"], "public", "t"))
        shape = name["hash"]
        pos = [json.loads(line)["pos"] for line in moved]
        self.assertEqual(
            records[0]["headers"], [("cdc.pos", pos[0]), ("cdc.schema", shape), ("__debezium.newkey", '{"id":2}')]
        )
        self.assertEqual(
            records[2]["headers"], [("cdc.pos", pos[1]), ("cdc.schema", shape), ("__debezium.oldkey", '{"id":1}')]
        )
        self.assertEqual(set(json.loads(records[0]["payload"])) & {"pos", "key", "new_key"}, set())
        got = self.read_all(f"{self.prefix}.public.t")
        self.assertEqual([without_kafka(line) for line in got], [json.loads(line) for line in moved])

    def test_no_tombstones(self):
        self.produce(lines(event(1), event(1, "d")), "--no-tombstones")
        self.assertEqual(len(self.records(f"{self.prefix}.public.t")), 2)

    def test_keys_land_where_java_puts_them(self):
        # Utils.murmur2 of "abc123" in Kafka's Java client: fa1cbe8b
        self.produce(lines(*[event(i) for i in range(1, 301)]), "--partitions", "4")
        records = self.records(f"{self.prefix}.public.t")
        self.assertEqual(len(records), 300)
        self.assertEqual(murmur2(b'{"icao24":"abc123"}'), 0x6C19A4B2)
        for record in records:
            self.assertEqual(record["partition"], (murmur2(record["key"].encode()) & 0x7FFFFFFF) % 4, record["key"])

    def test_topics_are_created_as_asked(self):
        text = lines(hello(), schema(), event(1), checkpoint(1, "eof"))
        self.produce(text, "--partitions", "3", "--topic-config", "cleanup.policy=compact")
        done = subprocess.run(self.command("topics"), check=True, capture_output=True, text=True)
        topics = {line["topic"]: line["partitions"] for line in map(json.loads, done.stdout.splitlines())}
        self.assertEqual(topics[f"{self.prefix}.public.t"], 3)
        self.assertEqual(topics[f"{self.prefix}.__schema"], 1)

    def test_missing_topic_is_not_created_unasked(self):
        done = self.produce(lines(event(1)), "--no-create", expect=69)
        self.assertIn("does not exist", done.stderr.decode())

    def test_refused_topic_setting(self):
        done = self.produce(lines(event(1)), "--topic-config", "cleanup.policy=sometimes", expect=78)
        self.assertIn("could not create topic", done.stderr.decode())

    def test_two_tables_on_one_topic(self):
        done = self.produce(lines(event(1, table="a b"), event(2, table="a_b")), expect=78)
        self.assertIn("it holds table", done.stderr.decode())

    def test_pattern_and_route(self):
        text = lines(event(1, table="orders_1"), event(2, table="orders_2"), event(3, table="other"))
        self.produce(text, "--topic", f"{self.prefix}.{{schema}}.{{table}}", "--route", r"(orders)_\d+$=\1")
        self.assertEqual(len(self.records(f"{self.prefix}.public.orders")), 2)
        self.assertEqual(len(self.records(f"{self.prefix}.public.other")), 1)

    def test_message_and_truncate(self):
        message = json.loads(event(1, "m", schema="", table=""))
        message["key"] = {"prefix": "p"}
        self.produce(lines(json.dumps(message), event(2)) + lines(truncate(3)))
        self.assertEqual(self.records(f"{self.prefix}.message")[0]["key"], '{"prefix": "p"}')
        record = self.records(f"{self.prefix}.public.t")[-1]
        self.assertIsNone(record["key"])
        self.assertEqual(json.loads(record["payload"])["op"], "t")

    def test_raw_records_come_back_byte_for_byte(self):
        """Keys and values of every kind, headers in order, twice and null, partitions and timestamps."""
        topic, copy = f"{self.prefix}.raw", f"{self.prefix}.copy"
        values = [None, "null", "", '{"__cdc":"ckpt","seq":1}', "\u0000\n\r\u2028", {"base64": "AAAAAGP//g=="}]
        headers = [["a", "1"], ["a", "2"], ["b", None], ["a", ""], ["c", {"base64": "/w=="}]]
        sent = [
            {"topic": topic, "partition": number % 2, "timestamp": 1_000_000 + number, "key": key, "value": value}
            | {"headers": headers if number % 3 else []}
            for number, (key, value) in enumerate(itertools.product([None, "null", "", {"base64": "AP8="}], values))
        ]
        self.produce(lines(*map(json.dumps, sent)), "--raw", "--topic", "unused", "--partitions", "2")
        got = self.read_all(topic, "--raw")
        self.assertEqual(list(json.loads(got[0])), RAW_MEMBERS)
        self.assertEqual(sorted(map(without_offset, got)), sorted(map(as_line, sent)))
        again = "".join(line.replace(topic, copy, 1) + "\n" for line in got)
        self.produce(again, "--raw", "--topic", "unused", "--partitions", "2")
        back = self.read_all(copy, "--raw")
        self.assertEqual(sorted(line.replace(copy, topic, 1) for line in back), sorted(got))

    def test_raw_line_without_a_value(self):
        topic = f"{self.prefix}.raw"
        done = self.produce('{"value":"v"}\n{"key":"k"}\n', "--raw", "--topic", topic, expect=65)
        self.assertIn("stdin:2", done.stderr.decode())
        before = time.time() * 1000
        self.produce('{"value":"v"}\n{"value":"v","timestamp":0}\n', "--raw", "--topic", topic)
        for line in self.read_all(topic, "--raw")[-2:]:
            self.assertGreater(json.loads(line)["timestamp"], before - 1000)
        self.produce('{"value":"v","timestamp":-1}\n', "--raw", "--topic", topic, expect=65)
        self.produce('{"value":"v"}\n', "--raw", expect=65)

    def test_record_that_the_topic_finds_too_large(self):
        large = event(2, note="".join(f"{i * 7919 % 10007:05d}" for i in range(40_000)))
        text = lines(hello(), event(1), large, event(3), event(4), checkpoint(1), checkpoint(2, "eof"))
        limits = ("--topic-config", "max.message.bytes=20000", "--ack", self.ack)
        done = self.produce(text, *limits, expect=65)
        self.assertIn("stdin:3", done.stderr.decode())
        self.assertEqual(self.acked(), 0)
        rejects = self.work / "rejects"
        self.produce(text, *limits, "--reject", rejects, expect=1)
        self.assertEqual(self.acked(), 2)
        reject = json.loads(rejects.read_text())
        self.assertEqual(
            (reject["line"], reject["code"], reject["pos"]), (3, "MSG_SIZE_TOO_LARGE", json.loads(large)["pos"])
        )
        self.assertEqual(reject["row"], json.loads(large))
        ids = {json.loads(line)["key"]["id"] for line in self.read_all(f"{self.prefix}.public.t")}
        self.assertEqual(ids, {1, 3, 4})

    def test_rows_far_below_a_small_limit(self):
        """The limit counts for a batch, so batches are cut to it; only a row that is larger by itself is refused."""
        large = event(3_001, note=random.Random(1).randbytes(60_000).hex())
        rejects = self.work / "rejects"
        text = lines(hello(), *[event(i, note="x" * 300) for i in range(3_000)], large, checkpoint(1, "eof"))
        options = ("--topic-config", "max.message.bytes=32768", "--reject", rejects, "--ack", self.ack)
        receipts = self.produce(text, *options, expect=1).stdout.decode().splitlines()
        self.assertEqual(sum(json.loads(line)["records"] for line in receipts), 3_000)
        self.assertEqual(json.loads(self.ack.read_text())["rows_ok"], 3_000)
        self.assertEqual(len(self.records(f"{self.prefix}.public.t")), 3_000)
        reason = json.loads(rejects.read_text())["reason"]
        self.assertIn(f'topic "{self.prefix}.public.t" takes (max.message.bytes 32768)', reason)
        self.assertRegex(reason, r"the record has 120\d\d\d bytes")

    def test_good_lines_before_a_bad_one(self):
        done = self.produce(lines(*[event(i) for i in range(1, 1000)], "no event"), expect=65)
        self.assertEqual(len(self.records(f"{self.prefix}.public.t")), 999)
        self.assertEqual(sum(json.loads(line)["records"] for line in done.stdout.decode().splitlines()), 999)
        self.assertIn("stdin:1000", done.stderr.decode())

    def test_timestamps_are_the_source_s(self):
        timed = event(1, "d").replace('"ts_ms":1,"snapshot"', '"ts_ms":1700000000123,"snapshot"')
        self.produce(
            lines(timed, event(2, ts_ms=1700000000456, ts_us=1700000000456000).replace('"ts_ms":1,"snap', '"snap'))
        )
        times = [record["ts"] for record in self.records(f"{self.prefix}.public.t")]
        self.assertEqual(times, [1700000000123, 1700000000123, 1700000000456])

    def test_topics_that_are_there_already(self):
        policy = ("--topic-policy", "compact,delete", "--partitions", "2")
        self.produce(lines(event(1)), *policy)
        self.assertEqual(self.setting(f"{self.prefix}.public.t", "cleanup.policy"), "compact,delete")
        self.assertEqual(self.produce(lines(event(2)), *policy).stderr, b"")
        done = self.produce(lines(event(3)), "--topic-policy", "compact", "--partitions", "3")
        said = done.stderr.decode()
        self.assertIn("has 2 partitions, not 3 and cleanup.policy=compact,delete, not compact", said)
        # what keeps shapes must not forget any
        self.produce(lines('{"value":"x"}'), "--raw", "--topic", f"{self.prefix}.__schema", "--topic-policy", "delete")
        done = self.produce(lines(hello(), schema(), event(1), checkpoint(1, "eof")), expect=78)
        self.assertIn("cleanup.policy=delete, which deletes records", done.stderr.decode())

    def test_names_that_mean_something_else(self):
        for table, options in (("__schema", ()), ("message", ("--topic", f"{self.prefix}.{{table}}"))):
            message = event(1, "m", schema="", table="")
            done = self.produce(lines(message, event(2, table=table)), *options, expect=78)
            self.assertIn("could not send table", done.stderr.decode())

    def test_a_row_without_a_key_for_a_compacted_topic(self):
        rejects = self.work / "rejects"
        keyless = event(1).replace('"key":{"id":1}', '"key":null')
        self.produce(lines(keyless, event(2)), "--topic-policy", "compact", "--reject", rejects, expect=1)
        self.assertEqual(json.loads(rejects.read_text())["code"], "INVALID_RECORD")
        self.assertEqual(len(self.records(f"{self.prefix}.public.t")), 1)

    def test_a_row_from_the_future(self):
        rejects = self.work / "rejects"
        late = event(1).replace('"ts_ms":1,"snapshot"', '"ts_ms":99999999999999,"snapshot"')
        config = ("--topic-config", "message.timestamp.after.max.ms=3600000")
        self.produce(lines(late, event(2)), *config, "--reject", rejects, expect=1)
        self.assertEqual(json.loads(rejects.read_text())["code"], "INVALID_TIMESTAMP")

    def test_events_older_than_the_retention(self):
        old = [event(i) for i in range(1, 4)]  # of 1970
        done = self.produce(lines(*old), "--topic-config", "retention.ms=3600000")
        self.assertEqual(done.stderr.decode().count("older than its retention.ms"), 1)
        # a topic that the brokers would give a retention of their own
        self.admin("broker", "log.retention.ms", "3600000")
        try:
            done = self.produce(lines(*[event(i, table="own") for i in range(1, 4)]), "-v")
            self.assertIn("it keeps them for ever", done.stderr.decode())
            self.assertEqual(self.setting(f"{self.prefix}.public.own", "retention.ms"), "-1")
        finally:
            self.admin("broker", "log.retention.ms", "-1")

    def test_partitions_that_are_added(self):
        said = self.work / "said"
        with said.open("wb") as log:
            often = ("-X", "topic.metadata.refresh.interval.ms=500")
            process = self.producer("--partitions", "1", *often, stderr=log)
        write(process, lines(hello(), event(1), checkpoint(1)))
        wait_for("first ack", lambda: self.acked() == 1)
        self.admin("partitions", f"{self.prefix}.public.t", "3")
        wait_for("a word about it", lambda: "has 3 partitions now" in said.read_text())
        write(process, lines(checkpoint(2, "eof")))
        process.stdin.close()
        self.assertEqual(process.wait(60), 0)

    def test_partitioner(self):
        self.produce(lines(*[event(i) for i in range(1, 101)]), "--partitions", "4", "--partitioner", "consistent")
        for record in self.records(f"{self.prefix}.public.t"):
            self.assertEqual(record["partition"], zlib.crc32(record["key"].encode()) % 4, record["key"])

    def admin(self, *words: str) -> str:
        return subprocess.run(
            [os.environ["CDC_CLIENT_PYTHON"], "-c", ADMIN, self.brokers, *words],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout.strip()

    def setting(self, topic: str, name: str) -> str:
        return self.admin("topic", topic, name)

    def test_input_that_was_cut_off(self):
        text = lines(hello(), event(1), checkpoint(1), event(2)) + event(3)[:40]
        self.produce(text, "--ack", self.ack, expect=75)
        self.assertEqual(self.acked(), 1)

    def producer(self, *options: str, **pipes) -> subprocess.Popen:
        """One that reads what the test writes, and acknowledges."""
        words = ("--topic-prefix", self.prefix, "--ack", self.ack, *options)
        return self.start("produce", *words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, **pipes)

    def test_acknowledged_only_after_delivery(self):
        process = self.producer()
        write(process, lines(hello(), event(1), checkpoint(1)))
        wait_for("first ack", lambda: self.acked() == 1)
        self.lab.run("kill", "kafka")
        write(process, lines(event(2), checkpoint(2)))
        time.sleep(2)
        self.assertEqual(self.acked(), 1)
        self.lab.run("start", "kafka")
        wait_for("ack after the broker is back", lambda: self.acked() == 2)
        write(process, lines(checkpoint(3, "eof")))
        process.stdin.close()
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(self.acked(), 3)
        self.assertEqual(len(self.records(f"{self.prefix}.public.t")), 2)

    def test_broker_that_stays_away(self):
        process = self.producer("--retry-for", "5s", stderr=subprocess.PIPE)
        write(process, lines(hello(), event(1), checkpoint(1)))
        wait_for("first ack", lambda: self.acked() == 1)
        self.lab.run("kill", "kafka")
        try:
            write(process, lines(event(2), checkpoint(2)))
            self.assertEqual(process.wait(60), 75)
            self.assertEqual(self.acked(), 1)
        finally:
            self.lab.run("start", "kafka")

    def test_stop_drains(self):
        process = self.producer()
        write(process, lines(hello(), event(1), checkpoint(1)))
        wait_for("ack", lambda: self.acked() == 1)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(60), 0)
        process = self.producer()
        write(process, lines(hello("r2"), checkpoint(1, run="r2"), event(2)))
        wait_for("second event", lambda: len(self.records(f"{self.prefix}.public.t")) == 2)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(60), 75)

    def test_killed_producer_loses_nothing(self):
        """A source that sends again from the last acknowledged checkpoint, killed three times."""
        per_checkpoint, total = 50, 400
        sent = 0  # checkpoints
        for run in range(4):
            process = self.producer("--partitions", "3")
            write(process, lines(hello(f"r{run}")))
            first, sent = sent, 0
            for seq in range(first + 1, total // per_checkpoint + 1):
                ids = range((seq - 1) * per_checkpoint, seq * per_checkpoint)
                write(process, lines(*[event(i) for i in ids], checkpoint(seq, run=f"r{run}")))
                if run < 3 and seq == first + 2:
                    wait_for("some ack", lambda: self.acked() > first)  # noqa: B023
                    break
            if run == 3:
                write(process, lines(checkpoint(99, "eof", f"r{run}")))
                process.stdin.close()
                self.assertEqual(process.wait(60), 0)
            self.end(process)
            sent = self.acked()
        got = [json.loads(line) for line in self.read_all(f"{self.prefix}.public.t")]
        self.assertEqual({line["key"]["id"] for line in got}, set(range(total)))
        self.assert_tails_repeat(got)

    def assert_tails_repeat(self, got: list[dict]):
        """Inside a partition a repetition begins where an earlier record was and goes on in order."""
        for partition in {line["kafka"]["partition"] for line in got}:
            ids = [line["key"]["id"] for line in got if line["kafka"]["partition"] == partition]
            fresh = []
            for number in ids:
                if number not in fresh:
                    self.assertTrue(not fresh or number > fresh[-1])
                    fresh.append(number)


def murmur2(data: bytes) -> int:
    mask, mix = 0xFFFFFFFF, 0x5BD1E995
    state = 0x9747B28C ^ len(data)
    for at in range(0, len(data) // 4 * 4, 4):
        word = int.from_bytes(data[at : at + 4], "little") * mix & mask
        word = (word ^ word >> 24) * mix & mask
        state = (state * mix & mask) ^ word
    rest = data[len(data) // 4 * 4 :]
    if rest:
        state = (state ^ int.from_bytes(rest, "little")) * mix & mask
    state = (state ^ state >> 13) * mix & mask
    return state ^ state >> 15


def truncate(number: int) -> str:
    line = json.loads(event(number, "t"))
    return json.dumps(line | {"key": None, "after": None}, separators=(",", ":"))


def write(process: subprocess.Popen, text: str):
    process.stdin.write(text.encode())
    process.stdin.flush()


if __name__ == "__main__":
    unittest.main(verbosity=2)
