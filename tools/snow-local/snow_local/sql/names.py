"""Resolves table names in a parsed statement and gives every identifier its physical name."""

from dataclasses import dataclass, field

import duckdb
from sqlglot import exp

from snow_local.engine import catalog, errors
from snow_local.engine.catalog import Table
from snow_local.engine.identifiers import physical, show_path
from snow_local.engine.types import SnowType
from snow_local.sql import info_schema
from snow_local.sql.context import Context, parse_name

_WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "ALTER TABLE", "COMMENT")


@dataclass
class Scope:
    """The tables of a statement and what is known of their columns, by physical name."""

    tables: list[Table] = field(default_factory=list)
    kinds: dict[str, SnowType | None] = field(default_factory=dict)
    nullable: dict[str, bool] = field(default_factory=dict)
    zoned: set[str] = field(default_factory=set)

    def add(self, table: Table, named: set[str] | None = None) -> None:
        """With `named` only these of its columns can be meant anywhere."""
        self.tables.append(table)
        for column in table.columns:
            name = physical(column.name)
            if named is not None and name not in named:
                continue
            known = self.kinds.get(name, column.type)
            both = known is not None and known.kind == column.type.kind == "TIMESTAMP_TZ"
            self.kinds[name] = column.type if known == column.type or both else None
            if column.type.kind == "TIMESTAMP_TZ":
                self.zoned.add(name)
            self.nullable[name] = self.nullable.get(name, False) or column.nullable


def logical_parts(table: exp.Table) -> list[str]:
    """The written parts of a table name, folded."""
    return [fold(part) for part in table.parts]


def fold(identifier: exp.Expression) -> str:
    if isinstance(identifier, exp.Identifier):
        return identifier.this if identifier.args.get("quoted") else identifier.this.upper()
    return identifier.name.upper()


def _identifier(name: str) -> exp.Identifier:
    return exp.Identifier(this=physical(name), quoted=True)


def mangle_identifiers(tree: exp.Expression) -> None:
    """Gives every identifier its physical name, quoted."""
    for node in list(tree.find_all(exp.Identifier)):
        node.replace(_identifier(fold(node)))


def named_columns(table: exp.Table) -> set[str] | None:
    """What the query that reads the table names at all; None: any of its columns may be meant."""
    select = table.find_ancestor(exp.Select)
    if select is None or select.find(exp.Star) is not None:
        return None
    if any(join.args.get("using") or join.args.get("method") for join in select.find_all(exp.Join)):
        return None
    return {column.name for column in select.find_all(exp.Column)}


class Resolver:
    """Resolves the tables of one statement; keeps what it found in `scope`."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, context: Context):
        self._cursor = cursor
        self._context = context
        self.scope = Scope()
        self._parts: dict[str, exp.Expression] = {}

    def resolve(self, tree: exp.Expression, skip: exp.Table | None = None) -> None:
        """Replaces all table names by full physical names; SqlError for a missing table.

        `skip` is a table that does not exist yet, e.g. the one being created."""
        aliases = {fold(cte.args["alias"].this) for cte in tree.find_all(exp.CTE)}
        found = [
            (table, logical_parts(table))
            for table in tree.find_all(exp.Table)
            if table is not skip and not isinstance(table.this, exp.Func)
        ]
        errors_of = [
            table for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Anonymous)
        ]
        mangle_identifiers(tree)
        for table, parts in found:
            if len(parts) == 1 and parts[0] in aliases:
                continue
            self._place(table, parts)
        for table in errors_of:
            self._place_function(table)

    @property
    def found_tables(self) -> bool:
        return bool(self.scope.tables or self._parts)

    def lookup(self, parts: list[str], action: str = "SELECT") -> Table:
        """The table of that written name; SqlError when it is missing."""
        database, schema, name = self._context.full_path(parts, action)
        if action in _WRITES:
            self._context.written = database
        table = catalog.find(self._cursor, database, schema, name)
        if table is None:
            if not catalog.has_schema(self._cursor, database, schema):
                kind, path = "Schema", show_path(database, schema)
                if len(parts) == 3 and not self._has_database(database):
                    kind, path = "Database", show_path(database)
                raise errors.missing(kind, path)
            raise errors.missing("Object", show_path(*parts))
        grants = self._context.grants
        if grants is not None and not grants.sees(self._context.role, table):
            raise errors.missing("Object", show_path(*parts))
        return table

    def need(self, privilege: str, table: Table) -> None:
        """SqlError unless the session's role has the privilege."""
        if self._context.grants is not None:
            self._context.grants.need(self._context.role, privilege, table)

    def _has_database(self, name: str) -> bool:
        return (
            self._cursor.execute(
                "SELECT 1 FROM duckdb_databases() WHERE database_name = ?", [physical(name)]
            ).fetchone()
            is not None
        )

    def _place(self, table: exp.Table, parts: list[str]) -> None:
        if len(parts) > 1 and parts[-2] == "INFORMATION_SCHEMA":
            self._place_information(table, parts)
            return
        if any(table.args.get(name) for name in ("when", "version", "changes")):
            raise errors.unsupported("time travel")
        found = self.lookup(parts)
        if not table.meta.get("target"):
            self.need("SELECT", found)
        self.scope.add(found, named_columns(table))
        table.set("this", _identifier(found.name))
        table.set("db", _identifier(found.schema))
        table.set("catalog", _identifier(found.database))

    def _place_information(self, table: exp.Table, parts: list[str]) -> None:
        database = parts[-3] if len(parts) > 2 else self._context.database
        if database is None:
            raise errors.no_database("SELECT")
        if not self._has_database(database):
            raise errors.missing("Database", show_path(database))
        query = info_schema.query(parts[-1], database, self._visible(database))
        if query is None:
            raise errors.missing("Object", show_path(*parts))
        self._substitute(table, query, parts[-1])

    def _visible(self, database: str) -> list[str] | None:
        """The physical SCHEMA.TABLE of all that the role sees; None when that is everything."""
        grants, role = self._context.grants, self._context.role
        if grants is None or grants.is_admin(role):
            return None
        return [
            f"{physical(item.schema)}.{physical(item.name)}"
            for item in catalog.tables(self._cursor, database, None)
            if grants.sees(role, item)
        ]

    def _place_function(self, table: exp.Table) -> None:
        name = table.this.name.upper()
        if name != "ERROR_TABLE" or len(table.this.expressions) != 1:
            raise errors.compilation(2140, "42601", f"Unknown table function {name}")
        argument = table.this.expressions[0]
        parts = (
            [fold(part) for part in argument.parts]
            if isinstance(argument, exp.Column)
            else parse_name(argument.name)
        )
        found = self.lookup([item.rpartition("~")[0] or item for item in parts])
        self.need("SELECT", found)
        if not found.facts.get("options", {}).get("ERROR_LOGGING"):
            raise errors.missing("Object", f"ERROR_TABLE({found.name})")
        self._substitute(table, info_schema.error_table(found), "ERROR_TABLE")

    def _substitute(self, table: exp.Table, query: exp.Expression, name: str) -> None:
        """Puts a mark where a query of ours goes: it is DuckDB's dialect, no rewrite may see it."""
        mark = f"snow_part_{len(self._parts)}"
        self._parts[mark] = query
        alias = table.args.get("alias") or exp.TableAlias(this=_identifier(name))
        table.replace(exp.Table(this=exp.Identifier(this=mark, quoted=True), alias=alias.copy()))

    def finish(self, tree: exp.Expression) -> exp.Expression:
        """Puts the queries in the places of their marks, after all rewrites."""
        for table in list(tree.find_all(exp.Table)):
            query = self._parts.get(table.name)
            if query is not None:
                table.replace(exp.Subquery(this=query, alias=table.args["alias"].copy()))
        return tree
