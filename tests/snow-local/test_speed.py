"""The stand-in must never be the bottleneck: journal rows through append, with commits."""

import os
from pathlib import Path

from lab import ndjson

ROWS, BATCH, FLOOR = 60_000, 2_000, 35_000


def journal_row(number: int) -> dict:
    return {
        "ICAO24": f"{number % 5000:06x}",
        "CALLSIGN": f"SWR{number}",
        "ORIGIN_COUNTRY": "Switzerland",
        "TIME_POSITION": "2026-03-01T20:57:01.123456+00:00",
        "LONGITUDE": 8.5491 + number * 1e-6,
        "LATITUDE": 47.4502,
        "BARO_ALTITUDE": 11277.6,
        "ON_GROUND": False,
        "VELOCITY": 231.4,
        "TRUE_TRACK": 183.21,
        "SQUAWK": "1000",
        "ID": str(number),
        "AMOUNT": "123.45",
        "_CDC_POS": f"{number:016X}/{0:016X}",
        "_CDC_OP": "u",
        "_CDC_COMMIT_TS": "2026-03-01T20:57:03.000001+00:00",
        "_CDC_UNCHANGED": None,
    }


def processor_seconds(pid: int) -> float:
    """What a process used of the processor: unlike the clock, it does not see other processes."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_rows_per_second(client, table):
    client.sql(
        f"CREATE TABLE {table} (icao24 VARCHAR(6), callsign VARCHAR, origin_country VARCHAR, "
        "time_position TIMESTAMP_LTZ, longitude FLOAT, latitude FLOAT, baro_altitude FLOAT, "
        "on_ground BOOLEAN, velocity FLOAT, true_track FLOAT, squawk VARCHAR, id NUMBER(38,0), "
        "amount NUMBER(12,2), _CDC_POS VARCHAR, _CDC_OP VARCHAR, _CDC_COMMIT_TS TIMESTAMP_LTZ, "
        "_CDC_UNCHANGED VARIANT)"
    )
    bodies = [
        ndjson([journal_row(number) for number in range(start, start + BATCH)])
        for start in range(0, ROWS, BATCH)
    ]
    assert len(bodies[0]) / BATCH > 400
    token = client.open_token(table, "c")
    before = processor_seconds(client.server.facts["pid"])
    for number, body in enumerate(bodies):
        answer = client.append(table, "c", token, body, str(number))
        token = answer.json()["next_continuation_token"]
    status = client.wait_for(table, "c", str(len(bodies) - 1))
    seconds = processor_seconds(client.server.facts["pid"]) - before
    assert status["rows_inserted"] == ROWS
    assert ROWS / seconds >= FLOOR, f"{ROWS / seconds:.0f} rows per second"
