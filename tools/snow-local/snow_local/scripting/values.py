"""Values of variables, and how they go into the text of statements."""

import datetime
import decimal
import json

from sqlglot.tokens import TokenType

from snow_local.sql.split import tokens, word

_PATH_BEFORE = (
    TokenType.VAR,
    TokenType.IDENTIFIER,
    TokenType.R_BRACKET,
    TokenType.R_PAREN,
)


def literal(value: object) -> str:
    """A value as Snowflake writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, decimal.Decimal)):
        return f"({value:f})" if isinstance(value, decimal.Decimal) else f"({value})"
    if isinstance(value, float):
        return f"'{value!r}'::FLOAT"
    if isinstance(value, datetime.datetime):
        kind = "TIMESTAMP_TZ" if value.tzinfo else "TIMESTAMP_NTZ"
        return f"'{value.isoformat(sep=' ')}'::{kind}"
    if isinstance(value, datetime.date):
        return f"'{value.isoformat()}'::DATE"
    if isinstance(value, datetime.time):
        return f"'{value.isoformat()}'::TIME"
    if isinstance(value, bytes):
        return f"TO_BINARY('{value.hex()}')"
    if isinstance(value, dict) and set(value) == {"t", "z"}:
        zone = datetime.timezone(datetime.timedelta(minutes=value["z"]))
        return f"'{value['t'].astimezone(zone).isoformat(sep=' ')}'::TIMESTAMP_TZ"
    if isinstance(value, (dict, list)):
        return f"PARSE_JSON({_quoted(json.dumps(value, default=str))})"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def fill(text: str, lookup, bare: bool) -> str:
    """The text with values for `:name`, and with `bare` also for the plain names of variables.

    `lookup` answers a value and whether there is such a variable, for `NAME` and `NAME.FIELD`."""
    found = tokens(text)
    parts, at, index = [], 0, 0
    while index < len(found):
        token = found[index]
        start, marked = index, False
        if token.token_type == TokenType.COLON and index + 1 < len(found):
            before = found[index - 1] if index else None
            glued = before is not None and before.end + 1 == token.start
            if glued and before.token_type in _PATH_BEFORE:
                index += 1
                continue
            marked, index = True, index + 1
        name, last = _name(found, index)
        if not name or not (marked or (bare and _stands_alone(found, start, last))):
            index = start + 1
            continue
        value, known = lookup(name)
        if known:
            parts += [text[at : found[start].start], literal(value)]
            at = found[last].end + 1
            index = last + 1
        else:
            index = start + 1
    return "".join(parts) + text[at:]


def _name(found: list, index: int) -> tuple[str, int]:
    """`NAME` or `NAME.FIELD` at a place, and the last token of it."""
    name = _part(found, index)
    if name and _dot(found, index + 1) and (field := _part(found, index + 2)):
        return f"{name}.{field}", index + 2
    return name, index


def _part(found: list, index: int) -> str:
    if index >= len(found):
        return ""
    if found[index].token_type == TokenType.IDENTIFIER:
        return found[index].text
    name = word(found[index])
    return name if name[:1].isalpha() or name[:1] == "_" else ""


def _dot(found: list, index: int) -> bool:
    return index < len(found) and found[index].token_type == TokenType.DOT


def _stands_alone(found: list, start: int, last: int) -> bool:
    """A plain name that is no function and no part of a longer name."""
    if start and found[start - 1].token_type in (TokenType.DOT, TokenType.DCOLON):
        return False
    following = found[last + 1].token_type if last + 1 < len(found) else None
    return following not in (TokenType.L_PAREN, TokenType.DOT)
