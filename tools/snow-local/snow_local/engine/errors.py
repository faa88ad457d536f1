"""Errors as Snowflake numbers them, and the way from DuckDB's errors to these.

SqlError is the only exception that the SQL faces turn into an answer; anything else is a bug of
ours and becomes code 000603.
"""

import re

import duckdb

from snow_local.engine.identifiers import logical


class SqlError(Exception):
    """A statement that failed: Snowflake's number, SQLSTATE and text."""

    def __init__(self, code: int, state: str, message: str):
        super().__init__(message)
        self.code = code
        self.state = state
        self.message = message

    @property
    def text_code(self) -> str:
        return f"{self.code:06d}"


def compilation(code: int, state: str, detail: str) -> SqlError:
    return SqlError(code, state, f"SQL compilation error:\n{detail}")


def missing(kind: str, name: str) -> SqlError:
    return compilation(
        2003,
        "42S02" if kind in ("Table", "View", "Object") else "02000",
        f"{kind} '{name}' does not exist or not authorized.",
    )


def forbidden(kind: str, name: str) -> SqlError:
    """The object is there and seen, but the role may not do that with it."""
    return SqlError(
        3001,
        "42501",
        "SQL access control error:\nInsufficient privileges to operate on "
        f"{kind.lower()} '{name}'.",
    )


def no_warehouse() -> SqlError:
    return SqlError(
        606,
        "57P03",
        "No active warehouse selected in the current session.  Select an active warehouse with "
        "the 'use warehouse' command.",
    )


def exists(name: str) -> SqlError:
    return compilation(2002, "42710", f"Object '{name}' already exists.")


def invalid_identifier(name: str) -> SqlError:
    return compilation(904, "42000", f"error line 1 at position 0\ninvalid identifier '{name}'")


def syntax(detail: str) -> SqlError:
    return compilation(1003, "42000", f"syntax error {detail}")


def unsupported(detail: str) -> SqlError:
    return compilation(2, "0A000", f"Unsupported feature '{detail}'.")


def no_database(action: str) -> SqlError:
    return SqlError(
        90105,
        "22000",
        f"Cannot perform {action}. This session does not have a current "
        "database. Call 'USE DATABASE', or use a qualified name.",
    )


_COLUMN = re.compile(
    r'Referenced column "(?P<a>[^"]+)" (?:was )?not found|Referenced table "(?P<b>[^"]+)" not found'
    r'|does not have a column (?:with name|named) "(?P<c>[^"]+)"'
    r"|Referenced update column (?P<d>\S+) not found"
    r"|column named \"?(?P<e>[^\"]+)\"? does not exist"
)
_MISSING = re.compile(
    r"(Table|View|Schema|Catalog|Database) with name \"?(?P<n>[^\" ]+)\"? does not exist"
)
_FUNCTION = re.compile(r"Function with name \"?(?P<n>[^\" ]+)\"? does not exist")
_EXISTS = re.compile(r"with name \"?(?P<n>[^\"]+?)\"? already exists")
_TEXT = re.compile(r"""(?:string|value|format:) ['"]?(?P<v>.*?)['"]?(?: to |, expected|$)""", re.S)
_OURS = re.compile(r"snow:(\d+):(\w+):(.*)", re.S)
_NULL = re.compile(r"NOT NULL constraint failed: (?P<n>\S+)")


def _column_name(match: re.Match) -> str:
    return ".".join(logical(part) for part in next(g for g in match.groups() if g).split("."))


def _binder(text: str) -> SqlError:
    if match := _COLUMN.search(text):
        return invalid_identifier(_column_name(match))
    if re.search(r"has \d+ columns but \d+ values|Expected \d+ values|column name list", text):
        return compilation(
            1041 if "list" in text else 2020,
            "42601",
            "Insert value list does not match column list expecting another number.",
        )
    if "must appear in the GROUP BY" in text:
        return compilation(979, "42601", text.splitlines()[0])
    if "Ambiguous reference" in text:
        return compilation(2024, "42601", "ambiguous column name")
    if "No function matches" in text or "Could not choose a best candidate" in text:
        return compilation(
            1044, "42P13", "Invalid argument types for function: " + text.splitlines()[0]
        )
    if match := _MISSING.search(text):
        return missing("Object", logical(match["n"]))
    return compilation(2049, "42601", text.splitlines()[0])


def _catalog(text: str) -> SqlError:
    if match := _FUNCTION.search(text):
        return compilation(2140, "42601", f"Unknown function {match['n'].upper()}")
    if match := _EXISTS.search(text):
        return exists(logical(match["n"]))
    if match := _MISSING.search(text):
        return missing("Object", logical(match["n"].split(".")[-1]))
    return compilation(2043, "02000", "Object does not exist, or operation cannot be performed.")


def _conversion(text: str) -> SqlError:
    first = text.splitlines()[0]
    if "Malformed JSON" in first:
        return SqlError(100069, "22P02", f"Error parsing JSON: {first.split('Error: ', 1)[-1]}")
    match = _TEXT.search(first)
    value = match["v"] if match else first
    if "timestamp" in first or "TimeZone" in first:
        return SqlError(100035, "22007", f"Timestamp '{value}' is not recognized")
    if "date field" in first:
        return SqlError(100040, "22007", f"Date '{value}' is not recognized")
    if "time field" in first:
        return SqlError(100108, "22007", f"Time '{value}' is not recognized")
    if "BOOL" in first:
        return SqlError(100037, "22018", f"Boolean value '{value}' is not recognized")
    if "Could not cast value" in first or "out of range" in first:
        return SqlError(100039, "22003", f"Numeric value '{value}' is out of range")
    return SqlError(100038, "22018", f"Numeric value '{value}' is not recognized")


def _constraint(text: str) -> SqlError:
    if match := _NULL.search(text):
        name = logical(match["n"].split(".")[-1])
        return SqlError(100072, "22000", f"NULL result in a non-nullable column: {name}")
    return SqlError(100072, "22000", text.splitlines()[0])


def from_duckdb(error: duckdb.Error) -> SqlError:
    """Maps what DuckDB says to the number and SQLSTATE that Snowflake would give."""
    text = str(error)
    if match := _OURS.search(text):
        return SqlError(int(match[1]), match[2], match[3])
    if "Division by zero" in text:
        return SqlError(100051, "22012", "Division by zero")
    if "same target row more than once" in text:
        return SqlError(100090, "42P18", "Duplicate row detected during DML action")
    if isinstance(error, duckdb.InterruptException):
        return SqlError(604, "57014", "SQL execution canceled")
    if isinstance(error, duckdb.ParserException):
        return syntax(text.splitlines()[0])
    if isinstance(error, duckdb.CatalogException):
        return _catalog(text)
    if isinstance(error, duckdb.BinderException):
        return _binder(text)
    if isinstance(error, duckdb.ConstraintException):
        return _constraint(text)
    if isinstance(error, duckdb.ConversionException):
        return _conversion(text)
    if isinstance(error, duckdb.OutOfRangeException):
        return SqlError(100046, "22003", "Number out of representable range")
    if isinstance(error, duckdb.TransactionException):
        return SqlError(625, "57014", f"Statement aborted: {text.splitlines()[0]}")
    return SqlError(603, "XX000", f"SQL execution internal error: {text.splitlines()[0]}")
