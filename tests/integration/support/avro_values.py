"""Random Avro schemas, each with values of it: as fastavro takes and gives them, and as our JSON has them."""

import base64
import random
import struct
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(**since_epoch: int) -> datetime:
    return EPOCH + timedelta(**since_epoch)


def single(value: float) -> float:
    return struct.unpack("<f", struct.pack("<f", value))[0]


def shortest(value: float) -> float:
    """As its decimal the shortest that still is the nearest float."""
    texts = (float(f"{single(value):.{digits}g}") for digits in range(1, 10))
    return next(text for text in texts if single(text) == single(value))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Maker:
    """A random schema, and values of it: as fastavro takes and gives them, and as our JSON has them."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.names = 0

    def name(self) -> str:
        self.names += 1
        return f"N{self.names}"

    def text(self) -> str:
        letters = 'ab"\\/\n\t\x01é€😀 '
        return "".join(self.random.choice(letters) for _ in range(self.random.randrange(6)))

    def number(self, bits: int) -> int:
        size = self.random.randrange(1, bits)
        return self.random.randrange(-(1 << size), 1 << size)

    def schema(self, depth: int = 0):
        """(schema, function that makes a pair of values)"""
        scalars = [self.scalar, self.scalar, self.logical, self.logical, self.named_scalar]
        nested = [self.record, self.array, self.map, self.nullable, self.nullable, self.union]
        return self.random.choice(scalars + (nested * 2 if depth < 4 else []))(depth)

    def scalar(self, _depth):
        rnd = self.random
        makers = {
            "null": lambda: (None, None),
            "boolean": lambda: (v := rnd.random() < 0.5, v),
            "int": lambda: (v := self.number(31), v),
            "long": lambda: (v := self.number(63), v),
            "float": lambda: (single(v := shortest(rnd.uniform(-1e30, 1e30))), v),
            "double": lambda: (
                v := rnd.choice([0.0, 1e300, 5e-324, rnd.uniform(-1, 1) * 10 ** rnd.randrange(-20, 20)]),
                v,
            ),
            "string": lambda: (v := self.text(), v),
            "bytes": lambda: (v := rnd.randbytes(rnd.randrange(40)), b64(v)),
        }
        name = rnd.choice(list(makers))
        return name, makers[name]

    def named_scalar(self, _depth):
        rnd = self.random
        if rnd.random() < 0.5:
            symbols = [self.name() for _ in range(rnd.randrange(1, 5))]
            return {"type": "enum", "name": self.name(), "symbols": symbols}, lambda: (v := rnd.choice(symbols), v)
        size = rnd.randrange(1, 20)
        return {"type": "fixed", "name": self.name(), "size": size}, lambda: (v := rnd.randbytes(size), b64(v))

    def logical(self, _depth):
        rnd = self.random
        kinds = {
            "date": ("int", -700000, 2000000, lambda n: date(1970, 1, 1) + timedelta(days=n)),
            "time-millis": ("int", 0, 86400000, lambda n: instant(milliseconds=n).time()),
            "time-micros": ("long", 0, 86400000000, lambda n: instant(microseconds=n).time()),
            "timestamp-millis": ("long", -(10**12), 10**13, lambda n: instant(milliseconds=n)),
            "timestamp-micros": ("long", -(10**15), 10**16, lambda n: instant(microseconds=n)),
            "local-timestamp-millis": (
                "long",
                -(10**12),
                10**13,
                lambda n: instant(milliseconds=n).replace(tzinfo=None),
            ),
            "local-timestamp-micros": (
                "long",
                -(10**15),
                10**16,
                lambda n: instant(microseconds=n).replace(tzinfo=None),
            ),
        }
        name = rnd.choice([*kinds, "decimal", "decimal", "uuid", "fixed-uuid", "duration", "timestamp-nanos"])
        if name == "decimal":
            return self.decimal()
        if name == "fixed-uuid":  # fastavro leaves it as bytes
            schema = {"type": "fixed", "name": self.name(), "size": 16, "logicalType": "uuid"}
            return schema, lambda: (v := rnd.randbytes(16), str(uuid.UUID(bytes=v)))
        if name == "duration":
            return self.duration()
        if name == "uuid":
            return {"type": "string", "logicalType": name}, lambda: (v := uuid.UUID(bytes=rnd.randbytes(16)), str(v))
        if name == "timestamp-nanos":
            return {"type": "long", "logicalType": name}, lambda: (v := self.number(63), v)
        kind, least, most, native = kinds[name]
        return {"type": kind, "logicalType": name}, lambda: (native(n := rnd.randrange(least, most)), n)

    def decimal(self):
        rnd = self.random
        precision = rnd.randrange(1, 60)
        scale = rnd.randrange(0, precision + 1)
        schema = {"logicalType": "decimal", "precision": precision, "scale": scale}
        if rnd.random() < 0.5:
            schema |= {"type": "bytes"}
        else:
            schema |= {"type": "fixed", "name": self.name(), "size": 26}

        def make():
            digits = rnd.randrange(1, precision + 1)
            unscaled = rnd.randrange(-(10**digits) + 1, 10**digits)
            value = Decimal((int(unscaled < 0), tuple(int(d) for d in str(abs(unscaled))), -scale))
            return value, f"{value:f}"

        return schema, make

    def duration(self):
        def make():
            months, days, millis = (self.random.randrange(2**32) for _ in range(3))
            text = f"P{months}M{days}DT{millis // 1000}.{millis % 1000:03}S"
            return struct.pack("<III", months, days, millis), text

        return {"type": "fixed", "name": self.name(), "size": 12, "logicalType": "duration"}, make

    def record(self, depth):
        fields = {self.name(): self.schema(depth + 1) for _ in range(self.random.randrange(0, 6))}
        schema = {
            "type": "record",
            "name": self.name(),
            "fields": [{"name": n, "type": s} for n, (s, _) in fields.items()],
        }

        def make():
            pairs = {name: make_field() for name, (_, make_field) in fields.items()}
            return tuple({name: pair[i] for name, pair in pairs.items()} for i in range(2))

        return schema, make

    def array(self, depth):
        items, make_item = self.schema(depth + 1)

        def make():
            pairs = [make_item() for _ in range(self.random.randrange(4))]
            return [pair[0] for pair in pairs], [pair[1] for pair in pairs]

        return {"type": "array", "items": items}, make

    def map(self, depth):
        values, make_value = self.schema(depth + 1)

        def make():
            pairs = {self.text(): make_value() for _ in range(self.random.randrange(4))}
            return tuple({name: pair[i] for name, pair in pairs.items()} for i in range(2))

        return {"type": "map", "values": values}, make

    def nullable(self, depth):
        inner, make_inner = self.schema(depth + 1)
        if isinstance(inner, list) or inner == "null":
            return inner, make_inner
        branches = ["null", inner] if self.random.random() < 0.7 else [inner, "null"]
        return branches, lambda: (None, None) if self.random.random() < 0.3 else make_inner()

    def union(self, _depth):
        makers = [lambda: (None, None), lambda: (v := self.text(), v), lambda: (v := self.number(60), v)]
        return ["null", "string", "long", "boolean"], lambda: self.random.choice(makers)()
