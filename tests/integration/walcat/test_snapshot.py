#!/usr/bin/env python3
"""Snapshots: words, borders, positions, consistency with the stream that follows, size."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from holding_proxy import HoldingProxy
from walcat_lab import Case, environment, peak_memory, psql, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab


class Snapshots(Case):
    def words_of(self, *options: str) -> list[tuple[str, str]]:
        events = self.data("--snapshot", "only", *options)
        return [(event["source"]["table"], event["source"]["snapshot"]) for event in events]

    def test_words(self):
        self.sql(
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); "
            "CREATE TABLE c (id int PRIMARY KEY); CREATE TABLE d (id int PRIMARY KEY); "
            "INSERT INTO a SELECT generate_series(1, 3); INSERT INTO c SELECT generate_series(1, 3)"
        )
        self.publish_all()
        self.assertEqual(
            self.words_of(),
            [
                ("a", "first"),
                ("a", "true"),
                ("a", "last_in_data_collection"),
                ("c", "first_in_data_collection"),
                ("c", "true"),
                ("c", "last"),
            ],
        )
        self.assertEqual(self.words_of("--table", "public.b"), [])
        self.sql("DELETE FROM a WHERE id > 1")
        self.assertEqual(self.words_of()[0], ("a", "first"))
        self.assertEqual(self.words_of("--table", "a"), [("a", "last")])

    def test_borders_and_positions(self):
        self.sql(
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY); "
            "INSERT INTO a VALUES (1), (2); INSERT INTO c VALUES (1)"
        )
        self.publish_all()
        events = self.events("--snapshot", "only", "--control")
        kinds = [
            (event.get("__cdc", event.get("op")), event.get("table", ""), event.get("phase", "")) for event in events
        ]
        self.assertEqual(
            kinds,
            [
                ("hello", "", ""),
                ("schema", "a", ""),
                ("snapshot", "a", "begin"),
                ("r", "", ""),
                ("r", "", ""),
                ("snapshot", "a", "end"),
                ("schema", "b", ""),
                ("snapshot", "b", "begin"),
                ("snapshot", "b", "end"),
                ("schema", "c", ""),
                ("snapshot", "c", "begin"),
                ("r", "", ""),
                ("snapshot", "c", "end"),
                ("ckpt", "", ""),
                ("eof", "", ""),
            ],
        )
        self.assertEqual([event["rows"] for event in events if event.get("phase") == "end"], [2, 0, 1])
        consistent = int(events[0]["from"], 16)
        rows = [event for event in events if "op" in event]
        self.assertEqual([row["pos"] for row in rows], [f"{consistent - 1:016X}/{n:016X}" for n in (1, 2, 3)])
        self.assertEqual({row["source"]["lsn"] for row in rows}, {consistent})
        borders = {event["pos"] for event in events if event.get("__cdc") == "snapshot"}
        self.assertEqual(borders, {f"{consistent - 1:016X}"})
        self.assertEqual(events[-1]["pos"], f"{consistent:016X}")

    def test_snapshot_and_stream_meet_without_gap_or_overlap(self):
        self.sql(
            "CREATE TABLE t (id serial PRIMARY KEY, a int); INSERT INTO t (a) SELECT 0 FROM generate_series(1, 20000)"
        )
        self.publish_all()
        loop = (
            "UPDATE t SET a = a + 1 WHERE id % 97 = 1; INSERT INTO t (a) VALUES (0); DELETE FROM t WHERE id % 101 = 5;\n"
            * 300
        )
        writer = subprocess.Popen(
            ["psql", "-Xq", "-d", self.database], env=environment(), stdin=subprocess.PIPE, text=True
        )
        self.addCleanup(writer.wait)
        writer.stdin.write(loop)
        writer.stdin.close()
        process = self.popen("--snapshot", "initial", "--control")
        writer.wait()
        target = self.sql("SELECT pg_current_wal_lsn()").split("/")
        end = int(target[0], 16) << 32 | int(target[1], 16)
        state, streamed = {}, False
        for line in process.stdout:
            event = json.loads(line)
            if (
                event.get("__cdc") == "ckpt"
                and not event["pos"].startswith("snapshot")
                and int(event["pos"], 16) >= end
            ):
                break
            if "op" not in event:
                continue
            key = event["key"]["id"]
            if event["op"] in "rc":
                self.assertNotIn(key, state)
            else:
                self.assertIn(key, state)
            if event["op"] == "d":
                del state[key]
            else:
                state[key] = event["after"]
            streamed = streamed or event["op"] == "u"
        self.assertTrue(streamed)
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertEqual(state, {row["id"]: row for row in json.loads(self.sql("SELECT json_agg(t) FROM t"))})

    def test_memory_does_not_grow_with_the_table(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT n, repeat('x', 200) FROM generate_series(1, 300000) n"
        )
        self.publish_all()
        with open(os.devnull, "wb") as null:
            # a build with AddressSanitizer keeps freed memory for a while, others do not look at it
            with unittest.mock.patch.dict(os.environ, ASAN_OPTIONS="quarantine_size_mb=1"):
                process = self.popen("--snapshot", "only", "--control", stdout=null)
            peak = peak_memory(process)
        self.assertEqual(process.returncode, 0)
        self.assertGreater(peak, 1024)
        self.assertLess(peak, 64 * 1024)

    def test_checkpoints_stand_between_the_rows_of_a_large_table(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT n, repeat('x', 400) FROM generate_series(1, 30000) n"
        )
        self.publish_all()
        events = self.events("--snapshot", "only", "--control")
        borders = [event for event in events if event.get("__cdc") == "ckpt"]
        self.assertGreater(len(borders), 2)
        self.assertTrue(all(border["pos"].startswith("snapshot:") for border in borders[:-1]))
        self.assertFalse(borders[-1]["pos"].startswith("snapshot:"))
        self.assertEqual(sum(border["rows"] for border in borders), 30000)

    def test_stop_in_the_middle(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT n, repeat('x', 400) FROM generate_series(1, 100000) n"
        )
        process = self.popen("--slot", "s", "--create", "--ack", str(self.folder / "a"), "--ack-timeout", "200ms")
        for _ in range(100):
            process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        last = json.loads(process.stdout.read().splitlines()[-1])
        self.assertEqual(last["__cdc"], "eof")
        self.assertTrue(last["pos"].startswith("snapshot:"))
        self.assertEqual(process.wait(timeout=60), 75)


class Rewritten(Case):
    """Tables that are changed between the export of the snapshot and the moment they are read."""

    def proxy(self, text: bytes) -> HoldingProxy:
        variables = environment()
        proxy = HoldingProxy(variables["PGHOST"], int(variables["PGPORT"]), text)
        self.addCleanup(proxy.close)
        return proxy

    def reader(self, proxy: HoldingProxy, *options: str, **more) -> subprocess.Popen:
        env = {**self.walcat_environment(*options), **proxy.variables()}
        process = self.popen("--snapshot", "only", "--control", *options, env=env, stderr=subprocess.PIPE, **more)
        self.addCleanup(process.stderr.close)
        return process

    def prepare(self) -> None:
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT n, n FROM generate_series(1, 501) n; "
            "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); "
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100); "
            "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (999); "
            "INSERT INTO p SELECT n, n FROM generate_series(1, 307) n; "
            "CREATE PUBLICATION cdckit FOR ALL TABLES WITH (publish_via_partition_root)"
        )

    @staticmethod
    def last_picture(out: bytes, table: str) -> list[int]:
        """One that is begun anew takes the place of what came of the one before."""
        keys: list[int] = []
        for event in map(json.loads, out.splitlines()):
            if event.get("phase") == "begin" and event["table"] == table:
                keys.clear()
            if event.get("op") == "r" and event["source"]["table"] == table:
                keys.append(event["after"]["id"])
        return keys

    def test_a_table_rewritten_before_it_is_held_makes_the_snapshot_begin_anew(self):
        self.prepare()
        for jobs, statement in (
            ("1", "ALTER TABLE t ALTER a TYPE bigint"),
            ("2", "ALTER TABLE p ALTER a TYPE bigint"),
            ("2", "ALTER TABLE t ADD r float DEFAULT random()"),
            ("1", "ALTER TABLE t RENAME a TO b"),
            ("1", "DROP TABLE p1"),
        ):
            with self.subTest(statement=statement, jobs=jobs):
                proxy = self.proxy(b"SET TRANSACTION SNAPSHOT")
                process = self.reader(proxy, "--jobs", jobs)
                self.assertTrue(proxy.held.wait(60))
                self.sql(statement)
                proxy.release()
                out, said = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 0, said)
                self.assertIn(b"begins anew", said)
                for table in ("t", "p"):
                    found = sorted(self.last_picture(out, table))
                    self.assertEqual(str(found), self.sql(f"SELECT json_agg(id ORDER BY id) FROM {table}"))

    def test_no_table_is_rewritten_while_it_waits_for_its_turn(self):
        self.prepare()
        self.sql(
            "CREATE TABLE a (id int PRIMARY KEY, v text); INSERT INTO a SELECT n, repeat('x', 2000) FROM generate_series(1, 9000) n"
        )
        for jobs in ("1", "2"):
            process = self.popen("--snapshot", "only", "--control", "--jobs", jobs)
            head = process.stdout.read(100_000)  # the rest of the first table waits for room
            for table in ("t", "p"):
                with self.assertRaisesRegex(AssertionError, "lock timeout"):
                    self.sql(f"SET lock_timeout = '300ms'; ALTER TABLE {table} ALTER a TYPE bigint")
            rows = (head + process.stdout.read()).count(b'"op":"r"')
            self.assertEqual((process.wait(60), rows), (0, 9000 + 501 + 307))

    def test_a_signal_does_not_wait_for_a_locked_table(self):
        self.prepare()
        proxy = self.proxy(b"SET TRANSACTION SNAPSHOT")
        process = self.reader(proxy)
        self.assertTrue(proxy.held.wait(60))
        session = self.session()
        session.run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE;")
        proxy.release()
        said = b""
        while b'waits for table "public.t", which is locked by process' not in said:
            said = process.stderr.readline()
        process.terminate()
        last = json.loads(process.stdout.read().splitlines()[-1])
        self.assertEqual(process.wait(30), 0)  # the lock never goes
        self.assertEqual((last["__cdc"], last["pos"].split(":")[0]), ("eof", "snapshot"))
        session.run("ROLLBACK;")

    def test_who_has_locked_a_table_is_said(self):
        self.prepare()
        self.make_slot("s")
        session = self.session()
        session.run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; SET application_name = 'locker';")
        if int(self.sql("SHOW server_version_num")) < 180000:  # newer ones lock to say what is published
            self.assertEqual(self.walcat("snapshot", "--slot", "s", "t").returncode, 0)
            session.run("ROLLBACK;")
            return
        held = "SELECT pid FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock' AND relation = 't'::regclass"
        words = f'waits for table "public.t", which is locked by process {self.sql(held)} (postgres, locker'
        for command in (["snapshot", "--slot", "s", "t"], ["check"], ["--schema-only"], ["--slot", "s", "--no-ack"]):
            with self.subTest(command):
                process = self.popen(*command, stderr=subprocess.PIPE, text=True)
                self.addCleanup(process.stderr.close)
                said = process.stderr.readline()
                while said and words not in said:
                    said = process.stderr.readline()
                self.assertIn(words, said)
                process.terminate()
                self.assertEqual(process.wait(10), 75)
        done = self.walcat("snapshot", "--slot", "s", "t", "--retry-for", "4s")
        self.assertEqual(done.returncode, 75)
        self.assertIn(f"could not ask for a snapshot within --retry-for: the server {words}", done.stderr)
        session.run("ROLLBACK;")

    def test_timeouts_of_the_role_do_not_end_what_must_live(self):
        self.prepare()
        self.sql(
            "DROP ROLE IF EXISTS hasty; CREATE ROLE hasty LOGIN SUPERUSER; "
            "ALTER ROLE hasty SET idle_in_transaction_session_timeout = '100ms'; ALTER ROLE hasty SET lock_timeout = '1ms'; "
            "ALTER ROLE hasty SET idle_session_timeout = '100ms'; ALTER ROLE hasty SET statement_timeout = '300ms'"
        )
        self.addCleanup(psql, "postgres", "DROP ROLE hasty")
        if int(self.sql("SHOW server_version_num")) >= 170000:
            self.sql("ALTER ROLE hasty SET transaction_timeout = '400ms'")
        self.sql(
            "CREATE TABLE a (id int PRIMARY KEY, v text); INSERT INTO a SELECT n, repeat('x', 2000) FROM generate_series(1, 9000) n"
        )
        process = self.popen("--snapshot", "initial", "--until-now", env=environment(PGUSER="hasty"))
        head = process.stdout.read(100_000)
        backends = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'hasty' AND clock_timestamp() - state_change > '700ms'"
        self.wait_until(lambda: int(self.sql(backends)) > 0)
        rows = (head + process.stdout.read()).count(b'"op":"r"')
        self.assertEqual((process.wait(60), rows), (0, 9000 + 501 + 307))

    def test_rows_that_row_security_hides_are_no_table(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 7); "
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON t USING (id < 3)"
        )
        self.publish_all()
        for command in (("--snapshot", "only"), ("digest",)):
            done = self.walcat(*command)
            self.assertEqual((done.returncode, done.stdout), (77, ""), done.stderr)
            self.assertIn('row-level security policy for table "t"', done.stderr)
        (line,) = [line for line in self.events("check", code=77) if not line["ok"]]
        self.assertEqual(line["detail"], "row security hides rows of public.t from walcat")
        self.assertIn("BYPASSRLS", line["hint"])


if __name__ == "__main__":
    unittest.main()
