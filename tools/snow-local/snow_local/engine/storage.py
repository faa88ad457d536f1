"""The DuckDB instance: one file per Snowflake database, all attached at start.

A transaction may write to one attached file only, so each file also holds the state of the
channels of its tables (schema _SNOW_LOCAL): rows and offset tokens commit together.
"""

import contextlib
import shutil
import threading
import urllib.parse
from pathlib import Path

import duckdb

from snow_local.engine import errors
from snow_local.engine.identifiers import physical, quote
from snow_local.engine.macros import MACROS
from snow_local.engine.write_lock import WriteLock

STATE_SCHEMA = "_SNOW_LOCAL"
_SUFFIX = ".duckdb"

_STATE_TABLES = (
    f"""CREATE TABLE IF NOT EXISTS {{db}}.{STATE_SCHEMA}.CHANNELS (
        schema_name VARCHAR, pipe_name VARCHAR, channel_name VARCHAR, table_name VARCHAR,
        client_sequencer BIGINT, row_sequencer BIGINT, offset_token VARCHAR, created_on_ms BIGINT,
        rows_inserted BIGINT, rows_parsed BIGINT, rows_error BIGINT,
        last_error_token VARCHAR, last_error_message VARCHAR, last_error_ms BIGINT)""",
    f"""CREATE TABLE IF NOT EXISTS {{db}}.{STATE_SCHEMA}.ERROR_ROWS (
        schema_name VARCHAR, table_name VARCHAR, pipe_name VARCHAR, channel_name VARCHAR,
        happened TIMESTAMPTZ, error_code BIGINT, error_message VARCHAR, first_token VARCHAR,
        last_token VARCHAR, row_text VARCHAR)""",
    f"""CREATE TABLE IF NOT EXISTS {{db}}.{STATE_SCHEMA}.OBJECTS (
        kind VARCHAR, schema_name VARCHAR, name VARCHAR, created_ms BIGINT, owner VARCHAR,
        definition VARCHAR, comment VARCHAR, state VARCHAR)""",
    f"""CREATE TABLE IF NOT EXISTS {{db}}.{STATE_SCHEMA}.FILE_LOADS (
        schema_name VARCHAR, table_name VARCHAR, file_name VARCHAR, digest VARCHAR, at_s BIGINT)""",
    f"""CREATE TABLE IF NOT EXISTS {{db}}.{STATE_SCHEMA}.REQUESTS (
        request_id VARCHAR, at_ms BIGINT, answer VARCHAR)""",
    # The service remembers request ids for a day.
    f"""DELETE FROM {{db}}.{STATE_SCHEMA}.REQUESTS
        WHERE at_ms < epoch_ms(now()) - 86400000""",
)


class Storage:
    """Owns the DuckDB instance and its files; cursors are made here, one per session."""

    def __init__(self, folder: Path):
        self._folder = folder / "databases"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._stages = folder.absolute() / "stages"
        self._root = duckdb.connect(":memory:")
        self._root.execute("SET checkpoint_threshold = '64MB'")
        spill = str(folder / "spill").replace("'", "''")
        self._root.execute(f"SET temp_directory = '{spill}'")
        for macro in MACROS:
            self._root.execute(macro)
        self._names: set[str] = set()
        self._guard = threading.Lock()
        self.write_lock = WriteLock()
        for path in sorted(self._folder.glob("*" + _SUFFIX)):
            self._attach(urllib.parse.unquote(path.name[: -len(_SUFFIX)]))

    def cursor(self) -> duckdb.DuckDBPyConnection:
        with self._guard:
            return self._root.cursor()

    def databases(self) -> list[str]:
        return sorted(self._names)

    def has_database(self, name: str) -> bool:
        return name in self._names

    def create_database(self, name: str) -> None:
        if name in self._names:
            raise errors.exists(name)
        self._attach(name)
        cursor = self.cursor()
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(physical(name))}.PUBLIC")

    def clone_database(self, source: str, name: str) -> None:
        """A copy of a database's file under another name; the caller holds the write lock."""
        if name in self._names:
            raise errors.exists(name)
        with self._guard:
            self._root.execute(f"CHECKPOINT {quote(physical(source))}")
            shutil.copyfile(self._path(source), self._path(name))
        self._attach(name)

    def drop_database(self, name: str) -> None:
        with self._guard:
            self._root.execute(f"DETACH {quote(physical(name))}")
            self._names.discard(name)
        for path in self._folder.glob(self._path(name).name + "*"):
            path.unlink()
        self.forget_stages(name)

    def forget_stages(self, *place: str, of_table: bool = False) -> None:
        shutil.rmtree(self.stage_folder(*place, of_table=of_table), ignore_errors=True)

    def stage_folder(self, *place: str, of_table: bool = False) -> Path:
        """Where the files of a stage are, or those of all stages of a schema or database."""
        parts = [urllib.parse.quote(part, safe=" ") for part in place]
        if of_table:
            parts[-1] = "%" + parts[-1]
        return self._stages.joinpath(*parts)

    def close(self) -> None:
        """Writes the logs into the files and closes them."""
        with self._guard:
            for name in self._names:
                # A statement that still runs holds it up; the log is read at the next start.
                with contextlib.suppress(duckdb.TransactionException):
                    self._root.execute(f"CHECKPOINT {quote(physical(name))}")
            self._root.close()

    def _path(self, name: str) -> Path:
        return self._folder / (urllib.parse.quote(name, safe=" ") + _SUFFIX)

    def _attach(self, name: str) -> None:
        alias = quote(physical(name))
        path = str(self._path(name)).replace("'", "''")
        with self._guard:
            self._root.execute(f"ATTACH '{path}' AS {alias}")
            self._root.execute(f"CREATE SCHEMA IF NOT EXISTS {alias}.{STATE_SCHEMA}")
            for statement in _STATE_TABLES:
                self._root.execute(statement.format(db=alias))
            self._drop_leftovers(physical(name))
            self._names.add(name)

    def _drop_leftovers(self, database: str) -> None:
        """Temporary tables of sessions that a crash ended."""
        for schema, table in self._root.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? "
            "AND comment LIKE '%\"temporary\": true%'",
            [database],
        ).fetchall():
            path = ".".join(quote(part) for part in (database, schema, table))
            self._root.execute(f"DROP TABLE {path}")
