"""The official streaming SDK, over https with our own authority, in its own process."""

import json
import os
import subprocess
from pathlib import Path

from lab import needed_python

SCRIPT = Path(__file__).with_name("sdk_script.py")


def test_rows_of_the_official_sdk_arrive(client, server, key, table):
    client.sql(f"CREATE TABLE {table} (id NUMBER, n VARCHAR)")
    command = [needed_python("CDC_CLIENT_PYTHON"), str(SCRIPT), json.dumps(server.facts)]
    done = subprocess.run(
        [*command, str(key.path), table],
        env={**os.environ, "SSL_CERT_FILE": server.facts["ca"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "committed=20" in done.stdout, done.stdout
    status = client.status(table, "Sdk_1")["Sdk_1"]
    assert (status["rows_inserted"], status["rows_error_count"]) == (20, 1)
    assert client.rows(f"SELECT COUNT(*), COUNT(DISTINCT id), MAX(n) FROM {table}") == [
        ["20", "20", "row 9"]
    ]
