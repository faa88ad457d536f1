"""The client that the tests speak through: a started server, its keys, SQL and streaming calls."""

import base64
import hashlib
import json
import os
import subprocess
import time
import uuid
from pathlib import Path

import jwt
import requests
import zstandard
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

TOOL = Path(__file__).resolve().parents[2] / "tools" / "snow-local"
ACCOUNT, USER = "MYORG-LAB", "CDC_USER"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def needed_python(name: str) -> str:
    """The python of a venv, from the environment; its absence is an error, never a skip."""
    path = os.environ.get(name, "")
    if not path or not Path(path).exists():
        raise RuntimeError(f"{name} must name a python; scripts/bootstrap makes both venvs")
    return path


class Key:
    """An RSA key pair in files."""

    def __init__(self, folder: Path, name: str = "key"):
        self.private = rsa.generate_private_key(65537, 2048)
        self.path, self.public_path = folder / f"{name}.p8", folder / f"{name}.pub"
        self.path.write_bytes(
            self.private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        public = self.private.public_key()
        self.public_path.write_bytes(
            public.public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        der = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.fingerprint = "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()

    def token(self, **changes) -> str:
        """A key-pair JWT; `changes` replace claims."""
        now = int(time.time())
        name = f"{ACCOUNT}.{USER}"
        claims = {"iss": f"{name}.{self.fingerprint}", "sub": name, "iat": now, "exp": now + 3540}
        return jwt.encode({**claims, **changes}, self.private, algorithm="RS256")


# What tests of something else than limits and shapes start with.
RELAXED = ("--set", "requests_per_second=0", "--set", "bytes_per_second=0")
RELAXED += ("--set", "table_shape=live", "--commit-delay", "0.15")


class Server:
    """A snow-local process on free ports with its data in a folder."""

    def __init__(self, folder: Path, key: Key, *options: str):
        self.folder = folder
        self._key = key
        self._options = options
        self._process: subprocess.Popen | None = None
        self.facts: dict = {}

    def start(self) -> "Server":
        ports = self.folder / "ports.json"
        ports.unlink(missing_ok=True)
        self._launch()
        deadline = time.monotonic() + 30
        while not ports.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no start: {(self.folder / 'server.log').read_text()}")
            time.sleep(0.02)
        self.facts = json.loads(ports.read_text())
        return self

    def run_to_end(self) -> int:
        """The exit code of a process that is expected to end by itself."""
        self._launch()
        return self._process.wait(20)

    def _launch(self) -> None:
        command = [needed_python("CDC_SNOW_LOCAL_PYTHON"), "-m", "snow_local"]
        command += ["--data", str(self.folder), "--account", ACCOUNT, "--user", USER]
        command += ["--public-key", str(self._key.public_path), *self._options]
        environment = {**os.environ, "PYTHONPATH": str(TOOL), "PYTHONDONTWRITEBYTECODE": "1"}
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(20)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(20)


class Client:
    """Speaks SQL API and streaming to one server."""

    def __init__(self, server: Server, key: Key, tls: bool = False):
        self.server = server
        self.key = key
        self.base = server.facts["tls_url" if tls else "url"]
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = server.facts["ca"]
        self._scoped = ""

    # -- SQL API -------------------------------------------------------------------------------

    def jwt_headers(self, token: str = "") -> dict:
        return {
            "Authorization": f"Bearer {token or self.key.token()}",
            "User-Agent": "tests/1.0",
            "Accept": "application/json",
        }

    def submit(self, statement: str, query: dict | None = None, **body) -> requests.Response:
        """One statement in CDC.RAW with the session's time zone UTC, unless `body` says else."""
        data = {"statement": statement, "database": "CDC", "schema": "RAW", **body}
        data["parameters"] = {"timezone": "UTC", **body.get("parameters", {})}
        return self.http.post(
            self.base + "/api/v2/statements", json=data, params=query, headers=self.jwt_headers()
        )

    def sql(self, statement: str, **body) -> dict:
        """The answer of a statement that must succeed."""
        answer = self.submit(statement, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, statement: str, **body) -> list[list]:
        return self.sql(statement, **body)["data"]

    def fails(self, statement: str, **body) -> tuple[str, str]:
        """Code and SQLSTATE of a statement that must fail with 422."""
        answer = self.submit(statement, **body)
        assert answer.status_code == 422, answer.text
        return answer.json()["code"], answer.json()["sqlState"]

    def get(self, handle: str, query: dict | None = None) -> requests.Response:
        return self.http.get(
            f"{self.base}/api/v2/statements/{handle}", params=query, headers=self.jwt_headers()
        )

    # -- streaming -----------------------------------------------------------------------------

    def scoped_headers(self, fresh: bool = False) -> dict:
        if fresh or not self._scoped:
            host = self.http.get(self.base + "/v2/streaming/hostname", headers=self.jwt_headers())
            answer = self.http.post(
                self.base + "/oauth/token",
                headers=self.jwt_headers(),
                data={"grant_type": _GRANT, "scope": host.text},
            )
            assert answer.status_code == 200, answer.text
            self._scoped = answer.text
        return {"Authorization": f"Bearer {self._scoped}"}

    def pipe(self, table: str, data: bool = False) -> str:
        middle = "/v2/streaming/data" if data else "/v2/streaming"
        return f"{self.base}{middle}/databases/CDC/schemas/RAW/pipes/{table}-STREAMING"

    def open(self, table: str, channel: str, **options) -> requests.Response:
        return self.http.put(
            f"{self.pipe(table)}/channels/{channel}",
            json=options,
            headers=self.scoped_headers(),
            params={"requestId": str(uuid.uuid4())},
        )

    def open_token(self, table: str, channel: str, **options) -> str:
        answer = self.open(table, channel, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()["next_continuation_token"]

    def append(
        self,
        table: str,
        channel: str,
        token: str,
        rows: list[dict] | bytes,
        end: str,
        encoding: str = "zstd",
        request_id: str = "",
    ) -> requests.Response:
        body = rows if isinstance(rows, bytes) else ndjson(rows)
        headers = {**self.scoped_headers(), "Content-Type": "application/x-ndjson"}
        if encoding == "zstd":
            body = zstandard.compress(body)
        if encoding:
            headers["Content-Encoding"] = encoding
        return self.http.post(
            f"{self.pipe(table, True)}/channels/{channel}/rows",
            data=body,
            headers=headers,
            params={
                "continuationToken": token,
                "startOffsetToken": end,
                "endOffsetToken": end,
                "requestId": request_id,
            },
        )

    def status(self, table: str, *channels: str) -> dict:
        answer = self.http.post(
            f"{self.pipe(table)}:bulk-channel-status",
            json={"channel_names": list(channels)},
            headers=self.scoped_headers(),
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["channel_statuses"]

    def wait_for(self, table: str, channel: str, token: str) -> dict:
        """The status once the token is committed."""
        deadline = time.monotonic() + 15
        while True:
            status = self.status(table, channel)[channel]
            if status["last_committed_offset_token"] == token:
                return status
            assert status["channel_status_code"] == "SUCCESS", status
            assert time.monotonic() < deadline, status
            time.sleep(0.02)

    def load(self, table: str, rows: list[dict] | bytes, channel: str = "c") -> dict:
        """Sends rows through a new owner of a channel and waits for the commit."""
        token = self.open_token(table, channel)
        end = str(uuid.uuid4())
        assert self.append(table, channel, token, rows, end).status_code == 200
        return self.wait_for(table, channel, end)

    def settings(self, **changes) -> dict:
        answer = self.http.put(self.base + "/__local/settings", json=changes)
        assert answer.status_code == 200, answer.text
        return answer.json()


def ndjson(rows: list[dict]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()
