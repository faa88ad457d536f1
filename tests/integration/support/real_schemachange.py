"""The real schemachange against a lab's Snowflake stand-in: the newest major (4), from the environment of the classic
clients, and the oldest that installs (3), from one of its own. Both Pythons are named by scripts/test."""

import os
import pathlib
import re
import subprocess
import urllib.parse

from snow_lab import SnowLab

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# major 3 names no host to its connector
_OLD = """
import os, sys
import snowflake.connector as connector
real = connector.connect
def connect(**given):
    return real(**given, host="127.0.0.1", port=int(os.environ["SNOWFLAKE_PORT"]), protocol="http")
connector.connect = connect
from schemachange.cli import main
main()
"""


def _python(variable: str, environment: str) -> str:
    path = os.environ.get(variable, "")
    if not os.access(path, os.X_OK):
        raise AssertionError(f'{variable} names no Python: "scripts/bootstrap --only test" makes {environment}')
    return path


def program() -> str:
    return str(pathlib.Path(_python("CDC_CLASSIC_CLIENT_PYTHON", "classic-client")).parent / "schemachange")


def environment(lab: SnowLab) -> dict[str, str]:
    """It leaves host and port of connections.toml out, and takes these."""
    known = lab.environment
    facts = {
        "HOST": "127.0.0.1",
        "PORT": str(urllib.parse.urlparse(lab.url).port),
        "PROTOCOL": "http",
        "AUTHENTICATOR": "snowflake_jwt",
        "ROLE": "SYSADMIN",
        "ACCOUNT": known["CDC_SNOW_ACCOUNT"],
        "USER": known["CDC_SNOW_USER"],
        "PRIVATE_KEY_FILE": lab.key,
        "DATABASE": "CDC",
        "SCHEMA": "RAW",
        "WAREHOUSE": "COMPUTE_WH",
    }
    ours = {name: value for name, value in known.items() if name != "PYTHONPATH"}
    return {**ours, **{f"SNOWFLAKE_{name}": value for name, value in facts.items()}}


def _run(words: list[str], given: dict[str, str]) -> str:
    done = subprocess.run(words, env=given, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise AssertionError(f"schemachange ended with {done.returncode}: {done.stdout}{done.stderr}")
    return _COLOUR.sub("", done.stdout + done.stderr)


def deploy(lab: SnowLab, folder: pathlib.Path) -> str:
    """What it says; it must end with 0."""
    return _run([program(), "deploy", "-f", str(folder), "--create-change-history-table"], environment(lab))


def deploy_old(lab: SnowLab, folder: pathlib.Path) -> str:
    given = environment(lab)
    flags = {"-a": "ACCOUNT", "-u": "USER", "-r": "ROLE", "-w": "WAREHOUSE", "-d": "DATABASE"}
    words = [_python("CDC_SCHEMACHANGE3_PYTHON", "schemachange3"), "-c", _OLD, "deploy", "-f", str(folder)]
    for flag, name in flags.items():
        words += [flag, given[f"SNOWFLAKE_{name}"]]
    given = {name: value for name, value in given.items() if name != "SNOWFLAKE_AUTHENTICATOR"}
    given["SNOWFLAKE_PRIVATE_KEY_PATH"] = lab.key
    return _run([*words, "--create-change-history-table"], given)
