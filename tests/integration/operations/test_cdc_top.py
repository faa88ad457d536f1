#!/usr/bin/env python3
"""scripts/cdc-top: which stage is to blame, from ack files and metrics files as the tools leave them."""

import fcntl
import json
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import TOP
from pipeline_folder import FolderCase, exposition


class Folder(FolderCase):
    def test_a_pipeline_that_runs(self):
        found = {one["stage"]: one for one in self.stages()}
        self.assertEqual(set(found), {"walcat", "pg-load"})
        self.assertFalse(any(one["stalled"] for one in found.values()))
        self.assertAlmostEqual(found["pg-load"]["rate"], 5, delta=0.5)
        self.assertEqual((found["pg-load"]["rows"], found["walcat"]["lag_bytes"]), (500, 1000))

    def test_the_sink_was_killed(self):
        fcntl.flock(self.held, fcntl.LOCK_UN)
        self.assert_blamed("pg-load", "not running")

    def test_the_sink_hangs(self):
        self.metrics["walcat"] |= {"last_ack_age_seconds": 42, "lag_seconds": 42}
        self.assert_blamed("pg-load", "acknowledged nothing .* 42 s ago")

    def test_there_is_no_sink(self):
        self.ack.unlink()
        del self.metrics["pg_load"]
        self.metrics["walcat"]["last_ack_age_seconds"] = 42
        self.assert_blamed("walcat", "no sink has its ack file")

    def test_the_slot_is_lost(self):
        self.metrics["walcat"] |= {"up": 0, "exit_code": 69}
        self.assert_blamed("walcat", "ended with 69")

    def test_the_source_was_killed(self):
        self.metrics["walcat"]["metrics_timestamp_seconds"] = time.time() - 60
        self.assert_blamed("walcat", "killed")

    def test_snowflake_takes_rows_and_commits_none(self):
        self.metrics["snow_put"] = {
            'rows_total{table="T"}': 3,
            'channel_lag_seconds{channel="a"}': 1,
            'channel_lag_seconds{channel="b"}': 42,
        }
        self.assert_blamed("snow-put", "tokens of its channels have not moved for 42 s")
        self.assertEqual(self.stages()[0]["lag_seconds"], 42)

    def test_what_a_consumer_says(self):
        self.metrics["kcat_cdc"] = {"lines_total": 700, "lag_seconds": 3, "last_ack_age_seconds": 2}
        self.metrics["kcat_cdc"]["rejected_rows_total"] = 4
        found = {one["stage"]: one for one in self.stages()}["kcat-cdc"]
        self.assertEqual((found["rows"], found["lag_seconds"], found["ack_age_seconds"]), (700, 3, 2))
        self.assertEqual((found["errors"], found["stalled"]), (4, False))

    def test_bad_rows_come_before_good_stages(self):
        self.metrics["cdc_check"] = {"quarantined_rows_total": 7, "rows_total": 100}
        found = self.stages()
        self.assertEqual((found[0]["stage"], found[0]["errors"], found[0]["stalled"]), ("cdc-check", 7, False))

    def test_a_pipeline_that_ended_well_is_not_to_blame(self):
        fcntl.flock(self.held, fcntl.LOCK_UN)
        for samples in self.metrics.values():
            samples["exit_code"] = 0
        self.assertFalse(any(one["stalled"] for one in self.stages()))

    def test_hostile_files_are_passed_over(self):
        (self.folder / "a.ack").write_text("{not json", encoding="utf-8")
        (self.folder / "b.prom").write_bytes(b"# HELP \xff\xfe\nwalcat_up{ nonsense\n")
        (self.folder / "c").write_text("[1,2]\n", encoding="utf-8")
        (self.folder / "d.json").write_text('{"seq":"x"}', encoding="utf-8")
        (self.folder / "e.ack").write_text('{"seq":"x","run":1,"ts_ms":"now"}', encoding="utf-8")
        (self.folder / "f.ack").write_text('{"seq":1,"run":"r","sink":["a"],"rows_rejected":null}', encoding="utf-8")
        (self.folder / "g.ack").symlink_to("nowhere")
        self.assertEqual({one["stage"] for one in self.stages()}, {"walcat", "pg-load"})

    def test_figures_that_are_none(self):
        self.metrics["cdc_check"] = {"rejected_rows_total": "NaN", "rows_total": "+Inf", "passed_rows_total": "NaN"}
        self.metrics["walcat"] |= {"slot_safe_wal_bytes": "+Inf", "lag_seconds": "NaN"}
        found = {one["stage"]: one for one in self.stages()}
        self.assertEqual((found["cdc-check"]["errors"], found["walcat"]["lag_seconds"]), (0, None))

    def test_files_that_are_renewed_meanwhile(self):
        """A writer renames a new file over the old one all the time; none is seen half or missing."""
        stop = threading.Event()

        def renew() -> None:
            while not stop.is_set():
                for number in range(20):
                    new = self.folder / f"new{number}.ack"
                    new.write_text('{"seq":1,"run":"r"}', encoding="utf-8")
                    new.unlink()

        writer = threading.Thread(target=renew)
        writer.start()
        try:
            for _ in range(5):
                self.assertIn("walcat", {one["stage"] for one in self.stages()})
        finally:
            stop.set()
            writer.join()


# Each alert of scripts/monitoring as cdc-top sees its fault: the tool, what it tells, who is named first and why; `stands`
# says whether it stands still or only should be looked at.
FAULTS = {
    "CdcSlotGrows": ("walcat", {"slot_retained_bytes": 12e9}, "walcat", "keeps 12.0 GB of log", False),
    "CdcSlotInDanger": ("walcat", {"slot_safe_wal_bytes": 5e8}, "walcat", "soon be lost: 0.5 GB", False),
    "CdcSlotLost": ("walcat", {"up": 0, "exit_code": 69}, "walcat", "ended with 69", True),
    "CdcSlotInactive": ("walcat", {"slot_active": 0}, "walcat", "nobody reads its slot", True),
    "CdcAckStalled": ("walcat", {"last_ack_age_seconds": 301}, "pg-load", "acknowledged nothing .* 301 s ago", True),
    "CdcDelayHigh": ("walcat", {"lag_seconds": 75}, "walcat", "75 s late", False),
    "CdcCreditsLow": ("opensky_fetch", {"credits_left": 99}, "opensky-fetch", "99 credits left", False),
    "CdcRowErrors": ("pg_load", {"rejected_rows_total": 4}, "pg-load", "4 bad rows", False),
    "CdcQuarantineRatio": (
        "cdc_check",
        {'rule_bad_ratio{rule="a"}': 0.02, 'rule_bad_ratio{rule="known"}': 0.25},
        "cdc-check",
        "25 % of the rows break rule known",
        False,
    ),
    "CdcTokenBehind": ("snow_put", {'channel_lag_seconds{channel="a"}': 301}, "snow-put", "not moved for 301 s", True),
    "CdcChannelReopened": ("snow_put", {"channel_reopenings_total": 3}, "snow-put", "again 3 times", False),
    "CdcChannelTakenOver": ("snow_put", {"up": 0, "exit_code": 69}, "snow-put", "ended with 69", True),
    "CdcRunFailed": ("pg_load", {"up": 0, "exit_code": 77}, "pg-load", "ended with 77", True),
    "CdcMetricsStale": ("walcat", {"metrics_timestamp_seconds": -30}, "walcat", "30 s: it was killed", True),
    "CdcRestarts": (
        "cdc_run",
        {"restarts_total": 4, "last_start_timestamp_seconds": -9},
        "cdc-run",
        "again 4 times, 9 s ago",
        False,
    ),
    "CdcDiskFull": (
        "pg_load",
        {"up": 0, "exit_code": 74, 'errors_total{kind="io"}': 1},
        "pg-load",
        "ended with 74",
        True,
    ),
}


class Faults(FolderCase):
    def test_each_alert_has_its_fault_and_the_guilty_stage_stands_first(self):
        rules = (TOP / "scripts/monitoring/alerts.yml").read_text(encoding="utf-8")
        # a URL that does not answer: see below
        self.assertEqual(set(re.findall(r"- alert: (\w+)", rules)), {*FAULTS, "CdcProcessAbsent"})
        healthy = self.metrics
        for alert, (tool, samples, guilty, why, stands) in FAULTS.items():
            with self.subTest(alert):
                told = {name: time.time() + value if "timestamp" in name else value for name, value in samples.items()}
                self.metrics = healthy | {tool: healthy.get(tool, {}) | told}
                found, seconds = self.timed()
                self.assertLess(seconds, 2)
                self.assertEqual((found[0]["stage"], found[0]["stalled"]), (guilty, stands), found)
                self.assertRegex(found[0]["why"], why)
                if tool not in healthy:
                    (self.folder / f"{tool}.prom").unlink()

    def timed(self) -> tuple[list[dict], float]:
        """The quickest of three looks: a busy machine may hold up one."""
        looks = []
        while len(looks) < 3 and min((seconds for _, seconds in looks), default=2) >= 2:
            began = time.monotonic()
            looks.append((self.stages(), time.monotonic() - began))
        return min(looks, key=lambda look: look[1])

    def test_a_sink_that_is_stopped_is_named_at_once(self):
        fcntl.flock(self.held, fcntl.LOCK_UN)
        script = "import fcntl, sys, time; fcntl.flock(0, fcntl.LOCK_EX); print('held', flush=True); time.sleep(60)"
        words = [sys.executable, "-c", script]
        holder = subprocess.Popen(words, stdin=self.held, stdout=subprocess.PIPE, text=True)
        self.addCleanup(holder.stdout.close)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        self.assertEqual(holder.stdout.readline(), "held\n")
        self.assertFalse(any(one["stalled"] for one in self.stages()))
        holder.send_signal(signal.SIGSTOP)
        self.assert_blamed("pg-load", f"process {holder.pid} is stopped")

    def test_a_late_file_of_a_process_that_is_there(self):
        """A machine that is too busy for the file is no reason to call the tool dead; a stop is."""
        begun = time.time()
        tool = self.folder / "walcat"
        tool.symlink_to("/bin/sleep")
        process = subprocess.Popen([tool, "60"])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        del self.metrics["pg_load"]
        late = self.exposed(begun)
        self.assertEqual((late["stalled"], late["running"]), (False, True))
        process.send_signal(signal.SIGSTOP)
        self.assertEqual(self.exposed(begun)["why"], f"process {process.pid} is stopped")
        process.kill()
        process.wait()
        self.assertRegex(self.exposed(begun)["why"], "it was killed")

    def exposed(self, begun: float) -> dict:
        text = exposition("walcat", metrics_timestamp_seconds=time.time() - 10)
        text = re.sub(r"process_start_time_seconds .*", f"process_start_time_seconds {begun}", text)
        (self.folder / "walcat.prom").write_text(text, encoding="utf-8")
        self.metrics = {}
        return {one["stage"]: one for one in self.stages()}["walcat"]

    def test_a_slot_that_waits_for_the_end_of_the_snapshot(self):
        self.metrics["walcat"] |= {"slot_active": 0, "snapshot_running": 1}
        self.assertFalse(any(one["stalled"] for one in self.stages()))
        self.metrics["walcat"]["snapshot_running"] = 0
        self.assert_blamed("walcat", "nobody reads its slot")

    def test_each_source_has_its_own_sinks(self):
        """Two pipes in one folder: what one of them waits for is not the other one's fault."""
        other = self.folder / "snow.ack"
        record = json.loads(self.ack.read_text(encoding="utf-8")) | {"source": {"system_id": "1", "slot": "s"}}
        self.ack.write_text(json.dumps(record), encoding="utf-8")
        record |= {"source": {"cluster": "c", "group": "g"}, "sink": "snowflake:CDC.RAW"}
        other.write_text(json.dumps(record), encoding="utf-8")
        held = self.enterContext(other.open())
        fcntl.flock(held, fcntl.LOCK_EX)
        self.metrics["snow_put"] = {'rows_total{table="T"}': 3}
        self.metrics["kcat_cdc"] = {"lines_total": 700, "last_ack_age_seconds": 42}
        self.assert_blamed("snow-put", "acknowledged nothing .* 42 s ago")
        self.metrics["kcat_cdc"]["last_ack_age_seconds"] = 0
        self.metrics["walcat"]["last_ack_age_seconds"] = 43
        self.assert_blamed("pg-load", "43 s ago")

    def test_a_cdc_run_that_was_killed_and_one_that_has_ended(self):
        self.metrics["cdc_run"] = {"metrics_timestamp_seconds": time.time() - 30, "exit_code": 0}
        found = self.stages()[0]
        self.assertEqual((found["stage"], found["running"]), ("cdc-run", False))
        self.assertRegex(found["why"], "it was killed")
        text = exposition("cdc_run", exit_code=0)
        del self.metrics["cdc_run"]
        (self.folder / "cdc_run.prom").write_text(re.sub(r"\ncdc_run_metrics.*", "", text), encoding="utf-8")
        found = {one["stage"]: one for one in self.stages()}["cdc-run"]
        self.assertEqual((found["stalled"], found["running"]), (False, False))


if __name__ == "__main__":
    unittest.main()
