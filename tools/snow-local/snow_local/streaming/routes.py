"""HTTP routes of Snowpipe Streaming: hostname, scoped token, channels, rows, status.

Handlers read the body asynchronously and do the rest in a worker thread.
"""

import urllib.parse

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from snow_local.auth.tokens import AuthError, Identity, Tokens
from snow_local.engine.identifiers import fold_url_part
from snow_local.faults import Faults
from snow_local.http import BodyError, bearer, inflate, json_body, json_response
from snow_local.streaming.channels import Append, PipeKey, StreamingError
from snow_local.streaming.pipe_info import pipe_info
from snow_local.streaming.registry import Registry

MAX_BODY = 4_000_000
_BASE = "/v2/streaming/databases/{database}/schemas/{schema}/pipes/"
_DATA = "/v2/streaming/data/databases/{database}/schemas/{schema}/"
_TOKEN_PARAMETERS = ("continuationToken", "offsetToken", "startOffsetToken", "endOffsetToken")


class StreamingFace:
    """Owns nothing; ties the routes to registry, tokens and faults."""

    def __init__(self, registry: Registry, tokens: Tokens, faults: Faults):
        self._registry = registry
        self._tokens = tokens
        self._faults = faults

    def routes(self) -> list[Route]:
        return [
            Route("/v2/streaming/hostname", self._guard(self._hostname), methods=["GET"]),
            Route("/oauth/token", self._guard(self._token), methods=["POST"]),
            Route(_BASE + "{pipe}/channels/{channel}", self._guard(self._open), methods=["PUT"]),
            Route(_BASE + "{pipe}/channels/{channel}", self._guard(self._drop), methods=["DELETE"]),
            Route(
                _BASE + "{pipe}:bulk-channel-status", self._guard(self._status), methods=["POST"]
            ),
            Route(_BASE + "{pipe}:pipe-info", self._guard(self._pipe_info), methods=["POST"]),
            Route(
                _DATA + "pipes/{pipe}/channels/{channel}/rows",
                self._guard(self._rows),
                methods=["POST"],
            ),
            Route(_DATA + "tables/{table}/rows", self._guard(self._table_rows), methods=["POST"]),
            Route("/telemetry/send/sessionless", self._telemetry, methods=["POST"]),
        ]

    def _guard(self, handler):
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return await run_in_threadpool(self._answer, handler, request, body)

        return endpoint

    def _answer(self, handler, request: Request, body: bytes) -> Response:
        try:
            return handler(request, body)
        except AuthError as error:
            return json_response({"code": error.code, "message": error.message}, 401)
        except StreamingError as error:
            return json_response({"code": error.code, "message": error.message}, error.status)
        except BodyError as error:
            return json_response({"code": "ERR_INVALID_PAYLOAD", "message": str(error)}, 400)

    def _key_pair(self, request: Request) -> Identity:
        kind = request.headers.get("x-snowflake-authorization-token-type", "KEYPAIR_JWT")
        if kind != "KEYPAIR_JWT":
            raise AuthError("390303", f"Token type {kind} is not accepted here.")
        return self._tokens.check_key_pair(bearer(request))

    def _scoped(self, request: Request) -> Identity:
        return self._tokens.check_scoped(bearer(request))

    def _hostname(self, request: Request, _: bytes) -> Response:
        self._key_pair(request)
        name = request.url.hostname or "127.0.0.1"
        if self._faults.settings.json_answers:
            return json_response({"hostname": name})
        return PlainTextResponse(name)

    def _token(self, request: Request, body: bytes) -> Response:
        form = dict(urllib.parse.parse_qsl(body.decode("latin-1")))
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            raise StreamingError(400, "ERR_UNSUPPORTED_GRANT_TYPE", "Unsupported grant_type.")
        if "assertion" in form:
            identity = self._tokens.check_key_pair(form["assertion"])
        else:
            identity = self._key_pair(request)
            if not form.get("scope"):
                raise StreamingError(400, "ERR_INVALID_SCOPE", "The scope is missing.")
        settings = self._faults.settings
        token = self._tokens.make_scoped(
            identity, form.get("scope", ""), settings.scoped_token_seconds
        )
        return (
            json_response({"token": token}) if settings.json_answers else PlainTextResponse(token)
        )

    @staticmethod
    def _pipe(request: Request) -> PipeKey:
        parts = request.path_params
        return PipeKey(
            fold_url_part(parts["database"]),
            fold_url_part(parts["schema"]),
            fold_url_part(parts["pipe"]),
        )

    def _open(self, request: Request, body: bytes) -> Response:
        self._scoped(request)
        options = json_body(body, request.headers.get("content-encoding", ""))
        channel = self._registry.open(self._pipe(request), request.path_params["channel"], options)
        with self._registry.lock:
            return json_response(
                {"next_continuation_token": channel.token(), "channel_status": channel.describe()}
            )

    def _drop(self, request: Request, body: bytes) -> Response:
        self._scoped(request)
        fail = bool(json_body(body).get("fail_on_uncommitted_rows", False))
        self._registry.drop(self._pipe(request), request.path_params["channel"], fail)
        return json_response({})

    def _status(self, request: Request, body: bytes) -> Response:
        self._scoped(request)
        names = json_body(body).get("channel_names")
        if not isinstance(names, list):
            raise BodyError("channel_names must be a list")
        statuses = self._registry.status(
            self._pipe(request), names, self._faults.settings.rows_errors_name
        )
        return json_response({"channel_statuses": statuses})

    def _pipe_info(self, request: Request, _: bytes) -> Response:
        self._scoped(request)
        pipe = self._pipe(request)
        self._registry.check_table(pipe)
        return json_response(pipe_info(pipe))

    def _read_rows(
        self, request: Request, body: bytes, start: str | None, end: str | None
    ) -> Append:
        if len(body) > MAX_BODY:
            raise StreamingError(
                self._faults.settings.too_large_status,
                "ERR_PAYLOAD_TOO_LARGE",
                f"The body has {len(body)} bytes, more than {MAX_BODY}.",
            )
        kind = request.headers.get("content-type", "").split(";")[0]
        if kind != "application/x-ndjson":
            raise StreamingError(
                415, "ERR_UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/x-ndjson."
            )
        data = inflate(body, request.headers.get("content-encoding", "").lower())
        if not data.strip():
            raise StreamingError(400, "ERR_EMPTY_PAYLOAD", "The body holds no row.")
        return Append(data, start, end)

    def _rows(self, request: Request, body: bytes) -> Response:
        self._scoped(request)
        query, name, pipe = (
            request.query_params,
            request.path_params["channel"],
            self._pipe(request),
        )
        if name == "ELASTIC":
            return self._elastic(request, body, pipe)
        if not query.get("continuationToken"):
            raise StreamingError(
                400, "ERR_MISSING_CONTINUATION_TOKEN", "continuationToken is missing."
            )
        both = query.get("offsetToken")
        append = self._read_rows(
            request, body, query.get("startOffsetToken", both), query.get("endOffsetToken", both)
        )
        token = self._registry.append(pipe, name, query["continuationToken"], append)
        return json_response({"next_continuation_token": token})

    def _table_rows(self, request: Request, body: bytes) -> Response:
        self._scoped(request)
        parts = request.path_params
        table = fold_url_part(parts["table"])
        return self._elastic(
            request,
            body,
            PipeKey(
                fold_url_part(parts["database"]),
                fold_url_part(parts["schema"]),
                table + "-STREAMING",
            ),
        )

    def _elastic(self, request: Request, body: bytes, pipe: PipeKey) -> Response:
        if any(name in request.query_params for name in _TOKEN_PARAMETERS):
            raise StreamingError(400, "ERR_INVALID_PARAMETER", "Elastic appends take no token.")
        self._registry.append_elastic(pipe, self._read_rows(request, body, None, None))
        return json_response({"message": "OK", "next_continuation_token": ""})

    async def _telemetry(self, request: Request) -> Response:
        await request.body()
        return json_response({"success": True, "data": "Log Received"})
