#!/usr/bin/env python3
"""snow-ddl that is killed, loses answers, meets another run or has no rights: nothing runs twice, nothing is forgotten.

CDC_KILL_SEEDS=N (default 3): so many pairs of kills, each at a chosen request, before or behind it.
"""

import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from killing_proxy import KillingProxy
from snow_ddl_case import HISTORY
from snow_ddl_case import SnowDdlCase as Case

SCRIPTS = {
    "V1__place.sql": "create database X; create schema X.Y; create table X.Y.T (A int, B text)",
    "V2__rows.sql": "use schema X.Y; insert into T values (1, 'a'); create table U (A int); insert into U select A from T; "
    "alter table U add column B int; insert into T values (2, 'b')",
    "V3__session.sql": "use schema X.Y; set w = 'c'; insert into T values (3, $w); begin; insert into T values (4, 'd'); "
    "insert into U values (2, 2); commit; create temporary table K as select A from T where A < 3; "
    "insert into T select A + 4, 'k' from K",
    "R__view.sql": "create or replace view X.Y.V as select A from X.Y.T; insert into X.Y.T values (7, 'r')",
}
WANTED = {"X.Y.T": 7, "X.Y.U": 2, "X.Y.V": 7}


class Kills(Case):
    def setUp(self):
        super().setUp()
        for name, text in SCRIPTS.items():
            self.script(name, text)
        self.proxy = KillingProxy(int(self.lab.url.rsplit(":", 1)[1].rstrip("/")))
        self.addCleanup(self.proxy.close)

    def home(self) -> str:
        """connections.toml by way of the proxy."""
        source = pathlib.Path(self.lab.environment["SNOWFLAKE_HOME"]) / "connections.toml"
        lines = [line for line in source.read_text().splitlines() if not line.startswith("port")]
        folder = self.folder.parent / (self.folder.name + "-home")
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "connections.toml").write_text("\n".join([*lines, f"port = {self.proxy.port}"]) + "\n")
        (folder / "connections.toml").chmod(0o600)
        return str(folder)

    def run_through_proxy(self, at: int, behind: bool) -> int:
        """Kills the tool at its request number `at`; its exit code."""
        words = ["snow-ddl", "apply", "-c", "lab", "--allow-destructive", str(self.folder)]
        with subprocess.Popen(
            words,
            env={**self.lab.environment, "SNOWFLAKE_HOME": self.home()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as tool:
            self.proxy.arm(at, behind, tool)
            self.error = tool.communicate(timeout=120)[1]
            return tool.returncode

    def check(self, told: str) -> None:
        for table, rows in WANTED.items():
            self.assertEqual(self.count(table), rows, f"{told}: {table}")
        self.assertEqual([row[0] for row in self.history()], list(SCRIPTS), told)
        self.assertEqual(self.count(f"{HISTORY}_PROGRESS"), 0, told)

    def test_killed_at_any_request_it_goes_on_behind_the_last_good_statement(self):
        self.assertEqual(self.run_through_proxy(0, False), 0, self.error)
        self.check("undisturbed")
        requests = self.proxy.count
        self.assertGreater(requests, 25)
        seeds = int(os.environ.get("CDC_KILL_SEEDS", "3"))
        first = int(os.environ.get("CDC_KILL_SEED", "0"))
        for seed in range(first, first + seeds):
            pick = random.Random(seed)
            self.lab.fresh()
            self.lab.sql("DROP DATABASE CDC")
            told = f"seed {seed}"
            for _ in range(2):  # the recovery may die, too
                at, behind = pick.randrange(1, requests + 1), pick.random() < 0.5
                told += f", {'behind' if behind else 'before'} request {at}"
                code = self.run_through_proxy(at, behind)
                self.assertIn(code, (0, -signal.SIGKILL), told + self.error)
                self.expire_lock()
            self.assertEqual(self.run_through_proxy(0, False), 0, told + self.error)
            self.check(told)


class Trouble(Case):
    def test_two_at_once(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; create table X.Y.T (A int)")
        self.apply()
        owner = "'ANN', 'box', '17', 'another', DATEADD(second, 60, CURRENT_TIMESTAMP())"
        self.lab.sql(f"DELETE FROM {HISTORY}_LOCK")
        self.lab.sql(f"INSERT INTO {HISTORY}_LOCK SELECT 1, {owner}")
        self.script("V2__b.sql", "insert into X.Y.T values (1)")
        self.assertEqual(self.apply(75), [])
        for word in ("ANN", "host box", "pid 17", "until 20"):
            self.assertIn(word, self.error)
        self.expect(0, "plan", str(self.folder))
        self.assertEqual(self.count("X.Y.T"), 0)
        self.expire_lock()
        self.apply()
        self.assertEqual(self.lab.sql(f"SELECT RUN FROM {HISTORY}_LOCK"), [[None]])

    def test_concurrent_applies_run_everything_once(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; create table X.Y.T (A int)")
        self.script("V2__b.sql", ";\n".join(f"insert into X.Y.T values ({n})" for n in range(5)))
        words = ["snow-ddl", "apply", "-c", "lab", str(self.folder)]
        tools = [
            subprocess.Popen(
                words, env=self.lab.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            )
            for _ in range(3)
        ]
        codes = [tool.communicate(timeout=120) and tool.returncode for tool in tools]
        self.assertIn(0, codes)
        self.assertLessEqual(set(codes), {0, 75})
        self.assertEqual(self.count("X.Y.T"), 5)

    def test_a_run_that_slept_while_another_took_over_asks_for_nothing_more(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; create table X.Y.T (A int)")
        self.apply()
        self.script("V2__b.sql", ";\n".join(f"insert into X.Y.T values ({n})" for n in range(4)))
        self.lab.settings(slow_text="values (1)", slow_seconds=2.0)
        words = ["snow-ddl", "apply", "-c", "lab", str(self.folder)]
        with subprocess.Popen(
            words, env=self.lab.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as tool:
            self.assertIn('"statement":1', tool.stdout.readline())
            time.sleep(0.5)
            tool.send_signal(signal.SIGSTOP)
            self.expire_lock()
            self.apply()
            tool.send_signal(signal.SIGCONT)
            error = tool.communicate(timeout=60)[1]
        self.assertEqual(tool.returncode, 75, error)
        self.assertIn("another run has taken the lock over", error)
        self.assertEqual(self.lab.sql("SELECT A FROM X.Y.T ORDER BY A"), [[str(n)] for n in range(4)])
        self.assertEqual([row[0] for row in self.history()], ["V1__a.sql", "V2__b.sql"])

    def test_interrupted_while_the_server_works_it_gives_the_lock_back_and_goes_on(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; create table X.Y.T (A int)")
        self.apply()
        self.script("V2__b.sql", "insert into X.Y.T values (0); insert into X.Y.T values (1)")
        self.lab.settings(async_after=0.1, slow_text="values (1)", slow_seconds=2.0)
        words = ["snow-ddl", "apply", "-c", "lab", str(self.folder)]
        with subprocess.Popen(
            words, env=self.lab.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as tool:
            self.assertIn('"statement":1', tool.stdout.readline())
            time.sleep(0.5)
            tool.send_signal(signal.SIGINT)
            error = tool.communicate(timeout=60)[1]
        self.assertEqual(tool.returncode, 75, error)
        self.assertEqual([line["statement"] for line in self.apply()], [2])
        self.assertEqual(self.count("X.Y.T"), 2)

    def test_a_long_statement_is_waited_for_whatever_the_polls_meet(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; create table X.Y.T (A int)")
        self.apply()
        self.script("V2__b.sql", "insert into X.Y.T values (1); insert into X.Y.T values (2)")
        self.lab.settings(async_after=0.1, slow_text="values (1)", slow_seconds=1.5, retry_after=0)
        self.lab.settings(fail_count=2, fail_status=429, fail_path="/api/v2/statements/")
        self.assertEqual([line["rows"] for line in self.apply()], [1, 1])
        self.assertEqual(self.count("X.Y.T"), 2)

    def test_what_was_computed_is_not_computed_again_behind_rows_that_stay(self):
        self.script(
            "V1__a.sql",
            "create database X; create schema X.Y; create table X.Y.T (A int); insert into X.Y.T values (1)",
        )
        self.apply()
        text = (
            "use schema X.Y; set top = (select max(A) from T); create temporary table K as select A from T; "
            "insert into T select A + $top from K; insert into {} select A + $top from K; delete from T where A = $top"
        )
        self.script("V2__b.sql", text.format("NOWHERE"))
        self.assertEqual(self.apply(1)[-1]["statement"], 5)
        self.script("V2__b.sql", text.format("T"))
        self.apply()
        self.assertEqual(self.lab.sql("SELECT A FROM X.Y.T ORDER BY A"), [["2"], ["2"]])

    def test_ddl_ends_a_transaction_and_nothing_before_it_runs_again(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; create table X.Y.T (A int)")
        self.apply()
        text = "begin; insert into X.Y.T values (1); create table {} (A int); insert into X.Y.T values (2); commit"
        self.script("V2__b.sql", text.format("X.NOWHERE.U"))
        self.assertEqual(self.apply(1)[-1]["statement"], 3)
        self.script("V2__b.sql", text.format("X.Y.U"))
        self.assertEqual([line["statement"] for line in self.apply()], [3, 4, 5])
        self.assertEqual(self.count("X.Y.T"), 2)

    def test_lost_answers(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; create table X.Y.T (A int)")
        self.script("V2__b.sql", "insert into X.Y.T values (1); insert into X.Y.T values (2)")
        self.lab.settings(drop_answers=9, drop_path="/api/v2/statements")
        self.apply()
        self.assertEqual(self.count("X.Y.T"), 2)
        self.assertEqual(len(self.history()), 2)

    def test_without_rights_on_the_history_nothing_runs(self):
        self.script("V1__a.sql", "create database if not exists X; create schema X.Y")
        self.apply()
        self.script("V2__b.sql", "create schema X.Z")
        role = "READER"
        for sql in (
            f"CREATE ROLE {role}",
            f"GRANT ROLE {role} TO USER {self.lab.environment['CDC_SNOW_USER']}",
            f"GRANT USAGE ON DATABASE METADATA TO ROLE {role}",
            f"GRANT USAGE ON SCHEMA METADATA.SCHEMACHANGE TO ROLE {role}",
            f"GRANT ALL ON DATABASE X TO ROLE {role}",
        ):
            self.lab.sql(sql)
        for grant in (None, f"GRANT SELECT ON TABLE {HISTORY} TO ROLE {role}"):
            if grant:
                self.lab.sql(grant)
            self.expect(77, "apply", str(self.folder), SNOWFLAKE_CONNECTIONS_LAB_ROLE=role)
            self.assertIn("GRANT SELECT", self.error)
        self.assertEqual([row[1] for row in self.lab.sql("SHOW SCHEMAS IN DATABASE X") if "Z" in row], [])
        self.assertEqual(len(self.history()), 1)
        # the last statement of a script needs it: found out before the first
        for table in ("", "_LOCK", "_PROGRESS"):
            self.lab.sql(f"GRANT SELECT, INSERT, UPDATE ON TABLE {HISTORY}{table} TO ROLE {role}")
        self.expect(77, "apply", str(self.folder), SNOWFLAKE_CONNECTIONS_LAB_ROLE=role)
        self.assertIn("CHANGE_HISTORY_PROGRESS", self.error)
        self.assertEqual([row[1] for row in self.lab.sql("SHOW SCHEMAS IN DATABASE X") if "Z" in row], [])


if __name__ == "__main__":
    os.umask(0o077)
    unittest.main()
