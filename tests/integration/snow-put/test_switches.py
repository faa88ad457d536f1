#!/usr/bin/env python3
"""What the service does now and then, one switch of the stand-in after the other: every row once, and nothing that the
stand-in notes as a client's mistake."""

import json
import pathlib
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable
from snow_put import command, journal_positions, put, receipts
from snow_put_case import Case

REOPENED = (
    "ERR_CHANNEL_HAS_INVALID_ROW_SEQUENCER",
    "ERR_CHANNEL_MUST_BE_REOPENED",
    "ERR_CHANNEL_MUST_BE_REOPENED_DUE_TO_ROW_SEQ_GAP",
    "ERR_CHANNEL_NO_LONGER_EXISTS",
    "STALE_PIPE_CACHE",
)
LONG_NAME = "longer than five"


class Switched(Case):
    def back_door(self, method: str, path: str, body: dict | None = None):
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(f"{self.lab.url}/__local/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
        return json.loads(text) if text else None

    def anew(self, **settings) -> None:
        self.lab.fresh()
        self.lab.settings(commit_delay=0.1, **settings)

    def history(self) -> SourceTable:
        table = SourceTable("t", 7)
        for _ in range(60):
            table.change()
        return table

    def assert_once(self, table: SourceTable) -> None:
        sent = sorted(json.loads(line)["pos"] for line in table.lines)
        self.assertEqual(sorted(journal_positions(self.lab, table.name)), sent)
        self.assertEqual(self.back_door("GET", "violations")["counts"], {})
        self.assertEqual([channel["throttled"] for channel in self.lab.channels() if channel["throttled"]], [])


class Whole(Switched):
    def assert_passes(self, *options: str, **settings) -> None:
        with self.subTest(**settings):
            self.anew(**settings)
            table = self.history()
            lines = [table.schema_line(), *table.lines]
            done = put(self.lab, lines, "--create", "--max-lag", "50ms", "--retry-for", "30s", *options)
            self.assert_code(done, 0)
            self.assertNotIn("another writer", done.stderr)
            self.assertEqual(sum(receipt["rows"] for receipt in receipts(done)), len(table.lines))
            self.assert_once(table)

    def test_what_is_told_late_or_not_at_all(self):
        self.assert_passes(status_lag=0.7)
        self.assert_passes(counter_lag=0.7)
        self.assert_passes(missing_statuses=3)
        self.assert_passes(rows_errors_name="rows_errors")

    def test_what_is_told_wrong_for_a_moment(self):
        self.assert_passes(misclassified_404=2)
        self.assert_passes(uncommitted_409=2)
        self.assert_passes(open_delay=0.5)
        self.assert_passes("--channels", "4", commit_spread=0.5)

    def test_failures_that_pass(self):
        for status in (408, 429, 499, 500, 502, 504):
            self.assert_passes(fail_status=status, fail_count=2, retry_after=0.2)
        self.assert_passes(fail_status=401, fail_count=1)
        self.assert_passes(fail_status=503, fail_count=2, fail_path="bulk-channel-status", retry_after=0.2)

    def test_bodies_that_are_too_large(self):
        self.assert_passes(max_body=1500)
        self.assert_passes(max_body=1500, too_large_status=400)

    def test_every_way_to_say_the_host(self):
        host = self.lab.url.split("://")[1]
        for hostname in (host, f"http://{host}"):
            self.assert_passes(hostname=hostname)


class InTheMiddle(Switched):
    """Something happens to the channel between two rows of a running put."""

    def through(self, *happenings, code: int = 0, **settings) -> str:
        self.anew(**settings)
        table = self.history()
        step = len(table.lines) // (len(happenings) + 1)
        process = subprocess.Popen(
            command("--create", "--max-lag", "50ms", "--retry-for", "30s"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.lab.environment,
        )
        process.stdin.write(table.schema_line() + "\n")
        for number, happening in enumerate(happenings):
            process.stdin.write("\n".join(table.lines[number * step : (number + 1) * step]) + "\n")
            process.stdin.flush()
            process.stdout.readline()  # some of them are committed
            happening()
        rest = table.lines[len(happenings) * step :]
        _, errors = process.communicate("\n".join(rest) + "\n", timeout=60)
        self.assertEqual(process.returncode, code, errors)
        if code == 0:
            self.assert_once(table)
        return errors

    def happens(self, event: str, **body):
        return lambda: self.back_door("POST", f"channels/{event}", body)

    def test_it_must_be_opened_again(self):
        for status in REOPENED:
            with self.subTest(status=status):
                self.through(self.happens("invalidate", code=status))

    def test_it_was_forgotten(self):
        self.assertIn("its token is gone", self.through(self.happens("expire")))

    def test_the_service_has_moved(self):
        self.through(self.happens("failover", commit=True), self.happens("failover"))

    def test_another_writer_has_opened_it(self):
        self.assertIn("another writer", self.through(self.happens("open"), code=69))

    def test_somebody_alters_the_table_by_hand(self):
        alters = [
            lambda number=number: self.lab.sql(f"ALTER TABLE CDC.RAW.T_JOURNAL ADD COLUMN BY_HAND_{number} VARCHAR")
            for number in range(3)
        ]
        self.assertIn("again", self.through(*alters, table_shape="invalidate"))


class Refused(Switched):
    """Which row it was, also when counters come late or the service only says that it takes no such body."""

    def rejected(self, values: list, **settings) -> list:
        self.anew(**settings)
        self.lab.sql(
            "CREATE TABLE CDC.RAW.T_JOURNAL (ID NUMBER(10,0), NAME VARCHAR(5), NOTE VARCHAR, AMOUNT NUMBER(12,2), "
            "_CDC_POS VARCHAR, _CDC_OP VARCHAR, _CDC_COMMIT_TS TIMESTAMP_TZ(6), _CDC_UNCHANGED VARIANT, "
            "_CDC_OLD_KEY VARIANT, _CDC_NEW_KEY VARIANT, _CDC_CHANNEL VARCHAR)"
        )
        table = SourceTable("t")
        for key, value in enumerate(values, 1):
            table.begin()
            table.emit("c", None, {"id": key, "name": value, "note": None, "amount": None})
        rejects = self.folder / "bad"
        rejects.unlink(missing_ok=True)
        done = put(self.lab, [table.schema_line(), *table.lines], "--reject", str(rejects))
        self.assert_code(done, 1)
        bad = [json.loads(line)["row"]["after"]["id"] for line in rejects.read_text().splitlines()]
        stored = len(values) - len(bad)
        self.assertEqual(sum(receipt["rows"] for receipt in receipts(done)), stored)
        self.assertEqual(len(journal_positions(self.lab, "t")), stored)
        return bad

    def test_rows_that_the_table_does_not_take(self):
        values = ["a", LONG_NAME, "b", "c", LONG_NAME]
        for settings in ({}, {"counter_lag": 0.7}, {"status_lag": 0.7}, {"rows_errors_name": "rows_errors"}):
            with self.subTest(**settings):
                self.assertEqual(self.rejected(values, **settings), [2, 5])

    def test_a_body_that_the_service_does_not_take(self):
        values = ["a", "b", "nasty", "c", "d"]
        for status in (400, 422):
            with self.subTest(status=status):
                self.assertEqual(self.rejected(values, refuse_text="nasty", refuse_status=status), [3])


if __name__ == "__main__":
    unittest.main(verbosity=2)
