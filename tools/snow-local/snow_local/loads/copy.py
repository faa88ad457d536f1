"""COPY INTO a table from files of lines of JSON, by the columns' names.

All rows of all files or none: what the service calls ON_ERROR = ABORT_STATEMENT. Files that were
loaded once are not loaded again. Whatever else COPY can do is refused.
"""

import hashlib
import re
import time
from pathlib import Path

import duckdb
import pyarrow as pa

from snow_local.engine import catalog, errors
from snow_local.engine.catalog import Table
from snow_local.engine.errors import SqlError
from snow_local.engine.identifiers import show_path
from snow_local.engine.types import MAX_TEXT
from snow_local.http import BodyError, inflate
from snow_local.loads.stages import Stage, Stages
from snow_local.objects.scanner import Scanner, unquoted
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.context import Context
from snow_local.sql.result import Result
from snow_local.streaming import lines
from snow_local.streaming.channel_store import state_table
from snow_local.streaming.loader import row_error
from snow_local.streaming.row_sql import build, spellings

_OPTIONS = {"FILES", "FILE_FORMAT", "MATCH_BY_COLUMN_NAME", "ON_ERROR", "PURGE", "FORCE"}
_FORMAT = {"TYPE", "COMPRESSION", "BINARY_FORMAT"}
_COMPRESSIONS = {"ZSTD": "zstd", "GZIP": "gzip", "NONE": "", "AUTO": "AUTO"}
_SUFFIXES = {".zst": "zstd", ".gz": "gzip"}
_NAMES = (
    "file status rows_parsed rows_loaded error_limit errors_seen first_error first_error_line "
    "first_error_character first_error_column_name"
)


class Copy:
    """One statement; the caller holds the write lock and the transaction, and purges at its end."""

    def __init__(self, account: Account, cursor: duckdb.DuckDBPyConnection, context: Context):
        self._account = account
        self._cursor = cursor
        self._context = context
        self._done: list[Path] = []

    def run(self, statement: str) -> Result:
        scanner = Scanner(statement)
        scanner.need("COPY INTO")
        table = self._table(scanner.name())
        scanner.need("FROM")
        stage = Stages(self._account, self._cursor, self._context).read(scanner)
        options = scanner.properties(_OPTIONS)
        scanner.end()
        compression = _compression(options.get("FILE_FORMAT", ""), table)
        exact = _matching(options)
        if _word(options, "ON_ERROR", "ABORT_STATEMENT") != "ABORT_STATEMENT":
            raise errors.unsupported(f"COPY with ON_ERROR = {options['ON_ERROR']}")
        force = _word(options, "FORCE", "FALSE") == "TRUE"
        files = _files(stage, options.get("FILES"))
        if not files:
            return result.status("Copy executed with 0 files processed.")
        found = [self._load(table, stage, file, compression, exact, force) for file in files]
        if _word(options, "PURGE", "FALSE") == "TRUE":
            self._done = files
        return result.rows(_NAMES.split(), found)

    def purge(self) -> None:
        """After the transaction: what was asked to go once it is loaded."""
        for file in self._done:
            file.unlink(missing_ok=True)

    def _table(self, parts: list[str]) -> Table:
        place = self._context.full_path(parts, "COPY")
        self._context.written = place[0]
        table = catalog.find(self._cursor, *place)
        if table is None or table.kind != "TABLE":
            raise errors.missing("Table", show_path(*place))
        self._account.grants.need(self._context.role, "INSERT", table)
        return table

    def _load(
        self, table: Table, stage: Stage, file: Path, compression: str, exact, force
    ) -> tuple:
        name, data = stage.relative(file), file.read_bytes()
        if self._is_known(table, name, data) and not force:
            return (name, "LOAD_SKIPPED", 0, 0, 1, 1, "File was loaded before.", None, None, None)
        if compression == "AUTO":
            compression = _SUFFIXES.get(file.suffix, "")
        try:
            read = lines.read(inflate(data, compression))
        except BodyError as error:
            raise _failed(name, 0, 100069, str(error)) from error
        if read.bad:
            raise _failed(name, 0, lines.NO_JSON, read.bad[0][1])
        self._insert(table, name, read, exact)
        self._remember(table, name, data)
        rows = len(read.good)
        return (name, "LOADED", rows, rows, 1, 0, None, None, None, None)

    def _insert(self, table: Table, name: str, read: lines.Lines, exact: bool) -> None:
        if not read.good:
            return
        names = {column.name for column in table.columns}
        keys = sorted(key for key in read.keys if not exact or key in names)
        limit = MAX_TEXT if read.longest > MAX_TEXT else 0
        self._cursor.register("snow_file", _rows(table, read, keys))
        try:
            sql = build(table, keys, "snow_file", limit)
            inserted = self._cursor.execute(sql.insert).fetchone()[0]
            bad = [] if inserted == len(read.good) else self._cursor.execute(sql.errors).fetchall()
        finally:
            self._cursor.unregister("snow_file")
        if bad:
            _, line, code, message = row_error(table, MAX_TEXT, *bad[0])
            raise _failed(name, read.good.index(line.encode()) + 1, code, message)

    def _is_known(self, table: Table, name: str, data: bytes) -> bool:
        return bool(
            self._cursor.execute(
                f"SELECT 1 FROM {state_table(table.database, 'FILE_LOADS')} WHERE schema_name = ? "
                "AND table_name = ? AND file_name = ? AND digest = ?",
                [table.schema, table.name, name, hashlib.md5(data).hexdigest()],
            ).fetchall()
        )

    def _remember(self, table: Table, name: str, data: bytes) -> None:
        self._cursor.execute(
            f"INSERT INTO {state_table(table.database, 'FILE_LOADS')} VALUES (?, ?, ?, ?, ?)",
            [table.schema, table.name, name, hashlib.md5(data).hexdigest(), int(time.time())],
        )


def _rows(table: Table, read: lines.Lines, keys: list[str]) -> pa.Table:
    """As the streaming loader hands lines to DuckDB: one part."""
    columns = {
        "part": pa.repeat(pa.scalar(0, pa.int32()), len(read.good)),
        "line": pa.array(read.good, pa.binary()).cast(pa.string()),
    }
    spelled = spellings(table, keys)
    for index, column in enumerate(table.columns):
        if column.type.is_semi_structured() and column.name in spelled:
            values = lines.members(read, spelled[column.name])
            columns[f"j{index}"] = pa.array(values, pa.string())
    return pa.table(columns)


def _word(options: dict, name: str, otherwise: str) -> str:
    return unquoted(options.get(name, otherwise)).upper()


def _matching(options: dict) -> bool:
    """Whether members must be spelled as the columns are."""
    way = _word(options, "MATCH_BY_COLUMN_NAME", "NONE")
    if way not in ("CASE_SENSITIVE", "CASE_INSENSITIVE"):
        raise errors.unsupported("COPY without MATCH_BY_COLUMN_NAME")
    return way == "CASE_SENSITIVE"


def _compression(group: str, table: Table) -> str:
    """How the files are compressed; SqlError for any format that is no JSON."""
    inner = Scanner(group[1:-1] if group.startswith("(") else group)
    found = inner.properties(_FORMAT)
    inner.end()
    if _word(found, "TYPE", "CSV") != "JSON":
        raise errors.unsupported(f"COPY of files that are {_word(found, 'TYPE', 'CSV')}")
    has_binary = any(column.type.kind == "BINARY" for column in table.columns)
    if has_binary and _word(found, "BINARY_FORMAT", "HEX") != "BASE64":
        raise errors.unsupported("COPY of BINARY in another format than BASE64")
    name = _word(found, "COMPRESSION", "AUTO")
    if name not in _COMPRESSIONS:
        raise errors.unsupported(f"COPY of files compressed by {name}")
    return _COMPRESSIONS[name]


def _files(stage: Stage, group: str | None) -> list[Path]:
    """The files that are named, or all below the stage's path."""
    if group is None:
        return stage.files()
    found = []
    for text in re.findall(r"'(?:[^'\\]|''|\\.)*'", group):
        file = stage.folder / (stage.path + unquoted(text))
        if not file.is_file():
            raise SqlError(91016, "22000", f"Remote file '{unquoted(text)}' was not found.")
        found.append(file)
    return found


def _failed(name: str, line: int, code: int, message: str) -> SqlError:
    return SqlError(code, "22000", f"{message}\n  File '{name}', line {line}, character 1")
