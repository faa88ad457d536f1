"""The SQL API's manners: status codes, handles, partitions, retries, bindings, many statements."""

import time
import uuid

import pytest

SLOW = (
    "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 3000000)) a, "
    "TABLE(GENERATOR(ROWCOUNT => 3000000)) b"
)


def test_answer_of_a_query(client):
    answer = client.sql("SELECT 1 AS a, 'x' AS \"b\", NULL AS c")
    assert (answer["code"], answer["sqlState"]) == ("090001", "00000")
    assert answer["data"] == [["1", "x", None]]
    meta = answer["resultSetMetaData"]
    assert (meta["numRows"], meta["format"]) == (1, "jsonv2")
    assert [item["name"] for item in meta["rowType"]] == ["A", "b", "C"]
    assert meta["partitionInfo"][0]["rowCount"] == 1
    assert client.get(answer["statementHandle"]).json()["data"] == answer["data"]


def test_row_types_of_a_table(client, table):
    client.sql(
        f"CREATE TABLE {table} (a NUMBER(10,2) NOT NULL, b VARCHAR(5), c VARIANT, "
        "d TIMESTAMP_TZ(3), e TIMESTAMP_LTZ, f TIMESTAMP_NTZ, g BOOLEAN, h FLOAT, i DATE, "
        "j TIME, k BINARY(4), l ARRAY, m OBJECT)"
    )
    types = client.sql(f"SELECT * FROM {table}")["resultSetMetaData"]["rowType"]
    assert [item["type"] for item in types] == [
        "fixed",
        "text",
        "variant",
        "timestamp_tz",
        "timestamp_ltz",
        "timestamp_ntz",
        "boolean",
        "real",
        "date",
        "time",
        "binary",
        "array",
        "object",
    ]
    assert {
        key: types[0][key]
        for key in ("precision", "scale", "nullable", "database", "schema", "table")
    } == {
        "precision": 10,
        "scale": 2,
        "nullable": False,
        "database": "CDC",
        "schema": "RAW",
        "table": table,
    }
    assert (types[1]["length"], types[3]["scale"], types[10]["length"]) == (5, 3, 4)


def test_values_are_strings(client):
    rows = client.rows(
        "SELECT TRUE, 1.50, 2.5::FLOAT, '2026-03-01'::DATE, '20:57:01'::TIME, "
        "'1969-12-31 23:59:59.25'::TIMESTAMP_NTZ, '2026-03-01T00:00:00Z'::TIMESTAMP_TZ, "
        "TO_BINARY('00ff'), PARSE_JSON('{\"a\":[1]}'), NULL"
    )
    assert rows == [
        [
            "true",
            "1.50",
            "2.5",
            "20513",
            "75421.000000000",
            "-0.750000000",
            "1772323200.000000000 1440",
            "00FF",
            '{"a":[1]}',
            None,
        ]
    ]
    answer = client.submit("SELECT NULL", {"nullable": "false"})
    assert answer.json()["data"] == [["null"]]


def test_failure_has_handle_code_and_state(client):
    answer = client.submit("SELECT nope")
    assert answer.status_code == 422
    body = answer.json()
    assert (body["code"], body["sqlState"]) == ("000904", "42000")
    assert client.get(body["statementHandle"]).json()["code"] == "000904"


def test_requests_that_are_malformed(client):
    url, headers = client.base + "/api/v2/statements", client.jwt_headers()
    assert (
        client.http.post(
            url, data=b"{", headers={**headers, "Content-Type": "application/json"}
        ).status_code
        == 400
    )
    assert client.http.post(url, json={}, headers=headers).status_code == 400
    assert (
        client.http.post(url, json={"statement": "SELECT 1", "x": 1}, headers=headers).json()[
            "code"
        ]
        == "390142"
    )
    assert client.http.post(url, data=b"x", headers=headers).status_code == 415
    assert client.http.post(url, json={"statement": "SELECT 1"}).status_code == 401
    assert (
        client.http.post(
            url, json={"statement": "SELECT 1"}, headers={**headers, "User-Agent": ""}
        ).status_code
        == 400
    )
    assert client.http.get(url, headers=headers).status_code == 405
    assert client.get(str(uuid.uuid4())).status_code == 404


@pytest.mark.parametrize(
    "parameters, good",
    [
        ({"TIMEZONE": "UTC", "query_tag": "x", "rows_per_resultset": 1}, True),
        ({"time_zone": "UTC"}, False),
        ({"autocommit": "false"}, False),
        ({"query_tag": {"a": 1}}, False),
        ({"timestamp_output_format": "AUTO"}, True),
        ({"timestamp_output_format": "YYYY"}, False),
    ],
)
def test_parameters_are_known_or_refused(client, parameters, good):
    answer = client.http.post(
        client.base + "/api/v2/statements",
        json={"statement": "SELECT 1", "parameters": parameters},
        headers=client.jwt_headers(),
    )
    assert (answer.status_code == 200) == good, answer.text
    assert good or answer.json()["code"] == "390142"


def test_asynchronous_statement(client):
    answer = client.submit("SELECT 5", {"async": "true"})
    assert (answer.status_code, answer.json()["code"]) == (202, "333334")
    handle = answer.json()["statementHandle"]
    deadline = time.monotonic() + 10
    while (found := client.get(handle)).status_code == 202:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert found.json()["data"] == [["5"]]


def test_slow_statement_is_answered_202_then_cancelled(client):
    client.settings(async_after=0.2)
    answer = client.submit(SLOW)
    assert answer.status_code == 202
    handle = answer.json()["statementHandle"]
    url = f"{client.base}/api/v2/statements/{handle}/cancel"
    cancel = client.http.post(url, headers=client.jwt_headers())
    assert (cancel.status_code, cancel.json()["code"]) == (200, "000604")
    deadline = time.monotonic() + 10
    while (found := client.get(handle)).status_code == 202:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (found.status_code, found.json()["code"]) == (422, "000604")
    unknown = client.http.post(
        f"{client.base}/api/v2/statements/{uuid.uuid4()}/cancel", headers=client.jwt_headers()
    )
    assert (unknown.status_code, unknown.json()["code"]) == (422, "000709")


def test_statement_timeout_is_408(client):
    answer = client.submit(SLOW, timeout=1)
    assert (answer.status_code, answer.json()["code"]) == (408, "000630")


def test_partitions(client):
    client.settings(partition_rows=10)
    answer = client.sql(
        "SELECT seq FROM (SELECT COLUMN1 AS seq FROM VALUES "
        + ",".join(f"({i})" for i in range(25))
        + ") ORDER BY seq"
    )
    meta = answer["resultSetMetaData"]
    assert [item["rowCount"] for item in meta["partitionInfo"]] == [10, 10, 5]
    assert len(answer["data"]) == 10
    last = client.get(answer["statementHandle"], {"partition": "2"})
    assert last.headers["Content-Encoding"] == "gzip"
    assert last.json() == {"data": [[str(i)] for i in range(20, 25)]}
    assert client.get(answer["statementHandle"], {"partition": "3"}).status_code == 400


def test_retry_with_the_same_request_id_runs_once(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER)")
    request = {"requestId": str(uuid.uuid4())}
    insert = f"INSERT INTO {table} VALUES (1)"
    first = client.submit(insert, request).json()
    again = client.submit(insert, {**request, "retry": "true"}).json()
    assert again["statementHandle"] == first["statementHandle"]
    assert client.rows(f"SELECT COUNT(*) FROM {table}") == [["1"]]
    client.submit(insert, request)
    assert client.rows(f"SELECT COUNT(*) FROM {table}") == [["2"]]


def test_bindings(client, table):
    client.sql(
        f"CREATE TABLE {table} (a NUMBER(38,2), b VARCHAR, c BOOLEAN, d DATE, e TIMESTAMP_NTZ, "
        "f TIMESTAMP_TZ, g BINARY, h TIME, i FLOAT)"
    )
    values = [
        ("FIXED", "-12.25"),
        ("TEXT", "it's ?"),
        ("BOOLEAN", "true"),
        ("DATE", "86400000"),
        ("TIMESTAMP_NTZ", "1760000000123456000"),
        ("TIMESTAMP_TZ", "1760000000000000000 960"),
        ("BINARY", "00ff"),
        ("TIME", "3600000000000"),
        ("REAL", "1e3"),
    ]
    bindings = {
        str(index): {"type": kind, "value": value} for index, (kind, value) in enumerate(values, 1)
    }
    client.sql(f"INSERT INTO {table} VALUES (?,?,?,?,?,?,?,?,?)", bindings=bindings)
    assert client.rows(
        f"SELECT * FROM {table} WHERE b = ?", bindings={"1": {"type": "TEXT", "value": "it's ?"}}
    ) == [
        [
            "-12.25",
            "it's ?",
            "true",
            "1",
            "1760000000.123456000",
            "1760000000.000000000 960",
            "00FF",
            "3600.000000000",
            "1000",
        ]
    ]
    assert client.rows("SELECT ?", bindings={"1": {"type": "TEXT", "value": None}}) == [[None]]
    two = {"1": {"type": "TEXT", "value": "first"}, "2": {"type": "TEXT", "value": "second"}}
    assert client.rows("WITH a AS (SELECT ? AS x) SELECT x, ? FROM a", bindings=two) == [
        ["first", "second"]
    ]
    assert client.fails("SELECT ?", bindings={"1": {"type": "FIXED", "value": "x"}}) == (
        "100037",
        "22018",
    )
    assert (
        client.fails("SELECT ?, ?", bindings={"1": {"type": "FIXED", "value": "1"}})[1] == "42601"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "PUT file:///x @s",
        "GET @s file:///x",
        "USE DATABASE CDC",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "ALTER SESSION SET TIMEZONE = 'UTC'",
        "SET x = 1",
        "CREATE TEMPORARY TABLE x (a INT)",
        "-- a comment\nUSE SCHEMA RAW",
    ],
)
def test_statements_that_need_a_session_are_refused(client, statement):
    assert client.fails(statement)[0] == "391911"


def test_several_statements(client, table):
    text = (
        f"USE SCHEMA CDC.RAW; CREATE TEMPORARY TABLE {table} (a INT); BEGIN; "
        f"INSERT INTO {table} VALUES (1); COMMIT; BEGIN; INSERT INTO {table} VALUES (2); ROLLBACK; "
        f"SET v = 'a;b'; SELECT COUNT(*), $v FROM {table}"
    )
    answer = client.sql(text, parameters={"multi_statement_count": "0"})
    handles = answer["statementHandles"]
    assert len(handles) == 10
    assert client.get(handles[3]).json()["stats"]["numRowsInserted"] == 1
    assert client.get(handles[9]).json()["data"] == [["1", "a;b"]]
    assert client.fails(f"SELECT * FROM {table}") == ("002003", "42S02")


def test_several_statements_apply_up_to_the_failing_one(client, table):
    text = f"CREATE TABLE {table} (a INT);\nSELECT nope;\nCREATE TABLE {table}_2 (a INT)"
    answer = client.submit(text, parameters={"multi_statement_count": "3"})
    assert (answer.status_code, answer.json()["code"], answer.json()["sqlState"]) == (
        422,
        "100132",
        "P0000",
    )
    assert "line 2" in answer.json()["message"]
    assert client.rows(f"SELECT * FROM {table}") == []
    assert client.fails(f"SELECT * FROM {table}_2")[0] == "002003"


def test_statement_count_must_fit(client):
    assert client.fails("SELECT 1; SELECT 2")[0] == "000008"
    assert client.fails("SELECT 1", parameters={"multi_statement_count": "2"})[0] == "000008"
    assert client.fails("") == ("000900", "42601")
    assert client.rows("SELECT ';' AS a /* ; */; -- the end") == [[";"]]


def test_context_names_are_case_sensitive(client, table):
    client.sql(f"CREATE TABLE {table} (a INT)")
    assert client.fails(f"SELECT * FROM {table}", database="cdc")[0] == "090105"
    assert client.fails(f"SELECT * FROM {table}", schema="raw")[0] == "090106"
    assert client.rows(f"SELECT * FROM cdc.raw.{table.lower()}", database=None, schema=None) == []
    assert client.submit("SELECT 1", role="nope").status_code == 403


def test_statistics_of_dml(client, table):
    client.sql(f"CREATE TABLE {table} (a INT, b INT)")
    insert = client.sql(f"INSERT INTO {table} VALUES (1, 1), (2, 2), (3, 3)")
    assert insert["stats"] == {
        "numRowsInserted": 3,
        "numRowsUpdated": 0,
        "numRowsDeleted": 0,
        "numDuplicateRowsUpdated": 0,
    }
    assert client.sql(f"UPDATE {table} SET b = 0 WHERE a > 1")["stats"]["numRowsUpdated"] == 2
    assert client.sql(f"UPDATE {table} SET b = 0 WHERE a > 9")["stats"]["numRowsUpdated"] == 0
    delete = client.sql(f"DELETE FROM {table} WHERE a = 1")
    assert delete["stats"]["numRowsDeleted"] == 1
    assert delete["resultSetMetaData"]["rowType"][0]["name"] == "number of rows deleted"
