"""Watches how clients use channels and notes what breaks the protocol without an error.

The judge changes no answer: it remembers what was sent under each position and compares.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from snow_local.streaming.channels import Append, Channel, positions
from snow_local.streaming.token_order import goes_back
from snow_local.streaming.violations import Violations

_MAX_POSITIONS = 4096
_MAX_REQUESTS = 20_000


@dataclass
class _Sent:
    """What came under one position of a channel."""

    digest: bytes
    start: str | None
    end: str | None
    request_id: str


@dataclass
class _Seen:
    """What one owner of a channel has sent so far."""

    client_sequencer: int
    last_end: str | None
    sent: OrderedDict[int, _Sent] = field(default_factory=OrderedDict)


class Judge:
    """Guarded by the registry's lock, like the channels."""

    def __init__(self, violations: Violations):
        self._violations = violations
        self._seen: dict[tuple, _Seen] = {}
        self._requests: OrderedDict[str, tuple] = OrderedDict()

    def opened(self, channel: Channel, sets_token: bool) -> None:
        key = (channel.pipe, channel.name)
        self._seen[key] = _Seen(channel.client_sequencer, channel.offset_token)
        if sets_token:
            self._note("open_sets_token", channel, f"open stored {channel.offset_token}")

    def looked(self, channel: Channel, token: str, append: Append) -> None:
        """Called with each append before the channel judges it."""
        client, row = positions(token)
        key = (channel.pipe, channel.name)
        seen = self._seen.get(key)
        if seen is None or seen.client_sequencer != channel.client_sequencer:
            seen = self._seen[key] = _Seen(channel.client_sequencer, channel.offset_token)
        if client != channel.client_sequencer:
            return
        found = _Sent(
            hashlib.blake2b(append.body, digest_size=16).digest(),
            append.start_token,
            append.end_token,
            append.request_id,
        )
        earlier = seen.sent.get(row)
        if earlier is not None:
            self._compare(channel, token, earlier, found)
        elif row == channel.row_sequencer:
            self._first(channel, seen, row, found)
        elif row > channel.row_sequencer:
            self._note("row_gap", channel, f"{token} came where {channel.token()} was next")
        self._check_request(channel, row, append.request_id)
        if not append.body.endswith(b"\n"):
            self._note("no_last_newline", channel, f"{token}: the last line has no line end")

    def _first(self, channel: Channel, seen: _Seen, row: int, found: _Sent) -> None:
        start, end = found.start or found.end, found.end
        if start is not None and end is not None and goes_back(start, end):
            self._note(
                "token_went_back", channel, f"the batch {start} to {end} ends before it starts"
            )
        if seen.last_end is not None and start is not None and goes_back(seen.last_end, start):
            self._note("token_went_back", channel, f"{start} to {end} came after {seen.last_end}")
        seen.last_end = end or seen.last_end
        seen.sent[row] = found
        while len(seen.sent) > _MAX_POSITIONS:
            seen.sent.popitem(last=False)

    def _compare(self, channel: Channel, token: str, earlier: _Sent, found: _Sent) -> None:
        if (earlier.digest, earlier.start, earlier.end) != (found.digest, found.start, found.end):
            self._note(
                "other_bytes",
                channel,
                f"{token} was used for {earlier.start} to {earlier.end}, "
                f"now other rows {found.start} to {found.end} came under it and are lost",
            )
        elif earlier.request_id and found.request_id != earlier.request_id:
            self._note("request_id_changed", channel, f"{token} was sent again under another id")

    def _check_request(self, channel: Channel, row: int, request_id: str) -> None:
        if not request_id:
            return
        place = (channel.pipe, channel.name, channel.client_sequencer, row)
        known = self._requests.setdefault(request_id, place)
        if known != place:
            self._note("request_id_reused", channel, f"{request_id} names two batches")
        while len(self._requests) > _MAX_REQUESTS:
            self._requests.popitem(last=False)

    def note_members(self, channel: Channel, names: list[str]) -> None:
        """Members that no column takes; the service drops them without a word."""
        self._note("unknown_members", channel, ", ".join(names))

    def _note(self, kind: str, channel: Channel, detail: str) -> None:
        self._violations.add(kind, channel.pipe, channel.name, detail)
