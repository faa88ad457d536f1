"""DuckDB macros that stand for Snowflake functions which DuckDB lacks or means otherwise."""

MACROS = (
    # Text of a value as Snowflake casts it: no quotes around VARIANT strings, hex for BINARY.
    r"""CREATE MACRO snow_text(x) AS CASE typeof(x)
        WHEN 'JSON' THEN x::VARCHAR::JSON ->> '$'
        WHEN 'BLOB' THEN hex(x::VARCHAR::BLOB)
        WHEN 'DOUBLE' THEN regexp_replace(x::VARCHAR, '\.0$', '')
        WHEN 'TIMESTAMP' THEN strftime(x::VARCHAR::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%g')
        WHEN 'TIMESTAMP WITH TIME ZONE' THEN
            strftime(x::VARCHAR::TIMESTAMPTZ, '%Y-%m-%d %H:%M:%S.%g %z') || '00'
        ELSE x::VARCHAR END""",
    # A value inside a VARIANT as text, for casts: JSON strings lose their quotes, null is NULL.
    """CREATE MACRO snow_scalar(x) AS CASE typeof(x)
        WHEN 'JSON' THEN x::VARCHAR::JSON ->> '$' ELSE x::VARCHAR END""",
    """CREATE MACRO snow_variant(x) AS CASE typeof(x)
        WHEN 'JSON' THEN x::VARCHAR::JSON ELSE to_json(x) END""",
    """CREATE MACRO snow_array_contains(x, list) AS
        list_contains(CAST(list AS JSON[]), CASE typeof(x)
            WHEN 'JSON' THEN x::VARCHAR::JSON ELSE to_json(x) END)""",
    """CREATE MACRO snow_array_size(list) AS
        CASE json_type(list::JSON) WHEN 'ARRAY' THEN json_array_length(list::JSON) END""",
    """CREATE MACRO snow_divide(a, b) AS
        CASE WHEN b = 0 THEN error('Division by zero') ELSE a / b END""",
    """CREATE MACRO snow_modulo(a, b) AS
        CASE WHEN b = 0 THEN error('Division by zero') ELSE a % b END""",
    """CREATE MACRO snow_typeof(x) AS CASE json_type(x::JSON)
        WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'BIGINT' THEN 'INTEGER' WHEN 'HUGEINT' THEN 'INTEGER'
        WHEN 'DOUBLE' THEN 'DECIMAL' WHEN 'NULL' THEN 'NULL_VALUE' ELSE json_type(x::JSON) END""",
    # A blank before the offset is fine for Snowflake and an unknown time zone for DuckDB.
    r"""CREATE MACRO snow_zoned(x) AS CASE typeof(x) WHEN 'VARCHAR'
        THEN regexp_replace(x::VARCHAR, '\s+([+-]\d\d:?(\d\d)?)$', '\1') ELSE x::VARCHAR END""",
    # Microseconds since the epoch from whatever part an integer timestamp was written in.
    """CREATE MACRO snow_epoch_micros(n) AS CASE
        WHEN abs(n) < 31536000000 THEN n * 1000000
        WHEN abs(n) < 31536000000000 THEN n * 1000
        WHEN abs(n) < 31536000000000000 THEN n ELSE n // 1000 END""",
    """CREATE MACRO snow_logical(n) AS
        CASE WHEN contains(n, '~') THEN regexp_replace(n, '~[0-9a-f]*$', '') ELSE n END""",
)
