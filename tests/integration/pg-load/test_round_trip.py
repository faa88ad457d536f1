#!/usr/bin/env python3
"""Values of every type that both tools read and write in binary: from the server through walcat and pg-load to the
server, where both tables print the same."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pg_load_lab import Case, environment, start_lab, stop_lab

# type: an expression of the server for row n, from which all rows but the first few are made; values of the limits
TYPES = {
    "boolean": ("n % 3 = 0", "true", "false"),
    "smallint": ("(random() * 65535 - 32768)::int", "-32768", "32767", "0"),
    "integer": ("(random() * 4294967295 - 2147483648)::bigint", "-2147483648", "2147483647"),
    "bigint": ("(random() * 1e18)::bigint * (n % 19 - 9)", "-9223372036854775808", "9223372036854775807"),
    "numeric": (
        "((random() * 1e9)::numeric * power(10::numeric, n % 60 - 30))::numeric(90, 40)",
        *("0", "0.000", "-0.5", "'NaN'", "1e131071", "1e-16383", "10000", "'Infinity'", "'-Infinity'"),
    ),
    "numeric(12,3)": ("(random() * 1e8 - 5e7)::numeric", "0.0005", "-999999999.999"),
    "real": ("(random() - 0.5) * power(10, n % 60 - 30)", "'-0'", "'NaN'", "'Infinity'", "3.4028235e38", "1.4e-45"),
    "double precision": ("(random() - 0.5) * power(10, n % 600 - 300)", "'-0'", "'NaN'", "'-Infinity'", "5e-324"),
    "date": (
        "date '2000-01-01' + (random() * 800000 - 500000)::int",
        "'infinity'",
        "'4713-01-01 BC'",
        "'5874897-12-31'",
    ),
    "time": ("time '00:00' + random() * interval '1 day'", "'24:00:00'", "'23:59:59.999999'"),
    "timestamp": (
        "timestamp '2000-01-01' + (random() - 0.6) * interval '3000 years'",
        *("'infinity'", "'-infinity'", "'4713-01-01 00:00:00 BC'", "'294276-12-31 23:59:59.999999'"),
    ),
    "timestamptz": (
        "timestamptz '2000-01-01' + (random() - 0.6) * interval '3000 years'",
        *("'infinity'", "'2024-02-29 12:00:00+00'", "'1969-12-31 23:59:59.999999+00'"),
    ),
    "uuid": ("md5(n::text)::uuid", "'00000000-0000-0000-0000-000000000000'"),
    "bytea": ("decode(repeat(md5(n::text), n % 9), 'hex')", "''", r"'\x005c22ff'"),
    "text": ("repeat(chr(n % 900 + 1), n % 20)", "''", r"e'\t\n\"\\'", "'Zürich'"),
    "jsonb": ("jsonb_build_object('n', random(), 't', chr(n % 900 + 1))", """'{"a": null}'""", "'[1e400, {}]'"),
}
ROWS = 2000


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class RoundTrip(Case):
    def make_tables(self) -> None:
        columns = ", ".join(f"c{place} {kind}" for place, kind in enumerate(TYPES))
        for table in ("given", "taken"):
            self.sql(f"CREATE TABLE {table} (id int PRIMARY KEY, {columns})")
        random_values = ", ".join(values[0] for values in TYPES.values())
        self.sql(f"INSERT INTO given SELECT n, {random_values} FROM generate_series(1, {ROWS}) n")
        for place, (kind, values) in enumerate(TYPES.items()):
            rows = ", ".join(f"({ROWS + 1 + place * 20 + at}, {value})" for at, value in enumerate(values[1:]))
            self.sql(f"INSERT INTO given (id, c{place}) SELECT id, v::{kind} FROM (VALUES {rows}) w (id, v)")
        self.sql("CREATE PUBLICATION p FOR TABLE given")

    def test_the_same_text_at_the_end(self):
        self.make_tables()
        words = ["walcat", "-d", self.database, "--publication", "p", "--snapshot", "only"]
        lines = subprocess.run(words, env=environment(), capture_output=True, text=True, timeout=60, check=True).stdout
        self.load(lines, "--mode", "events", "--table", "taken")
        self.assertEqual(self.sql("SELECT count(*) FROM taken"), self.sql("SELECT count(*) FROM given"))
        for place, kind in enumerate(TYPES):
            differ = self.sql(
                f"SELECT id, g.c{place}, t.c{place} FROM given g JOIN taken t USING (id) "
                f"WHERE g.c{place}::text IS DISTINCT FROM t.c{place}::text LIMIT 5"
            )
            self.assertEqual(differ, "", kind)


if __name__ == "__main__":
    unittest.main()
