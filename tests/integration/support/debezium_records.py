"""Records as Kafka would get them: recorded from Debezium, or made of walcat's lines."""

import json
import pathlib
import re
from typing import NamedTuple

OURS = ("pos", "key", "old_key", "new_key")
# what differs from run to run: clocks, positions, ids, the database's name
MASKS = [
    (re.compile(r'"(ts_ms|ts_us|ts_ns|txId|lsn)":\d+'), r'"\1":0'),
    (re.compile(r'"sequence":"(\\.|[^"])*"'), '"sequence":"#"'),
    (re.compile(r'"id":"\d+:\d+"'), '"id":"#"'),
    (re.compile(r'"version":"[^"]*","connector"'), '"version":"#","connector"'),
    (re.compile(r'"db":"[^"]*"'), '"db":"#"'),
    (re.compile(r'"ts":"20\d\d-[^"]*"'), '"ts":"#"'),
]
# what a connector writes around an incremental snapshot: notices, heartbeats, and in a table of signals the request and the
# borders of each chunk, with the transactions of those rows; logical messages do that work here, and no line says it
SIGNALLING = re.compile(r"notif$|__debezium-heartbeat\.|.*\.dbz_signal$")
SIGNALLED = '"data_collections":[{"data_collection":"inv.dbz_signal",'
SNAPSHOT_WORD = (re.compile(r'"snapshot":"(true|first|last)[a-z_]*"'), '"snapshot":"#"')


class Record(NamedTuple):
    topic: str
    headers: str
    key: str
    value: str

    def masked(self, *more) -> "Record":
        fields = list(self)
        for pattern, text in [*MASKS, *more]:
            fields = [pattern.sub(text, field) for field in fields]
        return Record(*fields)


def recorded(path: pathlib.Path) -> list[Record]:
    with path.open(encoding="utf-8", newline="\n") as file:
        return [Record(*line.rstrip("\n").split("\t")) for line in file]


def without_signalling(records: list[Record]) -> list[Record]:
    """The BEGIN of a transaction says nothing of its tables: it goes when the END that follows it does."""
    kept: list[Record] = []
    for record in records:
        if SIGNALLED in record.value:
            begin = next(other for other in reversed(kept) if other.topic == record.topic)
            kept.remove(begin)
        elif not SIGNALLING.match(record.topic):
            kept.append(record)
    return kept


def split_line(line: str) -> tuple[dict[str, str], str]:
    """Our members as they stand, and the rest of the object as it stands."""
    decoder = json.JSONDecoder()
    ours = {}
    at = 1
    while True:
        name, end = decoder.raw_decode(line, at)
        if name not in OURS:
            return ours, "{" + line[at:]
        _, after = decoder.raw_decode(line, end + 1)
        ours[name] = line[end + 1 : after]
        at = after + 1


def dump(value) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def transaction_record(prefix: str, line: dict) -> Record:
    ends = line["__cdc"] == "commit"
    transaction = f"{line['txId']}:{int(line['pos' if ends else 'lsn'], 16)}"
    value = {
        "status": "END" if ends else "BEGIN",
        "id": transaction,
        "event_count": line.get("event_count"),
        "data_collections": line.get("data_collections"),
        "ts_ms": line["ts_us"] // 1000,
    }
    return Record(prefix + ".transaction", "[]", dump({"id": transaction}), dump(value))


def data_records(prefix: str, line: str) -> list[Record]:
    ours, value = split_line(line)
    event = json.loads(value)
    event = event.get("payload", event)
    headers = []
    for member, header in (("new_key", "newkey"), ("old_key", "oldkey")):
        if member in ours:
            headers.append(f'["__debezium.{header}",{ours[member]}]')
    source = event["source"]
    topic = f"{prefix}.{source['schema']}.{source['table']}" if event["op"] != "m" else f"{prefix}.message"
    records = [Record(topic, "[" + ",".join(headers) + "]", ours["key"], value)]
    if event["op"] == "d":
        records.append(records[0]._replace(value="null"))
    return records


def of_lines(prefix: str, text: str) -> list[Record]:
    records = []
    for line in text.split("\n"):
        if line.startswith(('{"__cdc":"begin"', '{"__cdc":"commit"')):
            records.append(transaction_record(prefix, json.loads(line)))
        elif line and not line.startswith('{"__cdc":'):
            records.extend(data_records(prefix, line))
    return records


def by_field(value):
    """The fields of a Connect schema by their names."""
    named = isinstance(value, list) and value and all(isinstance(item, dict) and "field" in item for item in value)
    return {item["field"]: item for item in value} if named else value


def differences(expected, found, path: str = ""):
    """(path, expected, found) of every place where two values differ; members in another order too."""
    expected, found = by_field(expected), by_field(found)
    if isinstance(expected, dict) and isinstance(found, dict):
        common = [name for name in expected if name in found]
        if common != [name for name in found if name in expected]:
            yield path + "/(order)", list(expected), list(found)
        for name in {**expected, **found}:
            if name in expected and name in found:
                yield from differences(expected[name], found[name], f"{path}/{name}")
            else:
                yield f"{path}/{name}", expected.get(name, "(absent)"), found.get(name, "(absent)")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (left, right) in enumerate(zip(expected, found, strict=True)):
            yield from differences(left, right, f"{path}/{number}")
    elif expected != found:
        yield path, expected, found


def exact(text: str):
    """Numbers keep the text that they were printed with."""
    return json.loads(text, parse_float=lambda digits: f"float {digits}")
