"""Objects of migrations: they are read, kept, shown and dropped; what cannot work is refused."""

import pytest

MANY = {"parameters": {"multi_statement_count": "0"}}


@pytest.fixture
def target(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER, n VARCHAR)")
    return table


def test_sequences_count(client, table):
    client.sql(f"CREATE SEQUENCE {table}_s START = 10 INCREMENT BY 5 COMMENT = 'mine'")
    assert client.rows(f"SELECT {table}_s.NEXTVAL") == [["10"]]
    assert client.rows(f"SELECT cdc.raw.{table}_s.nextval AS x") == [["15"]]
    client.sql(f"CREATE TABLE {table} (id NUMBER DEFAULT {table}_s.NEXTVAL, n VARCHAR)")
    client.sql(f"INSERT INTO {table} (n) VALUES ('a'), ('b')")
    assert client.rows(f"SELECT id FROM {table} ORDER BY 1") == [["20"], ["25"]]
    row = client.rows(f"SHOW SEQUENCES LIKE '{table}_S'")[0]
    assert (row[5], row[6], row[7]) == ("mine", "5", "30")
    client.sql(f"CREATE SEQUENCE IF NOT EXISTS {table}_s")
    assert client.fails(f"CREATE SEQUENCE {table}_s") == ("002002", "42710")
    assert client.fails(f"SELECT {table}_nope.NEXTVAL")[0] == "000904"


def test_streams_are_kept_and_not_read(client, target):
    client.sql(f"CREATE STREAM {target}_s ON TABLE {target} APPEND_ONLY = TRUE COMMENT='c'")
    row = client.rows(f"SHOW STREAMS LIKE '{target}_S'")[0]
    assert (row[6], row[10]) == (f"CDC.RAW.{target}", "APPEND_ONLY")
    assert client.fails(f"SELECT * FROM {target}_s")[0] == "002003"
    assert client.fails("CREATE STREAM s2 ON TABLE nope")[0] == "002003"
    assert client.fails(f"CREATE STREAM s2 ON TABLE {target} APPEND = TRUE")[0] == "001003"
    client.sql(f"DROP STREAM {target}_s")
    client.sql(f"DROP STREAM IF EXISTS {target}_s")
    assert client.fails(f"DROP STREAM {target}_s")[0] == "002003"


def test_tasks_run_when_they_are_told_to(client, target):
    create = (
        f"CREATE TASK {target}_t WAREHOUSE = COMPUTE_WH SCHEDULE = 'USING CRON 0 * * * * UTC' "
        f"WHEN SYSTEM$STREAM_HAS_DATA('S') AS BEGIN INSERT INTO {target} VALUES (1, 'a;b'); "
        f"UPDATE {target} SET id = id + 1; END"
    )
    client.sql(f"{create}; ALTER TASK {target}_t RESUME;", **MANY)
    row = client.rows(f"SHOW TASKS LIKE '{target}_T'")[0]
    assert (row[6], row[7], row[9]) == ("COMPUTE_WH", "USING CRON 0 * * * * UTC", "started")
    assert row[11] == "SYSTEM$STREAM_HAS_DATA('S')"
    client.sql(f"EXECUTE TASK {target}_t")
    assert client.rows(f"SELECT * FROM {target}") == [["2", "a;b"]]
    client.sql(f"CREATE TASK {target}_u AFTER {target}_t AS SELECT 1")
    client.sql(f"ALTER TASK {target}_u SUSPEND")
    assert client.fails("CREATE TASK x AFTER nope AS SELECT 1")[0] == "002003"
    assert client.fails("CREATE TASK x SCHEDULE = 'soon' AS SELECT 1")[0] == "391601"
    assert client.fails("CREATE TASK x WAREHOUSE = NOPE AS SELECT 1")[0] == "002003"
    client.sql(f"DROP TASK {target}_t")
    assert client.rows(f"SHOW TASKS LIKE '{target}_T'") == []


def test_dynamic_tables_are_always_fresh(client, target):
    client.sql(
        f"CREATE DYNAMIC TABLE {target}_d TARGET_LAG = '1 minute' WAREHOUSE = COMPUTE_WH "
        f"REFRESH_MODE = INCREMENTAL AS SELECT id, COUNT(*) AS c FROM {target} GROUP BY id"
    )
    client.sql(f"INSERT INTO {target} VALUES (1, 'a'), (1, 'b')")
    assert client.rows(f"SELECT * FROM {target}_d") == [["1", "2"]]
    assert client.fails(f"INSERT INTO {target}_d VALUES (1, 1)")[0] == "000002"
    row = client.rows(f"SHOW DYNAMIC TABLES LIKE '{target}_D'")[0]
    assert (row[6], row[8]) == ("1 minute", "COMPUTE_WH")
    client.sql(f"ALTER DYNAMIC TABLE {target}_d SUSPEND")
    assert client.rows(f"SHOW VIEWS LIKE '{target}_D'") == []
    create = "CREATE DYNAMIC TABLE x WAREHOUSE = COMPUTE_WH AS SELECT 1 AS a"
    assert client.fails(create)[0] == "002262"
    assert client.fails(f"DROP TABLE {target}_d")[0] == "002203"
    client.sql(f"DROP DYNAMIC TABLE {target}_d")
    assert client.fails(f"SELECT * FROM {target}_d")[0] == "002003"


@pytest.mark.parametrize(
    "kind, rest",
    [
        (
            "PIPE",
            "AS COPY INTO {t} FROM (SELECT $1:id FROM TABLE(DATA_SOURCE(TYPE => 'STREAMING')))",
        ),
        ("STAGE", "URL = 's3://b/p' FILE_FORMAT = (TYPE = JSON) COMMENT = 'x'"),
        ("FILE FORMAT", "TYPE = JSON STRIP_OUTER_ARRAY = TRUE"),
        ("TAG", "ALLOWED_VALUES 'a', 'b' COMMENT = 'c'"),
        ("MASKING POLICY", "AS (v VARCHAR) RETURNS VARCHAR -> CASE WHEN TRUE THEN v END"),
        ("ROW ACCESS POLICY", "AS (v VARCHAR) RETURNS BOOLEAN -> TRUE"),
        (
            "ALERT",
            "SCHEDULE = '1 MINUTE' IF (EXISTS (SELECT 1)) THEN INSERT INTO {t} VALUES (1, '')",
        ),
    ],
)
def test_kept_objects(client, target, kind, rest):
    name = f"{target}_O"
    client.sql(f"CREATE {kind} {name} {rest.format(t=target)}")
    assert client.fails(f"CREATE {kind} {name} {rest.format(t=target)}")[0] == "002002"
    client.sql(f"CREATE OR REPLACE {kind} {name} {rest.format(t=target)}")
    plural = f"{kind}S".replace("YS", "IES")
    assert [row[1] for row in client.rows(f"SHOW {plural} LIKE '{name}'")] == [name]
    assert ["name", name] in client.rows(f"DESCRIBE {kind} {name}")
    client.sql(f"COMMENT ON {kind} {name} IS 'it''s'")
    client.sql(f"DROP {kind} {name}")
    assert client.rows(f"SHOW {plural} LIKE '{name}'") == []
    assert client.fails(f"ALTER {kind} {name} SET COMMENT = 'x'")[0] == "002003"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE EXTERNAL TABLE x (a INT) LOCATION = @s",
        "CREATE MATERIALIZED VIEW x AS SELECT 1 AS a",
        "CREATE NETWORK POLICY x ALLOWED_IP_LIST = ('1.2.3.4')",
        "COPY INTO @s FROM {t}",
        "UNDROP TASK x",
        "CREATE OR ALTER TASK x AS SELECT 1",
        "SELECT * FROM {t} AT (OFFSET => -60)",
        "CREATE TABLE x CLONE {t} BEFORE (OFFSET => -60)",
    ],
)
def test_what_is_lacking_is_refused(client, target, statement):
    code = client.fails(statement.format(t=target))[0]
    assert code in ("000002", "001003"), code


def test_a_schema_and_a_database_are_cloned_whole(client, table):
    source, copy = f"S_{table}", f"C_{table}"
    for statement in (
        f"CREATE SCHEMA CDC.{source}",
        f"CREATE TABLE CDC.{source}.t (id NUMBER AUTOINCREMENT, n VARCHAR NOT NULL) COMMENT = 'c'",
        f"INSERT INTO CDC.{source}.t (n) VALUES ('a'), ('b')",
        f"CREATE VIEW CDC.{source}.w AS SELECT id FROM CDC.{source}.t",
        f"CREATE SEQUENCE CDC.{source}.q START 7",
    ):
        client.sql(statement)
    client.sql("CREATE VIEW v AS SELECT id, n FROM t", schema=source)
    client.sql(
        "CREATE TASK k SCHEDULE = '1 MINUTE' AS SELECT 1; ALTER TASK k RESUME",
        schema=source,
        **MANY,
    )
    client.sql(f"CREATE SCHEMA {copy} CLONE {source}")
    client.sql(f"CREATE DATABASE D_{table} CLONE CDC")
    client.sql(f"INSERT INTO CDC.{source}.t (n) VALUES ('later')")
    for place in (f"CDC.{copy}", f"D_{table}.{source}"):
        assert client.rows(f"SELECT * FROM {place}.t ORDER BY id") == [["1", "a"], ["2", "b"]]
        assert client.rows(f"SELECT COUNT(*) FROM {place}.v") == [["2"]]
        client.sql(f"INSERT INTO {place}.t (n) VALUES ('own')")
        assert client.rows(f"SELECT MAX(id), COUNT(*) FROM {place}.v") == [["3", "3"]]
        assert client.rows(f"SELECT COUNT(*) FROM {place}.w") == [["3"]]
        assert client.rows(f"SELECT {place}.q.NEXTVAL") == [["7"]]
        assert client.rows(f"SHOW TASKS IN SCHEMA {place}")[0][9] == "suspended"
        assert client.rows(f"SHOW TABLES IN SCHEMA {place}")[0][5] == "c"
    assert client.rows(f"SELECT COUNT(*) FROM CDC.{source}.t") == [["3"]]
    client.sql(f"DROP DATABASE D_{table}")
    assert client.fails("CREATE DATABASE x CLONE nope")[0] == "002003"
    assert client.fails("CREATE DATABASE x CLONE CDC AT (OFFSET => -60)")[0] == "000002"


def test_get_ddl_makes_the_same_object_again(client, table):
    client.sql(
        f"CREATE TABLE {table} (id NUMBER(38,0) NOT NULL, n VARCHAR(5) DEFAULT 'x' "
        "COMMENT 'it''s', \"mixed\" TIMESTAMP_TZ(3), PRIMARY KEY (id)) CLUSTER BY (id) "
        "COMMENT = 'c'"
    )
    ddl = client.rows(f"SELECT GET_DDL('TABLE', '{table}')")[0][0]
    assert ddl == (
        f"create or replace TABLE {table} cluster by (id) (\n\tID NUMBER(38,0) NOT NULL,\n"
        "\tN VARCHAR(5) DEFAULT 'x' COMMENT 'it''s',\n\t\"mixed\" TIMESTAMP_TZ(3),\n"
        "\tprimary key (ID)\n) COMMENT='c';"
    )
    client.sql(ddl)
    assert client.rows(f"SELECT GET_DDL('table', 'cdc.raw.{table.lower()}')") == [[ddl]]
    client.sql(f"CREATE VIEW {table}_v (a) AS SELECT id FROM {table}")
    client.sql(f"CREATE SEQUENCE {table}_q START 5")
    client.sql(f"CREATE TASK {table}_t SCHEDULE = '1 MINUTE' WHEN TRUE AS SELECT 1")
    client.sql(f"CREATE STREAM {table}_s ON TABLE {table} APPEND_ONLY = TRUE")
    client.sql(
        f"CREATE DYNAMIC TABLE {table}_d TARGET_LAG = '1 hour' WAREHOUSE = COMPUTE_WH "
        f"AS SELECT id FROM {table}"
    )
    client.sql(f"CREATE PROCEDURE {table}_p(a NUMBER) RETURNS INT AS 'BEGIN RETURN a; END'")
    for kind, name in (
        ("VIEW", f"{table}_v"),
        ("SEQUENCE", f"{table}_q"),
        ("TASK", f"{table}_t"),
        ("STREAM", f"{table}_s"),
        ("DYNAMIC_TABLE", f"{table}_d"),
        ("PROCEDURE", f"{table}_p(NUMBER)"),
    ):
        ddl = client.rows(f"SELECT GET_DDL('{kind}', '{name}', TRUE)")[0][0]
        client.sql(ddl)
        assert client.rows(f"SELECT GET_DDL('{kind}', '{name}', TRUE)") == [[ddl]], kind
    assert (
        f"create or replace TABLE {table} " in client.rows("SELECT GET_DDL('SCHEMA', 'RAW')")[0][0]
    )
    assert client.fails("SELECT GET_DDL('TABLE', 'nope')")[0] == "002003"


def test_explain_compiles_and_runs_nothing(client, target):
    assert client.rows(f"EXPLAIN INSERT INTO {target} SELECT 1, 'a'") != []
    assert client.rows(f"SELECT COUNT(*) FROM {target}") == [["0"]]
    assert client.fails(f"EXPLAIN SELECT nope FROM {target}")[0] == "000904"
    assert client.fails("EXPLAIN USING TEXT SELECT * FROM nope")[0] == "002003"
    assert client.fails("EXPLAIN CREATE TABLE x (a INT)")[0] == "000002"
