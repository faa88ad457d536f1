#!/usr/bin/env python3
"""Modes insert, upsert and sync: what is stored, counted, rejected, and left alone."""

import json
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pg_load_lab import Case, psql, start_lab, stop_lab

STATE = (
    "CREATE TABLE live (icao24 char(6) PRIMARY KEY, callsign text, lon double precision, "
    "on_ground boolean, seen timestamptz, updated_at timestamptz DEFAULT now());"
)
COUNTED = (
    STATE
    + """
CREATE TABLE touched (op text, icao24 text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO touched VALUES (TG_OP, coalesce(NEW.icao24, OLD.icao24)); RETURN NULL; END $$;
CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON live FOR EACH ROW EXECUTE FUNCTION touch();
"""
)


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


def state(key: str, lon: float, **more) -> dict:
    return {"icao24": key, "callsign": "SWR1", "lon": lon, "on_ground": False, "seen": "2026-03-01T20:57:01Z"} | more


def counts(load) -> tuple:
    return tuple(load.total(name) for name in ("inserted", "updated", "deleted", "unchanged", "rejected"))


class Upsert(Case):
    def test_counts_and_unchanged_rows_are_not_rewritten(self):
        self.sql(COUNTED)
        rows = [state(f"{i:06x}", i / 7) for i in range(3000)]
        self.assertEqual(counts(self.load(rows, "--table", "live", "--mode", "upsert")), (3000, 0, 0, 0, 0))
        stamp = self.sql("SELECT md5(string_agg(xmin::text || ctid::text, ',' ORDER BY icao24)) FROM live")
        self.assertEqual(counts(self.load(rows, "--table", "live", "--mode", "upsert")), (0, 0, 0, 3000, 0))
        self.assertEqual(
            self.sql("SELECT md5(string_agg(xmin::text || ctid::text, ',' ORDER BY icao24)) FROM live"), stamp
        )
        rows[5]["lon"] = None
        rows[6]["callsign"] = "x"
        rows.append(state("ffffff", 1))
        self.assertEqual(counts(self.load(rows, "--table", "live", "--mode", "upsert")), (1, 2, 0, 2998, 0))
        self.assertEqual(self.sql("SELECT op, count(*) FROM touched GROUP BY op ORDER BY op"), "INSERT|3001\nUPDATE|2")

    def test_last_of_several_rows_with_one_key_wins(self):
        self.sql(STATE)
        pick = random.Random(4)
        rows = [state(f"{pick.randrange(50):06x}", i) for i in range(2000)]
        for size in ("7", "100", "5000"):
            self.sql("TRUNCATE live")
            self.load(rows, "--table", "live", "--mode", "upsert", "--batch-rows", size)
            wanted = {row["icao24"]: row["lon"] for row in rows}
            text = self.sql("SELECT json_object_agg(icao24, lon) FROM live")
            self.assertEqual(json.loads(text), wanted)

    def test_missing_members(self):
        self.sql("CREATE TABLE m (id int PRIMARY KEY, a int DEFAULT 7, b int)")
        rows = [{"id": 1, "a": 1, "b": 1}, {"id": 2}]
        self.load(rows, "--table", "m", "--mode", "upsert")
        self.load([{"id": 1, "b": 2}, {"id": 3, "a": 5}], "--table", "m", "--mode", "upsert")
        self.assertEqual(self.sql("SELECT * FROM m ORDER BY id"), "1|1|2\n2|7|\n3|5|")
        self.load([{"id": 1}, {"id": 4}], "--table", "m", "--mode", "upsert", "--missing", "null")
        self.assertEqual(self.sql("SELECT * FROM m WHERE id IN (1, 4) ORDER BY id"), "1||\n4||")
        self.assertIn(
            '"b"',
            self.load([{"id": 5, "a": 1}], "--table", "m", "--mode", "upsert", "--missing", "error", code=65).errors,
        )

    def test_key_without_index_and_partitioned_table(self):
        self.sql(
            "CREATE TABLE p (id int, v text) PARTITION BY HASH (id);"
            "CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
            "CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
        )
        rows = [{"id": i, "v": "a"} for i in range(10)]
        self.load(rows, "--table", "p", "--mode", "upsert", "--key", "id")
        rows[3]["v"] = "b"
        done = self.load(rows + [{"id": 77, "v": "n"}], "--table", "p", "--mode", "upsert", "--key", "id")
        self.assertEqual(counts(done), (1, 1, 0, 9, 0))
        self.load(rows, "--table", "p", "--mode", "upsert", code=69)


class Sync(Case):
    def test_rows_that_left_are_deleted(self):
        self.sql(COUNTED)
        rows = [state(f"{i:06x}", i) for i in range(100)]
        self.load(rows, "--table", "live", "--mode", "sync")
        rows[0]["lon"] = -1
        done = self.load(rows[:90] + [state("abcdef", 1)], "--table", "live", "--mode", "sync")
        self.assertEqual(counts(done), (1, 1, 10, 89, 0))
        self.assertEqual(
            self.sql("SELECT op, count(*) FROM touched GROUP BY op ORDER BY op"), "DELETE|10\nINSERT|101\nUPDATE|1"
        )
        done = self.load([], "--table", "live", "--mode", "sync", code=65)
        self.assertIn("--allow-empty", done.errors)
        self.assertEqual(self.sql("SELECT count(*) FROM live"), "91")
        done = self.load([], "--table", "live", "--mode", "sync", "--allow-empty")
        self.assertEqual(counts(done), (0, 0, 91, 0, 0))

    def test_an_empty_picture_counts_where_control_lines_say_that_it_is_whole(self):
        self.sql(STATE)
        self.load([state("aaaaaa", 1)], "--table", "live", "--mode", "sync")
        self.load("\n \n", "--table", "live", "--mode", "sync", code=65)
        words = ["--table", "live", "--mode", "sync", "--ack", str(self.folder / "ack")]
        self.load(self.borders([[]]), *words)
        self.assertEqual(self.sql("SELECT count(*) FROM live"), "0")

    def test_more_deletes_than_allowed_change_nothing(self):
        self.sql(COUNTED)
        rows = [state(f"{i:06x}", i) for i in range(40)]
        words = ["--table", "live", "--mode", "sync", "--max-delete"]
        self.load(rows, *words, "0")
        self.sql("TRUNCATE touched")
        for limit in ("9", "24%", "0"):
            load = self.load(rows[:30] + [state("abcdef", 1)], *words, limit, code=65)
            self.assertIn("10 of 40 rows", load.errors)
        self.assertEqual(self.sql("SELECT (SELECT count(*) FROM live), (SELECT count(*) FROM touched)"), "40|0")
        self.assertEqual(counts(self.load(rows[:30], *words, "10")), (0, 0, 10, 30, 0))
        self.assertEqual(counts(self.load(rows[:15], *words, "50%")), (0, 0, 15, 15, 0))
        for wrong in ("x", "-1", "101%", "%"):
            self.load(rows, *words, wrong, code=2)

    def test_rows_of_another_scope_are_bad_rows(self):
        self.sql("CREATE TABLE s (id int PRIMARY KEY, region text, part numeric, v int)")
        self.sql("INSERT INTO s VALUES (1, 'eu', 1.5, 1), (2, 'eu', 1.5, 1), (3, 'us', 2, 1)")
        words = ["--table", "s", "--mode", "sync", "--reject", str(self.folder / "rejects")]
        rows = [{"id": 1, "region": "eu", "v": 2}, {"id": 3, "region": "us", "v": 9}, {"id": 2, "v": 9}]
        load = self.load(rows, *words, "--scope", "region=eu", code=1)
        self.assertEqual(counts(load), (0, 1, 0, 0, 2))
        self.assertEqual(self.sql("SELECT * FROM s ORDER BY id"), "1|eu|1.5|2\n2|eu|1.5|1\n3|us|2|1")
        reasons = [json.loads(line) for line in (self.folder / "rejects").read_text().splitlines()]
        self.assertTrue(all("--scope region=eu" in line["reason"] for line in reasons), reasons)
        load = self.load([{"id": 1, "part": 1.50}], *words, "--scope", "part=1.5")
        self.assertEqual(load.total("deleted"), 1)
        self.load(rows, *words, "--scope", "nothing=1", code=69)

    def borders(self, snapshots, eof=True):
        lines = [{"__cdc": "hello", "v": 1, "run": "r", "source": {"url": "u"}, "from": ""}]
        for number, rows in enumerate(snapshots, 1):
            border = {"__cdc": "snapshot", "phase": "begin", "scope": "states", "pos": f"p{number}"}
            lines += [
                border,
                *rows,
                border | {"phase": "end", "rows": len(rows)},
                {"__cdc": "ckpt", "run": "r", "seq": number, "pos": f"p{number}", "rows": len(rows)},
            ]
        if eof:
            lines.append({"__cdc": "eof", "run": "r", "seq": len(snapshots) + 1, "pos": "end"})
        return [json.dumps(line, separators=(",", ":")) for line in lines]

    def test_each_snapshot_is_one_transaction(self):
        self.sql(COUNTED)
        first = [state("aaaaaa", 1), state("bbbbbb", 1)]
        done = self.load(
            self.borders([first, first[:1], [], first]),
            "--table",
            "live",
            "--mode",
            "sync",
            "--ack",
            str(self.folder / "ack"),
        )
        self.assertEqual(
            [(r["inserted"], r["deleted"], r["unchanged"], r["pos"]) for r in done.receipts],
            [(2, 0, 0, "p1"), (0, 1, 1, "p2"), (0, 1, 0, "p3"), (2, 0, 0, "p4")],
        )
        self.assertEqual(json.loads((self.folder / "ack").read_text())["seq"], 5)

    def test_a_cut_snapshot_changes_nothing(self):
        self.sql(COUNTED)
        first = [state("aaaaaa", 1), state("bbbbbb", 1)]
        lines = self.borders([first, [state("cccccc", 2)]], eof=False)
        self.load(lines[:-2], "--table", "live", "--mode", "sync", "--ack", str(self.folder / "ack"), code=75)
        self.assertEqual(self.sql("SELECT icao24 FROM live ORDER BY 1"), "aaaaaa\nbbbbbb")
        self.assertEqual(json.loads((self.folder / "ack").read_text())["pos"], "p1")
        text = json.dumps(state("aaaaaa", 3)) + "\n" + '{"icao24":"bb'
        self.load(text, "--table", "live", "--mode", "sync", code=65)
        self.assertEqual(self.sql("SELECT count(*), sum(lon) FROM live"), "2|2")

    def test_a_rejected_row_is_not_taken_for_one_that_left(self):
        self.sql(STATE)
        self.load([state("aaaaaa", 1), state("bbbbbb", 1)], "--table", "live", "--mode", "sync")
        bad = state("bbbbbb", 1) | {"lon": "east"}
        done = self.load([state("aaaaaa", 2), bad], "--table", "live", "--mode", "sync", "--on-error", "skip", code=1)
        self.assertEqual(counts(done), (0, 1, 0, 0, 1))
        self.assertEqual(self.sql("SELECT icao24, lon FROM live ORDER BY 1"), "aaaaaa|2\nbbbbbb|1")
        self.load([state("aaaaaa", 2), {"lon": 1}], "--table", "live", "--mode", "sync", "--on-error", "skip", code=1)
        self.assertEqual(self.sql("SELECT count(*) FROM live"), "2")

    def test_scope(self):
        self.sql("CREATE TABLE s (id int PRIMARY KEY, area text); INSERT INTO s VALUES (1,'a'),(2,'a'),(3,'b')")
        self.load([{"id": 1, "area": "a"}], "--table", "s", "--mode", "sync", "--scope", "area=a")
        self.assertEqual(self.sql("SELECT id FROM s ORDER BY 1"), "1\n3")


class Insert(Case):
    def test_every_type_as_row_to_json_prints_it(self):
        self.sql("""
CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN short AS varchar(3);
CREATE TABLE src (id int PRIMARY KEY, i2 int2, i8 int8, f4 float4, f8 float8, n numeric, n2 numeric(12,2), b bool,
  t text, v varchar(5), c char(4), d date, ts timestamp, tz timestamptz, ts0 timestamptz(0), tm time, u uuid, j json, jb jsonb, by bytea,
  iv interval, ip inet, m mood, p pair, ps pair[], ia int[], ta text[][], r int4range, s short, bi bit(3), mo money, x xml, ttz timetz);
INSERT INTO src VALUES (1, -32768, 9223372036854775807, 1.5, -0.1, 123456789012345678901234567890.000100, 1.10, true,
  E'a\\tb"\\\\ü😀', 'abc', 'ab', '2026-03-01', '2026-03-01 01:02:03.456789', '2026-03-01 01:02:03.4+02', '2026-03-01 01:02:03', '23:59:59.999999',
  'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', '{"a": [1, 2.50]}', '{"b": null}', '\\x00ff10',
  '1 year 2 days 03:04:05.678', '10.0.0.1/8', 'ok', '(1,"x, y")', array['(1,a)','(2,)']::pair[], '{1,NULL,-3}', '{{a,"b c"},{"",NULL}}', '[1,5)', 'abc',
  '101', '12.34', '<a/>', '10:00:00+02'),
 (3, 1, 1, 'NaN', '-Infinity', 'NaN', 0, false, '', '', '', '0001-01-01', '1900-02-28 23:59:59', 'infinity', '2000-01-01', '00:00', NULL, '1', '"s"', '',
  '-1 day', '::1', 'sad', '(,)', '{}', '{}', '{}', 'empty', 'a', '000', '-1', NULL, '00:00-05'),
 (4, 0, 0, 1e-37, 1e300, 0.00000001, -9999999999.99, NULL, NULL, NULL, NULL, '4713-01-01 BC', '294276-12-31 23:59:59', '0044-03-15 BC', NULL, '24:00', NULL, '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO src VALUES (2);
CREATE TABLE dst (LIKE src INCLUDING ALL); CREATE TABLE up (LIKE src INCLUDING ALL);""")
        rows = self.sql("SELECT row_to_json(src) FROM src ORDER BY id")
        self.load(rows + "\n", "--table", "dst")
        difference = (
            "SELECT (SELECT count(*) FROM {0}), (SELECT count(*) FROM src JOIN {0} copy USING (id)"
            " WHERE src::text = copy::text)"
        )
        self.assertEqual(self.sql(difference.format("dst")), "4|4")
        self.load(rows + "\n", "--table", "up", "--mode", "upsert")
        self.assertEqual(self.sql(difference.format("up")), "4|4")
        again = self.load(rows + "\n", "--table", "up", "--mode", "upsert")
        self.assertEqual(counts(again), (0, 0, 0, 4, 0))

    def test_values_follow_copy(self):
        self.sql("CREATE TABLE v (i int, b bool, n numeric, d date, t text)")
        self.load(
            '{"i":" 12 ","b":"yes","n":"1e3","d":"today","t":5}\n{"i":3,"b":1,"n":1E-2,"d":"2026-01-31","t":{"a":1}}\n',
            "--table",
            "v",
        )
        self.assertEqual(
            self.sql("SELECT i, b, n, d = current_date, t FROM v ORDER BY i DESC"), '12|t|1000|t|5\n3|t|0.01|f|{"a":1}'
        )

    def test_bad_rows_are_rejected_with_their_codes(self):
        self.sql("CREATE TABLE b (id int PRIMARY KEY, s varchar(3), n numeric(4,1), j jsonb, e int CHECK (e > 0))")
        rows = [{"id": i} for i in range(1, 400)]
        bad = {
            50: ({"id": "x"}, "22P02"),
            60: ({"id": 2147483648}, "22003"),
            70: ({"id": 7}, "23505"),
            80: ({"id": 1080, "s": "long!"}, "22001"),
            90: ({"id": 1090, "n": 1e5}, "22003"),
            100: ('{"id":1100,"s":"\\u0000"}', "22P05"),
            110: ('{"id":1110,"j":"\\ud800"}', "22P05"),
            120: ({"id": 1120, "e": 0}, "23514"),
            130: ({"id": 1130, "q": 1}, "42703"),
            140: ({"s": "a"}, "23502"),
        }
        for at, (row, _) in bad.items():
            rows[at] = row
        reject = self.folder / "reject"
        done = self.load(rows, "--table", "b", "--reject", str(reject), code=1)
        self.assertEqual(counts(done), (389, 0, 0, 0, 10))
        rejected = {line["line"] - 1: line for line in map(json.loads, reject.read_text().splitlines())}
        self.assertEqual(
            {at: line["code"] for at, line in rejected.items()}, {at: code for at, (_, code) in bad.items()}
        )
        self.assertEqual(rejected[120]["row"], {"id": 1120, "e": 0})
        self.assertIn("10 rejected", done.errors)
        self.load(rows, "--table", "b", "--truncate", "--on-error", "skip", "--max-rejects", "3", code=65)

    def test_stop_leaves_nothing_of_the_batch(self):
        self.sql("CREATE TABLE b (id int PRIMARY KEY)")
        done = self.load([{"id": 1}, {"id": 2}, {"id": 1}, {"id": 3}], "--table", "b", code=65)
        self.assertIn("stdin:3", done.errors)
        self.assertEqual(self.sql("SELECT count(*) FROM b"), "0")

    def test_identity_generated_and_default(self):
        self.sql(
            "CREATE TABLE g (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2)"
            " STORED, made date DEFAULT '2026-01-01')"
        )
        self.load([{"a": 1}, {"a": 2, "made": "2026-02-02"}, {"id": 10, "a": 3, "twice": 99}], "--table", "g")
        self.assertEqual(
            self.sql("SELECT a, twice, made, id = 10 FROM g ORDER BY a"),
            "1|2|2026-01-01|f\n2|4|2026-02-02|f\n3|6|2026-01-01|t",
        )
        self.load([{"id": 10, "a": 4}], "--table", "g", "--mode", "upsert")
        self.assertEqual(self.sql("SELECT a, twice FROM g WHERE id = 10"), "4|8")

    def test_created_table(self):
        self.load(
            [
                {
                    "id": 1,
                    "n": 1,
                    "t": "2026-01-01T00:00:00Z",
                    "u": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                    "b": True,
                    "j": [1],
                    "x": None,
                    "f": 1.5,
                    "z": 5,
                },
                {"id": 2, "n": 2.25},
            ],
            "--table",
            "made.c",
            "--key",
            "id",
            "--mode",
            "upsert",
            "--create",
            "--column",
            "z:smallint",
            "--column",
            "w:int",
        )
        self.assertEqual(
            self.sql(
                "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)"
                " FROM pg_attribute WHERE attrelid = 'made.c'::regclass AND attnum > 0"
            ),
            "id bigint, n numeric, t timestamp with time zone, u uuid, b boolean, j jsonb, x text, f numeric,"
            " z smallint, w integer",
        )

    def test_truncate_and_atomic(self):
        self.sql("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (100)")
        rows = [{"id": i} for i in range(1000)]
        self.load(rows + [{"id": "x"}], "--table", "a", "--truncate", "--atomic", "--batch-rows", "10", code=65)
        self.assertEqual(self.sql("SELECT count(*) FROM a"), "1")
        done = self.load(rows, "--table", "a", "--truncate", "--atomic", "--batch-rows", "10")
        self.assertEqual((len(done.receipts), done.total("inserted")), (1, 1000))
        self.load([], "--table", "a", "--truncate")
        self.assertEqual(self.sql("SELECT count(*) FROM a"), "0")


class Server(Case):
    def test_exit_codes(self):
        self.load([{"id": 1}], "--table", "nope", code=69)
        done = self.load([{"id": 1}], "--table", "nope", "--check", code=69)
        self.assertFalse(next(line for line in done.receipts if line["check"] == "table")["ok"])
        psql("postgres", "DROP ROLE IF EXISTS loading_reader; CREATE ROLE loading_reader LOGIN")
        self.addCleanup(psql, "postgres", "DROP ROLE loading_reader")
        self.sql("CREATE TABLE own (id int PRIMARY KEY)")
        for user in ("loading_reader", "nobody_here"):
            self.database, name = f"dbname={self.database} user={user}", self.database
            self.load([{"id": 1}], "--table", "own", code=77)
            self.database = name

    def test_memory_of_the_session_is_raised_unless_somebody_set_it(self):
        self.sql("CREATE TABLE seen (id int PRIMARY KEY, memory text DEFAULT current_setting('work_mem'))")
        self.load([{"id": 1}], "--table", "seen", "--mode", "upsert")
        self.sql("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 5120', current_database()); END $$")
        self.load([{"id": 2}], "--table", "seen", "--mode", "upsert")
        self.assertEqual(self.sql("SELECT string_agg(memory, ' ' ORDER BY id) FROM seen"), "32MB 5MB")

    def test_session_ended_in_the_middle(self):
        self.sql("CREATE TABLE k (id int PRIMARY KEY)")
        process = self.popen("--table", "k", "--batch-time", "60s", "--retry-for", "20s")
        process.stdin.write("".join(f'{{"id":{i}}}\n' for i in range(20000)).encode())
        process.stdin.flush()
        ended = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'pg-load'"
            f" AND datname = '{self.database}'"
        )
        self.wait_until(lambda: self.sql(ended) == "1")
        process.stdin.write("".join(f'{{"id":{i}}}\n' for i in range(20000, 40000)).encode())
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0, process.stderr.read())
        self.assertEqual(self.sql("SELECT count(*), max(id) FROM k"), "40000|39999")


if __name__ == "__main__":
    unittest.main()
