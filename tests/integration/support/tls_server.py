"""Certificates made with openssl, a server that refuses clients in ways of its own, and a lab's PostgreSQL that demands
TLS and passwords."""

import contextlib
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import threading

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


class Refusal:
    """A TLS 1.3 server that wants a certificate of `authority` and refuses every client that has none, so that it is
    seen in one order for certain. `late`: the alert comes when the request is there; `reset`: alert and reset at once,
    in the middle of a request that is larger than the buffers between; `silent`: the reset alone."""

    def __init__(self, authority: Authority, pair: tuple[pathlib.Path, pathlib.Path], order: str):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._context.load_cert_chain(*pair)
        self._context.load_verify_locations(authority.certificate)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._order = order
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                with self._listener.accept()[0] as client, contextlib.suppress(OSError):
                    self._refuse(client)

    def _refuse(self, client: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self._context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                client.sendall(outgoing.read())
                incoming.write(client.recv(65536))
            except ssl.SSLError:
                break
        client.settimeout(0.2)
        if self._order == "late":
            with contextlib.suppress(TimeoutError):
                while client.recv(65536):
                    pass
        if self._order != "silent":
            client.sendall(outgoing.read())
        if self._order != "late":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


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
