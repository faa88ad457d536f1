#!/usr/bin/env python3
"""What snow-put refuses before anything is sent, --check, status and channels."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable, checkpoint, hello
from snow_put import command, journal_positions, put, receipts
from snow_put_case import Case


class Refusals(Case):
    def line(self):
        table = SourceTable("t")
        table.begin()
        table.insert(1)
        return [table.schema_line(), *table.lines]

    def test_a_missing_table_is_69(self):
        self.assert_code(put(self.lab, self.line()), 69, "T_JOURNAL", "--create")
        self.assert_code(put(self.lab, ['{"a":1}'], "--table", "nowhere"), 69, "NOWHERE")

    def test_a_missing_schema_is_69(self):
        words = command("--create")
        words[words.index("RAW")] = "NOWHERE"
        done = subprocess.run(
            words,
            input="\n".join(self.line()) + "\n",
            text=True,
            capture_output=True,
            env=self.lab.environment,
            check=False,
        )
        self.assert_code(done, 69)

    def with_home(self, text: str) -> dict:
        file = self.folder / "connections.toml"
        file.write_text(text)
        file.chmod(0o600)
        return self.lab.environment | {"SNOWFLAKE_HOME": str(self.folder)}

    def changed_connection(self, **values) -> dict:
        original = pathlib.Path(self.lab.environment["SNOWFLAKE_HOME"]) / "connections.toml"
        lines = [
            line for line in original.read_text().split("[tls]")[0].splitlines() if line.split(" ")[0] not in values
        ]
        return self.with_home("\n".join(lines + [f"{k} = {json.dumps(v)}" for k, v in values.items()]))

    def test_a_wrong_key_is_77_and_not_shown(self):
        key = self.folder / "other.pem"
        subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-out", key], check=True)
        key.chmod(0o600)
        environment = self.changed_connection(private_key_file=str(key))
        done = put(self.lab, self.line(), environment=environment)
        self.assert_code(done, 77, "RSA_PUBLIC_KEY_FP", "SHA256:")
        check = put(self.lab, [], "--check", environment=environment)
        self.assertEqual(check.returncode, 77)
        self.assertFalse(json.loads(check.stdout.splitlines()[2])["ok"])
        for text in (done.stderr, check.stdout, check.stderr):
            self.assertNotIn("PRIVATE", text)
            self.assertNotIn("eyJ", text)

    def test_a_wrong_user_is_77(self):
        self.assert_code(put(self.lab, [], environment=self.changed_connection(user="nobody")), 77)

    def test_a_foreign_host_is_78_before_anything_is_sent(self):
        environment = self.changed_connection(host="snowflake.example.com")
        self.assert_code(put(self.lab, [], environment=environment), 78, "snowflake.example.com")

    def test_no_server_is_75(self):
        environment = self.changed_connection(port=1)
        done = put(self.lab, [], "--retry-for", "1s", environment=environment)
        self.assert_code(done, 75, "127.0.0.1")

    def test_sql_that_the_service_refuses_is_no_bad_line(self):
        template = self.folder / "template.sql"
        template.write_text("CREATE TABLE ${table} (${columns} NONSENSE")
        self.assert_code(put(self.lab, self.line(), "--create", "--create-template", str(template)), 69, "001003")

    def test_check_is_fine(self):
        done = put(self.lab, [], "--check")
        self.assert_code(done, 0)
        self.assertTrue(all(line["ok"] for line in receipts(done)), done.stdout)
        names = [line["check"] for line in receipts(done)]
        self.assertEqual(
            names[:7], ["connection", "private key", "streaming", "sql api", "clock", "role", "privileges"]
        )
        self.assertGreater(names.count("privilege"), 1)

    def test_check_names_what_the_role_lacks(self):
        self.assert_code(put(self.lab, self.line(), "--create"), 0)
        for statement in (
            "CREATE ROLE IF NOT EXISTS LOADER",
            f"GRANT ROLE LOADER TO USER {self.lab.environment['CDC_SNOW_USER']}",
            "GRANT USAGE ON DATABASE CDC TO ROLE LOADER",
            "GRANT USAGE ON SCHEMA CDC.RAW TO ROLE LOADER",
            "GRANT INSERT ON TABLE CDC.RAW.T_JOURNAL TO ROLE LOADER",
        ):
            self.lab.sql(statement)
        done = put(self.lab, [], "--check", merge_every="1m", environment=self.changed_connection(role="LOADER"))
        self.assertEqual(done.returncode, 77, done.stdout)
        lacking = {line["hint"] for line in receipts(done) if not line["ok"]}
        self.assertIn("GRANT SELECT on TABLE CDC.RAW.T_JOURNAL TO ROLE LOADER;", lacking)
        held = {line["detail"] for line in receipts(done) if line["ok"]}
        self.assertIn("INSERT on TABLE CDC.RAW.T_JOURNAL", held)

    def test_status_and_channels(self):
        self.assert_code(put(self.lab, self.line(), "--create"), 0)
        for word, member, value in (("status", "table", "T"), ("channels", "name", "cdckit_public.t")):
            done = subprocess.run(
                ["snow-put", word, "-c", "lab", "--database", "CDC", "--schema", "RAW"],
                text=True,
                capture_output=True,
                env=self.lab.environment,
                check=False,
            )
            self.assert_code(done, 0)
            self.assertEqual(receipts(done)[0][member], value)

    def test_channels_of_some_tables(self):
        self.assert_code(put(self.lab, self.line(), "--create"), 0)
        self.assert_code(put(self.lab, ['{"id":1}'], "--table", "rows", "--create"), 0)
        for tables, names in (
            (["t"], ["cdckit_public.t"]),
            (["rows", "t"], ["cdckit_ROWS", "cdckit_public.t"]),
            (["none"], []),
        ):
            words = ["snow-put", "channels", "-c", "lab", "--database", "CDC", "--schema", "RAW"]
            for table in tables:
                words += ["--table", table]
            done = subprocess.run(words, text=True, capture_output=True, env=self.lab.environment, check=False)
            self.assert_code(done, 0)
            self.assertEqual(sorted(line["name"] for line in receipts(done)), names)


class OneTableAmongOthers(Case):
    """What the service refuses for one table, or is slow with, is that table's matter."""

    def tables(self) -> list:
        found = []
        for name in ("bad", "good"):
            table = SourceTable(name)
            table.begin()
            table.insert(1)
            table.insert(2)
            found.append(table)
        return found

    def lines(self, *tables: SourceTable) -> list:
        rows = [line for table in tables for line in table.lines]
        return [
            hello("r"),
            *[table.schema_line() for table in tables],
            *rows,
            checkpoint("r", 1, "one", len(rows)),
            checkpoint("r", 2, "two", 0, "eof"),
        ]

    def refused(self, *options: str):
        return put(
            self.lab,
            self.lines(*self.tables()),
            "--create",
            "--column",
            "BAD.NAME=NONSENSE",
            "--ack",
            str(self.folder / "ack"),
            *options,
        )

    def test_a_refused_table_ends_the_run_when_the_others_are_stored(self):
        self.assert_code(self.refused(), 69, "NONSENSE", "BAD_JOURNAL")
        self.assertEqual(len(journal_positions(self.lab, "GOOD")), 2)
        ack = self.folder / "ack"
        self.assertEqual(ack.read_text() if ack.exists() else "", "")

    def test_its_rows_are_put_aside_and_the_others_go_on(self):
        bad = self.folder / "bad"
        self.assert_code(self.refused("--on-error", "reject", "--reject", str(bad)), 1, "others go on")
        self.assertEqual(len(journal_positions(self.lab, "GOOD")), 2)
        rejected = [json.loads(line) for line in bad.read_text().splitlines()]
        self.assertEqual(len(rejected), 2)
        self.assertTrue(all("NONSENSE" in line["reason"] for line in rejected), rejected)
        self.assertEqual(json.loads((self.folder / "ack").read_text())["pos"], "two")

    def test_a_change_that_is_refused_stops_that_table(self):
        bad, good = self.tables()
        self.assert_code(put(self.lab, self.lines(bad, good), "--create"), 0)
        for table in (bad, good):
            table.types["extra"] = "integer"
            table.begin()
            table.insert(3)
        bad_rows = self.folder / "bad"
        done = put(
            self.lab,
            self.lines(bad, good),
            "--evolve",
            "add",
            "--column",
            "BAD.EXTRA=NONSENSE",
            "--on-error",
            "reject",
            "--reject",
            str(bad_rows),
        )
        self.assert_code(done, 1, "BAD_JOURNAL")
        self.assertEqual(len(journal_positions(self.lab, "GOOD")), 3)
        self.assertEqual(len(bad_rows.read_text().splitlines()), 3)

    def test_a_slow_table_holds_up_no_other(self):
        slow, good = self.tables()
        self.lab.settings(slow_text='"BAD_JOURNAL"', slow_seconds=60)
        process = subprocess.Popen(
            command("--create", "--max-lag", "100ms"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.lab.environment,
        )
        lines = self.lines(slow, good)
        process.stdin.write("\n".join(lines[:-1]) + "\n")
        process.stdin.flush()
        self.assertEqual(json.loads(process.stdout.readline())["table"], "GOOD")
        names = [row[1] for row in self.lab.sql("SHOW TABLES IN SCHEMA CDC.RAW")]
        self.assertNotIn("BAD_JOURNAL", names)
        self.lab.settings(slow_text="")
        out, errors = process.communicate(lines[-1] + "\n", timeout=60)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual([json.loads(line)["table"] for line in out.splitlines()], ["BAD"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
