#!/usr/bin/env python3
"""Whole pipes of real tools between real servers: Ctrl-C, a sink that dies, power cuts, an idle pipe. The same
command again always goes on: nothing is missing then, and nothing doubled where the sink compares positions.

The tools come from the caller's PATH. One lab serves the file.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import Lab
from pipe_ends import Running, held_before_sync, killed_before_sync, per_tool, until

LAB = Lab("whole-pipes")
PIPES = ("walcat to pg-load", "walcat to kafka", "kafka to snowflake")
ROWS = 20_000
SOON = 12  # seconds on a busy machine for what takes one or two


def setUpModule() -> None:
    LAB.up("postgres", "kafka", "snow-local")
    LAB.make_snow_schema()
    LAB.psql("postgres", "CREATE DATABASE source")
    LAB.psql("source", "CREATE PUBLICATION cdckit FOR ALL TABLES WITH (publish_via_partition_root)")


def tearDownModule() -> None:
    LAB.down()


class Whole(unittest.TestCase):
    """`name` is the slot, the table, the target database, the topic's prefix and the group of one test."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.ack = self.folder / "ack"
        self.name = f"p{time.monotonic_ns()}"
        LAB.psql("source", f"CREATE TABLE {self.name} (id int PRIMARY KEY, note text)")
        self.rows = 0
        self.addCleanup(self.clean_up)

    def clean_up(self) -> None:
        LAB.psql("source", f"DROP TABLE {self.name}")
        LAB.psql(
            "source",
            f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{self.name}'",
        )

    def insert(self, count: int = ROWS) -> None:
        """In transactions of a thousand rows."""
        begin, self.rows = self.rows, self.rows + count
        text = "".join(
            f"INSERT INTO {self.name} SELECT n, repeat('x', 100) FROM generate_series({first}, {min(first + 999, self.rows - 1)}) n;\n"
            for first in range(begin, self.rows, 1000)
        )
        LAB.psql("source", text)

    def words(self, pipe: str) -> tuple[list[str], list[str]]:
        """The source and the sink."""
        ack = ["--ack", str(self.ack)]
        only = ["--table", f"public.{self.name}"]
        walcat = ["walcat", "-d", "source", "--slot", self.name, "--create", *only, *ack]
        brokers = ["-b", LAB.variables["CDC_BROKERS"]]
        produce = ["kcat-cdc", "produce", *brokers, "--topic-prefix", self.name]
        if pipe == "walcat to pg-load":
            if not LAB.psql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{self.name}'"):
                LAB.psql("postgres", f"CREATE DATABASE {self.name}")
            return walcat, ["pg-load", "-d", self.name, "--mode", "events", "--create", *ack]
        if pipe == "walcat to kafka":
            return walcat, [*produce, *ack]
        consume = ["kcat-cdc", "consume", *brokers, "-g", self.name, "-t", f"^{self.name}\\.public\\..*", *ack]
        put = ["snow-put", "-c", "lab", "--database", "CDC", "--schema", "RAW", "--create", "--merge-every", "0"]
        return consume, [*put, "--channel-prefix", self.name, *ack]

    def prepare(self, pipe: str) -> None:
        """What a pipe out of Kafka reads is there before it begins."""
        self.insert()
        if pipe != "kafka to snowflake":
            return
        walcat = ["walcat", "-d", "source", "--table", f"public.{self.name}", "--snapshot", "only", "--control"]
        produce = self.words("walcat to kafka")[1][:-2]
        lines = subprocess.run(walcat, env=LAB.environment(), check=True, capture_output=True, timeout=120).stdout
        subprocess.run(produce, input=lines, env=LAB.environment(), check=True, capture_output=True, timeout=120)

    def start(self, pipe: str, *, before_source=(), before_sink=(), until_now: bool = False) -> tuple[Running, Running]:
        """Both in one process group of their own, as a shell has them."""
        source, sink = self.words(pipe)
        if until_now:
            source += ["--until", "end"] if source[0] == "kcat-cdc" else ["--until-now"]
        reader, writer = os.pipe()
        try:
            first = Running(
                [*before_source, *source], self.folder, env=LAB.environment(), stdout=writer, process_group=0
            )
            second = Running(
                [*before_sink, *sink],
                self.folder,
                env=LAB.environment(),
                stdin=reader,
                stdout=subprocess.DEVNULL,
                process_group=first.process.pid,
            )
        finally:
            os.close(reader)
            os.close(writer)
        for running in (first, second):
            self.addCleanup(running.end)
        return first, second

    def ends(self, pair: tuple[Running, Running]) -> tuple[int, int]:
        codes = tuple(running.wait() for running in pair)
        self.said = "".join(running.errors() for running in pair)
        return codes

    def arrived(self, pipe: str) -> tuple[int, int]:
        """How many rows the target has, and of how many positions or keys."""
        if pipe == "walcat to pg-load":
            if LAB.psql(self.name, f"SELECT to_regclass('{self.name}')") == "":
                return 0, 0
            return (int(LAB.psql(self.name, f"SELECT count(*) FROM {self.name}")),) * 2
        if pipe == "kafka to snowflake":
            table = f"{self.name.upper()}_JOURNAL"
            if not LAB.snow(f"SHOW TABLES LIKE '{table}' IN SCHEMA CDC.RAW"):
                return 0, 0
            row = LAB.snow(f"SELECT COUNT(*) AS N, COUNT(DISTINCT _CDC_POS) AS P FROM CDC.RAW.{table}")[0]
            return row["N"], row["P"]
        words = ["kcat", "-C", "-e", "-q", "-b", LAB.variables["CDC_BROKERS"], "-f", "%k\n", "-t"]
        words.append(f"{self.name}.public.{self.name}")
        keys = subprocess.run(words, check=False, capture_output=True, timeout=60).stdout.split()
        return len(keys), len(set(keys))

    def one_more(self, pipe: str) -> None:
        if pipe == "kafka to snowflake":
            self.more_in_kafka()
        else:
            self.insert(1)

    def more_in_kafka(self) -> None:
        first, self.rows = self.rows, self.rows + 1
        produce = self.words("walcat to kafka")[1][:-2]
        source = {"connector": "postgresql", "db": "source", "schema": "public", "table": self.name}
        source |= {"snapshot": "false", "ts_us": 1790000000000000, "txId": 1, "lsn": 1}
        line = {"pos": f"{2**62 + first:016X}/{1:016X}", "key": {"id": first}, "before": None}
        line |= {"after": {"id": first, "note": "n"}, "source": source, "transaction": None, "op": "c", "ts_ms": 1}
        text = json.dumps(line, separators=(",", ":")) + "\n"
        subprocess.run(produce, input=text.encode(), env=LAB.environment(), check=True, capture_output=True)

    def settle(self, pipe: str) -> None:
        """Runs it to its end, and everything is there: once, but for Kafka."""
        codes = self.ends(self.start(pipe, until_now=True))
        self.assertEqual(codes, (0, 0), self.said)
        lines, different = self.arrived(pipe)
        self.assertEqual(different, self.rows)
        if pipe != "walcat to kafka":
            self.assertEqual(lines, self.rows)


@per_tool(PIPES)
class Trouble(Whole):
    def test_ctrl_c(self, pipe: str):
        self.prepare(pipe)
        for wait in (0.3, 1.2):
            pair = self.start(pipe)
            time.sleep(wait)
            os.killpg(pair[0].process.pid, signal.SIGINT)
            codes = self.ends(pair)
            self.assertTrue(set(codes) <= {0, 75}, (codes, self.said))
        pair = self.start(pipe)
        self.one_more(pipe)  # it is this run that brings the last row: it is past its start
        self.assertTrue(until(lambda: self.arrived(pipe)[1] == self.rows), pair[1].errors())
        os.killpg(pair[0].process.pid, signal.SIGINT)
        self.assertEqual(self.ends(pair), (0, 0), self.said)
        self.settle(pipe)

    def test_ctrl_c_twice(self, pipe: str):
        self.prepare(pipe)
        pair = self.start(pipe)
        time.sleep(0.5)
        pair[1].process.send_signal(signal.SIGSTOP)  # so that it cannot end before
        os.killpg(pair[0].process.pid, signal.SIGINT)
        time.sleep(0.2)
        os.killpg(pair[0].process.pid, signal.SIGINT)
        pair[1].process.send_signal(signal.SIGCONT)
        codes = self.ends(pair)
        self.assertTrue(set(codes) <= {0, 75, 130}, (codes, self.said))
        self.settle(pipe)

    def test_a_sink_that_dies(self, pipe: str):
        """Its source does not outlive it for long, and blames nothing else."""
        self.prepare(pipe)
        pair = self.start(pipe)
        self.assertTrue(until(lambda: self.arrived(pipe)[0] > 0, SOON * 3), pair[1].errors())
        pair[1].process.kill()
        began = time.monotonic()
        self.insert(2000)
        code = pair[0].wait()
        self.assertEqual(code, 75, pair[0].errors())
        self.assertLess(time.monotonic() - began, SOON * 2)
        if pipe == "kafka to snowflake":
            self.rows -= 2000
        self.settle(pipe)

    def test_power_cuts(self, pipe: str):
        """Before the new acknowledgement is on disk, then before its name is: the folder is as it was before. Of what
        the source has seen it lets nothing go that it has not synced itself."""
        self.prepare(pipe)
        self.settle(pipe)
        for number in (1, 2):
            durable = self.ack.read_bytes()
            if pipe == "kafka to snowflake":
                self.more_in_kafka()
            else:
                self.insert(1000)
            if number == 1:
                codes = self.ends(self.start(pipe, before_sink=killed_before_sync(1)))
                self.assertEqual(codes, (75, -signal.SIGKILL), self.said)
            else:
                pair = self.start(pipe, before_source=killed_before_sync(1), before_sink=held_before_sync(2))
                self.assertEqual(pair[0].wait(), -signal.SIGKILL, pair[0].errors())
                os.killpg(pair[0].process.pid, signal.SIGKILL)
                self.assertEqual(pair[1].wait(), -signal.SIGKILL, pair[1].errors())
                self.assertNotEqual(self.ack.read_bytes(), durable)
            self.ack.write_bytes(durable)
            for entry in self.folder.iterdir():
                if ".tmp" in entry.name:
                    os.truncate(entry, 0)
        self.settle(pipe)


class Idle(Whole):
    @staticmethod
    def cpu_seconds(running: Running) -> float:
        fields = pathlib.Path(f"/proc/{running.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_a_pipe_between_two_databases_comes_to_rest(self):
        """They are of one server: what the pipe writes itself must not keep it going."""
        pipe = "walcat to pg-load"
        self.insert(1000)
        pair = self.start(pipe)
        self.assertTrue(until(lambda: self.arrived(pipe)[0] == self.rows), pair[0].errors() + pair[1].errors())
        changes, writes = [], []

        def rests() -> bool:
            """Over two seconds: one checkpoint at most, and hardly any WAL."""
            changes.clear()
            began = LAB.psql("postgres", "SELECT pg_current_wal_insert_lsn()")
            end = time.monotonic() + 2
            while time.monotonic() < end:
                changes.append(self.ack.stat().st_mtime_ns)
                time.sleep(0.05)
            writes.append(int(LAB.psql("postgres", f"SELECT pg_current_wal_insert_lsn() - '{began}'")))
            return len(set(changes)) <= 2 and writes[-1] < 2000

        self.assertTrue(until(rests, SOON * 3), (len(set(changes)), writes))
        before = [self.cpu_seconds(running) for running in pair]
        began = time.monotonic()
        self.assertTrue(rests(), (len(set(changes)), writes))
        spent = [self.cpu_seconds(running) - was for running, was in zip(pair, before, strict=True)]
        self.assertLess(max(spent), 0.05 * (time.monotonic() - began), spent)
        os.killpg(pair[0].process.pid, signal.SIGINT)
        self.assertEqual(self.ends(pair), (0, 0), self.said)


class AckStdout(Whole):
    def test_kafka_group_follows_what_stdout_took(self):
        """At most once: what was written is committed, and never comes again."""
        self.prepare("kafka to snowflake")
        words = self.words("kafka to snowflake")[0]
        words[words.index("--ack") + 1] = "stdout"
        out = self.folder / "lines"
        with open(out, "wb") as file:
            first = Running(words, self.folder, env=LAB.environment(), stdout=file)
            self.addCleanup(first.end)
            self.assertTrue(until(lambda: out.read_bytes().count(b'"op":"r"') == ROWS), first.errors())
            self.assertTrue(until(lambda: self.lag() == 0), first.errors())
            first.process.kill()
            first.wait()
        self.more_in_kafka()
        done = subprocess.run(
            [*words, "--until", "end"], env=LAB.environment(), capture_output=True, timeout=120, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        data = [line for line in done.stdout.splitlines() if not line.startswith(b'{"__cdc"')]
        self.assertEqual([json.loads(line)["key"] for line in data], [{"id": ROWS}])
        self.assertEqual(self.lag(), 0)

    def lag(self) -> int:
        words = ["kcat-cdc", "lag", "-b", LAB.variables["CDC_BROKERS"], "-g", self.name]
        done = subprocess.run(words, env=LAB.environment(), capture_output=True, timeout=60, check=False)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return sum(line["end"] if line["lag"] is None else line["lag"] for line in found) if found else -1


if __name__ == "__main__":
    unittest.main()
