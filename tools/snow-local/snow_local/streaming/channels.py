"""Channels: their sequencers, their waiting rows and their committed state.

A channel belongs to one client at a time: opening it raises the client sequencer, which makes all
tokens of the owner before stale. Rows wait here until the committer takes them.
"""

import random
import time
from collections import deque
from dataclasses import dataclass, field, replace

from snow_local.engine.catalog import Table
from snow_local.streaming.pace import Pace

SUCCESS = "SUCCESS"
ROW_GAP = "ERR_CHANNEL_MUST_BE_REOPENED_DUE_TO_ROW_SEQ_GAP"
MUST_REOPEN = "ERR_CHANNEL_MUST_BE_REOPENED"

PIPE_SUFFIX = "-STREAMING"
_MAX_HISTORY = 4096


class StreamingError(Exception):
    """A refused streaming call: HTTP status, stable code and text; `wait` for Retry-After."""

    def __init__(self, status: int, code: str, message: str, wait: float | None = None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.wait = wait


@dataclass(frozen=True)
class PipeKey:
    """The default pipe of a table."""

    database: str
    schema: str
    pipe: str

    @property
    def table(self) -> str:
        return self.pipe.removesuffix(PIPE_SUFFIX)


@dataclass
class Append:
    """One accepted request that is not committed yet; `body` is decompressed NDJSON."""

    body: bytes
    start_token: str | None
    end_token: str | None
    request_id: str = ""
    accepted_at: float = field(default_factory=time.monotonic)


@dataclass
class Counters:
    """What a channel has seen in its life, as status reports it."""

    inserted: int = 0
    parsed: int = 0
    errors: int = 0
    error_token: str | None = None
    error_message: str | None = None
    error_ms: int | None = None


@dataclass
class Past:
    """A committed state that a lagging status may still show."""

    since: float
    offset_token: str | None
    counters: Counters


@dataclass
class Channel:
    """One channel; guarded by the registry's lock."""

    pipe: PipeKey
    name: str
    client_sequencer: int = 0
    row_sequencer: int = 0
    offset_token: str | None = None
    created_ms: int = field(default_factory=lambda: int(time.time() * 1000))
    counters: Counters = field(default_factory=Counters)
    status: str = SUCCESS
    waiting: list[Append] = field(default_factory=list)
    committing: int = 0
    latency_ms: int = 0
    pace: Pace = field(default_factory=Pace)
    shape: Table | None = None
    may_evolve: bool = True
    history: deque[Past] = field(default_factory=lambda: deque(maxlen=_MAX_HISTORY))
    last_used: float = field(default_factory=time.monotonic)
    delay_share: float = field(default_factory=random.random)

    def token(self) -> str:
        return f"{self.client_sequencer}_{self.row_sequencer}"

    def has_uncommitted(self) -> bool:
        return bool(self.waiting) or self.committing > 0

    def accept(self, token: str, append: Append) -> bool:
        """Takes an append by its continuation token; False when the row position was used before.

        Throws StreamingError for a stale owner, a gap or a channel that must be reopened."""
        client, row = positions(token)
        if client != self.client_sequencer:
            raise StreamingError(
                400,
                "STALE_CONTINUATION_TOKEN_SEQUENCER",
                "The channel was opened by another client. Open it again.",
            )
        if self.status != SUCCESS:
            raise StreamingError(409, self.status, "The channel is invalid. Open it again.")
        if row < self.row_sequencer:
            return False
        if row > self.row_sequencer:
            self.status = ROW_GAP
            raise StreamingError(400, ROW_GAP, "Rows before these are missing. Open it again.")
        self.row_sequencer += 1
        self.waiting.append(append)
        return True

    def reopen(self) -> None:
        """A new owner: waiting rows are discarded, earlier tokens become stale."""
        self.waiting.clear()
        self.client_sequencer += 1
        self.row_sequencer = 0
        self.status = SUCCESS

    def remember(self) -> None:
        """Notes the committed state, for statuses that lag."""
        self.history.append(Past(time.monotonic(), self.offset_token, replace(self.counters)))

    def past(self, lag: float) -> Past:
        """The committed state as it was `lag` seconds ago; the first one for the time before."""
        limit = time.monotonic() - lag
        found = Past(0.0, self.offset_token, self.counters)
        for item in reversed(self.history):
            found = item
            if item.since <= limit:
                break
        return found

    def describe(
        self, errors_name: str = "rows_error_count", lag: float = 0.0, counter_lag: float = 0.0
    ) -> dict:
        token = self.past(lag).offset_token if lag > 0 else self.offset_token
        late = max(lag, counter_lag)
        counters = self.past(late).counters if late > 0 else self.counters
        answer = {
            "database_name": self.pipe.database,
            "schema_name": self.pipe.schema,
            "pipe_name": self.pipe.pipe,
            "channel_name": self.name,
            "channel_status_code": self.status,
            "last_committed_offset_token": token,
            "created_on_ms": self.created_ms,
            "last_refreshed_on_ms": int(time.time() * 1000),
            "rows_inserted": counters.inserted,
            "rows_parsed": counters.parsed,
            errors_name: counters.errors,
            "last_error_offset_upper_bound": counters.error_token,
            "last_error_offset_token_upper_bound": counters.error_token,
            "last_error_message": counters.error_message,
            "last_error_timestamp": counters.error_ms,
            "last_error_timestamp_ms": counters.error_ms,
            "snowflake_avg_processing_latency_ms": self.latency_ms,
        }
        if errors_name == "both":
            answer["rows_errors"] = answer["rows_error_count"] = answer.pop("both")
        return answer


def positions(token: str) -> tuple[int, int]:
    """Client and row sequencer of a continuation token; StreamingError when it is none."""
    client, _, row = token.partition("_")
    if not client.isdigit() or not row.isdigit():
        raise StreamingError(
            400, "ERR_INVALID_CONTINUATION_TOKEN", f"The continuation token {token} is malformed."
        )
    return int(client), int(row)
