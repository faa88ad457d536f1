"""Splits a text into statements at semicolons that stand outside of strings and comments."""

from sqlglot import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from snow_local.engine import errors

_SNOWFLAKE = Dialect.get_or_raise("snowflake")


def tokens(text: str) -> list[Token]:
    """The tokens of a text; SqlError for an unfinished string or comment."""
    try:
        return _SNOWFLAKE.tokenize(text)
    except SqlglotError as error:
        raise errors.syntax(str(error).splitlines()[0]) from error


def split(text: str) -> list[str]:
    """The statements of a text, without their semicolons; empty ones are dropped."""
    statements, start, end = [], None, None
    for token in tokens(text):
        if token.token_type == TokenType.SEMICOLON:
            if start is not None:
                statements.append(text[start:end])
            start = None
            continue
        if start is None:
            start = token.start
        end = token.end + 1
    if start is not None:
        statements.append(text[start:end])
    return statements
