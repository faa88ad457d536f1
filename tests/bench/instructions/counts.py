"""Counts of instructions: taken with valgrind, kept as a table in tests/bench/README.md, compared.

What could differ from machine to machine is pinned in environment(): see there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]
INPUT = HERE / "input"
BASELINE = HERE.parent / "README.md"
TOLERANCE = 1.05
ROW = re.compile(r"^\| `([\w-]+)` \| (.*?) \| ([\d,]+) \|$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Work:
    tool: str
    name: str
    packed: pathlib.Path
    lines: int = 0  # of the input; 0: all

    @property
    def title(self) -> str:
        return f"{self.tool}-{self.name}"


FLIGHTS = TOP / "scripts/flights/data/switzerland-2018-08-01.ndjson.zst"
WORKS = [
    Work("walcat", "plain", INPUT / "pgoutput.zst"),
    Work("walcat", "debezium", INPUT / "pgoutput.zst"),
    Work("pg-load", "rows", INPUT / "rows.ndjson.zst"),
    Work("pg-load", "events", INPUT / "events.ndjson.zst"),
    Work("opensky-fetch", "rows", FLIGHTS, 40),
    Work("kcat-cdc", "produce", INPUT / "events.ndjson.zst"),
    Work("kcat-cdc", "consume", INPUT / "events.ndjson.zst"),
    Work("snow-put", "put", INPUT / "events.ndjson.zst"),
    Work("cdc-check", "check", INPUT / "events.ndjson.zst"),
]


def environment() -> dict[str, str]:
    """Valgrind shows programs one of a few fixed processors, chosen by what the real one can do. Beyond that simdjson
    and the C library choose their loops by processor: both are told to take the ones that all x86-64 machines of the
    last fifteen years have. Symbols are bound at the start, and no variable of the caller's moves the stack.
    """
    features = ["AVX", "AVX2", "AVX_Fast_Unaligned_Load", "BMI2", "ERMS", "SSSE3", "SSE4_1", "SSE4_2"]
    return {
        "LC_ALL": "C",
        "LD_BIND_NOW": "1",
        "SIMDJSON_FORCE_IMPLEMENTATION": "westmere",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps="
        + ",".join("-" + feature for feature in features)
        + ":glibc.cpu.x86_non_temporal_threshold=0x1000000",
    }


def unpack(work: Work, folder: pathlib.Path) -> None:
    text = subprocess.run(["zstd", "-dcq", work.packed], stdout=subprocess.PIPE, check=True).stdout
    if work.lines:
        text = b"".join(text.splitlines(keepends=True)[: work.lines])
    (folder / work.title).write_bytes(text)


def count(work: Work, binaries: pathlib.Path, folder: pathlib.Path) -> int:
    """Instructions per event, the passes of cdckit_measured() only. Leaves callgrind's file in the folder."""
    unpack(work, folder)
    program = folder / f"instructions-{work.tool}"  # where the tree lies moves the stack, too
    with contextlib.suppress(FileExistsError):
        program.symlink_to(binaries / program.name)
    words = ["valgrind", "--tool=callgrind", "--toggle-collect=cdckit_measured"]
    words += [f"--callgrind-out-file={work.title}.callgrind", f"--log-file={work.title}.log"]
    words += [f"./{program.name}", work.name, work.title]
    env = environment() | {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        log = folder / f"{work.title}.log"
        shown = log.read_text(encoding="utf-8") if log.exists() else ""
        raise RuntimeError(f"{work.title} ended with {done.returncode}: {done.stderr}{shown}")
    events = int(done.stdout)
    totals = re.search(r"^totals: (\d+)$", (folder / f"{work.title}.callgrind").read_text(), re.MULTILINE)
    if totals is None or int(totals[1]) == 0:
        raise RuntimeError(f"{work.title}: valgrind counted nothing inside of cdckit_measured()")
    return round(int(totals[1]) / events)


def kept(page: str) -> dict[str, int]:
    return {row[1]: int(row[3].replace(",", "")) for row in ROW.finditer(page)}


def with_counts(page: str, counts: dict[str, int]) -> str:
    """The page with the new figures in the rows that it has."""
    missing = set(counts) - set(kept(page))
    if missing:
        raise RuntimeError(f"tests/bench/README.md has no row for {', '.join(sorted(missing))}")
    return ROW.sub(
        lambda row: f"| `{row[1]}` | {row[2]} | {counts.get(row[1], int(row[3].replace(',', ''))):,} |", page
    )


def findings(counts: dict[str, int], page: str) -> list[str]:
    """What is too much, one line each."""
    before = kept(page)
    out = []
    for title, figure in counts.items():
        if title not in before:
            out.append(f"{title}: tests/bench/README.md has no figure for it")
        elif figure > before[title] * TOLERANCE:
            more = (figure / before[title] - 1) * 100
            out.append(
                f"{title}: {figure:,} instructions per event, {more:.1f} % above the {before[title]:,} of "
                f"tests/bench/README.md (`bench --profile {title}` says where)"
            )
    return out
