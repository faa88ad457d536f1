"""Statements of the SQL API: their handles, their state, their threads.

Each request is a session of its own. A statement runs in a worker thread; whoever waits for it
gets its result or the news that it still runs.
"""

import threading
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field

from snow_local.engine.errors import SqlError
from snow_local.sql.result import Result
from snow_local.sql.session import Session

_MAX_KEPT = 2000
_MAX_KEPT_BYTES = 256 * 1024 * 1024


@dataclass
class Statement:
    """One submitted statement; `done` is set when result or error is there."""

    text: str
    session: Session | None
    bindings: dict | None = None
    request_id: str = ""
    handle: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_ms: int = field(default_factory=lambda: int(time.time() * 1000))
    done: threading.Event = field(default_factory=threading.Event)
    result: Result | None = None
    error: SqlError | None = None
    children: list["Statement"] = field(default_factory=list)
    cancelled: bool = False
    timed_out: bool = False
    remembered: bool = False


class Statements:
    """Owns the statements that can still be asked for, and the memory of request ids."""

    def __init__(self):
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Statement] = OrderedDict()
        self._requests: OrderedDict[str, Statement] = OrderedDict()

    def find(self, handle: str) -> Statement | None:
        with self._lock:
            return self._kept.get(handle)

    def repeated(self, request_id: str) -> Statement | None:
        """The statement that was submitted with that request id, unless it failed."""
        with self._lock:
            found = self._requests.get(request_id)
        return None if found is None or found.error is not None else found

    def keep(self, statement: Statement, request_id: str | None = None) -> None:
        with self._lock:
            self._kept[statement.handle] = statement
            if request_id:
                self._requests[request_id] = statement
            while len(self._kept) > _MAX_KEPT or self._bytes() > _MAX_KEPT_BYTES:
                self._kept.popitem(last=False)
            while len(self._requests) > _MAX_KEPT:
                self._requests.popitem(last=False)

    def _bytes(self) -> int:
        """The size of all kept results but the newest, which must stay."""
        finished = [item.result.data.nbytes for item in self._kept.values() if item.result]
        return sum(finished[:-1])

    def start(self, statement: Statement, work, timeout: float) -> None:
        """Runs `work` in a thread; interrupts it after `timeout` seconds when that is not 0."""
        thread = threading.Thread(target=self._run, args=(statement, work), daemon=True)
        thread.start()
        if timeout:
            timer = threading.Timer(timeout, self._expire, args=(statement,))
            timer.daemon = True
            timer.start()

    @staticmethod
    def _run(statement: Statement, work) -> None:
        try:
            statement.result = work(statement)
        except SqlError as error:
            # Kept for a day: without the frames, whose cursors would stay in their transactions.
            statement.error = SqlError(error.code, error.state, error.message)
        except Exception as error:  # a bug of ours must not leave the client waiting
            statement.error = SqlError(603, "XX000", f"SQL execution internal error: {error!r}")
        finally:
            statement.session.close()
            statement.done.set()

    @staticmethod
    def _expire(statement: Statement) -> None:
        if not statement.done.is_set():
            statement.timed_out = True
            statement.session.interrupt()

    @staticmethod
    def cancel(statement: Statement) -> None:
        statement.cancelled = True
        if not statement.done.is_set():
            statement.session.interrupt()
