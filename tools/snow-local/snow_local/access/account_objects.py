"""CREATE, ALTER and DROP of what belongs to the account: roles, users, warehouses, integrations."""

import re
import time

from snow_local.auth.foreign import make_access_token
from snow_local.engine import errors
from snow_local.engine.identifiers import show
from snow_local.sql import result
from snow_local.sql.account import Account, apply_property
from snow_local.sql.context import Context, parse_name
from snow_local.sql.result import Result

_SUCCESS = "Statement executed successfully."
KINDS = ("ROLE", "WAREHOUSE", "USER")
_NAME = r'("(?:[^"]|"")+"|[^\s;]+)'
_CREATE = re.compile(
    rf"CREATE\s+(OR\s+REPLACE\s+)?(ROLE|WAREHOUSE|USER)\s+(IF\s+NOT\s+EXISTS\s+)?{_NAME}(.*)\Z",
    re.I | re.S,
)
_CHANGE = re.compile(
    rf"(DROP|ALTER)\s+(ROLE|WAREHOUSE|USER)\s+(IF\s+EXISTS\s+)?{_NAME}(.*)\Z", re.I | re.S
)
_SETTING = re.compile(r"([A-Z_0-9]+)\s*=\s*('(?:[^']|'')*'|\"[^\"]*\"|\([^)]*\)|[^\s,;]+)", re.I)
_ACCESS_TOKEN = re.compile(
    rf"(ADD|REMOVE)\s+(?:PROGRAMMATIC\s+ACCESS\s+TOKEN|PAT)\s+{_NAME}(.*)\Z", re.I | re.S
)
_USER_NAMES = ("DEFAULT_WAREHOUSE", "DEFAULT_ROLE")
_KNOWN = {
    "ROLE": {"COMMENT"},
    "USER": {
        *_USER_NAMES,
        *("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2", "DEFAULT_NAMESPACE", "COMMENT", "TYPE"),
        *("PASSWORD", "LOGIN_NAME", "DISPLAY_NAME", "EMAIL", "MUST_CHANGE_PASSWORD", "DISABLED"),
        *("DEFAULT_SECONDARY_ROLES", "NETWORK_POLICY", "TIMEZONE", "WORKLOAD_IDENTITY"),
        *("TIMESTAMP_TYPE_MAPPING", "STATEMENT_TIMEOUT_IN_SECONDS", "DAYS_TO_EXPIRY"),
    },
    "WAREHOUSE": {
        *("WAREHOUSE_SIZE", "WAREHOUSE_TYPE", "MAX_CLUSTER_COUNT", "MIN_CLUSTER_COUNT", "COMMENT"),
        *("SCALING_POLICY", "AUTO_SUSPEND", "AUTO_RESUME", "INITIALLY_SUSPENDED", "GENERATION"),
        *("RESOURCE_MONITOR", "ENABLE_QUERY_ACCELERATION", "QUERY_ACCELERATION_MAX_SCALE_FACTOR"),
        *("MAX_CONCURRENCY_LEVEL", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "RESOURCE_CONSTRAINT"),
        "STATEMENT_TIMEOUT_IN_SECONDS",
    },
}


def run(account: Account, context: Context, statement: str) -> Result:
    match = _CREATE.match(statement)
    if match is not None:
        return _create(account, context, *match.groups())
    match = _CHANGE.match(statement)
    if match is None:
        raise errors.syntax(f"near '{statement[:40]}'")
    head, kind, guarded, written, rest = match.groups()
    head, kind, name = head.upper(), kind.upper(), parse_name(written)[0]
    if not account.has(kind, name):
        if not guarded:
            raise errors.missing(kind.title(), show(name))
        return result.status(_SUCCESS)
    if head == "DROP":
        account.grants.need_owner(context.role, kind, name)
        account.remove(kind, name)
        account.grants.gone(kind, show(name))
        return result.status(f"{show(name)} successfully dropped.")
    return _alter(account, context, kind, name, rest.strip())


def _create(account, context, replace, kind, guarded, written, rest) -> Result:
    kind, name = kind.upper(), parse_name(written)[0]
    account.grants.need_create(context.role, kind, ())
    if account.has(kind, name) and not replace:
        if guarded:
            return result.status(f"{show(name)} already exists, statement succeeded.")
        raise errors.exists(show(name))
    properties = _properties(kind, re.sub(r"^\s*WITH\b", "", rest, flags=re.I))
    facts = {"created": int(time.time() * 1000), "properties": {}}
    account.put(kind, name, _changed(facts, kind, properties))
    account.grants.made(kind, show(name), context)
    if kind == "USER":
        _apply_user(account, name, properties)
    return result.status(f"{kind.title()} {show(name)} successfully created.")


def _properties(kind: str, text: str) -> dict[str, str]:
    found = {name.upper(): value.strip("'\"") for name, value in _SETTING.findall(text)}
    rest = _SETTING.sub("", text).replace(",", "").strip()
    unknown = set(found) - _KNOWN[kind]
    if rest or unknown:
        raise errors.syntax(f"unexpected '{rest or sorted(unknown)[0]}'.")
    return found


def _changed(facts: dict, kind: str, properties: dict[str, str]) -> dict:
    """The facts with properties set; a warehouse's state lies beside them."""
    facts = {**facts, "properties": {**facts.get("properties", {}), **properties}}
    if kind == "WAREHOUSE":
        if "AUTO_RESUME" in properties:
            facts["auto_resume"] = properties["AUTO_RESUME"].upper() == "TRUE"
        if properties.get("INITIALLY_SUSPENDED", "").upper() == "TRUE":
            facts["state"] = "SUSPENDED"
    return facts


def _alter(account: Account, context: Context, kind: str, name: str, action: str) -> Result:
    word = (action.split(None, 1) or [""])[0].upper()
    facts = account.objects[kind][name]
    if kind == "WAREHOUSE" and word in ("SUSPEND", "RESUME"):
        if not account.grants.has(context.role, "OPERATE", kind, show(name)):
            raise errors.forbidden(kind, name)
        state = "SUSPENDED" if word == "SUSPEND" else "STARTED"
        account.put(kind, name, {**facts, "state": state})
        return result.status(_SUCCESS)
    account.grants.need_owner(context.role, kind, name)
    match = _ACCESS_TOKEN.match(action)
    if kind == "USER" and match is not None:
        return _access_token(account, name, *match.groups())
    if word == "SET":
        properties = _properties(kind, action[3:])
        if not properties:
            raise errors.syntax("unexpected end")
    elif word == "UNSET":
        properties = {item.upper(): None for item in re.split(r"[\s,]+", action[5:].strip())}
    else:
        raise errors.unsupported(f"ALTER {kind} {word}")
    if kind == "USER":
        _apply_user(account, name, properties)
    facts = _changed(facts, kind, {key: value for key, value in properties.items() if value})
    for key, value in properties.items():
        if value is None:
            facts["properties"].pop(key, None)
    account.put(kind, name, facts)
    return result.status(_SUCCESS)


def _access_token(account: Account, user: str, verb: str, written: str, rest: str) -> Result:
    """ADD and REMOVE of a programmatic access token; its secret is shown once."""
    token, facts = parse_name(written)[0], account.objects["USER"][user]
    kept = facts.setdefault("access_tokens", {})
    if verb.upper() == "REMOVE":
        if kept.pop(token, None) is None:
            raise errors.missing("Programmatic access token", token)
        account.put("USER", user, facts)
        return result.status(f"Programmatic access token {token} removed successfully.")
    if token in kept:
        raise errors.exists(token)
    options = {name.upper(): value.strip("'\"") for name, value in _SETTING.findall(rest)}
    role = options.get("ROLE_RESTRICTION")
    if role is not None and not account.has("ROLE", role.upper()):
        raise errors.missing("Role", role)
    days = float(options.get("DAYS_TO_EXPIRY", 15))
    secret, kept[token] = make_access_token(days, role and role.upper())
    account.put("USER", user, facts)
    return result.rows(["token_name", "token_secret"], [(token, secret)])


def _apply_user(account: Account, name: str, properties: dict[str, str | None]) -> None:
    """What login asks of a user changes at once. Users made by SQL cannot log in: they have no
    place in the list that the command line gave."""
    user = account.user(name)
    for key, value in properties.items():
        if user is None:
            continue
        if key in _USER_NAMES and value is not None:
            value = parse_name(value)[0]
        try:
            apply_property(user, key, value)
        except ValueError as error:
            raise errors.SqlError(
                390197, "42601", f"Invalid public key in {key}: {error}."
            ) from error
