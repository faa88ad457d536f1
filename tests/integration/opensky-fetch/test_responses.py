#!/usr/bin/env python3
"""opensky-fetch against answers of every shape, good and bad, over real HTTP."""

import http.server
import json
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from flight_api import FlightApi
from tls_server import Authority

TOOL = "opensky-fetch"
HEAD = ["4b1803", "SWR12AB ", "Switzerland", 1789999999, 1790000000, 8.5512, 47.4581, 411.48]
STATE = [*HEAD, False, 71.2, 274.5, -3.9, None, 463.3, "0017", False, 0]


def changed(*changes: tuple) -> list:
    state = list(STATE)
    for index, value in changes:
        state[index] = value
    return state


def answer(states, when: int = 1790000000) -> bytes:
    return json.dumps({"time": when, "states": states}).encode()


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.api = self.enterContext(FlightApi(*self.options()))

    def options(self) -> list[str]:
        return []

    def fetch(self, *words: str, environment: dict | None = None) -> subprocess.CompletedProcess:
        command = [TOOL, "states", "--url", self.api.url, "--auth-url", self.api.token_url, *words]
        settings = {**os.environ, **(environment or {})}
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=settings)

    def rows(self, body: bytes, *words: str) -> list[dict]:
        self.api.answer_next(body)
        done = self.fetch(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def row(self, *changes: tuple) -> dict:
        return self.rows(answer([changed(*changes)]), "--extended")[0]


class Shapes(Case):
    def test_17_18_and_19_elements(self):
        for more, category in (([], None), ([4], 4), ([-1], -1), ([4, "new"], 4), ([4, ["new"], {}], 4)):
            with self.subTest(more):
                (row,) = self.rows(answer([[*STATE, *more]]), "--extended")
                self.assertEqual(row["category"], category)
        (row,) = self.rows(answer([STATE[:-1]]))
        self.assertIsNone(row["position_source"])

    def test_an_empty_sky_has_two_faces(self):
        for states in (None, []):
            self.assertEqual(self.rows(answer(states)), [])

    def test_values_that_are_not_known_are_null(self):
        self.assertIsNone(self.row((1, None))["callsign"])
        self.assertIsNone(self.row((1, "        "))["callsign"])
        self.assertIsNone(self.row((1, ""))["callsign"])
        row = self.row((5, None), (6, None))
        self.assertEqual((row["lon"], row["lat"]), (None, None))
        self.assertEqual(row["time_position"], "2026-09-21T14:13:19Z")
        self.assertIsNone(self.row((4, None))["last_contact"])

    def test_numbers_may_be_whole(self):
        row = self.row((5, 8), (7, 13), (9, 9.1))
        self.assertEqual((row["lon"], row["baro_altitude_m"], row["velocity_ms"]), (8, 13, 9.1))

    def test_text_stays_text(self):
        row = self.row((0, "00001f"), (14, "0017"))
        self.assertEqual((row["icao24"], row["squawk"]), ("00001f", "0017"))
        self.assertEqual(
            self.row((2, 'Côte d\'Ivoire "x" \\ \u2028'))["origin_country"], 'Côte d\'Ivoire "x" \\ \u2028'
        )
        self.assertEqual(self.row((16, 99))["position_source"], 99)

    def test_spaces_and_members_that_nobody_knows(self):
        pretty = json.dumps({"more": {"a": [1]}, "states": [STATE], "time": 1790000000}, indent=2).encode()
        self.assertEqual(len(self.rows(pretty)), 1)


class Malformed(Case):
    BODIES = {
        "nothing": b"",
        "spaces": b"  \n",
        "text": b"Internal error",
        "a number": b"17",
        "null": b"null",
        "an array": b"[]",
        "no members": b"{}",
        "no time": b'{"states":[]}',
        "no states": b'{"time":1790000000}',
        "time as text": b'{"time":"1790000000","states":[]}',
        "time with a fraction": b'{"time":1790000000.5,"states":[]}',
        "time below nought": b'{"time":-5,"states":[]}',
        "time of another age": b'{"time":99999999999999,"states":[]}',
        "states as an object": b'{"time":1790000000,"states":{}}',
        "states as text": b'{"time":1790000000,"states":"none"}',
        "cut off": answer([STATE, STATE])[:-30],
        "two answers": answer([STATE]) * 2,
        "no UTF-8": answer([STATE]).replace(b"Switzerland", b"Switz\xff"),
        "a control character": answer([STATE]).replace(b"Switzerland", b"Switz\x01"),
        "a state as object": answer([{}]),
        "a state as null": answer([None]),
        "a state too short": answer([STATE[:10]]),
        "no address": answer([changed((0, None))]),
        "an empty address": answer([changed((0, ""))]),
        "an address as number": answer([changed((0, 4921347))]),
        "callsign as number": answer([changed((1, 17))]),
        "callsign as array": answer([changed((1, ["SWR"]))]),
        "country as number": answer([changed((2, 41))]),
        "time as word": answer([changed((3, "noon"))]),
        "contact below nought": answer([changed((4, -1))]),
        "longitude as text": answer([changed((5, "8.55"))]),
        "latitude as flag": answer([changed((6, True))]),
        "altitude as object": answer([changed((7, {}))]),
        "on ground as number": answer([changed((8, 0))]),
        "squawk as number": answer([changed((14, 1000))]),
        "spi as text": answer([changed((15, "false"))]),
        "source as text": answer([changed((16, "ADS-B"))]),
        "one of many": answer([STATE] * 200 + [changed((5, "8.55"))]),
    }

    def test_each_kind_prints_nothing_and_ends_with_76(self):
        for name, body in self.BODIES.items():
            with self.subTest(name):
                self.api.answer_next(body)
                done = self.fetch("--max-wait", "0")
                self.assertEqual((done.returncode, done.stdout), (76, ""), done.stderr)
                self.assertIn("the answer makes no sense", done.stderr)

    def test_each_kind_is_sat_out(self):
        for body in list(self.BODIES.values())[::15]:
            self.api.answer_next(body)
        done = self.fetch("--control", "--max-wait", "50s")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count('"phase":"begin"'), 1)

    def test_states_that_are_not_found_are_a_wrong_address(self):
        self.api.fail_next("404")
        done = self.fetch()
        self.assertEqual((done.returncode, done.stdout), (69, ""), done.stderr)
        self.assertIn("--url", done.stderr)


class Login(Case):
    LOGIN = {"OPENSKY_CLIENT_ID": "me", "OPENSKY_CLIENT_SECRET": "hunter2"}

    def options(self) -> list[str]:
        (self.folder / "c.json").write_text('{"clientId":"me","clientSecret":"hunter2"}', encoding="utf-8")
        return ["--credentials", str(self.folder / "c.json"), "--require-auth", "--token-lifetime", "32"]

    def test_401_twice_is_fatal(self):
        self.api.fail_next("401:2")
        done = self.fetch(environment=self.LOGIN)
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertEqual(self.api.status()["requests"], 2)

    def test_a_token_is_renewed_half_a_minute_before_it_ends(self):
        """Tokens live 32 s here, so each is used for two: four polls in 3 to 4.5 s need another one, not four."""
        command = [TOOL, "states", "--url", self.api.url, "--auth-url", self.api.token_url]
        command += ["--every", "1500ms", "--count", "4", "-vv"]
        settings = {**os.environ, **self.LOGIN}
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=settings)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(self.api.status()["tokens"], (2, 3))
        self.assertNotIn("hunter2", done.stderr + done.stdout)

    def test_trouble_at_the_token_server_is_told_apart(self):
        for fault, code in (
            ("token-503:99", 75),
            ("token-429:99:60394", 75),
            ("token-403:99", 77),
            ("token-404:99", 69),
        ):
            with self.subTest(fault):
                self.api.fail_next(fault)
                done = self.fetch("--max-wait", "600ms", environment=self.LOGIN)
                self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
                self.api.clear()


class Encrypted(unittest.TestCase):
    """A service with a certificate of a private authority."""

    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.authority, self.foreign = Authority(folder, "ours"), Authority(folder, "foreign")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.authority.issue("server", "server", host="localhost"))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sky)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"https://localhost:{server.server_port}/api"

    def fetch(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        settings = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"} | environment
        command = [TOOL, "states", "--url", self.url, "--max-wait", "0s", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=settings)

    def test_whose_word_counts(self):
        ours, foreign = str(self.authority.certificate), str(self.foreign.certificate)
        for code, words, environment in (
            (0, ("--ca", ours), {}),
            (0, (), {"SSL_CERT_FILE": ours}),
            (0, ("--ca", ours), {"SSL_CERT_FILE": foreign}),
            (77, (), {}),
            (77, ("--ca", foreign), {"SSL_CERT_FILE": ours}),
            (78, ("--ca", ours + ".missing"), {}),
        ):
            with self.subTest(words=words, environment=environment):
                done = self.fetch(*words, **environment)
                self.assertEqual(done.returncode, code, done.stderr)
        checked = self.fetch("--check", SSL_CERT_FILE=ours, NO_PROXY="localhost").stdout.splitlines()
        self.assertIn(f"{ours} (SSL_CERT_FILE); NO_PROXY=localhost", json.loads(checked[0])["detail"])


class Sky(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = answer([STATE])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Signals(Case):
    def start(self, *words: str) -> subprocess.Popen:
        command = [TOOL, "states", "--url", self.api.url, *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        return process

    def test_a_signal_while_sitting_out_trouble_ends_with_0(self):
        self.api.fail_next("503:99")
        process = self.start("--control")
        self.assertIn("hello", process.stdout.readline())
        self.assertIn("trying again", process.stderr.readline())
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        self.assertEqual(process.wait(60), 0)
        self.assertEqual([json.loads(line)["__cdc"] for line in rest.splitlines()], ["eof"])

    def test_a_signal_while_a_reader_is_slow_leaves_whole_lines(self):
        process = self.start("--every", "0")
        self.assertTrue(process.stdout.readline().endswith("}\n"))
        time.sleep(0.5)  # the pipe is full by now
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        self.assertEqual(process.wait(60), 0)
        self.assertTrue(rest.endswith("}\n"))
        for line in rest.splitlines():
            json.loads(line)


if __name__ == "__main__":
    unittest.main()
