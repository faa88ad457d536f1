#!/usr/bin/env python3
"""What a terminal gets, what a pipe gets, and that nothing is left behind."""

import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, environment, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

HEAD = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [0-9A-F]+/[0-9A-F]+ ")
PEEK = ("--slot", "s", "--no-ack", "--until-now")


class Pretty(Case):
    def on_terminal(self, *options: str, **more: str) -> list[str]:
        """Runs walcat with stdout on a terminal."""
        main, side = pty.openpty()
        env = {name: value for name, value in environment().items() if name != "NO_COLOR"}
        process = self.popen(*options, stdout=side, stderr=subprocess.PIPE, env={**env, "TERM": "xterm", **more})
        os.close(side)
        out = b""
        while True:
            try:
                piece = os.read(main, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            out += piece
        os.close(main)
        self.assertEqual(process.wait(timeout=60), 0, process.stderr.read())
        process.stderr.close()
        return out.decode().replace("\r\n", "\n").rstrip("\n").split("\n")

    def popen(self, *options: str, **more) -> subprocess.Popen:
        env = more.pop("env", environment())
        process = subprocess.Popen(self.words(*options), env=env, **more)
        self.addCleanup(self._end, process)
        return process

    def prepare(self) -> None:
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, a text, n int); CREATE TABLE f (id int PRIMARY KEY, a text, n int)"
        )
        self.sql("ALTER TABLE f REPLICA IDENTITY FULL")
        self.publish_all()
        self.make_slot("s")
        self.sql(
            "BEGIN; INSERT INTO t VALUES (1, 'x', NULL); UPDATE t SET id = 2; DELETE FROM t; INSERT INTO f VALUES (1, 'x', 1);"
            "UPDATE f SET n = 2; SELECT pg_logical_emit_message(true, 'audit', 'hi'); TRUNCATE f; COMMIT"
        )

    WANTED = (
        'INSERT   public.t id=1 a="x" n=null',
        "DELETE   public.t id=1 (becomes id=2)",
        'INSERT   public.t id=2 (was id=1) a="x" n=null',
        "DELETE   public.t id=2",
        'INSERT   public.f id=1 a="x" n=1',
        "UPDATE   public.f id=1 n=1→2",
        'MESSAGE  audit "hi"',
        "TRUNCATE public.f",
    )

    def check(self, lines: list[str]) -> None:
        self.assertTrue(all(HEAD.match(line) for line in lines), lines)
        self.assertEqual(tuple(HEAD.sub("", line) for line in lines), self.WANTED)

    def test_terminal_and_pipe(self):
        self.prepare()
        self.check(self.on_terminal(*PEEK, "--color", "never"))
        self.check(self.on_terminal(*PEEK, NO_COLOR="1"))
        self.check(self.on_terminal("peek", "--slot", "s", TERM="dumb"))
        colored = self.on_terminal(*PEEK)
        self.assertTrue(all("\033[" in line for line in colored))
        self.check([re.sub(r"\033\[\d+m", "", line) for line in colored])
        self.assertEqual(
            [json.loads(line)["op"] for line in self.on_terminal(*PEEK, "--format", "ndjson")], list("cdcdcumt")
        )
        self.assertEqual([event["op"] for event in self.data(*PEEK)], list("cdcdcumt"))
        piped = self.walcat(*PEEK, "--format", "pretty")
        self.check(piped.stdout.rstrip("\n").split("\n"))
        always = self.walcat(*PEEK, "--format", "pretty", "--color", "always").stdout.rstrip("\n").split("\n")
        self.assertEqual(always, colored)

    def test_control_lines_stay_ndjson_on_a_terminal(self):
        self.prepare()
        self.assertEqual(json.loads(self.on_terminal(*PEEK, "--control")[0])["__cdc"], "hello")

    def test_filters_snapshot_and_borders(self):
        self.prepare()
        lines = self.walcat(*PEEK, "--format", "pretty", "--transactions", "--ops", "c", "--mask", "a").stdout
        borders = [HEAD.sub("", line) for line in lines.rstrip("\n").split("\n")]
        self.assertRegex(borders[0], r"^BEGIN    \d+$")
        self.assertEqual(borders[1], 'INSERT   public.t id=1 a="*****" n=null')
        self.assertRegex(borders[-1], r"^COMMIT   \d+, changes: 3$")
        self.sql("INSERT INTO t VALUES (9, 'y', 3)")
        snapshot = self.walcat("--snapshot", "only", "--format", "pretty", "--exclude-column", "a").stdout
        self.assertEqual(HEAD.sub("", snapshot), "READ     public.t id=9 n=3\n")

    def test_a_temporary_slot_works_at_once_and_leaves_nothing(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        shell = f"walcat -d postgres:///{self.database} --limit 2 | jq -c .after"
        process = subprocess.Popen(["bash", "-c", shell], env=environment(), stdout=subprocess.PIPE, text=True)
        self.addCleanup(self._end, process)
        self.wait_until(lambda: self.read_slots() == 1)
        temporary = self.sql("SELECT temporary FROM pg_replication_slots")
        self.assertEqual(temporary, "t")
        self.sql("INSERT INTO t VALUES (1), (2), (3)")
        self.assertEqual(process.communicate(timeout=20)[0], '{"id":1}\n{"id":2}\n')
        self.assertEqual(process.returncode, 0)
        self.wait_until(lambda: self.sql("SELECT count(*) FROM pg_replication_slots") == "0")
        self.assertEqual(self.sql("SELECT string_agg(pubname, ',') FROM pg_publication"), "cdckit")
        killed = self.popen()
        self.wait_until(lambda: self.read_slots() == 1)
        killed.kill()
        killed.wait()
        self.wait_until(lambda: self.sql("SELECT count(*) FROM pg_replication_slots") == "0")


if __name__ == "__main__":
    unittest.main()
