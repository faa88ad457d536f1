#!/usr/bin/env python3
"""Mode events: random streams of changes give the table that the source has, however they are cut."""

import json
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, hello, position
from pg_load_lab import Case, start_lab, stop_lab

CREATE = "CREATE TABLE t (id int PRIMARY KEY, name text, note text, amount numeric(12,2));"


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


def stream(table: SourceTable, transactions: int, pick: random.Random, run: str = "r1") -> list:
    """hello, schema, random transactions with checkpoints at random borders, eof."""
    lines = [hello(run), table.schema_line()]
    seq = 0
    for _ in range(transactions):
        before = len(table.lines)
        table.change()
        lines += table.lines[before:]
        if pick.random() < 0.3:
            seq += 1
            lines.append(checkpoint(run, seq, f"{table.lsn + 1:016X}", 0))
    lines.append(checkpoint(run, seq + 1, f"{table.lsn + 1:016X}", 0, "eof"))
    return lines


class Events(Case):
    def assert_mirror(self, table: SourceTable, name: str = "t") -> None:
        text = self.sql(f"SELECT coalesce(json_object_agg(id, row_to_json(m)), '{{}}') FROM {name} m")
        rows = {int(key): row for key, row in json.loads(text).items()}
        self.assertEqual(rows, table.rows)

    def test_random_streams(self):
        for seed in range(12):
            with self.subTest(seed=seed):
                self.sql("DROP TABLE IF EXISTS t; DROP SCHEMA IF EXISTS cdckit CASCADE;" + CREATE)
                table = SourceTable("t", seed)
                lines = stream(table, 120, random.Random(seed))
                self.load(lines, "--mode", "events")
                self.assert_mirror(table)

    def test_random_streams_without_control_lines(self):
        for seed in range(6):
            with self.subTest(seed=seed):
                self.sql("DROP TABLE IF EXISTS t;" + CREATE)
                table = SourceTable("t", 100 + seed)
                for _ in range(100):
                    table.change()
                size = random.Random(seed).choice(["1", "3", "17", "500"])
                self.load(table.lines, "--mode", "events", "--batch-rows", size)
                self.assert_mirror(table)

    def test_applied_once(self):
        self.sql(CREATE)
        table = SourceTable("t", 7)
        lines = stream(table, 60, random.Random(7))
        self.load(lines, "--mode", "events", "--ack", str(self.folder / "ack"))
        stamp = self.sql("SELECT string_agg(xmin::text, ',') FROM t")
        again = self.load(lines, "--mode", "events", "--ack", str(self.folder / "ack"))
        self.assertEqual(again.total("inserted") + again.total("updated") + again.total("deleted"), 0)
        self.assertEqual(self.sql("SELECT string_agg(xmin::text, ',') FROM t"), stamp)
        self.assertEqual(
            self.sql("SELECT pos FROM cdckit.positions WHERE part = ''"), position(table.lsn, table.ordinal)
        )

    def test_many_tables_created(self):
        tables = [SourceTable(name, seed, schema="app") for seed, name in enumerate(["a", "b", "C d"])]
        pick = random.Random(3)
        lines = [hello("r")] + [table.schema_line() for table in tables]
        lsn = 1000
        for _ in range(200):
            table = pick.choice(tables)
            before = len(table.lines)
            table.lsn = lsn
            table.change()
            lsn = table.lsn
            lines += table.lines[before:]
        lines.append(checkpoint("r", 1, "0", 0, "eof"))
        done = self.load(lines, "--mode", "events", "--create")
        for table in tables:
            self.assert_mirror(table, f'app."{table.name}"')
        self.assertEqual({receipt["table"] for receipt in done.receipts}, {"app.a", "app.b", "app.C d"})
        self.assertEqual(
            self.sql("SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND connamespace = 'app'::regnamespace"),
            "3",
        )

    def test_map_and_missing_table(self):
        self.sql(CREATE.replace("TABLE t", "TABLE other"))
        table = SourceTable("t", 5)
        for _ in range(20):
            table.change()
        self.assertIn("--create", self.load(table.lines, "--mode", "events", code=69).errors)
        self.load(table.lines, "--mode", "events", "--map", "public.t=other")
        self.assert_mirror(table, "other")

    def test_cut_input_keeps_the_last_checkpoint(self):
        self.sql(CREATE)
        table = SourceTable("t", 11)
        table.change()
        table.insert(13)
        first = list(table.lines)
        table.begin()
        table.insert(14)
        lines = [hello("r"), *first, checkpoint("r", 1, "0A", 0), table.lines[-1]]
        cut = self.load(lines, "--mode", "events", "--ack", str(self.folder / "ack"), code=75)
        self.assertIn("input ended before its source finished", cut.errors)
        self.assertEqual(json.loads((self.folder / "ack").read_text())["seq"], 1)
        self.assertEqual(self.sql("SELECT count(*) FROM t WHERE id = 14"), "0")
        self.assertEqual(self.sql("SELECT count(*) FROM t WHERE id = 13"), "1")

    def test_snapshot_removes_what_the_picture_lacks(self):
        self.sql(CREATE + "INSERT INTO t VALUES (1, 'stays'), (99, 'left between two snapshots');")
        table = SourceTable("t", 2)
        table.rows = {
            1: {"id": 1, "name": "new", "note": None, "amount": None},
            2: {"id": 2, "name": "b", "note": None, "amount": None},
        }
        table.snapshot()
        surely = f"{table.lsn - 1:016X}"
        border = {"__cdc": "snapshot", "schema": "public", "table": "t", "pos": surely}
        rows = list(table.lines)
        # before the picture's position: it holds this already
        stale = SourceTable("t", 3)
        stale.lsn = table.lsn - 50
        stale.ordinal = 0
        stale.emit("c", None, {"id": 98, "name": "stale", "note": None, "amount": None})
        table.lines.clear()
        table.insert(5)
        lines = [
            hello("r"),
            border | {"phase": "begin"},
            *rows,
            border | {"phase": "end", "rows": 2},
            checkpoint("r", 1, "snapshot:1", 2),
            *stale.lines,
            *table.lines,
            checkpoint("r", 2, "1", 2, "eof"),
        ]
        lines = [line if isinstance(line, str) else json.dumps(line, separators=(",", ":")) for line in lines]
        self.load(lines, "--mode", "events")
        self.assert_mirror(table)
        # the next run still knows where the picture ends
        stale.lsn += 1
        stale.emit("u", None, {"id": 97, "name": "stale", "note": None, "amount": None})
        self.load([hello("r2"), stale.lines[-1], checkpoint("r2", 1, "1", 0, "eof")], "--mode", "events")
        self.assert_mirror(table)

    def test_a_picture_without_a_source_keeps_no_position(self):
        """Lines that nobody tracks: what is known of the picture is for this run only."""
        self.sql(CREATE + "INSERT INTO t VALUES (99, 'left between two snapshots');")
        table = SourceTable("t", 2)
        table.rows = {1: {"id": 1, "name": "new", "note": None, "amount": None}}
        table.snapshot()
        border = {"__cdc": "snapshot", "schema": "public", "table": "t", "pos": f"{table.lsn - 1:016X}"}
        lines = [border | {"phase": "begin"}, *table.lines, border | {"phase": "end", "rows": 1}]
        self.load(lines, "--mode", "events")
        self.assert_mirror(table)
        self.assertEqual(self.sql("SELECT to_regclass('cdckit.positions') IS NULL"), "t")

    def test_bad_events_are_rejected_and_the_rest_is_applied(self):
        self.sql(CREATE + "ALTER TABLE t ADD CHECK (amount <> 13);")
        table = SourceTable("t", 1)
        for key in range(1, 2001):
            table.begin()
            table.rows[key] = {"id": key, "name": "n", "note": None, "amount": 13 if key % 500 == 0 else 1}
            table.emit("c", None, table.rows[key])
            if key % 500 == 0:
                del table.rows[key]
        reject = self.folder / "reject"
        lines = [hello("r"), *table.lines, checkpoint("r", 1, "1", 0, "eof")]
        done = self.load(lines, "--mode", "events", "--reject", str(reject), code=1)
        self.assert_mirror(table)
        rejected = [json.loads(line) for line in reject.read_text().splitlines()]
        self.assertEqual([line["row"]["key"]["id"] for line in rejected], [500, 1000, 1500, 2000])
        self.assertEqual({line["code"] for line in rejected}, {"23514"})
        self.assertEqual(rejected[0]["line"], 501)
        self.assertEqual(done.total("rejected"), 4)
        self.load(lines, "--mode", "events", "--on-error", "stop")  # all were dealt with: nothing is sent again

    def test_what_a_deferred_constraint_refuses_at_the_commit(self):
        """The row is named, the others are there, each counted once; a child may come before its parent."""
        self.sql(
            "CREATE TABLE par (id int PRIMARY KEY, u int UNIQUE DEFERRABLE INITIALLY DEFERRED);"
            "CREATE TABLE chi (id int PRIMARY KEY, p int REFERENCES par DEFERRABLE INITIALLY DEFERRED);"
            "CREATE ROLE deferring LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO deferring;"
            f'GRANT CREATE ON DATABASE "{self.database}" TO deferring'
        )
        self.addCleanup(self.sql, "DROP OWNED BY deferring CASCADE; DROP ROLE deferring")
        transactions = [
            [("par", {"id": 1, "u": 1})],
            [("chi", {"id": 1, "p": 1})],
            [("chi", {"id": 2, "p": 99}), ("chi", {"id": 3, "p": 1})],
            [("chi", {"id": 4, "p": 2}), ("chi", {"id": 5, "p": 98}), ("par", {"id": 2, "u": 2})],
            [("par", {"id": 3, "u": 1}), ("chi", {"id": 6, "p": 2})],
            [("chi", {"id": 7, "p": 1})],
        ]
        lines, seq = [hello("r")], 0
        for number, changes in enumerate(transactions, 1):
            for ordinal, (table, row) in enumerate(changes, 1):
                event = {"pos": position(number * 256, ordinal), "key": {"id": row["id"]}, "op": "c", "before": None}
                lines.append(event | {"after": row, "source": {"schema": "public", "table": table}})
            if number in {1, 4}:
                seq += 1
                lines.append(checkpoint("r", seq, f"{number * 256 + 1:016X}", 0))
        lines.append(checkpoint("r", 9, f"{10 * 256:016X}", 0, "eof"))
        for more in ([], ["--atomic"]):
            with self.subTest(more=more):
                self.sql("TRUNCATE par CASCADE; DROP SCHEMA IF EXISTS cdckit CASCADE")
                reject = self.folder / f"reject{len(more)}"
                database = self.database
                self.database = f"dbname={database} user=deferring"
                done = self.load(lines, "--mode", "events", "--reject", str(reject), *more, code=1)
                self.database = database
                self.assertEqual(self.sql("SELECT string_agg(id::text, ' ' ORDER BY id) FROM chi"), "1 3 4 6 7")
                self.assertEqual(self.sql("SELECT string_agg(id::text, ' ' ORDER BY id) FROM par"), "1 2")
                rejected = [json.loads(line) for line in reject.read_text().splitlines()]
                self.assertEqual(sorted(line["row"]["after"]["id"] for line in rejected), [2, 3, 5])
                self.assertEqual({line["code"] for line in rejected}, {"23503", "23505"})
                self.assertEqual((done.total("inserted"), done.total("rejected"), done.total("rows_in")), (7, 3, 10))

    def test_names_with_dots_are_not_joined(self):
        self.sql('CREATE SCHEMA "a"; CREATE SCHEMA "a.b"; CREATE TABLE "a"."b.c" (id int PRIMARY KEY);')
        self.sql('CREATE TABLE "a.b"."c" (id int PRIMARY KEY); INSERT INTO "a"."b.c" VALUES (1), (2);')
        self.sql('INSERT INTO "a.b"."c" VALUES (1), (2)')
        delete = {"op": "d", "after": None}
        lines = [
            delete | {"key": {"id": 1}, "before": {"id": 1}, "source": {"schema": "a", "table": "b.c"}},
            delete | {"key": {"id": 2}, "before": {"id": 2}, "source": {"schema": "a.b", "table": "c"}},
        ]
        self.load(lines, "--mode", "events")
        self.assertEqual(self.sql('SELECT id FROM "a"."b.c"'), "2")
        self.assertEqual(self.sql('SELECT id FROM "a.b"."c"'), "1")

    def test_several_sources_of_one_target(self):
        """Their changes keep their order; a snapshot of one would delete the rows of the others."""
        self.sql(CREATE)
        first, second = SourceTable("p1", 1), SourceTable("p2", 2)
        first.insert(1)
        second.lsn = first.lsn
        second.ordinal = first.ordinal
        moved = dict(first.rows[1], name="moved")
        first.delete(1)
        second.ordinal = first.ordinal
        second.emit("c", None, moved)
        lines = [hello("r"), *first.lines, *second.lines, checkpoint("r", 1, f"{first.lsn + 1:016X}", 0, "eof")]
        for options in (["--table", "t"], ["--map", "public.p1=t", "--map", "public.p2=t"]):
            with self.subTest(options=options):
                self.sql("TRUNCATE t; DROP SCHEMA IF EXISTS cdckit CASCADE")
                self.load(lines, "--mode", "events", *options)
                self.assertEqual(self.sql("SELECT id, name FROM t"), "1|moved")
                self.sql("DROP SCHEMA IF EXISTS cdckit CASCADE; INSERT INTO t VALUES (7, 'of p2')")
                border = {"__cdc": "snapshot", "schema": "public", "pos": f"{first.lsn:016X}"}
                picture = []
                for name in ("p1", "p2"):
                    picture.append(border | {"table": name, "phase": "begin"})
                    picture.append(border | {"table": name, "phase": "end", "rows": 0})
                done = self.load([hello("r2"), *picture], "--mode", "events", *options, code=78)
                self.assertIn("public.p1", done.errors)
                self.assertIn("public.p2", done.errors)
                self.assertEqual(self.sql("SELECT count(*) FROM t"), "2")
                self.sql("DELETE FROM t WHERE id = 7")

    def test_schema_lines_in_mid_run(self):
        """Receipts go on, and so does a picture."""
        self.sql(CREATE + "INSERT INTO t VALUES (99, 'gone meanwhile')")
        table = SourceTable("t", 2)
        table.rows = {key: {"id": key, "name": "a", "note": None, "amount": None} for key in (1, 2, 3)}
        table.snapshot()
        border = {"__cdc": "snapshot", "schema": "public", "table": "t", "pos": f"{table.lsn - 1:016X}"}
        lines = [
            hello("r"),
            table.schema_line(),
            border | {"phase": "begin"},
            *table.lines[:2],
            table.schema_line(),
            *table.lines[2:],
            border | {"phase": "end", "rows": 3},
            checkpoint("r", 1, "1", 3, "eof"),
        ]
        done = self.load(lines, "--mode", "events")
        self.assert_mirror(table)
        self.assertEqual((done.total("rows_in"), done.total("inserted"), done.total("deleted")), (3, 3, 1))

    def test_a_picture_whose_key_is_written_in_a_way_of_its_own(self):
        self.sql("CREATE TABLE t (at timestamptz PRIMARY KEY, v int); INSERT INTO t VALUES ('2020-01-01Z', 0)")
        source = {"schema": "public", "table": "t"}
        border = {"__cdc": "snapshot", "schema": "public", "table": "t", "pos": f"{99:016X}"}
        moments = ["2024-05-01T00:00:00Z", "2024-06-01 00:00:00+00 BC", "May 3 2024 10:00 UTC"]
        rows = [
            {"pos": position(99, n), "op": "r", "before": None, "key": {"at": at}, "source": source}
            | {"after": {"at": at, "v": n}}
            for n, at in enumerate(moments, 1)
        ]
        lines = [hello("r"), border | {"phase": "begin"}, *rows, border | {"phase": "end", "rows": 3}]
        self.load([*lines, checkpoint("r", 1, "1", 3, "eof")], "--mode", "events")
        self.assertEqual(self.sql("SELECT string_agg(v::text, ' ' ORDER BY v) FROM t"), "1 2 3")

    def test_a_key_that_is_always_generated_moves(self):
        """In a set, and alone where a trigger is to see an update."""
        source = {"schema": "public", "table": "t"}
        moved = [
            {"op": "d", "key": {"id": 1}, "before": {"id": 1}, "after": None, "new_key": {"id": 5}, "source": source},
            {
                "op": "c",
                "key": {"id": 5},
                "before": None,
                "after": {"id": 5},
                "old_key": {"id": 1},
                "unchanged": ["note"],
                "source": source,
            },
        ]
        trigger = (
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
            "CREATE TRIGGER note BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION note();"
            "ALTER TABLE t ENABLE ALWAYS TRIGGER note"
        )
        for more in ("", trigger):
            with self.subTest(trigger=bool(more)):
                self.sql(
                    "DROP TABLE IF EXISTS t; CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);"
                    "INSERT INTO t (note) VALUES ('long');" + more
                )
                self.load(moved, "--mode", "events")
                self.assertEqual(self.sql("SELECT id, note FROM t"), "5|long")

    def test_tables_without_key(self):
        self.sql("CREATE TABLE log (a int, b text)")
        source = {"schema": "public", "table": "log"}
        event = {"key": None, "source": source}
        full = {"before": {"a": 1, "b": "x"}}
        lines = [event | {"op": "c", "before": None, "after": {"a": 1, "b": "x"}}] * 3
        lines.append(event | full | {"op": "d", "after": None})
        lines.append(event | full | {"op": "u", "after": {"a": 2, "b": "y"}})
        self.load(lines, "--mode", "events")
        self.assertEqual(self.sql("SELECT a, b FROM log ORDER BY a"), "1|x\n2|y")
        # the halves of a change of key are two changes here
        moved = [
            event | {"op": "d", "before": {"a": 2, "b": "y"}, "after": None, "new_key": {"a": 3}},
            event | {"op": "c", "before": None, "after": {"a": 3, "b": "z"}, "old_key": {"a": 2}},
        ]
        self.load(moved, "--mode", "events")
        self.assertEqual(self.sql("SELECT a, b FROM log ORDER BY a"), "1|x\n3|z")
        self.sql("UPDATE log SET a = 2, b = 'y' WHERE a = 3")
        bad = event | {"op": "d", "before": None, "after": None}
        self.load([bad], "--mode", "events", code=65)
        self.load(
            [event | full | {"op": "d", "after": None}, event | full | {"op": "d", "after": None}],
            "--mode",
            "events",
            "--on-error",
            "skip",
            code=1,
        )
        self.assertEqual(self.sql("SELECT a, b FROM log"), "2|y")


if __name__ == "__main__":
    unittest.main()
