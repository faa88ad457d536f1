"""What clients do wrong without being told is written down."""

import uuid

import pytest


@pytest.fixture
def target(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER(38,0), n VARCHAR)")
    client.settings(commit_delay=0.05)
    client.http.delete(client.base + "/__local/violations")
    return table


def kinds(client) -> list[str]:
    found = client.http.get(client.base + "/__local/violations").json()
    assert sum(found["counts"].values()) == len(found["violations"])
    return [item["kind"] for item in found["violations"]]


def next_token(answer) -> str:
    assert answer.status_code == 200, answer.text
    return answer.json()["next_continuation_token"]


def test_a_good_client_breaks_nothing(client, target):
    token = client.open_token(target, "c")
    for number in range(3):
        first = client.append(target, "c", token, [{"id": number}], f"{number:04d}")
        again = client.append(target, "c", token, [{"id": number}], f"{number:04d}")
        assert again.json() == first.json()
        token = next_token(first)
    client.wait_for(target, "c", "0002")
    token = client.open_token(target, "c")
    next_token(client.append(target, "c", token, [{"id": 3}], "0003"))
    assert kinds(client) == []


def test_other_bytes_under_a_used_token(client, target):
    token = client.open_token(target, "c")
    client.append(target, "c", token, [{"id": 1}], "0001")
    assert client.append(target, "c", token, [{"id": 1}, {"id": 2}], "0002").status_code == 200
    client.append(target, "c", token, [{"id": 1}], "0002")
    found = client.http.get(client.base + "/__local/violations").json()["violations"]
    assert [item["kind"] for item in found] == ["other_bytes", "other_bytes"]
    assert (found[0]["channel"], found[0]["pipe"]) == ("c", f"CDC.RAW.{target}-STREAMING")
    assert "0002" in found[0]["detail"]


@pytest.mark.parametrize(
    "ends, wrong",
    [
        (["9", "10", "11"], 0),
        (["10", "9"], 1),
        (["0000000A/0000", "0000000B/0000"], 0),
        (["0/B/3", "0/A/9"], 1),
        (["a0001", "a0000"], 1),
        (["x", "anything"], 0),
    ],
)
def test_tokens_that_go_back(client, target, ends, wrong):
    token = client.open_token(target, "c")
    for number, end in enumerate(ends):
        token = next_token(client.append(target, "c", token, [{"id": number}], end))
    assert kinds(client) == ["token_went_back"] * wrong


def test_a_replay_below_the_committed_token_goes_back(client, target):
    client.settings(commit_delay=0.01)
    token = client.open_token(target, "c")
    next_token(client.append(target, "c", token, [{"id": 5}], "5"))
    client.wait_for(target, "c", "5")
    token = client.open_token(target, "c")
    next_token(client.append(target, "c", token, [{"id": 4}], "4"))
    assert kinds(client) == ["token_went_back"]


def test_gaps_reused_ids_lines_without_end_and_members_without_column(client, target):
    token = client.open_token(target, "c")
    client.append(target, "c", token.split("_")[0] + "_5", [{"id": 1}], "1")
    assert kinds(client) == ["row_gap"]
    token = client.open_token(target, "c")
    token = next_token(client.append(target, "c", token, b'{"id":1}\n{"nope":2}', "1"))
    client.wait_for(target, "c", "1")
    assert kinds(client)[1:] == ["no_last_newline", "unknown_members"]
    once = str(uuid.uuid4())
    token = next_token(client.append(target, "c", token, [{"id": 1}], "2", request_id=once))
    next_token(client.append(target, "c", token, [{"id": 1}], "3", request_id=once))
    assert kinds(client)[3:] == ["request_id_reused"]


def test_an_open_that_sets_the_token(client, target):
    client.open(target, "c", offset_token="0")
    assert kinds(client) == ["open_sets_token"]
    client.http.delete(client.base + "/__local/violations")
    assert kinds(client) == []


def test_strict_json(client, target):
    """What DuckDB would let pass and RFC 8259 does not; and the zero that VARIANT cannot hold."""
    bad = [
        b'{"id":NaN}',
        b'{"id":Infinity}',
        b'{"id":1,}',
        b'{"id":1} {"id":2}',
        b'{"id":01}',
        b"{'id':1}",
        b'{"n":"\\ud800"}',
        b'{"n":"x\\u0000y"}',
        b'{"n":"\x01"}',
        b'{"n":"\xff"}',
        b'{"id":1,"id":2}',
        b"[1]",
        b"null",
        b'{"id":1},{"id":2}',
    ]
    good = [b'{"id":1,"n":"\\\\u0000"}', b'{"id":2,"n":"\\ud83d\\ude00"}']
    status = client.load(target, b"\n".join(bad + good) + b"\n")
    assert (status["rows_inserted"], status["rows_error_count"]) == (2, len(bad))
    assert client.rows(f"SELECT id, n FROM {target} ORDER BY id") == [["1", "\\u0000"], ["2", "😀"]]


def test_a_value_has_a_largest_size(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER, n VARCHAR, v VARIANT) ERROR_LOGGING = TRUE")
    client.settings(max_value_bytes=1000)
    rows = [
        {"id": 1, "n": "x" * 1000},
        {"id": 2, "n": "x" * 1001},
        {"id": 3, "n": "ä" * 600},
        {"id": 4, "v": {"a": "x" * 990}},
        {"id": 5, "v": {"a": "x" * 1000}},
    ]
    status = client.load(table, rows)
    assert (status["rows_inserted"], status["rows_error_count"]) == (2, 3)
    assert client.rows(f"SELECT id FROM {table} ORDER BY id") == [["1"], ["4"]]
    codes = client.rows(f"SELECT error_code FROM ERROR_TABLE({table}) ORDER BY 1")
    assert codes == [["100078"], ["100078"], ["100082"]]


@pytest.mark.parametrize("shape", ["live", "fixed", "invalidate"])
def test_columns_that_come_while_a_channel_is_open(client, target, shape):
    client.settings(table_shape=shape)
    token = client.open_token(target, "c")
    token = next_token(client.append(target, "c", token, [{"id": 1, "extra": "a"}], "1"))
    client.wait_for(target, "c", "1")
    client.http.delete(client.base + "/__local/violations")
    client.sql(f"ALTER TABLE {target} ADD COLUMN extra VARCHAR DEFAULT 'none'")
    answer = client.append(target, "c", token, [{"id": 2, "extra": "b"}], "2")
    if shape == "invalidate":
        assert (answer.status_code, answer.json()["code"]) == (409, "ERR_CHANNEL_MUST_BE_REOPENED")
        return
    client.wait_for(target, "c", "2")
    lost = [] if shape == "live" else ["unknown_members"]
    assert kinds(client) == lost
    token = client.open_token(target, "c")
    client.append(target, "c", token, [{"id": 3, "extra": "c"}], "3")
    client.wait_for(target, "c", "3")
    assert client.rows(f"SELECT extra FROM {target} ORDER BY id") == [
        ["none"],
        ["b" if shape == "live" else "none"],
        ["c"],
    ]
