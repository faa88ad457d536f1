#!/usr/bin/env python3
"""snow-put against the stand-in: values, schemas, bad rows, refusals, https, plain rows."""

import base64
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, expected, hello
from snow_put import journal_positions, merge, mirror_rows, put, receipts
from snow_put_case import Case

EVERY_TYPE = {
    "id": "integer",
    "small": "smallint",
    "big": "bigint",
    "exact": "numeric(38,10)",
    "endless": "numeric",
    "real8": "double precision",
    "flag": "boolean",
    "word": "character(3)",
    "day": "date",
    "hour": "time without time zone",
    "stamp": "timestamp without time zone",
    "instant": "timestamp with time zone",
    "blob": "bytea",
    "doc": "jsonb",
    "items": "integer[]",
    "mood": "mood",
    "Mixed Case": "text",
}
VALUES = {
    "id": "1",
    "small": "-32768",
    "big": "9223372036854775807",
    "exact": "1234567890123456789012345678.0123456789",
    "endless": "12345678901234567890123.5e0",
    "real8": "1.5",
    "flag": "true",
    "word": '"ab "',
    "day": '"2026-02-28"',
    "hour": '"23:59:59.123456"',
    "stamp": '"2026-02-28T23:59:59.123456"',
    "instant": '"2026-02-28T23:59:59.123456+00:00"',
    "blob": '"\\\\x00ff61"',
    "doc": '{"a": [1, null, {"b": "x"}]}',
    "items": "[1,2,null]",
    "mood": '"glad"',
    "Mixed Case": '"\\u00e9\\n\\"q\\""',
}


def raw_event(table: SourceTable, after: str, operation: str = "c") -> str:
    """Values as PostgreSQL prints them, not as Python would."""
    line = table.emit(operation, None, {"id": 1, "_": "HERE"})
    table.lines.pop()
    return json.dumps(line, separators=(",", ":")).replace('{"id":1,"_":"HERE"}', after)


class Values(Case):
    def test_every_type_arrives(self):
        table = SourceTable("kinds", columns=EVERY_TYPE)
        table.begin()
        after = "{" + ",".join(f"{json.dumps(n)}:{v}" for n, v in VALUES.items()) + "}"
        self.assert_code(put(self.lab, [table.schema_line(), raw_event(table, after)], "--create"), 0)
        (row,) = self.lab.sql(
            "SELECT ID, SMALL, BIG, EXACT, ENDLESS, REAL8, FLAG, WORD, TO_VARCHAR(DAY), "
            "HOUR, TO_VARCHAR(STAMP, 'YYYY-MM-DD HH24:MI:SS.FF6'), "
            "TO_VARCHAR(CONVERT_TIMEZONE('UTC', INSTANT), 'YYYY-MM-DD HH24:MI:SS.FF6'), "
            "TO_VARCHAR(BLOB, 'HEX'), DOC:a[2]:b::VARCHAR, ITEMS[1]::INT, MOOD, \"Mixed Case\" "
            "FROM CDC.RAW.KINDS_JOURNAL"
        )
        self.assertEqual(
            row[:5],
            [
                "1",
                "-32768",
                "9223372036854775807",
                "1234567890123456789012345678.0123456789",
                "12345678901234567890123.5e0",
            ],
        )
        self.assertEqual(float(row[5]), 1.5)
        self.assertEqual(
            row[6:],
            [
                "true",
                "ab ",
                "2026-02-28",
                "86399.123456000",
                "2026-02-28 23:59:59.123456",
                "2026-02-28 23:59:59.123456",
                "00FF61",
                "x",
                "2",
                "glad",
                'é\n"q"',
            ],
        )
        self.assert_code(merge(self.lab, "kinds"), 0)
        self.assertEqual(self.lab.sql("SELECT COUNT(*) FROM CDC.RAW.KINDS"), [["1"]])

    def test_the_journal_says_what_happened(self):
        table = SourceTable("t")
        table.begin()
        table.insert(1)
        table.move(1, 2)
        table.delete(2)
        table.truncate()
        self.assert_code(put(self.lab, [table.schema_line(), *table.lines], "--create"), 0)
        rows = self.lab.sql(
            'SELECT _CDC_OP, ID, _CDC_OLD_KEY:"ID"::INT, _CDC_NEW_KEY:"ID"::INT '
            "FROM CDC.RAW.T_JOURNAL ORDER BY _CDC_POS"
        )
        self.assertEqual(
            rows,
            [
                ["c", "1", None, None],
                ["d", "1", None, "2"],
                ["c", "2", "1", None],
                ["d", "2", None, None],
                ["t", None, None, None],
            ],
        )
        (moment,) = self.lab.sql(
            "SELECT DISTINCT TO_VARCHAR(CONVERT_TIMEZONE('UTC', _CDC_COMMIT_TS), "
            "'YYYY-MM-DD HH24:MI:SS.FF6') FROM CDC.RAW.T_JOURNAL"
        )
        self.assertEqual(moment, ["2026-05-28 20:26:40.123456"])

    def test_plain_rows_go_by_column_name(self):
        self.lab.sql('CREATE TABLE CDC.RAW.PLANES (ICAO24 VARCHAR, ALTITUDE FLOAT, "on ground" BOOLEAN)')
        rows = ['{"altitude":1.5,"icao24":"3c6444"}', '{"icao24":"4b1803","on ground":true}']
        done = put(self.lab, rows, "--table", "planes")
        self.assert_code(done, 0)
        self.assertEqual(sum(receipt["rows"] for receipt in receipts(done)), 2)
        self.assertEqual(
            sorted(self.lab.sql("SELECT * FROM CDC.RAW.PLANES"), key=str),
            [["3c6444", "1.5", None], ["4b1803", None, "true"]],
        )

    def test_over_https(self):
        table = SourceTable("secret")
        table.begin()
        table.insert(1)
        home = self.folder / "home"
        home.mkdir()
        file = home / "connections.toml"
        port = self.lab.environment["CDC_SNOW_TLS_URL"].rsplit(":", 1)[1]
        file.write_text(
            f'[lab]\naccount = "{self.lab.environment["CDC_SNOW_ACCOUNT"]}"\n'
            f'user = "{self.lab.environment["CDC_SNOW_USER"]}"\nhost = "127.0.0.1"\n'
            f'port = {port}\nauthenticator = "SNOWFLAKE_JWT"\n'
            f'private_key_file = "{self.lab.key}"\n'
        )
        file.chmod(0o600)
        environment = self.lab.environment | {"SNOWFLAKE_HOME": str(home)}
        done = put(self.lab, [], "--create", environment=environment)
        self.assert_code(done, 77, "certificate")
        environment["SSL_CERT_FILE"] = self.lab.environment["CDC_SNOW_CA"]
        done = put(self.lab, [table.schema_line(), *table.lines], "--create", environment=environment)
        self.assert_code(done, 0)
        self.assertEqual(len(journal_positions(self.lab, "SECRET")), 1)

    def test_events_of_debezium_without_positions(self):
        table = SourceTable("foreign", 3)
        for _ in range(30):
            table.change()
        lines = []
        for offset, line in enumerate(table.lines):
            event = json.loads(line)
            del event["pos"]
            event["kafka"] = {"topic": "d.public.foreign", "partition": 0, "offset": offset, "timestamp": 1}
            lines.append(json.dumps(event))
        for _ in range(2):
            self.assert_code(put(self.lab, [table.schema_line(), *lines], "--create"), 0)
        self.assertEqual(len(journal_positions(self.lab, "FOREIGN")), len(lines))
        self.assertTrue(self.lab.channels()[0]["last_committed_offset_token"].startswith("@"))
        self.assert_code(merge(self.lab, "foreign"), 0)
        self.assertEqual(mirror_rows(self.lab, table), expected(table))


class Schemas(Case):
    def test_a_new_column_is_added(self):
        table = SourceTable("grows")
        table.begin()
        table.insert(1)
        first = [table.schema_line(), *table.lines]
        table.types["extra"] = "integer"
        table.lines.clear()
        table.begin()
        table.rows[2] = dict(table.new_row(2), extra=5)
        table.emit("c", None, table.rows[2])
        table.rows[1]["extra"] = None
        done = put(self.lab, [*first, table.schema_line(), *table.lines], "--create")
        self.assert_code(done, 0)
        self.assert_code(merge(self.lab, "grows"), 0)
        self.assertEqual(mirror_rows(self.lab, table), expected(table))

    def test_a_column_that_may_not_be_added_makes_bad_rows(self):
        table, other = SourceTable("stays"), SourceTable("other")
        table.begin()
        table.insert(1)
        other.begin()
        other.insert(1)
        first = [table.schema_line(), *table.lines]
        table.types["extra"] = "integer"
        table.lines.clear()
        table.begin()
        table.emit("c", None, dict(table.new_row(2), extra=5))
        lines = [*first, table.schema_line(), *table.lines, other.schema_line(), *other.lines]
        rejects = self.folder / "bad"
        done = put(self.lab, lines, "--create", "--evolve", "none", "--reject", str(rejects))
        self.assert_code(done, 1)
        (bad,) = [json.loads(line) for line in rejects.read_text().splitlines()]
        self.assertIn("EXTRA", bad["reason"])
        self.assertEqual(bad["row"]["after"]["extra"], 5)
        self.assertEqual(len(journal_positions(self.lab, "OTHER")), 1)
        self.assert_code(put(self.lab, lines, "--create", "--evolve", "none"), 65, "EXTRA")

    def test_a_type_that_does_not_fit_makes_bad_rows(self):
        table = SourceTable("narrow", columns={"id": "integer", "n": "numeric(5,1)"})
        table.begin()
        table.emit("c", None, {"id": 1, "n": 1})
        first = [table.schema_line(), *table.lines]
        table.types["n"] = "numeric(5,3)"
        table.lines.clear()
        table.begin()
        table.emit("c", None, {"id": 2, "n": 9.125})
        self.assert_code(put(self.lab, [*first, table.schema_line(), *table.lines], "--create"), 65, "NUMBER(5,1)")

    def test_a_wider_number_is_followed_in_place(self):
        table = SourceTable("wide", columns={"id": "integer", "n": "numeric(5,1)"})
        table.begin()
        table.emit("c", None, {"id": 1, "n": 1.5})
        first = [table.schema_line(), *table.lines]
        table.types |= {"id": "bigint", "n": "numeric(12,1)"}
        table.lines.clear()
        table.begin()
        table.emit("c", None, {"id": 5000000000, "n": 12345678.5})
        self.assert_code(put(self.lab, [*first, table.schema_line(), *table.lines], "--create"), 0)
        self.assertEqual(merge(self.lab, "wide").returncode, 0)
        rows = self.lab.sql("SELECT ID, N FROM CDC.RAW.WIDE ORDER BY ID")
        self.assertEqual(rows, [["1", "1.5"], ["5000000000", "12345678.5"]])

    def test_two_sources_for_one_table_are_78(self):
        one, two = SourceTable("same"), SourceTable("same", schema="elsewhere")
        for table in (one, two):
            table.begin()
            table.insert(1)
        lines = [one.schema_line(), *one.lines, two.schema_line(), *two.lines]
        self.assert_code(put(self.lab, lines, "--create"), 78, "--table-map")
        done = put(self.lab, lines, "--create", "--table-map", "elsewhere.same=OTHER", "--channel-prefix", "x")
        self.assert_code(done, 0)
        self.assertEqual(len(journal_positions(self.lab, "OTHER")), 1)

    def test_a_table_without_a_key_has_a_journal_only(self):
        table = SourceTable("nokey")
        table.begin()
        table.insert(1)
        schema = json.loads(table.schema_line()) | {"key": []}
        lines = [json.dumps(schema, separators=(",", ":")), *table.lines]
        self.assert_code(put(self.lab, lines, "--create", merge_every="1s"), 0, "no key")
        self.assertEqual(self.lab.sql("SHOW TABLES LIKE 'NOKEY' IN SCHEMA CDC.RAW"), [])


class BadRows(Case):
    def table_with_a_bad_row(self) -> SourceTable:
        table = SourceTable("picky")
        for key in range(1, 6):
            table.begin()
            table.insert(key)
        bad = json.loads(table.lines[2])
        bad["after"]["amount"] = "no number"
        table.lines[2] = json.dumps(bad, separators=(",", ":"))
        return table

    def test_stop_is_65_every_time(self):
        table = self.table_with_a_bad_row()
        ack = self.folder / "ack"
        lines = [hello("r"), table.schema_line(), *table.lines, checkpoint("r", 1, "x", 5, "eof")]
        for _ in range(2):
            done = put(self.lab, lines, "--create", "--ack", str(ack))
            self.assert_code(done, 65, "stdin:5")
            self.assertEqual(ack.read_text(), "")
        # nothing behind it went through its channel: it can still come
        self.assertEqual(len(journal_positions(self.lab, "PICKY")), 2)
        lines[4] = lines[4].replace('"no number"', "1")
        self.assert_code(put(self.lab, lines, "--create", "--ack", str(ack)), 0)
        self.assertEqual(len(journal_positions(self.lab, "PICKY")), 5)

    def test_reject_writes_the_row_and_goes_on(self):
        table = self.table_with_a_bad_row()
        ack, rejects = self.folder / "ack", self.folder / "bad"
        lines = [hello("r"), table.schema_line(), *table.lines, checkpoint("r", 1, "x", 5, "eof")]
        done = put(self.lab, lines, "--create", "--ack", str(ack), "--reject", str(rejects))
        self.assert_code(done, 1)
        (bad,) = [json.loads(line) for line in rejects.read_text().splitlines()]
        self.assertEqual((bad["tool"], bad["line"]), ("snow-put", 5))
        self.assertEqual(bad["row"], json.loads(table.lines[2]))
        self.assertEqual(bad["pos"], json.loads(table.lines[2])["pos"])
        record = json.loads(ack.read_text())
        self.assertEqual((record["rows_ok"], record["rows_rejected"]), (4, 1))

    def test_skip_goes_on(self):
        table = self.table_with_a_bad_row()
        done = put(self.lab, [table.schema_line(), *table.lines], "--create", "--on-error", "skip")
        self.assert_code(done, 1)
        self.assertEqual(len(journal_positions(self.lab, "PICKY")), 4)

    def test_a_row_too_large_for_any_body(self):
        table = SourceTable("fat")
        table.begin()
        table.insert(1)
        table.begin()
        noise = base64.b64encode(os.urandom(4_500_000)).decode()
        table.rows[2] = dict(table.new_row(2), note=noise)
        table.emit("c", None, table.rows[2])
        table.begin()
        table.insert(3)
        rejects = self.folder / "bad"
        done = put(self.lab, [table.schema_line(), *table.lines], "--create", "--reject", str(rejects))
        self.assert_code(done, 1)
        (bad,) = [json.loads(line) for line in rejects.read_text().splitlines()]
        self.assertIn("larger", bad["reason"])
        self.assertEqual(len(journal_positions(self.lab, "FAT")), 2)

    def test_bad_lines(self):
        done = put(self.lab, ["{not json"])
        self.assert_code(done, 65, "stdin:1")
        no_position = '{"before":null,"after":{"id":1},"source":{"schema":"s","table":"t"},"op":"c"}'
        self.assert_code(put(self.lab, [no_position]), 65, "pos")


if __name__ == "__main__":
    unittest.main(verbosity=2)
