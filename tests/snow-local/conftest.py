"""Fixtures: a key, one server for most tests, private servers for tests that kill theirs."""

import itertools

import pytest

from lab import RELAXED, Client, Key, Server

_NUMBERS = itertools.count(1)


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
