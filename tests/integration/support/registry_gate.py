"""A gate in front of a Schema Registry, which counts what passes, refuses logins and goes away."""

import http.server
import ssl
import threading
import urllib.error
import urllib.request

from tls_server import Authority


class Gate(http.server.ThreadingHTTPServer):
    """Passes on what has the right Authorization; `broken`: answers 503."""

    def __init__(self, upstream: str, wanted: str | None = None):
        self.upstream = upstream
        self.wanted = wanted
        self.broken = False
        self.requests: list[str] = []
        super().__init__(("127.0.0.1", 0), GateHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def demand_certificates(self, authority: Authority) -> str:
        """From now on only clients with one of the authority come in; the URL for them."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.issue("server", "server", "localhost"))
        context.load_verify_locations(authority.certificate)
        context.verify_mode = ssl.CERT_REQUIRED
        self.socket = context.wrap_socket(self.socket, server_side=True)
        return f"https://localhost:{self.server_port}"


class GateHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(f"{self.command} {self.path}")
        if self.server.broken:
            return self.reply(503, b"")
        if self.headers.get("Authorization") != self.server.wanted:
            return self.reply(401, b'{"error_code":401,"message":"Unauthorized"}')
        request = urllib.request.Request(self.server.upstream + self.path, body or None, method=self.command)
        if self.headers.get("Content-Type"):
            request.add_header("Content-Type", self.headers["Content-Type"])
        try:
            with urllib.request.urlopen(request) as answer:
                return self.reply(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            return self.reply(error.code, error.read())

    do_POST = do_GET

    def reply(self, status: int, body: bytes):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
