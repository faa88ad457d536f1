#!/usr/bin/env python3
"""What changes rows, or where sinks look for them, and sends no event: a warning names the table and what helps."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

PEEK = ("--slot", "s", "--no-ack", "--until-now")


class Silent(Case):
    """What changes rows and sends no event is warned of, by name and with what helps."""

    READING = "walcat snapshot public.t reads the rows as they are"
    HELP = f"no event says so; {READING}"

    def prepare(self, how: str = "") -> None:
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a int, n numeric(9,2)); INSERT INTO t VALUES (1, 1, 1); "
            f"CREATE PUBLICATION cdckit FOR ALL TABLES {how}"
        )
        self.make_slot("s")

    def said(self) -> list[str]:
        done = self.walcat(*PEEK)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [line for line in done.stderr.splitlines() if "walcat snapshot public.t" in line]

    def test_columns_of_a_backlog(self):
        for statement, what in (
            ("ADD d int DEFAULT 7", 'column "d" of table "public.t" was added'),
            ("ADD g int GENERATED ALWAYS AS IDENTITY", 'column "g" of table "public.t" was added'),
            ("ALTER a TYPE text", 'column "a" of table "public.t" has another type now'),
            ("ALTER n TYPE numeric(12,4)", 'column "n" of table "public.t" has another type now'),
            ("ADD plain int", None),
            ("RENAME a TO b", 'column "a" of table "public.t" is called "b" now'),
            ("DROP a", None),
        ):
            with self.subTest(statement):
                self.prepare()
                self.sql("INSERT INTO t VALUES (2, 2, 2)")
                self.sql(f"ALTER TABLE t {statement}; INSERT INTO t (id) VALUES (3)")
                said = [line for line in self.said() if "lately" not in line]
                self.assertEqual(len(said), 1 if what else 0, said)
                self.assertTrue(all(what in line and self.READING in line for line in said), said)
                self.sql("SELECT pg_drop_replication_slot('s'); DROP PUBLICATION cdckit; DROP TABLE t")

    def test_names_of_a_backlog(self):
        """The copy keeps rows under the old name: of a table, of a column, of two that changed places."""
        swap = "ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME x TO b"
        for statements, name, what in (
            (
                "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO v",
                "public.v",
                'table "public.t" is called "public.v" now',
            ),
            ("CREATE SCHEMA s; ALTER TABLE t SET SCHEMA s", "s.t", 'table "public.t" is called "s.t" now'),
            (swap, "public.t", 'columns of table "public.t" have changed names'),
        ):
            with self.subTest(statements):
                self.prepare()
                self.sql("ALTER TABLE t ADD b int; INSERT INTO t VALUES (2, 2, 2, 2)")
                self.sql(f"{statements}; INSERT INTO {name} (id) VALUES (3)")
                done = self.walcat(*PEEK)
                said = [line for line in done.stderr.splitlines() if what in line]
                self.assertEqual(len(said), 1, done.stderr)
                self.assertIn(f"walcat snapshot {name} reads the rows as they are", said[0])
                self.sql(f"SELECT pg_drop_replication_slot('s'); DROP PUBLICATION cdckit; DROP TABLE {name}")

    def test_files_while_it_reads(self):
        self.prepare("WITH (publish = 'insert, update, delete')")
        self.sql("CREATE TABLE u (id int)")
        said = self.folder / "said"
        with said.open("w") as stderr:
            process = self.popen("--slot", "s", "--no-ack", stderr=stderr, text=True)
        self.wait_until(lambda: self.read_slots() == 1)
        what = f'table "public.t" was rewritten or truncated (unless that was VACUUM FULL or CLUSTER): {self.HELP}'
        for number, statement in enumerate(("ALTER TABLE t ALTER a TYPE int USING a + 1", "TRUNCATE t")):
            for change in (
                f"INSERT INTO t VALUES ({number} + 10, 1, 1)",
                f"{statement}; INSERT INTO t VALUES ({number} + 20, 1, 1)",
                "INSERT INTO u VALUES (1)",
            ):
                self.sql(change)
                process.stdout.readline()
            self.wait_until(lambda: said.read_text().count(what) == number + 1)  # noqa: B023

    def test_what_has_its_event_needs_no_word(self):
        self.prepare()
        process = self.popen("--slot", "s", "--no-ack", "--limit", "5", stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.wait_until(lambda: self.read_slots() == 1)
        for number in range(2):
            for change in (f"INSERT INTO t VALUES ({number} + 10, 1, 1)", "TRUNCATE t"):
                self.sql(change)
                process.stdout.readline()
        self.sql("INSERT INTO t VALUES (30, 1, 1)")
        self.assertEqual((process.wait(60), process.stderr.read()), (0, ""))

    def test_columns_behind_the_position_of_a_slot(self):
        self.prepare()
        self.sql("ALTER TABLE t ADD d int DEFAULT 7; INSERT INTO t VALUES (2, 2, 2, 2)")
        (said,) = self.said()
        self.assertIn('column "d" of table "public.t" was added or changed lately', said)

    def test_what_the_server_tells_behind_the_position_of_a_slot(self):
        """The same type USING another value, another expression, partitions that were filled tables."""
        self.sql("CREATE TABLE g (id int PRIMARY KEY, d int GENERATED ALWAYS AS (id * 2) STORED)")
        self.prepare("WITH (publish_via_partition_root)")
        self.sql("INSERT INTO t VALUES (2, 2, 2); ALTER TABLE t ALTER a TYPE int USING a + 1")
        (said,) = self.said()
        self.assertIn('column "a" of table "public.t" was added or changed lately', said)
        if int(self.sql("SHOW server_version_num")) >= 170000:
            self.sql("ALTER TABLE g ALTER d SET EXPRESSION AS (id * 3)")
            self.assertIn('column "d" of table "public.g" was added or changed lately', self.walcat(*PEEK).stderr)

    def test_partitions_that_come_with_rows(self):
        self.sql(
            "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9);"
            "CREATE TABLE old (id int PRIMARY KEY); INSERT INTO old VALUES (12);"
            "CREATE PUBLICATION cdckit FOR TABLE p WITH (publish_via_partition_root)"
        )
        self.make_slot("s")
        said = self.folder / "said"
        with said.open("w") as stderr:
            process = self.popen("--slot", "s", "--no-ack", stderr=stderr, text=True)
        self.wait_until(lambda: self.read_slots() == 1)
        what = 'a partition was attached to table "public.p" with the rows that it had: no event says so; walcat snapshot public.p'
        for key, statement in (
            (1, "SELECT"),
            (21, "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (20) TO (30)"),
            (11, "ALTER TABLE p ATTACH PARTITION old FOR VALUES FROM (10) TO (20)"),
        ):
            self.assertNotIn("attached", said.read_text())
            self.sql(f"{statement}; INSERT INTO p VALUES ({key})")  # which announces the table again
            process.stdout.readline()
        self.sql("SELECT pg_logical_emit_message(false, 'p', 'm')")
        self.wait_until(lambda: what in said.read_text())
        process.kill()
        process.wait()
        self.wait_until(lambda: self.read_slots() == 0)
        self.assertIn('partition "old" was attached to table "public.p" lately', self.walcat(*PEEK).stderr)

    def test_tables_that_come_with_rows(self):
        """To a publication: what they had by then is sent by nothing; what they got afterwards is."""
        self.sql(
            "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE late (id int PRIMARY KEY);"
            "CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1); CREATE SCHEMA other;"
            "CREATE TABLE other.c (id int, PRIMARY KEY (id)) PARTITION BY RANGE (id);"
            "CREATE TABLE other.c1 PARTITION OF other.c FOR VALUES FROM (0) TO (9); INSERT INTO other.c VALUES (1);"
            "CREATE PUBLICATION cdckit FOR TABLE a"
        )
        self.make_slot("s")
        self.assertEqual(self.walcat(*PEEK).stderr, "")
        said = self.folder / "said"
        with said.open("w") as stderr:
            process = self.popen("--slot", "s", "--no-ack", stderr=stderr, text=True)
        self.wait_until(lambda: self.read_slots() == 1)
        for table, member, wanted in (
            ("a", None, 0),
            ("late", "TABLE late", 0),
            ("b", "TABLE b", 1),
            ("other.c", "TABLES IN SCHEMA other", 2),
        ):
            if member:
                self.sql(f"ALTER PUBLICATION cdckit ADD {member}")
            self.sql(f"INSERT INTO {table} VALUES (2)")
            process.stdout.readline()
            self.assertEqual(said.read_text().count("came to the publication"), wanted, said.read_text())
        for table in ("public.b", "other.c1"):
            what = f'table "{table}" came to the publication with the rows that it had: no event says so; walcat snapshot {table}'
            self.assertIn(what, said.read_text())
        process.kill()
        process.wait()
        self.wait_until(lambda: self.read_slots() == 0)
        self.assertEqual(self.tables_that_came(), ["other.c1", "public.b"])
        if int(self.sql("SHOW server_version_num")) < 160000:  # where the names of what is published take no lock
            holder = self.session()
            holder.run("BEGIN; LOCK b;")  # a look waits for nobody
            self.assertEqual(self.tables_that_came(), ["other.c1"])

    def tables_that_came(self) -> list[str]:
        done = self.walcat(*PEEK)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = [line for line in done.stderr.splitlines() if "came to the publication lately" in line]
        return [line.split('"')[1] for line in said]

    def test_a_publication_of_nothing(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY); CREATE PUBLICATION cdckit FOR TABLE t")
        self.make_slot("s")
        self.assertEqual(self.walcat(*PEEK).stderr, "")
        self.sql("DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
        self.assertIn('publication "cdckit" publishes no table', self.walcat(*PEEK).stderr)
        (line,) = [line for line in self.events("check", "--slot", "s") if line["check"] == "publication"]
        self.assertIn("ALTER PUBLICATION", line["hint"])


if __name__ == "__main__":
    unittest.main()
