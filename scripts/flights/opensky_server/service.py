"""What the server answers, without any HTTP: a request's path and query in, a Reply out."""

import dataclasses
import json
import threading
import urllib.parse

from .access import Credits, Tokens, days_cost, query_cost
from .clock import StepClock, VirtualClock
from .faults import Fault, Faults
from .legs import flight_of, legs_until, track_of
from .query import BadQuery, Query, Window
from .recording import ICAO24, SENSORS, VISIBLE_SECONDS, Recording

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


@dataclasses.dataclass
class Service:
    """The state of the server; `lock` is held while it answers, so requests come one by one."""

    recording: Recording
    clock: StepClock | VirtualClock
    tokens: Tokens
    credits: dict[str, Credits]  # of states, flights, tracks: three buckets
    faults: Faults
    at_end: str
    requests: int = 0
    port: int = 0  # where it is served
    bearer_hosts: set[str] = dataclasses.field(default_factory=set)  # where a token was sent to
    stopped: threading.Event = dataclasses.field(default_factory=threading.Event)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def ask(self, path: str, query_text: str, authorization: str | None) -> Reply:
        """Any data request; the path is below the API's root."""
        with self.lock:
            self.requests += 1
            fault = self.faults.next_data()
            if fault is not None and fault.kind not in ("slow", "truncated", "empty"):
                return self._failed(fault, path, query_text)
            reply = self._answer(path, query_text, authorization)
        if fault is not None and reply.status == 200:
            spoil(reply, fault)
        return reply

    def _answer(self, path: str, query_text: str, authorization: str | None) -> Reply:
        if authorization is not None and not self.tokens.accepts(authorization):
            return Reply(401, b"Unauthorized")
        if authorization is None and self.tokens.required:
            return Reply(401, b"Unauthorized")
        try:
            if path == "states/all":
                return self._states(query_text, authorization is not None)
            if path == "states/own":
                return self._own(query_text, authorization is not None)
            if path == "tracks/all":
                return self._track(query_text)
            if path.removeprefix("flights/") in ("all", "aircraft", "arrival", "departure"):
                return self._flights(Window.parse(path.removeprefix("flights/"), query_text))
        except BadQuery as error:
            return Reply(400, str(error).encode())
        return Reply(404, b"no such endpoint")

    def _states(self, query_text: str, known: bool) -> Reply:
        query = Query.parse(query_text)
        index = self._index(query, query_text, known)
        if index is None:
            return Reply(404, b"the recording is over")
        wait = self.credits["states"].take(query_cost(query.box))
        if wait:
            return too_many_requests(wait)
        return self._snapshot(query, index)

    def _own(self, query_text: str, known: bool) -> Reply:
        """Costs nothing; nine receivers share the aircraft by address."""
        if not known:
            return Reply(403, b"Forbidden")
        query = Query.parse(query_text)
        index = self._index(query, query_text, known)
        if index is None:
            return Reply(404, b"the recording is over")
        return self._snapshot(query, index, own=True)

    def _now(self) -> tuple[int, int]:
        index = min(self.clock.current(), len(self.recording) - 1)
        return index, self.recording.times[index]

    def _flights(self, window: Window) -> Reply:
        index, now = self._now()
        wait = self.credits["flights"].take(days_cost(window.begin, window.end, now))
        if wait:
            return too_many_requests(wait)
        flights = [flight_of(leg) for leg in legs_until(self.recording, index)]
        return self._found([flight for flight in flights if window.matches(flight)], "flights")

    def _track(self, query_text: str) -> Reply:
        given = dict(urllib.parse.parse_qsl(query_text))
        try:
            address, time = given["icao24"].lower(), int(given.get("time", 0))
        except (KeyError, ValueError) as error:
            raise BadQuery("icao24 and time are needed") from error
        index, now = self._now()
        time = time or now
        wait = self.credits["tracks"].take(days_cost(time, time, now))
        if wait:
            return too_many_requests(wait)
        for leg in legs_until(self.recording, index):
            if leg.vectors[0][ICAO24] == address and leg.first_seen <= time <= leg.last_seen + VISIBLE_SECONDS:
                return self._found(track_of(leg), "tracks")
        return self._found(None, "tracks")

    def _found(self, found: list | dict | None, bucket: str) -> Reply:
        """What the API does when there is nothing: 404 without a word."""
        if not found:
            return Reply(404)
        headers = {"X-Rate-Limit-Remaining": str(self.credits[bucket].remaining)}
        body = json.dumps(found, separators=(",", ":")).encode()
        return Reply(200, body, "application/json", headers)

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

    def _snapshot(self, query: Query, index: int, own: bool = False) -> Reply:
        states = [vector for vector in self.recording.visible(index) if query.matches(vector)]
        if own:
            states = [heard for vector in states if (heard := by_receivers(vector, query.serials))]
        if query.extended:
            states = [[*vector, 0] for vector in states]
        answer = {"time": self.recording.times[index], "states": states or None}
        body = json.dumps(answer, separators=(",", ":")).encode()
        headers = {"X-Rate-Limit-Remaining": str(self.credits["states"].remaining)}
        return Reply(200, body, "application/json", headers)

    def _failed(self, fault: Fault, path: str = "", query_text: str = "") -> Reply:
        if fault.kind == "redirect":
            # the same machine by another name is another host to a client
            where = f"http://localhost:{self.port}/api/{path}?{query_text}"
            return Reply(301, HTML, "text/html", {"Location": where})
        if fault.kind == "answer":
            return Reply(200, fault.body, "application/json")
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
                    "credits": self.credits["states"].remaining,
                    "tokens": self.tokens.count,
                    "bearer_hosts": sorted(self.bearer_hosts),
                    "faults": self.faults.waiting(),
                }
            )

    def control(self, action: str, query_text: str, body: bytes = b"") -> Reply:
        given = dict(urllib.parse.parse_qsl(query_text))
        with self.lock:
            try:
                if action == "answer":
                    self.faults.add_answer(body)
                else:
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
            raise ValueError(f'unknown action "{action}": answer, fault, clear, clock or revoke')


def by_receivers(vector: list, serials: frozenset[int]) -> list | None:
    """As one's own receivers hear it, or not: `sensors` is filled."""
    serial = int(vector[ICAO24], 16) % 9 + 1
    if serials and serial not in serials:
        return None
    return [*vector[:SENSORS], [serial], *vector[SENSORS + 1 :]]


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
