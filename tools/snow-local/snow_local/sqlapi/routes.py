"""HTTP routes of the SQL API v2."""

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from snow_local.auth.tokens import AuthError, Identity, Tokens
from snow_local.engine import catalog
from snow_local.engine.errors import SqlError
from snow_local.faults import Faults
from snow_local.http import BodyError, bearer, gzip_response, json_body, json_response
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.commands import set_parameter
from snow_local.sql.session import Session
from snow_local.sql.split import split
from snow_local.sqlapi.encode import encode_rows
from snow_local.sqlapi.statements import Statement, Statements

_REFUSED = re.compile(
    r"(?:PUT|GET|LIST|LS|REMOVE|RM|USE|SET|UNSET|BEGIN(?!\s+(?:LET|SELECT|INSERT|RETURN)\b)|START\s+"
    r"TRANSACTION|COMMIT|ROLLBACK|ALTER\s+SESSION|CREATE\s+(?:OR\s+REPLACE\s+)?(?:LOCAL\s+|GLOBAL\s+)?"
    r"TEMP(?:ORARY)?)\b",
    re.I,
)
_ALWAYS_REFUSED = re.compile(r"(?:PUT|GET)\b", re.I)
_UNKNOWN_HANDLE = {"code": "000709", "sqlState": "02000", "message": "Statement not found."}


class RequestError(Exception):
    """A request that is refused before any statement runs."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class SqlApiFace:
    """Owns the statements; sessions come from the account."""

    def __init__(self, account: Account, tokens: Tokens, faults: Faults):
        self._account = account
        self._tokens = tokens
        self._faults = faults
        self._statements = Statements()

    def routes(self) -> list[Route]:
        base = "/api/v2/statements"
        return [
            Route(base, self._guard(self._submit), methods=["POST"]),
            Route(base + "/{handle}", self._guard(self._get), methods=["GET"]),
            Route(base + "/{handle}/cancel", self._guard(self._cancel), methods=["POST"]),
        ]

    def _guard(self, handler):
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return await run_in_threadpool(self._answer, handler, request, body)

        return endpoint

    def _answer(self, handler, request: Request, body: bytes) -> Response:
        try:
            identity = self._identify(request)
            if not request.headers.get("user-agent"):
                raise RequestError(400, "391902", "The User-Agent header is missing.")
            return handler(request, body, identity)
        except AuthError as error:
            return json_response({"code": error.code, "message": error.message}, 401)
        except RequestError as error:
            return json_response({"code": error.code, "message": error.message}, error.status)
        except BodyError as error:
            return json_response({"code": "390142", "message": f"Incoming request: {error}."}, 400)

    def _identify(self, request: Request) -> Identity:
        kind = request.headers.get("x-snowflake-authorization-token-type", "")
        token = bearer(request)
        if kind == "OAUTH":
            return self._tokens.check_scoped(token)
        if kind not in ("", "KEYPAIR_JWT"):
            raise AuthError("390303", f"Token type {kind} is not accepted here.")
        return self._tokens.check_key_pair(token)

    # -- submit --------------------------------------------------------------------------------

    def _submit(self, request: Request, body: bytes, identity: Identity) -> Response:
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            raise RequestError(415, "391903", "Content-Type must be application/json.")
        accepted = request.headers.get("accept", "*/*")
        if "json" not in accepted and "*/*" not in accepted:
            raise RequestError(406, "391904", "Accept must allow application/json.")
        data = json_body(body, request.headers.get("content-encoding", ""))
        query = request.query_params
        request_id = query.get("requestId")
        if request_id and query.get("retry", "").lower() == "true":
            found = self._statements.repeated(request_id)
            if found is not None:
                return self._wait(found, query)
        statement = self._make(data, identity)
        self._statements.keep(statement, request_id)
        timeout = _number(data.get("timeout"), "timeout")
        self._statements.start(statement, self._work(data), timeout)
        return self._wait(statement, query)

    def _wait(self, statement: Statement, query) -> Response:
        if query.get("async", "").lower() != "true":
            statement.done.wait(self._faults.settings.async_after)
        if not statement.done.is_set() or query.get("async", "").lower() == "true":
            return self._running(statement)
        return self._finished(statement, query.get("nullable", "true").lower() != "false")

    def _make(self, data: dict, identity: Identity) -> Statement:
        unknown = set(data) - {
            "statement",
            "timeout",
            "database",
            "schema",
            "warehouse",
            "role",
            "bindings",
            "parameters",
        }
        if unknown:
            raise RequestError(400, "390142", f"Unknown option {sorted(unknown)[0]}.")
        if not isinstance(data.get("statement"), str):
            raise RequestError(400, "390142", "The statement is missing.")
        session = Session(self._account, identity.user, identity.role)
        self._set_context(session, data)
        return Statement(data["statement"], session, data.get("bindings"))

    def _set_context(self, session: Session, data: dict) -> None:
        """Names are taken letter by letter; unknown ones leave nothing current."""
        context = session.context
        database, schema = data.get("database"), data.get("schema")
        if database is not None and self._account.storage.has_database(database):
            context.database = database
            cursor = self._account.storage.cursor()
            wanted = "PUBLIC" if schema is None else schema
            if catalog.has_schema(cursor, database, wanted):
                context.schema = wanted
        if data.get("warehouse") is not None:
            context.warehouse = data["warehouse"]
        if data.get("role") is not None:
            if not self._account.has("ROLE", data["role"]):
                raise RequestError(
                    403,
                    "390189",
                    f"Role '{data['role']}' specified in the request "
                    "does not exist or not authorized.",
                )
            context.role = data["role"]
        for name, value in (data.get("parameters") or {}).items():
            set_parameter(context, name, value)
        context.autocommit = True

    def _work(self, data: dict):
        parameters = {name.lower(): value for name, value in (data.get("parameters") or {}).items()}
        wanted = int(_number(parameters.get("multi_statement_count", 1), "multi_statement_count"))

        def work(statement: Statement) -> result.Result:
            parts = split(statement.text)
            if wanted == 1 and len(parts) == 1:
                if _REFUSED.match(parts[0]):
                    raise SqlError(
                        391911,
                        "0A000",
                        f"Unsupported statement type '{parts[0].split()[0].upper()}'.",
                    )
                return statement.session.execute(parts[0], statement.bindings)
            return self._run_many(statement, parts, wanted)

        return work

    def _run_many(self, statement: Statement, parts: list[str], wanted: int) -> result.Result:
        if not parts:
            raise SqlError(900, "42601", "SQL compilation error:\nEmpty SQL statement.")
        if wanted and wanted != len(parts):
            raise SqlError(
                8,
                "0A000",
                f"Actual statement count {len(parts)} did not match the "
                f"desired statement count {wanted}.",
            )
        if statement.bindings:
            raise SqlError(2, "0A000", "Bind variables are not allowed with several statements.")
        for number, part in enumerate(parts, 1):
            child = Statement(part, statement.session)
            try:
                if _ALWAYS_REFUSED.match(part):
                    raise SqlError(
                        391911, "0A000", f"Unsupported statement type '{part.split()[0]}'."
                    )
                child.result = statement.session.execute(part)
            except SqlError as error:
                line = statement.text[: statement.text.find(part)].count("\n") + 1
                raise SqlError(
                    100132,
                    "P0000",
                    f"JavaScript execution error: Uncaught Execution of "
                    f'multiple statements failed on statement "{part[:60]}" (at line '
                    f"{line}, statement {number}).\n{error.message}",
                ) from error
            child.done.set()
            self._statements.keep(child)
            statement.children.append(child)
        return result.status("Multiple statements executed successfully.")

    # -- answers -------------------------------------------------------------------------------

    def _common(self, statement: Statement) -> dict:
        return {
            "statementHandle": statement.handle,
            "createdOn": statement.created_ms,
            "statementStatusUrl": f"/api/v2/statements/{statement.handle}",
        }

    def _running(self, statement: Statement) -> Response:
        return json_response(
            {
                "code": "333334",
                "sqlState": "00000",
                "message": "Asynchronous execution in progress. Use provided query id "
                "to perform query monitoring and management.",
                **self._common(statement),
            },
            202,
        )

    def _failed(self, statement: Statement) -> Response:
        error, status = statement.error, 422
        if statement.timed_out:
            status = 408
            error = SqlError(
                630,
                "57014",
                "Statement reached its statement or warehouse timeout and was canceled.",
            )
        return json_response(
            {
                "code": error.text_code,
                "sqlState": error.state,
                "message": error.message,
                **self._common(statement),
            },
            status,
        )

    def _finished(self, statement: Statement, nullable: bool) -> Response:
        if statement.error is not None:
            return self._failed(statement)
        found, size = statement.result, self._faults.settings.partition_rows
        total = found.data.num_rows
        partitions = [
            {
                "rowCount": min(size, total - start),
                "uncompressedSize": found.data.slice(start, size).nbytes,
            }
            for start in range(0, max(total, 1), size)
        ]
        answer = {
            "resultSetMetaData": {
                "numRows": total,
                "format": "jsonv2",
                "partitionInfo": partitions,
                "rowType": [column.wire() for column in found.columns],
            },
            "data": _rows(found, 0, size, nullable),
            "code": "090001",
            "sqlState": "00000",
            "message": "Statement executed successfully.",
            **self._common(statement),
        }
        if found.stats is not None:
            answer["stats"] = found.stats
        if statement.children:
            answer["statementHandles"] = [child.handle for child in statement.children]
        return json_response(answer, headers={"Link": _links(statement.handle, 0, len(partitions))})

    def _get(self, request: Request, _: bytes, __: Identity) -> Response:
        statement = self._statements.find(request.path_params["handle"])
        if statement is None:
            return json_response(_UNKNOWN_HANDLE, 404)
        if not statement.done.is_set():
            return self._running(statement)
        nullable = request.query_params.get("nullable", "true").lower() != "false"
        number = int(_number(request.query_params.get("partition", 0), "partition"))
        if statement.error is not None or number == 0:
            return self._finished(statement, nullable)
        size = self._faults.settings.partition_rows
        if number * size >= statement.result.data.num_rows:
            raise RequestError(400, "391905", f"There is no partition {number}.")
        answer = gzip_response({"data": _rows(statement.result, number * size, size, nullable)})
        count = -(-statement.result.data.num_rows // size)
        answer.headers["Link"] = _links(statement.handle, number, count)
        return answer

    def _cancel(self, request: Request, _: bytes, __: Identity) -> Response:
        statement = self._statements.find(request.path_params["handle"])
        if statement is None:
            return json_response(_UNKNOWN_HANDLE, 422)
        self._statements.cancel(statement)
        return json_response(
            {
                "code": "000604",
                "sqlState": "57014",
                "message": "SQL execution canceled.",
                **self._common(statement),
            }
        )


def _rows(found: result.Result, start: int, size: int, nullable: bool) -> list[list]:
    rows = encode_rows(found, start, size)
    if nullable:
        return rows
    return [["null" if cell is None else cell for cell in row] for row in rows]


def _links(handle: str, number: int, count: int) -> str:
    def link(partition: int, name: str) -> str:
        return f'</api/v2/statements/{handle}?partition={partition}>;rel="{name}"'

    found = [link(0, "first"), link(count - 1, "last")]
    if number > 0:
        found.append(link(number - 1, "prev"))
    if number + 1 < count:
        found.append(link(number + 1, "next"))
    return ",".join(found)


def _number(value: object, name: str) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError) as error:
        raise RequestError(400, "390142", f"{name} must be a number.") from error
