"""What the files of a folder and the answers of URLs say about each stage of a pipeline, and which one is to blame."""

from __future__ import annotations

import json
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .exposition import MOST_BYTES, Samples, read_file, read_url
from .process_group import is_stopped, process_of

# a living tool renews its file every 5 s: one that is late is looked for on this machine, and a
# file as old as the second is nobody's, wherever it was written
LATE_FILE, OLD_FILE = 6.5, 20.0
ADDRESS = re.compile(r"(\[[\da-fA-F:]+\]|[\w.-]+):\d+(/\S*)?")
LOCK = re.compile(r"FLOCK +\w+ +\w+ +(\d+) +\w+:\w+:(\d+)")
# what a tool has made durable or given out, in rows
ROWS = {
    "walcat": "walcat_events_total",
    "pg_load": "pg_load_rows_total",
    "kcat_cdc": "kcat_cdc_records_total",
    "snow_put": "snow_put_rows_total",
    "opensky_fetch": "opensky_fetch_rows_total",
    "cdc_check": "cdc_check_passed_rows_total",
}
# who writes an ack file whose `sink` begins like this, and who reads one whose `source` has this member
SINKS = {"kafka": "kcat-cdc", "snowflake": "snow-put"}
SOURCES = {"system_id": "walcat", "cluster": "kcat-cdc", "url": "opensky-fetch"}
# From here on somebody should look, as the rules of scripts/monitoring/alerts.yml have it.
RETAINED, SAFE, LATE, CREDITS, BAD_RATIO, REOPENINGS, RESTARTS = 10e9, 1e9, 60.0, 100, 0.05, 2, 3
TEN_MINUTES = 600.0
STARTED = 20.0  # seconds after which what connects has connected, and has been looked at
Stage = dict


def held_files() -> dict[int, int] | None:
    """Inode of each file that somebody holds with flock: by whom. None: this system does not say."""
    try:
        text = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    return {int(inode): int(pid) for pid, inode in LOCK.findall(text)}


def empty_stage(name: str, place: str) -> Stage:
    unknown = dict.fromkeys(("rate", "rows", "lag_seconds", "lag_bytes", "ack_age_seconds"))
    return {"stage": name, "stalled": False, "why": None, "place": place, "running": True, "errors": 0, **unknown}


def blame(stage: Stage, why: str) -> None:
    """It stands still."""
    stage["stalled"], stage["why"] = True, why if not stage["stalled"] else stage["why"]


def warn(stage: Stage, why: str) -> None:
    """It works, but somebody should look."""
    stage["why"] = stage["why"] or why


def bad_rows(samples: Samples, tool: str) -> float:
    """Several counters may count one row: those of the tool, and those of its reject file."""
    own = {
        "pg_load": samples.sum("pg_load_rows_total", result="rejected"),
        "kcat_cdc": samples.sum("kcat_cdc_refused_records_total"),
        "snow_put": samples.sum("snow_put_refused_rows_total"),
        "cdc_check": samples.sum("cdc_check_quarantined_rows_total"),
    }
    return max(own.get(tool, 0), samples.sum(f"{tool}_rejected_rows_total"))


def of_samples(samples: Samples, place: str, live: bool, limit: float) -> Stage | None:
    """None: the samples are of no tool of ours."""
    tool = samples.tool()
    if not tool:
        return None
    stage = empty_stage(tool.replace("_", "-"), place)
    stage["pipeline"] = samples.label("pipeline") or None
    code = samples.one(f"{tool}_exit_code")
    up = samples.one(f"{tool}_up")
    written = samples.one(f"{tool}_metrics_timestamp_seconds")
    stage["exit_code"] = None if code is None else int(code)
    # cdc-run tells a code after each run, and no time any more when it has ended itself
    stage["running"] = up == 1 and (written is not None if tool == "cdc_run" else code is None)
    begun = samples.one("process_start_time_seconds")
    if up == 0:
        blame(stage, f"ended with {int(code or 0)}")
    if stage["running"] and not live:
        judge_file(stage, time.time() - (written or time.time()), begun)
    lived = (written or time.time()) - (begun or 0) if begun else 0
    if tool in ROWS:
        rows = samples.sum(ROWS[tool]) - (samples.sum(ROWS[tool], result="rejected") if tool == "pg_load" else 0)
        stage["rows"] = int(rows + samples.sum("kcat_cdc_lines_total"))
        stage["rate"] = round(stage["rows"] / lived, 1) if lived > 0 else None
    stage["errors"] = int(bad_rows(samples, tool))
    if tool in OWN:
        OWN[tool](stage, samples, lived, limit)
    if (stage["lag_seconds"] or 0) > LATE:
        warn(stage, f"changes arrive {stage['lag_seconds']:.0f} s late")
    if stage["errors"]:
        warn(stage, f"{stage['errors']:,} bad rows")
    return stage


def judge_file(stage: Stage, age: float, begun: float | None) -> None:
    """Of a tool that says that it works."""
    if age <= LATE_FILE:
        return
    process = process_of(stage["stage"], begun) if begun else None
    if process is not None and is_stopped(process):
        blame(stage, f"process {process} is stopped")
    elif age > OLD_FILE or (begun and process is None):
        stage["running"] = False
        blame(stage, f"nobody has written its metrics for {age:.0f} s: it was killed")


def of_walcat(stage: Stage, samples: Samples, lived: float, _limit: float) -> None:
    stage["lag_seconds"] = samples.one("walcat_lag_seconds")
    stage["lag_bytes"] = samples.one("walcat_slot_lag_bytes")
    stage["ack_age_seconds"] = samples.one("walcat_last_ack_age_seconds")
    states = {
        state: samples.values("walcat_slot_wal_status", status=state) == [1.0] for state in ("lost", "unreserved")
    }
    reads_snapshot = samples.one("walcat_snapshot_running") == 1  # the slot waits for its end
    left = samples.one("walcat_slot_safe_wal_bytes")
    kept = samples.one("walcat_slot_retained_bytes") or 0
    if states["lost"]:
        blame(stage, "the slot is lost")
    elif stage["running"] and samples.one("walcat_slot_active") == 0 and lived > STARTED and not reads_snapshot:
        blame(stage, "nobody reads its slot")
    if states["unreserved"] or (left is not None and left < SAFE):
        warn(stage, f"its slot will soon be lost: {(left or 0) / 1e9:.1f} GB of log are left")
    elif kept > RETAINED:
        warn(stage, f"the server keeps {kept / 1e9:.1f} GB of log for its slot")


def of_kcat_cdc(stage: Stage, samples: Samples, _lived: float, _limit: float) -> None:
    stage["lag_seconds"] = samples.one("kcat_cdc_lag_seconds")
    stage["ack_age_seconds"] = samples.one("kcat_cdc_last_ack_age_seconds")


def of_snow_put(stage: Stage, samples: Samples, lived: float, limit: float) -> None:
    waits = samples.values("snow_put_channel_lag_seconds")
    stage["lag_seconds"] = max(waits, default=None)
    if stage["running"] and max(waits, default=0) > limit:
        blame(stage, f"the tokens of its channels have not moved for {max(waits):.0f} s")
    reopened = samples.sum("snow_put_channel_reopenings_total")
    if reopened > REOPENINGS * max(1.0, lived / TEN_MINUTES):
        warn(stage, f"opened its channels again {reopened:.0f} times")


def of_opensky_fetch(stage: Stage, samples: Samples, _lived: float, _limit: float) -> None:
    left = samples.one("opensky_fetch_credits_left")
    if left is not None and left < CREDITS:
        warn(stage, f"{left:.0f} credits left")


def of_cdc_check(stage: Stage, samples: Samples, _lived: float, _limit: float) -> None:
    rules = {labels.get("rule"): value for labels, value in samples.labelled("cdc_check_rule_bad_ratio")}
    worst = max(rules, key=rules.get, default=None)
    if worst and rules[worst] > BAD_RATIO:
        warn(stage, f"{100 * rules[worst]:.0f} % of the rows break rule {worst}")


def of_cdc_run(stage: Stage, samples: Samples, _lived: float, _limit: float) -> None:
    stage["restarts"] = int(samples.sum("cdc_run_restarts_total"))
    newest = time.time() - (samples.one("cdc_run_last_start_timestamp_seconds") or 0)
    if stage["running"] and stage["restarts"] > RESTARTS and newest < TEN_MINUTES:
        warn(stage, f"started again {stage['restarts']} times, {newest:.0f} s ago for the last time")


OWN = {
    "walcat": of_walcat,
    "kcat_cdc": of_kcat_cdc,
    "snow_put": of_snow_put,
    "opensky_fetch": of_opensky_fetch,
    "cdc_check": of_cdc_check,
    "cdc_run": of_cdc_run,
}


def is_ack(record) -> bool:
    """An empty file is one that nobody has written yet."""
    if not isinstance(record, dict) or (record and not {"seq", "run"} <= record.keys()):
        return False
    counts = [record[name] for name in ("seq", "rows_ok", "rows_rejected", "ts_ms") if name in record]
    return all(type(count) in (int, float) for count in counts) and isinstance(record.get("sink") or "", str)


def of_ack(path: Path, held: dict[int, int] | None) -> Stage | None:
    """None: no ack file."""
    try:
        text = path.read_text(encoding="utf-8")
        record = json.loads(text) if text.strip() else {}
        inode = path.stat().st_ino
    except (OSError, ValueError):
        return None
    if not is_ack(record):
        return None
    sink = record.get("sink") or ""
    stage = empty_stage(SINKS.get(sink.split(":")[0], "pg-load") if sink else f"sink of {path.name}", str(path))
    stage["sink"] = sink or None
    stage["running"] = held is None or inode in held
    stage["holder"] = (held or {}).get(inode)
    source = record.get("source")
    stage["source"] = next(
        (tool for member, tool in SOURCES.items() if isinstance(source, dict) and member in source), None
    )
    stage["rows"] = record.get("rows_ok")
    stage["errors"] = record.get("rows_rejected", 0)
    stage["pos"] = record.get("pos")
    stage["seq"] = record.get("seq", 0)
    if "ts_ms" in record:
        stage["ack_age_seconds"] = round(max(0.0, time.time() - record["ts_ms"] / 1000), 1)
    return stage


def kind_of(path: Path) -> str:
    """By what is in it: `metrics`, `ack` or nothing. It may be gone by now, one is renewed. Throws PermissionError."""
    if path.name.startswith(".") or not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            size, begin = os.fstat(file.fileno()).st_size, file.read(16)
    except FileNotFoundError:
        return ""
    if begin.startswith((b"# HELP ", b"# TYPE ")):
        return "metrics" if size <= MOST_BYTES else ""
    may_be = begin.startswith(b"{") or (not begin and path.suffix == ".ack")
    return "ack" if may_be and size < 65536 else ""


def closed_to_us(path: Path) -> list[Stage]:
    """By its name it is a stage's file, but this user may not read it."""
    if path.suffix not in (".ack", ".prom") and path.parent.name != "metrics":
        return []
    stage = empty_stage(path.stem, str(path))
    warn(stage, "its file may not be read by this user")
    return [stage]


def merged(acks: list[Stage], tools: list[Stage]) -> list[Stage]:
    """A sink's metrics and its ack file are one stage, where it is plain which belongs to which."""
    rest = []
    for ack in acks:
        same = [stage for stage in tools if stage["stage"] == ack["stage"]]
        if len(same) != 1 or [one["stage"] for one in acks].count(ack["stage"]) != 1:
            rest.append(ack)
            continue
        stage = same[0]
        stage["ack_age_seconds"], stage["pos"], stage["sink"] = ack["ack_age_seconds"], ack["pos"], ack["sink"]
        stage["errors"] = max(stage["errors"], ack["errors"])
        if ack["stalled"]:
            stage["running"] = stage["running"] and ack["running"]
            blame(stage, ack["why"])
    return tools + rest


def of_folder(folder: Path, held: dict[int, int] | None, limit: float) -> list[Stage]:
    """Each folder below it that has files of ours is a pipeline of its own."""
    found = []
    by_folder: dict[Path, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        home = path.parent.parent if path.parent.name == "metrics" else path.parent
        by_folder.setdefault(home, []).append(path)
    for paths in by_folder.values():
        acks, tools = [], []
        for path in paths:
            try:
                kind = kind_of(path)
                if kind == "ack":
                    acks += filter(None, [of_ack(path, held)])
                elif kind == "metrics":
                    tools += filter(None, [of_samples(read_file(path), str(path), live=False, limit=limit)])
            except PermissionError:
                found += closed_to_us(path)
            except OSError:
                continue  # it is renewed right now: the next look sees it
        judge(acks, tools, limit)
        found += merged(acks, tools)
    return found


def judge(acks: list[Stage], tools: list[Stage], limit: float) -> None:
    """A source that waits is not to blame: who does not acknowledge is."""
    works = any(stage["running"] for stage in tools)
    for stage in acks:
        if works and not stage["running"]:
            blame(stage, "no sink holds its ack file: it is not running")
        elif stage["holder"] and is_stopped(stage["holder"]):
            blame(stage, f"process {stage['holder']} is stopped")
    for source in tools:
        waiting = source["ack_age_seconds"] or 0
        if waiting <= limit or not source["running"]:
            continue
        its = [stage for stage in acks if stage["source"] in (source["stage"], None)]
        behind = min((stage["seq"] for stage in its), default=0)
        for stage in its:
            if stage["seq"] == behind:
                blame(stage, f"has acknowledged nothing of what was printed {waiting:.0f} s ago")
        if not its:
            blame(source, f"nobody has acknowledged for {waiting:.0f} s: no sink has its ack file")


def of_place(place: str, limit: float) -> list[Stage]:
    if not os.path.isdir(place):
        try:
            stage = of_samples(read_url(url_of(place)), place, live=True, limit=limit)
        except OSError as error:
            stage = empty_stage(place, place)
            stage["running"] = False
            blame(stage, f"does not answer: {getattr(error, 'reason', error)}")
        found = [stage] if stage else []
        judge([], found, limit)
        return found
    return of_folder(Path(place), held_files(), limit)


def worst_first(stages: list[Stage]) -> list[Stage]:
    """A stage that stands still, then one to look at, then bad rows, then lag; a run that only reports on others comes
    behind them."""

    def badness(stage: Stage):
        reports = stage["stage"] == "cdc-run"
        return (
            not stage["stalled"],
            not stage["why"],
            reports,
            -stage["errors"],
            -(stage["lag_seconds"] or 0),
            stage["place"],
        )

    return sorted(stages, key=badness)


def look(places: list[str], limit: float) -> list[Stage]:
    """All at once: one that does not answer keeps nobody waiting."""
    with ThreadPoolExecutor(min(len(places), 32)) as threads:
        return worst_first(
            [stage for found in threads.map(lambda place: of_place(place, limit), places) for stage in found]
        )


def url_of(place: str) -> str:
    """HOST:PORT, as --metrics-listen takes it, is one too."""
    return place if "://" in place else f"http://{place}"


def readable(place: str) -> bool:
    return os.path.isdir(place) or place.startswith(("http://", "https://")) or bool(ADDRESS.fullmatch(place))
