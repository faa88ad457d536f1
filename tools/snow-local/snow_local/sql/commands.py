"""Statements about the session and the account: USE, SET, ALTER SESSION, GRANT, roles."""

import re

from snow_local.access import account_objects
from snow_local.access.grant_sql import GrantSql
from snow_local.engine import catalog, errors
from snow_local.engine.identifiers import show, show_path
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.context import Context, parse_name
from snow_local.sql.result import Result

SUCCESS = "Statement executed successfully."
_NOT_THERE = errors.SqlError(
    2043,
    "02000",
    "SQL compilation error:\nObject does not exist, or operation cannot be performed.",
)
_USE = re.compile(
    r"USE\s+(?:(ROLE|WAREHOUSE|DATABASE|SCHEMA|SECONDARY\s+ROLES)\s+)?(.+)\Z", re.I | re.S
)
_SETTING = re.compile(r"([A-Z_]+)\s*=\s*('(?:[^']|'')*'|[^\s,]+)", re.I)


def is_command(words: list[str]) -> bool:
    """Whether a statement that begins so is handled here."""
    if not words:
        return False
    if words[0] in ("USE", "SET", "UNSET", "GRANT", "REVOKE"):
        return True
    if words[0] == "ALTER":
        return len(words) > 1 and words[1] in ("SESSION", "ACCOUNT", *account_objects.KINDS)
    if words[0] in ("CREATE", "DROP"):
        kind = words[3] if words[1:3] == ["OR", "REPLACE"] and len(words) > 3 else (words + [""])[1]
        return kind in account_objects.KINDS
    return False


def run(account: Account, context: Context, statement: str, execute) -> Result:
    """Runs a statement of the session or the account; `execute` runs an inner query."""
    words = [word.upper() for word in statement.split(None, 2)[:2]]
    head = words[0]
    if head == "USE":
        return _use(account, context, statement)
    if head in ("SET", "UNSET"):
        return _set(context, statement, execute)
    if head in ("GRANT", "REVOKE"):
        return GrantSql(account, account.storage.cursor(), context).run(statement)
    if head == "ALTER" and words[1] in ("SESSION", "ACCOUNT"):
        return _alter_parameters(account, context, statement, words[1])
    return account_objects.run(account, context, statement)


def _use(account: Account, context: Context, statement: str) -> Result:
    match = _USE.match(statement)
    if match is None:
        raise errors.syntax(f"near '{statement[:40]}'")
    kind, written = (match[1] or "").upper(), match[2].strip()
    if kind.startswith("SECONDARY"):
        return result.status(SUCCESS)
    parts = parse_name(written)
    if kind in ("ROLE", "WAREHOUSE"):
        _use_object(account, context, kind, parts[0])
    elif kind == "DATABASE" or (
        not kind and len(parts) == 1 and account.storage.has_database(parts[0])
    ):
        use_database(account, context, parts[0])
    else:
        use_schema(account, context, parts)
    return result.status(SUCCESS)


def _use_object(account: Account, context: Context, kind: str, name: str) -> None:
    if not account.has(kind, name):
        raise _NOT_THERE
    if kind == "ROLE" and not account.grants.may_use_role(account.user(context.user), name):
        raise errors.SqlError(
            3013,
            "42501",
            f"SQL access control error:\nRequested role '{name}' is not assigned to the executing "
            "user. Specify another role to activate.",
        )
    if kind == "WAREHOUSE" and not account.grants.has(context.role, "USAGE", kind, show(name)):
        raise _NOT_THERE
    setattr(context, kind.lower(), name)


def use_database(account: Account, context: Context, name: str) -> None:
    if not account.storage.has_database(name) or not account.grants.has(
        context.role, "USAGE", "DATABASE", show(name)
    ):
        raise _NOT_THERE
    context.database = name
    context.schema = (
        "PUBLIC" if catalog.has_schema(account.storage.cursor(), name, "PUBLIC") else None
    )


def use_schema(account: Account, context: Context, parts: list[str]) -> None:
    database, schema = context.schema_path(parts, "USE SCHEMA")
    if (
        not account.storage.has_database(database)
        or not catalog.has_schema(account.storage.cursor(), database, schema)
        or not account.grants.reaches(context.role, database, schema)
    ):
        raise errors.missing("Schema", show_path(database, schema))
    context.database, context.schema = database, schema


def _value(text: str) -> object:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    try:
        return int(text)
    except ValueError:
        return text


def set_parameter(context: Context, name: str, value: object) -> None:
    """One session parameter, from ALTER SESSION, a login or the SQL API's `parameters`."""
    name = name.upper()
    context.parameters[name] = value
    if name == "TIMEZONE":
        context.timezone = str(value)
    elif name == "AUTOCOMMIT":
        context.autocommit = str(value).lower() in ("true", "1")


def _alter_parameters(account: Account, context: Context, statement: str, scope: str) -> Result:
    body = re.split(r"\s+", statement, maxsplit=2)[2]
    if body.upper().startswith("UNSET"):
        for name in re.split(r"[\s,]+", body.upper())[1:]:
            context.parameters.pop(name, None)
            if name == "TIMEZONE":
                context.timezone = account.timezone
        return result.status(SUCCESS)
    pairs = _SETTING.findall(body[3:])
    if not body.upper().startswith("SET") or not pairs:
        raise errors.syntax(f"near '{body[:40]}'")
    for name, written in pairs:
        set_parameter(context, name, _value(written))
        if scope == "ACCOUNT":
            account.put("PARAMETER", name.upper(), {"value": _value(written)})
    return result.status(SUCCESS)


def _set(context: Context, statement: str, execute) -> Result:
    head, _, body = statement.partition(" ")
    if head.upper() == "UNSET":
        context.variables.pop(parse_name(body)[0], None)
        return result.status(SUCCESS)
    name, mark, written = body.partition("=")
    if not mark:
        raise errors.syntax(f"near '{body[:40]}'")
    found = execute(f"SELECT {written.strip()}")
    context.variables[parse_name(name)[0]] = found.data.column(0)[0].as_py()
    return result.status(SUCCESS)
