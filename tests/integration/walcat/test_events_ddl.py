#!/usr/bin/env python3
"""DDL between the changes and the moment they are read: a backlog is told as it was."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

PEEK = ("--slot", "s", "--no-ack", "--until-now")


class Backlog(Case):
    """Everything is read at the end, when the catalog has moved on."""

    def prepare(self, tables: str) -> None:
        self.sql(tables)
        self.publish_all()
        self.make_slot("s")

    def keys_and_rows(self, *options: str) -> list[tuple]:
        return [(event["key"], event["after"]) for event in self.data(*PEEK, *options)]

    def schemas(self) -> list[dict]:
        return [event for event in self.events(*PEEK, "--control") if event.get("__cdc") == "schema"]

    def test_dropped_primary_key(self):
        self.prepare("CREATE TABLE t (a int, id int, b int, PRIMARY KEY (id, a))")
        self.sql("INSERT INTO t VALUES (1, 2, 3); UPDATE t SET id = 3; DELETE FROM t")
        self.sql("ALTER TABLE t DROP CONSTRAINT t_pkey; INSERT INTO t VALUES (4, 5, 6)")
        events = self.data(*PEEK)
        self.assertEqual([event["op"] for event in events], ["c", "d", "c", "d", "c"])
        self.assertEqual(events[0]["key"], {"a": 1, "id": 2})
        self.assertEqual(events[1]["new_key"], {"a": 1, "id": 3})
        self.assertEqual(events[3]["key"], {"a": 1, "id": 3})
        self.assertIsNone(events[4]["key"])
        self.assertEqual([schema["key"] for schema in self.schemas()], [["a", "id"], []])

    def test_primary_key_that_came_later(self):
        self.prepare("CREATE TABLE t (a int, b int); ALTER TABLE t REPLICA IDENTITY FULL")
        self.sql("INSERT INTO t VALUES (1, 1); INSERT INTO t VALUES (1, 2); DELETE FROM t WHERE b = 2")
        self.sql("ALTER TABLE t ADD PRIMARY KEY (a); INSERT INTO t VALUES (2, 2)")
        done = self.walcat(*PEEK)
        self.assertIn('no longer knows the key that "public.t" had', done.stderr)
        self.assertEqual([event["key"] for event in self.data(*PEEK)], [None, None, None, {"a": 2}])

    def test_table_that_is_younger_than_the_transaction(self):
        """By number; the key that it was made with is the key of all its rows."""
        self.prepare("CREATE TABLE t (id int PRIMARY KEY)")
        session = self.session()
        session.run("BEGIN; INSERT INTO t VALUES (1);")
        self.sql("CREATE TABLE f (id int PRIMARY KEY); ALTER TABLE f REPLICA IDENTITY FULL")
        session.run(
            "INSERT INTO f VALUES (2); SAVEPOINT a; CREATE TABLE g (id int PRIMARY KEY); "
            "ALTER TABLE g REPLICA IDENTITY FULL; RELEASE a; INSERT INTO g VALUES (3); COMMIT;"
        )
        done = self.walcat(*PEEK)
        self.assertEqual([json.loads(line)["key"] for line in done.stdout.splitlines()], [{"id": n} for n in (1, 2, 3)])
        self.assertEqual(done.stderr, "")

    def test_dropped_primary_key_with_identity_full(self):
        """The stream does not say which columns were the key, and the catalog has forgotten it: it is said, once a table."""
        self.prepare(
            "CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE t REPLICA IDENTITY FULL; "
            "CREATE TABLE log (a int); ALTER TABLE log REPLICA IDENTITY FULL"
        )
        self.sql("INSERT INTO t VALUES (1, 1); INSERT INTO log VALUES (1)")
        self.sql("ALTER TABLE t DROP CONSTRAINT t_pkey; INSERT INTO t VALUES (2, 2)")
        for statement in (
            "SELECT",
            "VACUUM t",
            "ALTER TABLE t ALTER id DROP NOT NULL; CREATE INDEX i ON t (a); DROP INDEX i",
        ):
            self.sql(statement)
            done = self.walcat(*PEEK)
            self.assertEqual([json.loads(line)["key"] for line in done.stdout.splitlines()], [None] * 3)
            self.assertEqual(
                done.stderr.count('table "public.t" has no primary key today'), 1, (statement, done.stderr)
            )
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        named = self.walcat(*PEEK, "--key", "t:id")
        self.assertEqual([json.loads(line)["key"] for line in named.stdout.splitlines()], [{"id": 1}, None, {"id": 2}])
        self.assertEqual(named.stderr, "")

    def test_renamed_column(self):
        for identity in ("DEFAULT", "FULL"):
            with self.subTest(identity):
                self.sql("DROP TABLE IF EXISTS t; DROP PUBLICATION IF EXISTS cdckit")
                self.sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 's'")
                self.prepare(
                    f"CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL); ALTER TABLE t REPLICA IDENTITY {identity}"
                )
                self.sql("INSERT INTO t VALUES (1, 1)")
                self.sql("ALTER TABLE t RENAME id TO ident; ALTER TABLE t RENAME a TO b; INSERT INTO t VALUES (2, 2)")
                self.assertEqual(
                    self.keys_and_rows(), [({"id": 1}, {"id": 1, "a": 1}), ({"ident": 2}, {"ident": 2, "b": 2})]
                )
                self.assertEqual([schema["key"] for schema in self.schemas()], [["id"], ["ident"]])
                # marked by the stream itself, or only known for what came after the DDL
                nullable = [schema["columns"][0]["nullable"] for schema in self.schemas()]
                self.assertEqual(nullable, [identity == "FULL", False])

    def test_names_that_changed_places(self):
        self.prepare("CREATE TABLE t (a int PRIMARY KEY, b int); ALTER TABLE t REPLICA IDENTITY FULL")
        self.sql("INSERT INTO t VALUES (1, 2)")
        self.sql("ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME x TO b")
        self.sql("INSERT INTO t VALUES (3, 4)")
        self.assertEqual(self.keys_and_rows(), [({"a": 1}, {"a": 1, "b": 2}), ({"b": 3}, {"b": 3, "a": 4})])

    def test_renamed_and_dropped_tables(self):
        self.prepare(
            "CREATE TABLE old (id int PRIMARY KEY, a numeric(9,2)); "
            "CREATE TABLE gone (id int PRIMARY KEY, a text); "
            "CREATE TABLE f (id int PRIMARY KEY, a text); ALTER TABLE f REPLICA IDENTITY FULL"
        )
        self.sql(
            "INSERT INTO old VALUES (1, 1.5); INSERT INTO gone VALUES (1, 'x'); DELETE FROM gone; INSERT INTO f VALUES (1, 'y')"
        )
        self.sql("ALTER TABLE old RENAME TO new; INSERT INTO new VALUES (2, 2); DROP TABLE gone, f")
        events = self.data(*PEEK)
        self.assertEqual(
            [(event["source"]["table"], event["op"], event["key"], event["after"]) for event in events],
            [
                ("old", "c", {"id": 1}, {"id": 1, "a": 1.5}),
                ("gone", "c", {"id": 1}, {"id": 1, "a": "x"}),
                ("gone", "d", {"id": 1}, None),
                ("f", "c", None, {"id": 1, "a": "y"}),
                ("new", "c", {"id": 2}, {"id": 2, "a": 2.0}),
            ],
        )
        self.assertEqual(len(self.data(*PEEK, "--table", "old")), 1)
        types = {schema["table"]: [column["type"] for column in schema["columns"]] for schema in self.schemas()}
        self.assertEqual(types["old"], ["integer", "numeric(9,2)"])
        self.assertEqual(types["gone"], ["integer", "text"])

    def test_changed_types(self):
        self.prepare("CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, m mood)")
        self.sql("INSERT INTO t VALUES (1, 7, 'ok')")
        self.sql(
            "ALTER TABLE t ALTER a TYPE text; ALTER TABLE t ALTER m TYPE text; DROP TYPE mood; INSERT INTO t VALUES (2, 'x', 'y')"
        )
        self.assertEqual(
            [after for _, after in self.keys_and_rows()], [{"id": 1, "a": 7, "m": "ok"}, {"id": 2, "a": "x", "m": "y"}]
        )
        first, second = self.schemas()
        self.assertEqual([column["type"] for column in first["columns"]], ["integer", "integer", "public.mood"])
        self.assertEqual([column["type"] for column in second["columns"]], ["integer", "text", "text"])
        # what the column demanded then is not known any more
        self.assertEqual([column["nullable"] for column in first["columns"]], [False, True, True])
        self.assertEqual([column["nullable"] for column in second["columns"]], [False, False, True])

    def test_not_null_that_came_later(self):
        self.prepare("CREATE TABLE t (id int PRIMARY KEY, a int)")
        self.sql("INSERT INTO t VALUES (1, NULL)")
        self.sql("UPDATE t SET a = 1; ALTER TABLE t ALTER a SET NOT NULL; INSERT INTO t VALUES (2, 2)")
        nullable = [[column["nullable"] for column in schema["columns"]] for schema in self.schemas()]
        self.assertEqual(nullable, [[False, True], [False, False]])

    def test_dropped_and_added_columns(self):
        self.prepare("CREATE TABLE t (id int PRIMARY KEY, a int, b int)")
        self.sql("INSERT INTO t VALUES (1, 1, 1)")
        self.sql("ALTER TABLE t DROP a; ALTER TABLE t ADD c text DEFAULT 'd'; INSERT INTO t VALUES (2, 2)")
        self.sql("ALTER TABLE t ADD a text; UPDATE t SET a = 'again' WHERE id = 1")
        self.assertEqual(
            [after for _, after in self.keys_and_rows()],
            [{"id": 1, "a": 1, "b": 1}, {"id": 2, "b": 2, "c": "d"}, {"id": 1, "b": 1, "c": "d", "a": "again"}],
        )

    def test_schema_lines_come_with_real_changes_only(self):
        self.prepare("CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE other (id int PRIMARY KEY)")
        same = (
            "ANALYZE t",
            "CREATE INDEX ON t (a)",
            "TRUNCATE t",
            "COMMENT ON TABLE t IS 'x'",
            "ALTER TABLE t SET (fillfactor = 50)",
            "CLUSTER t USING t_pkey",
            "VACUUM FULL t",
        )
        for number, statement in enumerate(same):
            self.sql(statement)
            self.sql(f"INSERT INTO t VALUES ({number}, 1); INSERT INTO other VALUES ({number})")
        real = (
            "ALTER TABLE t ALTER a TYPE bigint",
            "ALTER TABLE t RENAME a TO b",
            "ALTER TABLE t REPLICA IDENTITY FULL",
            "ALTER TABLE t ADD x int",
        )
        for number, statement in enumerate(real):
            self.sql(statement)
            self.sql(f"INSERT INTO t VALUES ({number + 100}, 1)")
        seen = [
            (schema["table"], schema["identity"], [column["name"] for column in schema["columns"]])
            for schema in self.schemas()
        ]
        self.assertEqual(
            seen,
            [
                ("t", "default", ["id", "a"]),
                ("other", "default", ["id"]),
                ("t", "default", ["id", "a"]),
                ("t", "default", ["id", "b"]),
                ("t", "full", ["id", "b"]),
                ("t", "full", ["id", "b", "x"]),
            ],
        )


class Composites(Case):
    """Types change without a word in the stream. Rows of then: with the names of then, or as PostgreSQL's text."""

    def prepare(self) -> None:
        self.sql(
            "CREATE TYPE pair AS (n int, y text, w int); CREATE TYPE holder AS (p pair, k int); CREATE DOMAIN dp AS pair; "
            "CREATE TABLE item (k int PRIMARY KEY, v text); "
            "CREATE TABLE c (id int PRIMARY KEY, p pair, l pair[], h holder, d dp, i item)"
        )
        self.publish_all()
        self.make_slot("s")

    def insert(self, number: int, pair: str, item: str) -> dict:
        """The row as the server prints it then."""
        self.sql(
            f"INSERT INTO c VALUES ({number}, ROW{pair}::pair, ARRAY[ROW{pair}::pair], ROW(ROW{pair}::pair, 1)::holder, "
            f"ROW{pair}::pair, ROW{item}::item)"
        )
        return json.loads(self.sql(f"SELECT row_to_json(c) FROM c WHERE id = {number}"))

    def test_live(self):
        self.prepare()
        process = self.popen("--limit", "6")
        self.wait_until(lambda: self.read_slots() == 1)
        steps = (
            ("SELECT", "(1, 'a', 11)", "(1, 'a')"),
            ("ALTER TYPE pair DROP ATTRIBUTE n", "('b2', 22)", "(2, 'b')"),
            ("ALTER TABLE item ADD extra int", "('c3', 33)", "(3, 'c', 77)"),
            ("ALTER TYPE pair RENAME ATTRIBUTE y TO z", "('d4', 44)", "(4, 'd', 88)"),
            ("ALTER TYPE pair ADD ATTRIBUTE u text; ALTER TABLE item DROP v", "('e5', 55, 'x')", "(5, 99)"),
            ("ALTER TYPE pair DROP ATTRIBUTE w; ALTER TYPE pair ADD ATTRIBUTE o bool", "('f6', 'y', true)", "(6, 9)"),
        )
        for number, (statement, pair, item) in enumerate(steps, 1):
            self.sql(statement)
            want = self.insert(number, pair, item)
            self.assertEqual(json.loads(process.stdout.readline())["after"], want, statement)
        self.assertEqual(process.wait(60), 0)

    def test_backlog(self):
        self.prepare()
        wanted = [self.insert(1, "(1, 'a', 11)", "(1, 'a')")]
        self.sql("ALTER TYPE pair ADD ATTRIBUTE u text")
        wanted.append(self.insert(2, "(2, 'b', 22, 'u')", "(2, 'b')"))
        self.sql("ALTER TABLE item ADD extra int")
        wanted.append(self.insert(3, "(3, 'c', 33, NULL)", "(3, 'c', 77)"))
        self.assertEqual([event["after"] for event in self.data(*PEEK)], wanted)  # what was only added is known
        self.sql("ALTER TYPE pair RENAME ATTRIBUTE y TO z; ALTER TABLE item DROP v")
        wanted.append(self.insert(4, "(4, 'd', 44, 'u')", "(4, 99)"))
        done = self.walcat(*PEEK)
        self.assertIn("walcat snapshot public.c", done.stderr)
        rows = [json.loads(line)["after"] for line in done.stdout.splitlines()]
        self.assertEqual(rows[3], wanted[3])
        self.assertEqual(rows[0]["p"], "(1,a,11)")
        self.assertEqual(rows[1]["l"], ["(2,b,22,u)"])
        self.assertEqual(rows[1]["h"], {"p": "(2,b,22,u)", "k": 1})
        self.assertEqual(rows[1]["d"], "(2,b,22,u)")
        self.assertEqual(rows[2]["i"], "(3,c,77)")
        self.assertEqual(rows[0]["i"], "(1,a)")


if __name__ == "__main__":
    unittest.main()
