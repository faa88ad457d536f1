#!/usr/bin/env python3
"""Whose rows they are, where they go in other layouts, and values that Snowflake cannot hold."""

import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, hello
from snow_put import merge, put
from snow_put_case import Case

TOP = pathlib.Path(__file__).resolve().parents[3]
COLUMNS = {
    "n": "NUMBER(38,2)",
    "f": "FLOAT",
    "s": "VARCHAR",
    "v": "VARIANT",
    "b": "BINARY",
    "d": "DATE",
    "ts": "TIMESTAMP_NTZ(6)",
    "tz": "TIMESTAMP_TZ(6)",
    "t": "TIME",
    "ms": "TIMESTAMP_NTZ(3)",
    "flag": "BOOLEAN",
}
BAD = object()
LARGE = 16 << 20
# by the first cell: column, JSON, what SQL then says of it (an expression and its text), or BAD
VALUES = {
    "more digits than NUMBER has, or more behind its point; NaN, Infinity": [
        ("n", "1" * 37, BAD, ""),
        ("n", "1.125", BAD, ""),
        ("n", '"NaN"', BAD, ""),
        ("n", '"-Infinity"', BAD, ""),
    ],
    "numbers of more than 15 characters": [
        ("n", "1234567890123456789012345678901234.25", "n", "1234567890123456789012345678901234.25")
    ],
    "NaN, Infinity, -Infinity": [
        ("f", '"NaN"', "f = 'NaN'::FLOAT", "true"),
        ("f", '"Infinity"', "f = 'inf'::FLOAT", "true"),
        ("f", '"-Infinity"', "f = '-inf'::FLOAT", "true"),
    ],
    "U+0000, half a surrogate pair": [
        ("s", '"a\\u0000"', BAD, ""),
        ("s", '"\\ud800"', BAD, ""),
        ("v", '{"a":"\\u0000"}', BAD, ""),
        ("v", '["\\udc00x"]', BAD, ""),
    ],
    "more than 16 MB": [
        ("s", json.dumps("x" * (LARGE + 1)), BAD, ""),
        ("v", json.dumps({"x": "x" * LARGE}), BAD, ""),
    ],
    "more than 8 MB": [("b", json.dumps("\\x" + "00" * ((8 << 20) + 1)), BAD, "")],
    "infinity, years before Christ or beyond 9999": [
        (column, json.dumps(text), BAD, "")
        for column in ("d", "ts", "tz")
        for text in ("infinity", "-infinity", "0044-03-15 BC", "12024-03-15")
    ],
    "24:00:00, or an offset from UTC": [("t", '"24:00:00"', BAD, ""), ("t", '"12:00:00+02"', BAD, "")],
    "odd hex digits": [("b", '"\\\\xabc"', BAD, "")],
    "numbers with an exponent beyond a double's": [("f", "1e400", BAD, ""), ("f", "-1e-400", BAD, "")],
    "numbers but 0 and 1": [("flag", "2", BAD, ""), ("flag", "1", "flag", "true")],
    "more digits behind the second than the column has": [
        ("ms", '"2026-03-01T20:57:01.1234"', BAD, ""),
        ("ms", '"2026-03-01 20:57:01.123000"', "ms = '2026-03-01 20:57:01.123'::TIMESTAMP_NTZ", "true"),
    ],
    "a time of day": [
        ("d", '"2026-03-01T20:57:01"', BAD, ""),
        ("d", '"2026-03-01T00:00:00"', "d = '2026-03-01'::DATE", "true"),
    ],
    "an offset from UTC that is not zero": [
        ("ts", '"2026-03-01T20:57:01+02:00"', BAD, ""),
        ("ts", '"2026-03-01T20:57:01Z"', "ts = '2026-03-01 20:57:01'::TIMESTAMP_NTZ", "true"),
    ],
    "no offset from UTC": [
        ("tz", '"2026-03-01T20:57:01"', "tz = '2026-03-01 20:57:01 +00:00'::TIMESTAMP_TZ", "true"),
        ("tz", '"2026-03-01"', "tz = '2026-03-01 00:00:00 +00:00'::TIMESTAMP_TZ", "true"),
    ],
    "numbers": [(column, "20000", BAD, "") for column in ("d", "t", "ts", "tz")],
    "null": [("v", "null", "v IS NULL", "true"), ("v", '{"a":null}', "IS_NULL_VALUE(v:a)", "true")],
    "anything but a string": [("s", '{"a":[1,true]}', "s", '{"a":[1,true]}'), ("s", "1.50", "s", "1.50")],
    "numeric without precision, or of more than 38 digits": [("s", "1" * 50 + ".5", "s", "1" * 50 + ".5")],
    "Debezium's placeholder for an unchanged value": [
        ("s", '"__debezium_unavailable_value"', "s IS NULL AND RECORD_METADATA:unchanged[0] = 's'", "true")
    ],
}


class Sources(Case):
    """Whose positions the tokens are: see _CDC_STATE."""

    def lines(self, source: dict, table: SourceTable) -> list:
        greeting = json.loads(hello("r")) | {"source": source}
        return [
            json.dumps(greeting, separators=(",", ":")),
            table.schema_line(),
            *table.lines,
            checkpoint("r", 1, "end", 0, "eof"),
        ]

    def table(self, name: str) -> SourceTable:
        table = SourceTable(name)
        for key in (1, 2):
            table.begin()
            table.insert(key)
        return table

    def test_another_source_under_the_same_prefix_is_69(self):
        one = {"system_id": "1", "timeline": 1, "slot": "s", "database": "d"}
        table = self.table("whose")
        self.assert_code(put(self.lab, self.lines(one, table), "--create"), 0)
        for other in ({"system_id": "2"}, {"slot": "t"}, {"database": "e"}):
            done = put(self.lab, self.lines(one | other, table), "--create")
            self.assert_code(done, 69, "channel prefix")
            self.assertEqual(done.stdout, "")
        done = put(self.lab, self.lines(one | {"slot": "t"}, table), "--create", "--channel-prefix", "mine")
        self.assert_code(done, 0)
        self.assert_code(put(self.lab, self.lines(one | {"timeline": 2}, table), "--create"), 0)
        self.assert_code(put(self.lab, self.lines(one, table), "--create"), 69, "timeline")

    def test_a_server_that_was_restored_is_69(self):
        source = {"system_id": "1", "timeline": 1, "slot": "s", "database": "d"}
        table = self.table("back")
        table.lines = table.lines[1:]
        self.assert_code(put(self.lab, self.lines(source, table), "--create"), 0)
        other = self.table("back")
        other.lines = other.lines[:1]
        done = put(self.lab, self.lines(source, other), "--create")
        self.assert_code(done, 69, "the journal does not hold it")

    def test_a_topic_that_was_made_again_is_69(self):
        table = SourceTable("plain")
        self.lab.sql("CREATE TABLE CDC.RAW.PLAIN (ID NUMBER(10,0), V VARCHAR)")

        def rows(count: int, at: int) -> list:
            return [
                json.dumps(
                    {"kafka": {"topic": "t", "partition": 0, "offset": n, "timestamp": at + n}, "id": n, "v": "x"}
                )
                for n in range(count)
            ]

        self.assert_code(put(self.lab, rows(100, 1000), "--table", table.name), 0)
        self.assert_code(put(self.lab, rows(100, 1000), "--table", table.name), 0)
        self.assertEqual(self.lab.sql("SELECT COUNT(*) FROM CDC.RAW.PLAIN"), [["100"]])
        self.assert_code(put(self.lab, rows(10, 5000), "--table", table.name), 69, "made again")
        self.assertEqual(self.lab.sql("SELECT COUNT(*) FROM CDC.RAW.PLAIN"), [["100"]])


class Layouts(Case):
    def test_metadata_and_content(self):
        table = SourceTable("both")
        table.begin()
        table.insert(1)
        event = json.loads(table.lines[0])
        kafka = {"topic": "t.both", "partition": 2, "offset": 7, "timestamp": 5}
        done = put(self.lab, [json.dumps(event | {"kafka": kafka})], "--create", "--layout", "variant")
        self.assert_code(done, 0)
        rows = self.lab.sql(
            "SELECT RECORD_METADATA:topic::VARCHAR, RECORD_METADATA:offset::INT, RECORD_METADATA:CreateTime::INT, "
            "RECORD_CONTENT:op::VARCHAR, RECORD_CONTENT:after.id::INT, RECORD_CONTENT:pos::VARCHAR FROM CDC.RAW.BOTH"
        )
        self.assertEqual(rows, [["t.both", "7", "5", "c", "1", None]])

    def test_typed_columns_without_a_journal(self):
        table = SourceTable("typed")
        table.begin()
        table.insert(1)
        done = put(self.lab, [table.schema_line(), *table.lines], "--create", "--layout", "columns")
        self.assert_code(done, 0)
        rows = self.lab.sql("SELECT ID FROM CDC.RAW.TYPED")
        self.assertEqual(rows, [["1"]])

    def test_many_schemas_into_one_table(self):
        lines = []
        for schema in ("tenant_a", "tenant_b"):
            table = SourceTable("orders", schema=schema)
            table.begin()
            table.insert(1)
            lines += [table.schema_line(), *table.lines]
        mapping = ("--table-map", r"tenant_(\w+)\.orders=ORDERS", "--add-column", r"TENANT=\1")
        self.assert_code(put(self.lab, lines, "--create", *mapping), 0)
        self.assertEqual(merge(self.lab, "orders").returncode, 0)
        self.assertEqual(
            self.lab.sql("SELECT ID, TENANT FROM CDC.RAW.ORDERS ORDER BY TENANT"), [["1", "a"], ["1", "b"]]
        )


class Unstorable(Case):
    """Values that Snowflake cannot hold exactly are bad rows; their neighbours arrive."""

    def test_bad_values_are_rejected_by_column(self):
        columns = {"id": "integer", "n": "numeric(6,2)", "t": "text", "j": "json", "d": "date"}
        table = SourceTable("odd", columns=columns)
        table.begin()
        good = {"id": 1, "n": 1.25, "t": "fine", "j": {"a": None}, "d": "2026-01-01"}
        table.emit("c", None, good)
        bad = [{"t": "a\u0000b"}, {"j": {"a": "\u0000"}}, {"d": "infinity"}, {"d": "0044-03-15 BC"}, {"n": "NaN"}]
        for number, change in enumerate(bad, 2):
            table.begin()
            table.emit("c", None, good | {"id": number} | change)
        table.begin()
        table.emit("c", None, good | {"id": 99, "j": None})
        rejects = self.folder / "bad"
        done = put(self.lab, [table.schema_line(), *table.lines], "--create", "--reject", str(rejects))
        self.assert_code(done, 1)
        reasons = [json.loads(line)["reason"] for line in rejects.read_text().splitlines()]
        self.assertEqual(len(reasons), len(bad))
        for reason, column in zip(reasons, ("T", "J", "D", "D", "N"), strict=True):
            self.assertIn(f'column "{column}"', reason)
        self.assertEqual(
            self.lab.sql("SELECT ID, J IS NULL FROM CDC.RAW.ODD_JOURNAL ORDER BY ID"), [["1", "false"], ["99", "true"]]
        )


def table_rows() -> list[str]:
    text = (TOP / "man/snow-put.1.md").read_text()
    section = re.search(r"^# VALUES$(.*?)^# ", text, re.MULTILINE | re.DOTALL).group(1)
    cells = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")]
    return [cell for cell in cells if cell not in ("value", "---")]


class ValuesTable(Case):
    def test_every_row_of_the_table_holds(self):
        self.assertEqual(set(table_rows()), set(VALUES))
        listed = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        self.lab.sql(f"CREATE TABLE CDC.RAW.HELD (id NUMBER(10,0), {listed}, RECORD_METADATA VARIANT)")
        cases = [case for cases in VALUES.values() for case in cases]
        lines = [f'{{"id":{number},"{column}":{text}}}' for number, (column, text, *_) in enumerate(cases)]
        rejects = self.folder / "bad"
        self.assert_code(put(self.lab, lines, "--table", "held", "--reject", str(rejects)), 1)
        bad = {json.loads(line)["line"] - 1 for line in rejects.read_text().splitlines()}
        for number, (column, text, expression, expected) in enumerate(cases):
            with self.subTest(column=column, value=text[:60]):
                self.assertEqual(number in bad, expression is BAD)
                if expression is not BAD:
                    rows = self.lab.sql(f"SELECT {expression} FROM CDC.RAW.HELD WHERE id = {number}")
                    self.assertEqual(rows, [[expected]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
