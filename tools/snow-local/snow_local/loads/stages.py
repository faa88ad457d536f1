"""Stages: a folder each. A driver's PUT writes its files there itself, as it does with a service
that runs on the same machine; COPY and LIST read them."""

import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from snow_local.engine import catalog, errors
from snow_local.engine.catalog import Table
from snow_local.engine.identifiers import show_path
from snow_local.objects.scanner import Scanner, unquoted
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.context import Context, parse_name
from snow_local.sql.result import Result

_NAME = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
_STAGE = re.compile(
    rf"@(?P<scope>(?:{_NAME}\.)*)(?P<table>%)?(?P<name>{_NAME})(?:/(?P<path>[^\s()';]*))?"
)
_PUT = {"PARALLEL", "AUTO_COMPRESS", "SOURCE_COMPRESSION", "OVERWRITE"}


@dataclass
class Stage:
    """One stage and a path below it; `table` where it is the stage of a table."""

    name: str
    folder: Path
    path: str
    table: Table | None = None

    def files(self) -> list[Path]:
        """The files whose path begins with the stage's, by name."""
        found = [item for item in sorted(self.folder.rglob("*")) if item.is_file()]
        return [item for item in found if self.relative(item).startswith(self.path)]

    def relative(self, file: Path) -> str:
        return file.relative_to(self.folder).as_posix()


class Stages:
    """Works for one session; owns nothing."""

    def __init__(self, account: Account, cursor: duckdb.DuckDBPyConnection, context: Context):
        self._account = account
        self._cursor = cursor
        self._context = context

    def read(self, scanner: Scanner) -> Stage:
        """The stage that is written next; SqlError for one that is not there or not ours."""
        match = _STAGE.match(scanner.text, scanner.at)
        if match is None:
            if scanner.text.startswith("@~", scanner.at):
                raise errors.unsupported("user stage @~")
            raise scanner.wrong()
        parts = parse_name(match["scope"] + match["name"])
        scanner.skip(match.end())
        place = self._context.full_path(parts, "stage")
        path = match["path"] or ""
        if match["table"]:
            table = catalog.find(self._cursor, *place)
            if table is None or not self._account.grants.sees(self._context.role, table):
                raise errors.missing("Table", show_path(*place))
            folder = self._account.storage.stage_folder(*place, of_table=True)
            return Stage(show_path(*place), folder, path, table)
        self._need_stage(place)
        return Stage(show_path(*place), self._account.storage.stage_folder(*place), path)

    def put(self, statement: str) -> Result:
        """What a driver needs to know to copy the files."""
        scanner = Scanner(statement)
        scanner.need("PUT")
        source = unquoted(scanner.value())
        if not source.lower().startswith("file://"):
            raise errors.syntax(f"unexpected '{source}': PUT takes file://")
        stage = self.read(scanner)
        self._need_write(stage)
        options = scanner.properties(_PUT)
        scanner.end()
        folder = stage.folder / stage.path
        folder.mkdir(parents=True, exist_ok=True)
        said = result.status("Files are copied by the driver.")
        said.transfer = {
            "command": "UPLOAD",
            "src_locations": [source[len("file://") :]],
            "parallel": int(options.get("PARALLEL", 4)),
            "threshold": 1 << 30,
            "autoCompress": options.get("AUTO_COMPRESS", "TRUE").upper() == "TRUE",
            "sourceCompression": unquoted(options.get("SOURCE_COMPRESSION", "auto_detect")).lower(),
            "overwrite": options.get("OVERWRITE", "FALSE").upper() == "TRUE",
            "encryptionMaterial": None,
            "stageInfo": {
                "locationType": "LOCAL_FS",
                "location": str(folder),
                "path": stage.path,
                "region": "",
                "creds": {},
            },
        }
        return said

    def list(self, statement: str) -> Result:
        scanner = Scanner(statement)
        scanner.need("LIST", "LS")
        stage = self.read(scanner)
        scanner.end()
        rows = []
        for file in stage.files():
            facts = file.stat()
            stamp = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(facts.st_mtime))
            digest = hashlib.md5(file.read_bytes()).hexdigest()
            rows.append((stage.relative(file), facts.st_size, digest, stamp))
        return result.rows(["name", "size", "md5", "last_modified"], rows)

    def _need_stage(self, place: tuple[str, str, str]) -> None:
        found = self._account.database_objects.find(self._cursor, "STAGE", place)
        path = show_path(*place)
        if found is None or not self._account.grants.has(self._context.role, "", "STAGE", path):
            raise errors.missing("Stage", path)
        if "URL" in found.facts:
            raise errors.unsupported("external stage")

    def _need_write(self, stage: Stage) -> None:
        if stage.table is not None:
            self._account.grants.need(self._context.role, "INSERT", stage.table)
        elif not self._account.grants.has(self._context.role, "WRITE", "STAGE", stage.name):
            raise errors.forbidden("STAGE", stage.name)
