"""What survives a stop and a kill -9, and what must not."""

import threading
import uuid

import pytest
import requests

from lab import Client, Server


def test_data_and_tokens_survive_a_stop_and_waiting_rows_are_committed(own_server, key):
    client = Client(own_server, key)
    client.sql('CREATE TABLE "Mixed" (id NUMBER(38,0) NOT NULL, v VARIANT)')
    client.sql("CREATE TABLE t (id NUMBER, at TIMESTAMP_TZ(3)) COMMENT = 'kept'")
    client.sql("CREATE VIEW w AS SELECT id::VARCHAR AS id FROM t")
    client.sql("CREATE ROLE kept")
    client.settings(commit_delay=60)
    token = client.open_token("T", "c")
    client.append("T", "c", token, [{"id": 1}, {"id": "bad"}], "end")
    assert own_server.stop() == 0
    client = Client(own_server.start(), key)
    assert client.rows("SELECT * FROM w") == [["1"]]
    assert client.rows('SELECT COUNT(*) FROM "Mixed"') == [["0"]]
    assert [row[1] for row in client.rows("DESCRIBE TABLE t")] == [
        "NUMBER(38,0)",
        "TIMESTAMP_TZ(3)",
    ]
    assert client.rows("SHOW TABLES LIKE 't'")[0][5] == "kept"
    assert len(client.rows("SHOW ROLES LIKE 'KEPT'")) == 1
    status = client.open("T", "c").json()["channel_status"]
    assert status["last_committed_offset_token"] == "end"
    assert (status["rows_inserted"], status["rows_error_count"]) == (1, 1)


def test_kill_loses_uncommitted_rows_and_makes_tokens_stale(own_server, key):
    client = Client(own_server, key)
    client.sql("CREATE TABLE t (id NUMBER)")
    token = client.open_token("T", "c")
    token = client.append("T", "c", token, [{"id": 1}], "a").json()["next_continuation_token"]
    client.wait_for("T", "c", "a")
    client.settings(commit_delay=60)
    token = client.append("T", "c", token, [{"id": 2}], "b").json()["next_continuation_token"]
    own_server.kill()
    client = Client(own_server.start(), key)
    assert client.rows("SELECT id FROM t") == [["1"]]
    answer = client.append("T", "c", token, [{"id": 3}], "c")
    assert (answer.status_code, answer.json()["code"]) == (
        400,
        "STALE_CONTINUATION_TOKEN_SEQUENCER",
    )
    answer = client.open("T", "c")
    assert answer.json()["channel_status"]["last_committed_offset_token"] == "a"
    client.append("T", "c", answer.json()["next_continuation_token"], [{"id": 2}], "b")
    client.wait_for("T", "c", "b")
    assert client.rows("SELECT id FROM t ORDER BY id") == [["1"], ["2"]]


def test_rows_and_token_are_one_transaction_under_kill(own_server, key):
    """Whatever moment the kill hits, the table holds exactly the rows up to the token."""
    client = Client(own_server, key)
    client.sql("CREATE TABLE t (id NUMBER)")
    for attempt in range(4):
        client.settings(commit_delay=0.01)
        answer = client.open("T", "c").json()
        token = answer["next_continuation_token"]
        start = int(answer["channel_status"]["last_committed_offset_token"] or 0)
        timer = threading.Timer(0.15 + 0.07 * attempt, own_server.kill)
        timer.start()
        try:
            for batch in range(start // 10, 10_000):
                rows = [{"id": batch * 10 + index + 1} for index in range(10)]
                answer = client.append("T", "c", token, rows, str(batch * 10 + 10))
                token = answer.json()["next_continuation_token"]
        except OSError:
            pass
        timer.join()
        client = Client(own_server.start(), key)
        committed = int(client.status("T", "c")["c"]["last_committed_offset_token"] or 0)
        assert client.rows("SELECT COUNT(*), COUNT(DISTINCT id), COALESCE(MAX(id), 0) FROM t") == [
            [str(committed)] * 3
        ]
    assert committed > 0


def test_temporary_tables_do_not_survive_a_kill(own_server, key):
    client = Client(own_server, key)
    text = (
        "CREATE TEMPORARY TABLE gone (a INT); SELECT COUNT(*) FROM "
        "TABLE(GENERATOR(ROWCOUNT => 3000000)) a, TABLE(GENERATOR(ROWCOUNT => 3000)) b"
    )
    client.settings(async_after=0.3)
    answer = client.submit(text, parameters={"multi_statement_count": "0"})
    assert answer.status_code == 202
    own_server.kill()
    client = Client(own_server.start(), key)
    assert client.fails("SELECT * FROM gone")[0] == "002003"


def test_request_ids_survive_a_kill(own_server, key):
    """A retry finds the answer of what committed, whether the process lived to tell or not."""
    client = Client(own_server, key)
    client.sql("CREATE TABLE t (id NUMBER)")
    many = {"parameters": {"multi_statement_count": "0"}}
    tasks = {
        "INSERT INTO t VALUES (1), (2)": {},
        "BEGIN; INSERT INTO t VALUES (3); DELETE FROM t WHERE id = 1; COMMIT": many,
        "CREATE TABLE made (a INT)": {},
        "CREATE SCHEMA CDC.MADE": {},
        "CREATE DATABASE MADE": {},
        "CREATE ROLE MADE": {},
        "INSERT INTO t VALUES (4); SELECT COUNT(*) FROM t": many,
    }
    for statement, body in tasks.items():
        query = {"requestId": str(uuid.uuid4())}
        client.settings(kill_answers=1, drop_path="/api/v2/statements")
        with pytest.raises(requests.ConnectionError):
            client.submit(statement, query, **body)
        client = Client(own_server.start(), key)
        answer = client.submit(statement, {**query, "retry": "true"}, **body)
        assert answer.status_code == 200, (statement, answer.text)
        again = client.submit(statement, {**query, "retry": "true"}, **body)
        assert again.json()["statementHandle"] == answer.json()["statementHandle"]
        if body:
            children = answer.json()["statementHandles"]
            assert client.get(children[-1]).status_code == 200
        elif statement.startswith("INSERT"):
            assert answer.json()["stats"]["numRowsInserted"] == 2
    assert client.rows("SELECT id FROM t ORDER BY id") == [["2"], ["3"], ["4"]]
    failing = {"requestId": str(uuid.uuid4()), "retry": "true"}
    assert client.submit("INSERT INTO nope VALUES (1)", failing).status_code == 422


def test_reset_empties_everything(own_server, key):
    client = Client(own_server, key)
    client.sql("CREATE TABLE t (id NUMBER)")
    client.load("T", [{"id": 1}])
    client.settings(commit_delay=9)
    assert client.http.post(client.base + "/__local/reset").status_code == 200
    assert client.http.get(client.base + "/__local/settings").json()["commit_delay"] == 0.15
    assert client.rows("SHOW DATABASES", database=None, schema=None) == []
    assert client.open("T", "c").status_code == 404
    client.sql("CREATE DATABASE CDC")


def test_health_and_unknown_settings(client):
    assert client.http.get(client.base + "/healthz").json()["status"] == "ok"
    url = client.base + "/__local/settings"
    assert client.http.put(url, json={"nope": 1}).status_code == 400
    assert client.http.put(url, json={"commit_delay": "x"}).status_code == 400
    assert client.http.get(client.base + "/nowhere").status_code == 404


def test_the_limits_of_the_service_are_in_force_from_the_start(tmp_path, key):
    server = Server(tmp_path, key).start()
    try:
        settings = Client(server, key).http.get(server.facts["url"] + "/__local/settings").json()
        names = ("requests_per_second", "bytes_per_second", "max_body", "table_shape")
        assert [settings[name] for name in names] == [10, 20_000_000, 4_000_000, "fixed"]
    finally:
        server.kill()


def test_switches_may_be_set_from_the_start(tmp_path, key):
    server = Server(tmp_path, key, "--set", "table_shape=fixed", "--set", "max_body=1000").start()
    try:
        client = Client(server, key)
        client.http.post(client.base + "/__local/reset")
        settings = client.http.get(client.base + "/__local/settings").json()
        assert (settings["table_shape"], settings["max_body"]) == ("fixed", 1000)
    finally:
        server.kill()
    assert Server(tmp_path, key, "--set", "nope=1").run_to_end() == 2


def test_a_folder_serves_one_process(own_server, key):
    second = Server(own_server.folder, key)
    assert second.run_to_end() == 75
    assert Client(own_server, key).rows("SELECT 1") == [["1"]]
    assert (own_server.folder / "ports.json").exists()
