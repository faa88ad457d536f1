#!/usr/bin/env python3
"""What snow-put refuses before anything is sent, --check, status and channels."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable
from snow_put import command, put, receipts
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

    def test_check_is_fine(self):
        done = put(self.lab, [], "--check")
        self.assert_code(done, 0)
        self.assertEqual([line["ok"] for line in receipts(done)], [True] * 4)

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


if __name__ == "__main__":
    unittest.main(verbosity=2)
