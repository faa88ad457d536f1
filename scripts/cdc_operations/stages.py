"""What the files of a folder and the answers of URLs say about each stage of a pipeline, and which one is to blame."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

from .exposition import Samples, read_file, read_url

OLD_FILE = 20.0  # a living tool renews its file every 5 s
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
# who writes an ack file whose `sink` begins like this
SINKS = {"kafka": "kcat-cdc", "snowflake": "snow-put"}
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
    stage["stalled"], stage["why"] = True, stage["why"] or why


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
    stage["exit_code"] = None if code is None else int(code)
    stage["running"] = up == 1 and (tool == "cdc_run" or code is None)
    if up == 0:
        blame(stage, f"ended with {int(code or 0)}")
    written = samples.one(f"{tool}_metrics_timestamp_seconds")
    age = time.time() - written if written else 0.0
    if stage["running"] and not live and tool != "cdc_run" and age > OLD_FILE:
        stage["running"] = False
        blame(stage, f"nobody has written its metrics for {age:.0f} s: it was killed")
    if tool in ROWS:
        rows = samples.sum(ROWS[tool]) - (samples.sum(ROWS[tool], result="rejected") if tool == "pg_load" else 0)
        stage["rows"] = int(rows + samples.sum("kcat_cdc_lines_total"))
        begun = samples.one("process_start_time_seconds")
        lived = (written or time.time()) - (begun or 0)
        stage["rate"] = round(stage["rows"] / lived, 1) if begun and lived > 0 else None
    stage["errors"] = int(bad_rows(samples, tool))
    if tool == "walcat":
        stage["lag_seconds"] = samples.one("walcat_lag_seconds")
        stage["lag_bytes"] = samples.one("walcat_slot_lag_bytes")
        stage["ack_age_seconds"] = samples.one("walcat_last_ack_age_seconds")
        if samples.values("walcat_slot_wal_status", status="lost") == [1.0]:
            blame(stage, "the slot is lost")
    if tool == "kcat_cdc":
        stage["lag_seconds"] = samples.one("kcat_cdc_lag_seconds")
        stage["ack_age_seconds"] = samples.one("kcat_cdc_last_ack_age_seconds")
    if tool == "snow_put":
        waits = samples.values("snow_put_channel_lag_seconds")
        stage["lag_seconds"] = max(waits, default=None)
        if stage["running"] and max(waits, default=0) > limit:
            blame(stage, f"the tokens of its channels have not moved for {max(waits):.0f} s")
    if tool == "cdc_run":
        stage["restarts"] = int(samples.sum("cdc_run_restarts_total"))
    return stage


def of_ack(path: Path, held: dict[int, int] | None) -> Stage | None:
    """None: no ack file."""
    try:
        text = path.read_text(encoding="utf-8")
        record = json.loads(text) if text.strip() else {}
        inode = path.stat().st_ino
    except (OSError, ValueError):
        return None
    if not isinstance(record, dict) or (record and not {"seq", "run"} <= record.keys()):
        return None
    sink = record.get("sink") or ""
    stage = empty_stage(SINKS.get(sink.split(":")[0], "pg-load") if sink else f"sink of {path.name}", str(path))
    stage["sink"] = sink or None
    stage["running"] = held is None or inode in held
    stage["rows"] = record.get("rows_ok")
    stage["errors"] = record.get("rows_rejected", 0)
    stage["pos"] = record.get("pos")
    if "ts_ms" in record:
        stage["ack_age_seconds"] = round(max(0.0, time.time() - record["ts_ms"] / 1000), 1)
    return stage


def kind_of(path: Path) -> str:
    """By what is in it: `metrics`, `ack` or nothing."""
    if path.name.startswith(".") or not path.is_file() or path.stat().st_size > 4_000_000:
        return ""
    with path.open("rb") as file:
        begin = file.read(16)
    if begin.startswith((b"# HELP ", b"# TYPE ")):
        return "metrics"
    is_ack = begin.startswith(b"{") or (not begin and path.suffix == ".ack")
    return "ack" if is_ack and path.stat().st_size < 65536 else ""


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
            kind = kind_of(path)
            if kind == "ack":
                acks += filter(None, [of_ack(path, held)])
            elif kind == "metrics":
                tools += filter(None, [of_samples(read_file(path), str(path), live=False, limit=limit)])
        judge(acks, tools, limit)
        found += merged(acks, tools)
    return found


def judge(acks: list[Stage], tools: list[Stage], limit: float) -> None:
    """A source that waits is not to blame: who does not acknowledge is."""
    waiting = max((stage["ack_age_seconds"] or 0 for stage in tools if stage["stage"] == "walcat"), default=0)
    works = any(stage["running"] for stage in tools)
    for stage in acks:
        if works and not stage["running"]:
            blame(stage, "no sink holds its ack file: it is not running")
        elif works and waiting > limit:
            blame(stage, f"has acknowledged nothing of what was printed {waiting:.0f} s ago")
    if waiting > limit and not acks:
        for stage in tools:
            if stage["stage"] == "walcat" and stage["running"]:
                blame(stage, f"nobody has acknowledged for {waiting:.0f} s: no sink has its ack file")


def of_place(place: str, limit: float) -> list[Stage]:
    if "://" in place:
        try:
            stage = of_samples(read_url(place), place, live=True, limit=limit)
        except OSError as error:
            stage = empty_stage(place, place)
            stage["running"] = False
            blame(stage, f"does not answer: {getattr(error, 'reason', error)}")
        found = [stage] if stage else []
        judge([], found, limit)
        return found
    return of_folder(Path(place), held_files(), limit)


def worst_first(stages: list[Stage]) -> list[Stage]:
    """A stage that stands still, then bad rows, then lag; a run that only reports on others comes behind them."""

    def badness(stage: Stage):
        reports = stage["stage"] == "cdc-run"
        return (not stage["stalled"], reports, -stage["errors"], -(stage["lag_seconds"] or 0), stage["place"])

    return sorted(stages, key=badness)


def look(places: list[str], limit: float) -> list[Stage]:
    return worst_first([stage for place in places for stage in of_place(place, limit)])


def readable(place: str) -> bool:
    return "://" in place or os.path.isdir(place)
