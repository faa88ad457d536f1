"""What the pipeline leaves in its state folders: acknowledgements, metrics, rows that were kept back. Reads files only.

A folder that is not there is an empty one, and the board runs without any. Files of a run that is at work change
while they are read; ack and metrics files are replaced as wholes, of the kept rows only complete lines are taken.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(?:\{.*\})? (?P<value>\S+)$")
HOPS = {"fetch": "API to PostgreSQL", "walcat": "PostgreSQL to Kafka", "snow": "Kafka to Snowflake"}
SLOT = {
    "walcat_slot_lag_bytes": "not confirmed yet",
    "walcat_slot_retained_bytes": "kept for the slot",
    "walcat_slot_safe_wal_bytes": "until the slot would be lost",
}


class StateFolder:
    def __init__(self, *paths: Path):
        self._paths = paths
        self._kept: dict[Path, Counter[str]] = {}
        self._read_to: dict[Path, int] = {}

    def _files(self, pattern: str) -> list[Path]:
        return [file for path in self._paths for file in sorted(path.glob(pattern))]

    def acknowledgements(self) -> list[dict]:
        """One a hop: `hop`, `pos`, `at`, `rejected`. Half of a pipe that has acknowledged nothing yet is not there."""
        found = []
        for path in self._files("*.ack"):
            try:
                ack = json.loads(path.read_text(encoding="utf-8"))
                at = datetime.fromtimestamp(ack["ts_ms"] / 1000, UTC)
            except (OSError, ValueError, KeyError, TypeError):
                continue
            hop = HOPS.get(path.stem, path.stem)
            found.append({"hop": hop, "pos": str(ack.get("pos")), "at": at, "rejected": ack.get("rows_rejected", 0)})
        return sorted(
            found, key=lambda ack: list(HOPS.values()).index(ack["hop"]) if ack["hop"] in HOPS.values() else 9
        )

    def slot(self) -> dict[str, int]:
        """Bytes of WAL, as walcat's newest metrics file has them."""
        files = sorted(self._files("metrics/*.walcat") + self._files("*.prom"), key=_changed)
        for path in reversed(files):
            figures = {}
            for line in _text(path).splitlines():
                found = SAMPLE.match(line)
                if found and found["name"] in SLOT:
                    figures[SLOT[found["name"]]] = int(float(found["value"]))
            if figures:
                return figures
        return {}

    def kept_back(self) -> Counter[str]:
        """Rows by the rule that they broke. Reads on where the last look ended."""
        for path in self._files("bad.ndjson"):
            self._read_on(path)
        return sum(self._kept.values(), Counter())

    def _read_on(self, path: Path) -> None:
        kept, read_to = self._kept.get(path, Counter()), self._read_to.get(path, 0)
        try:
            with open(path, "rb") as file:
                if file.seek(0, 2) < read_to:  # a new file
                    kept, read_to = Counter(), 0
                file.seek(read_to)
                whole, newline, _ = file.read().rpartition(b"\n")
        except OSError:
            return
        for line in whole.splitlines():
            try:
                kept[str(json.loads(line)["code"])] += 1
            except (ValueError, KeyError, TypeError):
                continue  # cut by a crash; the row comes again
        self._kept[path], self._read_to[path] = kept, read_to + len(whole) + len(newline)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
