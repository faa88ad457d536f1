#!/usr/bin/env python3
"""kcat-cdc and topics that are not as one would wish: many partitions, more of them meanwhile, deleted and made again,
settings that refuse or rewrite records, and a broker whose disk is full."""

import json
import pathlib
import random
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kafka_client import run_steps
from kafka_transactions import end_hanging
from kcat_history import Source
from kcat_lab import KafkaTest, checkpoint, event, hello, lines, schema, wait_for
from kcat_sink import Sink

QUICK = ("-X", "session.timeout.ms=6000")
NOW = 1_790_000_000_000


def values(first: int, count: int) -> list[str]:
    return [json.dumps({"n": number}) for number in range(first, first + count)]


class Topics(KafkaTest):
    def setUp(self):
        super().setUp()
        self.topic = f"{self.prefix}.public.t"

    def create(self, partitions: int = 1, topic: str | None = None, **settings: str) -> None:
        given = {name.replace("_", "."): value for name, value in settings.items()}
        run_steps(self.brokers, ["create", topic or self.topic, partitions, given])

    def write_raw(self, *records: dict) -> None:
        text = lines(*[json.dumps({"topic": self.topic} | record) for record in records])
        self.produce(text, "--raw")

    def test_a_range_of_time_in_many_partitions(self):
        self.create(120)
        records = [
            {"partition": 4 * place, "value": json.dumps({"n": n}), "timestamp": NOW + 1000 * n}
            for place in range(30)
            for n in range(10)
        ]
        self.write_raw(*records)
        begin = NOW // 1000

        def got(first: int, last: int) -> list[int]:
            words = ("-t", self.topic, "-g", f"g{first}-{last}", "--from", f"@{begin + first}")
            return sorted(json.loads(line)["n"] for line in self.consume(*words, "--until", f"@{begin + last}"))

        self.assertEqual(got(3, 6), sorted([3, 4, 5] * 30))
        self.assertEqual(got(8, 99), sorted([8, 9] * 30))  # an end that no partition has reached
        self.assertEqual(got(10, 99), [])
        whole = self.consume("-t", self.topic, "--until", "end")
        self.assertEqual(len(whole), 300)

    def test_partitions_added_under_both_ends(self):
        exact = Source(
            *(self, self.prefix, "--partitions", 1, "--transactional", "grows", "-X"),
            "topic.metadata.refresh.interval.ms=300",
            pause=0.005,
        ).start()
        wait_for("the first acks", lambda: exact.acked() > 20)
        names = [f"{self.prefix}.public.t0", f"{self.prefix}.public.t1"]
        reader = Sink(self, "g-grows", self.work / "read", "-t", names[0], "-t", names[1], "--from", "end", *QUICK)
        wait_for("the reader's partitions", lambda: reader.owned() > 0)
        run_steps(self.brokers, *[["partitions", name, 4] for name in names])
        wait_for("the producer's notice", lambda: exact.said().count("has 4 partitions now") == 2)
        wait_for(
            "lines of the new ones", lambda: {line["kafka"]["partition"] for line in list(reader.data)} >= {1, 2, 3}
        )
        exact.finish()
        found = exact.found()
        self.assertEqual(sorted(one.pos for one in found), exact.positions())
        later = {(one.topic, one.pos) for one in found if one.partition > 0}
        wait_for(
            "every line of a new partition",
            lambda: later <= {(line["kafka"]["topic"], line["pos"]) for line in list(reader.data)},
        )
        self.assertEqual(reader.stop(), 0)

    def test_a_topic_made_again_under_a_reader(self):
        """With fewer records than were read, and at once with more, of which the run itself may have read none: never
        silence, never a part of the new ones."""
        for count, resumed in ((5, False), (400, False), (400, True)):
            with self.subTest(records=count, resumed=resumed):
                topic = f"{self.topic}.{count}.{resumed}"
                self.create(topic=topic)
                run_steps(self.brokers, ["records", topic, values(0, 100)])
                words = (f"g-{topic}", self.work / topic, "-t", topic, *QUICK)
                if resumed:
                    self.assertEqual(Sink(self, *words, "--until", "end").wait(), 0)
                reader = Sink(self, *words, errors=True)
                if resumed:
                    wait_for("its partition", lambda: reader.owned() == 1)  # noqa: B023
                    run_steps(self.brokers, ["records", topic, values(100, 1)])
                    wait_for("one more", lambda: reader.durable == 1)  # noqa: B023
                else:
                    wait_for("all of the first", lambda: reader.durable == 100)  # noqa: B023
                run_steps(
                    self.brokers, ["delete", topic], ["create", topic, 1], ["records", topic, values(1000, count)]
                )
                self.assertEqual(reader.wait(), 69)
                self.assertIn(f'"{topic}"', reader.process.stderr.read().decode())
                self.assertEqual([line["n"] for line in reader.data if line["n"] >= 1000], [])

    def write_values(self, topic: str, texts: list[str], at: int) -> None:
        self.write_raw(*[{"topic": topic, "value": text, "timestamp": at} for text in texts])

    def test_a_topic_made_again_between_two_runs(self):
        """Brokers forget the group's offset with the topic, and an ack file goes by the topic's name. What the new records
        say of their time, which is their writers', is no help. What somebody then says where to go on counts."""
        for count, at in ((10, 0), (400, 0), (400, NOW)):
            with self.subTest(records=count, at=at):
                topic = f"{self.topic}.{count}.{at}"
                self.create(topic=topic)
                self.write_values(topic, values(0, 100), at)
                words = (f"g-{topic}", self.work / topic, "-t", topic, "--until", "end", *QUICK)
                self.assertEqual(Sink(self, *words).wait(), 0)
                run_steps(self.brokers, ["delete", topic], ["create", topic, 1])
                self.write_values(topic, values(1000, count), at)
                reader = Sink(self, *words, errors=True)
                self.assertEqual(reader.wait(), 69)
                self.assertIn(f'"{topic}"', reader.process.stderr.read().decode())
                self.assertEqual(reader.data, [])
                reset = ("-b", self.brokers, "-g", f"g-{topic}", "-t", topic, "--to", "beginning")
                subprocess.run(["kcat-cdc", "groups", "reset", *reset], check=True, stdout=subprocess.DEVNULL)
                reader = Sink(self, *words)
                self.assertEqual(reader.wait(), 0)
                self.assertEqual([line["n"] for line in reader.data], list(range(1000, 1000 + count)))

    def test_offsets_that_brokers_forgot(self):
        """As they do with those of a group that is away for a week: the ack file knows them, whatever the records say of
        their time."""
        for at in (0, NOW, 4_000_000_000_000):
            with self.subTest(at=at):
                topic = f"{self.topic}.{at}"
                self.create(topic=topic, message_timestamp_after_max_ms=str(2**63 - 1))
                self.write_values(topic, values(0, 100), at)
                words = (f"g-{topic}", self.work / topic, "-t", topic, "--until", "end", *QUICK)
                self.assertEqual(Sink(self, *words).wait(), 0)
                self.write_values(topic, values(100, 5), at)
                run_steps(self.brokers, ["leave", f"g-{topic}"])
                reader = Sink(self, *words)
                self.assertEqual(reader.wait(), 0, reader.said())
                self.assertEqual([line["n"] for line in reader.data], list(range(100, 105)))

    def test_a_topic_deleted_under_a_producer(self):
        source = Source(self, self.prefix, "--retry-for", "8s", pause=0.01).start()
        wait_for("the first acks", lambda: source.acked() > 10)
        run_steps(self.brokers, ["delete", f"{self.prefix}.public.t0"])
        self.assertIn(source.wait(60), (69, 75), source.said())
        self.assertIn(f"{self.prefix}.public.t0", source.said())

    def refused(self, settings: dict, *rows: str, expect: int = 1) -> list[dict]:
        self.create(**settings)
        rejects = self.work / "rejects"
        self.produce(lines(*rows), "--reject", rejects, expect=expect)
        return [json.loads(line) for line in rejects.read_text().splitlines()]

    def test_a_topic_that_takes_next_to_nothing(self):
        bad = self.refused({"max_message_bytes": "100"}, event(1), event(2))
        self.assertEqual([one["code"] for one in bad], ["MSG_SIZE_TOO_LARGE"] * 2)
        self.assertIn("max.message.bytes 100", bad[0]["reason"])
        self.assertEqual(self.records(self.topic), [])

    def test_a_row_larger_than_a_segment(self):
        large = event(1, note=random.Random(1).randbytes(1_200_000).hex())
        bad = self.refused({"segment_bytes": "1048576", "max_message_bytes": "9000000"}, large, event(2))
        self.assertEqual([one["line"] for one in bad], [1])
        self.assertIn("segment.bytes", bad[0]["reason"])
        self.assertEqual(len(self.records(self.topic)), 1)

    def test_rows_older_than_the_topic_takes(self):
        bad = self.refused(
            {"message_timestamp_before_max_ms": "3600000"}, event(1), event(2, at=int(time.time() * 1000))
        )
        self.assertEqual([(one["line"], one["code"]) for one in bad], [(1, "INVALID_TIMESTAMP")])

    def test_keyless_rows_for_a_compacted_topic_in_a_transaction(self):
        self.create(cleanup_policy="compact")
        keyless = event(1).replace('"key":{"id":1}', '"key":null')
        rejects = self.work / "rejects"
        done = self.produce(lines(keyless, event(2)), "--transactional", "k", "--reject", rejects, expect=1)
        self.assertEqual(json.loads(rejects.read_text())["code"], "INVALID_RECORD", done.stderr)
        run_steps(self.brokers, ["settled", self.topic])
        self.assertEqual([record["key"] for record in self.records(self.topic)], ['{"id":2}'])

    def test_topics_that_do_not_keep_dead_letters(self):
        self.create()
        self.write_raw({"value": "bad", "timestamp": NOW})
        words = ("-t", self.topic, "--until", "end", "--dead-letter")
        self.create(topic=f"{self.prefix}-short", retention_ms="3600000")
        done = subprocess.run(self.command("consume", *words, f"{self.prefix}-short"), capture_output=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f'"{self.prefix}-short" gets records that are older than its retention.ms', done.stderr.decode())
        self.create(topic=f"{self.prefix}-last", cleanup_policy="compact")
        done = subprocess.run(self.command("consume", *words, f"{self.prefix}-last"), capture_output=True, check=False)
        self.assertEqual(done.returncode, 78)
        self.assertIn("it is compacted", done.stderr.decode())

    def test_topics_of_the_tool_s_own_that_take_nothing(self):
        """Shapes and positions must be written: what cannot be is no bad row, and no trouble that passes."""
        shapes = f"{self.prefix}.__schema"
        self.create(topic=shapes, cleanup_policy="compact", max_message_bytes="90")
        done = self.produce(lines(hello(), schema(), event(1), checkpoint(1, "eof")), "--retry-for", "20s", expect=78)
        self.assertIn(shapes, done.stderr.decode())
        places = f"{self.prefix}.__position.p"
        self.create(topic=places, cleanup_policy="compact", max_message_bytes="90")
        text = lines(hello(), event(1), checkpoint(1, "eof"))
        done = self.produce(text, "--transactional", "p", "--retry-for", "20s", expect=78)
        self.assertIn(places, done.stderr.decode())

    def test_brokers_that_rewrite_records(self):
        now = int(time.time() * 1000)
        for kind in ("gzip", "lz4", "snappy", "zstd", "uncompressed"):
            topic = f"{self.prefix}.{kind}.t"
            settings = {
                "compression_type": kind,
                "message_timestamp_type": "LogAppendTime",
                "max_message_bytes": "200000",
            }
            self.create(topic=topic, **settings)
            self.produce(lines(*[event(number) for number in range(2000)]), "--topic", topic)
            got = [json.loads(line) for line in self.read_all(topic)]
            self.assertEqual([line["key"]["id"] for line in got], list(range(2000)))
            self.assertGreaterEqual(min(line["kafka"]["timestamp"] for line in got), now - 1000)

    def test_a_broker_with_a_full_disk(self):
        source = Source(self, self.prefix, pause=0.005)
        exact = Source(self, self.prefix + "x", "--transactional", "full", pause=0.005)
        for one in (source, exact):
            one.start("--retry-for", "5s")
        wait_for("the first acks", lambda: min(source.acked(), exact.acked()) > 20)
        pid = (pathlib.Path(self.lab.variables["CDC_LAB_DIR"]) / "kafka" / "pid").read_text().split()[0]
        subprocess.run(["prlimit", "--pid", pid, "--fsize=1:1"], check=True)  # no file may grow: the broker ends
        try:
            self.assertEqual((source.wait(60), exact.wait(60)), (75, 75), source.said() + exact.said())
        finally:
            self.lab.run("kill", "kafka")
            self.lab.run("start", "kafka")
        for one in (source, exact):
            one.start("--retry-for", "60s")  # a broker that has lost its disk takes its time
        source.finish()
        source.assert_all_there(source.found())
        exact.end_soon()
        # What a transaction left stays open now and then: no client can end one that the coordinator's cut log has
        # forgotten (KIP-664). The run says so, and what it says helps.
        code = exact.wait(150)
        hanging = end_hanging(self.brokers)
        if code != 0:
            self.assertIn("a transaction is open in partition 0", exact.said())
            self.assertIn(f"{exact.prefix}.__position.full", hanging)
            exact.start("--retry-for", "60s")
            exact.finish()
        exact.assert_exactly_once(exact.found())


if __name__ == "__main__":
    unittest.main(verbosity=2)
