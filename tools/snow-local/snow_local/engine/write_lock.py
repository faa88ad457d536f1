"""One writer at a time.

DuckDB refuses the second of two transactions that touch the same rows; Snowflake lets it wait.
So every transaction that writes holds this lock. The owner is a session or a committer, not a
thread: a driver's transaction spans requests.
"""

import threading
import time

from snow_local.engine.errors import SqlError


class WriteLock:
    """Re-entrant for its owner; waits for others up to a limit."""

    def __init__(self, limit_seconds: float = 60.0):
        self._condition = threading.Condition()
        self._owner: object | None = None
        self._limit = limit_seconds

    def acquire(self, owner: object) -> bool:
        """Waits for the lock; False when the owner held it already. Throws SqlError on timeout."""
        deadline = time.monotonic() + self._limit
        with self._condition:
            if self._owner is owner:
                return False
            while self._owner is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise SqlError(
                        625, "57014", "Statement aborted: another transaction holds the lock"
                    )
                self._condition.wait(left)
            self._owner = owner
            return True

    def release(self, owner: object) -> None:
        """Lets go; nothing happens when the owner does not hold it."""
        with self._condition:
            if self._owner is owner:
                self._owner = None
                self._condition.notify()

    def holding(self, owner: object):
        """The lock as a context manager."""
        return _Holding(self, owner)


class _Holding:
    def __init__(self, lock: WriteLock, owner: object):
        self._lock, self._owner, self._taken = lock, owner, False

    def __enter__(self):
        self._taken = self._lock.acquire(self._owner)

    def __exit__(self, *_):
        if self._taken:
            self._lock.release(self._owner)
