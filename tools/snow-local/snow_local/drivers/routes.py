"""HTTP routes that the official drivers call: login, queries, heartbeat, telemetry.

Errors of SQL are HTTP 200 with `success: false`: a 5xx would make drivers retry for a long time.
"""

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from snow_local import __version__
from snow_local.auth.tokens import AuthError, Identity, Tokens
from snow_local.auth.users import User
from snow_local.drivers import arrow
from snow_local.drivers.sessions import MASTER_VALIDITY, VALIDITY, DriverSession, DriverSessions
from snow_local.engine.errors import SqlError
from snow_local.http import BodyError, json_body, json_response
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.commands import set_parameter, use_database, use_schema
from snow_local.sql.context import parse_name
from snow_local.sql.result import Result
from snow_local.sql.split import split
from snow_local.sqlapi.encode import encode_rows

_TOKEN = re.compile(r'Snowflake Token="([^"]*)"')
_RESULT_SCAN = re.compile(
    r"\s*SELECT\s+\*\s+FROM\s+TABLE\s*\(\s*RESULT_SCAN\s*\(\s*'([^']+)'\s*\)\s*\)"
    r"\s*;?\s*\Z",
    re.I,
)


def _ok(data: dict | None = None) -> Response:
    return json_response({"data": data, "message": None, "code": None, "success": True})


def _failed(code: str, message: str, data: dict | None = None) -> Response:
    return json_response({"data": data, "message": message, "code": code, "success": False})


class DriversFace:
    """Owns the driver sessions."""

    def __init__(self, account: Account, tokens: Tokens):
        self._account = account
        self._tokens = tokens
        self._sessions = DriverSessions(account)

    def routes(self) -> list[Route]:
        def post(path, handler):
            return Route(path, self._guard(handler), methods=["POST"])

        return [
            post("/session/v1/login-request", self._login),
            post("/session/token-request", self._renew),
            post("/session/heartbeat", self._heartbeat),
            post("/session", self._close),
            post("/queries/v1/query-request", self._query),
            post("/queries/v1/abort-request", self._abort),
            Route("/queries/{id}/result", self._guard(self._result), methods=["GET"]),
            Route("/monitoring/queries/{id}", self._guard(self._status), methods=["GET"]),
            post("/telemetry/send", lambda request, body: _ok({})),
        ]

    def close(self) -> None:
        self._sessions.close_all()

    def reset(self) -> None:
        self._sessions.close_all()

    def _guard(self, handler):
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return await run_in_threadpool(self._answer, handler, request, body)

        return endpoint

    def _answer(self, handler, request: Request, body: bytes) -> Response:
        try:
            return handler(request, body)
        except AuthError as error:
            return _failed(error.code, error.message)
        except BodyError as error:
            return _failed("390100", str(error))

    @staticmethod
    def _token(request: Request) -> str:
        match = _TOKEN.search(request.headers.get("authorization", ""))
        return match[1] if match else ""

    def _session(self, request: Request) -> DriverSession:
        return self._sessions.find(self._token(request))

    @staticmethod
    def _body(request: Request, body: bytes) -> dict:
        # The classic driver compresses without saying so in every call.
        encoding = request.headers.get("content-encoding", "")
        return json_body(body, "gzip" if body[:2] == b"\x1f\x8b" else encoding)

    # -- login ---------------------------------------------------------------------------------

    def _login(self, request: Request, body: bytes) -> Response:
        data = self._body(request, body).get("data") or {}
        identity = self._identify(data)
        if data.get("LOGIN_NAME") and data["LOGIN_NAME"].upper() != identity.user.name:
            raise AuthError("390144", "JWT token is invalid: it belongs to another user.")
        query = request.query_params
        role = self._role(identity.user, query.get("roleName"))
        found = self._sessions.open(identity, role)
        try:
            self._set_context(found, query, data.get("SESSION_PARAMETERS") or {})
        except SqlError as error:
            self._sessions.close(found)
            return _failed("390201", error.message)
        return _ok(self._login_data(found))

    def _identify(self, data: dict) -> Identity:
        """Passwords are known to nobody here; a programmatic access token may stand for one."""
        way, token = data.get("AUTHENTICATOR", "").upper(), data.get("TOKEN") or ""
        if way == "SNOWFLAKE_JWT":
            return self._tokens.check_key_pair(token)
        if way == "OAUTH":
            return self._tokens.check_oauth(token)
        if way == "PROGRAMMATIC_ACCESS_TOKEN":
            return self._tokens.check_access_token(token)
        if way == "WORKLOAD_IDENTITY":
            provider = data.get("PROVIDER") or data.get("WORKLOAD_IDENTITY_PROVIDER") or ""
            return self._tokens.check_workload(f"{provider}.{token}")
        if data.get("PASSWORD"):
            return self._tokens.check_access_token(data["PASSWORD"])
        raise AuthError("390100", "Incorrect username or password was specified.")

    def _role(self, user: User, written: str | None) -> str | None:
        if not written:
            return None
        name = parse_name(written)[0]
        self._account.need_role(user, name)
        return name

    def _set_context(self, found: DriverSession, query, parameters: dict) -> None:
        context = found.session.context
        for name, value in parameters.items():
            set_parameter(context, name, value)
        if query.get("warehouse"):
            context.warehouse = parse_name(query["warehouse"])[0]
        if query.get("databaseName"):
            use_database(self._account, context, parse_name(query["databaseName"])[0])
        if query.get("schemaName"):
            use_schema(self._account, context, parse_name(query["schemaName"]))

    def _login_data(self, found: DriverSession) -> dict:
        context = found.session.context
        return {
            "token": found.token,
            "masterToken": found.master,
            "validityInSeconds": VALIDITY,
            "masterValidityInSeconds": MASTER_VALIDITY,
            "displayUserName": context.user,
            "serverVersion": f"9.0.0 snow-local {__version__}",
            "firstLogin": False,
            "remMeToken": None,
            "remMeValidityInSeconds": 0,
            "healthCheckInterval": 45,
            "newClientForUpgrade": None,
            "sessionId": context.session_id,
            "parameters": _parameters(found),
            "responseData": None,
            "idToken": None,
            "sessionInfo": {
                "databaseName": context.database,
                "schemaName": context.schema,
                "warehouseName": context.warehouse,
                "roleName": context.role,
            },
        }

    def _renew(self, request: Request, body: bytes) -> Response:
        found = self._sessions.renew(self._token(request))
        return _ok(
            {
                "sessionToken": found.token,
                "masterToken": found.master,
                "validityInSecondsST": VALIDITY,
                "validityInSecondsMT": MASTER_VALIDITY,
                "sessionId": found.session.context.session_id,
            }
        )

    def _heartbeat(self, request: Request, _: bytes) -> Response:
        self._session(request)
        return _ok({})

    def _close(self, request: Request, _: bytes) -> Response:
        self._sessions.close(self._session(request))
        return _ok({})

    # -- queries -------------------------------------------------------------------------------

    def _query(self, request: Request, body: bytes) -> Response:
        found = self._session(request)
        data = self._body(request, body)
        request_id = request.query_params.get("requestId", "")
        self._sessions.began(request_id, found.session)
        binds = 0
        try:
            if data.get("describeOnly"):
                done, binds = found.session.describe(data.get("sqlText") or "")
            else:
                done = self._execute(found, data)
        except SqlError as error:
            return _failed(
                error.text_code,
                error.message,
                {
                    "internalError": False,
                    "errorCode": error.text_code,
                    "age": 0,
                    "sqlState": error.state,
                    "queryId": found.session.context.last_query_id,
                    "line": -1,
                    "pos": -1,
                    "type": "COMPILATION",
                },
            )
        finally:
            self._sessions.ended(request_id)
        if data.get("asyncExec"):
            return json_response(
                {
                    "code": "333334",
                    "success": True,
                    "message": "",
                    "data": {
                        "queryId": done.query_id,
                        "getResultUrl": f"/queries/{done.query_id}/result",
                        "queryAbortsAfterSecs": 300,
                        "progressDesc": None,
                    },
                }
            )
        answer = self._query_data(found, done, _wants_json(request, found))
        answer["numberOfBinds"] = binds
        return _ok(answer)

    def _execute(self, found: DriverSession, data: dict) -> Result:
        text = data.get("sqlText") or ""
        scan = _RESULT_SCAN.match(text)
        if scan:
            kept = self._sessions.result(scan[1])
            if kept is None:
                raise SqlError(709, "02000", f"Statement {scan[1]} not found")
            return kept
        parameters = {name.upper(): value for name, value in (data.get("parameters") or {}).items()}
        parts = split(text) if ";" in text else [text]
        wanted = int(parameters.get("MULTI_STATEMENT_COUNT", 1))
        if len(parts) > 1 or wanted > 1:
            return self._execute_many(found, parts, wanted)
        done = found.session.execute(parts[0] if parts else "", data.get("bindings") or None)
        self._sessions.keep(done)
        return done

    def _execute_many(self, found: DriverSession, parts: list[str], wanted: int) -> Result:
        if wanted and wanted != len(parts):
            raise SqlError(
                8,
                "0A000",
                f"Actual statement count {len(parts)} did not match the "
                f"desired statement count {wanted}.",
            )
        done = []
        for part in parts:
            done.append(found.session.execute(part))
            self._sessions.keep(done[-1])
        parent = result.status("Multiple statements executed successfully.")
        parent.children = done
        self._sessions.keep(parent)
        return parent

    def _query_data(self, found: DriverSession, done: Result, as_json: bool) -> dict:
        context = found.session.context
        total = done.data.num_rows
        # Drivers read the counts of a DML statement from a JSON rowset only.
        as_json = as_json or done.stats is not None
        data = {
            "parameters": _parameters(found),
            "rowtype": [item.wire() for item in done.columns],
            "total": total,
            "returned": total,
            "queryId": done.query_id,
            "databaseProvider": None,
            "finalDatabaseName": context.database,
            "finalSchemaName": context.schema,
            "finalWarehouseName": context.warehouse,
            "finalRoleName": context.role,
            "arrayBindSupported": True,
            "statementTypeId": done.statement_type,
            "version": 1,
            "sendResultTime": 0,
            "queryResultFormat": "json" if as_json else "arrow",
            "sqlState": "00000",
        }
        if as_json:
            data["rowset"] = encode_rows(done, 0, total, for_driver=True)
        else:
            data["rowsetBase64"] = arrow.encode(done)
        if done.stats is not None:
            data["stats"] = done.stats
        if done.transfer is not None:
            data |= done.transfer
        if done.children:
            data["resultIds"] = ",".join(child.query_id for child in done.children)
            data["resultTypes"] = ",".join(str(child.statement_type) for child in done.children)
        return data

    def _result(self, request: Request, _: bytes) -> Response:
        found = self._session(request)
        done = self._sessions.result(request.path_params["id"])
        if done is None:
            return _failed("000709", "Statement not found")
        return _ok(self._query_data(found, done, _wants_json(request, found)))

    def _status(self, request: Request, _: bytes) -> Response:
        self._session(request)
        done = self._sessions.result(request.path_params["id"])
        queries = (
            []
            if done is None
            else [
                {
                    "id": done.query_id,
                    "status": "SUCCESS",
                    "state": "SUCCEEDED",
                    "errorCode": None,
                    "errorMessage": None,
                }
            ]
        )
        return _ok({"queries": queries})

    def _abort(self, request: Request, body: bytes) -> Response:
        self._session(request)
        self._sessions.abort(self._body(request, body).get("requestId", ""))
        return _ok({})


def _wants_json(request: Request, found: DriverSession) -> bool:
    """The JavaScript driver reads JSON only; others may ask for it by a parameter."""
    parameters = found.session.context.parameters
    formats = [
        str(value).upper()
        for name, value in parameters.items()
        if name.endswith("QUERY_RESULT_FORMAT")
    ]
    return "JSON" in formats or request.headers.get("user-agent", "").startswith("JavaScript")


def _parameters(found: DriverSession) -> list[dict]:
    context = found.session.context
    values = {
        "AUTOCOMMIT": context.autocommit,
        "TIMEZONE": context.timezone,
        "CLIENT_SESSION_KEEP_ALIVE": False,
        "CLIENT_RESULT_CHUNK_SIZE": 160,
        "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD": 65280,
        "CLIENT_TELEMETRY_ENABLED": False,
        "CLIENT_PREFETCH_THREADS": 4,
        "TIMESTAMP_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
        "TIMESTAMP_NTZ_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF3",
        "TIMESTAMP_LTZ_OUTPUT_FORMAT": "",
        "TIMESTAMP_TZ_OUTPUT_FORMAT": "",
        "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
        "DATE_OUTPUT_FORMAT": "YYYY-MM-DD",
        "TIME_OUTPUT_FORMAT": "HH24:MI:SS",
        "BINARY_OUTPUT_FORMAT": "HEX",
    }
    return [{"name": name, "value": value} for name, value in values.items()]
