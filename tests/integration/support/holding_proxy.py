"""Between a client and PostgreSQL: lets everything pass, but holds back what the client sends from the first message on
that has a given text, until it is released. With `cut` such a message ends its connection a moment later instead."""

import contextlib
import socket
import threading
import time


class HoldingProxy:
    def __init__(self, host: str, port: int, text: bytes, cut: bool = False):
        self.target, self.text, self.cut, self.count = (host, port), text, cut, 0
        self.held = threading.Event()
        self.free = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def variables(self) -> dict[str, str]:
        """For the client."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGSSLMODE": "disable", "PGGSSENCMODE": "disable"}

    def release(self) -> None:
        self.free.set()

    def close(self) -> None:
        self.free.set()
        self.server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.server.accept()
                server = self._connect()
                for ends in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._copy, args=ends, daemon=True).start()

    def _connect(self) -> socket.socket:
        host, port = self.target
        if host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{host}/.s.PGSQL.{port}")
            return server
        return socket.create_connection((host, port))

    def _copy(self, source: socket.socket, target: socket.socket, watched: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                found = watched and self.text in data and not self.free.is_set()
                if found:
                    self.count += 1
                    self.held.set()
                if found and not self.cut:
                    self.free.wait(60)
                target.sendall(data)
                if found and self.cut:
                    time.sleep(0.1)
                    break
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()  # the other thread closes the other one
