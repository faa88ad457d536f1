#!/usr/bin/env python3
"""walcat digest against digests worked out here from the rules of cdc-event(5), row by row."""

import decimal
import hashlib
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

LOW = (1 << 64) - 1


def row_text(values: list[str | None]) -> str:
    escaped = ("\\N" if value is None else value.replace("\\", "\\\\").replace(",", "\\,") for value in values)
    return ",".join(escaped)


def row_hash(values: list[str | None]) -> str:
    return hashlib.md5(row_text(values).encode()).hexdigest()


def bucket_of(key: list[str | None], buckets: int) -> int:
    return int(row_hash(key)[:8], 16) % buckets


def digest(rows: list[list[str | None]]) -> str:
    hashes = [row_hash(row) for row in rows]
    high = sum(int(text[:16], 16) for text in hashes) & LOW
    low = sum(int(text[16:], 16) for text in hashes) & LOW
    return f"{high:016x}{low:016x}"


def es_number(value: float) -> str:
    """As ECMAScript prints it, from Python's shortest digits."""
    if value == 0:
        return "0"
    sign, digits, exponent = decimal.Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + exponent
    if -6 < point <= 21:
        whole = text[:point].ljust(point, "0") if point > 0 else "0"
        part = text[point:] if point > 0 else "0" * -point + text
        out = whole + ("." + part if part else "")
    else:
        out = text[0] + ("." + text[1:] if text[1:] else "") + f"e{point - 1:+d}"
    return ("-" if sign else "") + out


def canonical(value) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, str | bool) or value is None:
        return json.dumps(value, ensure_ascii=False)
    return es_number(float(value))


class Digests(Case):
    def digest_lines(self, *options: str) -> list[dict]:
        done = self.walcat("digest", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_values_have_one_canonical_text(self):
        self.sql(
            "CREATE DOMAIN price AS numeric(9,3); "
            "CREATE TABLE t (id int PRIMARY KEY, z price, a text, ts timestamp, tz timestamptz, d date, "
            "b bytea, f float8, ok bool, list int[], doubled int GENERATED ALWAYS AS (id * 2) STORED); "
            "INSERT INTO t VALUES "
            "(1, 1.500, 'x,\\y', '2024-02-03 04:05:06.5', '2024-02-03 04:05:06+02', '2024-02-03', '\\x00ff', 0.1, true, '{1,2}'), "
            "(2, 10, NULL, 'infinity', '0044-03-15 00:00:00+00 BC', '-infinity', '', 'NaN', false, '{}'), "
            "(3, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
        )
        self.publish_all()
        # in the order of the names: a b d f id list ok ts tz z
        rows = {
            1: ["x,\\y", "00ff", "2024-02-03", "0.1", "1", "{1,2}", "true"]
            + ["2024-02-03T04:05:06.500000", "2024-02-03T02:05:06.000000Z", "1.5"],
            2: [None, "", "-infinity", "NaN", "2", "{}", "false"] + ["infinity", "0044-03-15 00:00:00+00 BC", "10"],
            3: ["", None, None, None, "3", None, None, None, None, None],
        }
        expected = []
        for bucket in range(4):
            inside = [row for key, row in rows.items() if bucket_of([str(key)], 4) == bucket]
            expected.append((bucket, len(inside), digest(inside)))
        lines = self.digest_lines("--buckets", "4")
        self.assertEqual([(line["bucket"], line["rows"], line["digest"]) for line in lines], expected)
        self.assertEqual(list(lines[0]), ["table", "pos", "bucket", "rows", "digest"])
        self.assertEqual({line["table"] for line in lines}, {"public.t"})
        keys = self.digest_lines("--buckets", "4", "--keys")[4:]
        expected_rows = sorted(
            (bucket_of([str(key)], 4), row_hash([str(key)]), key, row_hash(row)) for key, row in rows.items()
        )
        found = [(line["bucket"], line["key_hash"], line["key"]["id"], line["digest"]) for line in keys]
        self.assertEqual(found, expected_rows)

    def test_many_rows_and_no_key(self):
        self.sql("CREATE TABLE t (x text); INSERT INTO t SELECT i % 5000 FROM generate_series(1, 12000) i")
        self.publish_all()
        values = [[str(i % 5000)] for i in range(1, 12001)]
        lines = self.digest_lines("--buckets", "1", "--keys")
        self.assertEqual((lines[0]["rows"], lines[0]["digest"]), (12000, digest(values)))
        self.assertEqual(len(lines), 12001)
        self.assertEqual({line["key"] for line in lines[1:]}, {None})

    def test_what_is_not_published_does_not_count(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a int, secret text); CREATE TABLE other (id int); "
            "INSERT INTO t SELECT i, i, 'secret' FROM generate_series(1, 10) i; "
            "CREATE PUBLICATION part_of FOR TABLE t (id, a) WHERE (id > 5)"
        )
        lines = self.digest_lines("--buckets", "1", "--control")
        self.assertEqual(lines[0]["__cdc"], "schema")
        self.assertEqual([column["name"] for column in lines[0]["columns"]], ["id", "a"])
        rows = [[str(i), str(i)] for i in range(6, 11)]
        self.assertEqual([(line["rows"], line["digest"]) for line in lines[1:]], [(5, digest(rows))])

    def test_hundreds_of_columns(self):
        names = [f"c{i:03}" for i in range(400)]
        self.sql(f"CREATE TABLE t ({', '.join(f'{name} int' for name in names)}); INSERT INTO t (c007) VALUES (1)")
        self.publish_all()
        row = ["1" if name == "c007" else None for name in names]
        lines = self.digest_lines("--buckets", "1")
        self.assertEqual(lines[0]["digest"], digest([row]))

    def test_the_position_is_that_of_the_picture(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        self.make_slot("s")
        self.sql("INSERT INTO t VALUES (1)")
        lines = self.digest_lines("--buckets", "1")
        self.assertEqual(lines[0]["rows"], 1)
        self.sql("INSERT INTO t VALUES (2)")
        positions = [event["pos"] for event in self.data("--slot", "s", "--no-ack", "--until-now")]
        self.assertLess(positions[0], lines[0]["pos"])
        self.assertGreater(positions[1], lines[0]["pos"])
        self.assertEqual(self.sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name <> 's'"), "0")

    def test_the_portable_form(self):
        """Documents, arrays, composites and floats by the rules of the page, from the lines that walcat prints."""
        self.sql(
            "CREATE TYPE place AS (x float8, name text); CREATE DOMAIN weights AS float4[]; "
            "CREATE TABLE t (id int PRIMARY KEY, j json, b jsonb, list text[], deep int[], p place, w weights, f float8, "
            "s float4, c char(4), n numeric, i inet, v interval, tags int2vector, bin bytea); "
            """INSERT INTO t VALUES (1, '{"b": 1.50, "a":[1e2,\n null, -0.0], "b":"x,y\\\\"}', '{"é":1e-7,"z":12345678901234567890}', """
            """'{"a,b",NULL,"q\\"x"}', '{{1,2},{3,4}}', '(1e21,"it, is")', '{0.1,1e-7}', 1e20, 0.1, 'ab', 1.500, """
            "'10.0.0.1', '1 day 02:00', '1 2', '\\x00'), "
            "(2, 'null', 'null', '{}', NULL, NULL, NULL, 'NaN', '-Infinity', NULL, 'NaN', '::1/64', NULL, NULL, NULL), "
            "(3, NULL, '[]', NULL, NULL, ROW(NULL, NULL), NULL, '-0', 16777216, 'a,b', NULL, NULL, NULL, NULL, NULL); "
            "CREATE TABLE keyed (f float8 PRIMARY KEY, t text); INSERT INTO keyed SELECT i / 3.0, i FROM generate_series(1, 300) i; "
            "CREATE TABLE bare (d jsonb); INSERT INTO bare SELECT jsonb_build_object('n', i) FROM generate_series(1, 50) i"
        )
        self.publish_all()
        self.make_slot("s")
        documents = {"j", "b", "list", "deep", "p", "w", "tags", "d"}
        rows: dict[str, list[tuple[dict, list[str | None]]]] = {}
        for event in self.data("--slot", "s", "--snapshot", "always", "--no-ack", "--until-now"):
            texts: dict[str, str | None] = {}
            for name, value in event["after"].items():
                if name in documents:
                    texts[name] = None if value is None else canonical(value)
                elif value is None or isinstance(value, str):
                    texts[name] = value.removeprefix("\\x") if value and name == "bin" else value
                else:
                    texts[name] = es_number(float(value)) if name in ("f", "s") else str(value)
            if texts.get("n") == "1.500":
                texts["n"] = "1.5"
            found = rows.setdefault(event["source"]["table"], [])
            found.append((event["key"], [texts[name] for name in sorted(texts)]))
        self.assertEqual({name: len(found) for name, found in rows.items()}, {"t": 3, "keyed": 300, "bare": 50})
        lines = self.digest_lines("--portable", "--buckets", "3", "--keys")
        for table, key in (("t", 6), ("keyed", 0), ("bare", 0)):
            with self.subTest(table=table):
                told = [line for line in lines if line.get("table") == f"public.{table}"]
                self.assertTrue(all(line["portable"] for line in told))
                values = [row for _, row in rows[table]]
                expected = []
                for bucket in range(3):
                    inside = [row for row in values if bucket_of([row[key]], 3) == bucket]
                    expected.append((bucket, len(inside), digest(inside)))
                self.assertEqual([(line["bucket"], line["rows"], line["digest"]) for line in told[:3]], expected)
                by_row = sorted((bucket_of([row[key]], 3), row_hash([row[key]]), row_hash(row)) for row in values)
                self.assertEqual([(line["bucket"], line["key_hash"], line["digest"]) for line in told[3:]], by_row)
                if table != "bare":
                    self.assertEqual(len({json.dumps(line["key"]) for line in told[3:]}), len(values))
        schemas = [line["table"] for line in lines if "__cdc" in line]
        self.assertEqual(sorted(schemas), ["bare", "keyed", "t"])

    def test_usage(self):
        self.assertEqual(self.walcat("digest", "--buckets", "0").returncode, 2)
        done = self.walcat("digest", "--publication", "absent")
        self.assertEqual(done.returncode, 69, done.stderr)


if __name__ == "__main__":
    unittest.main()
