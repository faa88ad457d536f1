"""What the map is given at each refresh, and the aircraft that is picked on it. map.js draws it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import figures
import streamlit as st

HERE = Path(__file__).parent
USUAL_FRAME = (4.6, 44.9, 11.9, 48.7)  # west, south, east, north of the packaged outlines
HTML = """<div class="fb-map"><div class="fb-zoom">
  <button type="button" class="fb-zoom-in" aria-label="Zoom in">+</button>
  <button type="button" class="fb-zoom-out" aria-label="Zoom out">−</button>
  <button type="button" class="fb-zoom-all" aria-label="Show the whole map">⤢</button>
</div></div>"""


def band_colours() -> str:
    """As CSS variables, for the map and what is beside it."""
    pairs = (f"--fb-band-{i}: light-dark({light}, {dark});" for i, (_, _, light, dark) in enumerate(figures.BANDS))
    return ":root { " + " ".join(pairs) + " }\n"


@st.cache_resource(show_spinner=False)
def component():
    css = (HERE / "style.css").read_text(encoding="utf-8")
    script = (HERE / "map.js").read_text(encoding="utf-8")
    return st.components.v2.component("flight_map", html=HTML, css=css, js=script, isolate_styles=False)


def marker(aircraft: dict, instant: datetime) -> dict:
    age = figures.age_of(aircraft, instant)
    return {
        "icao24": aircraft["icao24"],
        "name": figures.name_of(aircraft),
        "lon": aircraft["lon"],
        "lat": aircraft["lat"],
        "track": round(aircraft["track_deg"] or 0),
        "band": figures.band_of(aircraft),
        "old": age is None or age > figures.OLD_POSITION,
        "text": figures.described(aircraft, instant),
    }


def take_picked() -> None:
    """A click on the map chooses in the list below it; one more click lets go."""
    picked = st.session_state["map"].picked
    st.session_state.chosen = None if picked == st.session_state.get("chosen") else picked


def show(aircraft: list[dict], instant: datetime | None, track: list[list[dict]], chosen: str | None) -> None:
    """Those without a position are not on it."""
    placed = [one for one in aircraft if one["lon"] is not None and one["lat"] is not None]
    data = {
        "frame": list(figures.frame_of(placed, USUAL_FRAME)),
        "aircraft": [marker(one, instant) for one in placed],
        "track": [[[point["lon"], point["lat"]] for point in piece] for piece in track],
        "selected": chosen,
    }
    component()(key="map", data=data, on_picked_change=take_picked)
