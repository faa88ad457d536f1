"""All channels of all pipes, kept in the database file of their table.

The lock here guards the channels in memory only; a table's commit lock keeps opening a channel
and committing its rows apart, so that an opener always sees the final token.
"""

import threading
import time
from collections import defaultdict

from snow_local.engine import catalog
from snow_local.engine.storage import Storage
from snow_local.faults import Faults
from snow_local.streaming.channel_store import ChannelStore
from snow_local.streaming.channels import (
    MUST_REOPEN,
    PIPE_SUFFIX,
    Append,
    Channel,
    PipeKey,
    StreamingError,
)
from snow_local.streaming.judge import Judge
from snow_local.streaming.violations import Violations

_MAX_CHANNELS = 2000
_MAX_WAITING_BYTES = 512 * 1024 * 1024


class Registry:
    """Owns the channels."""

    def __init__(
        self, storage: Storage, faults: Faults, violations: Violations, keep_sessions: bool = False
    ):
        self._storage = storage
        self._faults = faults
        self._store = ChannelStore(storage, keep_sessions)
        self._channels: dict[PipeKey, dict[str, Channel]] = defaultdict(dict)
        self._commit_locks: dict[PipeKey, threading.Lock] = defaultdict(threading.Lock)
        self._opening: set[tuple[PipeKey, str]] = set()
        self.judge = Judge(violations)
        self.lock = threading.Lock()
        self.arrived = threading.Condition(self.lock)
        self.waiting_bytes = 0
        for database in storage.databases():
            for channel in self._store.load(database):
                self._channels[channel.pipe][channel.name] = channel

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
            raise self.no_table(pipe)
        return table

    @staticmethod
    def no_table(pipe: PipeKey) -> StreamingError:
        return StreamingError(
            404,
            "ERR_TABLE_DOES_NOT_EXIST_NOT_AUTHORIZED",
            f"The table {pipe.table} does not exist or is not authorized.",
        )

    # -- what clients ask for ------------------------------------------------------------------

    def open(self, pipe: PipeKey, name: str, options: dict) -> Channel:
        """Opens a channel for a new owner; waits for a commit that is under way."""
        fail = bool(options.get("fail_on_uncommitted_rows", False))
        key = (pipe, name)
        with self.lock:
            if key in self._opening:
                raise StreamingError(
                    409, "ERR_OPEN_CHANNEL_IN_PROGRESS", "The channel is being opened."
                )
            self._refuse_uncommitted(pipe, name, fail)
            self._opening.add(key)
        try:
            if self._faults.settings.open_delay > 0:
                time.sleep(self._faults.settings.open_delay)
            return self._open(pipe, name, options, fail)
        finally:
            with self.lock:
                self._opening.discard(key)

    def _open(self, pipe: PipeKey, name: str, options: dict, fail: bool) -> Channel:
        table = self.check_table(pipe)
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
                    self._take_from_owner(channel)
                sets_token = options.get("offset_token") is not None
                if sets_token:
                    channel.offset_token = str(options["offset_token"])
                channel.shape = table
                channel.last_used = time.monotonic()
                channel.remember()
                self.judge.opened(channel, sets_token)
            self._store.save(channel, new)
        return channel

    def knows(self, pipe: PipeKey) -> bool:
        """Whether the pipe has channels, which vanish with its table."""
        with self.lock:
            return bool(self._channels.get(pipe))

    def find(self, pipe: PipeKey, name: str) -> Channel:
        """The channel of that name; StreamingError 404 when there is none."""
        with self.lock:
            return self._find(pipe, name)

    def append(self, channel: Channel, token: str, append: Append) -> str:
        """Buffers rows; answers the token to send next."""
        with self.lock:
            if self._channels.get(channel.pipe, {}).get(channel.name) is not channel:
                raise _unknown(channel.name)
            if self.waiting_bytes > _MAX_WAITING_BYTES:
                raise StreamingError(429, "ERR_TOO_MANY_REQUESTS", "Too many rows wait for commit.")
            channel.last_used = time.monotonic()
            self.judge.looked(channel, token, append)
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
                self._find(pipe, name)
                self._refuse_uncommitted(pipe, name, fail)
                channel = self._remove(pipe, name)
            self._store.delete(channel)

    def status(self, pipe: PipeKey, names: list[str]) -> dict:
        settings = self._faults.settings
        answer = {}
        with self.lock:
            channels = dict(self._channels.get(pipe, {}))
        if not channels:
            self.check_table(pipe)
        if self._faults.take("missing_statuses"):
            return answer
        with self.lock:
            for name in names:
                channel = channels.get(name)
                if channel is None and name == "ELASTIC":
                    channel = Channel(pipe, name)
                if channel is not None:
                    answer[name] = channel.describe(
                        settings.rows_errors_name, settings.status_lag, settings.counter_lag
                    )
        return answer

    def all_channels(self) -> list[Channel]:
        with self.lock:
            return [item for group in self._channels.values() for item in group.values()]

    # -- what happens to channels from outside -------------------------------------------------

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

    def altered(self, database: str, schema: str, table: str) -> None:
        """A table got other columns: with `table_shape` = invalidate its channels must reopen."""
        if self._faults.settings.table_shape != "invalidate":
            return
        with self.lock:
            for pipe, channels in self._channels.items():
                if (pipe.database, pipe.schema, pipe.table) == (database, schema, table):
                    for channel in channels.values():
                        channel.status = MUST_REOPEN

    def take_over(self, name: str | None = None) -> int:
        """Another client opens the channels of that name, or all; how many."""
        return self._each(name, self._take_from_owner, self._save_old)

    def expire(self, name: str | None = None) -> int:
        """Channels and their tokens are gone, as after 30 days without use; how many."""
        return self._each(name, lambda item: self._remove(item.pipe, item.name), self._store.delete)

    def expire_idle(self) -> None:
        limit = self._faults.settings.expire_after
        if limit <= 0:
            return
        before = time.monotonic() - limit
        for channel in self.all_channels():
            if channel.last_used < before and not channel.has_uncommitted():
                self.expire(channel.name)

    def invalidate(self, name: str | None, code: str) -> int:
        """The channels must be reopened; status and appends say why."""

        def mark(channel: Channel) -> None:
            channel.status = code

        return self._each(name, mark, lambda _: None)

    def _each(self, name: str | None, change, save) -> int:
        with self.lock:
            found = [
                channel
                for group in self._channels.values()
                for channel in group.values()
                if name in (None, channel.name)
            ]
            for channel in found:
                change(channel)
        for channel in found:
            save(channel)
        return len(found)

    def _save_old(self, channel: Channel) -> None:
        self._store.save(channel, False)

    def _take_from_owner(self, channel: Channel) -> None:
        self.waiting_bytes -= sum(len(item.body) for item in channel.waiting)
        channel.reopen()

    def _remove(self, pipe: PipeKey, name: str) -> Channel:
        channel = self._channels[pipe].pop(name)
        self.waiting_bytes -= sum(len(item.body) for item in channel.waiting)
        return channel

    def _find(self, pipe: PipeKey, name: str) -> Channel:
        channel = self._channels.get(pipe, {}).get(name)
        if channel is None:
            raise _unknown(name)
        return channel

    def _refuse_uncommitted(self, pipe: PipeKey, name: str, fail: bool) -> None:
        channel = self._channels.get(pipe, {}).get(name)
        if fail and (
            (channel is not None and channel.has_uncommitted())
            or self._faults.take("uncommitted_409")
        ):
            raise StreamingError(
                409,
                "ERR_CHANNEL_HAS_UNCOMMITTED_DATA",
                "The channel has rows that are not committed yet.",
            )


def _unknown(name: str) -> StreamingError:
    return StreamingError(
        404,
        "ERR_CHANNEL_DOES_NOT_EXIST_OR_NOT_AUTHORIZED",
        f"The channel {name} does not exist or is not authorized.",
    )
