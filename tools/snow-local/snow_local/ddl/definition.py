"""The columns of a table to be made, read from a CREATE TABLE or an ALTER TABLE."""

from dataclasses import dataclass, field

import duckdb
from sqlglot import exp

from snow_local.engine import errors, types
from snow_local.engine.catalog import Column
from snow_local.engine.identifiers import quote_physical, show
from snow_local.sql import result
from snow_local.sql.names import fold, logical_parts
from snow_local.sql.query import fetch
from snow_local.sql.translate import Translator, source_names

OPTIONS = {
    *("ENABLE_SCHEMA_EVOLUTION", "ERROR_LOGGING", "DATA_RETENTION_TIME_IN_DAYS"),
    *("MAX_DATA_EXTENSION_TIME_IN_DAYS", "CHANGE_TRACKING", "DEFAULT_DDL_COLLATION", "COMMENT"),
    "ROW_TIMESTAMP",
}
# Refused by the service even in quotes.
_NO_COLUMN = {
    *("LOCALTIME", "LOCALTIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"),
    "CURRENT_USER",
}
AUTOINCREMENT = "snow_autoincrement"
# Kept nowhere and enforced nowhere, as UNIQUE and REFERENCES in the service; policies hide nothing.
_UNUSED = (
    *(exp.UniqueColumnConstraint, exp.Reference, exp.MaskingPolicyColumnConstraint, exp.Tags),
    exp.ForeignKey,
)
_HARMLESS = (
    *(exp.TemporaryProperty, exp.TransientProperty, exp.SchemaCommentProperty, exp.LikeProperty),
    *(exp.ClusterProperty, exp.CopyGrantsProperty, exp.SecureProperty, exp.Tags),
)


@dataclass
class Definition:
    """The columns of a table to be made, with what DuckDB must know and what we note."""

    columns: list[Column] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    options: dict = field(default_factory=dict)
    comment: str | None = None
    temporary: bool = False
    cluster: str | None = None
    identities: dict[str, tuple[int, int]] = field(default_factory=dict)


class DefinitionReader:
    """Reads definitions with the translator of one session."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, translator: Translator):
        self._cursor = cursor
        self._translator = translator

    def define(self, tree: exp.Create) -> tuple[Definition, str | None]:
        """The columns of a CREATE TABLE and the query that fills it, if there is one."""
        properties = tree.args.get("properties")
        definition = Definition()
        if properties is not None:
            self._read_properties(properties, definition)
        like = next(
            (
                item
                for item in (properties.expressions if properties else [])
                if isinstance(item, exp.LikeProperty)
            ),
            None,
        )
        clone = tree.args.get("clone")
        if clone is not None and clone.this.args.get("when") is not None:
            raise errors.unsupported("CLONE AT or BEFORE a time")
        if like is not None or clone is not None:
            table = self._translator.resolver().lookup(logical_parts((like or clone).this))
            definition.columns, definition.key = table.columns, table.facts.get("key", [])
            return definition, f"SELECT * FROM {table.path()}" if clone is not None else None
        if isinstance(tree.this, exp.Schema):
            self.read_columns(tree.this.expressions, definition)
        source = None
        if tree.expression is not None:
            source = self._read_query(tree.expression, definition)
        if not definition.columns:
            raise errors.syntax("a table needs columns")
        return definition, source

    def _read_query(self, query: exp.Expression, definition: Definition) -> str:
        query, scope = self._translator.rewrite(query)
        text = query.sql(dialect="duckdb")
        found = fetch(self._cursor, f"SELECT * FROM ({text}) LIMIT 0", scope, source_names(query))
        if not definition.columns:
            definition.columns = [
                Column(item.name, item.type, item.nullable) for item in found.columns
            ]
        elif len(definition.columns) != len(found.columns):
            raise errors.compilation(2026, "42601", "Invalid column definition list")
        return text

    def _read_properties(self, properties: exp.Properties, definition: Definition) -> None:
        for item in properties.expressions:
            check_property(item, "TABLE")
            if isinstance(item, exp.ClusterProperty):
                keys = ", ".join(key.sql(dialect="snowflake") for key in item.expressions)
                definition.cluster = f"({keys})"
            elif isinstance(item, exp.TemporaryProperty):
                definition.temporary = True
            elif isinstance(item, exp.SchemaCommentProperty):
                definition.comment = item.this.name
            elif isinstance(item, exp.Property) and item.args.get("value") is not None:
                value = item.args["value"]
                definition.options[item.this.name.upper()] = (
                    value.this if isinstance(value, exp.Boolean) else value.name
                )

    def read_columns(self, items: list[exp.Expression], definition: Definition) -> None:
        for item in items:
            if isinstance(item, exp.ColumnDef):
                definition.columns.append(self.read_column(item, definition))
            elif isinstance(item, exp.Constraint):
                self.read_columns(item.expressions, definition)
            elif isinstance(item, exp.PrimaryKey):
                definition.key = [fold(inner_identifier(part)) for part in item.expressions]
            elif isinstance(item, exp.Identifier):
                definition.columns.append(Column(fold(item), result.TEXT, True))
        names = [column.name for column in definition.columns]
        for name in names:
            if names.count(name) > 1:
                raise errors.compilation(2025, "42S21", f"duplicate column name '{name}'")
        for name in definition.key:
            column = next((item for item in definition.columns if item.name == name), None)
            if column is None:
                raise errors.invalid_identifier(show(name))
            column.nullable = False

    def read_column(self, item: exp.ColumnDef, definition: Definition) -> Column:
        if item.kind is None:
            raise errors.syntax(f"column {item.name} has no type")
        column = Column(fold(item.this), types.from_expression(item.kind), True)
        if column.name.upper() in _NO_COLUMN:
            raise errors.syntax(f"unexpected '{column.name}': no column can have this name.")
        for constraint in item.constraints:
            kind = constraint.kind
            if isinstance(kind, exp.NotNullColumnConstraint):
                column.nullable = bool(kind.args.get("allow_null"))
            elif isinstance(kind, exp.DefaultColumnConstraint):
                column.default = self._translator.expression(kind.this.copy())
                if column.type.kind == "TIMESTAMP_TZ":
                    column.default = f"snow_to_tz({column.default})"
            elif isinstance(kind, exp.CommentColumnConstraint):
                column.comment = kind.this.name
            elif isinstance(kind, exp.PrimaryKeyColumnConstraint):
                definition.key = [column.name]
            elif isinstance(
                kind, (exp.AutoIncrementColumnConstraint, exp.GeneratedAsIdentityColumnConstraint)
            ):
                column.default = AUTOINCREMENT
                definition.identities[column.name] = _start_and_step(kind)
            elif not isinstance(kind, _UNUSED):
                name = type(kind).__name__.removesuffix("ColumnConstraint").upper()
                raise errors.unsupported(f"a column with {name}")
        return column


def _start_and_step(kind: exp.Expression) -> tuple[int, int]:
    start, step = kind.args.get("start"), kind.args.get("increment")
    return int(start.sql()) if start else 1, int(step.sql()) if step else 1


def check_property(item: exp.Expression, kind: str) -> None:
    """SqlError for a property that would change what is made and that we do not have."""
    if isinstance(item, exp.Property) and item.args.get("value") is not None:
        if kind == "TABLE" and item.this.name.upper() not in OPTIONS:
            raise errors.syntax(f"unexpected '{item.this.name}'.")
    elif not isinstance(item, _HARMLESS):
        name = type(item).__name__.removesuffix("Property").upper()
        raise errors.unsupported(f"CREATE {kind} with {name}")


def column_sql(column: Column) -> str:
    """A column of a CREATE TABLE for DuckDB."""
    text = f"{quote_physical(column.name)} {column.type.duckdb()}"
    if column.default is not None:
        text += f" DEFAULT {column.default}"
    return text if column.nullable else text + " NOT NULL"


def inner_identifier(node: exp.Expression) -> exp.Expression:
    """The identifier inside an ordered or plain column."""
    while not isinstance(node, exp.Identifier) and isinstance(node.this, exp.Expression):
        node = node.this
    return node
