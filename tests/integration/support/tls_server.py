"""Certificates made with openssl, and a lab's PostgreSQL that demands TLS and passwords."""

import os
import pathlib
import shutil
import subprocess

PASSWORD = "right one: it's 4 you\\"
RULES = """
hostssl all keyholder 127.0.0.1/32 scram-sha-256
hostssl all certified 127.0.0.1/32 cert
host all keyholder,certified 127.0.0.1/32 reject
"""


def openssl(*words) -> None:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {words}: {done.stderr}")


class Authority:
    """A certificate authority of its own in a folder; `certificate` is what others trust."""

    def __init__(self, folder: pathlib.Path, name: str):
        self.folder = folder
        self.certificate = folder / f"{name}.crt"
        self._key = folder / f"{name}.key"
        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        openssl(
            "req", "-x509", *new_key, "-keyout", self._key, "-out", self.certificate, "-days", 2, "-subj", f"/CN={name}"
        )

    def issue(self, name: str, subject: str, host: str = "") -> tuple[pathlib.Path, pathlib.Path]:
        """Certificate and key (mode 0600) of `subject`."""
        certificate, key, request = (self.folder / f"{name}.{end}" for end in ("crt", "key", "csr"))
        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        openssl("req", *new_key, "-keyout", key, "-out", request, "-subj", f"/CN={subject}")
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName = DNS:{host}\n" if host else "basicConstraints = CA:FALSE\n")
        authority = ("-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial")
        openssl("x509", "-req", "-in", request, *authority, "-out", certificate, "-days", 2, "-extfile", extensions)
        key.chmod(0o600)
        return certificate, key


def install(data: pathlib.Path, files: dict[str, pathlib.Path]) -> None:
    """Copies files into the server's folder, readable by its user only."""
    owner = data.stat()
    for name, source in files.items():
        target = data / name
        shutil.copyfile(source, target)
        target.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(target, owner.st_uid, owner.st_gid)


def demand_credentials(folder: pathlib.Path, data: pathlib.Path, psql) -> None:
    """The server of `data` speaks TLS and wants a password of role keyholder, a certificate of role certified (both
    are there already). In `folder`: ours.crt is to be trusted, foreign.crt is not; the keys of certified and someone."""
    ours = Authority(folder, "ours")
    Authority(folder, "foreign")
    certificate, key = ours.issue("server", "localhost", host="localhost")
    ours.issue("certified", "certified")
    ours.issue("someone", "someone")
    install(data, {"server.crt": certificate, "server.key": key, "root.crt": ours.certificate})
    rules = data / "pg_hba.conf"
    rules.write_text(RULES + rules.read_text())
    quoted = PASSWORD.replace("'", "''")
    psql(
        "postgres",
        f"SET password_encryption = 'scram-sha-256'; ALTER ROLE keyholder PASSWORD '{quoted}';"
        "ALTER SYSTEM SET ssl_ca_file = 'root.crt'",
    )
    psql("postgres", "ALTER SYSTEM SET ssl = on")
    psql("postgres", "SELECT pg_reload_conf()")
