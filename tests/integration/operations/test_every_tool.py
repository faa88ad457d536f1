#!/usr/bin/env python3
"""What every tool does alike: what it tells Prometheus, and its manners on a terminal. One lab serves the file."""

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
from own_lab import TOP, DatabaseCase, Lab

LAB = Lab("every-tool")
RECORDING = TOP / "scripts/flights/data/switzerland-2018-08-01.ndjson.zst"
SNOW = ("-c", "lab", "--database", "CDC", "--schema", "RAW")
RULES = "version: 1\nrules: [{name: known, kind: not_null, severity: quarantine, column: id}]\n"


def setUpModule():
    LAB.up("postgres", "kafka", "snow-local")
    for statement in ("CREATE DATABASE IF NOT EXISTS CDC", "CREATE SCHEMA IF NOT EXISTS CDC.RAW"):
        LAB.snow(statement)


def tearDownModule():
    LAB.down()


class EveryTool(DatabaseCase):
    lab = LAB

    def setUp(self):
        super().setUp()
        self.brokers = ("-b", LAB.variables["CDC_BROKERS"])
        self.slot = self.database[:60]
        self.rules = self.folder / "rules.yaml"
        self.rules.write_text(RULES, encoding="utf-8")
        self.scripts = self.folder / "scripts"
        self.scripts.mkdir()

    def publish(self) -> None:
        self.sql("CREATE TABLE t (id int PRIMARY KEY); CREATE PUBLICATION p FOR ALL TABLES")


class Metrics(EveryTool):
    """They are what cdc-metrics(5) says, promtool likes them, and they say what happened."""

    def run_tool(self, *words: str, code: int, name: str = "", given: str = "") -> pathlib.Path:
        file = self.folder / f"{words[0]}{name}.prom"
        done = subprocess.run(
            [*words, "--metrics-file", file],
            env=LAB.environment(CDC_PIPELINE="mirror"),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.assertEqual(done.returncode, code, done.stderr)
        self.said = done.stdout
        return file

    def files(self) -> list[pathlib.Path]:
        """One of each tool that did all that it can, bad rows too; a run that fails is a run too."""
        self.publish()
        self.sql(f"SELECT pg_create_logical_replication_slot('{self.slot}', 'pgoutput')")
        self.addCleanup(self.sql, f"SELECT pg_drop_replication_slot('{self.slot}')")
        rows = '{"id":1}\n{"id":"x"}\n'
        self.sql("CREATE TABLE loaded (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
        walcat = ("walcat", "-d", self.database, "--slot", self.slot, "--no-ack", "--until-now", "--control")
        files = [self.run_tool(*walcat, code=0)]
        # one line is no JSON
        changes = "".join(line + "\nbad\n" * ('"id":1' in line) for line in self.said.splitlines(keepends=True))
        reject = ("--reject", str(self.folder / "bad"))
        topic = f"{self.database}.public.t"
        consume = ("kcat-cdc", "consume", *self.brokers, "-t", topic, "-g", self.database, "--until", "end")
        put = ("snow-put", *SNOW, "--create", "--channel-prefix", self.database, "--table", f"{self.database}")
        (self.scripts / "V1__one.sql").write_text("SELECT 1; SELECT 2;", encoding="utf-8")
        history = ("--change-history-table", f"CDC.RAW.{self.database}_H")
        load = ("pg-load", "-d", self.database, "--table", "loaded")
        produce = ("kcat-cdc", "produce", *self.brokers, "--topic-prefix", self.database)
        return [
            *files,
            self.run_tool(*load, *reject, code=1, given=rows),
            self.run_tool("cdc-check", str(self.rules), *reject, code=1, given='{"id":null}\n{"id":1}\n'),
            self.run_tool("opensky-fetch", "states", "--replay", str(RECORDING), "--count", "1", code=0),
            self.run_tool(*produce, *reject, code=1, given=changes),
            self.run_tool(*consume, "--ack", "stdout", code=0, name=".consume"),
            self.run_tool(*put, *reject, code=1, given=changes),
            self.run_tool("snow-ddl", "apply", "-c", "lab", *history, str(self.scripts), code=0),
            self.run_tool("snow-ddl", "query", "-c", "none", "SELECT 1", code=78, name=".failed"),
        ]

    def test_names_types_help_and_labels(self):
        files = self.files()
        checked = subprocess.run([TOP / "scripts/check-metrics", *files], capture_output=True, text=True, check=False)
        self.assertEqual((checked.returncode, checked.stdout.strip()), (0, ""))
        shell = f'. "{TOP}/scripts/versions"; exec "$prometheus_folder/promtool" check metrics'
        helps: dict[str, str] = {}
        samples = set()
        for file in files:
            text = file.read_text(encoding="utf-8")
            lint = subprocess.run(["bash", "-euc", shell], input=text, capture_output=True, text=True, check=False)
            self.assertEqual((lint.returncode, lint.stdout + lint.stderr), (0, ""), file)
            tool = file.name.split(".")[0].replace("-", "_")
            for name in ("build_info", "up", "exit_code", "retries_total", "metrics_timestamp_seconds"):
                self.assertIn(f"\n{tool}_{name}{{", text)
            self.assertEqual(f"{tool}_last_success_timestamp_seconds{{" in text, ".failed" not in file.name)
            for line in text.splitlines():
                # files of several tools in one folder: one name has one help, and every sample its pipeline
                if line.startswith("# HELP"):
                    name, _, meaning = line[7:].partition(" ")
                    self.assertEqual(helps.setdefault(name, meaning), meaning)
                elif not line.startswith("#"):
                    self.assertIn('pipeline="mirror"', line)
                    samples.add(re.sub(r',?pipeline="mirror"', "", line).replace("{}", ""))
        table = self.database.upper()
        for sample in (
            "pg_load_rejected_rows_total 1",
            "cdc_check_rejected_rows_total 1",
            "cdc_check_quarantined_rows_total 1",
            "kcat_cdc_records_total 2",
            f'kcat_cdc_events_total{{topic="{self.database}.public.t"}} 2',
            "kcat_cdc_rejected_rows_total 1",
            "kcat_cdc_batch_seconds_count 1",
            "kcat_cdc_commit_delay_seconds_count 1",
            "kcat_cdc_lines_total 2",
            "kcat_cdc_acknowledged_lines_total 2",
            f'kcat_cdc_lag_records{{partition="0",topic="{self.database}.public.t"}} 0',
            f'snow_put_rows_total{{table="{table}"}} 2',
            "snow_put_rejected_rows_total 1",
            "snow_put_batch_seconds_count 1",
            f'snow_put_merged_rows_total{{result="inserted",table="{table}"}} 2',
            "snow_put_merge_seconds_count 1",
            'snow_ddl_statements_total{result="ok"} 2',
            "snow_ddl_scripts_total 1",
            'snow_ddl_errors_total{kind="config"} 1',
        ):
            self.assertIn(sample, samples)
        committed = [line for line in samples if line.startswith("kcat_cdc_commits_total ")]
        self.assertGreaterEqual(int(committed[0].split()[1]), 1)

    def test_the_file_is_renewed_while_a_tool_works(self):
        self.publish()
        file = self.folder / "walcat.prom"
        words = ["walcat", "-d", self.database, "--metrics-file", str(file)]
        process = subprocess.Popen(words, env=LAB.environment(), stdout=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.wait_until(file.exists)
        first = file.read_text(encoding="utf-8")
        self.wait_until(lambda: file.read_text(encoding="utf-8") != first, 30)


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
        self.shown = ""
        self.terminal = ours

        def end() -> None:
            process.kill()
            process.wait()
            process.stdin.close()
            os.close(ours)

        self.addCleanup(end)
        return process

    def read(self, seconds: float) -> bool:
        """False at the end."""
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            self.shown += os.read(self.terminal, 65536).decode()
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

    def test_a_file_has_an_end(self):
        """How long it takes is known where the input has a size."""
        file = self.folder / "rows"
        file.write_text('{"id":1}\n' * 3_000_000, encoding="utf-8")
        ours, theirs = pty.openpty()
        self.terminal, self.shown = ours, ""
        self.addCleanup(os.close, ours)
        with open(file, "rb") as stdin:
            process = subprocess.Popen(
                ["cdc-check", str(self.rules)],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=theirs,
                env=LAB.environment(),
            )
        os.close(theirs)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def slowly() -> None:
            """So that it takes its time on any machine."""
            for _ in range(20):
                os.read(process.stdout.fileno(), 65536)

        self.shows(r"cdc-check: [\d,]+ rows, [\d,]+ rows/s, [\d min]+ s left", slowly)
        process.stdout.close()

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
