"""DuckDB macros that stand for Snowflake functions which DuckDB lacks or means otherwise."""

MACROS = (
    """CREATE MACRO snow_tz_local(x) AS make_timestamp(
        epoch_us(CAST(struct_extract(x, 't') AS TIMESTAMPTZ))
        + CAST(struct_extract(x, 'z') AS BIGINT) * 60000000)""",
    """CREATE MACRO snow_zone_text(z, colon) AS CASE WHEN z < 0 THEN '-' ELSE '+' END
        || printf('%02d', abs(CAST(z AS INTEGER)) // 60) || colon
        || printf('%02d', abs(CAST(z AS INTEGER)) % 60)""",
    # Text of a value as Snowflake casts it: no quotes around VARIANT strings, hex for BINARY.
    r"""CREATE MACRO snow_text(x) AS CASE typeof(x)
        WHEN 'JSON' THEN x::VARCHAR::JSON ->> '$'
        WHEN 'STRUCT(t TIMESTAMP WITH TIME ZONE, z SMALLINT)' THEN
            strftime(snow_tz_local(TRY_CAST(x::VARCHAR AS STRUCT(t TIMESTAMPTZ, z SMALLINT))),
                '%Y-%m-%d %H:%M:%S.%g ') || snow_zone_text(struct_extract(
                TRY_CAST(x::VARCHAR AS STRUCT(t TIMESTAMPTZ, z SMALLINT)), 'z'), '')
        WHEN 'BLOB' THEN hex(x::VARCHAR::BLOB)
        WHEN 'DOUBLE' THEN regexp_replace(x::VARCHAR, '\.0$', '')
        WHEN 'TIMESTAMP' THEN strftime(x::VARCHAR::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%g')
        WHEN 'TIMESTAMP WITH TIME ZONE' THEN
            strftime(x::VARCHAR::TIMESTAMPTZ, '%Y-%m-%d %H:%M:%S.%g %z') || '00'
        ELSE x::VARCHAR END""",
    # A value inside a VARIANT as text, for casts: JSON strings lose their quotes, null is NULL.
    """CREATE MACRO snow_scalar(x) AS CASE typeof(x)
        WHEN 'JSON' THEN x::VARCHAR::JSON ->> '$' ELSE x::VARCHAR END""",
    """CREATE MACRO snow_fit_text(x, n) AS CASE
        WHEN x IS NULL THEN NULL
        WHEN length(snow_text(x)) <= n AND strlen(snow_text(x)) <= 16777216 THEN snow_text(x)
        ELSE error('snow:100078:22000:String ' || chr(39) || left(snow_text(x), 100) || chr(39)
            || ' is too long and would be truncated') END""",
    """CREATE MACRO snow_fit_variant(x) AS CASE
        WHEN x IS NULL OR strlen(x::VARCHAR) <= 16777216 THEN x
        ELSE error('snow:100082:22000:Max LOB size (16777216) exceeded, actual size of parsed '
            || 'column is ' || strlen(x::VARCHAR)) END""",
    """CREATE MACRO snow_variant(x) AS CASE typeof(x)
        WHEN 'JSON' THEN x::VARCHAR::JSON ELSE to_json(x) END""",
    """CREATE MACRO snow_array_contains(x, list) AS
        list_contains(CAST(list AS JSON[]), CASE typeof(x)
            WHEN 'JSON' THEN x::VARCHAR::JSON ELSE to_json(x) END)""",
    """CREATE MACRO snow_octets(x) AS CASE typeof(x)
        WHEN 'BLOB' THEN octet_length(x::VARCHAR::BLOB) ELSE strlen(snow_text(x)) END""",
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
    # The offset that a moment was written with, in minutes; without one it is the session's.
    r"""CREATE MACRO snow_offset(x) AS CASE
        WHEN regexp_matches(x, '[zZ]$') THEN 0
        WHEN regexp_matches(x, '\d\d:\d\d.*[+-]\d\d:?(\d\d)?$') THEN
            CASE regexp_extract(x, '([+-])\d\d:?(\d\d)?$', 1) WHEN '-' THEN -1 ELSE 1 END
            * (CAST(regexp_extract(x, '[+-](\d\d):?(\d\d)?$', 1) AS INTEGER) * 60
               + coalesce(TRY_CAST(nullif(regexp_extract(x, '[+-]\d\d:?(\d\d)$', 1), '')
                          AS INTEGER), 0))
        ELSE extract(timezone FROM TRY_CAST(x AS TIMESTAMPTZ)) // 60 END""",
    """CREATE MACRO snow_tz(x) AS CASE WHEN x IS NULL THEN NULL ELSE struct_pack(
        t := CAST(snow_zoned(x::VARCHAR) AS TIMESTAMPTZ),
        z := CAST(snow_offset(x::VARCHAR) AS SMALLINT)) END""",
    """CREATE MACRO snow_try_tz(x) AS
        CASE WHEN TRY_CAST(snow_zoned(x::VARCHAR) AS TIMESTAMPTZ) IS NOT NULL THEN struct_pack(
            t := TRY_CAST(snow_zoned(x::VARCHAR) AS TIMESTAMPTZ),
            z := CAST(snow_offset(x::VARCHAR) AS SMALLINT)) END""",
    # Anything as TIMESTAMP_TZ: one that is it already comes by its text.
    """CREATE MACRO snow_to_tz(x) AS CASE
        WHEN starts_with(x::VARCHAR, '{') THEN
            TRY_CAST(x::VARCHAR AS STRUCT(t TIMESTAMPTZ, z SMALLINT))
        ELSE snow_tz(snow_scalar(x)) END""",
    """CREATE MACRO snow_instant(x) AS CASE
        WHEN starts_with(x::VARCHAR, '{') THEN struct_extract(
            TRY_CAST(x::VARCHAR AS STRUCT(t TIMESTAMPTZ, z SMALLINT)), 't')
        ELSE CAST(x::VARCHAR AS TIMESTAMPTZ) END""",
    # Microseconds since the epoch from whatever part an integer timestamp was written in.
    """CREATE MACRO snow_epoch_micros(n) AS CASE
        WHEN abs(n) < 31536000000 THEN n * 1000000
        WHEN abs(n) < 31536000000000 THEN n * 1000
        WHEN abs(n) < 31536000000000000 THEN n ELSE n // 1000 END""",
    """CREATE MACRO snow_logical(n) AS
        CASE WHEN contains(n, '~') THEN regexp_replace(n, '~[0-9a-f]*$', '') ELSE n END""",
)
