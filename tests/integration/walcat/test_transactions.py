#!/usr/bin/env python3
"""Prepared transactions, and large ones received while they run together with every filter."""

import hashlib
import hmac
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from streaming_case import StreamingCase
from walcat_lab import start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

LARGE = "SELECT n, repeat('{0}', 100) FROM generate_series({1}, {1} + 1999) n"


class Transactions(StreamingCase):
    def setUp(self):
        super().setUp()
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, s text); CREATE TABLE u (id int PRIMARY KEY, a int, mail text); "
            "ALTER TABLE u REPLICA IDENTITY FULL"
        )
        self.publish_all()
        self.make_streaming_slot()

    def both_ways(self, *options: str) -> list[dict]:
        """--streaming shows in nothing; its events."""
        at_once = self.lines(*options)
        self.assert_streaming_shows_in_nothing(at_once, *options)
        return [event for event in map(json.loads, at_once) if event.get("__cdc") != "schema"]


class Prepared(Transactions):
    def test_they_come_when_they_commit(self):
        self.sql(
            "BEGIN; INSERT INTO u VALUES (1, 1); SAVEPOINT a; INSERT INTO u VALUES (9, 9); ROLLBACK TO a; "
            "UPDATE u SET id = 2; PREPARE TRANSACTION 'one'"
        )
        self.sql(
            "BEGIN; INSERT INTO u VALUES (3, 1); SELECT pg_logical_emit_message(true, 'p', 'never'); PREPARE TRANSACTION 'two'"
        )
        self.sql("INSERT INTO u VALUES (4, 4)")
        self.sql("COMMIT PREPARED 'one'")
        self.sql("INSERT INTO u VALUES (5, 5)")
        self.sql("ROLLBACK PREPARED 'two'")
        events = self.both_ways()
        kinds = [(event.get("__cdc", event.get("op")), event.get("key")) for event in events]
        four, five = ({"id": 4},), ({"id": 5},)
        self.assertEqual(
            kinds,
            [("begin", None), ("c", *four), ("commit", None)]
            + [("begin", None), ("c", {"id": 1}), ("d", {"id": 1}), ("c", {"id": 2}), ("commit", None)]
            + [("begin", None), ("c", *five), ("commit", None)],
        )
        positions = [event["pos"] for event in events if "op" in event]
        self.assertEqual(positions, sorted(set(positions)))
        times = [event["ts_us"] for event in events if event.get("__cdc") == "commit"]
        self.assertEqual(times, sorted(times))  # of the commit, not of the preparation
        self.assertEqual({event["source"]["txId"] for event in events[4:7]}, {events[3]["txId"]})

    def test_large_ones(self):
        self.sql(f"BEGIN; INSERT INTO t {LARGE.format('a', 1)}; PREPARE TRANSACTION 'kept'")
        self.sql(f"BEGIN; INSERT INTO t {LARGE.format('b', 10001)}; PREPARE TRANSACTION 'gone'")
        self.sql("INSERT INTO u VALUES (1, 1); ROLLBACK PREPARED 'gone'; COMMIT PREPARED 'kept'")
        events = self.both_ways()
        self.assertEqual([event["key"]["id"] for event in events if "op" in event], [1, *range(1, 2001)])
        self.wait_until(lambda: self.streamed() > 0)

    def test_a_new_run_gets_what_an_earlier_one_saw_prepared(self):
        for more in ((), ("--streaming",)):
            options = ("--slot", "s", "--ack", "stdout", "--snapshot", "never", *more)
            self.sql("TRUNCATE t, u")
            self.sql(f"BEGIN; INSERT INTO t {LARGE.format('a', 1)}; PREPARE TRANSACTION 'kept'")
            process = self.popen(*options, "--ops", "c")
            self.sql("INSERT INTO u VALUES (1, 1)")
            self.assertEqual(json.loads(process.stdout.readline())["source"]["table"], "u")
            end = self.sql("SELECT pg_current_wal_lsn()")
            self.wait_until(lambda end=end: self.sql(f"SELECT '{self.slot('s')[0]}'::pg_lsn >= '{end}'") == "t")
            process.terminate()
            self.assertEqual(process.wait(timeout=60), 0)
            self.sql("COMMIT PREPARED 'kept'")
            keys = [event["key"]["id"] for event in self.data(*options, "--until-now")]
            self.assertEqual(keys, list(range(1, 2001)))


class Keys(Transactions):
    def test_of_a_table_that_got_one_meanwhile(self):
        """Which key a transaction of identity FULL had depends on which transaction it is."""
        self.sql("CREATE TABLE f (id int, s text); ALTER TABLE f REPLICA IDENTITY FULL; INSERT INTO f VALUES (0, 'a')")
        self.sql("ALTER TABLE f ADD PRIMARY KEY (id)")
        self.sql(f"INSERT INTO f {LARGE.format('a', 1)}")
        keys = [event["key"] for event in self.both_ways() if "op" in event]
        self.assertEqual(keys, [None, *({"id": n} for n in range(1, 2001))])
        self.wait_until(lambda: self.streamed() > 0)


class Types(Transactions):
    def test_that_are_gone_since(self):
        """The stream tells their names, before any row and within blocks too."""
        self.sql(
            "CREATE SCHEMA far; CREATE TYPE far.mood AS ENUM ('sad', 'ok'); CREATE TABLE e (id int PRIMARY KEY, m far.mood)"
        )
        self.sql("INSERT INTO e SELECT n, 'sad' FROM generate_series(1, 3000) n")
        self.sql("DROP TABLE e; DROP TYPE far.mood")
        events = [event for event in self.both_ways() if "op" in event]
        self.assertEqual((len(events), events[-1]["after"]), (3000, {"id": 3000, "m": "sad"}))
        schema = next(json.loads(line) for line in self.lines("--streaming") if line.startswith('{"__cdc":"schema"'))
        self.assertEqual(schema["columns"][1]["type"], "far.mood")
        self.wait_until(lambda: self.streamed() > 0)


class Filtered(Transactions):
    """Each filter on transactions that are received while they run, with parts rolled back."""

    def setUp(self):
        super().setUp()
        one, two = self.session(), self.session()
        one.run(f"BEGIN; INSERT INTO t {LARGE.format('a', 1)};")
        two.run("BEGIN; INSERT INTO u SELECT n, n % 7, 'm' || n FROM generate_series(1, 2000) n;")
        one.run(
            "SAVEPOINT a; INSERT INTO u SELECT n, 0, 'never' FROM generate_series(5001, 7000) n; ROLLBACK TO a; "
            "INSERT INTO u SELECT n, 3, 'x' || n FROM generate_series(7001, 9000) n;"
        )
        two.run(
            "UPDATE u SET a = a + 1; SAVEPOINT b; DELETE FROM u; ROLLBACK TO b; "
            "SELECT pg_logical_emit_message(true, 'p', 'in') \\g /dev/null\n"
            f"INSERT INTO t {LARGE.format('b', 10001)}; DELETE FROM u WHERE id <= 1000; COMMIT;"
        )
        one.run("UPDATE u SET id = -id WHERE id BETWEEN 7001 AND 8000; TRUNCATE t; COMMIT;")

    def events(self, *options: str) -> list[dict]:
        found = [event for event in self.both_ways(*options) if "op" in event]
        self.wait_until(lambda: self.streamed() > 0)  # or nothing was tested
        positions = [event["pos"] for event in found]
        self.assertEqual(positions, sorted(set(positions)))
        return found

    def counts(self, events: list[dict]) -> dict[str, int]:
        names = [event["op"] + " " + event["source"]["table"] for event in events]
        return {name: names.count(name) for name in sorted(set(names))}

    def test_tables_and_operations(self):
        whole = self.events()
        self.assertEqual(
            self.counts(whole),
            {"c t": 4000, "c u": 5000, "d u": 2000, "m ": 1, "t t": 1, "u u": 2000},
        )
        places = {event["pos"]: event["op"] for event in whole}
        for options, counts in (
            (("--table", "public.u"), {"c u": 5000, "d u": 2000, "m ": 1, "u u": 2000}),
            (("--exclude-table", "u"), {"c t": 4000, "m ": 1, "t t": 1}),
            (("--ops", "d,t"), {"d u": 2000, "t t": 1}),
            (("--ops", "u,m", "--table", "t"), {"m ": 1}),
        ):
            some = self.events(*options)
            self.assertEqual(self.counts(some), counts, options)
            self.assertEqual({event["pos"]: event["op"] for event in some}.items() - places.items(), set())

    def test_columns_masks_and_keys(self):
        for event in self.events("--column", "u.a", "--exclude-column", "t.s"):
            for row in filter(None, (event.get("before"), event.get("after"))):
                self.assertEqual(list(row), {"t": ["id"], "u": ["id", "a"]}[event["source"]["table"]])
        salt = self.folder / "salt"
        salt.write_text("pepper\n")
        salt.chmod(0o600)
        masked = self.events("--mask", f"u.mail=hash:@{salt}", "--mask", "s", "--table", "u")
        first = next(event for event in masked if event["key"] == {"id": 2000} and event["op"] == "u")
        hashed = hmac.new(b"pepper", b"m2000", hashlib.sha256).hexdigest()
        self.assertEqual(first["before"], {"id": 2000, "a": 2000 % 7, "mail": hashed})
        self.assertNotIn('"m2000"', json.dumps(masked))
        keyed = self.events("--key", "u:a,id", "--table", "u")
        # the update changed what is the key now
        self.assertEqual(self.counts(keyed), {"c u": 7000, "d u": 4000, "m ": 1})
        self.assertEqual(next(event for event in keyed if "old_key" in event)["old_key"], {"a": 1, "id": 1})


class Stopped(Transactions):
    """A signal in the middle of a transaction: its reader must not take half of it for the whole."""

    ROWS = 8000

    def stopped(self) -> subprocess.Popen:
        self.make_slot("one")
        self.sql(f"INSERT INTO t SELECT n, repeat('x', 500) FROM generate_series(1, {self.ROWS}) n")
        ack = str(self.folder / "ack")
        process = self.popen("--slot", "one", "--ack", ack, "--snapshot", "never", "--ack-timeout", "500ms")
        self.head = process.stdout.read(100_000)  # the rest waits for room
        process.terminate()
        return process

    def test_the_rest_comes_before_the_end(self):
        process = self.stopped()
        lines = (self.head + process.stdout.read()).splitlines()
        self.assertEqual(process.wait(60), 75)  # nobody acknowledges here
        self.assertEqual(sum(b'"op":"c"' in line for line in lines), self.ROWS)
        self.assertTrue(lines[-1].startswith(b'{"__cdc":"eof"'), lines[-1][:200])

    def test_without_the_rest_there_is_no_clean_end(self):
        process = self.stopped()
        self.assertEqual(process.wait(60), 75)  # its reader takes nothing meanwhile
        lines = (self.head + process.stdout.read()).splitlines()
        self.assertLess(sum(b'"op":"c"' in line for line in lines), self.ROWS)
        self.assertFalse(lines[-1].startswith(b'{"__cdc":"eof"') and b'"inside":true' not in lines[-1])


if __name__ == "__main__":
    unittest.main()
