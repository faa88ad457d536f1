#!/usr/bin/env python3
"""opensky-fetch on every endpoint: one's own receivers, flights, tracks, several boxes, redirects."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from flight_api import FlightApi

TOOL = "opensky-fetch"
NOON = 1_533_117_600  # 2018-08-01T10:00:00Z, an hour after the recording begins
LOGIN = {"OPENSKY_CLIENT_ID": "me", "OPENSKY_CLIENT_SECRET": "hunter2"}


def vector(icao24: str, seconds: int, place: tuple, altitude: float = 9000.0, ground: bool = False) -> list:
    head = [icao24, f"{icao24.upper():<8}", "Switzerland", seconds, seconds, place[1], place[0]]
    return [*head, altitude, ground, 71.2, 274.5, -3.9, None, None, "0017", False, 0]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "c.json").write_text('{"clientId":"me","clientSecret":"hunter2"}', encoding="utf-8")

    def api(self, *options: str, recording: list | None = None) -> FlightApi:
        more = []
        if recording is not None:
            path = self.folder / "recording.ndjson"
            path.write_text("".join(json.dumps(line) + "\n" for line in recording), encoding="utf-8")
            more = ["--recording", str(path)]
        return self.enterContext(FlightApi("--credentials", str(self.folder / "c.json"), *more, *options))

    def fetch(self, api: FlightApi, *words: str, login: bool = False) -> subprocess.CompletedProcess:
        environment = {**os.environ, **(LOGIN if login else {})}
        command = [TOOL, words[0], "--url", api.url, "--auth-url", api.token_url, *words[1:]]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)

    def rows(self, api: FlightApi, *words: str, login: bool = False) -> list[dict]:
        done = self.fetch(api, *words, login=login)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]


class Own(Case):
    def test_needs_a_login_and_shows_the_sensors(self):
        api = self.api()
        done = self.fetch(api, "states", "--own")
        self.assertEqual(done.returncode, 77, done.stderr)
        rows = self.rows(api, "states", "--own", "--fields", "icao24,sensors", login=True)
        self.assertTrue(rows)
        self.assertTrue(all(len(row["sensors"]) == 1 for row in rows))
        one = self.rows(api, "states", "--own", "--serial", "3", "--fields", "icao24,sensors", login=True)
        self.assertEqual({row["sensors"][0] for row in one}, {3})
        self.assertLess(len(one), len(rows))


class Boxes(Case):
    def test_boxes_that_overlap_are_merged_without_duplicates(self):
        api = self.api()
        whole = self.rows(api, "states", "--bbox", "45,5,48.5,11")
        api.go_to(0)
        before = api.status()["requests"]
        merged = self.rows(api, "states", "--bbox", "45,5,48.5,8.5", "--bbox", "45,8,48.5,11")
        self.assertEqual(api.status()["requests"], before + 2)
        self.assertCountEqual(merged, whole)

    def test_an_area_has_a_name(self):
        api = self.api()
        whole = self.rows(api, "states", "--area", "alps")
        file = self.folder / "areas.toml"
        file.write_text('east = "45,8.5,48.5,11"\nwest = [45, 5, 48.5, 8.5]\n', encoding="utf-8")
        api.go_to(0)
        both = self.rows(api, "states", "--area-file", str(file), "--area", "east", "--area", "west")
        self.assertCountEqual(both, whole)

    def test_a_box_across_the_date_line_is_two_requests(self):
        places = {"a00001": (-17.0, 179.5), "a00002": (-17.0, -179.5), "a00003": (-17.0, 10.0)}
        states = [vector(name, NOON, place) for name, place in places.items()]
        api = self.api(recording=[{"time": NOON, "states": states}])
        rows = self.rows(api, "states", "--area", "fiji", "--fields", "icao24")
        self.assertEqual([row["icao24"] for row in rows], ["a00001", "a00002"])
        self.assertEqual(api.status()["requests"], 2)

    def test_a_picture_in_pieces_shows_one_instant(self):
        """The first box is answered at one tick, the second at the next: the first is asked again."""
        api = self.api()
        boxes = ["--bbox", "45,5,48.5,8.5", "--bbox", "45,8.5,48.5,11"]
        self.rows(api, "states", *boxes)
        # what is asked next: the first box for the next tick, answered by hand with the tick before
        api.answer_next(b'{"time":1533114000,"states":null}')
        rows = self.rows(api, "states", *boxes, "--fields", "snapshot_time")
        self.assertEqual({row["snapshot_time"] for row in rows}, {"2018-08-01T09:00:10Z"})
        self.assertGreater(len(rows), 10)


class Flights(Case):
    def test_all_flights_of_a_window(self):
        api = self.api("--at-end", "hold")
        api.go_to(1079)
        window = ["--begin", "2018-08-01T09:00:00Z", "--end", "2018-08-01T11:59:59Z"]
        rows = self.rows(api, "flights", *window)
        self.assertEqual(api.status()["requests"], 2)
        keys = [(row["icao24"], row["first_seen"]) for row in rows]
        self.assertEqual(len(keys), len(set(keys)))
        self.assertGreater(len(rows), 300)
        self.assertEqual(list(rows[0])[:4], ["icao24", "callsign", "first_seen", "last_seen"])
        self.assertTrue(all(row["first_seen"] <= row["last_seen"] for row in rows))
        one = self.rows(api, "flights", "--icao24", rows[0]["icao24"], *window)
        self.assertTrue(one)
        self.assertEqual({row["icao24"] for row in one}, {rows[0]["icao24"]})

    def test_arrivals_and_departures(self):
        home, away = (47.458, 8.548), (46.5, 7.5)
        ticks = [
            {"time": NOON, "states": [vector("a00001", NOON, away), vector("a00002", NOON, home, 430.0, True)]},
            {
                "time": NOON + 60,
                "states": [vector("a00001", NOON + 60, home, 430.0, True), vector("a00002", NOON + 60, away)],
            },
        ]
        api = self.api(recording=ticks)
        api.go_to(1)
        window = ["--begin", "@1533081600", "--end", "@1533167999", "--fields"]
        landed = self.rows(api, "flights", "--arrival", "lszh", *window, "icao24,est_arrival_airport,callsign")
        self.assertEqual(landed, [{"icao24": "a00001", "est_arrival_airport": "LSZH", "callsign": "A00001"}])
        left = self.rows(api, "flights", "--departure", "LSZH", *window, "icao24,est_departure_vertical_distance_m")
        self.assertEqual(left, [{"icao24": "a00002", "est_departure_vertical_distance_m": 430}])

    def test_no_flights_are_no_rows(self):
        api = self.api()
        for words in (["flights"], ["flights", "--arrival", "EDDF"], ["track", "--icao24", "ffffff"]):
            with self.subTest(words):
                self.assertEqual(self.rows(api, *words), [])

    def test_404_with_words_is_a_wrong_address(self):
        api = self.api()
        api.fail_next("404")
        done = self.fetch(api, "flights")
        self.assertEqual(done.returncode, 69, done.stderr)

    def test_borders_and_malformed_answers(self):
        api = self.api()
        done = self.fetch(api, "flights", "--control")
        kinds = [json.loads(line)["__cdc"] for line in done.stdout.splitlines()]
        self.assertEqual(kinds, ["hello", "snapshot", "snapshot", "ckpt", "eof"])
        self.assertIn('"scope":"flights"', done.stdout)
        for body in (b"{}", b'[{"icao24":5}]', b'[{"icao24":"a","lastSeen":"now"}]', b"[[]]", b"[{"):
            with self.subTest(body):
                api.answer_next(body)
                done = self.fetch(api, "flights", "--max-wait", "0")
                self.assertEqual((done.returncode, done.stdout), (76, ""), done.stderr)


class Track(Case):
    def test_waypoints_are_rows(self):
        api = self.api()
        api.go_to(60)
        address = json.loads(api.states())["states"][0][0]
        rows = self.rows(api, "track", "--icao24", address)
        self.assertGreater(len(rows), 1)
        self.assertEqual(
            list(rows[0]),
            [
                "icao24",
                "callsign",
                "start_time",
                "end_time",
                "time",
                "lat",
                "lon",
                "baro_altitude_m",
                "track_deg",
                "on_ground",
            ],
        )
        self.assertEqual({row["icao24"] for row in rows}, {address})
        times = [row["time"] for row in rows]
        self.assertEqual(times, sorted(times))
        self.assertEqual(rows[0]["start_time"], times[0])
        earlier = self.rows(api, "track", "--icao24", address, "--time", times[0], "--time-format", "unix")
        self.assertIsInstance(earlier[0]["time"], int)


class Paris(Case):
    """The recording with nulls, squawks and aircraft on the ground."""

    def setUp(self):
        super().setUp()
        data = pathlib.Path(__file__).resolve().parents[3] / "scripts/flights/data"
        self.api_of_paris = self.api("--recording", str(data / "paris-2021-10-07.ndjson.zst"))

    def test_nulls_stay_null_and_the_ground_is_the_ground(self):
        api = self.api_of_paris
        api.go_to(100)
        states = json.loads(api.states())["states"]
        api.go_to(100)
        rows = self.rows(api, "states")
        self.assertEqual([row["squawk"] for row in rows], [state[14] for state in states])
        self.assertEqual([row["on_ground"] for row in rows], [state[8] for state in states])
        self.assertEqual([row["baro_altitude_m"] for row in rows], [state[7] for state in states])
        self.assertTrue(any(row["on_ground"] for row in rows))
        self.assertTrue(any(row["baro_altitude_m"] is None for row in rows))

    def test_who_landed_at_paris(self):
        api = self.api_of_paris
        api.go_to(359)
        window = ["--begin", "2021-10-07T00:00:00Z", "--end", "2021-10-07T23:59:59Z"]
        landed = self.rows(api, "flights", "--arrival", "LFPG", *window)
        self.assertTrue(landed)
        self.assertEqual({row["est_arrival_airport"] for row in landed}, {"LFPG"})
        way = self.rows(api, "track", "--icao24", landed[0]["icao24"], "--time", landed[0]["first_seen"])
        self.assertEqual(way[-1]["end_time"], landed[0]["last_seen"])


class Redirect(Case):
    def test_a_token_stays_with_the_configured_host(self):
        api = self.api()
        api.fail_next("redirect")
        rows = self.rows(api, "states", login=True)
        self.assertTrue(rows)
        self.assertEqual(api.status()["bearer_hosts"], [api.root.removeprefix("http://")])

    def test_a_token_is_not_sent_again_elsewhere_after_401(self):
        api = self.api("--require-auth")
        for fault in ("redirect", "401", "redirect", "401"):
            api.fail_next(fault)
        done = self.fetch(api, "states", login=True)
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn("redirects to http://localhost:", done.stderr)
        self.assertEqual(api.status()["bearer_hosts"], [api.root.removeprefix("http://")])


if __name__ == "__main__":
    unittest.main()
