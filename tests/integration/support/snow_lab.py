"""The Snowflake stand-in as a test uses it: its own lab, SQL by key pair, faults by its back door.

With CDC_SNOW_URL in the environment (`eval "$(scripts/lab env)"`) that lab is used as it is.
"""

import base64
import hashlib
import json
import subprocess
import time
import urllib.error
import urllib.request
import uuid

from own_lab import Lab


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SqlFailure(Exception):
    """What the SQL API refused: code, SQLSTATE, message."""


class SnowLab:
    """Use as a context manager; `environment` is what a tool is started with."""

    def __init__(self, name: str, *options: str, beside: tuple = ()):
        self._lab = Lab(name, CDC_LAB_SNOW_ARGS=" ".join(options))
        self._beside = beside  # parts of the lab that are started too: then it is shared with nobody
        self._token = ("", 0.0)

    def __enter__(self) -> "SnowLab":
        if self._beside:
            self._lab.up("snow-local", *self._beside)
        else:
            self._lab.up("snow-local", shared_by="CDC_SNOW_URL")
        self.environment = self._lab.environment()
        self.url = self.environment["CDC_SNOW_URL"]
        self.key = self.environment["CDC_SNOW_KEY"]
        self.environment.pop("SSL_CERT_FILE", None)
        return self

    def __exit__(self, *_) -> None:
        self._lab.down()

    def psql(self, database: str, text: str) -> str:
        return self._lab.psql(database, text)

    def kill(self) -> None:
        self._lab.run("kill", "snow-local")

    def start(self) -> None:
        self._lab.run("start", "snow-local")

    def _sign(self, text: str) -> bytes:
        return subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", self.key], input=text.encode(), stdout=subprocess.PIPE, check=True
        ).stdout

    def token(self) -> str:
        token, until = self._token
        if time.time() < until:
            return token
        der = subprocess.run(
            ["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"], stdout=subprocess.PIPE, check=True
        ).stdout
        fingerprint = "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()
        who = f"{self.environment['CDC_SNOW_ACCOUNT']}.{self.environment['CDC_SNOW_USER']}".upper()
        now = int(time.time())
        claims = {"iss": f"{who}.{fingerprint}", "sub": who, "iat": now, "exp": now + 3000}
        head = _base64url(b'{"alg":"RS256","typ":"JWT"}') + "." + _base64url(json.dumps(claims).encode())
        self._token = (head + "." + _base64url(self._sign(head)), now + 2000)
        return self._token[0]

    def sql(self, statement: str) -> list:
        """Rows of the result, all text or None."""
        body = json.dumps({"statement": statement, "parameters": {"timezone": "UTC"}}).encode()
        answer = self._api("POST", f"?requestId={uuid.uuid4()}", body)
        rows = answer["data"]
        partitions = len(answer["resultSetMetaData"].get("partitionInfo") or [0])
        for number in range(1, partitions):
            rows += self._api("GET", f"/{answer['statementHandle']}?partition={number}")["data"]
        return rows

    def _api(self, method: str, target: str, body: bytes | None = None) -> dict:
        request = urllib.request.Request(
            f"{self.url}/api/v2/statements{target}",
            data=body,
            method=method,
            headers={
                "Authorization": "Bearer " + self.token(),
                "User-Agent": "tests/1",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                data = response.read()
                if response.headers.get("Content-Encoding") == "gzip":
                    import gzip

                    data = gzip.decompress(data)
                return json.loads(data)
        except urllib.error.HTTPError as error:
            raise SqlFailure(f"{statement_of(body)}: {error.read().decode()}") from error

    def fresh(self) -> None:
        """An empty CDC.RAW, settings back to their defaults."""
        self._back_door("POST", "/__local/reset")
        self.sql("CREATE DATABASE CDC")
        self.sql("CREATE SCHEMA CDC.RAW")

    def settings(self, **values) -> None:
        self._back_door("PUT", "/__local/settings", json.dumps(values).encode())

    def channels(self):
        return json.loads(self._back_door("GET", "/__local/channels"))

    def _back_door(self, method: str, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(self.url + path, data=body or b"", method=method)
        if method == "GET":
            request.data = None
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read()


def statement_of(body: bytes | None) -> str:
    return json.loads(body)["statement"][:200] if body else "GET"
