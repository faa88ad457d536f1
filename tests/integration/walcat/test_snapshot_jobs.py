#!/usr/bin/env python3
"""Snapshots read by several connections: the same rows, one order of positions, exact values."""

import json
import os
import pathlib
import pty
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, environment, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

# rows of about 4 KiB each in the file: two a block, so that few of them make many blocks
WIDE = "ALTER TABLE {0} ALTER a SET STORAGE PLAIN"


def shown_on(terminal: int) -> str:
    """All that is written until the other end is closed: a terminal holds 4 KiB, and gives them in pieces."""
    pieces = []
    while True:
        try:
            pieces.append(os.read(terminal, 65536))
        except OSError:  # EIO: nobody has it open any more
            return b"".join(pieces).decode()


class Jobs(Case):
    def big(self, name: str, rows: int = 8000) -> None:
        self.sql(
            f"CREATE TABLE {name} (id int PRIMARY KEY, a text); {WIDE.format(name)}; "
            f"INSERT INTO {name} SELECT n, repeat('x', 3000) || n FROM generate_series(1, {rows}) n"
        )

    def table(self, name: str, columns: str = "*", condition: str = "true") -> list:
        text = f"SET timezone = 'UTC'; SELECT coalesce(json_agg(t), '[]') FROM (SELECT {columns} FROM {name} WHERE {condition} ORDER BY 1) t"
        return json.loads(self.sql(text))

    def check_order(self, events: list[dict]) -> dict[str, list[dict]]:
        """Positions and words of a whole snapshot; its rows by table."""
        rows = [event for event in events if "op" in event]
        positions = [row["pos"] for row in rows]
        self.assertEqual([int(pos.split("/")[1], 16) for pos in positions], list(range(1, len(rows) + 1)))
        self.assertEqual(len({pos.split("/")[0] for pos in positions}), 1)
        tables: dict[str, list[dict]] = {}
        current = None
        for event in events:
            if event.get("__cdc") == "snapshot":
                if event["phase"] == "begin":
                    self.assertIsNone(current)
                    current = event["table"]
                    tables[current] = []
                else:
                    self.assertEqual(event["table"], current)
                    self.assertEqual(event["rows"], len(tables[current]))
                    current = None
            elif "op" in event:
                self.assertEqual(event["source"]["table"], current)
                tables[current].append(event)
        full = [found for found in tables.values() if found]
        for number, found in enumerate(full):
            words = [row["source"]["snapshot"] for row in found]
            first = "first" if number == 0 else "first_in_data_collection"
            last = "last" if number == len(full) - 1 else "last_in_data_collection"
            if len(words) > 1:
                self.assertEqual((words[0], words[-1]), (first, last))
                self.assertEqual(set(words[1:-1]) - {"true"}, set())
        return tables

    def after(self, rows: list[dict]) -> list[dict]:
        return sorted((row["after"] for row in rows), key=lambda row: row["id"])

    def test_jobs_give_what_one_gives(self):
        self.big("a")
        self.sql("CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1); CREATE TABLE c (id int PRIMARY KEY)")
        self.big("d", 4100)
        self.publish_all()
        expected = {name: self.table(name) for name in "abcd"}
        for jobs in (1, 2, 5):
            tables = self.check_order(self.events("--snapshot", "only", "--control", "--jobs", str(jobs)))
            self.assertEqual({name: self.after(rows) for name, rows in tables.items()}, expected)

    def test_a_tail_that_is_empty_and_one_that_grew(self):
        self.big("hole")
        self.sql("DELETE FROM hole WHERE id > 100")
        self.big("grown", 100)
        self.sql("ANALYZE")
        self.sql("INSERT INTO grown SELECT n, repeat('y', 3000) FROM generate_series(101, 9000) n")
        self.publish_all()
        tables = self.check_order(self.events("--snapshot", "only", "--control", "--jobs", "3"))
        self.assertEqual(self.after(tables["hole"]), self.table("hole"))
        self.assertEqual(self.after(tables["grown"]), self.table("grown"))

    def partitioned(self) -> None:
        """Leaves of leaves, one with its columns in another order, one that lacks a column that was dropped, an empty one."""
        self.sql(
            "CREATE TABLE p (id int, gone int, a text, PRIMARY KEY (id)) PARTITION BY RANGE (id); "
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (3000); ALTER TABLE p DROP gone; "
            "CREATE TABLE p2 (a text, id int NOT NULL); ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (3000) TO (6000); "
            "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (6000) TO (9000) PARTITION BY RANGE (id); "
            'CREATE TABLE "p3.a" PARTITION OF p3 FOR VALUES FROM (6000) TO (7000); '
            "CREATE TABLE p3b PARTITION OF p3 FOR VALUES FROM (7000) TO (9000); "
            "CREATE TABLE p4 PARTITION OF p FOR VALUES FROM (9000) TO (10000); "
            f"{'; '.join(WIDE.format(leaf) for leaf in ('p1', 'p2'))}; "
            "INSERT INTO p SELECT n, repeat('x', 3000) || n FROM generate_series(0, 8999) n; "
            "CREATE TABLE q (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE r (id int PRIMARY KEY)"
        )

    def expected_rows(self, *options: str) -> float:
        metrics = self.folder / "metrics"
        self.data("--snapshot", "only", *options, "--metrics-file", str(metrics))
        return float(metrics.read_text().split("\nwalcat_snapshot_expected_rows ")[1].split("\n")[0])

    def test_leaves_are_shared_and_shown_as_their_root(self):
        self.partitioned()
        self.sql("CREATE PUBLICATION cdckit FOR TABLE p, q, r WITH (publish_via_partition_root)")
        for options, condition in (
            ((), "true"),
            (("--where", "p=p.id % 7 = 0"), "id % 7 = 0"),
            (("--where", "public.p=id < 10"), "id < 10"),
        ):
            for jobs in ("1", "3"):
                found = self.events("--snapshot", "only", "--control", "--jobs", jobs, *options)
                tables = self.check_order(found)
                self.assertEqual(list(tables), ["p", "q", "r"])
                self.assertEqual(self.after(tables["p"]), self.table("p", "id, a", condition))
        process = self.popen("--snapshot", "only", "--jobs", "2")
        statements = (
            "SELECT count(DISTINCT query) FROM pg_stat_activity "
            'WHERE datname = current_database() AND query LIKE \'COPY%"public"."p%\''
        )
        self.wait_until(lambda: self.sql(statements) == "2")
        self.assertEqual(len(process.stdout.readlines()), 9000)

    def test_leaves_that_may_not_be_read_are_read_through_their_root(self):
        self.partitioned()
        self.sql("CREATE PUBLICATION cdckit FOR TABLE p WHERE (id >= 10) WITH (publish_via_partition_root)")
        wanted = self.table("p", "id, a", "id >= 10")
        self.sql("REVOKE ALL ON p2 FROM walcat")
        self.assertEqual(self.after(self.data("--snapshot", "only", "--jobs", "3")), wanted)
        self.sql("GRANT SELECT ON p2 TO walcat; ALTER TABLE p1 ENABLE ROW LEVEL SECURITY")
        self.assertEqual(self.after(self.data("--snapshot", "only", "--jobs", "3")), wanted)
        self.sql("ALTER TABLE p1 DISABLE ROW LEVEL SECURITY")
        self.assertEqual(self.after(self.data("--snapshot", "only", "--jobs", "3")), wanted)

    def test_how_many_rows_are_expected(self):
        """Never analyzed, analyzed, grown since; empty tables are no riddle."""
        self.partitioned()
        self.sql("CREATE PUBLICATION cdckit FOR TABLE p, q, r WITH (publish_via_partition_root)")
        self.assertGreater(self.expected_rows(), 1000)
        self.sql("ANALYZE p")
        self.assertAlmostEqual(self.expected_rows("--jobs", "2"), 9000, delta=10)
        self.sql(
            "DELETE FROM p WHERE id < 4500; VACUUM p; ANALYZE p; INSERT INTO p SELECT n, 'x' FROM generate_series(1, 4000) n"
        )
        self.assertAlmostEqual(self.expected_rows(), 8500, delta=4100)
        self.sql("ANALYZE p")
        self.assertAlmostEqual(self.expected_rows("--where", "p=id < 100"), 100, delta=60)
        self.sql("TRUNCATE p")
        self.assertEqual(self.expected_rows(), 0)

    def test_the_line_on_a_terminal_is_gone_at_the_end(self):
        self.sql("CREATE TABLE r (id int PRIMARY KEY); INSERT INTO r SELECT generate_series(1, 1000); ANALYZE")
        self.publish_all()
        main, side = pty.openpty()
        process = self.popen("--snapshot", "only", stdout=subprocess.DEVNULL, stderr=side)
        os.close(side)
        self.addCleanup(os.close, main)
        shown = shown_on(main).split("\r\x1b[K")
        self.assertEqual(process.wait(timeout=30), 0)
        self.assertRegex(shown[-2], r"^walcat: snapshot: 1 of 1 tables, 1,000 rows, [0-9,]+ rows/s, 0ms left$")
        self.assertEqual(shown[-1], "")

    def test_nothing_glues_to_the_lines_on_a_terminal(self):
        self.sql("CREATE TABLE r (id int PRIMARY KEY); INSERT INTO r SELECT generate_series(1, 1000)")
        self.publish_all()
        main, side = pty.openpty()
        self.addCleanup(os.close, main)
        process = self.popen("--snapshot", "only", "--format", "ndjson", "--limit", "5", stdout=side, stderr=side)
        os.close(side)
        shown = shown_on(main).splitlines()
        self.assertEqual(process.wait(timeout=30), 0)
        self.assertEqual([json.loads(line)["op"] for line in shown], ["r"] * 5)

    def test_under_load_every_row_of_one_instant(self):
        self.big("t")
        self.sql("CREATE TABLE total (id int PRIMARY KEY, sum bigint); INSERT INTO total VALUES (1, 0)")
        self.sql("ALTER TABLE t ADD n int NOT NULL DEFAULT 0")
        self.publish_all()
        # every transaction adds to a row and to the sum: an instant is where both agree
        step = (
            "BEGIN; UPDATE t SET n = n + 1 WHERE id = (SELECT 1 + (random() * 7998)::int); "
            "UPDATE total SET sum = sum + 1; COMMIT;\n"
        )
        writer = subprocess.Popen(
            ["psql", "-Xq", "-d", self.database], env=environment(), stdin=subprocess.PIPE, text=True
        )
        self.addCleanup(writer.wait)
        writer.stdin.write(step * 2000)
        writer.stdin.close()
        for _ in range(3):
            tables = self.check_order(self.events("--snapshot", "only", "--control", "--jobs", "4"))
            rows = self.after(tables["t"])
            self.assertEqual([row["id"] for row in rows], list(range(1, 8001)))
            self.assertEqual(sum(row["n"] for row in rows), tables["total"][0]["after"]["sum"])

    def test_limit_and_closed_pipe(self):
        self.big("t")
        self.publish_all()
        self.assertEqual(len(self.data("--snapshot", "only", "--limit", "777", "--jobs", "3")), 777)
        process = self.popen("--snapshot", "only", "--jobs", "3", stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), 0, process.stderr.read())

    def test_partitions_once(self):
        self.sql(
            "CREATE TABLE p (id int PRIMARY KEY, a text) PARTITION BY RANGE (id); "
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100); "
            "CREATE TABLE p2 (a text, id int PRIMARY KEY); ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (100) TO (200); "
            "INSERT INTO p SELECT n, 'x' FROM generate_series(1, 150) n; "
            "CREATE PUBLICATION root FOR TABLE p WITH (publish_via_partition_root = true); "
            "CREATE PUBLICATION leaves FOR TABLE p"
        )
        for publication, names in (("root", {"p"}), ("leaves", {"p1", "p2"}), ("root,leaves", {"p"})):
            events = self.data("--snapshot", "only", "--publication", publication, "--jobs", "2")
            self.assertEqual({event["source"]["table"] for event in events}, names, publication)
            self.assertEqual(sorted(event["after"]["id"] for event in events), list(range(1, 151)), publication)

    def test_filters_of_several_publications(self):
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a int, hidden int); INSERT INTO t SELECT n, n, n FROM generate_series(1, 20) n; "
            "CREATE PUBLICATION low FOR TABLE t (id, a) WHERE (id < 5); "
            "CREATE PUBLICATION high FOR TABLE t (id, a) WHERE (id > 15)"
        )
        events = self.data("--snapshot", "only", "--publication", "low,high")
        self.assertEqual([event["after"]["id"] for event in events], [1, 2, 3, 4, 16, 17, 18, 19, 20])
        self.assertEqual({tuple(event["after"]) for event in events}, {("id", "a")})
        self.assertEqual(len(self.data("--snapshot", "only", "--publication", "low")), 4)


class Choice(Case):
    def start(self) -> None:
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT n, n FROM generate_series(1, 20) n; "
            "CREATE TABLE other (id int PRIMARY KEY); INSERT INTO other VALUES (1), (2); "
            "CREATE PUBLICATION cdckit FOR TABLE t WHERE (id > 5), other"
        )

    def test_where(self):
        self.start()
        events = self.data(
            "--snapshot", "only", "--where", "public.t=a % 2 = 0 OR a = 7", "--where", "t=a < 10 OR false"
        )
        self.assertEqual(
            [(event["source"]["table"], event["after"]["id"]) for event in events],
            [("other", 1), ("other", 2), ("t", 6), ("t", 7), ("t", 8)],
        )
        done = self.walcat("--snapshot", "only", "--where", "nothing=true")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn('table "nothing"', done.stderr)
        done = self.walcat("--snapshot", "only", "--where", "t=no_such_column > 1")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn('could not use --where for table "public.t": column "no_such_column" does not exist', done.stderr)

    def test_progress_only_on_a_terminal_and_in_metrics(self):
        self.start()
        metrics = self.folder / "metrics"
        done = self.walcat("--snapshot", "only", "--metrics-file", str(metrics))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        text = metrics.read_text()
        for line in ("rows 17", "tables 2", "tables_done 2", "running 0"):
            self.assertIn(f"walcat_snapshot_{line}\n", text)
        shown = subprocess.run(
            ["script", "-qec", f"walcat -d {self.database} --snapshot only > /dev/null", "/dev/null"],
            env=environment(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        self.assertIn("snapshot: 2 of 2 tables, 17 rows", shown.stdout)


class Values(Case):
    def test_values_that_come_in_binary(self):
        self.sql(
            "CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE DOMAIN words AS text[]; "
            "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN feeling AS mood; CREATE TYPE pair AS (a int, b text); "
            "CREATE TABLE v (id int PRIMARY KEY, b bool, o oid, i2 int2, i8 int8, n numeric, d date, ti time, ts timestamp, "
            "tz timestamptz, u uuid, by bytea, j json, jb jsonb, c char(5), vc varchar, na name, f4 float4, f8 float8, "
            'ip inet, ch "char", iv interval, x xml, m money, p positive, w words, fe feeling, pa pair, ar int[][], bi bit(3), '
            "r int4range, mr int4multirange, tt timetz)"
        )
        values = [
            "true, 4294967295, -32768, -9223372036854775808, 'NaN', 'infinity', '24:00', 'infinity', '-infinity', "
            "gen_random_uuid(), '\\x00ff', '{\"a\" : 1}', '{\"a\": [1, null]}', 'ab', E'a\\tb\\\\n\\n', 'n', 'NaN', '-Infinity', "
            "'10.0.0.1', 'q', '1 year -2 days 03:04:05.6', '<a>&lt;</a>', -12.34, 5, '{a,NULL,\"b,c\"}', 'ok', "
            "'(1,\"x y\")', '{{1,2},{3,NULL}}', '101', '[1,5)', '{[1,2),[4,9)}', '10:00+02'",
            "false, 0, 32767, 9223372036854775807, -0.000000000000000000012345678901234567890, '4714-11-24 BC', '00:00:00.000001', "
            "'0001-01-01 00:00:00.5 BC', '294276-12-31 23:59:59.999999+00', '00000000-0000-0000-0000-000000000000', '', '[]', '\"\"', "
            "'', '', '', 1e-45, 1e23, '::1/64', E'\\\\377', '-178000000 years', NULL, 0, 1, '{}', 'sad', '(,)', '{}', '000', "
            "'empty', '{}', '23:59:59.999999-15'",
            "NULL, 1, 0, 0, 100000000000000000000000000000000.10, '5874897-12-31', '12:34:56.7', '1999-12-31 23:59:59.999999', "
            "'1969-07-20 20:17:40+00', '00112233-4455-6677-8899-aabbccddeeff', '\\x', 'null', 'null', 'x    ', 'x ', 'x', 3.4e38, "
            "5e-324, '1.2.3.0/24', '', '0', '<?xml version=\"1.0\"?><a/>', 92233720368547758.07, 2, '[2:3]={a,b}', NULL, NULL, "
            "'[0:1]={5,6}', '111', '(,)', '{(,)}', '00:00+00'",
            "NULL, 2" + ", NULL" * 29 + ", '10:00:00+05:30'",
            "true, 3, 1, 1, 'Infinity', '-infinity', '00:00', '-infinity', 'infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
            "0.1, 0.1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "true, 4, 1, 1, 12345678901234567890123456789012345678901234567890.00012300, '2024-02-29', '00:00', '2024-02-29 00:00', "
            "'2024-02-29 12:00:00.120+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 9007199254740993, 9007199254740993, NULL, NULL, "
            "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        ]
        for number, row in enumerate(values, 1):
            self.sql(f"INSERT INTO v VALUES ({number}, {row})")
        self.sql(
            "INSERT INTO v (id, n, d, ts) SELECT 100 + n, (random() - 0.5) * 10 ^ (random() * 60 - 30)::int, "
            "'0001-01-01'::date + (n * 997), '4713-01-01 BC'::timestamp + n * interval '1000003.123457 seconds' "
            "FROM generate_series(1, 2000) n"
        )
        self.sql(
            "INSERT INTO v (id, n) SELECT 5000 + n, round((10::numeric ^ n) / 7, abs(n % 9)) FROM generate_series(-20, 30) n"
        )
        self.publish_all()
        events = self.walcat("--snapshot", "only")
        self.assertEqual(events.returncode, 0, events.stderr)
        shown = [
            line.split('"after":', 1)[1].split(',"source":{"version"', 1)[0] for line in events.stdout.splitlines()
        ]
        wanted = self.sql("SET timezone = 'UTC'; SELECT row_to_json(v) FROM v").splitlines()
        self.assertEqual(len(shown), len(wanted))
        for ours, theirs in zip(shown, wanted, strict=True):
            self.assertEqual(ours, theirs)


if __name__ == "__main__":
    unittest.main()
