"""sqlglot's Snowflake dialect, with formats kept as they were written."""

from sqlglot import exp
from sqlglot.dialects.snowflake import Snowflake


def _to_char(arguments: list) -> exp.ToChar:
    return exp.ToChar(this=arguments[0], format=arguments[1] if len(arguments) > 1 else None)


class SnowLocal(Snowflake):
    """TO_CHAR stays one node: the stock parser turns the format into strftime's and loses parts."""

    class Parser(Snowflake.Parser):
        FUNCTIONS = {**Snowflake.Parser.FUNCTIONS, "TO_CHAR": _to_char, "TO_VARCHAR": _to_char}
