#!/usr/bin/env python3
"""Exactly once: kill -9 at random moments, lost answers, busy service, another writer, revocation."""

import fcntl
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, expected, hello
from snow_lab import SnowLab
from snow_put import command, journal_positions, merge, mirror_rows, put, receipts

SEED = int(os.environ.get("SNOW_PUT_SEED", "1"))
KILLS = int(os.environ.get("SNOW_PUT_KILLS", "8"))


def history(name: str, seed: int, transactions: int) -> SourceTable:
    table = SourceTable(name, seed)
    for _ in range(transactions):
        table.change()
    return table


def bytes_in(pipe) -> int:
    """What nobody has read yet."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]


class Source:
    """Plays a source that keeps its lines until they are acknowledged, as walcat does."""

    def __init__(self, table: SourceTable, ack: pathlib.Path, seed: int):
        self.table, self.ack = table, ack
        self.random = random.Random(seed)
        self.confirmed = 0  # lines that need not be sent again
        self.runs = 0

    def acknowledged(self, run: str) -> int:
        try:
            record = json.loads(self.ack.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return 0
        return int(record["pos"]) if record["run"] == run else 0

    def lines(self, run: str):
        """From the last acknowledged line, or a little before it."""
        start = max(0, self.confirmed - self.random.randrange(0, 20))
        yield hello(run)
        yield self.table.schema_line()
        seq = 0
        for number in range(start, len(self.table.lines)):
            yield self.table.lines[number]
            if self.random.random() < 0.1:
                seq += 1
                yield checkpoint(run, seq, str(number + 1), 0)
        yield checkpoint(run, seq + 1, str(len(self.table.lines)), 0, "eof")

    def run_once(self, lab, kill_after: float | None, *options: str) -> int:
        self.runs += 1
        run = f"run{self.runs}"
        words = command("--create", "--ack", str(self.ack), "--max-lag", "100ms", *options)
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=lab.environment,
        )
        if kill_after is not None:
            threading.Timer(kill_after, process.kill).start()
        try:
            for line in self.lines(run):
                process.stdin.write(line + "\n")
                if self.random.random() < 0.05:
                    process.stdin.flush()
                    time.sleep(0.01)
            process.stdin.close()
        except BrokenPipeError:
            pass
        self.error = process.stderr.read()
        process.wait(timeout=60)
        for stream in (process.stdin, process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass
        self.confirmed = max(self.confirmed, self.acknowledged(run))
        return process.returncode


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(SnowLab("once"))

    def setUp(self):
        self.lab.fresh()
        self.lab.settings(commit_delay=0.2)
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def assert_journal_is(self, table: SourceTable) -> None:
        sent = sorted(json.loads(line)["pos"] for line in table.lines)
        self.assertEqual(sorted(journal_positions(self.lab, table.name)), sent)

    def assert_all_there(self, table: SourceTable) -> None:
        self.assert_journal_is(table)
        self.assertEqual(merge(self.lab, table.name).returncode, 0)
        self.assertEqual(mirror_rows(self.lab, table), expected(table))


class Crash(Case):
    def test_kill_9_and_again(self):
        pick = random.Random(SEED)
        table = history("crash", SEED, 400)
        source = Source(table, self.folder / "ack", SEED)
        for _ in range(KILLS):
            source.run_once(self.lab, pick.uniform(0.05, 1.2))
        self.assertEqual(source.run_once(self.lab, None), 0, source.error)
        self.assert_all_there(table)

    def test_kill_9_with_another_number_of_channels_each_time(self):
        pick = random.Random(SEED + 7)
        table = history("shards", SEED + 7, 400)
        source = Source(table, self.folder / "ack", SEED)
        for _ in range(KILLS):
            source.run_once(self.lab, pick.uniform(0.3, 1.4), "--channels", str(pick.choice((1, 2, 4))))
        self.assertEqual(source.run_once(self.lab, None, "--channels", "4"), 0, source.error)
        self.assert_all_there(table)

    def test_kill_9_while_commits_are_slow(self):
        self.lab.settings(commit_delay=1.5)
        pick = random.Random(SEED + 1)
        table = history("slow", SEED + 1, 200)
        source = Source(table, self.folder / "ack", SEED)
        for _ in range(3):
            source.run_once(self.lab, pick.uniform(0.5, 2.0))
        self.assertEqual(source.run_once(self.lab, None), 0, source.error)
        self.assert_all_there(table)

    def test_input_cut_off_is_75_and_what_came_is_acknowledged(self):
        table = history("cut", SEED, 20)
        ack = self.folder / "ack"
        lines = [hello("r"), table.schema_line(), *table.lines[:10], checkpoint("r", 1, "10", 10), *table.lines[10:]]
        done = put(self.lab, lines, "--create", "--ack", str(ack))
        self.assertEqual(done.returncode, 75, done.stderr)
        record = json.loads(ack.read_text())
        self.assertEqual((record["run"], record["seq"], record["pos"]), ("r", 1, "10"))
        self.assertEqual(record["source"], {"slot": "s"})
        self.assertEqual((record["rows_ok"], record["rows_rejected"]), (10, 0))
        self.assert_journal_is(table)

    def test_the_same_input_again_adds_nothing(self):
        table = history("twice", SEED, 50)
        for _ in range(2):
            done = put(self.lab, [table.schema_line(), *table.lines], "--create")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(receipts(done), [])
        self.assert_all_there(table)

    def test_a_receipt_names_the_committed_token(self):
        table = history("said", SEED, 5)
        done = put(self.lab, [table.schema_line(), *table.lines], "--create", "--channel-prefix", "mine")
        (receipt,) = receipts(done)
        last = json.loads(table.lines[-1])["pos"]
        self.assertEqual(receipt["tool"], "snow-put")
        self.assertEqual(receipt["table"], "SAID")
        self.assertEqual(receipt["channel"], "mine_public.said")
        self.assertEqual(receipt["rows"], len(table.lines))
        self.assertEqual((receipt["token"], receipt["pos"]), (last, last))

    def test_sigterm_drains(self):
        table = history("term", SEED, 30)
        ack = self.folder / "ack"
        process = subprocess.Popen(
            command("--create", "--ack", str(ack), "--max-lag", "10s"),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env=self.lab.environment,
        )
        lines = [hello("r"), table.schema_line(), *table.lines, checkpoint("r", 1, "all", len(table.lines))]
        process.stdin.write("".join(line + "\n" for line in lines))
        process.stdin.flush()
        while bytes_in(process.stdin):
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 0)
        process.stdin.close()
        self.assertEqual(json.loads(ack.read_text())["pos"], "all")
        self.assert_journal_is(table)


class Trouble(Case):
    def put_through(self, name: str, **settings) -> None:
        table = history(name, SEED, 60)
        self.lab.settings(commit_delay=0.2, **settings)
        done = put(self.lab, [table.schema_line(), *table.lines], "--create", "--max-lag", "50ms", "--retry-for", "30s")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_all_there(table)

    def test_busy_429(self):
        self.put_through("busy", fail_status=429, fail_count=3, fail_path="/rows")

    def test_unavailable_503_everywhere(self):
        self.put_through("gone", fail_status=503, fail_count=6, fail_path="/v2/streaming")

    def test_sql_api_503(self):
        self.put_through("sqlgone", fail_status=503, fail_count=3, fail_path="/api/v2")

    def test_lost_answers(self):
        self.put_through("lost", drop_answers=2)

    def test_cut_answers(self):
        self.put_through("torn", cut_answers=2)

    def test_a_service_that_moves_while_rows_are_on_their_way(self):
        self.put_through("moves", failovers=2)

    def test_token_that_lives_two_seconds(self):
        self.lab.settings(scoped_token_seconds=2)
        table = history("short", SEED, 60)
        feed = [table.schema_line(), *table.lines]
        process = subprocess.Popen(
            command("--create", "--max-lag", "100ms"),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env=self.lab.environment,
        )
        for line in feed:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            time.sleep(4 / len(feed))
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assert_journal_is(table)

    def test_names_and_tokens_as_json(self):
        self.put_through("json", json_answers=True)

    def test_commits_that_never_come_are_75(self):
        self.lab.settings(commit_delay=60)
        table = history("never", SEED, 3)
        done = put(self.lab, [table.schema_line(), *table.lines], "--create", "--retry-for", "2s")
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn("committed", done.stderr)


class Ownership(Case):
    def start(self, *options: str):
        return subprocess.Popen(
            command("--create", *options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.lab.environment,
        )

    def feed(self, process, lines) -> None:
        process.stdin.write("".join(line + "\n" for line in lines))
        process.stdin.flush()

    def test_another_writer_ends_the_first_with_69(self):
        table = history("owned", SEED, 30)
        first = self.start("--max-lag", "100ms")
        self.feed(first, [table.schema_line(), *table.lines[:10]])
        first.stdout.readline()  # its rows are committed
        done = put(self.lab, [table.schema_line(), *table.lines], "--create")
        self.assertEqual(done.returncode, 0, done.stderr)
        begin = time.monotonic()
        self.feed(first, table.lines[10:])
        self.assertEqual(first.wait(timeout=60), 69)
        self.assertLess(time.monotonic() - begin, 30)  # not after a minute of tries
        self.assertIn("another writer", first.stderr.read())
        for stream in (first.stdin, first.stdout, first.stderr):
            stream.close()
        self.assert_journal_is(table)

    def test_revoked_partitions_are_flushed_acknowledged_and_can_come_back(self):
        table = history("moved", SEED, 30)
        lines = []
        for number, line in enumerate(table.lines):
            kafka = {"topic": "t.moved", "partition": 0, "offset": number, "timestamp": 1}
            lines.append(json.dumps(json.loads(line) | {"kafka": kafka}))
        ack = self.folder / "ack"
        partition = '"partitions":[{"topic":"t.moved","partition":0}]}'
        first = self.start("--ack", str(ack), "--max-lag", "30s", "--channel-prefix", "p")
        self.feed(
            first,
            [
                hello("r"),
                '{"__cdc":"assigned",' + partition,
                table.schema_line(),
                *lines[:20],
                '{"__cdc":"revoked",' + partition,
                checkpoint("r", 1, "20", 20),
            ],
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and not (ack.exists() and ack.read_text().strip()):
            time.sleep(0.05)
        self.assertEqual(json.loads(ack.read_text())["pos"], "20")
        # elsewhere, meanwhile
        other = put(self.lab, [table.schema_line(), *lines[:25]], "--create", "--channel-prefix", "p")
        self.assertEqual(other.returncode, 0, other.stderr)
        self.feed(first, ['{"__cdc":"assigned",' + partition, *lines[20:], checkpoint("r", 2, "all", 0, "eof")])
        first.stdin.close()
        self.assertEqual(first.wait(timeout=60), 0, first.stderr.read())
        first.stdout.close()
        first.stderr.close()
        self.assert_all_there(table)
        self.assertEqual([channel["channel_name"] for channel in self.lab.channels()], ["p_t.moved_0"])


@unittest.skipIf("CDC_SNOW_URL" in os.environ, "the lab belongs to somebody else")
class ServiceRestart(Case):
    def test_the_service_is_killed_and_comes_back(self):
        table = history("again", SEED, 300)
        process = subprocess.Popen(
            command("--create", "--max-lag", "50ms"),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=self.lab.environment,
        )
        feed = [table.schema_line(), *table.lines]
        for number, line in enumerate(feed):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            time.sleep(4 / len(feed))
            if number == len(feed) // 2:
                self.lab.kill()
                self.lab.start()
        process.stdin.close()
        self.assertEqual(process.wait(timeout=90), 0, process.stderr.read())
        process.stderr.close()
        self.assert_all_there(table)

    def is_alive(self) -> bool:
        try:
            with urllib.request.urlopen(self.lab.url + "/healthz", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False

    def test_the_service_dies_with_an_answer_on_its_tongue(self):
        for switch in ("kill_before_commit", "kill_after_commit", "kill_answers"):
            with self.subTest(switch=switch):
                self.lab.fresh()
                self.lab.settings(commit_delay=0.2)
                table = history("dies", SEED, 200)
                process = subprocess.Popen(
                    command("--create", "--max-lag", "50ms"),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    env=self.lab.environment,
                )
                middle = len(table.lines) // 2
                process.stdin.write("\n".join([table.schema_line(), *table.lines[:middle]]) + "\n")
                process.stdin.flush()
                process.stdout.readline()  # some are committed
                self.lab.settings(**{switch: 1})
                process.stdin.write("\n".join(table.lines[middle:]) + "\n")
                process.stdin.flush()
                until = time.monotonic() + 30
                while self.is_alive() and time.monotonic() < until:
                    time.sleep(0.05)
                self.assertFalse(self.is_alive())
                self.lab.start()
                _, errors = process.communicate(timeout=90)
                self.assertEqual(process.returncode, 0, errors)
                self.assert_all_there(table)


if __name__ == "__main__":
    unittest.main(verbosity=2)
