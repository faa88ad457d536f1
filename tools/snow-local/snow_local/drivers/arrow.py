"""Results as the Arrow stream that official drivers expect: Snowflake's own field encodings."""

import base64

import pyarrow as pa
import pyarrow.compute as pc

from snow_local.engine.types import SnowType
from snow_local.sql.result import Result, ResultColumn
from snow_local.sqlapi.encode import encode_column, zoned_parts

_ZONE_UTC = 1440


def encode(result: Result) -> str:
    """Base64 of one Arrow IPC stream with all rows; empty when there are none: the classic driver
    dies of a batch without rows."""
    if result.data.num_rows == 0:
        return ""
    arrays, fields = [], []
    for index, column in enumerate(result.columns):
        array = _encode_column(_whole(result.data.column(index)), column.type)
        arrays.append(array)
        fields.append(pa.field(column.name, array.type, True, _metadata(column)))
    schema = pa.schema(fields)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return base64.b64encode(sink.getvalue()).decode()


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """One array of a column that may come in chunks."""
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _metadata(column: ResultColumn) -> dict[str, str]:
    kind = column.type
    scale = 9 if kind.kind.startswith("TIME") else kind.scale or 0
    # No byteLength: with it the classic driver expects a packed form of TIMESTAMP_TZ.
    return {
        "logicalType": kind.wire().upper(),
        "precision": str(kind.precision or 38),
        "scale": str(scale),
        "charLength": str(kind.length or 0),
    }


def _encode_column(array: pa.Array, kind: SnowType) -> pa.Array:
    if kind.kind.startswith("TIMESTAMP"):
        return _moments(array, kind)
    if kind.kind == "TIME":
        return pc.multiply(array.cast(pa.time64("us")).cast(pa.int64()), 1000)
    if kind.kind == "NUMBER":
        return array.cast(pa.int64()) if pa.types.is_integer(array.type) else array
    if kind.kind in ("FLOAT", "BOOLEAN", "DATE", "BINARY"):
        return array.cast(pa.float64()) if kind.kind == "FLOAT" else array
    if pa.types.is_string(array.type):
        return array
    return pa.array(encode_column(pa.chunked_array([array]), kind, True), pa.string())


def _moments(array: pa.Array, kind: SnowType) -> pa.Array:
    """Structs of seconds and nanoseconds. The members must be null where the whole is: the
    newest driver refuses a value under a null."""
    zone = None
    if pa.types.is_struct(array.type):
        micros, zone = zoned_parts(array)
    else:
        micros = array.cast(pa.timestamp("us", array.type.tz)).cast(pa.int64())
    # Floor division, so that the fraction of a moment before 1970 is positive.
    seconds = pc.cast(
        pc.floor(pc.divide(pc.cast(micros, pa.float64(), safe=False), 1e6)), pa.int64()
    )
    seconds = _exact_floor(micros, seconds)
    fraction = pc.multiply(pc.subtract(micros, pc.multiply(seconds, 1_000_000)), 1000)
    members = {"epoch": seconds, "fraction": fraction.cast(pa.int32())}
    if kind.kind == "TIMESTAMP_TZ":
        if zone is None:
            zone = pa.repeat(pa.scalar(0, pa.int32()), len(array))
        shifted = pc.add(zone.cast(pa.int32()), pa.scalar(_ZONE_UTC, pa.int32()))
        members["timezone"] = pc.if_else(pc.is_valid(array), shifted, pa.scalar(None, pa.int32()))
    fields = [pa.field(name, values.type, True) for name, values in members.items()]
    return pa.StructArray.from_arrays(list(members.values()), fields=fields, mask=pc.is_null(array))


def _exact_floor(micros: pa.Array, seconds: pa.Array) -> pa.Array:
    """Repairs the last unit that doubles may lose."""
    rest = pc.subtract(micros, pc.multiply(seconds, 1_000_000))
    seconds = pc.if_else(pc.less(rest, 0), pc.subtract(seconds, 1), seconds)
    return pc.if_else(pc.greater_equal(rest, 1_000_000), pc.add(seconds, 1), seconds)
