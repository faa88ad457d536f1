"""The HTTP face: routes, keep-alive, gzip, and connections that break on request."""

import gzip
import http.server
import socket
import struct
import sys
import time

from .service import Reply, Service

TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"
SMALLEST_TO_COMPRESS = 256
LARGEST_FORM = 65536


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection; several requests may come on it."""

    protocol_version = "HTTP/1.1"
    server_version = "opensky-replay"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one piece
    timeout = 120
    server: "Server"

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        service = self.server.service
        if path.startswith("/api/"):
            authorization = self.headers.get("Authorization")
            if authorization is not None:
                service.bearer_hosts.add(self.headers.get("Host", ""))
            self._send(service.ask(path.removeprefix("/api/"), query, authorization))
        elif path == "/control":
            self._send(service.status())
        else:
            self._send(Reply(404))

    def do_POST(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_FORM:
            self.close_connection = True
            self._send(Reply(413))
            return
        body = self.rfile.read(length)
        form = body.decode("utf-8", "replace")
        service = self.server.service
        if path == TOKEN_PATH:
            self._send(service.token(form))
        elif path.startswith("/control/"):
            self._send(service.control(path.removeprefix("/control/"), query or form, body))
        else:
            self._send(Reply(404))

    def _send(self, reply: Reply) -> None:
        if reply.delay:
            time.sleep(reply.delay)
        if reply.broken == "reset":
            self._reset()
            return
        body = reply.body
        self.send_response(reply.status)
        if len(body) >= SMALLEST_TO_COMPRESS and self._accepts_gzip():
            body = gzip.compress(body, compresslevel=1, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        if body:
            self.send_header("Content-Type", reply.content_type)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if reply.broken == "truncated":
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)

    def _accepts_gzip(self) -> bool:
        return "gzip" in self.headers.get("Accept-Encoding", "").lower()

    def _reset(self) -> None:
        """Closes with RST instead of FIN: linger on, time zero."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def log_message(self, format: str, *values) -> None:  # the base class names it so
        if self.server.verbose:
            sys.stderr.write(f"{self.log_date_time_string()} {format % values}\n")


class Server(http.server.ThreadingHTTPServer):
    """Listens as soon as it is constructed; serve_forever() returns after --at-end stop."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str, port: int, service: Service, verbose: bool):
        self.service = service
        self.verbose = verbose
        self._over = False
        super().__init__((host, port), Handler)
        service.port = self.port

    @property
    def port(self) -> int:
        return self.server_address[1]

    def shutdown_request(self, request) -> None:
        # the base class would send FIN first, and a reset must not begin with one
        linger = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
        if linger == struct.pack("ii", 1, 0):
            self.close_request(request)
            return
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Called twice a second by serve_forever()."""
        service = self.service
        if service.at_end == "stop" and not self._over:
            with service.lock:
                self._over = service.stopped.is_set() or service.clock.is_over()
            if self._over:
                # not from this thread: shutdown() waits for serve_forever() to return
                raise SystemExit(0)
