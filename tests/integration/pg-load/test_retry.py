#!/usr/bin/env python3
"""What the server takes back is sent again: serialization failures, deadlocks, sessions ended in the middle of a
batch. Everything is there once, and the receipts say so."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pg_load_lab import Case, environment, start_lab, stop_lab

ROWS = 100
OURS = "application_name = 'pg-load' AND datname = current_database()"


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


def rows(count: int = ROWS) -> list[dict]:
    return [{"id": number, "v": "new"} for number in range(count)]


def updates() -> list[dict]:
    source = {"schema": "public", "table": "t"}
    return [{"op": "u", "key": {"id": row["id"]}, "after": row, "source": source} for row in rows()]


MODES = (("upsert", ("--table", "t", "--mode", "upsert"), rows()), ("events", ("--mode", "events"), updates()))


class RetryCase(Case):
    def begin(self, lines: list[dict], *options: str, **variables: str) -> subprocess.Popen:
        """pg-load that was given `lines` and may wait for more."""
        process = subprocess.Popen(
            self.words(*options, "--retry-for", "30s"),
            env=environment(**variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self._stop, process)
        self.send(process, lines)
        return process

    @staticmethod
    def send(process: subprocess.Popen, lines: list[dict]) -> None:
        process.stdin.write("".join(json.dumps(line) + "\n" for line in lines))
        process.stdin.flush()

    @staticmethod
    def _stop(process: subprocess.Popen) -> None:
        process.kill()
        process.communicate()

    def finish(self, process: subprocess.Popen, said: str) -> list[dict]:
        """The receipts; stderr must tell why the batch was sent again."""
        out, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, errors)
        self.assertIn(said, errors)
        self.assertIn("trying again", errors)
        return [json.loads(line) for line in out.splitlines()]

    def in_state(self, condition: str) -> None:
        query = f"SELECT count(*) FROM pg_stat_activity WHERE {OURS} AND {condition}"
        self.wait_until(lambda: self.sql(query) == "1")

    def end_sessions(self) -> None:
        """And waits until they are gone, lest the next call sees them."""
        ended = self.sql(
            f"SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE {OURS}"
        )
        self.assertEqual(ended, "1")

    def fill(self) -> None:
        self.sql(
            "DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, v text);"
            f"INSERT INTO t SELECT i, 'old' FROM generate_series(0, {ROWS - 1}) i"
        )

    def assert_updated(self, receipts: list[dict]) -> None:
        self.assertEqual(len(receipts), 1, receipts)
        counts = {name: receipts[0][name] for name in ("rows_in", "inserted", "updated", "deleted", "rejected")}
        self.assertEqual(counts, {"rows_in": ROWS, "inserted": 0, "updated": ROWS, "deleted": 0, "rejected": 0})
        self.assertEqual(self.sql("SELECT count(*), count(*) FILTER (WHERE v = 'new') FROM t"), f"{ROWS}|{ROWS}")


class TakenBack(RetryCase):
    def test_serialization_failure(self):
        for level in ("repeatable read", "serializable"):
            self.sql(f"ALTER DATABASE \"{self.database}\" SET default_transaction_isolation = '{level}'")
            for mode, options, lines in MODES:
                with self.subTest(level=level, mode=mode):
                    self.fill()
                    other = self.session()
                    other.run("BEGIN; UPDATE t SET v = 'other' WHERE id = 50;")
                    process = self.begin(lines, *options)
                    process.stdin.close()
                    process.stdin = None
                    self.in_state("wait_event_type = 'Lock'")
                    other.run("COMMIT;")
                    receipts = self.finish(process, "SQLSTATE 40001")
                    self.assert_updated(receipts)

    def test_deadlock(self):
        for mode, options, lines in MODES:
            with self.subTest(mode=mode):
                self.fill()
                other = self.session()
                other.run("SET deadlock_timeout = '10min';")
                other.run("BEGIN; UPDATE t SET v = 'other' WHERE id = 50;")
                process = self.begin(lines, *options, PGOPTIONS="-c deadlock_timeout=4s")
                process.stdin.close()
                process.stdin = None
                self.in_state("wait_event_type = 'Lock'")
                # one of the rows that pg-load has changed already, in whatever order it does
                free = "SELECT id FROM t FOR UPDATE SKIP LOCKED"
                locked = self.sql(f"WITH f AS ({free}) SELECT min(id) FROM t WHERE id <> 50 AND id NOT IN (TABLE f)")
                self.assertNotEqual(locked, "")
                other.run(f"UPDATE t SET v = 'other' WHERE id = {locked};")
                other.run("COMMIT;")
                self.assert_updated(self.finish(process, "SQLSTATE 40P01"))

    def test_what_lasts_ends_the_run(self):
        """Nothing is loaded and the next run may try again."""
        for state in ("40001", "40P01", "57P03"):
            for mode, options, lines in MODES:
                with self.subTest(state=state, mode=mode):
                    self.fill()
                    self.sql(
                        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                        f"$$BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{state}'; END$$;"
                        "CREATE TRIGGER refuse BEFORE UPDATE ON t EXECUTE FUNCTION refuse();"
                        "ALTER TABLE t ENABLE ALWAYS TRIGGER refuse"
                    )
                    done = self.load(lines, *options, "--retry-for", "300ms", code=75)
                    self.assertIn(f"not now (SQLSTATE {state}); trying again", done.errors)
                    self.assertEqual(done.receipts, [])
                    self.assertEqual(self.sql("SELECT count(*) FROM t WHERE v = 'old'"), str(ROWS))

    def test_a_database_that_is_not_written(self):
        """As on a standby: another try may meet a server that writes; what it hangs on is said."""
        self.fill()
        self.sql(f'ALTER DATABASE "{self.database}" SET default_transaction_read_only = on')
        for mode, options, lines in MODES:
            with self.subTest(mode=mode):
                done = self.load(lines, *options, "--retry-for", "300ms", code=75)
                self.assertIn("(SQLSTATE 25006)", done.errors)
                self.assertIn("hint: The server is a standby", done.errors)
                self.assertIn("or default_transaction_read_only is on for this role or database", done.errors)


class SessionEnded(RetryCase):
    """Rows go into a table without a key, where one that came twice would stay."""

    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE t (id int, v text)")

    def assert_inserted(self, receipts: list[dict], count: int) -> None:
        self.assertEqual([(one["rows_in"], one["inserted"]) for one in receipts], [(count, count)])
        self.assertEqual(self.sql("SELECT count(*), count(DISTINCT id) FROM t"), f"{count}|{count}")

    def test_while_rows_come_in(self):
        lines = rows(50_000)
        for options in ((), ("--no-staging",), ("--atomic",)):
            with self.subTest(options=options):
                self.sql("TRUNCATE t")
                process = self.begin(lines[:30_000], "--table", "t", "--batch-time", "1m", *options)
                self.in_state("query LIKE 'COPY%'")
                self.end_sessions()
                self.send(process, lines[30_000:])
                self.assert_inserted(self.finish(process, "connection"), len(lines))

    def test_while_the_batch_is_written(self):
        other = self.session()
        other.run("BEGIN; LOCK t IN SHARE MODE;")
        process = self.begin(rows(), "--table", "t")
        process.stdin.close()
        process.stdin = None
        self.in_state("wait_event_type = 'Lock'")
        self.end_sessions()
        other.run("ROLLBACK;")
        self.assert_inserted(self.finish(process, "connection"), ROWS)

    def test_several_times(self):
        """Only the batch in hand is sent again, not those before it."""
        process = self.begin([], "--table", "t", "--batch-rows", "1000", "--batch-time", "1m")
        lines = rows(5_500)
        for begin in range(0, 5_000, 1000):
            self.send(process, lines[begin : begin + 1000])
            self.wait_until(lambda: self.sql("SELECT count(*) FROM t") == str(begin + 1000))  # noqa: B023
            self.end_sessions()
        self.send(process, lines[5_000:])
        receipts = self.finish(process, "connection")
        self.assertEqual([one["inserted"] for one in receipts], [1000] * 5 + [500])
        self.assertEqual(self.sql("SELECT count(*), count(DISTINCT id) FROM t"), "5500|5500")


if __name__ == "__main__":
    unittest.main()
