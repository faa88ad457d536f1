#!/usr/bin/env python3
"""Corner cases of rows: identities, TOAST, partitions, publications that hide, transactions, messages."""

import base64
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

PEEK = ("--slot", "s", "--no-ack", "--until-now")
BIG = "x" * 5000


def short(event: dict) -> tuple:
    return event["op"], event["source"]["table"], event["key"], event["before"], event["after"]


class Rows(Case):
    def prepare(self, tables: str, publication: str = "CREATE PUBLICATION cdckit FOR ALL TABLES") -> None:
        self.sql(tables)
        self.sql(publication)
        self.make_slot("s")

    def shorts(self, *options: str) -> list[tuple]:
        return [short(event) for event in self.data(*PEEK, *options)]

    def test_full_identity_restores_toast_everywhere(self):
        self.prepare(
            "CREATE TABLE t (id int PRIMARY KEY, n int, big text); ALTER TABLE t ALTER big SET STORAGE EXTERNAL; "
            "ALTER TABLE t REPLICA IDENTITY FULL"
        )
        self.sql(
            "INSERT INTO t VALUES (1, 1, repeat('x', 5000)); UPDATE t SET n = 2; UPDATE t SET id = 2; UPDATE t SET big = 's'; DELETE FROM t"
        )
        events = self.data(*PEEK)
        self.assertTrue(all("unchanged" not in event for event in events))
        self.assertEqual(
            [short(event) for event in events],
            [
                ("c", "t", {"id": 1}, None, {"id": 1, "n": 1, "big": BIG}),
                ("u", "t", {"id": 1}, {"id": 1, "n": 1, "big": BIG}, {"id": 1, "n": 2, "big": BIG}),
                ("d", "t", {"id": 1}, {"id": 1, "n": 2, "big": BIG}, None),
                ("c", "t", {"id": 2}, None, {"id": 2, "n": 2, "big": BIG}),
                ("u", "t", {"id": 2}, {"id": 2, "n": 2, "big": BIG}, {"id": 2, "n": 2, "big": "s"}),
                ("d", "t", {"id": 2}, {"id": 2, "n": 2, "big": "s"}, None),
            ],
        )

    def test_tables_without_key(self):
        self.prepare("CREATE TABLE t (a int, b text); ALTER TABLE t REPLICA IDENTITY FULL; CREATE TABLE log (a int)")
        self.sql(
            "INSERT INTO t VALUES (1, 'x'), (1, 'x'); UPDATE t SET b = NULL WHERE ctid = '(0,1)'; DELETE FROM t; INSERT INTO log VALUES (1)"
        )
        self.assertEqual(
            self.shorts(),
            [
                ("c", "t", None, None, {"a": 1, "b": "x"}),
                ("c", "t", None, None, {"a": 1, "b": "x"}),
                ("u", "t", None, {"a": 1, "b": "x"}, {"a": 1, "b": None}),
                ("d", "t", None, {"a": 1, "b": "x"}, None),
                ("d", "t", None, {"a": 1, "b": None}, None),
                ("c", "log", None, None, {"a": 1}),
            ],
        )
        self.assertEqual([event["key"] for event in self.data("--snapshot", "only")], [None])

    def test_tables_without_columns(self):
        """Nothing that a snapshot could say of them; they do not keep it from the others."""
        self.prepare("CREATE TABLE bare (); CREATE TABLE t (id int PRIMARY KEY)")
        self.sql("INSERT INTO bare DEFAULT VALUES; INSERT INTO t VALUES (1)")
        self.assertEqual(self.shorts(), [("c", "bare", None, None, {}), ("c", "t", {"id": 1}, None, {"id": 1})])
        for more in ((), ("--jobs", "2"), ("--key", "t:id")):
            self.assertEqual([event["after"] for event in self.data("--snapshot", "only", *more)], [{"id": 1}])
        self.assertEqual({line["table"] for line in self.events("digest")}, {"public.bare", "public.t"})

    def test_identity_index_beside_a_primary_key(self):
        self.prepare(
            "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX i ON t (b, a); "
            "ALTER TABLE t REPLICA IDENTITY USING INDEX i"
        )
        self.sql("INSERT INTO t VALUES (1, 2, 3); UPDATE t SET id = 9; UPDATE t SET a = 4; DELETE FROM t")
        done = self.walcat(*PEEK)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"public.t" has REPLICA IDENTITY USING INDEX beside a primary key', done.stderr)
        events = [json.loads(line) for line in done.stdout.rstrip("\n").split("\n")]
        self.assertEqual([event["op"] for event in events], ["c", "u", "d", "c", "d"])
        self.assertEqual([event["key"] for event in events[:2]], [{"b": 3, "a": 2}] * 2)
        self.assertEqual((events[2]["new_key"], events[3]["old_key"]), ({"b": 3, "a": 4}, {"b": 3, "a": 2}))
        self.assertEqual(events[4]["before"], {"a": 4, "b": 3})
        self.assertNotIn("beside a primary key", self.walcat(*PEEK, "--exclude-table", "t").stderr)

    def test_a_row_that_moves_between_partitions(self):
        tables = (
            "CREATE TABLE p (id int, part int, a text, PRIMARY KEY (part, id)) PARTITION BY LIST (part); "
            "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 (a text, id int NOT NULL, part int NOT NULL); "
            "ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2); CREATE PUBLICATION leaves FOR TABLE p"
        )
        self.prepare(tables, "CREATE PUBLICATION root FOR TABLE p WITH (publish_via_partition_root)")
        self.sql("INSERT INTO p VALUES (1, 1, 'x'); UPDATE p SET part = 2; TRUNCATE p2; TRUNCATE p")
        self.assertEqual(
            self.shorts("--publication", "root"),
            [
                ("c", "p", {"part": 1, "id": 1}, None, {"id": 1, "part": 1, "a": "x"}),
                ("d", "p", {"part": 1, "id": 1}, {"id": 1, "part": 1}, None),
                ("c", "p", {"part": 2, "id": 1}, None, {"id": 1, "part": 2, "a": "x"}),
                ("t", "p", None, None, None),
            ],
        )
        leaves = self.shorts("--publication", "leaves")
        self.assertEqual(
            leaves[:4],
            [
                ("c", "p1", {"part": 1, "id": 1}, None, {"id": 1, "part": 1, "a": "x"}),
                ("d", "p1", {"part": 1, "id": 1}, {"id": 1, "part": 1}, None),
                ("c", "p2", {"part": 2, "id": 1}, None, {"a": "x", "id": 1, "part": 2}),
                ("t", "p2", None, None, None),
            ],
        )
        self.assertEqual(sorted(row[1] for row in leaves[4:]), ["p1", "p2"])

    def test_row_filters_turn_updates_into_what_the_reader_sees(self):
        self.prepare(
            "CREATE TABLE t (id int PRIMARY KEY, a int, secret text); ALTER TABLE t REPLICA IDENTITY FULL",
            "CREATE PUBLICATION cdckit FOR TABLE t WHERE (a > 10)",
        )
        self.sql(
            "INSERT INTO t VALUES (1, 1, 'x'), (2, 20, 'y'); UPDATE t SET a = 11 WHERE id = 1; UPDATE t SET a = 12 WHERE id = 1; "
            "UPDATE t SET a = 2 WHERE id = 1; DELETE FROM t WHERE id = 1; TRUNCATE t"
        )
        self.assertEqual(
            [(op, key) for op, _, key, _, _ in self.shorts()],
            [("c", {"id": 2}), ("c", {"id": 1}), ("u", {"id": 1}), ("d", {"id": 1}), ("t", None)],
        )

    def test_column_lists_and_what_a_publication_leaves_out(self):
        self.prepare(
            "CREATE TABLE t (secret text, id int PRIMARY KEY, a int, g int GENERATED ALWAYS AS (a * 2) STORED)",
            "CREATE PUBLICATION cdckit FOR TABLE t (id, a) WITH (publish = 'insert, delete')",
        )
        self.sql("INSERT INTO t VALUES ('s', 1, 1); UPDATE t SET a = 2; DELETE FROM t; TRUNCATE t")
        self.assertEqual(
            self.shorts(), [("c", "t", {"id": 1}, None, {"id": 1, "a": 1}), ("d", "t", {"id": 1}, {"id": 1}, None)]
        )
        self.assertEqual([column["name"] for column in self.events("--schema-only")[0]["columns"]], ["id", "a"])
        self.sql("ALTER PUBLICATION cdckit SET TABLE t (id, secret); INSERT INTO t VALUES ('s', 2, 2)")
        lines = [event for event in self.events(*PEEK, "--control") if event.get("__cdc", "") in ("", "schema")]
        self.assertEqual(
            [[column["name"] for column in line["columns"]] for line in lines if "columns" in line],
            [["id", "a"], ["secret", "id"]],
        )
        self.assertEqual(lines[-1]["after"], {"id": 2, "secret": "s"})

    def test_savepoints_and_rollbacks(self):
        self.prepare("CREATE TABLE t (id int PRIMARY KEY)")
        self.sql(
            "BEGIN; INSERT INTO t VALUES (1); SAVEPOINT a; INSERT INTO t VALUES (2); ROLLBACK TO a; INSERT INTO t VALUES (3); "
            "SAVEPOINT b; INSERT INTO t VALUES (4); RELEASE b; COMMIT; BEGIN; INSERT INTO t VALUES (5); ROLLBACK"
        )
        events = self.events(*PEEK, "--transactions")
        self.assertEqual([event.get("__cdc", event.get("op")) for event in events], ["begin", "c", "c", "c", "commit"])
        self.assertEqual([event["key"]["id"] for event in events[1:4]], [1, 3, 4])
        self.assertEqual([int(event["pos"].split("/")[1], 16) for event in events[1:4]], [1, 2, 3])
        self.assertEqual({event["source"]["txId"] for event in events[1:4]}, {events[0]["txId"]})

    def test_transaction_blocks_count_changes_and_messages(self):
        self.prepare("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)")
        self.sql(
            "BEGIN; INSERT INTO a VALUES (1); SELECT pg_logical_emit_message(true, 'p', 'x'); UPDATE a SET id = 2; TRUNCATE b; COMMIT; "
            "INSERT INTO b VALUES (1)"
        )
        events = self.events(*PEEK, "--transactions")
        kinds = [event.get("__cdc", event.get("op")) for event in events]
        self.assertEqual(kinds, ["begin", "c", "m", "d", "c", "t", "commit", "begin", "c", "commit"])
        blocks = [event["transaction"] for event in events if "op" in event]
        self.assertEqual([block["total_order"] for block in blocks], [1, 2, 3, 4, 5, 1])
        self.assertEqual([block["data_collection_order"] for block in blocks], [1, 1, 2, 3, 1, 1])
        self.assertEqual((events[6]["event_count"], events[9]["event_count"]), (5, 1))
        collections = {item["data_collection"]: item["event_count"] for item in events[6]["data_collections"]}
        self.assertEqual(collections, {"public.a": 3, "public.b": 1})
        self.assertEqual(events[0]["lsn"], events[1]["pos"].split("/")[0])

    def test_messages_out_of_transactions(self):
        """Not transactional: at their own place, before the commit around them, even when that never comes."""
        self.prepare("CREATE TABLE t (id int PRIMARY KEY)")
        one = self.session()
        one.run(
            "BEGIN; INSERT INTO t VALUES (1); SELECT pg_logical_emit_message(false, 'loose', E'\\\\x0001fe'::bytea);"
        )
        self.sql(
            "INSERT INTO t VALUES (2); BEGIN; SELECT pg_logical_emit_message(false, 'kept', ''); SELECT pg_logical_emit_message(true, 'lost', ''); ROLLBACK"
        )
        one.run("COMMIT;")
        events = self.data(*PEEK)
        self.assertEqual(
            [event["key"] for event in events], [{"prefix": "loose"}, {"id": 2}, {"prefix": "kept"}, {"id": 1}]
        )
        self.assertEqual(base64.b64decode(events[0]["message"]["content"]), b"\x00\x01\xfe")
        self.assertEqual(events[2]["message"]["content"], "")
        self.assertTrue(events[0]["pos"].endswith("/0000000000000000"))
        positions = [event["pos"] for event in events]
        self.assertEqual(positions, sorted(set(positions)))

    def test_origins(self):
        self.prepare("CREATE TABLE t (id int PRIMARY KEY)")
        self.sql(
            "SELECT pg_replication_origin_create('far'); SELECT pg_replication_origin_session_setup('far'); BEGIN; "
            "SELECT pg_replication_origin_xact_setup('0/1234', '2024-01-01'); INSERT INTO t VALUES (1); COMMIT; "
            "SELECT pg_replication_origin_session_reset(); INSERT INTO t VALUES (2)"
        )
        self.addCleanup(self.sql, "SELECT pg_replication_origin_drop('far')")
        sources = [event["source"] for event in self.data(*PEEK)]
        self.assertEqual([source["origin"] for source in sources], ["far", None])
        self.assertEqual([source["origin_lsn"] for source in sources], [0x1234, None])

    def test_truncate_takes_what_hangs_on_it(self):
        self.prepare(
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int REFERENCES a); CREATE TABLE c (id int)"
        )
        self.sql("INSERT INTO c VALUES (1); TRUNCATE a RESTART IDENTITY CASCADE")
        events = self.data(*PEEK)
        self.assertEqual(
            [short(event) for event in events[1:]], [("t", "a", None, None, None), ("t", "b", None, None, None)]
        )
        self.assertEqual([event["source"]["table"] for event in self.data(*PEEK, "--table", "b")], ["b"])
        self.assertEqual(self.data(*PEEK, "--table", "b")[0]["pos"], events[2]["pos"])

    def test_the_manual_names_every_member(self):
        manual = (pathlib.Path(__file__).resolve().parents[3] / "man/cdc-event.5.md").read_text()
        table = dict(re.findall(r"^\| (\w+) \| ([\w, ]+) \| .* \|$", manual, re.MULTILINE))
        self.prepare("CREATE TABLE t (id int PRIMARY KEY)")
        self.sql("INSERT INTO t VALUES (1); SELECT pg_logical_emit_message(true, 'p', '')")
        lines = self.events(*PEEK, "--control", "--transactions")
        lines += self.events("--snapshot", "only", "--control")
        control = [line for line in lines if "__cdc" in line]
        self.assertEqual(
            {line["__cdc"] for line in control}, {"hello", "schema", "snapshot", "begin", "commit", "ckpt", "eof"}
        )
        for line in control:
            said = [
                name.strip()
                for name in table[line["__cdc"]].replace("schema and table or scope", "schema, table").split(",")
            ]
            if line["__cdc"] == "snapshot" and line["phase"] == "begin":
                said.remove("rows")
            if line["__cdc"] == "snapshot":  # of the leaves of one root only
                said.remove("part and parts")
            if line["__cdc"] == "schema":  # the page says so: of a partition, and with the encoding debezium only
                said.remove("root")
                said.remove("connect")
            if line["__cdc"] == "hello":  # nothing is waited for here
                said.remove("ack")
            self.assertEqual(list(line)[1:], said, line)
        message = next(line for line in lines if line.get("op") == "m")
        self.assertEqual(list(message), ["pos", "key", "op", "ts_ms", "source", "transaction", "message"])
        row = next(line for line in lines if line.get("op") == "c")  # a checkpoint may stand anywhere before it
        for name in (*row, *row["source"], *message, *row["transaction"]):
            self.assertRegex(manual, rf'(\*\*{name}\*\*|"{name}")')

    def test_odd_names(self):
        self.prepare(
            'CREATE SCHEMA "a.b"; CREATE TABLE "a.b"."T ""x\\" ("k,1" int, "Grün\t" text, "k""2" int, PRIMARY KEY ("k""2", "k,1")); '
            'ALTER TABLE "a.b"."T ""x\\" REPLICA IDENTITY FULL'
        )
        self.sql('INSERT INTO "a.b"."T ""x\\" VALUES (1, \'y\', 2); DELETE FROM "a.b"."T ""x\\"')
        row = {"k,1": 1, "Grün\t": "y", 'k"2': 2}
        events = self.data(*PEEK)
        self.assertEqual([event["key"] for event in events], [{'k"2': 2, "k,1": 1}] * 2)
        self.assertEqual((events[0]["after"], events[1]["before"]), (row, row))
        self.assertEqual((events[0]["source"]["schema"], events[0]["source"]["table"]), ("a.b", 'T "x\\'))


class Live(Case):
    def test_ddl_while_walcat_reads(self):
        """The same changes, each read before the next DDL: the keys are those of the backlog."""
        self.sql("CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE t REPLICA IDENTITY FULL")
        self.publish_all()
        process = self.popen("--limit", "4")
        self.wait_until(lambda: self.read_slots() == 1)
        keys = []
        for statement in (
            "INSERT INTO t VALUES (1, 1)",
            "ALTER TABLE t RENAME id TO ident; INSERT INTO t VALUES (2, 2)",
            "ALTER TABLE t DROP CONSTRAINT t_pkey; INSERT INTO t VALUES (3, 3)",
            "ALTER TABLE t ADD PRIMARY KEY (a); INSERT INTO t VALUES (4, 4)",
        ):
            self.sql(statement)
            keys.append(json.loads(process.stdout.readline())["key"])
        self.assertEqual(keys, [{"id": 1}, {"ident": 2}, None, {"a": 4}])
        self.assertEqual(process.wait(timeout=60), 0)


if __name__ == "__main__":
    unittest.main()
