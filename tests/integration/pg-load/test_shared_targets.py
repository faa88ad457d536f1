#!/usr/bin/env python3
"""Mode events: several source tables in one table of the target. Partitions that come under their own names are one
picture; whatever would delete another source's rows is refused with both names."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import checkpoint, position
from pg_load_lab import Case, Load, environment, psql, start_lab, stop_lab

FLIGHTS = """
CREATE TABLE flight (id int, region int, note text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE flight_1 PARTITION OF flight FOR VALUES IN (1);
CREATE TABLE flight_2 PARTITION OF flight FOR VALUES IN (2, 3) PARTITION BY LIST (region);
CREATE TABLE flight_2a PARTITION OF flight_2 FOR VALUES IN (2);
CREATE TABLE flight_2b PARTITION OF flight_2 FOR VALUES IN (3);
CREATE TABLE flight_rest PARTITION OF flight DEFAULT;
INSERT INTO flight SELECT n, n % 5, repeat('long ', 600) || n FROM generate_series(1, 40) n;
CREATE PUBLICATION leaves FOR TABLE flight
"""
TARGET = "CREATE TABLE flight (id int, region int, note text, PRIMARY KEY (id, region))"
ROWS = "SELECT id, region, md5(note) FROM flight ORDER BY 1, 2"


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class Leaves(Case):
    def setUp(self):
        super().setUp()
        self.source = self.database + "_source"
        psql("postgres", f'CREATE DATABASE "{self.source}"')
        self.addCleanup(psql, "postgres", f'DROP DATABASE "{self.source}" WITH (FORCE)')
        self.slot = self.database[:60]
        self.addCleanup(self.drop_slot)
        psql(self.source, FLIGHTS)
        self.sql(TARGET)
        psql(self.source, f"SELECT pg_create_logical_replication_slot('{self.slot}', 'pgoutput')")

    def drop_slot(self) -> None:
        self.wait_until(self.is_free)
        query = f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{self.slot}'"
        psql(self.source, query)

    def is_free(self) -> bool:
        active = f"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{self.slot}' AND active"
        return psql(self.source, active) == "0"

    def pipeline(self, *words: str, sink: str = "--table flight") -> subprocess.Popen:
        ack = self.folder / "ack"
        command = (
            f"set -o pipefail; walcat -d {self.source} --slot {self.slot} --publication leaves --ack {ack} "
            f"{' '.join(words)} | pg-load -d {self.database} --mode events {sink} --ack {ack} > /dev/null"
        )
        self.wait_until(self.is_free)
        return subprocess.Popen(
            ["bash", "-c", command], env=environment(), stderr=subprocess.PIPE, start_new_session=True
        )

    def follow(self, *words: str, sink: str = "--table flight", code: int = 0) -> str:
        process = self.pipeline("--until-now", *words, sink=sink)
        errors = process.communicate(timeout=60)[1].decode()
        self.assertEqual(process.returncode, code, errors)
        return errors

    def assert_same(self) -> None:
        self.assertEqual(self.sql(ROWS), psql(self.source, ROWS))

    def change(self, text: str) -> None:
        psql(self.source, text)

    def test_one_picture(self):
        """What the source lacks goes when the last partition has ended, and not before."""
        self.sql("INSERT INTO flight VALUES (999, 1, 'gone'), (1, 4, 'moved meanwhile'), (2, 2, 'older')")
        for limit in (3, 9, 20, 39):  # cut inside of one partition and between two
            process = self.pipeline("--limit", str(limit))
            process.communicate(timeout=60)
            self.assertEqual(self.sql("SELECT count(*) FROM flight WHERE id = 999"), "1", f"{limit} rows")
        self.follow()
        self.assert_same()
        # and a second picture of another run
        self.change("DELETE FROM flight WHERE id % 7 = 0; UPDATE flight SET region = 1 WHERE region = 3")
        self.follow("--snapshot", "always")
        self.assert_same()

    def test_killed_snapshots(self):
        self.sql("INSERT INTO flight VALUES (999, 1, 'gone')")
        self.change("INSERT INTO flight SELECT n, n % 5, repeat('x', 3000) FROM generate_series(1000, 6000) n")
        for after in (0.05, 0.15, 0.3):
            process = self.pipeline()
            time.sleep(after)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        self.follow()
        self.assert_same()

    def test_rows_move_between_partitions(self):
        self.follow()
        self.change(
            "BEGIN; UPDATE flight SET region = 2 WHERE region = 1; UPDATE flight SET region = 9 WHERE id < 20; COMMIT;"
            "UPDATE flight SET region = 1, note = 'back' WHERE id = 5; DELETE FROM flight WHERE id = 6;"
            "INSERT INTO flight VALUES (6, 3, 'again'); UPDATE flight SET region = 3 WHERE id = 5"
        )
        self.follow(sink="--map flight_1=flight --map flight_2a=flight --map flight_2b=flight --map flight_rest=flight")
        self.assert_same()

    def test_a_target_whose_key_is_the_same_in_all_partitions(self):
        """A row that moves is deleted under one name and comes under another."""
        self.sql("DROP TABLE flight; CREATE TABLE flight (id int PRIMARY KEY, region int, note text)")
        self.follow()
        self.change("UPDATE flight SET region = 2 WHERE region = 1; UPDATE flight SET region = 1 WHERE region = 3")
        self.follow()
        self.assert_same()

    def test_one_partition_emptied_and_all(self):
        self.follow()
        self.change("TRUNCATE flight_1")
        errors = self.follow(code=65)
        self.assertIn('"public.flight_1"', errors)
        self.assertEqual(self.sql("SELECT count(*) FROM flight"), "40")
        self.change("TRUNCATE flight; INSERT INTO flight VALUES (1, 1, 'new')")
        self.follow()
        self.assert_same()

    def test_partitions_of_two_roots(self):
        self.change("CREATE TABLE other (LIKE flight INCLUDING ALL); INSERT INTO other VALUES (1, 1, 'x')")
        self.change("ALTER PUBLICATION leaves ADD TABLE other")
        self.sql("INSERT INTO flight VALUES (999, 1, 'of another')")
        before = self.sql(ROWS)
        errors = self.follow(code=78)
        self.assertIn('"public.other"', errors)
        self.assertIn('"public.flight_', errors)
        self.assertEqual(self.sql(ROWS), before)

    def test_later_runs_know_whose_rows_there_are(self):
        self.change("CREATE TABLE other (LIKE flight INCLUDING ALL); INSERT INTO other VALUES (1, 1, 'x')")
        self.follow()
        self.change("DROP PUBLICATION leaves; CREATE PUBLICATION leaves FOR TABLE other")
        errors = self.follow("--snapshot", "always", code=78)
        self.assertIn('"public.other"', errors)
        self.assertIn('"public.flight_', errors)
        self.assert_same()
        # a table that was emptied, or made again, holds nobody's rows
        for fresh in ("TRUNCATE flight", "DROP TABLE flight; " + TARGET):
            self.sql(fresh)
            self.follow("--snapshot", "always")
            self.assertEqual(self.sql("SELECT id, note FROM flight"), "1|x")


class Sources(Case):
    """Two sources, as two pipelines see them."""

    def hello(self, system: str, slot: str) -> str:
        source = {"system_id": system, "timeline": 1, "slot": slot, "database": "d"}
        return json.dumps({"__cdc": "hello", "v": 1, "run": "r", "source": source, "from": ""})

    def row(self, key: int, lsn: int, operation: str = "c", table: str = "t") -> dict:
        event = {"pos": position(lsn, key), "op": operation, "key": {"id": key}, "before": None, "after": {"id": key}}
        return event | {"source": {"schema": "public", "table": table}}

    def run_of(self, system: str, lines: list, slot: str = "s", code: int = 0, table: str = "t") -> Load:
        end = checkpoint("r", 1, f"{900:016X}", 0, "eof")
        options = ["--mode", "events", "--map", f"{table}=t"]
        return self.load([self.hello(system, slot), *lines, end], *options, code=code)

    def picture(self, lsn: int, *keys: int, table: str = "t") -> list:
        border = {"__cdc": "snapshot", "schema": "public", "table": table, "pos": f"{lsn:016X}"}
        rows = [self.row(key, lsn, "r", table) for key in keys]
        return [border | {"phase": "begin"}, *rows, border | {"phase": "end", "rows": len(keys)}]

    def keys(self) -> str:
        return self.sql("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t")

    def test_two_sources_of_one_target(self):
        for key in (" PRIMARY KEY", ""):
            with self.subTest(key=bool(key)):
                self.sql(f"DROP TABLE IF EXISTS t; CREATE TABLE t (id int{key}); DROP SCHEMA IF EXISTS cdckit CASCADE")
                self.run_of("71", self.picture(100, 1, 2))
                refused = self.run_of("72", self.picture(50, 3), code=78)
                self.assertIn("71/s/d", refused.errors)
                self.assertIn("72/s/d", refused.errors)
                self.assertEqual(self.keys(), "1 2")
                # changes delete nothing but what they name; yet a new picture of the first would
                self.run_of("72", [self.row(4, 60)])
                self.assertEqual(self.keys(), "1 2 4")
                self.assertIn("72/s/d", self.run_of("71", self.picture(200, 1), code=78).errors)
                self.sql("DELETE FROM cdckit.positions WHERE source = '72/s/d'")
                self.run_of("71", self.picture(200, 1))
                self.assertEqual(self.keys(), "1")

    def test_a_source_read_by_another_slot(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.run_of("71", self.picture(100, 1, 2))
        self.run_of("71", self.picture(200, 2, 3), slot="s2")
        self.assertEqual(self.keys(), "2 3")
        refused = self.run_of("71", self.picture(300, 4, table="u"), slot="s3", code=78, table="u")
        self.assertIn("public.u", refused.errors)
        self.assertIn("public.t", refused.errors)

    def test_a_truncate_of_one_of_two_sources(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.run_of("71", self.picture(100, 1, 2))
        self.run_of("72", [self.row(4, 60)])
        emptied = self.row(0, 300, "t") | {"key": None, "after": None}
        refused = self.run_of("71", [emptied], code=65)
        self.assertIn("public.t", refused.errors)
        self.assertEqual(self.keys(), "1 2 4")

    def test_parts_that_do_not_follow_each_other(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (9)")
        lines = self.picture(100, 1)
        for border in (lines[0], lines[-1]):
            border |= {"part": 2, "parts": 2}
        self.assertIn("did not come", self.run_of("71", lines, code=65).errors)
        self.assertEqual(self.keys(), "9")


if __name__ == "__main__":
    unittest.main()
