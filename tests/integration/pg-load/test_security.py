#!/usr/bin/env python3
"""TLS, SCRAM, client certificates, password and service files: each against a server that demands it."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from pg_load_lab import Case, environment, psql, start_lab, stop_lab
from tls_server import PASSWORD, demand_credentials

_folder = tempfile.TemporaryDirectory()
FOLDER = pathlib.Path(_folder.name)
VERIFIED = f"host=localhost sslmode=verify-full sslrootcert={FOLDER}/ours.crt"


def setUpModule():
    start_lab(own=True)
    psql("postgres", "CREATE ROLE keyholder LOGIN; CREATE ROLE certified LOGIN")
    demand_credentials(FOLDER, pathlib.Path(environment()["CDC_LAB_DIR"]) / "postgres" / "data", psql)


def tearDownModule():
    stop_lab()
    _folder.cleanup()


class SecurityCase(Case):
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

    def loads(self, conninfo: str, who: str = "keyholder", **variables: str) -> None:
        self.sql("TRUNCATE t")
        done = self.run_load(conninfo, **variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["inserted"], 1)
        self.assertEqual(self.sql("SELECT id, who FROM t"), f"1|{who}")

    def refused(self, conninfo: str, **variables: str) -> str:
        self.sql("TRUNCATE t")
        done = self.run_load(conninfo, **variables)
        self.assertEqual((done.returncode, done.stdout), (77, ""), done.stderr)
        self.assertEqual(self.sql("SELECT count(*) FROM t"), "0")
        return done.stderr


class Tls(SecurityCase):
    def test_verify_full(self):
        self.loads(f"{VERIFIED} user=keyholder", PGPASSWORD=PASSWORD)
        self.loads(f"{VERIFIED} user=keyholder channel_binding=require", PGPASSWORD=PASSWORD)

    def test_settings_of_the_environment(self):
        self.loads(
            "",
            PGHOST="localhost",
            PGUSER="keyholder",
            PGSSLMODE="verify-full",
            PGSSLROOTCERT=f"{FOLDER}/ours.crt",
            PGPASSWORD=PASSWORD,
        )

    def test_check_logs_in_too(self):
        done = self.run_load(f"{VERIFIED} user=keyholder", "--check", PGPASSWORD=PASSWORD)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = self.run_load(f"{VERIFIED} user=keyholder", "--check", PGPASSWORD="wrong-one")
        self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
        self.assertNotIn("wrong-one", done.stdout + done.stderr)

    def test_an_authority_that_is_not_trusted(self):
        conninfo = f"host=localhost sslmode=verify-full sslrootcert={FOLDER}/foreign.crt user=keyholder"
        self.assertIn("certificate verify failed", self.refused(conninfo, PGPASSWORD=PASSWORD))

    def test_the_certificate_of_another_host(self):
        conninfo = f"host=127.0.0.1 sslmode=verify-full sslrootcert={FOLDER}/ours.crt user=keyholder"
        said = self.refused(conninfo, PGPASSWORD=PASSWORD)
        self.assertRegex(said, 'server certificate for "localhost" .*does not match host name "127.0.0.1"')

    def test_a_server_that_demands_tls(self):
        said = self.refused("host=localhost sslmode=disable user=keyholder", PGPASSWORD=PASSWORD)
        self.assertIn("pg_hba.conf rejects connection", said)


class Passwords(SecurityCase):
    CONNINFO = f"{VERIFIED} user=keyholder"

    def test_pgpass_file(self):
        file = self.folder / ".pgpass"
        escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
        file.write_text(f"# comment\nlocalhost:*:*:keyholder:{escaped}\n")
        file.chmod(0o600)
        self.loads(self.CONNINFO, PGPASSFILE=str(file))
        file.chmod(0o644)
        self.refused(self.CONNINFO, PGPASSFILE=str(file))

    def test_service_file(self):
        """All that is needed in one place, the password too."""
        file = self.folder / "pg_service.conf"
        settings = (
            "host=localhost\nhostaddr=127.0.0.1\nuser=keyholder\nsslmode=verify-full\n"
            f"sslrootcert={FOLDER}/ours.crt\nport={environment()['PGPORT']}\n"
        )
        file.write_text(f"[target]\n{settings}password={PASSWORD}\n[wrong]\n{settings}password=wrong\n")
        self.loads("service=target", PGSERVICEFILE=str(file))
        self.refused("service=wrong", PGSERVICEFILE=str(file))

    def test_wrong_or_none(self):
        said = self.refused(self.CONNINFO, PGPASSWORD="wrong-one")
        self.assertIn("password authentication failed", said)
        self.assertIn("hint: The password comes from PGPASSWORD", said)
        self.assertNotIn("wrong-one", said)
        self.assertIn("password", self.refused(self.CONNINFO))


class ClientCertificates(SecurityCase):
    def certificate(self, name: str) -> str:
        return f"{VERIFIED} user=certified sslcert={FOLDER}/{name}.crt sslkey={FOLDER}/{name}.key"

    def test_the_own_certificate(self):
        self.loads(self.certificate("certified"), who="certified")

    def test_none_or_that_of_another(self):
        self.refused(f"{VERIFIED} user=certified")
        self.refused(self.certificate("someone"))

    def test_a_key_that_others_may_read(self):
        key = FOLDER / "certified.key"
        key.chmod(0o644)
        self.addCleanup(key.chmod, 0o600)
        self.refused(self.certificate("certified"))


if __name__ == "__main__":
    unittest.main()
