"""A picture of the whole sky, and the mapping that opensky-fetch does written down for jq."""

import json
import pathlib
import resource
import subprocess

AIRCRAFT = 13000

JQ_PROGRAM = """
def text: if . == null then null else gsub("^ +| +$"; "") | if . == "" then null else . end end;
def moment: if . == null then null else todate end;
.time as $time | .states[]? | {icao24: .[0], callsign: (.[1] | text), origin_country: .[2],
 time_position: (.[3] | moment), last_contact: (.[4] | moment), lon: .[5], lat: .[6],
 baro_altitude_m: .[7], on_ground: .[8], velocity_ms: .[9], track_deg: .[10],
 vertical_rate_ms: .[11], geo_altitude_m: .[13], squawk: .[14], spi: .[15],
 position_source: .[16], snapshot_time: ($time | todate)}
"""


def state(number: int) -> list:
    head = [f"{number:06x}", f"SWR{number % 9999:04} ", "Switzerland", 1789999990 + number % 10, 1790000000]
    place = [round(-180 + number * 0.0277, 4), 47.4581, round(7.62 * (number % 1500), 2)]
    return [*head, *place, False, 71.5, 274.5, -3.9, None, 463.3, "1000", False, 0]


def write_sky(path: pathlib.Path) -> None:
    sky = {"time": 1790000000, "states": [state(number) for number in range(AIRCRAFT)]}
    path.write_text(json.dumps(sky, separators=(",", ":")) + "\n", encoding="utf-8")


def cpu_seconds(words: list[str]) -> tuple[float, bytes]:
    """Of one run of the command, and its output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run(words, capture_output=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, output
