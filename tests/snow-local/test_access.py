"""Roles, grants and warehouses: a role may do what was granted to it and sees nothing else."""

import pytest

from lab import ACCOUNT, USER, Client, Key, Server

NAME = f"{ACCOUNT}.{USER}"


@pytest.fixture
def role(client, table) -> str:
    """A role that may use the schema and holds nothing in it."""
    name = f"R_{table}"
    client.sql(f"CREATE ROLE {name}")
    client.sql(f"GRANT USAGE ON DATABASE CDC TO ROLE {name}")
    client.sql(f"GRANT USAGE ON SCHEMA CDC.RAW TO ROLE {name}")
    return name


@pytest.fixture
def target(client, table) -> str:
    client.sql(f"CREATE TABLE {table} (id NUMBER)")
    client.sql(f"INSERT INTO {table} VALUES (1)")
    return table


def test_a_table_without_grants_does_not_exist_for_the_role(client, target, role):
    for statement in (
        f"SELECT * FROM {target}",
        f"INSERT INTO {target} VALUES (2)",
        f"DELETE FROM {target}",
        f"DROP TABLE {target}",
        f"ALTER TABLE {target} ADD COLUMN x INT",
        f"DESCRIBE TABLE {target}",
    ):
        assert client.fails(statement, role=role)[0] == "002003", statement
    assert client.rows(f"SHOW TABLES LIKE '{target}'", role=role) == []
    listed = f"SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = '{target}'"
    assert client.rows(listed, role=role) == [["0"]]
    assert client.rows(listed) == [["1"]]


def test_each_privilege_stands_alone(client, target, role):
    client.sql(f"GRANT INSERT ON TABLE {target} TO ROLE {role}")
    client.sql(f"INSERT INTO {target} VALUES (2)", role=role)
    for statement in (
        f"SELECT * FROM {target}",
        f"UPDATE {target} SET id = 3",
        f"TRUNCATE TABLE {target}",
        f"MERGE INTO {target} t USING (SELECT 1 AS id) s ON t.id = s.id "
        "WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)",
        f"ALTER TABLE {target} ADD COLUMN x INT",
        f"INSERT INTO {target} SELECT * FROM {target}",
    ):
        assert client.fails(statement, role=role) == ("003001", "42501"), statement
    client.sql(f"GRANT SELECT, DELETE ON TABLE {target} TO ROLE {role}")
    assert client.rows(f"SELECT COUNT(*) FROM {target}", role=role) == [["2"]]
    client.sql(f"DELETE FROM {target} WHERE id = 2", role=role)
    client.sql(f"REVOKE SELECT ON TABLE {target} FROM ROLE {role}")
    assert client.fails(f"SELECT * FROM {target}", role=role)[0] == "003001"


def test_creating_needs_a_grant_and_makes_an_owner(client, table, role):
    create = f"CREATE TABLE IF NOT EXISTS {table}_OWN (a INT)"
    assert client.fails(create, role=role) == ("003001", "42501")
    assert client.fails(f"CREATE SCHEMA S_{table}", role=role)[0] == "003001"
    assert client.fails(f"CREATE DATABASE D_{table}", role=role)[0] == "003001"
    client.sql(f"GRANT CREATE TABLE ON SCHEMA CDC.RAW TO ROLE {role}")
    client.sql(create, role=role)
    client.sql(f"INSERT INTO {table}_OWN VALUES (1)", role=role)
    client.sql(f"ALTER TABLE {table}_OWN ADD COLUMN b INT", role=role)
    assert client.rows(f"SHOW TABLES LIKE '{table}_OWN'")[0][9] == role
    client.sql(f"DROP TABLE {table}_OWN", role=role)
    assert client.rows("SHOW GRANTS ON SCHEMA CDC.RAW") != []


def test_the_history_of_migrations_that_a_role_cannot_read(client, target, role):
    """CREATE .. IF NOT EXISTS of a table that is there and hidden succeeds and changes nothing."""
    client.sql(f"GRANT CREATE TABLE ON SCHEMA CDC.RAW TO ROLE {role}")
    client.sql(f"CREATE TABLE IF NOT EXISTS {target} (id NUMBER)", role=role)
    assert client.fails(f"SELECT * FROM {target}", role=role)[0] == "002003"
    assert client.rows(f"SELECT COUNT(*) FROM {target}") == [["1"]]


def test_roles_hold_roles_and_future_grants_become_real(client, target, role):
    inner = f"{role}_INNER"
    client.sql(f"CREATE ROLE {inner}")
    client.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA CDC.RAW TO ROLE {inner}")
    client.sql(f"GRANT SELECT ON FUTURE TABLES IN SCHEMA CDC.RAW TO ROLE {inner}")
    client.sql(f"GRANT ROLE {inner} TO ROLE {role}")
    assert client.rows(f"SELECT * FROM {target}", role=role) == [["1"]]
    client.sql(f"CREATE TABLE {target}_LATER (a INT)")
    assert client.rows(f"SELECT * FROM {target}_LATER", role=role) == []
    held = client.rows(f"SHOW GRANTS TO ROLE {role}")
    assert ["USAGE", "ROLE", inner] in [row[1:4] for row in held]
    assert [row[2:4] for row in client.rows(f"SHOW GRANTS OF ROLE {inner}")] == [["ROLE", role]]
    client.sql(f"REVOKE ROLE {inner} FROM ROLE {role}")
    assert client.fails(f"SELECT * FROM {target}", role=role)[0] == "002003"
    assert client.fails(f"GRANT ROLE {inner} TO ROLE nobody")[0] == "002003"


def test_a_new_table_of_an_old_name_has_no_old_grants(client, target, role):
    client.sql(f"GRANT SELECT ON TABLE {target} TO ROLE {role}")
    client.sql(f"CREATE OR REPLACE TABLE {target} (id NUMBER)")
    assert client.fails(f"SELECT * FROM {target}", role=role)[0] == "002003"
    client.sql(f"GRANT SELECT ON TABLE {target} TO ROLE {role}")
    client.sql(f"ALTER TABLE {target} RENAME TO {target}_NEW")
    assert client.rows(f"SELECT * FROM {target}_NEW", role=role) == []


@pytest.mark.parametrize(
    "statement, code",
    [
        ("GRANT READ ON TABLE {t} TO ROLE {r}", "001003"),
        ("GRANT SELECT ON TABLE nope TO ROLE {r}", "002003"),
        ("GRANT SELECT ON TABLE {t} TO ROLE nope", "002003"),
        ("GRANT USAGE ON WAREHOUSE nope TO ROLE {r}", "002003"),
        ("GRANT SELECT ON NONSENSE {t} TO ROLE {r}", "001003"),
        ("GRANT SELECT ON TABLE {t} TO DATABASE ROLE CDC.X", "000002"),
    ],
)
def test_grants_are_read_not_swallowed(client, target, role, statement, code):
    assert client.fails(statement.format(t=target, r=role))[0] == code


def test_only_owners_and_administrators_grant(client, target, role):
    client.sql(f"GRANT SELECT ON TABLE {target} TO ROLE {role}")
    assert client.fails(f"GRANT SELECT ON TABLE {target} TO ROLE PUBLIC", role=role)[0] == "003001"


def scoped(client, **claims) -> dict:
    token = client.http.post(
        client.base + "/oauth/token",
        data={
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": client.key.token(**claims),
        },
    ).text
    return {"Authorization": f"Bearer {token}"}


def test_streaming_asks_for_the_role_of_the_token(client, target, role):
    url = f"{client.pipe(target)}/channels/c"
    headers = scoped(client, scp=f"session:role:{role}")
    refused = client.http.put(url, json={}, headers=headers)
    assert refused.status_code == 404
    assert refused.json()["code"] == "ERR_TABLE_DOES_NOT_EXIST_NOT_AUTHORIZED"
    client.sql(f"GRANT INSERT ON TABLE {target} TO ROLE {role}")
    assert client.http.put(url, json={}, headers=headers).status_code == 200
    headers = scoped(client, scp="session:role:NOBODY")
    assert client.http.put(url, json={}, headers=headers).status_code == 401


def test_a_token_for_another_host_is_refused(client, target):
    url = f"{client.pipe(target)}/channels/c"
    for scope, status in (
        ("other.example", 401),
        ("127.0.0.1", 200),
        ("https://127.0.0.1:443", 200),
    ):
        token = client.http.post(
            client.base + "/oauth/token",
            headers=client.jwt_headers(),
            data={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "scope": scope},
        ).text
        headers = {"Authorization": f"Bearer {token}"}
        assert client.http.put(url, json={}, headers=headers).status_code == status, scope


def test_work_needs_a_warehouse_and_ddl_does_not(client, target):
    body = {"warehouse": "NOPE"}
    for statement in (
        f"SELECT * FROM {target}",
        f"INSERT INTO {target} VALUES (1)",
        f"CREATE TABLE {target}_2 AS SELECT * FROM {target}",
        "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES",
    ):
        assert client.fails(statement, **body) == ("000606", "57P03"), statement
    many = {"parameters": {"multi_statement_count": "0"}}
    assert client.fails("SELECT 1; SELECT 2", **body, **many)[0] == "000606"
    assert client.rows("SELECT 1", **body) == [["1"]]
    client.sql(f"CREATE TABLE {target}_3 (a INT)", **body)
    client.sql(f"SHOW TABLES LIKE '{target}'", **body)


def test_warehouses_are_suspended_and_resumed(client, target, role):
    name = f"W_{target}"
    client.sql(f"CREATE WAREHOUSE {name} WITH WAREHOUSE_SIZE = 'XSMALL' AUTO_RESUME = FALSE")
    query = f"SELECT COUNT(*) FROM {target}"
    assert client.rows(query, warehouse=name) == [["1"]]
    client.sql(f"ALTER WAREHOUSE {name} SUSPEND")
    assert client.fails(query, warehouse=name)[0] == "000606"
    client.sql(f"ALTER WAREHOUSE {name} SET AUTO_RESUME = TRUE")
    assert client.rows(query, warehouse=name) == [["1"]]
    client.sql(f"GRANT SELECT ON TABLE {target} TO ROLE {role}")
    assert client.fails(query, warehouse=name, role=role)[0] == "000606"
    client.sql(f"GRANT USAGE ON WAREHOUSE {name} TO ROLE {role}")
    assert client.rows(query, warehouse=name, role=role) == [["1"]]
    assert client.fails(f"ALTER WAREHOUSE {name} SET NO_SUCH_THING = 1")[0] == "001003"


def test_users_have_their_own_role_warehouse_and_keys(tmp_path, key):
    options = ("--user", "SMALL:READER", "--default-warehouse", "")
    server = Server(tmp_path, key, *options, "--public-key", f"SMALL={key.public_path}").start()
    try:
        client = Client(server, key)
        client.sql("CREATE DATABASE CDC", database=None, schema=None)
        client.sql("CREATE TABLE CDC.PUBLIC.T (a INT)")
        assert client.fails("SELECT * FROM CDC.PUBLIC.T")[0] == "000606"
        client.sql(f"ALTER USER {USER} SET DEFAULT_WAREHOUSE = COMPUTE_WH")
        assert client.rows("SELECT * FROM CDC.PUBLIC.T") == []
        small = {"iss": f"{ACCOUNT}.SMALL.{key.fingerprint}", "sub": f"{ACCOUNT}.SMALL"}
        headers = client.jwt_headers(key.token(**small))

        def as_small(statement: str, **body):
            return client.http.post(
                client.base + "/api/v2/statements",
                json={"statement": statement, **body},
                headers=headers,
            )

        assert as_small("SELECT CURRENT_ROLE()").json()["data"] == [["READER"]]
        assert as_small("SELECT 1", role="SYSADMIN").status_code == 403
        assert as_small("SELECT * FROM CDC.PUBLIC.T").json()["code"] == "002003"
        client.sql("CREATE ROLE MORE")
        assert as_small("SELECT 1", role="MORE").status_code == 403
        client.sql("GRANT ROLE MORE TO USER SMALL")
        assert as_small("SELECT 1", role="MORE").status_code == 200
        other = Key(tmp_path, "second")
        text = "".join(other.public_path.read_text().splitlines()[1:-1])
        second = other.token(iss=f"{NAME}.{other.fingerprint}")
        assert (
            client.http.get(
                client.base + "/v2/streaming/hostname", headers=client.jwt_headers(second)
            ).status_code
            == 401
        )
        client.sql(f"ALTER USER {USER} SET RSA_PUBLIC_KEY_2 = '{text}'")
        for token in (second, key.token()):
            answer = client.http.get(
                client.base + "/v2/streaming/hostname", headers=client.jwt_headers(token)
            )
            assert answer.status_code == 200
        client.sql(f"ALTER USER {USER} UNSET RSA_PUBLIC_KEY_2")
        assert (
            client.http.get(
                client.base + "/v2/streaming/hostname", headers=client.jwt_headers(second)
            ).status_code
            == 401
        )
        assert client.fails(f"ALTER USER {USER} SET RSA_PUBLIC_KEY = 'nonsense'")[0] == "390197"
    finally:
        server.kill()
