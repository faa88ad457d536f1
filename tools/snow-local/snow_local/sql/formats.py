"""Snowflake's date and time formats as strftime patterns of DuckDB."""

import re

# Not %n for nanoseconds: DuckDB 2.0 prints garbage for it with a time zone.
_PIECES = [
    ("YYYY", "%Y"),
    ("YY", "%y"),
    ("MMMM", "%B"),
    ("MON", "%b"),
    ("MM", "%m"),
    ("DD", "%d"),
    ("DY", "%a"),
    ("HH24", "%H"),
    ("HH12", "%I"),
    ("HH", "%H"),
    ("AM", "%p"),
    ("PM", "%p"),
    ("MI", "%M"),
    ("SS", "%S"),
    ("FF9", "%f000"),
    ("FF8", "%f00"),
    ("FF7", "%f0"),
    ("FF6", "%f"),
    ("FF3", "%g"),
    ("FF0", ""),
    ("FF", "%f000"),
    ("TZHTZM", "%z"),
    ("TZH:TZM", "%z"),
    ("TZD", "%Z"),
]
_TOKEN = re.compile(
    r'"([^"]*)"|' + "|".join(piece for piece, _ in _PIECES) + r"|(.)", re.IGNORECASE | re.DOTALL
)
_STRFTIME = dict(_PIECES)
_DATE_WORDS = re.compile(r"YY|MM|DD|HH|MI|SS|FF|TZ|MON", re.IGNORECASE)


def is_date_format(text: str) -> bool:
    return bool(_DATE_WORDS.search(text))


def strftime(text: str) -> str:
    """A pattern for strftime; double-quoted parts are copied."""
    parts = []
    for match in _TOKEN.finditer(text):
        literal, other = match.groups()
        if literal is not None or other is not None:
            parts.append((literal if literal is not None else other).replace("%", "%%"))
        else:
            parts.append(_STRFTIME[match.group(0).upper()])
    return "".join(parts)


def zone_style(text: str) -> str | None:
    """How the offset is written in a format: `+0000`, `+00:00` or not at all."""
    upper = text.upper()
    if "TZH:TZM" in upper:
        return "+00:00"
    return "+0000" if "TZHTZM" in upper else None
