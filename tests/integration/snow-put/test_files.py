#!/usr/bin/env python3
"""snow-put files: history as files with the statements that load them; checkpoints, bad rows, input that is cut off."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, hello
from snow_put_case import Case


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
