"""Loads one batch of NDJSON lines of several channels into one table.

Lines are handled as one Arrow column, never one by one, except the bad ones.
"""

import json
import time
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from snow_local.engine.catalog import Table
from snow_local.streaming.channels import Append, Channel, Counters, PipeKey
from snow_local.streaming.registry import state_table
from snow_local.streaming.row_sql import build

_MAX_ERROR_TEXT = 1_000_000


@dataclass
class State:
    """A channel's committed state after the batch; applied once the transaction is through."""

    counters: Counters
    offset_token: str | None

    def apply(self, channel: Channel) -> None:
        channel.counters = self.counters
        channel.offset_token = self.offset_token


class Batch:
    """Rows of one table that commit together; `parts` are the appends they came with."""

    def __init__(self, table: Table, taken: dict[str, tuple[Channel, list[Append]]]):
        self.table = table
        self.parts: list[tuple[str, Append]] = []
        self.states: dict[str, State] = {}
        for name, (channel, appends) in taken.items():
            self.parts.extend((name, append) for append in appends)
            tokens = [item.end_token for item in appends if item.end_token is not None]
            self.states[name] = State(
                replace(channel.counters), tokens[-1] if tokens else channel.offset_token
            )

    def lines(self) -> tuple[pa.Table, list[tuple[int, bytes]]]:
        """All lines with the number of their part, and apart from them those that are no UTF-8."""
        numbers, lines, broken = [], [], []
        for number, (name, append) in enumerate(self.parts):
            rows = [
                line for line in append.body.replace(b"\r\n", b"\n").split(b"\n") if line.strip()
            ]
            self.states[name].counters.parsed += len(rows)
            if not _is_utf8(append.body):
                broken.extend((number, line) for line in rows if not _is_utf8(line))
                rows = [line for line in rows if _is_utf8(line)]
            numbers.extend([number] * len(rows))
            lines.extend(rows)
        table = pa.table(
            {"part": pa.array(numbers, pa.int32()), "line": pa.array(lines, pa.string())}
        )
        return table, broken


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def load(cursor: duckdb.DuckDBPyConnection, pipe: PipeKey, batch: Batch) -> None:
    """Inserts good rows, notes bad ones and writes the channel state; the caller commits."""
    lines, broken = batch.lines()
    errors = [
        (number, line.decode(errors="replace"), 100069, "Error parsing JSON: no UTF-8")
        for number, line in broken
    ]
    cursor.register("snow_lines", lines)
    try:
        errors += _set_aside_malformed(cursor)
        errors += _insert(cursor, batch)
    finally:
        cursor.unregister("snow_lines")
    _count(batch, errors)
    if errors and batch.table.facts.get("options", {}).get("ERROR_LOGGING"):
        _store_errors(cursor, pipe, batch, errors)
    _store_state(cursor, pipe, batch)


def _set_aside_malformed(cursor: duckdb.DuckDBPyConnection) -> list[tuple]:
    # CASE, because json_type throws on what json_valid refuses and OR evaluates both.
    test = "CASE WHEN json_valid(line) THEN json_type(line) <> 'OBJECT' ELSE TRUE END"
    found = cursor.execute(f"SELECT part, line FROM snow_lines WHERE {test}").fetchall()
    if found:
        good = cursor.execute(f"SELECT * FROM snow_lines WHERE NOT ({test})").to_arrow_table()
        cursor.unregister("snow_lines")
        cursor.register("snow_lines", good)
    return [(part, line, 100069, "Error parsing JSON: not a JSON object") for part, line in found]


def _insert(cursor: duckdb.DuckDBPyConnection, batch: Batch) -> list[tuple]:
    keys = [
        row[0]
        for row in cursor.execute(
            "SELECT DISTINCT unnest(json_keys(line)) FROM snow_lines"
        ).fetchall()
    ]
    sql = build(batch.table, keys, "snow_lines")
    total = cursor.execute("SELECT count(*) FROM snow_lines").fetchone()[0]
    inserted = cursor.execute(sql.insert).fetchone()[0]
    if inserted == total:
        return []
    return [_row_error(batch.table, *row) for row in cursor.execute(sql.errors).fetchall()]


def _row_error(table: Table, part: int, line: str, bad: int) -> tuple:
    column = table.columns[bad if bad >= 0 else -bad - 1]
    if bad < 0:
        return part, line, 100072, f"NULL result in a non-nullable column: {column.name}"
    value = _member(line, column.name)
    kind = column.type.kind
    if kind == "VARCHAR":
        return part, line, 100078, f"String '{value}' is too long and would be truncated"
    words = {
        "NUMBER": (100038, "Numeric"),
        "FLOAT": (100038, "Numeric"),
        "DATE": (100040, "Date"),
        "BOOLEAN": (100037, "Boolean"),
        "TIME": (100108, "Time"),
        "BINARY": (100115, "Binary"),
    }
    code, word = words.get(kind, (100035, "Timestamp" if kind.startswith("TIME") else kind.title()))
    return part, line, code, f"{word} value '{value}' is not recognized"


def _member(line: str, name: str) -> str:
    row = json.loads(line)
    value = row.get(name, next((row[key] for key in row if key.upper() == name.upper()), None))
    return (value if isinstance(value, str) else json.dumps(value))[:200]


def _count(batch: Batch, errors: list[tuple]) -> None:
    now = int(time.time() * 1000)
    for part, _, _, message in errors:
        name, append = batch.parts[part]
        counters = batch.states[name].counters
        counters.errors += 1
        counters.error_token = append.end_token
        counters.error_message = message
        counters.error_ms = now
    for state in batch.states.values():
        state.counters.inserted = state.counters.parsed - state.counters.errors


def _store_errors(cursor, pipe: PipeKey, batch: Batch, errors: list[tuple]) -> None:
    rows = []
    for part, line, code, message in errors:
        name, append = batch.parts[part]
        rows.append(
            [
                pipe.schema,
                pipe.table,
                pipe.pipe,
                name,
                code,
                message,
                append.start_token,
                append.end_token,
                line[:_MAX_ERROR_TEXT],
            ]
        )
    cursor.executemany(
        f"INSERT INTO {state_table(pipe.database, 'ERROR_ROWS')} VALUES "
        "(?, ?, ?, ?, now(), ?, ?, ?, ?, ?)",
        rows,
    )


def _store_state(cursor, pipe: PipeKey, batch: Batch) -> None:
    for name, state in batch.states.items():
        counters = state.counters
        cursor.execute(
            f"UPDATE {state_table(pipe.database)} SET offset_token = ?, rows_inserted = ?, "
            "rows_parsed = ?, rows_error = ?, last_error_token = ?, last_error_message = ?, "
            "last_error_ms = ? WHERE schema_name = ? AND pipe_name = ? AND channel_name = ?",
            [
                state.offset_token,
                counters.inserted,
                counters.parsed,
                counters.errors,
                counters.error_token,
                counters.error_message,
                counters.error_ms,
                pipe.schema,
                pipe.pipe,
                name,
            ],
        )
