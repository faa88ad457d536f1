#!/usr/bin/env python3
"""The flight board's page in each of its states, with made-up data: no server is asked."""

import json
import os
import sys
import tempfile
import unittest
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from board_environment import BOARD, use_environment

use_environment("board")
import figures  # noqa: E402
import flight_data  # noqa: E402
import flight_map  # noqa: E402
import panels  # noqa: E402
import streamlit  # noqa: E402
from state_folder import StateFolder  # noqa: E402
from streamlit.testing.v1 import AppTest  # noqa: E402

RECORDED = datetime(2018, 8, 1, 9, 0, tzinfo=UTC)


def aircraft(icao24: str, **more) -> dict:
    made = {
        "icao24": icao24,
        "callsign": f"CALL{icao24[-2:]}".upper(),
        "origin_country": "Ireland",
        "lon": 8.0,
        "lat": 47.0,
        "baro_altitude_m": 11000.0,
        "on_ground": False,
        "velocity_ms": 230.0,
        "track_deg": 90.0,
        "vertical_rate_ms": 0.0,
        "last_contact": RECORDED,
        "snapshot_time": RECORDED,
    }
    return made | more


class FakeData:
    """Stands where FlightData does; `error` is thrown instead of an answer."""

    def __init__(self, *flying: dict, committed_ago: float | None = 3):
        self.flying = list(flying)
        self.committed_ago = committed_ago
        self.error: Exception | None = None
        self.asked: list[float | None] = []
        self.past = {f"{i:016X}": self.flying[: i + 1] for i in range(3)}

    def look(self, shared_for: float | None = None) -> flight_data.Look:
        self.asked.append(shared_for)
        if self.error:
            raise self.error
        now = datetime.now(UTC)
        committed = None if self.committed_ago is None else now - timedelta(seconds=self.committed_ago)
        minute = now.replace(second=0, microsecond=0)
        changes = {(minute, "u"): 40, (minute, "c"): 2, (minute - timedelta(minutes=1), "d"): 1}
        stops = [
            {"snapshot_time": RECORDED + timedelta(seconds=10 * i), "loaded_at": now, "commit_lsn": lsn}
            for i, lsn in enumerate(self.past)
        ]
        return flight_data.Look(self.flying, committed, committed, changes, stops)

    def picture_at(self, commit_lsn: str) -> list[dict]:
        return self.past[commit_lsn]

    def track(self, icao24: str, commit_lsn: str = "") -> list[list[dict]]:
        return [[{"lon": 7.0, "lat": 46.0}, {"lon": 7.5, "lat": 46.5}]]

    def legs(self, icao24: str) -> list[dict]:
        return [{"callsign": "LEG" + icao24, "entered_at": RECORDED, "left_at": None}]


class Page(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.data = FakeData(
            aircraft("4ca001"),
            aircraft("3c0002", origin_country="Germany", baro_altitude_m=5000.0),
            aircraft("3c0003", origin_country="Germany", on_ground=True),
        )
        self.enterContext(mock.patch.object(flight_data, "FlightData", lambda place: self.data))
        self.enterContext(mock.patch.object(sys, "argv", ["app.py", "--state", str(self.folder)]))
        streamlit.cache_resource.clear()
        self.page = AppTest.from_file(str(BOARD / "app.py"), default_timeout=60)

    def turn(self) -> str:
        """One refresh; what the page says, without its style sheet."""
        self.page.run()
        self.assertEqual([one.message for one in self.page.exception], [])
        parts = [one.proto.body for one in self.page.get("html") if not one.proto.body.startswith("<style")]
        return " ".join(parts)

    def map_data(self) -> dict:
        (shown,) = self.page.get("bidi_component")
        return json.loads(shown.proto.json)

    def test_fresh(self):
        said = self.turn()
        self.assertIn(">3 aircraft<", said)
        self.assertRegex(said, r">freshness [34] s<")
        self.assertNotIn("stale", said)
        self.assertNotIn('<div class="fb-note', said)
        self.assertIn("picture of 1 August 2018, 09:00:00 UTC", said)
        self.assertEqual([one["icao24"] for one in self.map_data()["aircraft"]], ["4ca001", "3c0002", "3c0003"])

    def test_stale_after_a_minute(self):
        self.data.committed_ago = 59
        self.assertNotIn("stale", self.turn())
        self.data.committed_ago = 62
        said = self.turn()
        self.assertIn("<strong>stale</strong>", said)
        self.assertRegex(said, r">freshness 6\d s<")
        self.assertIn(">3 aircraft<", said)
        self.data.committed_ago = 1
        self.assertNotIn("stale", self.turn())

    def test_empty_before_anything_is_loaded(self):
        self.data.error = flight_data.NotThere("no table")
        said = self.turn()
        self.assertIn("No flights yet.", said)
        self.assertIn("scripts/flights/pipeline", said)
        self.assertNotIn("freshness", said)
        self.data.error = None
        self.assertIn(">3 aircraft<", self.turn())

    def test_nobody_in_the_air(self):
        self.data.flying.clear()
        said = self.turn()
        self.assertIn(">0 aircraft<", said)
        self.assertIn("No aircraft here.", said)
        self.assertEqual(self.map_data()["aircraft"], [])

    def test_error_before_the_first_picture_and_after_it(self):
        self.data.error = flight_data.Unavailable("250001: no <route>")
        said = self.turn()
        self.assertIn("Snowflake does not answer.", said)
        self.assertIn("no &lt;route&gt;", said)
        self.assertNotIn("last picture", said)
        self.data.error = None
        self.assertNotIn("Snowflake does not answer", self.turn())
        self.data.error = flight_data.Unavailable("gone")
        said = self.turn()
        self.assertIn("Below is the last picture", said)
        self.assertIn(">3 aircraft<", said)
        self.assertEqual(len(self.map_data()["aircraft"]), 3)

    def test_loading_has_a_place_for_the_picture(self):
        self.assertIn('role="status"', panels.loading())
        self.assertIn("Loading the first picture", panels.loading())
        self.assertIn('aria-hidden="true"', panels.loading())

    def test_filters_narrow_everything(self):
        self.turn()
        self.page.multiselect(key="countries").set_value(["Germany"])
        said = self.turn()
        self.assertIn(">2 aircraft<", said)
        self.assertNotIn("Ireland", said)
        self.page.multiselect(key="bands").set_value(["on the ground"])
        self.assertIn(">1 aircraft<", self.turn())
        self.page.text_input(key="callsign").set_value("nobody")
        said = self.turn()
        self.assertIn(">0 aircraft<", said)
        self.assertIn("none passes the filters", said)
        self.page.multiselect(key="countries").set_value([])
        self.page.multiselect(key="bands").set_value([])
        self.page.text_input(key="callsign").set_value("4CA")
        self.assertIn(">1 aircraft<", self.turn())

    def test_a_chosen_aircraft_has_its_track_and_legs(self):
        said = self.turn()
        self.assertNotIn("LEG", said)
        self.assertEqual(self.map_data()["track"], [])
        self.page.selectbox(key="chosen").set_value("3c0002")
        said = self.turn()
        self.assertIn("LEG3c0002", said)
        self.assertIn("09:00:00 to now", said)
        self.assertEqual(self.map_data()["track"], [[[7.0, 46.0], [7.5, 46.5]]])
        self.assertEqual(self.map_data()["selected"], "3c0002")
        self.data.flying.pop(1)
        self.assertIn("LEG3c0002", self.turn())

    def test_the_slider_goes_back_and_forth(self):
        self.turn()
        slider = self.page.select_slider(key="stop")
        self.assertEqual(slider.options, ["09:00:00", "09:00:10", "09:00:20", "live"])
        self.assertEqual(slider.value, "live")
        for label, count in (("09:00:00", 1), ("09:00:10", 2)):
            self.page.select_slider(key="stop").set_value(label)
            said = self.turn()
            self.assertIn(f">{count} aircraft<", said)
            self.assertIn("replay of", said)
            self.assertEqual(len(self.map_data()["aircraft"]), count)
            self.assertIn(f">{count} aircraft<", self.turn())  # a refresh stays there
        self.page.select_slider(key="stop").set_value("live")
        self.assertIn("picture of", self.turn())

    def test_a_new_visitor_is_shown_what_others_see_and_then_what_is_new(self):
        for _ in range(2):
            self.turn()
        self.assertEqual(self.data.asked, [3, None])

    def test_the_picture_is_sent_before_what_is_above_it(self):
        """A browser fetches the code of each kind of element as it comes."""
        calls = mock.Mock()
        for place, name in ((streamlit, "expander"), (streamlit, "select_slider"), (flight_map, "show")):
            shown = mock.patch.object(place, name, side_effect=getattr(place, name))
            calls.attach_mock(self.enterContext(shown), name)
        self.turn()
        self.assertEqual(
            [name for name, *_ in calls.mock_calls if "." not in name], ["show", "expander", "select_slider"]
        )

    def test_the_map_keeps_its_place_when_the_first_stops_come(self):
        past, self.data.past = self.data.past, {}
        self.turn()
        before = [one.type for one in self.page.main]
        self.assertEqual(len(self.page.select_slider), 0)
        self.data.past = past
        self.turn()
        self.assertEqual(len(self.page.select_slider), 1)
        after = [one.type for one in self.page.main]
        self.assertEqual(before.index("bidi_component"), after.index("bidi_component"))

    def test_counts_changes_hops_and_what_was_kept_back(self):
        (self.folder / "walcat.ack").write_text(
            json.dumps({"pos": "00AB", "ts_ms": int(datetime.now().timestamp() * 1000) - 5000}), encoding="utf-8"
        )
        (self.folder / "bad.ndjson").write_text('{"code":"speed","row":{}}\n' * 3 + '{"code":"cut', encoding="utf-8")
        (self.folder / "metrics").mkdir()
        (self.folder / "metrics" / "1.live.walcat").write_text("walcat_slot_lag_bytes 2048\n", encoding="utf-8")
        said = self.turn()
        for pattern in (
            r"Germany</th>.*?</td><td>2</td>",
            r"37,000 ft</th>.*?</td><td>1</td>",
            r"</i>40 updates<",
            r"</i>2 inserts<",
            r"</i>1 deletes<",
            r"PostgreSQL to Kafka<br>.*?>[56] s ago<",
            r"last loaded commit</span></th><td class=\"\">[34] s ago<",
            r"speed</th>.*?</td><td>3</td>",
            r"00AB</td>",
            r"not confirmed yet</th><td>2\.0 KiB</td>",
        ):
            self.assertRegex(said, pattern)

    def test_names_from_the_air_are_text(self):
        self.data.flying[0]["origin_country"] = "<script>alert(1)</script>"
        said = self.turn()
        self.assertNotIn("<script>", said)
        self.assertIn("&lt;script&gt;", said)


class Figures(unittest.TestCase):
    def test_bands_end_where_they_say(self):
        feet = (0, 9_999, 10_000, 24_999, 25_000, 34_000, 37_000, 39_000, 60_000)
        bands = [figures.band_of(aircraft("4ca001", baro_altitude_m=(one + 0.01) * figures.FOOT)) for one in feet]
        self.assertEqual(bands, [1, 1, 2, 2, 3, 4, 5, 6, 6])
        self.assertEqual(figures.band_name(aircraft("4ca001", baro_altitude_m=None)), "not known")

    def test_countries_beyond_ten_are_one_line(self):
        flying = [aircraft(f"{i:06x}", origin_country=f"C{i % 13:02}") for i in range(27)]
        rows = figures.by_country(flying)
        self.assertEqual(rows[0], ("C00", 3))
        self.assertEqual(rows[-1], ("3 others", 6))
        self.assertEqual(figures.by_country(flying, most=12)[-1], ("1 other", 2))
        self.assertEqual(sum(n for _, n in rows), 27)

    def test_an_aircraft_is_described_without_what_it_lacks(self):
        bare = aircraft(
            "4ca001", callsign=None, baro_altitude_m=None, velocity_ms=None, track_deg=None, last_contact=None
        )
        self.assertEqual(figures.described(bare, RECORDED), "4ca001, Ireland")
        later = RECORDED + timedelta(seconds=7)
        self.assertEqual(
            figures.described(aircraft("4ca001"), later),
            "CALL01, Ireland, 36,089 ft, 447 kt, heading 90°, heard 7 s ago",
        )

    def test_the_frame_follows_the_traffic(self):
        usual = (4.6, 44.9, 11.9, 48.7)
        here, there = aircraft("1"), aircraft("2", lon=2.3, lat=48.9)
        self.assertEqual(figures.frame_of([here, here, there], usual), usual)
        self.assertEqual(figures.frame_of([], usual), usual)
        frame = figures.frame_of([there, there, here], usual)
        self.assertEqual([round(edge, 6) for edge in frame], [1.8, 46.5, 8.5, 49.4])

    def test_minutes_without_changes_are_columns_too(self):
        minute = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
        columns = figures.per_minute({(minute, "u"): 5, (minute - timedelta(minutes=3), "d"): 1})
        self.assertEqual(len(columns), 30)
        self.assertEqual([sum(kinds.values()) for _, kinds in columns[-4:]], [1, 0, 0, 5])
        self.assertEqual(columns[-1][0], minute)

    def test_thinned_stops_keep_both_ends(self):
        self.assertEqual(figures.thinned(list(range(5)), 9), list(range(5)))
        few = figures.thinned(list(range(1000)), 240)
        self.assertEqual((few[0], few[-1], len(few), len(set(few))), (0, 999, 240, 240))


class Folder(unittest.TestCase):
    def setUp(self):
        self.path = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.state = StateFolder(self.path)

    def test_no_folder_says_nothing(self):
        for state in (StateFolder(), StateFolder(self.path / "none"), self.state):
            self.assertEqual((state.acknowledgements(), state.slot(), state.kept_back()), ([], {}, {}))

    def test_kept_rows_are_read_on(self):
        file = self.path / "bad.ndjson"
        file.write_text('{"code":"speed"}\n{"code":"cli', encoding="utf-8")
        self.assertEqual(self.state.kept_back(), {"speed": 1})
        with open(file, "a", encoding="utf-8") as out:
            out.write('mb"}\nnot json\n{"code":"speed"}\n')
        self.assertEqual(self.state.kept_back(), {"speed": 2, "climb": 1})
        self.assertEqual(self.state.kept_back(), {"speed": 2, "climb": 1})
        file.write_text('{"code":"squawk"}\n', encoding="utf-8")
        self.assertEqual(self.state.kept_back(), {"squawk": 1})

    def test_the_newest_metrics_that_know_the_slot_count(self):
        (self.path / "metrics").mkdir()
        for age, name, text in (
            (30, "1", "walcat_slot_lag_bytes 7\n"),
            (20, "2", 'walcat_slot_lag_bytes 4096\nwalcat_slot_retained_bytes{a="b"} 1e4\n'),
            (10, "3", "# just begun\n"),
        ):
            file = self.path / "metrics" / f"{name}.live.walcat"
            file.write_text(text, encoding="utf-8")
            os.utime(file, (1e9 - age, 1e9 - age))
        self.assertEqual(self.state.slot(), {"not confirmed yet": 4096, "kept for the slot": 10000})

    def test_acks_come_in_the_pipe_s_order_and_half_written_ones_do_not(self):
        for name in ("snow", "fetch", "other"):
            (self.path / f"{name}.ack").write_text('{"pos":"1","ts_ms":1500000000000}', encoding="utf-8")
        (self.path / "walcat.ack").write_text("", encoding="utf-8")
        self.assertEqual(
            [ack["hop"] for ack in self.state.acknowledgements()], ["API to PostgreSQL", "Kafka to Snowflake", "other"]
        )

    def test_several_folders_are_one_picture(self):
        for name, hop in (("a", "walcat"), ("b", "fetch")):
            (self.path / name).mkdir()
            (self.path / name / f"{hop}.ack").write_text('{"pos":"1","ts_ms":1500000000000}', encoding="utf-8")
            (self.path / name / "bad.ndjson").write_text('{"code":"speed"}\n', encoding="utf-8")
        (self.path / "a/walcat.prom").write_text('walcat_slot_lag_bytes{pipeline="walcat"} 7\n', encoding="utf-8")
        both = StateFolder(self.path / "a", self.path / "b")
        hops = [ack["hop"] for ack in both.acknowledgements()]
        self.assertEqual(hops, ["API to PostgreSQL", "PostgreSQL to Kafka"])
        self.assertEqual((both.kept_back(), both.slot()), ({"speed": 2}, {"not confirmed yet": 7}))


if __name__ == "__main__":
    unittest.main()
