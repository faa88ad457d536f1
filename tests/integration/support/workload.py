"""An identity provider as CI has one: tokens that say which workload this is, its public keys, and a runner that gives
them out over HTTP."""

import base64
import http.server
import json
import pathlib
import subprocess
import threading
import time
import urllib.parse

ISSUER, SUBJECT = "https://token.actions.example", "repo:o/r:environment:prod"
RUNNER_TOKEN = "runner-s3cret"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _openssl(*words: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout


class Provider:
    """Owns a key below `folder`; `jwks` is the file that the account trusts."""

    def __init__(self, folder: pathlib.Path):
        self._key = folder / "provider.pem"
        _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(self._key))
        modulus = _openssl("rsa", "-in", str(self._key), "-noout", "-modulus").decode().strip().partition("=")[2]
        key = {
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": "k1",
            "e": "AQAB",
            "n": _base64url(bytes.fromhex(modulus)),
        }
        self.jwks = folder / "jwks.json"
        self.jwks.write_text(json.dumps({"keys": [key]}))

    def token(self, audience: str = "snowflakecomputing.com", **changes) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": SUBJECT, "aud": audience, "iat": now, "exp": now + 300, **changes}
        parts = ({"alg": "RS256", "typ": "JWT", "kid": "k1"}, claims)
        text = ".".join(_base64url(json.dumps(part).encode()) for part in parts)
        return text + "." + _base64url(_openssl("dgst", "-sha256", "-sign", str(self._key), given=text.encode()))


class Runner:
    """Use as a context manager; `environment` is what a job of that runner has, `asked` counts."""

    def __init__(self, provider: Provider):
        self.asked = 0
        self.fail_with: list[int] = []
        runner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                runner.asked += 1
                query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
                allowed = self.headers.get("Authorization") == f"Bearer {RUNNER_TOKEN}"
                status = runner.fail_with.pop(0) if runner.fail_with else 200 if allowed else 401
                body = json.dumps({"value": provider.token(query["audience"][0])}).encode() if status == 200 else b"{}"
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.environment = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{self._server.server_port}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": RUNNER_TOKEN,
        }

    def __enter__(self) -> "Runner":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()
