#!/usr/bin/env python3
"""walcat | kcat-cdc produce, kcat-cdc consume | pg-load: the target equals the source, though Kafka keeps order in a
partition only and a row whose key changes moves from one to another."""

import json
import pathlib
import random
import shlex
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, hello
from pg_load_lab import Case, environment, psql, start_lab, stop_lab

PARTITIONS = 3
SAME = "SELECT coalesce(json_agg(t ORDER BY id), '[]') FROM t"


def setUpModule():
    start_lab("kafka", own=True)


def tearDownModule():
    stop_lab()


class ThroughKafka(Case):
    def setUp(self):
        super().setUp()
        self.brokers = environment()["CDC_BROKERS"]
        self.source = self.database + "_source"
        psql("postgres", f'CREATE DATABASE "{self.source}"')
        self.addCleanup(psql, "postgres", f'DROP DATABASE "{self.source}" WITH (FORCE)')
        psql(
            self.source,
            "CREATE TABLE t (id int PRIMARY KEY, v text, n int, at timestamptz DEFAULT now());"
            "CREATE PUBLICATION p FOR ALL TABLES",
        )
        self.addCleanup(
            psql,
            self.source,
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()",
        )
        self.pick = random.Random(5)
        self.keys: set[int] = set()

    def produce(self, *options: str) -> None:
        """Everything that was committed at the source so far."""
        ack = self.folder / "produced"
        end = psql(self.source, "SELECT pg_current_wal_lsn()")
        walcat = ["walcat", "-d", self.source, "--slot", self.database, "--create", "--publication", "p"]
        walcat += ["--ack", str(ack), "--until-lsn", end, *options]
        kcat = ["kcat-cdc", "produce", "-b", self.brokers, "--topic-prefix", self.database]
        kcat += ["--partitions", str(PARTITIONS), "--ack", str(ack)]
        shell = f"set -o pipefail; {shlex.join(walcat)} | {shlex.join(kcat)} >/dev/null"
        done = subprocess.run(
            ["bash", "-c", shell], env=environment(), capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def consume(self, *options: str) -> tuple[subprocess.Popen, subprocess.Popen]:
        """The consumer and the loader behind it."""
        ack = str(self.folder / "consumed")
        consume = ["kcat-cdc", "consume", "-b", self.brokers, "-g", self.database, "-t", f"{self.database}.public.t"]
        consume += ["--ack", ack, "-X", "session.timeout.ms=6000", *options]
        reader = subprocess.Popen(consume, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        load = self.words("--mode", "events", "--create", "--ack", ack)
        loader = subprocess.Popen(
            load, env=environment(), stdin=reader.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        reader.stdout.close()
        for process in (reader, loader):
            self.addCleanup(self._stop, process)
        return reader, loader

    @staticmethod
    def _stop(process: subprocess.Popen) -> None:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream and not stream.closed:
                stream.close()

    def consume_all(self) -> None:
        reader, loader = self.consume("--until", "end")
        codes = loader.wait(60), reader.wait(60)
        self.assertEqual(codes, (0, 0), loader.stderr.read().decode() + reader.stderr.read().decode())

    def assert_same(self) -> None:
        self.assertEqual(json.loads(self.sql(SAME)), json.loads(psql(self.source, SAME)))

    def change(self, transactions: int) -> None:
        """Inserts, updates, deletes, and keys that go elsewhere and come back."""
        text = []
        for _ in range(transactions):
            text.append("BEGIN;")
            for _ in range(self.pick.randrange(1, 6)):
                text.append(self.statement())
            text.append("COMMIT;")
        psql(self.source, "\n".join(text))

    def statement(self) -> str:
        action, mark = self.pick.random(), self.pick.randrange(1_000_000)
        key = self.pick.choice(sorted(self.keys)) if self.keys else 0
        free = self.pick.choice([one for one in range(1, 121) if one not in self.keys])
        if not self.keys or (action < 0.35 and len(self.keys) < 100):
            self.keys.add(free)
            return f"INSERT INTO t VALUES ({free}, 'v{mark}', {mark});"
        if action < 0.6:
            return f"UPDATE t SET v = 'u{mark}', n = {mark} WHERE id = {key};"
        self.keys.remove(key)
        if action < 0.75:
            return f"DELETE FROM t WHERE id = {key};"
        self.keys.add(free)
        return f"UPDATE t SET id = {free}, n = {mark} WHERE id = {key};"

    def test_the_target_equals_the_source(self):
        self.produce()
        for _ in range(3):
            self.change(300)
            self.produce()
            self.consume_all()
            self.assert_same()
        parts = "SELECT count(*) FROM cdckit.positions WHERE part LIKE '%.public.t/%'"
        self.assertEqual(self.sql(parts), str(PARTITIONS))

    def test_a_consumer_killed_in_the_middle(self):
        self.produce()
        self.change(300)
        self.produce()
        reader, loader = self.consume()
        self.wait_until(lambda: self.sql("SELECT to_regclass('cdckit.positions') IS NOT NULL") == "t")
        self.wait_until(lambda: self.sql("SELECT count(*) > 0 FROM cdckit.positions") == "t")
        before = self.sql("SELECT max(updated_at) FROM cdckit.positions")
        self.change(600)
        self.produce()
        self.wait_until(lambda: self.sql("SELECT max(updated_at) FROM cdckit.positions") != before)
        self.change(600)
        self.produce()
        reader.kill()
        self.assertEqual(loader.wait(60), 75, loader.stderr.read().decode())
        self.change(100)
        self.produce()
        self.consume_all()
        self.assert_same()

    def test_chains_of_keys(self):
        """A row leaves its key, another takes the key, all within one transaction or not."""
        self.produce()
        psql(self.source, "INSERT INTO t SELECT i, 'row ' || i, i FROM generate_series(1, 40) i")
        for key in range(1, 41):
            psql(
                self.source,
                f"BEGIN; UPDATE t SET id = {key + 1000} WHERE id = {key}; INSERT INTO t VALUES ({key}, 'anew', 0);"
                f"UPDATE t SET id = {key + 2000} WHERE id = {key}; UPDATE t SET id = {key} WHERE id = {key + 1000};"
                f"COMMIT; UPDATE t SET id = {key + 1000} WHERE id = {key};",
            )
        self.produce()
        self.consume_all()
        self.assert_same()
        self.assertEqual(self.sql("SELECT count(*), count(*) FILTER (WHERE v = 'anew') FROM t"), "80|40")


class Order(Case):
    """Lines as kcat-cdc consume prints them, in orders that several partitions allow."""

    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE t (id int PRIMARY KEY, name text, note text, amount numeric(12,2))")
        self.offset = 0

    def record(self, line: str | dict) -> str:
        event = json.loads(line) if isinstance(line, str) else line
        self.offset += 1
        kafka = {"topic": "x.public.t", "partition": event["key"]["id"] % PARTITIONS, "offset": self.offset}
        return json.dumps(event | {"kafka": kafka | {"timestamp": None}}, separators=(",", ":"))

    def apply(self, records: list[str], code: int = 0, *options: str):
        greeting = hello("r").replace('{"slot":"s"}', '{"cluster":"c","group":"g"}')
        end = '{"__cdc":"eof","run":"r","seq":1,"pos":"x.public.t:0=1"}'
        return self.load([greeting, *records, end], "--mode", "events", *options, code=code)

    def names(self) -> dict[int, str]:
        return {int(key): name for key, name in json.loads(self.sql("SELECT json_object_agg(id, name) FROM t")).items()}

    def test_a_key_that_was_given_to_another_row(self):
        source = SourceTable("t")
        source.emit("c", None, {"id": 1, "name": "first"})
        source.begin()
        source.emit("d", {"id": 1}, None, new_key={"id": 2})
        source.emit("c", None, {"id": 2, "name": "first"}, old_key={"id": 1})
        source.begin()
        source.emit("c", None, {"id": 1, "name": "second"})
        made, gone, moved, again = source.lines
        for order in ((made, gone, moved, again), (made, gone, again, moved), (moved, made, gone, again)):
            with self.subTest(order=[source.lines.index(line) for line in order]):
                self.sql("TRUNCATE t; DROP SCHEMA IF EXISTS cdckit CASCADE")
                self.apply([self.record(line) for line in order])
                self.assertEqual(self.names(), {1: "second", 2: "first"})

    def test_halves_of_different_rows(self):
        source = SourceTable("t")
        for key in (1, 4):
            source.emit("c", None, {"id": key, "name": f"row {key}"})
        for key in (1, 4):
            source.begin()
            source.emit("d", {"id": key}, None, new_key={"id": key + 1})
            source.emit("c", None, {"id": key + 1, "name": f"row {key}"}, old_key={"id": key})
        one, four, gone1, moved1, gone4, moved4 = source.lines
        self.apply([self.record(line) for line in (one, four, moved1, gone1, moved4, gone4)])
        self.assertEqual(self.names(), {2: "row 1", 5: "row 4"})
        self.sql("TRUNCATE t; DROP SCHEMA cdckit CASCADE")
        self.apply([self.record(line) for line in (one, four, gone1, gone4, moved1, moved4)])
        self.assertEqual(self.names(), {2: "row 1", 5: "row 4"})

    def test_columns_left_out(self):
        """They are those of the row that moves: known right after its first half, else refused, never guessed."""
        source = SourceTable("t")
        source.emit("c", None, {"id": 1, "name": "a", "note": "long"})
        source.begin()
        source.emit("d", {"id": 1}, None, new_key={"id": 2})
        source.emit("c", None, {"id": 2, "name": "b"}, old_key={"id": 1}, unchanged=["note"])
        made, gone, moved = source.lines
        self.apply([self.record(line) for line in (made, gone, moved)])
        self.assertEqual(self.sql("SELECT id, name, note FROM t"), "2|b|long")
        self.sql("TRUNCATE t; DROP SCHEMA cdckit CASCADE")
        done = self.apply([self.record(line) for line in (made, moved, gone)], 65)
        self.assertIn("REPLICA IDENTITY FULL", done.errors)
        self.assertEqual(self.sql("SELECT count(*) FROM t"), "0")

    def test_random_orders(self):
        for seed in range(12):
            with self.subTest(seed=seed):
                self.sql("TRUNCATE t; DROP SCHEMA IF EXISTS cdckit CASCADE")
                pick = random.Random(seed)
                source = Complete("t", seed)
                for _ in range(200):
                    source.change()
                queues: list[list[str]] = [[] for _ in range(PARTITIONS)]
                for line in source.lines:
                    queues[json.loads(line)["key"]["id"] % PARTITIONS].append(line)
                records = []
                while any(queues):
                    queue = pick.choice([one for one in queues if one])
                    count = pick.choice((1, 1, 2, 20))
                    records += [self.record(line) for line in queue[:count]]
                    del queue[:count]
                self.apply(records)
                text = self.sql("SELECT coalesce(json_object_agg(id, row_to_json(t)), '{}') FROM t")
                self.assertEqual({int(key): row for key, row in json.loads(text).items()}, source.rows)


class Complete(SourceTable):
    """As with REPLICA IDENTITY FULL: no column is left out; and nothing is truncated."""

    def emit(self, operation: str, before, after, pos=None, **more) -> dict:
        if after is not None:
            after = self.rows[after["id"]]
        return super().emit(operation, before, after, pos, **(more | {"unchanged": []}))

    def truncate(self) -> None:
        pass


if __name__ == "__main__":
    unittest.main()
