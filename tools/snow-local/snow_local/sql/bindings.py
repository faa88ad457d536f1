"""Puts bound values in the place of `?` and `:1` placeholders."""

import datetime

from sqlglot import exp
from sqlglot.tokens import TokenType

from snow_local.engine.errors import SqlError
from snow_local.sql.nodes import cast, text
from snow_local.sql.split import tokens

_EPOCH = datetime.datetime(1970, 1, 1)


def number_placeholders(statement: str) -> str:
    """The statement with `:1`, `:2`, ... for its `?`: the tree does not keep their order."""
    parts, position, number = [], 0, 0
    for token in tokens(statement):
        if token.token_type == TokenType.PLACEHOLDER and token.text == "?":
            number += 1
            parts += [statement[position : token.start], f":{number}"]
            position = token.end + 1
    return "".join(parts) + statement[position:]


def bind(tree: exp.Expression, bindings: dict) -> exp.Expression:
    """The tree with literals for its placeholders; SqlError for a missing or bad value."""
    rows = _array_rows(bindings)
    if rows is not None and isinstance(tree, exp.Insert):
        return _bind_rows(tree, bindings, rows)
    _bind_one(
        tree, {key: (item.get("type", "TEXT"), item.get("value")) for key, item in bindings.items()}
    )
    return tree


def _array_rows(bindings: dict) -> int | None:
    lengths = {len(item["value"]) for item in bindings.values() if isinstance(item["value"], list)}
    return lengths.pop() if len(lengths) == 1 else None


def _bind_rows(tree: exp.Insert, bindings: dict, rows: int) -> exp.Expression:
    """One VALUES row per element of the bound arrays, as the drivers' executemany means it."""
    values = tree.expression
    if not isinstance(values, exp.Values) or len(values.expressions) != 1:
        raise SqlError(2, "0A000", "Array binding needs INSERT ... VALUES (?, ...).")
    pattern = values.expressions[0]
    made = []
    for index in range(rows):
        row = pattern.copy()
        holder = exp.Tuple(expressions=[row])
        _bind_one(
            holder,
            {
                key: (item.get("type", "TEXT"), item["value"][index])
                for key, item in bindings.items()
            },
        )
        made.append(holder.expressions[0])
    values.set("expressions", made)
    return tree


def _bind_one(tree: exp.Expression, bindings: dict) -> None:
    for node in list(tree.find_all(exp.Placeholder)):
        key = node.name
        if key not in bindings:
            raise SqlError(2049, "42601", f"SQL compilation error:\nBind variable {key} not set.")
        node.replace(literal(*bindings[key]))


def literal(kind: str, value: str | None) -> exp.Expression:
    """A bound value of the SQL API's types as a literal."""
    if value is None:
        return exp.Null()
    try:
        return _MAKERS.get(kind.upper(), lambda item: text(str(item)))(value)
    except (ValueError, OverflowError) as error:
        raise SqlError(
            100037, "22018", f"Bind value '{value}' is not recognized as {kind}."
        ) from error


def _number(value: str) -> exp.Expression:
    float(value)
    if any(letter in value for letter in "eEnN"):
        return cast(text(value), "DOUBLE")
    return (
        exp.Literal.number(value)
        if not value.startswith("-")
        else exp.Neg(this=exp.Literal.number(value[1:]))
    )


def _boolean(value: str) -> exp.Expression:
    if str(value).lower() not in ("true", "false", "1", "0"):
        raise ValueError(value)
    return exp.Boolean(this=str(value).lower() in ("true", "1"))


def _binary(value: str) -> exp.Expression:
    bytes.fromhex(value)
    return exp.Anonymous(this="unhex", expressions=[text(value)])


def _date(value: str) -> exp.Expression:
    if "-" in value[1:]:
        return cast(text(value), "DATE")
    return cast(text(str((_EPOCH + datetime.timedelta(milliseconds=int(value))).date())), "DATE")


def _time(value: str) -> exp.Expression:
    if ":" in value:
        return cast(text(value), "TIME")
    moment = _EPOCH + datetime.timedelta(microseconds=int(value) // 1000)
    return cast(text(moment.time().isoformat()), "TIME")


def _moment(value: str, target: str, zone: str = "") -> exp.Expression:
    if ":" in value:
        return cast(text(value), target)
    moment = _EPOCH + datetime.timedelta(microseconds=int(value) // 1000)
    return cast(text(moment.isoformat(sep=" ") + zone), target)


def _moment_tz(value: str) -> exp.Expression:
    return _moment(value.split(" ")[0] if ":" not in value else value, "TIMESTAMPTZ", "+00")


def _zoned(value: str) -> exp.Expression:
    """`<nanoseconds> <offset in minutes + 1440>`, or a text."""
    if ":" in value:
        return exp.Anonymous(this="snow_tz", expressions=[text(value)])
    moment, _, offset = value.partition(" ")
    minutes = int(offset or 1440) - 1440
    local = _EPOCH + datetime.timedelta(microseconds=int(moment) // 1000, minutes=minutes)
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    zone = f"{sign}{size // 60:02d}:{size % 60:02d}"
    written = text(local.isoformat(sep=" ") + zone)
    return exp.Anonymous(this="snow_tz", expressions=[written])


_MAKERS = {
    "FIXED": _number,
    "REAL": lambda value: cast(text(value), "DOUBLE"),
    "DECFLOAT": _number,
    "BOOLEAN": _boolean,
    "BINARY": _binary,
    "DATE": _date,
    "TIME": _time,
    "TIMESTAMP_NTZ": lambda value: _moment(value, "TIMESTAMP"),
    "TIMESTAMP_LTZ": _moment_tz,
    "TIMESTAMP_TZ": _zoned,
}
