#!/usr/bin/env python3
"""Mode events: changes that the server refuses late or says little about, keys whose equality is their type's own, and
tables of the most columns."""

import json
import pathlib
import random
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pg_load_lab import Case, Load, environment, psql, start_lab, stop_lab


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


def change(operation: str, key: dict | None, after: dict | None, before: dict | None = None, **more) -> dict:
    source = {"schema": "public", "table": "t"}
    return {"op": operation, "key": key, "before": before, "after": after, "source": source} | more


def insert(row: dict, key: str = "id") -> dict:
    return change("c", {key: row[key]} if key else None, row)


class Refused(Case):
    def rejected(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "rejects").read_text().splitlines()]

    def load_all_but(self, events: list[dict], bad: set, codes: set, user: str = "") -> None:
        """Loads the events with --reject and expects exactly the bad rows (by id) there."""
        (self.folder / "rejects").unlink(missing_ok=True)
        done = subprocess.run(
            self.words("--mode", "events", "--reject", str(self.folder / "rejects")),
            input="".join(json.dumps(event) + "\n" for event in events),
            env=environment() | ({"PGUSER": user} if user else {}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual({line["row"]["after"]["id"] for line in self.rejected()}, bad)
        self.assertEqual({line["code"] for line in self.rejected()}, codes)
        load = Load(done)
        total = {name: load.total(name) for name in ("rows_in", "inserted", "updated", "deleted", "rejected")}
        self.assertEqual(total["rejected"], len(bad), total)
        self.assertEqual(total["rows_in"], len(events), total)

    def ids(self) -> str:
        return self.sql("SELECT coalesce(json_agg(id ORDER BY id), '[]') FROM t")

    def test_a_row_that_fits_no_page(self):
        wide = ",".join(f"v{i} bigint" for i in range(1, 1100))
        rows = [{"id": i} | {f"v{n}": n for n in range(1, 1100 if i in {3, 8} else 4)} for i in range(1, 10)]
        for key in ("PRIMARY KEY", ""):
            with self.subTest(key=key):
                self.sql(f"DROP TABLE IF EXISTS t; CREATE TABLE t (id int {key}, {wide})")
                self.load_all_but([insert(row, "id" if key else "") for row in rows], {3, 8}, {"54000"})
                self.assertEqual(self.ids(), "[1, 2, 4, 5, 6, 7, 9]")
        # an update that makes it too large, and the picture of a table without a key
        self.sql(f"DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, {wide})")
        events = [insert(row) for row in rows if row["id"] not in {3, 8}]
        events.append(change("u", {"id": 4}, rows[2] | {"id": 4}))
        events.append(change("u", {"id": 5}, {"id": 5, "v1": 77}))
        self.load_all_but(events, {4}, {"54000"})
        self.assertEqual(self.sql("SELECT v1 FROM t WHERE id IN (4, 5) ORDER BY id"), "1\n77")
        self.sql(f"DROP TABLE t; CREATE TABLE t (id int, {wide})")
        words = ["--mode", "sync", "--table", "t", "--key", "id", "--reject", str(self.folder / "rejects")]
        (self.folder / "rejects").unlink()
        self.load(rows, *words, code=1, timeout=60)
        self.assertEqual({line["row"]["id"] for line in self.rejected()}, {3, 8})
        self.assertEqual(self.ids(), "[1, 2, 4, 5, 6, 7, 9]")

    def test_a_staging_table_that_holds_less(self):
        """Values that are staged as text, longer than what the table keeps: the row fits all the same."""
        columns = [f"m{n}" for n in range(600)]
        for key in (" PRIMARY KEY", ""):
            self.sql(
                f"DROP TABLE IF EXISTS t; CREATE TABLE t (id int{key}, {', '.join(f'{name} macaddr' for name in columns)})"
            )
            row = dict.fromkeys(columns, "08:00:2b:01:02:03")
            events = [change("c", {"id": n} if key else None, {"id": n} | row) for n in (1, 2)]
            self.load(events, "--mode", "events")
            self.assertEqual(self.sql("SELECT count(*), min(m599::text) FROM t"), "2|08:00:2b:01:02:03")

    def test_half_of_a_key_change_before_a_refused_event(self):
        """What comes between the two in one batch is not lost when the batch is searched."""
        self.sql("CREATE TABLE t (a int CHECK (a < 100), id int); INSERT INTO t VALUES (2, 0)")
        before = {"a": 2, "id": 0}
        events = [
            change("d", None, None, before, new_key={"a": 3}),
            change("c", None, {"a": 5, "id": 5}),
            change("c", None, {"a": 100, "id": 6}),
            change("c", None, {"a": 7, "id": 7}),
        ]
        self.load_all_but(events, {6}, {"23514"})
        self.assertEqual(self.sql("SELECT a FROM t ORDER BY a"), "5\n7")

    def test_values_out_of_range(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY, n smallint, f real, d numeric(4,1), a int[], at timestamp)")
        bad = [
            {"id": 1, "n": 32768},
            {"id": 2, "f": 1e39},
            {"id": 3, "d": 1000},
            {"id": 4, "a": [1, 2147483648]},
            {"id": 5, "at": "294277-01-01T00:00:00"},
            {"id": 2147483648},
        ]
        good = [{"id": i, "n": 1, "f": 1.5, "d": 999.9, "a": [1], "at": "2024-01-01T00:00:00"} for i in (7, 8)]
        rows = [good[0], *bad, good[1]]
        self.load_all_but([insert(row) for row in rows], {row["id"] for row in bad}, {"22003", "22008"})
        self.assertEqual(self.ids(), "[7, 8]")

    def test_policies_name_their_rows(self):
        role = self.database.replace("-", "_") + "_role"
        self.sql(
            f"CREATE ROLE {role} LOGIN; CREATE TABLE t (id int PRIMARY KEY, who text); GRANT ALL ON t TO {role};"
            f'GRANT ALL ON DATABASE "{self.database}" TO {role}; ALTER TABLE t ENABLE ROW LEVEL SECURITY;'
            "CREATE POLICY p ON t USING (true) WITH CHECK (who = 'me')"
        )
        self.addCleanup(psql, "postgres", f"DROP ROLE {role}")
        self.addCleanup(self.sql, f"DROP OWNED BY {role}")
        events = [insert({"id": i, "who": "you" if i == 4 else "me"}) for i in range(1, 7)]
        events.append(change("u", {"id": 5}, {"id": 5, "who": "you"}))
        events.append(change("u", {"id": 6}, {"id": 6, "who": "me"}))
        self.load_all_but(events, {4, 5}, {"42501"}, user=role)
        self.assertEqual(self.sql("SELECT string_agg(id || who, ' ' ORDER BY id) FROM t"), "1me 2me 3me 5me 6me")

    def test_a_view_with_a_check(self):
        """WITH CHECK OPTION refuses what the view would not show."""
        self.sql(
            "CREATE TABLE base (id int PRIMARY KEY, n int);"
            "CREATE VIEW t AS SELECT * FROM base WHERE n < 10 WITH CHECK OPTION"
        )
        rows = [{"id": i, "n": 10 if i in {2, 5} else i} for i in range(1, 7)]
        done = self.load([insert(row) for row in rows], "--mode", "events", "--key", "id", code=69)
        self.assertIn("t", done.errors)

    def test_what_a_trigger_does_not_support(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, n int);"
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.n > 9 THEN "
            "RAISE 'no such flight' USING ERRCODE = TG_ARGV[0]; END IF; RETURN NEW; END $$"
        )
        rows = [{"id": i, "n": 10 if i in {2, 5} else i} for i in range(1, 7)]
        events = [insert(row) for row in rows] + [change("u", {"id": 1}, {"id": 1, "n": 8})]
        for code in ("0A000", "P0001", "23514", "44000"):
            with self.subTest(code=code):
                self.sql(
                    "TRUNCATE t; DROP TRIGGER IF EXISTS no ON t;"
                    f"CREATE TRIGGER no BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION no('{code}');"
                    "ALTER TABLE t ENABLE ALWAYS TRIGGER no"
                )
                self.load_all_but(events, {2, 5}, {code})
                self.assertEqual(
                    self.sql("SELECT string_agg(id || ':' || n, ' ' ORDER BY id) FROM t"), "1:8 3:3 4:4 6:6"
                )


class Keys(Case):
    """Events name a key as its type takes it; the target finds the row that its type says is equal."""

    def cycle(self, kind: str, first, same, other) -> None:
        """A row is inserted, changed under another spelling of its key, its key moves, and it is deleted."""
        self.sql(f"DROP TABLE IF EXISTS t; CREATE TABLE t (id {kind} PRIMARY KEY, v text)")
        self.load([insert({"id": first, "v": "a"})], "--mode", "events")
        for twice in (False, True):
            with self.subTest(kind=kind, one_batch=twice):
                events = [change("u", {"id": same}, {"id": same, "v": "b"}), insert({"id": other, "v": "c"})]
                events.append(change("u", {"id": first}, {"id": first, "v": "d"}))
                events.append(change("d", {"id": other}, None, {"id": other, "v": None}))
                if twice:
                    self.load(events, "--mode", "events")
                else:
                    for event in events:
                        self.load([event], "--mode", "events")
                self.assertEqual(self.sql("SELECT count(*), min(v) FROM t"), "1|d")
        moved = [
            change("d", {"id": same}, None, {"id": same, "v": None}, new_key={"id": other}),
            change("c", {"id": other}, {"id": other, "v": "e"}, old_key={"id": same}),
        ]
        self.load(moved, "--mode", "events")
        self.assertEqual(self.sql("SELECT count(*), min(v) FROM t"), "1|e")
        self.load([change("d", {"id": other}, None, {"id": other, "v": None})], "--mode", "events")
        self.assertEqual(self.sql("SELECT count(*) FROM t"), "0")

    def test_equal_by_their_type(self):
        self.sql("CREATE EXTENSION citext")
        for kind, first, same, other in (
            ("citext", "Zürich", "ZÜRICH", "Bern"),
            ("char(5)", "ab", "ab   ", "cd"),
            ("inet", "10.0.0.1", "10.0.0.1/32", "10.0.0.2"),
            ("jsonb", {"a": 1, "b": [2]}, {"b": [2.0], "a": 1}, {"a": 2}),
            ("float8", 0.0, -0.0, 1.5),
            ("real", -0.0, 0.0, 1.5),
            ("numeric", 1, 1.00, 2),
            ("interval", "1 day", "24:00:00", "2 days"),
            ("timestamptz", "2024-05-01T12:00:00Z", "2024-05-01T14:00:00+02:00", "2024-05-02T00:00:00Z"),
        ):
            self.cycle(kind, first, same, other)


class Wide(Case):
    def test_the_most_columns(self):
        """1600 with the key; a staging table would need more."""
        for columns in (1598, 1599):
            with self.subTest(columns=columns):
                names = [f"c{n}" for n in range(columns)]
                declared = ", ".join(f"{name} int" for name in names)
                self.sql(f"DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, {declared})")
                rows = [{"id": i} | dict.fromkeys(names[:: 1 + i % 2], i) for i in range(1, 5)]
                events = [insert(row) for row in rows]
                events.append(change("u", {"id": 2}, {"id": 2} | dict.fromkeys(names, 7)))
                events.append(change("u", {"id": 1}, {"id": 1, "c0": 9}, unchanged=names[1:]))
                events.append(change("d", {"id": 3}, None, {"id": 3}))
                events.append(change("d", {"id": 4}, None, {"id": 4}, new_key={"id": 40}))
                moved = {"id": 40} | dict.fromkeys(names[:-1], 4)
                events.append(change("c", {"id": 40}, moved, old_key={"id": 4}, unchanged=names[-1:]))
                for at_once in (True, False):
                    self.sql("TRUNCATE t")
                    for batch in [events] if at_once else [events[:4], *([event] for event in events[4:7]), events[7:]]:
                        self.load(batch, "--mode", "events", timeout=60)
                    last = "1" if columns % 2 else ""
                    self.assertEqual(
                        self.sql(f"SELECT id, c0, c1, {names[-1]} FROM t ORDER BY id"),
                        f"1|9||{last}\n2|7|7|7\n40|4|4|4",
                    )


class Keyless(Case):
    """Rows that only all their values tell apart, some of them equal: changed in sets, beside another table."""

    CREATE = (
        "CREATE TABLE bag (a int, b text, n numeric, j json, t timestamptz);CREATE TABLE k (id int PRIMARY KEY, v text)"
    )
    SOURCE = {"schema": "public", "table": "bag"}

    def row(self, pick: random.Random) -> dict:
        return {
            "a": pick.choice([None, 1, 2]),
            "b": pick.choice([None, "x", "it's {table} \u00fc"]),
            "n": pick.choice(["1.0", "1.00"]),
            "j": pick.choice([None, {"c": [1]}]),
            "t": "2026-03-01T00:00:00Z",
        }

    def change(self, op: str, before: dict | None, after: dict | None) -> dict:
        return {"op": op, "key": None, "before": before, "after": after, "source": self.SOURCE}

    def history(self, pick: random.Random, size: int) -> tuple[list[dict], list[dict]]:
        """Lines, and the rows that are there at their end."""
        rows, lines = [], []
        for number in range(size):
            op = pick.choice("ccuud") if rows else "c"
            before = rows.pop(pick.randrange(len(rows))) if op != "c" else None
            after = self.row(pick) if op != "d" else None
            if after:
                rows.append(after)
            lines.append(self.change(op, before, after))
            if number % 3 == 0:
                key = {"id": pick.randrange(20)}
                value = {"op": "u", "key": key, "before": None, "after": key | {"v": str(number)}}
                lines.append(value | {"source": {"schema": "public", "table": "k"}})
        return lines, rows

    def assert_rows(self, rows: list[dict]) -> None:
        wanted = sorted(json.dumps([row["a"], row["b"], row["n"], row["j"]]) for row in rows)
        got = self.sql("SELECT json_build_array(a, b, n::text, j) FROM bag")
        self.assertEqual(sorted(json.dumps(json.loads(line)) for line in got.splitlines()), wanted)

    def test_any_history(self):
        self.sql(self.CREATE)
        for seed in range(4):
            with self.subTest(seed):
                self.sql("TRUNCATE bag, k")
                lines, rows = self.history(random.Random(seed), 1500)
                done = self.load(lines, "--mode", "events", *(["--batch-rows", "97"] if seed % 2 else []))
                self.assert_rows(rows)
                self.assertEqual(done.total("inserted") - done.total("deleted"), len(rows) + self.keyed_rows())

    def keyed_rows(self) -> int:
        return int(self.sql("SELECT count(*) FROM k"))

    def test_rows_that_are_not_there_are_named_and_the_others_changed(self):
        self.sql(self.CREATE + "; INSERT INTO bag (a, b) SELECT n, 'x' FROM generate_series(1, 400) n")
        bare = {"n": None, "j": None, "t": None}
        lines = []
        for number in range(1, 401):
            before = bare | {"a": number if number % 150 else -number, "b": "x"}
            lines.append(
                self.change("u", before, before | {"b": "y"}) if number % 2 else self.change("d", before, None)
            )
        # what came before its row, and what stands for two
        lines += [self.change("d", bare | {"a": 9, "b": "z"}, None), self.change("c", None, bare | {"a": 9, "b": "z"})]
        reject = self.folder / "reject"
        done = self.load(lines, "--mode", "events", "--reject", str(reject), code=1)
        rejected = [json.loads(line) for line in reject.read_text().splitlines()]
        self.assertEqual([line["line"] for line in rejected], [150, 300, 401])
        self.assertEqual({line["code"] for line in rejected}, {"23000"})
        self.assertIn("no row equals", rejected[0]["reason"])
        self.assertEqual(self.sql("SELECT count(*), count(*) FILTER (WHERE b = 'y') FROM bag"), "203|200")
        self.assertEqual((done.total("updated"), done.total("deleted"), done.total("inserted")), (200, 198, 1))
        self.load([self.change("u", bare | {"a": 1, "b": "no"}, bare)], "--mode", "events", code=65)

    def test_what_no_event_names_stays(self):
        self.sql(self.CREATE + "; CREATE TABLE bag2 (LIKE bag); INSERT INTO bag2 VALUES (1, 'x'), (1, 'x'), (2, 'x')")
        lines = [self.change("u", {"a": 1, "b": "x"}, {"a": number, "b": "y"}) for number in (5, 6)]
        lines.append(self.change("u", {"a": 5, "b": "y"}, {"a": 2, "b": "x"}))
        lines.append(self.change("d", {"a": 2, "b": "x"}, None))
        self.load(lines, "--mode", "events", "--map", "bag=bag2")
        self.assertEqual(self.sql("SELECT a, b FROM bag2 ORDER BY a"), "2|x\n6|y")


if __name__ == "__main__":
    unittest.main()
