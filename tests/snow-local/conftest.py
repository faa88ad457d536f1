"""Fixtures: a key, one server for most tests, private servers for tests that kill theirs."""

import itertools
import os
import subprocess
from pathlib import Path

import pytest

from lab import ACCOUNT, RELAXED, USER, Client, Key, Server, needed_python

_NUMBERS = itertools.count(1)
CONFIG = """[connections.lab]
host = "127.0.0.1"
port = {port}
protocol = "http"
account = "{account}"
user = "{user}"
authenticator = "SNOWFLAKE_JWT"
private_key_file = "{key}"
database = "CDC"
schema = "RAW"
warehouse = "COMPUTE_WH"
role = "SYSADMIN"
"""


@pytest.fixture(scope="session")
def key(tmp_path_factory) -> Key:
    return Key(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def server(tmp_path_factory, key):
    server = Server(tmp_path_factory.mktemp("server"), key, *RELAXED).start()
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session")
def prepared(server, key) -> Client:
    client = Client(server, key)
    client.sql("CREATE DATABASE CDC")
    client.sql("CREATE SCHEMA CDC.RAW")
    return client


@pytest.fixture
def client(prepared) -> Client:
    """The client of the common server; settings that a test changed are put back."""
    before = prepared.settings()
    yield prepared
    prepared.settings(**before)


@pytest.fixture
def table() -> str:
    """A table name that no other test uses."""
    return f"T{next(_NUMBERS)}"


@pytest.fixture
def own_server(tmp_path, key):
    """A server that the test may stop, kill and start again."""
    server = Server(tmp_path, key, *RELAXED).start()
    client = Client(server, key)
    client.sql("CREATE DATABASE CDC")
    client.sql("CREATE SCHEMA CDC.RAW")
    yield server
    server.kill()


@pytest.fixture
def run(tmp_path, server, key):
    """Runs a program of the classic environment with a connection named lab; `code` must fit."""
    python = Path(needed_python("CDC_CLASSIC_CLIENT_PYTHON"))
    config = tmp_path / "config.toml"
    facts = {"port": server.facts["port"], "account": ACCOUNT, "user": USER, "key": key.path}
    config.write_text(CONFIG.format(**facts))
    config.chmod(0o600)
    environment = {
        **os.environ,
        **{"HOME": str(tmp_path), "SNOWFLAKE_HOME": str(tmp_path), "NO_COLOR": "1"},
        **{"SNOWFLAKE_HOST": "127.0.0.1", "SNOWFLAKE_PORT": str(server.facts["port"])},
        **{"SNOWFLAKE_PROTOCOL": "http", "SNOWFLAKE_ACCOUNT": ACCOUNT, "SNOWFLAKE_USER": USER},
        **{"SNOWFLAKE_AUTHENTICATOR": "snowflake_jwt", "SNOWFLAKE_DATABASE": "CDC"},
        **{"SNOWFLAKE_PRIVATE_KEY_FILE": str(key.path), "SNOWFLAKE_ROLE": "SYSADMIN"},
        **{"SNOWFLAKE_SCHEMA": "RAW", "SNOWFLAKE_WAREHOUSE": "COMPUTE_WH"},
    }

    def start(program: str, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [str(python.parent / program), *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return start
