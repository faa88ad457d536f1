#!/usr/bin/env python3
"""Avro values and schemas as two implementations that were not written here see them: fastavro, and Apache's own
`avro`. Random schemas and values both ways; what is made of Connect's schemas; Debezium's recorded rows."""

import io
import json
import pathlib
import random
import sys
import unittest
import uuid
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from avro_values import Maker, b64
from debezium_records import recorded
from registry_driver import Driver, Refused, in_client_python

in_client_python()
import avro.schema  # noqa: E402
import fastavro  # noqa: E402

RECORDINGS = pathlib.Path(__file__).resolve().parents[1] / "walcat" / "debezium"
DECIMAL = "org.apache.kafka.connect.data.Decimal"


class Judge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.driver = Driver()
        cls.addClassCleanup(cls.driver.close)

    def written(self, schema, value) -> bytes:
        out = io.BytesIO()
        fastavro.schemaless_writer(out, fastavro.parse_schema(schema), value)
        return out.getvalue()

    def read(self, schema, data: bytes, reader=None):
        source = io.BytesIO(data)
        parsed = fastavro.parse_schema(reader) if reader else None
        value = fastavro.schemaless_reader(source, fastavro.parse_schema(schema), parsed)
        self.assertEqual(source.read(), b"")
        return value


class Values(Judge):
    def test_random_values_of_random_schemas_both_ways(self):
        for seed in range(500):
            maker = Maker(seed)
            schema, make = maker.record(0)
            text = json.dumps(schema)
            for _ in range(3):
                native, ours = make()
                with self.subTest(seed=seed):
                    theirs = self.written(schema, native)
                    decoded = self.driver.decode(text, theirs)
                    self.assertEqual(json.loads(decoded), ours)
                    encoded = self.driver.encode(text, json.dumps(ours, ensure_ascii=bool(seed % 2)))
                    self.assertEqual(self.read(schema, encoded), self.read(schema, theirs))

    def test_numbers_that_json_cannot_say(self):
        for kind in ("float", "double"):
            for value, text in ((float("inf"), "Infinity"), (float("-inf"), "-Infinity"), (float("nan"), "NaN")):
                self.assertEqual(self.driver.decode(json.dumps(kind), self.written(kind, value)), f'"{text}"')
                back = self.read(kind, self.driver.encode(json.dumps(kind), f'"{text}"'))
                self.assertEqual(str(back), str(value))

    def test_bytes_cut_or_changed_are_refused_or_read_never_more(self):
        rnd = random.Random(1)
        for seed in range(60):
            schema, make = Maker(seed).record(0)
            good = self.written(schema, make()[0])
            for _ in range(20):
                data = bytearray(good[: rnd.randrange(len(good) + 1)])
                if data and rnd.random() < 0.5:
                    data[rnd.randrange(len(data))] = rnd.randrange(256)
                try:
                    self.driver.decode(json.dumps(schema), bytes(data))
                except Refused as refused:
                    self.assertEqual(refused.code, 65)


def column(field: str, kind: str, optional: bool = True, **more) -> dict:
    return {"type": kind, "optional": optional, **more, "field": field}


def decimal(field: str, scale: int, precision: int | None = None, optional: bool = True, **more) -> dict:
    parameters = {"scale": str(scale)} | ({} if precision is None else {"connect.decimal.precision": str(precision)})
    return column(field, "bytes", optional, name=DECIMAL, version=1, parameters=parameters, **more)


def row(*columns: dict) -> dict:
    return {"type": "struct", "fields": list(columns), "optional": False, "name": "srv.public.t.Value"}


class ConnectSchemas(Judge):
    def made(self, connect: dict, **options) -> dict:
        """The schema, which both strict readers take."""
        text = self.driver.to_avro(connect, **options)["schema"]
        schema = json.loads(text)
        fastavro.parse_schema(schema)
        avro.schema.parse(text, validate_enum_symbols=True, validate_names=True)
        return schema

    def resolved(self, writer: dict, data: bytes, reader: dict) -> dict:
        """As a reader fills in defaults. The clients in Python leave those of bytes as the text that stands in the schema,
        whose code points are the bytes."""
        value = self.read(writer, data, reader)
        for field in reader["fields"]:
            branches = field["type"] if isinstance(field["type"], list) else [field["type"]]
            for branch in branches:
                if isinstance(branch, dict) and branch["type"] == "bytes" and isinstance(value[field["name"]], str):
                    raw = value[field["name"]].encode("latin-1")
                    number = Decimal(int.from_bytes(raw, signed=True)).scaleb(-branch.get("scale", 0))
                    value[field["name"]] = number if "scale" in branch else raw
        return value

    def test_defaults_are_read_by_others(self):
        """A row written before the columns were there: the reader's schema fills them in."""
        before = self.made(row(column("id", "int32", False)))
        data = self.driver.encode(json.dumps(before), '{"id":7}')
        zero, one = b64(b"\x00"), b64(b"\x7b")
        after = self.made(
            row(
                column("id", "int32", False),
                decimal("amount", 4, 15, default=zero),
                decimal("p", 2, 6, False, default=one),
                column(
                    "bits",
                    "bytes",
                    name="io.debezium.data.Bits",
                    version=1,
                    parameters={"length": "10"},
                    default=b64(b"\xff\x03"),
                ),
                column("raw", "bytes", False, default=b64(bytes(range(256)))),
                column("day", "int32", name="io.debezium.time.Date", version=1, default=19000),
                column("u", "string", False, name="io.debezium.data.Uuid", version=1, default=str(uuid.UUID(int=1))),
                column(
                    "e", "string", name="io.debezium.data.Enum", version=1, parameters={"allowed": "a,b"}, default="b"
                ),
                column("yes", "boolean", False, default=True),
                column("text", "string", default='a "b"\n\\ é'),
                column("none", "array", items={"type": "string", "optional": True}, default=[]),
                column("note", "string"),
            )
        )
        self.assertEqual(
            self.resolved(before, data, after),
            {
                "id": 7,
                "amount": Decimal("0.0000"),
                "p": Decimal("1.23"),
                "bits": b"\xff\x03",
                "raw": bytes(range(256)),
                "day": 19000,
                "u": str(uuid.UUID(int=1)),
                "e": "b",
                "yes": True,
                "text": 'a "b"\n\\ é',
                "none": [],
                "note": None,
            },
        )

    def test_a_default_that_avro_cannot_say_leaves_a_column_that_may_be_null(self):
        connect = row(
            column("f", "double", False, default="NaN"),
            column("a", "array", False, items={"type": "int32", "optional": True}, default=[1]),
        )
        answer = self.driver.to_avro(connect)
        self.assertEqual(len(answer["notes"]), 2)
        schema = self.made(connect)
        for field in schema["fields"]:
            self.assertEqual((field["type"][0], field["default"]), ("null", None))

    def test_scales_beyond_the_precision_are_exact_without_a_logical_type(self):
        connect = row(decimal("a", 4, 2), decimal("b", -2, 5), decimal("c", 2046, 4))
        schema = self.made(connect)
        self.assertNotIn("logicalType", json.dumps(schema))
        value = {"a": b64(b"\x0c"), "b": b64(b"\x7b"), "c": b64(bytes(range(100)))}
        data = self.driver.encode(json.dumps(schema), json.dumps(value))
        self.assertEqual(self.read(schema, data)["b"], b"\x7b")
        self.assertEqual(json.loads(self.driver.decode(json.dumps(schema), data)), value)

    def test_names_of_all_kinds_are_legal_and_come_back(self):
        names = ["row.values", "my col", "3d", "ü", "end ", "a$1", "😀", "_"]
        connect = row(*[column(name, "int32", False) for name in names]) | {
            "name": "srv.public.3-orders.Über uns.Value"
        }
        schema = self.made(connect, adjustment="avro_unicode")
        value = {name: number for number, name in enumerate(names)}
        data = self.driver.encode(json.dumps(schema), json.dumps(value))
        self.assertEqual(list(self.read(schema, data).values()), list(range(len(names))))
        self.assertEqual(json.loads(self.driver.decode(json.dumps(schema), data)), value)
        self.made(connect | {"fields": connect["fields"][:5]}, adjustment="avro")

    def test_the_rule_of_names_is_fixed(self):
        connect = row(*[column(name, "int32") for name in ("row.values", "my col", "3d", "ü", "a_b")])
        fields = {
            mode: [field["name"] for field in self.made(connect, adjustment=mode)["fields"]]
            for mode in ("avro", "avro_unicode")
        }
        self.assertEqual(fields["avro"], ["row_values", "my_col", "_3d", "_", "a_b"])
        self.assertEqual(fields["avro_unicode"], ["row_u002evalues", "my_u0020col", "_u0033d", "_u00fc", "a_u005fb"])

    def test_names_that_meet_or_are_none_are_refused_by_name(self):
        for mode, names in (("avro", ["a$1", "a#1"]), ("none", ["my col"])):
            with self.assertRaises(Refused) as caught:
                self.driver.to_avro(row(*[column(name, "int32") for name in names]), adjustment=mode)
            self.assertEqual(caught.exception.code, 78)
            for name in names:
                self.assertIn(f'"{name}"', caught.exception.why)

    def test_debezium_s_recorded_rows_are_written_for_others_and_come_back(self):
        seen = 0
        for name in ("schemas-enabled-types", "schemas-enabled-tpk"):
            for record in recorded(RECORDINGS / f"{name}.tsv"):
                for text in (record.key, record.value):
                    wrapped = json.loads(text) if text else None
                    if not wrapped or "schema" not in wrapped or wrapped["schema"] is None:
                        continue
                    schema = self.made(wrapped["schema"])
                    payload = json.dumps(wrapped["payload"])
                    data = self.driver.encode(json.dumps(schema), payload)
                    self.read(schema, data)
                    self.assertEqual(json.loads(self.driver.decode(json.dumps(schema), data)), wrapped["payload"])
                    back = self.driver.ask("to_connect", schema=json.dumps(schema))["connect"]
                    self.assertEqual(json.loads(back), wrapped["schema"])
                    seen += 1
        self.assertEqual(seen, 8)


if __name__ == "__main__":
    unittest.main()
