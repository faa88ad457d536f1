#!/usr/bin/env python3
"""scripts/bootstrap on a machine where it has run: arguments, and that nothing is done twice."""

import pathlib
import shlex
import time
import unittest

from support import SCRIPTS, run

BOOTSTRAP = SCRIPTS / "bootstrap"
VERBS = (
    ("demo", "build lab"),
    ("demo WITH=board", "build lab board"),
    ("demo WITH='monitoring board'", "build lab monitoring board"),
    ("board", "board"),
    ("test", "build lab test"),
    ("check", "build check"),
    ("soak", "build lab test browser act dist"),
)


class Bootstrap(unittest.TestCase):
    def test_usage_errors_end_with_2(self):
        for words in (["--only"], ["--only", "everything"], ["--fast"], ["lab"]):
            done = run(BOOTSTRAP, *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertTrue(done.stderr.startswith("bootstrap: "), done.stderr)

    def test_a_second_run_does_nothing_within_two_seconds(self):
        groups = ["--only", "build", "--only", "lab", "--only", "test"]
        first = run(BOOTSTRAP, *groups, timeout=1800)
        self.assertEqual(first.returncode, 0, first.stderr)
        started = time.monotonic()
        second = run(BOOTSTRAP, *groups)
        self.assertLess(time.monotonic() - started, 2)
        self.assertRegex(second.stderr, r"\Abootstrap: ready \(build lab test\)")

    def plan(self, *groups: str) -> list[str]:
        done = run(BOOTSTRAP, "--plan", *[word for group in groups for word in ("--only", group)])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_the_demo_needs_one_database_one_compiler_and_the_stand_in(self):
        demo = self.plan("build", "lab")
        self.assertIn("postgresql-15", demo)
        self.assertIn("Apache Kafka", demo)
        self.assertIn("Python environment snow-local", demo)
        for name in demo:
            self.assertNotRegex(
                name, "clang|llvm|PostgreSQL 1|hyperfine|valgrind|shellcheck|environment client|board|browser|chromium"
            )
        self.assertEqual(self.plan("test", "board").count("Python environment board"), 1)
        self.assertNotIn("chromium", self.plan())
        self.assertIn("PostgreSQL 14 16 17 18", self.plan("test"))
        self.assertIn("clang-19", self.plan("check"))
        everything = set(self.plan())
        self.assertLessEqual(set(demo) | set(self.plan("test", "check")), everything)

    def test_make_asks_for_no_more_than_its_verb_needs(self):
        for verb, groups in VERBS:
            done = run("make", "-n", "-C", str(SCRIPTS.parent), *shlex.split(verb))
            self.assertEqual(done.returncode, 0, done.stderr)
            (line,) = [line for line in done.stdout.splitlines() if line.startswith("scripts/bootstrap")]
            self.assertEqual(line.split()[2::2], groups.split())

    def test_every_package_stands_in_a_group_once(self):
        text = (SCRIPTS / "bootstrap.d" / "packages").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        entries = [(line.split(":")[0], name) for line in lines for name in line.split()[1:]]
        self.assertEqual(len(entries), len(set(entries)))
        self.assertEqual(
            {group for group, _ in entries},
            {"build", "lab", "test", "check", "board", "monitoring", "browser", "bench", "act", "dist", "coverage"},
        )


class Pins(unittest.TestCase):
    def test_the_cache_folder_follows_the_environment(self):
        script = f'. "{SCRIPTS}/versions"; echo "$cdc_cache"'
        for variables, wanted in (
            ({"HOME": "/h"}, "/h/.cache/cdckit"),
            ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/cdckit"),
            ({"HOME": "/h", "XDG_CACHE_HOME": "/x", "CDC_CACHE": "/c"}, "/c"),
        ):
            done = run("/bin/bash", "-euc", script, env=variables)
            self.assertEqual(pathlib.Path(done.stdout.strip()), pathlib.Path(wanted))

    def test_every_other_server_has_a_pin_for_both_platforms_and_a_part(self):
        script = f'. "{SCRIPTS}/versions"; echo "$POSTGRES_SERVERS"'
        rows = [line.split() for line in run("/bin/bash", "-euc", script).stdout.splitlines() if line]
        self.assertEqual([row[0] for row in rows], ["14", "16", "17", "18"])
        for major, version, *sums in rows:
            self.assertTrue(version.startswith(f"{major}."))
            self.assertEqual([len(text) for text in sums], [64, 64])
            self.assertTrue((SCRIPTS / "lab.d" / f"postgres{major}.sh").exists())


if __name__ == "__main__":
    unittest.main()
