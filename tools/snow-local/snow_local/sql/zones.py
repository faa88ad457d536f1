"""TIMESTAMP_TZ: a moment and the offset it was written with, a struct in DuckDB.

The struct goes through a statement as it is where a value is only passed on; wherever it is
compared, computed with or sorted, its moment stands for it, as in the service.
"""

from sqlglot import exp

from snow_local.engine.types import SnowType
from snow_local.sql.nodes import call, text

_KEEPS = (exp.Max, exp.Min, exp.AnyValue, exp.FirstValue, exp.LastValue, exp.Lag, exp.Lead)
_SOURCES = (exp.From, exp.Join, exp.Lateral, exp.CTE, exp.SetOperation, exp.Insert, exp.Create)
_INSTANT = SnowType("TIMESTAMP_LTZ", scale=9)


def instant(node: exp.Expression, sure: bool) -> exp.Expression:
    """The moment of a value; `sure` where it is known to be a struct."""
    made = (
        call("struct_extract", node.copy(), text("t"))
        if sure
        else call("snow_instant", node.copy())
    )
    made.meta["kind"] = _INSTANT
    return made


def is_zoned(kind: SnowType | None) -> bool:
    return kind is not None and kind.kind == "TIMESTAMP_TZ"


def passes(node: exp.Expression, kind_of) -> bool:
    """Whether the value of a node is only passed on where it stands; `kind_of` tells types."""
    parent = node.parent
    if parent is None:
        return True
    if isinstance(parent, (exp.Paren, exp.Alias, exp.Window, exp.IgnoreNulls)):
        return node.arg_key == "this" and passes(parent, kind_of)
    if isinstance(parent, exp.Select):
        return node.arg_key == "expressions" and not _is_scalar(parent)
    if isinstance(parent, _KEEPS):
        return node.arg_key == "this" and passes(parent, kind_of)
    if isinstance(parent, exp.Coalesce):
        return _all_zoned([parent.this, *parent.expressions], kind_of) and passes(parent, kind_of)
    if isinstance(parent, (exp.If, exp.Case)):
        return _in_branch(node, parent, kind_of)
    if isinstance(parent, exp.EQ):
        return isinstance(parent.parent, exp.Update) and parent.arg_key == "expressions"
    if isinstance(parent, exp.Tuple):
        return isinstance(parent.parent, (exp.Insert, exp.Values))
    return isinstance(
        parent, (exp.Group, exp.ToChar, exp.Cast, exp.TryCast, exp.Schema, exp.Insert)
    )


def _in_branch(node: exp.Expression, parent: exp.Expression, kind_of) -> bool:
    whole = parent.parent if isinstance(parent.parent, exp.Case) else parent
    if node.arg_key not in ("true", "default" if isinstance(whole, exp.Case) else "false"):
        return False
    return _all_zoned(_values(whole), kind_of) and passes(whole, kind_of)


def _values(whole: exp.Expression) -> list[exp.Expression]:
    """What a CASE or IFF may give."""
    if isinstance(whole, exp.Case):
        values = [item.args.get("true") for item in whole.args["ifs"]]
        values.append(whole.args.get("default"))
    else:
        values = [whole.args.get("true"), whole.args.get("false")]
    return [item for item in values if item is not None]


def _all_zoned(items: list[exp.Expression], kind_of) -> bool:
    return all(isinstance(item, exp.Null) or is_zoned(_kind(item, kind_of)) for item in items)


def _kind(node: exp.Expression, kind_of) -> SnowType | None:
    """The type of an operand, seen before or after it was rewritten."""
    node = node.unnest() if isinstance(node, exp.Paren) else node
    if isinstance(node, (exp.Cast, exp.TryCast)) and not node.meta.get("done"):
        name = node.to.sql(dialect="snowflake").upper()
        return SnowType("TIMESTAMP_TZ", scale=9) if name.startswith("TIMESTAMPTZ") else None
    if isinstance(node, (*_KEEPS, exp.Window)):
        return _kind(node.this, kind_of)
    if isinstance(node, exp.Coalesce):
        return _kind(node.this, kind_of)
    if isinstance(node, (exp.If, exp.Case)):
        values = _values(node)
        return _kind(values[0], kind_of) if _all_zoned(values, kind_of) else None
    return kind_of(node)


def _is_scalar(select: exp.Select) -> bool:
    """Whether a query is the operand of an expression."""
    if select.arg_key == "query" or isinstance(select.parent, (exp.In, exp.Exists)):
        return True
    holder = select.parent
    while isinstance(holder, (exp.Subquery, exp.Paren)):
        holder = holder.parent
    if holder is None or isinstance(holder, _SOURCES):
        return False
    return isinstance(select.parent, exp.Subquery) and not isinstance(holder, exp.Merge)


def name_aliases(tree: exp.Expression, kinds: dict, kind_of) -> None:
    """Columns of subqueries that have another name than the column of a table behind them."""
    for _ in range(3):
        for alias in tree.find_all(exp.Alias):
            name = alias.args["alias"].name if alias.args.get("alias") else ""
            if name and name not in kinds and is_zoned(_kind(alias.this, kind_of)):
                kinds[name] = SnowType("TIMESTAMP_TZ", scale=9)
