"""What a session knows: current names, time zone, parameters, variables."""

from dataclasses import dataclass, field

from snow_local.engine import errors
from snow_local.engine.identifiers import split_path


@dataclass
class Context:
    """Names are logical (as Snowflake prints them); None where nothing is current."""

    account: str
    user: str
    role: str
    database: str | None = None
    schema: str | None = None
    warehouse: str | None = None
    timezone: str = "America/Los_Angeles"
    autocommit: bool = True
    parameters: dict = field(default_factory=dict)
    variables: dict = field(default_factory=dict)
    session_id: int = 0
    last_query_id: str = ""
    written: str | None = None  # the database that the last change went to
    grants: object | None = None  # access.grants.Grants; None where nobody asks

    def full_path(self, parts: list[str], action: str = "SELECT") -> tuple[str, str, str]:
        """Database, schema and name of a written table name; SqlError when none is current."""
        if len(parts) > 3:
            raise errors.syntax(f"unexpected name {'.'.join(parts)}")
        name = parts[-1]
        schema = parts[-2] if len(parts) > 1 else self.schema
        database = parts[-3] if len(parts) > 2 else self.database
        if database is None:
            raise errors.no_database(action)
        if schema is None:
            raise errors.SqlError(
                90106,
                "22000",
                f"Cannot perform {action}. This session does not "
                "have a current schema. Call 'USE SCHEMA', or use a qualified name.",
            )
        return database, schema, name

    def schema_path(self, parts: list[str], action: str = "SELECT") -> tuple[str, str]:
        """Database and name of a written schema name."""
        if len(parts) > 2:
            raise errors.syntax(f"unexpected name {'.'.join(parts)}")
        database = parts[0] if len(parts) == 2 else self.database
        if database is None:
            raise errors.no_database(action)
        return database, parts[-1]


def parse_name(text: str) -> list[str]:
    """A written name as folded parts; SqlError when it is none."""
    text = text.strip()
    if text.upper().startswith("IDENTIFIER(") and text.endswith(")"):
        text = text[len("IDENTIFIER(") : -1].strip().strip("'")
    try:
        return split_path(text)
    except ValueError as error:
        raise errors.syntax(f"near '{text}'") from error
