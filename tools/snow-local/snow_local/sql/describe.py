"""DESCRIBE TABLE, VIEW, USER and of a query."""

import re

import duckdb

from snow_local.engine import errors
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.context import Context, parse_name
from snow_local.sql.query import describe as describe_query
from snow_local.sql.result import Result
from snow_local.sql.translate import Translator, parse

_DESCRIBE = re.compile(
    r"DESC(?:RIBE)?\s+(?:(?P<kind>TABLE|VIEW|USER)\s+)?"
    r'(?P<name>(?:"(?:[^"]|"")+"|[^\s";])+)\s*(?:TYPE\s*=.*)?\Z',
    re.I | re.S,
)
_TABLE = [
    *("name", "type", "kind", "null?", "default", "primary key", "unique key"),
    *("check", "expression", "comment", "policy name"),
]


def run(
    account: Account, cursor: duckdb.DuckDBPyConnection, context: Context, statement: str
) -> Result:
    match = _DESCRIBE.match(statement)
    if match is None:
        return _describe_query(Translator(cursor, context), cursor, statement)
    if (match["kind"] or "").upper() == "USER":
        return _describe_user(account, parse_name(match["name"])[0])
    resolver = Translator(cursor, context).resolver()
    table = resolver.lookup(parse_name(match["name"]), "DESCRIBE")
    key = table.facts.get("key", [])
    rows = []
    for column in table.columns:
        nullable, primary = "Y" if column.nullable else "N", "Y" if column.name in key else "N"
        head = (column.name, column.type.declared(), "COLUMN", nullable, column.default, primary)
        rows.append((*head, "N", None, None, column.comment, None))
    return result.rows(_TABLE, rows)


def _describe_query(translator: Translator, cursor, statement: str) -> Result:
    query = re.sub(r"^DESC(RIBE)?\s+", "", statement, flags=re.I)
    found = describe_query(cursor, translator, parse(query))
    rows = [
        (item.name, item.type.declared(), "COLUMN", "Y" if item.nullable else "N")
        for item in found.columns
    ]
    return result.rows(["name", "type", "kind", "null?"], rows)


def _describe_user(account: Account, name: str) -> Result:
    user = next((item for item in account.users if item.name == name), None)
    if user is None:
        raise errors.missing("User", name)
    prints = [*user.keys, None, None]
    rows = [
        ("NAME", user.name, None, "Name"),
        ("DEFAULT_ROLE", user.role, None, "Primary role"),
        ("RSA_PUBLIC_KEY_FP", prints[0], None, "Fingerprint of user's RSA public key."),
        ("RSA_PUBLIC_KEY_2_FP", prints[1], None, "Fingerprint of user's second RSA public key."),
    ]
    return result.rows(["property", "value", "default", "description"], rows)
