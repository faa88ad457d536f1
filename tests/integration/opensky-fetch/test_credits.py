#!/usr/bin/env python3
"""opensky-fetch and its credits: plan, budget, a pause that outlives the run, what is left."""

import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from email.utils import formatdate

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from flight_api import FlightApi

TOOL = "opensky-fetch"


def fetch(api: "FlightApi | Refusing", *words: str) -> subprocess.CompletedProcess:
    command = [TOOL, "states", "--url", api.url, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


class Refusing:
    """A service that answers everything with one status and a Retry-After; `url` and `requests` as FlightApi."""

    def __init__(self, status: int, retry_after: str):
        outer = self
        self.requests = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests += 1
                self.send_response(status)
                self.send_header("Retry-After", retry_after)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/api"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> "Refusing":
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.state = ["--state", str(self.folder / "state")]

    def assert_code(self, done: subprocess.CompletedProcess, code: int) -> None:
        self.assertEqual(done.returncode, code, done.stderr)


class Pause(Case):
    def test_a_long_pause_is_respected_by_the_next_run(self):
        with FlightApi() as api:
            api.fail_next("429:1:60394")
            first = fetch(api, *self.state, "--max-wait", "10s")
            self.assert_code(first, 75)
            self.assertIn("429", first.stderr)
            for _ in range(2):
                done = fetch(api, *self.state, "--max-wait", "10s")
                self.assert_code(done, 75)
                self.assertIn("the service asked for a pause until", done.stderr)
                self.assertEqual(done.stdout, "")
            self.assertEqual(api.status()["requests"], 1)
            self.assert_code(fetch(api), 0)  # without the folder nobody remembers

    def test_a_short_pause_is_sat_out_by_the_next_run(self):
        with FlightApi() as api:
            api.fail_next("429:1:5")
            self.assert_code(fetch(api, *self.state, "--max-wait", "1s"), 75)
            began = time.monotonic()
            done = fetch(api, *self.state, "--max-wait", "10s")
            self.assert_code(done, 0)
            self.assertGreater(time.monotonic() - began, 1)
            self.assertIn("waiting", done.stderr)

    def test_a_short_pause_is_sat_out_in_the_run(self):
        with FlightApi() as api:
            api.fail_next("429:1:2")
            done = fetch(api, *self.state)
            self.assert_code(done, 0)
            self.assertGreater(done.stdout.count("\n"), 10)

    def test_a_pause_may_be_a_date_and_any_refusal_may_ask_for_one(self):
        for status in (429, 503):
            later = formatdate(time.time() + 3600, usegmt=True)
            with self.subTest(status=status), Refusing(status, later) as server:
                state = ["--state", str(self.folder / f"state-{status}")]
                began = time.monotonic()
                self.assert_code(fetch(server, *state, "--max-wait", "10s"), 75)
                done = fetch(server, *state, "--max-wait", "10s")
                self.assert_code(done, 75)
                self.assertIn("the service asked for a pause until", done.stderr)
                self.assertEqual(server.requests, 1)
                self.assertLess(time.monotonic() - began, 20)

    def test_pauses_that_nobody_means(self):
        for text in ("9" * 30, "Fri, 31 Dec 9999 23:59:59 GMT"):
            with self.subTest(text=text), Refusing(429, text) as server:
                state = ["--state", str(self.folder / f"state-{len(text)}")]
                for _ in range(2):
                    self.assert_code(fetch(server, *state, "--max-wait", "2s"), 75)
                self.assertEqual(server.requests, 1)
        for text in ("Thu, 01 Jan 1970 00:00:00 GMT", "-5", "soon", "0"):
            with self.subTest(text=text), Refusing(429, text) as server:
                self.assert_code(fetch(server, *self.state, "--max-wait", "2s"), 75)
                # tried again, but no faster than after any other trouble
                self.assertIn(server.requests, range(2, 6))
                asked = server.requests
                self.assert_code(fetch(server, *self.state, "--max-wait", "1s"), 75)
                self.assertGreater(server.requests, asked, "nothing is remembered")

    def test_a_damaged_state_is_told(self):
        (self.folder / "state").mkdir()
        (self.folder / "state" / "states.json").write_text("{", encoding="utf-8")
        with FlightApi() as api:
            done = fetch(api, *self.state)
            self.assert_code(done, 65)
            self.assertEqual(api.status()["requests"], 0)


class Budget(Case):
    def test_a_budget_is_kept_across_runs(self):
        with FlightApi() as api:
            words = ["--budget", "8/365d", "--count", "1", *self.state]
            self.assert_code(fetch(api, *words), 0)
            self.assert_code(fetch(api, *words), 0)
            done = fetch(api, *words)
            self.assert_code(done, 75)
            self.assertIn("8 of the budget of 8 credits", done.stderr)
            self.assertEqual(api.status()["requests"], 2)

    def test_a_budget_sets_the_pace(self):
        with FlightApi() as api:
            # 4 credits a poll: one poll a second
            done = fetch(api, "--budget", "40/10s", "--for", "4s", "--fields", "snapshot_time")
            self.assert_code(done, 0)
            polls = api.status()["requests"]
        self.assertGreaterEqual(polls, 2)
        self.assertLessEqual(polls, 6)

    def test_a_run_that_is_started_again_keeps_the_pace(self):
        with FlightApi() as api:
            words = ["--budget", "8/365d", "--for", "2s", *self.state]
            first = fetch(api, *words)
            self.assert_code(first, 0)
            self.assertGreater(first.stdout.count("\n"), 10)
            again = fetch(api, *words)
            self.assert_code(again, 0)
            self.assertEqual((again.stdout, api.status()["requests"]), ("", 1))

    def test_a_poll_dearer_than_the_budget_is_refused(self):
        with FlightApi() as api:
            self.assert_code(fetch(api, "--budget", "3"), 2)
            self.assertEqual(api.status()["requests"], 0)

    def test_the_plan_asks_nothing_and_is_what_the_server_takes(self):
        with FlightApi() as api:
            boxes = ["--area", "switzerland", "--area", "fiji", "--bbox", "0,0,40,40"]
            done = fetch(api, *boxes, "--plan")
            self.assert_code(done, 0)
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual(api.status()["requests"], 0)
            before = api.status()["credits"]
            self.assert_code(fetch(api, *boxes), 0)
            poll = next(line for line in lines if line["plan"] == "poll")
            self.assertEqual(before - api.status()["credits"], poll["credits"])
            self.assertEqual(poll["requests"], 4)


class Left(Case):
    def test_what_is_left_is_on_stderr_and_in_the_metrics(self):
        metrics = self.folder / "metrics.prom"
        with FlightApi("--credits", "100") as api:
            done = fetch(api, "-v", "--metrics-file", str(metrics))
            self.assert_code(done, 0)
        self.assertIn("96 credits left", done.stderr)
        text = metrics.read_text(encoding="utf-8")
        self.assertIn('opensky_fetch_credits_left{pipeline="metrics"} 96', text)
        self.assertIn('opensky_fetch_credits_spent_total{pipeline="metrics"} 4', text)

    def test_a_quota_that_runs_out_is_told_before_and_after(self):
        with FlightApi("--credits", "10") as api:
            done = fetch(api, "--every", "0", "--count", "3", "--max-wait", "1s")
        self.assert_code(done, 75)
        self.assertIn("6 credits left: enough for 1 polls", done.stderr)
        self.assertIn("429: Too many requests", done.stderr)
        self.assertIn("asks for a pause of", done.stderr)


if __name__ == "__main__":
    unittest.main()
