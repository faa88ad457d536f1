#!/usr/bin/env python3
"""Rows of other programs: plain ones into tables made of them, flat topics, events of the real Debezium by type and by schema."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import debezium_records as dbz
from change_lines import SourceTable
from snow_put import merge, put
from snow_put_case import Case

RECORDED = pathlib.Path(__file__).resolve().parents[1] / "walcat" / "debezium"
UNAVAILABLE = "__debezium_unavailable_value"


class PlainRows(Case):
    def types(self, table: str) -> dict[str, str]:
        return {row[0]: row[1].split("(")[0] for row in self.lab.sql(f"DESCRIBE TABLE CDC.RAW.{table}")}

    def test_a_table_is_made_of_what_the_rows_show(self):
        rows = ['{"id":1,"x":null,"lat":1}', '{"id":2,"x":{},"lat":1.5}', '{"id":3,"x":5}', '{"id":4,"x":"a","n":null}']
        self.assert_code(put(self.lab, rows, "--table", "made", "--create", "--layout", "columns"), 0)
        types = self.types("MADE")
        self.assertEqual(types, {"ID": "NUMBER", "X": "VARIANT", "LAT": "FLOAT", "RECORD_METADATA": "VARIANT"})
        self.assertEqual(
            self.lab.sql("SELECT ID, X IS NULL, LAT FROM CDC.RAW.MADE ORDER BY ID"),
            [["1", "true", "1"], ["2", "false", "1.5"], ["3", "false", None], ["4", "false", None]],
        )
        # a member that comes later gets a column, null alone does not
        self.assert_code(put(self.lab, ['{"id":5,"flag":true,"n":null}'], "--table", "made", "--evolve", "add"), 0)
        self.assertEqual(self.types("MADE"), types | {"FLAG": "BOOLEAN"})
        self.assert_code(put(self.lab, ['{"id":6,"more":1}'], "--table", "made"), 65, "more")

    def test_what_no_column_can_take_is_put_aside_row_by_row(self):
        bad = self.folder / "bad"
        rows = [
            '{"id":1,"a":1,"A":2}',
            '{"id":2,"a":3}',
            '{"id":3,"":1}',
            '{"id":4,"RECORD_METADATA":{}}',
            '{"id":5,"id":6}',
            '{"id":7}',
        ]
        done = put(self.lab, rows, "--table", "odd", "--create", "--reject", str(bad))
        self.assert_code(done, 1)
        self.assertEqual(self.lab.sql("SELECT ID, A FROM CDC.RAW.ODD ORDER BY ID"), [["2", "3"], ["7", None]])
        self.assertEqual([json.loads(line)["line"] for line in bad.read_text().splitlines()], [1, 3, 4, 5])

    def test_a_row_that_the_service_would_refuse_is_put_aside_by_itself(self):
        self.lab.sql(
            "CREATE TABLE CDC.RAW.NARROW (ID NUMBER(3,0) NOT NULL, NAME VARCHAR(3), KIND VARCHAR(1) DEFAULT 'x' NOT NULL)"
        )
        bad = self.folder / "bad"
        rows = [
            '{"id":1,"name":"abc"}',
            '{"id":2,"name":"abcd"}',
            '{"name":"a"}',
            '{"id":null}',
            '{"id":5,"name":"äöü"}',
        ]
        self.assert_code(put(self.lab, rows, "--table", "narrow", "--reject", str(bad)), 1)
        self.assertEqual(
            self.lab.sql("SELECT ID, NAME, KIND FROM CDC.RAW.NARROW ORDER BY ID"),
            [["1", "abc", "x"], ["5", "äöü", "x"]],
        )
        rejected = [json.loads(line) for line in bad.read_text().splitlines()]
        self.assertEqual([line["row"] for line in rejected], [json.loads(row) for row in rows[1:4]])

    def test_members_without_a_column_by_flag(self):
        self.lab.sql("CREATE TABLE CDC.RAW.FEW (ID NUMBER)")
        line = ['{"id":1,"more":2}']
        self.assert_code(put(self.lab, line, "--table", "few", "--unmapped", "refuse"), 65, "more")
        self.assert_code(put(self.lab, line, "--table", "few", "--create", "--unmapped", "refuse"), 65, "more")
        self.assert_code(put(self.lab, line, "--table", "few", "--unmapped", "skip"), 0)
        self.assertEqual(self.types("FEW"), {"ID": "NUMBER"})
        self.assert_code(put(self.lab, line, "--table", "few", "--unmapped", "create"), 0)
        self.assertEqual(self.lab.sql("SELECT ID, MORE FROM CDC.RAW.FEW ORDER BY MORE"), [["1", "2"], ["1", None]])

    def test_flat_topics_keep_their_deletes_and_no_placeholder(self):
        kafka = {"topic": "app.public.flat", "partition": 0, "timestamp": 1}
        rows = [
            {"id": 1, "body": "long", "__op": "c", "__deleted": "false"},
            {"id": 1, "body": UNAVAILABLE, "__op": "u", "__deleted": "false"},
            {"id": 1, "body": None, "__op": "d", "__deleted": "true"},
        ]
        lines = [
            json.dumps({"key": {"id": 1}, "kafka": kafka | {"offset": offset}} | row) for offset, row in enumerate(rows)
        ]
        words = ("--table", "flat", "--layout", "columns", "--create")
        for _ in range(2):  # the offset is the token: what comes again is known
            self.assert_code(put(self.lab, lines, *words), 0)
        self.assertEqual(
            self.lab.sql(
                "SELECT BODY, __OP, __DELETED, RECORD_METADATA:op::VARCHAR, RECORD_METADATA:unchanged[0]::VARCHAR, "
                "RECORD_METADATA:offset::INT FROM CDC.RAW.FLAT ORDER BY 6"
            ),
            [
                ["long", "c", "false", "c", None, "0"],
                [None, "u", "false", "u", "body", "1"],
                [None, "d", "true", "d", None, "2"],
            ],
        )

    def test_a_delete_in_columns_is_told_from_an_insert(self):
        table = SourceTable("gone")
        table.begin()
        table.insert(1)
        table.delete(1)
        table.truncate()
        lines = [table.schema_line(), *table.lines]
        self.assert_code(put(self.lab, lines, "--layout", "columns", "--create"), 0)
        self.assertEqual(
            self.lab.sql("SELECT RECORD_METADATA:op::VARCHAR, ID FROM CDC.RAW.GONE"),
            [["c", "1"], ["d", "1"], ["t", None]],
        )
        self.lab.sql("ALTER TABLE CDC.RAW.GONE DROP COLUMN RECORD_METADATA")
        done = put(self.lab, lines, "--layout", "columns", "--channel-prefix", "other")
        self.assert_code(done, 65, "RECORD_METADATA")


class Debezium(Case):
    """What PostgreSQL's own connector wrote, as it comes from its topics."""

    def lines(self, name: str, topic: str, operations="crud") -> list[str]:
        lines = []
        for offset, record in enumerate(dbz.recorded(RECORDED / name)):
            if record.topic != topic or record.value in ("null", ""):
                continue
            value = json.loads(record.value)
            if value.get("payload", value)["op"] not in operations:
                continue
            kafka = json.dumps({"topic": topic, "partition": 0, "offset": offset, "timestamp": 1})
            key = record.key or "null"
            lines.append(f'{{"key":{key},"kafka":{kafka},{record.value[1:]}')
        self.assertTrue(lines)
        return lines

    COLUMNS = (
        "id NUMBER(10,0), b BOOLEAN, i2 NUMBER(5,0), i8 NUMBER(19,0), f8 FLOAT, n72 NUMBER(7,2), nn VARCHAR, d DATE, t TIME(6), "
        "t3 TIME(3), ts TIMESTAMP_NTZ(6), ts3 TIMESTAMP_NTZ(3), tz TIMESTAMP_TZ(6), u VARCHAR, jb VARIANT, by BINARY, "
    )
    VALUES = (
        "SELECT B, I2, I8, F8, N72, NN, TO_VARCHAR(D), T, T3, "
        "TO_VARCHAR(TS, 'YYYY-MM-DD HH24:MI:SS.FF6'), TO_VARCHAR(TS3, 'YYYY-MM-DD HH24:MI:SS.FF3'), "
        "TO_VARCHAR(CONVERT_TIMEZONE('UTC', TZ), 'YYYY-MM-DD HH24:MI:SS.FF3'), U, JB:k[1]::VARCHAR, TO_VARCHAR(\"BY\", 'HEX') "
        "FROM CDC.RAW.TYPES WHERE ID = 1"
    )
    EXPECTED = [
        "true", "-5", "9000000000", "2.5e-10", "12345.60", "12345.6789", "2024-02-29", "47655.123456000", "47655.124000000",
        "2024-02-29 13:14:15.123456", "2024-02-29 13:14:15.500", "2024-02-29 13:14:15.500",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "2.5", "00FF10",
    ]  # fmt: skip

    def make_table(self, more: str = "") -> None:
        columns = self.COLUMNS.replace(" by ", ' "BY" ')
        self.lab.sql(f"CREATE TABLE CDC.RAW.TYPES ({columns}{more}RECORD_METADATA VARIANT)")

    def test_by_the_columns_types(self):
        self.make_table()
        lines = self.lines("default.tsv", "app.inv.types", "r")
        words = ("--layout", "columns", "--unmapped", "skip")
        self.assert_code(put(self.lab, lines, *words), 65, "--encoding debezium", "--layout variant")
        self.assertEqual(self.lab.sql("SELECT COUNT(*) FROM CDC.RAW.TYPES"), [["0"]])
        self.assert_code(put(self.lab, lines, *words, "--encoding", "debezium"), 0)
        self.assertEqual(self.lab.sql(self.VALUES), [self.EXPECTED])

    def test_by_the_schema_beside_each_event(self):
        self.make_table("ad VARIANT, an2 VARIANT, aby VARIANT, iv VARCHAR, ci VARCHAR, ")
        lines = self.lines("schemas-enabled-types.tsv", "app.inv.types", "r")
        self.assert_code(put(self.lab, lines, "--layout", "columns", "--unmapped", "skip"), 0)
        self.assertEqual(self.lab.sql(self.VALUES), [self.EXPECTED])
        self.assertEqual(
            self.lab.sql(
                "SELECT AD[1]::VARCHAR, AN2[0]::VARCHAR, ABY[0]::VARCHAR, IV, CI FROM CDC.RAW.TYPES WHERE ID = 1"
            ),
            [["1999-12-31", "1.1", "\\x0001", "1 year 2 mons 3 days 04:05:06.789", "<(1,2),3>"]],
        )

    def test_placeholders_and_records_without_positions(self):
        self.lab.sql(
            "CREATE TABLE CDC.RAW.NOTE_JOURNAL (ID NUMBER(10,0) COMMENT 'key 1', BODY VARCHAR, AMOUNT NUMBER(12,2), SEEN DATE, "
            "_CDC_POS VARCHAR, _CDC_OP VARCHAR, _CDC_COMMIT_TS TIMESTAMP_TZ(6), _CDC_UNCHANGED VARIANT, "
            "_CDC_OLD_KEY VARIANT, _CDC_NEW_KEY VARIANT, _CDC_CHANNEL VARCHAR)"
        )
        self.lab.sql(
            "CREATE TABLE CDC.RAW.NOTE (ID NUMBER(10,0) PRIMARY KEY, BODY VARCHAR, AMOUNT NUMBER(12,2), SEEN DATE, _CDC_POS VARCHAR)"
        )
        after = {"id": 1, "body": "long", "amount": "EtaA", "seen": 20000}
        unchanged = after | {"body": UNAVAILABLE, "amount": "AJY="}
        steps = [
            ("c", 5, {"id": 9, "body": "before", "amount": None, "seen": 1}),
            ("t", 6, None),
            ("c", 7, after),
            ("u", 8, unchanged),
        ]
        lines = [self.event(offset, operation, lsn, row) for offset, (operation, lsn, row) in enumerate(steps)]
        lines.append(self.event(9, "r", None, {"id": 2, "body": "read again", "amount": None, "seen": None}))
        self.assert_code(put(self.lab, lines, "--encoding", "debezium"), 0)
        self.assert_code(merge(self.lab, "note"), 0)
        self.assertEqual(
            self.lab.sql("SELECT ID, BODY, AMOUNT, TO_VARCHAR(SEEN) FROM CDC.RAW.NOTE ORDER BY ID"),
            [["1", "long", "1.50", "2024-10-04"], ["2", "read again", None, None]],
        )
        word = self.event(20, "u", 30, unchanged | {"body": "n/a"})
        self.assert_code(put(self.lab, [word], "--encoding", "debezium", "--unavailable-value", "n/a"), 0)
        self.assertEqual(
            self.lab.sql("SELECT COUNT(*) FROM CDC.RAW.NOTE_JOURNAL WHERE BODY LIKE '\\\\_\\\\_%' OR BODY = 'n/a'"),
            [["0"]],
        )

    @staticmethod
    def event(offset: int, operation: str, lsn: int | None, after: dict | None) -> str:
        source = {"schema": "public", "table": "note", "ts_ms": 1780000000123, "lsn": lsn, "sequence": '["8","9"]'}
        key = after and {"id": after["id"]}
        kafka = {"topic": "app.public.note", "partition": 0, "offset": offset, "timestamp": 1}
        return json.dumps(
            {"key": key, "kafka": kafka, "before": None, "after": after, "source": source, "op": operation}
        )


if __name__ == "__main__":
    unittest.main(verbosity=2)
