"""Rewrites single expressions of Snowflake's dialect where sqlglot's DuckDB output differs.

Each function takes one node and answers its replacement, or None to leave it as it is.
"""

import re

from sqlglot import exp

from snow_local.engine import errors, types
from snow_local.engine.types import MAX_TEXT, ZONED, SnowType
from snow_local.sql import formats, zones
from snow_local.sql.context import Context
from snow_local.sql.nodes import call, cast, is_text, number, scalar_of, text
from snow_local.sql.rewrites_json import JsonRules

_SPACED_OFFSET = re.compile(r"\s+([+-]\d\d:?(?:\d\d)?)$")
_WHOLE_DAYS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_CASTS = {
    "TO_TIMESTAMP": "TIMESTAMP",
    "TO_TIMESTAMP_NTZ": "TIMESTAMP",
    "TO_TIMESTAMP_LTZ": "TIMESTAMPTZ",
    "TO_TIMESTAMP_TZ": "TIMESTAMP_TZ",
    "TRY_TO_TIMESTAMP": "TIMESTAMP",
    "TRY_TO_TIMESTAMP_NTZ": "TIMESTAMP",
    "TRY_TO_TIMESTAMP_LTZ": "TIMESTAMPTZ",
    "TRY_TO_TIMESTAMP_TZ": "TIMESTAMP_TZ",
    "TRY_TO_DATE": "DATE",
    "TRY_TO_TIME": "TIME",
    "TRY_TO_BOOLEAN": "BOOLEAN",
    "TRY_TO_DOUBLE": "DOUBLE",
}


class Rewriter(JsonRules):
    """Rewrites the expressions of one statement; `kinds` are the columns that are known."""

    def __init__(
        self, context: Context, kinds: dict[str, SnowType | None], zoned: frozenset = frozenset()
    ):
        self._context = context
        self._kinds = kinds
        self._zoned = zoned  # columns that are a TIMESTAMP_TZ in one of several tables

    def rewrite(self, tree: exp.Expression) -> exp.Expression:
        """Rewrites bottom up, so that every rule sees finished operands."""
        zones.name_aliases(tree, self._kinds, self.kind)
        for node in reversed(list(tree.walk(bfs=True))):
            rule = _RULES.get(type(node))
            if rule is None:
                continue
            made = rule(self, node)
            if made is None or made is node:
                continue
            if node is tree:
                tree = made
            else:
                node.replace(made)
        return tree

    def kind(self, node: exp.Expression) -> SnowType | None:
        """The type of an expression as far as it is plain to see."""
        node = node.unnest() if isinstance(node, exp.Paren) else node
        if isinstance(node, exp.Column):
            return self._kinds.get(node.name)
        return node.meta.get("kind")

    def column(self, node: exp.Column) -> exp.Expression | None:
        """A TIMESTAMP_TZ column where its moment is meant, not its offset."""
        kind, unsure = self._kinds.get(node.name), node.name in self._zoned
        if not (zones.is_zoned(kind) or (kind is None and unsure)):
            return None
        if zones.passes(node, self.kind):
            node.meta["zoned"] = kind is not None
            return None
        return zones.instant(node, kind is not None)

    def is_variant(self, node: exp.Expression) -> bool:
        kind = self.kind(node)
        return kind is not None and kind.is_semi_structured()

    # -- casts ---------------------------------------------------------------------------------

    def cast(self, node: exp.Cast) -> exp.Expression | None:
        if node.meta.get("done"):
            return None
        kind = types.from_expression(node.to)
        safe = isinstance(node, exp.TryCast)
        made = self._cast_to(node.this, kind, safe)
        made.meta["kind"] = kind
        return self._placed(node, made)

    def _placed(self, node: exp.Expression, made: exp.Expression) -> exp.Expression:
        """What becomes of a node: the moment alone of a TIMESTAMP_TZ that is not passed on."""
        if zones.is_zoned(self.kind(made)) and not zones.passes(node, self.kind):
            return zones.instant(made, True)
        return made

    def _cast_to(self, value: exp.Expression, kind: SnowType, safe: bool) -> exp.Expression:
        zoned = zones.is_zoned(self.kind(value))
        if kind.is_semi_structured():
            return call("snow_variant", call("snow_text", value.copy()) if zoned else value.copy())
        if kind.kind == "TIMESTAMP_TZ":
            return self._to_zoned(value, safe)
        if zoned and kind.kind != "VARCHAR":
            local = kind.kind in ("DATE", "TIME", "TIMESTAMP_NTZ")
            made = call("snow_tz_local", value.copy()) if local else zones.instant(value, True)
            return cast(made, kind.duckdb(), safe)
        value = scalar_of(value.copy())
        if kind.kind == "VARCHAR":
            made = value if is_text(value) else call("snow_text", value)
            return made if kind.length >= MAX_TEXT else call("left", made, number(kind.length))
        if kind.kind == "BINARY":
            known = self.kind(value)
            return value if known and known.kind == "BINARY" else call("unhex", value)
        if isinstance(value, exp.Literal) and value.is_string and kind.duckdb() == "TIMESTAMPTZ":
            value = text(_SPACED_OFFSET.sub(r"\1", value.name))
        elif kind.duckdb() == "TIMESTAMPTZ" and self._may_be_text(value):
            value = call("snow_zoned", value)
        elif isinstance(value, exp.Column) and (self.kind(value) is None or self.is_variant(value)):
            value = call("snow_scalar", value)
        return cast(value, kind.duckdb(), safe)

    def _to_zoned(self, value: exp.Expression, safe: bool) -> exp.Expression:
        if zones.is_zoned(self.kind(value)):
            return value.copy()
        if isinstance(value, exp.Null):
            return cast(value.copy(), ZONED)
        value = scalar_of(value.copy())
        if safe:
            return call("snow_try_tz", value)
        plain = is_text(value) or (isinstance(value, exp.Cast) and value.meta.get("done"))
        return call("snow_tz" if plain else "snow_to_tz", value)

    def _may_be_text(self, value: exp.Expression) -> bool:
        kind = self.kind(value)
        if kind is not None:
            return kind.kind == "VARCHAR"
        return isinstance(value, exp.Column) or is_text(value)

    def anonymous(self, node: exp.Anonymous) -> exp.Expression | None:
        name = node.name.upper()
        if name in _CASTS and node.expressions:
            made = self._to_moment(node, _CASTS[name], name.startswith("TRY_"))
            if _CASTS[name] == "TIMESTAMP_TZ":
                made.meta["kind"] = types.make("TIMESTAMP_TZ")
            return self._placed(node, made)
        simple = {
            "LAST_QUERY_ID": self._context.last_query_id,
            "CURRENT_CLIENT": "snow-local",
            "CURRENT_REGION": "LOCAL",
            "CURRENT_IP_ADDRESS": "127.0.0.1",
        }
        if name in simple:
            return text(simple[name])
        if name == "OBJECT_CONSTRUCT_KEEP_NULL":
            return call("json_object", *node.expressions)
        if name == "ARRAY_CONSTRUCT":
            return call("json_array", *node.expressions)
        if name == "SYSTEM$TYPEOF":
            return call("typeof", *node.expressions)
        if name == "HASH_AGG":
            return call("bit_xor", call("hash", *node.expressions))
        return None

    def _to_moment(self, node: exp.Anonymous, target: str, safe: bool) -> exp.Expression:
        value, rest = scalar_of(node.expressions[0].copy()), node.expressions[1:]
        if rest and rest[0].is_string and formats.is_date_format(rest[0].name):
            parse = call(
                "try_strptime" if safe else "strptime", value, text(formats.strftime(rest[0].name))
            )
            if target == "TIMESTAMP_TZ":
                return call("snow_to_tz", cast(parse, "TIMESTAMPTZ", safe))
            return cast(parse, target, safe)
        whole = isinstance(value, exp.Literal) and (value.is_number or value.name.isdigit())
        known = self.kind(value)
        if whole or (known and known.kind == "NUMBER"):
            scale = int(rest[0].name) if rest and rest[0].is_number else None
            micros = (
                call("snow_epoch_micros", cast(value, "BIGINT"))
                if scale is None
                else cast(
                    exp.Mul(this=exp.Paren(this=value), expression=number(10 ** (6 - scale))),
                    "BIGINT",
                )
            )
            made = call("make_timestamp", micros)
            if target == "TIMESTAMP":
                return cast(made, target)
            made = call("timezone", text("UTC"), made)
            return call("snow_to_tz", made) if target == "TIMESTAMP_TZ" else made
        kind = types.make("TIMESTAMP_LTZ" if target == "TIMESTAMPTZ" else target)
        made = self._cast_to(value, kind, safe)
        made.meta["kind"] = kind
        return made

    def to_char(self, node: exp.ToChar) -> exp.Expression:
        value, form = scalar_of(node.this.copy()), node.args.get("format")
        if form is None:
            return value if is_text(value) else call("snow_text", value)
        if not form.is_string:
            raise errors.unsupported("TO_VARCHAR with a format that is no literal")
        upper = form.name.upper()
        if upper in ("HEX", "BASE64", "UTF-8"):
            name = {"HEX": "hex", "BASE64": "to_base64", "UTF-8": "decode"}[upper]
            return call(name, value)
        if not formats.is_date_format(upper):
            return call("snow_text", value)
        if zones.is_zoned(self.kind(node.this)):
            return _format_zoned(value, form.name)
        return self._format_moment(value, form.name)

    def _format_moment(self, value: exp.Expression, form: str) -> exp.Expression:
        kind = self.kind(value)
        if kind is not None and kind.kind == "TIME":
            value = exp.Add(this=cast(text("1970-01-01"), "DATE"), expression=value)
        made = call("strftime", value, text(formats.strftime(form)))
        style = formats.zone_style(form)
        if style == "+00:00":
            return call("regexp_replace", made, text(r"([+-]\d\d)$"), text(r"\1:00"))
        if style == "+0000":
            return exp.DPipe(this=made, expression=text("00"))
        return made

    def to_binary(self, node: exp.ToBinary) -> exp.Expression:
        form = node.args.get("format")
        name = form.name.upper() if form is not None else "HEX"
        function = {"HEX": "unhex", "BASE64": "from_base64"}.get(name, "encode")
        return call(function, scalar_of(node.this.copy()))

    def md5_half(self, node: exp.Expression) -> exp.Expression:
        """Half of an MD5 as a number, the first byte the highest."""
        side = "left" if isinstance(node, exp.MD5NumberUpper64) else "right"
        return _from_hex(call(side, call("md5", node.this.copy()), number(16)))

    def to_number(self, node: exp.ToNumber) -> exp.Expression:
        form = node.args.get("format")
        if form is not None and form.is_string and set(form.name.upper()) == {"X"}:
            return cast(_from_hex(scalar_of(node.this.copy())), "DECIMAL(38,0)")
        precision, scale = node.args.get("precision"), node.args.get("scale")
        kind = types.make(
            "NUMBER", int(precision.name) if precision else 38, int(scale.name) if scale else 0
        )
        return self._cast_to(node.this, kind, bool(node.args.get("safe")))

    def extract(self, node: exp.Extract) -> exp.Expression | None:
        """Seconds of the epoch are cut, never rounded."""
        if node.this.name.upper() not in {"EPOCH", "EPOCH_SECOND", "EPOCH_SECONDS"}:
            return None
        whole = call("date_trunc", text("second"), node.expression.copy())
        return cast(call("epoch", whole), "BIGINT")

    def to_double(self, node: exp.ToDouble) -> exp.Expression:
        return self._cast_to(node.this, types.make("FLOAT"), bool(node.args.get("safe")))

    def to_boolean(self, node: exp.ToBoolean) -> exp.Expression:
        return self._cast_to(node.this, types.make("BOOLEAN"), bool(node.args.get("safe")))

    def to_date(self, node: exp.TsOrDsToDate) -> exp.Expression | None:
        if node.args.get("format"):
            return None
        return self._cast_to(node.this, types.make("DATE"), bool(node.args.get("safe")))

    # -- arithmetic ----------------------------------------------------------------------------

    def divide(self, node: exp.Div) -> exp.Expression | None:
        if node.expression.is_number and float(node.expression.name) != 0:
            return None
        return call("snow_divide", node.this.copy(), node.expression.copy())

    def modulo(self, node: exp.Mod) -> exp.Expression | None:
        if node.expression.is_number and float(node.expression.name) != 0:
            return None
        return call("snow_modulo", node.this.copy(), node.expression.copy())

    def date_add(self, node: exp.DateAdd) -> exp.Expression | None:
        """A DATE plus whole days stays a DATE; DuckDB makes a timestamp of it."""
        unit = node.args.get("unit")
        kind = self.kind(node.this)
        is_date = isinstance(node.this, exp.CurrentDate) or (kind and kind.kind == "DATE")
        if is_date and unit is not None and unit.name.upper() in _WHOLE_DAYS:
            made = cast(node.copy(), "DATE")
            made.meta["kind"] = SnowType("DATE")
            return made
        return None

    # -- session -------------------------------------------------------------------------------

    def current(self, node: exp.Expression) -> exp.Expression:
        context = self._context
        values = {
            "CurrentDatabase": context.database,
            "CurrentSchema": context.schema,
            "CurrentRole": context.role,
            "CurrentUser": context.user,
            "CurrentWarehouse": context.warehouse,
            "CurrentAccount": context.account,
            "CurrentVersion": "9.0.0",
            "CurrentSession": str(context.session_id),
        }
        value = values[type(node).__name__]
        return exp.Null() if value is None else text(value)

    def current_timestamp(self, node: exp.CurrentTimestamp) -> exp.Expression | None:
        if node.args.get("sysdate"):
            return call("timezone", text("UTC"), call("now"))
        return call("now")

    def parameter(self, node: exp.Parameter) -> exp.Expression:
        name = node.name.upper()
        if name not in self._context.variables:
            raise errors.compilation(2211, "42601", f"Session variable '${name}' does not exist")
        value = self._context.variables[name]
        return exp.Literal.number(value) if isinstance(value, (int, float)) else text(str(value))


def _from_hex(digits: exp.Expression) -> exp.Expression:
    return cast(exp.DPipe(this=text("0x"), expression=digits), "UBIGINT")


def _format_zoned(value: exp.Expression, form: str) -> exp.Expression:
    """A TIMESTAMP_TZ is written as its own clock showed it, with its own offset."""
    mark = "\x01"
    pattern = formats.strftime(form).replace("%z", mark)
    made = call("strftime", call("snow_tz_local", value.copy()), text(pattern))
    colon = ":" if formats.zone_style(form) == "+00:00" else ""
    zone = call("snow_zone_text", call("struct_extract", value.copy(), text("z")), text(colon))
    return call("replace", made, text(mark), zone)


_RULES = {
    exp.Column: Rewriter.column,
    exp.Cast: Rewriter.cast,
    exp.TryCast: Rewriter.cast,
    exp.Anonymous: Rewriter.anonymous,
    exp.ToChar: Rewriter.to_char,
    exp.ToBinary: Rewriter.to_binary,
    exp.ToNumber: Rewriter.to_number,
    exp.MD5NumberUpper64: Rewriter.md5_half,
    exp.MD5NumberLower64: Rewriter.md5_half,
    exp.Extract: Rewriter.extract,
    exp.ToDouble: Rewriter.to_double,
    exp.ToBoolean: Rewriter.to_boolean,
    exp.TsOrDsToDate: Rewriter.to_date,
    exp.JSONExtract: Rewriter.json_extract,
    exp.Bracket: Rewriter.bracket,
    exp.GetExtract: Rewriter.get_extract,
    exp.ParseJSON: Rewriter.parse_json,
    exp.JSONFormat: Rewriter.json_format,
    exp.ToVariant: Rewriter.to_variant,
    exp.Struct: Rewriter.struct,
    exp.Array: Rewriter.array,
    exp.ArrayAgg: Rewriter.array_agg,
    exp.ArrayContains: Rewriter.array_contains,
    exp.ArraySize: Rewriter.array_size,
    exp.ByteLength: Rewriter.byte_length,
    exp.Typeof: Rewriter.typeof,
    exp.IsNullValue: Rewriter.is_null_value,
    exp.EQ: Rewriter.compare,
    exp.NEQ: Rewriter.compare,
    exp.LT: Rewriter.compare,
    exp.LTE: Rewriter.compare,
    exp.GT: Rewriter.compare,
    exp.GTE: Rewriter.compare,
    exp.Like: Rewriter.compare,
    exp.Div: Rewriter.divide,
    exp.Mod: Rewriter.modulo,
    exp.DateAdd: Rewriter.date_add,
    exp.CurrentTimestamp: Rewriter.current_timestamp,
    exp.Parameter: Rewriter.parameter,
    exp.CurrentDatabase: Rewriter.current,
    exp.CurrentSchema: Rewriter.current,
    exp.CurrentRole: Rewriter.current,
    exp.CurrentUser: Rewriter.current,
    exp.CurrentWarehouse: Rewriter.current,
    exp.CurrentAccount: Rewriter.current,
    exp.CurrentVersion: Rewriter.current,
    exp.CurrentSession: Rewriter.current,
}
