"""Names: Snowflake's identifiers are case-sensitive, DuckDB's are not.

An unquoted name folds to upper case, a quoted one stays. A name that holds lower-case letters is
stored under a physical name that carries its case (`orders` -> `orders~3f`), so "orders" and
ORDERS are two tables here as they are in the service.
"""

import re

_RESERVED = {"MAIN", "TEMP", "SYSTEM", "MEMORY", "INFORMATION_SCHEMA", "PG_CATALOG", "_SNOW_LOCAL"}
_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*\Z")
_PART = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([A-Za-z_][A-Za-z0-9_$]*))\s*')


def physical(name: str) -> str:
    """The name under which DuckDB stores a Snowflake name."""
    mask = 0
    for index, letter in enumerate(name):
        if "a" <= letter <= "z":
            mask |= 1 << index
    if not mask and "~" not in name and name not in _RESERVED:
        return name
    return f"{name}~{mask:x}"


def logical(name: str) -> str:
    """The Snowflake name of a physical name."""
    return name.rpartition("~")[0] if "~" in name else name


def quote(name: str) -> str:
    """A name as a quoted identifier, for both SQL dialects."""
    return '"' + name.replace('"', '""') + '"'


def quote_physical(*parts: str) -> str:
    """A dotted physical name for DuckDB, from logical parts."""
    return ".".join(quote(physical(part)) for part in parts)


def show(name: str) -> str:
    """A name as Snowflake prints it in messages: quoted only when it must be."""
    return name if _PLAIN.match(name) else quote(name)


def show_path(*parts: str) -> str:
    """A dotted name as Snowflake prints it in messages."""
    return ".".join(show(part) for part in parts)


def split_path(text: str) -> list[str]:
    """Splits a written name such as `db."My schema".t` into folded parts, or throws ValueError."""
    parts = []
    position = 0
    while True:
        match = _PART.match(text, position)
        if not match:
            raise ValueError(f"not a name: {text}")
        quoted, plain = match.groups()
        parts.append(quoted.replace('""', '"') if quoted is not None else plain.upper())
        position = match.end()
        if position == len(text):
            return parts
        if text[position] != ".":
            raise ValueError(f"not a name: {text}")
        position += 1


def fold_url_part(text: str) -> str:
    """A name from a URL path: quoted keeps its case, anything else folds to upper case."""
    if len(text) >= 2 and text[0] == '"' and text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text.upper()
