"""CREATE, DROP and COMMENT for databases, schemas, tables and views."""

import json
import time

import duckdb
from sqlglot import exp

from snow_local.ddl.clone import Cloner
from snow_local.ddl.definition import (
    AUTOINCREMENT,
    Definition,
    DefinitionReader,
    check_property,
    column_sql,
    inner_identifier,
)
from snow_local.engine import catalog, errors
from snow_local.engine.catalog import Column, Table
from snow_local.engine.identifiers import quote_physical, show, show_path
from snow_local.objects.store import StoredObject
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.context import Context
from snow_local.sql.names import fold, logical_parts
from snow_local.sql.result import Result
from snow_local.sql.translate import Translator, parse
from snow_local.streaming.channel_store import state_table

SUCCESS = "Statement executed successfully."


class Ddl:
    """Runs DDL of one session. The caller holds the write lock and the transaction."""

    def __init__(self, account: Account, cursor: duckdb.DuckDBPyConnection, context: Context):
        self._account = account
        self._grants = account.grants
        self._cursor = cursor
        self._context = context
        self._translator = Translator(cursor, context)
        self.reader = DefinitionReader(cursor, self._translator)
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
        self._grants.need_create(self._context.role, "DATABASE", ())
        if storage.has_database(name):
            if tree.args.get("exists"):
                return result.status(f"{show(name)} already exists, statement succeeded.")
            if not tree.args.get("replace"):
                raise errors.exists(name)
            self._grants.need_owner(self._context.role, "DATABASE", name)
            self._account.registry.forget(name)
            storage.drop_database(name)
        clone = tree.args.get("clone")
        if clone is not None:
            source = _only(logical_parts(_source(clone)))
            self._need_database(source)
            self._cloner().database(source, name)
        else:
            storage.create_database(name)
        self._context.written = name
        self._grants.made("DATABASE", show_path(name), self._context)
        self._grants.made("SCHEMA", show_path(name, "PUBLIC"), self._context)
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
        self._grants.need_create(self._context.role, "SCHEMA", (database,))
        if catalog.has_schema(self._cursor, database, name):
            if tree.args.get("exists"):
                return result.status(f"{show(name)} already exists, statement succeeded.")
            if not tree.args.get("replace"):
                raise errors.exists(name)
            self._grants.need_owner(self._context.role, "SCHEMA", database, name)
            self._drop_schema(database, name)
        source = self._schema_source(tree)
        self._cursor.execute(f"CREATE SCHEMA {quote_physical(database, name)}")
        if source is not None:
            self._cloner().schema(source, (database, name))
        self._grants.made("SCHEMA", show_path(database, name), self._context)
        self._context.database, self._context.schema = database, name
        return result.status(f"Schema {show(name)} successfully created.")

    def _drop_schema(self, database: str, name: str) -> None:
        for state in ("CHANNELS", "FILE_LOADS"):
            self._cursor.execute(
                f"DELETE FROM {state_table(database, state)} WHERE schema_name = ?", [name]
            )
        self._account.storage.forget_stages(database, name)
        self._account.registry.forget(database, name)
        self._account.database_objects.forget(self._cursor, database, name)
        self._grants.gone("SCHEMA", show_path(database, name))
        self._cursor.execute(f"DROP SCHEMA {quote_physical(database, name)} CASCADE")

    def _need_database(self, name: str) -> None:
        self._context.written = name
        if not self._account.storage.has_database(name):
            raise errors.missing("Database", show(name))

    def need_schema(self, database: str, schema: str) -> None:
        self._need_database(database)
        if not catalog.has_schema(self._cursor, database, schema):
            raise errors.missing("Schema", show_path(database, schema))

    # -- tables and views ----------------------------------------------------------------------

    def create_table(self, tree: exp.Create) -> Result:
        written = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        place = self._context.full_path(logical_parts(written), "CREATE TABLE")
        self.need_schema(*place[:2])
        self._grants.need_create(self._context.role, "TABLE", place[:2])
        present = catalog.find(self._cursor, *place)
        if present is not None:
            if tree.args.get("exists"):
                return result.status(f"{show(place[2])} already exists, statement succeeded.")
            if not tree.args.get("replace"):
                raise errors.exists(show_path(*place))
        definition, source = self.reader.define(tree)
        if present is not None:
            self._grants.need_table_owner(self._context.role, present)
            self._drop(present)
        self._make(place, definition, source)
        return result.status(f"Table {show(place[2])} successfully created.")

    def make_dynamic_table(self, made: StoredObject) -> None:
        """A view that answers what the table would after a refresh."""
        present = catalog.find(self._cursor, *made.place)
        if present is not None:
            raise errors.exists(show_path(*made.place))
        query, _ = self._translator.translate(parse(made.facts["body"]))
        self._cursor.execute(f"CREATE VIEW {quote_physical(*made.place)} AS {query}")
        now = int(time.time() * 1000)
        facts = {"created": now, "altered": now, "text": made.facts["body"]}
        facts |= {"kind": "DYNAMIC TABLE", "comment": made.comment}
        self.note_table(Table(*made.place, "DYNAMIC TABLE", [], facts))

    def copy_table(self, table: Table, place: tuple[str, str, str]) -> None:
        """A table with rows and facts of another; used by CLONE."""
        facts = table.facts
        definition = Definition(
            table.columns, facts.get("key", []), facts.get("options", {}), facts.get("comment")
        )
        names = ", ".join(quote_physical(column.name) for column in table.columns)
        self._make(place, definition, f"SELECT {names} FROM {table.path()}")

    def _cloner(self) -> Cloner:
        return Cloner(self._account, self._cursor, self._context, self)

    def _schema_source(self, tree: exp.Create) -> tuple[str, str] | None:
        clone = tree.args.get("clone")
        if clone is None:
            return None
        source = self._context.schema_path(logical_parts(_source(clone)), "CLONE")
        self.need_schema(*source)
        return source

    def _make(
        self, place: tuple[str, str, str], definition: Definition, source: str | None
    ) -> None:
        path = quote_physical(*place)
        parts = []
        for column in definition.columns:
            if column.default == AUTOINCREMENT:
                column.default = self._make_sequence(
                    place, column.name, *definition.identities[column.name]
                )
            parts.append(column_sql(column))
        self._cursor.execute(f"CREATE TABLE {path} ({', '.join(parts)})")
        now = int(time.time() * 1000)
        facts = {
            "created": now,
            "altered": now,
            "key": definition.key,
            "options": definition.options,
            "comment": definition.comment,
            "cluster": definition.cluster,
        }
        if definition.temporary:
            facts["temporary"] = True
            self.temporary.append(place)
        self.note_table(Table(*place, "TABLE", definition.columns, facts))
        for column in definition.columns:
            self.note_column(path, column)
        self._grants.made("TABLE", show_path(*place), self._context)
        if source is not None:
            self._cursor.execute(f"INSERT INTO {path} {source}")

    def _make_sequence(
        self, place: tuple[str, str, str], column: str, start: int, step: int
    ) -> str:
        path = quote_physical(*place[:2], f"{place[2]}.{column}.SEQUENCE")
        self._cursor.execute(f"CREATE OR REPLACE SEQUENCE {path} START {start} INCREMENT {step}")
        return "nextval('" + path.replace("'", "''") + "')"

    def note_table(self, table: Table) -> None:
        kind = "TABLE" if table.kind == "TABLE" else "VIEW"
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
        properties = tree.args.get("properties")
        for item in properties.expressions if properties else []:
            check_property(item, "VIEW")
        place = self._context.full_path(logical_parts(written), "CREATE VIEW")
        self.need_schema(*place[:2])
        self._grants.need_create(self._context.role, "VIEW", place[:2])
        present = catalog.find(self._cursor, *place)
        if present is not None:
            if tree.args.get("exists"):
                return result.status(f"{show(place[2])} already exists, statement succeeded.")
            if not tree.args.get("replace") or present.kind != "VIEW":
                raise errors.exists(show_path(*place))
            self._grants.need_table_owner(self._context.role, present)
        original = tree.expression.sql(dialect="snowflake")
        query, _ = self._translator.translate(tree.expression)
        names = (
            [quote_physical(fold(inner_identifier(item))) for item in schema.expressions]
            if schema
            else []
        )
        columns = f" ({', '.join(names)})" if names else ""
        self._cursor.execute(f"CREATE OR REPLACE VIEW {quote_physical(*place)}{columns} AS {query}")
        now = int(time.time() * 1000)
        self.note_table(
            Table(*place, "VIEW", [], {"created": now, "altered": now, "text": original})
        )
        self._grants.made("VIEW", show_path(*place), self._context)
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
            self._context.written = database
            if not catalog.has_schema(self._cursor, database, name):
                return _absent("Schema", show_path(*parts), exists)
            self._grants.need_owner(self._context.role, "SCHEMA", database, name)
            self._drop_schema(database, name)
            return result.status(f"{show(name)} successfully dropped.")
        place = self._context.full_path(parts, f"DROP {kind}")
        self._context.written = place[0]
        table = catalog.find(self._cursor, *place)
        if table is None or not self._grants.sees(self._context.role, table):
            return _absent(kind.title(), show_path(*parts), exists)
        if table.kind != kind:
            raise errors.compilation(
                2203,
                "42601",
                f"Object found is of type '{table.kind}', not specified type '{kind}'.",
            )
        self._grants.need_table_owner(self._context.role, table)
        self._drop(table)
        return result.status(f"{show(table.name)} successfully dropped.")

    def _drop_database(self, name: str, exists: bool) -> Result:
        if not self._account.storage.has_database(name):
            return _absent("Database", show(name), exists)
        self._grants.need_owner(self._context.role, "DATABASE", name)
        self._grants.gone("DATABASE", show_path(name))
        self._context.written = None
        self._account.registry.forget(name)
        self._account.storage.drop_database(name)
        if self._context.database == name:
            self._context.database = self._context.schema = None
        return result.status(f"{show(name)} successfully dropped.")

    def _drop(self, table: Table) -> None:
        self._grants.gone(table.kind, show_path(table.database, table.schema, table.name))
        self._cursor.execute(f"DROP {table.kind} {table.path()}")
        if table.kind == "TABLE":
            for state in ("CHANNELS", "FILE_LOADS"):
                self._cursor.execute(
                    f"DELETE FROM {state_table(table.database, state)} "
                    "WHERE schema_name = ? AND table_name = ?",
                    [table.schema, table.name],
                )
            self._account.registry.forget(table.database, table.schema, table.name)
            place = (table.database, table.schema, table.name)
            self._account.storage.forget_stages(*place, of_table=True)

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
            table = self._translator.resolver().lookup(parts, "COMMENT")
        except errors.SqlError:
            if exists:
                return None
            raise
        self._grants.need_table_owner(self._context.role, table)
        return table


def _source(clone: exp.Clone) -> exp.Table:
    if clone.this.args.get("when") is not None:
        raise errors.unsupported("CLONE AT or BEFORE a time")
    return clone.this


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


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
