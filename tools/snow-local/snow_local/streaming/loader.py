"""Loads one batch of NDJSON lines of several channels into one table.

Lines are one Arrow column for DuckDB, never handled one by one, except the bad ones.
"""

import json
import time
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from snow_local.engine.catalog import Table
from snow_local.streaming import lines
from snow_local.streaming.channel_store import state_table
from snow_local.streaming.channels import Append, Channel, Counters, PipeKey
from snow_local.streaming.row_sql import build, spellings
from snow_local.streaming.shapes import unknown_members

_MAX_ERROR_TEXT = 1_000_000


@dataclass
class State:
    """A channel's committed state after the batch; applied once the transaction is through."""

    counters: Counters
    offset_token: str | None
    client_sequencer: int
    appends: int

    def apply(self, channel: Channel) -> None:
        channel.counters = self.counters
        channel.offset_token = self.offset_token
        channel.remember()


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
                replace(channel.counters),
                tokens[-1] if tokens else channel.offset_token,
                channel.client_sequencer,
                len(appends),
            )
        self.found = [lines.read(append.body) for _, append in self.parts]
        for (name, _), found in zip(self.parts, self.found, strict=True):
            self.states[name].counters.parsed += found.total

    @property
    def keys(self) -> set[str]:
        return set().union(*(found.keys for found in self.found))

    @property
    def longest(self) -> int:
        return max((found.longest for found in self.found), default=0)

    def unknown_members(self) -> dict[str, list[str]]:
        """By channel, the members that no column takes."""
        unknown: dict[str, set[str]] = {}
        for (name, _), found in zip(self.parts, self.found, strict=True):
            unknown.setdefault(name, set()).update(unknown_members(self.table, found.keys))
        return {name: sorted(names) for name, names in unknown.items() if names}

    def good(self) -> pa.Table:
        """All good lines with the number of their part."""
        numbers, texts = [], []
        for number, found in enumerate(self.found):
            numbers.append(pa.repeat(pa.scalar(number, pa.int32()), len(found.good)))
            texts.extend(found.good)
        columns = {
            "part": pa.concat_arrays(numbers),
            "line": pa.array(texts, pa.binary()).cast(pa.string()),
        }
        spelled = spellings(self.table, sorted(self.keys))
        for index, column in enumerate(self.table.columns):
            if column.type.is_semi_structured() and column.name in spelled:
                names = spelled[column.name]
                values = [item for found in self.found for item in lines.members(found, names)]
                columns[f"j{index}"] = pa.array(values, pa.string())
        return pa.table(columns)

    def bad(self) -> list[tuple]:
        return [
            (number, line.decode(errors="replace"), lines.NO_JSON, reason)
            for number, found in enumerate(self.found)
            for line, reason in found.bad
        ]


def load(cursor: duckdb.DuckDBPyConnection, pipe: PipeKey, batch: Batch, limit: int) -> None:
    """Inserts good rows, notes bad ones and writes the channel state; the caller commits."""
    errors = batch.bad()
    rows = batch.good()
    if rows.num_rows:
        cursor.register("snow_lines", rows)
        try:
            errors += _insert(cursor, batch, rows.num_rows, limit)
        finally:
            cursor.unregister("snow_lines")
    _count(batch, errors)
    if errors and batch.table.facts.get("options", {}).get("ERROR_LOGGING"):
        _store_errors(cursor, pipe, batch, errors)
    _store_state(cursor, pipe, batch)


def _insert(cursor: duckdb.DuckDBPyConnection, batch: Batch, total: int, limit: int) -> list[tuple]:
    sql = build(
        batch.table, sorted(batch.keys), "snow_lines", limit if batch.longest > limit else 0
    )
    inserted = cursor.execute(sql.insert).fetchone()[0]
    if inserted == total:
        return []
    return [row_error(batch.table, limit, *row) for row in cursor.execute(sql.errors).fetchall()]


def row_error(table: Table, limit: int, part: int, line: str, bad: int) -> tuple:
    """Part, line, code and text of a row that RowSql.errors has found."""
    column = table.columns[bad if bad >= 0 else -bad - 1]
    if bad < 0:
        return part, line, 100072, f"NULL result in a non-nullable column: {column.name}"
    value = _member(line, column.name)
    kind, size = column.type.kind, len(value.encode())
    if size > limit and column.type.is_semi_structured():
        what = f"Max LOB size ({limit}) exceeded, actual size of parsed column is {size}"
        return part, line, 100082, what
    value = value[:200]
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
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
            "last_error_ms = ?, row_sequencer = row_sequencer + CASE client_sequencer WHEN ? "
            "THEN ? ELSE 0 END WHERE schema_name = ? AND pipe_name = ? AND channel_name = ?",
            [
                state.offset_token,
                counters.inserted,
                counters.parsed,
                counters.errors,
                counters.error_token,
                counters.error_message,
                counters.error_ms,
                state.client_sequencer,
                state.appends,
                pipe.schema,
                pipe.pipe,
                name,
            ],
        )
