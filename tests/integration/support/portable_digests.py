"""What `walcat digest --portable` prints, computed from rows in memory (cdc-event(5), "Digests")."""

import hashlib
import json

BUCKETS = 8


def number(value: float) -> str:
    """A double as ECMAScript prints it, for values that need no exponent."""
    return str(int(value)) if value == int(value) else repr(value)


def canonical(value) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{canonical(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


def cell(value, kind: str) -> str:
    if value is None:
        return "\\N"
    if kind in ("json", "jsonb") or kind.endswith("[]"):
        text = canonical(value)
    elif kind.startswith(("numeric", "double")):
        text = number(value) if not isinstance(value, str) else value
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = str(value)
    return text.replace("\\", "\\\\").replace(",", "\\,")


def digest_lines(table, pos: str, rows=None, keys: bool = False, buckets: int = BUCKETS) -> list:
    """The schema line, then a line a bucket, then with `keys` a line a row."""
    rows = list((table.rows if rows is None else rows).values())
    names = sorted(table.types)
    sums = [[0, 0, 0] for _ in range(buckets)]
    listed = []
    for row in rows:
        text = ",".join(cell(row[name], table.types[name]) for name in names)
        digest = hashlib.md5(text.encode()).hexdigest()
        key_hash = hashlib.md5(cell(row["id"], table.types["id"]).encode()).hexdigest()
        bucket = int(key_hash[:8], 16) % buckets
        sums[bucket][0] += 1
        sums[bucket][1] += int(digest[:16], 16)
        sums[bucket][2] += int(digest[16:], 16)
        listed.append((bucket, key_hash, row["id"], digest))
    head = {"table": f"{table.schema}.{table.name}", "pos": pos}
    lines = [table.schema_line()]
    for bucket, (count, high, low) in enumerate(sums):
        text = f"{high % 2**64:016x}{low % 2**64:016x}"
        lines.append(json.dumps(head | {"bucket": bucket, "rows": count, "digest": text, "portable": True}))
    for bucket, key_hash, key, digest in sorted(listed) if keys else []:
        line = head | {"bucket": bucket, "key_hash": key_hash, "key": {"id": key}, "digest": digest, "portable": True}
        lines.append(json.dumps(line))
    return lines
