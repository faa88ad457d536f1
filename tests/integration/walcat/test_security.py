#!/usr/bin/env python3
"""TLS, SCRAM, client certificates, password stores: each against a server that demands it."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from login_tests import FOLDER, KEYHOLDER, LoginTests
from tls_server import PASSWORD, demand_credentials
from walcat_lab import POSTGRES, Case, environment, make_role, psql, start_lab, stop_lab


def setUpModule():
    start_lab()
    data = pathlib.Path(environment()["CDC_LAB_DIR"]) / POSTGRES / "data"
    for role in ("keyholder", "certified"):
        make_role("template1", role)
    demand_credentials(FOLDER, data, psql)


def tearDownModule():
    stop_lab()


class Security(LoginTests, Case):
    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
        self.publish_all()
        self.wait_until(lambda: psql("postgres", "SHOW ssl") == "on")

    def run_walcat(self, conninfo: str, *options: str, **variables: str) -> subprocess.CompletedProcess:
        """A snapshot through both kinds of connections, with nothing from the caller's own home."""
        env = {**environment(), "HOME": str(self.folder), "PGPASSFILE": str(self.folder / "none"), **variables}
        for name in ("PGUSER", "PGHOST", "PGDATABASE"):
            env.pop(name, None)
        options = options or ("--snapshot", "only")
        words = ["walcat", *options, "-d", f"dbname={self.database} hostaddr=127.0.0.1 {conninfo}", "-vv"]
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=30, check=False)
        self.assertNotIn("right one", done.stdout + done.stderr)
        return done

    def logs_in(self, conninfo: str, **variables: str) -> None:
        done = self.run_walcat(conninfo, **variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([json.loads(line)["after"] for line in done.stdout.splitlines()], [{"id": 1}])

    def refused(self, conninfo: str, **variables: str) -> str:
        done = self.run_walcat(conninfo, **variables)
        self.assertEqual((done.returncode, done.stdout), (77, ""), done.stderr)
        return done.stderr

    def test_check_tells_the_protocol(self):
        done = self.run_walcat(KEYHOLDER, "check", PGPASSWORD=PASSWORD)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("TLSv1.3", json.loads(done.stdout.splitlines()[0])["detail"])

    def test_a_certificate_file_that_is_missing(self):
        conninfo = f"host=localhost sslmode=verify-full sslrootcert={FOLDER}/none.crt user=keyholder"
        self.assertIn("none.crt", self.refused(conninfo, PGPASSWORD=PASSWORD))


class Rights(Case):
    def test_what_the_script_gives_is_enough_and_nothing_more(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
        self.publish_all()
        self.make_slot("s")
        self.sql("INSERT INTO t VALUES (2)")
        self.assertEqual(len(self.data("--snapshot", "only")), 2)
        self.assertEqual(len(self.data("--slot", "s", "--ack", "stdout", "--until-now")), 1)
        self.assertEqual(self.walcat("check", "--slot", "s").returncode, 0)
        for command in (("status",), ("advance", "--to-now"), ("drop",)):
            self.assertEqual(self.walcat(*command, "--slot", "s").returncode, 0, command)
        rights = (
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, has_table_privilege('walcat', 't', 'INSERT'),"
            " has_table_privilege('walcat', 't', 'SELECT'), rolreplication FROM pg_roles WHERE rolname = 'walcat'"
        )
        self.assertEqual(self.sql(rights), "f|f|f|f|f|t|t")

    def test_the_script_twice_with_a_publication_of_two_schemas(self):
        self.sql('CREATE SCHEMA "Other one"; CREATE TABLE "Other one".u (id int PRIMARY KEY)')
        self.sql('CREATE TABLE t (id int PRIMARY KEY); DROP ROLE IF EXISTS "Reader 1"')
        script = pathlib.Path(__file__).resolve().parents[3] / "scripts" / "sql" / "walcat-role.sql"
        words = ["psql", "-Xq", "-d", self.database, "-v", "role=Reader 1", "-v", "publication=both"]
        words += ["-v", "schemas=public, Other one", "-f", script]
        for _ in range(2):
            done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.sql("CREATE TABLE later (id int PRIMARY KEY)")
        env = {**environment(), "PGUSER": "Reader 1"}
        done = subprocess.run(
            self.words("check", "--publication", "both"), env=env, capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn('"may read 3 tables"', done.stdout)
        self.sql('DROP OWNED BY "Reader 1"; DROP ROLE "Reader 1"')

    def test_no_right_to_read_a_table(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY); REVOKE ALL ON t FROM walcat")
        self.publish_all()
        done = self.walcat("--snapshot", "only")
        self.assertEqual((done.returncode, done.stdout), (77, ""), done.stderr)
        self.assertIn("permission denied for table t", done.stderr)

    def test_no_right_to_publish(self):
        done = subprocess.run(
            self.words("create", "--slot", "s"),
            env={**environment(), "PGUSER": "walcat"},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        self.assertEqual((done.returncode, done.stdout), (77, ""), done.stderr)


if __name__ == "__main__":
    unittest.main()
