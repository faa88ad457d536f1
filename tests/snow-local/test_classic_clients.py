"""Clients on the classic connector (4.x), in their own environment: `snow` and schemachange."""

import json
from pathlib import Path

from lab import ACCOUNT, USER

SCRIPT = Path(__file__).with_name("driver_script.py")


def test_answers_without_rows(client, server, key, table, run):
    """A batch without rows ended the classic connector by a segmentation fault."""
    client.sql(
        f"CREATE TABLE {table} (a NUMBER(38,0), b VARCHAR, c TIMESTAMP_TZ, d TIMESTAMP_LTZ, "
        "e VARIANT, f FLOAT, g BOOLEAN, h DATE, i TIME, j BINARY)"
    )
    connect = {
        **{"account": ACCOUNT, "user": USER, "host": "127.0.0.1", "port": server.facts["port"]},
        **{"protocol": "http", "authenticator": "SNOWFLAKE_JWT", "database": "CDC"},
        **{"private_key_file": str(key.path), "schema": "RAW"},
    }
    statements = [f"SELECT * FROM {table}", "SHOW TABLES LIKE 'nothing'", "SELECT 1"]
    task = json.dumps({"connect": connect, "statements": statements})
    answer = json.loads(run("python", str(SCRIPT), task).splitlines()[-1])
    assert answer["version"].startswith("4.")
    assert [item["rows"] for item in answer["results"]] == [[], [], [["1"]]]
    assert answer["results"][0]["names"] == list("ABCDEFGHIJ")


def test_snow_sql(client, table, run):
    client.sql(f"CREATE TABLE {table} (id NUMBER, n VARCHAR)")
    text = run(
        "snow",
        "sql",
        "-c",
        "lab",
        "--format",
        "json",
        "-q",
        f"INSERT INTO {table} VALUES (1, 'a'); SELECT * FROM {table}; "
        f"SELECT * FROM {table} WHERE id > 1; EXECUTE IMMEDIATE $$ BEGIN RETURN 5; END; $$",
    )
    inserted, rows, none, block = json.loads(text)
    assert inserted == [{"number of rows inserted": 1}]
    assert (rows, none) == ([{"ID": 1, "N": "a"}], [])
    assert block == [{"anonymous block": 5}]


def test_snow_tells_a_failure_by_its_exit_code(run):
    text = run("snow", "sql", "-c", "lab", "--enhanced-exit-codes", "-q", "SELECT nope", code=5)
    assert "000904" in text


def test_schemachange_applies_once(client, tmp_path, table, run):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "V1.0.0__base.sql").write_text(
        f"CREATE TABLE {table} (id INT);\nINSERT INTO {table} VALUES (1);\n-- the end\n"
    )
    (scripts / "R__view.sql").write_text(
        f"CREATE OR REPLACE VIEW {table}_V AS SELECT * FROM {table};"
    )
    (scripts / "A__always.sql").write_text(f"INSERT INTO {table} SELECT 2;")
    command = ["deploy", "-f", str(scripts), "-c", f"CDC.RAW.{table}_HISTORY"]
    for applied, skipped in ((3, 0), (1, 2)):
        text = run("schemachange", *command, "--create-change-history-table")
        assert f"scripts_applied={applied} scripts_skipped={skipped}" in text, text
    assert client.rows(f"SELECT id, COUNT(*) FROM {table}_V GROUP BY id ORDER BY id") == [
        ["1", "1"],
        ["2", "2"],
    ]
    history = client.rows(f"SELECT script, status FROM {table}_HISTORY ORDER BY installed_on")
    assert len(history) == 4 and {row[1] for row in history} == {"Success"}
