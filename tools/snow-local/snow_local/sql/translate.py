"""From one statement of Snowflake's dialect to one of DuckDB's."""

import logging

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from snow_local.ddl.show_ddl import replace_calls
from snow_local.engine import catalog, errors
from snow_local.engine.identifiers import logical, quote_physical, show_path
from snow_local.engine.types import SnowType
from snow_local.objects.store import DatabaseObjects
from snow_local.sql import recursion
from snow_local.sql.context import Context
from snow_local.sql.dialect import SnowLocal
from snow_local.sql.names import Resolver, Scope, fold
from snow_local.sql.nodes import call, text
from snow_local.sql.rewrites import Rewriter

logging.getLogger("sqlglot").setLevel(logging.ERROR)

_FLATTEN = """SELECT 1 AS "SEQ",
    CASE WHEN json_type({0}) = 'OBJECT' THEN "key" END AS "KEY", "path" || '.' || "key" AS "PATH",
    CASE WHEN json_type({0}) = 'ARRAY' THEN CAST("key" AS BIGINT) END AS "INDEX",
    "value" AS "VALUE", {0} AS "THIS" FROM json_each({0})"""


def parse(statement: str) -> exp.Expression:
    """The tree of one statement; SqlError 1003 when it is no SQL."""
    try:
        trees = sqlglot.parse(statement, read=SnowLocal)
    except SqlglotError as error:
        detail = error.errors[0] if getattr(error, "errors", None) else {}
        place = f"line {detail.get('line', 1)} at position {detail.get('col', 0)}"
        raise errors.syntax(f"{place} unexpected '{detail.get('highlight', '')}'.") from error
    if len(trees) != 1 or trees[0] is None:
        raise errors.SqlError(900, "42601", "SQL compilation error:\nEmpty SQL statement.")
    return trees[0]


class Translator:
    """Translates statements of one session; keeps the scope of the last one."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, context: Context, need_warehouse=None):
        self._cursor = cursor
        self._context = context
        self._need_warehouse = need_warehouse
        self.needs_warehouse = False

    def resolver(self) -> Resolver:
        return Resolver(self._cursor, self._context)

    def translate(self, tree: exp.Expression, skip: exp.Table | None = None) -> tuple[str, Scope]:
        """DuckDB's text of a query or DML statement, and the tables that it uses."""
        tree, scope = self.rewrite(tree, skip)
        return tree.sql(dialect="duckdb"), scope

    def rewrite(
        self, tree: exp.Expression, skip: exp.Table | None = None
    ) -> tuple[exp.Expression, Scope]:
        _name_sequences(tree, self._cursor, self._context)
        replace_calls(tree, self._cursor, self._context)
        _name_values(tree)
        _name_positions(tree)
        _name_projections(tree)
        resolver = self.resolver()
        resolver.resolve(tree, skip)
        if self.needs_warehouse and self._need_warehouse and resolver.found_tables:
            self._need_warehouse()
        _replace_flatten(tree)
        scope = resolver.scope
        rewriter = Rewriter(self._context, scope.kinds, frozenset(scope.zoned))
        tree = resolver.finish(rewriter.rewrite(tree))
        recursion.check(self._cursor, tree)
        return tree, resolver.scope

    def expression(self, tree: exp.Expression) -> str:
        """DuckDB's text of an expression without tables, e.g. a DEFAULT."""
        holder = exp.Paren(this=tree)
        _name_sequences(holder, self._cursor, self._context)
        tree = holder.this
        return Rewriter(self._context, {}).rewrite(tree).sql(dialect="duckdb")


def _name_sequences(tree: exp.Expression, cursor, context: Context) -> None:
    """`seq.NEXTVAL` for sequences that are there; any other NEXTVAL is a column."""
    for node in list(tree.find_all(exp.Column)):
        if node.name.upper() != "NEXTVAL" or len(node.parts) < 2:
            continue
        parts = [fold(part) for part in node.parts[:-1]]
        try:
            place = context.full_path(parts)
        except errors.SqlError:
            continue
        if place[0] and catalog.has_schema(cursor, *place[:2]):
            found = DatabaseObjects().find(cursor, "SEQUENCE", place)
            path = show_path(*place)
            grants = context.grants
            if found and (grants is None or grants.has(context.role, "USAGE", "SEQUENCE", path)):
                made = call("nextval", text(quote_physical(*place)))
                made.meta["kind"] = SnowType("NUMBER", 38, 0)
                node.replace(made)


def _name_values(tree: exp.Expression) -> None:
    """VALUES without column names have the columns COLUMN1, COLUMN2, ..."""
    for values in tree.find_all(exp.Values):
        if isinstance(values.parent, exp.Insert):
            continue
        alias = values.args.get("alias")
        if alias is not None and alias.columns:
            continue
        first = values.expressions[0]
        width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
        name = alias.this if alias is not None else exp.to_identifier("VALUES", quoted=True)
        columns = [exp.to_identifier(f"COLUMN{index + 1}") for index in range(width)]
        values.set("alias", exp.TableAlias(this=name, columns=columns))


def _name_positions(tree: exp.Expression) -> None:
    """$1 is the first column of VALUES."""
    for node in list(tree.find_all(exp.Parameter)):
        if node.name.isdigit():
            node.replace(exp.column(f"COLUMN{node.name}"))


def _name_projections(tree: exp.Expression) -> None:
    """Gives the columns of the outermost query the names that Snowflake gives them."""
    query = tree
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    if not isinstance(query, exp.Select):
        return
    for item in list(query.expressions):
        if isinstance(item, (exp.Alias, exp.Column, exp.Star)) or item.is_star:
            continue
        name = item.sql(dialect="snowflake").upper()
        item.replace(exp.alias_(item.copy(), exp.Identifier(this=name, quoted=True)))


def _replace_flatten(tree: exp.Expression) -> None:
    """LATERAL FLATTEN and TABLE(FLATTEN(..)) over DuckDB's json_each."""
    for node in list(tree.find_all(exp.Lateral, exp.TableFromRows)):
        if isinstance(node.this, exp.Generator):
            _replace_generator(node)
            continue
        if not isinstance(node.this, exp.Explode):
            continue
        argument = node.this.this
        value = argument.expression if isinstance(argument, exp.Kwarg) else argument
        body = sqlglot.parse_one(_FLATTEN.format("snow_flatten_input"), read="duckdb")
        for column in list(body.find_all(exp.Column)):
            if column.name == "snow_flatten_input":
                column.replace(value.copy())
        alias = node.args.get("alias")
        name = alias.this if alias is not None else exp.to_identifier("FLATTEN", quoted=True)
        node.replace(
            exp.Lateral(this=exp.Subquery(this=body), alias=exp.TableAlias(this=name.copy()))
        )


def _replace_generator(node: exp.Expression) -> None:
    count = node.this.args.get("rowcount")
    if count is None:
        raise errors.unsupported("GENERATOR without ROWCOUNT")
    alias = node.args.get("alias") or exp.TableAlias(this=exp.to_identifier("G", quoted=True))
    node.replace(exp.Table(this=call("range", count.copy()), alias=alias.copy()))


def result_name(name: str) -> str:
    """A column name of DuckDB as Snowflake shows it."""
    return logical(name)


def source_names(tree: exp.Expression) -> list[str | SnowType | None] | None:
    """For each output column of a rewritten query the plain column or the type of the cast behind
    it; None when a star hides them."""
    query = tree
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    if not isinstance(query, exp.Select) or any(item.is_star for item in query.expressions):
        return None
    names: list[str | SnowType | None] = []
    for item in query.expressions:
        inner = item.unalias()
        names.append(inner.name if isinstance(inner, exp.Column) else inner.meta.get("kind"))
    return names
