"""GitHub's REST API as far as the workflows' steps use it: comments and issues of one repository, one branch's head.

Runs in a thread of its own; `comments`, `issues` and `head` belong to the test between two requests.
"""

import http.server
import json
import threading
import urllib.parse

REPOSITORY = "someone/warehouse"


class GithubApi:
    def __init__(self):
        self.comments: dict[int, list[dict]] = {}
        self.issues: list[dict] = []
        self.head = ""
        self.failures = 0  # so many requests are answered 502 first
        self.requests: list[tuple[str, str]] = []

    def __enter__(self) -> "GithubApi":
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}")
                status, found = api.respond(self.command, self.path, body)
                data = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = answer

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def respond(self, method: str, target: str, body: dict) -> tuple[int, object]:
        parts = urllib.parse.urlsplit(target)
        path = parts.path.removeprefix(f"/repos/{REPOSITORY}/")
        self.requests.append((method, path))
        if self.failures:
            self.failures -= 1
            return 502, {"message": "try again"}
        query = dict(urllib.parse.parse_qsl(parts.query))
        match path.split("/"):
            case ["commits", *_]:
                return (200, {"sha": self.head}) if self.head else (404, {"message": "Not Found"})
            case ["issues", "comments", number] if method == "PATCH":
                return 200, self._change(self._all_comments(), number, body)
            case ["issues", number, "comments"]:
                return self._comments(method, int(number), body, query)
            case ["issues"]:
                return self._issues(method, body, query)
            case ["issues", number] if method == "PATCH":
                return 200, self._change(self.issues, number, body, "number")
        return 404, {"message": "Not Found"}

    def _all_comments(self) -> list[dict]:
        return [comment for some in self.comments.values() for comment in some]

    @staticmethod
    def _change(items: list[dict], number: str, body: dict, key: str = "id") -> dict:
        found = next(item for item in items if item[key] == int(number))
        found.update(body)
        return found

    @staticmethod
    def _page(items: list[dict], query: dict) -> list[dict]:
        size = int(query.get("per_page", 30))
        first = (int(query.get("page", 1)) - 1) * size
        return items[first : first + size]

    def _comments(self, method: str, number: int, body: dict, query: dict) -> tuple[int, object]:
        some = self.comments.setdefault(number, [])
        if method == "GET":
            return 200, self._page(some, query)
        some.append({"id": 1000 + len(self._all_comments()), **body})
        return 201, some[-1]

    def _issues(self, method: str, body: dict, query: dict) -> tuple[int, object]:
        if method == "GET":
            state = query.get("state", "open")
            return 200, self._page([issue for issue in self.issues if issue["state"] == state], query)
        self.issues.append({"number": 50 + len(self.issues), "state": "open", **body})
        return 201, self.issues[-1]
