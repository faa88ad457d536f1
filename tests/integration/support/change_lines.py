"""Change events as walcat prints them, from a table kept in memory: the model that a mirror must
equal, and the lines that must bring it there."""

import json
import random

TYPES = {"id": "integer", "name": "text", "note": "text", "amount": "numeric(12,2)"}
LONG = "x" * 40


def position(lsn: int, ordinal: int) -> str:
    return f"{lsn:016X}/{ordinal:016X}"


class SourceTable:
    """`rows` is the truth; every change appends the lines that walcat would print."""

    def __init__(self, name: str, seed: int = 0, columns: dict | None = None, schema: str = "public"):
        self.name, self.schema = name, schema
        self.types = dict(columns or TYPES)
        self.random = random.Random(seed)
        self.rows: dict[int, dict] = {}
        self.lsn = 0x16B3000
        self.ordinal = 0
        self.lines: list[str] = []

    def schema_line(self) -> str:
        columns = [
            {"name": name, "type": kind, "oid": 0, "modifier": -1, "nullable": name != "id"}
            for name, kind in self.types.items()
        ]
        return json.dumps(
            {
                "__cdc": "schema",
                "v": 1,
                "schema": self.schema,
                "table": self.name,
                "identity": "default",
                "key": ["id"],
                "columns": columns,
            },
            separators=(",", ":"),
        )

    def begin(self) -> None:
        self.lsn += self.random.randrange(16, 4096)
        self.ordinal = 0

    def emit(self, operation: str, before, after, pos=None, **more) -> dict:
        self.ordinal += 1
        key = None if operation == "t" else {"id": (after or before)["id"]}
        line = {"pos": pos or position(self.lsn, self.ordinal), "key": key}
        for name in ("old_key", "new_key"):
            if name in more:
                line[name] = more[name]
        line |= {
            "before": before,
            "after": after,
            "source": {
                "version": "0",
                "connector": "postgresql",
                "name": "t",
                "ts_ms": 1780000000123,
                "snapshot": "true" if operation == "r" else "false",
                "db": "d",
                "ts_us": 1780000000123456,
                "schema": self.schema,
                "table": self.name,
                "txId": 7,
                "lsn": self.lsn,
            },
            "transaction": None,
            "op": operation,
            "ts_ms": 1,
            "ts_us": 1000,
            "ts_ns": 1000000,
        }
        if more.get("unchanged"):
            line["unchanged"] = more["unchanged"]
        self.lines.append(json.dumps(line, separators=(",", ":")))
        return line

    def new_row(self, key: int) -> dict:
        pick = self.random
        return {
            "id": key,
            "name": pick.choice([None, "a", 'Zürich "q"', "b\\c"]),
            "note": pick.choice([None, LONG + str(pick.random())]),
            "amount": pick.choice([None, 1.25, -7, 1234567890.12]),
        }

    def insert(self, key: int) -> None:
        self.rows[key] = self.new_row(key)
        self.emit("c", None, self.rows[key])

    def update(self, key: int) -> None:
        old = self.rows[key]
        row = self.new_row(key)
        if kept := self.random.random() < 0.6:
            row["note"] = old["note"]
        sent, unchanged = dict(row), []
        if kept and old["note"] is not None:
            del sent["note"]
            unchanged = ["note"]
        self.rows[key] = row
        self.emit("u", None, sent, unchanged=unchanged)

    def delete(self, key: int) -> None:
        del self.rows[key]
        self.emit("d", {"id": key}, None)

    def move(self, key: int, target: int) -> None:
        row = dict(self.rows.pop(key), id=target)
        sent, unchanged = dict(row), []
        if row["note"] is not None and self.random.random() < 0.7:
            del sent["note"]
            unchanged = ["note"]
        self.rows[target] = row
        self.emit("d", {"id": key}, None, new_key={"id": target})
        self.emit("c", None, sent, old_key={"id": key}, unchanged=unchanged)

    def truncate(self) -> None:
        self.rows.clear()
        self.emit("t", None, None)

    def snapshot(self) -> None:
        """Rows as they are now, at a position just before the next change."""
        self.begin()
        for number, row in enumerate(self.rows.values(), 1):
            self.emit("r", None, row, pos=position(self.lsn - 1, number))

    def change(self) -> None:
        """One random transaction."""
        self.begin()
        for _ in range(self.random.randrange(1, 5)):
            present = list(self.rows)
            free = [key for key in range(1, 13) if key not in self.rows]
            action = self.random.random()
            if not present or (free and action < 0.3):
                self.insert(self.random.choice(free))
            elif action < 0.6:
                self.update(self.random.choice(present))
            elif action < 0.75:
                self.delete(self.random.choice(present))
            elif action < 0.97 and free:
                self.move(self.random.choice(present), self.random.choice(free))
            elif action >= 0.97:
                self.truncate()
            else:
                self.update(self.random.choice(present))


def expected(table: SourceTable) -> dict:
    """The model as the SQL API prints it."""
    return {
        str(key): [
            None if row[name] is None else f"{row[name]:.2f}" if name == "amount" else str(row[name])
            for name in table.types
        ]
        for key, row in table.rows.items()
    }


def hello(run: str, begin: str = "") -> str:
    return json.dumps(
        {"__cdc": "hello", "v": 1, "run": run, "source": {"slot": "s"}, "from": begin}, separators=(",", ":")
    )


def checkpoint(run: str, seq: int, pos: str, rows: int, kind: str = "ckpt") -> str:
    line = {"__cdc": kind, "run": run, "seq": seq, "pos": pos}
    if kind == "ckpt":
        line["rows"] = rows
    return json.dumps(line, separators=(",", ":"))
