"""Which privileges there are on each kind of object."""

from snow_local.engine import errors

_CREATE = "TABLE VIEW STREAM TASK PIPE SEQUENCE STAGE FUNCTION PROCEDURE TAG ALERT SECRET STREAMLIT"
_PRIVILEGES = {
    "ACCOUNT": "CREATE DATABASE|CREATE ROLE|CREATE USER|CREATE WAREHOUSE|CREATE INTEGRATION|"
    "EXECUTE TASK|EXECUTE MANAGED TASK|MANAGE GRANTS|MONITOR USAGE|MONITOR EXECUTION|"
    "APPLY TAG|APPLY MASKING POLICY|APPLY ROW ACCESS POLICY",
    "DATABASE": "USAGE|CREATE SCHEMA|MODIFY|MONITOR|CREATE DATABASE ROLE|IMPORTED PRIVILEGES|"
    "REFERENCE_USAGE",
    "SCHEMA": "USAGE|MODIFY|MONITOR|ADD SEARCH OPTIMIZATION|CREATE EXTERNAL TABLE|"
    "CREATE DYNAMIC TABLE|CREATE FILE FORMAT|CREATE MATERIALIZED VIEW|CREATE MASKING POLICY|"
    "CREATE ROW ACCESS POLICY|CREATE TEMPORARY TABLE|CREATE HYBRID TABLE|CREATE ICEBERG TABLE|"
    + "|".join(f"CREATE {kind}" for kind in _CREATE.split()),
    "TABLE": "SELECT|INSERT|UPDATE|DELETE|TRUNCATE|REFERENCES|REBUILD|EVOLVE SCHEMA|APPLYBUDGET",
    "VIEW": "SELECT|REFERENCES",
    "DYNAMIC TABLE": "SELECT|OPERATE|MONITOR",
    "EXTERNAL TABLE": "SELECT|REFERENCES",
    "MATERIALIZED VIEW": "SELECT|REFERENCES",
    "WAREHOUSE": "USAGE|OPERATE|MODIFY|MONITOR|APPLYBUDGET",
    "STREAM": "SELECT",
    "TASK": "OPERATE|MONITOR",
    "PIPE": "OPERATE|MONITOR",
    "SEQUENCE": "USAGE",
    "STAGE": "USAGE|READ|WRITE",
    "FILE FORMAT": "USAGE",
    "FUNCTION": "USAGE",
    "PROCEDURE": "USAGE",
    "INTEGRATION": "USAGE",
    "TAG": "APPLY|READ",
    "MASKING POLICY": "APPLY",
    "ROW ACCESS POLICY": "APPLY",
    "ALERT": "OPERATE|MONITOR",
    "SECRET": "USAGE|READ",
    "USER": "MONITOR",
    "ROLE": "USAGE",
}
KINDS = tuple(sorted(_PRIVILEGES, key=len, reverse=True))


def singular(kind: str) -> str:
    """TABLES -> TABLE, POLICIES -> POLICY; SqlError for a kind that nobody knows."""
    kind = " ".join(kind.upper().split())
    for name in KINDS:
        if kind in (name, name + "S", name.removesuffix("Y") + "IES"):
            return name
    raise errors.syntax(f"unexpected '{kind}'")


def check(privilege: str, kind: str) -> None:
    """SqlError when there is no such privilege on that kind."""
    if privilege not in (*_PRIVILEGES[kind].split("|"), "OWNERSHIP", "ALL"):
        raise errors.syntax(f"unexpected '{privilege}' on {kind}")


def all_of(kind: str) -> list[str]:
    return _PRIVILEGES[kind].split("|")
