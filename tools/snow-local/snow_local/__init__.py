"""snow-local: a strict local stand-in for the parts of Snowflake that cdckit speaks to."""

__version__ = "0.1.0"
