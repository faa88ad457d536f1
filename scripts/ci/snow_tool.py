"""snow-ddl as a step runs it: flags from the environment, output kept, plans as text and as data."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

AGAIN = 75  # the lock is held, the server is gone: the same command may do it later
DIFFERENCES = 1


@dataclasses.dataclass
class Done:
    code: int
    text: str

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]


def directory() -> str:
    return os.environ.get("DIRECTORY") or "migrations"


def _variables() -> list[str]:
    """VARS: one NAME=VALUE a line; no secrets, those come by connections.toml alone."""
    found = []
    for line in os.environ.get("VARS", "").splitlines():
        if line.strip():
            found += ["--var", line.strip()]
    return found


def _online() -> list[str]:
    words = []
    if connection := os.environ.get("CONNECTION"):
        words += ["--connection", connection]
    if table := os.environ.get("CHANGE_HISTORY_TABLE"):
        words += ["--change-history-table", table]
    return words


def run(command: str, *words: str, offline: bool = False) -> Done:
    """What it says on stderr goes to the log as it is; only stdout is kept."""
    flags = [] if offline else _online()
    line = ["snow-ddl", command, *flags, directory(), *_variables(), *words]
    done = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=False, stdin=subprocess.DEVNULL)
    return Done(done.returncode, done.stdout)


@dataclasses.dataclass
class Plan:
    """Owns what was planned; `code` is 1 when a script was refused."""

    code: int
    digest: str
    markdown: str
    annotations: str
    scripts: list[dict]

    def to_run(self) -> dict[str, dict]:
        return {line["script"]: line for line in self.scripts if line["action"] == "run"}

    def keep(self, folder: pathlib.Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plan.md").write_text(self.markdown, encoding="utf-8")
        (folder / "plan.ndjson").write_text("".join(json.dumps(line) + "\n" for line in self.scripts), encoding="utf-8")
        (folder / "digest").write_text(self.digest + "\n", encoding="utf-8")


def _split_digest(text: str) -> tuple[str, str]:
    body, _, last = text.rstrip("\n").rpartition("\n")
    if len(last) == 64 and not last.strip("0123456789abcdef"):
        return (body + "\n" if body else ""), last
    return text, ""


def offline_plan() -> Done:
    return run("plan", "--offline", "--format", "md", offline=True)


def make_plan() -> Plan:
    """All its shapes of one and the same plan: taken again while somebody else changes the history between them."""
    for _ in range(5):
        shown = run("plan", "--format", "md", "--digest")
        if shown.code not in (0, DIFFERENCES):
            raise SystemExit(shown.code)
        markdown, digest = _split_digest(shown.text)
        markdown = markdown or "The scripts cannot be planned; the log says why.\n"
        scripts = run("plan").lines()
        annotations, again = _split_digest(run("plan", "--format", "github", "--digest").text)
        if digest == again:
            return Plan(shown.code, digest, markdown, annotations, scripts)
    print("snowflake: could not plan: the history changed each time it was looked at", file=sys.stderr)
    raise SystemExit(AGAIN)


def digest_now() -> str:
    """Of the plan that would be made now; empty where it would be refused."""
    done = run("plan", "--digest")
    if done.code not in (0, DIFFERENCES):
        raise SystemExit(done.code)
    return _split_digest(done.text)[1]


def kept_plan(folder: pathlib.Path) -> Plan:
    try:
        digest = (folder / "digest").read_text(encoding="utf-8").strip()
        lines = (folder / "plan.ndjson").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        print(f"snowflake: could not read the plan that was made before: {error}", file=sys.stderr)
        raise SystemExit(78) from error
    return Plan(0, digest, "", "", [json.loads(line) for line in lines])


def is_rest_of(now: Plan, seen: Plan) -> bool:
    """True when everything that would run stood in the plan that was seen, statement for statement: what is missing was applied meanwhile."""
    before = seen.to_run()
    return all(
        name in before
        and before[name]["checksum"] == line["checksum"]
        and before[name]["statements"] == line["statements"]
        for name, line in now.to_run().items()
    ) and not any(line["action"] == "refuse" for line in now.scripts)
