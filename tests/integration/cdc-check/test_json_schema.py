#!/usr/bin/env python3
"""Rules of kind json_schema against the official test suite (json-schema/): every verdict, and what is refused.

The tools come from the caller's PATH. Needs no lab. With --update the list of what is refused is written anew.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUITE = pathlib.Path(__file__).resolve().parent / "json-schema"
REFUSED = SUITE / "refused.json"


class Raw(str):
    """A number as it is written: cdc-check sees every digit."""


def groups() -> list[tuple[str, dict]]:
    found = []
    for file in sorted(SUITE.glob("*.json")):
        if file != REFUSED:
            found += [(f"{file.stem}: {group['description']}", group) for group in read(file)]
    return found


def read(file: pathlib.Path) -> list[dict]:
    return json.loads(file.read_text(), parse_int=Raw, parse_float=Raw)


def written(value) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{written(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value)


class Suite(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def run_rules(self, chosen: list[tuple[int, dict]], lines: list[str]) -> subprocess.CompletedProcess:
        rules = ["version: 1", "rules:"]
        for number, group in chosen:
            (self.folder / f"s{number}.json").write_text(written(group["schema"]))
            rules.append(f"  - {{name: g{number}, kind: json_schema, column: g{number}, schema: s{number}.json}}")
        (self.folder / "rules.yaml").write_text("\n".join(rules) + "\n")
        words = ["cdc-check", "-q", "rules.yaml", "--reject", "bad"]
        return subprocess.run(
            words,
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=120,
            check=False,
        )

    def test_verdicts(self):
        refused = set(json.loads(REFUSED.read_text()))
        known = [(number, name, group) for number, (name, group) in enumerate(groups()) if name not in refused]
        lines, wanted = [], []
        for number, name, group in known:
            for test in group["tests"]:
                lines.append(f'{{"g{number}":{written(test["data"])}}}')
                wanted.append((f"{name}: {test['description']}", test["valid"]))
        done = self.run_rules([(number, group) for number, _, group in known], lines)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        bad = {json.loads(line)["line"] for line in (self.folder / "bad").read_text().splitlines()}
        wrong = [f"{name} should be {valid}" for line, (name, valid) in enumerate(wanted, 1) if valid == (line in bad)]
        self.assertEqual(wrong, [])
        self.assertGreater(len(wanted), 900)

    def test_what_is_refused(self):
        refused = set(json.loads(REFUSED.read_text()))
        for number, (name, group) in enumerate(groups()):
            if name in refused:
                self.assertEqual(self.run_rules([(number, group)], ["{}"]).returncode, 78, name)


def update() -> None:
    case = Suite()
    refused = []
    with tempfile.TemporaryDirectory() as name:
        case.folder = pathlib.Path(name)
        for number, (title, group) in enumerate(groups()):
            if case.run_rules([(number, group)], ["{}"]).returncode == 78:
                refused.append(title)
    REFUSED.write_text(json.dumps(refused, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
