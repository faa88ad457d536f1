#!/usr/bin/env python3
"""Random rules and random rows: cdc-check and a plain slow oracle in Python name the same rules.

The tools come from the caller's PATH. Needs no lab.
"""

import collections
import json
import pathlib
import random
import re
import subprocess
import tempfile
import unittest
from decimal import Decimal, getcontext

getcontext().prec = 200
ROUNDS = 30
ROWS = 300
COLUMNS = ("a", "b", "c", "n.x")
TEXTS = ("", "a", "abc", "ABC-12", "XY-1", "ü", "Zürich", "😀", 'q"', "\\", "\n", "12", "1.0")
NUMBERS = (
    "0",
    "-0",
    "1",
    "1.0",
    "1e0",
    "2",
    "-3",
    "0.1",
    "10e-2",
    "-0.25",
    "-0.250000000000000000001",
    "1.5",
    "1.51",
    "9007199254740993",
    "9007199254740992",
    "1e20",
    "100000000000000000000",
)
LITERALS = ("null", "true", "false", "[]", "[1]", "{}", '{"x":1}')
PATTERNS = (r"^[A-Z]{2,3}-\d+$", r"^\d+$", "b", "^.$", "^[a-z]*$", "ü|😀")
ABSENT = object()


class Number:
    """A number as it is written, equal by value."""

    def __init__(self, text: str):
        self.text = text
        self.value = Decimal(text)

    def __eq__(self, other) -> bool:
        return isinstance(other, Number) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)


def read(line: str):
    return json.loads(line, parse_float=Number, parse_int=Number)


class Oracle:
    """One rule, as cdc-rules(5) says."""

    def __init__(self, rule: dict):
        self.rule = rule
        self.window: collections.deque = collections.deque(maxlen=rule.get("window", 1))
        self.mark = None

    def value(self, row: dict):
        value = row
        for name in self.rule["column"].split("."):
            if not isinstance(value, dict) or name not in value:
                return ABSENT
            value = value[name]
        return value

    def breaks(self, row: dict) -> bool:
        value = self.value(row)
        kind = self.rule["kind"]
        if kind == "not_null":
            return value is ABSENT or value is None
        if value is ABSENT or value is None:
            return False
        return getattr(self, f"breaks_{kind}")(value)

    def breaks_type(self, value) -> bool:
        wanted = self.rule["type"]
        kinds = {"string": str, "boolean": bool, "object": dict, "array": list}
        if wanted in kinds:
            return not isinstance(value, kinds[wanted])
        if not isinstance(value, Number):
            return True
        return wanted == "integer" and value.value != value.value.to_integral_value()

    def breaks_range(self, value) -> bool:
        if isinstance(value, str):
            if not re.fullmatch(r"-?\d+(\.\d+)?", value):
                return True
            value = Number(value)
        if not isinstance(value, Number):
            return True
        return not Decimal(self.rule["min"]) <= value.value <= Decimal(self.rule["max"])

    def breaks_length(self, value) -> bool:
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, Number):
            value = value.text
        return not isinstance(value, str) or not self.rule["min"] <= len(value) <= self.rule["max"]

    def breaks_regex(self, value) -> bool:
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, Number):
            value = value.text
        # Python's $ also stands before a line break at the end
        return not isinstance(value, str) or not re.search(self.rule["pattern"].replace("$", r"\Z"), value)

    def breaks_enum(self, value) -> bool:
        return not any(type(value) is type(one) and value == one for one in self.rule["read_values"])

    def breaks_unique(self, value) -> bool:
        return freeze(value) in self.window

    def breaks_monotonic(self, value) -> bool:
        if self.mark is None or type(value) is not type(self.mark) or isinstance(value, dict | list):
            return False
        left = value.value if isinstance(value, Number) else value.encode() if isinstance(value, str) else value
        right = (
            self.mark.value
            if isinstance(value, Number)
            else self.mark.encode()
            if isinstance(value, str)
            else self.mark
        )
        return left < right

    def settle(self, row: dict, went_on: bool, broke: bool) -> None:
        value = self.value(row)
        known = value is not ABSENT and value is not None
        if self.rule["kind"] == "unique":
            self.window.append(freeze(value) if known and (went_on or broke) else object())
        if self.rule["kind"] == "monotonic" and known and went_on:
            self.mark = value


def freeze(value):
    if isinstance(value, Number):
        return ("n", value.value.normalize() if value.value else Decimal(0))
    if isinstance(value, bool):
        return ("b", value)
    if isinstance(value, list):
        return ("l", tuple(map(freeze, value)))
    if isinstance(value, dict):
        return ("d", tuple(sorted((name, freeze(one)) for name, one in value.items())))
    return ("s", value)


class Maker:
    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def token(self) -> str:
        sort = self.random.random()
        if sort < 0.4:
            return json.dumps(self.random.choice(TEXTS), ensure_ascii=self.random.random() < 0.5)
        return self.random.choice(NUMBERS if sort < 0.8 else LITERALS)

    def row(self) -> str:
        members = [f'"{name}":{self.token()}' for name in ("a", "b", "c") if self.random.random() < 0.85]
        if self.random.random() < 0.8:
            # what lies inside may have the name of a column
            inner = self.random.choice(("", '"b":7,', '"a":{"c":1},"b":null,'))
            members.insert(self.random.randrange(3), f'"n":{{"y":[{{"x":1}}],{inner}"x":{self.token()}}}')
        if self.random.random() < 0.3:
            self.random.shuffle(members)
        return "{" + ",".join(members) + "}"

    def rule(self, name: str) -> dict:
        pick = self.random.choice
        rule = {"name": name, "column": pick(COLUMNS), "severity": pick(("quarantine", "quarantine", "warn"))}
        rule["kind"] = pick(("not_null", "type", "range", "length", "regex", "enum", "unique", "monotonic"))
        if rule["kind"] == "type":
            rule["type"] = pick(("integer", "number", "string", "boolean", "object", "array"))
        if rule["kind"] == "range":
            rule["min"], rule["max"] = pick(
                (("0", "1"), ("-3", "9007199254740992"), ("0.1", "1e20"), ("-1e3", "0.10"), ("-0.25", "1.50"))
            )
        if rule["kind"] == "length":
            rule["min"], rule["max"] = sorted((self.random.randrange(8), self.random.randrange(8)))
        if rule["kind"] == "regex":
            rule["pattern"] = pick(PATTERNS)
        if rule["kind"] == "enum":
            tokens = [
                pick((*NUMBERS, "true", *(json.dumps(text, ensure_ascii=False) for text in TEXTS)))
                for _ in range(self.random.randrange(1, 6))
            ]
            rule["tokens"] = tokens
            rule["read_values"] = [read(token) for token in tokens]
        if rule["kind"] == "unique":
            rule["window"] = self.random.randrange(1, 12)
        return rule


def yaml_of(rules: list[dict]) -> str:
    out = ["version: 1", "rules:"]
    for rule in rules:
        out.append(f"  - name: {rule['name']}")
        for key in ("kind", "column", "severity", "type", "min", "max", "window"):
            if key in rule:
                out.append(f"    {key}: {rule[key]}")
        if "pattern" in rule:
            out.append(f"    pattern: {json.dumps(rule['pattern'], ensure_ascii=False)}")
        if "tokens" in rule:
            out.append(f"    values: [{', '.join(rule['tokens'])}]")
    return "\n".join(out) + "\n"


class Against(unittest.TestCase):
    def test_the_same_rules_are_named(self):
        for seed in range(ROUNDS):
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as name:
                self.one_round(Maker(seed), pathlib.Path(name))

    def one_round(self, maker: Maker, folder: pathlib.Path) -> None:
        rules = [maker.rule(f"r{number}") for number in range(maker.random.randrange(1, 9))]
        lines = [maker.row() for _ in range(ROWS)]
        (folder / "rules.yaml").write_text(yaml_of(rules))
        words = ["cdc-check", "rules.yaml", "--reject", "bad", "--report", "report.json"]
        done = subprocess.run(
            words, input="\n".join(lines) + "\n", capture_output=True, text=True, cwd=folder, timeout=60, check=False
        )
        self.assertIn(done.returncode, (0, 1), done.stderr)
        oracles = [Oracle(rule) for rule in rules]
        good, bad, counts = [], [], collections.Counter()
        for number, line in enumerate(lines, 1):
            row = read(line)
            broken = [oracle for oracle in oracles if oracle.breaks(row)]
            counts.update(oracle.rule["name"] for oracle in broken)
            worst = [oracle for oracle in broken if oracle.rule["severity"] == "quarantine"]
            for oracle in oracles:
                oracle.settle(row, not worst, oracle in broken)
            if worst:
                bad.append((number, worst[0].rule["name"]))
            else:
                good.append(line)
        kept = [json.loads(line) for line in (folder / "bad").read_text().splitlines()]
        context = yaml_of(rules)
        self.assertEqual([(one["line"], one["code"]) for one in kept], bad, context)
        self.assertEqual(done.stdout.split("\n")[:-1], good, context)
        report = json.loads((folder / "report.json").read_text())
        self.assertEqual(
            {rule["name"]: rule["bad"] for rule in report["rules"]},
            {rule["name"]: counts[rule["name"]] for rule in rules},
        )


if __name__ == "__main__":
    unittest.main()
