#!/usr/bin/env python3
"""kcat-cdc produce --transactional against a real broker: whatever ends a process or a transaction, a reader of
committed records finds every change once, and transactions of the source whole."""

import collections
import contextlib
import itertools
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kafka_client import run_steps, settings_of
from kcat_lab import KafkaTest, checkpoint, event, hello, lines, schema, wait_for

ROWS = 3  # of a transaction of the source


def pos(lsn: int, ordinal: int) -> str:
    return f"{lsn:016X}/{ordinal:016X}"


def transaction(lsn: int, rows: int = ROWS) -> list[str]:
    """One of the source: rows in two tables, all with the LSN of the commit."""
    return [
        event(lsn * 10 + row, table=f"t{row % 2}").replace(pos(lsn * 10 + row, 1), pos(lsn, row))
        for row in range(1, rows + 1)
    ]


def snapshot_row(lsn: int, row: int) -> str:
    return event(row, "r").replace(pos(row, 1), pos(lsn, row))


class Transactional(KafkaTest):
    def transactional(self, *options, **pipes) -> subprocess.Popen:
        words = ("--topic-prefix", self.prefix, "--transactional", self.prefix, "--ack", self.ack, *options)
        return self.start("produce", *words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, **pipes)

    def run_once(self, text: str, *options, expect: int = 0) -> str:
        done = self.produce(text, "--transactional", self.prefix, "--ack", self.ack, *options, expect=expect)
        self.settle()
        return done.stderr.decode()

    def settle(self) -> None:
        run_steps(self.brokers, ["settled", self.prefix + "."])

    def committed(self) -> list[str]:
        """`cdc.pos` of every record of every table, by topic and offset; what a reader of committed records sees."""
        out = []
        for table in ("t", "t0", "t1"):
            topic = f"{self.prefix}.public.{table}"
            done = subprocess.run(
                ["kcat", "-C", "-e", "-q", "-b", self.brokers, "-t", topic, "-o", "beginning", "-f", "%h\n"],
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            for line in done.stdout.splitlines():
                headers = dict(pair.split("=", 1) for pair in line.split(","))
                out.append(headers["cdc.pos"])
        return out

    def is_sent(self, position: str, table: str) -> bool:
        """Whether it is among the topic's first three, committed or not."""
        topic = f"{self.prefix}.public.{table}"
        look = ["kcat", "-C", "-e", "-c", "3", "-q", "-b", self.brokers, "-t", topic, "-o", "beginning"]
        done = subprocess.run(
            [*look, "-X", "isolation.level=read_uncommitted", "-f", "%h\n"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return position in done.stdout

    def stored(self) -> dict:
        """The newest position record."""
        return json.loads(self.records(f"{self.prefix}.__position.{self.prefix}")[-1]["payload"])

    def assert_whole(self, found: list[str]) -> collections.Counter:
        """Nothing twice, and of each transaction of the source all rows or none."""
        twice = [name for name, count in collections.Counter(found).items() if count > 1]
        self.assertEqual(twice, [])
        rows = collections.Counter(name.split("/")[0] for name in found)
        self.assertEqual({lsn: count for lsn, count in rows.items() if count != ROWS}, {})
        return rows

    def test_killed_at_any_moment(self):
        chance = random.Random(7)
        total, runs = 400, 8
        for run in range(runs + 1):
            process = self.transactional("--partitions", "2")
            try:
                process.stdin.write(lines(hello(f"r{run}"), schema("t0"), schema("t1")).encode())
                for lsn in range(1, total + 1):
                    process.stdin.write(lines(*transaction(lsn), checkpoint(lsn, run=f"r{run}")).encode())
                    process.stdin.flush()
                    if run < runs:
                        time.sleep(0.004)
                        if chance.random() < 0.004 and lsn > 100:
                            break
                if run < runs:
                    time.sleep(chance.random() * 0.4)
            except BrokenPipeError:
                self.fail("it ended by itself")
            if run < runs:
                process.kill()
                process.wait()
                self.assert_whole(self.committed())
                continue
            process.stdin.write(lines(checkpoint(total + 1, "eof", f"r{run}")).encode())
            process.stdin.close()
            self.assertEqual(process.wait(60), 0)
        self.settle()
        found = self.committed()
        self.assertEqual(len(self.assert_whole(found)), total)
        self.assertEqual(self.stored()["stream"], pos(total, ROWS))
        self.assertEqual(self.acked(), total + 1)

    def test_snapshot_taken_again(self):
        """The stream goes on from where the slot began, whose positions are older than the new picture's."""
        first = [snapshot_row(1000, row) for row in range(1, 6)]
        self.run_once(lines(hello(), *first, checkpoint(1)), expect=75)
        again = [snapshot_row(2000, row) for row in range(1, 11)]
        stream = [event(number) for number in (500, 1500, 2500)]
        text = lines(hello("r2"), *again, checkpoint(1, run="r2"), *stream)
        self.run_once(text + lines(checkpoint(2, run="r2"), checkpoint(3, "eof", "r2")))
        wanted = [pos(1000, row) for row in range(1, 6)] + [pos(2000, row) for row in range(1, 11)]
        wanted += [pos(number, 1) for number in (500, 1500, 2500)]
        self.assertEqual(self.committed(), wanted)
        self.assertEqual(self.stored()["stream"], pos(2500, 1))
        self.assertEqual(self.stored()["snapshot"], pos(2000, 10))
        self.run_once(text + lines(checkpoint(2, run="r2"), checkpoint(3, "eof", "r2")))
        self.assertEqual(self.committed(), wanted)

    def test_the_newer_of_two_wins(self):
        older = self.transactional(stderr=subprocess.PIPE)
        write(older, lines(hello(), event(1), checkpoint(1)))
        wait_for("first ack", lambda: self.acked() == 1)
        write(older, lines(event(2)))  # a transaction is open
        newer = self.start(
            "produce",
            *("--topic-prefix", self.prefix, "--transactional", self.prefix),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        write(newer, lines(hello("r2"), event(1), event(2), checkpoint(1, run="r2")))
        wait_for("the newer's rows", lambda: len(self.committed()) == 2)
        with contextlib.suppress(BrokenPipeError):  # it may have met the newer one by itself
            write(older, lines(checkpoint(2), event(3), checkpoint(3)))
        self.assertEqual(older.wait(60), 69)
        self.assertIn("another process took it over", older.stderr.read().decode())
        self.assertEqual(self.acked(), 1)
        write(newer, lines(event(3), checkpoint(2, run="r2"), checkpoint(3, "eof", "r2")))
        newer.stdin.close()
        self.assertEqual(newer.wait(60), 0)
        self.settle()
        self.assertEqual(self.committed(), [pos(number, 1) for number in (1, 2, 3)])

    def test_input_that_was_cut_off(self):
        text = lines(hello(), *transaction(1), checkpoint(1), *transaction(2)[:2])
        self.run_once(text, expect=75)
        self.assert_whole(self.committed())
        self.assertEqual(self.acked(), 1)
        text = lines(hello("r2"), *transaction(1), *transaction(2), checkpoint(1, "eof", "r2"))
        self.run_once(text)
        self.assertEqual(len(self.assert_whole(self.committed())), 2)

    def test_stopped_inside_of_a_transaction(self):
        process = self.transactional()
        write(process, lines(hello(), *transaction(1), checkpoint(1)))
        wait_for("ack", lambda: self.acked() == 1)
        write(process, lines(*transaction(2)[:2]))
        wait_for("its rows", lambda: self.is_sent(pos(2, 1), "t1"))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(60), 75)
        self.assertEqual(len(self.assert_whole(self.committed())), 1)

    def test_receipts_of_what_was_stopped(self):
        """Input without checkpoints: whatever was committed has its receipt, and nothing else has."""
        words = ("--topic-prefix", self.prefix, "--transactional", self.prefix)
        process = self.start("produce", *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        write(process, lines(*transaction(1)))
        enough = threading.Event()

        def write_rows_of_the_second():  # a second of silence would be taken for its end
            for row in itertools.count(1):
                try:
                    write(process, lines(event(row, table="t1").replace(pos(row, 1), pos(2, row))))
                except BrokenPipeError:
                    return
                if enough.wait(0.02):
                    return

        writer = threading.Thread(target=write_rows_of_the_second)
        writer.start()
        self.addCleanup(writer.join)
        self.addCleanup(enough.set)

        wait_for("rows of the second transaction", lambda: self.is_sent(pos(2, 1), "t1"))
        process.send_signal(signal.SIGTERM)
        receipts = [json.loads(line) for line in process.stdout.read().splitlines()]
        process.wait(60)
        self.assertEqual(process.returncode, 75)
        self.settle()
        self.assertEqual(len(self.assert_whole(self.committed())), 1)
        self.assertEqual(sum(receipt["records"] for receipt in receipts), ROWS)
        self.assertEqual(receipts[-1]["pos"], pos(1, ROWS))

    def test_another_source_or_target(self):
        self.run_once(lines(hello(), event(1), checkpoint(1, "eof")))
        other = hello("r2").replace('"slot":"s"', '"slot":"other"')
        said = self.run_once(lines(other, event(2), checkpoint(1, "eof", "r2")), expect=69)
        self.assertIn("it belongs to the source", said)
        said = self.run_once(lines(event(2)), expect=69)
        self.assertIn("names none", said)
        topic = ("--topic", "other.{schema}.{table}", "--position-topic", f"{self.prefix}.__position.{self.prefix}")
        done = self.produce(lines(hello()), "--transactional", self.prefix, *topic, expect=69)
        self.assertIn("not of", done.stderr.decode())
        self.assertEqual(self.committed(), [pos(1, 1)])

    def test_another_writer_s_transaction_on_the_position_topic(self):
        """Behind what it has begun no reader of committed records sees: the run says so, and waits for the broker to end it."""
        self.run_once(lines(hello(), event(1), checkpoint(1, "eof")))
        topic = f"{self.prefix}.__position.{self.prefix}"
        run_steps(self.brokers, ["open", topic, "{}", f"{self.prefix}-other", 20_000])
        text = lines(hello("r2"), event(1), event(2), checkpoint(1, "eof", "r2"))
        said = self.run_once(text, "--retry-for", "7s", expect=75)
        self.assertIn(
            f'could not read topic "{topic}" to its end: a transaction is open in partition 0 since offset', said
        )
        self.assertIn("transaction.timeout.ms", said)
        self.assertEqual(self.committed(), [pos(1, 1)])
        self.run_once(text)
        self.assertEqual(self.committed(), [pos(1, 1), pos(2, 1)])

    def test_bad_row_at_the_front(self):
        large = event(1, note="".join(f"{i * 7919 % 10007:05d}" for i in range(600_000)))
        text = lines(large, event(2), event(3))
        limit = ("-X", "message.max.bytes=1000000")
        said = self.run_once(text, *limit, expect=65)
        self.assertIn("message.max.bytes 1000000", said)
        self.assertEqual(self.committed(), [])
        rejects = self.work / "rejects"
        self.run_once(text, *limit, "--reject", rejects, expect=1)
        self.assertEqual(json.loads(rejects.read_text())["line"], 1)
        self.assertEqual(self.committed(), [pos(2, 1), pos(3, 1)])

    def test_row_over_the_limit_of_its_topic(self):
        large = event(2, note="".join(f"{i * 7919 % 10007:05d}" for i in range(20_000)))
        text = lines(hello(), event(1), large, event(3), checkpoint(1, "eof"))
        rejects = self.work / "rejects"
        limits = ("--topic-config", "max.message.bytes=20000", "--reject", rejects)
        self.run_once(text, *limits, expect=1)
        reason = json.loads(rejects.read_text())["reason"]
        self.assertIn(f'topic "{self.prefix}.public.t"', reason)
        self.assertIn("max.message.bytes 20000", reason)
        self.assertEqual(self.committed(), [pos(1, 1), pos(3, 1)])

    def test_quiet_for_longer_than_connections_live(self):
        process = self.transactional("-X", "connections.max.idle.ms=1000", stderr=subprocess.PIPE)
        write(process, lines(*[event(number) for number in range(1, 11)]))
        wait_for("the first rows", lambda: len(self.committed()) == 10)
        time.sleep(3)
        write(process, lines(*[event(number) for number in range(11, 21)]))
        wait_for("the second rows", lambda: len(self.committed()) == 20)
        process.stdin.close()
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(process.stderr.read(), b"")

    def test_broker_that_dies_in_a_transaction(self):
        process = self.transactional("--retry-for", "6s", stderr=subprocess.PIPE)
        write(process, lines(hello(), event(1), checkpoint(1)))
        wait_for("ack", lambda: self.acked() == 1)
        write(process, lines(event(2)))
        self.lab.run("kill", "kafka")
        try:
            began = time.monotonic()
            write(process, lines(checkpoint(2)))
            self.assertEqual(process.wait(60), 75)
            self.assertLess(time.monotonic() - began, 20)
            self.assertIn("transaction", process.stderr.read().decode())
            began = time.monotonic()
            process = self.transactional("--retry-for", "2s", stderr=subprocess.PIPE)
            self.assertEqual(process.wait(60), 75)
            process = self.transactional("--retry-for", "60s", stderr=subprocess.DEVNULL)
            time.sleep(1)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(20), 75)
            self.assertLess(time.monotonic() - began, 30)
        finally:
            self.lab.run("start", "kafka")
        self.run_once(lines(hello("r2"), event(1), event(2), checkpoint(1, "eof", "r2")))
        self.assertEqual(self.committed(), [pos(1, 1), pos(2, 1)])

    def test_broker_that_comes_back_in_time(self):
        process = self.transactional("-X", "transaction.timeout.ms=5000", stderr=subprocess.PIPE)
        write(process, lines(hello(), *transaction(1), checkpoint(1)))
        wait_for("ack", lambda: self.acked() == 1)
        write(process, lines(*transaction(2), *transaction(3)[:1]))
        self.lab.run("kill", "kafka")
        write(process, lines(*transaction(3)[1:], checkpoint(2)))
        time.sleep(6)
        self.lab.run("start", "kafka")
        wait_for("ack", lambda: self.acked() == 2)
        write(process, lines(*transaction(4), checkpoint(3, "eof")))
        process.stdin.close()
        self.assertEqual(process.wait(60), 0)
        self.settle()
        self.assertEqual(len(self.assert_whole(self.committed())), 4)

    def test_frozen_broker_outlives_the_transaction(self):
        process = self.transactional("-X", "transaction.timeout.ms=3000", stderr=subprocess.PIPE)
        write(process, lines(hello(), *transaction(1), checkpoint(1)))
        wait_for("ack", lambda: self.acked() == 1)
        write(process, lines(*transaction(2)[:1]))
        wait_for("its row", lambda: self.is_sent(pos(2, 1), "t1"))
        broker = self.broker()
        os.kill(broker, signal.SIGSTOP)
        try:
            write(process, lines(*transaction(2)[1:], checkpoint(2)))
            time.sleep(5)
        finally:
            os.kill(broker, signal.SIGCONT)
        wait_for("ack", lambda: self.acked() == 2)
        write(process, lines(*transaction(3), checkpoint(3, "eof")))
        process.stdin.close()
        self.assertEqual(process.wait(60), 0)
        self.settle()
        self.assertEqual(len(self.assert_whole(self.committed())), 3)

    def broker(self) -> int:
        return int((pathlib.Path(self.lab.variables["CDC_LAB_DIR"]) / "kafka" / "pid").read_text().split()[0])

    def test_shape_is_there_before_the_rows(self):
        process = self.transactional()
        write(process, lines(hello(), schema(), event(1)))
        done = ["kcat", "-C", "-e", "-q", "-b", self.brokers, "-t", f"{self.prefix}.__schema"]
        wait_for("the shape", lambda: subprocess.run(done, capture_output=True, check=False).stdout)
        self.assertEqual(self.committed(), [])
        write(process, lines(checkpoint(1, "eof")))
        process.stdin.close()
        self.assertEqual(process.wait(60), 0)
        self.settle()
        self.assertEqual(self.committed(), [pos(1, 1)])

    def test_begin_and_commit_lines(self):
        borders = [
            '{"__cdc":"begin","txId":7,"lsn":"0000000000000001","ts_us":5000}',
            '{"__cdc":"commit","txId":7,"lsn":"0000000000000001","pos":"0000000000000002","event_count":3,'
            '"data_collections":[{"data_collection":"public.t","event_count":3}],"ts_us":5000}',
        ]
        run_steps(self.brokers, ["brokers", {"log.retention.ms": "3600000"}])
        self.addCleanup(run_steps, self.brokers, ["brokers", {"log.retention.ms": None}])
        text = lines(hello(), borders[0], *transaction(1), borders[1], checkpoint(1, "eof"))
        topic = f"{self.prefix}.transaction"
        for _ in range(2):
            self.run_once(text, "--transaction-topic", topic)
        records = self.records(topic)
        self.assertEqual([record["key"] for record in records], ['{"id":"7:1"}', '{"id":"7:2"}'])
        self.assertEqual([json.loads(record["payload"])["status"] for record in records], ["BEGIN", "END"])
        self.assertEqual([record["ts"] for record in records], [5, 5])
        # what is so old is kept all the same
        self.assertEqual(settings_of(self.brokers, topic), {"retention.ms": "-1"})
        self.assert_whole(self.committed())


def write(process: subprocess.Popen, text: str):
    process.stdin.write(text.encode())
    process.stdin.flush()


if __name__ == "__main__":
    unittest.main()
