"""HTTP routes of the SQL API v2."""

import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from snow_local.auth.tokens import AuthError, Identity, Tokens
from snow_local.engine import catalog
from snow_local.engine.errors import SqlError
from snow_local.engine.identifiers import show_path
from snow_local.faults import Faults
from snow_local.http import BodyError, bearer, gzip_response, json_body, json_response
from snow_local.sql import result
from snow_local.sql.account import Account
from snow_local.sql.commands import set_parameter
from snow_local.sql.context import Context
from snow_local.sql.session import Session
from snow_local.sql.split import split
from snow_local.sqlapi.encode import encode_rows
from snow_local.sqlapi.request_memory import RequestMemory
from snow_local.sqlapi.requests import (
    ALWAYS_REFUSED,
    REFUSED,
    RequestError,
    check_parameter,
    number_of,
)
from snow_local.sqlapi.statements import Statement, Statements

_MANY = "Multiple statements executed successfully."
_UNKNOWN_HANDLE = {"code": "000709", "sqlState": "02000", "message": "Statement not found."}


class SqlApiFace:
    """Owns the statements; sessions come from the account."""

    def __init__(self, account: Account, tokens: Tokens, faults: Faults):
        self._account = account
        self._tokens = tokens
        self._faults = faults
        self._statements = Statements()
        self._memory = RequestMemory(account)

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
        return self._tokens.identify(bearer(request), kind)

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
            found = self._statements.repeated(request_id) or self._memory.find(request_id)
            if found is not None:
                for item in (found, *found.children):
                    self._statements.keep(item)
                return self._wait(found, query)
        statement = self._make(data, identity)
        statement.request_id = request_id or ""
        self._statements.keep(statement, request_id)
        timeout = number_of(data.get("timeout"), "timeout")
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
        self._account.need_role(identity.user, identity.role)
        session = Session(self._account, identity.user, identity.role)
        self._set_context(session, data)
        return Statement(data["statement"], session, data.get("bindings"))

    def _set_context(self, session: Session, data: dict) -> None:
        """Names are taken letter by letter; unknown ones leave nothing current."""
        context = session.context
        if data.get("role") is not None:
            try:
                self._account.need_role(session.user, data["role"])
            except AuthError as error:
                raise RequestError(403, error.code, error.message) from error
            context.role = data["role"]
        database, schema = data.get("database"), data.get("schema")
        if database is not None and self._account.grants.has(
            context.role, "USAGE", "DATABASE", show_path(database)
        ):
            self._use(context, database, "PUBLIC" if schema is None else schema)
        if data.get("warehouse") is not None:
            context.warehouse = data["warehouse"]
        for name, value in (data.get("parameters") or {}).items():
            check_parameter(name, value)
            set_parameter(context, name, value)
        context.autocommit = True

    def _use(self, context: Context, database: str, schema: str) -> None:
        if not self._account.storage.has_database(database):
            return
        context.database = database
        cursor = self._account.storage.cursor()
        if catalog.has_schema(cursor, database, schema) and self._account.grants.reaches(
            context.role, database, schema
        ):
            context.schema = schema

    def _work(self, data: dict):
        parameters = {name.lower(): value for name, value in (data.get("parameters") or {}).items()}
        wanted = int(number_of(parameters.get("multi_statement_count", 1), "multi_statement_count"))

        def work(statement: Statement) -> result.Result:
            parts = split(statement.text)
            if wanted == 1 and len(parts) == 1:
                if REFUSED.match(parts[0]):
                    raise SqlError(
                        391911,
                        "0A000",
                        f"Unsupported statement type '{parts[0].split()[0].upper()}'.",
                    )
                return self._run_one(statement, statement, parts[0], True)
            return self._run_many(statement, parts, wanted)

        def remembering(statement: Statement) -> result.Result:
            self._take_its_time(statement.text)
            statement.result = work(statement)
            most = int(number_of(parameters.get("rows_per_resultset"), "rows_per_resultset"))
            if most:
                statement.result.data = statement.result.data.slice(0, most)
            if statement.request_id and not statement.remembered and _changes(statement):
                self._memory.write_after(statement)
            return statement.result

        return remembering

    def _take_its_time(self, text: str) -> None:
        """As long as the switch says so, or until it says something else."""
        settings = self._faults.settings
        end = time.monotonic() + settings.slow_seconds
        while settings.slow_text and settings.slow_text in text and time.monotonic() < end:
            time.sleep(0.02)

    def _run_one(self, whole: Statement, part: Statement, text: str, last: bool) -> result.Result:
        """Runs one statement; the answer of the last one is noted with its commit."""
        session = part.session

        def note(cursor, found: result.Result) -> None:
            database = session.context.written
            if database is None or not self._account.storage.has_database(database):
                return
            part.result = found
            if whole is not part:
                whole.children.append(part)
                whole.result = result.status(_MANY)
            try:
                self._memory.write(cursor, database, whole)
            finally:
                if whole is not part:
                    whole.children.pop()

        session.before_commit = note if last and whole.request_id else None
        return session.execute(text, part.bindings)

    def _run_many(self, statement: Statement, parts: list[str], wanted: int) -> result.Result:
        if not parts:
            raise SqlError(900, "42601", "SQL compilation error:\nEmpty SQL statement.")
        self._account.need_warehouse(statement.session.context)
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
                if ALWAYS_REFUSED.match(part):
                    raise SqlError(
                        391911, "0A000", f"Unsupported statement type '{part.split()[0]}'."
                    )
                child.result = self._run_one(statement, child, part, number == len(parts))
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
        return result.status(_MANY)

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
        number = int(number_of(request.query_params.get("partition", 0), "partition"))
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


def _changes(statement: Statement) -> bool:
    """Whether there is an effect that must not come twice: a query has none."""
    kinds = [statement.result, *(child.result for child in statement.children)]
    return any(item.statement_type != result.SELECT for item in kinds)


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
