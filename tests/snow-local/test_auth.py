"""Who is let in: key-pair JWTs, scoped tokens, and what is refused."""

import time

import jwt
import pytest

from lab import ACCOUNT, USER, Key

NAME = f"{ACCOUNT}.{USER}"


def hostname(client, token: str, **headers):
    return client.http.get(
        client.base + "/v2/streaming/hostname",
        headers={"Authorization": f"Bearer {token}", **headers},
    )


def test_good_token_in_seconds_and_in_milliseconds(client, key):
    now = int(time.time() * 1000)
    assert hostname(client, key.token()).status_code == 200
    assert hostname(client, key.token(iat=now, exp=now + 60_000)).status_code == 200
    assert hostname(client, key.token(exp=int(time.time()) + 3600)).status_code == 200


def test_hyphen_and_underscore_name_one_account(client, key):
    name = f"{ACCOUNT.replace('-', '_')}.{USER}"
    token = key.token(iss=f"{name}.{key.fingerprint}", sub=name)
    assert hostname(client, token).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) + 3700},
        {"exp": int(time.time()) - 10, "iat": int(time.time()) - 100},
        {"iat": None},
        {"sub": f"{ACCOUNT}.OTHER"},
        {"iss": NAME},
        {"iss": f"{NAME}.SHA256:AAAA="},
        {"iat": int(time.time()) + 300, "exp": int(time.time()) + 600},
    ],
)
def test_claims_that_are_refused(client, key, changes):
    answer = hostname(client, key.token(**changes))
    assert (answer.status_code, answer.json()["code"]) == (401, "390144")


def test_lower_case_names_are_refused(client, key):
    name = NAME.lower()
    answer = hostname(client, key.token(iss=f"{name}.{key.fingerprint}", sub=name))
    assert answer.status_code == 401


def test_signature_is_verified(client, key, tmp_path):
    other = Key(tmp_path, "other")
    now = int(time.time())
    claims = {"iss": f"{NAME}.{key.fingerprint}", "sub": NAME, "iat": now, "exp": now + 60}
    forged = jwt.encode(claims, other.private, algorithm="RS256")
    assert hostname(client, forged).status_code == 401
    assert hostname(client, other.token()).status_code == 401
    unsigned = jwt.encode(claims, None, algorithm="none")
    assert hostname(client, unsigned).status_code == 401
    assert hostname(client, "").status_code == 401
    assert hostname(client, "no.token.atall").status_code == 401


def test_token_types(client, key):
    header = "X-Snowflake-Authorization-Token-Type"
    assert hostname(client, key.token(), **{header: "KEYPAIR_JWT"}).status_code == 200
    assert hostname(client, key.token(), **{header: "OAUTH"}).status_code == 401


def test_streaming_calls_want_the_scoped_token(client, key, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER)")
    url = f"{client.pipe(table)}/channels/c"
    assert client.http.put(url, json={}).status_code == 401
    refused = client.http.put(url, json={}, headers=client.jwt_headers())
    assert refused.status_code == 401
    assert client.http.put(url, json={}, headers=client.scoped_headers()).status_code == 200


def test_scoped_token_is_a_jwt_that_expires(client, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER)")
    client.settings(scoped_token_seconds=2)
    headers = client.scoped_headers(fresh=True)
    claims = jwt.decode(headers["Authorization"].split()[1], options={"verify_signature": False})
    assert 0 < claims["exp"] - time.time() <= 2
    url = f"{client.pipe(table)}/channels/c"
    assert client.http.put(url, json={}, headers=headers).status_code == 200
    time.sleep(max(0.0, claims["exp"] - time.time()) + 0.1)
    assert client.http.put(url, json={}, headers=headers).status_code == 401
    client.settings(scoped_token_seconds=600)
    client.scoped_headers(fresh=True)


def test_token_endpoint_wants_grant_and_scope(client, key):
    url = client.base + "/oauth/token"
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    headers = client.jwt_headers()
    assert client.http.post(url, headers=headers, data={"scope": "h"}).status_code == 400
    assert client.http.post(url, headers=headers, data={"grant_type": grant}).status_code == 400
    assert client.http.post(url, data={"grant_type": grant, "scope": "h"}).status_code == 401
    assertion = client.http.post(url, data={"grant_type": grant, "assertion": key.token()})
    assert assertion.status_code == 200


def test_sql_api_takes_scoped_tokens_as_oauth(client):
    headers = {
        **client.jwt_headers(),
        **client.scoped_headers(),
        "X-Snowflake-Authorization-Token-Type": "OAUTH",
    }
    answer = client.http.post(
        client.base + "/api/v2/statements", json={"statement": "SELECT 1"}, headers=headers
    )
    assert answer.status_code == 200
