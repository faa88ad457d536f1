"""Splits a text into statements at semicolons that stand outside of texts, comments and blocks."""

import re

from sqlglot.dialects.snowflake import Snowflake
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from snow_local.engine import errors

_LOOPS = {"IF", "FOR", "WHILE", "LOOP", "REPEAT"}
_WITH_BODY = re.compile(r"CREATE\b.{0,80}?\b(TASK|PROCEDURE|ALERT)\b", re.I | re.S)


class _Plain(Snowflake):
    """Tokens alone: a command is no text up to its semicolon, which may stand in a `$$` body."""

    class Tokenizer(Snowflake.Tokenizer):
        COMMANDS: set = set()


_PLAIN = _Plain()


def tokens(text: str) -> list[Token]:
    """The tokens of a text; SqlError for an unfinished string or comment."""
    try:
        return _PLAIN.tokenize(text)
    except SqlglotError as error:
        raise errors.syntax(str(error).splitlines()[0]) from error


def word(token: Token) -> str:
    """A token's word in upper case; empty for texts and quoted names."""
    if token.token_type in (TokenType.STRING, TokenType.RAW_STRING, TokenType.IDENTIFIER):
        return ""
    return token.text.upper()


def split(text: str) -> list[str]:
    """The statements of a text, without their semicolons; empty ones are dropped."""
    return [text[start:end] for start, end in bounds(text)]


def bounds(text: str) -> list[tuple[int, int]]:
    """Where the statements of a text start and end."""
    statements, start, end = [], None, None
    found = tokens(text)
    blocks = _Blocks(text)
    for index, token in enumerate(found):
        if start is None:
            if token.token_type == TokenType.SEMICOLON:
                continue
            start = token.start
            blocks.begin(start)
        elif token.token_type == TokenType.SEMICOLON and not blocks.open:
            statements.append((start, end))
            start = None
            continue
        following = found[index + 1] if index + 1 < len(found) else None
        blocks.see(token, following)
        end = token.end + 1
    if start is not None:
        statements.append((start, end))
    return statements


def opens_block(token: Token, following: Token | None) -> bool:
    """Whether BEGIN starts a block and no transaction."""
    if word(token) != "BEGIN" or following is None:
        return False
    return word(following) not in (";", "TRANSACTION", "WORK", "NAME")


class _Blocks:
    """Counts what BEGIN, CASE and END open and close in one statement."""

    def __init__(self, text: str):
        self._text = text
        self.begin(0)

    def begin(self, start: int) -> None:
        self._depth = 0
        self._declared = False  # between DECLARE and its BEGIN
        self._first = True
        self._body = bool(_WITH_BODY.match(self._text, start))
        self._before = ""

    @property
    def open(self) -> bool:
        return self._depth > 0 or self._declared

    def see(self, token: Token, following: Token | None) -> None:
        name = word(token)
        start = self._first or (self._body and self._before in ("AS", "THEN"))
        inside = self.open or start
        if name == "DECLARE" and start:
            self._declared = True
        elif name == "BEGIN" and inside and opens_block(token, following):
            self._depth += 1
            self._declared = False
        elif name == "CASE" and self._depth and self._before != "END":
            self._depth += 1
        elif name == "END" and self._depth and (following is None or word(following) not in _LOOPS):
            self._depth -= 1
        self._first, self._before = False, name
