"""CREATE, DROP and COMMENT for databases, schemas, tables and views."""

import json
import time
from dataclasses import dataclass, field

import duckdb
from sqlglot import exp

from snow_local.engine import catalog, errors, types
from snow_local.engine.catalog import Column, Table
from snow_local.engine.identifiers import quote_physical, show, show_path
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.context import Context
from snow_local.sql.names import fold, logical_parts
from snow_local.sql.query import fetch
from snow_local.sql.result import Result
from snow_local.sql.translate import Translator, source_names

SUCCESS = "Statement executed successfully."


@dataclass
class Definition:
    """The columns of a table to be made, with what DuckDB must know and what we note."""

    columns: list[Column] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    options: dict = field(default_factory=dict)
    comment: str | None = None
    temporary: bool = False


class Ddl:
    """Runs DDL of one session. The caller holds the write lock and the transaction."""

    def __init__(self, account: Account, cursor: duckdb.DuckDBPyConnection, context: Context):
        self._account = account
        self._cursor = cursor
        self._context = context
        self._translator = Translator(cursor, context)
        self.temporary: list[tuple[str, str, str]] = []

    def drop_temporary(self) -> None:
        """Drops the temporary tables of a session that ends."""
        for place in self.temporary:
            self._cursor.execute(f"DROP TABLE IF EXISTS {quote_physical(*place)}")
        self.temporary.clear()

    # -- databases and schemas -----------------------------------------------------------------

    def create_database(self, tree: exp.Create) -> Result:
        name = _only(logical_parts(tree.this))
        storage = self._account.storage
        if storage.has_database(name):
            if tree.args.get("exists"):
                return result.status(f"{show(name)} already exists, statement succeeded.")
            if not tree.args.get("replace"):
                raise errors.exists(name)
            self._account.registry.forget(name)
            storage.drop_database(name)
        storage.create_database(name)
        self._context.database, self._context.schema = name, "PUBLIC"
        return result.status(f"Database {show(name)} successfully created.")

    def create_schema(self, tree: exp.Create) -> Result:
        written = tree.this
        parts = [
            fold(part)
            for part in (
                written.args.get("catalog"),
                written.args.get("db"),
                written.args.get("this"),
            )
            if part
        ]
        database, name = self._context.schema_path(parts, "CREATE SCHEMA")
        self._need_database(database)
        if catalog.has_schema(self._cursor, database, name):
            if tree.args.get("exists"):
                return result.status(f"{show(name)} already exists, statement succeeded.")
            if not tree.args.get("replace"):
                raise errors.exists(name)
            self._drop_schema(database, name)
        self._cursor.execute(f"CREATE SCHEMA {quote_physical(database, name)}")
        self._context.database, self._context.schema = database, name
        return result.status(f"Schema {show(name)} successfully created.")

    def _drop_schema(self, database: str, name: str) -> None:
        self._account.registry.forget(database, name)
        self._cursor.execute(f"DROP SCHEMA {quote_physical(database, name)} CASCADE")

    def _need_database(self, name: str) -> None:
        if not self._account.storage.has_database(name):
            raise errors.missing("Database", show(name))

    def _need_schema(self, database: str, schema: str) -> None:
        self._need_database(database)
        if not catalog.has_schema(self._cursor, database, schema):
            raise errors.missing("Schema", show_path(database, schema))

    # -- tables and views ----------------------------------------------------------------------

    def create_table(self, tree: exp.Create) -> Result:
        written = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        place = self._context.full_path(logical_parts(written), "CREATE TABLE")
        self._need_schema(*place[:2])
        present = catalog.find(self._cursor, *place)
        if present is not None:
            if tree.args.get("exists"):
                return result.status(f"{show(place[2])} already exists, statement succeeded.")
            if not tree.args.get("replace"):
                raise errors.exists(show_path(*place))
        definition, source = self._define(tree)
        if present is not None:
            self._drop(present)
        self._make(place, definition, source)
        return result.status(f"Table {show(place[2])} successfully created.")

    def _define(self, tree: exp.Create) -> tuple[Definition, str | None]:
        """The columns of a CREATE TABLE and the query that fills it, if there is one."""
        properties = tree.args.get("properties")
        definition = Definition()
        if properties is not None:
            self._read_properties(properties, definition)
        like = next(
            (
                item
                for item in (properties.expressions if properties else [])
                if isinstance(item, exp.LikeProperty)
            ),
            None,
        )
        clone = tree.args.get("clone")
        if like is not None or clone is not None:
            table = self._translator.resolver().lookup(logical_parts((like or clone).this))
            definition.columns, definition.key = table.columns, table.facts.get("key", [])
            return definition, f"SELECT * FROM {table.path()}" if clone is not None else None
        if isinstance(tree.this, exp.Schema):
            self.read_columns(tree.this.expressions, definition)
        source = None
        if tree.expression is not None:
            source = self._read_query(tree.expression, definition)
        if not definition.columns:
            raise errors.syntax("a table needs columns")
        return definition, source

    def _read_query(self, query: exp.Expression, definition: Definition) -> str:
        query, scope = self._translator.rewrite(query)
        text = query.sql(dialect="duckdb")
        found = fetch(self._cursor, f"SELECT * FROM ({text}) LIMIT 0", scope, source_names(query))
        if not definition.columns:
            definition.columns = [
                Column(item.name, item.type, item.nullable) for item in found.columns
            ]
        elif len(definition.columns) != len(found.columns):
            raise errors.compilation(2026, "42601", "Invalid column definition list")
        return text

    def _read_properties(self, properties: exp.Properties, definition: Definition) -> None:
        for item in properties.expressions:
            if isinstance(item, exp.TemporaryProperty):
                definition.temporary = True
            elif isinstance(item, exp.SchemaCommentProperty):
                definition.comment = item.this.name
            elif isinstance(item, exp.Property) and item.args.get("value") is not None:
                value = item.args["value"]
                definition.options[item.this.name.upper()] = (
                    value.this if isinstance(value, exp.Boolean) else value.name
                )

    def read_columns(self, items: list[exp.Expression], definition: Definition) -> None:
        for item in items:
            if isinstance(item, exp.ColumnDef):
                definition.columns.append(self.read_column(item, definition))
            elif isinstance(item, exp.Constraint):
                self.read_columns(item.expressions, definition)
            elif isinstance(item, exp.PrimaryKey):
                definition.key = [fold(_inner(part)) for part in item.expressions]
            elif isinstance(item, exp.Identifier):
                definition.columns.append(Column(fold(item), result.TEXT, True))
        names = [column.name for column in definition.columns]
        for name in names:
            if names.count(name) > 1:
                raise errors.compilation(2025, "42S21", f"duplicate column name '{name}'")
        for name in definition.key:
            column = next((item for item in definition.columns if item.name == name), None)
            if column is None:
                raise errors.invalid_identifier(show(name))
            column.nullable = False

    def read_column(self, item: exp.ColumnDef, definition: Definition) -> Column:
        if item.kind is None:
            raise errors.syntax(f"column {item.name} has no type")
        column = Column(fold(item.this), types.from_expression(item.kind), True)
        for constraint in item.constraints:
            kind = constraint.kind
            if isinstance(kind, exp.NotNullColumnConstraint):
                column.nullable = bool(kind.args.get("allow_null"))
            elif isinstance(kind, exp.DefaultColumnConstraint):
                column.default = self._translator.expression(kind.this.copy())
            elif isinstance(kind, exp.CommentColumnConstraint):
                column.comment = kind.this.name
            elif isinstance(kind, exp.PrimaryKeyColumnConstraint):
                definition.key = [column.name]
            elif isinstance(
                kind, (exp.AutoIncrementColumnConstraint, exp.GeneratedAsIdentityColumnConstraint)
            ):
                column.default = "snow_autoincrement"
        return column

    def _make(
        self, place: tuple[str, str, str], definition: Definition, source: str | None
    ) -> None:
        path = quote_physical(*place)
        parts = []
        for column in definition.columns:
            if column.default == "snow_autoincrement":
                column.default = self._make_sequence(place, column.name)
            parts.append(column_sql(column))
        self._cursor.execute(f"CREATE TABLE {path} ({', '.join(parts)})")
        now = int(time.time() * 1000)
        facts = {
            "created": now,
            "altered": now,
            "key": definition.key,
            "options": definition.options,
            "comment": definition.comment,
        }
        if definition.temporary:
            facts["temporary"] = True
            self.temporary.append(place)
        self.note_table(Table(*place, "TABLE", definition.columns, facts))
        for column in definition.columns:
            self.note_column(path, column)
        if source is not None:
            self._cursor.execute(f"INSERT INTO {path} {source}")

    def _make_sequence(self, place: tuple[str, str, str], column: str) -> str:
        path = quote_physical(*place[:2], f"{place[2]}.{column}.SEQUENCE")
        self._cursor.execute(f"CREATE OR REPLACE SEQUENCE {path}")
        return "nextval('" + path.replace("'", "''") + "')"

    def note_table(self, table: Table) -> None:
        kind = "VIEW" if table.kind == "VIEW" else "TABLE"
        self._cursor.execute(
            f"COMMENT ON {kind} {table.path()} IS {_literal(json.dumps(table.facts))}"
        )

    def note_column(self, path: str, column: Column) -> None:
        text = catalog.column_comment(column.type, column.comment)
        self._cursor.execute(
            f"COMMENT ON COLUMN {path}.{quote_physical(column.name)} IS {_literal(text)}"
        )

    def create_view(self, tree: exp.Create) -> Result:
        schema = tree.this if isinstance(tree.this, exp.Schema) else None
        written = schema.this if schema else tree.this
        place = self._context.full_path(logical_parts(written), "CREATE VIEW")
        self._need_schema(*place[:2])
        present = catalog.find(self._cursor, *place)
        if present is not None:
            if tree.args.get("exists"):
                return result.status(f"{show(place[2])} already exists, statement succeeded.")
            if not tree.args.get("replace") or present.kind != "VIEW":
                raise errors.exists(show_path(*place))
        original = tree.expression.sql(dialect="snowflake")
        query, _ = self._translator.translate(tree.expression)
        names = (
            [quote_physical(fold(_inner(item))) for item in schema.expressions] if schema else []
        )
        columns = f" ({', '.join(names)})" if names else ""
        self._cursor.execute(f"CREATE OR REPLACE VIEW {quote_physical(*place)}{columns} AS {query}")
        now = int(time.time() * 1000)
        self.note_table(
            Table(*place, "VIEW", [], {"created": now, "altered": now, "text": original})
        )
        return result.status(f"View {show(place[2])} successfully created.")

    # -- drop ----------------------------------------------------------------------------------

    def drop(self, tree: exp.Drop) -> Result:
        kind = str(tree.args.get("kind") or "").upper()
        written = (tree.args.get("tables") or [tree.this])[0]
        parts = [fold(part) for part in written.parts]
        exists = bool(tree.args.get("exists"))
        if kind == "DATABASE":
            return self._drop_database(_only(parts), exists)
        if kind == "SCHEMA":
            database, name = self._context.schema_path(parts, "DROP SCHEMA")
            if not catalog.has_schema(self._cursor, database, name):
                return _absent("Schema", show_path(*parts), exists)
            self._drop_schema(database, name)
            return result.status(f"{show(name)} successfully dropped.")
        place = self._context.full_path(parts, f"DROP {kind}")
        table = catalog.find(self._cursor, *place)
        if table is None:
            return _absent(kind.title(), show_path(*parts), exists)
        if table.kind != kind:
            raise errors.compilation(
                2203,
                "42601",
                f"Object found is of type '{table.kind}', not specified type '{kind}'.",
            )
        self._drop(table)
        return result.status(f"{show(table.name)} successfully dropped.")

    def _drop_database(self, name: str, exists: bool) -> Result:
        if not self._account.storage.has_database(name):
            return _absent("Database", show(name), exists)
        self._account.registry.forget(name)
        self._account.storage.drop_database(name)
        if self._context.database == name:
            self._context.database = self._context.schema = None
        return result.status(f"{show(name)} successfully dropped.")

    def _drop(self, table: Table) -> None:
        self._cursor.execute(f"DROP {table.kind} {table.path()}")
        if table.kind == "TABLE":
            self._account.registry.forget(table.database, table.schema, table.name)

    # -- comments ------------------------------------------------------------------------------

    def comment(self, tree: exp.Comment) -> Result:
        kind, text = str(tree.args["kind"]).upper(), tree.expression.name
        if kind in ("TABLE", "VIEW"):
            table = self._find(logical_parts(tree.this), bool(tree.args.get("exists")))
            if table is not None:
                table.facts["comment"] = text
                self.note_table(table)
        elif kind == "COLUMN":
            parts = [fold(part) for part in tree.this.parts]
            table = self._find(parts[:-1], bool(tree.args.get("exists")))
            column = table.column(parts[-1]) if table else None
            if table is not None and column is None:
                raise errors.invalid_identifier(show(parts[-1]))
            if table is not None:
                column.comment = text
                self.note_column(table.path(), column)
        return result.status(SUCCESS)

    def _find(self, parts: list[str], exists: bool) -> Table | None:
        try:
            return self._translator.resolver().lookup(parts, "COMMENT")
        except errors.SqlError:
            if exists:
                return None
            raise


def column_sql(column: Column) -> str:
    """A column of a CREATE TABLE for DuckDB."""
    text = f"{quote_physical(column.name)} {column.type.duckdb()}"
    if column.default is not None:
        text += f" DEFAULT {column.default}"
    return text if column.nullable else text + " NOT NULL"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _inner(node: exp.Expression) -> exp.Expression:
    """The identifier inside an ordered or plain column."""
    while not isinstance(node, exp.Identifier) and isinstance(node.this, exp.Expression):
        node = node.this
    return node


def _only(parts: list[str]) -> str:
    if len(parts) != 1:
        raise errors.syntax(f"unexpected name {'.'.join(parts)}")
    return parts[0]


def _absent(kind: str, name: str, exists: bool) -> Result:
    if exists:
        return result.status(
            f"Drop statement executed successfully ({name.split('.')[-1]} already dropped)."
        )
    raise errors.missing(kind, name)
