"""Schema lines of a table with the Connect schema that Debezium would make of it."""

import json

INT = {"type": "int32", "optional": False}
SOURCE = [
    {"type": kind, "optional": name != "table", "field": name}
    for name, kind in {
        "version": "string", "connector": "string", "name": "string", "ts_ms": "int64", "snapshot": "string",
        "db": "string", "schema": "string", "table": "string", "lsn": "int64",
    }.items()
]  # fmt: skip


def decimal(precision: int, scale: int, optional: bool = True, **more) -> dict:
    return {
        "type": "bytes",
        "optional": optional,
        "name": "org.apache.kafka.connect.data.Decimal",
        "version": 1,
        "parameters": {"scale": str(scale), "connect.decimal.precision": str(precision)},
    } | more


def shape(*columns: tuple, schema: str = "public", table: str = "t") -> str:
    """The schema line of a table with the columns (name, Connect schema, type)."""
    fields = [made | {"field": name} for name, made, _ in columns]
    row = {"type": "struct", "fields": fields, "optional": True, "name": f"x.{schema}.{table}.Value"}
    value = {
        "type": "struct",
        "fields": [
            row | {"field": "before"},
            row | {"field": "after"},
            {"type": "struct", "fields": SOURCE, "optional": False, "name": "x.Source", "field": "source"},
            {"type": "string", "optional": True, "field": "transaction"},
            {"type": "string", "optional": False, "field": "op"},
            *({"type": "int64", "optional": True, "field": name} for name in ("ts_ms", "ts_us", "ts_ns")),
        ],
        "optional": False,
        "name": f"x.{schema}.{table}.Envelope",
    }
    key = {"type": "struct", "fields": [INT | {"field": "id"}], "optional": False, "name": f"x.{schema}.{table}.Key"}
    described = [
        {"name": name, "type": kind, "oid": 0, "modifier": -1, "nullable": made["optional"]}
        for name, made, kind in columns
    ]
    line = {"__cdc": "schema", "v": 1, "schema": schema, "table": table, "identity": "default", "key": ["id"]}
    line |= {"columns": described, "encoding": "debezium", "connect": {"key": key, "value": value}}
    return json.dumps(line, separators=(",", ":"))


ID = ("id", INT, "integer")
TEXT = ("text", {"type": "string", "optional": True}, "text")
NUMBER = ("price", decimal(8, 2), "numeric(8,2)")
