"""The order of offset tokens, as far as it can be seen from outside.

The service never compares tokens. The usual forms can be compared all the same, so that a client
which goes back is found out.
"""

import re

_HEX_PARTS = re.compile(r"[0-9A-Fa-f]+(?:/[0-9A-Fa-f]+)+\Z")


def goes_back(earlier: str, later: str) -> bool:
    """Whether `later` lies before `earlier`; False when their forms tell nothing."""
    if earlier.isdigit() and later.isdigit():
        return int(later) < int(earlier)
    if _HEX_PARTS.match(earlier) and _HEX_PARTS.match(later):
        return _numbers(later) < _numbers(earlier)
    return len(earlier) == len(later) and later < earlier and _same_form(earlier, later)


def _numbers(token: str) -> list[int]:
    return [int(part, 16) for part in token.split("/")]


def _same_form(left: str, right: str) -> bool:
    """Fixed width: digits and letters stand in the same places."""
    return all(a == b or (a.isalnum() and b.isalnum()) for a, b in zip(left, right, strict=True))
