#!/usr/bin/env python3
"""The steps of snowflake.yml, one after the other as a workflow runs them: pull request, merge, queue, night, fork."""

import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from github_api import REPOSITORY, GithubApi
from own_lab import TOP
from snow_ddl_case import HISTORY
from snow_lab import SnowLab

TABLE = "create table Y.T (A int);\n"


class Steps(unittest.TestCase):
    """Runs steps in a folder, with what a runner gives them; `given` is the environment of who derives."""

    given = dict(os.environ)

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.github = self.enterContext(GithubApi())
        names = ("GITHUB_ENV", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")
        self.files = {name: self.folder / f".{name.lower()}" for name in names}
        (self.folder / "temp").mkdir()

    def script(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        """With what an earlier step kept for it."""
        given = {name: value for name, value in self.given.items() if name != "SNOWFLAKE_HOME"}
        if self.files["GITHUB_ENV"].exists():
            given |= dict(line.split("=", 1) for line in self.files["GITHUB_ENV"].read_text().splitlines())
        return given | {
            **{name: str(file) for name, file in self.files.items()},
            "GITHUB_API_URL": self.github.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_SHA": "a" * 40,
            "RUNNER_TEMP": str(self.folder / "temp"),
            "SNOWFLAKE_CONNECTIONS_LAB_DATABASE": "X",
            "CONNECTION": "lab",
            "ENVIRONMENT": "prod",
            **more,
        }

    def step(self, name: str, code: int = 0, program: str = "snowflake", **more: str) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [TOP / "scripts/ci" / program, name],
            env=self.environment(**more),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done


class WithoutServer(Steps):
    def test_a_fork_gets_no_login(self):
        self.script("migrations/V1__a.sql", TABLE)
        self.script("migrations/V2__b.sql", "drop table Y.OLD")
        self.step("offline", SNOWFLAKE_HOME=str(self.folder))
        shown = self.files["GITHUB_STEP_SUMMARY"].read_text()
        for text in ("create table Y.T", "Offline: what is applied already is not known", "**drops TABLE Y.OLD**"):
            self.assertIn(text, shown)
        self.assertEqual(self.github.requests, [])

    def test_configuration_goes_the_same_way(self):
        target = self.folder / "target"
        where = {"TARGET": str(target), "DIRECTORY": "pipeline"}
        good = "version: 1\nrules:\n  - {name: has_id, kind: not_null, column: id, severity: quarantine}\n"
        self.script("pipeline/rules.yaml", good.replace("not_null", "nonsense"))
        self.assertIn("::error file=pipeline/rules.yaml", self.step("lint", 1, "configuration", **where).stdout)
        self.script("pipeline/rules.yaml", good)
        self.script("pipeline/tables.map", "public.a=A\n")
        self.step("review", 0, "configuration", PR_NUMBER="7", **where)
        self.assertIn("| add | `rules.yaml` |", self.github.comments[7][0]["body"])
        self.step("apply", 0, "configuration", **where)
        self.assertEqual((target / "rules.yaml").read_text(), good)
        (target / "of-somebody-else").write_text("x")
        self.script("pipeline/tables.map", "public.a=B\n")
        self.assertIn("another plan", self.step("apply", 1, "configuration", **where).stderr)
        (self.folder / "pipeline/rules.yaml").unlink()
        self.step("plan", 0, "configuration", **where)
        shown = self.step("apply", 0, "configuration", **where).stdout
        self.assertEqual(shown, "remove rules.yaml\nchange tables.map\n")
        self.assertEqual(
            sorted(file.name for file in target.iterdir()), [".cdckit-deployed.json", "of-somebody-else", "tables.map"]
        )
        settings = {"connector.class": "io.debezium.X", "database.password": "hunter2"}
        self.script("pipeline/a.connector.json", json.dumps(settings))
        self.assertIn("holds a secret", self.step("lint", 1, "configuration", **where).stdout)


class Workflow(Steps):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(SnowLab("workflow"))
        cls.given = cls.lab.environment

    def setUp(self):
        super().setUp()
        self.lab.fresh()
        for statement in ("DROP DATABASE CDC", "CREATE DATABASE X", "CREATE SCHEMA X.Y"):
            self.lab.sql(statement)

    def history(self) -> list[str]:
        return [row[0] for row in self.lab.sql(f"SELECT SCRIPT FROM {HISTORY} ORDER BY INSTALLED_ON")]

    def log_in(self) -> None:
        text = pathlib.Path(self.lab.environment["SNOWFLAKE_HOME"], "connections.toml").read_text(encoding="utf-8")
        shown = self.step("login", CONNECTIONS_TOML=text)
        self.assertNotIn("private_key", shown.stdout + shown.stderr)

    def test_pull_request_merge_and_night(self):
        self.script("migrations/V1__t.sql", TABLE)
        self.script("migrations/V2__u.sql", "begin;\n")
        shown = self.step("lint", 1).stdout
        self.assertIn("::error file=migrations/V2__u.sql,line=1,title=snow-ddl lint::BEGIN without COMMIT", shown)
        self.script("migrations/V2__u.sql", "drop table if exists Y.OLD;\n")
        self.log_in()
        kept = self.folder / "temp/cdckit-snowflake/connections.toml"
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)
        self.github.failures = 1
        shown = self.step("review", PR_NUMBER="7", PREVIEW="true").stdout
        self.assertIn("::notice file=migrations/V1__t.sql,line=1,title=will run::", shown)
        (comment,) = self.github.comments[7]
        first = comment["body"]
        digest = (self.folder / "snow-plan/digest").read_text().strip()
        for text in ("create table Y.T (A int)", "every statement went through", digest):
            self.assertIn(text, first)
        self.script("migrations/V2__u.sql", "create table Y.U (A int);\n")
        # a hundred other comments push ours onto the second page
        self.github.comments[7][:0] = [{"id": number, "body": "so?"} for number in range(100)]
        # and somebody quotes it
        self.github.comments[7][:0] = [{"id": 900, "body": f"> {first}\nreally?"}]
        self.step("review", PR_NUMBER="7")
        self.assertEqual(len(self.github.comments[7]), 102)
        self.assertIn("really?", self.github.comments[7][0]["body"])
        self.assertNotEqual(comment["body"], first)
        self.assertIn("Y.U", comment["body"])

        self.step("plan")
        self.assertIn("work=true", self.files["GITHUB_OUTPUT"].read_text())
        self.step("apply")
        self.assertEqual(self.history(), ["V1__t.sql", "V2__u.sql"])

        self.step("drift")
        self.assertEqual(self.github.issues, [])
        self.lab.sql("ALTER TABLE X.Y.T ADD COLUMN B INT")
        for _ in range(2):
            self.step("drift")
        (issue,) = self.github.issues
        self.assertIn('"X"."Y"."T"', issue["body"])
        self.lab.sql("ALTER TABLE X.Y.T DROP COLUMN B")
        self.step("drift")
        self.assertEqual(issue["state"], "closed")
        self.step("logout")
        self.assertFalse(kept.exists())

    def test_a_plan_that_is_longer_than_a_comment(self):
        self.log_in()
        for number in range(400):
            self.script(f"migrations/V{number}__t.sql", f"create table Y.T{number} (A int comment '{'x' * 2600}')")
        self.script("migrations/V400__drop.sql", "drop view if exists Y.V")
        self.step("review", PR_NUMBER="7")
        self.assertGreater((self.folder / "snow-plan/plan.md").stat().st_size, 1_000_000)
        (comment,) = self.github.comments[7]
        body = comment["body"]
        self.assertLessEqual(len(body), 65536)
        digest = (self.folder / "snow-plan/digest").read_text().strip()
        for text in (digest, "401 to run", "- `V400__drop.sql` line 1: **drops VIEW Y.V**", "*Cut here;"):
            self.assertIn(text, body)
        self.assertEqual(body.count("\n````") % 2, 0)
        self.assertLessEqual(self.files["GITHUB_STEP_SUMMARY"].stat().st_size, 1 << 20)

    def test_merges_that_queue_are_all_applied(self):
        self.log_in()
        self.script("migrations/V1__a.sql", TABLE)
        self.step("plan", PLAN_DIR="first")
        self.script("migrations/V2__b.sql", "create table Y.U (A int)")
        self.step("plan", PLAN_DIR="second")
        (self.folder / "migrations/V2__b.sql").rename(self.folder / "later")
        self.step("apply", PLAN_DIR="first")
        (self.folder / "later").rename(self.folder / "migrations/V2__b.sql")
        self.assertIn("what is left of it is applied", self.step("apply", PLAN_DIR="second").stdout)
        self.assertEqual(len(self.history()), 2)
        # not the plan that was seen, and nobody else's run is going to do it
        self.script("migrations/V3__c.sql", "create table Y.V (A int)")
        self.assertIn("another plan", self.step("apply", 1, PLAN_DIR="second").stderr)
        # a later merge's run does it
        self.github.head = "b" * 40
        self.assertIn("the run of that commit", self.step("apply", PLAN_DIR="second").stdout)
        self.assertEqual(len(self.history()), 2)

    def test_a_held_lock_is_waited_for(self):
        self.log_in()
        self.script("migrations/V1__a.sql", TABLE)
        self.step("plan")
        self.step("apply")
        self.script("migrations/V2__b.sql", "create table Y.U (A int)")
        self.step("plan")
        columns = [row[0] for row in self.lab.sql(f"DESCRIBE TABLE {HISTORY}_LOCK")]
        self.assertIn("EXPIRES_AT", columns)
        self.lab.sql(
            f"UPDATE {HISTORY}_LOCK SET OWNER = 'someone', RUN = 'another', "
            "EXPIRES_AT = DATEADD(second, 2, CURRENT_TIMESTAMP())"
        )
        self.assertIn("not now (75)", self.step("apply", LOCK_WAIT="30").stdout)
        self.assertEqual(len(self.history()), 2)


class WorkflowFile(unittest.TestCase):
    def test_it_holds_the_lines_that_install_a_release(self):
        program = (TOP / "scripts/ci/install-release").read_text(encoding="utf-8").split("set -euo pipefail\n", 1)[1]
        indented = "".join(f"          {line}" for line in program.splitlines(True))
        text = (TOP / ".github/workflows/snowflake.yml").read_text(encoding="utf-8")
        self.assertEqual(text.count(indented), text.count("- name: Install cdckit"))


if __name__ == "__main__":
    os.umask(0o077)
    unittest.main()
