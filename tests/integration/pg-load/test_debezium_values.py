#!/usr/bin/env python3
"""Events that Debezium wrote, recorded and by walcat, into typed tables: every value beside PostgreSQL's own."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import debezium_records as dbz
from pg_load_lab import Case, environment, start_lab, stop_lab

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "walcat" / "debezium"
# left out by the connector, or cut: arrays of two dimensions, and what it has no type for
DROPPED = {"ai2", "mr", "tq", "ln", "xid8", "jp", "am", "aiv"}
KNOBS = {
    "default": [],
    "string, connect, hex": [
        *("--decimal-handling", "string", "--time-precision", "connect", "--binary-handling", "hex"),
        *("--interval-handling", "string", "--hstore-handling", "map"),
    ],
    "double, isostring": ["--decimal-handling", "double", "--time-precision", "isostring"],
    "nanoseconds, base64": ["--time-precision", "nanoseconds", "--binary-handling", "base64"],
    "url safe": ["--binary-handling", "base64-url-safe"],
}


def setUpModule():
    start_lab()


def tearDownModule():
    stop_lab()


class Values(Case):
    def setUp(self):
        super().setUp()
        self.run_file("gold.sql")
        self.run_file("gold_rows.sql")
        self.sql("ALTER SCHEMA inv RENAME TO truth; CREATE SCHEMA inv")
        for table in ("types", "inf"):
            self.sql(f"CREATE TABLE inv.{table} (LIKE truth.{table} INCLUDING ALL)")

    def run_file(self, name: str) -> None:
        self.sql(f"\\cd {FOLDER}\n\\i {name}")

    def differing(self, table: str) -> dict:
        """Columns of rows 1 to 4 that differ from the source's, with both texts."""
        columns = self.sql(
            f"SELECT attname FROM pg_attribute WHERE attrelid = 'truth.{table}'::regclass AND attnum > 0"
        ).splitlines()
        found = {}
        for column in columns:
            text = self.sql(
                f'SELECT t.id, t."{column}"::text, c."{column}"::text FROM truth.{table} t '
                f"LEFT JOIN inv.{table} c ON c.id = t.id WHERE c.id IS NULL "
                f'OR t."{column}"::text IS DISTINCT FROM c."{column}"::text ORDER BY 1'
            )
            if text:
                found[column] = text
        return found

    def lines(self, name: str, topics=("app.inv.types", "app.inv.inf"), key=True) -> list[str]:
        lines = []
        for record in dbz.recorded(FOLDER / name):
            value = json.loads(record.value)
            event = value.get("payload", value) if value else None
            if record.topic in topics and event and event["op"] == "r":
                lines.append(f'{{"key":{record.key},{record.value[1:]}' if key else record.value)
        self.assertTrue(lines)
        return lines

    def test_recorded_defaults_by_the_columns_types(self):
        self.load(self.lines("default.tsv"), "--mode", "events", "--encoding", "debezium")
        differing = self.differing("types")
        self.assertEqual(set(differing) - DROPPED, {"nn", "an", "ttz"}, differing)
        self.assertEqual(self.sql("SELECT nn, ttz FROM inv.types WHERE id = 1"), "12345.6789|11:14:15.5+00")
        # the connector lost the era of a date, and NaN never came
        differing = self.differing("inf")
        self.assertEqual(set(differing), {"d"}, differing)
        self.assertEqual(self.sql("SELECT d FROM inv.inf ORDER BY id"), "infinity\n-infinity\n0044-03-15\n12024-03-15")

    def test_a_schema_beside_each_event_needs_no_flag(self):
        self.load(self.lines("schemas-enabled-types.tsv", key=False), "--mode", "events")
        self.assertEqual(set(self.differing("types")) - DROPPED, {"nn", "an", "ttz"})

    def test_without_a_word_nothing_is_guessed(self):
        load = self.load(self.lines("default.tsv"), "--mode", "events", code=65)
        self.assertIn("--encoding debezium", load.errors)
        self.assertEqual(self.sql("SELECT (SELECT count(*) FROM inv.types), (SELECT count(*) FROM inv.inf)"), "0|0")
        self.load(self.lines("default.tsv"), "--mode", "events", "--encoding", "plain", code=65)

    def pipe(self, *knobs: str, load: tuple = (), code: int = 0) -> str:
        """walcat's snapshot of truth into inv."""
        self.sql(
            "DROP PUBLICATION IF EXISTS p; CREATE PUBLICATION p FOR TABLE truth.types, truth.inf; TRUNCATE inv.types, inv.inf"
        )
        words = ["walcat", "-d", self.database, "--publication", "p", "--snapshot", "only", "--control"]
        source = subprocess.run(
            [*words, "--encoding", "debezium", "--topic-prefix", "app", *knobs],
            env=environment(), capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        maps = ("--map", "truth.types=inv.types", "--map", "truth.inf=inv.inf")
        return self.load(source.stdout, "--mode", "events", *maps, *load, code=code).errors

    def test_every_knob_by_the_schemas_that_come_along(self):
        for name, knobs in KNOBS.items():
            with self.subTest(name):
                handling = knobs[knobs.index("--binary-handling") + 1] if "--binary-handling" in knobs else "bytes"
                self.pipe(*knobs, load=("--binary-handling", handling))
                lost = {"ttz"}
                if "double" not in name and "string" not in name:
                    lost |= {"nn", "an"}
                if "double" in name:
                    lost |= {"nn", "n72", "an", "an2"}
                if "connect" in name:  # milliseconds
                    lost |= {"t", "ts"}
                differing = self.differing("types")
                self.assertLessEqual(set(differing), lost, differing)
                differing = self.differing("inf")
                lost = {"n"} if "double" in name else {"ts"} if "nano" in name else set()  # 1677 to 2262 only
                self.assertLessEqual(set(differing), lost, differing)

    def test_a_string_for_bytea_is_refused_without_the_mode(self):
        self.sql("TRUNCATE truth.inf")
        errors = self.pipe("--binary-handling", "hex", code=65)
        self.assertIn("--binary-handling", errors)
        self.assertIn('column "by"', errors)

    def test_placeholders_are_unchanged_columns(self):
        table = "(id int PRIMARY KEY, body text, ba bytea, ia int[], ta text[], ua uuid[], n int)"
        self.sql(f"CREATE TABLE toast {table}; INSERT INTO toast VALUES (1, 'b', '\\x01', '{{1}}', '{{t}}', NULL, 1)")
        for word, flags in (("__debezium_unavailable_value", ()), ("n/a", ("--unavailable-value", "n/a"))):
            codes = [ord(letter) for letter in word]
            base64 = subprocess.run(["base64", "-w0"], input=word, capture_output=True, text=True, check=True).stdout
            after = {"id": 1, "body": word, "ba": base64, "ia": codes, "ta": [word], "ua": None, "n": 7}
            event = {
                "key": {"id": 1},
                "before": None,
                "after": after,
                "op": "u",
                "source": {"schema": "public", "table": "toast"},
            }
            self.load([event], "--mode", "events", "--encoding", "debezium", *flags)
            self.assertEqual(self.sql("SELECT body, ba, ia, ta, n FROM toast"), "b|\\x01|{1}|{t}|7")

    def test_enums_are_made_from_the_labels_that_come_along(self):
        self.sql(
            "CREATE TYPE truth.state AS ENUM ('it''s', 'on'); CREATE TABLE truth.orders (id int PRIMARY KEY, s truth.state)"
        )
        self.sql("INSERT INTO truth.orders VALUES (1, 'it''s'); CREATE PUBLICATION p FOR TABLE truth.orders")
        words = ["walcat", "-d", self.database, "--publication", "p", "--snapshot", "only", "--control"]
        copy = self.database + "_copy"
        subprocess.run(["createdb", copy], env=environment(), check=True)
        self.addCleanup(subprocess.run, ["dropdb", "--force", copy], env=environment(), check=True)
        load = ["pg-load", "-d", copy, "--mode", "events", "--create"]
        for encoding, code in (("plain", 69), ("debezium", 0)):
            source = subprocess.run(
                [*words, "--encoding", encoding],
                env=environment(),
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
            done = subprocess.run(
                load, input=source.stdout, env=environment(), capture_output=True, text=True, timeout=60, check=False
            )
            self.assertEqual(done.returncode, code, done.stderr)
            if code == 69:
                self.assertIn("truth.state", done.stderr)
                self.assertIn("CREATE TYPE", done.stderr)
        rows = subprocess.run(
            ["psql", "-XAt", "-d", copy, "-c", "SELECT s FROM truth.orders"],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual(rows.stdout, "it's\n")


if __name__ == "__main__":
    unittest.main()
