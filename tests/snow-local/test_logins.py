"""Ways in beside the key pair: access tokens, OAuth and the identity of a workload."""

import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lab import ACCOUNT, USER, Client, Server

ISSUER, SUBJECT = "https://token.actions.example", "repo:o/r:ref:refs/heads/main"


@pytest.fixture(scope="module")
def provider(tmp_path_factory, key):
    """A server that trusts the keys of an identity provider, and the provider's key."""
    folder = tmp_path_factory.mktemp("jwks")
    signer = rsa.generate_private_key(65537, 2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(signer.public_key()))
    (folder / "jwks.json").write_text(json.dumps({"keys": [{**public, "kid": "k1", "use": "sig"}]}))
    server = Server(folder, key, "--jwks", str(folder / "jwks.json")).start()
    client = Client(server, key)
    client.sql("CREATE DATABASE CDC", database=None, schema=None)
    client.sql("CREATE SCHEMA CDC.RAW", database=None, schema=None)
    yield client, signer
    server.kill()


def ask(client, token: str, kind: str = ""):
    headers = {**client.jwt_headers(token), "X-Snowflake-Authorization-Token-Type": kind}
    if not kind:
        del headers["X-Snowflake-Authorization-Token-Type"]
    body = {"statement": "SELECT CURRENT_USER(), CURRENT_ROLE()"}
    return client.http.post(client.base + "/api/v2/statements", json=body, headers=headers)


def signed(signer, kid: str = "k1", **changes) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": "snowflakecomputing.com", "exp": now + 60}
    return jwt.encode({**claims, **changes}, signer, algorithm="RS256", headers={"kid": kid})


def login(client, **data) -> dict:
    body = {"data": {"ACCOUNT_NAME": ACCOUNT, "LOGIN_NAME": USER, **data}}
    return client.http.post(client.base + "/session/v1/login-request", json=body).json()


def test_programmatic_access_tokens(provider):
    client, _ = provider
    add = f"ALTER USER {USER} ADD PROGRAMMATIC ACCESS TOKEN one ROLE_RESTRICTION = 'PUBLIC'"
    name, secret = client.rows(add)[0]
    assert name == "ONE"
    for kind in ("PROGRAMMATIC_ACCESS_TOKEN", ""):
        assert ask(client, secret, kind).json()["data"] == [[USER, "PUBLIC"]]
    assert ask(client, secret + "x", "PROGRAMMATIC_ACCESS_TOKEN").status_code == 401
    assert login(client, AUTHENTICATOR="PROGRAMMATIC_ACCESS_TOKEN", TOKEN=secret)["success"]
    client.sql("CREATE TABLE T (id NUMBER)")
    client.sql("GRANT USAGE ON DATABASE CDC TO ROLE PUBLIC")
    client.sql("GRANT USAGE ON SCHEMA CDC.RAW TO ROLE PUBLIC")
    client.sql("GRANT INSERT ON TABLE T TO ROLE PUBLIC")
    headers = {
        "Authorization": f"Bearer {secret}",
        "X-Snowflake-Authorization-Token-Type": "PROGRAMMATIC_ACCESS_TOKEN",
    }
    host = client.http.get(client.base + "/v2/streaming/hostname", headers=headers)
    assert host.status_code == 200
    opened = client.http.put(f"{client.pipe('T')}/channels/c", json={}, headers=headers)
    assert opened.status_code == 200
    client.sql(f"ALTER USER {USER} REMOVE PROGRAMMATIC ACCESS TOKEN one")
    assert ask(client, secret, "PROGRAMMATIC_ACCESS_TOKEN").json()["code"] == "394400"


def test_oauth_tokens_of_the_identity_provider(provider):
    client, signer = provider
    token = signed(signer, sub=USER.lower(), scp="session:role:PUBLIC")
    assert ask(client, token, "OAUTH").json()["data"] == [[USER, "PUBLIC"]]
    assert login(client, AUTHENTICATOR="OAUTH", TOKEN=token)["success"]
    for bad in (signed(signer, sub="nobody"), signed(signer, exp=1), signed(signer, kid="k2")):
        assert ask(client, bad, "OAUTH").json()["code"] == "390303"


def test_the_identity_of_a_workload(provider):
    client, signer = provider
    assert ask(client, "WIF.OIDC." + signed(signer)).json()["code"] == "390323"
    client.sql(
        f"ALTER USER {USER} SET WORKLOAD_IDENTITY = (TYPE = OIDC ISSUER = '{ISSUER}' "
        f"SUBJECT = '{SUBJECT}')"
    )
    assert ask(client, "WIF.OIDC." + signed(signer)).json()["data"] == [[USER, "SYSADMIN"]]
    good = {"AUTHENTICATOR": "WORKLOAD_IDENTITY", "PROVIDER": "OIDC"}
    assert login(client, **good, TOKEN=signed(signer))["success"]
    other = rsa.generate_private_key(65537, 2048)
    for bad in (
        signed(signer, sub="repo:o/r:pull_request"),
        signed(signer, aud="elsewhere"),
        signed(signer, exp=1),
        signed(other),
    ):
        assert ask(client, "WIF.OIDC." + bad).status_code == 401
        assert login(client, **good, TOKEN=bad)["code"] == "390323"
    assert ask(client, "WIF.AWS." + signed(signer)).status_code == 401


@pytest.mark.parametrize("name", ["current_date", '"LOCALTIME"', '"current_user"'])
def test_names_that_no_column_can_have(client, table, name):
    assert client.fails(f"CREATE TABLE {table} (a INT, {name} INT)")[0] == "001003"
