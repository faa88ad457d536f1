#!/usr/bin/env python3
"""TLS, SCRAM, client certificates, password and service files: each against a server that demands it."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from login_tests import FOLDER, KEYHOLDER, LoginTests
from pg_load_lab import Case, environment, psql, start_lab, stop_lab
from tls_server import PASSWORD, demand_credentials


def setUpModule():
    start_lab(own=True)
    psql("postgres", "CREATE ROLE keyholder LOGIN; CREATE ROLE certified LOGIN")
    demand_credentials(FOLDER, pathlib.Path(environment()["CDC_LAB_DIR"]) / "postgres" / "data", psql)


def tearDownModule():
    stop_lab()


class Security(LoginTests, Case):
    def setUp(self):
        super().setUp()
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, who text DEFAULT session_user);GRANT ALL ON t TO keyholder, certified"
        )
        self.wait_until(lambda: psql("postgres", "SHOW ssl") == "on")

    def run_load(self, conninfo: str, *options: str, **variables: str) -> subprocess.CompletedProcess:
        """One row, with nothing from the caller's own home."""
        env = {**environment(), "HOME": str(self.folder), "PGPASSFILE": str(self.folder / "none"), **variables}
        for name in {"PGUSER", "PGHOST", "PGDATABASE"} - variables.keys():
            env.pop(name, None)
        target = f"dbname={self.database} hostaddr=127.0.0.1 {conninfo}"
        words = ["pg-load", "-d", target, "--table", "t", "-vv", *options]
        done = subprocess.run(
            words, input='{"id":1}\n', env=env, capture_output=True, text=True, timeout=30, check=False
        )
        self.assertNotIn("right one", done.stdout + done.stderr)
        return done

    def logs_in(self, conninfo: str, **variables: str) -> None:
        self.sql("TRUNCATE t")
        done = self.run_load(conninfo, **variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["inserted"], 1)
        who = "certified" if "user=certified" in conninfo else "keyholder"
        self.assertEqual(self.sql("SELECT id, who FROM t"), f"1|{who}")

    def refused(self, conninfo: str, **variables: str) -> str:
        self.sql("TRUNCATE t")
        done = self.run_load(conninfo, **variables)
        self.assertEqual((done.returncode, done.stdout), (77, ""), done.stderr)
        self.assertEqual(self.sql("SELECT count(*) FROM t"), "0")
        return done.stderr

    def test_settings_of_the_environment(self):
        self.logs_in(
            "",
            PGHOST="localhost",
            PGUSER="keyholder",
            PGSSLMODE="verify-full",
            PGSSLROOTCERT=f"{FOLDER}/ours.crt",
            PGPASSWORD=PASSWORD,
        )

    def test_check_logs_in_too(self):
        done = self.run_load(KEYHOLDER, "--check", PGPASSWORD=PASSWORD)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = self.run_load(KEYHOLDER, "--check", PGPASSWORD="wrong-one")
        self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
        self.assertNotIn("wrong-one", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
