"""The parameters of a request, parsed and checked as the API does."""

import dataclasses
import urllib.parse

from .access import DAY
from .recording import ICAO24, LATITUDE, LONGITUDE

HOUR = 3600


class BadQuery(ValueError):
    """The parameters make no sense: a 400 with this text."""


@dataclasses.dataclass(frozen=True)
class Query:
    """The parameters of /states/all and, without the box but with serials, /states/own."""

    box: tuple[float, float, float, float] | None
    icao24: frozenset[str]
    serials: frozenset[int]
    extended: bool
    time: int

    @staticmethod
    def parse(text: str) -> "Query":
        given = urllib.parse.parse_qs(text, keep_blank_values=True)
        names = ("lamin", "lomin", "lamax", "lomax")
        corners = [given[name][-1] for name in names if name in given]
        if corners and len(corners) != 4:
            raise BadQuery("lamin, lomin, lamax and lomax belong together")
        try:
            box = tuple(float(corner) for corner in corners) or None
            time = int(given.get("time", ["0"])[-1])
            serials = frozenset(int(serial) for serial in given.get("serials", []))
        except ValueError as error:
            raise BadQuery(str(error)) from error
        if box and not (-90 <= box[0] <= box[2] <= 90 and -180 <= box[1] <= box[3] <= 180):
            raise BadQuery("the box is outside of the world or turned round")
        wanted = frozenset(name.lower() for name in given.get("icao24", []))
        extended = given.get("extended", ["0"])[-1].lower() in ("1", "true")
        return Query(box, wanted, serials, extended, time)

    def matches(self, vector: list) -> bool:
        if self.icao24 and vector[ICAO24] not in self.icao24:
            return False
        if self.box is None:
            return True
        longitude, latitude = vector[LONGITUDE], vector[LATITUDE]
        if longitude is None or latitude is None:
            return False
        south, west, north, east = self.box
        return south <= latitude <= north and west <= longitude <= east


@dataclasses.dataclass(frozen=True)
class Window:
    """The parameters of /flights/KIND. `who` is an address or an airport, empty for all."""

    kind: str
    begin: int
    end: int
    who: str

    @staticmethod
    def parse(kind: str, text: str) -> "Window":
        given = dict(urllib.parse.parse_qsl(text))
        names = {"all": None, "aircraft": "icao24", "arrival": "airport", "departure": "airport"}
        if names[kind] and not given.get(names[kind]):
            raise BadQuery(f"{names[kind]} is missing")
        try:
            begin, end = int(given["begin"]), int(given["end"])
        except (KeyError, ValueError) as error:
            raise BadQuery("begin and end are needed, in Unix seconds") from error
        window = Window(kind, begin, end, given.get(names[kind] or "", ""))
        window.check()
        return window

    def check(self) -> None:
        if self.end < self.begin:
            raise BadQuery("end is before begin")
        dates = self.end // DAY - self.begin // DAY + 1
        if self.kind == "all" and self.end - self.begin > 2 * HOUR:
            raise BadQuery("the time interval must not be longer than two hours")
        if self.kind != "all" and dates > 2:
            raise BadQuery("the time interval must not span more than two days")

    def matches(self, flight: dict) -> bool:
        if self.kind == "arrival":
            return flight["estArrivalAirport"] == self.who and self.has(flight["lastSeen"])
        if self.kind == "departure":
            return flight["estDepartureAirport"] == self.who and self.has(flight["firstSeen"])
        touches = flight["firstSeen"] <= self.end and flight["lastSeen"] >= self.begin
        return touches and self.who in ("", flight["icao24"])

    def has(self, time: int) -> bool:
        return self.begin <= time <= self.end
