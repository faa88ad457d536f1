"""What exists: schemas, tables, views and their columns, read from DuckDB's own catalog.

Snowflake's extra facts (declared types, comments, primary key, options, times) are JSON in
DuckDB's comments, so that they change, roll back and vanish together with the object.
"""

import json
from dataclasses import dataclass, field

import duckdb

from snow_local.engine import types
from snow_local.engine.identifiers import logical, physical, quote_physical
from snow_local.engine.storage import STATE_SCHEMA
from snow_local.engine.types import SnowType


@dataclass
class Column:
    """One column; `default` is DuckDB's expression text."""

    name: str
    type: SnowType
    nullable: bool
    default: str | None = None
    comment: str | None = None


@dataclass
class Table:
    """One table or view with its columns in order; `facts` is what our comment on it holds."""

    database: str
    schema: str
    name: str
    kind: str
    columns: list[Column]
    facts: dict = field(default_factory=dict)

    def path(self) -> str:
        return quote_physical(self.database, self.schema, self.name)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def schemas(cursor: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    rows = cursor.execute(
        "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? AND NOT internal "
        "AND schema_name <> ? ORDER BY 1",
        [physical(database), STATE_SCHEMA],
    ).fetchall()
    return [logical(row[0]) for row in rows]


def has_schema(cursor: duckdb.DuckDBPyConnection, database: str, schema: str) -> bool:
    # Fetched to the end: a cursor that is left in between stays in its transaction.
    return bool(
        cursor.execute(
            "SELECT 1 FROM duckdb_schemas() WHERE database_name = ? AND schema_name = ? "
            "AND NOT internal",
            [physical(database), physical(schema)],
        ).fetchall()
    )


def find(cursor: duckdb.DuckDBPyConnection, database: str, schema: str, name: str) -> Table | None:
    """The table or view of that exact name, or None."""
    key = [physical(database), physical(schema), physical(name)]
    columns = cursor.execute(
        "SELECT column_name, data_type, is_nullable, column_default, comment FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index",
        key,
    ).fetchall()
    if not columns:
        return None
    rows = cursor.execute(
        "SELECT 'TABLE', comment FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? "
        "AND table_name = ? UNION ALL SELECT 'VIEW', comment FROM duckdb_views() WHERE "
        "database_name = ? AND schema_name = ? AND view_name = ?",
        key + key,
    ).fetchall()
    kind, comment = rows[0] if rows else ("TABLE", None)
    facts = json.loads(comment) if comment else {}
    kind = facts.get("kind", kind)
    return Table(database, schema, name, kind, [_column(item) for item in columns], facts)


def tables(cursor: duckdb.DuckDBPyConnection, database: str, schema: str | None) -> list[Table]:
    """All tables and views of a database or one of its schemas, by name."""
    rows = cursor.execute(
        "SELECT DISTINCT schema_name, table_name FROM duckdb_columns() WHERE database_name = ? "
        "AND NOT internal AND schema_name NOT IN (?, 'main') ORDER BY 1, 2",
        [physical(database), STATE_SCHEMA],
    ).fetchall()
    found = []
    for schema_name, name in rows:
        if schema is None or logical(schema_name) == schema:
            table = find(cursor, database, logical(schema_name), logical(name))
            if table:
                found.append(table)
    return found


def column_comment(declared: SnowType, comment: str | None) -> str:
    """What is stored as DuckDB's comment on a column."""
    facts = {"type": declared.declared()}
    if comment:
        facts["comment"] = comment
    return json.dumps(facts)


def _column(row: tuple) -> Column:
    name, duckdb_type, nullable, default, comment = row
    facts = json.loads(comment) if comment else {}
    declared = types.parse(facts["type"]) if "type" in facts else types.from_duckdb(duckdb_type)
    if default in ("NULL", ""):
        default = None
    return Column(logical(name), declared, bool(nullable), default, facts.get("comment"))
