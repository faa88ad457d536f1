"""snow-put as tests start it: one place for its flags, its input and what it printed."""

import json
import subprocess


def put(lab, lines, *options: str, merge_every: str = "0", timeout: float = 120, **more):
    """Runs snow-put over the lines and waits."""
    words = command(*options, merge_every=merge_every)
    text = "".join(line + "\n" for line in lines)
    return subprocess.run(
        words,
        input=text,
        text=True,
        capture_output=True,
        timeout=timeout,
        check=False,
        env=more.pop("environment", lab.environment),
        **more,
    )


def command(*options: str, merge_every: str = "0", connection: str = "lab") -> list:
    return [
        "snow-put",
        "-c",
        connection,
        "--database",
        "CDC",
        "--schema",
        "RAW",
        "--merge-every",
        merge_every,
        *options,
    ]


def merge(lab, *tables: str, options: tuple = ()):
    words = ["snow-put", "merge", "-c", "lab", "--database", "CDC", "--schema", "RAW", *options]
    for table in tables:
        words += ["--table", table]
    return subprocess.run(words, text=True, capture_output=True, timeout=120, check=False, env=lab.environment)


def receipts(done) -> list:
    return [json.loads(line) for line in done.stdout.splitlines()]


def mirror_rows(lab, table) -> dict:
    names = ", ".join(name.upper() for name in table.types)
    return {row[0]: row for row in lab.sql(f"SELECT {names} FROM CDC.RAW.{table.name}")}


def journal_positions(lab, name: str) -> list:
    return [row[0] for row in lab.sql(f"SELECT _CDC_POS FROM CDC.RAW.{name}_JOURNAL")]
