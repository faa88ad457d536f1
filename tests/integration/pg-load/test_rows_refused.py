#!/usr/bin/env python3
"""Rows that the server refuses, and values, names and types that are hard to take: each is named or stored right."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pg_load_lab import Case, environment, psql, start_lab, stop_lab


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class Refused(Case):
    def rejected(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "rejects").read_text().splitlines()]

    def load_all_but(self, rows, bad: set, *options: str, table: str = "t"):
        """Loads the rows with --reject and expects exactly the bad ones (by id) there, all others in the table."""
        (self.folder / "rejects").unlink(missing_ok=True)
        words = ["--table", table, "--reject", str(self.folder / "rejects"), *options]
        load = self.load(rows, *words, code=1, timeout=60)
        self.assertEqual({line["row"]["id"] for line in self.rejected()}, bad)
        wanted = sorted({row["id"] for row in rows} - bad)
        self.assertEqual(self.sql(f"SELECT coalesce(json_agg(id ORDER BY id), '[]') FROM {table}"), str(wanted))
        total = {name: load.total(name) for name in ("rows_in", "inserted", "updated", "unchanged", "rejected")}
        self.assertEqual(total["rows_in"], len(rows))
        self.assertEqual(total["rows_in"], sum(total.values()) - total["rows_in"], total)
        return load

    def test_a_row_that_fits_no_page(self):
        columns = ",".join(f"c{i} float8" for i in range(1, 400)) + ", n name[], e inet"
        wide = ",".join(f"v{i} bigint" for i in range(1, 1100))
        self.sql(f"CREATE TABLE t (id int PRIMARY KEY, {wide})")
        rows = [{"id": i} | {f"v{n}": n for n in range(1, 1100 if i in (3, 8) else 4)} for i in range(1, 10)]
        for mode in ("upsert", "insert", "sync"):
            self.sql("TRUNCATE t")
            self.load_all_but(rows, {3, 8}, "--mode", mode)
        self.sql(f"CREATE TABLE fits (id int PRIMARY KEY, {columns})")
        self.load([{"id": 1, "c1": 1, "e": "10.0.0.1"}], "--table", "fits", "--mode", "upsert")

    def test_foreign_keys_without_staging(self):
        self.sql("CREATE TABLE owner (id int PRIMARY KEY); INSERT INTO owner VALUES (1), (2)")
        for deferred in ("", "DEFERRABLE INITIALLY DEFERRED"):
            self.sql(f"DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, o int REFERENCES owner {deferred})")
            rows = [{"id": i, "o": 7 if i in (2, 6, 7) else 1 + i % 2} for i in range(1, 12)]
            self.load_all_but(rows, {2, 6, 7}, "--no-staging")
            self.sql("TRUNCATE t")
            self.load_all_but(rows, {2, 6, 7}, "--mode", "upsert")

    def test_policies_name_their_rows(self):
        role = self.database.replace("-", "_") + "_role"
        self.sql(
            f"CREATE ROLE {role} LOGIN; CREATE TABLE t (id int PRIMARY KEY, who text); GRANT ALL ON t TO {role};"
            f'GRANT ALL ON DATABASE "{self.database}" TO {role}; ALTER TABLE t ENABLE ROW LEVEL SECURITY;'
            f"CREATE POLICY p ON t USING (true) WITH CHECK (who = 'me')"
        )
        self.addCleanup(psql, "postgres", f"DROP ROLE {role}")
        self.addCleanup(self.sql, f"DROP OWNED BY {role}")
        rows = [{"id": i, "who": "you" if i == 4 else "me"} for i in range(1, 7)]
        command = ["pg-load", "-d", self.database, "--table", "t", "--reject", str(self.folder / "rejects")]
        for mode in ("insert", "upsert"):
            self.sql("TRUNCATE t")
            done = subprocess.run(
                [*command, "--mode", mode],
                input="".join(json.dumps(row) + "\n" for row in rows),
                env=environment() | {"PGUSER": role},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(self.sql("SELECT json_agg(id ORDER BY id) FROM t"), "[1, 2, 3, 5, 6]")
        self.assertEqual({line["code"] for line in self.rejected()}, {"42501"})

    def test_sums_add_up(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, n int CHECK (n < 5) , d int UNIQUE DEFERRABLE INITIALLY DEFERRED)"
        )
        lines = ['{"id":1,"n":1,"d":1}', "garbage", '{"id":2,"n":9}', '{"id":1,"n":2,"d":1}', '{"id":3,"n":"x"}',
                 '{"id":4,"n":1,"d":1}', "[]"]  # fmt: skip
        words = ["--table", "t", "--mode", "upsert", "--reject", str(self.folder / "rejects")]
        load = self.load("\n".join(lines) + "\n", *words, code=1)
        names = ("rows_in", "inserted", "updated", "unchanged", "rejected")
        rows_in, inserted, updated, unchanged, rejected = (load.total(name) for name in names)
        self.assertEqual((rows_in, inserted, updated + unchanged, rejected), (7, 1, 1, 5), load.receipts)
        self.assertEqual(len(self.rejected()), 5)
        self.assertIn("2 rows loaded, 5 rejected", load.errors)
        load = self.load("garbage\n", *words, code=1)
        self.assertEqual([load.total(name) for name in names], [1, 0, 0, 0, 1])

    def test_what_is_wrong_is_said_with_the_way_out(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY, price numeric(6,2))")
        said = self.load(['{"id":1,"price":"abc"}'], "--table", "t", code=65).errors
        for part in ('table "public.t"', 'column "price"', "numeric(6,2)", '"abc"'):
            self.assertIn(part, said)
        self.assertIn("--alter", self.load(['{"id":1,"colour":"red"}'], "--table", "t", code=65).errors)
        self.assertIn("jq -c '.[]'", self.load('[{"id":1}]\n', "--table", "t", code=65).errors)
        self.assertIn("jq -c .", self.load('{\n  "id": 1\n}\n', "--table", "t", code=65).errors)
        self.assertIn("mlr --icsv --ojsonl cat", self.load("id,name\n1,a\n", "--table", "t", code=65).errors)
        self.sql("CREATE TABLE c (id int PRIMARY KEY, code varchar(3), n numeric(3,1), a int[])")
        for member, value, kind in (
            ("code", "long", "character varying(3)"),
            ("n", 100.5, "numeric(3,1)"),
            ("a", "x", "integer[]"),
        ):
            said = self.load([{"id": 1, member: value}], "--table", "c", "--mode", "upsert", code=65).errors
            for part in ('table "public.c"', f'column "{member}"', kind, json.dumps(value)):
                self.assertIn(part, said)


class Taken(Case):
    def test_tables_of_the_most_columns(self):
        kinds = ("int", "text", "jsonb", "int[]", "inet", "numeric(8,2)")
        for count in (501, 1600):
            columns = ",".join(f"c{i} {kinds[i % 6] if i < 600 else 'bool'}" for i in range(1, count))
            self.sql(f"DROP TABLE IF EXISTS w; CREATE TABLE w (id int, {columns}, PRIMARY KEY (id, c{count - 1}))")
            value = {0: 7, 1: 'a"b', 2: "text", 3: [1, None], 4: "10.0.0.1", 5: "1.50"}
            row = {f"c{i}": value[i % 6] if i < 600 else True for i in range(1, count)} | {"id": 1}
            row[f"c{count - 1}"] = row[f"c{count - 1}"] if count > 600 else 7
            if count <= 600:
                self.sql("ALTER TABLE w DROP CONSTRAINT w_pkey, ADD PRIMARY KEY (id)")
                row[f"c{count - 1}"] = value[(count - 1) % 6]
            words = ["--table", "w", "--mode", "upsert"]
            self.assertEqual(self.load([row], *words).total("inserted"), 1)
            stored = json.loads(self.sql("SELECT row_to_json(w) FROM w"))
            self.assertEqual(stored, row | {name: 1.5 for name, one in row.items() if one == "1.50"})
            self.assertEqual(self.load([row], *words).total("unchanged"), 1)
            row["c8"] = None
            del row["c9"]
            self.assertEqual(self.load([row], *words).total("updated"), 1)
            self.assertEqual(self.sql("SELECT c8 IS NULL, c9::text FROM w"), "t|{1,NULL}")

    def test_hstore_as_an_object(self):
        self.sql("CREATE EXTENSION hstore; CREATE TABLE t (id int PRIMARY KEY, h hstore, a hstore[])")
        objects = [{"a": "1", "b": None, 'c"': 'x"y\\'}, {}, None]
        rows = [{"id": i, "h": one, "a": [one, {"z": "1"}]} for i, one in enumerate(objects)]
        for mode in ("insert", "upsert", "upsert", "sync"):
            self.load(rows, "--table", "t", "--mode", mode)
            for row in rows:
                got = json.loads(
                    self.sql(
                        f"SELECT json_build_array(hstore_to_json(h), hstore_to_json(a[1])) FROM t WHERE id = {row['id']}"
                    )
                )
                self.assertEqual(got, [row["h"], row["h"]])
            self.assertEqual(self.sql("SELECT count(*), count(DISTINCT xmin::text) FROM t"), "3|1")
            if mode == "insert":
                self.sql("TRUNCATE t")
        self.load(['{"id":9,"h":"k=>v"}'], "--table", "t")

    def test_domains_over_anything(self):
        self.sql(
            "CREATE DOMAIN word AS text NOT NULL; CREATE DOMAIN name2 AS word CHECK (length(value) < 4);"
            "CREATE DOMAIN small AS numeric(4,1); CREATE DOMAIN smaller AS small CHECK (value < 10);"
            "CREATE DOMAIN list AS int[] NOT NULL; CREATE TYPE pair AS (x int, y word);"
            "CREATE TABLE t (id int PRIMARY KEY, w name2, s smaller, l list, p pair, a int[])"
        )
        row = {"id": 1, "w": "abc", "s": 1.25, "l": [1], "p": {"x": 1, "y": "z"}, "a": [2]}
        for mode in ("insert", "upsert"):
            self.sql("TRUNCATE t")
            self.load([row], "--table", "t", "--mode", mode)
            self.assertEqual(self.sql("SELECT * FROM t"), "1|abc|1.3|{1}|(1,z)|{2}")
        words = ["--table", "t", "--mode", "upsert", "--reject", str(self.folder / "r")]
        load = self.load([row | {"w": "long"}, row | {"s": 10}, row | {"id": 2, "l": None}, row], *words, code=1)
        self.assertEqual((load.total("rejected"), load.total("unchanged")), (3, 1))

    def test_events_of_a_table_without_key(self):
        self.sql(
            "CREATE EXTENSION hstore; CREATE DOMAIN word AS text NOT NULL;"
            "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a * 2) STORED, h hstore, hs hstore[], w word)"
        )
        source = {"schema": "public", "table": "t"}
        one, two, three = ({"a": i, "h": {"k": str(i)}, "hs": [{"z": None}], "w": f"w{i}"} for i in (1, 2, 3))
        events = [("c", None, one), ("c", None, one), ("c", None, two), ("u", one, three), ("d", two, None)]
        lines = [{"key": None, "before": old, "after": new, "op": op, "source": source} for op, old, new in events]
        self.load(lines, "--mode", "events", "--encoding", "plain")
        self.assertEqual(
            self.sql("SELECT a, g, h, hs, w FROM t ORDER BY a"),
            """1|2|"k"=>"1"|{"\\"z\\"=>NULL"}|w1\n3|6|"k"=>"3"|{"\\"z\\"=>NULL"}|w3""",
        )

    def test_names_longer_than_the_server_keeps(self):
        name, other = "n" * 70, "m" * 62 + "é" + "x" * 9
        rows = [{"id": 1, name: "a", other: 1}, {"id": 2, name: "b", other: 2}]
        self.load(rows, "--table", "t" * 70, "--create", "--key", "id", "--mode", "upsert")
        self.load(rows, "--table", "t" * 70, "--key", "id", "--mode", "upsert")
        self.assertEqual(self.sql(f"SELECT {'n' * 63}, {'m' * 62} FROM {'t' * 63} ORDER BY id"), "a|1\nb|2")
        self.sql("CREATE TABLE u (id int PRIMARY KEY)")
        self.load(rows, "--table", "u", "--alter", "--mode", "upsert")
        both = {"id": 3, "k" * 64: 1, "k" * 65: 2}
        for create in (["--table", "v", "--create"], ["--table", "u", "--alter", "--mode", "upsert"]):
            errors = self.load([both], *create, code=65).errors
            self.assertIn("k" * 65, errors)
        self.assertEqual(self.sql("SELECT to_regclass('v') IS NULL, (SELECT count(*) FROM u)"), "t|2")

    def test_keys_that_are_equal_by_their_type(self):
        self.sql(
            "CREATE EXTENSION citext; CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', "
            "deterministic = false)"
        )
        cases = [("numeric", 1.0, "1.00"), ("citext", "Ab", "aB"), ("char(4)", "x", "x  "), ("inet", "10.0.0.1", "10.0.0.1/32"),
                 ("jsonb", {"a": 1, "b": 2}, {"b": 2, "a": 1.0}), ("float8", 0.0, -0.0), ("text COLLATE nocase", "E", "e"),
                 ("numeric(6,1)", 1.04, 1.01), ("timestamp(0)", "2024-01-01 00:00:00.4", "2024-01-01 00:00:00")]  # fmt: skip
        for kind, one, other in cases:
            for unique in ("", ", UNIQUE (k)"):
                self.sql(f"DROP TABLE IF EXISTS t; CREATE TABLE t (k {kind}, v int{unique})")
                with self.subTest(kind, unique=unique):
                    words = ["--table", "t", "--key", "k", "--mode", "upsert"]
                    self.load([{"k": one, "v": 1}, {"k": other, "v": 2}], *words)
                    self.assertEqual(self.sql("SELECT v FROM t"), "2")
                    self.load([{"k": one, "v": 3}], *words)
                    self.assertEqual(self.sql("SELECT v FROM t"), "3")

    def test_key_names_with_quotes_and_backslashes(self):
        self.sql('CREATE TABLE t ("a""b" int, "c\\d" int, v int, PRIMARY KEY ("a""b", "c\\d"))')
        rows = [{'a"b': i, "c\\d": 1, "v": i} for i in range(3)]
        self.load(rows, "--table", "t", "--mode", "sync")
        bad = rows[0] | {"v": "x"}
        words = ["--table", "t", "--mode", "sync", "--reject", str(self.folder / "r")]
        load = self.load([bad, rows[1]], *words, code=1)
        self.assertEqual((load.total("deleted"), load.total("unchanged")), (1, 1))

    def test_type_texts_are_types_and_nothing_else(self):
        self.sql("CREATE TABLE victim (); CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('a')")
        for text in ("int); DROP TABLE victim; --", "int; DROP TABLE victim", "int DEFAULT 1", "int /* x */", "int -- x",
                     "int CHECK (true)", "no such type at all", "int, z int", "numeric(1", "text COLLATE \"C\""):  # fmt: skip
            for words in (["--create"], ["--alter", "--create"]):
                with self.subTest(text):
                    self.load([{"id": 1}], "--table", "made", *words, "--column", f"id:{text}", code=65)
        self.assertIn(
            "app.nothing",
            self.load([{"id": 1}], "--table", "made", "--create", "--column", "id:app.nothing", code=69).errors,
        )
        self.assertEqual(self.sql("SELECT to_regclass('victim') IS NOT NULL, to_regclass('made') IS NULL"), "t|t")
        good = ["numeric(6,2)[]", "timestamp(3) without time zone", "app.mood", "interval day to second(2)", "bit(3)", "varchar(5)",
                "bpchar", "bigserial", "time(0) with time zone"]  # fmt: skip
        words = [word for i, text in enumerate(good) for word in ("--column", f"c{i}:{text}")]
        self.load([{"id": 1}], "--table", "made", "--create", *words)
        types = self.sql(
            "SELECT string_agg(format_type(atttypid, atttypmod), ',' ORDER BY attnum) FROM pg_attribute "
            "WHERE attrelid = 'made'::regclass AND attnum > 1"
        )
        self.assertEqual(
            types,
            "numeric(6,2)[],timestamp(3) without time zone,app.mood,interval day to second(2),bit(3),"
            "character varying(5),bpchar,bigint,time(0) with time zone",
        )

    def test_settings_of_a_role_change_nothing(self):
        role = self.database.replace("-", "_") + "_set"
        settings = {
            "quote_all_identifiers": "on", "standard_conforming_strings": "off", "xmloption": "document",
            "bytea_output": "escape", "datestyle": "German, DMY", "intervalstyle": "iso_8601", "array_nulls": "off",
            "extra_float_digits": "-10", "transform_null_equals": "on", "statement_timeout": "1ms", "exit_on_error": "on",
        }  # fmt: skip
        self.sql(f"CREATE ROLE {role} SUPERUSER LOGIN; " + "".join(
            f"ALTER ROLE {role} SET {name} = {value if ',' in value else repr(value)};" for name, value in settings.items()
        ))  # fmt: skip
        self.addCleanup(psql, "postgres", f"DROP ROLE {role}")
        columns = "(id int PRIMARY KEY, j jsonb, b bytea, a text[], x xml, f float8, s text, d date)"
        self.sql(f"CREATE TABLE one {columns}; CREATE TABLE two {columns}")
        rows = [{"id": 1, "j": "123", "b": "\\x00", "a": ["NULL", None], "x": "a<b/>", "f": 0.1, "s": "a\\b", "d": "2024-02-01"},
                {"id": 2, "j": "null", "b": "", "a": [], "x": "<a/>", "f": 1e300, "s": "'", "d": None}]  # fmt: skip
        self.load(rows, "--table", "one", "--mode", "upsert")
        done = subprocess.run(
            ["pg-load", "-d", self.database, "--table", "two", "--mode", "upsert"],
            input="".join(json.dumps(row) + "\n" for row in rows),
            env=environment() | {"PGUSER": role},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            self.sql("SELECT count(*) FROM one JOIN two USING (id) WHERE ROW(one.*)::text = ROW(two.*)::text"), "2"
        )

    def test_nobodys_operators_and_functions_are_run(self):
        self.sql(
            "CREATE TABLE t (id varchar PRIMARY KEY, v varchar, n int DEFAULT 5, a int[]);"
            "CREATE TABLE ran (what text);"
            "CREATE FUNCTION evil(varchar, text) RETURNS bool LANGUAGE sql AS $$ INSERT INTO ran VALUES ('='); SELECT true $$;"
            "CREATE OPERATOR = (leftarg = varchar, rightarg = text, function = evil);"
            "CREATE FUNCTION evil2(varchar, varchar) RETURNS bool LANGUAGE sql AS $$ INSERT INTO ran VALUES ('=='); SELECT true $$;"
            "CREATE OPERATOR = (leftarg = varchar, rightarg = varchar, function = evil2);"
            "CREATE FUNCTION get_bit(bytea, int) RETURNS int LANGUAGE sql AS $$ INSERT INTO ran VALUES ('bit'); SELECT 1 $$;"
            "CREATE FUNCTION trace() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM count(*) FROM ran; RETURN NEW; END $$;"
            "CREATE TRIGGER trace BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION trace()"
        )
        self.load([{"id": "a", "v": "1"}, {"id": "b", "v": "1", "n": 1}], "--table", "t", "--mode", "upsert")
        self.load([{"id": "a", "v": "2"}, {"id": "b", "n": 2, "a": [1]}], "--table", "t", "--mode", "sync")
        self.assertEqual(self.sql("SELECT * FROM t ORDER BY id"), "a|2|5|\nb|1|2|{1}")
        self.assertEqual(self.sql("SELECT count(*) FROM ran"), "0")


if __name__ == "__main__":
    unittest.main()
