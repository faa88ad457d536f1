#!/usr/bin/env python3
"""cdc-check's other commands: replay, --learn, import, --report, refusals of rule files.

The tools come from the caller's PATH. Needs no lab.
"""

import json
import random
import subprocess
import unittest

from check_case import CheckCase

RULES = "version: 1\nrules:\n  - {name: positive, kind: range, column: n, min: 0}\n"


class Case(CheckCase):
    RULES = RULES

    def run_tool(self, *words, lines: list[str] = ()) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["cdc-check", *map(str, words)],
            input="".join(line + "\n" for line in lines),
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.folder,
        )

    def fill(self, *values: int) -> None:
        lines = [json.dumps({"n": value, "text": 'a "quote" ü'}, ensure_ascii=False) for value in values]
        self.assertEqual(self.run_tool(self.rules, "--reject", self.quarantine, lines=lines).returncode, 1)


class Replay(Case):
    def test_what_is_good_now_goes_on_in_its_order(self):
        self.fill(-1, 5, -7, -2, -3)
        relaxed = self.write("relaxed.yaml", RULES.replace("min: 0", "min: -5"))
        still = self.folder / "still.ndjson"
        done = self.run_tool("replay", self.quarantine, "--rules", relaxed, "--reject", still)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual([json.loads(line)["n"] for line in done.stdout.splitlines()], [-1, -2, -3])
        (line,) = [json.loads(line) for line in still.read_text().splitlines()]
        self.assertEqual((line["row"]["n"], line["line"], line["source"], line["code"]), (-7, 3, "stdin", "positive"))

    def test_all_good_is_zero_and_nothing_to_reject_still_counts(self):
        self.fill(-1, -2)
        relaxed = self.write("relaxed.yaml", RULES.replace("min: 0", "min: -5"))
        self.assertEqual(self.run_tool("replay", self.quarantine, "--rules", relaxed).returncode, 0)
        done = self.run_tool("replay", self.quarantine, "--rules", self.rules)
        self.assertEqual((done.returncode, done.stdout), (1, ""))

    def test_lines_kept_twice_go_on_once_and_torn_ones_not(self):
        event = {
            "pos": f"{5:016X}/{1:016X}",
            "key": {"id": 1},
            "before": None,
            "after": {"n": 1},
            "op": "c",
            "source": {},
        }
        kept = {
            "tool": "cdc-check",
            "source": "stdin",
            "line": 3,
            "pos": event["pos"],
            "reason": "x",
            "code": "y",
            "row": event,
        }
        line = json.dumps(kept, separators=(",", ":"))
        raw = json.dumps(kept | {"row": {"base64": "AAAA"}, "pos": None, "code": None}, separators=(",", ":"))
        self.quarantine.write_text(f"{line}\n{line[:40]}\n{line}\n{raw}\n")
        still = self.folder / "still.ndjson"
        done = self.run_tool("replay", self.quarantine, "--rules", self.rules, "--reject", still)
        self.assertEqual(done.returncode, 1)
        self.assertEqual([json.loads(out) for out in done.stdout.splitlines()], [event])
        self.assertIn(":2: passed over", done.stderr)
        self.assertEqual(json.loads(still.read_text())["row"], {"base64": "AAAA"})

    def test_the_file_that_is_read_is_not_written(self):
        self.fill(-1)
        done = self.run_tool("replay", self.quarantine, "--rules", self.rules, "--reject", self.quarantine)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(self.run_tool("replay", self.folder / "none", "--rules", self.rules).returncode, 69)
        self.assertEqual(self.run_tool("replay", self.quarantine).returncode, 2)


class Learn(Case):
    def test_rules_are_learned_that_the_sample_keeps(self):
        shuffle = random.Random(1)
        lines = [
            json.dumps(
                {
                    "id": number,
                    "state": shuffle.choice(["new", "sent", "it's"]),
                    "sku": f"AB-{shuffle.randrange(100, 9999)}",
                    "price": shuffle.randrange(0, 10000) / 100,
                    "note": shuffle.choice([None, "x"]),
                    "tags": ["a"],
                    "ok": True,
                }
            )
            for number in range(300)
        ]
        learned = self.run_tool("--learn", lines=lines)
        self.assertEqual(learned.returncode, 0, learned.stderr)
        rules = self.write("learned.yaml", learned.stdout)
        done = self.run_tool(rules, lines=lines)
        self.assertEqual((done.returncode, done.stdout.splitlines()), (0, lines), done.stderr)
        for text in (
            "name: id unique",
            "# 300 rows, as many values",
            "name: state enum",
            "name: sku regex",
            "type: boolean",
        ):
            self.assertIn(text, learned.stdout)
        for bad in ({"state": "old"}, {"id": 1.5}, {"price": -1}, {"sku": "ab"}, {"id": None}):
            row = json.loads(lines[0]) | {"id": 1000} | bad
            self.assertEqual(self.run_tool(rules, "--on-error", "skip", lines=[json.dumps(row)]).returncode, 1, bad)

    def test_only_the_first_rows(self):
        learned = self.run_tool("--learn", "--rows", "2", lines=['{"a":1}', '{"a":2}', '{"b":1}'])
        self.assertNotIn("column: b", learned.stdout)
        self.assertEqual(self.run_tool("--learn").returncode, 65)


class Import(Case):
    def test_what_others_have_written(self):
        text = "models: [{name: orders, columns: [{name: id, tests: [not_null, {relationships: {to: x, field: y}}]}]}]"
        done = self.run_tool("import", self.write("schema.yml", text))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("left out: orders.id: relationships", done.stderr)
        rules = self.write("imported.yaml", done.stdout)
        explained = self.run_tool("--explain", rules)
        self.assertIn("orders.id not_null (not_null, quarantine)", explained.stdout)
        self.assertEqual(self.run_tool("import", self.rules).returncode, 78)


class Report(Case):
    def test_a_report_of_every_end(self):
        report = self.folder / "report.json"
        self.run_tool(self.rules, "--report", report, "--on-error", "skip", lines=['{"n":1}', '{"n":-1}'])
        self.run_tool(self.rules, "--report", report, lines=['{"n":-1}'])
        told = json.loads(report.read_text())
        self.assertEqual((told["exit"], told["rows"], told["rules"][0]["bad"]), (65, 1, 1))
        self.assertEqual([(run["exit"], run["rows"]) for run in told["history"]], [(1, 2), (65, 1)])
        markdown = self.folder / "report.md"
        self.run_tool(self.rules, "--report", markdown, lines=['{"n":1}'])
        self.assertIn("| positive | range | quarantine | 1 | 0 | 0 % |", markdown.read_text())
        self.assertEqual(self.run_tool(self.rules, "--report", self.rules, lines=[]).returncode, 73)


class Rules(Case):
    def test_bad_rules_are_refused_with_their_place(self):
        rules = self.write("typo.yaml", "version: 1\nrules:\n  - name: a\n    kind: regexp\n    column: b\n")
        done = self.run_tool(rules)
        self.assertEqual(done.returncode, 78)
        self.assertIn("typo.yaml:4:11", done.stderr)
        self.assertIn("Did you mean regex?", done.stderr)
        self.assertEqual(self.run_tool(self.folder / "none.yaml").returncode, 78)
        self.assertEqual(self.run_tool().returncode, 2)


if __name__ == "__main__":
    unittest.main()
