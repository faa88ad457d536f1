"""CLONE of databases and schemas: every table with its rows, views, sequences and other objects.

The service copies no bytes; here a database's file is copied, which looks the same from outside.
Channels, error rows and temporary tables are not cloned, tasks are cloned suspended.
"""

import dataclasses
import json

import duckdb

from snow_local.engine import catalog, errors
from snow_local.engine.catalog import Table
from snow_local.engine.identifiers import logical, physical, quote, quote_physical, show_path
from snow_local.engine.storage import STATE_SCHEMA
from snow_local.sql.context import Context
from snow_local.sql.translate import Translator, parse


class Cloner:
    """Works in the caller's write lock; `make_table` and `note_table` are those of Ddl."""

    def __init__(self, account, cursor: duckdb.DuckDBPyConnection, context: Context, ddl):
        self._account = account
        self._cursor = cursor
        self._context = context
        self._ddl = ddl

    def database(self, source: str, name: str) -> None:
        self._account.storage.clone_database(source, name)
        for table in ("CHANNELS", "ERROR_ROWS", "REQUESTS"):
            self._cursor.execute(f"DELETE FROM {quote(physical(name))}.{STATE_SCHEMA}.{table}")
        self._move_defaults(source, name)
        self._suspend_tasks(name, None)
        for schema in catalog.schemas(self._cursor, name):
            self._views((source, schema), (name, schema))
        self._grants(show_path(source), show_path(name))

    def schema(self, source: tuple[str, str], target: tuple[str, str]) -> None:
        """The target schema is there and empty."""
        for row in self._cursor.execute(
            "SELECT sequence_name, start_value, increment_by, last_value FROM duckdb_sequences() "
            "WHERE database_name = ? AND schema_name = ?",
            [physical(source[0]), physical(source[1])],
        ).fetchall():
            path = quote_physical(*target, logical(row[0]))
            start = row[1] if row[3] is None else row[3] + row[2]
            self._cursor.execute(f"CREATE SEQUENCE {path} START {start} INCREMENT {row[2]}")
        for table in catalog.tables(self._cursor, *source):
            if table.kind == "TABLE" and not table.facts.get("temporary"):
                self._table(table, target)
        for kind in self._account.database_objects.kinds(self._cursor, source[0]):
            for item in self._account.database_objects.all(self._cursor, *source, kind):
                moved = dataclasses.replace(item, database=target[0], schema=target[1])
                self._account.database_objects.put(self._cursor, moved)
        self._suspend_tasks(*target)
        self._views(source, target)
        self._grants(show_path(*source), show_path(*target))

    def _table(self, table: Table, target: tuple[str, str]) -> None:
        old, new = (
            quote_physical(*place) + "." for place in ((table.database, table.schema), target)
        )
        for column in table.columns:
            if column.default is not None:
                column.default = column.default.replace(old, new)
        self._ddl.copy_table(table, (*target, table.name))

    def _move_defaults(self, source: str, name: str) -> None:
        """Sequences behind AUTOINCREMENT are named with their database."""
        old, new = quote(physical(source)) + ".", quote(physical(name)) + "."
        for table in catalog.tables(self._cursor, name, None):
            for column in table.columns:
                if table.kind == "TABLE" and column.default and old in column.default:
                    self._cursor.execute(
                        f"ALTER TABLE {table.path()} ALTER COLUMN {quote_physical(column.name)} "
                        f"SET DEFAULT {column.default.replace(old, new)}"
                    )

    def _suspend_tasks(self, database: str, schema: str | None) -> None:
        objects = self._account.database_objects
        for item in objects.all(self._cursor, database, schema, "TASK"):
            item.facts["state"] = "suspended"
            objects.put(self._cursor, item)

    def _views(self, source: tuple[str, str], target: tuple[str, str]) -> None:
        """Views are made again from their text: names without a database mean the clone's."""
        left = [item for item in catalog.tables(self._cursor, *source) if item.kind != "TABLE"]
        while left:
            again = []
            for view in left:
                try:
                    self._view(view, target)
                except errors.SqlError:
                    again.append(view)
            if len(again) == len(left):
                return  # their tables are gone in the source too
            left = again

    def _view(self, view: Table, target: tuple[str, str]) -> None:
        place = dataclasses.replace(self._context, database=target[0], schema=target[1])
        place.grants = None
        query, _ = Translator(self._cursor, place).translate(parse(view.facts["text"]))
        path = quote_physical(*target, view.name)
        names = ", ".join(quote_physical(column.name) for column in view.columns)
        try:
            self._cursor.execute(f"CREATE OR REPLACE VIEW {path} ({names}) AS {query}")
        except duckdb.Error as error:
            raise errors.from_duckdb(error) from error
        self._cursor.execute(
            f"COMMENT ON VIEW {path} IS '" + json.dumps(view.facts).replace("'", "''") + "'"
        )

    def _grants(self, old: str, new: str) -> None:
        """Grants on what lies inside go along, those on the cloned object itself do not."""
        for grant, facts in self._account.grants.all():
            if grant.path.startswith(old + "."):
                path = new + grant.path[len(old) :]
                moved = dataclasses.replace(grant, path=path)
                self._account.grants.add(moved, facts["option"], facts["by"])
