"""From commit to line: pgbench commits at a fixed rate, walcat's stdout is read as it comes.

Writer, server and reader share this machine's clock: a line's `source.ts_us` is the moment of its
commit, the time of the read() that brought the line's end is the other one.
"""

import dataclasses
import os
import re
import statistics
import subprocess
import tempfile
import time

RATE = 1000
SCRIPT = "INSERT INTO latency (v) VALUES (1);\n"
COMMITTED = re.compile(rb'"ts_us":(\d+)')  # the first one of a line is that of `source`


@dataclasses.dataclass
class Latency:
    commits_per_second: float
    median_ms: float
    p99_ms: float


def wait_for_slot(database: str) -> None:
    words = ["psql", "-XqAt", "-d", database, "-c", "SELECT count(*) FROM pg_replication_slots WHERE active"]
    for _ in range(200):
        if subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.strip() == "1":
            return
        time.sleep(0.05)
    raise RuntimeError("walcat does not stream")


def read_delays(stream, expected: int) -> list[int]:
    """Microseconds of each line until that many came."""
    delays: list[int] = []
    rest = b""
    while len(delays) < expected:
        chunk = os.read(stream.fileno(), 1 << 16)
        now = time.time_ns() // 1000
        if not chunk:
            raise RuntimeError(f"walcat ended after {len(delays)} lines")
        *lines, rest = (rest + chunk).split(b"\n")
        delays.extend(now - int(COMMITTED.search(line)[1]) for line in lines)
    return delays


def measure_latency(database: str, seconds: int) -> Latency:
    walcat = subprocess.Popen(["walcat", "-d", database, "--publication", "latency"], stdout=subprocess.PIPE)
    try:
        wait_for_slot(database)
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(SCRIPT)
            script.flush()
            words = ["pgbench", "-n", "-c", "2", "-R", str(RATE), "-t", str(RATE * seconds // 2), "-f", script.name]
            started = time.monotonic()
            writer = subprocess.Popen([*words, database], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            delays = read_delays(walcat.stdout, RATE * seconds)
            took = time.monotonic() - started
            errors = writer.communicate()[1].decode()
            if writer.returncode != 0:
                raise RuntimeError(f"pgbench failed: {errors}")
    finally:
        walcat.kill()
        walcat.wait()
    cuts = statistics.quantiles(delays, n=100)
    return Latency(len(delays) / took, cuts[49] / 1000, cuts[98] / 1000)
