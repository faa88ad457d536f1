"""Reads the head of a CREATE or ALTER statement word by word: what the SQL parser does not know."""

import re

from snow_local.engine import errors
from snow_local.sql.context import parse_name

_GAP = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|//[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.S)
_NAME = re.compile(
    r'(?:IDENTIFIER\s*\([^)]*\)|(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
    r'(?:\s*\.\s*(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*))*)',
    re.I,
)
_WORD = re.compile(r"[A-Za-z_][\w$]*")
_PROPERTY = re.compile(r"([A-Za-z_][\w$]*)\s*=\s*")
_VALUE = re.compile(r"'(?:[^'\\]|''|\\.)*'|\$\$.*?\$\$|\"(?:[^\"]|\"\")*\"|[^\s,()']+", re.S)


class Scanner:
    """A text and the place up to which it was read."""

    def __init__(self, text: str):
        self.text = text
        self.at = 0
        self._skip()

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def done(self) -> bool:
        return not self.rest.strip().rstrip(";")

    def end(self) -> None:
        """SqlError when something is left."""
        if not self.done():
            raise self.wrong()

    def wrong(self) -> errors.SqlError:
        return errors.syntax(f"unexpected '{self.rest[:40].split(chr(10))[0]}'.")

    def take(self, *phrases: str) -> str:
        """The first of these phrases that comes next, read; empty when none does."""
        for phrase in phrases:
            pattern = r"\s+".join(map(re.escape, phrase.split())) + r"(?![\w$])"
            match = re.compile(pattern, re.I).match(self.text, self.at)
            if match:
                self._to(match.end())
                return phrase
        return ""

    def need(self, *phrases: str) -> str:
        found = self.take(*phrases)
        if not found:
            raise self.wrong()
        return found

    def name(self) -> list[str]:
        match = _NAME.match(self.text, self.at)
        if match is None:
            raise self.wrong()
        self._to(match.end())
        return parse_name(re.sub(r"\s*\.\s*", ".", match.group()))

    def word(self) -> str:
        match = _WORD.match(self.text, self.at)
        if match is None:
            return ""
        self._to(match.end())
        return match.group().upper()

    def value(self) -> str:
        """A literal, a word or a group in parentheses, as it was written."""
        if self.text[self.at : self.at + 1] == "(":
            return self.group()
        match = _VALUE.match(self.text, self.at)
        if match is None:
            raise self.wrong()
        self._to(match.end())
        return match.group()

    def group(self) -> str:
        """A balanced group in parentheses; texts inside count as texts."""
        start, depth = self.at, 0
        for match in re.compile(r"'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|[()]").finditer(self.text, start):
            depth += {"(": 1, ")": -1}.get(match.group(), 0)
            if depth == 0:
                self._to(match.end())
                return self.text[start : match.end()]
        raise self.wrong()

    def properties(self, known: set[str]) -> dict[str, str]:
        """`NAME = value` as long as they come, with commas or without; SqlError for a name that
        the kind of object does not have."""
        found = {}
        while True:
            if self.text[self.at : self.at + 1] == ",":
                self._to(self.at + 1)
            match = _PROPERTY.match(self.text, self.at)
            if match is None:
                return found
            name = match[1].upper()
            if name not in known:
                raise self.wrong()
            self._to(match.end())
            found[name] = self.value()

    def number(self) -> int:
        match = re.compile(r"-?\d+").match(self.text, self.at)
        if match is None:
            raise self.wrong()
        self._to(match.end())
        return int(match.group())

    def skip(self, at: int) -> None:
        """Goes on behind what somebody else has read."""
        self._to(at)

    def sign(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self._to(self.at + len(text))
            return True
        return False

    def _to(self, at: int) -> None:
        self.at = at
        self._skip()

    def _skip(self) -> None:
        self.at = _GAP.match(self.text, self.at).end()


def unquoted(value: str | None) -> str | None:
    """The text of a literal."""
    if value is None:
        return None
    if value.startswith("$$"):
        return value[2:-2]
    if value.startswith("'"):
        return value[1:-1].replace("''", "'").replace("\\'", "'")
    return value
