"""JSON as a VARIANT keeps it: no blanks, members in order, all digits of its numbers."""

import json
import re

import orjson

_LONG_NUMBER = re.compile(r"[0-9.]{16}")
DOUBLED = "duplicate object attribute"


class Digits(str):
    """A number as it was read."""


class _Doubled(Exception):
    pass


def canonical(written: str) -> str:
    """What PARSE_JSON makes of a text; one that is no JSON, or names a member twice, comes back as
    something that is none either, and says why."""
    try:
        if not _LONG_NUMBER.search(written):
            value = orjson.loads(written)
            if not isinstance(value, dict | list) or not is_doubled(written):
                return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
            return DOUBLED
        return write(json.loads(written, parse_float=Digits, object_pairs_hook=unique))
    except _Doubled:
        return DOUBLED
    except ValueError:
        return written


def write(value: object) -> str:
    """A value whose numbers are Digits."""
    if isinstance(value, Digits):
        return str(value)
    if isinstance(value, dict):
        inner = (
            f"{json.dumps(key, ensure_ascii=False)}:{write(value[key])}" for key in sorted(value)
        )
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def unique(pairs: list[tuple]) -> dict:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise _Doubled
    return row


def is_doubled(written: str | bytes) -> bool:
    """Whether an object in the text has a member twice."""
    try:
        json.loads(written, object_pairs_hook=unique)
    except _Doubled:
        return True
    except ValueError:
        return False
    return False
