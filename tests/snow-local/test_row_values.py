"""JSON values into columns: what is taken, what is a row error, what becomes of the token."""

import json

import pytest


def load_one(client, table, declared: str, value) -> tuple[list, dict]:
    client.sql(f"CREATE OR REPLACE TABLE {table} (k NUMBER, x {declared})")
    status = client.load(table, [{"k": 1, "x": value}])
    return client.rows(f"SELECT x FROM {table}"), status


GOOD = [
    (
        "NUMBER(38,0)",
        "12345678901234567890123456789012345678",
        "12345678901234567890123456789012345678",
    ),
    (
        "NUMBER(38,0)",
        12345678901234567890123456789012345678,
        "12345678901234567890123456789012345678",
    ),
    (
        "NUMBER(38,10)",
        "-1234567890123456789012345678.0123456789",
        "-1234567890123456789012345678.0123456789",
    ),
    ("NUMBER(10,2)", 1.005e2, "100.50"),
    ("FLOAT", 1.5, "1.5"),
    ("FLOAT", "NaN", "NaN"),
    ("FLOAT", "-inf", "-inf"),
    ("FLOAT", 3, "3"),
    ("BOOLEAN", True, "true"),
    ("BOOLEAN", "no", "false"),
    ("BOOLEAN", 2, "true"),
    ("VARCHAR(3)", "äöü", "äöü"),
    ("VARCHAR", 12, "12"),
    ("VARCHAR", True, "true"),
    ("VARCHAR", "", ""),
    ("DATE", "2026-03-01", "20513"),
    ("TIME", "20:57:01.123456", "75421.123456000"),
    ("TIMESTAMP_NTZ", "2026-03-01T20:57:01.123456", "1772398621.123456000"),
    ("TIMESTAMP_NTZ", "2026-03-01T20:57:01+05:00", "1772398621.000000000"),
    ("TIMESTAMP_NTZ(3)", "2026-03-01T20:57:01.123999", "1772398621.123000000"),
    ("TIMESTAMP_LTZ", "2026-03-01T20:57:01.123456+02:00", "1772391421.123456000"),
    ("TIMESTAMP_LTZ", "2026-03-01 20:57:01 +0200", "1772391421.000000000"),
    ("TIMESTAMP_TZ", "2026-03-01T20:57:01Z", "1772398621.000000000 1440"),
    ("TIMESTAMP_NTZ", "1760000000", "1760000000.000000000"),
    ("TIMESTAMP_LTZ", 1760000000123, "1760000000.123000000"),
    ("BINARY", "AP8=", "00FF"),
    ("VARIANT", {"a": [1, {"b": None}]}, '{"a":[1,{"b":null}]}'),
    ("VARIANT", "text", '"text"'),
    ("ARRAY", [1, 2], "[1,2]"),
    ("ARRAY", "[1,2]", '["[1,2]"]'),
    ("OBJECT", {"a": 1}, '{"a":1}'),
    ("NUMBER", None, None),
    ("VARIANT", None, None),
]


@pytest.mark.parametrize(("declared", "value", "text"), GOOD)
def test_value_is_taken(client, table, declared, value, text):
    rows, status = load_one(client, table, declared, value)
    assert rows == [[text]]
    assert status["rows_error_count"] == 0


BAD = [
    ("NUMBER", "abc"),
    ("NUMBER", "1" + "0" * 38),
    ("NUMBER(4,2)", 100),
    ("NUMBER", True),
    ("FLOAT", "x"),
    ("BOOLEAN", "perhaps"),
    ("VARCHAR(3)", "four"),
    ("DATE", "2026-02-30"),
    ("TIME", "25:00:00"),
    ("TIMESTAMP_NTZ", "yesterday"),
    ("TIMESTAMP_LTZ", "infinity"),
    ("TIMESTAMP_NTZ", "0044-03-15 00:00:00 (BC)"),
    ("DATE", "-infinity"),
    ("BINARY", "!"),
    ("BINARY(1)", "AP8="),
    ("OBJECT", [1]),
]


@pytest.mark.parametrize(("declared", "value"), BAD)
def test_value_is_a_row_error_and_the_token_advances(client, table, declared, value):
    rows, status = load_one(client, table, declared, value)
    assert rows == []
    assert (status["rows_error_count"], status["rows_inserted"]) == (1, 0)
    assert status["last_error_offset_upper_bound"] == status["last_committed_offset_token"]
    assert status["last_error_message"]


def test_good_rows_of_a_batch_with_bad_ones_are_loaded(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER NOT NULL, n VARCHAR(2))")
    body = b'{"id":1}\n{"id":null}\nno json\n[1]\n{"n":"a"}\n{"id":2,"n":"abc"}\n\xff\n{"id":3}\n'
    status = client.load(table, body)
    assert client.rows(f"SELECT id FROM {table} ORDER BY id") == [["1"], ["3"]]
    assert (status["rows_parsed"], status["rows_inserted"], status["rows_error_count"]) == (8, 2, 6)


def test_keys_match_without_regard_to_case_and_unknown_ones_are_ignored(client, table):
    client.sql(f'CREATE TABLE {table} (id NUMBER, "lower" VARCHAR)')
    client.load(table, [{"id": 1, "LOWER": "a", "more": 1}, {"Id": 2, "lower": "b"}, {"ID": 3}])
    assert client.rows(f"SELECT * FROM {table} ORDER BY 1") == [["1", "a"], ["2", "b"], ["3", None]]


def test_missing_key_takes_the_default_and_null_does_not(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER, x NUMBER(5,1) DEFAULT 7, a NUMBER AUTOINCREMENT)")
    client.load(table, [{"id": 1}, {"id": 2, "x": None}, {"id": 3, "x": 1.5}])
    assert client.rows(f"SELECT id, x FROM {table} ORDER BY id") == [
        ["1", "7.0"],
        ["2", None],
        ["3", "1.5"],
    ]
    assert client.rows(f"SELECT COUNT(DISTINCT a) FROM {table}") == [["3"]]


def test_error_rows_are_kept_when_the_table_logs_errors(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER) ERROR_LOGGING = TRUE")
    client.load(table, [{"id": 1}, {"id": "bad"}], "c")
    rows = client.rows(
        f'SELECT error_code, error_metadata:channel_name::VARCHAR, error_data:"$1" '
        f"FROM ERROR_TABLE({table})"
    )
    assert [rows[0][:2], json.loads(rows[0][2])] == [["100038", "c"], {"id": "bad"}]


def test_column_added_between_two_appends(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER)")
    client.load(table, [{"id": 1, "n": "a"}])
    client.sql(f"ALTER TABLE {table} ADD COLUMN n VARCHAR(5)")
    client.load(table, [{"id": 2, "n": "b"}])
    assert client.rows(f"SELECT * FROM {table} ORDER BY id") == [["1", None], ["2", "b"]]


def test_timestamp_tz_keeps_its_offset(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER, at TIMESTAMP_TZ(6), made TIMESTAMP_TZ)")
    rows = [
        {"id": 1, "at": "2026-03-01T12:00:00+02:00"},
        {"id": 2, "at": "2026-03-01 10:00:00 -0330"},
        {"id": 3, "at": "2026-03-01T10:00:00Z"},
        {"id": 4, "at": None},
    ]
    client.load(table, rows)
    client.sql(
        f"INSERT INTO {table} (id, at) SELECT 5, '2026-03-01 03:00:00 -0700'::TIMESTAMP_TZ "
        "UNION ALL SELECT 6, NULL"
    )
    bound = {"1": {"type": "TIMESTAMP_TZ", "value": "1772359200000000000 960"}}
    client.sql(f"INSERT INTO {table} (id, at) VALUES (7, ?)", bindings=bound)
    client.sql(f"INSERT INTO {table} (id, at) SELECT 8, CURRENT_TIMESTAMP()")
    ten = "1772359200.000000000"
    found = dict(client.rows(f"SELECT id, at FROM {table} WHERE id < 8 ORDER BY id"))
    assert found == {
        **{"1": f"{ten} 1560", "2": "1772371800.000000000 1230", "3": f"{ten} 1440", "4": None},
        **{"5": f"{ten} 1020", "6": None, "7": f"{ten} 960"},
    }
    same = f"SELECT COUNT(*) FROM {table} WHERE at = '2026-03-01 10:00:00Z'::TIMESTAMP_TZ"
    assert client.rows(same) == [["4"]]
    assert client.rows(f"SELECT COUNT(*) FROM {table} WHERE at > '2026-03-01 11:00:00+00:00'") == [
        ["2"]
    ]
    assert client.rows(
        f"SELECT TO_VARCHAR(at, 'YYYY-MM-DD HH24:MI TZH:TZM') FROM {table} "
        "WHERE id IN (1, 2) ORDER BY at"
    ) == [
        ["2026-03-01 12:00 +02:00"],
        ["2026-03-01 10:00 -03:30"],
    ]
    assert client.rows(
        f"SELECT at::VARCHAR, at::DATE, at::TIMESTAMP_NTZ::VARCHAR FROM {table} WHERE id = 5"
    ) == [["2026-03-01 03:00:00.000 -0700", "20513", "2026-03-01 03:00:00.000"]]
    client.sql(
        f"MERGE INTO {table} t USING (SELECT id, at FROM {table} WHERE id = 1 QUALIFY "
        "ROW_NUMBER() OVER (PARTITION BY id ORDER BY at) = 1) s ON t.id = s.id WHEN MATCHED "
        "AND s.at IS NOT DISTINCT FROM t.at THEN UPDATE SET made = COALESCE(s.at, t.made) "
        "WHEN NOT MATCHED THEN INSERT (id, at) VALUES (s.id, s.at)"
    )
    assert client.rows(f"SELECT made FROM {table} WHERE id = 1") == [[f"{ten} 1560"]]
    inner = f"WITH s AS (SELECT id, at AS moment FROM {table}) SELECT MAX(moment) FROM s"
    assert client.rows(
        f"{inner} WHERE moment < '2026-03-01 10:30:00Z'::TIMESTAMP_TZ AND id < 3"
    ) == [[f"{ten} 1560"]]
    client.sql(f"CREATE VIEW {table}_v AS SELECT at FROM {table} WHERE at IS NOT NULL")
    assert client.rows(f"SELECT COUNT(DISTINCT at) FROM {table}_v") != []
    assert len(client.rows(f"SELECT MIN(at), MAX(at) FROM {table}_v")[0]) == 2
    assert client.rows(
        f"SELECT DATEDIFF('hour', MIN(at), '2026-03-01 12:00:00Z'::TIMESTAMP_TZ) FROM {table}"
    ) == [["2"]]
