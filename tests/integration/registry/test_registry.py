#!/usr/bin/env python3
"""The registry's client against a real one, with confluent-kafka's own client on the other side; and against a gate in
front of it that refuses logins and goes away."""

import base64
import json
import pathlib
import struct
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import Lab
from registry_driver import Driver, Refused, in_client_python
from registry_gate import Gate
from tls_server import Authority, Refusal

in_client_python()
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient  # noqa: E402
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer  # noqa: E402
from confluent_kafka.serialization import MessageField, SerializationContext  # noqa: E402


def record(name: str, *fields: dict) -> str:
    return json.dumps({"type": "record", "name": name, "namespace": "n", "fields": list(fields)})


def field(name: str, kind, **more) -> dict:
    return {"name": name, "type": kind, **more}


LAB = Lab("registry")


def setUpModule():
    LAB.up("registry")
    unittest.addModuleCleanup(LAB.down)


class RegistryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.url = LAB.variables["CDC_REGISTRY_URL"]
        cls.folder = pathlib.Path(LAB.variables["CDC_LAB_DIR"])
        cls.peer = SchemaRegistryClient({"url": cls.url})

    def setUp(self):
        self.topic = "t" + uuid.uuid4().hex[:8]
        self.subject = self.topic + "-value"

    def driver(self, **properties: str) -> Driver:
        path = self.folder / f"{uuid.uuid4().hex}.properties"
        lines = {"url": self.url} | {name.replace("_", "."): value for name, value in properties.items()}
        path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
        driver = Driver(path)
        self.addCleanup(driver.close)
        return driver

    def refusal(self, driver: Driver, verb: str, **members) -> Refused:
        with self.assertRaises(Refused) as caught:
            driver.ask(verb, **members)
        return caught.exception


class Schemas(RegistryTest):
    def test_written_by_either_read_by_the_other(self):
        driver = self.driver()
        schema = record("R", field("id", "int"), field("s", ["null", "string"], default=None))
        context = SerializationContext(self.topic, MessageField.VALUE)
        row = {"id": 7, "s": 'é"'}
        theirs = AvroSerializer(self.peer, schema)(row, context)
        self.assertEqual(json.loads(driver.read(theirs)["json"]), row)
        number = driver.ask("id_of", subject=self.subject, schema=schema)["id"]
        self.assertEqual(theirs[:5], b"\0" + struct.pack(">i", number))
        ours = b"\0" + struct.pack(">i", number) + driver.encode(schema, json.dumps(row))
        self.assertEqual(AvroDeserializer(self.peer)(ours, context), row)
        # the same id in a header, and the value bare
        self.assertEqual(json.loads(driver.read(ours[5:], header=ours[:5])["json"]), row)

    def test_a_schema_is_asked_for_once(self):
        driver = self.driver()
        schema = record("Once", field("id", "int"))
        first = driver.ask("id_of", subject=self.subject, schema=schema)
        again = [driver.ask("id_of", subject=self.subject, schema=schema) for _ in range(5)]
        self.assertEqual({answer["requests"] for answer in again}, {first["requests"]})
        self.assertEqual({answer["id"] for answer in again}, {first["id"]})
        other = self.driver()
        self.assertEqual(other.ask("id_of", subject=self.subject, schema=schema), {"id": first["id"], "requests": 1})
        data = b"\0" + struct.pack(">i", first["id"]) + b"\x02"
        self.assertEqual({other.read(data)["requests"] for _ in range(5)}, {2})

    def test_a_shape_that_fits_is_a_new_version(self):
        driver = self.driver()
        self.peer.set_compatibility(self.subject, "FULL_TRANSITIVE")
        driver.ask("id_of", subject=self.subject, schema=record("R", field("id", "int")))
        wider = record("R", field("id", "int"), field("note", ["null", "string"], default=None))
        driver.ask("id_of", subject=self.subject, schema=wider)
        self.assertEqual(self.peer.get_versions(self.subject), [1, 2])

    def test_a_shape_that_does_not_fit_is_refused_with_level_and_difference(self):
        driver = self.driver()
        self.peer.set_compatibility(self.subject, "FULL")
        driver.ask("id_of", subject=self.subject, schema=record("R", field("id", "int"), field("gone", "int")))
        other = record("R", field("id", "string"), field("added", "string"))
        refused = self.refusal(driver, "id_of", subject=self.subject, schema=other)
        self.assertEqual(refused.code, 69)
        for part in (
            f'"{self.subject}"',
            "FULL",
            '"id": int became string',
            '"added": added, without a default',
            '"gone": removed',
        ):
            self.assertIn(part, refused.why)
        self.assertEqual(self.peer.get_versions(self.subject), [1])

    def test_a_level_over_all_versions_counts_too(self):
        driver = self.driver()
        self.peer.set_compatibility(self.subject, "NONE")
        for kind in ("string", "int"):
            driver.ask("id_of", subject=self.subject, schema=record("R", field("id", kind)))
        self.peer.set_compatibility(self.subject, "BACKWARD_TRANSITIVE")
        refused = self.refusal(driver, "id_of", subject=self.subject, schema=record("R", field("id", "long")))
        self.assertEqual(refused.code, 69)
        self.assertIn("BACKWARD_TRANSITIVE", refused.why)

    def test_the_level_of_the_registry_stands_where_the_subject_has_none(self):
        driver = self.driver()
        driver.ask("id_of", subject=self.subject, schema=record("R", field("id", "int")))
        refused = self.refusal(driver, "id_of", subject=self.subject, schema=record("R", field("id", "string")))
        self.assertEqual(refused.code, 69)
        self.assertRegex(refused.why, r"\((BACKWARD|NONE)\)")  # this registry knows its own level only for all

    def test_without_leave_nothing_is_registered(self):
        driver = self.driver(auto_register_schemas="false")
        refused = self.refusal(driver, "id_of", subject=self.subject, schema=record("R", field("id", "int")))
        self.assertEqual(refused.code, 69)
        self.assertNotIn(self.subject, self.peer.get_subjects())

    def test_no_schema_at_all_is_refused_in_the_registry_s_words(self):
        refused = self.refusal(self.driver(), "id_of", subject=self.subject, schema='{"type":"nonsense"}')
        self.assertEqual(refused.code, 69)

    def test_references_of_references(self):
        a = record("A", field("x", "int"))
        b = record("B", field("a", "n.A"))
        c = record("C", field("b", "n.B"), field("a", ["null", "n.A"]))
        names = {letter: f"{self.topic}-{letter}" for letter in "abc"}
        reference = lambda letter: SchemaReference(f"n.{letter.upper()}", names[letter], 1)  # noqa: E731
        self.peer.register_schema(names["a"], Schema(a, "AVRO"))
        self.peer.register_schema(names["b"], Schema(b, "AVRO", [reference("a")]))
        number = self.peer.register_schema(names["c"], Schema(c, "AVRO", [reference("b"), reference("a")]))
        driver = self.driver()
        data = b"\0" + struct.pack(">i", number) + bytes([2, 2, 4])
        answer = driver.read(data)
        self.assertEqual(json.loads(answer["json"]), {"b": {"a": {"x": 1}}, "a": {"x": 2}})
        self.assertEqual(driver.read(data)["requests"], answer["requests"])

    def test_what_is_no_record_of_the_registry_says_why(self):
        driver = self.driver()
        for data, why in (
            (b"hello", "first byte"),
            (b"", "empty"),
            (b"\0\0\x0f\x42\x3f..", "id 999999"),
            (b"\x01" + bytes(16), "GUID 00000000-0000"),
        ):
            with self.assertRaises(Refused) as caught:
                driver.read(data)
            self.assertEqual(caught.exception.code, 65, caught.exception.why)
            self.assertIn(why, caught.exception.why)

    def test_a_path_that_is_no_registry_is_not_an_unknown_id(self):
        driver = self.driver(url=self.url + "/nowhere")
        self.assertEqual(self.refusal(driver, "access").code, 69)
        self.assertEqual(self.refusal(driver, "id_of", subject="s", schema='"int"').code, 69)


class Access(RegistryTest):
    def gate(self, wanted: str | None) -> Gate:
        gate = Gate(self.url, wanted)
        self.addCleanup(gate.server_close)
        self.addCleanup(gate.shutdown)
        return gate

    def test_user_and_password(self):
        gate = self.gate("Basic " + base64.b64encode(b"me:p:ss").decode())
        self.assertEqual(self.driver(url=gate.url, basic_auth_user_info="me:p:ss").ask("access"), {})
        self.assertEqual(self.driver(url=gate.url.replace("//", "//me:p%3Ass@")).ask("access"), {})
        for properties in ({}, {"basic_auth_user_info": "me:wrong"}):
            refused = self.refusal(self.driver(url=gate.url, **properties), "access")
            self.assertEqual(refused.code, 77)
            self.assertNotIn("wrong", refused.why)

    def test_a_token_of_a_command_is_renewed_when_it_is_refused(self):
        tokens = self.folder / f"{self.topic}.token"
        tokens.write_text("t1\n", encoding="utf-8")
        gate = self.gate("Bearer t1")
        driver = self.driver(url=gate.url, token_command=f"cat {tokens}")
        driver.ask("id_of", subject=self.subject, schema='"int"')
        gate.wanted = "Bearer t2"
        tokens.write_text("t2\n", encoding="utf-8")
        driver.ask("id_of", subject=self.subject + "2", schema='"int"')
        gate.wanted = "Bearer t3"
        self.assertEqual(self.refusal(driver, "access").code, 77)
        self.assertEqual(self.driver(url=gate.url, bearer_auth_token="t3").ask("access"), {})

    def test_a_certificate_of_the_client(self):
        folder = self.folder / self.topic
        folder.mkdir()
        ours, foreign = Authority(folder, "ours"), Authority(folder, "foreign")
        url = self.gate(None).demand_certificates(ours)

        self.assertEqual(self.login(url, ours, *ours.issue("good", "client")).ask("access"), {})
        for driver in (self.login(url, ours), self.login(url, ours, *foreign.issue("bad", "client"))):
            self.assertEqual(self.refusal(driver, "access").code, 77)
        self.assertEqual(self.refusal(self.login(url, foreign), "access").code, 77)
        self.assertEqual(self.refusal(self.login(url, ours, folder / "missing.crt"), "access").code, 78)

    def login(self, url: str, authority: Authority, *of_client: pathlib.Path) -> Driver:
        names = ("ssl_certificate_location", "ssl_key_location")
        properties = dict(zip(names, map(str, of_client), strict=False))
        return self.driver(url=url, ssl_ca_location=str(authority.certificate), **properties)

    def test_a_refused_certificate_whatever_is_seen_of_the_refusal(self):
        folder = self.folder / self.topic
        folder.mkdir()
        ours, foreign = Authority(folder, "ours"), Authority(folder, "foreign")
        server, bad = ours.issue("server", "server", "localhost"), foreign.issue("bad", "client")
        large = json.dumps({"type": "string", "doc": "x" * 8_000_000})
        for order in ("late", "reset", "silent"):
            gate = Refusal(ours, server, order)
            self.addCleanup(gate.close)
            for of_client, code in (((), 77), (bad, 75 if order == "silent" else 77)):
                with self.subTest(order, of_client=of_client):
                    refused = self.refusal(
                        self.login(gate.url, ours, *of_client), "id_of", subject=self.subject, schema=large
                    )
                    self.assertEqual(refused.code, code, refused.why)
                    self.assertIn("client's certificate", refused.why)

    def test_a_registry_that_is_away_is_tried_again_and_never_bad_data(self):
        gate = self.gate("Basic " + base64.b64encode(b"a:b").decode())
        driver = self.driver(url=gate.url, basic_auth_user_info="a:b")
        gate.broken = True
        with self.assertRaises(Refused) as caught:
            driver.read(b"\0\0\0\0\x01.")
        self.assertEqual(caught.exception.code, 75)
        self.assertEqual(self.refusal(driver, "id_of", subject=self.subject, schema='"int"').code, 75)
        gate.broken = False
        driver.ask("id_of", subject=self.subject, schema='"int"')
        nobody = self.driver(url="http://127.0.0.1:1")
        self.assertEqual(self.refusal(nobody, "access").code, 75)


if __name__ == "__main__":
    unittest.main()
