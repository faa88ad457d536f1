"""A streaming service that answers at once and keeps nothing: what a client alone can do.

Channels open, every append is committed when it is answered; SQL statements find one journal table.
`null_endpoint.py PORT-FILE [--delay SECONDS] [--tls CERTIFICATE KEY] [--counters]`: the delay is added to every answer;
counters stay at zero, for a client that wants to see them.
"""

import argparse
import asyncio
import base64
import json
import os
import pathlib
import re
import ssl
import sys
import time
import types
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools/snow-local"))
from snow_local.streaming.pipe_info import pipe_info

PIPE = types.SimpleNamespace(database="CDC", schema="RAW", pipe="FLIGHTS_JOURNAL-STREAMING", table="FLIGHTS_JOURNAL")
JOURNAL = {
    "ID": "NUMBER(10,0)",
    "ICAO24": "VARCHAR",
    "CALLSIGN": "VARCHAR",
    "LAT": "FLOAT",
    "LON": "FLOAT",
    "ALT": "NUMBER(10,0)",
    "SEEN": "TIMESTAMP_NTZ(6)",
    "NOTE": "VARCHAR",
    "_CDC_POS": "VARCHAR",
    "_CDC_OP": "VARCHAR",
    "_CDC_COMMIT_TS": "TIMESTAMP_TZ(6)",
    "_CDC_UNCHANGED": "VARIANT",
    "_CDC_OLD_KEY": "VARIANT",
    "_CDC_NEW_KEY": "VARIANT",
    "_CDC_CHANNEL": "VARCHAR",
}
HOUR = 3600
COUNTERS: dict[str, int | str | None] = {}
TOKENS: dict[str, str | None] = {}  # by channel
APPENDS: dict[str, int] = {}
BYTES = {"raw": 0, "sent": 0, "appends": 0}


def state(name: str) -> dict:
    """Without counters a client goes by the token alone."""
    now = int(time.time() * 1000)
    return {
        "database_name": "CDC",
        "schema_name": "RAW",
        "pipe_name": "FLIGHTS_JOURNAL-STREAMING",
        "channel_name": name,
        "channel_status_code": "SUCCESS",
        "last_committed_offset_token": TOKENS.get(name),
        "created_on_ms": now,
        "last_refreshed_on_ms": now,
    } | COUNTERS


def statement(body: bytes) -> dict:
    text = json.loads(body)["statement"]
    columns, rows = ["status"], []
    if text.startswith("DESCRIBE") and "_JOURNAL" in text:
        columns = ["name", "type", "null?", "primary key", "comment"]
        rows = [[name, kind, "Y", "N", ""] for name, kind in JOURNAL.items()]
    elif text.startswith("SHOW CHANNELS"):
        columns = ["name"]
    return {
        "statementHandle": "h",
        "resultSetMetaData": {"rowType": [{"name": name, "type": "text"} for name in columns]},
        "data": rows,
    }


def scoped_token() -> str:
    """Shaped as a JWT, for the official client reads its expiry."""

    def part(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'HS256'})}.{part({'exp': int(time.time()) + HOUR})}.c2ln"


def answer(method: str, target: str, body: bytes, raw_bytes: int) -> str:
    path, _, query = target.partition("?")
    if path.endswith("/hostname"):
        return "127.0.0.1"
    if path.endswith("/oauth/token"):
        return scoped_token()
    if path.startswith("/api/v2/statements"):
        return json.dumps(statement(body))
    if path.endswith(":bulk-channel-status"):
        names = json.loads(body)["channel_names"]
        return json.dumps({"channel_statuses": {name: state(name) for name in names}})
    if path.endswith(":pipe-info"):
        return json.dumps(pipe_info(PIPE))
    found = re.search(r"/channels/([^/]+)", path)
    if not found:
        return "{}"
    name = urllib.parse.unquote(found.group(1))
    if method == "PUT":
        TOKENS.setdefault(name, None)
        APPENDS[name] = 0
        return json.dumps({"next_continuation_token": "0_0", "channel_status": state(name)})
    parameters = urllib.parse.parse_qs(query)
    TOKENS[name] = (parameters.get("endOffsetToken") or parameters.get("offsetToken") or [None])[0]
    APPENDS[name] += 1
    BYTES["raw"] += raw_bytes
    BYTES["sent"] += len(body)
    BYTES["appends"] += 1
    return json.dumps({"next_continuation_token": f"0_{APPENDS[name]}"})


def header(head: bytes, name: bytes) -> int:
    found = re.search(rb"(?i)\r\n" + name + rb": *(\d+)", head)
    return int(found.group(1)) if found else 0


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            words = head.split(b"\r\n", 1)[0].decode().split(" ")
            if b"expect: 100-continue" in head.lower():
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await reader.readexactly(header(head, b"content-length"))
            text = answer(words[0], words[1], body, header(head, b"x-snowflake-uncompressed-content-length")).encode()
            if delay:
                await asyncio.sleep(delay)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port_file", type=pathlib.Path)
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--counters", action="store_true")
    options = parser.parse_args()
    if options.counters:
        names = ("rows_inserted", "rows_parsed", "rows_error_count", "snowflake_avg_processing_latency_ms")
        COUNTERS.update(dict.fromkeys(names, 0))
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, options.delay), "127.0.0.1", 0, limit=1 << 24, ssl=context
    )
    part = options.port_file.with_suffix(".part")
    part.write_text(str(server.sockets[0].getsockname()[1]))
    os.replace(part, options.port_file)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
