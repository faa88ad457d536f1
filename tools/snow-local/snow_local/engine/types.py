"""Column types: how Snowflake declares them, how DuckDB stores them, how the wire names them.

A declared type lives as JSON in DuckDB's comment on the column, so that LTZ and TZ, VARIANT and
ARRAY, VARCHAR(10) and VARCHAR survive; results fall back to what DuckDB says about a column.
"""

import re
from dataclasses import dataclass

from sqlglot import exp

from snow_local.engine.errors import compilation, unsupported

ZONED = "STRUCT(t TIMESTAMPTZ, z SMALLINT)"  # a moment and the minutes of its offset
_ZONED_FORM = re.compile(
    r'STRUCT\("?T"? (?:TIMESTAMPTZ|TIMESTAMP WITH TIME ZONE), "?Z"? SMALLINT\)'
)
MAX_TEXT = 16777216
MAX_BINARY = 8388608


@dataclass(frozen=True)
class SnowType:
    """One Snowflake type; `kind` is its canonical name, e.g. NUMBER or TIMESTAMP_LTZ."""

    kind: str
    precision: int | None = None
    scale: int | None = None
    length: int | None = None

    def declared(self) -> str:
        if self.kind == "NUMBER":
            return f"NUMBER({self.precision},{self.scale})"
        if self.kind in ("VARCHAR", "BINARY"):
            return f"{self.kind}({self.length})"
        if self.kind.startswith("TIME"):
            return f"{self.kind}({self.scale})"
        return self.kind

    def duckdb(self) -> str:
        if self.kind == "NUMBER":
            return f"DECIMAL({self.precision},{self.scale})"
        return _DUCKDB[self.kind]

    def instant(self) -> str:
        """DuckDB's type of the moment alone."""
        return "TIMESTAMPTZ" if self.kind == "TIMESTAMP_TZ" else self.duckdb()

    def wire(self) -> str:
        return _WIRE[self.kind]

    def is_semi_structured(self) -> bool:
        return self.kind in ("VARIANT", "OBJECT", "ARRAY")


_DUCKDB = {
    "FLOAT": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "VARCHAR": "VARCHAR",
    "BINARY": "BLOB",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP_NTZ": "TIMESTAMP",
    "TIMESTAMP_LTZ": "TIMESTAMPTZ",
    "TIMESTAMP_TZ": ZONED,
    "VARIANT": "JSON",
    "OBJECT": "JSON",
    "ARRAY": "JSON",
}
_WIRE = {
    "NUMBER": "fixed",
    "FLOAT": "real",
    "BOOLEAN": "boolean",
    "VARCHAR": "text",
    "BINARY": "binary",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP_NTZ": "timestamp_ntz",
    "TIMESTAMP_LTZ": "timestamp_ltz",
    "TIMESTAMP_TZ": "timestamp_tz",
    "VARIANT": "variant",
    "OBJECT": "object",
    "ARRAY": "array",
}
_NAMES = {
    "NUMBER": "NUMBER",
    "DECIMAL": "NUMBER",
    "NUMERIC": "NUMBER",
    "DEC": "NUMBER",
    "INT": "NUMBER",
    "INTEGER": "NUMBER",
    "BIGINT": "NUMBER",
    "SMALLINT": "NUMBER",
    "TINYINT": "NUMBER",
    "BYTEINT": "NUMBER",
    "FLOAT": "FLOAT",
    "FLOAT4": "FLOAT",
    "FLOAT8": "FLOAT",
    "DOUBLE": "FLOAT",
    "REAL": "FLOAT",
    "DOUBLE PRECISION": "FLOAT",
    "BOOLEAN": "BOOLEAN",
    "BOOL": "BOOLEAN",
    "VARCHAR": "VARCHAR",
    "STRING": "VARCHAR",
    "TEXT": "VARCHAR",
    "CHAR": "VARCHAR",
    "CHARACTER": "VARCHAR",
    "NVARCHAR": "VARCHAR",
    "NCHAR": "VARCHAR",
    "BINARY": "BINARY",
    "VARBINARY": "BINARY",
    "DATE": "DATE",
    "TIME": "TIME",
    "DATETIME": "TIMESTAMP_NTZ",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "TIMESTAMP_NTZ": "TIMESTAMP_NTZ",
    "TIMESTAMPNTZ": "TIMESTAMP_NTZ",
    "TIMESTAMP_LTZ": "TIMESTAMP_LTZ",
    "TIMESTAMPLTZ": "TIMESTAMP_LTZ",
    "TIMESTAMP_TZ": "TIMESTAMP_TZ",
    "TIMESTAMPTZ": "TIMESTAMP_TZ",
    "VARIANT": "VARIANT",
    "OBJECT": "OBJECT",
    "ARRAY": "ARRAY",
    "LIST": "ARRAY",
    "STRUCT": "OBJECT",
    "MAP": "OBJECT",
    "JSON": "VARIANT",
}
_TEXT_FORM = re.compile(
    r"\s*([A-Z_]+(?: PRECISION)?[0-9]?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*\Z"
)


def make(name: str, first: int | None = None, second: int | None = None) -> SnowType:
    """A type from its name and its numbers in parentheses; SqlError for an unknown one."""
    name = name.upper()
    kind = _NAMES.get(name)
    if kind is None:
        raise unsupported(f"data type {name}")
    if kind == "NUMBER":
        precision, scale = (38 if first is None else first), (second or 0)
        if not 1 <= precision <= 38 or scale > precision or scale > 37:
            raise compilation(
                1216, "42601", f"invalid precision or scale NUMBER({precision},{scale})"
            )
        return SnowType(kind, precision, scale)
    if kind == "VARCHAR":
        default = 1 if name in ("CHAR", "CHARACTER", "NCHAR") else MAX_TEXT
        return SnowType(kind, length=first or default)
    if kind == "BINARY":
        return SnowType(kind, length=first or MAX_BINARY)
    if kind.startswith("TIME"):
        scale = 9 if first is None else first
        if scale > 9:
            raise compilation(1216, "42601", f"invalid scale {name}({scale})")
        return SnowType(kind, scale=scale)
    return SnowType(kind)


def parse(text: str) -> SnowType:
    """A declared type from its text, e.g. `NUMBER(10,2)`."""
    match = _TEXT_FORM.match(text.upper())
    if not match:
        raise unsupported(f"data type {text}")
    name, first, second = match.groups()
    return make(name, int(first) if first else None, int(second) if second else None)


def from_expression(kind: exp.DataType) -> SnowType:
    """A type as the SQL parser found it."""
    name = kind.this.value if isinstance(kind.this, exp.DType) else str(kind.this)
    numbers = [
        int(item.name)
        for item in kind.expressions
        if isinstance(item, exp.DataTypeParam) and item.name.isdigit()
    ]
    return make(name, *numbers[:2])


def from_duckdb(text: str) -> SnowType:
    """The type of a computed column, from DuckDB's own type name."""
    text = text.upper()
    if text.startswith("DECIMAL"):
        return parse(text.replace("DECIMAL", "NUMBER"))
    if text.endswith("[]"):
        return SnowType("ARRAY")
    if _ZONED_FORM.match(text):
        return SnowType("TIMESTAMP_TZ", scale=9)
    head = text.split("(")[0]
    if head in ("STRUCT", "MAP"):
        return SnowType("OBJECT")
    if head.startswith("TIMESTAMP WITH") or head == "TIMESTAMPTZ":
        return SnowType("TIMESTAMP_LTZ", scale=9)
    if head.startswith("TIMESTAMP"):
        return SnowType("TIMESTAMP_NTZ", scale=9)
    if head == "TIME":
        return SnowType("TIME", scale=9)
    if head.lstrip("U") in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"):
        return SnowType("NUMBER", 38, 0)
    simple = {
        "DOUBLE": "FLOAT",
        "FLOAT": "FLOAT",
        "BOOLEAN": "BOOLEAN",
        "DATE": "DATE",
        "JSON": "VARIANT",
    }
    if head in simple:
        return SnowType(simple[head])
    if head == "BLOB":
        return SnowType("BINARY", length=MAX_BINARY)
    return SnowType("VARCHAR", length=MAX_TEXT)
