"""An OpenID provider for clients of Kafka: unsigned tokens by the grant of client credentials."""

import base64
import http.server
import json
import threading
import time

TOKEN_SECONDS = 5


class Provider(http.server.ThreadingHTTPServer):
    """Gives tokens of TOKEN_SECONDS to the client `loader`, unless `status` says that it is in trouble."""

    def __init__(self):
        self.status, self.given, self.asked = 200, [], 0
        super().__init__(("127.0.0.1", 0), ProviderHandler)
        self.url = f"http://127.0.0.1:{self.server_port}/token"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def token(self) -> str:
        def part(value: dict) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

        now = time.time()
        self.given.append(now)
        return part({"alg": "none"}) + "." + part({"sub": "flights", "iat": now, "exp": now + TOKEN_SECONDS}) + "."


class ProviderHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.asked += 1
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        known = self.headers["Authorization"] == "Basic " + base64.b64encode(b"loader:hush").decode()
        status = self.server.status if known else 401
        good = status == 200 and "grant_type=client_credentials" in form
        body = (
            {"access_token": self.server.token(), "expires_in": TOKEN_SECONDS} if good else {"error": "invalid_client"}
        )
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass
