#!/usr/bin/env python3
"""Bad input is the same story at every sink: 65 with source:line, or --on-error skip and --reject.

The same lines go to pg-load, kcat-cdc produce and snow-put: a schema line, an event, a bad line, an
event. The tools come from the caller's PATH.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import Lab

LAB = Lab("sinks")
SINKS = ("pg-load", "kcat-cdc", "snow-put")
TOO_LONG = 4000
BAD = {
    "no JSON": b'{"op":"c","after":{"id":2}\n',
    "no object": b"[1,2]\n",
    "a trailing comma": b'{"op":"c","after":{"id":2},}\n',
    "no UTF-8": b'{"op":"c","after":{"id":2,"note":"\xff"}}\n',
    "a cut character": b'{"op":"c","after":{"id":2,"note":"\xe2\x82"}}\n',
    "too long": b'{"op":"c","after":{"note":"' + b"x" * TOO_LONG + b'"}}\n',
}


def setUpModule() -> None:
    LAB.up("postgres", "kafka", "snow-local")
    run(["snow-ddl", "query", "-c", "lab", "CREATE DATABASE IF NOT EXISTS CDC; CREATE SCHEMA IF NOT EXISTS CDC.RAW"])


def tearDownModule() -> None:
    LAB.down()


def run(words: list[str], given: bytes = b"") -> subprocess.CompletedProcess:
    return subprocess.run(words, input=given, env=LAB.environment(), capture_output=True, timeout=120, check=False)


def schema_line(table: str) -> bytes:
    columns = [
        {"name": "id", "type": "bigint", "oid": 20, "modifier": -1, "nullable": False},
        {"name": "note", "type": "text", "oid": 25, "modifier": -1, "nullable": True},
    ]
    line = {
        "__cdc": "schema",
        "v": 1,
        "schema": "public",
        "table": table,
        "identity": "default",
        "key": ["id"],
        "columns": columns,
    }
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def event(table: str, number: int) -> bytes:
    source = {
        "connector": "postgresql",
        "db": "x",
        "schema": "public",
        "table": table,
        "snapshot": "false",
        "ts_us": 1790000000000000,
        "txId": number,
        "lsn": number,
    }
    line = {
        "pos": f"{number:016X}/{1:016X}",
        "key": {"id": number},
        "before": None,
        "after": {"id": number, "note": "fine"},
        "source": source,
        "transaction": None,
        "op": "c",
        "ts_ms": 1790000000000,
        "ts_us": 1790000000000000,
        "ts_ns": 1790000000000000000,
    }
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def command(sink: str, table: str) -> list[str]:
    if sink == "pg-load":
        return ["pg-load", "-d", LAB.variables["PGDATABASE"], "--mode", "events", "--create"]
    if sink == "kcat-cdc":
        return ["kcat-cdc", "produce", "-b", LAB.variables["CDC_BROKERS"], "--topic-prefix", table]
    return ["snow-put", "-c", "lab", "--database", "CDC", "--schema", "RAW", "--create", "--channel-prefix", table]


class BadInput(unittest.TestCase):
    def setUp(self) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="cdckit-bad-input-")
        self.addCleanup(self.scratch.cleanup)

    def put(self, sink: str, what: str, bad: bytes, *flags: str, last: bool = False):
        table = f"bad_{sink}_{what}_{len(flags)}".replace("-", "_").replace(" ", "_").lower()
        lines = schema_line(table) + event(table, 1) + bad + (b"" if last else event(table, 3))
        return run([*command(sink, table), "--max-line", f"{TOO_LONG}B", *flags], lines)

    def test_stop_names_the_line(self) -> None:
        for sink in SINKS:
            for what, bad in BAD.items():
                with self.subTest(sink=sink, bad=what):
                    done = self.put(sink, what, bad)
                    self.assertEqual(done.returncode, 65, done.stderr)
                    self.assertIn(f"{sink}: stdin:3: ".encode(), done.stderr)

    def test_a_cut_last_line_is_bad_whatever_the_policy(self) -> None:
        cut = event("t", 2)[:-20]
        for sink in SINKS:
            for flags in ((), ("--on-error", "skip")):
                with self.subTest(sink=sink, flags=flags):
                    done = self.put(sink, "cut", cut, *flags, last=True)
                    self.assertEqual(done.returncode, 65, done.stderr)
                    self.assertIn(b"stdin:3: could not read line: the input ends inside it", done.stderr)

    def test_reject_keeps_the_line_and_goes_on(self) -> None:
        for sink in SINKS:
            for what, bad in BAD.items():
                with self.subTest(sink=sink, bad=what):
                    file = pathlib.Path(self.scratch.name, f"{sink}-{what}")
                    done = self.put(sink, what, bad, "--reject", str(file))
                    self.assertEqual(done.returncode, 1, done.stderr)
                    rejected = [json.loads(line) for line in file.read_text().splitlines()]
                    self.assertEqual([(line["tool"], line["line"]) for line in rejected], [(sink, 3)])

    def test_the_lines_around_a_skipped_one_arrive(self) -> None:
        done = self.put("pg-load", "around", BAD["no UTF-8"], "--on-error", "skip")
        self.assertEqual(done.returncode, 1, done.stderr)
        query = ["psql", "-XAtc", "select string_agg(id::text, ',' order by id) from bad_pg_load_around_2"]
        self.assertEqual(run(query).stdout.decode().strip(), "1,3")


if __name__ == "__main__":
    unittest.main()
