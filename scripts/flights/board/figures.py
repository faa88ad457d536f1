"""What the page shows, worked out of what was read: bands, counts, ages, hops. Pure; times are aware."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

FOOT = 0.3048
STALE_AFTER = 60  # seconds
OLD_POSITION = 30  # seconds, of an aircraft's last contact
NOT_KNOWN = "not known"
# name, upper limit in feet, colour on light and on dark
BANDS = (
    ("on the ground", None, "#4d5761", "#b4bec8"),
    ("below 10,000 ft", 10_000, "#a82015", "#ff9580"),
    ("10,000 to 25,000 ft", 25_000, "#7d5200", "#f2b134"),
    ("25,000 to 34,000 ft", 34_000, "#23682a", "#7bd389"),
    ("34,000 to 37,000 ft", 37_000, "#005f65", "#4fd1c5"),
    ("37,000 to 39,000 ft", 39_000, "#0a58a3", "#7cc0ff"),
    ("39,000 ft and above", float("inf"), "#6f35ab", "#cfa9f5"),
    (NOT_KNOWN, None, "#33373c", "#e2e6ea"),
)
KINDS = {"c": "inserts", "u": "updates", "d": "deletes", "r": "snapshot", "t": "truncates"}


def band_of(aircraft: dict) -> int:
    """Index into BANDS."""
    if aircraft["on_ground"]:
        return 0
    if aircraft["baro_altitude_m"] is None:
        return len(BANDS) - 1
    feet = aircraft["baro_altitude_m"] / FOOT
    return next(i for i, band in enumerate(BANDS) if band[1] is not None and feet < band[1])


def band_name(aircraft: dict) -> str:
    return BANDS[band_of(aircraft)][0]


def country_of(aircraft: dict) -> str:
    return aircraft["origin_country"] or NOT_KNOWN


@dataclass(frozen=True)
class Filters:
    """Nothing chosen lets everything through."""

    countries: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    callsign: str = ""

    def accepts(self, aircraft: dict) -> bool:
        if self.countries and country_of(aircraft) not in self.countries:
            return False
        if self.bands and band_name(aircraft) not in self.bands:
            return False
        wanted = self.callsign.strip().upper()
        return wanted in (aircraft["callsign"] or "").upper() or wanted in aircraft["icao24"].upper()


def by_country(aircraft: list[dict], most: int = 10) -> list[tuple[str, int]]:
    """Most first; those beyond `most` are one line."""
    counted = sorted(Counter(map(country_of, aircraft)).items(), key=lambda item: (-item[1], item[0]))
    rest = sum(n for _, n in counted[most:])
    others = "1 other" if len(counted) == most + 1 else f"{len(counted) - most} others"
    return counted[:most] + ([(others, rest)] if rest else [])


def by_band(aircraft: list[dict]) -> list[tuple[int, int]]:
    """Highest first, with the index of the band."""
    counted = Counter(map(band_of, aircraft))
    return [(band, counted[band]) for band in reversed(range(len(BANDS))) if counted[band]]


def seconds_between(earlier: datetime | None, later: datetime) -> int | None:
    return None if earlier is None else max(0, int((later - earlier).total_seconds()))


def instant_of(aircraft: list[dict]) -> datetime | None:
    """The time of the picture in the data's own clock: a recording is not of today."""
    return max((one["snapshot_time"] for one in aircraft), default=None)


def age_of(aircraft: dict, instant: datetime) -> int | None:
    """Seconds since a receiver heard it last, at the time of the picture."""
    return seconds_between(aircraft["last_contact"], instant)


def name_of(aircraft: dict) -> str:
    return aircraft["callsign"] or aircraft["icao24"]


def described(aircraft: dict, instant: datetime) -> str:
    """One line for pointers and screen readers."""
    words = [name_of(aircraft), country_of(aircraft)]
    if aircraft["on_ground"]:
        words.append("on the ground")
    elif aircraft["baro_altitude_m"] is not None:
        words.append(f"{aircraft['baro_altitude_m'] / FOOT:,.0f} ft")
    if aircraft["velocity_ms"] is not None:
        words.append(f"{aircraft['velocity_ms'] * 1.943844:.0f} kt")
    if aircraft["track_deg"] is not None:
        words.append(f"heading {aircraft['track_deg']:.0f}°")
    age = age_of(aircraft, instant)
    return ", ".join(words + ([] if age is None else [f"heard {age} s ago"]))


def hops(look, acknowledgements: list[dict], now: datetime) -> list[tuple[str, str, int | None]]:
    """Name, what happened last, how many seconds ago; from the API to the mirror."""
    loaded = look.stops[-1]["loaded_at"] if look.stops else None
    rows = [(ack["hop"], "last acknowledged", seconds_between(ack["at"], now)) for ack in acknowledgements]
    if not rows:
        rows.append(("API to PostgreSQL", "last snapshot that is mirrored", seconds_between(loaded, now)))
    return [
        *rows,
        ("Journal in Snowflake", "last loaded commit", seconds_between(look.committed, now)),
        ("Mirror in Snowflake", "last folded commit", seconds_between(look.folded, now)),
    ]


def per_minute(changes: dict[tuple[datetime, str], int], minutes: int = 30) -> list[tuple[datetime, Counter]]:
    """The minutes up to the newest one, those without changes too."""
    if not changes:
        return []
    last = max(minute for minute, _ in changes)
    columns = []
    for back in reversed(range(minutes)):
        minute = datetime.fromtimestamp(last.timestamp() - 60 * back, last.tzinfo)
        columns.append((minute, Counter({op: changes[minute, op] for op in KINDS if (minute, op) in changes})))
    return columns


def frame_of(aircraft: list[dict], usual: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """West, south, east, north: the usual frame while most aircraft are in it, else one around them all."""
    places = [(one["lon"], one["lat"]) for one in aircraft if one["lon"] is not None and one["lat"] is not None]
    west, south, east, north = usual
    inside = sum(west <= lon <= east and south <= lat <= north for lon, lat in places)
    if inside * 2 >= len(places):
        return usual
    lons, lats = zip(*places, strict=True)
    return (min(lons) - 0.5, max(min(lats) - 0.5, -84.0), max(lons) + 0.5, min(max(lats) + 0.5, 84.0))


def thinned(stops: list[dict], most: int = 240) -> list[dict]:
    """Evenly, with the first and the last of them."""
    if len(stops) <= most:
        return stops
    return [stops[i * (len(stops) - 1) // (most - 1)] for i in range(most)]
