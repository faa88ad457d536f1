"""Schema evolution: a table that asks for it gets the columns that rows name."""

import pytest


@pytest.fixture
def target(client, table):
    client.sql(
        f"CREATE TABLE {table} (id NUMBER NOT NULL, n VARCHAR NOT NULL) "
        "ENABLE_SCHEMA_EVOLUTION = TRUE"
    )
    client.settings(commit_delay=0.05)
    return table


def types(client, table) -> dict:
    return {row[0]: (row[1], row[3]) for row in client.rows(f"DESCRIBE TABLE {table}")}


def test_new_members_become_columns_of_the_first_values(client, target):
    rows = [
        {"id": 1, "n": "a", "d": "2026-03-01", "ts": "2026-03-01T10:00:00", "empty": None},
        {"id": 2, "n": "b", "doc": {"b": 1, "a": 2}, "big": 3, "f": 1.5, "flag": True, "l": [1]},
        {"id": 3, "tz": "2026-03-01T10:00:00+02:00", "t": "10:00:00", "s": "x", "mix": 1},
        {"id": 4, "mix": "y"},
    ]
    status = client.load(target, rows)
    assert (status["rows_inserted"], status["rows_error_count"]) == (4, 0)
    found = types(client, target)
    kinds = {name: kind.split("(")[0] for name, (kind, _) in found.items()}
    assert kinds == {
        **{"ID": "NUMBER", "N": "VARCHAR", "D": "DATE", "TS": "TIMESTAMP_NTZ"},
        **{"EMPTY": "VARCHAR", "DOC": "VARIANT", "BIG": "NUMBER", "F": "FLOAT"},
        **{"FLAG": "BOOLEAN", "L": "VARIANT", "TZ": "TIMESTAMP_TZ", "T": "TIME"},
        **{"S": "VARCHAR", "MIX": "VARCHAR"},
    }
    assert (found["ID"][1], found["N"][1]) == ("N", "Y")
    assert client.rows(f"SELECT doc, big, mix FROM {target} WHERE id IN (2, 4) ORDER BY id") == [
        ['{"a":2,"b":1}', "3", None],
        [None, None, "y"],
    ]


@pytest.mark.parametrize(
    "row", [{"id": 1, "n": "a", "no name": 1}, {"id": 1, **{f"c{n}": n for n in range(101)}}]
)
def test_names_and_numbers_that_invalidate_the_channel(client, target, row):
    token = client.open_token(target, "c")
    client.append(target, "c", token, [row], "1")
    client.http.post(client.base + "/__local/commit")
    code = client.status(target, "c")["c"]["channel_status_code"]
    assert code == "ERR_CHANNEL_MUST_BE_REOPENED"
    assert set(types(client, target)) == {"ID", "N"}


def test_a_role_needs_evolve_schema(client, target):
    role = f"R_{target}"
    client.sql(f"CREATE ROLE {role}")
    client.sql(f"GRANT USAGE ON DATABASE CDC TO ROLE {role}")
    client.sql(f"GRANT USAGE ON SCHEMA CDC.RAW TO ROLE {role}")
    client.sql(f"GRANT INSERT ON TABLE {target} TO ROLE {role}")
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assertion = client.key.token(scp=f"session:role:{role}")
    data = {"grant_type": grant, "assertion": assertion}
    token = client.http.post(client.base + "/oauth/token", data=data).text
    before = client._scoped
    client._scoped = token
    try:
        client.load(target, [{"id": 1, "n": "a", "extra": 1}])
        assert set(types(client, target)) == {"ID", "N"}
        client.sql(f"GRANT EVOLVE SCHEMA ON TABLE {target} TO ROLE {role}")
        client.load(target, [{"id": 2, "n": "b", "extra": 1}])
        assert set(types(client, target)) == {"ID", "N", "EXTRA"}
    finally:
        client._scoped = before
