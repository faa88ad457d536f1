"""Snowflake SQL on DuckDB: sessions, translation, DDL, SHOW and results."""
