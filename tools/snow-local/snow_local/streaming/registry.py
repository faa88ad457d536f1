"""All channels of all pipes, kept in the database file of their table.

The lock here guards the channels in memory only; a table's commit lock keeps opening a channel
and committing its rows apart, so that an opener always sees the final token.
"""

import threading
from collections import defaultdict

from snow_local.engine import catalog
from snow_local.engine.identifiers import physical, quote
from snow_local.engine.storage import STATE_SCHEMA, Storage
from snow_local.streaming.channels import (
    PIPE_SUFFIX,
    Append,
    Channel,
    Counters,
    PipeKey,
    StreamingError,
)

_MAX_CHANNELS = 2000
_MAX_WAITING_BYTES = 512 * 1024 * 1024


def state_table(database: str, name: str = "CHANNELS") -> str:
    return f"{quote(physical(database))}.{STATE_SCHEMA}.{name}"


def _unknown(name: str) -> StreamingError:
    return StreamingError(
        404,
        "ERR_CHANNEL_DOES_NOT_EXIST_OR_NOT_AUTHORIZED",
        f"The channel {name} does not exist or is not authorized.",
    )


class Registry:
    """Owns the channels."""

    def __init__(self, storage: Storage):
        self._storage = storage
        self._channels: dict[PipeKey, dict[str, Channel]] = defaultdict(dict)
        self._commit_locks: dict[PipeKey, threading.Lock] = defaultdict(threading.Lock)
        self.lock = threading.Lock()
        self.arrived = threading.Condition(self.lock)
        self.waiting_bytes = 0
        for database in storage.databases():
            self._load(database)

    def commit_lock(self, pipe: PipeKey) -> threading.Lock:
        with self.lock:
            return self._commit_locks[pipe]

    def check_table(self, pipe: PipeKey) -> catalog.Table:
        """The table behind a default pipe; StreamingError 404 when there is none."""
        if not pipe.pipe.endswith(PIPE_SUFFIX):
            raise StreamingError(
                404,
                "ERR_PIPE_DOES_NOT_EXIST_OR_NOT_AUTHORIZED",
                f"The pipe {pipe.pipe} does not exist or is not authorized.",
            )
        table = None
        if self._storage.has_database(pipe.database):
            table = catalog.find(self._storage.cursor(), pipe.database, pipe.schema, pipe.table)
        if table is None or table.kind != "TABLE":
            raise StreamingError(
                404,
                "ERR_TABLE_DOES_NOT_EXIST_NOT_AUTHORIZED",
                f"The table {pipe.table} does not exist or is not authorized.",
            )
        return table

    def open(self, pipe: PipeKey, name: str, options: dict) -> Channel:
        """Opens a channel for a new owner; waits for a commit that is under way."""
        self.check_table(pipe)
        fail = bool(options.get("fail_on_uncommitted_rows", False))
        with self.lock:
            self._refuse_uncommitted(pipe, name, fail)
        with self.commit_lock(pipe):
            with self.lock:
                self._refuse_uncommitted(pipe, name, fail)
                channels = self._channels[pipe]
                new = name not in channels
                if new and len(channels) >= _MAX_CHANNELS:
                    raise StreamingError(
                        400, "ERR_TOO_MANY_CHANNELS", "The pipe has 2000 channels."
                    )
                channel = channels.setdefault(name, Channel(pipe, name))
                if not new:
                    self.waiting_bytes -= sum(len(item.body) for item in channel.waiting)
                    channel.reopen()
                if options.get("offset_token") is not None:
                    channel.offset_token = str(options["offset_token"])
            self._save(channel, new)
        return channel

    def append(self, pipe: PipeKey, name: str, token: str, append: Append) -> str:
        """Buffers rows; answers the token to send next."""
        with self.lock:
            channel = self._channels.get(pipe, {}).get(name)
            if channel is None:
                raise _unknown(name)
            if self.waiting_bytes > _MAX_WAITING_BYTES:
                raise StreamingError(429, "ERR_TOO_MANY_REQUESTS", "Too many rows wait for commit.")
            if channel.accept(token, append):
                self.waiting_bytes += len(append.body)
                self.arrived.notify_all()
            return channel.token()

    def append_elastic(self, pipe: PipeKey, append: Append) -> None:
        self.check_table(pipe)
        with self.lock:
            channel = self._channels[pipe].setdefault("ELASTIC", Channel(pipe, "ELASTIC"))
            channel.waiting.append(append)
            self.waiting_bytes += len(append.body)
            self.arrived.notify_all()

    def drop(self, pipe: PipeKey, name: str, fail: bool) -> None:
        with self.commit_lock(pipe):
            with self.lock:
                if name not in self._channels.get(pipe, {}):
                    raise _unknown(name)
                self._refuse_uncommitted(pipe, name, fail)
                channel = self._channels[pipe].pop(name)
                self.waiting_bytes -= sum(len(item.body) for item in channel.waiting)
            self._write(
                pipe.database,
                f"DELETE FROM {state_table(pipe.database)} WHERE "
                "schema_name = ? AND pipe_name = ? AND channel_name = ?",
                [pipe.schema, pipe.pipe, name],
            )

    def status(self, pipe: PipeKey, names: list[str], errors_name: str) -> dict:
        answer = {}
        with self.lock:
            channels = dict(self._channels.get(pipe, {}))
        if not channels:
            self.check_table(pipe)
        with self.lock:
            for name in names:
                channel = channels.get(name)
                if channel is None and name == "ELASTIC":
                    channel = Channel(pipe, name)
                if channel is not None:
                    answer[name] = channel.describe(errors_name)
        return answer

    def all_channels(self) -> list[Channel]:
        with self.lock:
            return [item for group in self._channels.values() for item in group.values()]

    def forget(self, database: str, schema: str | None = None, table: str | None = None) -> None:
        """Removes the channels of a table, schema or database that was dropped."""
        with self.lock:
            for pipe in list(self._channels):
                if (
                    pipe.database == database
                    and schema in (None, pipe.schema)
                    and table in (None, pipe.table)
                ):
                    for channel in self._channels.pop(pipe).values():
                        self.waiting_bytes -= sum(len(item.body) for item in channel.waiting)

    def _refuse_uncommitted(self, pipe: PipeKey, name: str, fail: bool) -> None:
        channel = self._channels.get(pipe, {}).get(name)
        if fail and channel is not None and channel.has_uncommitted():
            raise StreamingError(
                409,
                "ERR_CHANNEL_HAS_UNCOMMITTED_DATA",
                "The channel has rows that are not committed yet.",
            )

    def _write(self, database: str, statement: str, values: list) -> None:
        cursor = self._storage.cursor()
        with self._storage.write_lock.holding(cursor):
            cursor.execute(statement, values)

    def _save(self, channel: Channel, new: bool) -> None:
        pipe = channel.pipe
        if new:
            self._write(
                pipe.database,
                f"INSERT INTO {state_table(pipe.database)} VALUES "
                "(?, ?, ?, ?, ?, 0, ?, ?, 0, 0, 0, NULL, NULL, NULL)",
                [
                    pipe.schema,
                    pipe.pipe,
                    channel.name,
                    pipe.table,
                    channel.client_sequencer,
                    channel.offset_token,
                    channel.created_ms,
                ],
            )
            return
        self._write(
            pipe.database,
            f"UPDATE {state_table(pipe.database)} SET client_sequencer = ?, "
            "row_sequencer = 0, offset_token = ? WHERE schema_name = ? AND pipe_name = ? "
            "AND channel_name = ?",
            [channel.client_sequencer, channel.offset_token, pipe.schema, pipe.pipe, channel.name],
        )

    def _load(self, database: str) -> None:
        """Channels of a file that was written before. Their waiting rows are gone, so their
        tokens must be stale: an owner that went on would lose them without a word."""
        cursor = self._storage.cursor()
        table = state_table(database)
        cursor.execute(f"UPDATE {table} SET client_sequencer = client_sequencer + 1")
        for row in cursor.execute(
            "SELECT schema_name, pipe_name, channel_name, client_sequencer, offset_token, "
            "created_on_ms, rows_inserted, rows_parsed, rows_error, last_error_token, "
            f"last_error_message, last_error_ms FROM {table}"
        ).fetchall():
            pipe = PipeKey(database, row[0], row[1])
            channel = Channel(
                pipe,
                row[2],
                client_sequencer=row[3],
                offset_token=row[4],
                created_ms=row[5],
                counters=Counters(*row[6:12]),
            )
            self._channels[pipe][channel.name] = channel
