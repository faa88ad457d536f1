"""What clients did that the service would punish later or never tell: kept to be read by tests.

The service answers most of these with 200 and loses rows or counts on it; a test asks here.
"""

import threading
import time
from collections import deque

_MAX_KEPT = 2000


class Violations:
    """Owns the list; any thread may add."""

    def __init__(self):
        self._lock = threading.Lock()
        self._kept: deque[dict] = deque(maxlen=_MAX_KEPT)
        self._counts: dict[str, int] = {}

    def add(self, kind: str, pipe: object, channel: str, detail: str) -> None:
        found = {
            "kind": kind,
            "pipe": f"{pipe.database}.{pipe.schema}.{pipe.pipe}",
            "channel": channel,
            "detail": detail,
            "at_ms": int(time.time() * 1000),
        }
        with self._lock:
            self._kept.append(found)
            self._counts[kind] = self._counts.get(kind, 0) + 1

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._counts.clear()

    def describe(self, kind: str | None = None) -> dict:
        with self._lock:
            found = [item for item in self._kept if kind in (None, item["kind"])]
            return {"counts": dict(self._counts), "violations": found}
