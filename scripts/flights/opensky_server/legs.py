"""Flights and tracks out of the recorded vectors, in the shape of /flights/* and /tracks/all."""

import dataclasses

from .recording import ICAO24, LATITUDE, LONGITUDE, Recording

CALLSIGN, TIME_POSITION, LAST_CONTACT, ALTITUDE, ON_GROUND, TRACK = 1, 3, 4, 7, 8, 10
# An aircraft that was not heard for so long begins another flight.
GAP_SECONDS = 600
# Seen lower than this, this near (degrees), it took off or landed there.
LOW_METRES, NEAR_DEGREES = 3000, 0.3
AIRPORTS = {
    "LSZH": (47.458, 8.548),
    "LSGG": (46.238, 6.109),
    "LFSB": (47.590, 7.529),
    "LFPG": (49.010, 2.548),
    "LFPO": (48.723, 2.379),
    "LFBO": (43.629, 1.364),
}
METRES_PER_DEGREE = 111_000


@dataclasses.dataclass
class Leg:
    """One flight: the vectors of an aircraft without a long gap, under one callsign."""

    vectors: list[list]

    @property
    def first_seen(self) -> int:
        return self.vectors[0][LAST_CONTACT]

    @property
    def last_seen(self) -> int:
        return self.vectors[-1][LAST_CONTACT]


def same_flight(leg: Leg, vector: list) -> bool:
    near = vector[LAST_CONTACT] - leg.last_seen <= GAP_SECONDS
    return near and vector[CALLSIGN] == leg.vectors[-1][CALLSIGN]


def legs_until(recording: Recording, index: int) -> list[Leg]:
    """What was heard up to this tick, by aircraft and time."""
    legs: dict[str, list[Leg]] = {}
    for vector in recording.heard(index):
        known = legs.setdefault(vector[ICAO24], [])
        if known and same_flight(known[-1], vector):
            known[-1].vectors.append(vector)
        else:
            known.append(Leg([vector]))
    return [leg for icao24 in sorted(legs) for leg in legs[icao24]]


def airport_at(vector: list) -> tuple[str | None, int | None, int | None]:
    """Name, horizontal and vertical distance in metres; nothing when none is near."""
    latitude, longitude, altitude = vector[LATITUDE], vector[LONGITUDE], vector[ALTITUDE]
    low = vector[ON_GROUND] or (altitude is not None and altitude < LOW_METRES)
    if not low or latitude is None or longitude is None:
        return None, None, None
    for name, (north, east) in AIRPORTS.items():
        away = max(abs(latitude - north), abs(longitude - east))
        if away <= NEAR_DEGREES:
            return name, round(away * METRES_PER_DEGREE), round(altitude or 0)
    return None, None, None


def flight_of(leg: Leg) -> dict:
    start, end = airport_at(leg.vectors[0]), airport_at(leg.vectors[-1])
    return {
        "icao24": leg.vectors[0][ICAO24],
        "firstSeen": leg.first_seen,
        "estDepartureAirport": start[0],
        "lastSeen": leg.last_seen,
        "estArrivalAirport": end[0],
        "callsign": leg.vectors[-1][CALLSIGN],
        "estDepartureAirportHorizDistance": start[1],
        "estDepartureAirportVertDistance": start[2],
        "estArrivalAirportHorizDistance": end[1],
        "estArrivalAirportVertDistance": end[2],
        "departureAirportCandidatesCount": int(start[0] is not None),
        "arrivalAirportCandidatesCount": int(end[0] is not None),
    }


def waypoint(vector: list) -> list:
    return [
        vector[TIME_POSITION],
        vector[LATITUDE],
        vector[LONGITUDE],
        vector[ALTITUDE],
        vector[TRACK],
        vector[ON_GROUND],
    ]


def track_of(leg: Leg) -> dict:
    return {
        "icao24": leg.vectors[0][ICAO24],
        "callsign": leg.vectors[-1][CALLSIGN],
        "startTime": float(leg.first_seen),
        "endTime": float(leg.last_seen),
        "path": [waypoint(vector) for vector in leg.vectors],
    }
