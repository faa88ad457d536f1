#!/usr/bin/env python3
"""S1 to S5 of cdc-pipelines(7), the same for every sink: each test runs against all of them.

The tools come from the caller's PATH. One lab serves the file.
"""

import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import Lab
from pipe_ends import (
    ORDINARY,
    HeldFile,
    Running,
    acknowledged,
    control,
    hello,
    killed_before_sync,
    per_tool,
    until,
)

LAB = Lab("pipe-sinks")
SINKS = ("pg-load rows", "pg-load events", "kcat-cdc", "snow-put")
SOON = 12  # seconds on a busy machine for what takes two or three


def setUpModule() -> None:
    LAB.up("postgres", "kafka", "snow-local")
    LAB.make_snow_schema()
    LAB.psql("postgres", "CREATE DATABASE pipes")


def tearDownModule() -> None:
    LAB.down()


def schema_line(table: str) -> str:
    columns = [
        {"name": "id", "type": "bigint", "oid": 20, "modifier": -1, "nullable": False},
        {"name": "note", "type": "text", "oid": 25, "modifier": -1, "nullable": True},
    ]
    line = {"__cdc": "schema", "v": 1, "schema": "public", "table": table, "identity": "default", "key": ["id"]}
    return json.dumps(line | {"encoding": "plain", "columns": columns}, separators=(",", ":"))


def event(table: str, number: int) -> str:
    source = {"connector": "postgresql", "db": "x", "schema": "public", "table": table, "snapshot": "false"}
    source |= {"ts_us": 1790000000000000, "txId": number, "lsn": number}
    line = {"pos": f"{number:016X}/{1:016X}", "key": {"id": number}, "before": None}
    line |= {"after": {"id": number, "note": "n"}, "source": source, "transaction": None, "op": "c"}
    return json.dumps(line | {"ts_ms": 1, "ts_us": 2, "ts_ns": 3}, separators=(",", ":"))


class Sinks(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.table = f"t{time.monotonic_ns()}"
        self.ack = self.folder / "ack"

    def words(self, sink: str, ack: pathlib.Path | None) -> list[str]:
        more = ["--ack", str(ack)] if ack else []
        database = ["pg-load", "-d", "pipes", "--create"]
        if sink == "pg-load rows":
            return [*database, "--table", self.table, "--mode", "upsert", "--key", "id", *more]
        if sink == "pg-load events":
            return [*database, "--mode", "events", *more]
        if sink == "kcat-cdc":
            return ["kcat-cdc", "produce", "-b", LAB.variables["CDC_BROKERS"], "--topic-prefix", self.table, *more]
        put = ["snow-put", "-c", "lab", "--database", "CDC", "--schema", "RAW", "--create", "--merge-every", "0"]
        return [*put, "--channel-prefix", self.table, *more]

    def row(self, sink: str, number: int) -> str:
        if sink == "pg-load rows":
            return json.dumps({"id": number, "note": "n"})
        return event(self.table, number)

    def begin(self, sink: str, **more) -> list[str]:
        # a source of its own: pg-load remembers in the target what it has of each
        lines = [hello(**{"source": {"slot": self.table, "system_id": "7"}} | more)]
        return lines if sink == "pg-load rows" else [*lines, schema_line(self.table)]

    def start(self, sink: str, ack: pathlib.Path | None = None, before: list[str] = (), **more) -> Running:
        more.setdefault("stdin", subprocess.PIPE)
        more.setdefault("stdout", subprocess.DEVNULL)
        words = [*before, *self.words(sink, ack)]
        running = Running(words, self.folder, env=LAB.environment(), **more)
        self.addCleanup(running.end)
        return running

    @staticmethod
    def say(running: Running, *lines: str) -> None:
        running.process.stdin.write("".join(line + "\n" for line in lines).encode())
        running.process.stdin.flush()

    def give(self, sink: str, *lines: str, tail: str = "", code: int, ack: bool = True) -> Running:
        running = self.start(sink, self.ack if ack else None)
        self.say(running, *lines)
        running.process.stdin.write(tail.encode())
        running.process.stdin.close()
        self.assertEqual(running.wait(), code, running.errors())
        return running


@per_tool(SINKS)
class Inputs(Sinks):
    def test_whole_input(self, sink: str):
        lines = [*self.begin(sink), self.row(sink, 1), control("ckpt", 1), self.row(sink, 2), control("eof", 2)]
        self.give(sink, *lines, code=0)
        self.assertEqual(acknowledged(self.ack), 2)
        self.assertEqual([entry.name for entry in self.folder.iterdir() if ".tmp" in entry.name], [])

    def test_input_that_is_cut(self, sink: str):
        start = [*self.begin(sink), self.row(sink, 1), control("ckpt", 1)]
        for lines, tail in ((start, ""), ([*start, self.row(sink, 2)], ""), (start, self.row(sink, 2)[:20])):
            self.ack = self.folder / f"cut{time.monotonic_ns()}.ack"
            self.give(sink, *lines, tail=tail, code=75)
            self.assertEqual(acknowledged(self.ack), 1)

    def test_an_end_inside_of_a_transaction(self, sink: str):
        lines = [*self.begin(sink), self.row(sink, 1), control("ckpt", 1), self.row(sink, 2)]
        self.give(sink, *lines, control("eof", 2, inside=True), code=75)
        self.assertEqual(acknowledged(self.ack), 2)
        if sink.startswith("pg-load"):
            self.assertEqual(LAB.psql("pipes", f"SELECT count(*) FROM {self.table}"), "1")

    def test_a_second_source_in_the_middle_of_the_first(self, sink: str):
        lines = [*self.begin(sink), self.row(sink, 1), control("ckpt", 1), self.row(sink, 2)]
        lines += [*self.begin(sink, run="r2"), self.row(sink, 2), control("ckpt", 1, "r2")]
        self.give(sink, *lines, code=75)
        self.assertEqual(acknowledged(self.ack), 1)

    def test_a_second_source_behind_the_first(self, sink: str):
        lines = [*self.begin(sink), self.row(sink, 1), control("eof", 7)]
        lines += [*self.begin(sink, run="r2"), self.row(sink, 2), control("eof", 1, "r2")]
        self.give(sink, *lines, code=0)
        record = json.loads(self.ack.read_text())
        self.assertEqual((record["run"], record["seq"]), ("r2", 1))

    def test_checkpoints_without_rows_and_stale_numbers(self, sink: str):
        numbers = [control("ckpt", number) for number in (1, 2, 5, 3, 4)]
        self.give(sink, hello(), *numbers, code=75)
        self.assertEqual(acknowledged(self.ack), 5)

    def test_an_idle_checkpoint_is_acknowledged_while_the_pipe_is_open(self, sink: str):
        running = self.start(sink, self.ack)
        self.say(running, *self.begin(sink), self.row(sink, 1), control("ckpt", 1))
        self.assertTrue(until(lambda: acknowledged(self.ack) == 1))
        self.say(running, control("ckpt", 2))
        self.assertTrue(until(lambda: acknowledged(self.ack) == 2))
        running.process.stdin.close()
        self.assertEqual(running.wait(), 75, running.errors())


@per_tool(SINKS)
class Stops(Sinks):
    def test_an_idle_pipe(self, sink: str):
        running = self.start(sink, self.ack)
        self.say(running, *self.begin(sink), self.row(sink, 1), control("ckpt", 1))
        self.assertTrue(until(lambda: acknowledged(self.ack) == 1))
        began = time.monotonic()
        running.stop()
        self.assertEqual(running.wait(SOON), 0, running.errors())
        self.assertLess(time.monotonic() - began, SOON)

    def test_the_source_has_its_last_word(self, sink: str):
        running = self.start(sink, self.ack)
        self.say(running, *self.begin(sink), self.row(sink, 1), control("ckpt", 1))
        self.assertTrue(until(lambda: acknowledged(self.ack) == 1))
        running.stop(signal.SIGINT)
        self.say(running, self.row(sink, 2), control("eof", 2))
        self.assertEqual(running.wait(SOON), 0, running.errors())
        self.assertEqual(acknowledged(self.ack), 2)

    def test_a_file_that_always_has_another_line(self, sink: str):
        path = self.folder / "many"
        head = [] if sink == "pg-load rows" else [schema_line(self.table)]
        with open(path, "w") as out:
            for line in head:
                out.write(line + "\n")
            for number in range(1, 400_000):
                out.write(self.row(sink, number) + "\n")
        with open(path, "rb") as file:
            running = self.start(sink, None, stdin=file)
            time.sleep(1)
            running.stop()
            self.assertEqual(running.wait(SOON * 3), 0, running.errors())

    def test_the_second_signal_ends_at_once(self, sink: str):
        running = self.start(sink, self.ack)
        self.say(running, *self.begin(sink), self.row(sink, 1), control("ckpt", 1), self.row(sink, 2))
        self.assertTrue(until(lambda: acknowledged(self.ack) == 1))
        running.stop()
        time.sleep(0.1)
        running.stop()
        self.assertEqual(running.wait(SOON), 143, running.errors())


@per_tool(SINKS)
class Receipts(Sinks):
    def test_a_reader_that_goes_away(self, sink: str):
        """Noticed while nothing comes: something was promised, so it is 75, and the same command goes on."""
        running = self.start(sink, self.ack, stdout=subprocess.PIPE)
        self.say(running, *self.begin(sink), self.row(sink, 1), control("ckpt", 1))
        self.assertTrue(until(lambda: acknowledged(self.ack) == 1), running.errors())
        running.process.stdout.close()
        self.assertEqual(running.wait(SOON), 75, running.errors())
        self.assertEqual(running.errors(), "")
        lines = [*self.begin(sink, run="r2"), self.row(sink, 2), control("eof", 2, "r2")]
        self.give(sink, *lines, code=0)
        self.assertEqual(acknowledged(self.ack), 2)

    def test_no_stdout_at_all(self, sink: str):
        """As `>&-` does: nobody wants receipts, and nothing else changes."""
        shell = ["sh", "-c", 'exec "$@" >&-', "sh"]
        running = self.start(sink, self.ack, before=shell, stdout=None)
        self.say(running, *self.begin(sink), self.row(sink, 1), control("eof", 1))
        running.process.stdin.close()
        self.assertEqual(running.wait(), 0, running.errors())
        self.assertEqual(acknowledged(self.ack), 1)

    def test_a_full_disk_behind_stdout(self, sink: str):
        with open("/dev/full", "wb") as full:
            running = self.start(sink, self.ack, stdout=full)
            self.say(running, *self.begin(sink), self.row(sink, 1), control("ckpt", 1))
            self.assertEqual(running.wait(SOON * 2), 74, running.errors())
        self.assertIn("No space left on device", running.errors())
        lines = [*self.begin(sink, run="r2"), self.row(sink, 1), control("eof", 2, "r2")]
        self.give(sink, *lines, code=0)


@per_tool(SINKS)
class Files(Sinks):
    def test_no_ack_file_or_another_one_is_said_at_once(self, sink: str):
        running = self.start(sink, None)
        self.say(running, hello(ack=["/somewhere/else.ack"]))
        self.assertTrue(running.says("/somewhere/else.ack", SOON), running.errors())
        running.end()
        running = self.start(sink, self.ack)
        self.say(running, hello(ack=["/somewhere/else.ack"]))
        self.assertTrue(running.says(str(self.ack), SOON), running.errors())
        running.end()

    def test_a_file_that_another_sink_holds(self, sink: str):
        held = HeldFile(self.ack)
        running = self.start(sink, self.ack)
        self.assertEqual(running.wait(SOON), 75, running.errors())
        self.assertIn(str(self.ack), running.errors())
        held.let_go()

    def test_a_file_that_cannot_be_made(self, sink: str):
        running = self.start(sink, self.folder / "no" / "such" / "ack")
        self.assertEqual(running.wait(SOON), 73, running.errors())

    def test_a_file_that_is_lost_or_put_back_while_it_runs(self, sink: str):
        running = self.start(sink, self.ack)
        self.say(running, *self.begin(sink), self.row(sink, 1), control("ckpt", 1))
        self.assertTrue(until(lambda: acknowledged(self.ack) == 1))
        old = self.ack.read_bytes()
        self.ack.unlink()
        self.say(running, self.row(sink, 2), control("ckpt", 2))
        self.assertTrue(until(lambda: acknowledged(self.ack) == 2))
        os.truncate(self.ack, 0)
        self.say(running, self.row(sink, 3), control("ckpt", 3))
        self.assertTrue(until(lambda: acknowledged(self.ack) == 3))
        self.ack.write_bytes(old)
        self.say(running, self.row(sink, 4), control("eof", 4))
        running.process.stdin.close()
        self.assertEqual(running.wait(), 0, running.errors())
        self.assertEqual(acknowledged(self.ack), 4)

    def test_a_file_that_may_not_be_read(self, sink: str):
        self.ack.write_text("")
        self.ack.chmod(0)
        running = self.start(sink, self.ack, before=ORDINARY)
        self.assertEqual(running.wait(SOON), 77, running.errors())
        self.assertIn(f'could not open "{self.ack}": Permission denied', running.errors())

    def test_a_full_disk_under_the_file(self, sink: str):
        """A limit on the size of files stands for it. Python ignores the signal that comes with it: so does the tool."""
        source = {"slot": self.table, "system_id": "7", "long": "x" * 5000}
        running = self.start(sink, self.ack, restore_signals=False)
        self.say(running, *self.begin(sink, source=source), self.row(sink, 1), control("ckpt", 1))
        self.assertTrue(until(lambda: acknowledged(self.ack) == 1), running.errors())
        before = self.ack.read_bytes()
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
        self.say(running, self.row(sink, 2), control("ckpt", 2))
        self.assertEqual(running.wait(SOON * 2), 74, running.errors())
        self.assertIn(f'could not write "{self.ack}', running.errors())
        self.assertEqual(self.ack.read_bytes(), before)
        self.assertEqual([entry.name for entry in self.folder.iterdir() if ".tmp" in entry.name], [])
        self.go_on(sink, source=source)

    def test_a_power_cut_before_the_file_is_on_disk(self, sink: str):
        """First the new content is synced, then the folder with its name: what was not is gone."""
        self.give(sink, *self.begin(sink), self.row(sink, 1), control("eof", 1), code=0)
        durable = self.ack.read_bytes()
        for number in (1, 2):
            lines = [*self.begin(sink, run=f"cut{number}"), self.row(sink, 2), control("ckpt", 2, f"cut{number}")]
            running = self.start(sink, self.ack, before=killed_before_sync(number))
            self.say(running, *lines)
            self.assertEqual(running.wait(), -signal.SIGKILL, running.errors())
            self.ack.write_bytes(durable)
            for entry in self.folder.iterdir():
                if ".tmp" in entry.name:
                    os.truncate(entry, 0)
        self.go_on(sink)

    def go_on(self, sink: str, **more) -> None:
        """The same command again: nothing is missing then, and nothing doubled where positions are compared."""
        rows = [self.row(sink, number) for number in (2, 3)]
        self.give(sink, *self.begin(sink, run="again", **more), *rows, control("eof", 9, "again"), code=0)
        self.assertEqual(acknowledged(self.ack), 9)
        if sink.startswith("pg-load"):
            self.assertEqual(LAB.psql("pipes", f"SELECT count(*) FROM {self.table}"), "3")
        elif sink == "snow-put":
            sql = f"SELECT COUNT(*) AS N, COUNT(DISTINCT _CDC_POS) AS P FROM CDC.RAW.{self.table.upper()}_JOURNAL"
            self.assertEqual(LAB.snow(sql), [{"N": 3, "P": 3}])
        else:
            words = ["kcat", "-C", "-e", "-q", "-b", LAB.variables["CDC_BROKERS"], "-f", "%k\\n", "-t"]
            words.append(f"{self.table}.public.{self.table}")
            keys = subprocess.run(words, check=True, capture_output=True, timeout=60).stdout.split()
            self.assertEqual(sorted(set(keys)), [b'{"id":1}', b'{"id":2}', b'{"id":3}'])

    def test_a_planted_link_is_neither_followed_nor_truncated(self, sink: str):
        victim = self.folder / "victim"
        victim.write_text("precious")
        for name in (".tmp", f".tmp.{os.getpid()}"):
            link = pathlib.Path(str(self.ack) + name)
            if not link.is_symlink():
                link.symlink_to(victim)
        self.give(sink, *self.begin(sink), self.row(sink, 1), control("eof", 1), code=0)
        self.assertEqual((victim.read_text(), acknowledged(self.ack)), ("precious", 1))


if __name__ == "__main__":
    unittest.main()
