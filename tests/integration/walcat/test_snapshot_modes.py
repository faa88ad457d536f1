#!/usr/bin/env python3
"""When a snapshot is taken, and what happens when it is cut off: each way ends with the table."""

import json
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, environment, psql, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

SINK = pathlib.Path(__file__).resolve().parents[1] / "support" / "file_sink.py"
# far more than the pipe and the buffers hold
BIG = "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT n, repeat('x', 400) FROM generate_series(1, 60000) n"


def fold(lines: list[str]) -> dict[int, dict]:
    """What a reader that keeps rows by key holds at the end."""
    state: dict[int, dict] = {}
    for line in lines:
        event = json.loads(line)
        if "op" not in event:
            continue
        if event["op"] == "d":
            state.pop(event["key"]["id"], None)
        else:
            state[event["key"]["id"]] = event["after"]
    return state


class Modes(Case):
    def run_with_sink(self, *options: str) -> tuple[list[str], str]:
        """One run with a file sink behind it: what it added to the file, and what walcat said."""
        data, ack = self.folder / "data", self.folder / "ack"
        before = data.stat().st_size if data.exists() else 0
        words = ("--slot", "s", "--ack", str(ack), "--until-now", *options)
        with open(self.folder / "errors", "w+b") as errors:
            source = self.popen(*words, stderr=errors)
            sink = subprocess.run([SINK, data, ack], stdin=source.stdout, check=False)
            self.assertEqual(
                (source.wait(timeout=60), sink.returncode), (0, 0), self.folder.joinpath("errors").read_text()
            )
        with open(data, "rb") as file:
            file.seek(before)
            lines = file.read().decode().splitlines()
        return [line for line in lines if '"op"' in line], self.folder.joinpath("errors").read_text()

    def table(self) -> dict[int, dict]:
        return {row["id"]: row for row in json.loads(self.sql("SELECT coalesce(json_agg(t), '[]') FROM t"))}

    def start(self) -> None:
        self.sql("CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'a'), (2, 'b')")
        self.publish_all()

    def test_always_and_never(self):
        self.start()
        lines, _ = self.run_with_sink("--create", "--snapshot", "never")
        self.assertEqual(lines, [])
        for expected in (3, 4):
            self.sql(f"INSERT INTO t VALUES ({expected}, 'c')")
            lines, said = self.run_with_sink("--snapshot", "always")
            self.assertEqual([json.loads(line)["op"] for line in lines], ["r"] * expected + ["c"])
            self.assertEqual(said, "")
        lines, _ = self.run_with_sink("--snapshot", "initial")
        self.assertEqual(lines, [])

    def test_when_needed_is_initial_first(self):
        self.start()
        done = self.walcat("--slot", "s", "--ack", str(self.folder / "ack"), "--snapshot", "when-needed")
        self.assertEqual(done.returncode, 69)
        self.assertIn("--create", done.stderr)
        lines, _ = self.run_with_sink("--create", "--snapshot", "when-needed")
        self.assertEqual(len(lines), 2)
        self.sql("INSERT INTO t VALUES (3, 'c')")
        lines, said = self.run_with_sink("--snapshot", "when-needed")
        self.assertEqual([json.loads(line)["op"] for line in lines], ["c"])
        self.assertEqual(said, "")

    def test_when_needed_heals_a_slot_that_is_gone(self):
        self.start()
        self.run_with_sink("--create")
        self.sql("SELECT pg_drop_replication_slot('s'); DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (7, 'lost')")
        self.assertEqual(self.walcat("--slot", "s", "--ack", str(self.folder / "ack")).returncode, 69)
        lines, said = self.run_with_sink("--snapshot", "when-needed")
        self.assertEqual(fold(lines), self.table())
        self.assertIn('slot "s" is gone', said)
        self.assertIn("taking a new snapshot", said)

    def test_when_needed_heals_a_slot_that_something_moved(self):
        self.start()
        self.run_with_sink("--create")
        self.sql("INSERT INTO t VALUES (7, 'lost')")
        self.sql("SELECT pg_replication_slot_advance('s', pg_current_wal_lsn())")
        done = self.walcat("--slot", "s", "--ack", str(self.folder / "ack"))
        self.assertEqual(done.returncode, 69)
        self.assertIn("--snapshot when-needed", done.stderr)
        lines, said = self.run_with_sink("--snapshot", "when-needed")
        self.assertEqual(fold(lines), self.table())
        self.assertIn("is behind slot", said)

    def test_when_needed_heals_an_ack_file_of_another_source(self):
        self.start()
        self.run_with_sink("--create")
        ack = self.folder / "ack"
        record = json.loads(ack.read_text())
        record["source"]["timeline"] = 77
        ack.write_text(json.dumps(record))
        lines, said = self.run_with_sink("--snapshot", "when-needed")
        self.assertEqual(fold(lines), self.table())
        self.assertIn("is of timeline 77", said)

    def test_when_needed_does_not_take_a_slot_of_another_plugin(self):
        self.start()
        self.run_with_sink("--create")
        self.sql(
            "SELECT pg_drop_replication_slot('s'); SELECT pg_create_logical_replication_slot('s', 'test_decoding')"
        )
        done = self.walcat("--slot", "s", "--ack", str(self.folder / "ack"), "--snapshot", "when-needed")
        self.assertEqual(done.returncode, 69)
        self.assertIn("test_decoding", done.stderr)


class CutOff(Case):
    def blocked(self, *options: str) -> subprocess.Popen:
        """A walcat that stands still in the middle of its snapshot: nobody reads on."""
        process = self.popen(*options, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.first = [process.stdout.readline() for _ in range(100)]
        self.wait_until(lambda: self.readers() == 1)
        return process

    def readers(self) -> int:
        text = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY %'"
        return int(self.sql(text))

    def cut(self) -> None:
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query LIKE 'COPY %'"
        )
        self.wait_until(lambda: self.readers() == 0)

    def rows(self) -> dict[int, dict]:
        return {row["id"]: row for row in json.loads(self.sql("SELECT coalesce(json_agg(t), '[]') FROM t"))}

    def test_a_terminated_connection_begins_it_anew(self):
        self.sql(BIG)
        self.publish_all()
        process = self.blocked(
            "--slot", "s", "--create", "--no-ack", "--snapshot", "initial", "--control", "--for", "20s"
        )
        self.cut()
        self.sql("DELETE FROM t WHERE id <= 50; UPDATE t SET a = 'new' WHERE id = 51")
        lines = list(self.first)
        for line in process.stdout:
            lines.append(line)
            if '"op":"u"' in line:
                break
        process.send_signal(signal.SIGTERM)
        lines += process.stdout.readlines()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertIn("begins anew", process.stderr.read())
        begins = [json.loads(line)["pos"] for line in lines if '"phase":"begin"' in line]
        self.assertEqual(len(begins), 2)
        self.assertLess(begins[0], begins[1])
        self.assertEqual(fold(lines), self.rows())

    def test_bare_rows_are_not_repeated_without_a_word(self):
        self.sql(BIG)
        self.publish_all()
        process = self.blocked("--snapshot", "only")
        self.cut()
        process.stdout.read()
        self.assertEqual(process.wait(timeout=60), 75)
        self.assertIn("hint: Rows were printed already", process.stderr.read())

    def test_a_temporary_slot_that_went_too_is_not_passed_over(self):
        self.sql(BIG)
        self.publish_all()
        process = self.blocked("--snapshot", "initial", "--control")
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'walcat'"
        )
        process.stdout.read()
        self.assertEqual(process.wait(timeout=60), 75)

    def killed(self, sink: list) -> None:
        """kill -9 in the middle of the snapshot, twice; the sink got whole lines of the beginning."""
        for run in (1, 2):
            process = self.blocked("--slot", "s", "--create", "--ack", str(self.folder / "ack"))
            process.kill()
            subprocess.run(
                sink, input="".join(self.first), text=True, env=environment(), stdout=subprocess.DEVNULL, check=False
            )
            process.stdout.read()
            self.sql(f"DELETE FROM t WHERE id % 10 = {run}; INSERT INTO t VALUES ({run} - 10, 'later')")
            self.wait_until(lambda: self.active_slots() == 0)

    def finish(self, sink: list) -> None:
        source = self.popen("--slot", "s", "--ack", str(self.folder / "ack"), "--until-now", stderr=subprocess.DEVNULL)
        done = subprocess.run(sink, stdin=source.stdout, env=environment(), stdout=subprocess.DEVNULL, check=False)
        self.assertEqual((source.wait(timeout=60), done.returncode), (0, 0))

    def test_no_ghost_rows_in_a_file(self):
        self.sql(BIG)
        self.publish_all()
        sink = [SINK, self.folder / "data", self.folder / "ack"]
        self.killed(sink)
        self.finish(sink)
        lines = [line for line in (self.folder / "data").read_text().splitlines() if '"op"' in line]
        self.assertIn(1, [json.loads(line)["key"]["id"] for line in lines[:100]])
        self.assertEqual(fold(lines), self.rows())

    def test_no_ghost_rows_in_pg_load(self):
        self.sql(BIG)
        self.publish_all()
        copy = self.database + "_copy"
        psql("postgres", f'CREATE DATABASE "{copy}"')
        self.addCleanup(psql, "postgres", f'DROP DATABASE "{copy}"')
        sink = ["pg-load", "-d", copy, "--mode", "events", "--create", "--ack", self.folder / "ack"]
        self.killed(sink)
        self.finish(sink)
        text = "SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM t"
        self.assertEqual(psql(copy, text), self.sql(text))


if __name__ == "__main__":
    unittest.main()
