"""The official Python connector, in its own environment, over the drivers' protocol."""

import ast
import json
import subprocess
from pathlib import Path

import pytest

from lab import ACCOUNT, USER, Key, needed_python

SCRIPT = Path(__file__).with_name("driver_script.py")


@pytest.fixture
def connector(server, key):
    """Runs statements through the connector; arguments of connect() may be replaced."""

    def run(*statements, **changes) -> dict:
        connect = {
            "account": ACCOUNT.lower(),
            "user": USER.lower(),
            "host": "127.0.0.1",
            "port": server.facts["port"],
            "protocol": "http",
            "authenticator": "SNOWFLAKE_JWT",
            "private_key_file": str(key.path),
            "database": "CDC",
            "schema": "RAW",
            "session_parameters": {"TIMEZONE": "UTC"},
        }
        task = json.dumps({"connect": {**connect, **changes}, "statements": statements})
        done = subprocess.run(
            [needed_python("CDC_CLIENT_PYTHON"), str(SCRIPT), task],
            timeout=60,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_key_pair_login_reads_what_streaming_and_merge_wrote(client, table, connector):
    client.sql(
        f"CREATE TABLE {table}_JOURNAL (id NUMBER(38,0), n VARCHAR, at TIMESTAMP_LTZ, "
        "doc VARIANT, _CDC_POS VARCHAR)"
    )
    client.sql(f"CREATE TABLE {table} (id NUMBER(38,0), n VARCHAR, at TIMESTAMP_LTZ, doc VARIANT)")
    client.load(
        f"{table}_JOURNAL",
        [
            {
                "ID": str(10**37),
                "N": "old",
                "AT": "2026-03-01T20:57:01.123456Z",
                "DOC": {"a": 1},
                "_CDC_POS": "1",
            },
            {
                "ID": str(10**37),
                "N": "new",
                "AT": "2026-03-01T20:57:01.123456Z",
                "DOC": {"a": 2},
                "_CDC_POS": "2",
            },
            {"ID": "2", "N": None, "AT": None, "DOC": None, "_CDC_POS": "3"},
        ],
    )
    client.sql(
        f"MERGE INTO {table} t USING (SELECT * FROM {table}_JOURNAL QUALIFY ROW_NUMBER() OVER "
        "(PARTITION BY id ORDER BY _CDC_POS DESC) = 1) s ON t.id = s.id WHEN NOT MATCHED THEN "
        "INSERT (id, n, at, doc) VALUES (s.id, s.n, s.at, s.doc)"
    )
    answer = connector(
        f"SELECT id, n, at, doc FROM {table} ORDER BY id", f"SELECT COUNT(*) FROM {table}_JOURNAL"
    )
    assert answer["version"].startswith("5.")
    rows = answer["results"][0]["rows"]
    assert rows[0] == ["2", "None", "None", "None"]
    assert rows[1][:2] == [str(10**37), "'new'"]
    assert rows[1][2].startswith("datetime.datetime(2026, 3, 1, 20, 57, 1, 123456, tzinfo=<UTC>")
    assert json.loads(ast.literal_eval(rows[1][3])) == {"a": 2}
    assert answer["results"][1]["rows"] == [["3"]]


def test_every_type_and_its_nulls(client, table, connector):
    answer = connector(
        f"CREATE TABLE {table} (a NUMBER(38,0), b NUMBER(10,2), c FLOAT, d BOOLEAN, e DATE, "
        "f TIME, g TIMESTAMP_NTZ(3), h TIMESTAMP_TZ, i BINARY, j VARIANT, k ARRAY)",
        f"INSERT INTO {table} SELECT 1, 2.5, 1.5, TRUE, '2026-03-01', '20:57:01.5', "
        "'1969-12-31 23:59:59.5', '2026-03-01 00:00:00 +0100', TO_BINARY('00ff'), "
        "PARSE_JSON('[1]'), PARSE_JSON('[]')",
        f"INSERT INTO {table} (a) VALUES (2)",
        f"SELECT * FROM {table} ORDER BY a",
    )
    assert [item.get("count") for item in answer["results"][1:3]] == [1, 1]
    full, empty = answer["results"][3]["rows"]
    assert full[:7] == [
        "1",
        "Decimal('2.50')",
        "1.5",
        "True",
        "datetime.date(2026, 3, 1)",
        "datetime.time(20, 57, 1, 500000)",
        "datetime.datetime(1969, 12, 31, 23, 59, 59, 500000)",
    ]
    assert full[7].startswith("datetime.datetime(2026, 3, 1, 0, 0, tzinfo=")
    assert full[8:] == ["bytearray(b'\\x00\\xff')", "'[1]'", "'[]'"]
    assert empty == ["2"] + ["None"] * 10


def test_session_statements_and_errors(client, table, connector):
    client.sql(f"CREATE TABLE {table} (a INT)")
    answer = connector(
        "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_USER(), CURRENT_ROLE()",
        "ALTER SESSION SET QUERY_TAG = 'test'",
        "USE ROLE IDENTIFIER('ACCOUNTADMIN')",
        "USE DATABASE CDC",
        "SELECT CURRENT_ROLE(), CURRENT_SCHEMA()",
        "USE SCHEMA RAW",
        "BEGIN",
        f"INSERT INTO {table} VALUES (1), (2)",
        "ROLLBACK",
        "BEGIN",
        f"INSERT INTO {table} VALUES (3)",
        "COMMIT",
        f"SELECT a FROM {table}",
        "SELECT nope",
        "SELECT * FROM nope",
        [f"INSERT INTO {table} VALUES (%s)", [7]],
        f"UPDATE {table} SET a = a + 1",
        f"SHOW TABLES LIKE '{table}'",
        f"DELETE FROM {table}",
        "DROP TABLE nope",
    )
    results = answer["results"]
    assert results[0]["rows"] == [["'CDC'", "'RAW'", f"'{USER}'", "'SYSADMIN'"]]
    assert results[4]["rows"] == [["'ACCOUNTADMIN'", "'PUBLIC'"]]
    assert results[12]["rows"] == [["3"]]
    assert results[13] == {"errno": 904, "sqlstate": "42000"}
    assert results[14] == {"errno": 2003, "sqlstate": "42S02"}
    assert [results[index]["count"] for index in (15, 16, 18)] == [1, 2, 2]
    assert results[17]["rows"][0][1] == f"'{table}'"
    assert results[19]["errno"] == 2003


def test_bound_rows(client, table, connector):
    client.sql(f"CREATE TABLE {table} (a INT, b VARCHAR)")
    answer = connector(
        [f"INSERT INTO {table} VALUES (?, ?)", [[1, "x"], [2, None]]],
        f"SELECT * FROM {table} ORDER BY a",
        paramstyle="qmark",
    )
    assert answer["results"][1].get("rows") == [["1", "'x'"], ["2", "None"]], answer


def test_wrong_key_is_refused(tmp_path, connector):
    other = Key(tmp_path, "wrong")
    answer = connector("SELECT 1", private_key_file=str(other.path))
    assert answer["login"] == {"errno": 390144, "sqlstate": "28000"}


def test_json_rowset_for_clients_that_ask_for_it(client, key):
    body = {
        "data": {
            "ACCOUNT_NAME": ACCOUNT,
            "LOGIN_NAME": USER,
            "AUTHENTICATOR": "SNOWFLAKE_JWT",
            "TOKEN": key.token(),
            "SESSION_PARAMETERS": {},
        }
    }
    login = client.http.post(
        client.base + "/session/v1/login-request", json=body, params={"databaseName": "CDC"}
    ).json()
    assert login["success"] and login["data"]["masterToken"]
    assert login["data"]["sessionInfo"]["schemaName"] == "PUBLIC"
    headers = {
        "Authorization": f'Snowflake Token="{login["data"]["token"]}"',
        "User-Agent": "JavaScript/3.3.0",
    }
    query = {"sqlText": "SELECT 1 AS a, TRUE AS b, NULL AS c", "asyncExec": False}
    answer = client.http.post(
        client.base + "/queries/v1/query-request", json=query, headers=headers
    ).json()["data"]
    assert answer["queryResultFormat"] == "json"
    assert answer["rowset"] == [["1", "1", None]]
    assert "chunks" not in answer
    assert [item["name"] for item in answer["rowtype"]] == ["A", "B", "C"]
    beat = client.http.post(client.base + "/session/heartbeat", headers=headers).json()
    assert beat["success"] is True
    client.http.post(client.base + "/session?delete=true", headers=headers)
    refused = client.http.post(
        client.base + "/queries/v1/query-request", json=query, headers=headers
    )
    assert (refused.status_code, refused.json()["code"]) == (200, "390104")
