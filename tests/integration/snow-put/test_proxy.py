#!/usr/bin/env python3
"""The way out by a proxy: the service is the account's own host, and everything goes there through CONNECT."""

import contextlib
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from change_lines import SourceTable
from snow_put import command, journal_positions, put
from snow_put_case import Case
from tls_server import Authority

HOST = "myorg-lab.snowflakecomputing.com"  # the lab's account; the proxy is what it is


class Proxy:
    """Answers CONNECT and is HOST behind it: TLS ends here, what it holds goes to the stand-in. `asked`: the first
    line of every request that it got."""

    def __init__(self, pair: tuple, target: int, answer: bytes = b"200 OK"):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*pair)
        self._target, self._answer = target, answer
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(4096)
            if not more:
                return client.close()
            head += more
        self.asked.append(head.split(b"\r\n")[0])
        client.sendall(b"HTTP/1.1 " + self._answer + b"\r\nContent-Length: 0\r\n\r\n")
        if not self._answer.startswith(b"200"):
            return client.close()
        with contextlib.suppress(OSError), self._context.wrap_socket(client, server_side=True) as inside:
            with socket.create_connection(("127.0.0.1", self._target)) as service:
                threading.Thread(target=_pump, args=(service, inside), daemon=True).start()
                _pump(inside, service)
        return None


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)


class ByProxy(Case):
    def setUp(self):
        super().setUp()
        authority = Authority(self.folder, "authority")
        self.pair = authority.issue("service", HOST, HOST)
        home = self.folder / "home"
        home.mkdir()
        file = home / "connections.toml"
        original = pathlib.Path(self.lab.environment["SNOWFLAKE_HOME"]) / "connections.toml"
        changed = {"host": f'"{HOST}"', "port": "443", "protocol": '"https"'}
        file.write_text(
            "".join(
                f"{name} = {changed[name]}\n" if (name := line.split(" ")[0]) in changed else line + "\n"
                for line in original.read_text().splitlines()
            )
        )
        file.chmod(0o600)
        self.environment = {
            name: value for name, value in self.lab.environment.items() if not name.lower().endswith("_proxy")
        } | {"SNOWFLAKE_HOME": str(home), "SSL_CERT_FILE": str(authority.certificate)}
        self.table = SourceTable("afar")
        self.table.begin()
        self.table.insert(1)

    def proxy(self, answer: bytes = b"200 OK") -> Proxy:
        proxy = Proxy(self.pair, int(self.lab.url.rsplit(":", 1)[1]), answer)
        self.addCleanup(proxy.close)
        return proxy

    def put(self, **environment):
        lines = [self.table.schema_line(), *self.table.lines]
        return put(self.lab, lines, "--create", "--retry-for", "2s", environment=self.environment | environment)

    def test_both_services_go_through_connect(self):
        proxy = self.proxy()
        self.assert_code(self.put(HTTPS_PROXY=proxy.url), 0)
        self.assertEqual(len(journal_positions(self.lab, "AFAR")), 1)
        self.assertEqual(set(proxy.asked), {b"CONNECT " + HOST.encode() + b":443 HTTP/1.1"})
        checked = subprocess.run(
            command("--check"),
            capture_output=True,
            text=True,
            check=False,
            env=self.environment | {"https_proxy": proxy.url},
        )
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertIn(f"proxy {proxy.url}", checked.stdout)

    def test_a_proxy_that_wants_a_login_is_77(self):
        proxy = self.proxy(b"407 Proxy Authentication Required")
        self.assert_code(self.put(HTTPS_PROXY=proxy.url), 77, "proxy")


if __name__ == "__main__":
    unittest.main(verbosity=2)
