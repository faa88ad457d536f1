#!/usr/bin/env python3
"""Mixed transactions over several tables, with keys that move, change places and come back: the mirror is the source
at every checkpoint, as a replica and where the target's own foreign keys and triggers stay active."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mixed_history import DIGEST, NAMES, REFERENCES, TABLES, History
from pg_load_lab import Case, environment, psql, source_conninfo, source_psql, start_lab, stop_lab


def setUpModule():
    start_lab(source=True)
    psql("postgres", "CREATE ROLE loader LOGIN")


def tearDownModule():
    stop_lab()


class Mixed(Case):
    def setUp(self):
        super().setUp()
        self.source = self.database + "_source"
        source_psql("postgres", f'CREATE DATABASE "{self.source}"')
        self.addCleanup(source_psql, "postgres", f'DROP DATABASE "{self.source}" WITH (FORCE)')
        source_psql(self.source, TABLES + REFERENCES + "CREATE PUBLICATION p FOR ALL TABLES")
        self.sql(TABLES + "GRANT ALL ON ALL TABLES IN SCHEMA public TO loader;")
        self.sql(f'GRANT CREATE ON DATABASE "{self.database}" TO loader')
        self.slot = self.database[:60]
        source_psql(self.source, f"SELECT pg_create_logical_replication_slot('{self.slot}', 'pgoutput')")
        self.addCleanup(source_psql, self.source, f"SELECT pg_drop_replication_slot('{self.slot}')")

    def replicate(self, user: str = "") -> list[dict]:
        """Everything up to now; its receipts."""
        ack = self.folder / "ack"
        walcat = f"walcat -q -d '{source_conninfo(self.source)}' --slot {self.slot} --publication p --snapshot never --ack {ack} --until-now"
        load = f"{user} pg-load -q -d {self.database} --mode events --ack {ack}"
        command = f"set -o pipefail; {walcat} | {load}"
        done = subprocess.run(
            ["bash", "-c", command], env=environment(), capture_output=True, text=True, timeout=120, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def assert_same(self, note: str) -> None:
        for table in NAMES:
            query = DIGEST.format(table)
            self.assertEqual(self.sql(query), source_psql(self.source, query), f"{table} {note}")

    def follow(self, history: History, rounds: int, transactions: int, user: str = "") -> None:
        for number in range(rounds):
            source_psql(self.source, "".join(history.transaction() for _ in range(transactions)))
            self.replicate(user)
            self.assert_same(f"after round {number}")

    def test_as_a_replica(self):
        for seed in range(3):
            with self.subTest(seed=seed):
                self.follow(History(seed, otherwise=0.02 * (seed % 2)), rounds=3, transactions=20)

    def test_keys_that_hardly_meet(self):
        self.follow(History(50, keys=300, otherwise=0), rounds=2, transactions=60)

    def test_with_active_foreign_keys_and_a_trigger(self):
        self.sql(
            REFERENCES + "CREATE TABLE log (what text); GRANT ALL ON log TO loader;"
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN INSERT INTO log VALUES (tg_op); RETURN NULL; END $$;"
            "CREATE TRIGGER note AFTER UPDATE OF id ON visit FOR EACH ROW WHEN (old.id <> new.id)"
            " EXECUTE FUNCTION note()"
        )
        self.follow(History(7), rounds=2, transactions=15, user="PGUSER=loader")

    def test_columns_of_the_target_alone_move_with_their_row(self):
        self.sql("ALTER TABLE price ADD remark text DEFAULT 'none'")
        source_psql(self.source, "INSERT INTO price VALUES (1, 1, repeat('x', 4000)), (2, 2, 'short')")
        self.replicate()
        self.sql("UPDATE price SET remark = 'of ' || k")
        source_psql(
            self.source,
            "BEGIN; UPDATE price SET k = 3 WHERE k = 1; UPDATE visit SET what = what; UPDATE price SET k = 1 WHERE k = 2;"
            "UPDATE price SET k = 2 WHERE k = 3; INSERT INTO price VALUES (9, 9); COMMIT",
        )
        self.replicate()
        self.assertEqual(
            self.sql("SELECT k, v, length(doc), remark FROM price ORDER BY k"),
            "1|2|5|of 2\n2|1|4000|of 1\n9|9||none",
        )

    def test_sets_are_few_whatever_the_order(self):
        """Changes of key among changes of another table: no statement for each of them."""
        source_psql(
            self.source,
            "INSERT INTO price SELECT i, i, repeat('x', 4000) FROM generate_series(1, 300) i;"
            "INSERT INTO person SELECT i FROM generate_series(1, 300) i",
        )
        self.replicate()
        source_psql(
            self.source,
            "".join(
                f"UPDATE price SET k = k + 1000 WHERE k = {key}; UPDATE person SET name = 'x' WHERE id = {key};"
                f"INSERT INTO price VALUES ({key}); DELETE FROM price WHERE k = {key + 1};"
                f"UPDATE price SET k = {key + 1} WHERE k = {key};"
                for key in range(1, 300, 2)
            ),
        )
        self.sql(
            "CREATE TABLE statement (n int); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN INSERT INTO statement VALUES (1); RETURN NULL; END $$;"
            "CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON person FOR EACH STATEMENT EXECUTE FUNCTION note();"
            "ALTER TABLE person ENABLE ALWAYS TRIGGER note"
        )
        self.replicate()
        self.assertLess(int(self.sql("SELECT count(*) FROM statement")), 10)
        self.assert_same("after the moves")


if __name__ == "__main__":
    unittest.main()
