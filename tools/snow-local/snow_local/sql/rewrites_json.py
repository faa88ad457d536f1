"""Rewrites of semi-structured expressions: paths, constructors, comparisons with paths."""

from sqlglot import exp

from snow_local.engine.documents import canonical
from snow_local.sql.nodes import (
    call,
    cast,
    first_value,
    is_path,
    json_path,
    key_path,
    scalar_of,
    text,
    variant,
)


class JsonRules:
    """The rules of VARIANT, OBJECT and ARRAY; mixed into the Rewriter."""

    def json_extract(self, node: exp.JSONExtract) -> exp.Expression:
        path = node.expression
        form = text(json_path(path)) if isinstance(path, exp.JSONPath) else path.copy()
        return variant(call("json_extract", node.this.copy(), form))

    def bracket(self, node: exp.Bracket) -> exp.Expression:
        index = node.expressions[0]
        if index.is_string:
            return variant(call("json_extract", node.this.copy(), text(key_path(index.name))))
        form = exp.DPipe(
            this=exp.DPipe(this=text("$["), expression=call("snow_text", index.copy())),
            expression=text("]"),
        )
        return variant(call("json_extract", node.this.copy(), form))

    def get_extract(self, node: exp.GetExtract) -> exp.Expression:
        return self.bracket(
            exp.Bracket(this=node.this.copy(), expressions=[node.expression.copy()])
        )

    def parse_json(self, node: exp.ParseJSON) -> exp.Expression:
        value = node.this.copy()
        if isinstance(value, exp.Literal) and value.is_string:
            value = text(canonical(value.name))
        return variant(cast(value, "JSON", bool(node.args.get("safe"))))

    def json_format(self, node: exp.JSONFormat) -> exp.Expression:
        return cast(call("snow_variant", node.this.copy()), "VARCHAR")

    def to_variant(self, node: exp.ToVariant) -> exp.Expression:
        return variant(call("snow_variant", node.this.copy()))

    def struct(self, node: exp.Struct) -> exp.Expression:
        arguments = []
        for item in node.expressions:
            key = (
                item.this
                if isinstance(item, (exp.PropertyEQ, exp.EQ))
                else text(item.alias_or_name)
            )
            if isinstance(key, exp.Identifier):
                key = text(key.name)
            arguments += [key.copy(), item.expression.copy()]
        return variant(call("json_merge_patch", text("{}"), call("json_object", *arguments)))

    def array(self, node: exp.Array) -> exp.Expression:
        return variant(call("json_array", *(item.copy() for item in node.expressions)))

    def array_agg(self, node: exp.ArrayAgg) -> exp.Expression:
        return variant(
            call(
                "to_json",
                call(
                    "coalesce",
                    exp.Filter(
                        this=call("list", node.this.copy()),
                        expression=exp.Where(
                            this=exp.Not(
                                this=exp.Is(
                                    this=first_value(node.this).copy(), expression=exp.Null()
                                )
                            )
                        ),
                    ),
                    exp.Array(expressions=[]),
                ),
            )
        )

    def array_contains(self, node: exp.ArrayContains) -> exp.Expression:
        return call("snow_array_contains", node.expression.copy(), node.this.copy())

    def array_size(self, node: exp.ArraySize) -> exp.Expression:
        return call("snow_array_size", node.this.copy())

    def byte_length(self, node: exp.ByteLength) -> exp.Expression:
        return call("snow_octets", node.this.copy())

    def typeof(self, node: exp.Typeof) -> exp.Expression:
        return call("snow_typeof", node.this.copy())

    def is_null_value(self, node: exp.Expression) -> exp.Expression:
        return exp.EQ(this=call("json_type", node.this.copy()), expression=text("NULL"))

    def compare(self, node: exp.Binary) -> None:
        """A path compared with a value is compared as that value's type, not as JSON text."""
        for side, other in ((node.this, node.expression), (node.expression, node.this)):
            if not is_path(side):
                continue
            value = scalar_of(side.copy())
            side.replace(cast(value, "DOUBLE", True) if other.is_number else value)
