"""Snowflake Scripting: blocks with variables, branches, loops, cursors and handlers."""
