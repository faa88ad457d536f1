#!/usr/bin/env python3
"""What the tools cost while nothing happens: at most 0.05 CPU seconds a minute each. What waits for Kafka, whose client
library has threads of its own: tests/bench/operations."""

import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import DatabaseCase, Lab

LAB = Lab("at-rest")
MOST = 0.05  # CPU seconds a minute
SECONDS = 40.0
SETTLED = 8.0  # seconds: what connects has connected, what was given is done


def setUpModule():
    LAB.up("postgres", "snow-local", "opensky")
    LAB.make_snow_schema()


def tearDownModule():
    LAB.down()


def cpu_seconds(pid: int) -> float:
    """Of all its threads, to the nanosecond."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text(encoding="ascii").split()[0])
    return total / 1e9


class AtRest(DatabaseCase):
    lab = LAB

    def tools(self) -> dict[str, list[str]]:
        rules = self.folder / "rules.yaml"
        rules.write_text("version: 1\nrules: [{name: known, kind: not_null, severity: warn, column: id}]\n", "utf-8")
        snow = ("-c", "lab", "--database", "CDC", "--schema", "RAW")
        ack = ("--ack", str(self.folder / "ack"))
        return {
            "walcat": ["walcat", "-d", self.database, "--slot", self.database[:60], "--create", *ack],
            "pg-load": ["pg-load", "-d", self.database, "--table", "loaded"],
            "snow-put": ["snow-put", *snow, "--create", "--table", "REST", "--merge-every", "60s"],
            "cdc-check": ["cdc-check", str(rules)],
            "opensky-fetch": ["opensky-fetch", "states", "--url", LAB.variables["CDC_OPENSKY_URL"], "--every", "10m"],
        }

    def start(self, name: str, words: list[str]) -> subprocess.Popen:
        """Its stdin stays open, its output is read by nobody and not closed."""
        with (self.folder / f"{name}.out").open("wb") as out:
            process = self.spawn(
                *words,
                *("--metrics-file", str(self.folder / f"{name}.prom")),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if name == "walcat" else out,
            )
        if name in ("pg-load", "cdc-check", "snow-put"):
            process.stdin.write(b'{"id":1}\n')
            process.stdin.flush()
        return process

    def test_nothing_to_do_costs_nothing(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE loaded (id int PRIMARY KEY)")
        self.addCleanup(self.drop_slot, self.database[:60])
        running = {name: self.start(name, words) for name, words in self.tools().items()}
        for name in ("pg-load", "cdc-check", "snow-put", "opensky-fetch"):
            self.wait_until(lambda name=name: (self.folder / f"{name}.out").stat().st_size > 0)
        time.sleep(SETTLED)
        began = time.monotonic()
        before = {name: cpu_seconds(process.pid) for name, process in running.items()}
        time.sleep(SECONDS)
        minutes = (time.monotonic() - began) / 60
        used = {name: (cpu_seconds(process.pid) - before[name]) / minutes for name, process in running.items()}
        for name, seconds in used.items():
            print(f"{name}: {seconds:.3f} CPU s a minute", file=sys.stderr)
        self.assertEqual({name: seconds for name, seconds in used.items() if seconds > MOST}, {})


if __name__ == "__main__":
    unittest.main()
