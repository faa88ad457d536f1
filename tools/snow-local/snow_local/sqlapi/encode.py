"""Values of an Arrow column as the texts that SQL API and JSON rowsets carry."""

import datetime
import decimal
import json

import pyarrow as pa

from snow_local.engine.types import SnowType
from snow_local.sql.result import Result

_DAY = datetime.date(1970, 1, 1)


def encode_rows(result: Result, start: int, count: int, for_driver: bool = False) -> list[list]:
    """Rows as lists of texts or None."""
    part = result.data.slice(start, count)
    columns = [
        encode_column(part.column(index), column.type, for_driver)
        for index, column in enumerate(result.columns)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def encode_column(column: pa.ChunkedArray, kind: SnowType, for_driver: bool) -> list:
    encode = _ENCODERS.get(kind.kind, str)
    if kind.kind == "BOOLEAN" and for_driver:
        encode = _driver_boolean
    if pa.types.is_struct(column.type) and kind.kind == "TIMESTAMP_TZ":
        return _zoned(column)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
    elif pa.types.is_time(column.type):
        column = column.cast(pa.time64("us")).cast(pa.int64())
    return [None if value is None else encode(value) for value in column.to_pylist()]


def zoned_parts(column: pa.ChunkedArray | pa.Array) -> tuple[pa.Array, pa.Array]:
    """Microseconds and minutes of offset of a TIMESTAMP_TZ column."""
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else column.combine_chunks()
    moments, offsets = column.flatten()
    return moments.cast(pa.timestamp("us", moments.type.tz)).cast(pa.int64()), offsets


def _zoned(column: pa.ChunkedArray) -> list:
    moments, offsets = zoned_parts(column)
    return [
        None if micros is None else f"{_seconds(micros)} {offset + 1440}"
        for micros, offset in zip(moments.to_pylist(), offsets.to_pylist(), strict=True)
    ]


def _number(value: object) -> str:
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)


def _real(value: float) -> str:
    text = repr(float(value))
    return {"nan": "NaN"}.get(text, text.removesuffix(".0"))


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _driver_boolean(value: bool) -> str:
    return "1" if value else "0"


def _days(value: datetime.date) -> str:
    return str((value - _DAY).days)


def _seconds(micros: int) -> str:
    seconds, rest = divmod(micros, 1_000_000)
    if seconds < 0 and rest:
        # -0.5 s is written -0.500000000, not as -1 and a fraction.
        return f"-{-(seconds + 1)}.{1_000_000 - rest:06d}000"
    return f"{seconds}.{rest:06d}000"


def _seconds_with_zone(micros: int) -> str:
    return _seconds(micros) + " 1440"


def _text(value: object) -> str:
    return json.dumps(value, default=str) if isinstance(value, (list, dict)) else str(value)


_ENCODERS = {
    "NUMBER": _number,
    "FLOAT": _real,
    "BOOLEAN": _boolean,
    "DATE": _days,
    "TIME": _seconds,
    "TIMESTAMP_NTZ": _seconds,
    "TIMESTAMP_LTZ": _seconds,
    "TIMESTAMP_TZ": _seconds_with_zone,
    "BINARY": lambda value: value.hex().upper(),
    "VARIANT": _text,
    "OBJECT": _text,
    "ARRAY": _text,
    "VARCHAR": _text,
}
