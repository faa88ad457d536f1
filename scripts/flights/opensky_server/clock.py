"""Which tick of the recording is "now": by virtual time, or one step a poll.

A clock keeps its place in a state file, so that a server that was killed goes on where it was.
"""

import json
import os
import pathlib
import time

from .recording import Recording


class StateFile:
    """A small JSON object, replaced as a whole; without a path nothing is kept."""

    def __init__(self, path: pathlib.Path | None):
        self._path = path

    def load(self) -> dict:
        if self._path is None or not self._path.exists():
            return {}
        return json.loads(self._path.read_text(encoding="utf-8"))

    def save(self, state: dict) -> None:
        if self._path is None:
            return
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(state), encoding="utf-8")
        os.replace(part, self._path)


class StepClock:
    """Each new poll advances one tick.

    A poll may consist of several different queries (boxes, aircraft): they are answered for the
    same tick. The same query once more is the next poll.
    """

    def __init__(self, recording: Recording, state: StateFile):
        self._length = len(recording)
        self._state = state
        loaded = state.load()
        self._index = loaded.get("index", -1)
        self._asked = set(loaded.get("asked", []))

    def current(self) -> int:
        return max(self._index, 0)

    def poll(self, query: str) -> int:
        """The tick to answer with; the number of ticks when the recording is over."""
        if self._index < 0 or query in self._asked:
            self.set(min(self._index + 1, self._length))
        self._asked.add(query)
        self._save()
        return self._index

    def set(self, index: int) -> None:
        self._index = index
        self._asked.clear()
        self._save()

    def is_over(self) -> bool:
        return self._index >= self._length

    def _save(self) -> None:
        self._state.save({"index": self._index, "asked": sorted(self._asked)})


class VirtualClock:
    """Recorded time runs at `speed` seconds a second from the first start of the server."""

    def __init__(self, recording: Recording, state: StateFile, speed: float):
        self._recording = recording
        self._state = state
        self._speed = speed
        self._origin = state.load().get("origin")
        if self._origin is None:
            self.set(0)

    def current(self) -> int:
        return min(self.poll(""), len(self._recording) - 1)

    def poll(self, _query: str) -> int:
        now = self._recording.times[0] + (time.time() - self._origin) * self._speed
        return len(self._recording) if self._after_end(now) else self._recording.index_at(now)

    def set(self, index: int) -> None:
        played = self._recording.times[index] - self._recording.times[0]
        self._origin = time.time() - played / self._speed
        self._state.save({"origin": self._origin})

    def is_over(self) -> bool:
        return self.poll("") >= len(self._recording)

    def _after_end(self, now: float) -> bool:
        times = self._recording.times
        tick = times[-1] - times[-2] if len(times) > 1 else 1
        return now >= times[-1] + tick
