#!/usr/bin/env python3
"""walcat digest against digests worked out here from the rules of cdc-event(5), row by row."""

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

    def test_usage(self):
        self.assertEqual(self.walcat("digest", "--buckets", "0").returncode, 2)
        done = self.walcat("digest", "--publication", "absent")
        self.assertEqual(done.returncode, 69, done.stderr)


if __name__ == "__main__":
    unittest.main()
