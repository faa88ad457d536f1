#!/usr/bin/env python3
"""The real snowflake.yml, run by act on this machine: pull request, merge, night and a fork, against the stand-ins for GitHub and Snowflake.

What a marketplace's action does is played by small stand-ins: an artefact is a folder that is copied.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from github_api import REPOSITORY, GithubApi
from own_lab import TOP
from snow_lab import SnowLab

CALLER = """name: warehouse
on: [pull_request, push, schedule]
permissions: {}
jobs:
  snowflake:
    uses: ./.github/workflows/snowflake.yml
    with: {directory: migrations, connection: lab, preview: true}
    secrets: {connections_toml: '${{ secrets.CONNECTIONS_TOML }}'}
"""
COPY = """name: copy
inputs: {name: {default: x}, path: {default: x}, if-no-files-found: {default: x}, overwrite: {default: x}, retention-days: {default: x}}
runs:
  using: composite
  steps:
    - shell: bash
      run: |
        STEPS
      env: {NAME: '${{ inputs.name }}', FOLDER: '${{ inputs.path }}'}
"""
UPLOAD = 'rm -rf "$ARTEFACTS/$NAME"; [ ! -e "$FOLDER" ] || cp -r "$FOLDER" "$ARTEFACTS/$NAME"'
DOWNLOAD = 'mkdir -p "$FOLDER"; cp -r "$ARTEFACTS/$NAME/." "$FOLDER/"'


def act_program() -> str:
    shell = f'. "{TOP}/scripts/versions"; printf %s "$act_program"'
    found = subprocess.run(["bash", "-euc", shell], capture_output=True, text=True, check=True).stdout
    if not os.access(found, os.X_OK):
        raise AssertionError("act is missing: run scripts/bootstrap --only act")
    return found


class Workflows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.act = act_program()
        cls.lab = cls.enterClassContext(SnowLab("workflows"))

    def setUp(self):
        self.github = self.enterContext(GithubApi())
        self.lab.fresh()
        self.lab.sql("DROP DATABASE CDC")
        self.lab.sql("CREATE DATABASE X")
        self.lab.sql("CREATE SCHEMA X.Y")
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.repository = self.folder / "repository"
        workflows = self.repository / ".github/workflows"
        workflows.mkdir(parents=True)
        shutil.copy(TOP / ".github/workflows/snowflake.yml", workflows)
        (workflows / "warehouse.yml").write_text(CALLER)
        shutil.copytree(
            TOP / "scripts/ci", self.repository / "scripts/ci", ignore=shutil.ignore_patterns("__pycache__")
        )
        self.script("V1__t.sql", "create table Y.T (A int)")
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", f"https://github.com/{REPOSITORY}")
        self.stubs = self.write_stubs()

    def git(self, *words: str) -> None:
        names = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        subprocess.run(["git", *names, *words], cwd=self.repository, check=True, capture_output=True)

    def script(self, name: str, text: str) -> None:
        (self.repository / "migrations").mkdir(exist_ok=True)
        (self.repository / "migrations" / name).write_text(text)

    def write_stubs(self) -> list[str]:
        words = []
        text = (TOP / ".github/workflows/snowflake.yml").read_text(encoding="utf-8")
        for used in sorted(set(re.findall(r"uses: (actions/(?:upload|download)-artifact@\w+)", text))):
            folder = self.folder / used.split("@")[0].rpartition("/")[2]
            folder.mkdir(exist_ok=True)
            (folder / "action.yml").write_text(COPY.replace("STEPS", UPLOAD if "upload" in used else DOWNLOAD))
            words += ["--local-repository", f"{used}={folder}"]
        return words

    def run_event(self, event: str, body: dict, code: int = 0) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", event)
        (self.folder / "event.json").write_text(json.dumps(body))
        (self.folder / "artefacts").mkdir(exist_ok=True)
        connections = pathlib.Path(self.lab.environment["SNOWFLAKE_HOME"], "connections.toml").read_text(
            encoding="utf-8"
        )
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "CONNECTIONS_TOML": connections.replace('database = "CDC"', 'database = "X"'),
        }
        words = [self.act, event, "-e", str(self.folder / "event.json"), "-W", ".github/workflows/warehouse.yml"]
        words += ["-P", "ubuntu-24.04=-self-hosted", "--no-cache-server", "-s", "CONNECTIONS_TOML", *self.stubs]
        words += ["--env", f"ARTEFACTS={self.folder / 'artefacts'}", "--env", f"GITHUB_API_URL={self.github.url}"]
        done = subprocess.run(
            words,
            cwd=self.repository,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        self.assertEqual(done.returncode, code, done.stdout)
        self.assertNotIn("BEGIN PRIVATE KEY", done.stdout)
        return done.stdout

    def pull_request(self, head: str = REPOSITORY) -> dict:
        return {
            "pull_request": {"number": 7, "head": {"ref": "x", "repo": {"full_name": head}}, "base": {"ref": "main"}}
        }

    def tables(self) -> list[str]:
        return [row[1] for row in self.lab.sql("SHOW TABLES IN SCHEMA X.Y")]

    def test_from_pull_request_to_drift(self):
        self.run_event("pull_request", self.pull_request())
        (comment,) = self.github.comments[7]
        self.assertIn("create table Y.T (A int)", comment["body"])
        self.assertIn("every statement went through", comment["body"])
        self.assertTrue((self.folder / "artefacts/snow-plan/digest").is_file())
        self.assertEqual(self.tables(), [])
        self.script("V2__u.sql", "create table Y.U (A int)")
        self.run_event("pull_request", self.pull_request())
        self.assertEqual(len(self.github.comments[7]), 1)
        self.run_event("push", {"ref": "refs/heads/main"})
        self.assertEqual(sorted(self.tables()), ["T", "U"])
        self.lab.sql("ALTER TABLE X.Y.T ADD COLUMN B INT")
        self.run_event("schedule", {})
        self.assertEqual(len(self.github.issues), 1)

    def test_a_fork_sees_no_server(self):
        self.run_event("pull_request", self.pull_request("stranger/warehouse"))
        self.assertEqual(self.github.requests, [])
        self.script("V2__u.sql", "begin;")
        self.run_event("pull_request", self.pull_request("stranger/warehouse"), 1)


if __name__ == "__main__":
    unittest.main()
