"""Paths that Snowflake does not have: what channels are in, and what may happen to them."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from snow_local.http import BodyError, json_body, json_response
from snow_local.streaming.channels import MUST_REOPEN, Channel
from snow_local.streaming.mishaps import Mishaps
from snow_local.streaming.registry import Registry


class ChannelsFace:
    """Ties `/__local/channels` and the events below it to the registry.

    An event takes `{"channel": NAME}`, or nothing for all channels, and answers how many it hit."""

    def __init__(self, registry: Registry, mishaps: Mishaps, commit):
        self._registry = registry
        self._mishaps = mishaps
        self._commit = commit

    def routes(self) -> list[Route]:
        events = {
            "open": self._open,
            "expire": self._expire,
            "invalidate": self._invalidate,
            "restart": self._restart,
            "failover": self._fail_over,
        }
        return [
            Route("/__local/channels", self._list, methods=["GET"]),
            *(
                Route(f"/__local/channels/{name}", self._event(work), methods=["POST"])
                for name, work in events.items()
            ),
        ]

    async def _list(self, _: Request) -> Response:
        return json_response([_facts(item) for item in self._registry.all_channels()])

    def _event(self, work):
        async def endpoint(request: Request) -> Response:
            try:
                body = json_body(await request.body())
            except BodyError as error:
                return json_response({"message": str(error)}, 400)
            return json_response({"channels": await run_in_threadpool(work, body)})

        return endpoint

    def _open(self, body: dict) -> int:
        """Another client opens the channel: the owner's token is stale, waiting rows are gone."""
        return self._registry.take_over(body.get("channel"))

    def _expire(self, body: dict) -> int:
        return self._registry.expire(body.get("channel"))

    def _invalidate(self, body: dict) -> int:
        return self._registry.invalidate(body.get("channel"), str(body.get("code", MUST_REOPEN)))

    def _restart(self, body: dict) -> int:
        """The service starts again: rows that wait are lost, or committed first on request."""
        if body.get("commit"):
            self._commit()
        return self._registry.take_over()

    def _fail_over(self, body: dict) -> int:
        if body.get("commit"):
            self._commit()
        self._mishaps.fail_over()
        return len(self._registry.all_channels())


def _facts(channel: Channel) -> dict:
    return {
        **channel.describe(),
        "client_sequencer": channel.client_sequencer,
        "row_sequencer": channel.row_sequencer,
        "waiting": len(channel.waiting),
        "throttled": channel.pace.refused,
    }
