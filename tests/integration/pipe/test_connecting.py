#!/usr/bin/env python3
"""A signal while a tool still connects, to a server that takes the connection and never answers: each
tool that connects ends soon at the first one, and at once at the second. Needs no lab.

The tools come from the caller's PATH.
"""

import functools
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pipe_ends import Running, acknowledged, hello, per_tool

SOON = 12  # seconds on a busy machine for what takes one or two
SOURCES = ("walcat", "opensky-fetch", "kcat-cdc consume")
SINKS = ("pg-load rows", "pg-load events", "kcat-cdc produce", "snow-put")
COMMANDS = (
    *("walcat slots", "walcat digest", "walcat check", "pg-load verify", "pg-load check"),
    *("kcat-cdc topics", "kcat-cdc lag", "kcat-cdc check"),
    *("snow-put merge", "snow-put status", "snow-put check", "snow-ddl query", "snow-ddl plan", "snow-ddl apply"),
)
# A poll that was not answered has promised nothing. A producer connects while it reads, and may have read nothing yet.
CODES = {"opensky-fetch": (0,), "kcat-cdc produce": (0, 75)}


@functools.cache
def private_key() -> bytes:
    words = ["openssl", "genpkey", "-quiet", "-algorithm", "RSA"]
    return subprocess.run(words, check=True, capture_output=True).stdout


class SilentServer:
    """Takes connections, reads what comes, never says a word."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.server.getsockname()[1]
        self.asked = threading.Event()
        self.clients: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        try:
            while True:
                client, _ = self.server.accept()
                self.clients.append(client)
                if client.recv(1):
                    self.asked.set()
        except OSError:
            pass  # closed

    def close(self) -> None:
        self.server.close()
        for client in self.clients:
            client.close()


class Silence(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.ack = self.folder / "ack"
        self.server = SilentServer()
        self.addCleanup(self.server.close)

    def environment(self) -> dict[str, str]:
        """With a connection for Snowflake."""
        home = self.folder / "snowflake"
        if not home.exists():
            home.mkdir(mode=0o700)
            (home / "key.pem").write_bytes(private_key())
            text = f'[lab]\naccount = "A-B"\nuser = "U"\nhost = "127.0.0.1"\nport = {self.server.port}\nprotocol = "http"\n'
            text += f'authenticator = "SNOWFLAKE_JWT"\nprivate_key_file = "{home / "key.pem"}"\n'
            (home / "connections.toml").write_text(text)
            for path in home.iterdir():
                path.chmod(0o600)
        return {**os.environ, "SNOWFLAKE_HOME": str(home)}

    def words(self, tool: str) -> list[str]:
        database = ["-d", f"host=127.0.0.1 port={self.server.port} dbname=x sslmode=disable gssencmode=disable"]
        brokers = ["-b", f"127.0.0.1:{self.server.port}"]
        snow = ["-c", "lab", "--database", "CDC", "--schema", "RAW"]
        (self.folder / "migrations").mkdir(exist_ok=True)
        (self.folder / "migrations" / "V1__a.sql").write_text("SELECT 1;\n")
        return {
            "walcat": ["walcat", *database, "--slot", "s", "--ack", str(self.ack)],
            "opensky-fetch": ["opensky-fetch", "states", "--url", f"http://127.0.0.1:{self.server.port}", "--control"],
            "kcat-cdc consume": ["kcat-cdc", "consume", *brokers, "-g", "g", "-t", "t", "--ack", str(self.ack)],
            "pg-load rows": ["pg-load", *database, "--table", "t", "--ack", str(self.ack)],
            "pg-load events": ["pg-load", *database, "--mode", "events", "--ack", str(self.ack)],
            "kcat-cdc produce": ["kcat-cdc", "produce", *brokers, "--topic-prefix", "t", "--ack", str(self.ack)],
            "snow-put": ["snow-put", *snow, "--channel-prefix", "p", "--ack", str(self.ack)],
            "walcat slots": ["walcat", "slots", *database],
            "walcat digest": ["walcat", "digest", *database],
            "walcat check": ["walcat", "check", *database],
            "pg-load verify": ["pg-load", "verify", *database],
            "pg-load check": ["pg-load", "check", *database, "--table", "t"],
            "kcat-cdc topics": ["kcat-cdc", "topics", *brokers],
            "kcat-cdc lag": ["kcat-cdc", "lag", *brokers, "-g", "g"],
            "kcat-cdc check": ["kcat-cdc", "check", *brokers],
            "snow-put merge": ["snow-put", "merge", *snow, "--table", "T"],
            "snow-put status": ["snow-put", "status", *snow],
            "snow-put check": ["snow-put", "check", *snow],
            "snow-ddl apply": ["snow-ddl", "apply", "-c", "lab", str(self.folder / "migrations")],
            "snow-ddl query": ["snow-ddl", "query", "-c", "lab", "SELECT 1"],
            "snow-ddl plan": ["snow-ddl", "plan", "-c", "lab", str(self.folder / "migrations")],
        }[tool]

    def connecting(self, tool: str) -> Running:
        self.server.asked.clear()
        running = Running(
            self.words(tool), self.folder, env=self.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.addCleanup(running.end)
        source = {"connector": "postgresql", "db": "x", "schema": "public", "table": "t", "snapshot": "false"}
        event = {"pos": f"{1:016X}/{1:016X}", "key": {"id": 1}, "before": None, "after": {"id": 1}, "source": source}
        row = {"id": 1} if tool == "pg-load rows" else event | {"transaction": None, "op": "c", "ts_ms": 1}
        if tool in SINKS:
            running.process.stdin.write((hello() + "\n" + json.dumps(row, separators=(",", ":")) + "\n").encode())
            running.process.stdin.flush()
        self.assertTrue(self.server.asked.wait(SOON * 2), running.errors())
        return running


@per_tool((*SOURCES, *SINKS, *COMMANDS))
class Signals(Silence):
    def test_the_first_signal_ends_it_soon(self, tool: str):
        for number in (signal.SIGTERM, signal.SIGINT):
            running = self.connecting(tool)
            running.stop(number)
            self.assertIn(running.wait(SOON), CODES.get(tool, (75,)), running.errors())
            self.assertEqual(acknowledged(self.ack), 0)
            self.assertNotIn("hint: This is a bug", running.errors())

    def test_the_second_signal_ends_it_at_once(self, tool: str):
        """Unless the first one was quicker; of two that wait the kernel gives either one first."""
        for first, second in ((signal.SIGINT, signal.SIGTERM), (signal.SIGTERM, signal.SIGINT)):
            running = self.connecting(tool)
            running.stop(first)
            running.stop(second)
            self.assertIn(running.wait(SOON), (*CODES.get(tool, (75,)), 130, 143), running.errors())


if __name__ == "__main__":
    unittest.main()
