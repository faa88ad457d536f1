#!/usr/bin/env python3
"""Avro in kcat-cdc's topics beside a real registry and confluent-kafka's client: shapes that change, defaults, scales,
schemas with references, one registration for many tables, and what is no Avro at all."""

import base64
import io
import json
import pathlib
import struct
import subprocess
import sys
import unittest
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from connect_shapes import ID, TEXT, decimal, shape
from kcat_lab import KafkaTest, checkpoint, event, hello, lines, without_kafka
from registry_driver import in_client_python
from registry_gate import Gate

in_client_python()
import fastavro  # noqa: E402
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient  # noqa: E402
from confluent_kafka.schema_registry.avro import AvroDeserializer  # noqa: E402
from confluent_kafka.serialization import MessageField, SerializationContext  # noqa: E402


def number(text: str, scale: int) -> str:
    """A decimal as Debezium's JSON has it."""
    unscaled = int(Decimal(text).scaleb(scale))
    size = (unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1
    return base64.b64encode(unscaled.to_bytes(size, "big", signed=True)).decode()


def row(number: int, **columns) -> str:
    return event(number, after={"id": number} | columns)


class Avro(KafkaTest):
    parts = ("kafka", "registry")

    def setUp(self):
        super().setUp()
        self.url = self.lab.variables["CDC_REGISTRY_URL"]
        self.peer = SchemaRegistryClient({"url": self.url})
        self.topic = f"{self.prefix}.public.t"

    def write(self, *items: str, expect: int = 0, url: str = "", options: tuple = ()):
        text = lines(hello(), *items, checkpoint(1, "eof"))
        return self.produce(text, "--format", "avro", "--registry", url or self.url, *options, expect=expect)

    def back(self, *options, expect: int = 0) -> list[str]:
        words = ("-t", self.topic, "--until", "end", "--registry", self.url, *options)
        return self.consume(*words, expect=expect)

    def theirs(self) -> list[dict]:
        """The values as the other client reads them."""
        read, context = AvroDeserializer(self.peer), SerializationContext(self.topic, MessageField.VALUE)
        records = map(json.loads, self.read_all(self.topic, "--raw"))
        return [read(self.bytes_of(record["value"]), context) for record in records]

    @staticmethod
    def bytes_of(value: str | dict) -> bytes:
        return base64.b64decode(value["base64"]) if isinstance(value, dict) else value.encode()

    def versions(self) -> list[dict]:
        subject = f"{self.topic}-value"
        found = self.peer.get_versions(subject)
        return [json.loads(self.peer.get_version(subject, one).schema.schema_str) for one in found]

    @staticmethod
    def columns(schema: dict) -> dict[str, dict]:
        union = next(field["type"] for field in schema["fields"] if field["name"] == "before")
        record = next(branch for branch in union if isinstance(branch, dict))
        return {field["name"]: field for field in record["fields"]}

    def test_a_column_is_added_where_all_versions_must_fit(self):
        self.peer.set_compatibility(f"{self.topic}-value", "FULL_TRANSITIVE")
        note = ("note", {"type": "string", "optional": True}, "text")
        self.write(shape(ID, TEXT), row(1, text="a"), shape(ID, TEXT, note), row(2, text="b", note="n"))
        first, second = self.versions()
        self.assertEqual(set(self.columns(second)) - set(self.columns(first)), {"note"})
        self.assertEqual(self.columns(second)["note"]["type"], ["null", "string"])
        self.assertIsNone(self.columns(second)["note"]["default"])
        self.assertEqual([value["after"].get("note", "none") for value in self.theirs()], ["none", "n"])

    def test_defaults_that_other_clients_read(self):
        columns = [
            ID,
            ("amount", decimal(15, 4, default=number("0.0000", 4)), "numeric(15,4)"),
            ("p", decimal(6, 2, optional=False, default=number("1.23", 2)), "numeric(6,2)"),
            (
                "raw",
                {"type": "bytes", "optional": False, "default": base64.b64encode(bytes(range(256))).decode()},
                "bytea",
            ),
            ("yes", {"type": "boolean", "optional": False, "default": True}, "boolean"),
            ("words", {"type": "string", "optional": False, "default": 'a "b"\n\\'}, "text"),
        ]
        self.write(
            shape(*columns), row(1, amount=number("5.5", 4), p=number("9.99", 2), raw="AA==", yes=False, words="w")
        )
        (value,) = self.theirs()
        self.assertEqual((value["after"]["amount"], value["after"]["p"]), (Decimal("5.5000"), Decimal("9.99")))
        (schema,) = self.versions()
        union = next(field["type"] for field in schema["fields"] if field["name"] == "before")
        record = next(branch for branch in union if isinstance(branch, dict))
        older = record | {"fields": [field for field in record["fields"] if field["name"] == "id"]}
        data = io.BytesIO()
        fastavro.schemaless_writer(data, fastavro.parse_schema(older), {"id": 7})
        data.seek(0)
        read = fastavro.schemaless_reader(data, fastavro.parse_schema(older), fastavro.parse_schema(record))
        # this client gives a default of bytes as its code points stand in the schema
        self.assertIn(read["p"], (Decimal("1.23"), "\u007b"))
        self.assertIn(read["amount"], (Decimal("0.0000"), "\u0000", None))
        self.assertIn(read["raw"], (bytes(range(256)), bytes(range(256)).decode("latin-1")))
        self.assertEqual((read["yes"], read["words"]), (True, 'a "b"\n\\'))

    def test_scales_that_avro_has_no_word_for(self):
        columns = (ID, ("a", decimal(2, 4), "numeric(2,4)"), ("b", decimal(5, -2), "numeric(5,-2)"))
        sent = row(1, a=number("0.0012", 4), b=number("12300", -2))
        self.write(shape(*columns), sent)
        for schema in self.versions():
            fastavro.parse_schema(schema)
        (value,) = self.theirs()
        self.assertEqual(value["after"]["id"], 1)
        (got,) = self.back()
        self.assertEqual(without_kafka(got)["after"], json.loads(sent)["after"])

    def test_a_scale_that_changes(self):
        """Unscaled bytes mean what the schema says that wrote them: its line comes before each."""
        self.peer.set_compatibility(f"{self.topic}-value", "NONE")
        texts = [("12.345", 5, 3), ("123.45", 7, 2), ("0.5", 5, 3)]
        items: list[str] = []
        for index, (text, precision, scale) in enumerate(texts, 1):
            items += [
                shape(ID, ("n", decimal(precision, scale), f"numeric({precision},{scale})")),
                row(index, n=number(text, scale)),
            ]
        self.write(*items)
        scale, found = 0, []
        for line in map(json.loads, self.back("--control")):
            if line.get("__cdc") == "schema":
                kind = next(column["type"] for column in line["columns"] if column["name"] == "n")
                scale = int(kind.rstrip(")").split(",")[1])
            elif "after" in line:
                unscaled = int.from_bytes(base64.b64decode(line["after"]["n"]), "big", signed=True)
                found.append(Decimal(unscaled).scaleb(-scale))
        self.assertEqual(found, [Decimal(text) for text, *_ in texts])

    def test_many_tables_of_one_shape(self):
        gate = Gate(self.url)
        self.addCleanup(gate.server_close)
        self.addCleanup(gate.shutdown)
        items = []
        for tenant in range(16):
            items.append(shape(ID, TEXT, schema=f"tenant{tenant}"))
            items += [event(number, schema=f"tenant{tenant}") for number in range(50)]
        route = f"^{self.prefix}\\.tenant[0-9]+\\.(.*)$={self.prefix}.public.\\1"
        self.write(*items, url=gate.url, options=("--route", route))
        self.assertEqual(len(self.back()), 800)
        self.assertEqual(len(self.versions()), 1)
        self.assertEqual(len(self.peer.get_versions(f"{self.topic}-key")), 1)
        self.assertLess(len(gate.requests), 20, gate.requests)

    def test_schemas_with_references(self):
        def record(name: str, *fields: tuple) -> str:
            listed = [{"name": field, "type": kind} for field, kind in fields]
            return json.dumps({"type": "record", "name": name, "namespace": "n", "fields": listed})

        names = {letter: f"{self.topic}-{letter}" for letter in "abc"}
        to_a, to_b = (SchemaReference(f"n.{letter.upper()}", names[letter], 1) for letter in "ab")
        self.peer.register_schema(names["a"], Schema(record("A", ("x", "int")), "AVRO"))
        self.peer.register_schema(names["b"], Schema(record("B", ("a", "n.A")), "AVRO", [to_a]))
        fields = record("C", ("b", "n.B"), ("a", ["null", "n.A"]))
        number = self.peer.register_schema(names["c"], Schema(fields, "AVRO", [to_b, to_a]))
        data = base64.b64encode(b"\0" + struct.pack(">i", number) + bytes([2, 2, 4])).decode()
        self.produce(json.dumps({"topic": self.topic, "value": {"base64": data}}) + "\n", "--raw")
        (got,) = map(json.loads, self.back())
        self.assertEqual((got["b"], got["a"]), ({"a": {"x": 1}}, {"x": 2}))

    def test_what_is_no_avro(self):
        self.write(shape(ID, TEXT), row(1, text="good"))
        for value in ("hello", "", {"base64": base64.b64encode(b"\0\0\x0f\x42\x3f..").decode()}):
            self.produce(json.dumps({"topic": self.topic, "key": "k", "value": value}) + "\n", "--raw")
        self.write(shape(ID, TEXT), row(2, text="good too"))
        words = ("consume", "-t", self.topic, "--until", "end", "--registry", self.url, "--format", "avro")
        said = self.refused(*words)
        self.assertIn("first byte", said)
        self.assertRegex(said, "partition 0.*offset 1")
        letters = f"{self.prefix}-letters"
        got = self.back("--format", "avro", "--dead-letter", letters, expect=1)
        self.assertEqual([json.loads(line)["key"]["id"] for line in got], [1, 2])
        dead = [dict(json.loads(line)["headers"]) for line in self.read_all(letters, "--raw")]
        self.assertEqual([one["__connect.errors.offset"] for one in dead], ["1", "2", "3"])
        for one, why in zip(dead, ("first byte", "empty", "id 999999"), strict=True):
            self.assertIn(why, one["__connect.errors.exception.message"])

    def refused(self, *words: str) -> str:
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 65, done.stderr)
        return done.stderr


if __name__ == "__main__":
    unittest.main(verbosity=2)
