#!/usr/bin/env python3
"""What every tool tells Prometheus alike. One lab serves the file."""

import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from every_tool import LAB, RECORDING, SNOW, EveryTool, start_lab
from own_lab import TOP


def setUpModule():
    start_lab()


def tearDownModule():
    LAB.down()


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

    def test_files_of_several_pipelines_are_one_answer(self):
        """What a textfile collector makes of them: it drops a sample that stands twice, and a name with two helps."""
        self.sql("CREATE TABLE a (id int); CREATE TABLE b (id int)")
        folder = self.folder / "collected"
        folder.mkdir()
        load = ("pg-load", "-d", self.database, "--table")
        for name, variables, words in (
            ("a", {}, (*load, "a")),
            ("b", {}, (*load, "b", "--batch-rows", "7", "--reject", str(self.folder / "bad"))),
            ("c", {"CDC_PIPELINE": "c"}, (*load, "a")),
            ("d", {"CDC_PIPELINE": "c"}, ("cdc-check", str(self.rules))),
            ("e", {}, ("cdc-check", str(self.rules), "--max-line", "1MiB")),
        ):
            words = (*words, "--metrics-file", str(folder / f"{name}.prom"))
            subprocess.run(
                words, env=LAB.environment(**variables), input=b'{"id":1}\n', stdout=subprocess.DEVNULL, check=True
            )
        heads: dict[str, set[str]] = {}
        samples: list[str] = []
        for file in folder.iterdir():
            for line in file.read_text(encoding="utf-8").splitlines():
                if line.startswith("#"):
                    heads.setdefault(" ".join(line.split()[:3]), set()).add(line)
                else:
                    samples.append(line.rpartition(" ")[0])
        self.assertEqual([lines for lines in heads.values() if len(lines) > 1], [])
        self.assertEqual([one for one in set(samples) if samples.count(one) > 1], [])
        self.assertIn('pg_load_up{pipeline="a"}', samples)
        self.assertIn('process_cpu_seconds_total{tool="cdc-check",pipeline="c"}', samples)

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


if __name__ == "__main__":
    unittest.main()
