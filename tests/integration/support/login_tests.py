"""What pg-load and walcat both must do at a server that demands TLS and passwords (see tls_server).

Mix it into a Case that has `logs_in(conninfo, **variables)`, which fails unless the tool works as role
keyholder or certified, and `refused(conninfo, **variables)`, which expects 77 and gives what was said.
"""

import pathlib
import tempfile

from tls_server import PASSWORD

_folder = tempfile.TemporaryDirectory()
FOLDER = pathlib.Path(_folder.name)
VERIFIED = f"host=localhost sslmode=verify-full sslrootcert={FOLDER}/ours.crt"
KEYHOLDER = f"{VERIFIED} user=keyholder"


class LoginTests:
    def port(self) -> str:
        return self.lab.variables["PGPORT"]

    def test_verify_full(self):
        self.logs_in(KEYHOLDER, PGPASSWORD=PASSWORD)
        self.logs_in(f"{KEYHOLDER} channel_binding=require", PGPASSWORD=PASSWORD)

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
        self.assertIn("hint:", said)

    def test_pgpass_file(self):
        file = self.folder / ".pgpass"
        escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
        file.write_text(f"# comment\nlocalhost:*:*:keyholder:{escaped}\n")
        file.chmod(0o600)
        self.logs_in(KEYHOLDER, PGPASSFILE=str(file))
        file.chmod(0o644)
        self.refused(KEYHOLDER, PGPASSFILE=str(file))

    def test_service_file(self):
        """All that is needed in one place, the password too."""
        file = self.folder / "pg_service.conf"
        settings = (
            "host=localhost\nhostaddr=127.0.0.1\nuser=keyholder\nsslmode=verify-full\n"
            f"sslrootcert={FOLDER}/ours.crt\nport={self.port()}\n"
        )
        file.write_text(f"[target]\n{settings}password={PASSWORD}\n[wrong]\n{settings}password=wrong\n")
        self.logs_in("service=target", PGSERVICEFILE=str(file))
        self.refused("service=wrong", PGSERVICEFILE=str(file))

    def test_a_wrong_password_or_none(self):
        said = self.refused(KEYHOLDER, PGPASSWORD="wrong-one")
        self.assertIn("password authentication failed", said)
        self.assertIn("hint: The password comes from PGPASSWORD", said)
        self.assertNotIn("wrong-one", said)
        self.assertIn("password", self.refused(KEYHOLDER))

    @staticmethod
    def certificate(name: str) -> str:
        return f"{VERIFIED} user=certified sslcert={FOLDER}/{name}.crt sslkey={FOLDER}/{name}.key"

    def test_the_own_certificate(self):
        self.logs_in(self.certificate("certified"))

    def test_no_certificate_or_that_of_another(self):
        self.refused(f"{VERIFIED} user=certified")
        self.refused(self.certificate("someone"))

    def test_a_key_that_others_may_read(self):
        key = FOLDER / "certified.key"
        key.chmod(0o644)
        self.addCleanup(key.chmod, 0o600)
        self.refused(self.certificate("certified"))
