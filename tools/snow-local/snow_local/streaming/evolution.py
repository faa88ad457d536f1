"""Schema evolution: a table with ENABLE_SCHEMA_EVOLUTION gets the columns that its rows name.

Types come from the first values seen, which is why pipelines had better alter tables themselves.
"""

import re

import duckdb

from snow_local.engine import catalog, types
from snow_local.engine.catalog import Table
from snow_local.engine.identifiers import quote_physical
from snow_local.streaming.channels import StreamingError
from snow_local.streaming.lines import Lines
from snow_local.streaming.shapes import unknown_members

_MAX_COLUMNS = 100
_NAME = re.compile(r"[A-Z_][A-Z0-9_$]*\Z")
_FORMS = (
    ("DATE", re.compile(r"\d{4}-\d\d-\d\d\Z")),
    ("TIME", re.compile(r"\d\d:\d\d:\d\d(\.\d+)?\Z")),
    ("TIMESTAMP_NTZ", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?\Z")),
    (
        "TIMESTAMP_TZ",
        re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?\s?(Z|[+-]\d\d:?(\d\d)?)\Z"),
    ),
)


def evolve(cursor: duckdb.DuckDBPyConnection, table: Table, found: list[Lines]) -> Table:
    """The table with new columns and without NOT NULL where rows lack a value; StreamingError
    when a name or their number does not allow it."""
    keys = set().union(*(item.keys for item in found))
    new = unknown_members(table, keys)
    if len(new) > _MAX_COLUMNS:
        raise StreamingError(400, "ERR_TOO_MANY_NEW_COLUMNS", f"{len(new)} new columns at once.")
    changed = False
    names: set[str] = set()
    for key in new:
        name = key.upper()
        if not _NAME.match(name):
            raise StreamingError(400, "ERR_INVALID_COLUMN_NAME", f"No column can be called {key}.")
        if name not in names:
            _add(cursor, table, name, infer(_values(found, key)))
            names.add(name)
            changed = True
    for column in table.columns:
        if not column.nullable and column.default is None and _lacks(found, column.name):
            cursor.execute(
                f"ALTER TABLE {table.path()} ALTER COLUMN {quote_physical(column.name)} "
                "DROP NOT NULL"
            )
            changed = True
    if not changed:
        return table
    return catalog.find(cursor, table.database, table.schema, table.name)


def _add(cursor: duckdb.DuckDBPyConnection, table: Table, name: str, kind: str) -> None:
    made = types.make(kind)
    path, column = table.path(), quote_physical(name)
    cursor.execute(f"ALTER TABLE {path} ADD COLUMN {column} {made.duckdb()}")
    comment = catalog.column_comment(made, None).replace("'", "''")
    cursor.execute(f"COMMENT ON COLUMN {path}.{column} IS '{comment}'")


def _values(found: list[Lines], key: str) -> list:
    return [row[key] for item in found for row in item.rows if row.get(key) is not None]


def _lacks(found: list[Lines], name: str) -> bool:
    for item in found:
        keys = [key for key in item.keys if key.upper() == name.upper()]
        if any(all(row.get(key) is None for key in keys) for row in item.rows):
            return True
    return False


def infer(values: list) -> str:
    """The type of a column from the values that came first."""
    kinds = {type(value) for value in values}
    if not kinds:
        return "VARCHAR"
    if kinds & {dict, list}:
        return "VARIANT"
    if kinds == {bool}:
        return "BOOLEAN"
    if kinds == {int}:
        return "NUMBER"
    if kinds <= {int, float}:
        return "FLOAT"
    if kinds == {str}:
        for kind, form in _FORMS:
            if all(form.match(value) for value in values):
                return kind
    return "VARCHAR"
