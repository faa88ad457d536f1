"""HTTP routes of Snowpipe Streaming: hostname, scoped token, channels, rows, status.

Handlers read the body asynchronously and do the rest in a worker thread.
"""

import math
import urllib.parse

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from snow_local.auth.tokens import AuthError, Identity, Tokens
from snow_local.engine.errors import SqlError
from snow_local.engine.identifiers import fold_url_part, show_path
from snow_local.faults import Faults
from snow_local.http import BodyError, bearer, inflate, json_body, json_response
from snow_local.sql.account import Account
from snow_local.streaming.channels import PIPE_SUFFIX, Append, PipeKey, StreamingError
from snow_local.streaming.mishaps import Mishaps
from snow_local.streaming.pipe_info import pipe_info
from snow_local.streaming.registry import Registry

_BASE = "/v2/streaming/databases/{database}/schemas/{schema}/pipes/"
_DATA = "/v2/streaming/data/databases/{database}/schemas/{schema}/"
_TOKEN_PARAMETERS = ("continuationToken", "offsetToken", "startOffsetToken", "endOffsetToken")


class StreamingFace:
    """Owns nothing; ties the routes to registry, tokens, faults and mishaps."""

    def __init__(
        self,
        account: Account,
        registry: Registry,
        tokens: Tokens,
        faults: Faults,
        mishaps: Mishaps,
    ):
        self._account = account
        self._registry = registry
        self._tokens = tokens
        self._faults = faults
        self._mishaps = mishaps

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
            headers = {} if error.wait is None else {"Retry-After": str(math.ceil(error.wait))}
            answer = {"code": error.code, "message": error.message}
            return json_response(answer, error.status, headers)
        except BodyError as error:
            return json_response({"code": "ERR_INVALID_PAYLOAD", "message": str(error)}, 400)

    def _caller(self, request: Request) -> Identity:
        kind = request.headers.get("x-snowflake-authorization-token-type", "KEYPAIR_JWT")
        return self._tokens.identify(bearer(request), kind)

    def _scoped(self, request: Request) -> Identity:
        kind = request.headers.get("x-snowflake-authorization-token-type", "").upper()
        if kind in ("PROGRAMMATIC_ACCESS_TOKEN", "OAUTH"):
            identity = self._tokens.identify(bearer(request), kind)
        else:
            identity = self._tokens.check_scoped(bearer(request))
        host = request.url.hostname or ""
        if identity.scope and _host_of(identity.scope) != _host_of(host):
            raise AuthError("390303", f"The token is for {identity.scope}, not for {host}.")
        self._account.need_role(identity.user, identity.role)
        self._mishaps.before_call()
        return identity

    def _allow(self, identity: Identity, pipe: PipeKey) -> None:
        """StreamingError 404 unless the role may insert into the pipe's table: who may not, is
        not told that it exists."""
        if self._registry.knows(pipe):
            # The table is there, or its channels were not: no look into the catalogue.
            path = show_path(pipe.database, pipe.schema, pipe.table)
            if self._account.grants.has(
                identity.role, "INSERT", "TABLE", path
            ) and self._account.grants.reaches(identity.role, pipe.database, pipe.schema):
                return
            raise self._registry.no_table(pipe)
        table = self._registry.check_table(pipe)
        try:
            self._account.grants.need(identity.role, "INSERT", table)
        except SqlError:
            raise self._registry.no_table(pipe) from None

    def _hostname(self, request: Request, _: bytes) -> Response:
        self._caller(request)
        self._mishaps.found_again()
        name = self._faults.settings.hostname or request.url.hostname or "127.0.0.1"
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
            identity = self._caller(request)
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
        pipe, identity = self._pipe(request), self._scoped(request)
        self._allow(identity, pipe)
        options = json_body(body, request.headers.get("content-encoding", ""))
        channel = self._registry.open(pipe, request.path_params["channel"], options)
        path = show_path(pipe.database, pipe.schema, pipe.table)
        with self._registry.lock:
            channel.may_evolve = self._account.grants.has(
                identity.role, "EVOLVE SCHEMA", "TABLE", path
            )
            return json_response(
                {"next_continuation_token": channel.token(), "channel_status": channel.describe()}
            )

    def _drop(self, request: Request, body: bytes) -> Response:
        pipe = self._pipe(request)
        self._allow(self._scoped(request), pipe)
        fail = bool(json_body(body).get("fail_on_uncommitted_rows", False))
        self._registry.drop(pipe, request.path_params["channel"], fail)
        return json_response({})

    def _status(self, request: Request, body: bytes) -> Response:
        pipe = self._pipe(request)
        self._allow(self._scoped(request), pipe)
        names = json_body(body).get("channel_names")
        if not isinstance(names, list):
            raise BodyError("channel_names must be a list")
        statuses = self._registry.status(pipe, names)
        return json_response({"channel_statuses": statuses})

    def _pipe_info(self, request: Request, _: bytes) -> Response:
        pipe = self._pipe(request)
        self._allow(self._scoped(request), pipe)
        return json_response(pipe_info(pipe))

    def _read_rows(
        self, request: Request, body: bytes, start: str | None, end: str | None
    ) -> Append:
        settings = self._faults.settings
        if len(body) > settings.max_body:
            raise StreamingError(
                settings.too_large_status,
                "ERR_PAYLOAD_TOO_LARGE",
                f"The body has {len(body)} bytes, more than {settings.max_body}.",
            )
        for token in (start, end):
            if token is not None and len(token.encode()) > settings.max_token_length:
                raise StreamingError(
                    400,
                    "ERR_OFFSET_TOKEN_TOO_LONG",
                    f"The offset token has more than {settings.max_token_length} bytes.",
                )
        kind = request.headers.get("content-type", "").split(";")[0]
        if kind != "application/x-ndjson":
            raise StreamingError(
                415, "ERR_UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/x-ndjson."
            )
        data = inflate(body, request.headers.get("content-encoding", "").lower())
        if not data.strip():
            raise StreamingError(400, "ERR_EMPTY_PAYLOAD", "The body holds no row.")
        return Append(data, start, end, request.query_params.get("requestId", ""))

    def _rows(self, request: Request, body: bytes) -> Response:
        query, name = request.query_params, request.path_params["channel"]
        pipe = self._pipe(request)
        self._allow(self._scoped(request), pipe)
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
        channel = self._registry.find(pipe, name)
        self._mishaps.before_append(channel, append)
        token = self._registry.append(channel, query["continuationToken"], append)
        self._mishaps.after_append()
        return json_response({"next_continuation_token": token})

    def _table_rows(self, request: Request, body: bytes) -> Response:
        parts = request.path_params
        pipe = PipeKey(
            fold_url_part(parts["database"]),
            fold_url_part(parts["schema"]),
            fold_url_part(parts["table"]) + PIPE_SUFFIX,
        )
        self._allow(self._scoped(request), pipe)
        return self._elastic(request, body, pipe)

    def _elastic(self, request: Request, body: bytes, pipe: PipeKey) -> Response:
        if any(name in request.query_params for name in _TOKEN_PARAMETERS):
            raise StreamingError(400, "ERR_INVALID_PARAMETER", "Elastic appends take no token.")
        self._registry.append_elastic(pipe, self._read_rows(request, body, None, None))
        return json_response({"message": "OK", "next_continuation_token": ""})

    async def _telemetry(self, request: Request) -> Response:
        await request.body()
        return json_response({"success": True, "data": "Log Received"})


def _host_of(text: str) -> str:
    """The host of a scope or address in its TLS form: without scheme and port, `_` as `-`."""
    parsed = urllib.parse.urlsplit(text if "//" in text else f"//{text}")
    return (parsed.hostname or "").replace("_", "-").lower()
