#!/usr/bin/env python3
"""scripts/flights/opensky-server: shape, clocks, quota, logins and faults over real HTTP."""

import gzip
import http.client
import json
import pathlib
import subprocess
import tempfile
import time
import unittest

from support import FLIGHTS, run

TICKS = (1000, 1010, 1020, 1030)
TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"


def vector(icao24: str, seconds: int, longitude: float = 8.5, latitude: float = 47.4) -> list:
    head = [icao24, f"{icao24[:4].upper():<8}", "Switzerland", seconds, seconds]
    tail = [411.48, False, 71.2, 274.5, -3.9, None, None, None, False, 0]
    return [*head, longitude, latitude, *tail]


# abc001 is heard at every tick, abc002 at the first one only, abc003 lies outside of the box
RECORDING = [{"time": tick, "states": [vector("abc001", tick), vector("abc003", tick, 6.0, 46.0)]} for tick in TICKS]
RECORDING[0]["states"].insert(1, vector("abc002", 1000))


class ServerCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.process = None
        self.addCleanup(self.stop)

    def start(self, *options, recording=None, clock="step"):
        path = self.folder / "recording.ndjson"
        lines = RECORDING if recording is None else recording
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        words = [FLIGHTS / "opensky-server", "--quiet", "--clock", clock, "--recording", path]
        self.process = subprocess.Popen([*words, *options], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split(":")[2].split("/")[0])

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def ask(self, target="/api/states/all", method="GET", body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def states(self, query="", headers=None):
        status, _, body = self.ask("/api/states/all" + query, headers=headers)
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def control(self, action):
        status, _, body = self.ask("/control/" + action, method="POST")
        self.assertEqual(status, 200, body)


class Shape(ServerCase):
    def test_17_elements_and_18_with_extended(self):
        self.start()
        plain = self.states()
        self.assertEqual(list(plain), ["time", "states"])
        self.assertEqual(plain["states"][0], vector("abc001", 1000))
        self.assertEqual({len(state) for state in plain["states"]}, {17})
        extended = self.states("?extended=1")
        self.assertEqual({len(state) for state in extended["states"]}, {18})

    def test_nothing_matches_is_null(self):
        self.start()
        self.assertIsNone(self.states("?icao24=ffffff")["states"])

    def test_filters(self):
        self.start()
        box = "?lamin=47&lomin=8&lamax=48&lomax=9"
        self.assertEqual([s[0] for s in self.states(box)["states"]], ["abc001", "abc002"])
        two = "?icao24=abc003&icao24=ABC001"
        self.assertEqual([s[0] for s in self.states(two)["states"]], ["abc001", "abc003"])

    def test_bad_parameters_are_400(self):
        self.start()
        for query in (
            "?lamin=47",
            "?lamin=a&lomin=8&lamax=48&lomax=9",
            "?time=yesterday",
            "?lamin=48&lomin=8&lamax=47&lomax=9",
        ):
            self.assertEqual(self.ask("/api/states/all" + query)[0], 400, query)

    def test_gzip_when_asked_for(self):
        self.start()
        _, headers, body = self.ask(headers={"Accept-Encoding": "gzip"})
        self.assertEqual(headers["Content-Encoding"], "gzip")
        self.assertEqual(json.loads(gzip.decompress(body))["time"], 1000)

    def test_keep_alive(self):
        self.start()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        seconds = []
        while len(seconds) < 5 and min(seconds, default=2) >= 1.8:  # a busy machine may hold up one round
            started = time.monotonic()
            for _ in range(50):
                connection.request("GET", "/api/states/all")
                connection.getresponse().read()
            seconds.append(time.monotonic() - started)
        connection.close()
        # fifty delayed acknowledgements of 40 ms would take 2 s
        self.assertLess(min(seconds), 1.8)

    def test_unknown_paths_are_404(self):
        self.start()
        self.assertEqual(self.ask("/api/flights/none")[0], 404)

    def test_an_aircraft_stays_for_300_seconds(self):
        times = range(1000, 1320, 10)
        lines = [{"time": t, "states": None} for t in times]
        lines[0]["states"] = [vector("abc002", 1000)]
        self.start(recording=lines)
        shown = [self.states()["states"] is not None for _ in times]
        self.assertEqual(shown, [t <= 1300 for t in times])


class StepClock(ServerCase):
    def test_the_same_query_again_is_the_next_poll(self):
        self.start()
        self.assertEqual([self.states()["time"] for _ in range(3)], [1000, 1010, 1020])

    def test_other_queries_belong_to_the_same_poll(self):
        self.start()
        queries = ("?icao24=abc001", "?icao24=abc002", "?icao24=abc001")
        self.assertEqual([self.states(q)["time"] for q in queries], [1000, 1000, 1010])

    def test_hold_repeats_the_last_tick(self):
        self.start("--at-end", "hold")
        self.assertEqual([self.states()["time"] for _ in range(6)][-3:], [1030, 1030, 1030])

    def test_404_after_the_end(self):
        self.start("--at-end", "404")
        codes = [self.ask()[0] for _ in range(6)]
        self.assertEqual(codes, [200, 200, 200, 200, 404, 404])

    def test_stop_ends_the_server_with_0(self):
        self.start("--at-end", "stop")
        for _ in TICKS:
            self.assertEqual(self.ask()[0], 200)
        self.ask()
        self.assertEqual(self.process.wait(timeout=10), 0)

    def test_time_is_history_and_moves_nothing(self):
        self.start()
        for _ in range(3):
            self.states()
        self.assertEqual(self.states("?time=1015")["time"], 1010)
        self.assertEqual(self.states()["time"], 1030)

    def test_time_older_than_an_hour_is_400(self):
        self.start(recording=[{"time": t, "states": None} for t in (1000, 5000)])
        self.states()
        self.states()
        self.assertEqual(self.ask("/api/states/all?time=1399")[0], 400)
        self.assertEqual(self.ask("/api/states/all?time=1400")[0], 200)

    def test_the_clock_can_be_set(self):
        self.start()
        self.states()
        self.control("clock?index=3")
        self.assertEqual(self.states()["time"], 1030)
        self.assertEqual(self.ask("/control/clock?index=4", method="POST")[0], 400)

    def test_the_place_survives_kill_9(self):
        state = ("--state", str(self.folder / "clock.json"))
        self.start(*state)
        self.assertEqual([self.states()["time"] for _ in range(2)], [1000, 1010])
        self.stop()
        self.start(*state)
        self.assertEqual(self.states()["time"], 1020)


class VirtualClock(ServerCase):
    def test_time_runs_at_the_speed(self):
        before = time.monotonic()
        self.start("--speed", "20", clock="virtual")  # a tick is half a second
        ready, seen = time.monotonic(), []
        while time.monotonic() - ready < 2.2:
            sent = time.monotonic()
            tick = (self.states()["time"] - TICKS[0]) // 10
            self.assertGreaterEqual(tick, min(int((sent - ready) * 2), 3))
            self.assertLessEqual(tick, int((time.monotonic() - before) * 2))
            seen.append(tick)
            time.sleep(0.05)
        seen.append((self.states()["time"] - TICKS[0]) // 10)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(seen[-1], 3)

    def test_stop_ends_without_any_request(self):
        self.start("--speed", "400", "--at-end", "stop", clock="virtual")
        self.assertEqual(self.process.wait(timeout=10), 0)


class Quota(ServerCase):
    def test_credits_by_area(self):
        self.start("--credits", "100")
        left = []
        for south, west, east in ((45, 5, 10), (40, 5, 15), (30, 0, 20), (20, 0, 20), (0, 0, 0)):
            box = f"?lamin={south}&lomin={west}&lamax=50&lomax={east}" if south else ""
            left.append(int(self.ask("/api/states/all" + box)[1]["X-Rate-Limit-Remaining"]))
        self.assertEqual(left, [99, 97, 94, 90, 86])

    def test_429_until_the_refill(self):
        self.start("--credits", "5", "--refill", "4")
        self.assertEqual(self.ask()[0], 200)
        status, headers, body = self.ask()
        self.assertEqual((status, body), (429, b"Too many requests"))
        self.assertIn(headers["X-Rate-Limit-Retry-After-Seconds"], ("1", "2", "3", "4"))
        self.assertNotIn("X-Rate-Limit-Remaining", headers)
        time.sleep(4.1)
        self.assertEqual(self.ask()[0], 200)


class Logins(ServerCase):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "credentials.json"
        self.file.write_text('{"clientId": "me", "clientSecret": "hush"}', encoding="utf-8")

    def token(self, secret="hush"):
        form = f"grant_type=client_credentials&client_id=me&client_secret={secret}"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _, body = self.ask(TOKEN_PATH, "POST", form, headers)
        return status, json.loads(body)

    def test_a_token_opens_the_door_until_it_is_revoked(self):
        self.start("--credentials", str(self.file), "--require-auth")
        self.assertEqual(self.ask()[0], 401)
        status, reply = self.token()
        self.assertEqual((status, reply["expires_in"], reply["token_type"]), (200, 1800, "Bearer"))
        bearer = {"Authorization": "Bearer " + reply["access_token"]}
        self.assertEqual(self.states(headers=bearer)["time"], 1000)
        self.control("revoke")
        self.assertEqual(self.ask(headers=bearer)[0], 401)

    def test_a_wrong_secret_and_basic_auth_are_refused(self):
        self.start("--credentials", str(self.file))
        status, reply = self.token("guess")
        self.assertEqual((status, reply["error"]), (401, "invalid_client"))
        self.assertEqual(self.ask(headers={"Authorization": "Basic bWU6aHVzaA=="})[0], 401)
        self.assertEqual(self.ask()[0], 200)  # anonymous is welcome

    def test_a_token_expires(self):
        self.start("--credentials", str(self.file), "--require-auth", "--token-lifetime", "3")
        bearer = {"Authorization": "Bearer " + self.token()[1]["access_token"]}
        self.assertEqual(self.ask(headers=bearer)[0], 200)
        time.sleep(3.1)
        self.assertEqual(self.ask(headers=bearer)[0], 401)

    def test_token_faults(self):
        self.start("--credentials", str(self.file), "--fault", "token-503")
        form = "grant_type=client_credentials&client_id=me&client_secret=hush"
        self.assertEqual(self.ask(TOKEN_PATH, "POST", form)[0], 503)
        self.assertEqual(self.ask(TOKEN_PATH, "POST", form)[0], 200)


class Endpoints(ServerCase):
    def json(self, target, **more):
        status, headers, body = self.ask(target, **more)
        self.assertEqual(status, 200, body)
        return headers, json.loads(body)

    def test_flights_are_the_legs_up_to_now(self):
        self.start()
        self.control("clock?index=3")
        _, flights = self.json("/api/flights/all?begin=1000&end=2000")
        self.assertEqual([flight["icao24"] for flight in flights], ["abc001", "abc002", "abc003"])
        self.assertEqual((flights[0]["firstSeen"], flights[0]["lastSeen"]), (1000, 1030))
        _, one = self.json("/api/flights/aircraft?icao24=abc002&begin=1000&end=2000")
        self.assertEqual(len(one), 1)

    def test_flights_of_an_airport(self):
        self.start()  # the vectors lie 411 m high near Zurich
        _, landed = self.json("/api/flights/arrival?airport=LSZH&begin=0&end=2000")
        self.assertEqual([flight["icao24"] for flight in landed], ["abc001", "abc002"])
        self.assertEqual(self.ask("/api/flights/departure?airport=EDDF&begin=0&end=2000")[::2], (404, b""))

    def test_a_window_that_is_too_long_is_400(self):
        self.start()
        for query in ("all?begin=0&end=7201", "arrival?airport=LSZH&begin=0&end=172800", "all?begin=2&end=1", "all"):
            self.assertEqual(self.ask("/api/flights/" + query)[0], 400, query)
        self.assertEqual(self.ask("/api/flights/arrival?begin=0&end=1")[0], 400)

    def test_a_track_has_a_path(self):
        self.start()
        self.control("clock?index=2")
        _, track = self.json("/api/tracks/all?icao24=ABC001&time=0")
        self.assertEqual([point[0] for point in track["path"]], [1000, 1010, 1020])
        self.assertEqual({len(point) for point in track["path"]}, {6})
        self.assertEqual(self.ask("/api/tracks/all?icao24=ffffff&time=0")[::2], (404, b""))
        self.assertEqual(self.ask("/api/tracks/all")[0], 400)

    def test_own_receivers_need_a_login(self):
        self.start()
        self.assertEqual(self.ask("/api/states/own")[0], 403)

    def test_each_bucket_has_the_full_quota(self):
        self.start("--credits", "4")
        self.assertEqual(self.ask()[0], 200)
        headers, _ = self.json("/api/flights/all?begin=1000&end=2000")
        self.assertEqual(headers["X-Rate-Limit-Remaining"], "0")
        self.assertEqual(self.ask("/api/flights/all?begin=1000&end=2000")[0], 429)
        self.assertEqual(self.ask("/api/tracks/all?icao24=abc001&time=0")[0], 200)


class FaultKinds(ServerCase):
    def test_faults_come_in_order_and_do_not_move_the_clock(self):
        self.start("--fault", "429:1:7", "--fault", "503:2")
        status, headers, _ = self.ask()
        self.assertEqual((status, headers["X-Rate-Limit-Retry-After-Seconds"]), (429, "7"))
        self.assertEqual([self.ask()[0] for _ in range(2)], [503, 503])
        self.assertEqual(self.states()["time"], 1000)

    def test_html_and_garbage_come_with_200(self):
        self.start("--fault", "html", "--fault", "garbage")
        status, headers, body = self.ask()
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html"))
        status, headers, body = self.ask()
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        self.assertRaises(json.JSONDecodeError, json.loads, body)

    def test_truncated_breaks_off_in_the_body(self):
        self.start("--fault", "truncated")
        self.assertRaises(http.client.IncompleteRead, self.ask)
        self.assertEqual(self.ask()[0], 200)

    def test_reset_is_a_reset(self):
        self.start("--fault", "reset")
        self.assertRaises(ConnectionResetError, self.ask)
        self.assertEqual(self.ask()[0], 200)

    def test_slow_and_empty(self):
        self.start("--fault", "slow:1:0.5", "--fault", "empty")
        started = time.monotonic()
        self.states()
        self.assertGreaterEqual(time.monotonic() - started, 0.5)
        self.assertIsNone(self.states()["states"])

    def test_an_answer_by_hand_and_a_redirect(self):
        self.start("--fault", "redirect")
        status, headers, _ = self.ask("/api/states/all?icao24=abc001")
        self.assertEqual(status, 301)
        self.assertEqual(headers["Location"], f"http://localhost:{self.port}/api/states/all?icao24=abc001")
        self.assertEqual(self.ask("/control/answer", "POST", b"[1]")[0], 200)
        self.assertEqual(self.ask()[::2], (200, b"[1]"))

    def test_by_the_control_endpoint(self):
        self.start()
        self.control("fault?fault=500:3")
        self.assertEqual(self.ask()[0], 500)
        self.control("clear")
        self.assertEqual(self.ask()[0], 200)
        self.assertEqual(self.ask("/control/fault?fault=nonsense", method="POST")[0], 400)


class CommandLine(unittest.TestCase):
    def test_bad_arguments(self):
        server = FLIGHTS / "opensky-server"
        self.assertEqual(run(server, "--speed", "0").returncode, 2)
        self.assertEqual(run(server, "--require-auth").returncode, 2)
        done = run(server, "--recording", "/nonexistent.ndjson")
        self.assertEqual(done.returncode, 65)
        self.assertTrue(done.stderr.startswith("opensky-server: could not read"), done.stderr)
        self.assertEqual(run(server, "--fault", "earthquake").returncode, 65)


if __name__ == "__main__":
    unittest.main()
