"""The recording: one snapshot of fresh vectors per tick, and what the API shows at a tick."""

import gzip
import json
import pathlib
import subprocess

ICAO24, LAST_CONTACT, LONGITUDE, LATITUDE, SENSORS = 0, 4, 5, 6, 12
ELEMENTS = 17
# The API goes on showing an aircraft for this long after the last message it heard.
VISIBLE_SECONDS = 300


def read_lines(path: pathlib.Path) -> list[str]:
    """The lines of FILE.ndjson, FILE.ndjson.gz or FILE.ndjson.zst; raises OSError, ValueError."""
    if path.suffix == ".zst":
        done = subprocess.run(["zstd", "-dcq", "--", str(path)], capture_output=True, check=False)
        if done.returncode != 0:
            raise OSError(done.stderr.decode().strip())
        return done.stdout.decode("utf-8").splitlines()
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    return path.read_text(encoding="utf-8").splitlines()


class Recording:
    """Immutable after construction: any number of threads may read it."""

    def __init__(self, lines: list[str]):
        snapshots = [json.loads(line) for line in lines if line.strip()]
        self.times: list[int] = [snapshot["time"] for snapshot in snapshots]
        self._fresh = [snapshot["states"] or [] for snapshot in snapshots]
        if not self.times or self.times != sorted(set(self.times)):
            raise ValueError("the recording needs at least one line, and ascending times")
        if any(len(vector) != ELEMENTS for states in self._fresh for vector in states):
            raise ValueError(f"a state vector of the recording has not {ELEMENTS} elements")

    def __len__(self) -> int:
        return len(self.times)

    def index_at(self, time: float) -> int:
        """The last tick at or before the time; -1 when the recording begins later."""
        low, high = 0, len(self.times)
        while low < high:
            middle = (low + high) // 2
            if self.times[middle] <= time:
                low = middle + 1
            else:
                high = middle
        return low - 1

    def heard(self, index: int):
        """Every vector up to this tick in the order of time."""
        for states in self._fresh[: index + 1]:
            yield from states

    def visible(self, index: int) -> list[list]:
        """Every vector that the API shows at this tick: the newest of each aircraft, by address."""
        oldest = self.times[index] - VISIBLE_SECONDS
        newest: dict[str, list] = {}
        position = index
        while position >= 0 and self.times[position] >= oldest:
            for vector in self._fresh[position]:
                if vector[LAST_CONTACT] >= oldest:
                    newest.setdefault(vector[ICAO24], vector)
            position -= 1
        return [newest[icao24] for icao24 in sorted(newest)]
