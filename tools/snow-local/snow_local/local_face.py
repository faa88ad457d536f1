"""Paths that Snowflake does not have: health, reset, settings, violations, commit at once."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from snow_local import __version__
from snow_local.faults import Faults
from snow_local.http import BodyError, json_body, json_response
from snow_local.streaming.violations import Violations


class LocalFace:
    """Ties `/healthz` and `/__local/...` to the application."""

    def __init__(self, faults: Faults, violations: Violations, commit, reset):
        self._faults = faults
        self._violations = violations
        self._commit = commit
        self._reset = reset

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self._health, methods=["GET"]),
            Route("/__local/settings", self._settings, methods=["GET", "PUT", "POST"]),
            Route("/__local/commit", self._commit_now, methods=["POST"]),
            Route("/__local/reset", self._reset_all, methods=["POST"]),
            Route("/__local/violations", self._list_violations, methods=["GET", "DELETE"]),
        ]

    async def _health(self, _: Request) -> Response:
        return json_response({"status": "ok", "version": __version__})

    async def _settings(self, request: Request) -> Response:
        if request.method != "GET":
            try:
                self._faults.update(json_body(await request.body()))
            except (ValueError, BodyError) as error:
                return json_response({"message": str(error)}, 400)
        return json_response(vars(self._faults.settings))

    async def _commit_now(self, _: Request) -> Response:
        await run_in_threadpool(self._commit)
        return json_response({})

    async def _reset_all(self, _: Request) -> Response:
        """Drops all databases and puts the settings back."""
        self._faults.reset()
        await run_in_threadpool(self._reset)
        return json_response({})

    async def _list_violations(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._violations.clear()
        return json_response(self._violations.describe(request.query_params.get("kind")))
