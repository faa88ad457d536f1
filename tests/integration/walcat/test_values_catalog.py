#!/usr/bin/env python3
"""Values of every type that a column can have, made by the server at random, are row_to_json()'s, byte for byte.

A type of the catalog that is neither made here nor left out by name fails the test.
"""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, start_lab, stop_lab
from walcat_values import compare, wanted_rows

setUpModule, tearDownModule = start_lab, stop_lab

ROWS = 5  # of each type

EXTENSIONS = ("hstore", "citext", "ltree", "cube", "seg", "isn", "lo", "intarray")

# a schema outside search_path, names that need quotes, types within types
TYPES = """
CREATE SCHEMA "Far Away";
CREATE TYPE "Far Away"."Mood" AS ENUM ('sad', 'so "happy"', 'a,b', '');
CREATE TYPE "Far Away".pair AS (a int, "b c" text, at timestamptz);
CREATE TYPE "Far Away".moods AS (list "Far Away"."Mood"[], one "Far Away"."Mood");
CREATE TYPE "Far Away".nest AS (p "Far Away".pair, list "Far Away".pair[], n numeric, m "Far Away".moods[]);
CREATE TYPE "Far Away".empty AS ();
CREATE TYPE "Far Away".single AS ("only" text);
CREATE DOMAIN "Far Away".positive AS int CHECK (VALUE > 0);
CREATE DOMAIN "Far Away".small AS "Far Away".positive CHECK (VALUE < 1000);
CREATE DOMAIN "Far Away".ints AS int[];
CREATE DOMAIN "Far Away".pairs AS "Far Away".pair[];
CREATE DOMAIN "Far Away".doc AS jsonb;
CREATE TYPE "Far Away".floats AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = "Far Away".many_floats);
CREATE TYPE "Far Away".texts AS RANGE (subtype = text, collation = "C");
CREATE TABLE stat (a int, b int); INSERT INTO stat SELECT i % 7, i % 7 FROM generate_series(1, 500) i;
CREATE STATISTICS stat_ext (ndistinct, dependencies, mcv) ON a, b FROM stat; ANALYZE stat;
CREATE TABLE granted (a int DEFAULT 1 + 1); GRANT SELECT ON granted TO PUBLIC;
"""

TEXT = (
    "(SELECT coalesce(string_agg(chr((ARRAY[9, 10, 13, 34, 39, 44, 92, 123, 125, 40, 41, 65, 78, 233, 8364, 128512])"
    "[1 + floor(random() * 16)::int]), ''), '') FROM generate_series(1, floor(random() * 12)::int))"
)
INT = "floor((random() - 0.5) * {})"
POINT = "point((random() - 0.5) * 1e6, random())"
INET = "(ARRAY['10.1.' || floor(random() * 255) || '.7/' || floor(random() * 33), 'fe80::' || to_hex(floor(random() * 65535)::int)])[1 + floor(random() * 2)::int]::inet"
PICK = "(SELECT {} FROM {} ORDER BY random() LIMIT 1)"
TIME = "(time '00:00' + random() * interval '24 hours')"
WORDS = "'quick \"foxes\" jump ' || {}"

BASE = {
    "boolean": "random() < 0.5",
    "bytea": "decode(md5(random()::text), 'hex')",
    '"char"': 'chr(1 + floor(random() * 126)::int)::"char"',
    "name": f"left({TEXT}, 12)::name",
    "text": TEXT,
    "character": "chr(65 + floor(random() * 26)::int)",
    "character varying": TEXT,
    "citext": f"{TEXT}::citext",
    "refcursor": f"{TEXT}::refcursor",
    "smallint": INT.format("65535") + "::int2",
    "integer": INT.format("4294967295") + "::int4",
    "bigint": INT.format("18446744073709550000") + "::numeric::int8",
    "real": "((random() - 0.5) * power(10, floor(random() * 60) - 30))::float4",
    "double precision": "(random() - 0.5) * power(10, floor(random() * 600) - 300)",
    "numeric": "(random() * 1e9)::numeric * power(10::numeric, floor(random() * 40)::int - 20)",
    "money": "((random() - 0.5) * 1e9)::numeric::money",
    "oid": "floor(random() * 4294967295)::int8::oid",
    "tid": "('(' || floor(random() * 1e6) || ',' || floor(random() * 999) || ')')::tid",
    "xid": "floor(random() * 1e9)::text::xid",
    "xid8": "floor(random() * 1e15)::text::xid8",
    "cid": "floor(random() * 1e9)::text::cid",
    "json": f'(E\'{{"a" : [1 ,\\n null], "t":\' || to_json({TEXT}) || E\',\\r\\n"n":1e400}}\')::json',
    "jsonb": f"jsonb_build_object({TEXT}, jsonb_build_array(random(), NULL, {TEXT}), 'n', 1e30 + random()::numeric)",
    "jsonpath": "'$.a[*] ? (@.\"b c\" > 1)'::jsonpath",
    "xml": f'xmlelement(name "a", xmlattributes(random() AS r), {TEXT})',
    "date": "date '0001-01-01' + floor((random() - 0.3) * 1e6)::int",
    "time without time zone": TIME,
    "time with time zone": f"({TIME}::text || (ARRAY['+05:30', '-08', '+00', '-00:00:30'])[1 + floor(random() * 4)::int])::timetz",
    "timestamp without time zone": "timestamp '0001-01-01' + (random() - 0.3) * interval '9000 years'",
    "timestamp with time zone": "timestamptz '0001-01-01 00:00+00' + (random() - 0.3) * interval '9000 years'",
    "interval": "make_interval(years => floor(random() * 9)::int - 4, days => floor(random() * 99)::int - 50, secs => (random() - 0.5) * 1e5)",
    "uuid": "gen_random_uuid()",
    "inet": INET,
    "cidr": f"network({INET})",
    "macaddr": "right(md5(random()::text), 12)::macaddr",
    "macaddr8": "right(md5(random()::text), 16)::macaddr8",
    "bit": "floor(random() * 2)::int::bit(1)",
    "bit varying": "floor(random() * 1e6)::int::bit(20)::varbit",
    "point": POINT,
    "lseg": f"lseg({POINT}, {POINT})",
    "line": f"line({POINT}, {POINT})",
    "box": f"box({POINT}, {POINT})",
    "circle": f"circle({POINT}, random())",
    "polygon": f"polygon(4, circle({POINT}, random()))",
    "path": f"path(polygon(4, circle({POINT}, random())))",
    "pg_lsn": "(to_hex(floor(random() * 99)::int) || '/' || to_hex(floor(random() * 1e9)::int8))::pg_lsn",
    "pg_snapshot": "pg_current_snapshot()",
    "txid_snapshot": "txid_current_snapshot()",
    "tsvector": f"to_tsvector('simple', {WORDS.format(TEXT)})",
    "tsquery": f"phraseto_tsquery('simple', {WORDS.format(TEXT)})",
    "int2vector": "(ARRAY['', '1', '1 -2 3'])[1 + floor(random() * 3)::int]::int2vector",
    "oidvector": PICK.format("proargtypes", "pg_proc"),
    "aclitem": PICK.format("relacl[1]", "(SELECT relacl FROM pg_class WHERE relacl IS NOT NULL) c"),
    "pg_node_tree": PICK.format("adbin", "pg_attrdef"),
    "pg_ndistinct": PICK.format("stxdndistinct", "pg_statistic_ext_data"),
    "pg_dependencies": PICK.format("stxddependencies", "pg_statistic_ext_data"),
    "pg_mcv_list": PICK.format("stxdmcv", "pg_statistic_ext_data"),
    "regproc": PICK.format("oid::regproc", "pg_proc"),
    "regprocedure": PICK.format("oid::regprocedure", "pg_proc"),
    "regoper": PICK.format("oid::regoper", "pg_operator"),
    "regoperator": PICK.format("oid::regoperator", "pg_operator"),
    "regclass": PICK.format("oid::regclass", "(SELECT oid FROM pg_class WHERE oid < 16384) c"),
    "regcollation": PICK.format("oid::regcollation", "pg_collation"),
    "regtype": PICK.format("oid::regtype", "(SELECT oid FROM pg_type WHERE oid < 16384) t"),
    "regrole": PICK.format("oid::regrole", "pg_roles"),
    "regnamespace": PICK.format("oid::regnamespace", "(SELECT oid FROM pg_namespace WHERE oid < 16384) n"),
    "regconfig": PICK.format("oid::regconfig", "pg_ts_config"),
    "regdictionary": PICK.format("oid::regdictionary", "pg_ts_dict"),
    "regdatabase": PICK.format("oid::regdatabase", "pg_database"),
    "hstore": f"hstore(ARRAY[{TEXT}, 'k', 'z'], ARRAY[{TEXT}, NULL, {TEXT}])",
    "ltree": "('a.b' || floor(random() * 99) || '.c')::ltree",
    "lquery": "'a.*{1,2}.!b|c*'::lquery",
    "ltxtquery": "'a & !(b* | c@)'::ltxtquery",
    "query_int": "'1&(2|3)'::query_int",
    "cube": "cube(ARRAY[random(), 1e10], ARRAY[2, random() * 1e-9])",
    "seg": "(ARRAY['1.50', '<2', '3 .. 4.0', '5(+-)1', '6..'])[1 + floor(random() * 5)::int]::seg",
    "lo": "floor(random() * 1e9)::int8::oid::lo",
    "isbn": "'978-0-393-04002-9'::isbn",
    "isbn13": "'978-0-393-04002-9'::isbn13",
    "issn": "'1436-4522'::issn",
    "issn13": "'977-1436-452-00-8'::issn13",
    "ismn": "'M-060-11561-5'::ismn",
    "ismn13": "'979-0-060-11561-5'::ismn13",
    "ean13": "'220-035-6483-48-1'::ean13",
    "upc": "'220356483481'::upc",
    # domains with a condition
    "information_schema.cardinal_number": "floor(random() * 1e6)::int",
    "information_schema.yes_or_no": "'YES'",
    "information_schema.time_stamp": "now()",
    '"Far Away".positive': "1 + floor(random() * 1e6)::int",
    '"Far Away".small': "1 + floor(random() * 99)::int",
}

# why no column can hold a value of them
LEFT_OUT = dict.fromkeys(
    ("gtsvector", "pg_brin_bloom_summary", "pg_brin_minmax_multi_summary", "ghstore", "ltree_gist", "intbig_gkey"),
    "only indexes make its values: it has no input",
)
LEFT_OUT["pg_statistic_ext_data"] = "its row holds rows of pg_statistic, which hold the pseudo-type anyarray"
# reading them needs more than a server: their rows are made of NULLs
UNREADABLE = ("pg_shmem_allocations_numa",)

COLUMN_TYPES = """
SELECT json_build_object('oid', t.oid, 'name', format_type(t.oid, NULL), 'kind', t.typtype, 'array', t.typarray <> 0,
         'base', format_type(t.typbasetype, NULL), 'base_oid', t.typbasetype, 'element', format_type(e.oid, NULL),
         'subtype', (SELECT rngsubtype FROM pg_range WHERE rngtypid = t.oid),
         'range', (SELECT rngtypid FROM pg_range WHERE rngmultitypid = t.oid),
         'relation', (SELECT CASE WHEN relkind <> 'c' THEN c.oid::regclass::text END FROM pg_class c WHERE c.oid = t.typrelid),
         'fields', (SELECT json_agg(a.atttypid ORDER BY a.attnum) FROM pg_attribute a
                     WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
         'element_oid', CASE WHEN t.typsubscript = 'array_subscript_handler'::regproc AND t.oid NOT IN (22, 30) THEN t.typelem END)
  FROM pg_type t LEFT JOIN pg_type e ON e.typarray = t.oid
 WHERE t.typtype <> 'p' AND NOT EXISTS (  -- a row type that holds a pseudo-type cannot be a column
         SELECT 1 FROM pg_attribute a JOIN pg_type p ON p.oid = a.atttypid
          WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND p.typtype = 'p')
   AND NOT EXISTS (SELECT 1 FROM pg_attribute a JOIN pg_type p ON p.oid = a.atttypid
          WHERE a.attrelid = e.typrelid AND a.attnum > 0 AND p.typtype = 'p')
 ORDER BY t.oid"""


class Maker:
    """SQL that gives a random value of a type."""

    def __init__(self, types: list[dict]):
        self.types = {kind["oid"]: kind for kind in types}
        self.unknown: set[str] = set()
        self.relations: dict[int, str] = {}

    def value(self, oid: int) -> str:
        kind = self.types[oid]
        name = kind["name"]
        if name in BASE:
            return f"({BASE[name]})::{name}"
        if kind["element_oid"]:
            element = self.value(kind["element_oid"])
            return f"ARRAY[{element}, NULL, {element}]::{name}"
        if kind["kind"] == "d":
            return f"({self.value(kind['base_oid'])})::{name}"
        if kind["kind"] == "e":
            return f"(SELECT v FROM unnest(enum_range(NULL::{name})) v ORDER BY random() LIMIT 1)"
        if kind["kind"] == "r":
            return self.range(name, self.value(kind["subtype"]))
        if kind["kind"] == "m":
            return f"{name}({self.value(kind['range'])}, {self.value(kind['range'])})"
        if kind["relation"]:
            self.relations[oid] = kind["relation"]
            return f"(SELECT r FROM rows_{oid} ORDER BY random() LIMIT 1)"
        if kind["kind"] == "c":
            fields = ", ".join(self.value(field) for field in kind["fields"] or [])
            return f"ROW({fields})::{name}"
        self.unknown.add(name)
        return "NULL"

    @staticmethod
    def range(name: str, bound: str) -> str:
        bounds = "(ARRAY['[]', '[)', '(]', '()'])[1 + floor(random() * 4)::int]"
        return (
            f"(SELECT {name}(CASE WHEN random() < 0.8 THEN least(x, y) END, CASE WHEN random() < 0.8 THEN greatest(x, y) END, b) "
            f"FROM (SELECT {bound} AS x, {bound} AS y, {bounds} AS b) q)"
        )

    def arrays(self, oid: int) -> list[str]:
        name, one = f"{self.types[oid]['name']}[]", self.value(oid)
        return [
            f"'{{}}'::{name}",
            f"ARRAY[{one}, NULL, {one}]::{name}",
            f"ARRAY[[{one}, NULL], [{one}, {one}]]::{name}",
            f"array_fill({one}, ARRAY[2], ARRAY[0])",
            f"array_fill({one}, ARRAY[1, 2], ARRAY[-1, 2])",
        ]


class EveryType(Case):
    def read_types(self) -> list[dict]:
        types = [json.loads(line) for line in self.sql(COLUMN_TYPES).split("\n")]
        return [kind for kind in types if kind["name"].removesuffix("[]") not in LEFT_OUT]

    def fill(self) -> int:
        available = self.sql("SELECT name FROM pg_available_extensions").split("\n")
        self.assertIn("hstore", available)
        self.sql("".join(f"CREATE EXTENSION {name};" for name in EXTENSIONS if name in available) + TYPES)
        types = self.read_types()
        maker = Maker(types)
        # types of arrays are the second column of their elements' tables
        plain = [kind for kind in types if kind["element"] is None]
        creates, rows = [], []
        for number, kind in enumerate(plain):
            array = f", a {kind['name']}[]" if kind["array"] else ""
            creates.append(f"CREATE TABLE v{number} (id int PRIMARY KEY, v {kind['name']}{array});")
            arrays = maker.arrays(kind["oid"]) if array else [""] * ROWS
            for row in range(ROWS):
                more = f", {arrays[row]}" if array else ""
                rows.append(f"INSERT INTO v{number} VALUES ({row}, {maker.value(kind['oid'])}{more});")
        self.assertEqual(maker.unknown, set(), "no values for these types")
        self.assertGreater(len(plain), 150)
        self.sql("\n".join(creates))
        self.publish_all()
        self.make_slot("s")
        # a few rows of each system table and view: some of the views are slow
        samples = []
        for oid, name in maker.relations.items():
            source = f"jsonb_populate_record(NULL::{name}, '{{}}')" if name in UNREADABLE else name
            samples.append(f"CREATE TEMP TABLE rows_{oid} AS SELECT r FROM {source} r LIMIT 4;")
        self.sql("SELECT setseed(0.25);\n" + "\n".join(samples + rows))
        self.tables = [f"v{number}" for number in range(len(plain))]
        return len(plain)

    def test_stream_and_snapshot(self):
        count = self.fill()
        wanted = wanted_rows(self, self.tables)
        self.assertEqual(len(wanted), count * ROWS)
        only = ("--table", "public.v*")
        for options in (("--slot", "s", "--no-ack", "--until-now"), ("--snapshot", "only")):
            done = self.walcat(*options, *only, timeout=120)
            self.assertEqual(done.returncode, 0, done.stderr)
            compare(self, done.stdout, wanted)


if __name__ == "__main__":
    unittest.main()
