"""Runs the steps of a block in one session; SQL in it goes the way of every other statement."""

import re

from snow_local.engine import errors
from snow_local.engine.errors import SqlError
from snow_local.scripting.blocks import Step, read
from snow_local.scripting.values import fill
from snow_local.sql import result
from snow_local.sql.result import Result
from snow_local.sql.split import tokens, word

_INTO = re.compile(r"\A(.*?)\bINTO\s+((?::\s*[\w$\"]+\s*,?\s*)+)(.*)\Z", re.I | re.S)
_IMMEDIATE = re.compile(r"EXECUTE\s+IMMEDIATE\s+(.*?)(?:\s+USING\s*\((.*)\))?\s*\Z", re.I | re.S)
_EXCEPTION = re.compile(r"\(\s*(-?\d+)\s*(?:,\s*'((?:[^']|'')*)')?\s*\)\Z", re.S)
_MAX_STEPS = 1_000_000


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class _Return(Exception):
    def __init__(self, value: object, found: Result | None = None):
        self.value, self.found = value, found


class _Cursor:
    """The rows of a query; `query` runs when the cursor is opened."""

    def __init__(self, query: str = "", found: Result | None = None):
        self.query, self.found, self.at = query, found, 0

    def rows(self) -> list[dict]:
        names = [column.name for column in self.found.columns]
        return [dict(zip(names, row.values(), strict=True)) for row in self.found.data.to_pylist()]


class Interpreter:
    """`execute` runs one SQL statement of the session and answers its result."""

    def __init__(self, execute):
        self._execute = execute
        self._scopes: list[dict[str, object]] = [{}]
        self._left = _MAX_STEPS
        self._raised: SqlError | None = None

    def run(self, text: str, variables: dict[str, object] | None = None) -> Result:
        """The result of a block: what it returns, or one NULL."""
        self._scopes[0].update(variables or {})
        try:
            self._block(read(text))
        except _Return as done:
            if done.found is not None:
                return done.found
            return result.rows(["anonymous block"], [(done.value,)])
        except (_Break, _Continue):
            raise errors.syntax("BREAK or CONTINUE outside of a loop") from None
        return result.rows(["anonymous block"], [(None,)])

    # -- variables -----------------------------------------------------------------------------

    def _lookup(self, name: str) -> tuple[object, bool]:
        head, _, member = name.partition(".")
        for scope in reversed(self._scopes):
            if head in scope:
                value = scope[head]
                if member:
                    return (value.get(member), True) if isinstance(value, dict) else (None, False)
                if isinstance(value, (_Cursor, SqlError, dict)):
                    return None, False
                return value, True
        return None, False

    def _object(self, name: str, kind: type) -> object | None:
        for scope in reversed(self._scopes):
            if isinstance(scope.get(name), kind):
                return scope[name]
        return None

    def _set(self, name: str, value: object) -> None:
        for scope in reversed(self._scopes):
            if name in scope:
                scope[name] = value
                return
        raise errors.compilation(904, "42000", f"invalid identifier '{name}'")

    def _value(self, text: str) -> object:
        """An expression's value; a query in parentheses is one too."""
        found = self._execute("SELECT " + fill(text, self._lookup, True))
        return found.data.column(0)[0].as_py() if found.data.num_rows else None

    def _true(self, text: str) -> bool:
        return self._value(text) is True

    # -- blocks --------------------------------------------------------------------------------

    def _block(self, block: Step) -> None:
        self._scopes.append({})
        try:
            for item in block.declares:
                self._declare(item)
            self._steps(block.steps)
        except SqlError as error:
            self._handle(block, error)
        finally:
            self._scopes.pop()

    def _handle(self, block: Step, error: SqlError) -> None:
        for names, steps in block.branches:
            if self._matches(names, error):
                self._scopes[-1] |= {
                    "SQLCODE": error.code,
                    "SQLERRM": error.message,
                    "SQLSTATE": error.state,
                }
                before, self._raised = self._raised, error
                self._steps(steps)
                self._raised = before
                return
        raise error

    def _matches(self, names: str, error: SqlError) -> bool:
        for name in re.split(r"\s+OR\s+", names.strip(), flags=re.I):
            upper = name.strip().upper()
            declared = self._object(upper, SqlError)
            if upper == "OTHER" or (declared is not None and declared.code == error.code):
                return True
            if upper == "STATEMENT_ERROR" and error.code > 0 and error.code != 100183:
                return True
            if upper == "EXPRESSION_ERROR" and error.code == 100183:
                return True
        return False

    def _steps(self, steps: list[Step]) -> None:
        for step in steps:
            self._left -= 1
            if self._left < 0:
                raise SqlError(630, "57014", "The block runs too many steps.")
            getattr(self, f"_do_{step.kind}")(step)

    def _declare(self, step: Step) -> None:
        scope = self._scopes[-1]
        if step.kind == "cursor":
            scope[step.name] = _Cursor(step.text)
        elif step.kind == "resultset":
            scope[step.name] = self._resultset(step.text) if step.text else _Cursor()
        elif step.kind == "exception":
            match = _EXCEPTION.match(step.text) if step.text else None
            code = int(match[1]) if match else -20000
            message = match[2].replace("''", "'") if match and match[2] else step.name
            scope[step.name] = SqlError(code, "P0001", message)
        else:
            value = self._resultset(step.text) if self._is_query(step.text) else None
            text = step.text if not step.extra else f"({step.text})::{step.extra}"
            scope[step.name] = self._value(text) if value is None else value

    def _is_query(self, text: str) -> bool:
        return bool(re.match(r"\(\s*EXECUTE\s+IMMEDIATE\b", text, re.I))

    def _resultset(self, text: str) -> _Cursor:
        inner = text.strip()
        if inner.startswith("("):
            inner = inner[1:-1]
        return _Cursor(found=self._sql(inner))

    # -- steps ---------------------------------------------------------------------------------

    def _do_block(self, step: Step) -> None:
        self._block(step)

    def _do_let(self, step: Step) -> None:
        if step.extra != "=":
            self._declare(step)
        elif isinstance(self._object(step.name, _Cursor), _Cursor):
            self._set(step.name, self._resultset(step.text))
        else:
            self._set(step.name, self._value(step.text))

    _do_cursor = _do_resultset = _do_exception = _declare

    def _do_null(self, _: Step) -> None:
        pass

    def _do_if(self, step: Step) -> None:
        for condition, steps in step.branches:
            if self._true(condition):
                self._steps(steps)
                return
        self._steps(step.steps)

    def _round(self, steps: list[Step]) -> bool:
        """One round of a loop; False to leave it."""
        try:
            self._steps(steps)
        except _Break:
            return False
        except _Continue:
            pass
        return True

    def _do_while(self, step: Step) -> None:
        while self._true(step.text) and self._round(step.steps):
            pass

    def _do_loop(self, step: Step) -> None:
        while self._round(step.steps):
            pass

    def _do_repeat(self, step: Step) -> None:
        while self._round(step.steps) and not self._true(step.text):
            pass

    def _do_count(self, step: Step) -> None:
        first, last = (int(self._value(text)) for text, _ in step.branches)
        numbers = range(first, last + 1)
        self._scopes.append({})
        try:
            for number in reversed(numbers) if step.extra else numbers:
                self._scopes[-1][step.name] = number
                if not self._round(step.steps):
                    break
        finally:
            self._scopes.pop()

    def _do_for(self, step: Step) -> None:
        cursor = self._opened(step.text.strip().upper())
        self._scopes.append({})
        try:
            for row in cursor.rows():
                self._scopes[-1][step.name] = row
                if not self._round(step.steps):
                    break
        finally:
            self._scopes.pop()

    def _do_break(self, _: Step) -> None:
        raise _Break

    def _do_continue(self, _: Step) -> None:
        raise _Continue

    def _do_return(self, step: Step) -> None:
        match = re.match(r"TABLE\s*\(\s*([\w$\"]+)\s*\)\Z", step.text, re.I)
        if match:
            raise _Return(None, self._opened(match[1].upper()).found)
        raise _Return(self._value(step.text) if step.text else None)

    def _do_raise(self, step: Step) -> None:
        name = step.text.strip().upper()
        error = self._object(name, SqlError) if name else self._raised
        if error is None:
            raise errors.compilation(904, "42000", f"invalid identifier '{name}'")
        raise error

    def _opened(self, name: str) -> _Cursor:
        cursor = self._object(name, _Cursor)
        if cursor is None:
            raise errors.compilation(904, "42000", f"invalid identifier '{name}'")
        if cursor.found is None:
            cursor.found = self._sql(cursor.query)
        return cursor

    def _do_open(self, step: Step) -> None:
        cursor = self._object(step.name, _Cursor)
        if cursor is not None and step.text:
            cursor.query = self._using(cursor.query, step.text.split("(", 1)[1].rsplit(")", 1)[0])
        self._opened(step.name).at = 0

    def _do_close(self, step: Step) -> None:
        self._opened(step.name).found = None

    def _do_fetch(self, step: Step) -> None:
        cursor = self._opened(step.name)
        rows = cursor.rows()
        values = list(rows[cursor.at].values()) if cursor.at < len(rows) else []
        cursor.at += 1
        for index, name in enumerate(step.text.split(",")):
            self._set(name.strip().lstrip(":").upper(), values[index] if values else None)

    def _do_sql(self, step: Step) -> None:
        self._sql(step.text)

    # -- SQL -----------------------------------------------------------------------------------

    def _sql(self, text: str) -> Result:
        match = _IMMEDIATE.match(text)
        if match:
            inner = str(self._value(match[1]))
            return self._note(self._execute(self._using(inner, match[2] or "")))
        targets: list[str] = []
        into = _INTO.match(text) if re.match(r"(SELECT|WITH)\b", text, re.I) else None
        if into:
            text = into[1] + into[3]
            targets = [name.strip().lstrip(": ").upper() for name in into[2].split(",")]
        found = self._note(self._execute(fill(text, self._lookup, False)))
        if targets:
            self._into(found, targets)
        return found

    def _into(self, found: Result, targets: list[str]) -> None:
        rows = found.data.to_pylist()
        if len(rows) > 1:
            raise SqlError(100335, "P0000", "A SELECT INTO statement returned more than one row.")
        for index, name in enumerate(targets):
            self._set(name, list(rows[0].values())[index] if rows else None)

    def _note(self, found: Result) -> Result:
        count = found.data.num_rows
        if found.stats is not None:
            count = sum(found.stats.values())
        self._scopes[0] |= {
            "SQLROWCOUNT": count,
            "SQLFOUND": count > 0,
            "SQLNOTFOUND": count == 0,
            "SQLID": found.query_id,
        }
        return found

    def _using(self, query: str, written: str) -> str:
        """`?` in a text for the values that USING names."""
        names = [name.strip().lstrip(":") for name in written.split(",") if name.strip()]
        if not names:
            return query
        parts, at, number = [], 0, 0
        for token in tokens(query):
            if token.text == "?" and word(token) == "?" and number < len(names):
                value = fill(f":{names[number]}", self._lookup, True)
                parts += [query[at : token.start], value]
                at, number = token.end + 1, number + 1
        return "".join(parts) + query[at:]
