#!/usr/bin/env python3
"""The flight board's queries on recorded flights that came through the tools: figures beside SQL written on its own."""

import json
import os
import subprocess
import sys
import time
import unittest
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from board_environment import BOARD, use_environment
from own_lab import TOP, Lab

use_environment("board")
import figures  # noqa: E402
from flight_data import FlightData, NotThere, Place, Unavailable  # noqa: E402
from snowflake.connector.cursor import SnowflakeCursor  # noqa: E402

LOAD = """
set -euo pipefail
opensky-fetch states --url "$CDC_OPENSKY_URL" --every 1ms --count "$1" --ack "$CDC_LAB_DIR/fetch.ack" |
  pg-load -d "$PGDATABASE" --table live_state --mode sync --key icao24 --ignore-extra --ack "$CDC_LAB_DIR/fetch.ack" >/dev/null
"""
MIRROR = """
set -euo pipefail
ack=$CDC_LAB_DIR/board.ack
walcat -q -d "$PGDATABASE" --slot board --publication flights --create --ack "$ack" --until-now |
  snow-put -q -c lab --database CDC --schema RAW --create --history --max-lag 100ms --merge-every "$1" --ack "$ack" >/dev/null
"""
MERGE = "snow-put merge -q -c lab --database CDC --schema RAW --create --table LIVE_STATE --table AIRCRAFT --table FLIGHT_LEG --table FETCH_RUN >/dev/null"


class Data(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab("board")
        cls.addClassCleanup(cls.lab.down)
        cls.lab.up("postgres", "snow-local", "opensky")
        cls.enterClassContext(mock.patch.dict(os.environ, SNOWFLAKE_HOME=cls.lab.environment()["SNOWFLAKE_HOME"]))
        cls.run_shell("psql -Xq -v ON_ERROR_STOP=1 -f scripts/flights/schema.sql")
        cls.run_shell("snow-ddl apply -q -c lab scripts/flights/snow >/dev/null")
        cls.before_anything = cls.kind_of_failure()
        cls.run_shell(MIRROR, "never")  # an empty picture: the slot stands before the first change
        cls.run_shell(LOAD, "25")
        cls.run_shell(MIRROR, "never")
        cls.run_shell(MERGE)
        cls.data = FlightData(Place(), shared_for=0)
        cls.addClassCleanup(cls.data.close)

    @classmethod
    def run_shell(cls, script: str, *words: str) -> None:
        done = subprocess.run(
            ["bash", "-c", script, "bash", *words],
            env=cls.lab.environment(),
            cwd=TOP,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"{script}: exit {done.returncode}: {done.stderr}")

    @staticmethod
    def kind_of_failure(place: Place | None = None) -> type:
        try:
            FlightData(place or Place()).look()
        except Exception as error:
            return type(error)
        return type(None)

    def sql(self, text: str) -> list[dict]:
        """By the administrator's role and another client."""
        done = subprocess.run(
            ["snow-ddl", "query", "-c", "lab", text],
            env=self.lab.environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def postgres(self, text: str) -> str:
        return self.lab.psql(self.lab.variables["PGDATABASE"], text)

    def assert_picture_is_the_source(self) -> None:
        seen = [
            (one["icao24"], one["lon"], one["lat"], one["baro_altitude_m"], one["track_deg"])
            for one in self.data.look().aircraft
        ]
        text = self.postgres(
            'select json_agg(json_build_array(icao24, lon, lat, baro_altitude_m, track_deg) order by icao24 collate "C") from live_state'
        )
        self.assertEqual(seen, [tuple(row) for row in json.loads(text)])
        self.assertGreater(len(seen), 20)

    def assert_commits_are_the_journal_s(self) -> None:
        (row,) = self.sql("SELECT MAX(_CDC_COMMIT_TS) AS T FROM CDC.RAW.LIVE_STATE_JOURNAL")
        self.assertEqual(self.data.look().committed, datetime.fromisoformat(row["T"]))
        rows = self.sql(
            "SELECT FLOOR(DATE_PART('epoch_second', _CDC_COMMIT_TS) / 60) AS M, _CDC_OP AS OP, COUNT(*) AS N FROM CDC.RAW.LIVE_STATE_JOURNAL GROUP BY ALL"
        )
        wanted = {(int(row["M"]), row["OP"]): int(row["N"]) for row in rows}
        counted = {(int(minute.timestamp()) // 60, op): n for (minute, op), n in self.data.look().changes.items()}
        self.assertEqual(counted, wanted)

    def test_1_before_anything_was_loaded_there_is_nothing(self):
        self.assertIs(self.before_anything, NotThere)
        self.assertIs(self.kind_of_failure(Place(schema="ELSEWHERE")), NotThere)
        self.assertIs(self.kind_of_failure(Place(connection="nobody")), Unavailable)

    def test_2_the_picture_and_its_counts(self):
        self.assert_picture_is_the_source()
        flying = self.data.look().aircraft
        rows = self.sql(
            "SELECT COALESCE(ORIGIN_COUNTRY, 'not known') AS C, COUNT(*) AS N FROM CDC.RAW.LIVE_STATE GROUP BY 1"
        )
        self.assertEqual(dict(figures.by_country(flying, most=99)), {row["C"]: int(row["N"]) for row in rows})
        rows = self.sql(
            """SELECT CASE WHEN ON_GROUND THEN 'on the ground' WHEN BARO_ALTITUDE_M IS NULL THEN 'not known'
              WHEN BARO_ALTITUDE_M < 3048 THEN 'below 10,000 ft' WHEN BARO_ALTITUDE_M < 7620 THEN '10,000 to 25,000 ft'
              WHEN BARO_ALTITUDE_M < 10363.2 THEN '25,000 to 34,000 ft' WHEN BARO_ALTITUDE_M < 11277.6 THEN '34,000 to 37,000 ft'
              WHEN BARO_ALTITUDE_M < 11887.2 THEN '37,000 to 39,000 ft' ELSE '39,000 ft and above' END AS B, COUNT(*) AS N
            FROM CDC.RAW.LIVE_STATE GROUP BY 1"""
        )
        bands = {figures.BANDS[band][0]: n for band, n in figures.by_band(flying)}
        self.assertEqual(bands, {row["B"]: int(row["N"]) for row in rows})

    def test_3_commits_and_changes_per_minute(self):
        self.assert_commits_are_the_journal_s()
        look = self.data.look()
        self.assertLessEqual(look.folded, look.committed)

    def test_4_every_stop_shows_what_the_source_had_then(self):
        stops = self.data.look().stops
        rows = self.postgres(
            "select extract(epoch from snapshot_time)::bigint, aircraft_count from fetch_run order by 1"
        ).split()
        wanted = [tuple(map(int, row.split("|"))) for row in rows]
        self.assertEqual([int(stop["snapshot_time"].timestamp()) for stop in stops], [row[0] for row in wanted])
        for stop, (_, count) in zip(stops, wanted, strict=True):
            self.assertEqual(len(self.data.picture_at(stop["commit_lsn"])), count)
        middle = stops[len(stops) // 2]["commit_lsn"]
        rows = self.sql(
            f"""SELECT ICAO24, LON, LAT FROM CDC.RAW.LIVE_STATE_JOURNAL j WHERE _CDC_OP <> 'd' AND LEFT(_CDC_POS, 16) <= '{middle}'
              AND NOT EXISTS (SELECT 1 FROM CDC.RAW.LIVE_STATE_JOURNAL k WHERE k.ICAO24 = j.ICAO24
                AND k._CDC_POS > j._CDC_POS AND LEFT(k._CDC_POS, 16) <= '{middle}') ORDER BY ICAO24"""
        )
        seen = [(one["icao24"], one["lon"], one["lat"]) for one in self.data.picture_at(middle)]
        self.assertEqual(seen, [(row["ICAO24"], row["LON"], row["LAT"]) for row in rows])
        self.assertEqual(self.data.picture_at(stops[-1]["commit_lsn"]), self.data.look().aircraft)

    def test_5_track_and_legs_of_one(self):
        chosen = self.postgres(
            "select icao24 from flight_leg where left_at is null order by entered_at, icao24 limit 1"
        )
        rows = self.sql(
            f"SELECT LON, LAT FROM CDC.RAW.LIVE_STATE_JOURNAL WHERE ICAO24 = '{chosen}' AND _CDC_OP IN ('c', 'u', 'r') ORDER BY _CDC_POS"
        )
        (piece,) = self.data.track(chosen)
        self.assertEqual([(point["lon"], point["lat"]) for point in piece], [(row["LON"], row["LAT"]) for row in rows])
        self.assertGreater(len(piece), 5)
        stop = self.data.look().stops[3]["commit_lsn"]
        (short,) = self.data.track(chosen, stop)
        self.assertEqual(short, [point for point in piece if point["pos"][:16] <= stop])
        text = self.postgres(
            f"select callsign || ' ' || (left_at is null) from flight_leg where icao24 = '{chosen}' order by entered_at desc"
        )
        self.assertEqual(
            [f"{leg['callsign']} {str(leg['left_at'] is None).lower()}" for leg in self.data.legs(chosen)],
            text.split("\n"),
        )
        self.assertEqual((self.data.track("ffffff"), self.data.legs("x' OR 1 = 1 --")), ([], []))

    def test_6_the_role_may_not_write(self):
        for statement in ("DELETE FROM {mirror}", "INSERT INTO {mirror} (ICAO24) SELECT 'x'", "DROP TABLE {mirror}"):
            with self.assertRaises((NotThere, Unavailable)) as refused:
                self.data._rows(statement)
            self.assertIn("nsufficient privileges", str(refused.exception))
        self.assert_picture_is_the_source()

    def test_7_a_refresh_reads_what_is_new(self):
        chosen = self.data.look().aircraft[0]["icao24"]
        self.data.track(chosen)
        self.run_shell(LOAD, "5")
        self.run_shell(MIRROR, "never")
        self.assertIn("LIVE_STATE_LIVE", self.data._tables["live"])
        self.assert_picture_is_the_source()  # the mirror is behind, its view is not
        self.run_shell(MERGE)
        self.assertIn("history", self.data._tables)
        asked = []
        rows = self.data._rows
        with mock.patch.object(
            self.data, "_rows", lambda statement, *values: asked.append((statement, values)) or rows(statement, *values)
        ):
            look = self.data.look()
            self.data.track(chosen)
        self.assertEqual(len(look.stops), 30)
        bounds = [values for statement, values in asked if "journal" in statement]
        self.assertEqual(len(bounds), 3)
        for values in bounds:
            self.assertTrue(values, asked)
        since = datetime.fromisoformat(bounds[0][0])
        self.assertLess(look.committed - since, timedelta(minutes=5))
        self.assertLess(since, datetime.now(UTC))
        self.assert_picture_is_the_source()
        self.assert_commits_are_the_journal_s()

    def test_7_the_first_picture_comes_soon(self):
        """A second on a machine of its own; what makes it so, anywhere: few questions."""
        fresh = FlightData(Place(), shared_for=0)
        self.addCleanup(fresh.close)
        execute = SnowflakeCursor.execute
        began = time.monotonic()
        with mock.patch.object(SnowflakeCursor, "execute", autospec=True, side_effect=execute) as asked:
            fresh.look()
            print(f"first picture after {time.monotonic() - began:.2f} s", file=sys.stderr)
            self.assertLessEqual(asked.call_count, 7)
            asked.reset_mock()
            fresh.look()
            self.assertLessEqual(asked.call_count, 6)
            asked.reset_mock()
            fresh.look(shared_for=600)  # what another visitor has just seen serves the next one's first picture
            self.assertEqual(asked.call_count, 0)

    def test_7_rows_that_are_marked_as_deleted_do_not_fly(self):
        """A mirror with --soft-deletes keeps them."""
        for statement in (
            "CREATE SCHEMA CDC.SOFT",
            "CREATE TABLE CDC.SOFT.LIVE_STATE CLONE CDC.RAW.LIVE_STATE",
            "CREATE TABLE CDC.SOFT.LIVE_STATE_JOURNAL CLONE CDC.RAW.LIVE_STATE_JOURNAL",
            "ALTER TABLE CDC.SOFT.LIVE_STATE ADD COLUMN _CDC_DELETED BOOLEAN",
            "UPDATE CDC.SOFT.LIVE_STATE SET _CDC_DELETED = FALSE",
        ):
            self.sql(statement)
        soft = FlightData(Place(schema="SOFT", role="ACCOUNTADMIN"), shared_for=0)
        self.addCleanup(soft.close)
        flying = [one["icao24"] for one in soft.look().aircraft]
        self.sql(f"UPDATE CDC.SOFT.LIVE_STATE SET _CDC_DELETED = TRUE WHERE ICAO24 = '{flying[0]}'")
        self.assertEqual([one["icao24"] for one in soft.look().aircraft], flying[1:])

    def test_8_a_server_that_was_away_is_found_again(self):
        self.lab.run("kill", "snow-local")
        with self.assertRaises(Unavailable):
            self.data.look()
        self.lab.run("start", "snow-local")
        self.assert_picture_is_the_source()

    def start(self, lab: str) -> subprocess.CompletedProcess:
        environment = {**os.environ, "CDC_LAB": lab}
        return subprocess.run([BOARD / "start"], env=environment, capture_output=True, text=True, check=False)

    def test_9_start_takes_a_lab_that_is_up(self):
        self.lab.run("stop", "opensky")
        done = self.start(self.lab.settings["CDC_LAB"])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with urllib.request.urlopen(done.stdout.strip() + "/_stcore/health") as answer:
            self.assertEqual(answer.read(), b"ok")
        done = self.start("it-nothing-is-up")
        self.assertEqual((done.returncode, done.stdout), (69, ""))
        self.assertIn("make demo KEEP=1", done.stderr)


if __name__ == "__main__":
    unittest.main()
