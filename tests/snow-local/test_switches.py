"""The switches: each makes the stand-in misbehave as the service may, and only so often."""

import dataclasses
import importlib.util
import random
import string
import threading
import time
import uuid

import pytest
import requests

from lab import TOOL, Client

GONE = "ERR_CHANNEL_DOES_NOT_EXIST_OR_NOT_AUTHORIZED"


@pytest.fixture
def target(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER(38,0), n VARCHAR)")
    client.settings(commit_delay=0.05)
    return table


def ids(client, table) -> list[int]:
    return [int(row[0]) for row in client.rows(f"SELECT id FROM {table} ORDER BY id")]


def event(client, name: str, **body) -> int:
    answer = client.http.post(f"{client.base}/__local/channels/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["channels"]


def test_every_switch_stands_in_the_readme():
    spec = importlib.util.spec_from_file_location("settings", TOOL / "snow_local" / "settings.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (TOOL / "README.md").read_text()
    names = {item.name for item in dataclasses.fields(module.Settings)}
    missing = {name for name in names if f"`{name}`" not in text}
    assert not missing


def test_status_may_lag_behind_the_commit(client, target):
    client.load(target, [{"id": 1}])
    client.settings(status_lag=3.0)
    token = client.open_token(target, "c")
    client.append(target, "c", token, [{"id": 2}], "second")
    deadline = time.monotonic() + 10
    while ids(client, target) != [1, 2]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    late = client.status(target, "c")["c"]
    assert (late["last_committed_offset_token"], late["rows_inserted"]) != ("second", 2)
    assert client.wait_for(target, "c", "second")["rows_inserted"] == 2


def test_open_is_never_late(client, target):
    client.settings(status_lag=30.0)
    token = client.open_token(target, "c")
    client.append(target, "c", token, [{"id": 1}], "a")
    client.http.post(client.base + "/__local/commit")
    answer = client.open(target, "c").json()["channel_status"]
    assert answer["last_committed_offset_token"] == "a"
    assert client.status(target, "c")["c"]["last_committed_offset_token"] is None


def test_counters_may_lag_behind_the_token(client, target):
    client.settings(counter_lag=3.0)
    token = client.open_token(target, "c")
    client.append(target, "c", token, [{"id": 1}, {"id": "bad"}], "a")
    status = client.wait_for(target, "c", "a")
    assert (status["rows_inserted"], status["rows_error_count"]) == (0, 0)
    deadline = time.monotonic() + 10
    while (status := client.status(target, "c")["c"])["rows_inserted"] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (status["rows_inserted"], status["rows_error_count"]) == (1, 1)


def test_404_that_passes(client, target):
    token = client.open_token(target, "c")
    client.settings(misclassified_404=2, missing_statuses=1)
    answers = [client.append(target, "c", token, [{"id": 1}], "a") for _ in range(3)]
    assert [item.status_code for item in answers] == [404, 404, 200]
    assert answers[0].json()["code"] == GONE
    assert client.status(target, "c") == {}
    client.wait_for(target, "c", "a")
    assert ids(client, target) == [1]


def test_failover_answers_410_until_the_hostname_is_asked(client, target):
    token = client.open_token(target, "c")
    client.append(target, "c", token, [{"id": 1}], "a")
    client.wait_for(target, "c", "a")
    client.settings(failovers=1)
    for _ in range(2):
        answer = client.append(target, "c", token, [{"id": 2}], "b")
        assert (answer.status_code, answer.json()["code"]) == (410, "ERR_PIPE_FAILED_OVER")
    assert client.open(target, "c").status_code == 410
    client.scoped_headers(fresh=True)
    stale = client.append(target, "c", token, [{"id": 2}], "b")
    assert stale.json()["code"] == "STALE_CONTINUATION_TOKEN_SEQUENCER"
    answer = client.open(target, "c").json()
    assert answer["channel_status"]["last_committed_offset_token"] == "a"
    client.append(target, "c", answer["next_continuation_token"], [{"id": 2}], "b")
    client.wait_for(target, "c", "b")
    assert ids(client, target) == [1, 2]


def test_plain_410_and_any_other_status_with_any_code(client, target):
    token = client.open_token(target, "c")
    client.settings(
        fail_count=1, fail_status=409, fail_code="ERR_CHANNEL_HAS_INVALID_ROW_SEQUENCER"
    )
    answer = client.append(target, "c", token, [{"id": 1}], "a")
    assert (answer.status_code, answer.json()["code"]) == (
        409,
        "ERR_CHANNEL_HAS_INVALID_ROW_SEQUENCER",
    )
    client.settings(fail_count=1, fail_status=410)
    assert client.append(target, "c", token, [{"id": 1}], "a").status_code == 410
    assert client.append(target, "c", token, [{"id": 1}], "a").status_code == 200


def test_channels_expire_when_asked_or_idle(client, target):
    client.load(target, [{"id": 1}], "c")
    client.load(target, [{"id": 2}], "d")
    assert event(client, "expire", channel="c") >= 1
    assert client.append(target, "c", "0_0", [{"id": 3}], "a").json()["code"] == GONE
    assert set(client.status(target, "c", "d")) == {"d"}
    status = client.open(target, "c").json()["channel_status"]
    assert (status["last_committed_offset_token"], status["rows_inserted"]) == (None, 0)
    client.settings(expire_after=0.05)
    time.sleep(0.1)
    assert client.status(target, "c", "d") == {}


def test_another_client_opens_the_channel(client, target):
    token = client.open_token(target, "c")
    client.settings(foreign_opens=1)
    answer = client.append(target, "c", token, [{"id": 1}], "a")
    assert answer.json()["code"] == "STALE_CONTINUATION_TOKEN_SEQUENCER"
    token = client.open_token(target, "c")
    assert event(client, "open", channel="c") >= 1
    answer = client.append(target, "c", token, [{"id": 1}], "a")
    assert answer.json()["code"] == "STALE_CONTINUATION_TOKEN_SEQUENCER"


def test_a_restart_of_the_service_in_place(client, target):
    client.settings(commit_delay=60)
    for commit, left in ((False, None), (True, "b")):
        token = client.open_token(target, "c")
        client.append(target, "c", token, [{"id": 1}], "b")
        assert event(client, "restart", commit=commit) >= 1
        answer = client.append(target, "c", token, [{"id": 1}], "b")
        assert answer.json()["code"] == "STALE_CONTINUATION_TOKEN_SEQUENCER"
        status = client.open(target, "c").json()["channel_status"]
        assert status["last_committed_offset_token"] == left
    assert ids(client, target) == [1]


def test_status_codes_that_mean_reopen(client, target):
    token = client.open_token(target, "c")
    for code in ("ERR_CHANNEL_HAS_INVALID_CLIENT_SEQUENCER", "STALE_PIPE_CACHE"):
        event(client, "invalidate", channel="c", code=code)
        assert client.status(target, "c")["c"]["channel_status_code"] == code
        answer = client.append(target, "c", token, [{"id": 1}], "a")
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    token = client.open_token(target, "c")
    assert client.append(target, "c", token, [{"id": 1}], "a").status_code == 200


@pytest.mark.parametrize("when, committed", [("before", None), ("after", "a")])
def test_killed_between_commit_and_answer(own_server, key, when, committed):
    client = Client(own_server, key)
    client.sql("CREATE TABLE t (id NUMBER)")
    client.settings(commit_delay=60, **{f"kill_{when}_commit": 1})
    token = client.open_token("T", "c")
    with pytest.raises(requests.ConnectionError):
        client.append("T", "c", token, [{"id": 1}], "a")
    client = Client(own_server.start(), key)
    status = client.open("T", "c").json()["channel_status"]
    assert status["last_committed_offset_token"] == committed
    assert client.rows("SELECT COUNT(*) FROM t") == [["1" if committed else "0"]]


def test_lost_answers_of_any_path(client, target):
    client.settings(drop_answers=1, drop_path="/api/v2/statements")
    query = {"requestId": str(uuid.uuid4())}
    insert = f"INSERT INTO {target} (id) VALUES (7)"
    with pytest.raises(requests.ConnectionError):
        client.submit(insert, query)
    assert client.submit(insert, {**query, "retry": "true"}).status_code == 200
    assert ids(client, target) == [7]


def test_rate_limits_of_requests(client, target):
    client.settings(requests_per_second=1, rate_burst=2, retry_after=2)
    token = client.open_token(target, "c")
    answers = []
    for number in range(5):
        answers.append(client.append(target, "c", token, [{"id": number}], str(number)))
        if answers[-1].status_code == 200:
            token = answers[-1].json()["next_continuation_token"]
    refused = [item for item in answers if item.status_code == 429]
    assert refused and refused[0].headers["Retry-After"] == "2"
    assert refused[0].json()["code"] == "ERR_TOO_MANY_REQUESTS"
    time.sleep(1.1)
    assert client.append(target, "c", token, [{"id": 9}], "9").status_code == 200
    channels = client.http.get(client.base + "/__local/channels").json()
    assert [item["throttled"] for item in channels if item["channel_name"] == "c"][-1] > 0


def test_rate_limits_of_bytes(client, target):
    client.settings(bytes_per_second=10_000, rate_burst=10.0)
    token = client.open_token(target, "c")
    body = [{"n": "x" * 60_000}]
    first = client.append(target, "c", token, body, "1")
    second = client.append(target, "c", first.json()["next_continuation_token"], body, "2")
    assert (first.status_code, second.status_code) == (200, 429)
    assert int(second.headers["Retry-After"]) >= 1


def test_a_line_that_an_unknown_code_refuses(client, target):
    client.settings(refuse_text="poison", refuse_status=422, refuse_code="ERR_NEW_THING")
    token = client.open_token(target, "c")
    bad = client.append(target, "c", token, [{"id": 1, "n": "a"}, {"n": "poison"}], "a")
    assert (bad.status_code, bad.json()["code"]) == (422, "ERR_NEW_THING")
    assert client.append(target, "c", token, [{"id": 1, "n": "a"}], "a").status_code == 200


def test_a_lower_limit_of_bodies(client, target):
    client.settings(max_body=1000)
    token = client.open_token(target, "c")
    noise = "".join(random.Random(1).choices(string.ascii_letters, k=2000))
    answer = client.append(target, "c", token, [{"n": noise}], "a")
    assert (answer.status_code, answer.json()["code"]) == (413, "ERR_PAYLOAD_TOO_LARGE")


def test_opening_takes_time_and_excludes_others(client, target):
    client.settings(uncommitted_409=2)
    codes = [client.open(target, "c", fail_on_uncommitted_rows=True) for _ in range(3)]
    assert [item.status_code for item in codes] == [409, 409, 200]
    client.settings(open_delay=3)
    other = Client(client.server, client.key)
    other.scoped_headers()
    found = []
    thread = threading.Thread(target=lambda: found.append(client.open(target, "c").status_code))
    thread.start()
    time.sleep(1)
    answer = other.open(target, "c")
    thread.join()
    assert (answer.status_code, answer.json()["code"]) == (409, "ERR_OPEN_CHANNEL_IN_PROGRESS")
    assert found == [200]


def test_a_slow_statement_holds_up_no_other(client, target):
    client.settings(slow_text="slow one", slow_seconds=60)
    other = Client(client.server, client.key)
    found = []
    thread = threading.Thread(target=lambda: found.append(other.rows("SELECT 'slow one'")))
    thread.start()
    assert client.rows("SELECT 'another'") == [["another"]]
    assert not found
    client.settings(slow_text="")
    thread.join()
    assert found == [[["slow one"]]]


def test_channels_commit_apart(client, target):
    client.settings(commit_delay=0.01, commit_spread=0.4)
    tokens = {name: client.open_token(target, name) for name in "abcdef"}
    for number in range(4):
        for name in tokens:
            answer = client.append(target, name, tokens[name], [{"id": number}], str(number))
            tokens[name] = answer.json()["next_continuation_token"]
    seen = set()
    deadline = time.monotonic() + 15
    while True:
        statuses = client.status(target, *tokens)
        marks = tuple(statuses[name]["last_committed_offset_token"] for name in tokens)
        seen.add(marks)
        if set(marks) == {"3"}:
            break
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert any(len(set(marks)) > 1 for marks in seen)
    assert len(ids(client, target)) == 24


def test_tokens_have_a_longest_form(client, target):
    token = client.open_token(target, "c")
    answer = client.append(target, "c", token, [{"id": 1}], "x" * 129)
    assert (answer.status_code, answer.json()["code"]) == (400, "ERR_OFFSET_TOKEN_TOO_LONG")
    assert client.append(target, "c", token, [{"id": 1}], "x" * 128).status_code == 200


def test_hostname_may_have_any_form(client, target):
    for text in ("127.0.0.1:1234", "https://127.0.0.1", "snow_local.example"):
        client.settings(hostname=text)
        answer = client.http.get(
            client.base + "/v2/streaming/hostname", headers=client.jwt_headers()
        )
        assert answer.text == text
