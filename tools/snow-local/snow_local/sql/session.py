"""One session: runs statements one at a time, with its own context and transaction."""

import re
import threading
import time
import uuid

import duckdb
from sqlglot import exp

from snow_local.auth.users import User
from snow_local.ddl.alter import Alter
from snow_local.ddl.statements import SUCCESS, Ddl
from snow_local.engine import errors
from snow_local.engine.errors import SqlError
from snow_local.loads.copy import Copy
from snow_local.loads.stages import Stages
from snow_local.objects import statements as objects
from snow_local.objects.routines import Routines
from snow_local.scripting.blocks import is_block
from snow_local.sql import commands, describe, query, result, show
from snow_local.sql.account import Account
from snow_local.sql.bindings import bind, number_placeholders
from snow_local.sql.result import Result
from snow_local.sql.translate import Translator, parse

_COMMENT = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|//[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.S)
_WORD = re.compile(r"[A-Za-z_]+")
_DML = {
    "INSERT": query.insert,
    "UPDATE": query.update,
    "DELETE": query.delete,
    "MERGE": query.merge,
    "TRUNCATE": query.truncate,
}
_EXPLAIN = re.compile(r"EXPLAIN\s+(?:USING\s+(?:TABULAR|JSON|TEXT)\s+)?", re.I)
_OUTSIDE = ("DATABASE",)


class Session:
    """Owns a DuckDB cursor; a lock keeps requests of one session apart."""

    def __init__(self, account: Account, user: User, role: str):
        self._account = account
        self.user = user
        self.context = account.context(user, role)
        self._cursor = account.storage.cursor()
        self._translator = Translator(self._cursor, self.context, self._need_warehouse)
        self._ddl = Ddl(account, self._cursor, self.context)
        self._routines = Routines(account, self._cursor, self.context, self._dispatch)
        self._guard = threading.Lock()
        self._zone = ""
        self._began = False  # BEGIN was said (or implied by AUTOCOMMIT = FALSE)
        self._open = False  # DuckDB has an open transaction
        self.last_used = time.monotonic()
        self.before_commit = None  # called with cursor and result in the transaction it belongs to

    def close(self) -> None:
        with self._guard:
            self._rollback()
            if self._ddl.temporary:
                with self._account.storage.write_lock.holding(self):
                    self._ddl.drop_temporary()
            self._cursor.close()

    def interrupt(self) -> None:
        """Stops the running statement, from another thread."""
        self._cursor.interrupt()

    def execute(self, statement: str, bindings: dict | None = None) -> Result:
        """Runs one statement; SqlError when it fails."""
        with self._guard:
            self.last_used = time.monotonic()
            query_id = str(uuid.uuid4())
            try:
                self._use_zone()
                found = self._dispatch(statement, bindings)
            except duckdb.Error as error:
                raise errors.from_duckdb(error) from error
            found.query_id = self.context.last_query_id = query_id
            return found

    def describe(self, statement: str) -> tuple[Result, int]:
        """The columns that a statement would answer and the number of its placeholders; runs
        nothing. Placeholders count as NULL."""
        with self._guard:
            self._use_zone()
            tree = parse(statement)
            marks = list(tree.find_all(exp.Placeholder))
            for mark in marks:
                mark.replace(exp.Null())
            try:
                if isinstance(tree, exp.Query):
                    return query.describe(self._cursor, self._translator, tree), len(marks)
            except duckdb.Error as error:
                raise errors.from_duckdb(error) from error
            name = "inserted" if isinstance(tree, exp.Insert) else "affected"
            found = (
                result.counts(result.INSERT, [f"number of rows {name}"], [0])
                if type(tree).__name__.upper() in _DML
                else result.status("")
            )
            found.data = found.data.slice(0, 0)
            return found, len(marks)

    def _need_warehouse(self) -> None:
        self._account.need_warehouse(self.context)

    def _use_zone(self) -> None:
        if self._zone != self.context.timezone:
            zone = self.context.timezone.replace("'", "''")
            self._cursor.execute(f"SET TimeZone = '{zone}'")
            self._zone = self.context.timezone

    def _dispatch(self, statement: str, bindings: dict | None = None) -> Result:
        statement = statement[_COMMENT.match(statement).end() :].rstrip().rstrip(";").rstrip()
        words = [word.upper() for word in _WORD.findall(statement[:200])[:6]]
        if not statement:
            raise SqlError(900, "42601", "SQL compilation error:\nEmpty SQL statement.")
        head = words[0] if words else ""
        if head in ("BEGIN", "DECLARE") and is_block(statement):
            return self._routines.block(statement)
        if head in ("EXECUTE", "CALL"):
            return self._routines.run(statement)
        if head in ("BEGIN", "START", "COMMIT", "ROLLBACK"):
            return self._transaction(head, words)
        if head == "EXPLAIN":
            return self._explain(statement)
        if objects.is_meant(statement):
            return self._object_statement(head, statement)
        if head in ("COPY", "PUT", "LIST", "LS"):
            return self._files(head, statement)
        if head in ("SHOW", "DESC", "DESCRIBE"):
            run = show.run if head == "SHOW" else describe.run
            return self._read(lambda: run(self._account, self._cursor, self.context, statement))
        if commands.is_command(words):
            return commands.run(self._account, self.context, statement, self._dispatch)
        if head == "ALTER" and len(words) > 1 and words[1] in ("TABLE", "VIEW"):
            alter = Alter(self._ddl, self._cursor, self.context, self._account)
            return self._write(lambda: alter.run(statement), ddl=True)
        tree = parse(number_placeholders(statement) if bindings else statement)
        if bindings:
            tree = bind(tree, bindings)
        return self._run_tree(tree)

    def _explain(self, statement: str) -> Result:
        """Compiles a query or DML statement and runs nothing; DDL cannot be explained."""
        tree = parse(_EXPLAIN.sub("", statement))
        if not isinstance(tree, (exp.Query, exp.Insert, exp.Update, exp.Delete, exp.Merge)):
            raise errors.unsupported("EXPLAIN of a statement that is no query and no DML")
        text, _ = self._translator.translate(tree)
        plan = self._cursor.execute(f"EXPLAIN {text}").fetchall()
        lines = [line for row in plan for line in str(row[-1]).splitlines()]
        return result.rows(["step", "operation"], list(enumerate(lines, 1)))

    def _files(self, head: str, statement: str) -> Result:
        """Stages and what is loaded from them."""
        if head != "COPY":
            stages = Stages(self._account, self._cursor, self.context)
            work = stages.put if head == "PUT" else stages.list
            return self._read(lambda: work(statement))
        self._need_warehouse()
        copy = Copy(self._account, self._cursor, self.context)
        found = self._write(lambda: copy.run(statement))
        copy.purge()
        return found

    def _object_statement(self, head: str, statement: str) -> Result:
        work = objects.Objects(self._account, self._cursor, self.context, self._ddl)
        if head in ("DESC", "DESCRIBE"):
            return self._read(lambda: work.run(statement))
        return self._write(lambda: work.run(statement), ddl=True)

    def _run_tree(self, tree: exp.Expression) -> Result:
        if isinstance(tree, (exp.Create, exp.Drop, exp.Comment)):
            return self._run_ddl(tree)
        if isinstance(tree, exp.TruncateTable):
            return self._write(
                lambda: query.truncate(self._cursor, self._translator, tree), ddl=True
            )
        name = type(tree).__name__.upper()
        # What does not compile says so first, whether there is a warehouse or not.
        self._translator.needs_warehouse = name in _DML or isinstance(tree, exp.Query)
        if name in _DML:
            return self._write(lambda: _DML[name](self._cursor, self._translator, tree))
        if isinstance(tree, exp.Query):
            return self._read(lambda: query.select(self._cursor, self._translator, tree))
        if isinstance(tree, exp.Command):
            raise errors.unsupported(f"{tree.name} {tree.expression}"[:80].strip())
        raise errors.syntax(
            f"line 1 at position 0 unexpected '{tree.sql(dialect='snowflake')[:40]}'."
        )

    def _run_ddl(self, tree: exp.Expression) -> Result:
        kind = str(tree.args.get("kind") or "").upper()
        if isinstance(tree, exp.Comment):
            return self._write(lambda: self._ddl.comment(tree), ddl=True)
        if isinstance(tree, exp.Drop):
            work = self._ddl.drop
        else:
            work = {
                "DATABASE": self._ddl.create_database,
                "SCHEMA": self._ddl.create_schema,
                "TABLE": self._ddl.create_table,
                "VIEW": self._ddl.create_view,
            }.get(kind)
        if work is None or kind not in ("DATABASE", "SCHEMA", "TABLE", "VIEW"):
            raise errors.unsupported(f"{type(tree).__name__.upper()} {kind}")
        if isinstance(tree, exp.Create) and kind == "TABLE" and tree.expression is not None:
            self._account.need_warehouse(self.context)
        return self._write(lambda: work(tree), ddl=True, outside=kind in _OUTSIDE)

    # -- transactions --------------------------------------------------------------------------

    def _transaction(self, head: str, words: list[str]) -> Result:
        if head in ("BEGIN", "START"):
            if not self._began:
                self._commit()
                self._began = True
        elif head == "COMMIT":
            self._tell(result.status(SUCCESS))
            self._commit()
        else:
            self._rollback()
        return result.status(SUCCESS)

    def _start(self) -> None:
        if not self._open:
            self._cursor.execute("BEGIN")
            self._open = True

    def _commit(self) -> None:
        try:
            if self._open:
                self._cursor.execute("COMMIT")
        finally:
            self._open = self._began = False
            self._account.storage.write_lock.release(self)

    def _rollback(self) -> None:
        try:
            if self._open:
                self._cursor.execute("ROLLBACK")
        except duckdb.TransactionException:
            pass  # the failed statement ended the transaction already
        finally:
            self._open = self._began = False
            self._account.storage.write_lock.release(self)

    def _read(self, work) -> Result:
        if self._began:
            self._start()
        return work()

    def _write(self, work, ddl: bool = False, outside: bool = False) -> Result:
        """Runs a change in the open transaction or in one of its own. DDL commits what is open."""
        if ddl:
            self._commit()
        elif not self.context.autocommit:
            self._began = True
        self._account.storage.write_lock.acquire(self)
        alone = ddl or not self._began
        try:
            if not outside:
                self._start()
            found = work()
            if alone:
                self._tell(found)
        except BaseException:
            # A failed statement undoes itself; DuckDB can only undo the transaction.
            self._rollback()
            raise
        if alone:
            self._commit()
        return found

    def _tell(self, found: Result) -> None:
        if self.before_commit is not None and self._open:
            self.before_commit(self._cursor, found)
