"""Recursive CTEs: the service wants each column to be of one type in both halves; DuckDB casts."""

import duckdb
from sqlglot import exp

from snow_local.engine import errors, types


def check(cursor: duckdb.DuckDBPyConnection, tree: exp.Expression) -> None:
    """SqlError where the halves of a recursive CTE in a translated statement differ."""
    for found in list(tree.find_all(exp.With)):
        if not found.recursive:
            continue
        before: list[str] = []
        for cte in found.expressions:
            if isinstance(cte.this, exp.Union) and _names_itself(cte):
                _check_halves(cursor, before, cte)
            before.append(cte.sql(dialect="duckdb"))


def _names_itself(cte: exp.CTE) -> bool:
    return any(table.name == cte.alias for table in cte.this.expression.find_all(exp.Table))


def _check_halves(cursor: duckdb.DuckDBPyConnection, before: list[str], cte: exp.CTE) -> None:
    anchor = cte.this.this.sql(dialect="duckdb")
    stub = f"{cte.args['alias'].sql(dialect='duckdb')} AS (SELECT * FROM ({anchor}))"
    one = _columns(cursor, before, anchor)
    other = _columns(cursor, [*before, stub], cte.this.expression.sql(dialect="duckdb"))
    for (name, left), (_, right) in zip(one, other, strict=True):
        # A NULL is of any type.
        if left != right and "NULL" not in (left, right):
            raise errors.compilation(
                1003,
                "42000",
                f"Type mismatch between anchor and recursive term of column '{name}' in Recursive "
                f"CTE '{cte.alias}': {left} and {right}",
            )


def _columns(
    cursor: duckdb.DuckDBPyConnection, before: list[str], query: str
) -> list[tuple[str, str]]:
    start = f"WITH RECURSIVE {', '.join(before)} " if before else ""
    rows = cursor.execute(f"DESCRIBE {start}{query}").fetchall()
    return [(row[0], _kind(row[1])) for row in rows]


def _kind(duckdb_type: str) -> str:
    if duckdb_type in ('"NULL"', "NULL"):
        return "NULL"
    kind = types.from_duckdb(duckdb_type.strip('"')).kind
    return "VARIANT" if kind in ("ARRAY", "OBJECT") else kind
