#!/usr/bin/env python3
"""scripts/cdc-top: which stage is to blame, from ack files and metrics files as the tools leave them; its screen."""

import fcntl
import http.server
import json
import os
import pathlib
import pty
import select
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
