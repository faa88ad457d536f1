"""ALTER TABLE, action by action."""

import re
import time

from sqlglot import exp

from snow_local.ddl.definition import Definition, column_sql
from snow_local.ddl.statements import SUCCESS, Ddl
from snow_local.engine import catalog, errors, types
from snow_local.engine.catalog import Column, Table
from snow_local.engine.identifiers import quote_physical, show, show_path
from snow_local.sql import result
from snow_local.sql.context import parse_name
from snow_local.sql.names import fold, logical_parts
from snow_local.sql.result import Result
from snow_local.sql.translate import Translator, parse

_NULLNESS = re.compile(
    r"(?:ALTER|MODIFY)\s+(?:COLUMN\s+)?(\S+)\s+(SET|DROP)\s+NOT\s+NULL\s*$", re.I
)
_ALTER = re.compile(
    r"ALTER\s+(TABLE|VIEW)\s+(IF\s+EXISTS\s+)?((?:\"(?:[^\"]|\"\")+\"|[^\s\"])+)\s+(.*)$",
    re.I | re.S,
)
_PROPERTY = re.compile(r"([A-Z_]+)\s*=\s*('(?:[^']|'')*'|[^\s,]+)", re.I)


class Alter:
    """Runs ALTER TABLE of one session; the caller holds the write lock and the transaction."""

    def __init__(self, ddl: Ddl, cursor, context, account):
        self._ddl = ddl
        self._cursor = cursor
        self._context = context
        self._account = account

    def run(self, statement: str) -> Result:
        match = _ALTER.match(statement)
        if match is None:
            raise errors.syntax(f"near '{statement[:40]}'")
        _, exists, written, action = match.groups()
        try:
            parts = parse_name(written)
            table = Translator(self._cursor, self._context).resolver().lookup(parts, "ALTER TABLE")
        except errors.SqlError:
            if exists:
                return result.status("Statement executed successfully.")
            raise
        self._account.grants.need_table_owner(self._context.role, table)
        if not self._by_words(table, action.strip()):
            self._by_tree(table, parse(statement))
            self._account.registry.altered(table.database, table.schema, table.name)
        self._touch(table)
        return result.status(SUCCESS)

    def _touch(self, table: Table) -> None:
        table.facts["altered"] = int(time.time() * 1000)
        if table.name:
            self._ddl.note_table(table)

    def _by_words(self, table: Table, action: str) -> bool:
        """Actions that the SQL parser does not know or loses parts of."""
        head = re.split(r"\s+", action.upper(), maxsplit=1)[0]
        if head in ("SET", "UNSET") and not re.match(r"(UN)?SET\s+(MASKING|TAG)", action, re.I):
            self._set_options(table, head, action)
            return True
        if head == "CLUSTER":
            table.facts["cluster"] = re.sub(r"^CLUSTER\s+BY\s*", "", action, flags=re.I)
            return True
        if head == "DROP" and re.match(r"DROP\s+CLUSTERING\s+KEY\s*$", action, re.I):
            table.facts["cluster"] = None
            return True
        if head in ("SUSPEND", "RESUME", "SWAP", "RECLUSTER"):
            if head == "SWAP":
                raise errors.unsupported("ALTER TABLE SWAP WITH")
            return True
        if match := _NULLNESS.match(action):
            column = self._column(table, parse_name(match[1])[0])
            column.nullable = match[2].upper() == "DROP"
            self._cursor.execute(
                f"ALTER TABLE {table.path()} ALTER COLUMN "
                f"{quote_physical(column.name)} {match[2]} NOT NULL"
            )
            return True
        return False

    def _set_options(self, table: Table, head: str, action: str) -> None:
        options = table.facts.setdefault("options", {})
        if head == "UNSET":
            for name in re.split(r"[\s,]+", action.upper())[1:]:
                options.pop(name, None)
            return
        pairs = _PROPERTY.findall(action[3:])
        if not pairs:
            raise errors.syntax(f"near '{action[:40]}'")
        for name, value in pairs:
            if name.upper() == "COMMENT":
                table.facts["comment"] = value.strip("'").replace("''", "'")
            else:
                upper = value.upper()
                options[name.upper()] = (upper == "TRUE") if upper in ("TRUE", "FALSE") else value

    def _by_tree(self, table: Table, tree: exp.Expression) -> None:
        if not isinstance(tree, exp.Alter):
            raise errors.syntax(f"near '{tree.sql()[:60]}'")
        guarded = False
        for action in tree.args["actions"]:
            # IF NOT EXISTS before the first of several columns is meant for all of them.
            guarded = guarded or bool(action.args.get("exists"))
            self._act(table, action, guarded)

    def _act(self, table: Table, action: exp.Expression, guarded: bool) -> None:
        if isinstance(action, exp.ColumnDef):
            self._add(table, action, guarded)
        elif isinstance(action, exp.Schema):
            for item in action.expressions:
                self._act(table, item, guarded)
        elif isinstance(action, exp.Drop):
            self._drop(table, action)
        elif isinstance(action, exp.RenameColumn):
            old = self._column(table, fold(action.this.this))
            new = fold(action.args["to"].this)
            if table.column(new) is not None:
                raise errors.compilation(1110, "42711", f"duplicate column name '{new}'")
            self._cursor.execute(
                f"ALTER TABLE {table.path()} RENAME COLUMN "
                f"{quote_physical(old.name)} TO {quote_physical(new)}"
            )
            old.name = new
        elif isinstance(action, exp.AlterRename):
            self._rename(table, action)
        elif isinstance(action, exp.AlterColumn):
            self._change(table, action)
        elif isinstance(action, exp.AddConstraint):
            definition = Definition(columns=table.columns)
            self._ddl.reader.read_columns(action.expressions, definition)
            table.facts["key"] = definition.key or table.facts.get("key", [])
        else:
            raise errors.unsupported(f"ALTER TABLE {type(action).__name__}")

    def _column(self, table: Table, name: str) -> Column:
        column = table.column(name)
        if column is None:
            raise errors.compilation(904, "42000", f"invalid identifier '{show(name)}'")
        return column

    def _has_rows(self, table: Table) -> bool:
        found = self._cursor.execute(f"SELECT 1 FROM {table.path()} LIMIT 1").fetchone()
        return found is not None

    def _add(self, table: Table, item: exp.ColumnDef, guarded: bool) -> None:
        definition = Definition()
        column = self._ddl.reader.read_column(item, definition)
        if table.column(column.name) is not None:
            if guarded:
                return
            raise errors.compilation(1430, "42601", f"column {column.name} already exists")
        path = table.path()
        required, column.nullable = not column.nullable, True
        if required and column.default is None and self._has_rows(table):
            raise errors.compilation(
                2138,
                "42601",
                f"Non-nullable column '{column.name}' cannot "
                "be added to non-empty table without a default value.",
            )
        self._cursor.execute(f"ALTER TABLE {path} ADD COLUMN {column_sql(column)}")
        if required:
            self._cursor.execute(
                f"ALTER TABLE {path} ALTER COLUMN {quote_physical(column.name)} SET NOT NULL"
            )
            column.nullable = False
        self._ddl.note_column(path, column)
        table.columns.append(column)

    def _drop(self, table: Table, action: exp.Drop) -> None:
        for written in action.args["tables"]:
            name = fold(written.this if isinstance(written, exp.Column) else written.parts[-1])
            if table.column(name) is None and action.args.get("exists"):
                continue
            column = self._column(table, name)
            self._cursor.execute(f"ALTER TABLE {table.path()} DROP COLUMN {quote_physical(name)}")
            table.columns.remove(column)

    def _rename(self, table: Table, action: exp.AlterRename) -> None:
        parts = logical_parts(action.this)
        database, schema, name = self._context.full_path(
            [table.database, table.schema, *parts][-3:] if len(parts) == 1 else parts
        )
        if (database, schema) != (table.database, table.schema):
            raise errors.unsupported("moving a table to another schema")
        if catalog.find(self._cursor, database, schema, name) is not None:
            raise errors.exists(show_path(database, schema, name))
        self._cursor.execute(f"ALTER {table.kind} {table.path()} RENAME TO {quote_physical(name)}")
        self._account.registry.forget(database, schema, table.name)
        paths = [show_path(database, schema, item) for item in (table.name, name)]
        self._account.grants.moved(table.kind, *paths)
        table.name = name

    def _change(self, table: Table, action: exp.AlterColumn) -> None:
        column = self._column(
            table,
            fold(action.this if isinstance(action.this, exp.Identifier) else action.this.this),
        )
        kind, path = action.args.get("dtype"), f"{quote_physical(column.name)}"
        if kind is not None:
            new = types.from_expression(kind)
            self._check_change(column, new)
            self._cursor.execute(
                f"ALTER TABLE {table.path()} ALTER COLUMN {path} TYPE {new.duckdb()}"
            )
            column.type = new
            self._ddl.note_column(table.path(), column)
        elif action.args.get("comment") is not None:
            column.comment = action.args["comment"].name
            self._ddl.note_column(table.path(), column)
        elif action.args.get("drop"):
            self._cursor.execute(f"ALTER TABLE {table.path()} ALTER COLUMN {path} DROP DEFAULT")
        else:
            raise errors.unsupported("ALTER COLUMN")

    @staticmethod
    def _check_change(column: Column, new: types.SnowType) -> None:
        """The service widens and never changes the family of a type."""
        old = column.type
        narrower = (
            (old.precision or 0) > (new.precision or 0)
            or (old.length or 0) > (new.length or 0)
            or old.scale != new.scale
        )
        if old.kind != new.kind or (
            narrower
            and old.kind in ("NUMBER", "VARCHAR", "BINARY")
            and not (old.kind == "VARCHAR" and (new.length or 0) >= (old.length or 0))
        ):
            raise errors.compilation(
                2108,
                "22000",
                f"cannot change column {column.name} from type "
                f"{old.declared()} to {new.declared()}",
            )
