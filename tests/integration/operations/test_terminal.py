#!/usr/bin/env python3
"""The manners of every tool on a terminal: progress, tables for people, what was probably meant. One lab serves the file."""

import codecs
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from every_tool import LAB, RECORDING, SNOW, EveryTool, start_lab


def setUpModule():
    start_lab()


def tearDownModule():
    LAB.down()


class Terminal(EveryTool):
    """Only stderr is one; what is said there comes and goes in one line."""

    def start(self, *words: str, **variables: str) -> subprocess.Popen:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            words,
            env=LAB.environment(TERM="xterm", **variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.watch(ours)

        def end() -> None:
            process.kill()
            process.wait()
            process.stdin.close()
            os.close(ours)

        self.addCleanup(end)
        return process

    def watch(self, terminal: int) -> None:
        self.terminal, self.shown = terminal, ""
        self.letters = codecs.getincrementaldecoder("utf-8")()  # a read may end inside of one

    def read(self, seconds: float) -> bool:
        """False at the end."""
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            self.shown += self.letters.decode(os.read(self.terminal, 65536))
        except OSError:
            return False
        return True

    def shows(self, pattern: str, work) -> None:
        deadline = time.monotonic() + 60
        while not re.search(pattern, self.shown):
            self.assertLess(time.monotonic(), deadline, self.shown)
            work()
            self.assertTrue(self.read(0.1), self.shown)

    def stopped(self, process: subprocess.Popen, *codes: int) -> str:
        """The last lines after one Ctrl-C."""
        process.send_signal(signal.SIGINT)
        while self.read(30):
            pass
        self.assertIn(process.wait(timeout=30), codes, self.shown)
        return self.shown.split("\x1b[K")[-1]

    def test_sinks(self):
        """Rows, rate, and what became of them after Ctrl-C."""
        self.sql("CREATE TABLE loaded (id int)")
        snow_put = ("snow-put", *SNOW, "--create", "--channel-prefix", self.database, "--table", self.database)
        for words, row in (
            (("pg-load", "-d", self.database, "--table", "loaded"), b'{"id":1}\n'),
            (("cdc-check", str(self.rules)), b'{"id":1}\n'),
            (("kcat-cdc", "produce", "--raw", *self.brokers, "--topic", self.database), b'{"value":"1"}\n'),
            ((*snow_put, "--merge-every", "0"), b'{"id":1}\n'),
        ):
            with self.subTest(words[0]):
                process = self.start(*words)

                def feed(stdin=process.stdin, row=row) -> None:
                    stdin.write(row * 10)
                    stdin.flush()

                self.shows(rf"\r\x1b\[K{words[0]}: [\d,]+ rows, [\d,]+ rows/s", feed)
                end = self.stopped(process, 0)
                self.assertRegex(end, rf"^{words[0]}: stopped after \d+ rows, all of them durable\r\n$")

    def test_walcat(self):
        self.publish()
        process = self.start("walcat", "-d", self.database)
        insert = "INSERT INTO t SELECT coalesce(max(id), 0) + 1 FROM t"
        self.shows(r"\r\x1b\[Kwalcat: [\d,]+ rows, [\d,]+ rows/s, lag \d+\.\d s", lambda: self.sql(insert))
        self.assertRegex(self.stopped(process, 0), r"^walcat: stopped: \d+ rows were printed\r\n$")

    def test_consume(self):
        lines = "".join(f'{{"value":"{n}"}}\n' for n in range(1000))
        topic = ("--raw", *self.brokers, "--topic", self.database)
        subprocess.run(
            ["kcat-cdc", "produce", *topic],
            input=lines.encode(),
            env=LAB.environment(),
            check=True,
            capture_output=True,
        )
        consume = ("kcat-cdc", "consume", "--raw", *self.brokers, "-t", self.database, "--from", "beginning")
        process = self.start(*consume, "-g", self.database, "--ack", "stdout")
        self.shows(r"\r\x1b\[Kkcat-cdc: 1,000 rows, [\d,]+ rows/s, lag \d+\.\d s", lambda: None)
        self.assertRegex(self.stopped(process, 0), r"^kcat-cdc: stopped: 1000 rows were printed\r\n$")

    def test_opensky_fetch(self):
        process = self.start("opensky-fetch", "states", "--replay", str(RECORDING), "--speed", "60")
        self.shows(r"\r\x1b\[Kopensky-fetch: [\d,]+ rows, [\d,]+ rows/s", lambda: None)
        self.assertRegex(self.stopped(process, 0), r"^opensky-fetch: stopped: \d+ rows were printed\r\n$")

    def test_snow_ddl(self):
        (self.scripts / "V1__many.sql").write_text("SELECT 1;\n" * 400, encoding="utf-8")
        history = ("--change-history-table", f"CDC.RAW.{self.database}_H")
        process = self.start("snow-ddl", "apply", "-c", "lab", *history, str(self.scripts))
        self.shows(r"\r\x1b\[Ksnow-ddl: V1__many.sql: statement \d+, \d+ s left", lambda: None)
        self.assertIn("snow-ddl: stopped: run it again", self.stopped(process, 75))

    def shows_while_it_is_read_slowly(self, pattern: str, *words: str, stdin: pathlib.Path) -> None:
        """So that it takes its time on any machine."""
        ours, theirs = pty.openpty()
        self.watch(ours)
        self.addCleanup(os.close, ours)
        with open(stdin, "rb") as file:
            process = subprocess.Popen(words, stdin=file, stdout=subprocess.PIPE, stderr=theirs, env=LAB.environment())
        os.close(theirs)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def slowly() -> None:
            for _ in range(20):
                os.read(process.stdout.fileno(), 65536)

        self.shows(pattern, slowly)
        process.stdout.close()

    def test_a_file_has_an_end(self):
        """How long it takes is known where the input has a size."""
        file = self.folder / "rows"
        file.write_text('{"id":1}\n' * 3_000_000, encoding="utf-8")
        pattern = r"cdc-check: [\d,]+ rows, [\d,]+ rows/s, [\d min]+ s left"
        self.shows_while_it_is_read_slowly(pattern, "cdc-check", str(self.rules), stdin=file)

    def test_a_quarantine_is_played_back(self):
        kept = self.folder / "bad"
        line = '{"tool":"cdc-check","source":"stdin","line":1,"pos":null,"reason":"r","code":"known","row":{"id":1}}\n'
        kept.write_text(line * 1_000_000, encoding="utf-8")
        words = ("cdc-check", "replay", str(kept), "--rules", str(self.rules))
        self.shows_while_it_is_read_slowly(
            r"cdc-check: [\d,]+ rows, [\d,]+ rows/s", *words, stdin=pathlib.Path("/dev/null")
        )

    def test_rules_are_learned(self):
        process = self.start("cdc-check", "--learn")

        def feed() -> None:
            process.stdin.write(b'{"id":1}\n' * 10)
            process.stdin.flush()

        self.shows(r"\r\x1b\[Kcdc-check: [\d,]+ rows, [\d,]+ rows/s", feed)

    def test_a_snapshot_a_digest_and_what_is_compared_with_it(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY, x text); CREATE PUBLICATION p FOR ALL TABLES")
        self.sql("INSERT INTO t SELECT n, repeat('x', 100) FROM generate_series(1, 1500000) n")
        words = ("-d", self.database)
        none = pathlib.Path("/dev/null")
        self.shows_while_it_is_read_slowly(
            r"walcat: snapshot: 0 of 1 tables, [\d,]+ rows, [\d,]+ rows/s",
            "walcat",
            *words,
            "--snapshot",
            "only",
            stdin=none,
        )
        self.start("walcat", "digest", *words)
        self.shows(r"\r\x1b\[Kwalcat: digest of public\.t", lambda: None)
        lines = subprocess.run(["walcat", "digest", *words], env=LAB.environment(), check=True, capture_output=True)
        process = self.start("pg-load", "verify", *words)
        process.stdin.write(lines.stdout)
        process.stdin.close()
        self.shows(r"\r\x1b\[Kpg-load: comparing public\.t", lambda: None)

    def test_silence_in_a_pipe(self):
        """The same work, where nobody sits in front of it."""
        self.sql("CREATE TABLE loaded (id int)")
        process = subprocess.Popen(
            ["pg-load", "-d", self.database, "--table", "loaded"],
            env=LAB.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        feeding = threading.Event()

        def feed() -> None:
            while not feeding.wait(0.05):
                process.stdin.write(b'{"id":1}\n')
                process.stdin.flush()

        thread = threading.Thread(target=feed)
        thread.start()
        self.wait_until(lambda: int(self.sql("SELECT count(*) FROM loaded")) > 20)
        feeding.set()
        thread.join()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, errors), (0, b""))


class Words(EveryTool):
    """Tables for people, and what was probably meant."""

    def run_tool(self, *words: str, code: int = 0, given: str = "") -> subprocess.CompletedProcess:
        done = subprocess.run(
            words, env=LAB.environment(), input=given, capture_output=True, text=True, check=False, timeout=60
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def assert_meant(self, word: str, *words: str, code: int = 69) -> None:
        self.assertIn(f": hint: Did you mean {word}?\n", self.run_tool(*words, code=code).stderr)

    def test_near_misses(self):
        self.publish()
        self.sql(f"SELECT pg_create_logical_replication_slot('{self.slot}', 'pgoutput')")
        self.addCleanup(self.sql, f"SELECT pg_drop_replication_slot('{self.slot}')")
        topic = self.database
        self.run_tool("kcat-cdc", "produce", "--raw", *self.brokers, "--topic", topic, given='{"value":"1"}\n')
        walcat = ("walcat", "-d", self.database)
        self.assert_meant(self.slot, "walcat", "status", "-d", self.database, "--slot", self.slot[:-1])
        self.assert_meant(self.slot, "walcat", "drop", "-d", self.database, "--slot", self.slot + "s")
        self.sql("CREATE TABLE flights (id int); CREATE PUBLICATION mirror FOR TABLE t")
        self.assert_meant("mirror", *walcat, "--publication", "miror")
        self.assert_meant("public.t", *walcat, "--until-now", "--table", "publik.t", "--publication", "mirror", code=0)
        self.assert_meant("flights", "pg-load", "-d", self.database, "--table", "flihgts")
        self.assert_meant("public.flights", "pg-load", "-d", self.database, "--table", "public.flight")
        self.assert_meant(topic, "kcat-cdc", "replay", *self.brokers, "-t", topic + "s")
        reset = ("kcat-cdc", "groups", "reset", *self.brokers, "-g", "g", "--to", "beginning")
        self.assert_meant(topic, *reset, "-t", topic[:-1])
        self.assert_meant("lab", "snow-ddl", "query", "-c", "lba", "SELECT 1", code=78)
        self.assert_meant("switzerland", "opensky-fetch", "states", "--area", "switzerlnd", code=2)

    def test_views(self):
        self.publish()
        self.sql("INSERT INTO t VALUES (7)")
        lines = self.run_tool("walcat", "-d", self.database, "--snapshot", "only", "--control").stdout
        self.run_tool("kcat-cdc", "produce", *self.brokers, "--topic-prefix", self.database, given=lines)
        consume = ("kcat-cdc", "consume", *self.brokers, "-t", f"{self.database}.public.t", "--until", "end")
        shown = self.run_tool(*consume, "--format", "pretty").stdout
        self.assertRegex(shown, rf"^20\S+Z {self.database}\.public\.t\[0\]@0 READ     public\.t id=7 id=7\n$")
        done = self.run_tool(*consume, "--format", "pretty", "--control", code=2)
        self.assertIn("could not use --format pretty together with", done.stderr)
        table = self.database.upper()
        put = ("snow-put", *SNOW, "--create", "--channel-prefix", self.database, "--table", self.database)
        self.run_tool(*put, given=lines)
        status = ("snow-put", "status", *SNOW, "--table", table)
        self.assertEqual(
            self.run_tool(*status, "--format", "pretty").stdout.splitlines()[0].split(),
            ["TABLE", "JOURNAL", "ROWS", "JOURNAL", "POS", "MIRROR", "ROWS"],
        )
        self.assertTrue(self.run_tool(*status).stdout.startswith(f'{{"table":"{table}"'))
        self.assertIn(self.database, self.run_tool("snow-put", "channels", *SNOW, "--format", "pretty").stdout)
        (self.scripts / "V1__one.sql").write_text("SELECT 1;", encoding="utf-8")
        history = ("--change-history-table", f"CDC.RAW.{self.database}_H")
        ddl = ("-c", "lab", *history, str(self.scripts))
        self.assertIn("V1__one.sql", self.run_tool("snow-ddl", "plan", *ddl, "--format", "pretty").stdout)
        self.assertTrue(self.run_tool("snow-ddl", "plan", *ddl).stdout.startswith("{"))
        shown = self.run_tool("snow-ddl", "status", *ddl, "--format", "pretty").stdout.splitlines()
        self.assertEqual(shown[0].split()[:3], ["SCRIPT", "TYPE", "VERSION"])
        self.assertEqual(shown[1].split()[0], "V1__one.sql")


if __name__ == "__main__":
    unittest.main()
