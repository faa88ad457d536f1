#!/usr/bin/env python3
"""Tables read again while the stream goes on: nothing lost, nothing stale, killed or not."""

import json
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, environment, peak_memory, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

SINK = pathlib.Path(__file__).resolve().parents[1] / "support" / "file_sink.py"
FILL = (
    "CREATE TABLE t (id int PRIMARY KEY, a int, long text); ALTER TABLE t ALTER long SET STORAGE EXTERNAL; "
    "INSERT INTO t SELECT n * 10, 0, repeat('x', CASE WHEN n % 10 = 0 THEN 3000 ELSE 9 END) || n FROM generate_series(1, {0}) n"
)


class Incremental(Case):
    def setUp(self):
        super().setUp()
        self.data_file, self.ack = self.folder / "data", self.folder / "ack"
        self.data_file.touch()

    def lines(self) -> list[dict]:
        whole = [line for line in self.data_file.read_bytes().split(b"\n")[:-1] if b'"op"' in line]
        return [json.loads(line) for line in whole]

    def fold(self) -> dict[int, dict]:
        """A reader that knew no row before and goes by pos. Columns left out stay as they were."""
        state: dict[int, dict] = {}
        moved: dict[int, dict] = {}
        newest = ""
        for event in self.lines():
            key = event["key"]["id"]
            if event["op"] != "r":
                if event["pos"] <= newest:
                    continue  # sent again after a kill
                newest = event["pos"]
            if event["op"] == "d":
                moved[key] = state.pop(key, {})
            else:
                known = moved[event["old_key"]["id"]] if "old_key" in event else state.get(key, {})
                state[key] = {**known, **event["after"]}
        return state

    def table(self) -> dict[int, dict]:
        return {row["id"]: row for row in json.loads(self.sql("SELECT coalesce(json_agg(t), '[]') FROM t"))}

    def assert_same(self) -> None:
        ours, theirs = self.fold(), self.table()
        wrong = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
        short = [str((ours.get(key), theirs.get(key)))[:300] for key in sorted(wrong)[:5]]
        self.assertEqual((len(wrong), short), (0, []))

    def start(self, *options: str, **more) -> tuple[subprocess.Popen, subprocess.Popen]:
        source = self.popen("--slot", "s", "--ack", str(self.ack), "--snapshot", "never", *options, **more)
        sink = subprocess.Popen([SINK, self.data_file, self.ack], stdin=source.stdout)
        self.addCleanup(sink.wait)
        self.addCleanup(sink.kill)
        source.stdout.close()
        return source, sink

    def stop(self, source: subprocess.Popen, sink: subprocess.Popen) -> None:
        source.send_signal(signal.SIGTERM)
        self.assertEqual((source.wait(timeout=60), sink.wait(timeout=60)), (0, 0))

    def ask(self, *tables: str) -> None:
        done = self.walcat("snapshot", *tables, "--slot", "s")
        self.assertEqual(done.returncode, 0, done.stderr)

    def caught_up(self) -> bool:
        """Acknowledged beyond everything: a snapshot at work holds its newest message back."""
        text = "SELECT confirmed_flush_lsn >= pg_current_wal_lsn() FROM pg_replication_slots WHERE slot_name = 's'"
        return self.sql(text) == "t"

    def written(self, megabytes: float) -> None:
        size = self.data_file.stat().st_size + megabytes * 1_000_000
        self.wait_until(lambda: self.data_file.stat().st_size > size, 30)

    def busy(self, steps: int = 2000) -> subprocess.Popen:
        step = (
            "UPDATE t SET a = a + 1 WHERE id % 997 = {n}; DELETE FROM t WHERE id = 10 * {n}; "
            "INSERT INTO t VALUES (10 * {n} + 5, -1, 'new'); UPDATE t SET id = id + 1 WHERE id = 10 * ({n} + 3000); "
            "INSERT INTO t VALUES (-{n}, 1, 'low');\n"
        )
        writer = subprocess.Popen(
            ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", self.database],
            env=environment(),
            stdin=subprocess.PIPE,
            text=True,
        )
        writer.stdin.write("".join(step.format(n=n) for n in range(1, steps)))
        writer.stdin.close()
        return writer

    def test_a_requested_snapshot_is_over_before_until_now_ends(self):
        self.sql(FILL.format(9_000))
        self.publish_all()
        self.make_slot("s")
        self.ask("t")
        for number in range(2):
            self.sql(f"INSERT INTO t VALUES (-{number}, 7, 'x')")
            before = self.slot("s")[0]
            source, sink = self.start("--until-now")
            self.assertEqual((source.wait(60), sink.wait(60)), (0, 0))
            self.assert_same()
            self.assertNotEqual(self.slot("s")[0], before)
        read = [event for event in self.lines() if event["op"] == "r"]
        self.assertGreaterEqual(len(read), 9_000)
        self.assertLess(len(read), 9_003)  # the second run has nothing to read again

    def test_large_rows_do_not_fill_the_memory(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY, a int, long text); ALTER TABLE t ALTER long SET STORAGE EXTERNAL")
        self.sql("INSERT INTO t SELECT n, 0, repeat('x', 1000000) FROM generate_series(1, 120) n")
        self.publish_all()
        self.make_slot("s")
        self.ask("t")
        source = self.popen(
            "--slot", "s", "--ack", "stdout", "--snapshot", "never", "--until-now", stdout=subprocess.DEVNULL
        )
        self.assertLess(peak_memory(source), 120_000)
        self.assertEqual(source.returncode, 0)

    def test_a_locked_table_does_not_hold_up_the_stream(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a int, long text); INSERT INTO t VALUES (1, 1); CREATE TABLE u (id int PRIMARY KEY)"
        )
        self.publish_all()
        self.make_slot("s")
        self.sql("ALTER SYSTEM SET wal_sender_timeout = '1s'; SELECT pg_reload_conf()")
        self.addCleanup(self.sql, "ALTER SYSTEM RESET wal_sender_timeout; SELECT pg_reload_conf()")
        source, sink = self.start(stderr=subprocess.PIPE)
        self.addCleanup(source.stderr.close)
        self.wait_until(lambda: self.read_slots() == 1)
        session = self.session()
        session.run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE;")
        # what walcat snapshot sends; to know the table it would itself wait for the lock, on newer servers
        request = '{"v":1,"slot":"s","step":"","tables":["public.t"],"table":0,"after":[],"until":[]}'
        self.sql(f"SELECT pg_logical_emit_message(true, 'cdckit.snapshot', '{request}')")
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass"
        for number in range(3):
            self.wait_until(lambda: self.sql(waits) == "1")
            self.sql(f"INSERT INTO u VALUES ({number})")
            self.wait_until(lambda: sum(event["source"]["table"] == "u" for event in self.lines()) == number + 1)  # noqa: B023
        session.run("ROLLBACK;")
        self.wait_until(self.caught_up)
        self.stop(source, sink)
        self.assertEqual([event["after"]["id"] for event in self.lines() if event["op"] == "r"], [1])
        self.assertNotIn(b"connected again", source.stderr.read())

    def test_a_table_that_no_one_has_seen(self):
        self.sql(FILL.format(10_000))
        self.publish_all()
        self.make_slot("s")
        source, sink = self.start()
        self.wait_until(lambda: self.read_slots() == 1)
        self.ask("t")
        self.wait_until(self.caught_up)
        self.stop(source, sink)
        events = self.lines()
        self.assertEqual([event["after"]["id"] for event in events], [n * 10 for n in range(1, 10_001)])
        self.assertEqual({event["source"]["snapshot"] for event in events}, {"incremental"})
        self.assertEqual({(event["source"]["txId"], event["source"]["lsn"]) for event in events}, {(None, None)})
        positions = [event["pos"] for event in events]
        self.assertEqual(positions, sorted(set(positions)))
        self.assertGreater(len({pos.split("/")[0] for pos in positions}), 2)
        self.assert_same()

    def test_under_changes_of_every_kind(self):
        self.sql(FILL.format(10_000))
        self.publish_all()
        self.make_slot("s")
        source, sink = self.start()
        writer = self.busy()
        self.written(0.03)
        self.ask("public.t")
        self.assertEqual(writer.wait(timeout=60), 0)
        self.wait_until(self.caught_up, 60)
        self.stop(source, sink)
        self.assert_same()
        positions = [event["pos"] for event in self.lines()]
        self.assertEqual(positions, sorted(set(positions)))

    def test_killed_in_the_middle_it_goes_on(self):
        self.sql(FILL.format(16_000))
        self.publish_all()
        self.make_slot("s")
        writer = None
        for run in range(3):
            source, sink = self.start()
            writer = writer or self.busy()
            self.wait_until(lambda: self.read_slots() == 1)
            if run == 0:
                self.ask("t")
            self.written(2)
            source.kill()
            sink.wait(timeout=60)
            self.wait_until(lambda: self.active_slots() == 0)
        source, sink = self.start()
        self.assertEqual(writer.wait(timeout=60), 0)
        self.wait_until(self.caught_up, 60)
        self.stop(source, sink)
        self.assert_same()
        rows = [event for event in self.lines() if event["op"] == "r"]
        # each kill repeats little: the chunk at hand and what was not acknowledged
        self.assertLess(len(rows), 16_000 + 3 * 3 * 4096)

    def test_a_lost_connection(self):
        self.sql(FILL.format(20_000))
        self.publish_all()
        self.make_slot("s")
        source, sink = self.start()
        self.wait_until(lambda: self.read_slots() == 1)
        self.ask("t")
        self.written(1)
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'walcat'"
        )
        self.wait_until(self.caught_up, 60)
        self.stop(source, sink)
        self.assert_same()

    def test_asked_while_no_one_reads_and_again_meanwhile(self):
        self.sql(FILL.format(9_000))
        self.sql(
            "CREATE TABLE pair (a text, b int, PRIMARY KEY (b, a)); "
            "INSERT INTO pair SELECT 'k ''' || n, n % 7 FROM generate_series(1, 5000) n; "
            "CREATE TABLE keyless (a int); CREATE TABLE gone (id int PRIMARY KEY)"
        )
        self.publish_all()
        self.make_slot("s")
        done = self.walcat("snapshot", "t", "gone", "--slot", "s")
        self.assertEqual(json.loads(done.stdout), {"slot": "s", "tables": ["public.t", "public.gone"]})
        self.assertIn("nothing reads slot", done.stderr)
        self.ask("pair")
        self.sql("DROP TABLE gone")
        source, sink = self.start()
        self.wait_until(self.caught_up)
        self.stop(source, sink)
        rows = self.lines()
        self.assertEqual(len(rows), 14_000)
        self.assertEqual(len({json.dumps(row["key"]) for row in rows}), 14_000)
        for words, code in (
            (("keyless", "--slot", "s"), 69),
            (("none", "--slot", "s"), 69),
            (("t", "--slot", "x"), 69),
            (("t",), 2),
        ):
            self.assertEqual(self.walcat("snapshot", *words).returncode, code, words)
        self.assertEqual(self.data("--slot", "s", "--no-ack", "--until-now"), [])

    def read_again(self, *tables: str, options: tuple[str, ...] = ()) -> list[dict]:
        """All lines of a run that was asked for these tables."""
        self.make_slot("s")
        source, sink = self.start(*options)
        self.wait_until(lambda: self.read_slots() == 1)
        self.ask(*tables)
        self.wait_until(self.caught_up, 30)
        self.stop(source, sink)
        return self.lines()

    def test_conditions_row_filters_and_column_lists(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a int, secret text); CREATE TABLE u (id int PRIMARY KEY); "
            "INSERT INTO t SELECT n, n % 100, 'x' FROM generate_series(1, 150000) n; INSERT INTO u VALUES (1), (2); "
            "CREATE PUBLICATION cdckit FOR TABLE t (id, a) WHERE (id % 10 = 0), u"
        )
        metrics = self.folder / "metrics"
        where = ("--where", "public.t=a = 70 OR id = 10", "--where", "t=id <> 270", "--metrics-file", str(metrics))
        rows = self.read_again("t", "u", options=where)
        wanted = [{"id": n, "a": n % 100} for n in range(1, 150001) if (n % 100 == 70 or n == 10) and n != 270]
        self.assertEqual([row["after"] for row in rows], [*wanted, {"id": 1}, {"id": 2}])
        found = dict(
            line.split(" ") for line in metrics.read_text().splitlines() if line.startswith("walcat_incremental")
        )
        found = {name.removeprefix("walcat_incremental_snapshot_"): float(value) for name, value in found.items()}
        # 150,000 keys are looked at in ranges of 65,536
        self.assertEqual(found, {"running": 0, "tables_left": 0, "rows_total": len(rows), "chunks_total": 5})

    def test_names_with_dots_and_quotes(self):
        names = (("a", "b.c"), ("a.b", "c"), ('we"ird', 'T".x'), ("public", "plain"))
        for number, name in enumerate(names):
            schema, table = ('"' + part.replace('"', '""') + '"' for part in name)
            self.sql(
                f"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE TABLE {schema}.{table} (id int PRIMARY KEY); "
                f"INSERT INTO {schema}.{table} VALUES ({number})"
            )
        self.publish_all()
        self.make_slot("s")
        done = self.walcat("snapshot", "*", "--slot", "s")
        asked = json.loads(done.stdout)["tables"]
        self.assertEqual(sorted(asked), ['"a.b".c', '"we""ird"."T"".x"', 'a."b.c"', "public.plain"])
        source, sink = self.start()
        self.wait_until(self.caught_up)
        self.stop(source, sink)
        rows = [(row["source"]["schema"], row["source"]["table"], row["key"]["id"]) for row in self.lines()]
        self.assertEqual(sorted(rows), sorted((*names[number], number) for number in range(4)))

    def test_what_cannot_be_read_is_passed_over(self):
        """Waiting for it would keep the slot where it is."""
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE TABLE closed (id int PRIMARY KEY); "
            "REVOKE ALL ON closed FROM walcat; CREATE SCHEMA gone; CREATE TABLE gone.g (id int PRIMARY KEY)"
        )
        self.publish_all()
        self.make_slot("s")
        self.ask("closed", "g", "t")
        self.sql("DROP SCHEMA gone CASCADE; INSERT INTO t VALUES (2)")
        source, sink = self.start("--where", "t=id / 0 = 1", stderr=subprocess.PIPE)
        self.addCleanup(source.stderr.close)
        self.wait_until(self.caught_up)
        self.stop(source, sink)
        self.assertEqual([(row["op"], row["key"]["id"]) for row in self.lines()], [("c", 2)])
        said = source.stderr.read().decode()
        for words in ('table "public.closed": ', 'table "gone.g": ', 'table "public.t": ', "division by zero"):
            self.assertIn(words, said)

    def test_the_stream_keeps_its_own_encoding_and_the_limit_holds(self):
        """With the connector's quirks type name is null in the stream only."""
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a name); INSERT INTO t SELECT n, 'x' FROM generate_series(1, 9) n"
        )
        self.publish_all()
        self.make_slot("s")
        options = (
            "--encoding",
            "debezium",
            "--debezium-quirks",
            "--snapshot",
            "never",
            "--ack",
            "stdout",
            "--slot",
            "s",
        )
        process = self.popen(*options, "--limit", "12")
        self.wait_until(lambda: self.read_slots() == 1)
        self.sql("INSERT INTO t VALUES (20, 'y')")
        events = [json.loads(process.stdout.readline())]
        self.ask("t")
        events += [json.loads(process.stdout.readline()) for _ in range(10)]
        self.sql("INSERT INTO t VALUES (21, 'z')")
        events += [json.loads(line) for line in process.stdout]
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertEqual("".join(event["op"] for event in events), "c" + 10 * "r" + "c")
        names = {event["op"] + str(event["after"]["a"]) for event in events}
        self.assertEqual(names, {"cNone", "rx", "ry"})
        done = self.walcat(*options, "--limit", "3", "--until-now")
        self.ask("t")
        done = self.walcat(*options, "--limit", "3")
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, 3), done.stderr)


if __name__ == "__main__":
    unittest.main()
