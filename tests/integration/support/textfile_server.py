"""A folder of *.prom files behind one port, as node_exporter's textfile collector serves them."""

import http.server
import pathlib
import threading


class TextfileServer:
    def __init__(self, folder: pathlib.Path):
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(b"".join(path.read_bytes() for path in sorted(folder.glob("*.prom"))))

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self._server.server_port

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
