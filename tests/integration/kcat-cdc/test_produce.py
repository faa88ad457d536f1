#!/usr/bin/env python3
"""kcat-cdc produce against a real broker: what lands in the topics, and what is acknowledged when."""

import json
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kcat_lab import KafkaTest, checkpoint, event, hello, lines, schema, wait_for, without_kafka


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
        shape = shapes[0]["key"]
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

    def test_raw_lines_come_back_as_they_were(self):
        sent = ['{"a":1}', "plain text", "ä,b;c", "  [1, 2] "]
        self.produce("\n".join(sent), "--raw", "--topic", f"{self.prefix}.raw")
        self.assertEqual(self.read_all(f"{self.prefix}.raw", "--raw"), sent)
        self.assertTrue(all(record["key"] is None for record in self.records(f"{self.prefix}.raw")))

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
        process = self.producer("--retry-for", "3s", stderr=subprocess.PIPE)
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
