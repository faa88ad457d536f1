"""The flight board: where the aircraft are, and how fresh that is. `make board` starts it; README.md says the rest.

usage: streamlit run app.py -- [--connection NAME] [--database D] [--schema S] [--role R] [--state DIR]...

Streamlit runs this file for each visitor and again at each turn of a knob; the fragment inside it every two seconds.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parent))
import board_options
import figures
import flight_data
import flight_map
import panels
import warm
from state_folder import StateFolder

REFRESH = 2.0  # seconds
FIRST = REFRESH + 1  # a new visitor's first picture is one that others see right now, when there are any
LIVE = "live"


@dataclass
class Seen:
    look: flight_data.Look
    aircraft: list[dict]  # at the instant that is looked at, before filters
    replayed: bool
    chosen: str | None
    track: list[list[dict]]
    legs: list[dict]


@st.cache_resource(show_spinner=False)
def opened(connection: str, database: str, schema: str, role: str, state: tuple[str, ...]):
    place = flight_data.Place(connection, database, schema, role)
    data = warm.take(place) or flight_data.FlightData(place)
    return place, data, StateFolder(*map(Path, state))


# What was chosen is known before its widgets are drawn further down: the line above them counts what is shown.
def chosen_filters() -> figures.Filters:
    kept = st.session_state
    return figures.Filters(tuple(kept.get("countries", ())), tuple(kept.get("bands", ())), kept.get("callsign", ""))


def chosen_stop() -> dict | None:
    """A commit to go back to; None: live."""
    return st.session_state.get("stops", {}).get(st.session_state.get("stop", LIVE))


def offer_filters(aircraft: list[dict]) -> None:
    kept = st.session_state
    if "all_countries" not in kept:
        kept.all_countries = set()
    kept.all_countries |= {figures.country_of(one) for one in aircraft}
    with st.expander("Filters"):
        left, middle, right = st.columns(3)
        left.multiselect("Countries", sorted(kept.all_countries), key="countries", placeholder="all")
        middle.multiselect("Altitudes", [band[0] for band in figures.BANDS], key="bands", placeholder="all")
        right.text_input("Callsign or address", key="callsign", placeholder="any part of it")


def offer_stops(stops: list[dict]) -> None:
    """New ones come in while the slider stands at live and half a minute has gone by: it must not move under a hand."""
    kept = st.session_state
    fresh = kept.get("stops") and time.monotonic() - kept.stops_taken < 30
    if chosen_stop() is None and not fresh:
        days = {stop["snapshot_time"].date() for stop in stops}
        shape = "%H:%M:%S" if len(days) < 2 else "%d %b %H:%M:%S"
        kept.stops = {stop["snapshot_time"].strftime(shape): stop for stop in figures.thinned(stops)}
        kept.stops_taken = time.monotonic()
    if not kept.stops:
        st.html(panels.NOTHING)  # what is below keeps its place
        return
    st.select_slider("Replay the journal; at the right end live", [*kept.stops, LIVE], value=LIVE, key="stop")


def offer_aircraft(aircraft: list[dict]) -> str | None:
    kept = st.session_state
    names = {
        one["icao24"]: f"{figures.name_of(one)} ({one['icao24']})" for one in sorted(aircraft, key=figures.name_of)
    }
    if kept.get("chosen"):
        names.setdefault(kept.chosen, kept.chosen)  # out of the picture, but its track is not
    return st.selectbox(
        "Aircraft",
        list(names),
        index=None,
        key="chosen",
        format_func=names.get,
        placeholder="pick one here or on the map",
    )


def read(data: flight_data.FlightData) -> Seen:
    """Everything that this turn of the page shows; nothing is drawn before it is there."""
    stop, chosen = chosen_stop(), st.session_state.get("chosen")
    look = data.look(None if "seen" in st.session_state else FIRST)
    return Seen(
        look,
        data.picture_at(stop["commit_lsn"]) if stop else look.aircraft,
        stop is not None,
        chosen,
        data.track(chosen, stop["commit_lsn"] if stop else "") if chosen else [],
        data.legs(chosen) if chosen else [],
    )


def show_map(seen: Seen, aircraft: list[dict]) -> None:
    wide, narrow = st.columns([5, 2])
    with wide:
        flight_map.show(aircraft, figures.instant_of(aircraft), seen.track, seen.chosen)
        st.html(panels.legend())
    with narrow:
        offer_aircraft(aircraft)
        st.html(panels.legs(seen.legs) if seen.chosen else panels.NOTHING)
        st.html(panels.bands(aircraft) + panels.countries(aircraft))


def show_figures(look: flight_data.Look, state: StateFolder, now: datetime) -> None:
    acks = state.acknowledgements()
    first, second, third = st.columns(3)
    first.html(panels.hops(figures.hops(look, acks, now)))
    second.html(panels.changes(look.changes) + panels.kept_back(state.kept_back()))
    third.html(panels.acknowledged(acks) + panels.slot(state.slot()))


def note_on(aircraft: list[dict], freshness: int | None, failed: str) -> str:
    if failed:
        return panels.error(failed, True)
    if freshness is not None and freshness > figures.STALE_AFTER:
        return panels.stale(freshness)
    return (
        "" if aircraft else panels.note("empty", "No aircraft here.", "None is in the air, or none passes the filters.")
    )


def show(seen: Seen, failed: str, state: StateFolder, top) -> None:
    now = datetime.now(UTC)
    aircraft = [one for one in seen.aircraft if chosen_filters().accepts(one)]
    freshness = figures.seconds_between(seen.look.committed, now)
    title = panels.top(len(aircraft), freshness, figures.instant_of(aircraft), seen.replayed)
    top.html(title + note_on(aircraft, freshness, failed))
    filters, stops = st.container(), st.container()
    # the picture comes first: the browser fetches the code of each kind of element when the first one arrives
    show_map(seen, aircraft)
    with filters:
        offer_filters(seen.aircraft)
    with stops:
        offer_stops(seen.look.stops)
    show_figures(seen.look, state, now)


@st.fragment(run_every=REFRESH)
def board() -> None:
    kept = st.session_state
    place, data, state = opened(**kept.options)
    top, failed = st, ""
    if "seen" not in kept:
        top = st.empty()
        top.html(panels.title() + panels.loading())
    try:
        kept.seen = read(data)
    except flight_data.NotThere:
        kept.pop("seen", None)
        top.html(panels.title() + panels.empty(place))
        return
    except flight_data.Unavailable as error:
        failed = str(error)
    if "seen" in kept:
        show(kept.seen, failed, state, top)
    else:
        top.html(panels.title() + panels.error(failed, False))


st.set_page_config("Flight board", page_icon="✈", layout="wide")
given = board_options.parse()
st.session_state.options = {**vars(given), "state": tuple(map(str, given.state))}
st.html(
    f"<style>{flight_map.band_colours()}{(Path(__file__).parent / 'panels.css').read_text(encoding='utf-8')}</style>"
)
board()
