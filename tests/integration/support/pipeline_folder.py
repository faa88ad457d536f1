"""The folder of a pipeline as the tools leave it, for tests of cdc-top."""

import fcntl
import json
import pathlib
import subprocess
import tempfile
import time
import unittest

from own_lab import TOP

CDC_TOP = TOP / "scripts/cdc-top"


def exposition(tool: str, **samples: float) -> str:
    """As a tool writes it, of one that began a hundred seconds ago."""
    now = time.time()
    values = {
        f'{tool}_build_info{{version="1"}}': 1,
        f"{tool}_up": 1,
        f"{tool}_metrics_timestamp_seconds": now,
        "process_start_time_seconds": now - 100,
    }
    values |= {f"{tool}_{name}": value for name, value in samples.items()}
    return "# HELP x X.\n" + "".join(f"{name} {value}\n" for name, value in values.items())


class FolderCase(unittest.TestCase):
    """A pipeline walcat | pg-load in a folder; the test holds the ack file as the sink does."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.metrics = {
            "walcat": {"lag_seconds": 0, "last_ack_age_seconds": 0, "slot_lag_bytes": 1000},
            "pg_load": {'rows_total{table="t",result="inserted"}': 500},
        }
        self.ack = self.folder / "wal.ack"
        self.write_ack()
        self.held = self.enterContext(self.ack.open())
        fcntl.flock(self.held, fcntl.LOCK_EX)

    def write_ack(self, age: float = 0) -> None:
        record = {"v": 1, "run": "r", "source": {}, "seq": 4, "pos": "0", "rows_ok": 500, "rows_rejected": 0}
        record |= {"sink": "postgresql:copy", "ts_ms": int((time.time() - age) * 1000)}
        self.ack.write_text(json.dumps(record) + "\n", encoding="utf-8")

    def stages(self) -> list[dict]:
        for tool, samples in self.metrics.items():
            (self.folder / f"{tool}.prom").write_text(exposition(tool, **samples), encoding="utf-8")
        done = subprocess.run([CDC_TOP, "--once", self.folder], capture_output=True, text=True, check=True, timeout=30)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def assert_blamed(self, stage: str, why: str) -> None:
        found = self.stages()
        self.assertTrue(found[0]["stalled"], found)
        self.assertEqual(found[0]["stage"], stage)
        self.assertRegex(found[0]["why"], why)
        self.assertEqual([one["stage"] for one in found[1:] if one["stalled"]], [])
