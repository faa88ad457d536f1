#!/usr/bin/env python3
"""snow-ddl against the Snowflake stand-in: plans and their digests, what is destructive, states, queries."""

import json
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from snow_ddl_case import HISTORY
from snow_ddl_case import SnowDdlCase as Case
from workload import ISSUER, RUNNER_TOKEN, SUBJECT, Provider, Runner


class Plans(Case):
    def digest(self, *words: str) -> str:
        done = self.tool("plan", str(self.folder), "--digest", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()[-1]

    def test_formats_of_a_plan(self):
        self.script("V1__a.sql", "create database X;\ncreate schema X.Y;\ncreate table X.Y.T (A int, B text, C int)")
        self.apply()
        self.script("V2__b.sql", "create or replace table X.Y.T as select A, B from X.Y.T; drop view if exists X.Y.V")
        self.script("R__c.sql", "create or replace view X.Y.V as select '${api_token}' as A")
        words = (str(self.folder), "--var", "api_token=hunter2")
        skipped, planned, view = self.expect(0, "plan", *words)
        self.assertEqual((skipped["script"], skipped["action"]), ("V1__a.sql", "skip"))
        self.assertEqual((planned["action"], planned["reason"]), ("run", "new"))
        first, second = planned["statements"]
        self.assertEqual((first["n"], first["line"], first["destructive"]), (1, 1, True))
        self.assertIn("without column C", first["loses"])
        self.assertEqual(second["loses"], "drops VIEW X.Y.V")
        self.assertEqual(view["statements"][0]["sql"], "create or replace view X.Y.V as select '***' as A")
        for form, sign in (("text", "! drops VIEW"), ("md", "#### Destructive"), ("github", "::warning file=")):
            shown = self.tool("plan", *words, "--format", form)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn(sign, shown.stdout)
            self.assertNotIn("hunter2", shown.stdout)
        self.assertEqual(self.apply(1, "--var", "api_token=hunter2"), [])
        self.assertIn("--allow-destructive", self.error)
        self.apply(0, "--var", "api_token=hunter2", "--allow-destructive")
        for table in (HISTORY, f"{HISTORY}_PROGRESS", f"{HISTORY}_LOCK"):
            self.assertNotIn("hunter2", json.dumps(self.expect(0, "query", f"select * from {table}")))

    def test_the_server_is_asked_without_running_anything(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; create table X.Y.T (A int)")
        self.apply()
        self.script(
            "V2__b.sql",
            "use schema X.Y; insert into T values (1); select B from T; create view V as select A from T;"
            "select * from V; alter table NOWHERE add column C int; create table U (A int)",
        )
        folder = str(self.folder)
        [_, planned] = self.expect(1, "plan", folder, "--server-check")
        checks = [statement["check"] for statement in planned["statements"]]
        self.assertEqual(checks, ["none", "ok", "refused", "ok", "none", "refused", "none"])
        self.assertIn("NOWHERE", planned["statements"][5]["problem"])
        self.assertEqual(self.count("X.Y.T"), 0)
        self.script("V2__b.sql", "insert into X.Y.T values (1)")
        done = self.tool("plan", folder, "--server-check", "--digest", "--format", "text")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[-1], self.digest())

    def test_a_wider_type_is_not_destructive(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; create table X.Y.T (A varchar(10), B int)")
        self.apply()
        self.script("V2__b.sql", "alter table X.Y.T alter column A set data type varchar(20)")
        self.apply()
        self.script(
            "V3__c.sql", "begin execute immediate 'alter table X.Y.T alter column A set data type varchar(20)'; end"
        )
        self.apply()
        self.script("V4__d.sql", "execute immediate 'alter table X.Y.T alter column A type varchar(5)'")
        self.assertEqual(self.apply(1), [])
        self.assertIn("narrows column A of TABLE X.Y.T from VARCHAR(20) to VARCHAR(5)", self.error)

    def test_a_plan_without_a_server_is_not_applied(self):
        self.script("V1__a.sql", "create table T (A int); drop view V; create or replace table U (A int)")
        nobody = {"SNOWFLAKE_HOME": str(self.folder / "nowhere")}
        [planned] = self.expect(0, "plan", str(self.folder), "--offline", **nobody)
        self.assertEqual((planned["action"], planned["reason"]), ("run", "not known whether it is applied"))
        self.assertRegex(planned["checksum"], "^sha256:")
        self.assertEqual([line["destructive"] for line in planned["statements"]], [False, True, True])
        shown = self.tool("plan", str(self.folder), "--offline", "--digest", **nobody)
        self.assertRegex(shown.stdout, "^offline:[0-9a-f]{64}\n$")
        self.expect(2, "apply", str(self.folder), "--plan-digest", shown.stdout.strip())
        self.assertIn("offline plan", self.error)
        self.expect(2, "plan", str(self.folder), "--offline", "--server-check")
        self.expect(1, "plan", str(self.folder), "--offline", "--detailed-exitcode")

    def test_only_the_plan_that_was_seen_is_applied(self):
        self.script("V1__a.sql", "select 1")
        seen = self.digest()
        self.assertRegex(seen, "^[0-9a-f]{64}$")
        self.script("V2__b.sql", "select 2")
        self.assertEqual(self.apply(1, "--plan-digest", seen), [])
        self.assertIn("another plan than the one that was seen", self.error)
        self.assertEqual(len(self.apply(0, "--plan-digest", self.digest())), 2)
        self.script("V3__c.sql", "select 3")
        seen = self.digest("--var", "a=1")
        self.assertEqual(seen, self.digest("--var", "a=2"))
        self.assertEqual(self.apply(1, "--plan-digest", seen), [])
        self.lab.sql(f"DELETE FROM {HISTORY} WHERE VERSION = '2'")
        self.assertEqual(self.apply(1, "--plan-digest", seen, "--var", "a=1"), [])

    def test_repeatable_scripts_keep_going_and_follow(self):
        self.script("R__a.sql", "select * from NOWHERE.S.T")
        self.script("R__b.sql", "-- snow-ddl: after R__a\nselect 2")
        self.script("R__c.sql", "select 3")
        self.assertEqual(len(self.apply(1)), 1)
        statuses = [(line["script"], line["status"]) for line in self.apply(1, "--keep-going")]
        self.assertEqual(statuses, [("R__a.sql", "failed"), ("R__c.sql", "ok")])
        self.script("R__a.sql", "select 1")
        self.assertEqual([line["script"] for line in self.apply()], ["R__a.sql", "R__b.sql"])
        self.script("R__a.sql", "select 10")
        self.assertEqual([line["script"] for line in self.apply()], ["R__a.sql", "R__b.sql"])

    def test_streams_have_versions_of_their_own(self):
        self.script("one/.stream", "")
        self.script("one/V1__a.sql", "select 1")
        self.script("two/.stream", "")
        self.script("two/V5__a.sql", "select 1")
        self.assertEqual(len(self.apply()), 2)
        self.script("one/V2__b.sql", "select 2")
        self.assertEqual([line["script"] for line in self.apply()], ["one/V2__b.sql"])


class States(Case):
    def test_status_and_verify(self):
        folder = str(self.folder)
        self.script("V1__a.sql", "select 1")
        self.script("V2__b.sql", "select 2")
        self.apply()
        self.assertEqual(self.expect(0, "verify", folder), [])
        self.script("V1__a.sql", "select 10")
        (self.folder / "V2__b.sql").unlink()
        problems = {line["script"]: line["problem"] for line in self.expect(1, "verify", folder)}
        self.assertEqual(
            problems, {"V1__a.sql": "changed after it was applied", "V2__b.sql": "applied, but the file is gone"}
        )
        self.expect(0, "repair", folder)
        self.assertEqual([line["script"] for line in self.expect(1, "verify", folder)], ["V2__b.sql"])

    def test_repair_takes_statements_as_they_are(self):
        self.script("V1__a.sql", "create database X; create schema NOWHERE.S")
        self.apply(1)
        self.assertEqual(self.expect(1, "verify", str(self.folder))[0]["problem"], "begun, and not through")
        self.script("V1__a.sql", "create database if not exists X; create schema X.S")
        self.apply(1)
        self.expect(0, "repair", str(self.folder))
        self.assertEqual(self.history(), [])
        self.assertEqual([line["statement"] for line in self.apply()], [2])

    def test_baseline_runs_nothing_and_says_so(self):
        for version in range(1, 10):
            self.script(f"V{version}__a.sql", f"select * from NOWHERE.S.T{version}")
        self.script("R__r.sql", "select 1")
        folder = str(self.folder)
        self.assertEqual(len(self.expect(0, "baseline", folder, "--target", "7")), 7)
        self.assertEqual(self.expect(0, "baseline", folder, "--target", "7"), [])
        told = {row[0] for row in self.lab.sql(f"SELECT DESCRIPTION FROM {HISTORY}")}
        self.assertEqual(told, {"A (baseline: not run)"})
        actions = {line["script"]: line["action"] for line in self.expect(0, "plan", folder)}
        self.assertEqual(
            [name for name, action in actions.items() if action == "run"], ["V8__a.sql", "V9__a.sql", "R__r.sql"]
        )
        self.assertEqual(len(self.expect(0, "baseline", folder, "--repeatable")), 3)
        self.assertEqual(self.apply(), [])

    def test_drift_is_what_somebody_else_did(self):
        self.script(
            "V1__a.sql",
            "create database X; create schema X.Y;\ncreate sequence X.Y.Q;\n"
            "create table X.Y.T (A int default X.Y.Q.nextval, B timestamp_ntz default current_timestamp(), C text default 'x'::varchar);\n"
            "create view X.Y.V as /* note */ select A from X.Y.T",
        )
        self.apply()
        folder = str(self.folder)
        self.assertEqual(self.expect(0, "drift", folder), [])
        self.lab.sql("ALTER TABLE X.Y.T ADD COLUMN D INT")
        self.lab.sql("DROP VIEW X.Y.V")
        found = {line["object"]: line["change"] for line in self.expect(1, "drift", folder)}
        self.assertEqual(found, {'"X"."Y"."T"': "changed", '"X"."Y"."V"': "missing"})

    def test_what_is_pulled_and_baselined_does_not_drift(self):
        home = {"SNOWFLAKE_CONNECTIONS_LAB_DATABASE": "X"}
        for sql in (
            "CREATE DATABASE X",
            "CREATE SCHEMA X.Y",
            "CREATE SEQUENCE X.Y.Q",
            "CREATE TABLE X.Y.T (A INT DEFAULT X.Y.Q.NEXTVAL, B VARCHAR(10) NOT NULL)",
            "CREATE VIEW X.Y.A AS SELECT A FROM X.Y.T",
            "CREATE PROCEDURE X.Y.P(N NUMBER) RETURNS NUMBER LANGUAGE SQL AS $$ begin return N; end $$",
        ):
            self.lab.sql(sql)
        folder = str(self.folder / "pulled")
        self.assertEqual(sum(line["objects"] for line in self.expect(0, "pull", folder, **home)), 4)
        self.expect(73, "pull", folder, **home)
        self.expect(0, "baseline", folder, **home)
        self.assertEqual(self.expect(0, "drift", folder, **home), [])
        self.assertEqual(self.expect(0, "apply", folder, **home), [])
        self.lab.sql("ALTER TABLE X.Y.T ADD COLUMN C INT")
        self.assertEqual([line["kind"] for line in self.expect(1, "drift", folder, **home)], ["TABLE"])

    def test_a_preview_leaves_nothing_behind(self):
        home = {"SNOWFLAKE_CONNECTIONS_LAB_DATABASE": "X"}
        self.lab.sql("CREATE DATABASE X")
        self.lab.sql("CREATE SCHEMA X.Y")
        self.script("V1__a.sql", "create table Y.T (A int); insert into Y.T values (1)")
        self.script("V2__b.sql", "create view Y.V as select B from Y.NOWHERE")
        shown = self.expect(1, "preview", str(self.folder), **home)
        self.assertEqual([line["status"] for line in shown], ["ok", "ok", "failed"])
        self.script("V2__b.sql", "create view Y.V as select A from Y.T")
        self.expect(0, "preview", str(self.folder), **home)
        databases = [line["name"] for line in self.expect(0, "query", "show databases")]
        self.assertEqual([name for name in databases if name.startswith("X")], ["X"])
        self.assertEqual(self.expect(0, "query", "show tables in schema X.Y"), [])
        self.assertNotIn("METADATA", databases)
        self.script(
            "V3__c.sql",
            "create role PREVIEWED; create table Y.W (A int); grant select on table Y.W to role PREVIEWED; "
            "alter warehouse COMPUTE_WH set comment = 'previewed'",
        )
        shown = [line["status"] for line in self.expect(0, "preview", str(self.folder), **home)]
        self.assertEqual(shown[-4:], ["left out", "ok", "left out", "left out"])
        self.assertNotIn("PREVIEWED", [line["name"] for line in self.expect(0, "query", "show roles")])
        self.lab.sql("CREATE DATABASE OTHER")
        self.script("V3__c.sql", "create table OTHER.PUBLIC.U (A int)")
        self.assertEqual(self.expect(1, "preview", str(self.folder), **home), [])
        self.assertIn("changes the database OTHER", self.error)
        self.assertEqual(self.expect(0, "query", "show tables in database OTHER"), [])
        self.script("V3__c.sql", "create table X.Y.U (A int)")
        self.assertEqual(self.expect(1, "preview", str(self.folder), **home), [])
        self.assertIn("names the database X itself", self.error)

    def test_undo_takes_versions_back(self):
        self.script("V1__a.sql", "create database X; create schema X.Y")
        self.script("V2__b.sql", "create table X.Y.T (A int)")
        self.script("V3__c.sql", "create table X.Y.U (A int)")
        self.script("U2__b.sql", "drop table X.Y.T")
        self.script("U3__c.sql", "drop table X.Y.U")
        self.apply()
        folder = str(self.folder)
        self.assertEqual([line["script"] for line in self.expect(0, "undo", folder)], ["U3__c.sql"])
        self.assertEqual([line["script"] for line in self.expect(0, "undo", folder, "--target", "1")], ["U2__b.sql"])
        self.assertEqual([row[2] for row in self.history()], ["1"])
        self.assertEqual([line["script"] for line in self.apply()], ["V2__b.sql", "V3__c.sql"])
        self.expect(69, "undo", folder, "--target", "0")


class Query(Case):
    @classmethod
    def options(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.provider = Provider(pathlib.Path(folder))
        return ["--jwks", str(cls.provider.jwks)]

    def test_values_are_json(self):
        rows = self.expect(
            0,
            "query",
            """
            select 12345678901234567890123456789 as big, 1.50::number(10,2) as exact, 'x' as t,
            null as nothing, true as yes, parse_json('{"a":[1,{"b":null}]}') as v,
            '2024-01-02'::date as d, '2024-01-02 03:04:05.12'::timestamp_ntz as ts""",
        )
        self.assertEqual(
            rows,
            [
                {
                    "BIG": 12345678901234567890123456789,
                    "EXACT": 1.5,
                    "T": "x",
                    "NOTHING": None,
                    "YES": True,
                    "V": {"a": [1, {"b": None}]},
                    "D": "2024-01-02",
                    "TS": "2024-01-02T03:04:05.12",
                }
            ],
        )

    def test_several_statements_keep_their_context(self):
        rows = self.expect(
            0,
            "query",
            "create database A; use database A; create schema S;"
            "use schema S; create table T (N int);"
            "insert into T values (1); select N from A.S.T",
        )
        self.assertEqual(rows[-1], {"N": 1})

    def test_many_rows_come_in_partitions(self):
        self.lab.settings(partition_rows=1000)
        done = self.tool("query", "select seq4() as n from table(generator(rowcount => 25000))")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(set(done.stdout.splitlines())), 25000)

    def test_a_refused_statement_is_69(self):
        statements = "create database A; select * from A.PUBLIC.NOWHERE"
        self.assertEqual(len(self.expect(69, "query", statements)), 1)
        self.assertIn("NOWHERE", self.error)
        self.expect(2, "query", " -- nothing\n")

    def test_a_session_of_several_statements(self):
        rows = self.expect(
            0, "query", "set a = 5; select $a + 1 as N; alter session set timezone = 'UTC'; select $a as M"
        )
        self.assertEqual([row for row in rows if "status" not in row], [{"N": 6}, {"M": 5}])

    def test_values_are_bound(self):
        rows = self.expect(
            0,
            "query",
            "select ? as T, ? + 1 as N, ? as NOTHING, ? as YES",
            *("--bind", "it's; ?", "--bind", "FIXED:41", "--bind", "NULL:", "--bind", "BOOLEAN:true"),
        )
        self.assertEqual(rows, [{"T": "it's; ?", "N": 42, "NOTHING": None, "YES": True}])
        self.expect(69, "query", "select ?, ?", "--bind", "1")
        self.expect(69, "query", "select ?", "--bind", "FIXED:x")
        self.expect(2, "query", "select ?; select 1", "--bind", "1")

    def test_a_statement_is_left_to_the_server(self):
        self.lab.settings(partition_rows=1000)
        statement = "select seq4() as n from table(generator(rowcount => ?))"
        [line] = self.expect(0, "query", "--async", statement, "--bind", "FIXED:2500")
        done = self.tool("query", "--result", line["handle"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 2500)
        [line] = self.expect(0, "query", "--async", "select * from NOWHERE.S.T")
        self.expect(69, "query", "--result", line["handle"])
        self.assertIn("NOWHERE", self.error)
        self.expect(2, "query", "--result", line["handle"], "select 1")

    def test_a_workload_signs_in_without_a_secret(self):
        user = self.lab.environment["CDC_SNOW_USER"]
        workload = {"SNOWFLAKE_CONNECTIONS_LAB_AUTHENTICATOR": "WORKLOAD_IDENTITY"}
        question = "select current_user() as WHO"
        with Runner(self.provider) as runner:
            environment = {**workload, **runner.environment}
            self.expect(77, "query", question, **environment)
            self.assertIn("WORKLOAD_IDENTITY", self.error)
            self.lab.sql(
                f"ALTER USER {user} SET WORKLOAD_IDENTITY = (TYPE = OIDC ISSUER = '{ISSUER}' SUBJECT = '{SUBJECT}')"
            )
            asked = runner.asked
            runner.fail_with = [503]  # a runner that is busy is asked again
            self.assertEqual(self.expect(0, "query", f"{question}; {question}", **environment), [{"WHO": user}] * 2)
            self.assertEqual(runner.asked - asked, 2)
            environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "other"
            self.expect(77, "query", question, **environment)
            self.assertIn("id-token: write", self.error)
            self.assertNotIn(RUNNER_TOKEN, self.error)
        token = self.folder / "token"
        token.write_text(self.provider.token())
        environment = {**workload, "SNOWFLAKE_CONNECTIONS_LAB_TOKEN_FILE_PATH": str(token)}
        self.assertEqual(self.expect(0, "query", question, **environment), [{"WHO": user}])
        token.write_text(self.provider.token(sub="repo:o/r:pull_request"))
        self.expect(77, "query", question, **environment)
        self.expect(78, "query", question, **workload)


if __name__ == "__main__":
    os.umask(0o077)
    unittest.main()
