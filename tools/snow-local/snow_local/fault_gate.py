"""The outermost ASGI layer: applies the fault switches to requests."""

import asyncio
import json
import os
import signal

from snow_local.faults import Faults
from snow_local.settings import Settings


class FaultGate:
    """Wraps the app; requests to our own paths pass untouched."""

    def __init__(self, app, faults: Faults):
        self._app = app
        self._faults = faults

    async def __call__(self, scope, receive, send):
        path = scope.get("path", "")
        if scope["type"] != "http" or path.startswith("/__local/") or path == "/healthz":
            await self._app(scope, receive, send)
            return
        settings = self._faults.settings
        status = self._faults.take_failure(path)
        if status is not None:
            await _fail(status, settings, receive, send)
            return
        if settings.answer_delay > 0:
            await asyncio.sleep(settings.answer_delay)
        is_meant = settings.drop_path in path
        if is_meant and self._faults.take("kill_answers"):
            await self._app(scope, receive, _swallow)
            os.kill(os.getpid(), signal.SIGKILL)
        if is_meant and self._faults.take("drop_answers"):
            await self._app(scope, receive, _swallow)
            _abort(receive)
        elif is_meant and self._faults.take("cut_answers"):
            await self._app(scope, receive, _cutting(send))
        else:
            await self._app(scope, receive, send)


async def _swallow(_message) -> None:
    pass


def _abort(receive) -> None:
    """Cuts the connection without an answer. uvicorn offers no other way than its transport."""
    receive.__self__.transport.abort()


def _cutting(send):
    """Sends only the first half of the body, as a whole answer."""
    start: list[dict] = []

    async def cut(message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
            return
        half = message["body"][: len(message["body"]) // 2]
        headers = [item for item in start[0]["headers"] if item[0] != b"content-length"]
        await send({**start[0], "headers": [*headers, (b"content-length", b"%d" % len(half))]})
        await send({"type": "http.response.body", "body": half})

    return cut


async def _fail(status: int, settings: Settings, receive, send) -> None:
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    fault = {"code": settings.fail_code, "message": "a fault was ordered"}
    body = json.dumps(fault).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status in (429, 503):
        headers.append((b"retry-after", f"{settings.retry_after:g}".encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
