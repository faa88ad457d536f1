"""Commits waiting rows some time after they were accepted, with the offset tokens, atomically.

One thread takes all channels of a table that have waited long enough and writes their rows, the
error rows and the new channel state in one transaction of the table's database file.
"""

import logging
import random
import threading
import time
from collections import defaultdict

import duckdb

from snow_local.engine.catalog import Table
from snow_local.engine.errors import SqlError
from snow_local.engine.storage import Storage
from snow_local.settings import Settings
from snow_local.streaming.channels import MUST_REOPEN, Append, Channel, PipeKey, StreamingError
from snow_local.streaming.evolution import evolve
from snow_local.streaming.loader import Batch, load
from snow_local.streaming.registry import Registry
from snow_local.streaming.shapes import evolves, groups

_MAX_COMMIT_BYTES = 64 * 1024 * 1024
_LOG = logging.getLogger("snow_local.commit")


class Committer:
    """Owns the committing thread."""

    def __init__(self, storage: Storage, registry: Registry, settings: Settings):
        self._storage = storage
        self._registry = registry
        self._settings = settings
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and commits what was accepted."""
        with self._registry.lock:
            self._stop = True
            self._registry.arrived.notify_all()
        self._thread.join()
        self.commit_all()

    def commit_all(self) -> None:
        """Commits everything that waits, without delay."""
        while due := self._due(float("inf")):
            for pipe in due:
                self._commit(pipe, float("inf"))

    def _run(self) -> None:
        while True:
            with self._registry.lock:
                if self._stop:
                    return
                self._registry.arrived.wait(self._pause())
            now = time.monotonic()
            for pipe in self._due(now):
                try:
                    self._commit(pipe, now)
                except Exception:
                    _LOG.exception("could not commit rows of %s", pipe)
                    time.sleep(0.2)

    def _pause(self) -> float:
        """Seconds until the oldest append is due; called with the registry's lock held."""
        return min(0.05, max(0.002, self._settings.commit_delay / 4))

    def _due(self, at: float) -> list[PipeKey]:
        due = []
        for channel in self._registry.all_channels():
            if channel.waiting and self._is_due(channel, at) and channel.pipe not in due:
                due.append(channel.pipe)
        return due

    def _is_due(self, channel: Channel, at: float) -> bool:
        settings = self._settings
        wait = settings.commit_delay + settings.commit_spread * channel.delay_share
        return channel.waiting[0].accepted_at + wait <= at

    def _commit(self, pipe: PipeKey, at: float) -> None:
        cursor = self._storage.cursor()
        # The lock comes first: rows stay waiting when another writer holds it for too long.
        with self._registry.commit_lock(pipe), self._storage.write_lock.holding(cursor):
            taken = self._take(pipe, at)
            try:
                table = self._registry.check_table(pipe)
                found = groups(table, taken, self._settings.table_shape)
                batches = [self._batch(cursor, seen, part) for seen, part in found]
                self._write(cursor, pipe, batches)
            except StreamingError:
                self._settle(taken, [], MUST_REOPEN)
            except (SqlError, duckdb.Error):
                self._settle(taken, [], MUST_REOPEN)
                raise
            else:
                self._settle(taken, batches, None)

    @staticmethod
    def _batch(cursor: duckdb.DuckDBPyConnection, table: Table, taken: dict) -> Batch:
        batch = Batch(table, taken)
        if evolves(table) and all(channel.may_evolve for channel, _ in taken.values()):
            batch.table = evolve(cursor, table, batch.found)
        return batch

    def _take(self, pipe: PipeKey, at: float) -> dict[str, tuple[Channel, list[Append]]]:
        """What commits now: everything of the pipe, or with `commit_spread` some appends of the
        channels whose time has come, as the service promises no order between channels."""
        spread = self._settings.commit_spread > 0 and at != float("inf")
        taken: dict[str, tuple[Channel, list[Append]]] = {}
        channels = [item for item in self._registry.all_channels() if item.pipe == pipe]
        left = _MAX_COMMIT_BYTES
        with self._registry.lock:
            for channel in channels:
                if spread and not (channel.waiting and self._is_due(channel, at)):
                    continue
                most = random.randint(1, len(channel.waiting)) if spread else len(channel.waiting)
                channel.delay_share = random.random()
                appends: list[Append] = []
                while len(appends) < most and left > 0:
                    appends.append(channel.waiting.pop(0))
                    left -= len(appends[-1].body)
                if appends:
                    channel.committing = len(appends)
                    taken[channel.name] = (channel, appends)
        return taken

    def _write(
        self, cursor: duckdb.DuckDBPyConnection, pipe: PipeKey, batches: list[Batch]
    ) -> None:
        cursor.execute("SET TimeZone = 'UTC'")
        cursor.execute("BEGIN")
        try:
            for batch in batches:
                load(cursor, pipe, batch, self._settings.max_value_bytes)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise

    def _settle(self, taken: dict, batches: list[Batch], failure: str | None) -> None:
        now = time.monotonic()
        sizes: dict[str, int] = defaultdict(int)
        with self._registry.lock:
            for name, (channel, appends) in taken.items():
                channel.committing = 0
                sizes[name] = sum(len(item.body) for item in appends)
                channel.latency_ms = int((now - appends[0].accepted_at) * 1000)
                if failure is not None:
                    channel.status = failure
            for batch in batches:
                for name, state in batch.states.items():
                    state.apply(taken[name][0])
                for name, members in batch.unknown_members().items():
                    self._registry.judge.note_members(taken[name][0], members)
            self._registry.waiting_bytes -= sum(sizes.values())
