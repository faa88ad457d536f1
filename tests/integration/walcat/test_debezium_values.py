#!/usr/bin/env python3
"""--encoding debezium where the recordings have nothing: the same value in snapshot and stream, unchanged values of every kind, wrapped
keys, partitions, what does not fit."""

import base64
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

PLACEHOLDER = "__debezium_unavailable_value"
CORNERS = {
    "date": ["infinity", "-infinity", "0044-03-15 BC", "0001-01-01", "5874897-12-31"],
    "timestamp": ["infinity", "-infinity", "0044-03-15 12:00 BC", "1969-12-31 23:59:59.999999"],
    "timestamp(3)": ["infinity", "1969-12-31 23:59:59.999"],
    "timestamptz": ["infinity", "0044-03-15 12:00+00 BC", "12024-03-15 12:00+00"],
    "timetz": ["24:00:00+00", "00:00:00+00:00:30", "23:59:59.5-12"],
    "time": ["24:00:00", "00:00:00.000001"],
    "interval": ["-1 year -2 mons +3 days -04:05:06.7", "0", "00:00:00.000001"],
    "name": ["nm"],
    "numeric": ["0.00", "-12345678901234567890.5", "1e50", "1e-20"],
    "numeric(4,-2)": ["123500"],
    "numeric(3,5)": ["0.00123"],
    "money": ["-92233720368547758.08", "0.01"],
    "float4": ["16777217", "1e-45", "-0", "NaN", "Infinity"],
    "float8": ["5e-324", "1e300", "0.001", "9999999", "10000000"],
    "int[]": ["{{1,2},{3,4}}", "[0:1]={5,6}", "{}"],
    "text[]": ['{{a,"b \\" c"},{NULL,"NULL"}}'],
    "mood[]": ["{sad,NULL}"],
    "interval[]": ["{1 day,NULL}"],
    "money[]": ["{1.50}"],
    "bit(3)[]": ["{101,000}"],
    "xml": ["<a>1</a>"],
    "jsonb": ['{"a": 1e400}'],
    "json": ['{"a":1,  "a":2}'],
    "pair": ['(1,"x y")'],
    "int4multirange": ["{[1,3),[5,7)}"],
    "small": ["1.50"],
    "bytea": ["\\x00ff"],
    "text": ['\U0001f600 \u20ac \x01\x7f\\"'],
}


class Values(Case):
    def debezium(self, *flags: str) -> list[dict]:
        return self.data("--encoding", "debezium", *flags)

    def test_snapshot_and_stream_agree(self):
        self.sql("CREATE TYPE mood AS ENUM ('sad','ok'); CREATE TYPE pair AS (a int, b text)")
        self.sql("CREATE DOMAIN small AS numeric(5,2)")
        rows = [(kind, text) for kind, texts in CORNERS.items() for text in texts]
        columns = ", ".join(f"c{number} {kind}" for number, (kind, _) in enumerate(rows))
        quoted = ", ".join("E'{}'".format(text.replace("\\", "\\\\").replace("'", "''")) for _, text in rows)
        self.sql(f"CREATE TABLE corner (id int PRIMARY KEY, {columns}); INSERT INTO corner VALUES (1, {quoted})")
        self.publish_all()
        for flags in ([], ["--time-precision", "isostring", "--interval-handling", "string"], ["--schemas"]):
            self.make_slot("s")
            [snapshot] = self.debezium("--snapshot", "only", *flags)
            self.sql(f"DELETE FROM corner; INSERT INTO corner VALUES (1, {quoted})")
            _, stream = self.debezium("--slot", "s", "--no-ack", "--until-now", *flags)
            if flags == ["--schemas"]:
                self.assertEqual(snapshot["schema"], stream["schema"])
                snapshot, stream = snapshot["payload"], stream["payload"]
            for number, row in enumerate(rows):
                self.assertEqual(snapshot["after"][f"c{number}"], stream["after"][f"c{number}"], row)
            self.sql("SELECT pg_drop_replication_slot('s')")

    def test_unchanged_values_by_type(self):
        columns = {
            "t": ("text", "repeat('x', 5000)", PLACEHOLDER),
            "b": ("bytea", "repeat('y', 5000)::bytea", base64.b64encode(PLACEHOLDER.encode()).decode()),
            "i": ("int[]", "array(SELECT generate_series(1, 2000))", list(PLACEHOLDER.encode())),
            "u": ("uuid[]", "array_fill(gen_random_uuid(), array[500])", ["b68a35a7-17ad-35b3-af2a-ae46edb4545a"]),
            "s": ("text[]", "array_fill('x'::text, array[900])", [PLACEHOLDER]),
            "n": ("numeric", "repeat('7', 9000)::numeric", None),
            "h": ("hstore", "hstore('k', repeat('z', 5000))", json.dumps({PLACEHOLDER: PLACEHOLDER}).replace(" ", "")),
            "l": ("bool[]", "array_fill(true, array[9000])", None),
        }
        self.sql("CREATE EXTENSION hstore")
        self.sql(
            "CREATE TABLE big (id int PRIMARY KEY, v int, " + ", ".join(f"{n} {c[0]}" for n, c in columns.items()) + ")"
        )
        self.sql("".join(f"ALTER TABLE big ALTER {name} SET STORAGE external;" for name in columns))
        self.publish_all()
        self.make_slot("s")
        self.sql(
            "INSERT INTO big VALUES (1, 1, " + ", ".join(c[1] for c in columns.values()) + "); UPDATE big SET v = 2"
        )
        event = self.debezium("--slot", "s", "--no-ack", "--until-now")[-1]
        number = {"scale": 0, "value": base64.b64encode(PLACEHOLDER.encode()).decode()}
        expected = {name: column[2] for name, column in columns.items() if name not in "nl"}
        self.assertEqual(event["after"], {"id": 1, "v": 2, **expected, "n": number})
        self.assertEqual(event["unchanged"], ["l"])  # no boolean can say it
        event = self.debezium("--slot", "s", "--no-ack", "--until-now", "--unavailable-value", "hex:7A7a")[-1]
        self.assertEqual((event["after"]["t"], event["after"]["b"]), ("zz", "eno="))

    def test_the_placeholder_of_bytea_by_handling(self):
        """Nothing is lost: quirks aside, the placeholder stands in each of them."""
        self.sql("CREATE TABLE photo (id int PRIMARY KEY, n int, raw bytea)")
        self.sql("ALTER TABLE photo ALTER raw SET STORAGE external")
        self.publish_all()
        self.make_slot("s")
        self.sql("INSERT INTO photo VALUES (1, 1, repeat('z', 9000)::bytea); UPDATE photo SET n = 2")
        encoded = base64.b64encode(PLACEHOLDER.encode()).decode()
        for handling, printed, quirky in (
            ("bytes", encoded, encoded),
            ("base64", encoded, None),
            ("base64-url-safe", encoded, None),
            ("hex", PLACEHOLDER, PLACEHOLDER),
        ):
            flags = ["--slot", "s", "--no-ack", "--until-now", "--binary-handling", handling]
            self.assertEqual(self.debezium(*flags)[-1]["after"]["raw"], printed, handling)
            self.assertEqual(self.debezium(*flags, "--debezium-quirks")[-1]["after"]["raw"], quirky, handling)

    def test_schema_lines_and_columns_that_flags_leave_out(self):
        """The schemas are those that --schemas prints; what is left out takes nothing from the columns that stay."""
        self.sql(
            "CREATE TABLE t (note text, id int PRIMARY KEY DEFAULT 7, kind tsquery, name text NOT NULL DEFAULT 'x')"
        )
        self.sql("INSERT INTO t VALUES ('n', 1, 'a', 'b')")
        self.publish_all()
        flags = ["--encoding", "debezium", "--snapshot", "only", "--control", "--topic-prefix", "app"]
        for left_out, names in (([], "note id kind name"), (["--exclude-column", "note"], "id kind name")):
            bare = self.events(*flags, *left_out)
            hello, line = bare[0], next(event for event in bare if event["__cdc"] == "schema")
            self.assertEqual((hello["encoding"], line["encoding"]), ("debezium", "debezium"))
            defaults = {column["name"]: column.get("default") for column in line["columns"]}
            self.assertEqual((defaults["id"], defaults["name"]), ("7", "'x'::text"))
            wrapped = next(e for e in self.events(*flags, *left_out, "--schemas") if "__cdc" not in e)
            self.assertEqual(line["connect"], {"key": wrapped["key"]["schema"], "value": wrapped["schema"]})
            fields = wrapped["schema"]["fields"][1]["fields"]
            self.assertEqual(" ".join(field["field"] for field in fields), names)
            optional = {field["field"] for field in fields if field["optional"]}
            self.assertEqual(optional, set(names.split()) - {"id", "name"})
        quirky = ["--debezium-quirks", "--mask", "note"]
        wrapped = next(e for e in self.events(*flags, *quirky, "--schemas") if "__cdc" not in e)
        self.assertEqual(wrapped["payload"]["after"], {"note": "*****", "id": 1, "name": "b"})
        [plain] = [event for event in self.events("--schema-only") if event["table"] == "t"]
        self.assertEqual((plain["encoding"], "connect" in plain), ("plain", False))

    def test_keys_with_schemas(self):
        self.sql("CREATE TABLE t (a int, b text NOT NULL, c int, PRIMARY KEY (c, a))")
        self.publish_all()
        self.make_slot("s")
        self.sql(
            "INSERT INTO t VALUES (1, 'x', 2); UPDATE t SET a = 3; SELECT pg_logical_emit_message(true, 'p', 'hi')"
        )
        flags = ["--slot", "s", "--no-ack", "--until-now", "--schemas", "--topic-prefix", "app"]
        _, gone, made, message = self.debezium(*flags)
        self.assertEqual(gone["key"]["payload"], {"c": 2, "a": 1})
        self.assertEqual([field["field"] for field in gone["key"]["schema"]["fields"]], ["c", "a"])
        self.assertEqual(gone["new_key"], {"c": 2, "a": 3})
        self.assertEqual(gone["payload"]["before"], {"a": 1, "b": "", "c": 2})  # the schema says NOT NULL
        self.assertEqual(made["old_key"], {"c": 2, "a": 1})
        self.assertEqual(made["schema"]["name"], "app.public.t.Envelope")
        self.assertEqual(list(made), ["pos", "key", "old_key", "schema", "payload"])
        self.assertEqual(message["key"]["payload"], {"prefix": "p"})
        self.assertEqual(message["payload"]["message"], {"prefix": "p", "content": "aGk="})

    def test_a_partitions_rows_come_once(self):
        self.sql("CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)")
        self.sql("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); INSERT INTO p VALUES (1), (2)")
        for via_root, name in (("false", "p1"), ("true", "p")):
            self.sql(f"CREATE PUBLICATION pub_{via_root} FOR ALL TABLES WITH (publish_via_partition_root = {via_root})")
            events = self.debezium("--snapshot", "only", "--publication", f"pub_{via_root}")
            self.assertEqual([(e["source"]["table"], e["after"]["id"]) for e in events], [(name, 1), (name, 2)])

    def test_what_does_not_fit_is_null_and_said(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY, n numeric, s timestamp)")
        self.sql("INSERT INTO t VALUES (1, 'NaN', '294276-12-31 23:59:59.999999'), (2, 'Infinity', NULL)")
        self.publish_all()
        done = self.walcat("--encoding", "debezium", "--snapshot", "only")
        first, second = [json.loads(line)["after"] for line in done.stdout.splitlines()]
        self.assertEqual((first["n"], first["s"], second["n"]), (None, None, None))
        self.assertEqual(done.stderr.count("--decimal-handling string keeps it"), 1)
        self.assertEqual(done.stderr.count("--time-precision isostring keeps it"), 1)
        flags = ["--decimal-handling", "string", "--time-precision", "isostring"]
        first, second = [event["after"] for event in self.debezium("--snapshot", "only", *flags)]
        self.assertEqual((first["n"], second["n"]), ("NAN", "POSITIVE_INFINITY"))
        self.assertEqual(first["s"], "+294276-12-31T23:59:59.999999Z")


if __name__ == "__main__":
    unittest.main(verbosity=2)
