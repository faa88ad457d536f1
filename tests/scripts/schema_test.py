#!/usr/bin/env python3
"""scripts/flights/schema.sql: the triggers keep three tables right while one is loaded.

The loader here does what pg-load --mode sync does for a snapshot: stage, MERGE, delete the rows
that left, one transaction. What must come out is computed from the recording itself.
"""

import json
import sys
import unittest

from support import FLIGHTS, RECORDING, LabTestCase, run

sys.dont_write_bytecode = True
sys.path.insert(0, str(FLIGHTS))
from opensky_server.recording import Recording, read_lines  # noqa: E402

COLUMNS = (
    "icao24", "callsign", "origin_country", "time_position", "last_contact", "lon", "lat",
    "baro_altitude_m", "on_ground", "velocity_ms", "track_deg", "vertical_rate_ms",
    "geo_altitude_m", "squawk", "spi", "position_source", "category", "snapshot_time",
)  # fmt: skip
NAMES = ", ".join(COLUMNS)
OTHERS = COLUMNS[1:]
MERGE = f"""
merge into live_state as old using stage as new on old.icao24 = new.icao24
when matched then update set {", ".join(f"{name} = new.{name}" for name in OTHERS)}
when not matched then insert ({NAMES}) values ({", ".join(f"new.{name}" for name in COLUMNS)});"""
UPSERT = f"""
insert into live_state ({NAMES}) select {NAMES} from stage on conflict (icao24)
do update set {", ".join(f"{name} = excluded.{name}" for name in OTHERS)};"""
DELETE = "delete from live_state l where not exists (select from stage s where s.icao24=l.icao24);"
TICKS = 120


def row(vector: list, time: int) -> dict:
    """A vector as opensky-fetch names it."""
    position, contact = (f"@{seconds}" for seconds in vector[3:5])
    values = [vector[0], vector[1].strip() or None, vector[2], position, contact]
    values += [*vector[5:12], *vector[13:17], None, f"@{time}"]
    return dict(zip(COLUMNS, values, strict=True))


def snapshot(rows: list[dict], statements: tuple[str, ...] = (MERGE, DELETE)) -> str:
    """One transaction; times are Unix seconds marked by @ here and timestamps there."""
    text = json.dumps(rows).replace("'", "''")
    for name in ("time_position", "last_contact", "snapshot_time"):
        text = text.replace(f'"{name}": "@', f'"{name}": "1970-01-01T00:00:00Z+')
    fields = ", ".join(
        f"timestamptz 'epoch' + split_part(j->>'{name}', '+', 2)::int * interval '1 s'"
        if name in ("time_position", "last_contact", "snapshot_time")
        else f"(jsonb_populate_record(null::live_state, j - 'time_position' - 'last_contact' - 'snapshot_time')).{name}"
        for name in COLUMNS
    )
    stage = (
        f"create temp table stage on commit drop as select {NAMES} from live_state limit 0;"
        f"insert into stage select {fields} from jsonb_array_elements('{text}') as j;"
    )
    return f"begin; {stage} {' '.join(statements)} commit;\n"


class Schema(LabTestCase):
    PARTS = ("postgres",)

    def sql(self, text: str) -> str:
        done = run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", input=text, env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def setUp(self):
        self.sql("drop publication if exists flights;drop table if exists aircraft, live_state, flight_leg, fetch_run;")
        for _ in range(2):  # safe to run again
            done = run("psql", "-Xqf", FLIGHTS / "schema.sql", env=self.environment)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.recording = Recording(read_lines(RECORDING))

    def counts(self) -> list[int]:
        """Inserts, updates and deletes of live_state as fetch_run has them."""
        text = self.sql("select sum(entered), sum(moved), sum(departed) from fetch_run")
        return [int(number) for number in text.split("|")]

    def expected(self, ticks: int) -> list[int]:
        came = changed = went = 0
        shown: dict[str, list] = {}
        for index in range(ticks):
            now = {vector[0]: vector for vector in self.recording.visible(index)}
            came += len(now.keys() - shown.keys())
            went += len(shown.keys() - now.keys())
            changed += sum(now[name] != shown[name] for name in now.keys() & shown.keys())
            shown = now
        return [came, changed, went]

    def rows(self, index: int) -> list[dict]:
        time = self.recording.times[index]
        return [row(vector, time) for vector in self.recording.visible(index)]

    def check_consistency(self) -> None:
        for question in (
            # an open leg for each aircraft in the air, under its callsign, and no other
            "select count(*) from flight_leg full join live_state using (icao24, callsign)"
            " where left_at is null and (leg_id is null or snapshot_time is null)",
            "select count(*) from live_state left join aircraft using (icao24) where aircraft.icao24 is null",
            "select count(*) from flight_leg where left_at < entered_at",
        ):
            self.assertEqual(self.sql(question), "0", question)

    def replay(self, *statements: str) -> None:
        self.sql("".join(snapshot(self.rows(index), statements) for index in range(TICKS)))
        expected = self.expected(TICKS)
        self.assertTrue(all(number > 0 for number in expected), expected)
        self.assertEqual(self.counts(), expected)
        self.check_consistency()
        last = self.sql("select aircraft_count from fetch_run order by snapshot_time desc limit 1")
        self.assertEqual(last, str(len(self.rows(TICKS - 1))))
        self.assertEqual(self.sql("select count(*) from fetch_run"), str(TICKS))
        closed = self.sql("select count(*) from flight_leg where left_at is not null")
        self.assertGreaterEqual(int(closed), expected[2])

    def test_merge_then_delete(self):
        self.replay(MERGE, DELETE)

    def test_delete_then_upsert(self):
        self.replay(DELETE, UPSERT)

    def test_the_same_snapshot_again_changes_nothing(self):
        self.sql(snapshot(self.rows(5)))
        tables = ("aircraft", "live_state", "flight_leg", "fetch_run")
        question = " union all ".join(f"select '{t}', t.*::text, t.xmin::text from {t} t" for t in tables)
        before = self.sql(question)
        self.sql(snapshot(self.rows(5)) + snapshot(self.rows(5), (UPSERT, DELETE)))
        self.assertEqual(self.sql(question), before)

    def one(self, time: int, **changes) -> str:
        vector = ["abc001", "SWR1", "Switzerland", time, time, 8.5, 47.0, 400.0, False, 70.0, 1.0,
                  0.0, None, None, None, False, 0]  # fmt: skip
        return snapshot([{**row(vector, time), **changes}])

    def legs(self) -> list[str]:
        return self.sql(
            "select callsign, extract(epoch from entered_at)::int,"
            " extract(epoch from left_at)::int, entry_lon, exit_lon"
            " from flight_leg order by leg_id"
        ).splitlines()

    def test_a_callsign_that_appears_completes_the_leg_and_another_one_ends_it(self):
        self.sql(self.one(100, callsign=None, lon=8.0))
        self.assertEqual(self.legs(), ["|100||8|"])
        self.sql(
            self.one(110, callsign="SWR1", lon=8.1)
            + self.one(120, callsign=None, lon=8.2)
            + self.one(130, callsign="SWR1", lon=8.3)
        )
        self.assertEqual(self.legs(), ["SWR1|100||8|"])
        self.sql(self.one(140, callsign="SWR2", lon=8.4))
        self.assertEqual(self.legs(), ["SWR1|100|130|8|8.3", "SWR2|140||8.4|"])
        self.sql(snapshot([]))
        self.assertEqual(self.legs(), ["SWR1|100|130|8|8.3", "SWR2|140|140|8.4|8.4"])

    def test_an_unheard_aircraft_is_not_written_again(self):
        self.sql(self.one(100))
        version = self.sql("select xmin, snapshot_time from live_state")
        self.sql(self.one(100, snapshot_time="@110"))
        self.assertEqual(self.sql("select xmin, snapshot_time from live_state"), version)

    def test_a_corrected_address_goes_on_under_the_new_key(self):
        self.sql(self.one(100) + "update live_state set icao24 = 'abc002';")
        self.check_consistency()
        self.assertEqual(self.sql("select icao24, left_at is null from flight_leg"), "abc002|t")

    def test_emptying_the_table_ends_every_leg(self):
        self.sql(self.one(100) + "truncate live_state;")
        self.assertEqual(self.sql("select count(*) from flight_leg where left_at is null"), "0")

    def test_publication(self):
        text = self.sql("select tablename from pg_publication_tables where pubname = 'flights' order by 1")
        self.assertEqual(text.split(), ["aircraft", "fetch_run", "flight_leg", "live_state"])


if __name__ == "__main__":
    unittest.main()
