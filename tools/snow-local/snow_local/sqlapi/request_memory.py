"""What became of requests, by their ids: a client whose answer was lost asks again, also after a
restart of the service.

The answer of a statement that changed a database lies in that database's file and commits with the
change; of one that changed the account it lies in account.json.
"""

import json
import time

import duckdb

from snow_local.engine.identifiers import physical, quote
from snow_local.engine.storage import STATE_SCHEMA
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.result import Result, ResultColumn
from snow_local.sqlapi.statements import Statement

_MAX_ROWS = 1000
_MAX_ACCOUNT = 500


def _table(database: str) -> str:
    return f"{quote(physical(database))}.{STATE_SCHEMA}.REQUESTS"


class RequestMemory:
    """Owns nothing; works on the files of the account."""

    def __init__(self, account: Account):
        self._account = account

    def write(self, cursor: duckdb.DuckDBPyConnection, database: str, statement: Statement) -> None:
        """Notes the statement's answer in the caller's transaction."""
        cursor.execute(
            f"INSERT INTO {_table(database)} VALUES (?, ?, ?)",
            [statement.request_id, int(time.time() * 1000), json.dumps(_facts(statement))],
        )
        statement.remembered = True

    def write_after(self, statement: Statement) -> None:
        """Notes the answer of a statement that is through and was not noted with its commit."""
        database = statement.session.context.written
        if database is not None and self._account.storage.has_database(database):
            cursor = self._account.storage.cursor()
            with self._account.storage.write_lock.holding(cursor):
                self.write(cursor, database, statement)
            return
        kept = self._account.objects.get("REQUEST", {})
        for old in sorted(kept, key=lambda item: kept[item]["at"])[: len(kept) - _MAX_ACCOUNT]:
            self._account.remove("REQUEST", old)
        facts = {"at": time.time(), "answer": _facts(statement)}
        self._account.put("REQUEST", statement.request_id, facts)
        statement.remembered = True

    def find(self, request_id: str) -> Statement | None:
        known = self._account.objects.get("REQUEST", {}).get(request_id)
        if known is not None:
            return _statement(request_id, known["answer"])
        cursor = self._account.storage.cursor()
        for database in self._account.storage.databases():
            row = cursor.execute(
                f"SELECT answer FROM {_table(database)} WHERE request_id = ? "
                "ORDER BY at_ms DESC LIMIT 1",
                [request_id],
            ).fetchone()
            if row is not None:
                return _statement(request_id, json.loads(row[0]))
        return None


def _facts(statement: Statement) -> dict:
    found = statement.result
    return {
        "handle": statement.handle,
        "created_ms": statement.created_ms,
        "text": statement.text[:1000],
        "names": [column.name for column in found.columns],
        "rows": [list(row.values()) for row in found.data.slice(0, _MAX_ROWS).to_pylist()],
        "type": found.statement_type,
        "stats": found.stats,
        "children": [_facts(child) for child in statement.children],
    }


def _statement(request_id: str, facts: dict) -> Statement:
    made = Statement(facts["text"], None, request_id=request_id)
    made.handle, made.created_ms = facts["handle"], facts["created_ms"]
    made.result = _result(facts)
    made.children = [_statement("", child) for child in facts["children"]]
    made.done.set()
    return made


def _result(facts: dict) -> Result:
    rows = [tuple(row) for row in facts["rows"]]
    found = result.rows(facts["names"], rows, facts["type"])
    if not rows:
        found.columns = [ResultColumn(name, result.TEXT) for name in facts["names"]]
    found.stats = facts["stats"]
    return found
