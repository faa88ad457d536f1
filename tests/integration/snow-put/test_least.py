#!/usr/bin/env python3
"""What a loader's role needs no right for, which row the service refused, and a partition that leaves while its table changes."""

import json
import pathlib
import subprocess
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, expected, hello
from snow_put import command, mirror_rows, put, receipts
from snow_put_case import Case

KAFKA = {"cluster": "k", "group": "g"}
LONG_NAME = "a name that is too long"


def greeting() -> str:
    return json.dumps(json.loads(hello("r")) | {"source": KAFKA}, separators=(",", ":"))


def end() -> str:
    return checkpoint("r", 9, "0", 0, "eof")


def in_partition(lines: list, first: int = 0) -> list:
    out = []
    for offset, line in enumerate(lines, first):
        event = json.loads(line)
        kafka = {"topic": f"t.{event['source']['table']}", "partition": 0, "offset": offset, "timestamp": 1}
        out.append(json.dumps(event | {"kafka": kafka}))
    return out


class Loader(Case):
    def environment_of(self, role: str) -> dict:
        original = pathlib.Path(self.lab.environment["SNOWFLAKE_HOME"]) / "connections.toml"
        lines = [line for line in original.read_text().split("[tls]")[0].splitlines() if not line.startswith("role")]
        file = self.folder / "connections.toml"
        file.write_text("\n".join([*lines, f'role = "{role}"']) + "\n")
        file.chmod(0o600)
        return self.lab.environment | {"SNOWFLAKE_HOME": str(self.folder)}

    def test_a_role_that_may_create_nothing_loads_and_merges_what_is_there(self):
        table = SourceTable("least")
        for key in (1, 2, 3):
            table.begin()
            table.insert(key)
        table.begin()
        table.delete(1)
        first = len(table.lines)
        lines = [greeting(), table.schema_line(), *in_partition(table.lines), end()]
        self.assert_code(put(self.lab, lines, "--create", merge_every="1h"), 0)
        grants = [
            "CREATE ROLE IF NOT EXISTS LOADER",
            f"GRANT ROLE LOADER TO USER {self.lab.environment['CDC_SNOW_USER']}",
        ]
        grants += [f"GRANT USAGE ON {what} TO ROLE LOADER" for what in ("DATABASE CDC", "SCHEMA CDC.RAW")]
        for name in ("LEAST", "LEAST_JOURNAL", "LEAST_DELETED", "_CDC_STATE"):
            grants.append(f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE CDC.RAW.{name} TO ROLE LOADER")
        for statement in grants:
            self.lab.sql(statement)
        table.begin()
        table.delete(2)
        table.begin()
        table.insert(4)
        lines = [greeting(), table.schema_line(), *in_partition(table.lines[first:], first), end()]
        done = put(self.lab, lines, "--create", merge_every="1h", environment=self.environment_of("LOADER"))
        self.assert_code(done, 0)
        self.assertNotIn("could not", done.stderr)
        self.assertTrue(any("merge" in receipt for receipt in receipts(done)))
        self.assertEqual(mirror_rows(self.lab, table), expected(table))
        self.assertEqual(sorted(self.lab.sql("SELECT ID FROM CDC.RAW.LEAST_DELETED")), [["1"], ["2"]])


class Refused(Case):
    """Which of its neighbours the service refused is known in every layout that keeps a position."""

    def events(self, name: str, values: list) -> SourceTable:
        table = SourceTable(name)
        for key, value in enumerate(values, 1):
            table.begin()
            table.emit("c", None, {"id": key, "name": value, "note": None, "amount": None})
        return table

    def test_a_row_without_a_journal_is_told_by_its_metadata(self):
        table = self.events("told", ["a", LONG_NAME, "b"])
        self.lab.sql(
            "CREATE TABLE CDC.RAW.TOLD (ID NUMBER(10,0), NAME VARCHAR(5), NOTE VARCHAR, AMOUNT NUMBER(12,2), "
            "RECORD_METADATA VARIANT)"
        )
        rejects = self.folder / "bad"
        lines = [table.schema_line(), *table.lines]
        done = put(self.lab, lines, "--layout", "columns", "--reject", str(rejects))
        self.assert_code(done, 1)
        (bad,) = [json.loads(line) for line in rejects.read_text().splitlines()]
        self.assertEqual(bad["pos"], json.loads(table.lines[1])["pos"])
        self.assertEqual(bad["row"]["after"]["name"], LONG_NAME)
        self.assertEqual(sorted(self.lab.sql("SELECT ID FROM CDC.RAW.TOLD")), [["1"], ["3"]])

    def test_a_document_that_no_column_could_show_again_is_a_bad_row(self):
        table = self.events("shown", ["a", "b\u0000c", "d"])
        rejects = self.folder / "bad"
        done = put(self.lab, table.lines, "--create", "--layout", "variant", "--reject", str(rejects))
        self.assert_code(done, 1)
        (bad,) = [json.loads(line) for line in rejects.read_text().splitlines()]
        self.assertIn("U+0000", bad["reason"])
        self.assertEqual(bad["row"]["after"]["id"], 2)
        self.assertEqual(self.lab.sql("SELECT COUNT(*) FROM CDC.RAW.SHOWN"), [["2"]])


class Revoked(Case):
    def channel_open_elsewhere(self, name: str) -> None:
        request = urllib.request.Request(
            self.lab.url + "/__local/channels/open", data=json.dumps({"channel": name}).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            response.read()

    def test_a_partition_that_leaves_while_its_table_changes_ends_nothing_for_good(self):
        table = SourceTable("leaves")
        for key in (1, 2):
            table.begin()
            table.insert(key)
        lines = in_partition(table.lines)
        process = subprocess.Popen(
            command("--create", "--max-lag", "100ms", "--channel-prefix", "p"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.lab.environment,
        )

        def feed(*more: str) -> None:
            process.stdin.write("".join(line + "\n" for line in more))
            process.stdin.flush()

        feed(greeting(), table.schema_line(), *lines)
        process.stdout.readline()  # they are committed
        self.lab.settings(slow_text="ALTER TABLE", slow_seconds=60)
        table.types["extra"] = "integer"
        before = len(table.lines)
        table.begin()
        table.emit("c", None, {**table.new_row(3), "extra": 5})
        feed(table.schema_line(), *in_partition(table.lines[before:], before))
        time.sleep(1)
        feed('{"__cdc":"revoked","partitions":[{"topic":"t.leaves","partition":0}]}')
        time.sleep(1)
        self.channel_open_elsewhere("p_t.leaves_0")
        feed(checkpoint("r", 1, "1", 3))
        time.sleep(23)  # the reader before it has long let go
        self.lab.settings(slow_text="")
        process.stdin.close()
        code = process.wait(timeout=60)
        errors = process.stderr.read()
        for stream in (process.stdout, process.stderr):
            stream.close()
        self.assertEqual(code, 75, errors)
        self.assertNotIn("another writer", errors)


if __name__ == "__main__":
    unittest.main(verbosity=2)
