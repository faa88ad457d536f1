"""CALL, EXECUTE IMMEDIATE and EXECUTE TASK: runs blocks and the bodies that were kept."""

import re

import duckdb

from snow_local.engine import errors
from snow_local.engine.errors import SqlError
from snow_local.engine.identifiers import show_path
from snow_local.objects.scanner import Scanner, unquoted
from snow_local.objects.store import StoredObject
from snow_local.scripting.blocks import is_block
from snow_local.scripting.interpreter import Interpreter
from snow_local.sql.account import Account
from snow_local.sql.context import Context, parse_name
from snow_local.sql.result import Result

_CALL = re.compile(r"CALL\s+", re.I)
_TASK = re.compile(r"EXECUTE\s+TASK\s+(.+)\Z", re.I | re.S)
_IMMEDIATE = re.compile(r"EXECUTE\s+IMMEDIATE\s+", re.I)


class Routines:
    """Works for one session; `execute` runs one statement of it."""

    def __init__(self, account: Account, cursor, context: Context, execute):
        self._account = account
        self._cursor = cursor
        self._context = context
        self._statement = execute

    def _execute(self, statement: str) -> Result:
        """An inner statement: its error is one that a block can handle."""
        try:
            return self._statement(statement)
        except duckdb.Error as error:
            raise errors.from_duckdb(error) from error

    def run(self, statement: str) -> Result:
        if _CALL.match(statement):
            return self._call(statement[_CALL.match(statement).end() :])
        task = _TASK.match(statement)
        if task is not None:
            return self._task(task[1])
        match = _IMMEDIATE.match(statement)
        if match is None:
            raise errors.unsupported(" ".join(statement.split()[:2]).upper())
        return self._immediate(statement[match.end() :])

    def block(self, text: str, variables: dict | None = None) -> Result:
        """Runs a block; what fails in it and is not handled ends the statement."""
        self._account.need_warehouse(self._context)
        try:
            return Interpreter(self._execute).run(text, variables)
        except SqlError as error:
            if error.code in (1003, 604, 630):
                raise
            kind = "EXCEPTION" if error.code < 0 else "STATEMENT_ERROR"
            raise SqlError(
                100132, "P0000", f"Uncaught exception of type '{kind}' : {error.message}"
            ) from error

    def _immediate(self, written: str) -> Result:
        if re.match(r"FROM\b", written, re.I):
            raise errors.unsupported("EXECUTE IMMEDIATE FROM a stage")
        if written.startswith("$") and not written.startswith("$$"):
            text = str(self._context.variables.get(written[1:].strip().upper(), ""))
        elif written[:1] in "'$":
            scanner = Scanner(written)
            text = unquoted(scanner.value())
            if not scanner.done():
                raise errors.unsupported("EXECUTE IMMEDIATE with USING outside of a block")
        else:
            raise errors.syntax(f"near '{written[:40]}'")
        text = text.strip()
        return self.block(text) if is_block(text) else self._execute(text)

    def _task(self, written: str) -> Result:
        """Runs the task's body once, whatever its schedule and its condition say."""
        place = self._context.full_path(parse_name(written), "EXECUTE TASK")
        task = self._account.database_objects.find(self._cursor, "TASK", place)
        path = show_path(*place)
        if task is None or not self._account.grants.has(
            self._context.role, "OPERATE", "TASK", path
        ):
            raise errors.missing("Task", path)
        before = self._context.database, self._context.schema
        self._context.database, self._context.schema = place[:2]
        try:
            body = task.facts["body"]
            return self.block(body) if is_block(body) else self._execute(body)
        finally:
            self._context.database, self._context.schema = before

    # -- procedures ----------------------------------------------------------------------------

    def _call(self, written: str) -> Result:
        scanner = Scanner(written)
        place = self._context.full_path(scanner.name(), "CALL")
        values = self._values(scanner.group()[1:-1])
        scanner.end()
        found = self._procedure(place, values)
        if found.facts["language"] != "SQL":
            raise errors.unsupported(f"CALL of a procedure in {found.facts['language']}")
        body = found.facts["body"].strip()
        names = [item["name"] for item in found.facts["arguments"]]
        for item in found.facts["arguments"][len(values) :]:
            values.append(self._values(item["default"])[0])
        done = self.block(body, dict(zip(names, values, strict=True)))
        if len(done.columns) == 1 and done.columns[0].name == "anonymous block":
            done.columns[0].name = place[2]
        return done

    def _values(self, written: str) -> list:
        if not written.strip():
            return []
        return list(self._execute(f"SELECT {written}").data.to_pylist()[0].values())

    def _procedure(self, place: tuple, values: list) -> StoredObject:
        """The one whose number of arguments fits; types are not told apart."""
        for item in self._account.database_objects.all(
            self._cursor, place[0], place[1], "PROCEDURE"
        ):
            wanted = item.facts["arguments"]
            least = sum("default" not in argument for argument in wanted)
            if item.name.split("(")[0] == place[2] and least <= len(values) <= len(wanted):
                if not self._account.grants.has(
                    self._context.role, "USAGE", "PROCEDURE", show_path(*item.place)
                ):
                    break
                return item
        raise errors.compilation(
            2140, "42601", f"Unknown user-defined procedure {show_path(*place)}"
        )
