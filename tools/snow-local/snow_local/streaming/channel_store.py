"""Channels in the database file of their table: written when they are opened, read at start."""

from snow_local.engine.identifiers import physical, quote
from snow_local.engine.storage import STATE_SCHEMA, Storage
from snow_local.streaming.channels import Channel, Counters, PipeKey

_KEY = "schema_name = ? AND pipe_name = ? AND channel_name = ?"


def state_table(database: str, name: str = "CHANNELS") -> str:
    return f"{quote(physical(database))}.{STATE_SCHEMA}.{name}"


class ChannelStore:
    """Owns nothing but the way to the files; each call is a transaction of its own."""

    def __init__(self, storage: Storage, keep_sessions: bool):
        self._storage = storage
        self._keep_sessions = keep_sessions

    def save(self, channel: Channel, new: bool) -> None:
        pipe = channel.pipe
        if new:
            self._write(
                pipe.database,
                f"INSERT INTO {state_table(pipe.database)} VALUES "
                "(?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, NULL, NULL, NULL)",
                [
                    pipe.schema,
                    pipe.pipe,
                    channel.name,
                    pipe.table,
                    channel.client_sequencer,
                    channel.row_sequencer,
                    channel.offset_token,
                    channel.created_ms,
                ],
            )
            return
        self._write(
            pipe.database,
            f"UPDATE {state_table(pipe.database)} SET client_sequencer = ?, row_sequencer = ?, "
            f"offset_token = ? WHERE {_KEY}",
            [
                channel.client_sequencer,
                channel.row_sequencer,
                channel.offset_token,
                pipe.schema,
                pipe.pipe,
                channel.name,
            ],
        )

    def delete(self, channel: Channel) -> None:
        pipe = channel.pipe
        self._write(
            pipe.database,
            f"DELETE FROM {state_table(pipe.database)} WHERE {_KEY}",
            [pipe.schema, pipe.pipe, channel.name],
        )

    def load(self, database: str) -> list[Channel]:
        """Channels of a file that was written before. Their waiting rows are gone, so their
        tokens must be stale: an owner that went on would lose them without a word. With
        `keep_sessions` the row position tells it, as after a failover that kept the session."""
        cursor = self._storage.cursor()
        table = state_table(database)
        if not self._keep_sessions:
            cursor.execute(
                f"UPDATE {table} SET client_sequencer = client_sequencer + 1, row_sequencer = 0"
            )
        found = []
        for row in cursor.execute(
            "SELECT schema_name, pipe_name, channel_name, client_sequencer, row_sequencer, "
            "offset_token, created_on_ms, rows_inserted, rows_parsed, rows_error, "
            f"last_error_token, last_error_message, last_error_ms FROM {table}"
        ).fetchall():
            channel = Channel(
                PipeKey(database, row[0], row[1]),
                row[2],
                client_sequencer=row[3],
                row_sequencer=row[4],
                offset_token=row[5],
                created_ms=row[6],
                counters=Counters(*row[7:13]),
            )
            channel.remember()
            found.append(channel)
        return found

    def _write(self, database: str, statement: str, values: list) -> None:
        cursor = self._storage.cursor()
        with self._storage.write_lock.holding(cursor):
            cursor.execute(statement, values)
