#!/usr/bin/env python3
"""Every value as row_to_json() prints it, in the stream and in the snapshot."""

import json
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, start_lab, stop_lab
from walcat_values import compare, wanted_rows

setUpModule, tearDownModule = start_lab, stop_lab

PREPARE = """
CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'so "happy"');
CREATE TYPE pair AS (a int, "b c" text, t timestamptz);
CREATE TYPE nest AS (p pair, list pair[], n numeric);
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE DOMAIN pairs AS pair[];
"""

# type: literals; random ones are added below
VALUES = {
    "bool": ["true", "false"],
    "int2": ["-32768", "32767"],
    "int4": ["-2147483648", "0"],
    "int8": ["-9223372036854775808", "9223372036854775807"],
    "oid": ["4294967295"],
    "float4": ["1.1", "'NaN'", "'Infinity'", "'-Infinity'", "1e20", "-0.0", "16777217", "1e-45"],
    "float8": ["0.1", "'NaN'", "'-Infinity'", "1e300", "2.5e-10", "-0.0", "5e-324", "123456789012345680"],
    "numeric": ["'NaN'", "'Infinity'", "'-Infinity'", "0.00", "-12345678901234567890.123456789000", "1e50", "1e-20"],
    "numeric(12,2)": ["1.5", "-0.01"],
    "numeric(4,-2)": ["123456"],
    "money": ["'-$1,234.56'"],
    "text": ["''", r"E'a\tb\nc\rd\be\ff\"g\\h\x01\x1f\x7f/é😀'", "'NULL'", r"E'\u2028'", "'\\N'", r"E'\\.'"],
    "varchar(5)": ["'abc'"],
    "char(5)": ["'ab'"],
    '"char"': ["'x'"],
    "name": ["'a name'"],
    "citext": ["'MiXed'"],
    "ltree": ["'a.b.c'"],
    "bytea": [r"'\x'", r"'\x00ff5c22'"],
    "date": ["'2024-02-29'", "'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'"],
    "time": ["'24:00:00'", "'01:02:03.000004'"],
    "timetz": ["'01:02:03.5+05:30'", "'00:00:00-15:59:59'"],
    "timestamp": [
        "'infinity'",
        "'-infinity'",
        "'0044-03-15 12:00 BC'",
        "'2024-01-01'",
        "'294276-12-31 23:59:59.999999'",
    ],
    "timestamptz": [
        "'infinity'",
        "'-infinity'",
        "'0044-03-15 12:00 BC'",
        "'2024-01-01 00:00:00.10-07'",
        "'294276-12-31 23:59:59.999999+00'",
    ],
    "timestamp(3)": ["'2024-01-01 01:02:03.4567'"],
    "interval": ["'1 year -2 mons 3 days -04:05:06.789'", "'0'"],
    "uuid": ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
    "json": [r"""E'{"a" : [1,\n 2],\r\n "a":"x\\\\ny", "n":1e400}'""", "'null'", "'\"s\"'", "'12'"],
    "jsonb": ["""'{"b":[1,2.50,{"x":null}],"a":"é"}'""", "'null'", "'1e400'", r"""'"a\nb"'"""],
    "jsonpath": ["'$.a[*] ? (@ > 1)'"],
    "xml": ["'<a b=\"1\">x</a>'"],
    "inet": ["'10.0.0.1/8'"],
    "cidr": ["'10.0.0.0/8'"],
    "macaddr": ["'08:00:2b:01:02:03'"],
    "macaddr8": ["'08:00:2b:01:02:03:04:05'"],
    "bit(3)": ["B'101'"],
    "varbit": ["B''", "B'10'"],
    "tsvector": ["'a:1 b:2'"],
    "tsquery": ["'a & b'"],
    "pg_lsn": ["'0/16B3748'"],
    "point": ["'(1,2.5)'"],
    "box": ["'(1,1),(0,0)'"],
    "box[]": ["ARRAY['(1,1),(0,0)', '(3,3),(2,2)']::box[]"],
    "path": ["'[(0,0),(1,1)]'"],
    "int4range": ["'[1,5)'", "'empty'", "'(,)'"],
    "numrange": ["'(1.5,2.5]'"],
    "tstzrange": ["'[2024-01-01 00:00+00,)'"],
    "int4multirange": ["'{[1,3),[5,7)}'", "'{}'"],
    "mood": ["'sad'", "'so \"happy\"'"],
    "mood[]": ["ARRAY['sad', NULL, 'so \"happy\"']::mood[]"],
    "posint": ["7"],
    "posint[]": ["ARRAY[1,2]::posint[]"],
    "pair": [
        "ROW(1, 'x y', '2024-01-01')",
        "ROW(NULL, NULL, NULL)",
        r"ROW(1, E'a\"b\\c,(d)', 'infinity')",
        "ROW(NULL, '', NULL)",
    ],
    "pair[]": [r"ARRAY[ROW(1, E'a\"b\\', NULL), NULL, ROW(NULL, '', 'infinity')]::pair[]"],
    "pairs": ["ARRAY[ROW(1, 'x', NULL)]::pair[]"],
    "nest": [r"ROW(ROW(1, E'q\"', NULL), ARRAY[ROW(2, E'\\', NULL)]::pair[], 'NaN')", "ROW(NULL, NULL, 1.50)"],
    "hstore": ['\'a=>1, b=>NULL, "c \\"d"=>"x=>y, \\\\"\'', "''"],
    "hstore[]": ["ARRAY['a=>1']::hstore[]"],
    "int4[]": ["'{}'", "'{1,NULL,3}'", "'{{1,2},{3,4}}'", "'[0:1]={5,6}'", "'[0:0][2:3]={{1,2}}'"],
    "text[]": [r"""'{a,"b c","NULL",NULL,"q\"q","back\\slash","",",","{}"}'""", "'{{a,b},{c,NULL}}'"],
    "numeric[]": ["'{1.50,NaN,-Infinity}'"],
    "bool[]": ["'{t,f,NULL}'"],
    "timestamptz[]": ["'{2024-01-01 10:00:00+00,infinity}'"],
    "date[]": ["'{2024-01-01,0044-03-15 BC}'"],
    "json[]": [r"""ARRAY[E'{"a":\n1}', 'null']::json[]"""],
    "bytea[]": [r"ARRAY['\x00ff', NULL]::bytea[]"],
    "int2vector": ["'1 2 3'", "''"],
    "oidvector": ["'1 2'"],
    "regclass": ["'pg_class'"],
    "interval[]": ["ARRAY['1 day', '-1 mon']::interval[]"],
}


def random_text(rng: random.Random) -> str:
    letters = [
        chr(rng.choice([rng.randint(1, 127), rng.randint(160, 0x2FF), rng.randint(0x1F300, 0x1F5FF)]))
        for _ in range(rng.randint(0, 40))
    ]
    return "".join(letters)


def quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def array_literal(items: list[str]) -> str:
    inner = ",".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return quote("{" + inner + "}")


def random_values(rng: random.Random) -> dict[str, list[str]]:
    return {
        "int8": [str(rng.randint(-(2**63), 2**63 - 1)) for _ in range(20)],
        "float4": [repr(rng.uniform(-1, 1) * 10 ** rng.randint(-30, 30)) for _ in range(20)],
        "float8": [repr(rng.uniform(-1, 1) * 10 ** rng.randint(-300, 300)) for _ in range(20)],
        "numeric": [f"{rng.randint(-(10**30), 10**30)}.{rng.randint(0, 10**12):012d}" for _ in range(20)],
        "text": [quote(random_text(rng)) for _ in range(40)],
        "text[]": [array_literal([random_text(rng) for _ in range(rng.randint(1, 4))]) for _ in range(20)],
        "json": [
            quote(json.dumps({random_text(rng).replace("\x00", ""): [rng.random(), random_text(rng)]}, indent=2))
            for _ in range(20)
        ],
        "timestamptz": [f"to_timestamp({rng.uniform(-6e10, 6e10):.6f})" for _ in range(20)],
        "timestamp": [f"to_timestamp({rng.uniform(-6e10, 6e10):.6f})::timestamp" for _ in range(20)],
        "interval": [
            f"make_interval(months => {rng.randint(-99, 99)}, secs => {rng.uniform(-1e6, 1e6):.6f})" for _ in range(20)
        ],
        "pair": [f"ROW({rng.randint(-9, 9)}, {quote(random_text(rng))}, now())" for _ in range(20)],
    }


class Values(Case):
    def fill(self) -> dict[tuple[str, int], str]:
        rng = random.Random(20260301)
        self.sql(PREPARE)
        more = random_values(rng)
        names = {kind: f"c{number}" for number, kind in enumerate(VALUES)}
        columns = ", ".join(f"{names[kind]} {kind}" for kind in VALUES)
        self.sql(f"CREATE TABLE v (id int PRIMARY KEY, {columns})")
        self.publish_all()
        self.make_slot("s")
        rows, number = [], 0
        for kind, literals in VALUES.items():
            for literal in [*literals, *more.get(kind, [])]:
                number += 1
                rows.append(f"INSERT INTO v (id, {names[kind]}) VALUES ({number}, ({literal})::{kind});")
        everything = ", ".join(f"({literals[0]})::{kind}" for kind, literals in VALUES.items())
        rows.append(f"INSERT INTO v VALUES (0, {everything});")
        self.sql("SET standard_conforming_strings = on;\n" + "\n".join(rows))
        return wanted_rows(self, ["v"])

    def test_stream_and_snapshot_are_row_to_json(self):
        wanted = self.fill()
        self.assertGreater(len(wanted), 300)
        stream = self.walcat("--slot", "s", "--no-ack", "--until-now")
        self.assertEqual(stream.returncode, 0, stream.stderr)
        compare(self, stream.stdout, wanted)
        snapshot = self.walcat("--snapshot", "only")
        self.assertEqual(snapshot.returncode, 0, snapshot.stderr)
        compare(self, snapshot.stdout, wanted)

    def test_session_settings_of_database_and_role_do_not_matter(self):
        self.sql(f"""ALTER DATABASE "{self.database}" SET datestyle = 'German, DMY';
            ALTER DATABASE "{self.database}" SET timezone = 'Asia/Kathmandu';
            ALTER DATABASE "{self.database}" SET extra_float_digits = 0;
            ALTER DATABASE "{self.database}" SET bytea_output = 'escape';
            ALTER DATABASE "{self.database}" SET intervalstyle = 'iso_8601';""")
        self.sql(r"""CREATE TABLE v (id int PRIMARY KEY, t timestamptz, f float8, b bytea, i interval);
            INSERT INTO v VALUES (1, '2024-01-01 00:00:00+00', 0.1::float8 + 0.2::float8, '\x00ff', '1 day 02:00')""")
        self.publish_all()
        self.make_slot("s")
        self.sql("UPDATE v SET id = id")
        after = {
            "id": 1,
            "t": "2024-01-01T00:00:00+00:00",
            "f": 0.30000000000000004,
            "b": "\\x00ff",
            "i": "1 day 02:00:00",
        }
        self.assertEqual(self.data("--slot", "s", "--no-ack", "--until-now")[0]["after"], after)
        self.assertEqual(self.data("--snapshot", "only")[0]["after"], after)


if __name__ == "__main__":
    unittest.main()
