"""Which columns a channel's rows can reach.

The service compiles a pipe when a channel is opened; a column that came later may not be seen
until the channel is opened again, and its values are dropped without a word.
"""

from dataclasses import replace

from snow_local.engine.catalog import Table
from snow_local.streaming.channels import Channel


def evolves(table: Table) -> bool:
    return bool(table.facts.get("options", {}).get("ENABLE_SCHEMA_EVOLUTION"))


def shape(table: Table, channel: Channel, mode: str) -> Table:
    """The table as the channel sees it."""
    known = channel.shape
    if mode == "live" or known is None or evolves(table):
        return table
    names = {column.name for column in known.columns}
    return replace(table, columns=[item for item in table.columns if item.name in names])


def groups(table: Table, taken: dict, mode: str) -> list[tuple[Table, dict]]:
    """The channels that commit together, by what they see of the table."""
    found: dict[tuple, tuple[Table, dict]] = {}
    for name, (channel, appends) in taken.items():
        seen = shape(table, channel, mode)
        key = tuple(column.name for column in seen.columns)
        found.setdefault(key, (seen, {}))[1][name] = (channel, appends)
    return list(found.values())


def unknown_members(table: Table, keys: set[str]) -> list[str]:
    """Members that no column takes: an exact name first, else without regard to case."""
    names = {column.name for column in table.columns}
    folded = {name.upper() for name in names}
    return sorted(key for key in keys if key not in names and key.upper() not in folded)
