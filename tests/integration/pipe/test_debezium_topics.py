#!/usr/bin/env python3
"""Topics that the real Debezium would have written, in three partitions and without positions of ours, through kcat-cdc
consume into pg-load and snow-put: after each step both targets are what the source is.

The tools come from the caller's PATH. One lab serves the file.
"""

import base64
import itertools
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import Lab
from snow_put import command as snow_put

LAB = Lab("debezium-topics")
UNAVAILABLE = "__debezium_unavailable_value"
NUMBER = {"type": "struct", "name": "io.debezium.data.VariableScaleDecimal", "version": 1, "optional": True}
NUMBER |= {
    "fields": [
        {"type": kind, "optional": False, "field": name} for kind, name in (("int32", "scale"), ("bytes", "value"))
    ]
}
COLUMNS = {"id": {"type": "int32", "optional": False}, "big": {"type": "string", "optional": True}, "amount": NUMBER}
SOURCE = {"version": "string", "connector": "string", "name": "string", "ts_ms": "int64", "snapshot": "string"}
SOURCE |= {"db": "string", "schema": "string", "table": "string", "txId": "int64", "lsn": "int64"}


def setUpModule() -> None:
    LAB.up("postgres", "kafka", "snow-local")
    LAB.make_snow_schema()


def tearDownModule() -> None:
    LAB.down()


def struct(fields: dict, name: str, optional: bool = False) -> dict:
    listed = [(schema if isinstance(schema, dict) else {"type": schema, "optional": True}) | {"field": field}
              for field, schema in fields.items()]  # fmt: skip
    return {"type": "struct", "fields": listed, "optional": optional, "name": name}


def number(text: str) -> dict:
    """As the connector writes a numeric without precision: the unscaled number's bytes and the scale."""
    sign, digits, exponent = Decimal(text).as_tuple()
    unscaled = int("".join(map(str, digits))) * (-1 if sign else 1)
    if exponent > 0:
        unscaled, exponent = unscaled * 10**exponent, 0
    size = (unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1
    return {"scale": -exponent, "value": base64.b64encode(unscaled.to_bytes(size, "big", signed=True)).decode()}


class Topics(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.name = self._testMethodName.removeprefix("test_")
        self.lsn = itertools.count(1000)
        LAB.psql("postgres", f"CREATE DATABASE {self.name}")

    @property
    def topic(self) -> str:
        return f"app.public.{self.name}"

    def record(self, op: str, key: int | None, before, after, headers=(), **more) -> dict:
        row = struct(COLUMNS, f"{self.topic}.Value", True)
        schema = {"before": row, "after": row, "source": struct(SOURCE, "io.debezium.connector.postgresql.Source")}
        schema |= {"op": {"type": "string", "optional": False}, "ts_ms": "int64", "transaction": "string"}
        source = {"version": "3.7.0.Final", "connector": "postgresql", "name": "app", "ts_ms": 1790000000000}
        source |= {
            "snapshot": "false",
            "db": "d",
            "schema": "public",
            "table": self.name,
            "txId": 7,
            "lsn": next(self.lsn),
        }
        value = {
            "before": before,
            "after": after,
            "source": source,
            "op": op,
            "ts_ms": 1790000000001,
            "transaction": None,
        }
        wrapped = {"schema": struct(schema, f"{self.topic}.Envelope"), "payload": value}
        return {
            "topic": self.topic,
            "key": self.key(key),
            "value": json.dumps(wrapped),
            "headers": list(headers),
        } | more

    def key(self, key: int | None) -> str | None:
        fields = {"id": {"type": "int32", "optional": False}}
        return key and json.dumps({"schema": struct(fields, f"{self.topic}.Key"), "payload": {"id": key}})

    def made(self, key: int, big="b", amount="1.5", op: str = "c", headers=()) -> dict:
        return self.record(op, key, None, {"id": key, "big": big, "amount": amount and number(amount)}, headers)

    def gone(self, key: int, headers=()) -> list[dict]:
        row = {"id": key, "big": None, "amount": None}
        return [self.record("d", key, row, None, headers), {"topic": self.topic, "key": self.key(key), "value": None}]

    def moved(self, old: int, new: int, **more) -> list[dict]:
        headers = [[f"__debezium.{name}", self.key(key)] for name, key in (("newkey", new), ("oldkey", old))]
        return [*self.gone(old, headers[:1]), self.made(new, headers=headers[1:], **more)]

    def write(self, *records: dict, partitions: int = 3) -> None:
        text = "".join(json.dumps(record) + "\n" for record in records)
        words = ["kcat-cdc", "produce", "-b", LAB.variables["CDC_BROKERS"], "--raw", "--partitions", str(partitions)]
        done = subprocess.run(words, input=text.encode(), capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def pipe(self, sink: str, *words: str) -> None:
        """What is new in the topics, to the end."""
        ack = ["--ack", str(self.folder / sink)]
        consume = ["kcat-cdc", "consume", "-b", LAB.variables["CDC_BROKERS"], "-g", f"{self.name}-{sink}", *ack]
        consume += ["-t", f"^app\\.(public\\.{self.name}|message)$", "--until", "end"]
        with subprocess.Popen(consume, env=LAB.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader:
            done = subprocess.run(
                [*words, *ack],
                stdin=reader.stdout,
                env=LAB.environment(),
                capture_output=True,
                text=True,
                timeout=90,
                check=False,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(reader.wait(60), 0, reader.stderr.read())

    def member(self, number: int) -> tuple[subprocess.Popen, subprocess.Popen]:
        """One of several in a group, until it is told to stop."""
        ack = ["--ack", str(self.folder / f"member{number}")]
        consume = ["kcat-cdc", "consume", "-b", LAB.variables["CDC_BROKERS"], "-g", self.name, *ack, "-t", self.topic]
        consume += ["-X", "session.timeout.ms=6000", "-X", "heartbeat.interval.ms=500"]
        put = [*snow_put("--create", "--channel-prefix", self.name, "--max-lag", "100ms"), *ack]
        reader = subprocess.Popen(consume, env=LAB.environment(), stdout=subprocess.PIPE)
        sink = subprocess.Popen(put, env=LAB.environment(), stdin=reader.stdout, stdout=subprocess.DEVNULL)
        reader.stdout.close()
        for process in (reader, sink):
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
        return reader, sink

    def wait_for_journal(self, rows: int) -> None:
        until = time.monotonic() + 60
        count = f"SELECT COUNT(*) AS ALL_ROWS, COUNT(DISTINCT _CDC_POS) AS POSITIONS FROM CDC.RAW.{self.name}_JOURNAL"
        found = {}
        while time.monotonic() < until and found.get("ALL_ROWS") != rows:
            try:
                (found,) = LAB.snow(count)
            except subprocess.CalledProcessError:  # it is not made yet
                time.sleep(0.3)
        self.assertEqual(found, {"ALL_ROWS": rows, "POSITIONS": rows})

    def assert_loaded(self, expected: dict[int, tuple]) -> None:
        self.pipe("pg", "pg-load", "-d", self.name, "--mode", "events", "--create")
        rows = LAB.psql(
            self.name, f"SELECT json_build_array(id, big, amount::text) FROM public.{self.name}"
        ).splitlines()
        self.assertEqual(self.rows(map(json.loads, rows)), self.rows((key, *row) for key, row in expected.items()))

    def assert_both(self, expected: dict[int, tuple]) -> None:
        self.assert_loaded(expected)
        put = snow_put("--create", "--channel-prefix", self.name)
        self.pipe("snow", *put)
        merge = [*put[:1], "merge", *put[1:7], "--table", self.name]
        done = subprocess.run(merge, env=LAB.environment(), capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = LAB.snow(f"SELECT ID, BIG, AMOUNT FROM CDC.RAW.{self.name}")
        self.assertEqual(
            self.rows((row["ID"], row["BIG"], row["AMOUNT"]) for row in found),
            self.rows((key, *row) for key, row in expected.items()),
        )

    @staticmethod
    def rows(rows) -> dict[int, tuple]:
        return {int(key): (big, amount and Decimal(amount)) for key, big, amount in rows}

    def test_keys_that_move(self):
        """A delete, its tombstone and an insert elsewhere; back again; two rows that swap their keys in one transaction."""
        self.write(self.made(1, "one"), self.made(2, "two"))
        self.assert_both({1: ("one", "1.5"), 2: ("two", "1.5")})
        self.write(*self.moved(1, 7, big="one"))
        self.assert_both({7: ("one", "1.5"), 2: ("two", "1.5")})
        self.write(*self.moved(7, 1, big="one"))
        self.assert_both({1: ("one", "1.5"), 2: ("two", "1.5")})
        self.write(*self.moved(1, 9, big="one"), *self.moved(2, 1, big="two"), *self.moved(9, 2, big="one"))
        self.assert_both({1: ("two", "1.5"), 2: ("one", "1.5")})

    def test_three_members_whose_partitions_move(self):
        """Two join, one dies without a word, another joins, one leaves: each change is in the journal once."""
        keys = itertools.count(1)

        written = 0
        members = []
        for number in range(3):
            self.write(*[self.made(next(keys)) for _ in range(20)])
            members.append(self.member(number))
            self.write(*[self.made(next(keys)) for _ in range(20)])
            written += 40
            self.wait_for_journal(written)
            if number == 1:
                for process in members[0]:
                    process.kill()
        members[1][0].send_signal(signal.SIGTERM)
        self.assertEqual([process.wait(60) for process in members[1]], [0, 0])
        self.write(*[self.made(next(keys)) for _ in range(40)])
        self.wait_for_journal(written + 40)
        members[2][0].send_signal(signal.SIGTERM)
        self.assertEqual([process.wait(60) for process in members[2]], [0, 0])

    def test_many_changes_of_one_key(self):
        """All in one transaction and one millisecond, before either target has the row; and an update of none."""
        changes = [
            self.made(1, "a"),
            self.made(1, "b", op="u"),
            self.made(1, "c", op="u"),
            *self.gone(1),
            self.made(1, "d"),
        ]
        self.write(*changes, self.made(2, "only an update", op="u"), self.made(3), *self.gone(3))
        self.assert_both({1: ("d", "1.5"), 2: ("only an update", "1.5")})

    def test_values_that_did_not_come_along(self):
        self.write(*[self.made(key, f"large {key}") for key in (1, 2, 3)])
        self.assert_both({key: (f"large {key}", "1.5") for key in (1, 2, 3)})
        updates = [self.made(1, "new", "2", "u"), self.made(2, UNAVAILABLE, "3", "u"), self.made(3, None, "4", "u")]
        self.write(*updates)
        self.assert_both({1: ("new", "2"), 2: ("large 2", "3"), 3: (None, "4")})

    def test_numbers_without_a_precision(self):
        digits = ["0", "-1", "0.00000000000000000001", "123456789012345678901234567890.5", "-0.10", None]
        self.write(*[self.made(key, amount=text) for key, text in enumerate(digits, 1)])
        self.assert_both({key: ("b", text) for key, text in enumerate(digits, 1)})

    def test_messages_and_truncates(self):
        """No row of either; what came before the truncate is gone, once."""
        message = self.record("m", None, None, None)
        value = json.loads(message["value"])["payload"]
        value = {name: value[name] for name in ("source", "op", "ts_ms")} | {
            "message": {"prefix": "app", "content": "aGVsbG8="}
        }
        value["source"] |= {"schema": "", "table": ""}
        key = json.dumps({"prefix": "app"})
        message |= {"topic": "app.message", "key": key, "value": json.dumps(value)}
        before = [self.made(1), message, self.made(2)]
        truncate = self.record("t", None, None, None)  # with a later LSN than what it takes away
        self.write(*before, truncate, self.made(3), partitions=1)
        self.assert_both({3: ("b", "1.5")})
        self.write(self.made(4), message, partitions=1)
        self.assert_both({3: ("b", "1.5"), 4: ("b", "1.5")})


if __name__ == "__main__":
    unittest.main(verbosity=2)
