#!/usr/bin/env python3
"""snow-ddl generate: its scripts run on the Snowflake stand-in, make what snow-put makes, and are Snowflake's SQL."""

import json
import os
import pathlib
import subprocess
import sys
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable
from snow_ddl_case import SnowDdlCase as Case
from snow_put import command, merge, mirror_rows, put

COLUMNS = {
    "id": "bigint",
    "name": "text",
    "note": "text",
    "amount": "numeric(12,2)",
    "big": "numeric(30,2)",
    "at": "timestamp with time zone",
    "raw": "bytea",
    "doc": "jsonb",
    "odd ${name}": "date",
}
BESIDE = ["ORDERS", "ORDERS_JOURNAL", "ORDERS_HISTORY", "ORDERS_DELETED", "_CDC_STATE"]
VARIABLES = [f"--var={name}" for name in ("database=cdc", "schema=raw", "role=LOADER", "warehouse=COMPUTE_WH")]
FLIGHTS = pathlib.Path(__file__).resolve().parents[3] / "scripts" / "flights" / "snow"
# statements as JSON lines on stdin; those that sqlglot knows only as a piece of text are counted
PARSE = """
import json, logging, re, sys, sqlglot
logging.disable(logging.CRITICAL)
WHOLE = re.compile(r"(MERGE|DELETE|INSERT|GRANT [A-Z, ]+ ON (TABLE|DATABASE|SCHEMA|WAREHOUSE)|CREATE (OR REPLACE )?(TABLE|VIEW|DYNAMIC TABLE)|ALTER TABLE)\\b", re.I)
for line in sys.stdin:
    text = json.loads(line)
    [tree] = sqlglot.parse(text, read="snowflake")
    assert not (isinstance(tree, sqlglot.exp.Command) and WHOLE.match(text)), text
"""


class Generated(Case):
    def setUp(self):
        super().setUp()
        self.lab.sql("CREATE DATABASE CDC")
        self.lab.sql("CREATE SCHEMA CDC.RAW")

    def generate(self, source: SourceTable, *words: str, code: int = 0) -> list[dict]:
        done = subprocess.run(
            ["snow-ddl", "generate", "--out", str(self.folder), *words],
            input=source.schema_line() + "\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def run_scripts(self, *words: str) -> list[dict]:
        return self.apply(0, *VARIABLES, *words)

    def shapes(self, schema: str) -> dict:
        """What DESCRIBE says of each table and view."""
        names = {row[1] for row in self.lab.sql(f"SHOW TABLES IN SCHEMA CDC.{schema}")}
        found = {name: self.lab.sql(f'DESCRIBE TABLE CDC.{schema}."{name}"') for name in names}
        return found | {"ORDERS_LIVE": self.lab.sql(f"DESCRIBE VIEW CDC.{schema}.ORDERS_LIVE")}

    def test_what_is_made_is_what_snow_put_makes(self):
        source = SourceTable("ORDERS", columns=COLUMNS)
        made = self.generate(source, "--history", "--live")
        self.assertEqual(
            [pathlib.Path(line["script"]).name for line in made], ["V1__cdc_setup.sql", "V2__cdc_orders.sql"]
        )
        self.assertEqual(sum(line["statements"] for line in made), len(self.run_scripts()))
        ours = self.shapes("RAW")
        self.assertEqual(sorted([*BESIDE, "ORDERS_LIVE"]), sorted(ours))
        self.lab.sql("CREATE SCHEMA CDC.PUT")
        source.begin()
        source.emit("c", None, {"id": 1})
        lines = [source.schema_line(), *source.lines]
        words = ["PUT" if word == "RAW" else word for word in command("--create", "--history", merge_every="never")]
        text = "".join(line + "\n" for line in lines)
        subprocess.run(
            words, input=text, text=True, env=self.lab.environment, timeout=120, check=True, stdout=subprocess.PIPE
        )
        theirs = self.shapes("PUT")
        for name in (*BESIDE, "ORDERS_LIVE"):
            if name in theirs:
                self.assertEqual(ours[name], theirs[name], name)
        self.assertLessEqual(set(theirs), set(ours))

        self.assertEqual(self.generate(source), [])
        source.types |= {"amount": "numeric(14,2)", "more": "integer"}
        [line] = self.generate(source)
        self.assertEqual(pathlib.Path(line["script"]).name, "V3__cdc_orders.sql")
        self.run_scripts()
        self.assertEqual(self.expect(0, "drift", str(self.folder), *VARIABLES), [])
        for table in ("ORDERS", "ORDERS_JOURNAL", "ORDERS_HISTORY", "ORDERS_LIVE"):
            columns = {row[0]: row[1] for row in self.lab.sql(f"DESCRIBE TABLE CDC.RAW.{table}")}
            self.assertEqual((columns["AMOUNT"], columns["MORE"]), ("NUMBER(14,2)", "NUMBER(10,0)"))

    def test_the_loader_needs_no_more(self):
        """As a role that owns nothing, snow-put fills and folds what was generated."""
        source = SourceTable("ORDERS", seed=5)
        self.generate(source, "--history")
        self.run_scripts()
        self.lab.sql(f"GRANT ROLE LOADER TO USER {self.lab.environment['CDC_SNOW_USER']}")
        for _ in range(20):
            source.change()
        with unittest.mock.patch.dict(self.lab.environment, {"SNOWFLAKE_CONNECTIONS_LAB_ROLE": "LOADER"}):
            done = put(self.lab, [source.schema_line(), *source.lines], merge_every="never")
            self.assertEqual(done.returncode, 0, done.stderr)
            done = merge(self.lab, "ORDERS", options=("--upto", f"{source.lsn + 1:016X}"))
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(mirror_rows(self.lab, source)), {str(key) for key in source.rows})

    def test_a_task_folds_as_snow_put_does(self):
        """The stand-in has no rows in streams: the task is given the whole journal instead, which must come to the same."""
        source = SourceTable("ORDERS", seed=7)
        self.generate(source, "--merge", "task", "--history", "--live")
        script = self.folder / "V2__cdc_orders.sql"
        self.run_scripts()
        [task] = [row for row in self.lab.sql("SHOW TASKS IN SCHEMA CDC.RAW") if row[1] == "ORDERS_FOLD"]
        self.assertIn("started", task)
        text = script.read_text().replace("${database}.${schema}", "CDC.RAW").replace("${warehouse}", "COMPUTE_WH")
        text = text.replace('_JOURNAL_STREAM" WHERE', '_JOURNAL" WHERE')
        start = text.index("CREATE OR REPLACE TASK")
        self.lab.sql(text[start : text.index("END;", start) + 3])
        for _ in range(3):
            before = len(source.lines)
            for _ in range(15):
                source.change()
            lines = [source.schema_line(), *source.lines[before:]]
            done = put(self.lab, lines, merge_every="never")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.lab.sql("EXECUTE TASK CDC.RAW.ORDERS_FOLD")
            mirror = self.lab.sql("SELECT ID, NAME, NOTE FROM CDC.RAW.ORDERS ORDER BY ID")
            wanted = [[str(key), row["name"], row["note"]] for key, row in sorted(source.rows.items())]
            self.assertEqual(mirror, wanted)
            self.assertEqual(self.lab.sql("SELECT ID, NAME, NOTE FROM CDC.RAW.ORDERS_LIVE ORDER BY ID"), wanted)
        self.generate(source, "--merge", "none")
        self.run_scripts("--allow-destructive")
        self.assertEqual(self.lab.sql("SHOW TASKS IN SCHEMA CDC.RAW"), [])

    def test_a_dynamic_table_is_the_mirror(self):
        source = SourceTable("ORDERS", seed=9)
        self.generate(source, "--merge", "dynamic", "--live")
        self.run_scripts()
        for _ in range(25):
            source.change()
        done = put(self.lab, [source.schema_line(), *source.lines], merge_every="never")
        self.assertEqual(done.returncode, 0, done.stderr)
        wanted = [[str(key), row["name"], row["note"]] for key, row in sorted(source.rows.items())]
        for name in ("ORDERS", "ORDERS_LIVE"):
            self.assertEqual(self.lab.sql(f"SELECT ID, NAME, NOTE FROM CDC.RAW.{name} ORDER BY ID"), wanted)

    def test_scripts_are_the_dialect_that_they_are_for(self):
        """Every statement of every kind of script, and the example's roles, as another parser reads them."""
        source = SourceTable("ORDERS", columns=COLUMNS)
        statements = []
        for number, words in enumerate((["--history", "--live"], ["--merge=task", "--history"], ["--merge=dynamic"])):
            self.folder = self.folder.parent / f"{self.folder.name}-{number}"
            self.addCleanup(subprocess.run, ["rm", "-r", str(self.folder)], check=True)
            self.generate(source, *words)
            source.types["amount"] = f"numeric({13 + number},2)"
            self.generate(source)
            statements += self.statements(self.folder)
        statements += self.statements(FLIGHTS)
        self.assertGreater(len(statements), 50)
        done = subprocess.run(
            [os.environ["CDC_SNOW_LOCAL_PYTHON"], "-c", PARSE],
            input="".join(json.dumps(text) + "\n" for text in statements),
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def statements(self, folder: pathlib.Path) -> list[str]:
        planned = self.expect(0, "plan", str(folder), *VARIABLES)
        found = [statement["sql"] for line in planned for statement in line["statements"]]
        out = []
        for text in found:
            if not text.startswith("CREATE OR REPLACE TASK"):
                out.append(text)
                continue
            body = text[text.index("BEGIN TRANSACTION;") : text.index("COMMIT;")].removeprefix("BEGIN TRANSACTION;")
            out += [part.strip() for part in body.split(";\n") if part.strip()]
        return out


if __name__ == "__main__":
    os.umask(0o077)
    unittest.main()
