"""Snowflake SQL: DDL, names, VARIANT, errors, catalogue views."""

import pytest


def test_names_fold_to_upper_case_unless_quoted(client, table):
    client.sql(f'CREATE TABLE "{table} x" ("Id" INT, "iD" VARCHAR, plain INT)')
    client.sql(f'INSERT INTO "{table} x" ("Id", "iD", PLAIN) VALUES (1, \'a\', 2)')
    answer = client.sql(f'SELECT * FROM "{table} x"')
    assert [item["name"] for item in answer["resultSetMetaData"]["rowType"]] == [
        "Id",
        "iD",
        "PLAIN",
    ]
    assert client.rows(f'SELECT "iD", Plain FROM "{table} x" q WHERE q."Id" = 1') == [["a", "2"]]
    assert client.fails(f'SELECT "ID" FROM "{table} x"') == ("000904", "42000")
    assert client.fails(f'SELECT * FROM "{table} X"') == ("002003", "42S02")
    assert client.fails(f'SELECT "plain" FROM "{table} x"') == ("000904", "42000")


@pytest.mark.parametrize(
    ("statement", "code", "state"),
    [
        ("SELEC 1", "001003", "42000"),
        ("SELECT FROM WHERE", "001003", "42000"),
        ("SELECT * FROM no_such_table", "002003", "42S02"),
        ("SELECT * FROM no_db.s.t", "002003", "02000"),
        ("SELECT * FROM no_schema.t", "002003", "02000"),
        ("DROP TABLE no_such_table", "002003", "42S02"),
        ("SELECT no_such(1)", "002140", "42601"),
        ("SELECT no_such_column", "000904", "42000"),
        ("SELECT 'abc'::NUMBER", "100038", "22018"),
        ("SELECT 'abc'::TIMESTAMP_NTZ", "100035", "22007"),
        ("SELECT 1/0", "100051", "22012"),
        ("SELECT MOD(1, 0)", "100051", "22012"),
        ("SELECT PARSE_JSON('{')", "100069", "22P02"),
        ("SELECT 12345::NUMBER(3,0)", "100039", "22003"),
        ("CREATE TABLE x (a INT, A INT)", "002025", "42S21"),
        ("CREATE TABLE x (a NUMBER(39))", "001216", "42601"),
        ("CREATE SCHEMA RAW", "002002", "42710"),
        ("CREATE DATABASE CDC", "002002", "42710"),
        ("CREATE SCHEMA no_db.x", "002003", "02000"),
        ("INSERT INTO no_such VALUES (1)", "002003", "42S02"),
        ("USE ROLE no_such; SELECT 1", "100132", "P0000"),
    ],
)
def test_errors(client, statement, code, state):
    count = {"multi_statement_count": "0"} if ";" in statement else {}
    assert client.fails(statement, parameters=count) == (code, state)


def test_errors_about_one_table(client, table):
    client.sql(f"CREATE TABLE {table} (a INT NOT NULL, b VARCHAR(3))")
    assert client.fails(f"CREATE TABLE {table} (a INT)") == ("002002", "42710")
    assert client.fails(f"INSERT INTO {table} VALUES (NULL, 'x')") == ("100072", "22000")
    assert client.fails(f"INSERT INTO {table} (b) VALUES ('x')") == ("100072", "22000")
    assert client.fails(f"INSERT INTO {table} VALUES (1, 'four')") == ("100078", "22000")
    assert client.fails(f"INSERT INTO {table} VALUES (1)")[1] == "42601"
    assert client.fails(f"INSERT INTO {table} (a, nope) VALUES (1, 2)") == ("000904", "42000")
    assert client.fails(f"UPDATE {table} SET nope = 1") == ("000904", "42000")
    assert client.fails(f"ALTER TABLE {table} ADD COLUMN a INT")[0] == "001430"
    assert client.fails(f"ALTER TABLE {table} DROP COLUMN nope") == ("000904", "42000")
    assert client.fails(f"DROP VIEW {table}")[1] == "42601"
    assert client.rows(f"SELECT COUNT(*) FROM {table}") == [["0"]]


def test_create_guards_and_statuses(client, table):
    create = f"CREATE TABLE IF NOT EXISTS {table} (a INT)"
    assert client.rows(create) == [[f"Table {table} successfully created."]]
    assert client.rows(create) == [[f"{table} already exists, statement succeeded."]]
    client.sql(f"INSERT INTO {table} VALUES (1)")
    client.sql(f"CREATE OR REPLACE TABLE {table} (b INT)")
    assert client.rows(f"SELECT b FROM {table}") == []
    assert client.rows(f"DROP TABLE {table}") == [[f"{table} successfully dropped."]]
    assert client.rows(f"DROP TABLE IF EXISTS {table}")[0][0].startswith("Drop statement executed")
    client.sql("CREATE SCHEMA IF NOT EXISTS CDC.RAW")
    client.sql("CREATE DATABASE IF NOT EXISTS CDC")


def test_alter_table(client, table):
    client.sql(f"CREATE TABLE {table} (a NUMBER(5,0), c VARCHAR(5))")
    client.sql(f"INSERT INTO {table} VALUES (1, 'x')")
    client.sql(
        f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS a INT, b VARCHAR DEFAULT 'd', v VARIANT"
    )
    client.sql(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS n NUMBER(3,1) NOT NULL DEFAULT 1.5")
    assert client.rows(f"SELECT * FROM {table}") == [["1", "x", "d", None, "1.5"]]
    assert client.fails(f"ALTER TABLE {table} ADD COLUMN m INT NOT NULL")[1] == "42601"
    client.sql(f"ALTER TABLE {table} ALTER COLUMN a SET DATA TYPE NUMBER(20,0)")
    client.sql(f"ALTER TABLE {table} ALTER COLUMN c SET DATA TYPE VARCHAR(50)")
    assert (
        client.fails(f"ALTER TABLE {table} ALTER COLUMN c SET DATA TYPE NUMBER(5,0)")[0] == "002108"
    )
    client.sql(f"ALTER TABLE {table} RENAME COLUMN b TO bb")
    client.sql(f"ALTER TABLE {table} DROP COLUMN v")
    client.sql(f"ALTER TABLE {table} ALTER COLUMN a SET NOT NULL")
    client.sql(f"ALTER TABLE {table} SET ERROR_LOGGING = TRUE, COMMENT = 'x'")
    described = client.rows(f"DESCRIBE TABLE {table}")
    assert [row[:2] + [row[3]] for row in described] == [
        ["A", "NUMBER(20,0)", "N"],
        ["C", "VARCHAR(50)", "Y"],
        ["BB", "VARCHAR(16777216)", "Y"],
        ["N", "NUMBER(3,1)", "N"],
    ]
    client.sql(f"ALTER TABLE {table} RENAME TO {table}_NEW")
    assert client.rows(f"SELECT COUNT(*) FROM {table}_NEW") == [["1"]]
    client.sql(f"ALTER TABLE IF EXISTS {table} DROP COLUMN a")


def test_catalogue(client, table):
    client.sql(
        f"CREATE TABLE {table} (id NUMBER(10,2) NOT NULL COMMENT 'the key', n VARCHAR(20), "
        "t TIMESTAMP_TZ(6), PRIMARY KEY (id)) COMMENT = 'all of it'"
    )
    assert client.rows(
        "SELECT column_name, ordinal_position, is_nullable, data_type, character_maximum_length, "
        "numeric_precision, numeric_scale, datetime_precision, comment FROM "
        f"cdc.information_schema.columns WHERE table_schema = 'RAW' AND table_name = '{table}' "
        "ORDER BY ordinal_position"
    ) == [
        ["ID", "1", "NO", "NUMBER", None, "10", "2", None, "the key"],
        ["N", "2", "YES", "TEXT", "20", None, None, None, None],
        ["T", "3", "YES", "TIMESTAMP_TZ", None, None, None, "6", None],
    ]
    assert client.rows(
        "SELECT table_type, comment, created IS NOT NULL FROM information_schema.tables "
        f"WHERE table_name = '{table}'"
    ) == [["BASE TABLE", "all of it", "true"]]
    shown = client.sql(f"SHOW TABLES LIKE '{table}' IN SCHEMA CDC.RAW")
    assert [item["name"] for item in shown["resultSetMetaData"]["rowType"]][:4] == [
        "created_on",
        "name",
        "database_name",
        "schema_name",
    ]
    assert shown["data"][0][1:4] == [table, "CDC", "RAW"]
    assert [row[2] for row in client.rows(f"SHOW COLUMNS IN TABLE {table}")] == ["ID", "N", "T"]
    assert client.rows(f"SHOW PRIMARY KEYS IN TABLE {table}")[0][3:5] == [table, "ID"]
    assert ["CDC"] in [row[1:2] for row in client.rows("SHOW DATABASES")]
    assert "RAW" in [row[1] for row in client.rows("SHOW SCHEMAS IN DATABASE CDC")]
    names = client.rows("SELECT table_name FROM information_schema.tables")
    assert not [name for (name,) in names if name in ("CHANNELS", "ERROR_ROWS")]


def test_views_and_tables_from_queries(client, table):
    client.sql(f"CREATE TABLE {table} (a NUMBER(5,1), v VARIANT)")
    client.sql(f'INSERT INTO {table} SELECT 1.5, PARSE_JSON(\'{{"k":"x"}}\')')
    client.sql(f"CREATE VIEW {table}_V AS SELECT a, v:k::VARCHAR AS k FROM {table}")
    assert client.rows(f"SELECT k FROM {table}_V") == [["x"]]
    client.sql(f"CREATE TABLE {table}_C AS SELECT a, v, a * 2 AS d FROM {table}")
    assert client.rows(f"SELECT * FROM {table}_C") == [["1.5", '{"k":"x"}', "3.0"]]
    assert [row[1] for row in client.rows(f"DESCRIBE TABLE {table}_C")][:2] == [
        "NUMBER(5,1)",
        "VARIANT",
    ]
    client.sql(f"CREATE TABLE {table}_L LIKE {table}")
    client.sql(f"CREATE TABLE {table}_K CLONE {table}")
    assert client.rows(f"SELECT (SELECT COUNT(*) FROM {table}_L), COUNT(*) FROM {table}_K") == [
        ["0", "1"]
    ]
    client.sql(f"CREATE OR REPLACE VIEW {table}_V AS SELECT 1 AS one")
    assert client.rows(f"SELECT * FROM {table}_V") == [["1"]]
    client.sql(f"DROP VIEW {table}_V")
    client.sql(f"TRUNCATE TABLE {table}")
    assert client.rows(f"SELECT COUNT(*) FROM {table}") == [["0"]]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("v:a.b::VARCHAR", "x"),
        ("v['a']['b']::STRING", "x"),
        ("v:a.b", '"x"'),
        ("v:n::NUMBER(10,2)", "1.50"),
        ("v:l[1]::INT", "2"),
        ("v:missing::VARCHAR", None),
        ("v:nothing::VARCHAR", None),
        ("v:a.b = 'x'", "true"),
        ("v:n > 1", "true"),
        ("TYPEOF(v:l)", "ARRAY"),
        ("ARRAY_SIZE(v:l)", "2"),
        ("ARRAY_CONTAINS(2, v:l)", "true"),
        ("ARRAY_CONTAINS('b'::VARIANT, PARSE_JSON('[\"a\",\"b\"]'))", "true"),
        ("ARRAY_CONTAINS('c'::VARIANT, PARSE_JSON('[\"a\",\"b\"]'))", "false"),
        ("GET_PATH(v, 'a.b')::VARCHAR", "x"),
        ("TO_JSON(v:a)", '{"b":"x"}'),
        ("v:a", '{"b":"x"}'),
        ("OBJECT_CONSTRUCT('k', 1, 'z', NULL)", '{"k":1}'),
        ("ARRAY_CONSTRUCT(1, 'b')", '[1,"b"]'),
        ("TO_VARIANT('t')", '"t"'),
        ("TRY_PARSE_JSON('{')", None),
        ("v:b::BOOLEAN", "true"),
        ("IS_NULL_VALUE(v:nothing)", "true"),
        ("IFF(v:b::BOOLEAN, 'y', 'n')", "y"),
    ],
)
def test_semi_structured(client, expression, text):
    document = '{"a":{"b":"x"},"n":1.5,"l":[1,2],"b":true,"nothing":null}'
    assert client.rows(f"SELECT {expression} FROM (SELECT PARSE_JSON('{document}') AS v)") == [
        [text]
    ]


def test_flatten(client):
    assert client.rows(
        'SELECT f.index, f.value::VARCHAR FROM (SELECT PARSE_JSON(\'["a","b"]\') AS v) t, '
        "LATERAL FLATTEN(INPUT => t.v) f ORDER BY 1"
    ) == [["0", "a"], ["1", "b"]]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("TRY_TO_NUMBER('x')", None),
        ("'12'::INT", "12"),
        ("1.5::INT", "2"),
        ("TO_CHAR(1.50)", "1.50"),
        ("1.0::FLOAT::VARCHAR", "1"),
        ("TO_VARCHAR(TO_BINARY('00ff'))", "00FF"),
        ("BASE64_ENCODE(TO_BINARY('00ff'))", "AP8="),
        ("TO_BINARY('AP8=', 'BASE64')", "00FF"),
        ("NVL(NULL, 'x')", "x"),
        ("ZEROIFNULL(NULL)", "0"),
        ("DECODE(1, 1, 'a', 'b')", "a"),
        ("SHA2('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("EQUAL_NULL(NULL, NULL)", "true"),
        ("'a' || 1", "a1"),
        ("10 / 4", "2.5"),
        ("MOD(7, 3)", "1"),
        ("OCTET_LENGTH('äb')", "3"),
        ("OCTET_LENGTH(TO_BINARY('00ff'))", "2"),
        (
            "CURRENT_DATABASE() || '.' || CURRENT_SCHEMA() || ' ' || CURRENT_USER()",
            "CDC.RAW CDC_USER",
        ),
    ],
)
def test_expressions(client, expression, text):
    assert client.rows(f"SELECT {expression}") == [[text]]


def test_account_objects(client, table):
    client.sql(f"CREATE ROLE {table}")
    assert client.fails(f"CREATE ROLE {table}") == ("002002", "42710")
    client.sql(f"CREATE ROLE IF NOT EXISTS {table}")
    client.sql(f"GRANT USAGE ON DATABASE cdc TO ROLE {table}")
    client.sql(f"GRANT ROLE {table} TO USER cdc_user")
    client.sql(f"REVOKE USAGE ON DATABASE cdc FROM ROLE {table}")
    client.sql(f"CREATE WAREHOUSE IF NOT EXISTS {table} WITH WAREHOUSE_SIZE = 'XSMALL'")
    client.sql(f"ALTER WAREHOUSE {table} SUSPEND")
    assert [row[1] for row in client.rows(f"SHOW ROLES LIKE '{table}'")] == [table]
    assert client.rows("SELECT CURRENT_ROLE()", role=table) == [[table]]
    client.sql(f"DROP ROLE {table}")
    assert client.fails(f"DROP ROLE {table}")[0] == "002003"


def test_conditional_update_as_a_lock(client, table):
    client.sql(f"CREATE TABLE {table} (owner VARCHAR, expires_at TIMESTAMP_LTZ)")
    client.sql(f"INSERT INTO {table} VALUES (NULL, NULL)")
    take = (
        f"UPDATE {table} SET owner = 'a', expires_at = DATEADD('second', 60, CURRENT_TIMESTAMP()) "
        "WHERE owner IS NULL OR expires_at < CURRENT_TIMESTAMP()"
    )
    assert client.sql(take)["stats"]["numRowsUpdated"] == 1
    assert client.sql(take)["stats"]["numRowsUpdated"] == 0


def test_lengths_are_checked_on_every_way_in(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER, a VARCHAR(3), b VARCHAR)")
    client.sql(f"INSERT INTO {table} VALUES (1, 'abc', NULL), (2, 'äöü', 'x')")
    long = "SELECT 3 AS id, 'ab' || 'cd' AS a, 'b' AS b"
    for statement in (
        f"INSERT INTO {table} VALUES (3, 'abcd', 'x')",
        f"INSERT INTO {table} (a, id) VALUES ('abcd', 3)",
        f"INSERT INTO {table} {long}",
        f"INSERT INTO {table} (b, a) SELECT a, a FROM ({long})",
        f"INSERT INTO {table} WITH s AS ({long}) SELECT * FROM s",
        f"UPDATE {table} SET a = a || 'x'",
        f"MERGE INTO {table} t USING ({long}) s ON t.id = s.id WHEN NOT MATCHED THEN "
        "INSERT (id, a, b) VALUES (s.id, s.a, s.b)",
        f"MERGE INTO {table} t USING (SELECT 1 AS id, 'longer' AS a) s ON t.id = s.id "
        "WHEN MATCHED THEN UPDATE SET a = s.a",
    ):
        assert client.fails(statement) == ("100078", "22000"), statement
    client.sql(f"INSERT INTO {table} (id, a) SELECT id + 10, a FROM {table}")
    assert client.rows(f"SELECT COUNT(*) FROM {table}") == [["4"]]
    assert client.fails(f"INSERT INTO {table} SELECT 1, 'a', 'b', 'c'")[0] == "002020"
    assert client.fails(f"INSERT INTO {table} (id) SELECT 1, 'a'")[0] == "002020"
    big = "REPEAT('0123456789abcdef', 1048577)"
    assert client.fails(f"INSERT INTO {table} (b) SELECT {big}")[0] == "100078"
    client.sql(f"ALTER TABLE {table} ADD COLUMN v VARIANT")
    assert client.fails(f"INSERT INTO {table} (v) SELECT TO_VARIANT({big})")[0] == "100082"


def test_variants_that_mean_the_same_are_equal(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER, v VARIANT)")
    client.load(
        table,
        b'{"id":1,"v":{"b":1,"a":[1, 2]}}\n{"id":2,"v":{"a":[1,2],"b":1}}\n'
        b'{"id":3,"v":{"n":12345678901234567890123.5,"a":1}}\n',
    )
    same = f"SELECT COUNT(*) FROM {table} x, {table} y WHERE x.id = 1 AND y.id = 2 AND x.v = y.v"
    assert client.rows(same) == [["1"]]
    assert client.rows(f"SELECT v FROM {table} ORDER BY id") == [
        ['{"a":[1,2],"b":1}'],
        ['{"a":[1,2],"b":1}'],
        ['{"a":1,"n":12345678901234567890123.5}'],
    ]
    distinct = (
        'SELECT PARSE_JSON(\'{"b": 1, "a": 2}\') IS DISTINCT FROM PARSE_JSON(\'{"a":2,"b":1}\')'
    )
    assert client.rows(distinct) == [["false"]]


@pytest.mark.parametrize(
    ("document", "kept"),
    [
        ('{"b": 1, "a": {"z":0,"y":[ ]}}', '{"a":{"y":[],"z":0},"b":1}'),
        ("[1.10]", "[1.1]"),
        (
            '{"n":12345678901234567890123.5,"a":[{"c":1,"b":2}]}',
            '{"a":[{"b":2,"c":1}],"n":12345678901234567890123.5}',
        ),
    ],
)
def test_what_parse_json_makes_of_a_literal(client, document, kept):
    assert client.rows(f"SELECT PARSE_JSON('{document}')") == [[kept]]


@pytest.mark.parametrize("document", ['{"a":1,"a":2}', '[{"n":1234567890123456789,"n":2}]', "{"])
def test_what_is_no_document(client, document):
    assert client.fails(f"SELECT PARSE_JSON('{document}')")[0] == "100069"
    assert client.rows(f"SELECT TRY_PARSE_JSON('{document}')") == [[None]]


def test_both_halves_of_a_recursive_query_have_one_type(client):
    query = (
        "WITH RECURSIVE c (n, w) AS (SELECT 1, {} UNION ALL SELECT n + 1, {} FROM c WHERE n < 3) "
    )
    fine = query.format("'a'::VARCHAR", "w || 'b'") + "SELECT n, w FROM c ORDER BY n"
    assert client.rows(fine) == [["1", "a"], ["2", "ab"], ["3", "abb"]]
    for one, other in (("'a'::VARCHAR", "n"), ("PARSE_JSON('1')", "'b'"), ("1.5::FLOAT", "'x'")):
        assert client.fails(query.format(one, other) + "SELECT * FROM c")[0] == "001003"


def test_digests_and_hex_numbers(client):
    assert client.rows(
        "SELECT MD5('abc'), MD5_NUMBER_UPPER64('abc'), MD5_NUMBER_LOWER64('abc')"
    ) == [["900150983cd24fb0d6963f7d28e17f72", "10376663631224000432", "15462616177412505458"]]
    assert client.rows("SELECT TO_NUMBER('00FF', 'XXXX')") == [["255"]]


def test_another_table_s_column_of_the_same_name_changes_no_type(client, table):
    client.sql(f"CREATE TABLE {table} AS SELECT 1 id, '2026-01-01 00:00:00 +01:00'::TIMESTAMP_TZ u")
    client.sql(f"CREATE TABLE {table}_other (pos INT, u TIMESTAMP_NTZ)")
    query = (
        f"SELECT IFF(t.id > (SELECT MAX(pos) FROM {table}_other), s.v, t.u) AS x FROM {table} t "
        f"JOIN (SELECT id, u AS v FROM {table}) s ON s.id = t.id"
    )
    assert client.rows(f"SELECT TO_VARCHAR(x, 'YYYY-MM-DD TZH:TZM') FROM ({query}) q") == [
        ["2026-01-01 +01:00"]
    ]
