#!/usr/bin/env python3
"""Metrics of a running walcat: the slot's, the stream's, the acknowledgement's."""

import json
import pathlib
import re
import subprocess
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import free_port
from walcat_lab import Case, file_ack, psql, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

SAMPLE = re.compile(r"^(walcat_\w+(?:\{.*\})?) (\S+)$", re.MULTILINE)


def samples(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in SAMPLE.findall(text)}


class Metrics(Case):
    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        self.make_slot("s")

    def test_the_file_at_the_end(self):
        self.sql(
            "INSERT INTO t SELECT generate_series(1, 1000); UPDATE t SET id = -id WHERE id < 3; DELETE FROM t WHERE id = 3"
        )
        file = self.folder / "metrics"
        begun = time.time()
        done = self.walcat("--slot", "s", "--ack", "stdout", "--until-now", "--metrics-file", str(file))
        self.assertEqual(done.returncode, 0, done.stderr)
        found = samples(file.read_text())
        self.assertEqual(found['walcat_events_total{op="c",table="public.t"}'], 1002)
        self.assertEqual(found['walcat_events_total{op="d",table="public.t"}'], 3)
        self.assertEqual(found["walcat_transactions_total"], 3)
        self.assertEqual(found["walcat_output_bytes_total"], len(done.stdout))
        # a short run may be over before the slot was asked for the first time
        self.assertGreaterEqual(found["walcat_slot_retained_bytes"], found["walcat_slot_lag_bytes"])
        self.assertAlmostEqual(found["walcat_last_commit_timestamp_seconds"], begun, delta=20)
        self.assertGreaterEqual(found["walcat_commit_delay_seconds_count"], 1)
        self.assertLess(found["walcat_commit_delay_seconds_sum"] / found["walcat_commit_delay_seconds_count"], 20)
        high, low = self.slot("s")[0].split("/")
        self.assertEqual(found["walcat_confirmed_lsn"], (int(high, 16) << 32) + int(low, 16))

    def test_an_acknowledgement_that_does_not_come(self):
        ack, port = self.folder / "ack", free_port()
        options = ("--slot", "s", "--ack", str(ack), "--snapshot", "never", "--metrics-listen", f"127.0.0.1:{port}")
        self.sql("INSERT INTO t SELECT generate_series(10, 1009)")
        process = self.popen(*options, text=True)

        def now() -> dict[str, float]:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                return samples(answer.read().decode())

        hello = json.loads(process.stdout.readline())
        border = None
        while border is None or border.get("__cdc") != "ckpt" or border["rows"] == 0:
            border = json.loads(process.stdout.readline())
        self.wait_until(lambda: now()["walcat_last_ack_age_seconds"] > 1)
        self.wait_until(lambda: now()["walcat_slot_lag_bytes"] > 50000)
        file_ack(ack, hello, border)
        self.wait_until(lambda: now()["walcat_last_ack_age_seconds"] < 0.5)
        self.wait_until(lambda: now()["walcat_confirmed_lsn"] == int(border["pos"], 16))

    def test_without_metrics_there_is_no_further_connection(self):
        process = self.popen("--slot", "s", "--no-ack", stdout=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        self.wait_until(lambda: self.slot("s")[2] == "t")
        time.sleep(1)
        text = (
            f"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'walcat' AND datname = '{self.database}'"
        )
        self.assertEqual(psql("postgres", text), "1")


if __name__ == "__main__":
    unittest.main()
