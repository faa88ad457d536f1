#!/usr/bin/env python3
"""cdc-check in a pipe: order of lines, durability of the quarantine, kills, signals, full disks, closed pipes.

The tools come from the caller's PATH. Needs no lab.
"""

import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from check_case import CheckCase
from pipe_ends import Running, control, hello

RULES = """version: 1
rules:
  - {name: positive, kind: range, column: n, min: 0}
  - {name: known, kind: not_null, column: n, severity: warn}
"""


def event(number: int, value: int) -> str:
    source = {"connector": "postgresql", "db": "x", "schema": "public", "table": "t", "snapshot": "false"}
    line = {
        "pos": f"{number:016X}/{1:016X}",
        "key": {"id": number},
        "before": None,
        "after": {"id": number, "n": value},
    }
    return json.dumps(line | {"source": source, "transaction": None, "op": "c", "ts_ms": 1}, separators=(",", ":"))


class Case(CheckCase):
    RULES = RULES

    def words(self, *more: str) -> list[str]:
        return ["cdc-check", str(self.rules), "--reject", str(self.quarantine), *more]

    def check(self, lines: list[str], *more: str, words: list[str] | None = None) -> subprocess.CompletedProcess:
        return subprocess.run(
            words or self.words(*more),
            input="".join(line + "\n" for line in lines),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def kept_back(self) -> list[dict]:
        return [json.loads(line) for line in self.quarantine.read_text().splitlines() if line]


class Lines(Case):
    def test_good_lines_and_control_lines_pass_in_order(self):
        schema = json.dumps({"__cdc": "schema", "v": 1, "schema": "public", "table": "t", "key": ["id"], "columns": []})
        lines = [hello(), schema, event(1, 1), event(2, -1), control("ckpt", 1), event(3, 3), control("eof", 2)]
        done = self.check(lines)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stdout.splitlines(), [line for line in lines if line != event(2, -1)])
        (bad,) = self.kept_back()
        self.assertEqual(bad["code"], "positive")
        self.assertEqual(bad["pos"], f"{2:016X}/{1:016X}")
        self.assertEqual(bad["row"], json.loads(event(2, -1)))
        self.assertEqual((bad["tool"], bad["source"], bad["line"]), ("cdc-check", "stdin", 4))

    def test_an_unknown_column_is_warned_of_once(self):
        columns = [{"name": "id", "type": "integer", "oid": 23, "modifier": -1, "nullable": False}]
        schema = {"__cdc": "schema", "v": 1, "schema": "public", "table": "t", "key": ["id"], "columns": columns}
        done = self.check([hello(), json.dumps(schema), event(1, 1), json.dumps(schema), control("eof", 1)])
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count('table public.t has no column "n"'), 2)  # one for each rule

    def test_without_a_quarantine_the_first_bad_line_ends_it(self):
        done = self.check(['{"n":1}', '{"n":-1}', '{"n":2}'], words=["cdc-check", str(self.rules)])
        self.assertEqual((done.returncode, done.stdout), (65, '{"n":1}\n'))
        self.assertIn("--reject FILE", done.stderr)

    def test_skip_leaves_bad_lines_out(self):
        words = ["cdc-check", str(self.rules), "--on-error", "skip"]
        done = self.check(['{"n":1}', '{"n":-1}', "no json", '{"n":2}'], words=words)
        self.assertEqual((done.returncode, done.stdout), (1, '{"n":1}\n{"n":2}\n'))

    def test_stop_comes_behind_everything_good_before_it(self):
        self.rules.write_text(RULES.replace("column: n, min: 0", "column: n, min: 0, severity: stop"))
        lines = [hello(), event(1, 1), event(2, 2), event(3, -1), event(4, 4), control("eof", 1)]
        done = self.check(lines)
        self.assertEqual(done.returncode, 65)
        self.assertEqual(done.stdout.splitlines(), lines[:3])
        self.assertIn('rule "positive"', done.stderr)
        self.assertEqual([bad["code"] for bad in self.kept_back()], ["positive"])

    def test_the_most_severe_rule_names_the_line(self):
        self.rules.write_text(RULES + "  - {name: small, kind: range, column: n, min: -5, severity: stop}\n")
        done = self.check(['{"n":1}', '{"n":-1}', '{"n":-9}'])
        self.assertEqual(done.returncode, 65)
        self.assertEqual([bad["code"] for bad in self.kept_back()], ["positive", "small"])

    def test_a_ratio_that_is_too_high_in_a_full_window_ends_it(self):
        self.rules.write_text(RULES.replace("min: 0", "min: 0, max_bad_ratio: 0.5, window: 4"))
        values = [-1, -1, 1, 1, -1, -1, 1, -1, 1]
        done = self.check([json.dumps({"n": value}) for value in values])
        self.assertEqual(done.returncode, 65)
        self.assertIn("max_bad_ratio", done.stderr)
        self.assertEqual([json.loads(line)["n"] for line in done.stdout.splitlines()], [1, 1, 1])
        self.assertEqual(len(self.kept_back()), 5)

    def test_warnings_let_lines_pass_and_are_counted(self):
        metrics = self.folder / "metrics"
        done = self.check(['{"n":null}', "{}", '{"n":1}'], "--metrics-file", str(metrics))
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, 3))
        self.assertIn('rule "known" (warn): 2 of 3 lines', done.stderr)
        self.assertIn('cdc_check_rule_bad_rows_total{rule="known",severity="warn"} 2', metrics.read_text())
        self.assertIn("cdc_check_passed_rows_total 3", metrics.read_text())

    def test_lines_that_are_none_go_to_the_quarantine_as_well(self):
        done = self.check(["{", '{"n":1}', "[1]"])
        self.assertEqual((done.returncode, done.stdout), (1, '{"n":1}\n'))
        self.assertEqual([bad["code"] for bad in self.kept_back()], [None, None])


class Ends(Case):
    def test_input_that_was_cut_off(self):
        lines = [hello(), event(1, 1), control("ckpt", 1), event(2, 2)]
        done = self.check(lines)
        self.assertEqual((done.returncode, done.stdout.splitlines()), (75, lines))

    def test_a_source_that_stopped_inside_of_a_transaction(self):
        lines = [hello(), event(1, 1), control("ckpt", 1), event(2, 2), control("eof", 2, inside=True)]
        done = self.check(lines)
        self.assertEqual((done.returncode, done.stdout.splitlines()), (75, lines))

    def test_a_closed_reader(self):
        for begin, code in (([], 0), ([hello()], 75)):
            running = Running(self.words(), self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.addCleanup(running.end)
            running.process.stdin.write("".join(line + "\n" for line in [*begin, event(1, 1)]).encode())
            running.process.stdin.flush()
            self.assertTrue(running.process.stdout.readline())
            running.process.stdout.close()  # it is idle, and notices
            self.assertEqual(running.wait(), code, running.errors())

    def test_lines_go_out_while_nothing_more_comes(self):
        running = Running(self.words(), self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(running.end)
        for number in range(3):
            running.process.stdin.write((event(number, 1) + "\n").encode())
            running.process.stdin.flush()
            self.assertEqual(running.process.stdout.readline().decode(), event(number, 1) + "\n")
        running.process.stdin.close()
        self.assertEqual(running.wait(), 0)

    def test_a_signal_drains(self):
        running = Running(self.words(), self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(running.end)
        lines = [hello(), event(1, 1)]
        running.process.stdin.write("".join(line + "\n" for line in lines).encode())
        running.process.stdin.flush()
        self.assertTrue(running.process.stdout.readline())
        running.stop(signal.SIGTERM)
        running.process.stdin.write((control("eof", 1) + "\n").encode())
        running.process.stdin.flush()
        self.assertEqual(running.wait(), 0, running.errors())

    def test_a_disk_that_is_full(self):
        lines = [hello(), event(1, 1), event(2, -1), control("ckpt", 1), event(3, 3), control("eof", 2)]
        done = self.check(lines, words=["cdc-check", str(self.rules), "--reject", "/dev/full"])
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertNotIn('"ckpt"', done.stdout)

    def test_a_quarantine_that_cannot_be_made(self):
        words = ["cdc-check", str(self.rules), "--reject", str(self.folder / "nowhere" / "bad")]
        self.assertEqual(self.check([], words=words).returncode, 73)

    def test_a_half_written_line_of_a_killed_run_stays_apart(self):
        self.quarantine.write_text('{"tool":"cdc-ch')
        self.check(['{"n":-1}'])
        first, second = self.quarantine.read_text().splitlines()
        self.assertEqual((first, json.loads(second)["code"]), ('{"tool":"cdc-ch', "positive"))


class Durability(Case):
    def test_a_checkpoint_goes_out_behind_the_sync_of_what_is_kept_back_before_it(self):
        lines = [hello()]
        for number in range(1, 60):
            lines.append(event(number, -1 if number % 3 == 0 else 1))
            if number % 5 == 0:
                lines.append(control("ckpt", number // 5))
        lines.append(control("eof", 99))
        trace = self.folder / "trace"
        calls = ["strace", "-f", "-qq", "-s", "100000", "-e", "trace=write,fdatasync,openat", "-o", str(trace)]
        done = self.check(lines, words=[*calls, *self.words()])
        self.assertEqual(done.returncode, 1, done.stderr)
        quarantine, kept, synced, checkpoints = None, set(), set(), 0
        for call in trace.read_text().splitlines():
            if "openat(" in call and "bad.ndjson" in call and "O_APPEND" in call:
                quarantine = call.rsplit("= ", 1)[1]
            elif f" write({quarantine}," in call:
                kept |= set(re.findall(r'\\"pos\\":\\"([0-9A-F]{16})/', call))
            elif f" fdatasync({quarantine})" in call:
                synced |= kept
            elif " write(1," in call:
                for part in call.split('{\\"__cdc\\":\\"ckpt\\"')[1:]:
                    number = int(re.search(r'\\"seq\\":(\d+)', part).group(1)) * 5
                    checkpoints += 1
                    wanted = {f"{bad:016X}" for bad in range(3, number + 1, 3)}
                    self.assertLessEqual(wanted, synced, f"checkpoint {number // 5}")
        self.assertEqual(checkpoints, 11)

    def test_killed_at_any_moment_every_bad_line_is_kept_and_no_good_one_lost(self):
        """A source that goes on behind the newest checkpoint that came out, again and again."""
        shuffle = random.Random(3)
        values = [shuffle.choice([1, 1, 1, -1]) for _ in range(4000)]
        came_out, confirmed, rounds, twice = set(), 0, 0, 0
        while confirmed < len(values):
            rounds += 1
            running = Running(self.words(), self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            lines = [hello(run=f"r{rounds}")]
            for number in range(confirmed, len(values)):
                lines.append(event(number, values[number]))
                if number % 7 == 6:
                    lines.append(control("ckpt", number + 1, run=f"r{rounds}"))
            lines.append(control("ckpt", len(values), run=f"r{rounds}"))
            lines.append(control("eof", len(values) + 1, run=f"r{rounds}"))
            pid = os.fork()
            if pid == 0:
                try:
                    with running.process.stdin as pipe:
                        pipe.write("".join(line + "\n" for line in lines).encode())
                finally:
                    os._exit(0)
            running.process.stdin.close()
            enough = shuffle.randrange(1, 400) if rounds < 25 else len(lines)
            for count, line in enumerate(running.process.stdout):
                if not line.endswith(b"\n"):
                    break
                record = json.loads(line)
                if record.get("__cdc") == "ckpt":
                    confirmed = record["seq"]
                elif "op" in record:
                    number = record["key"]["id"]
                    self.assertGreaterEqual(values[number], 0)
                    twice += number in came_out
                    came_out.add(number)
                if count >= enough:
                    os.kill(running.process.pid, signal.SIGKILL)
                    break
            running.end()
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.assertGreater(rounds, 5)
        self.assertEqual(came_out, {number for number, value in enumerate(values) if value > 0})
        kept = set()
        for line in self.quarantine.read_text().splitlines():
            try:
                kept.add(json.loads(line)["row"]["key"]["id"])
            except json.JSONDecodeError:
                pass  # the half of a line that a kill left; its row came again
        self.assertEqual(kept, {number for number, value in enumerate(values) if value < 0})

    def test_the_quarantine_is_durable_before_a_stop_is_told(self):
        self.rules.write_text(RULES.replace("min: 0", "min: 0, severity: stop"))
        trace = self.folder / "trace"
        words = ["strace", "-f", "-qq", "-e", "trace=write,fdatasync", "-o", str(trace), *self.words()]
        self.assertEqual(self.check(['{"n":-1}'], words=words).returncode, 65)
        calls = trace.read_text()
        self.assertLess(calls.index("fdatasync("), calls.index(" write(2,"))


class Settings(Case):
    def test_check_tells_what_is_wrong(self):
        done = self.check([], "--check")
        first, second = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual((done.returncode, first["ok"], second["ok"]), (0, True, True))
        self.rules.write_text("version: 1\nrules: [{name: a, kind: rnage, column: b}]\n")
        done = self.check([], "--check")
        self.assertEqual(done.returncode, 78)
        self.assertIn("Did you mean range?", json.loads(done.stdout.splitlines()[0])["hint"])

    def test_memory_stays_small_with_large_windows(self):
        self.rules.write_text(
            "version: 1\nrules:\n"
            "  - {name: a, kind: unique, column: id, window: 100000}\n"
            "  - {name: b, kind: unique, columns: [id, n], window: 100000}\n"
        )
        metrics = self.folder / "metrics"
        lines = self.write("lines", "".join(event(number, 1) + "\n" for number in range(150_000)))
        # forked by a shell: a process starts with the peak of the one that forked it
        words = [
            "sh",
            "-c",
            '"$@" < "$LINES_FILE" > /dev/null; exit $?',
            "sh",
            *self.words(),
            "--metrics-file",
            str(metrics),
        ]
        subprocess.run(words, env=os.environ | {"LINES_FILE": str(lines)}, check=True, timeout=60)
        peak = re.search(r"^process_peak_resident_memory_bytes (\S+)", metrics.read_text(), re.MULTILINE)
        self.assertLess(float(peak.group(1)), 32 << 20)


if __name__ == "__main__":
    unittest.main()
