"""Reads NDJSON bodies as strictly as RFC 8259 wants, before DuckDB, which is laxer, sees them.

A body is parsed as one array: only when that fails are its lines looked at one by one.
"""

import json
import re
from dataclasses import dataclass, field

import orjson

from snow_local.engine import documents

NO_JSON = 100069
_LONG_NUMBER = re.compile(rb"[0-9.]{16}")
_ESCAPED_ZERO = b"\\u0000"


@dataclass
class Lines:
    """The good lines of a body, the member names in them, and the bad ones with the reason."""

    good: list[bytes] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    rows: list[dict] = field(default_factory=list)
    bad: list[tuple[bytes, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.good) + len(self.bad)

    @property
    def longest(self) -> int:
        return max(map(len, self.good), default=0)


def read(body: bytes) -> Lines:
    """The lines of a body; empty ones are skipped, a carriage return before the end is no part."""
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n")
    lines = [line for line in body.split(b"\n") if line and not line.isspace()]
    # slow: one line of a body stands for all, as all of them come from one encoder
    suspicious = _ESCAPED_ZERO in body or any(map(documents.is_doubled, lines[:1]))
    rows = None if suspicious else _parse_all(lines)
    if rows is not None:
        return Lines(lines, set().union(*set(map(tuple, rows))), rows)
    found = Lines()
    for line in lines:
        row, reason = _parse(line)
        if reason:
            found.bad.append((line, reason))
        else:
            found.good.append(line)
            found.rows.append(row)
            found.keys.update(row)
    return found


def members(found: Lines, names: list[str]) -> list[str | None]:
    """The first of these members of each row as JSON text with sorted members, which is how the
    service keeps a VARIANT; None where it is missing or null."""
    values = [row.get(names[0]) for row in found.rows]
    for name in names[1:]:
        values = [
            row.get(name) if value is None else value
            for row, value in zip(found.rows, values, strict=True)
        ]
    texts: list[str | None] = [None] * len(values)
    for index, value in enumerate(values):
        if value is None:
            continue
        if isinstance(value, str) or not _LONG_NUMBER.search(found.good[index]):
            texts[index] = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
        else:
            texts[index] = _exact(found.good[index], names)
    return texts


def _exact(line: bytes, names: list[str]) -> str:
    """Slow: numbers that a double cannot hold keep all their digits."""
    row = json.loads(line, parse_float=documents.Digits)
    value = next(row[name] for name in names if row.get(name) is not None)
    return documents.write(value)


def _parse_all(lines: list[bytes]) -> list[dict] | None:
    try:
        rows = orjson.loads(b"[" + b",".join(lines) + b"]")
    except orjson.JSONDecodeError:
        return None
    # A line may not hold two objects, nor half of one.
    if len(rows) != len(lines) or any(type(row) is not dict for row in rows):
        return None
    return rows


def _parse(line: bytes) -> tuple[dict, str]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return {}, f"Error parsing JSON: {error}"
    if not isinstance(row, dict):
        return {}, "Error parsing JSON: not a JSON object"
    if _ESCAPED_ZERO in line and _holds_zero(row):
        return {}, "Error parsing JSON: a string holds the character U+0000"
    if documents.is_doubled(line):
        return {}, f"Error parsing JSON: {documents.DOUBLED}"
    return row, ""


def _holds_zero(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any("\x00" in key or _holds_zero(item) for key, item in value.items())
    return isinstance(value, list) and any(_holds_zero(item) for item in value)
