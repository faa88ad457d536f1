"""Channels: their sequencers, their waiting rows and their committed state.

A channel belongs to one client at a time: opening it raises the client sequencer, which makes all
tokens of the owner before stale. Rows wait here until the committer takes them.
"""

import time
from dataclasses import dataclass, field

SUCCESS = "SUCCESS"
ROW_GAP = "ERR_CHANNEL_MUST_BE_REOPENED_DUE_TO_ROW_SEQ_GAP"
MUST_REOPEN = "ERR_CHANNEL_MUST_BE_REOPENED"

PIPE_SUFFIX = "-STREAMING"


class StreamingError(Exception):
    """A refused streaming call: HTTP status, stable code and text."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


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

    def token(self) -> str:
        return f"{self.client_sequencer}_{self.row_sequencer}"

    def has_uncommitted(self) -> bool:
        return bool(self.waiting) or self.committing > 0

    def accept(self, token: str, append: Append) -> bool:
        """Takes an append by its continuation token; False when the row position was used before.

        Throws StreamingError for a stale owner, a gap or a channel that must be reopened."""
        client, _, row = token.partition("_")
        if not client.isdigit() or not row.isdigit():
            raise StreamingError(
                400,
                "ERR_INVALID_CONTINUATION_TOKEN",
                f"The continuation token {token} is malformed.",
            )
        if int(client) != self.client_sequencer:
            raise StreamingError(
                400,
                "STALE_CONTINUATION_TOKEN_SEQUENCER",
                "The channel was opened by another client. Open it again.",
            )
        if self.status != SUCCESS:
            raise StreamingError(409, self.status, "The channel is invalid. Open it again.")
        if int(row) < self.row_sequencer:
            return False
        if int(row) > self.row_sequencer:
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

    def describe(self, errors_name: str = "rows_error_count") -> dict:
        counters = self.counters
        answer = {
            "database_name": self.pipe.database,
            "schema_name": self.pipe.schema,
            "pipe_name": self.pipe.pipe,
            "channel_name": self.name,
            "channel_status_code": self.status,
            "last_committed_offset_token": self.offset_token,
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
