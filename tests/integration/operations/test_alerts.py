#!/usr/bin/env python3
"""The alert rules in a real Prometheus that scrapes real tools: each fires in the fault that it is for, and not before.
Every waiting time of the rules is sixty times shorter."""

import json
import pathlib
import signal
import subprocess
import sys
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import DatabaseCase, Lab, free_port
from textfile_server import TextfileServer

LAB = Lab("alerts", CDC_LAB_MONITORING_SPEED="60")


def setUpModule():
    LAB.up("postgres", "snow-local", "monitoring")
    LAB.make_snow_schema()


def tearDownModule():
    LAB.down()


class Alerts(DatabaseCase):
    lab = LAB

    def setUp(self):
        super().setUp()
        self.targets = pathlib.Path(LAB.variables["CDC_LAB_DIR"]) / "monitoring/targets"
        self.sql("CREATE TABLE t (id int PRIMARY KEY); CREATE PUBLICATION p FOR ALL TABLES")
        self.slot = self.database[:60]

    def ask(self, path: str, **words: str) -> dict:
        url = f"{LAB.variables['CDC_PROMETHEUS_URL']}/api/v1/{path}?{urllib.parse.urlencode(words)}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)["data"]

    def firing(self) -> set[str]:
        """Of this test's pipeline."""
        alerts = [one for one in self.ask("alerts")["alerts"] if one["state"] == "firing"]
        return {one["labels"]["alertname"] for one in alerts if one["labels"].get("test") == self.database}

    def value(self, name: str) -> float | None:
        found = self.ask("query", query=f'max({name}{{test="{self.database}"}})')["result"]
        return float(found[0]["value"][1]) if found else None

    def scrape(self, *ports: int) -> None:
        file = self.targets / f"{self.database}.json"
        groups = [{"targets": [f"127.0.0.1:{port}" for port in ports], "labels": {"test": self.database}}]
        new = file.with_suffix(".new")
        new.write_text(json.dumps(groups), encoding="utf-8")
        new.replace(file)  # read as a whole
        self.addCleanup(file.unlink)

    def start(self, *words: str, **streams) -> tuple[subprocess.Popen, int]:
        port = free_port()
        streams.setdefault("stdout", subprocess.DEVNULL)
        return self.spawn(*words, "--metrics-listen", f"127.0.0.1:{port}", **streams), port

    def test_the_sink_stops(self):
        ack = self.folder / "wal.ack"
        self.addCleanup(self.drop_slot, self.slot)
        source, source_port = self.start(
            *("walcat", "-d", self.database, "--slot", self.slot, "--create", "--ack", str(ack)), stdout=subprocess.PIPE
        )
        copy = self.database + "_copy"
        self.lab.psql("postgres", f'CREATE DATABASE "{copy}"')
        self.addCleanup(self.lab.psql, "postgres", f'DROP DATABASE "{copy}" WITH (FORCE)')
        words = ("pg-load", "-d", copy, "--mode", "events", "--create", "--ack", str(ack))
        sink, sink_port = self.start(*words, stdin=source.stdout)
        self.scrape(source_port, sink_port)
        self.sql("INSERT INTO t VALUES (1)")
        self.wait_until(lambda: (self.value("pg_load_rows_total") or 0) > 0)
        # a slow start may have looked like one
        self.wait_until(lambda: "CdcAckStalled" not in self.firing())
        sink.send_signal(signal.SIGSTOP)
        self.sql("INSERT INTO t VALUES (2)")
        self.wait_until(lambda: {"CdcAckStalled", "CdcProcessAbsent"} <= self.firing())
        sink.send_signal(signal.SIGCONT)
        self.wait_until(lambda: "CdcAckStalled" not in self.firing())

    def test_the_slot_is_lost(self):
        """As a textfile collector tells it: walcat itself has ended."""
        with TextfileServer(self.folder) as server:
            self.scrape(server.port)
            words = ["walcat", "-d", self.database, "--slot", "none", "--ack", str(self.folder / "ack")]
            done = subprocess.run(
                [*words, "--metrics-file", str(self.folder / "walcat.prom")],
                env=LAB.environment(),
                capture_output=True,
                check=False,
                timeout=60,
            )
            self.assertEqual(done.returncode, 69, done.stderr)
            self.wait_until(lambda: {"CdcSlotLost", "CdcRunFailed"} <= self.firing())

    def test_bad_rows(self):
        reject = self.folder / "bad.ndjson"
        sink, port = self.start(
            *("pg-load", "-d", self.database, "--table", "t", "--reject", str(reject), "--batch-time", "100ms"),
            stdin=subprocess.PIPE,
            text=True,
        )
        self.scrape(port)
        sink.stdin.write('{"id":1}\n')
        sink.stdin.flush()
        self.wait_until(lambda: self.value("pg_load_rows_total") == 1)
        self.assertNotIn("CdcRowErrors", self.firing())
        sink.stdin.write('{"id":"no number"}\n{"id":2}\n')
        sink.stdin.flush()
        self.wait_until(lambda: "CdcRowErrors" in self.firing())

    def test_rows_in_quarantine(self):
        rules = self.folder / "rules.yaml"
        rules.write_text(
            "version: 1\nrules:\n  - {name: known, kind: not_null, severity: quarantine, column: id}\n",
            encoding="utf-8",
        )
        filtering, port = self.start(
            "cdc-check", str(rules), "--reject", str(self.folder / "bad"), stdin=subprocess.PIPE, text=True
        )
        self.scrape(port)
        filtering.stdin.write('{"id":null}\n' * 3 + '{"id":1}\n')
        filtering.stdin.flush()
        self.wait_until(lambda: "CdcQuarantineRatio" in self.firing())

    def snow_put(self, *options: str) -> tuple[str, ...]:
        words = ("snow-put", "-c", "lab", "--database", "CDC", "--schema", "RAW", "--create", "--merge-every", "0")
        return (*words, "--channel-prefix", self.database, "--table", self.database, *options)

    def feed(self, process: subprocess.Popen, *rows: str) -> None:
        process.stdin.write("".join(row + "\n" for row in rows))
        process.stdin.flush()

    def test_a_channel_is_taken_over(self):
        """As a textfile collector tells it: the one that lost its channel has ended."""
        file = self.folder / "snow-put.prom"
        kafka = '"kafka":{"topic":"t","partition":0,"offset":%d,"timestamp":1}'
        first = self.spawn(
            *self.snow_put("--max-lag", "100ms", "--metrics-file", str(file)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.feed(first, '{"id":1,' + kafka % 1 + "}")
        self.assertIn('"rows":1', first.stdout.readline())  # committed: the channel is its own
        with TextfileServer(self.folder) as server:
            self.scrape(server.port)
            self.wait_until(lambda: self.value("snow_put_rows_total") == 1)
            self.assertEqual(self.value("snow_put_exit_code"), None)
            second = subprocess.run(
                self.snow_put(),
                env=LAB.environment(),
                input='{"id":2,' + kafka % 2 + "}\n",
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            self.assertEqual(second.returncode, 0, second.stderr)
            self.feed(first, '{"id":3,' + kafka % 3 + "}")
            self.assertEqual(first.wait(timeout=60), 69)
            first.stdin.close()
            self.wait_until(lambda: {"CdcChannelTakenOver", "CdcRunFailed"} <= self.firing())

    def test_a_token_that_does_not_move(self):
        sink, port = self.start(*self.snow_put("--max-lag", "100ms"), stdin=subprocess.PIPE, text=True)
        self.scrape(port)
        self.feed(sink, '{"id":1}')
        self.wait_until(lambda: self.value("snow_put_rows_total") == 1)
        self.assertNotIn("CdcTokenBehind", self.firing())
        LAB.run("kill", "snow-local")
        self.addCleanup(LAB.run, "start", "snow-local")
        self.feed(sink, '{"id":2}')
        self.wait_until(lambda: "CdcTokenBehind" in self.firing())
        self.assertEqual(self.value("snow_put_rows_total"), 1)  # it is not durable


if __name__ == "__main__":
    unittest.main()
