#!/usr/bin/env python3
"""What walcat prints becomes Avro: the schemas of its `schema` lines are taken by strict readers, every row of every
type is read by them, and comes back as the line that it was."""

import base64
import io
import json
import pathlib
import sys
import unittest
import uuid
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from registry_driver import Driver, in_client_python
from walcat_lab import Case, start_lab, stop_lab

in_client_python()
import avro.schema  # noqa: E402
import fastavro  # noqa: E402

setUpModule, tearDownModule = start_lab, stop_lab
FOLDER = pathlib.Path(__file__).resolve().parents[1] / "walcat" / "debezium"
OURS = {"pos", "key", "old_key", "new_key"}
KNOBS = {
    "defaults": (),
    "strings": (
        *("--decimal-handling", "string", "--time-precision", "connect", "--binary-handling", "hex"),
        *("--interval-handling", "string", "--hstore-handling", "map"),
    ),
    "doubles": ("--decimal-handling", "double", "--time-precision", "isostring"),
    "nanoseconds": ("--time-precision", "nanoseconds"),
    "quirks": ("--debezium-quirks",),
}
TABLE = """
CREATE TABLE inv.odd (
  id int PRIMARY KEY, amount numeric(15,4) DEFAULT 0.0000, p numeric(6,2) NOT NULL DEFAULT 1.23,
  bits bit(10) DEFAULT B'1100000011', raw bytea DEFAULT '\\xff00', d date DEFAULT '2020-01-01',
  u uuid DEFAULT '00000000-0000-0000-0000-000000000001', yes boolean DEFAULT true, t text DEFAULT E'a "b"\\n',
  f float8 DEFAULT 'NaN', v numeric DEFAULT 1.5, w numeric, s numeric(2,4), n numeric(5,-2), j jsonb DEFAULT '{}',
  iv interval DEFAULT '1 day', ts timestamp DEFAULT '2020-01-01', "my col" int, "3d" int, "ü.x" text);
INSERT INTO inv.odd (id) VALUES (1);
INSERT INTO inv.odd (id, s, n, w, "my col", "3d", "ü.x")
  VALUES (2, 0.0012, 12300, '123456789012345678901234567890.5', 1, 2, 'x');
"""


class Rows(Case):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.driver = Driver()
        cls.addClassCleanup(cls.driver.close)

    def setUp(self):
        super().setUp()
        for name in ("gold.sql", "gold_rows.sql"):
            self.run_file(name)
        self.sql(TABLE)
        self.publish_all()

    def run_file(self, name: str) -> None:
        self.sql(f"\\cd {FOLDER}\n\\i {name}")

    def shape(self, connect) -> str | None:
        if connect is None:
            return None
        made = self.driver.to_avro(connect, adjustment="avro_unicode", topic="srv.all.t")["schema"]
        avro.schema.parse(made)
        fastavro.parse_schema(json.loads(made))
        self.driver.ask("to_connect", schema=made)
        return made

    def through(self, schema: str, value: dict, line: dict | None = None) -> dict:
        """As fastavro reads it; what comes back is the value again, but for what a delete by its key alone left out."""
        if line is None:
            data = self.driver.encode(schema, json.dumps(value))
        else:
            data = base64.b64decode(self.driver.ask("write", schema=schema, line=json.dumps(line))["bytes"])
        back = json.loads(self.driver.decode(schema, data))
        if value.get("op") == "d":
            back["before"] |= {name: None for name, item in value["before"].items() if item is None}
        self.assertEqual(back, value)
        source = io.BytesIO(data)
        read = fastavro.schemaless_reader(source, fastavro.parse_schema(json.loads(schema)))
        self.assertEqual(source.read(), b"")
        return read

    def check(self, lines: list[dict]) -> list[dict]:
        """The rows as fastavro has them."""
        shapes: dict[str, tuple] = {}
        rows = []
        for line in lines:
            if line.get("__cdc") == "schema":
                shapes[line["table"]] = tuple(self.shape(line["connect"][part]) for part in ("key", "value"))
            elif "__cdc" not in line and line["op"] != "m":
                key, value = shapes[line["source"]["table"]]
                without_ours = {name: item for name, item in line.items() if name not in OURS}
                rows.append(self.through(value, without_ours, line))
                if line["key"] is not None:
                    self.through(key, line["key"])
        return rows

    def test_a_snapshot_and_the_changes_after_it(self):
        self.make_slot("s")
        common = ("--encoding", "debezium", "--control")
        snapshot = self.check(self.events("--snapshot", "only", *common))
        self.run_file("dml.sql")
        self.sql("UPDATE inv.odd SET id = 3 WHERE id = 1; DELETE FROM inv.odd WHERE id = 2; TRUNCATE inv.odd")
        stream = self.check(self.events("--slot", "s", "--no-ack", "--until-now", "--transactions", *common))
        self.assertEqual({row["op"] for row in snapshot + stream}, {"r", "c", "u", "d", "t"})
        odd = {row["after"]["id"]: row["after"] for row in snapshot if row["source"]["table"] == "odd"}
        self.assertEqual(odd[1]["p"], Decimal("1.23"))
        self.assertEqual(odd[1]["u"], str(uuid.UUID(int=1)))
        self.assertEqual(odd[2]["n"], (123).to_bytes(1, "big"))  # a scale below zero has no logical type

    def test_every_knob(self):
        for name, flags in KNOBS.items():
            with self.subTest(name):
                lines = self.events("--snapshot", "only", "--encoding", "debezium", "--control", *flags)
                self.assertGreater(len(self.check(lines)), 5)


if __name__ == "__main__":
    unittest.main()
