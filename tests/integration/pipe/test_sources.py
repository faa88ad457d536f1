#!/usr/bin/env python3
"""W1 to W7 of cdc-pipelines(7), the same for every source: each test runs against all of them.

The tools come from the caller's PATH. One lab serves the file.
"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from holding_proxy import HoldingProxy
from own_lab import TOP, Lab
from pipe_ends import ORDINARY, HeldFile, Running, per_tool, until, write_ack
from sql_session import SqlSession

LAB = Lab("sources")
SOURCES = ("opensky-fetch", "walcat", "kcat-cdc")
ROWS = 30_000
SOON = 12  # seconds on a busy machine for what takes one or two; waiting for an acknowledgement takes 30


def setUpModule() -> None:
    LAB.up("postgres", "kafka")
    LAB.psql("postgres", "CREATE DATABASE pipes")
    LAB.psql("pipes", "CREATE TABLE t (id int PRIMARY KEY, note text); CREATE PUBLICATION cdckit FOR ALL TABLES")
    LAB.psql("pipes", f"INSERT INTO t SELECT n, repeat('x', 100) FROM generate_series(1, {ROWS}) n")
    rows = "".join(f'{{"value":"row {n} {"x" * 100}"}}\n' for n in range(ROWS))
    words = ["kcat-cdc", "produce", "-b", LAB.variables["CDC_BROKERS"], "--raw", "--topic", "rows"]
    subprocess.run(words, input=rows.encode(), env=LAB.environment(), check=True, timeout=120, capture_output=True)


def tearDownModule() -> None:
    LAB.down()


class Sources(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.slots = 0

    def words(self, tool: str, *more: str) -> list[str]:
        """Everything the source has, to its end."""
        if tool == "opensky-fetch":
            recording = TOP / "scripts/flights/data/switzerland-2018-08-01.ndjson.zst"
            return [tool, "states", "--replay", str(recording), "--speed", "max", "--max-wait", "30s", *more]
        if tool == "walcat":
            self.slots += 1
            slot = f"s{time.monotonic_ns()}_{self.slots}"
            self.addCleanup(
                LAB.psql,
                "pipes",
                f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{slot}'",
            )
            return [tool, "-d", "pipes", "--slot", slot, "--create", "--until-now", *more]
        group = f"g{time.monotonic_ns()}"
        brokers = LAB.variables["CDC_BROKERS"]
        return [tool, "consume", "-b", brokers, "-g", group, "-t", "rows", "--raw", "--until", "end", *more]

    def start(self, tool: str, *more: str, **pipes) -> Running:
        return self.run_words(self.words(tool, *more), **pipes)

    def run_words(self, words: list[str], **pipes) -> Running:
        pipes.setdefault("stdout", subprocess.PIPE)
        pipes.setdefault("env", LAB.environment())
        running = Running(words, self.folder, **pipes)
        self.addCleanup(running.end)
        return running

    @staticmethod
    def read_all(running: Running) -> tuple[dict, dict, int]:
        """hello, eof and the number of data lines."""
        first, last, rows = {}, {}, 0
        for line in running.process.stdout:
            if not line.startswith(b'{"__cdc":'):
                rows += 1
                continue
            read = json.loads(line)
            first = read if read["__cdc"] == "hello" else first
            last = read if read["__cdc"] == "eof" else last
        return first, last, rows


@per_tool(SOURCES)
class Endings(Sources):
    def test_the_end_is_acknowledged(self, tool: str):
        ack = self.folder / "ack"
        held = HeldFile(ack)
        running = self.start(tool, "--ack", str(ack))
        first, last, rows = self.read_all(running)
        self.assertEqual(first["ack"], [str(ack)])
        self.assertGreater(rows, 1000)
        self.assertIsNone(running.process.poll())  # it waits
        write_ack(ack, first, last)
        self.assertEqual(running.wait(), 0, running.errors())
        held.let_go()

    def test_a_stale_or_foreign_acknowledgement_is_no_end(self, tool: str):
        ack = self.folder / "ack"
        running = self.start(tool, "--ack", str(ack))
        first, last, _ = self.read_all(running)
        write_ack(ack, first, {**last, "seq": last["seq"] - 1})
        write_ack(ack, {**first, "run": "another"}, last)
        write_ack(ack, first, {**last, "seq": last["seq"] + 1})
        time.sleep(1.5)
        self.assertIsNone(running.process.poll())
        write_ack(ack, first, last)
        self.assertEqual(running.wait(), 0, running.errors())

    def test_a_sink_that_died_is_not_waited_for(self, tool: str):
        """It held its file, took everything, and is gone."""
        ack = self.folder / "ack"
        held = HeldFile(ack)
        running = self.start(tool, "--ack", str(ack))
        self.read_all(running)
        self.assertFalse(until(lambda: running.process.poll() is not None, 0.5))
        began = time.monotonic()
        running.process.stdout.close()
        held.let_go()
        self.assertEqual(running.wait(), 75, running.errors())
        self.assertLess(time.monotonic() - began, SOON)
        self.assertIn("the sink is gone", running.errors())
        self.assertIn(str(ack), running.errors())

    def test_lines_that_nobody_acknowledged_are_75(self, tool: str):
        """The reader goes away within the first lines."""
        ack = self.folder / "ack"
        running = self.start(tool, "--ack", str(ack))
        running.process.stdout.read(100_000)
        running.process.stdout.close()
        self.assertEqual(running.wait(SOON * 2), 75, running.errors())

    def test_without_ack_a_reader_that_goes_away_is_a_quiet_end(self, tool: str):
        more = ["--no-ack"] if tool == "walcat" else []
        running = self.start(tool, *more)
        running.process.stdout.readline()
        running.process.stdout.close()
        code = running.wait(SOON * 2)
        said = [line for line in running.errors().splitlines() if not line.startswith("walcat: made ")]
        self.assertEqual((code, said), (0, []))

    def test_it_says_what_it_waits_for(self, tool: str):
        ack = self.folder / "ack"
        running = self.start(tool, "--ack", str(ack))
        self.read_all(running)
        self.assertTrue(running.says(str(ack), SOON), running.errors())
        self.assertIn("no sink holds it", running.errors())


@per_tool(SOURCES)
class Stops(Sources):
    def test_a_blocked_stdout_does_not_outlive_a_stop(self, tool: str):
        ack = self.folder / "ack"
        for more in (["--ack", str(ack)], ["--ack", "stdout"]):
            running = self.start(tool, *more)
            running.process.stdout.read(1000)
            time.sleep(0.5)  # the pipe fills up
            began = time.monotonic()
            running.stop()
            self.assertEqual(running.wait(SOON * 2), 75, running.errors())
            self.assertLess(time.monotonic() - began, SOON)

    def test_the_second_signal_ends_at_once(self, tool: str):
        ack = self.folder / "ack"
        held = HeldFile(ack)
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            running = self.start(tool, "--ack", str(ack))
            self.read_all(running)
            running.stop(number)
            time.sleep(0.2)
            self.assertIsNone(running.process.poll())  # a living sink may still acknowledge
            running.stop(number)
            self.assertEqual(running.wait(SOON), code, running.errors())
        held.let_go()

    def test_a_stop_is_a_clean_end_when_the_sink_follows(self, tool: str):
        ack = self.folder / "ack"
        held = HeldFile(ack)
        running = self.start(tool, "--ack", str(ack))
        first = json.loads(running.process.stdout.readline())
        running.stop()
        _, last, _ = self.read_all(running)
        write_ack(ack, first, last)
        self.assertIn(running.wait(SOON), (75,) if last.get("inside") else (0,), running.errors())
        held.let_go()


class Snapshots(Sources):
    def test_a_stop_before_the_first_row_is_no_end_of_the_snapshot(self):
        """The table is locked: a clean end, after which the snapshot still comes."""
        ack = self.folder / "ack"
        words = self.words("walcat", "--ack", str(ack))
        proxy = HoldingProxy(LAB.variables["PGHOST"], int(LAB.variables["PGPORT"]), b"SET TRANSACTION SNAPSHOT")
        self.addCleanup(proxy.close)
        running = self.run_words(words, env=LAB.environment(**proxy.variables()))
        self.assertTrue(proxy.held.wait(SOON * 2), running.errors())
        lock = SqlSession("pipes", LAB.environment())
        self.addCleanup(lock.close)
        lock.run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE;")
        proxy.release()
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass"
        self.assertTrue(until(lambda: LAB.psql("pipes", waits) == "1", SOON * 2), running.errors())
        running.stop()
        first, last, rows = self.read_all(running)
        self.assertEqual((rows, last["pos"].split(":")[0]), (0, "snapshot"))
        write_ack(ack, first, last)
        self.assertEqual(running.wait(SOON), 0, running.errors())
        lock.run("ROLLBACK;")
        running = self.run_words(words)
        first, last, rows = self.read_all(running)
        self.assertEqual(rows, ROWS)
        write_ack(ack, first, last)
        self.assertEqual(running.wait(SOON), 0, running.errors())


@per_tool(SOURCES)
class Files(Sources):
    def test_two_sources_on_one_file(self, tool: str):
        ack = self.folder / "ack"
        held = HeldFile(ack)
        words = self.words(tool, "--ack", str(ack))
        running = self.run_words(words)
        json.loads(running.process.stdout.readline())
        second = self.run_words(self.words(tool, "--ack", str(ack)))
        self.assertEqual(second.wait(SOON * 2), 75, second.errors())
        self.assertIn(f"process {running.process.pid}", second.errors())
        running.end()
        held.let_go()

    def test_a_file_that_cannot_be_read_is_an_error_that_names_it(self, tool: str):
        ack = self.folder / "ack"
        ack.mkdir()
        running = self.start(tool, "--ack", str(ack))
        self.assertEqual(running.wait(SOON * 2), 74, running.errors())
        self.assertIn(str(ack), running.errors())
        ack.rmdir()
        ack.write_text("")
        ack.chmod(0)
        running = self.run_words([*ORDINARY, *self.words(tool, "--ack", str(ack))])
        self.assertEqual(running.wait(SOON * 2), 77, running.errors())
        self.assertIn(f'could not read ack file "{ack}": Permission denied', running.errors())

    def test_what_is_no_acknowledgement_counts_as_none(self, tool: str):
        ack = self.folder / "ack"
        if tool == "opensky-fetch":
            return
        ack.write_text('{"v":1,"run":"x","se')
        held = HeldFile(ack)
        running = self.start(tool, "--ack", str(ack))
        first, last, rows = self.read_all(running)
        self.assertGreaterEqual(rows, ROWS)
        write_ack(ack, first, last)
        self.assertEqual(running.wait(), 0, running.errors())
        self.assertIn(f'"{ack}" holds no acknowledgement', running.errors())
        held.let_go()

    def test_a_full_disk_behind_stdout(self, tool: str):
        ack = self.folder / "ack"
        with open("/dev/full", "wb") as full:
            running = self.start(tool, "--ack", str(ack), stdout=full)
            self.assertEqual(running.wait(SOON * 2), 74, running.errors())


if __name__ == "__main__":
    unittest.main()
