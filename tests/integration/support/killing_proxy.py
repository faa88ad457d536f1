"""Between a tool and an HTTP server: counts the tool's requests, and kills it -9 before a chosen one goes on, or behind it:
when the server has answered, and the tool has not heard it."""

import contextlib
import socket
import subprocess
import threading


class KillingProxy:
    def __init__(self, port: int):
        self._target = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._lock = threading.Lock()
        self._armed = threading.Event()
        self._at, self._behind, self._tool, self.count = 0, False, None, 0
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, at: int, behind: bool, tool: subprocess.Popen) -> None:
        """Counts from 1; 0: nothing is killed."""
        with self._lock:
            self._at, self._behind, self._tool, self.count = at, behind, tool, 0
        self._armed.set()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._target))
        with contextlib.suppress(OSError, ValueError), client, server:
            while request := _message(client):
                self._armed.wait(60)
                with self._lock:
                    self.count += 1
                    hit = self.count == self._at
                if hit and not self._behind:
                    return self._kill()
                server.sendall(request)
                answer = _message(server)
                if hit:
                    return self._kill()
                client.sendall(answer)

    def _kill(self) -> None:
        self._tool.kill()
        self._tool.wait()


def _message(source: socket.socket) -> bytes:
    """One whole HTTP message with a length, or in chunks; empty at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = source.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    }
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        while not body.endswith(b"0\r\n\r\n"):
            body += source.recv(65536)
    else:
        while len(body) < int(fields.get(b"content-length", b"0")):
            body += source.recv(65536)
    return head + b"\r\n\r\n" + body
