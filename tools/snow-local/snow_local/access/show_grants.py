"""SHOW GRANTS: on an object, to a role or user, of a role; SHOW FUTURE GRANTS."""

import datetime
import re

from snow_local.access import privileges
from snow_local.access.grants import Grant
from snow_local.engine import errors
from snow_local.engine.identifiers import show, show_path
from snow_local.sql import result
from snow_local.sql.context import Context, parse_name
from snow_local.sql.result import Result

_FORM = re.compile(
    r"SHOW\s+(?P<future>FUTURE\s+)?GRANTS(?:\s+(?P<how>ON|TO|OF|IN)\s+(?P<what>.+))?\Z", re.I | re.S
)
_HELD = "created_on privilege granted_on name granted_to grantee_name grant_option granted_by"
_OF = "created_on role granted_to grantee_name granted_by"


def is_meant(statement: str) -> bool:
    return re.match(r"SHOW\s+(FUTURE\s+)?GRANTS\b", statement, re.I) is not None


def run(account, context: Context, statement: str) -> Result:
    match = _FORM.match(statement)
    if match is None:
        raise errors.syntax(f"near '{statement[:60]}'")
    how, what = (match["how"] or "TO").upper(), match["what"]
    if what is None:
        kind, name = "USER", context.user
    else:
        kind, name = _split(what)
    future = bool(match["future"])
    if how == "OF":
        return result.rows(_OF.split(), _holders(account, parse_name(name)[0]))
    if how == "TO":
        grantee = parse_name(name)[0]
        if not account.has(kind if kind == "USER" else "ROLE", grantee):
            raise errors.missing(kind.title(), show(grantee))
        if kind == "USER":
            return result.rows(_OF.split(), _roles_to(account, kind, grantee))
        found = _to_role(account, grantee, future)
    else:
        path = "" if kind == "ACCOUNT" else _path(context, kind, name)
        found = [
            _row(grant, facts)
            for grant, facts in account.grants.all()
            if grant.path == path and grant.kind.startswith("FUTURE ") == future
        ]
        if not future:
            found += _owner(account, kind, path)
    return result.rows(_HELD.split(), sorted(found, key=lambda row: row[1:6]))


def _split(what: str) -> tuple[str, str]:
    for kind in (*privileges.KINDS, "ACCOUNT"):
        match = re.match(kind.replace(" ", r"\s+") + r"\b\s*", what, re.I)
        if match:
            return kind, what[match.end() :].strip()
    return "ROLE", what.strip()


def _path(context: Context, kind: str, written: str) -> str:
    parts = parse_name(written)
    if kind in ("DATABASE", "WAREHOUSE", "ROLE", "USER", "INTEGRATION"):
        return show_path(*parts)
    if kind == "SCHEMA":
        return show_path(*context.schema_path(parts, "SHOW GRANTS"))
    return show_path(*context.full_path(parts, "SHOW GRANTS"))


def _owner(account, kind: str, path: str) -> list[tuple]:
    """What an administrator made has no grant of its own and is SYSADMIN's."""
    owner = account.grants.owner(kind, path)
    known = any(
        (grant.privilege, grant.path) == ("OWNERSHIP", path) for grant, _ in account.grants.all()
    )
    return [] if known or not path else [_row(Grant("OWNERSHIP", kind, path, owner), {})]


def _row(grant: Grant, facts: dict) -> tuple:
    kind = grant.kind.removeprefix("FUTURE ").replace(" ", "_")
    option = str(bool(facts.get("option"))).lower()
    head = (_time(facts), grant.privilege, kind, grant.path)
    return (*head, "ROLE", grant.role, option, facts.get("by", "SYSADMIN"))


def _to_role(account, role: str, future: bool) -> list[tuple]:
    found = [
        _row(grant, facts)
        for grant, facts in account.grants.all()
        if grant.role == role and grant.kind.startswith("FUTURE ") == future
    ]
    for facts in account.objects.get("ROLE_GRANT", {}).values():
        if list(facts["to"]) == ["ROLE", role] and not future:
            found.append(_row(Grant("USAGE", "ROLE", facts["role"], role), facts))
    return found


def _holders(account, role: str) -> list[tuple]:
    return [
        (_time(facts), role, facts["to"][0], facts["to"][1], "SECURITYADMIN")
        for facts in account.objects.get("ROLE_GRANT", {}).values()
        if facts["role"] == role
    ]


def _roles_to(account, kind: str, name: str) -> list[tuple]:
    found = [
        (_time(facts), facts["role"], kind, name, "SECURITYADMIN")
        for facts in account.objects.get("ROLE_GRANT", {}).values()
        if list(facts["to"]) == [kind, name]
    ]
    user = account.user(name)
    if user is not None and not any(row[1] == user.role for row in found):
        found.append((_time({}), user.role, kind, name, "SECURITYADMIN"))
    return found


def _time(facts: dict) -> str:
    moment = datetime.datetime.fromtimestamp(facts.get("created", 0) / 1000, datetime.UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " +0000"
