"""What the board asks of Snowflake: every query of the page stands here, and nothing else does.

One connection of a role that may only read. A look is what one refresh costs: the live picture, the changes of the last
minutes and two lookups of a single position; what is older is remembered. A track, legs and a replayed instant are asked
for when someone picks them. Looks are shared: ten viewers cost as much as one. Callers may be on any thread.
"""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import snowflake.connector
from snowflake.connector.errors import Error as ConnectorError

WINDOW = timedelta(minutes=30)  # of changes per minute
AGAIN = timedelta(minutes=2)  # of these are counted anew at every look: rows of a slow channel come late
TRACK = timedelta(hours=12)
MISSING, DENIED = 2003, 3001  # a table that is not there, or not for this role; what the role may not do
NO_ROLE, NO_SCHEMA = 390189, 390201  # at login
# beside journal and mirror of the states: what stands first is better, all of it can be done without
WANTED = {
    "live": ("LIVE_STATE_LIVE", "LIVE_STATE"),
    "history": ("LIVE_STATE_HISTORY",),
    "legs": ("FLIGHT_LEG_LIVE", "FLIGHT_LEG"),
    "runs": ("FETCH_RUN",),
}
SEEK_AGAIN = 30  # seconds
# which of them are there for this role, and whether rows that are gone are marked in it
THERE = """SELECT TABLE_NAME AS NAME, MAX(CASE WHEN COLUMN_NAME = '_CDC_DELETED' THEN 1 ELSE 0 END) AS MARKS
FROM {database}.INFORMATION_SCHEMA.COLUMNS
WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN ({names})
GROUP BY 1"""
MORE_THAN_ANY = "~"  # sorts behind every position

AIRCRAFT = """ICAO24, CALLSIGN, ORIGIN_COUNTRY, LON, LAT, BARO_ALTITUDE_M, ON_GROUND, VELOCITY_MS, TRACK_DEG, VERTICAL_RATE_MS,
  LAST_CONTACT, SNAPSHOT_TIME"""
PICTURE = f"""SELECT {AIRCRAFT}
FROM {{live}}{{kept}}
ORDER BY ICAO24"""
# with --soft-deletes rows that are gone stay, marked
KEPT = " WHERE NOT _CDC_DELETED"
PICTURE_AT = f"""SELECT {AIRCRAFT}
FROM {{history}}
WHERE _CDC_VALID_FROM <= ? AND (_CDC_VALID_TO IS NULL OR _CDC_VALID_TO > ?)
ORDER BY ICAO24"""
# without a history the journal says the same, as long as nothing is taken out of it
PICTURE_IN_JOURNAL = f"""SELECT {AIRCRAFT}
FROM (
  SELECT * FROM {{journal}}
  WHERE _CDC_POS <= ? AND _CDC_POS > (
    SELECT COALESCE(MAX(_CDC_POS), '') FROM {{journal}} WHERE _CDC_OP = 't' AND _CDC_POS <= ?)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY ICAO24 ORDER BY _CDC_POS DESC) = 1
) newest
WHERE _CDC_OP <> 'd'
ORDER BY ICAO24"""
NEWEST_COMMIT = "SELECT MAX(_CDC_COMMIT_TS) AS COMMITTED FROM {journal}"
CHANGES = """SELECT DATE_TRUNC('minute', _CDC_COMMIT_TS) AS MINUTE, _CDC_OP AS OP, COUNT(*) AS N, MAX(_CDC_COMMIT_TS) AS COMMITTED
FROM {journal}
WHERE _CDC_COMMIT_TS >= TO_TIMESTAMP_TZ(?)
GROUP BY 1, 2"""
FOLDED = "SELECT MAX(_CDC_POS) AS POS FROM {mirror}"
COMMIT_OF = "SELECT MAX(_CDC_COMMIT_TS) AS COMMITTED FROM {journal} WHERE _CDC_POS = ?"
# the mirrors are folded together: a run that is there says that its commit is in all of them
STOPS = """SELECT SNAPSHOT_TIME, LOADED_AT, LEFT(_CDC_POS, 16) AS COMMIT_LSN
FROM {runs}
WHERE SNAPSHOT_TIME > TO_TIMESTAMP_TZ(?)
ORDER BY SNAPSHOT_TIME DESC
LIMIT 2000"""
TRACK_POINTS = """SELECT LON, LAT, BARO_ALTITUDE_M, SNAPSHOT_TIME, _CDC_OP AS OP, _CDC_POS AS POS
FROM {journal}
WHERE ICAO24 = ? AND _CDC_COMMIT_TS >= TO_TIMESTAMP_TZ(?) AND _CDC_POS > ?
ORDER BY _CDC_POS DESC
LIMIT 2000"""
LEGS = """SELECT CALLSIGN, ENTERED_AT, LEFT_AT
FROM {legs}
WHERE ICAO24 = ?
ORDER BY ENTERED_AT DESC
LIMIT 10"""


class NotThere(Exception):
    """A table is missing: nothing has been loaded yet, or the role may not see it."""


class Unavailable(Exception):
    """Snowflake could not be asked; the next look tries again."""


@dataclass(frozen=True)
class Place:
    """Which connection of connections.toml, and where the mirror is."""

    connection: str = "lab"
    database: str = "CDC"
    schema: str = "RAW"
    role: str = "CDC_READER"


@dataclass
class Look:
    """What one refresh saw. Times are aware; `committed` is the newest commit of the journal, `folded` of the mirror."""

    aircraft: list[dict]
    committed: datetime | None
    folded: datetime | None
    changes: dict[tuple[datetime, str], int]
    stops: list[dict] = field(default_factory=list)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


class FlightData:
    """Keeps its connection; look() and whatever else asks may throw NotThere and Unavailable."""

    def __init__(self, place: Place, shared_for: float = 1.0):
        self._place = place
        self._shared_for = shared_for
        self._lock = threading.RLock()
        self._connection = None
        self._tables: dict[str, str] = {}
        self._sought: float | None = None
        self._look: tuple[float, Look] | None = None
        self._folded: tuple[str | None, datetime | None] = (None, None)
        self._minutes: dict[tuple[datetime, str], int] = {}
        self._counted: float | None = None  # when all minutes of the window were counted last
        self._committed: datetime | None = None
        self._stops: list[dict] = []
        self._tracks: dict[str, list[dict]] = {}

    def look(self, shared_for: float | None = None) -> Look:
        """One that another caller has taken serves as long as it is no older than `shared_for` seconds."""
        with self._lock:
            oldest = time.monotonic() - (self._shared_for if shared_for is None else shared_for)
            if self._look is None or self._look[0] < oldest:
                found = Look(self._rows(PICTURE), *self._commits(), self._minutes.copy(), self._new_stops())
                self._look = (time.monotonic(), found)
            return self._look[1]

    def picture_at(self, commit_lsn: str) -> list[dict]:
        """The aircraft after that commit."""
        if self._has("history"):
            return self._rows(PICTURE_AT, commit_lsn, commit_lsn)
        last = commit_lsn + "/" + MORE_THAN_ANY
        return self._rows(PICTURE_IN_JOURNAL, last, last)

    def track(self, icao24: str, commit_lsn: str = "") -> list[list[dict]]:
        """Where the aircraft was, oldest first, in pieces between its departures; up to a commit when one is named."""
        with self._lock:
            points = self._track_points(icao24)
        pieces: list[list[dict]] = [[]]
        for point in points:
            if point["pos"] > commit_lsn + MORE_THAN_ANY:
                break
            if point["op"] in ("d", "t"):
                pieces.append([])
            elif point["lon"] is not None:
                pieces[-1].append(point)
        return [piece for piece in pieces if piece]

    def _track_points(self, icao24: str) -> list[dict]:
        """Of these aircraft only what is new is asked for: the changes of one come in order."""
        since = (self._committed or datetime.now(UTC)) - TRACK
        known = self._tracks.pop(icao24, [])
        after = known[-1]["pos"] if known else ""
        points = known + self._rows(TRACK_POINTS, icao24, since.isoformat(), after)[::-1]
        self._tracks[icao24] = points[-2000:]
        while len(self._tracks) > 50:
            del self._tracks[next(iter(self._tracks))]
        return points

    def legs(self, icao24: str) -> list[dict]:
        return self._rows(LEGS, icao24) if self._has("legs") else []

    def _commits(self) -> tuple[datetime | None, datetime | None]:
        self._count_changes()
        position = self._rows(FOLDED)[0]["pos"]
        if position != self._folded[0]:
            self._folded = (position, self._rows(COMMIT_OF, position)[0]["committed"] if position else None)
        return self._committed, self._folded[1]

    def _count_changes(self) -> None:
        if self._committed is None:
            self._committed = self._rows(NEWEST_COMMIT)[0]["committed"]
        if self._committed is None:
            return
        every = self._counted is None or time.monotonic() - self._counted > AGAIN.total_seconds() / 2
        since = (self._committed - (WINDOW if every else AGAIN)).replace(second=0, microsecond=0)
        rows = self._rows(CHANGES, since.isoformat())
        self._minutes = {} if every else {key: n for key, n in self._minutes.items() if key[0] < since}
        for row in rows:
            self._minutes[row["minute"], row["op"]] = row["n"]
            self._committed = max(self._committed, row["committed"])
        if every:
            self._counted = time.monotonic()

    def _new_stops(self) -> list[dict]:
        if not self._has("runs"):
            return []
        after = self._stops[-1]["snapshot_time"].isoformat() if self._stops else "1970-01-01T00:00:00+00:00"
        self._stops = (self._stops + self._rows(STOPS, after)[::-1])[-2000:]
        return list(self._stops)

    def _has(self, kind: str) -> bool:
        with self._lock:
            try:
                self._open()
            except ConnectorError as error:
                raise self._judged(error) from error
            return kind in self._tables

    def _rows(self, statement: str, *values: str) -> list[dict]:
        """Each row by the names of its columns, in small letters."""
        with self._lock:
            try:
                cursor = self._open().cursor()
                cursor.execute(statement.format(**self._tables), values or None)
                names = [column[0].lower() for column in cursor.description]
                return [
                    {
                        name: utc(value) if isinstance(value, datetime) else value
                        for name, value in zip(names, row, strict=True)
                    }
                    for row in cursor.fetchall()
                ]
            except ConnectorError as error:
                raise self._judged(error) from error

    def _judged(self, error: ConnectorError) -> Exception:
        """What is missing stays so until it is made; after anything else the connection is not trusted any more."""
        text = re.sub(r"\s*\(request_id.*", "", str(error), flags=re.DOTALL)
        self.close()
        return NotThere(text) if error.errno in (MISSING, DENIED, NO_ROLE, NO_SCHEMA) else Unavailable(text)

    def _open(self):
        if self._connection is None:
            place = self._place
            self._connection = snowflake.connector.connect(
                connection_name=place.connection,
                database=place.database,
                schema=place.schema,
                role=place.role,
                paramstyle="qmark",
                login_timeout=10,
                network_timeout=10,
            )
            self._sought = None
        if self._sought is None or time.monotonic() - self._sought > SEEK_AGAIN:
            self._seek()
        return self._connection

    def _seek(self) -> None:
        """The best of each kind that is there, by one question; what is made later is found by and by."""
        wanted = [name for names in WANTED.values() for name in names]
        statement = THERE.format(database=quoted(self._place.database), names=", ".join(f"'{name}'" for name in wanted))
        cursor = self._connection.cursor().execute(statement, [self._place.schema])
        there = dict(cursor.fetchall())
        tables = {"journal": self._name("LIVE_STATE_JOURNAL"), "mirror": self._name("LIVE_STATE")}
        for kind, names in WANTED.items():
            best = next((name for name in names if name in there), None)
            tables |= {kind: self._name(best)} if best else {}
        tables.setdefault("live", tables["mirror"])
        live = next((name for name in WANTED["live"] if name in there), None)
        tables["kept"] = KEPT if there.get(live) else ""
        self._tables, self._sought = tables, time.monotonic()

    def _name(self, table: str) -> str:
        return ".".join(quoted(part) for part in (self._place.database, self._place.schema, table))

    def close(self) -> None:
        """The next question opens it again."""
        with self._lock:
            connection, self._connection, self._look = self._connection, None, None
            if connection is not None:
                try:
                    connection.close()
                except ConnectorError:
                    pass  # it was lost already
