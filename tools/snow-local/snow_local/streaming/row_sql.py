"""SQL that turns NDJSON lines into typed columns, and finds the rows that do not fit.

One parse per line: `from_json` makes a struct of texts (JSON for VARIANT), TRY_CAST makes the
values. A value that is there as text but not after the cast is a row error.
"""

import json
from dataclasses import dataclass

from snow_local.engine.catalog import Column, Table
from snow_local.engine.identifiers import physical, quote
from snow_local.engine.types import MAX_TEXT

_OFFSET_GAP = r"'\s+([+-]\d\d:?(\d\d)?)$'"


@dataclass
class RowSql:
    """The parts of the statements that load one batch into one table."""

    insert: str
    errors: str


def build(table: Table, keys: list[str], source: str, limit: int = 0) -> RowSql:
    """Statements for a batch whose lines hold these member names; `source` has part and line.

    `limit` is the most bytes of one value, 0 where no line is long enough to break it."""
    spelled = spellings(table, keys)
    spec, values, checks, names = {}, [], [], []
    for index, column in enumerate(table.columns):
        found = spelled.get(column.name, [])
        if column.type.is_semi_structured() and found:
            raw = f"CAST(j{index} AS JSON)"
        else:
            raw = _raw(column, found, spec)
        fit = raw
        if limit:
            fit = f"CASE WHEN strlen(CAST({raw} AS VARCHAR)) <= {limit} THEN {raw} END"
        values.append(f"{_value(column, fit, found)} AS v{index}")
        names.append(quote(physical(column.name)))
        checks.append(_check(column, index, raw))
    parsed = f"from_json(line, '{_escape(json.dumps(spec))}')" if spec else "NULL"
    typed = f"SELECT *, {', '.join(values)} FROM (SELECT *, {parsed} AS s FROM {source})"
    judged = f"SELECT *, CASE {' '.join(checks)} END AS bad FROM ({typed})"
    columns = ", ".join(f"v{index}" for index in range(len(names)))
    return RowSql(
        insert=(
            f"INSERT INTO {table.path()} ({', '.join(names)}) "
            f"SELECT {columns} FROM ({judged}) WHERE bad IS NULL"
        ),
        errors=f"SELECT part, line, bad FROM ({judged}) WHERE bad IS NOT NULL",
    )


def spellings(table: Table, keys: list[str]) -> dict[str, list[str]]:
    """Which member names feed which column: an exact name first, else without regard to case."""
    exact = {column.name for column in table.columns}
    folded: dict[str, str] = {}
    for column in table.columns:
        folded.setdefault(column.name.upper(), column.name)
    found: dict[str, list[str]] = {}
    for key in sorted(keys, key=lambda item: item not in exact):
        name = key if key in exact else folded.get(key.upper())
        if name is not None:
            found.setdefault(name, []).append(key)
    return found


def _escape(text: str) -> str:
    return text.replace("'", "''")


def _path(key: str) -> str:
    return "'$." + _escape(json.dumps(key, ensure_ascii=False)) + "'"


def _raw(column: Column, keys: list[str], spec: dict) -> str:
    """The value as text (or JSON); further spellings of a member are looked up one by one."""
    semi = column.type.is_semi_structured()
    parts = []
    for key in keys:
        if not parts and not any(known.lower() == key.lower() for known in spec):
            spec[key] = "JSON" if semi else "VARCHAR"
            parts.append(f"struct_extract(s, '{_escape(key)}')")
        else:
            parts.append(f"json_extract{'' if semi else '_string'}(line, {_path(key)})")
    if not parts:
        return f"CAST(NULL AS {'JSON' if semi else 'VARCHAR'})"
    return parts[0] if len(parts) == 1 else f"COALESCE({', '.join(parts)})"


def _value(column: Column, raw: str, keys: list[str]) -> str:
    value = _cast(column, raw)
    if column.default is None:
        return value
    missing = " AND ".join(f"NOT json_exists(line, {_path(key)})" for key in keys) or "TRUE"
    return (
        f"CASE WHEN {missing} THEN CAST({column.default} AS {column.type.duckdb()}) "
        f"ELSE {value} END"
    )


def _check(column: Column, index: int, raw: str) -> str:
    check = f"WHEN v{index} IS NULL AND {raw} IS NOT NULL THEN {index}"
    if not column.nullable:
        check += f" WHEN v{index} IS NULL THEN {-index - 1}"
    return check


def _cast(column: Column, raw: str) -> str:
    kind = column.type
    if kind.kind == "VARCHAR":
        too_long = f"CASE WHEN length({raw}) <= {kind.length} THEN {raw} END"
        return raw if kind.length >= MAX_TEXT else too_long
    if kind.kind == "BINARY":
        return (
            f"CASE WHEN octet_length(TRY(from_base64({raw}))) <= {kind.length} "
            f"THEN TRY(from_base64({raw})) END"
        )
    if kind.kind == "BOOLEAN":
        return (
            f"COALESCE(TRY_CAST({raw} AS BOOLEAN), CASE lower({raw}) WHEN 'on' THEN TRUE "
            f"WHEN 'off' THEN FALSE END, TRY_CAST({raw} AS DOUBLE) <> 0)"
        )
    if kind.kind == "ARRAY":
        return f"CASE WHEN json_type({raw}) = 'ARRAY' THEN {raw} ELSE json_array({raw}) END"
    if kind.kind == "OBJECT":
        return f"CASE WHEN json_type({raw}) = 'OBJECT' THEN {raw} END"
    if kind.kind in ("DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"):
        return _cast_moment(column, raw)
    return raw if kind.kind == "VARIANT" else f"TRY_CAST({raw} AS {kind.duckdb()})"


def _cast_moment(column: Column, raw: str) -> str:
    target = column.type.instant()
    epoch = f"make_timestamp(snow_epoch_micros(TRY_CAST({raw} AS BIGINT)))"
    choices = [f"TRY_CAST({raw} AS {target})"]
    if target == "TIMESTAMPTZ":
        choices.append(f"TRY_CAST(regexp_replace({raw}, {_OFFSET_GAP}, '\\1') AS TIMESTAMPTZ)")
        epoch = f"({epoch} AT TIME ZONE 'UTC')"
    choices.append(f"CAST({epoch} AS {target})")
    value = f"COALESCE({', '.join(choices)})"
    # The service knows no infinity and no years outside 1..9999.
    guarded = (
        f"CASE WHEN {value} >= '0001-01-01' AND {value} < '9999-12-31 23:59:59.999999' "
        f"THEN {value} END"
    )
    moment, scale = guarded, column.type.scale
    if scale is not None and scale < 6:
        step = 10 ** (6 - scale)
        made = "make_timestamptz" if target == "TIMESTAMPTZ" else "make_timestamp"
        moment = f"{made}(epoch_us({guarded}) // {step} * {step})"
    if column.type.kind != "TIMESTAMP_TZ":
        return moment
    offset = f"CAST(snow_offset({raw}) AS SMALLINT)"
    return (
        f"CASE WHEN {moment} IS NOT NULL THEN struct_pack(t := {moment}, "
        f"z := coalesce({offset}, 0)) END"
    )
