"""Runs queries and DML statements that were translated."""

import warnings

import duckdb
import pyarrow as pa
from sqlglot import exp

from snow_local.engine import errors, types
from snow_local.engine.catalog import Table
from snow_local.engine.identifiers import physical, show_path
from snow_local.engine.types import SnowType
from snow_local.sql import fit, result
from snow_local.sql.names import Scope, fold, logical_parts
from snow_local.sql.result import Result, ResultColumn
from snow_local.sql.translate import Translator, result_name, source_names

warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")

_ROWS = "number of rows "


def select(
    cursor: duckdb.DuckDBPyConnection, translator: Translator, tree: exp.Expression
) -> Result:
    """Runs a query; columns that come straight from a table keep their declared types."""
    tree, scope = translator.rewrite(tree)
    return fetch(cursor, tree.sql(dialect="duckdb"), scope, source_names(tree))


def describe(
    cursor: duckdb.DuckDBPyConnection, translator: Translator, tree: exp.Expression
) -> Result:
    """The columns of a query, without its rows."""
    tree, scope = translator.rewrite(tree)
    return fetch(
        cursor, f"SELECT * FROM ({tree.sql(dialect='duckdb')}) LIMIT 0", scope, source_names(tree)
    )


def fetch(
    cursor: duckdb.DuckDBPyConnection,
    statement: str,
    scope: Scope,
    sources: list[str | SnowType | None] | None = None,
) -> Result:
    cursor.execute(statement)
    description = cursor.description
    data = cursor.to_arrow_table()
    columns = []
    for index, item in enumerate(description):
        source = item[0] if sources is None else sources[index]
        columns.append(_column(item[0], str(item[1]), source, scope))
    names = [str(index) for index in range(len(columns))]
    return Result(columns, data.rename_columns(names) if names else pa.table({}))


def _column(
    name: str, duckdb_type: str, source: str | SnowType | None, scope: Scope
) -> ResultColumn:
    found = types.from_duckdb(duckdb_type.strip('"'))
    if isinstance(source, SnowType):
        return ResultColumn(result_name(name), source if _fits(source, found) else found)
    declared = scope.kinds.get(source) if source else None
    if declared is None or not _fits(declared, found):
        return ResultColumn(result_name(name), found)
    column = ResultColumn(result_name(name), declared, scope.nullable[source])
    owners = [
        table
        for table in scope.tables
        if any(physical(item.name) == source for item in table.columns)
    ]
    if len(owners) == 1:
        column.database, column.schema = owners[0].database, owners[0].schema
        column.table = owners[0].name
    return column


def _fits(declared: SnowType, found: SnowType) -> bool:
    if declared.kind == "NUMBER" or found.kind == "NUMBER":
        return declared == found
    return declared.duckdb() == found.duckdb()


def _target(tree: exp.Expression) -> exp.Table:
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(target, exp.Table):
        raise errors.syntax("a table name is missing")
    return target


def _check_target(translator: Translator, tree: exp.Expression, action: str) -> Table:
    resolver, target = translator.resolver(), _target(tree)
    table = resolver.lookup(logical_parts(target), action)
    for privilege in _needed(tree, action):
        resolver.need(privilege, table)
    target.meta["target"] = True
    if table.kind != "TABLE":
        raise errors.compilation(2, "0A000", f"Cannot change the view {table.name}.")
    return table


def _needed(tree: exp.Expression, action: str) -> list[str]:
    """The privileges on the target: for MERGE those of its branches."""
    if action != "MERGE":
        return [action]
    found = {"SELECT"}
    for when in tree.args["whens"].expressions:
        then = when.args["then"]
        found.add("DELETE" if isinstance(then, exp.Var) else type(then).__name__.upper())
    return sorted(found)


def insert(cursor, translator: Translator, tree: exp.Insert) -> Result:
    table = _check_target(translator, tree, "INSERT")
    overwrite = bool(tree.args.get("overwrite"))
    tree.set("overwrite", False)
    _fit_literals(tree, table)
    tree, _ = translator.rewrite(tree)
    _fit_source(cursor, table, tree)
    if overwrite:
        cursor.execute(f"DELETE FROM {table.path()}")
    count = cursor.execute(tree.sql(dialect="duckdb")).fetchall()[0][0]
    return result.counts(result.INSERT, [_ROWS + "inserted"], [count])


def _fit_source(cursor, table: Table, tree: exp.Insert) -> None:
    """Checks what a statement puts into the columns of its target."""
    names = (
        [item.name for item in tree.this.expressions]
        if isinstance(tree.this, exp.Schema)
        else [physical(column.name) for column in table.columns]
    )
    query = tree.expression
    if isinstance(query, exp.Values):
        for item in query.expressions:
            if isinstance(item, exp.Tuple):
                item.set("expressions", fit.row(table, names, item.expressions))
        return
    if not isinstance(query, exp.Query):
        return
    whole = query.copy()
    if tree.args.get("with_") is not None:
        whole.set("with_", tree.args["with_"])
        tree.set("with_", None)
    # Only casts tell for sure: a column of the target's name may come from anywhere.
    known = [item if isinstance(item, SnowType) else None for item in source_names(query) or []]
    tree.set("expression", fit.source(cursor, table, names, whole, known))


def _fit_literals(tree: exp.Insert, table: Table) -> None:
    """Texts for BINARY and TIMESTAMP_TZ columns: DuckDB reads them in another way."""
    names = (
        [fold(item) for item in tree.this.expressions]
        if isinstance(tree.this, exp.Schema)
        else [column.name for column in table.columns]
    )
    source = tree.expression
    rows = (
        [item.expressions if isinstance(item, exp.Tuple) else [item] for item in source.expressions]
        if isinstance(source, exp.Values)
        else [source.expressions]
        if isinstance(source, exp.Select)
        else []
    )
    for row in rows:
        for name, value in zip(names, row, strict=False):
            column = table.column(name)
            value = value.unalias()
            if (
                column is not None
                and value.is_string
                and column.type.kind in ("BINARY", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")
            ):
                kind = exp.DataType.build(column.type.kind, dialect="snowflake")
                value.replace(exp.Cast(this=value.copy(), to=kind))


def update(cursor, translator: Translator, tree: exp.Update) -> Result:
    table = _check_target(translator, tree, "UPDATE")
    _strip_targets(tree.expressions)
    tree, _ = translator.rewrite(tree)
    fit.assignments(table, tree.expressions)
    count = cursor.execute(tree.sql(dialect="duckdb")).fetchall()[0][0]
    return result.counts(
        result.UPDATE, [_ROWS + "updated", "number of multi-joined rows updated"], [count, 0]
    )


def delete(cursor, translator: Translator, tree: exp.Delete) -> Result:
    _check_target(translator, tree, "DELETE")
    statement, _ = translator.translate(tree)
    count = cursor.execute(statement).fetchall()[0][0]
    return result.counts(result.DELETE, [_ROWS + "deleted"], [count])


def truncate(cursor, translator: Translator, tree: exp.TruncateTable) -> Result:
    parts = logical_parts(tree.expressions[0])
    resolver = translator.resolver()
    try:
        table = resolver.lookup(parts, "TRUNCATE")
    except errors.SqlError:
        if tree.args.get("exists"):
            return result.status("Statement executed successfully.")
        raise errors.missing("Table", show_path(*parts)) from None
    resolver.need("TRUNCATE", table)
    cursor.execute(f"DELETE FROM {table.path()}")
    return result.status("Statement executed successfully.")


def merge(cursor, translator: Translator, tree: exp.Merge) -> Result:
    """DuckDB's own MERGE, with one action per changed row to count them."""
    table = _check_target(translator, tree, "MERGE")
    present = set()
    for when in tree.args["whens"].expressions:
        then = when.args["then"]
        present.add("DELETE" if isinstance(then, exp.Var) else type(then).__name__.upper())
        if isinstance(then, exp.Update):
            _strip_targets(then.expressions)
        elif isinstance(then, exp.Insert) and isinstance(then.this, exp.Tuple):
            then.this.set(
                "expressions", [exp.column(item.this.copy()) for item in then.this.expressions]
            )
    tree, _ = translator.rewrite(tree)
    for when in tree.args["whens"].expressions:
        _fit_branch(table, when.args["then"])
    statement = tree.sql(dialect="duckdb") + " RETURNING merge_action"
    actions: dict[str, int] = {}
    for (action,) in cursor.execute(statement).fetchall():
        actions[action] = actions.get(action, 0) + 1
    names, values = [], []
    for action, word in (("INSERT", "inserted"), ("UPDATE", "updated"), ("DELETE", "deleted")):
        if action in present:
            names.append(_ROWS + word)
            values.append(actions.get(action, 0))
    return result.counts(result.MERGE, names, values)


def _fit_branch(table: Table, then: exp.Expression) -> None:
    if isinstance(then, exp.Update):
        fit.assignments(table, then.expressions)
    elif isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
        names = (
            [item.name for item in then.this.expressions]
            if isinstance(then.this, exp.Tuple)
            else [physical(column.name) for column in table.columns]
        )
        items = fit.row(table, names, then.expression.expressions)
        then.expression.set("expressions", items)


def _strip_targets(assignments: list[exp.Expression]) -> None:
    """DuckDB takes no table name before the column that is set."""
    for assignment in assignments:
        if isinstance(assignment, exp.EQ) and isinstance(assignment.this, exp.Column):
            assignment.this.set("table", None)
            assignment.this.set("db", None)
            assignment.this.set("catalog", None)
