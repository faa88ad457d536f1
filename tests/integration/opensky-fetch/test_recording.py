#!/usr/bin/env python3
"""opensky-fetch --record and --replay: the same output, byte for byte, whatever was asked."""

import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from flight_api import FlightApi

TOOL = "opensky-fetch"
RECORDING = pathlib.Path(__file__).resolve().parents[3] / "scripts/flights/data/switzerland-2018-08-01.ndjson.zst"


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([TOOL, *words], capture_output=True, timeout=60, check=False)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.day = str(self.folder / "day")

    def ok(self, done: subprocess.CompletedProcess) -> bytes:
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def record(self, api: FlightApi, command: str, *words: str) -> bytes:
        return self.ok(run(command, "--url", api.url, "--record", self.day, *words))


class Same(Case):
    def test_states_with_all_kinds_of_wishes(self):
        wishes = (
            ["--every", "0", "--count", "40"],
            ["--every", "0", "--count", "9", "--bbox", "45,5,48.5,8.5", "--bbox", "45,8,48.5,11"],
            ["--every", "0", "--count", "9", "--area", "switzerland", "--extended", "--time-format", "unix"],
            ["--every", "0", "--count", "9", "--fields", "icao24,category,lat,snapshot_time"],
        )
        for number, words in enumerate(wishes):
            with self.subTest(words), FlightApi() as api:
                self.day = str(self.folder / str(number))
                live = self.record(api, "states", *words)
                self.assertGreater(live.count(b"\n"), 100)
                self.assertEqual(self.ok(run("states", "--replay", self.day, *words)), live)

    def test_trouble_leaves_no_trace_in_the_recording(self):
        with FlightApi() as api:
            for fault in ("503", "html", "truncated", "garbage"):
                api.fail_next(fault)
            api.answer_next(b'{"time":1533114000,"states":[["4b1803"]]}')
            words = ["--every", "0", "--count", "3", "--max-wait", "30s"]
            live = self.record(api, "states", *words)
        self.assertEqual(self.ok(run("states", "--replay", self.day)), live)
        self.assertEqual(len(list(pathlib.Path(self.day).iterdir())), 3)

    def test_flights_and_tracks(self):
        window = ["--begin", "2018-08-01T09:00:00Z", "--end", "2018-08-01T11:59:59Z"]
        with FlightApi() as api:
            api.go_to(1079)
            flights = self.record(api, "flights", *window)
            address = flights.split(b'"')[3].decode()
            track = self.record(api, "track", "--icao24", address)
            nothing = self.record(api, "track", "--icao24", "ffffff")
        self.assertEqual(nothing, b"")
        self.assertGreater(flights.count(b"\n"), 300)
        self.assertEqual(self.ok(run("flights", "--replay", self.day)), flights)
        self.assertEqual(self.ok(run("track", "--icao24", address, "--replay", self.day)), track)
        self.assertEqual(self.ok(run("track", "--replay", self.day)), track)
        one = self.ok(run("flights", "--icao24", address, "--replay", self.day))
        self.assertEqual(one, b"".join(line for line in flights.splitlines(True) if address.encode() in line))

    def test_a_run_that_was_killed_and_one_after_it(self):
        """What was printed before kill -9 is in the recording, and so is the rest."""
        with FlightApi() as api:
            words = [TOOL, "states", "--url", api.url, "--record", self.day, "--every", "0"]
            with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
                first = [process.stdout.readline() for _ in range(200)]
                process.send_signal(signal.SIGKILL)
                first += process.stdout.readlines()
            second = self.record(api, "states", "--every", "0", "--count", "2")
        replay = self.ok(run("states", "--replay", self.day))
        self.assertTrue(replay.startswith(b"".join(first[:200])))
        self.assertTrue(replay.endswith(second))


class Large(Case):
    def test_memory_does_not_grow_with_the_recording(self):
        """A hundred times the day's recording, in many frames: 0.5 GB of text."""
        path = self.folder / "long.ndjson.zst"
        path.write_bytes(RECORDING.read_bytes() * 100)
        metrics = self.folder / "metrics.prom"
        # forked by a shell: a process starts with the peak of the one that forked it
        shell = ["sh", "-c", '"$@"; exit $?', "sh"]
        words = [TOOL, "states", "--replay", str(path), "--fields", "icao24", "--metrics-file", str(metrics)]
        subprocess.run([*shell, *words], stdout=subprocess.DEVNULL, timeout=60, check=True)
        lines = metrics.read_text(encoding="utf-8").splitlines()
        peak = next(float(line.split()[1]) for line in lines if line.startswith("process_peak_resident"))
        print(f"peak {peak / (1 << 20):.0f} MiB", flush=True)
        self.assertLess(peak, 32 << 20)


if __name__ == "__main__":
    unittest.main()
