"""CREATE, ALTER, DROP, DESCRIBE and EXECUTE of the objects of a schema that are no tables.

Sequences work; dynamic tables are views that are always fresh; tasks run when they are told to;
SQL procedures are called. Streams, stages and file pipes are kept, and using them is refused.
"""

import re

import duckdb

from snow_local.engine import catalog, errors
from snow_local.engine.identifiers import quote_physical, show, show_path
from snow_local.objects import kinds
from snow_local.objects.scanner import Scanner, unquoted
from snow_local.objects.store import StoredObject
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.context import Context, parse_name
from snow_local.sql.result import Result

SUCCESS = "Statement executed successfully."
_KIND = "|".join(kind.replace(" ", r"\s+") for kind in sorted(kinds.KINDS, key=len, reverse=True))
_HEAD = re.compile(
    r"(?P<verb>CREATE|ALTER|DROP|DESC(?:RIBE)?|UNDROP|COMMENT(?:\s+IF\s+EXISTS)?\s+ON)\s+"
    r"(?P<replace>OR\s+(?:REPLACE|ALTER)\s+)?"
    r"(?:(?:TEMPORARY|TEMP|SECURE|TRANSIENT|AGGREGATE)\s+)*"
    rf"(?P<kind>{_KIND})\s+(?P<guard>IF\s+(?:NOT\s+)?EXISTS\s+)?",
    re.I,
)
_RUN = re.compile(r"EXECUTE\s+TASK\s+", re.I)


def is_meant(statement: str) -> bool:
    return bool(_HEAD.match(statement) or _RUN.match(statement))


class Objects:
    """Works for one session; the caller holds the write lock and the transaction."""

    def __init__(self, account: Account, cursor: duckdb.DuckDBPyConnection, context: Context, ddl):
        self._account = account
        self._store = account.database_objects
        self._grants = account.grants
        self._cursor = cursor
        self._context = context
        self._ddl = ddl

    def run(self, statement: str) -> Result:
        match = _HEAD.match(statement)
        verb = match["verb"].upper().split()[0]
        kind = " ".join(match["kind"].upper().split())
        scanner = Scanner(statement[match.end() :])
        if verb == "UNDROP":
            raise errors.unsupported(f"UNDROP {kind}")
        if verb == "CREATE":
            replace = (match["replace"] or "").upper()
            if "ALTER" in replace:
                raise errors.unsupported(f"CREATE OR ALTER {kind}")
            return self._create(kind, scanner, bool(replace), bool(match["guard"]), statement)
        found = self._find(kind, scanner, bool(match["guard"]) or "EXISTS" in match["verb"].upper())
        if found is None:
            gone = "" if verb != "DROP" else " (already dropped)"
            return result.status(f"Statement executed successfully{gone}.")
        if verb in ("DESC", "DESCRIBE"):
            return describe(found)
        self._grants.need_owner(self._context.role, kind, *found.place)
        if verb == "DROP":
            scanner.end()
            return self._drop(found)
        if verb == "COMMENT":
            scanner.need("IS")
            found.comment = unquoted(scanner.value())
        else:
            self._alter(found, scanner)
        scanner.end()
        self._store.put(self._cursor, found)
        return result.status(SUCCESS)

    # -- create and drop -----------------------------------------------------------------------

    def _create(self, kind, scanner: Scanner, replace: bool, guard: bool, statement: str) -> Result:
        place = self._place(kind, scanner, create=True)
        self._ddl.need_schema(*place[:2])
        self._grants.need_create(self._context.role, kind, place[:2])
        facts = kinds.read(kind, scanner)
        if kind in ("FUNCTION", "PROCEDURE"):
            place = (*place[:2], _signature(place[2], facts["arguments"]))
        present = self._store.find(self._cursor, kind, place)
        if present is not None:
            if guard:
                return result.status(f"{show(place[2])} already exists, statement succeeded.")
            if not replace:
                raise errors.exists(show_path(*place))
            self._grants.need_owner(self._context.role, kind, *place)
            self._drop(present)
        self._check(kind, place, facts)
        comment = unquoted(facts.pop("COMMENT", None))
        made = StoredObject(kind, *place, statement, facts, comment, self._context.role)
        self._make(made)
        self._store.put(self._cursor, made)
        self._grants.made(kind, show_path(*place), self._context)
        what = kind.title() if kind != "FILE FORMAT" else "File format"
        return result.status(f"{what} {show(place[2])} successfully created.")

    def _place(self, kind: str, scanner: Scanner, create: bool) -> tuple[str, str, str]:
        parts = scanner.name()
        place = self._context.full_path(parts, f"{'CREATE' if create else 'ALTER'} {kind}")
        self._context.written = place[0]
        return place

    def _check(self, kind: str, place: tuple, facts: dict) -> None:
        """What an object leans on must be there."""
        if kind == "STREAM" and facts["source_kind"] != "STAGE":
            source = self._context.full_path(facts["source"], "CREATE STREAM")
            if catalog.find(self._cursor, *source) is None:
                raise errors.missing("Object", show_path(*facts["source"]))
            facts["source"] = list(source)
        for name in facts.get("after", []):
            if not self._store.has(self._cursor, kind, self._context.full_path(name, "AFTER")):
                raise errors.missing("Task", show_path(*name))
        if kind == "PIPE":
            target = self._context.full_path(parse_name(facts["target"]), "CREATE PIPE")
            if catalog.find(self._cursor, *target) is None:
                raise errors.missing("Table", show_path(*target))
            facts["table"] = list(target)
        warehouse = facts.get("WAREHOUSE")
        if warehouse is not None and not self._account.has("WAREHOUSE", parse_name(warehouse)[0]):
            raise errors.missing("Warehouse", show(parse_name(warehouse)[0]))

    def _make(self, made: StoredObject) -> None:
        path = quote_physical(*made.place)
        if made.kind == "SEQUENCE":
            start, step = made.facts["start"], made.facts["increment"]
            self._cursor.execute(
                f"CREATE OR REPLACE SEQUENCE {path} START {start} INCREMENT {step}"
                + (f" MINVALUE {-(2**63) + 1}" if step > 0 else f" MAXVALUE {2**63 - 1}")
            )
        elif made.kind == "DYNAMIC TABLE":
            self._ddl.make_dynamic_table(made)

    def _drop(self, found: StoredObject) -> Result:
        if found.kind == "SEQUENCE":
            self._cursor.execute(f"DROP SEQUENCE {quote_physical(*found.place)}")
        elif found.kind == "DYNAMIC TABLE":
            self._cursor.execute(f"DROP VIEW {quote_physical(*found.place)}")
        self._store.remove(self._cursor, found)
        self._grants.gone(found.kind, show_path(*found.place))
        return result.status(f"{show(found.name)} successfully dropped.")

    def _find(self, kind: str, scanner: Scanner, guarded: bool) -> StoredObject | None:
        place = self._place(kind, scanner, create=False)
        if kind in ("FUNCTION", "PROCEDURE"):
            place = (*place[:2], _signature(place[2], _types(scanner.group())))
        found = self._store.find(self._cursor, kind, place)
        visible = found is not None and self._grants.has(
            self._context.role, "", kind, show_path(*place)
        )
        if not visible and not guarded:
            raise errors.missing(kind.capitalize(), show_path(*place))
        return found if visible else None

    # -- alter ---------------------------------------------------------------------------------

    def _alter(self, found: StoredObject, scanner: Scanner) -> None:
        kind = found.kind
        word = scanner.need(*_ACTIONS[kind])
        if word in ("RESUME", "SUSPEND"):
            states = {"TASK": ("started", "suspended"), "ALERT": ("started", "suspended")}
            on, off = states.get(kind, ("ACTIVE", "SUSPENDED"))
            found.facts["state"] = on if word == "RESUME" else off
        elif word == "SET":
            found.facts |= self._settings(kind, scanner)
            kinds.schedule(found.facts.get("SCHEDULE"))
            if "COMMENT" in found.facts:
                found.comment = unquoted(found.facts.pop("COMMENT"))
        elif word == "UNSET":
            self._unset(found, scanner)
        elif word in ("MODIFY AS", "MODIFY WHEN"):
            found.facts["body" if word == "MODIFY AS" else "when"] = scanner.rest.strip()
            scanner.at = len(scanner.text)
        elif word in ("ADD AFTER", "REMOVE AFTER"):
            name = scanner.name()
            after = [item for item in found.facts.get("after", []) if item != name]
            found.facts["after"] = [*after, name] if word == "ADD AFTER" else after
        elif word == "RENAME TO":
            self._rename(found, scanner.name())
        elif word == "REFRESH":
            if kind != "DYNAMIC TABLE":
                raise errors.unsupported(f"ALTER {kind} REFRESH")
        elif word == "ADD VALUE":
            found.facts.setdefault("allowed", []).append(unquoted(scanner.value()))
        else:
            raise errors.unsupported(f"ALTER {kind} {word}")

    @staticmethod
    def _settings(kind: str, scanner: Scanner) -> dict:
        known = kinds.PROPERTIES.get(kind, {"COMMENT"}) | {"PIPE_EXECUTION_PAUSED"}
        found = scanner.properties(known)
        if not found:
            raise scanner.wrong()
        return found

    @staticmethod
    def _unset(found: StoredObject, scanner: Scanner) -> None:
        while word := scanner.word():
            found.facts.pop(word, None)
            if word == "COMMENT":
                found.comment = None
            scanner.sign(",")

    def _rename(self, found: StoredObject, parts: list[str]) -> None:
        if found.kind not in ("SEQUENCE", "STAGE", "FILE FORMAT", "TAG"):
            raise errors.unsupported(f"ALTER {found.kind} RENAME")
        place = self._context.full_path([*found.place[:2], *parts][-3:], "RENAME")
        if self._store.has(self._cursor, found.kind, place):
            raise errors.exists(show_path(*place))
        if found.kind == "SEQUENCE":
            raise errors.unsupported("ALTER SEQUENCE RENAME")
        self._store.remove(self._cursor, found)
        old = show_path(*found.place)
        found.database, found.schema, found.name = place
        self._grants.moved(found.kind, old, show_path(*place))


_ACTIONS = {
    "STREAM": ("SET", "UNSET"),
    "TASK": (
        *("RESUME", "SUSPEND", "SET", "UNSET", "MODIFY AS", "MODIFY WHEN", "ADD AFTER"),
        "REMOVE AFTER",
    ),
    "ALERT": ("RESUME", "SUSPEND", "SET", "UNSET"),
    "PIPE": ("SET", "UNSET", "REFRESH"),
    "SEQUENCE": ("SET", "UNSET", "RENAME TO"),
    "STAGE": ("SET", "UNSET", "RENAME TO", "REFRESH"),
    "FILE FORMAT": ("SET", "UNSET", "RENAME TO"),
    "TAG": ("SET", "UNSET", "RENAME TO", "ADD VALUE"),
    "MASKING POLICY": ("SET", "UNSET", "RENAME TO"),
    "ROW ACCESS POLICY": ("SET", "UNSET", "RENAME TO"),
    "DYNAMIC TABLE": ("RESUME", "SUSPEND", "SET", "UNSET", "REFRESH", "RENAME TO"),
    "FUNCTION": ("SET", "UNSET", "RENAME TO"),
    "PROCEDURE": ("SET", "UNSET", "RENAME TO"),
}


def _signature(name: str, arguments: list[dict]) -> str:
    return f"{name}({', '.join(item['kind'] for item in arguments)})"


def _types(group: str) -> list[dict]:
    """`(NUMBER, VARCHAR)` as DROP and CALL write it."""
    found = []
    inner = Scanner(group[1:-1])
    number = 0
    while not inner.done():
        number += 1
        found += kinds.arguments(f"(A{number} {inner.value()})")
        if inner.text[inner.at : inner.at + 1] == "(":
            inner.group()
        if not inner.sign(","):
            break
    inner.end()
    return found


def describe(found: StoredObject) -> Result:
    rows = [("name", found.name), ("kind", found.kind), ("owner", found.owner)]
    rows += [(name.lower(), str(value)) for name, value in found.facts.items()]
    return result.rows(["property", "value"], [*rows, ("comment", found.comment or "")])
