"""What is kept of such objects: their text, their properties and their state, in the database
file, so that they change, roll back and vanish together with their schema."""

import json
import time
from dataclasses import dataclass, field

import duckdb

from snow_local.engine.identifiers import physical, quote
from snow_local.engine.storage import STATE_SCHEMA


@dataclass
class StoredObject:
    """One object; `facts` are the properties that were written, `text` the whole statement."""

    kind: str
    database: str
    schema: str
    name: str
    text: str
    facts: dict = field(default_factory=dict)
    comment: str | None = None
    owner: str = "SYSADMIN"
    created_ms: int = field(default_factory=lambda: int(time.time() * 1000))

    @property
    def place(self) -> tuple[str, str, str]:
        return self.database, self.schema, self.name


def _table(database: str) -> str:
    return f"{quote(physical(database))}.{STATE_SCHEMA}.OBJECTS"


class DatabaseObjects:
    """Stateless: every call works in the caller's transaction."""

    def all(
        self, cursor: duckdb.DuckDBPyConnection, database: str, schema: str | None, kind: str
    ) -> list[StoredObject]:
        rows = cursor.execute(
            "SELECT kind, schema_name, name, definition, state, comment, owner, created_ms "
            f"FROM {_table(database)} WHERE kind = ? AND (? IS NULL OR schema_name = ?) "
            "ORDER BY schema_name, name",
            [kind, schema, schema],
        ).fetchall()
        return [
            StoredObject(row[0], database, row[1], row[2], row[3], json.loads(row[4]), *row[5:])
            for row in rows
        ]

    def kinds(self, cursor: duckdb.DuckDBPyConnection, database: str) -> list[str]:
        rows = cursor.execute(f"SELECT DISTINCT kind FROM {_table(database)} ORDER BY 1")
        return [row[0] for row in rows.fetchall()]

    def find(
        self, cursor: duckdb.DuckDBPyConnection, kind: str, place: tuple[str, str, str]
    ) -> StoredObject | None:
        found = self.all(cursor, place[0], place[1], kind)
        return next((item for item in found if item.name == place[2]), None)

    def has(self, cursor: duckdb.DuckDBPyConnection, kind: str, place: tuple) -> bool:
        return self.find(cursor, kind, place) is not None

    def put(self, cursor: duckdb.DuckDBPyConnection, item: StoredObject) -> None:
        """Writes an object; one of that name and kind goes."""
        self.remove(cursor, item)
        cursor.execute(
            f"INSERT INTO {_table(item.database)} VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                item.kind,
                item.schema,
                item.name,
                item.created_ms,
                item.owner,
                item.text,
                item.comment,
                json.dumps(item.facts),
            ],
        )

    def remove(self, cursor: duckdb.DuckDBPyConnection, item: StoredObject) -> None:
        cursor.execute(
            f"DELETE FROM {_table(item.database)} WHERE kind = ? AND schema_name = ? AND name = ?",
            [item.kind, item.schema, item.name],
        )

    def forget(self, cursor: duckdb.DuckDBPyConnection, database: str, schema: str) -> None:
        """A schema was dropped."""
        cursor.execute(f"DELETE FROM {_table(database)} WHERE schema_name = ?", [schema])
