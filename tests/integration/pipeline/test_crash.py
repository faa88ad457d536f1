#!/usr/bin/env python3
"""Kills each process of the flight pipeline in turn and runs the same command again, which is killed too.

After every recovery the source and the mirror must be identical (the pipeline compares them itself)
and no journal may hold one position twice. At the end the official Python connector reads the mirror.
CRASH_RUNS=N (default 12) seeded kills; CRASH_SEED shifts the seeds.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from own_lab import TOP, Lab

VICTIMS = (
    ("opensky-fetch", "states"),
    ("pg-load", "sync"),
    ("walcat", "--slot"),
    ("kcat-cdc", "produce"),
    ("kcat-cdc", "consume"),
    ("cdc-check", "--reject"),
    ("snow-put", "--create"),
)
TABLES = ("LIVE_STATE", "AIRCRAFT", "FLIGHT_LEG", "FETCH_RUN")
POLLS = 40
IN_A_ROW = 3  # kills before a run that nobody disturbs: recoveries die too
DONE, TRY_AGAIN = 0, 75


def descendants(parent):
    """Process ids below `parent` with their command lines."""
    children = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        ppid = int(stat.rsplit(")", 1)[1].split()[1])
        children.setdefault(ppid, []).append((int(entry.name), [c.decode() for c in command]))
    found, waiting = [], [parent]
    while waiting:
        for pid, command in children.get(waiting.pop(), []):
            found.append((pid, command))
            waiting.append(pid)
    return found


def find_victim(pipeline, victim):
    program, argument = victim
    for pid, command in descendants(pipeline):
        if command and os.path.basename(command[0]) == program and argument in command:
            return pid
    return None


def start_pipeline(environment):
    return subprocess.Popen(
        [TOP / "scripts" / "flights" / "pipeline", "--every", "30ms", "--polls", str(POLLS)],
        env=environment,
        cwd=TOP,
    )


def kill_one(pipeline, victim, pause):
    """Waits for the victim, then `pause` seconds, then kills it. False when it came too late."""
    deadline = time.monotonic() + 20
    pid = None
    while pid is None and pipeline.poll() is None and time.monotonic() < deadline:
        pid = find_victim(pipeline.pid, victim)
        time.sleep(0.01)
    time.sleep(pause)
    if pid is None or find_victim(pipeline.pid, victim) is None:
        return False
    try:
        os.kill(find_victim(pipeline.pid, victim), signal.SIGKILL)
    except (ProcessLookupError, TypeError):
        return False
    return True


def query(environment, sql):
    shown = subprocess.run(
        ["snow-ddl", "query", "-c", "lab", sql],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return [json.loads(line) for line in shown.splitlines()]


def check_journals(environment):
    for table in TABLES:
        row = query(environment, f"SELECT COUNT(*) AS N, COUNT(DISTINCT _CDC_POS) AS P FROM CDC.RAW.{table}_JOURNAL")[0]
        if row["N"] != row["P"]:
            sys.exit(f"{table}_JOURNAL holds {row['N']} rows, but only {row['P']} positions")


def kill_in_a_run(environment, seed):
    """True when it hit: the pipeline says that it wants to be run again."""
    victim = VICTIMS[(seed + seed // len(VICTIMS)) % len(VICTIMS)]  # other neighbours each time round
    pause = random.Random(seed).uniform(0.05, 1.4)
    pipeline = start_pipeline(environment)
    killed = kill_one(pipeline, victim, pause)
    code = pipeline.wait(120)
    told = f"seed {seed}: {'killed' if killed else 'missed'} {' '.join(victim)} after {pause:.2f} s, code {code}"
    print(told, flush=True)
    if code not in (DONE, TRY_AGAIN):
        sys.exit(told)
    return killed


def recover(environment):
    codes = []
    while not codes or (codes[-1] == TRY_AGAIN and len(codes) < 4):
        codes.append(start_pipeline(environment).wait(120))
    print(f"recovered with codes {codes}", flush=True)
    if codes[-1] != DONE:
        sys.exit(f"the pipeline did not recover: codes {codes}")
    check_journals(environment)


CONNECTOR = """
import os, snowflake.connector as connector
connection = connector.connect(account=os.environ["CDC_SNOW_ACCOUNT"], user=os.environ["CDC_SNOW_USER"],
    host="127.0.0.1", port=int(os.environ["CDC_SNOW_URL"].rsplit(":", 1)[1].rstrip("/")), protocol="http",
    authenticator="SNOWFLAKE_JWT", private_key_file=os.environ["CDC_SNOW_KEY"], database="CDC", schema="RAW")
rows = connection.cursor().execute("SELECT ICAO24 FROM CDC.RAW.LIVE_STATE ORDER BY ICAO24").fetchall()
print("\\n".join(row[0] for row in rows))
"""


def check_with_connector(environment):
    python = os.environ["CDC_CLIENT_PYTHON"]
    seen = subprocess.run(
        [python, "-c", CONNECTOR], env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    wanted = subprocess.run(
        ["psql", "-XAtqc", 'select icao24 from live_state order by icao24 collate "C"'],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    if seen != wanted or not wanted:
        sys.exit(f"the official connector reads {len(seen.split())} aircraft, PostgreSQL has {len(wanted.split())}")


def main():
    lab = Lab("crash")
    runs = int(os.environ.get("CRASH_RUNS", "12"))
    first = int(os.environ.get("CRASH_SEED", "0"))
    try:
        lab.up("postgres", "kafka", "snow-local", "opensky")
        environment = lab.environment()
        subprocess.run(["psql", "-Xq", "-f", "scripts/flights/schema.sql"], env=environment, cwd=TOP, check=True)
        subprocess.run(
            ["snow-ddl", "apply", "-c", "lab", "scripts/flights/snow"],
            env=environment,
            cwd=TOP,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        killed = 0
        for begin in range(first, first + runs, IN_A_ROW):
            seeds = range(begin, min(begin + IN_A_ROW, first + runs))
            killed += sum(kill_in_a_run(environment, seed) for seed in seeds)
            recover(environment)
        if killed < runs * 3 // 4:
            sys.exit(f"only {killed} of {runs} runs hit their process")
        check_with_connector(environment)
        print(f"{runs} runs, {killed} killed, source and mirror identical after each recovery")
    except BaseException:
        for log in sorted(Path(lab.variables.get("CDC_LAB_DIR", "/nonexistent")).glob("flights/log/*")):
            print(f"== {log.name}\n{log.read_text()[-2000:]}", file=sys.stderr)
        raise
    finally:
        lab.down()


if __name__ == "__main__":
    main()
