#!/usr/bin/env python3
"""What walcat refuses and how it says so."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import POSTGRES, Case, environment, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

PEEK = ("--slot", "s", "--no-ack", "--until-now")


class Refusals(Case):
    def refused(self, code: int, *options: str) -> str:
        done = self.walcat(*options)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        return done.stderr

    def test_missing_things(self):
        self.assertIn("CREATE PUBLICATION", self.refused(69))
        self.publish_all()
        self.assertIn("--create", self.refused(69, "--slot", "none", "--no-ack"))
        self.assertIn('publication "x"', self.refused(69, "--publication", "x"))
        self.make_slot("s")
        self.sql("SELECT pg_create_logical_replication_slot('other', 'test_decoding')")
        self.assertIn("test_decoding", self.refused(69, "--slot", "other", "--no-ack"))

    def test_publication_made_after_the_slot(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.make_slot("s")
        self.sql("INSERT INTO t VALUES (1)")
        self.publish_all()
        self.assertIn("hint: The publication must have existed", self.refused(69, *PEEK))

    def test_slot_of_another_database(self):
        self.publish_all()
        self.make_slot("s")
        done = subprocess.run(
            ["walcat", "-d", "postgres", "--slot", "s", "--no-ack", "--publication", "p"],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 69)

    def test_server_that_is_away(self):
        done = subprocess.run(
            ["walcat", "-d", "host=127.0.0.1 port=1", "--retry-for", "1s"],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 75, done.stderr)

    def test_wrong_password(self):
        """Refused by the server: no retry, and neither name nor text gives the password away."""
        rules = pathlib.Path(environment()["CDC_LAB_DIR"]) / POSTGRES / "data" / "pg_hba.conf"
        before = rules.read_text()
        self.addCleanup(rules.write_text, before)
        self.sql("DROP ROLE IF EXISTS keyholder; CREATE ROLE keyholder LOGIN REPLICATION PASSWORD 'right-one'")
        self.addCleanup(self.sql, "DROP ROLE keyholder")
        rules.write_text("host all keyholder 127.0.0.1/32 scram-sha-256\n" + before)
        self.sql("SELECT pg_reload_conf()")
        self.publish_all()
        env = {**environment(), "PGUSER": "keyholder"}
        for password, code in (("wrong-one", 77), (None, 77), ("right-one", 0)):
            if password:
                env["PGPASSWORD"] = password
            done = subprocess.run(
                ["walcat", "-d", self.database, "--for", "100ms", "-vv"],
                env=env,
                capture_output=True,
                text=True,
                check=False,
                timeout=30,
                stdin=subprocess.DEVNULL,
            )
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertNotIn("-one", done.stderr)
            env.pop("PGPASSWORD", None)

    def test_no_right_to_replicate(self):
        self.sql("DROP ROLE IF EXISTS bystander; CREATE ROLE bystander LOGIN")
        self.addCleanup(self.sql, "DROP ROLE bystander")
        self.publish_all()
        done = subprocess.run(
            ["walcat", "-d", self.database],
            env={**environment(), "PGUSER": "bystander"},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        self.assertEqual(done.returncode, 77, done.stderr)


if __name__ == "__main__":
    unittest.main()
