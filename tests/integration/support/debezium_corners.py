"""What the connector prints of single values, from debezium/corners.tsv; the tables that hold them, and walcat's lines beside it.

A line of the file: kind, type, text, operations, settings, and the connector's JSON for them; without a text it is the Connect schema.
"""

import json
import pathlib
from typing import NamedTuple

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "walcat" / "debezium"
STREAMED = 1000  # added to the ids of the same rows once more
WIDTH = 40  # columns of a table: a table costs more than a column
ABSENT = "(absent)"

SETTINGS = {
    "a": [],
    "b": [
        *("--decimal-handling", "string", "--time-precision", "adaptive_time_microseconds"),
        *("--binary-handling", "base64", "--interval-handling", "string", "--hstore-handling", "map"),
    ],
    "c": ["--decimal-handling", "double", "--time-precision", "connect", "--binary-handling", "hex"],
    "d": ["--time-precision", "isostring", "--binary-handling", "base64-url-safe"],
    "e": ["--time-precision", "nanoseconds"],
    "f": ["--time-precision", "microseconds"],
}
MODIFIERS = {"default": " DEFAULT {}", "made": " NOT NULL DEFAULT {}", "needed": " NOT NULL"}


class Place(NamedTuple):
    """A value: kind and type name a column, the text its row; `schema` in place of an operation has no row."""

    kind: str
    type: str
    text: str
    operation: str


class Column(NamedTuple):
    kind: str
    type: str
    default: str  # or whatever makes the column another one of that type
    texts: list[str]

    def definition(self, name: str) -> str:
        return f"{name} {self.type}" + MODIFIERS.get(self.kind, "").format(self.default)

    def value(self, row: int) -> str:
        if row >= len(self.texts) or self.kind == "default":
            return "NULL"
        if self.kind == "made":
            return "DEFAULT"
        return self.texts[row] if self.kind == "unchanged" else literal(self.texts[row])


class Corners:
    def __init__(self) -> None:
        self.expected: dict[str, dict[Place, str]] = {setting: {} for setting in SETTINGS}
        columns: dict[tuple[str, str, str], Column] = {}
        for line in (FOLDER / "corners.tsv").read_text(encoding="utf-8").splitlines():
            kind, kind_of_value, text, operations, settings, value = line.split("\t")
            key = (kind, kind_of_value, "" if kind == "value" else text)
            column = columns.setdefault(key, Column(*key, []))
            schema = operations == "schema"
            if not schema and text not in column.texts:
                column.texts.append(text)
            for operation in [operations] if schema else operations:
                for setting in settings:
                    self.expected[setting][Place(kind, kind_of_value, text, operation)] = value
        self.tables: dict[str, dict[str, Column]] = {}
        for number, column in enumerate(columns.values()):
            self.tables.setdefault(f"{column.kind}_{number // WIDTH}", {})[f"c{number}"] = column

    def setup(self) -> str:
        lines = [(FOLDER / "corners.sql").read_text(encoding="utf-8")]
        for table, columns in self.tables.items():
            parts = ["id int PRIMARY KEY", *(column.definition(name) for name, column in columns.items()), "n int"]
            lines.append(f"CREATE TABLE {table} ({', '.join(parts)});")
            if table.startswith("unchanged"):
                lines += [f"ALTER TABLE {table} ALTER {name} SET STORAGE external;" for name in columns]
        return "\n".join(lines)

    def rows(self, streamed: bool) -> str:
        """Once for the snapshot and once more for the stream, where old keys and unchanged values come too."""
        lines = []
        for table, columns in self.tables.items():
            if streamed and table.startswith(("made", "needed")):
                lines.append(f"DELETE FROM {table};")
                continue
            for row in range(max(len(column.texts) for column in columns.values())):
                number = row + 1 + (STREAMED if streamed else 0)
                values = ", ".join(column.value(row) for column in columns.values())
                lines.append(f"INSERT INTO {table} VALUES ({number}, {values}, 0);")
            if table.startswith("unchanged"):
                lines.append(f"UPDATE {table} SET n = 1;")
        return "\n".join(lines)

    def found(self, text: str) -> dict[Place, str]:
        """Of lines with control lines among them: a table's schemas come with its schema line."""
        found: dict[Place, str] = {}
        for line in text.splitlines():
            if line.startswith('{"__cdc":'):
                control = json.loads(line)
                if control["__cdc"] == "schema":
                    self.add_schemas(found, control)
                continue
            event = members(line)
            operation = json.loads(event["op"])
            row = members(event["before" if operation == "d" else "after"])
            number = int(row["id"]) % STREAMED - 1
            for name, column in self.tables[json.loads(event["source"])["table"]].items():
                if number < len(column.texts):
                    place = Place(column.kind, column.type, column.texts[number], operation)
                    found[place] = row.get(name, ABSENT)
        return found

    def add_schemas(self, found: dict[Place, str], line: dict) -> None:
        after = next(field for field in line["connect"]["value"]["fields"] if field["field"] == "after")
        fields = {field["field"]: field for field in after["fields"]}
        for name, column in self.tables[line["table"]].items():
            schema = json.dumps({**fields[name], "field": "v"}) if name in fields else ABSENT
            found[Place(column.kind, column.type, column.default, "schema")] = schema


def literal(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def members(text: str) -> dict[str, str]:
    """Of an object, each as it stands."""
    decoder = json.JSONDecoder()
    found = {}
    at = 1
    while text[at - 1] != "}" and at < len(text) - 1:
        name, end = decoder.raw_decode(text, at)
        _, after = decoder.raw_decode(text, end + 1)
        found[name] = text[end + 1 : after]
        at = after + 1
    return found
