#!/usr/bin/env python3
"""scripts/cdc-top: which stage is to blame, from ack files and metrics files as the tools leave them; its screen."""

import fcntl
import http.server
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import TOP

CDC_TOP = TOP / "scripts/cdc-top"


def exposition(tool: str, **samples: float) -> str:
    """As a tool writes it, of one that began a hundred seconds ago."""
    now = time.time()
    values = {
        f'{tool}_build_info{{version="1"}}': 1,
        f"{tool}_up": 1,
        f"{tool}_metrics_timestamp_seconds": now,
        "process_start_time_seconds": now - 100,
    }
    values |= {f"{tool}_{name}": value for name, value in samples.items()}
    return "# HELP x X.\n" + "".join(f"{name} {value}\n" for name, value in values.items())


class FolderCase(unittest.TestCase):
    """A pipeline walcat | pg-load in a folder; the test holds the ack file as the sink does."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.metrics = {
            "walcat": {"lag_seconds": 0, "last_ack_age_seconds": 0, "slot_lag_bytes": 1000},
            "pg_load": {'rows_total{table="t",result="inserted"}': 500},
        }
        self.ack = self.folder / "wal.ack"
        self.write_ack()
        self.held = self.enterContext(self.ack.open())
        fcntl.flock(self.held, fcntl.LOCK_EX)

    def write_ack(self, age: float = 0) -> None:
        record = {"v": 1, "run": "r", "source": {}, "seq": 4, "pos": "0", "rows_ok": 500, "rows_rejected": 0}
        record |= {"sink": "postgresql:copy", "ts_ms": int((time.time() - age) * 1000)}
        self.ack.write_text(json.dumps(record) + "\n", encoding="utf-8")

    def stages(self) -> list[dict]:
        for tool, samples in self.metrics.items():
            (self.folder / f"{tool}.prom").write_text(exposition(tool, **samples), encoding="utf-8")
        done = subprocess.run([CDC_TOP, "--once", self.folder], capture_output=True, text=True, check=True, timeout=30)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def assert_blamed(self, stage: str, why: str) -> None:
        found = self.stages()
        self.assertTrue(found[0]["stalled"], found)
        self.assertEqual(found[0]["stage"], stage)
        self.assertRegex(found[0]["why"], why)
        self.assertEqual([one["stage"] for one in found[1:] if one["stalled"]], [])


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
        self.assertEqual({one["stage"] for one in self.stages()}, {"walcat", "pg-load"})


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
                began = time.monotonic()
                found = self.stages()
                self.assertLess(time.monotonic() - began, 2)
                self.assertEqual((found[0]["stage"], found[0]["stalled"]), (guilty, stands), found)
                self.assertRegex(found[0]["why"], why)
                if tool not in healthy:
                    (self.folder / f"{tool}.prom").unlink()

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


class Urls(unittest.TestCase):
    def test_one_that_answers_and_one_that_does_not(self):
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if self.path == "/metrics" else 404)
                self.end_headers()
                self.wfile.write(exposition("walcat", lag_seconds=3).encode())

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            good, bad = f"http://127.0.0.1:{server.server_port}", "http://127.0.0.1:1"
            done = subprocess.run(
                [CDC_TOP, "--once", good, bad], capture_output=True, text=True, check=True, timeout=30
            )
            server.shutdown()
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([one["stalled"] for one in found], [True, False])
        self.assertEqual((found[0]["stage"], found[1]["lag_seconds"]), (bad, 3))
        self.assertIn("does not answer", found[0]["why"])

    def test_check_tells_each_place(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "walcat.prom").write_text(exposition("walcat"), encoding="utf-8")
            words = [CDC_TOP, "--check", folder, "http://127.0.0.1:1", "/no/such/folder"]
            done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=30)
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual((done.returncode, [line["ok"] for line in lines]), (69, [True, False, False]))
            self.assertEqual(lines[0], {"check": folder, "ok": True, "detail": "walcat", "hint": None})
            self.assertIn("does not answer", lines[1]["detail"])
            self.assertEqual(subprocess.run(words[:3], capture_output=True, check=False).returncode, 0)

    def test_a_place_that_is_none(self):
        done = subprocess.run([CDC_TOP, "/no/such/folder"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (69, ""))
        self.assertIn('cdc-top: could not read "/no/such/folder"', done.stderr)


class Screen(FolderCase):
    def shown(self, **variables: str) -> tuple[str, int]:
        """What a terminal gets until `q` ends it."""
        self.stages()
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(CDC_TOP, [CDC_TOP, str(self.folder)], os.environ | {"TERM": "xterm"} | variables)
        text = b""
        deadline = time.monotonic() + 30
        asked = False
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    text += os.read(terminal, 65536)
                except OSError:
                    break
            if b"walcat" in text and not asked:
                os.write(terminal, b"q")
                asked = True
        os.close(terminal)
        return text.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_the_guilty_one_stands_first(self):
        fcntl.flock(self.held, fcntl.LOCK_UN)
        text, code = self.shown()
        self.assertEqual(code, 0)
        self.assertIn("stalled: pg-load: ", text)
        self.assertLess(text.index("stalled: pg-load"), text.index("STAGE"))
        self.assertIn("\x1b[31m", text)
        # the screen of before is back, with its cursor
        self.assertTrue(text.rstrip().endswith("\x1b[?25h\x1b[?1049l"), repr(text[-60:]))

    def test_no_color(self):
        fcntl.flock(self.held, fcntl.LOCK_UN)
        self.assertNotIn("\x1b[31m", self.shown(NO_COLOR="1")[0])


if __name__ == "__main__":
    unittest.main()
