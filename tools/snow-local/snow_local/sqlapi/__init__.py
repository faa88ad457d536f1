"""The SQL API v2 face."""
