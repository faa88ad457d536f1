"""The command line: one folder, two ports, the users."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from snow_local import __version__
from snow_local.auth.users import User
from snow_local.faults import Faults
from snow_local.settings import Settings


@dataclass
class Options:
    """What the command line said."""

    data: Path
    host: str
    port: int
    tls_port: int
    users: list[User]
    settings: Settings
    timezone: str
    certificate: Path | None
    key: Path | None
    keep_sessions: bool = False
    jwks: Path | None = None


class UsageError(Exception):
    """A command line that makes no sense; the process ends with 2."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="snow-local", description="A local stand-in for Snowflake."
    )
    parser.add_argument("--version", action="version", version=f"snow-local {__version__}")
    parser.add_argument("--data", type=Path, required=True, help="folder of all files")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port", type=int, default=0, help="http; 0 = a free one, see DIR/ports.json"
    )
    parser.add_argument("--tls-port", type=int, default=0, help="https; 0 = a free one")
    parser.add_argument("--account", default="MYORG-LAB")
    parser.add_argument(
        "--user",
        action="append",
        default=[],
        metavar="NAME[:ROLE]",
        help="repeatable; default CDC_USER:SYSADMIN",
    )
    parser.add_argument(
        "--public-key",
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help="PEM file of a user's RSA public key; without NAME= of the first user",
    )
    parser.add_argument("--cert", type=Path, help="server certificate, else one is made in DIR/tls")
    parser.add_argument("--key", type=Path, help="its private key")
    parser.add_argument("--commit-delay", type=float, default=1.0, metavar="SECONDS")
    parser.add_argument("--scoped-token-seconds", type=float, default=600, metavar="SECONDS")
    parser.add_argument(
        "--keep-sessions",
        action="store_true",
        help="channels stay open over a restart; without it every one must be opened again",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SWITCH=VALUE",
        help="a switch from the start on; repeatable, see README.md",
    )
    parser.add_argument(
        "--jwks",
        type=Path,
        metavar="FILE",
        help="keys (JWKS) of OAuth and workload identity tokens",
    )
    parser.add_argument(
        "--default-warehouse",
        default="COMPUTE_WH",
        metavar="NAME",
        help="the users' DEFAULT_WAREHOUSE; empty for users that have none",
    )
    parser.add_argument(
        "--timezone",
        default="America/Los_Angeles",
        help="the account's TIMEZONE; the default is a fresh account's",
    )
    return parser


def _users(arguments: argparse.Namespace) -> list[User]:
    users = {}
    for text in arguments.user or ["CDC_USER"]:
        name, _, role = text.partition(":")
        users[name.upper()] = User(
            arguments.account.upper(),
            name.upper(),
            role.upper() or "SYSADMIN",
            warehouse=arguments.default_warehouse.upper() or None,
        )
    first = next(iter(users))
    for text in arguments.public_key:
        name, mark, path = text.rpartition("=")
        user = users.get(name.upper() if mark else first)
        if user is None:
            raise UsageError(f'--public-key names the unknown user "{name}"')
        try:
            user.add_key(Path(path))
        except (OSError, ValueError) as error:
            raise UsageError(f'could not read public key "{path}": {error}') from error
    return list(users.values())


def _set_switches(settings: Settings, written: list[str]) -> None:
    """`NAME=VALUE`, the value as JSON or a plain word."""
    changes = {}
    for item in written:
        name, mark, value = item.partition("=")
        if not mark:
            raise UsageError(f'--set "{item}" has no value')
        try:
            changes[name] = json.loads(value)
        except ValueError:
            changes[name] = value
    try:
        Faults(settings).update(changes)
    except ValueError as error:
        raise UsageError(f"--set: {error}") from error


def parse(arguments: list[str] | None = None) -> Options:
    """Reads the command line; UsageError when files named there are missing or wrong."""
    found = _parser().parse_args(arguments)
    if bool(found.cert) != bool(found.key):
        raise UsageError("--cert and --key belong together")
    if found.jwks is not None and not found.jwks.is_file():
        raise UsageError(f'could not read "{found.jwks}": no such file')
    settings = Settings(
        commit_delay=found.commit_delay, scoped_token_seconds=found.scoped_token_seconds
    )
    _set_switches(settings, found.set)
    found.data.mkdir(parents=True, exist_ok=True)
    return Options(
        found.data,
        found.host,
        found.port,
        found.tls_port,
        _users(found),
        settings,
        found.timezone,
        found.cert,
        found.key,
        found.keep_sessions,
        found.jwks,
    )
