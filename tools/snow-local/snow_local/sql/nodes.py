"""Makes and recognises nodes of the syntax tree that several rewrites need."""

from sqlglot import exp

from snow_local.engine.types import SnowType


def call(name: str, *arguments: exp.Expression) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def raw_type(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect="duckdb")


def cast(node: exp.Expression, target: str, safe: bool = False) -> exp.Expression:
    """A cast that the type rewrite below leaves alone."""
    made = (exp.TryCast if safe else exp.Cast)(this=node, to=raw_type(target))
    made.meta["done"] = True
    return made


def variant(node: exp.Expression) -> exp.Expression:
    node.meta["kind"] = SnowType("VARIANT")
    return node


def number(value: int) -> exp.Expression:
    return exp.Literal.number(value)


def scalar_of(node: exp.Expression) -> exp.Expression:
    """A path into a VARIANT as text; anything else as it is."""
    if is_path(node):
        node = node.copy()
        node.set("this", "json_extract_string")
        node.meta.pop("kind", None)
    return node


def is_path(node: exp.Expression) -> bool:
    return isinstance(node, exp.Anonymous) and node.this == "json_extract"


def is_text(node: exp.Expression) -> bool:
    if isinstance(node, exp.Literal):
        return node.is_string
    return isinstance(node, exp.Anonymous) and node.this == "json_extract_string"


def first_value(node: exp.Expression) -> exp.Expression:
    return node.this if isinstance(node, (exp.Order, exp.Distinct)) else node


def key_path(key: str) -> str:
    return '$."' + key.replace('"', '\\"') + '"'


def json_path(path: exp.JSONPath) -> str:
    parts = ["$"]
    for item in path.expressions:
        if isinstance(item, exp.JSONPathKey):
            parts.append('."' + str(item.this).replace('"', '\\"') + '"')
        elif isinstance(item, exp.JSONPathSubscript):
            parts.append(f"[{item.this}]")
    return "".join(parts)
