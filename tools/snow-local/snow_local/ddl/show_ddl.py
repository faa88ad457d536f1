"""GET_DDL: the statement that makes an object, in one form whatever was written."""

import duckdb
from sqlglot import exp

from snow_local.engine import catalog, errors
from snow_local.engine.catalog import Column, Table
from snow_local.engine.identifiers import logical, show, show_path
from snow_local.objects.kinds import KINDS
from snow_local.objects.store import DatabaseObjects, StoredObject
from snow_local.sql.context import Context, parse_name
from snow_local.sql.nodes import text


def replace_calls(
    tree: exp.Expression, cursor: duckdb.DuckDBPyConnection, context: Context
) -> None:
    """GET_DDL with literal arguments is a text like any other."""
    for node in list(tree.find_all(exp.Anonymous)):
        if node.name.upper() != "GET_DDL":
            continue
        arguments = node.expressions
        if len(arguments) < 2 or not all(item.is_string for item in arguments[:2]):
            raise errors.unsupported("GET_DDL with arguments that are no literals")
        full = len(arguments) > 2 and arguments[2].sql().upper() == "TRUE"
        node.replace(text(get(cursor, context, arguments[0].name, arguments[1].name, full)))


def get(cursor, context: Context, kind: str, written: str, full: bool = False) -> str:
    """The text for an object of the session; with `full` its name has database and schema."""
    kind = " ".join(kind.upper().replace("_", " ").split())
    if kind in ("DATABASE", "SCHEMA"):
        return _container(cursor, context, kind, parse_name(written))
    if kind in ("FUNCTION", "PROCEDURE"):
        return _routine(cursor, context, kind, written, full)
    place = context.full_path(parse_name(written), "GET_DDL")
    grants = context.grants
    table = catalog.find(cursor, *place)
    if table is not None and kind in ("TABLE", "VIEW") and table.kind != "DYNAMIC TABLE":
        if grants is not None and not grants.sees(context.role, table):
            raise errors.missing(kind.title(), show_path(*place))
        return _table(table, full) if table.kind == "TABLE" else _view(table, full)
    found = DatabaseObjects().find(cursor, kind, place) if kind in KINDS else None
    path = show_path(*place)
    if found is None or (grants is not None and not grants.has(context.role, "", kind, path)):
        raise errors.missing(kind.title(), path)
    return _stored(found, full)


def _name(place: tuple[str, ...], full: bool) -> str:
    return show_path(*place) if full else show(place[-1])


def _table(table: Table, full: bool) -> str:
    options = table.facts.get("options", {})
    lines = [f"\t{_column(column)}" for column in table.columns]
    key = table.facts.get("key") or []
    if key:
        lines.append(f"\tprimary key ({', '.join(show(name) for name in key)})")
    temporary = "TEMPORARY " if table.facts.get("temporary") else ""
    name = _name((table.database, table.schema, table.name), full)
    cluster = table.facts.get("cluster")
    head = f" cluster by {cluster}" if cluster else ""
    body, tail = ",\n".join(lines), ""
    for option, value in sorted(options.items()):
        tail += f" {option} = {str(value).upper() if isinstance(value, bool) else value}"
    tail += _comment(table.facts.get("comment"))
    return f"create or replace {temporary}TABLE {name}{head} (\n{body}\n){tail};"


def _column(column: Column) -> str:
    made = f"{show(column.name)} {column.type.declared()}"
    if not column.nullable:
        made += " NOT NULL"
    if column.default is not None:
        made += _default(column.default)
    return made + (f" COMMENT {_literal(column.comment)}" if column.comment else "")


def _default(text_: str) -> str:
    if text_.startswith("nextval("):
        name = logical(text_.split('"')[-2])
        return " autoincrement" if name.endswith(".SEQUENCE") else f" DEFAULT {show(name)}.NEXTVAL"
    return f" DEFAULT {text_}"


def _view(table: Table, full: bool) -> str:
    names = ",\n".join(f"\t{show(column.name)}" for column in table.columns)
    name = _name((table.database, table.schema, table.name), full)
    comment = _comment(table.facts.get("comment"))
    return f"create or replace view {name}(\n{names}\n){comment} as {table.facts['text']};"


def _stored(found: StoredObject, full: bool) -> str:
    """The rest of the statement as it was written: it was read whole, so it can be read again."""
    name = _name(found.place, full)
    facts = found.facts
    if found.kind == "SEQUENCE":
        order = f" {facts['order'].lower()}" if "order" in facts else ""
        counts = f"start with {facts['start']} increment by {facts['increment']}"
        return f"create or replace sequence {name} {counts}{order}{_comment(found.comment)};"
    parts = [f"create or replace {found.kind.lower()} {name}"]
    if found.kind == "STREAM":
        parts.append(f"on {facts['source_kind'].lower()} {show_path(*facts['source'])}")
    parts += [
        f"{key}={value}"
        for key, value in sorted(facts.items())
        if key.isupper() and key != "COMMENT"
    ]
    if "after" in facts:
        parts.append("after " + ", ".join(show_path(*item) for item in facts["after"]))
    if "when" in facts:
        parts.append(f"when {facts['when']}")
    if found.comment:
        parts.append(_comment(found.comment).strip())
    if "condition" in facts:
        parts.append(f"if {facts['condition']} then {facts['body']}")
    elif "signature" in facts:
        parts.append(f"as {facts['signature']} returns {facts['returns']} -> {facts['body']}")
    elif "body" in facts:
        parts.append(f"as {facts['body']}")
    return "\n\t".join(parts) + ";"


def _routine(cursor, context: Context, kind: str, written: str, full: bool) -> str:
    head, _, group = written.partition("(")
    place = context.full_path(parse_name(head), "GET_DDL")
    wanted = [part.strip().upper() for part in group.rstrip(" )").split(",") if part.strip()]
    for item in DatabaseObjects().all(cursor, place[0], place[1], kind):
        kinds = [argument["kind"] for argument in item.facts["arguments"]]
        if item.name.split("(")[0] == place[2] and kinds == wanted:
            arguments = ", ".join(
                f"{show(argument['name'])} {argument['type']}"
                for argument in item.facts["arguments"]
            )
            name = _name((*place[:2], place[2]), full)
            return (
                f"CREATE OR REPLACE {kind} {name}({arguments})\nRETURNS {item.facts['returns']}\n"
                f"LANGUAGE {item.facts['language']}\nAS {_literal(item.facts['body'])};"
            )
    raise errors.missing(kind.title(), show_path(*place))


def _container(cursor, context: Context, kind: str, parts: list[str]) -> str:
    """A database or schema with all that is in it, in an order that runs."""
    if kind == "DATABASE":
        place, schemas = (parts[0], None), catalog.schemas(cursor, parts[0])
        lines = [f"create or replace database {show(parts[0])};"]
        lines += [f"create or replace schema {show_path(parts[0], name)};" for name in schemas]
    else:
        place = context.schema_path(parts, "GET_DDL")
        lines = [f"create or replace schema {show(place[1])};"]
    tables = catalog.tables(cursor, *place)
    kept = DatabaseObjects()

    def stored(*kinds: str) -> list[str]:
        return [
            _stored(item, kind == "DATABASE")
            for name in kinds
            for item in kept.all(cursor, *place, name)
        ]

    lines += stored("SEQUENCE", "FILE FORMAT", "TAG")
    lines += [_table(item, kind == "DATABASE") for item in tables if item.kind == "TABLE"]
    lines += [_view(item, kind == "DATABASE") for item in tables if item.kind == "VIEW"]
    lines += stored("DYNAMIC TABLE", "STREAM", "PIPE", "TASK", "ALERT")
    return "\n\n".join(lines)


def _comment(comment: str | None) -> str:
    return f" COMMENT={_literal(comment)}" if comment else ""


def _literal(written: str) -> str:
    return "'" + written.replace("'", "''") + "'"
