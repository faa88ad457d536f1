"""The flight API's stand-in as a test uses it: started on a free port, told to fail, stopped."""

import http.client
import json
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[3]
SERVER = TOP / "scripts" / "flights" / "opensky-server"
TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"


class FlightApi:
    """Use as a context manager; `url` is what opensky-fetch takes as --url."""

    def __init__(self, *options: str):
        words = [str(SERVER), "--quiet", "--clock", "step", *options]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.url = self._process.stdout.readline().strip()
        self.root = self.url.removesuffix("/api")

    def __enter__(self) -> "FlightApi":
        return self

    def __exit__(self, *_) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    @property
    def token_url(self) -> str:
        return self.root + TOKEN_PATH

    def fail_next(self, fault: str) -> None:
        """KIND[:COUNT[:VALUE]] as the server's --help says."""
        self._call("POST", f"/control/fault?fault={fault}")

    def go_to(self, tick: int) -> None:
        self._call("POST", f"/control/clock?index={tick}")

    def answer_next(self, body: bytes) -> None:
        """The next data request gets this with status 200."""
        self._call("POST", "/control/answer", body)

    def clear(self) -> None:
        """No fault waits any longer."""
        self._call("POST", "/control/clear")

    def status(self) -> dict:
        return json.loads(self._call("GET", "/control"))

    def states(self) -> bytes:
        """One raw answer, as a recording keeps it."""
        return self._call("GET", "/api/states/all")

    def _call(self, method: str, target: str, body: bytes | None = None) -> bytes:
        connection = http.client.HTTPConnection(self.root.removeprefix("http://"), timeout=10)
        try:
            connection.request(method, target, body)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{method} {target}: {answer.status} {body!r}")
        return body
