#!/usr/bin/env python3
"""Tools that are started before their PostgreSQL or Snowflake: they wait, say so now and then, and do their work in the end."""

import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import DatabaseCase, Lab

LAB = Lab("late")
SERVERS = ("postgres", "snow-local")
AWAY = 12.0  # seconds, and then what a server needs to start


def setUpModule():
    LAB.up(*SERVERS)
    LAB.make_snow_schema()


def tearDownModule():
    LAB.down()


class Late(DatabaseCase):
    lab = LAB

    def tools(self) -> dict[str, tuple[list[str], str]]:
        """What each is started with and given."""
        snow = ("-c", "lab", "--database", "CDC", "--schema", "RAW")
        scripts = self.folder / "scripts"
        scripts.mkdir()
        (scripts / "V1__one.sql").write_text("SELECT 1;", encoding="utf-8")
        history = ("--change-history-table", f"CDC.RAW.{self.database}_H")
        row = '{"id":1}\n'
        return {
            "walcat": (["walcat", "-d", self.database, "--snapshot", "only"], ""),
            "pg-load": (["pg-load", "-d", self.database, "--table", "loaded"], row),
            "snow-put": (["snow-put", *snow, "--create", "--channel-prefix", "late", "--table", "LATE"], row),
            "snow-ddl": (["snow-ddl", "apply", "-c", "lab", *history, str(scripts)], ""),
        }

    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE TABLE loaded (id int)")
        self.sql("CREATE PUBLICATION p FOR TABLE t")

    def start(self, name: str, words: list[str], given: str, retry_for: str) -> subprocess.Popen:
        files = {kind: (self.folder / f"{name}.{kind}").open("w+") for kind in ("in", "out", "err")}
        files["in"].write(given)
        files["in"].seek(0)
        process = subprocess.Popen(
            [*words, "--retry-for", retry_for],
            env=LAB.environment(),
            stdin=files["in"],
            stdout=files["out"],
            stderr=files["err"],
        )
        for file in files.values():
            file.close()
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def said(self, name: str) -> list[str]:
        return (self.folder / f"{name}.err").read_text(encoding="utf-8").splitlines()

    def test_started_before_their_servers(self):
        tools = self.tools()
        for server in SERVERS:
            LAB.run("kill", server)
        started = []
        try:
            at_once = {name: self.start(name, *tool, "0s") for name, tool in tools.items()}
            for name, process in at_once.items():
                self.assertEqual(process.wait(timeout=20), 75, (name, self.said(name)))
            running = {name: self.start(name, *tool, "60s") for name, tool in tools.items()}
            began = time.monotonic()
            while time.monotonic() < began + AWAY:
                ended = {name: self.said(name) for name, process in running.items() if process.poll() is not None}
                self.assertEqual(ended, {})
                time.sleep(0.2)
        finally:
            for server in SERVERS:
                LAB.run("start", server)
                started.append(server)
        self.assertEqual(tuple(started), SERVERS)
        for name, process in running.items():
            self.assertEqual(process.wait(timeout=60), 0, (name, self.said(name)))
            warnings = [line for line in self.said(name) if "hint: " not in line]
            # one now, and one more for every ten seconds at most
            self.assertLessEqual(len(warnings), 1 + (time.monotonic() - began) / 10, (name, warnings))
            self.assertGreaterEqual(len(warnings), 1, name)
        self.assertEqual(self.sql("SELECT count(*) FROM loaded"), "1")
        self.assertEqual(LAB.snow("SELECT COUNT(*) AS N FROM CDC.RAW.LATE")[0]["N"], 1)
        self.assertEqual(len((self.folder / "walcat.out").read_text(encoding="utf-8").splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
