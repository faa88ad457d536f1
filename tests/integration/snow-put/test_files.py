#!/usr/bin/env python3
"""snow-put files: history as files with the statements that load them; checkpoints, bad rows, input that is cut off."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, expected, hello
from snow_put import merge, mirror_rows, put
from snow_put_case import Case

VALUES = {
    "id": "integer",
    "n": "numeric(12,2)",
    "big": "bigint",
    "f": "double precision",
    "t": "text",
    "j": "jsonb",
    "b": "bytea",
    "d": "date",
    "at": "timestamp with time zone",
}
ROWS = [
    (
        1,
        1.25,
        9223372036854775807,
        1e300,
        'Zürich "q" \\',
        {"a": [1, None]},
        "\\x00ff",
        "2026-03-01",
        "2026-03-01T20:57:01.5Z",
    ),
    (2, None, -1, "-Infinity", "", {}, "\\x", "0001-01-01", "1970-01-01T00:00:00Z"),
    (3, -0.01, 0, "NaN", "a,b", [None], None, None, None),
    (4, 0, None, None, None, None, None, None, None),
]


class Files(Case):
    def files(self, lines, *options: str, code: int = 0):
        words = [
            "snow-put",
            "files",
            "--database",
            "CDC",
            "--schema",
            "RAW",
            "--out",
            str(self.folder / "out"),
            *options,
        ]
        text = "".join(line + "\n" for line in lines)
        done = subprocess.run(
            words, input=text, text=True, capture_output=True, timeout=60, check=False, env=self.lab.environment
        )
        self.assert_code(done, code)
        return done

    def rows(self, done) -> list[dict]:
        rows = []
        for receipt in map(json.loads, done.stdout.splitlines()):
            file = self.folder / "out" / receipt["file"]
            text = subprocess.run(["zstd", "-dc", str(file)], capture_output=True, check=True).stdout
            self.assertEqual(receipt["bytes"], file.stat().st_size)
            self.assertEqual(receipt["rows"], text.count(b"\n"))
            rows += map(json.loads, text.splitlines())
        return rows

    def statements(self) -> list[str]:
        text = (self.folder / "out" / "load.sql").read_text()
        return [statement for statement in text.split(";\n") if statement]

    def test_history_is_loaded_by_the_statements_beside_it(self):
        table = SourceTable("hist")
        table.begin()
        for key in range(1, 4):
            table.insert(key)
        done = self.files([table.schema_line(), *table.lines])
        rows = self.rows(done)
        self.assertEqual([row["ID"] for row in rows], [1, 2, 3])
        self.assertEqual(rows[0]["_CDC_POS"], json.loads(table.lines[0])["pos"])
        self.assertNotIn("_CDC_CHANNEL", rows[0])
        (receipt,) = map(json.loads, done.stdout.splitlines())
        made = [statement for statement in self.statements() if statement.startswith("CREATE")]
        for statement in made:
            self.lab.sql(statement)
        columns = {row[0] for row in self.lab.sql("DESCRIBE TABLE CDC.RAW.HIST_JOURNAL")}
        self.assertLessEqual(set().union(*rows), columns)
        self.assertEqual(self.lab.sql("SELECT COUNT(*) FROM CDC.RAW.HIST"), [["0"]])
        self.assertIn("ON_ERROR = ABORT_STATEMENT", receipt["copy"])
        self.assertEqual(self.statements()[-1], receipt["copy"])
        self.assertIn(f"file://{self.folder.resolve()}/out/{receipt['file']}", self.statements()[-2])

    def snow_sql(self, file: pathlib.Path) -> None:
        program = pathlib.Path(os.environ["CDC_CLASSIC_CLIENT_PYTHON"]).with_name("snow")
        done = subprocess.run(
            [program, "sql", "-c", "lab", "-f", file],
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
            env=self.lab.environment | {"HOME": str(self.folder)},
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_is_loaded_is_what_would_have_been_streamed(self):
        table = SourceTable("hist", columns=VALUES)
        for row in ROWS:
            table.begin()
            table.emit("c", None, dict(zip(VALUES, row, strict=True)))
        lines = [table.schema_line(), *table.lines]
        self.files(lines)
        self.snow_sql(self.folder / "out" / "load.sql")
        self.assert_code(put(self.lab, lines, "--create", "--table-map", "public.hist=STREAMED"), 0)
        names = [row[0] for row in self.lab.sql("DESCRIBE TABLE CDC.RAW.HIST_JOURNAL") if row[0] != "_CDC_CHANNEL"]
        listed = ", ".join(f'"{name}"' for name in names)
        query = f"SELECT {listed}, J IS NULL FROM CDC.RAW.{{}}_JOURNAL ORDER BY ID"
        loaded = self.lab.sql(query.format("HIST"))
        self.assertEqual(loaded, self.lab.sql(query.format("STREAMED")))
        self.assertEqual([row[-1] for row in loaded], ["false", "false", "false", "true"])

    def test_history_by_files_and_the_rest_through_partitions_end_in_one_mirror(self):
        table = SourceTable("hist", 3)
        for _ in range(30):
            table.change()
        source = json.dumps({"cluster": "k", "group": "g"}, separators=(",", ":"))
        greeting = hello("r").replace('{"slot":"s"}', source)
        lines = []
        for offset, line in enumerate(table.lines):
            event = json.loads(line)
            partition = event["key"]["id"] % 2 if event["key"] else 0
            kafka = {"topic": "t.hist", "partition": partition, "offset": offset, "timestamp": 1}
            lines.append(json.dumps(event | {"kafka": kafka}))
        middle = len(lines) // 2
        self.files([table.schema_line(), *lines[:middle]])
        self.snow_sql(self.folder / "out" / "load.sql")
        for rest in (lines[middle:], []):
            end = checkpoint("r", 9, "0", 0, "eof")
            done = put(self.lab, [greeting, table.schema_line(), *rest, end], "--create", merge_every="1h")
            self.assert_code(done, 0)
        self.assert_code(merge(self.lab, "hist"), 0)
        self.assertEqual(mirror_rows(self.lab, table), expected(table))

    def test_a_checkpoint_is_acknowledged_when_its_files_are_there(self):
        table = SourceTable("hist")
        ack = self.folder / "ack"
        for key in range(1, 5):
            table.begin()
            table.insert(key)
        first, second = table.lines[:2], table.lines[2:]
        lines = [hello("r"), table.schema_line(), *first, checkpoint("r", 1, "a", 2)]
        # cut off: what no checkpoint covers is in no file, and comes again
        done = self.files([*lines, *second], "--ack", str(ack), "--file-size", "1", code=75)
        self.assertEqual(len(self.rows(done)), 2)
        self.assertEqual(json.loads(ack.read_text())["seq"], 1)
        self.assertEqual(list((self.folder / "out").glob("*.part")), [])
        end = checkpoint("r", 2, "b", 4, "eof")
        again = self.files([hello("r"), table.schema_line(), *second, end], "--ack", str(ack))
        self.assertEqual([row["ID"] for row in self.rows(again)], [3, 4])
        self.assertEqual(sum(statement.startswith("COPY") for statement in self.statements()), 2)

    def test_a_value_too_large_is_listed_before_anything_is_loaded(self):
        table = SourceTable("hist")
        table.begin()
        table.insert(1)
        table.rows[2] = dict(table.new_row(2), note="x" * (17 << 20))
        table.emit("c", None, table.rows[2])
        rejects = self.folder / "bad"
        done = self.files([table.schema_line(), *table.lines], "--reject", str(rejects), code=1)
        self.assertEqual([row["ID"] for row in self.rows(done)], [1])
        (bad,) = [json.loads(line) for line in rejects.read_text().splitlines()]
        self.assertIn("16 MB", bad["reason"])
        self.files([table.schema_line(), *table.lines], code=65)
        done = self.files([table.schema_line(), *table.lines], "--oversize", "truncate")
        self.assertEqual(len(self.rows(done)[1]["NOTE"]), 16 << 20)

    def test_plain_rows_and_documents(self):
        rows = ['{"id":1,"lat":1}', '{"id":2,"lat":1.5}']
        self.assertEqual([row["LAT"] for row in self.rows(self.files(rows, "--table", "planes"))], [1, 1.5])
        self.assertIn('"LAT" FLOAT', self.statements()[0])
        done = self.files(rows, "--table", "docs", "--layout", "variant")
        self.assertEqual([row["RECORD_CONTENT"]["id"] for row in self.rows(done)], [1, 2])
        event = '{"pos":"0000000000000001/0000000000000001","before":null,"after":{},"source":{"schema":"s","table":"t"},"op":"c"}'
        done = self.files([event], code=69)
        self.assertIn("--layout variant", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
