"""What the server answers, without any HTTP: a request's path and query in, a Reply out."""

import dataclasses
import json
import threading
import urllib.parse

from .access import Credits, Tokens, query_cost
from .clock import StepClock, VirtualClock
from .faults import Fault, Faults
from .recording import ICAO24, LATITUDE, LONGITUDE, Recording

HISTORY_SECONDS = 3600
HTML = b"<html><body><h1>503 Service Unavailable</h1>maintenance</body></html>"


@dataclasses.dataclass
class Reply:
    """`broken`: "truncated" or "reset" where the connection shall end in the middle."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    broken: str = ""
    delay: float = 0.0


class BadQuery(ValueError):
    """The parameters make no sense: a 400 with this text."""


@dataclasses.dataclass(frozen=True)
class Query:
    """The parameters of /states/all."""

    box: tuple[float, float, float, float] | None
    icao24: frozenset[str]
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
        except ValueError as error:
            raise BadQuery(str(error)) from error
        if box and not (-90 <= box[0] <= box[2] <= 90 and -180 <= box[1] <= box[3] <= 180):
            raise BadQuery("the box is outside of the world or turned round")
        wanted = frozenset(name.lower() for name in given.get("icao24", []))
        extended = given.get("extended", ["0"])[-1].lower() in ("1", "true")
        return Query(box, wanted, extended, time)

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


@dataclasses.dataclass
class Service:
    """The state of the server; `lock` is held while it answers, so requests come one by one."""

    recording: Recording
    clock: StepClock | VirtualClock
    tokens: Tokens
    credits: Credits
    faults: Faults
    at_end: str
    requests: int = 0
    stopped: threading.Event = dataclasses.field(default_factory=threading.Event)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def states(self, query_text: str, authorization: str | None) -> Reply:
        with self.lock:
            self.requests += 1
            fault = self.faults.next_data()
            if fault is not None and fault.kind not in ("slow", "truncated", "empty"):
                return self._failed(fault)
            reply = self._states(query_text, authorization)
        if fault is not None and reply.status == 200:
            spoil(reply, fault)
        return reply

    def _states(self, query_text: str, authorization: str | None) -> Reply:
        if authorization is not None and not self.tokens.accepts(authorization):
            return Reply(401, b"Unauthorized")
        if authorization is None and self.tokens.required:
            return Reply(401, b"Unauthorized")
        try:
            query = Query.parse(query_text)
            index = self._index(query, query_text, authorization is not None)
        except BadQuery as error:
            return Reply(400, str(error).encode())
        if index is None:
            return Reply(404)
        wait = self.credits.take(query_cost(query.box))
        if wait:
            return too_many_requests(wait)
        return self._snapshot(query, index)

    def _index(self, query: Query, query_text: str, known: bool) -> int | None:
        """The tick to show; None when the recording is over and has no answer any more."""
        # anonymous callers of a server with logins get no history, as the API has it
        if query.time and (known or not self.tokens.enabled):
            newest = self.recording.times[min(self.clock.current(), len(self.recording) - 1)]
            if query.time < newest - HISTORY_SECONDS:
                raise BadQuery("time is more than one hour in the past")
            return max(self.recording.index_at(min(query.time, newest)), 0)
        index = self.clock.poll(query_text)
        if index < len(self.recording):
            return index
        if self.at_end == "hold":
            return len(self.recording) - 1
        if self.at_end == "stop":
            self.stopped.set()
        return None

    def _snapshot(self, query: Query, index: int) -> Reply:
        states = [vector for vector in self.recording.visible(index) if query.matches(vector)]
        if query.extended:
            states = [[*vector, 0] for vector in states]
        answer = {"time": self.recording.times[index], "states": states or None}
        body = json.dumps(answer, separators=(",", ":")).encode()
        headers = {"X-Rate-Limit-Remaining": str(self.credits.remaining)}
        return Reply(200, body, "application/json", headers)

    def _failed(self, fault: Fault) -> Reply:
        if fault.kind == "429":
            return too_many_requests(round(fault.value))
        if fault.kind == "html":
            return Reply(200, HTML, "text/html")
        if fault.kind == "garbage":
            return Reply(200, b'{"time":1,"states":[[}', "application/json")
        if fault.kind == "reset":
            return Reply(200, broken="reset")
        status = int(fault.kind)
        return Reply(status, HTML, "text/html") if status >= 500 else Reply(status, b"refused")

    def token(self, form_text: str) -> Reply:
        with self.lock:
            fault = self.faults.next_token()
            if fault is not None:
                return self._failed(fault)
            form = dict(urllib.parse.parse_qsl(form_text))
            token = self.tokens.issue(form)
        if token is None:
            body = {"error": "invalid_client", "error_description": "Invalid client credentials"}
            return json_reply(body, 401)
        lifetime = self.tokens.lifetime
        return json_reply({"access_token": token, "expires_in": lifetime, "token_type": "Bearer", "scope": ""})

    def status(self) -> Reply:
        with self.lock:
            index = min(self.clock.current(), len(self.recording) - 1)
            return json_reply(
                {
                    "index": index,
                    "ticks": len(self.recording),
                    "time": self.recording.times[index],
                    "over": self.clock.is_over(),
                    "requests": self.requests,
                    "credits": self.credits.remaining,
                    "faults": self.faults.waiting(),
                }
            )

    def control(self, action: str, query_text: str) -> Reply:
        given = dict(urllib.parse.parse_qsl(query_text))
        with self.lock:
            try:
                self._act(action, given)
            except (KeyError, ValueError, IndexError) as error:
                return Reply(400, f"{type(error).__name__}: {error}\n".encode())
        return self.status()

    def _act(self, action: str, given: dict[str, str]) -> None:
        if action == "fault":
            self.faults.add(given["fault"])
        elif action == "clear":
            self.faults.clear()
        elif action == "clock":
            index = int(given["index"])
            if not 0 <= index < len(self.recording):
                raise IndexError(f"index {index} of {len(self.recording)} ticks")
            self.clock.set(index)
        elif action == "revoke":
            self.tokens.revoke_all()
        else:
            raise ValueError(f'unknown action "{action}": fault, clear, clock or revoke')


def json_reply(value: dict, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode(), "application/json")


def too_many_requests(seconds: int) -> Reply:
    headers = {"X-Rate-Limit-Retry-After-Seconds": str(seconds)}
    return Reply(429, b"Too many requests", headers=headers)


def spoil(reply: Reply, fault: Fault) -> None:
    if fault.kind == "truncated":
        reply.broken = "truncated"
    elif fault.kind == "slow":
        reply.delay = fault.value
    else:
        answer = json.loads(reply.body)
        reply.body = json.dumps({"time": answer["time"], "states": None}).encode()
