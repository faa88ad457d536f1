"""INFORMATION_SCHEMA and ERROR_TABLE as queries over DuckDB's catalog and our comments."""

import sqlglot
from sqlglot import exp

from snow_local.engine.catalog import Table
from snow_local.engine.identifiers import physical, quote
from snow_local.engine.storage import STATE_SCHEMA

_TIME = "make_timestamptz(CAST(coalesce({name}, '0') AS BIGINT) * 1000)"
_TYPE = "coalesce(comment::JSON ->> '$.type', data_type)"
_HIDDEN = f"schema_name NOT IN ('main', '{STATE_SCHEMA}') AND NOT internal"

_QUERIES = {
    "DATABASES": """SELECT snow_logical(database_name) AS DATABASE_NAME,
        'SYSADMIN' AS DATABASE_OWNER, comment AS COMMENT FROM duckdb_databases()
        WHERE NOT internal AND database_name <> 'memory'""",
    "SCHEMATA": """SELECT {db} AS CATALOG_NAME, snow_logical(schema_name) AS SCHEMA_NAME,
        'SYSADMIN' AS SCHEMA_OWNER, comment AS COMMENT FROM duckdb_schemas()
        WHERE database_name = {physical} AND {hidden}""",
    "TABLES": """SELECT {db} AS TABLE_CATALOG, snow_logical(schema_name) AS TABLE_SCHEMA,
        snow_logical(table_name) AS TABLE_NAME, 'SYSADMIN' AS TABLE_OWNER, kind AS TABLE_TYPE,
        'NO' AS IS_TRANSIENT, size AS ROW_COUNT, size AS BYTES, {created} AS CREATED,
        {altered} AS LAST_ALTERED, {altered} AS LAST_DDL, comment::JSON ->> '$.comment' AS COMMENT
        FROM (SELECT database_name, schema_name, table_name, internal, comment,
                'BASE TABLE' AS kind, estimated_size AS size FROM duckdb_tables()
              UNION ALL SELECT database_name, schema_name, view_name, internal, comment, 'VIEW',
                NULL FROM duckdb_views()) WHERE database_name = {physical} AND {hidden}""",
    "VIEWS": """SELECT {db} AS TABLE_CATALOG, snow_logical(schema_name) AS TABLE_SCHEMA,
        snow_logical(view_name) AS TABLE_NAME, 'SYSADMIN' AS TABLE_OWNER,
        comment::JSON ->> '$.text' AS VIEW_DEFINITION, {created} AS CREATED,
        comment::JSON ->> '$.comment' AS COMMENT
        FROM duckdb_views() WHERE database_name = {physical} AND {hidden}""",
    "COLUMNS": r"""SELECT {db} AS TABLE_CATALOG, snow_logical(schema_name) AS TABLE_SCHEMA,
        snow_logical(table_name) AS TABLE_NAME, snow_logical(column_name) AS COLUMN_NAME,
        column_index AS ORDINAL_POSITION, nullif(column_default, 'NULL') AS COLUMN_DEFAULT,
        CASE WHEN is_nullable THEN 'YES' ELSE 'NO' END AS IS_NULLABLE,
        CASE head WHEN 'VARCHAR' THEN 'TEXT' ELSE head END AS DATA_TYPE,
        CASE head WHEN 'VARCHAR' THEN first END AS CHARACTER_MAXIMUM_LENGTH,
        CASE head WHEN 'VARCHAR' THEN least(first * 4, 16777216) WHEN 'BINARY' THEN first END
            AS CHARACTER_OCTET_LENGTH,
        CASE head WHEN 'NUMBER' THEN first END AS NUMERIC_PRECISION,
        CASE head WHEN 'NUMBER' THEN 10 END AS NUMERIC_PRECISION_RADIX,
        CASE head WHEN 'NUMBER' THEN second END AS NUMERIC_SCALE,
        CASE WHEN head LIKE 'TIME%' THEN first END AS DATETIME_PRECISION,
        'NO' AS IS_IDENTITY, comment::JSON ->> '$.comment' AS COMMENT
        FROM (SELECT *, regexp_extract(declared, '^[A-Z_]+') AS head,
              TRY_CAST(regexp_extract(declared, '\((\d+)', 1) AS BIGINT) AS first,
              TRY_CAST(regexp_extract(declared, ',\s*(\d+)', 1) AS BIGINT) AS second
              FROM (SELECT *, {type} AS declared FROM duckdb_columns()
                    WHERE database_name = {physical} AND {hidden}))""",
    "TABLE_CONSTRAINTS": """SELECT {db} AS CONSTRAINT_CATALOG, snow_logical(schema_name)
        AS CONSTRAINT_SCHEMA, 'SYS_CONSTRAINT_' || table_oid AS CONSTRAINT_NAME,
        {db} AS TABLE_CATALOG, snow_logical(schema_name) AS TABLE_SCHEMA,
        snow_logical(table_name) AS TABLE_NAME, 'PRIMARY KEY' AS CONSTRAINT_TYPE
        FROM duckdb_tables() WHERE database_name = {physical} AND {hidden}
        AND json_array_length(comment::JSON -> '$.key') > 0""",
}


def query(name: str, database: str, visible: list[str] | None = None) -> exp.Expression | None:
    """The query behind a view of a database's INFORMATION_SCHEMA; None for an unknown view.

    `visible` are the physical SCHEMA.TABLE names that a role sees, None for all."""
    text = _QUERIES.get(name)
    if text is None:
        return None
    hidden = _HIDDEN
    if visible is not None and name not in ("DATABASES", "SCHEMATA"):
        column = "view_name" if name == "VIEWS" else "table_name"
        names = ", ".join(_literal(item) for item in visible) or "''"
        hidden += f" AND schema_name || '.' || {column} IN ({names})"
    values = {
        "db": _literal(database),
        "physical": _literal(physical(database)),
        "hidden": hidden,
        "created": _TIME.format(name="comment::JSON ->> '$.created'"),
        "altered": _TIME.format(name="comment::JSON ->> '$.altered'"),
        "type": _TYPE,
    }
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return sqlglot.parse_one(text, read="duckdb")


def error_table(table: Table) -> exp.Expression:
    """The rows that streaming could not load into a table."""
    source = f"{quote(physical(table.database))}.{STATE_SCHEMA}.ERROR_ROWS"
    return sqlglot.parse_one(
        f"""SELECT happened AS "TIMESTAMP", CAST(NULL AS VARCHAR) AS QUERY_ID,
        error_code AS ERROR_CODE,
        json_object('service', 'snowpipe_streaming', 'error_message', error_message,
            'pipe_name', pipe_name, 'channel_name', channel_name,
            'offset_token_lower_bound', first_token, 'offset_token_upper_bound', last_token,
            'error_data_truncated', false,
            'error_data_content_type', CASE WHEN json_valid(row_text) THEN 'json'
                ELSE 'json-invalid' END) AS ERROR_METADATA,
        json_object('$1', CASE WHEN json_valid(row_text) THEN row_text::JSON
            ELSE to_json(row_text) END) AS ERROR_DATA
        FROM {source} WHERE schema_name = {_literal(table.schema)}
        AND table_name = {_literal(table.name)}""",
        read="duckdb",
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
