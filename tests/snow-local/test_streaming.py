"""Channels: tokens and sequencers, delayed commit, bodies, names."""

import gzip
import json
import random
import string
import time

import pytest
import requests

from lab import ndjson


@pytest.fixture
def target(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER(38,0), n VARCHAR)")
    return table


def ids(client, table) -> list[int]:
    return [int(row[0]) for row in client.rows(f"SELECT id FROM {table} ORDER BY id")]


def test_hostname_and_token_are_plain_text_or_json(client):
    answer = client.http.get(client.base + "/v2/streaming/hostname", headers=client.jwt_headers())
    assert (answer.status_code, answer.text) == (200, "127.0.0.1")
    client.settings(json_answers=True)
    answer = client.http.get(client.base + "/v2/streaming/hostname", headers=client.jwt_headers())
    assert answer.json() == {"hostname": "127.0.0.1"}


def test_rows_commit_later_with_their_token(client, target):
    client.settings(commit_delay=0.6)
    token = client.open_token(target, "c")
    answer = client.append(target, "c", token, [{"id": 1}, {"id": 2}], "a")
    assert answer.status_code == 200
    assert client.status(target, "c")["c"]["last_committed_offset_token"] is None
    assert ids(client, target) == []
    status = client.wait_for(target, "c", "a")
    assert ids(client, target) == [1, 2]
    assert (status["rows_inserted"], status["rows_parsed"], status["rows_error_count"]) == (2, 2, 0)


def test_used_row_position_is_dropped_silently(client, target):
    first = client.open_token(target, "c")
    second = client.append(target, "c", first, [{"id": 1}], "a").json()["next_continuation_token"]
    again = client.append(target, "c", first, [{"id": 99}], "z")
    assert again.status_code == 200
    assert again.json()["next_continuation_token"] == second
    assert client.append(target, "c", second, [{"id": 2}], "b").status_code == 200
    client.wait_for(target, "c", "b")
    assert ids(client, target) == [1, 2]


def test_reopening_makes_the_earlier_owner_stale(client, target):
    old = client.open_token(target, "c")
    new = client.open_token(target, "c")
    answer = client.append(target, "c", old, [{"id": 1}], "a")
    assert answer.status_code == 400
    assert answer.json()["code"] == "STALE_CONTINUATION_TOKEN_SEQUENCER"
    assert client.append(target, "c", new, [{"id": 2}], "b").status_code == 200
    client.wait_for(target, "c", "b")
    assert ids(client, target) == [2]


def test_row_gap_invalidates_the_channel_until_it_is_reopened(client, target):
    token = client.open_token(target, "c")
    ahead = token.split("_")[0] + "_7"
    assert client.append(target, "c", ahead, [{"id": 1}], "a").status_code == 400
    code = "ERR_CHANNEL_MUST_BE_REOPENED_DUE_TO_ROW_SEQ_GAP"
    assert client.status(target, "c")["c"]["channel_status_code"] == code
    answer = client.append(target, "c", token, [{"id": 1}], "a")
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    client.load(target, [{"id": 3}])
    assert ids(client, target) == [3]


def test_uncommitted_rows_vanish_on_reopen(client, target):
    client.settings(commit_delay=30)
    token = client.open_token(target, "c")
    client.append(target, "c", token, [{"id": 1}], "a")
    token = client.open_token(target, "c")
    client.settings(commit_delay=0.1)
    client.append(target, "c", token, [{"id": 2}], "b")
    client.wait_for(target, "c", "b")
    assert ids(client, target) == [2]


def test_open_can_refuse_uncommitted_rows(client, target):
    client.settings(commit_delay=30)
    token = client.open_token(target, "c")
    client.append(target, "c", token, [{"id": 1}], "a")
    answer = client.open(target, "c", fail_on_uncommitted_rows=True)
    assert answer.status_code == 409
    assert answer.json()["code"] == "ERR_CHANNEL_HAS_UNCOMMITTED_DATA"
    client.settings(commit_delay=0.1)
    client.wait_for(target, "c", "a")
    answer = client.open(target, "c", fail_on_uncommitted_rows=True)
    assert answer.json()["channel_status"]["last_committed_offset_token"] == "a"


def test_open_with_an_offset_token_sets_it(client, target):
    client.open_token(target, "c", offset_token="from-here")
    assert client.status(target, "c")["c"]["last_committed_offset_token"] == "from-here"


@pytest.mark.parametrize("encoding", ["zstd", "gzip", ""])
def test_bodies_of_each_encoding_with_empty_lines(client, target, encoding):
    body = b'{"id":1}\n\n{"id":2}\r\n\n'
    body = gzip.compress(body) if encoding == "gzip" else body
    token = client.open_token(target, "c")
    assert client.append(target, "c", token, body, "a", encoding).status_code == 200
    client.wait_for(target, "c", "a")
    assert ids(client, target) == [1, 2]


def test_old_offset_token_parameter(client, target):
    token = client.open_token(target, "c")
    headers = {
        **client.scoped_headers(),
        "Content-Type": "application/x-ndjson",
        "X-Snowflake-Authorization-Token-Type": "OAUTH",
    }
    answer = client.http.post(
        f"{client.pipe(target, True)}/channels/c/rows",
        headers=headers,
        data=b'{"id":1}\n',
        params={"continuationToken": token, "offsetToken": "old"},
    )
    assert answer.status_code == 200
    client.wait_for(target, "c", "old")


def test_body_over_the_limit_is_refused(client, target):
    token = client.open_token(target, "c")
    noise = "".join(random.Random(1).choices(string.ascii_letters, k=4_000_100))
    answer = client.append(target, "c", token, ndjson([{"id": 1, "n": noise}]), "a", "")
    assert answer.status_code == 413
    assert "code" in answer.json()
    client.settings(too_large_status=400)
    assert client.append(target, "c", token, ndjson([{"n": noise}]), "a", "").status_code == 400
    limit = ndjson([{"id": 1, "n": ""}])
    whole = ndjson([{"id": 1, "n": noise[: 4_000_000 - len(limit)]}])
    assert len(whole) == 4_000_000
    assert client.append(target, "c", token, whole, "a", "").status_code == 200


def test_broken_compression_is_refused_and_the_position_stays(client, target):
    token = client.open_token(target, "c")
    headers = {
        **client.scoped_headers(),
        "Content-Type": "application/x-ndjson",
        "Content-Encoding": "zstd",
    }
    answer = client.http.post(
        f"{client.pipe(target, True)}/channels/c/rows",
        headers=headers,
        data=b"no zstd",
        params={"continuationToken": token},
    )
    assert answer.status_code == 400
    assert client.append(target, "c", token, [{"id": 1}], "a").status_code == 200


def test_channel_names_keep_their_case(client, target):
    client.open_token(target, "pg1_Orders")
    assert set(client.status(target, "pg1_Orders", "PG1_ORDERS", "nope")) == {"pg1_Orders"}


def test_missing_table_pipe_and_channel_are_404(client, target):
    answer = client.open("NOPE", "c")
    assert answer.status_code == 404
    assert answer.json()["code"] == "ERR_TABLE_DOES_NOT_EXIST_NOT_AUTHORIZED"
    url = f"{client.base}/v2/streaming/databases/CDC/schemas/RAW/pipes/{target}/channels/c"
    answer = client.http.put(url, json={}, headers=client.scoped_headers())
    assert answer.json()["code"] == "ERR_PIPE_DOES_NOT_EXIST_OR_NOT_AUTHORIZED"
    answer = client.append(target, "nobody", "0_0", [{"id": 1}], "a")
    assert answer.status_code == 404
    assert answer.json()["code"] == "ERR_CHANNEL_DOES_NOT_EXIST_OR_NOT_AUTHORIZED"


def test_dropping_a_channel_forgets_its_token(client, target):
    client.load(target, [{"id": 1}], "c")
    url = f"{client.pipe(target)}/channels/c"
    assert client.http.delete(url, headers=client.scoped_headers()).status_code == 200
    assert client.status(target, "c") == {}
    answer = client.open(target, "c")
    assert answer.json()["channel_status"]["last_committed_offset_token"] is None


def test_dropped_table_takes_its_channels_along(client, target):
    client.load(target, [{"id": 1}], "c")
    client.sql(f"CREATE OR REPLACE TABLE {target} (id NUMBER)")
    assert client.status(target, "c") == {}


def test_elastic_appends_take_no_tokens_and_duplicate(client, target):
    url = f"{client.base}/v2/streaming/data/databases/CDC/schemas/RAW/tables/{target}/rows"
    headers = {**client.scoped_headers(), "Content-Type": "application/x-ndjson"}
    for _ in range(2):
        answer = client.http.post(url, data=b'{"id":1}\n', headers=headers)
        assert answer.json()["message"] == "OK"
    refused = client.http.post(
        url, data=b'{"id":1}\n', headers=headers, params={"offsetToken": "a"}
    )
    assert refused.status_code == 400
    client.http.post(client.base + "/__local/commit")
    assert ids(client, target) == [1, 1]


def test_quoted_names_in_the_path(client, target):
    name = f"my {target}"
    client.sql(f'CREATE TABLE "{name}" (id NUMBER)')
    url = (
        f"{client.base}/v2/streaming/databases/cdc/schemas/raw/pipes/"
        f"%22my%20{target}-STREAMING%22/channels/c"
    )
    answer = client.http.put(url, json={}, headers=client.scoped_headers())
    assert answer.status_code == 200
    assert answer.json()["channel_status"]["pipe_name"] == f"{name}-STREAMING"


def test_several_channels_of_a_table_commit_and_count_apart(client, target):
    tokens = {name: client.open_token(target, name) for name in ("a", "b")}
    for number, name in enumerate(tokens):
        client.append(target, name, tokens[name], [{"id": number}, {"id": "x"}], f"end-{name}")
    for name in tokens:
        status = client.wait_for(target, name, f"end-{name}")
        assert (status["rows_inserted"], status["rows_error_count"]) == (1, 1)
    assert ids(client, target) == [0, 1]


def test_https_serves_the_same(server, key, client, target):
    answer = requests.get(
        server.facts["tls_url"] + "/healthz", verify=server.facts["ca"], timeout=5
    )
    assert answer.json()["status"] == "ok"


def test_lost_answer_is_repaired_by_the_same_request(client, target):
    client.settings(drop_answers=1)
    token = client.open_token(target, "c")
    with pytest.raises(requests.ConnectionError):
        client.append(target, "c", token, [{"id": 1}], "a")
    answer = client.append(target, "c", token, [{"id": 1}], "a")
    assert answer.status_code == 200
    client.append(target, "c", answer.json()["next_continuation_token"], [{"id": 2}], "b")
    client.wait_for(target, "c", "b")
    assert ids(client, target) == [1, 2]


def test_cut_answer_is_no_json(client, target):
    client.settings(cut_answers=1)
    token = client.open_token(target, "c")
    answer = client.append(target, "c", token, [{"id": 1}], "a")
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)


@pytest.mark.parametrize("status", [429, 503])
def test_bursts_of_failures_apply_nothing(client, target, status):
    client.settings(fail_status=status, fail_count=2, fail_path="/rows")
    token = client.open_token(target, "c")
    answers = [client.append(target, "c", token, [{"id": 1}], "a").status_code for _ in range(3)]
    assert answers == [status, status, 200]
    client.wait_for(target, "c", "a")
    assert ids(client, target) == [1]


def test_pipe_info_has_what_official_sdks_ask_for(client, target):
    answer = client.http.post(
        f"{client.pipe(target)}:pipe-info",
        json={"generate_new_token": True},
        headers=client.scoped_headers(),
    )
    assert answer.status_code == 200
    assert {
        "rowset_stage_location",
        "durable_stage_location",
        "encryption_info",
        "parameter_overrides",
    } <= set(answer.json())
    assert "ELASTIC" in client.status(target, "ELASTIC")


def test_latency_is_about_the_commit_delay(client, target):
    client.settings(commit_delay=0.4)
    start = time.monotonic()
    client.load(target, [{"id": 1}])
    assert 0.4 <= time.monotonic() - start < 20


def test_show_channels_and_pipes(client, target):
    client.load(target, [{"id": 1}], "Show_me")
    rows = client.rows(f"SHOW CHANNELS LIKE 'show_me' IN TABLE {target}")
    assert [row[1:5] for row in rows] == [["Show_me", "CDC", "RAW", target]]
    assert f"{target}-STREAMING" in [row[1] for row in client.rows("SHOW PIPES")]
