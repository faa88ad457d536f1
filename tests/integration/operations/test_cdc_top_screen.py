#!/usr/bin/env python3
"""scripts/cdc-top: what it says of addresses, and its screen under a pseudo-terminal."""

import fcntl
import http.server
import json
import os
import pathlib
import pty
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pipeline_folder import CDC_TOP, FolderCase, exposition


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

    def once(self, *places: str, **variables: str) -> list[dict]:
        words = [CDC_TOP, "--once", *places]
        done = subprocess.run(
            words, env=os.environ | variables, capture_output=True, text=True, check=False, timeout=30
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_what_answers_and_speaks_no_http(self):
        with socket.create_server(("127.0.0.1", 0)) as server:

            def answer() -> None:
                client, _ = server.accept()
                with client:
                    client.recv(4096)
                    client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")

            threading.Thread(target=answer, daemon=True).start()
            # HOST:PORT as --metrics-listen has it; a proxy is not for what this machine serves
            place = f"127.0.0.1:{server.getsockname()[1]}"
            found = self.once(place, http_proxy="http://127.0.0.1:1")[0]
        self.assertEqual((found["stage"], found["stalled"]), (place, True))
        self.assertIn("it is no HTTP", found["why"])

    def test_those_that_are_silent_are_asked_at_once(self):
        """They accept and say nothing, as a stopped process does: four of them cost no more than one."""
        with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
            place = f"http://127.0.0.1:{server.getsockname()[1]}"
            seconds = []
            while len(seconds) < 3 and min(seconds, default=2) >= 2:
                began = time.monotonic()
                found = self.once(*[place] * 4)
                seconds.append(time.monotonic() - began)
                self.assertEqual([one["stalled"] for one in found], [True] * 4)
        self.assertLess(min(seconds), 2)

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
        for place in ("/no/such/folder", "file:///etc/hostname"):
            done = subprocess.run([CDC_TOP, place], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (69, ""))
            self.assertIn(f'cdc-top: could not read "{place}"', done.stderr)


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

    def test_a_signal_gives_the_screen_back(self):
        self.stages()
        for number in (signal.SIGTERM, signal.SIGINT):
            pid, terminal = pty.fork()
            if pid == 0:
                os.execve(CDC_TOP, [CDC_TOP, str(self.folder)], os.environ | {"TERM": "xterm"})
            text, asked = b"", False
            while select.select([terminal], [], [], 30)[0]:
                try:
                    text += os.read(terminal, 65536)
                except OSError:
                    break
                if b"walcat" in text and not asked:
                    os.kill(pid, number)
                    asked = True
            os.close(terminal)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
            self.assertTrue(text.decode().rstrip().endswith("\x1b[?25h\x1b[?1049l"), text[-60:])

    def test_no_color(self):
        fcntl.flock(self.held, fcntl.LOCK_UN)
        self.assertNotIn("\x1b[31m", self.shown(NO_COLOR="1")[0])


if __name__ == "__main__":
    unittest.main()
