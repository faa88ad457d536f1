"""SHOW: what exists, as rows with the columns that the service gives."""

import datetime
import json
import re

import duckdb

from snow_local.access import show_grants
from snow_local.engine import catalog, errors
from snow_local.engine.catalog import Table
from snow_local.engine.identifiers import show_path
from snow_local.objects import show as objects
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.context import Context, parse_name
from snow_local.sql.result import Result
from snow_local.sql.translate import Translator

_SHOW = re.compile(
    r"SHOW\s+(?:TERSE\s+)?(?P<what>USER\s+FUNCTIONS|[A-Z]+(?:\s+ACCESS\s+POLICIES|\s+(?:KEYS|FORMATS|POLICIES|TABLES))?)"
    r"(?:\s+LIKE\s+'(?P<like>(?:[^']|'')*)')?"
    r"(?:\s+IN\s+(?:(?P<kind>ACCOUNT|DATABASE|SCHEMA|TABLE|VIEW|PIPE)\b)?"
    r"\s*(?P<name>(?:\"(?:[^\"]|\"\")+\"|[^\s\";])+)?)?"
    r"(?:\s+STARTS\s+WITH\s+'(?P<starts>[^']*)')?(?:\s+LIMIT\s+(?P<limit>\d+).*)?\s*\Z",
    re.I | re.S,
)
_ACCOUNT = "created_on name is_default is_current owner comment state"
_COLUMNS = {
    "databases": "created_on name is_default is_current origin owner comment options "
    "retention_time kind",
    "schemas": "created_on name is_default is_current database_name owner comment options "
    "retention_time",
    "tables": "created_on name database_name schema_name kind comment cluster_by rows bytes "
    "owner retention_time",
    "views": "created_on name reserved database_name schema_name owner comment text is_secure "
    "is_materialized",
    "objects": "created_on name database_name schema_name kind",
    "columns": "table_name schema_name column_name data_type null? default kind expression "
    "comment database_name autoincrement",
    "primary_keys": "created_on database_name schema_name table_name column_name key_sequence "
    "constraint_name rely comment",
    "roles": _ACCOUNT,
    "users": _ACCOUNT,
    "warehouses": _ACCOUNT,
    "parameters": "key value default level description type",
    "channels": "created_on name database_name schema_name table_name client_sequencer "
    "row_sequencer offset_token parent_name parent_domain",
    "pipes": "created_on name database_name schema_name definition owner",
}
_NAMED_BY = {"columns": "column_name", "primary_keys": "column_name", "parameters": "key"}
_WIRE_NAMES = {"VARCHAR": "TEXT", "NUMBER": "FIXED", "FLOAT": "REAL"}
_PIPE = (
    "COPY INTO {} FROM TABLE(DATA_SOURCE(TYPE => 'STREAMING')) "
    "MATCH_BY_COLUMN_NAME=CASE_INSENSITIVE"
)


def run(
    account: Account, cursor: duckdb.DuckDBPyConnection, context: Context, statement: str
) -> Result:
    if show_grants.is_meant(statement):
        return show_grants.run(account, context, statement)
    match = _SHOW.match(statement)
    if match is None:
        raise errors.syntax(f"near '{statement[:60]}'")
    what = re.sub(r"\s+", "_", match["what"].lower())
    what = "functions" if what == "user_functions" else what
    columns = _COLUMNS | objects.COLUMNS
    if what not in columns:
        raise errors.unsupported(f"SHOW {match['what'].upper()}")
    names = columns[what].split()
    shown = Show(account, cursor, context)
    kind = (match["kind"] or "").upper()
    if what in objects.COLUMNS:
        rows = shown.objects_of(objects.KIND_OF[what], kind, match["name"])
    else:
        rows = getattr(shown, what)(kind, match["name"])
    wanted = _wanted(match["like"], match["starts"])
    position = names.index(_NAMED_BY.get(what, "name"))
    rows = [row for row in rows if wanted(row[position])]
    return result.rows(names, rows[: int(match["limit"])] if match["limit"] else rows)


def _wanted(like: str | None, starts: str | None):
    """A test of names against LIKE (without regard to case) and STARTS WITH."""
    pattern = None
    if like is not None:
        text = re.escape(like.replace("''", "'")).replace("%", ".*").replace("_", ".")
        pattern = re.compile(text + r"\Z", re.I)

    def test(name: str) -> bool:
        return (not starts or name.startswith(starts)) and (
            not pattern or bool(pattern.match(name))
        )

    return test


def _time(facts: dict) -> str:
    moment = datetime.datetime.fromtimestamp(facts.get("created", 0) / 1000, datetime.UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d} +0000"


def _flag(value: bool) -> str:
    return "Y" if value else "N"


class Show:
    """The rows of each SHOW; the methods are named by what is shown and take the scope's kind
    and name."""

    def __init__(self, account: Account, cursor: duckdb.DuckDBPyConnection, context: Context):
        self._account = account
        self._cursor = cursor
        self._context = context
        self._grants = account.grants

    def _places(self, kind: str, name: str | None) -> list[tuple[str, str | None]]:
        """Databases and schemas that IN ... names; the current ones without it."""
        storage = self._account.storage
        if kind == "ACCOUNT":
            return [(database, None) for database in storage.databases()]
        if kind == "DATABASE" or (not kind and not name and self._context.schema is None):
            database = parse_name(name)[0] if name else self._context.database
            if database is None:
                return [(item, None) for item in storage.databases()]
            if not storage.has_database(database):
                raise errors.missing("Database", database)
            return [(database, None)]
        if name is None:
            return [(self._context.database, self._context.schema)]
        parts = parse_name(name)
        if not kind and len(parts) == 1 and storage.has_database(parts[0]):
            return [(parts[0], None)]
        database, schema = self._context.schema_path(parts, "SHOW")
        if not catalog.has_schema(self._cursor, database, schema):
            raise errors.missing("Schema", show_path(database, schema))
        return [(database, schema)]

    def _tables(self, kind: str, name: str | None) -> list[Table]:
        if kind in ("TABLE", "VIEW"):
            return [Translator(self._cursor, self._context).resolver().lookup(parse_name(name))]
        return [
            table
            for database, schema in self._places(kind, name)
            for table in catalog.tables(self._cursor, database, schema)
            if self._grants.sees(self._context.role, table)
        ]

    def _owner(self, table: Table) -> str:
        return self._grants.owner(table.kind, show_path(table.database, table.schema, table.name))

    def databases(self, *_) -> list[tuple]:
        current, rows = self._context.database, []
        for name in self._account.storage.databases():
            if not self._grants.has(self._context.role, "", "DATABASE", show_path(name)):
                continue
            flags = ("N", _flag(name == current), "")
            rows.append((_time({}), name, *flags, "SYSADMIN", "", "", "1", "STANDARD"))
        return rows

    def schemas(self, kind: str, name: str | None) -> list[tuple]:
        rows = []
        for database in sorted({found for found, _ in self._places(kind or "DATABASE", name)}):
            for schema in [*catalog.schemas(self._cursor, database), "INFORMATION_SCHEMA"]:
                if schema != "INFORMATION_SCHEMA" and not self._grants.has(
                    self._context.role, "", "SCHEMA", show_path(database, schema)
                ):
                    continue
                current = _flag(schema == self._context.schema)
                rows.append((_time({}), schema, "N", current, database, "SYSADMIN", "", "", "1"))
        return rows

    def tables(self, kind: str, name: str | None) -> list[tuple]:
        rows = []
        for table in self._tables(kind, name):
            if table.kind == "TABLE":
                count = self._cursor.execute(f"SELECT count(*) FROM {table.path()}").fetchone()[0]
                head = (_time(table.facts), table.name, table.database, table.schema, "TABLE")
                comment = table.facts.get("comment") or ""
                owner = self._owner(table)
                rows.append((*head, comment, "", count, count * 100, owner, "1"))
        return rows

    def views(self, kind: str, name: str | None) -> list[tuple]:
        rows = []
        for table in self._tables(kind, name):
            if table.kind == "VIEW":
                head = (_time(table.facts), table.name, "", table.database, table.schema)
                text, comment = table.facts.get("text", ""), table.facts.get("comment") or ""
                rows.append((*head, self._owner(table), comment, text, "false", "false"))
        return rows

    def objects(self, kind: str, name: str | None) -> list[tuple]:
        return [
            (_time(table.facts), table.name, table.database, table.schema, table.kind)
            for table in self._tables(kind, name)
        ]

    def columns(self, kind: str, name: str | None) -> list[tuple]:
        rows = []
        for table in self._tables(kind, name):
            for column in table.columns:
                null = "true" if column.nullable else "NOT_NULL"
                head = (table.name, table.schema, column.name, _data_type(column), null)
                tail = (column.default or "", "COLUMN", "", column.comment or "")
                rows.append((*head, *tail, table.database, ""))
        return rows

    def primary_keys(self, kind: str, name: str | None) -> list[tuple]:
        rows = []
        for table in self._tables(kind, name):
            head = (_time(table.facts), table.database, table.schema, table.name)
            for index, column in enumerate(table.facts.get("key", []), 1):
                rows.append((*head, column, index, f"SYS_CONSTRAINT_{table.name}", "false", ""))
        return rows

    def roles(self, *_) -> list[tuple]:
        return self._account_objects("ROLE", self._context.role)

    def users(self, *_) -> list[tuple]:
        return self._account_objects("USER", self._context.user)

    def warehouses(self, *_) -> list[tuple]:
        return self._account_objects("WAREHOUSE", self._context.warehouse)

    def _account_objects(self, kind: str, current: str | None) -> list[tuple]:
        return [
            (
                *(_time(facts), name, "N", _flag(name == current), "USERADMIN"),
                *(facts.get("properties", {}).get("COMMENT", ""), facts.get("state", "STARTED")),
            )
            for name, facts in sorted(self._account.objects.get(kind, {}).items())
        ]

    def parameters(self, *_) -> list[tuple]:
        context = self._context
        values = {"TIMEZONE": context.timezone, "AUTOCOMMIT": context.autocommit}
        values |= context.parameters
        return [
            (name, str(value), "", "SESSION", "", "STRING")
            for name, value in sorted(values.items())
        ]

    def channels(self, kind: str, name: str | None) -> list[tuple]:
        wanted = parse_name(name)[-1] if name and kind in ("TABLE", "PIPE", "SCHEMA") else None
        rows = []
        for channel in self._account.registry.all_channels():
            pipe = channel.pipe
            if wanted in (None, {"TABLE": pipe.table, "SCHEMA": pipe.schema}.get(kind, pipe.pipe)):
                head = (_time({"created": channel.created_ms}), channel.name, pipe.database)
                tokens = (str(channel.client_sequencer), str(channel.row_sequencer))
                place = (pipe.schema, pipe.table)
                rows.append((*head, *place, *tokens, channel.offset_token, pipe.pipe, "PIPE"))
        return sorted(rows, key=lambda row: row[1:5])

    def pipes(self, kind: str, name: str | None) -> list[tuple]:
        """Default pipes of tables that were streamed to, and pipes that were created."""
        pipes = {channel.pipe for channel in self._account.registry.all_channels()}
        rows = [
            (_time({}), pipe.pipe, pipe.database, pipe.schema, _PIPE.format(pipe.table), "SYSADMIN")
            for pipe in pipes
        ]
        for item in self._stored("PIPE", kind, name):
            facts = {"created": item.created_ms}
            rows.append((_time(facts), item.name, *item.place[:2], item.facts["body"], item.owner))
        return sorted(rows, key=lambda row: (row[2], row[3], row[1]))

    def objects_of(self, what: str, kind: str, name: str | None) -> list[tuple]:
        return [objects.row(item, self._cursor) for item in self._stored(what, kind, name)]

    def _stored(self, what: str, kind: str, name: str | None) -> list:
        return [
            item
            for database, schema in self._places(kind, name)
            for item in self._account.database_objects.all(self._cursor, database, schema, what)
            if self._grants.has(self._context.role, "", what, show_path(*item.place))
        ]


def _data_type(column: catalog.Column) -> str:
    kind = column.type
    facts = {"type": _WIRE_NAMES.get(kind.kind, kind.kind), "nullable": column.nullable}
    if kind.kind == "NUMBER":
        facts |= {"precision": kind.precision, "scale": kind.scale}
    elif kind.length:
        facts |= {"length": kind.length, "byteLength": min(kind.length * 4, 16777216)}
    elif kind.scale is not None:
        facts |= {"precision": 0, "scale": kind.scale}
    return json.dumps(facts, separators=(",", ":"))
