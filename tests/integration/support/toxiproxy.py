"""A link whose trouble is made to order: the lab part toxiproxy between a client and one port."""

import contextlib
import json
import urllib.error
import urllib.request


class Link:
    """Listens on `front`, passes on to `behind` (both "host:port")."""

    def __init__(self, lab, front: str, behind: str, name: str = "link"):
        self.base = lab.variables["CDC_TOXIPROXY_URL"] + "/proxies"
        self.path = f"/{name}"
        self._ask("POST", "", {"name": name, "listen": front, "upstream": behind, "enabled": True})

    def _ask(self, method: str, path: str, body: dict | None = None) -> None:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data=data, method=method, headers={"User-Agent": "tests"})
        with urllib.request.urlopen(request, timeout=10):
            pass

    @contextlib.contextmanager
    def toxic(self, kind: str, stream: str = "downstream", **attributes):
        """`kind` as toxiproxy names them: latency, bandwidth, slicer, timeout, reset_peer, limit_data."""
        name = f"{kind}_{stream}"
        body = {"name": name, "type": kind, "stream": stream, "attributes": attributes}
        self._ask("POST", self.path + "/toxics", body)
        try:
            yield
        finally:
            self._ask("DELETE", f"{self.path}/toxics/{name}")

    @contextlib.contextmanager
    def down(self):
        """Open connections end, new ones are refused."""
        self._ask("POST", self.path, {"enabled": False})
        try:
            yield
        finally:
            self._ask("POST", self.path, {"enabled": True})

    def cut(self) -> None:
        """Every connection ends, in the middle of whatever is said."""
        with self.down():
            pass
