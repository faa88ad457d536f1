"""Values on their way into columns: lengths that DuckDB does not know are checked as they are
written, so that a change costs what it writes and not what the table holds."""

import duckdb
from sqlglot import exp

from snow_local.engine import errors, types
from snow_local.engine.catalog import Column, Table
from snow_local.engine.identifiers import physical
from snow_local.engine.types import MAX_TEXT, SnowType
from snow_local.sql.nodes import call, number

_ALIAS = "snow_source"


def _needs(column: Column | None) -> bool:
    return column is not None and (
        column.type.kind in ("VARCHAR", "TIMESTAMP_TZ") or column.type.is_semi_structured()
    )


def value(column: Column | None, node: exp.Expression) -> exp.Expression:
    """The expression, checked for the column it goes to; an error when it does not fit."""
    if not _needs(column) or isinstance(node, (exp.Null, exp.Boolean, exp.Var)):
        return node
    if isinstance(node, exp.Column) and node.name.upper() == "DEFAULT" and not node.table:
        return node
    if column.type.kind == "TIMESTAMP_TZ" and _is_zoned(node):
        return node
    if (
        isinstance(node, exp.Literal)
        and column.type.kind == "VARCHAR"
        and len(node.name.encode()) <= _most(column)
    ):
        return node
    return _checked(column, node.copy())


def _most(column: Column) -> int:
    return column.type.length or MAX_TEXT


def _checked(column: Column, node: exp.Expression) -> exp.Expression:
    if column.type.is_semi_structured():
        return call("snow_fit_variant", node)
    if column.type.kind == "TIMESTAMP_TZ":
        return call("snow_to_tz", node)
    return call("snow_fit_text", node, number(_most(column)))


def _is_zoned(node: exp.Expression) -> bool:
    """Whether a rewritten expression is a TIMESTAMP_TZ as it stands."""
    if node.meta.get("zoned"):
        return True
    return isinstance(node, exp.Anonymous) and node.name in ("snow_tz", "snow_try_tz", "snow_to_tz")


def assignments(table: Table, items: list[exp.Expression]) -> None:
    """The right sides of `SET a = b`; names are physical already."""
    for item in items:
        if isinstance(item, exp.EQ):
            item.set("expression", value(_column(table, item.this.name), item.expression))


def row(table: Table, names: list[str], items: list[exp.Expression]) -> list[exp.Expression]:
    columns = [_column(table, name) for name in names]
    if len(items) != len(columns):
        return items
    return [value(column, item) for column, item in zip(columns, items, strict=True)]


def source(
    cursor: duckdb.DuckDBPyConnection,
    table: Table,
    names: list[str],
    query: exp.Expression,
    known: list[SnowType | None],
) -> exp.Expression:
    """The query of an INSERT with its columns checked where they may be too long for theirs."""
    cursor.execute(f"SELECT * FROM ({query.sql(dialect='duckdb')}) LIMIT 0")
    width = len(cursor.description)
    found = [types.from_duckdb(str(item[1])) for item in cursor.description]
    cursor.fetchall()
    if width != len(names):
        raise errors.compilation(
            2020,
            "21S01",
            f"Insert value list does not match column list expecting {len(names)} but got {width}",
        )
    columns = [_column(table, name) for name in names]
    if not any(map(_needs, columns)):
        return query
    marks = [exp.to_identifier(f"c{index}", quoted=True) for index in range(width)]
    items = []
    casts = known if len(known) == width else [None] * width
    for column, mark, kind, seen in zip(columns, marks, casts, found, strict=True):
        plain = exp.column(mark.copy())
        fits = kind is not None and column is not None and _within(kind, column.type)
        fits = fits or (column is not None and seen.kind == column.type.kind == "TIMESTAMP_TZ")
        items.append(plain if fits or not _needs(column) else _checked(column, plain))
    alias = exp.TableAlias(this=exp.to_identifier(_ALIAS, quoted=True), columns=marks)
    return exp.select(*items).from_(exp.Subquery(this=query, alias=alias))


def _within(kind: SnowType, target: SnowType) -> bool:
    """Whether every value of one type fits another by its declaration."""
    return kind.kind == target.kind == "VARCHAR" and kind.length <= target.length


def _column(table: Table, name: str) -> Column | None:
    return next((item for item in table.columns if physical(item.name) == name), None)
