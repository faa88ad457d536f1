#!/usr/bin/env python3
"""What values look like in the topics, as others see them: Avro by confluent-kafka's serializers and a real registry,
wrapped and flat JSON, and the recordings of the real Debezium loaded into typed tables by pg-load."""

import base64
import json
import pathlib
import subprocess
import sys
import unittest
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import debezium_records as dbz
from connect_shapes import ID, NUMBER, TEXT, shape
from kcat_lab import KafkaTest, checkpoint, event, hello, lines, without_kafka
from registry_driver import in_client_python
from registry_gate import Gate
from tls_server import Authority

in_client_python()
from confluent_kafka.schema_registry import ConfigCompatibilityLevel, SchemaRegistryClient, ServerConfig  # noqa: E402
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer  # noqa: E402
from confluent_kafka.serialization import MessageField, SerializationContext  # noqa: E402

RECORDINGS = pathlib.Path(__file__).resolve().parents[1] / "walcat" / "debezium"


class Values(KafkaTest):
    parts = ("kafka", "registry", "postgres")

    def setUp(self):
        super().setUp()
        self.url = self.lab.variables["CDC_REGISTRY_URL"]
        self.peer = SchemaRegistryClient({"url": self.url})
        self.topic = f"{self.prefix}.public.t"

    def raw(self, topic: str) -> list[dict]:
        return [json.loads(line) for line in self.read_all(topic, "--raw")]

    @staticmethod
    def bytes_of(field) -> bytes | None:
        return base64.b64decode(field["base64"]) if isinstance(field, dict) else field and field.encode()

    def test_avro_both_ways(self):
        price = json.dumps({"price": base64.b64encode((12345).to_bytes(2, "big")).decode()})[1:-1]
        sent = [
            event(1).replace('"text":', price + ',"text":'),
            event(1, "d"),
            event(2).replace('"text":', '"price":null,"text":'),
        ]
        text = lines(hello(), shape(ID, NUMBER, TEXT), *sent, checkpoint(1), checkpoint(2, "eof"))
        self.produce(text, "--format", "avro", "--registry", self.url, "--ack", self.ack)
        self.assertEqual(self.acked(), 2)
        records = self.raw(self.topic)
        value = AvroDeserializer(self.peer)
        context = SerializationContext(self.topic, MessageField.VALUE)
        read = [value(self.bytes_of(record["value"]), context) for record in records]
        self.assertEqual(read[0]["after"]["price"], Decimal("123.45"))
        self.assertEqual([row and row["op"] for row in read], ["c", "d", None, "c"])
        key = AvroDeserializer(self.peer)(self.bytes_of(records[0]["key"]), SerializationContext(self.topic, "key"))
        self.assertEqual(key, {"id": 1})
        subjects = [name for name in self.peer.get_subjects() if name.startswith(self.topic)]
        self.assertEqual(sorted(subjects), [f"{self.topic}-key", f"{self.topic}-value"])
        got = self.read_all(self.topic, "--registry", self.url)
        self.assertEqual([without_kafka(line) for line in got], [self.whole(line) for line in sent])

        # what another writer writes with the same schema, we read; its shape comes along
        text = self.peer.get_latest_version(f"{self.topic}-value").schema.schema_str
        theirs = AvroSerializer(self.peer, text, conf={"auto.register.schemas": False})(read[0], context)
        line = {"topic": self.topic + "2", "key": "k", "value": {"base64": base64.b64encode(theirs).decode()}}
        self.produce(json.dumps(line), "--raw")
        shape_line, data = map(
            json.loads, [x for x in self.read_all(self.topic + "2", "--registry", self.url, "--control")
                         if '"schema"' in x[:20] or x.startswith('{"pos"')]
        )  # fmt: skip
        self.assertEqual(
            [(column["name"], column["type"]) for column in shape_line["columns"]],
            [("id", "integer"), ("price", "numeric(8,2)"), ("text", "text")],
        )
        self.assertEqual(data["after"], json.loads(sent[0])["after"])
        self.assertEqual(data["key"], "k")
        self.consume("-t", self.topic, "--from", "beginning", "--until", "end", expect=65)
        self.consume(
            "-t", self.topic, "--until", "end", "--registry", "http://127.0.0.1:1", "--retry-for", "2s", expect=75
        )

    @staticmethod
    def whole(line: str) -> dict:
        """As it comes back: with every field of the schema."""
        out = json.loads(line)
        for name in ("before", "after"):
            if out[name] is not None:
                out[name] = {"id": None, "price": None, "text": None} | out[name]
        return out

    def test_a_shape_that_the_subject_cannot_take(self):
        self.peer.set_config(f"{self.topic}-value", ServerConfig(compatibility=ConfigCompatibilityLevel.FORWARD))
        text = lines(
            hello(), shape(ID, TEXT), event(1), checkpoint(1),
            shape(ID, ("text", {"type": "int32", "optional": False}, "integer")), event(2), checkpoint(2, "eof"),
        )  # fmt: skip
        done = self.produce(text, "--format", "avro", "--registry", self.url, "--ack", self.ack, expect=69)
        self.assertIn("FORWARD", done.stderr.decode())
        self.assertIn(f"{self.topic}-value", done.stderr.decode())
        self.assertEqual(len(self.raw(self.topic)), 1)
        self.assertEqual(self.acked(), 1)

    def test_names_that_avro_forbids(self):
        odd = ["row.values", "my col", "3d", "\u00fc", "end "]
        optional = {"type": "int32", "optional": True}
        words = ["--format", "avro", "--registry", self.url]

        def text(*names: str) -> str:
            columns = "".join(f"{json.dumps(name)}:{n}," for n, name in enumerate(names))
            row = event(1).replace('"text":', columns + '"text":')
            return lines(shape(ID, *((name, optional, "integer") for name in names), TEXT), row)

        self.produce(text(*odd), *words)
        schema = json.loads(self.peer.get_latest_version(f"{self.topic}-value").schema.schema_str)
        after = next(field for field in schema["fields"] if field["name"] == "before")["type"][1]
        self.assertEqual(
            [field["name"] for field in after["fields"]],
            ["id", "row_values", "my_col", "_3d", "_", "end_", "text"],
        )
        row = json.loads(self.read_all(self.topic, "--registry", self.url)[0])["after"]
        self.assertEqual([row[name] for name in odd], list(range(5)))

        # two that become one are told apart by avro_unicode alone
        pair = ["a$1", "a#1"]
        done = self.produce(text(*pair), *words, "--topic", "adjusted.public.pair", expect=78)
        for word in (*pair, "--name-adjustment avro_unicode"):
            self.assertIn(word, done.stderr.decode())
        as_they_are = ["--name-adjustment", "none", "--topic", "asis.public.pair"]
        done = self.produce(text(*pair), *words, *as_they_are, expect=78)
        self.assertIn(pair[0], done.stderr.decode())
        self.produce(text(*pair), *words, "--name-adjustment", "avro_unicode", "--topic", "apart.public.pair")
        row = json.loads(self.read_all("apart.public.pair", "--registry", self.url)[0])["after"]
        self.assertEqual([row[name] for name in pair], [0, 1])

    def test_logins_at_the_registry(self):
        gate = Gate(self.url, "Basic " + base64.b64encode(b"me:p:ss").decode())
        self.addCleanup(gate.server_close)
        self.addCleanup(gate.shutdown)

        def file(name: str, text: str) -> str:
            path = self.work / name
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)
            return str(path)

        def check(*words: str, code: int = 0, url: str = gate.url) -> dict:
            command = self.command("check", "-t", self.topic, "--registry", url, *words)
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            for secret in ("p:ss", "nobody"):
                self.assertNotIn(secret, done.stdout + done.stderr)
            return {line["check"]: line for line in map(json.loads, done.stdout.splitlines())}

        basic = ("-F", file("basic", "schema.registry.basic.auth.user.info=me:p:ss\n"))
        text = lines(shape(ID, TEXT), event(1))
        self.produce(text, "--format", "avro", "--registry", gate.url, *basic)
        self.peer.set_config(f"{self.topic}-value", ServerConfig(compatibility=ConfigCompatibilityLevel.FULL))
        self.assertIn("FULL", check(*basic)["subject"]["detail"])
        self.assertEqual(len(self.read_all(self.topic, "--registry", gate.url, *basic)), 1)
        wrong = file("wrong", "schema.registry.basic.auth.user.info=me:nobody\n")
        for words in ((), ("-F", wrong)):
            self.assertIn("refused the login", check(*words, code=77)["registry"]["detail"])
            self.produce(text, "--format", "avro", "--registry", gate.url, *words, expect=77)
        gate.wanted = "Bearer t1"
        token = file("token", "t1")
        check("-X", f"schema.registry.bearer.auth.token=@{token}")
        check("--registry-token-command", f"cat {token}")
        check("--registry-token-command", "echo t2", code=77)
        check("-X", "schema.registry.bearer.auth.token=nobody", code=2)
        gate.broken = True
        away = check("--registry-token-command", "echo t1", "--retry-for", "1s", code=75)
        self.assertIn("503", away["registry"]["detail"])

    def test_a_registry_that_demands_certificates(self):
        ours = Authority(self.work, "ours")
        gate = Gate(self.url, None)
        self.addCleanup(gate.server_close)
        self.addCleanup(gate.shutdown)
        url = gate.demand_certificates(ours)
        certificate, key = ours.issue("client", "client")
        words = ["check", "--registry", url, "--ca", ours.certificate]
        pair = ["-X", f"schema.registry.ssl.certificate.location={certificate}"]
        pair += ["-X", f"schema.registry.ssl.key.location={key}"]
        own = ["-X", f"schema.registry.ssl.ca.location={ours.certificate}"]
        for more, code in ((pair, 0), ([], 77), ([*pair, *own], 0)):
            done = subprocess.run(self.command(*words, *more), capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            self.assertIn(f"authorities: {ours.certificate}", done.stdout)

    def test_wrapped_and_flat(self):
        sent = [event(1, text_column=None), event(1, "d")]
        text = lines(hello(), shape(ID, TEXT), *sent, checkpoint(1, "eof"))
        self.produce(text, "--schemas", "--header", "who=me", "--header", "row=@id")
        first, gone, tombstone = self.raw(self.topic)
        self.assertEqual(list(json.loads(first["value"])), ["schema", "payload"])
        self.assertEqual(json.loads(first["key"])["payload"], {"id": 1})
        self.assertEqual(first["headers"][-2:], [["who", "me"], ["row", "1"]])
        self.assertEqual(gone["headers"][-2:], [["who", "me"], ["row", "1"]])
        self.assertIsNone(tombstone["value"])
        got = self.read_all(self.topic)
        self.assertEqual([without_kafka(line) for line in got], [json.loads(line) for line in sent])

        flat = f"{self.prefix}.flat.t"
        self.produce(lines(*sent), "--value", "flat", "--topic", flat)
        rows = [json.loads(line) for line in self.read_all(flat)]
        self.assertEqual([row.get("__deleted") for row in rows], ["false", "true", None])
        self.assertEqual(rows[0]["text"], json.loads(sent[0])["after"]["text"])
        self.assertEqual((rows[2]["op"], rows[2]["key"], rows[2]["before"]), ("d", {"id": 1}, None))

    def test_recordings_of_debezium_become_typed_tables(self):
        topics = {"app.inv.types", "app.inv.t_pk"}
        raw = []
        for name in ("schemas-enabled-types.tsv", "schemas-enabled-tpk.tsv"):
            for record in dbz.recorded(RECORDINGS / name):
                if record.topic in topics and record.value != "null":
                    raw.append(json.dumps({"topic": record.topic, "key": record.key, "value": record.value}))
        self.produce("\n".join(raw), "--raw")
        words = self.command("consume", "-t", "^app\\.inv\\..*", "--from", "beginning", "--until", "end", "--control")
        got = subprocess.run(words, check=True, capture_output=True, timeout=60).stdout
        self.lab.psql("postgres", "CREATE DATABASE mirror")
        load = ["pg-load", "-d", "mirror", "--mode", "events", "--create"]
        done = subprocess.run(load, input=got, env=self.lab.environment(), capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        columns = self.lab.psql(
            "mirror",
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'inv.t_pk'::regclass AND attnum > 0 ORDER BY attnum",
        ).splitlines()
        self.assertEqual(
            columns,
            ["id|integer", "name|text", "qty|integer", "price|numeric(10,2)", "big|numeric",
             "ts|timestamp with time zone", "extra|integer"],
        )  # fmt: skip
        self.assertEqual(self.lab.psql("mirror", "SELECT count(*) > 0 FROM inv.types"), "t")

    def test_a_partition_by_a_column(self):
        rows = [{"id": n, "tenant": f"t{n % 5}"} for n in range(40)]
        text = lines(*(event(row["id"], after=row) for row in rows), event(1, "d", before=rows[1]))
        self.produce(text, "--partition-by", "tenant", "--partitions", "4")
        where: dict[str, set[int]] = {}
        for record in self.records(f"{self.prefix}.public.t"):
            tenant = rows[json.loads(record["key"])["id"]]["tenant"]
            where.setdefault(tenant, set()).add(record["partition"])
        self.assertEqual({tenant: len(found) for tenant, found in where.items()}, {f"t{n}": 1 for n in range(5)})
        self.assertGreater(len(set().union(*where.values())), 1)
        # where a Java client puts a record whose key is that text
        ours = subprocess.run(
            [
                "kcat",
                "-P",
                "-b",
                self.brokers,
                "-t",
                f"{self.prefix}.public.t",
                "-K",
                "|",
                "-X",
                "partitioner=murmur2_random",
            ],
            input="t3|x",
            text=True,
            check=True,
        )
        self.assertEqual(ours.returncode, 0)
        [peer] = [record for record in self.records(f"{self.prefix}.public.t") if record["payload"] == "x"]
        self.assertEqual({peer["partition"]}, where["t3"])

    def test_a_delete_without_the_column_that_places_it(self):
        done = self.produce(lines(event(1, "d")), "--partition-by", "tenant", expect=65)
        self.assertIn('no column "tenant"', done.stderr.decode())


if __name__ == "__main__":
    unittest.main(verbosity=2)
