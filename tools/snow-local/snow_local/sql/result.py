"""What a statement answers: typed columns, an Arrow table and the counts of a DML statement."""

import uuid
from dataclasses import dataclass, field

import pyarrow as pa

from snow_local.engine.types import MAX_BINARY, MAX_TEXT, SnowType

SELECT, INSERT, UPDATE, DELETE, MERGE, OTHER = 0x1000, 0x3100, 0x3200, 0x3300, 0x3400, 0x6000
TEXT = SnowType("VARCHAR", length=MAX_TEXT)
NUMBER = SnowType("NUMBER", 38, 0)


@dataclass
class ResultColumn:
    """One column of a result and, for a plain column of a table, where it comes from."""

    name: str
    type: SnowType
    nullable: bool = True
    database: str = ""
    schema: str = ""
    table: str = ""

    def wire(self) -> dict:
        """The column as an element of `rowType` / `rowtype`."""
        kind = self.type.kind
        precision, scale, length, octets = self.type.precision, self.type.scale, None, None
        if kind == "VARCHAR":
            length, octets = self.type.length, min(self.type.length * 4, MAX_TEXT)
        elif kind == "BINARY":
            length, octets = self.type.length, min(self.type.length, MAX_BINARY)
        elif kind.startswith("TIME"):
            precision, scale = 0, self.type.scale
        return {
            "name": self.name,
            "database": self.database,
            "schema": self.schema,
            "table": self.table,
            "type": self.type.wire(),
            "scale": scale,
            "precision": precision,
            "length": length,
            "byteLength": octets,
            "nullable": self.nullable,
            "collation": None,
        }


@dataclass
class Result:
    """A finished statement."""

    columns: list[ResultColumn]
    data: pa.Table
    statement_type: int = SELECT
    stats: dict | None = None
    query_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    children: list["Result"] = field(default_factory=list)
    transfer: dict | None = None  # PUT: what a driver has to do


def status(text: str) -> Result:
    """The one-row answer of DDL and session statements."""
    return rows(["status"], [(text,)], statement_type=OTHER)


def rows(names: list[str], values: list[tuple], statement_type: int = SELECT) -> Result:
    """A result from Python rows; a column is a number when all its values are."""
    columns, arrays = [], []
    for index, name in enumerate(names):
        cells = [row[index] for row in values]
        known = [cell for cell in cells if cell is not None]
        if known and all(isinstance(cell, int) and not isinstance(cell, bool) for cell in known):
            columns.append(ResultColumn(name, NUMBER))
            arrays.append(pa.array(cells, pa.int64()))
        else:
            columns.append(ResultColumn(name, TEXT))
            arrays.append(
                pa.array([None if cell is None else str(cell) for cell in cells], pa.string())
            )
    data = pa.Table.from_arrays(arrays, names=[str(index) for index in range(len(names))])
    return Result(columns, data, statement_type)


def counts(statement_type: int, names: list[str], values: list[int]) -> Result:
    """The answer of a DML statement with the `stats` that the SQL API adds."""
    result = rows(names, [tuple(values)], statement_type)
    found = dict(zip(names, values, strict=True))
    result.stats = {
        "numRowsInserted": found.get("number of rows inserted", 0),
        "numRowsUpdated": found.get("number of rows updated", 0),
        "numRowsDeleted": found.get("number of rows deleted", 0),
        "numDuplicateRowsUpdated": 0,
    }
    return result
