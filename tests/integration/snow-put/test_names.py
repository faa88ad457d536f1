#!/usr/bin/env python3
"""Names that collide or that the service refuses, targets that take no rows, zones of the account, rows that nothing follows."""

import json
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, expected, hello
from snow_put import command, merge, mirror_rows, put
from snow_put_case import Case

RESERVED = ("localtime", "localtimestamp", "current_date", "current_time", "current_timestamp", "current_user")


def of_kafka(line: str) -> str:
    event = json.loads(line)
    table = event["source"]["table"]
    kafka = {"topic": f"t.{table}", "partition": 0, "offset": event["after"]["id"], "timestamp": 1}
    return json.dumps(event | {"kafka": kafka})


class Names(Case):
    def test_a_prefix_that_channels_spell_otherwise_is_folded(self):
        table = SourceTable("odd")
        for key in (1, 2):
            table.begin()
            table.insert(key)
        greeting = json.dumps(json.loads(hello("r")) | {"source": {"cluster": "k", "group": "g"}})
        lines = [greeting.replace(": ", ":"), table.schema_line(), *map(of_kafka, table.lines)]
        lines.append(checkpoint("r", 9, "0", 0, "eof"))
        done = put(self.lab, lines, "--create", "--channel-prefix", "a b/c", merge_every="1h")
        self.assert_code(done, 0)
        self.assertEqual(mirror_rows(self.lab, table), expected(table))

    def test_a_table_called_like_what_stands_beside_another_is_78(self):
        for suffix in ("journal", "live", "history", "deleted"):
            with self.subTest(suffix=suffix):
                lines = [SourceTable(name).schema_line() for name in ("t", f"t_{suffix}")]
                self.assert_code(put(self.lab, lines, "--create"), 78, f"public.t_{suffix}", "--table-map")
        mapped = ("--table-map", "t_journal=OTHER")
        lines = [SourceTable(name).schema_line() for name in ("t", "t_journal")]
        self.assert_code(put(self.lab, lines, "--create", *mapped), 0)

    def test_columns_that_the_service_refuses_even_in_quotes(self):
        table = SourceTable("clocks", columns={"id": "integer"} | dict.fromkeys(RESERVED, "text"))
        table.begin()
        row = {"id": 1} | {name: f"of {name}" for name in RESERVED}
        table.emit("c", None, row)
        self.assert_code(put(self.lab, [table.schema_line(), *table.lines], "--create"), 0)
        self.assertEqual(merge(self.lab, "clocks").returncode, 0)
        listed = ", ".join(f"{name}_" for name in RESERVED)
        self.assertEqual(self.lab.sql(f"SELECT {listed} FROM CDC.RAW.CLOCKS"), [list(row.values())[1:]])

    def test_names_that_fold_to_one_and_names_that_do_not(self):
        both = SourceTable("both", columns={"id": "integer", "a": "text", "A": "text"})
        apart = SourceTable("apart", columns={"id": "integer", "a b": "text", "a_b": "text"})
        for table in (both, apart):
            table.begin()
            table.emit("c", None, {name: 1 if name == "id" else name for name in table.types})
        rejects = self.folder / "bad"
        lines = [both.schema_line(), *both.lines, apart.schema_line(), *apart.lines]
        self.assert_code(put(self.lab, lines, "--create", "--reject", str(rejects)), 1)
        (bad,) = [json.loads(line) for line in rejects.read_text().splitlines()]
        self.assertIn('two columns would be called "A"', bad["reason"])
        self.assertEqual(self.lab.sql('SELECT "a b", A_B FROM CDC.RAW.APART_JOURNAL'), [["a b", "a_b"]])
        lines = [SourceTable(name).schema_line() for name in ("t", "T")]
        self.assert_code(put(self.lab, lines, "--create"), 78, "public.t", "public.T")


class Targets(Case):
    def test_a_view_takes_no_rows(self):
        self.lab.sql("CREATE VIEW CDC.RAW.SHOWN AS SELECT 1 AS ID")
        done = put(self.lab, ['{"id":1}'], "--table", "shown", "--retry-for", "10s")
        self.assert_code(done, 69, "SHOWN")

    def test_a_refusal_that_nobody_knows_is_told_and_not_tried_for_ever(self):
        self.lab.sql("CREATE TABLE CDC.RAW.STRANGE (ID NUMBER)")
        self.lab.settings(fail_status=422, fail_count=1000, fail_path="/channels/", fail_code="ERR_STRANGE")
        started = time.monotonic()
        done = put(self.lab, ['{"id":1}'], "--table", "strange")
        self.assert_code(done, 69, "ERR_STRANGE", "422")
        self.assertLess(time.monotonic() - started, 40)  # the tries would go on for a minute


class Zones(Case):
    def test_moments_are_what_they_were_wherever_the_account_is(self):
        self.lab.sql("ALTER ACCOUNT SET TIMEZONE = 'America/Los_Angeles'")
        types = {"id": "integer", "ts": "timestamp without time zone", "tz": "timestamp with time zone"}
        table = SourceTable("zones", columns=types)
        table.begin()
        # a local time that Los Angeles does not have
        table.emit("c", None, {"id": 1, "ts": "2026-03-08T02:30:00", "tz": "2026-03-08T10:30:00Z"})
        self.assert_code(put(self.lab, [table.schema_line(), *table.lines], "--create"), 0)
        self.assertEqual(merge(self.lab, "zones").returncode, 0)
        equal = "TS = '2026-03-08 02:30:00'::TIMESTAMP_NTZ, TZ = '2026-03-08 10:30:00 +00:00'::TIMESTAMP_TZ"
        for name in ("ZONES", "ZONES_JOURNAL", "ZONES_LIVE"):
            self.assertEqual(self.lab.sql(f"SELECT {equal} FROM CDC.RAW.{name}"), [["true", "true"]], name)


class Quiet(Case):
    def test_a_row_that_nothing_follows_is_acknowledged(self):
        table = SourceTable("quiet")
        ack = self.folder / "ack"
        process = subprocess.Popen(
            command("--create", "--max-lag", "500ms", "--ack", str(ack)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.lab.environment,
        )

        def feed(*lines: str) -> None:
            process.stdin.write("".join(line + "\n" for line in lines))
            process.stdin.flush()

        feed(hello("r"), table.schema_line())
        for number in (1, 2, 3):
            table.begin()
            table.insert(number)
            feed(table.lines[-1], checkpoint("r", number, str(number), 1))
            until = time.monotonic() + 10
            while time.monotonic() < until and not (ack.exists() and f'"seq":{number},' in ack.read_text()):
                time.sleep(0.05)
            self.assertLess(time.monotonic(), until, ack.read_text() if ack.exists() else "nothing")
            time.sleep(1.5)
        _, errors = process.communicate(checkpoint("r", 4, "4", 0, "eof") + "\n", timeout=30)
        self.assertEqual(process.returncode, 0, errors)


if __name__ == "__main__":
    unittest.main(verbosity=2)
