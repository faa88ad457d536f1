"""The outermost ASGI layer: applies the fault switches to requests."""

import asyncio

from snow_local.faults import Faults

_BODY = b'{"code":"ERR_FAULT","message":"a fault was ordered"}'


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
        status = self._faults.take_failure(path)
        if status is not None:
            await _fail(status, receive, send)
            return
        if self._faults.settings.answer_delay > 0:
            await asyncio.sleep(self._faults.settings.answer_delay)
        is_append = path.endswith("/rows")
        if is_append and self._faults.take("drop_answers"):
            await self._app(scope, receive, _swallow)
            _abort(receive)
        elif is_append and self._faults.take("cut_answers"):
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


async def _fail(status: int, receive, send) -> None:
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_BODY))]
    if status in (429, 503):
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY})
