#!/usr/bin/env python3
"""PostgreSQL -> walcat | snow-put -> mirror, compared by `walcat digest --portable | snow-put verify`: every kind of value
without a false alarm, one changed cell found, also while rows keep coming; a journal that was pruned is 69."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from snow_lab import SnowLab
from snow_put import command, merge

ROWS = int(os.environ.get("CDC_VERIFY_ROWS", "3000"))
TYPES = r"""
CREATE EXTENSION hstore;
CREATE TYPE place AS (x float8, name text, parts int[]);
CREATE TYPE mood AS ENUM ('glad', 'sad, "so"');
CREATE DOMAIN percent AS numeric(5,2) CHECK (VALUE >= 0);
CREATE TABLE kinds (id int PRIMARY KEY, ts timestamp, tz timestamptz, ts3 timestamp(3), day date, hour time,
  hourz timetz, gap interval, id2 uuid, code char(5), word varchar(20), line text, endless numeric, exact numeric(12,2),
  wide numeric(38,10), real4 real, real8 float8, yes boolean, big bigint, small smallint, bin bytea, j json, b jsonb,
  ints int[], texts text[], nums numeric[], times timestamptz[], deep int[][], h hstore, p place, ps place[], m mood,
  part percent, net inet, price money, mask bit(4), spot point, span int4range, words tsvector, doc xml);
INSERT INTO kinds VALUES
(1, '2026-02-28 23:59:59.123456', '2026-02-28 23:59:59.1+05:30', '2026-01-01 00:00:00.5', '2026-02-28', '23:59:59.25',
  '10:00:00+02', '1 year 2 mons -3 days 04:05:06.7', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'ab', 'c,d\\', E'e\n"f"\tg',
  12345678901234567890123.4500, 10.50, 1234567890123456789012345678.0123456789, 0.1, 1e-7, true,
  9223372036854775807, -32768, '\x00ff', '{"b": 1.50, "a":[1e2, null]}', '{"z":12345678901234567890,"é":"x,y\\\\"}',
  '{1,NULL,3}', '{"a,b","q\"x",NULL}', '{1.50,2.0,NaN}', '{2026-02-28 00:00:00+00,NULL}', '{{1,2},{3,4}}',
  'a=>1, "b,c"=>NULL', '(1e21,"it, is","{1,2}")', ARRAY[ROW(0.5, 'n', NULL)::place, NULL], 'sad, "so"',
  99.50, '10.0.0.1', 12.34, B'0101', '(1,2.5)', '[1,5)', 'fat:2 cat', '<a b="c">d</a>'),
(2, '0001-01-01', '9998-12-31 23:59:59.999999+00', NULL, '0001-01-01', '00:00:00', '23:59:59.999999-11', '0', NULL, '', '',
  '', 0, 0, -0.0000000001, 'NaN', 'NaN', false, -9223372036854775808, 0, '', '[]', '{}', '{}', '{}', '{}', '{}', '{}',
  '', ROW(NULL, NULL, NULL), '{}', 'glad', 0, '::1/64', -0.01, B'0000', '(0,0)', 'empty', '', ''),
(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'Infinity', '-Infinity', NULL,
  NULL, NULL, NULL, 'null', 'null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL),
(4, '2026-06-01', '2026-06-01 12:00:00+00', '2026-06-01', '2026-06-01', '12:00', '12:00+00', '12 h', NULL, 'abcde', 'x',
  'a', 1.10, 1, 1, 16777216, 123456789012345678, true, 1, 1, 'a', '"text"', '1.0', '{0}', '{"{"}', '{0.10}', '{}',
  '{{0}}', 'k=>v', '(-0,a,{})', NULL, 'glad', 1.10, '10.0.0.0/8', 1, B'1111', '(0.1,1e300)', '(,)', 'a', 'b');
CREATE TABLE "Odd Names" ("Key" text PRIMARY KEY, "select" int, "ümlaut" text);
INSERT INTO "Odd Names" VALUES ('a,b', 1, 'ä'), ('a\\', 2, NULL);
CREATE DOMAIN endless AS numeric;
CREATE DOMAIN share AS percent;
CREATE DOMAIN moment AS timestamptz;
CREATE DOMAIN ratio AS float8;
CREATE DOMAIN word AS varchar(20) CHECK (VALUE <> '');
CREATE DOMAIN document AS jsonb;
CREATE DOMAIN blob AS bytea;
CREATE DOMAIN shade AS mood;
CREATE TABLE domains (id int PRIMARY KEY, a endless, b share, c moment, d ratio, e word, f document, g blob, h shade);
INSERT INTO domains VALUES (1, 12345678901234567890123.4500, 99.50, '2026-02-28 23:59:59.1+05:30', 0.1, '1.50',
  '{"b": 1.50}', '\x00ff', 'glad'), (2, 1.10, 0, '1970-01-01 00:00:00+00', 'NaN', '{', '[]', '', 'sad, "so"'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
"""


class FromPostgres(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(SnowLab("from-postgres", beside=("postgres",)))

    def setUp(self):
        self.lab.fresh()
        self.lab.settings(commit_delay=0.05)
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.database = self.id().rsplit(".", 1)[-1][:60]
        self.lab.psql("postgres", f'CREATE DATABASE "{self.database}"')
        self.sql("SELECT pg_create_logical_replication_slot('slot', 'pgoutput'); CREATE PUBLICATION p FOR ALL TABLES")
        self.addCleanup(self.drop)

    def drop(self) -> None:
        self.sql("SELECT pg_drop_replication_slot('slot')")
        self.lab.psql("postgres", f'DROP DATABASE "{self.database}" WITH (FORCE)')

    def sql(self, text: str) -> str:
        return self.lab.psql(self.database, text)

    def run_tool(self, words: list, given: str = "", code: int = 0) -> str:
        done = subprocess.run(
            words, input=given, env=self.lab.environment, capture_output=True, text=True, timeout=600, check=False
        )
        self.assertEqual(done.returncode, code, done.stdout[-2000:] + done.stderr[-2000:])
        return done.stdout

    def walcat(self, *words: str) -> list:
        return ["walcat", *words, "-d", self.database, "--publication", "p"]

    def replicate(self, snapshot: str = "never") -> None:
        """What is there by now, folded up to its end."""
        ack = self.folder / "ack"
        words = self.walcat("--slot", "slot", "--snapshot", snapshot, "--until-now", "--ack", str(ack))
        with subprocess.Popen(words, env=self.lab.environment, stdout=subprocess.PIPE) as source:
            put = command("--create", "--ack", str(ack), merge_every="1h")
            done = subprocess.run(put, env=self.lab.environment, stdin=source.stdout, capture_output=True, check=False)
        self.assertEqual((source.returncode, done.returncode), (0, 0), done.stderr.decode())

    def digests(self, *words: str) -> str:
        """As of now, which the target has reached afterwards."""
        told = self.run_tool(self.walcat("digest", "--portable", *words))
        self.replicate()
        return told

    def verify(self, digests: str, *words: str, code: int = 0) -> list:
        verify = ["snow-put", "verify", "-c", "lab", "--database", "CDC", "--schema", "RAW", *words]
        verify += ["--ack", str(self.folder / "ack")]
        return [json.loads(line) for line in self.run_tool(verify, digests, code).splitlines()]

    def test_every_kind_of_value_is_equal(self):
        self.sql(TYPES)
        self.replicate("always")
        digests = self.digests("--keys")
        self.assertEqual(self.verify(digests, "--keys")[-1]["verified"], True)
        self.sql("UPDATE kinds SET line = line || '!', h = h || 'new=>1', ps = ps || ROW(1, 'z', '{9}')::place")
        self.verify(self.digests())

    def test_one_changed_cell_while_rows_keep_coming(self):
        self.sql(
            "CREATE TABLE many (id int PRIMARY KEY, name text, amount numeric(12,2), at timestamptz);"
            "INSERT INTO many SELECT i, 'n' || i, i / 4.0, timestamptz 'epoch' + i * interval '1 s' "
            f"FROM generate_series(1, {ROWS}) i"
        )
        self.replicate("always")
        then = self.digests("--keys")
        self.sql(f"UPDATE many SET name = 'later' WHERE id <= 10; INSERT INTO many VALUES ({ROWS + 1}, 'x', 0, now())")
        self.digests()
        self.verify(then, "--keys")  # at that position, though the mirror is beyond it
        self.lab.sql(f"UPDATE CDC.RAW.MANY SET AMOUNT = AMOUNT + 0.01 WHERE ID = {ROWS - 7}")
        now = self.digests("--keys")
        found = self.verify(now, "--keys", code=1)
        self.assertEqual([line["key"] for line in found if "key" in line], [{"id": ROWS - 7}])
        pruned = merge(self.lab, "many", options=("--keep", "1ms"))
        self.assertEqual(pruned.returncode, 0, pruned.stderr)
        self.lab.sql(f"UPDATE CDC.RAW.MANY SET AMOUNT = AMOUNT - 0.01 WHERE ID = {ROWS - 7}")
        self.verify(now)
        self.verify(then, code=69)


if __name__ == "__main__":
    unittest.main(verbosity=2)
