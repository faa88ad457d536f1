#!/usr/bin/env python3
"""opensky-fetch against the replayed API: rows, trouble, acknowledgement, signals, speed."""

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
from flight_api import FlightApi
from whole_sky import JQ_PROGRAM, cpu_seconds, write_sky

TOOL = "opensky-fetch"


def fetch(api: FlightApi, *options: str, **more) -> subprocess.CompletedProcess:
    words = [TOOL, "states", "--url", api.url, *options]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, **more)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def assert_code(self, done: subprocess.CompletedProcess, code: int) -> None:
        self.assertEqual(done.returncode, code, done.stderr)


class Rows(Case):
    def test_live_and_replay_are_the_same(self):
        with FlightApi() as api:
            recording = self.folder / "day.ndjson"
            recording.write_bytes(b"".join(api.states() + b"\n" for _ in range(50)))
            api.go_to(0)
            live = fetch(api, "--every", "0", "--count", "50")
        self.assert_code(live, 0)
        replay = subprocess.run([TOOL, "states", "--replay", recording], capture_output=True, text=True, check=True)
        self.assertEqual(live.stdout, replay.stdout)
        self.assertGreater(live.stdout.count("\n"), 1000)

    def test_rows_are_those_of_the_answer(self):
        with FlightApi() as api:
            answer = json.loads(api.states())
            api.go_to(0)
            rows = [json.loads(line) for line in fetch(api).stdout.splitlines()]
        self.assertEqual(len(rows), len(answer["states"]))
        for row, state in zip(rows, answer["states"], strict=True):
            self.assertEqual(row["icao24"], state[0])
            self.assertEqual([row["lon"], row["lat"]], state[5:7])
            self.assertEqual(row["callsign"], (state[1] or "").strip() or None)

    def test_a_box_and_an_aircraft_are_asked_of_the_server(self):
        with FlightApi() as api:
            boxed = fetch(api, "--bbox", "47.0,8.0,47.8,9.0")
            self.assert_code(boxed, 0)
            positions = [json.loads(line) for line in boxed.stdout.splitlines()]
            self.assertTrue(all(8 <= row["lon"] <= 9 for row in positions))
            one = fetch(api, "--icao24", positions[0]["icao24"], "--extended")
        self.assertEqual(json.loads(one.stdout.splitlines()[0])["icao24"], positions[0]["icao24"])
        self.assertIn('"category":', one.stdout)

    def test_a_picture_that_stands_still_is_printed_once(self):
        with FlightApi() as api:
            api.go_to(1079)
            done = fetch(api, "--every", "0", "--count", "5", "--fields", "snapshot_time")
        self.assert_code(done, 0)
        self.assertEqual(len(set(done.stdout.splitlines())), 1)


class Trouble(Case):
    def test_what_passes_is_sat_out_without_printing_anything(self):
        for fault in ("503:2", "html", "garbage", "truncated", "reset", "429:1:1"):
            with self.subTest(fault), FlightApi() as api:
                api.fail_next(fault)
                done = fetch(api, "--control")
                self.assert_code(done, 0)
                self.assertEqual(done.stdout.count('"phase":"begin"'), 1)
                self.assertEqual(done.stdout.count('"phase":"end"'), 1)
                self.assertIn("trying again in", done.stderr)

    def test_what_lasts_prints_nothing_and_ends_with_its_code(self):
        faults = {"503:99": 75, "html:99": 75, "truncated:99": 75, "reset:99": 75, "garbage:99": 76}
        for fault, code in faults.items():
            with self.subTest(fault), FlightApi() as api:
                api.fail_next(fault)
                done = fetch(api, "--max-wait", "700ms")
                self.assert_code(done, code)
                self.assertEqual(done.stdout, "")

    def test_a_refusal_ends_at_once(self):
        for fault, code in {"400": 69, "401": 77, "403": 77, "404": 69}.items():
            with self.subTest(fault), FlightApi() as api:
                api.fail_next(fault)
                done = fetch(api)
                self.assert_code(done, code)
                self.assertEqual(done.stdout, "")
                self.assertEqual(api.status()["requests"], 1)

    def test_an_empty_sky_is_a_snapshot(self):
        with FlightApi() as api:
            api.fail_next("empty")
            done = fetch(api, "--control")
        self.assert_code(done, 0)
        self.assertIn('"phase":"end","scope":"states"', done.stdout)
        self.assertIn('"rows":0', done.stdout)
        self.assertNotIn("icao24", done.stdout)

    def test_a_long_rate_limit_ends_with_75_at_once(self):
        with FlightApi() as api:
            api.fail_next("429:1:60394")
            began = time.monotonic()
            done = fetch(api, "--max-wait", "30s")
        self.assert_code(done, 75)
        self.assertLess(time.monotonic() - began, 20)
        self.assertIn("--max-wait", done.stderr)

    def test_a_slow_server_times_out(self):
        with FlightApi() as api:
            api.fail_next("slow:9:3")
            done = fetch(api, "--timeout", "200ms", "--max-wait", "0")
        self.assert_code(done, 75)
        self.assertIn("no whole answer within 200ms", done.stderr)


class Login(Case):
    def setUp(self):
        super().setUp()
        self.credentials = self.folder / "credentials.json"
        self.credentials.write_text('{"clientId":"me","clientSecret":"hunter2"}', encoding="utf-8")

    def options(self, api: FlightApi, credentials: pathlib.Path) -> list[str]:
        return ["--auth-url", api.token_url, "--credentials", str(credentials)]

    def test_a_token_is_fetched_and_replaced(self):
        with FlightApi("--credentials", str(self.credentials), "--require-auth") as api:
            self.assert_code(fetch(api), 77)
            api.fail_next("401")
            done = fetch(api, *self.options(api, self.credentials), "--every", "0", "--count", "3")
            self.assert_code(done, 0)
            self.assertGreater(done.stdout.count("\n"), 10)

    def test_a_wrong_secret_is_refused_and_not_shown(self):
        wrong = self.folder / "wrong.json"
        wrong.write_text('{"clientId":"me","clientSecret":"Wr0ngWord"}', encoding="utf-8")
        with FlightApi("--credentials", str(self.credentials), "--require-auth") as api:
            for more in ([], ["--check"], ["-vv"]):
                done = fetch(api, *self.options(api, wrong), *more)
                self.assert_code(done, 77)
                self.assertNotIn("Wr0ngWord", done.stderr + done.stdout)

    def test_a_busy_token_server_is_tried_again(self):
        with FlightApi("--credentials", str(self.credentials), "--require-auth") as api:
            api.fail_next("token-503")
            done = fetch(api, *self.options(api, self.credentials))
            self.assert_code(done, 0)


class Pipeline(Case):
    """As a stage of a pipe: a sink that acknowledges, one that does not, signals, closed pipes."""

    def start(self, api: FlightApi, *options: str) -> subprocess.Popen:
        words = [TOOL, "states", "--url", api.url, *options]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder)
        self.addCleanup(self.end, process)
        return process

    def end(self, process: subprocess.Popen) -> None:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def acknowledge(self, line: dict) -> None:
        record = {
            "v": 1,
            "run": line["run"],
            "source": {},
            "seq": line["seq"],
            "pos": line["pos"],
            "rows_ok": 0,
            "rows_rejected": 0,
            "sink": "test",
            "ts_ms": 0,
        }
        part = self.folder / "part"
        part.write_text(json.dumps(record) + "\n", encoding="utf-8")
        os.replace(part, self.folder / "fetch.ack")

    def read_until_eof(self, process: subprocess.Popen, acknowledge_eof: bool) -> list[dict]:
        controls = []
        for text in process.stdout:
            line = json.loads(text)
            if "__cdc" not in line:
                continue
            controls.append(line)
            if line["__cdc"] == "ckpt" or (line["__cdc"] == "eof" and acknowledge_eof):
                self.acknowledge(line)
        return controls

    def test_all_acknowledged_is_0(self):
        with FlightApi() as api:
            process = self.start(api, "--every", "0", "--count", "20", "--ack", "fetch.ack")
            controls = self.read_until_eof(process, True)
            self.assertEqual(process.wait(60), 0, process.stderr.read())
        kinds = [line["__cdc"] for line in controls]
        self.assertEqual(kinds, ["hello", *["snapshot", "snapshot", "ckpt"] * 20, "eof"])
        self.assertEqual(controls[0]["source"], {"url": api.url + "/states/all"})
        self.assertEqual(controls[-1]["seq"], 21)

    def test_something_not_acknowledged_is_75(self):
        with FlightApi() as api:
            options = ["--every", "0", "--count", "3", "--ack", "fetch.ack", "--max-wait", "1s"]
            process = self.start(api, *options)
            self.read_until_eof(process, False)
            self.assertEqual(process.wait(60), 75)

    def test_an_ack_of_an_earlier_run_does_not_count(self):
        self.acknowledge({"run": "0000000000000000", "seq": 99, "pos": "x"})
        with FlightApi() as api:
            process = self.start(api, "--ack", "fetch.ack", "--max-wait", "1s")
            process.stdout.read()
            self.assertEqual(process.wait(60), 75)

    def test_a_signal_drains(self):
        with FlightApi() as api:
            process = self.start(api, "--every", "1h", "--ack", "fetch.ack")
            while '"ckpt"' not in (line := process.stdout.readline()):
                self.assertTrue(line)
            process.send_signal(signal.SIGTERM)
            controls = self.read_until_eof(process, True)
            self.assertEqual(process.wait(60), 0, process.stderr.read())
        self.assertEqual(controls[-1]["__cdc"], "eof")

    def test_a_signal_in_the_middle_of_an_answer_leaves_whole_lines(self):
        with FlightApi() as api:
            api.fail_next("slow:1:30")
            process = self.start(api, "--control")
            self.assertIn('"hello"', process.stdout.readline())
            time.sleep(0.3)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
            self.assertEqual(process.wait(60), 0)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual([json.loads(line)["__cdc"] for line in rest.splitlines()], ["eof"])

    def test_a_closed_pipe_ends_quietly_even_while_idle(self):
        with FlightApi() as api:
            for options, code in (([], 0), (["--ack", "fetch.ack"], 75)):
                with self.subTest(options):
                    process = self.start(api, "--every", "1h", *options)
                    process.stdout.readline()
                    time.sleep(0.3)
                    process.stdout.close()
                    self.assertEqual(process.wait(60), code)
                    self.assertEqual(process.stderr.read(), "")


class Speed(Case):
    def test_a_snapshot_of_the_whole_sky_is_far_cheaper_than_jq(self):
        path = self.folder / "sky.json"
        write_sky(path)
        jq, theirs = cpu_seconds(["jq", "-c", JQ_PROGRAM, str(path)])
        # the least of several runs: whatever else the machine does is not our cost
        runs = [cpu_seconds([TOOL, "states", "--replay", str(path)]) for _ in range(7)]
        ours = min(seconds for seconds, _ in runs)
        print(f"13,000 aircraft: {ours * 1000:.0f} ms of CPU, jq {jq * 1000:.0f} ms", flush=True)
        self.assertEqual(
            [json.loads(line) for line in runs[0][1].splitlines()],
            [json.loads(line) for line in theirs.splitlines()],
        )
        self.assertLess(ours, jq * 0.1)


if __name__ == "__main__":
    unittest.main()
