#!/usr/bin/env python3
"""snow-ddl against the Snowflake stand-in: migrations, their history, failures, adopted histories, trouble."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from snow_ddl_case import HISTORY
from snow_ddl_case import SnowDdlCase as Case

TOP = pathlib.Path(__file__).resolve().parents[3]
COLUMNS = (
    "VERSION",
    "DESCRIPTION",
    "SCRIPT",
    "SCRIPT_TYPE",
    "CHECKSUM",
    "EXECUTION_TIME",
    "STATUS",
    "INSTALLED_BY",
    "INSTALLED_ON",
)


class Migrations(Case):
    def fill(self) -> None:
        self.script("V1__place.sql", "create database CDC;\ncreate schema ${schema};")
        self.script(
            "V1.2__table.sql",
            "use schema CDC.RAW;\ncreate table T (A int);\ninsert into T values (1), (2);",
        )
        self.script("V1.10__more.sql", "insert into CDC.RAW.T values (3);")
        self.script("R__view.sql", "create or replace view CDC.RAW.V as select A from CDC.RAW.T")
        self.script("A__always.sql", "insert into CDC.RAW.T values (100)")

    def test_plan_apply_status_and_again(self):
        self.fill()
        variables = ("--var", "schema=CDC.RAW")
        folder = str(self.folder)
        planned = self.expect(0, "plan", folder, *variables)
        self.assertEqual({line["action"] for line in planned}, {"run"})
        names = [
            "V1__place.sql",
            "V1.2__table.sql",
            "V1.10__more.sql",
            "R__view.sql",
            "A__always.sql",
        ]
        self.assertEqual([line["script"] for line in planned], names)
        self.expect(1, "plan", folder, *variables, "--detailed-exitcode")

        results = self.apply(0, *variables)
        self.assertEqual(len(results), 8)
        self.assertTrue(all(line["tool"] == "snow-ddl" for line in results))
        self.assertTrue(all(line["status"] == "ok" for line in results))
        self.assertEqual([line["rows"] for line in results], [0, 0, 0, 0, 2, 1, 0, 1])
        # the tool itself keeps the context that USE sets
        self.assertEqual([line["query_id"] is None for line in results].index(True), 2)
        self.assertEqual([row[0] for row in self.history()], names)
        self.assertEqual(self.lab.sql("SELECT count(*) FROM CDC.RAW.V"), [["4"]])

        again = self.apply(0, *variables)
        self.assertEqual([line["script"] for line in again], ["A__always.sql"])
        (self.folder / "A__always.sql").unlink()
        self.assertEqual(self.apply(0, *variables), [])
        self.expect(0, "plan", folder, *variables, "--detailed-exitcode")
        states = self.expect(0, "status", folder, *variables)
        self.assertEqual({line["state"] for line in states}, {"applied"})

    def test_the_history_is_schemachanges(self):
        self.script("V1__a.sql", "select 1;\n")
        self.apply()
        shown = self.expect(0, "query", f"select * from {HISTORY}")
        self.assertEqual(tuple(shown[0]), COLUMNS)
        self.assertEqual(shown[0]["CHECKSUM"], "sha256:" + hashlib.sha256(b"select 1;\n").hexdigest())
        self.assertEqual(shown[0]["INSTALLED_BY"], self.lab.environment["CDC_SNOW_USER"])
        self.script("R__b.sql", "select 2")
        self.apply(0, "--change-history-table", "OTHER.PLACE.H")
        self.assertEqual(self.lab.sql("SELECT count(*) FROM OTHER.PLACE.H"), [["2"]])

    def test_a_repeatable_script_runs_again_when_it_changed(self):
        self.script("R__a.sql", "select 1")
        self.assertEqual(len(self.apply()), 1)
        self.assertEqual(len(self.apply()), 0)
        self.script("R__a.sql", "select 2")
        self.assertEqual(len(self.apply()), 1)
        self.script("R__a.sql", "select 1")
        self.assertEqual(len(self.apply()), 1)

    def test_a_changed_applied_script_stops_everything(self):
        self.script("V1__a.sql", "select 1")
        self.apply()
        self.script("V1__a.sql", "select 2")
        self.script("V2__b.sql", "select 3")
        for command, actions in (("plan", ["refuse", "run"]), ("apply", [])):
            shown = self.expect(1, command, str(self.folder))
            self.assertEqual([line["action"] for line in shown], actions)
            self.assertIn('V1__a.sql" was changed after it was applied', self.error)
        self.assertEqual(len(self.history()), 1)
        states = self.expect(0, "status", str(self.folder))
        self.assertEqual([line["state"] for line in states], ["changed", "pending"])

    def test_a_failing_script_is_told_with_its_place_and_runs_again(self):
        self.script("V1__a.sql", "create database X;\n\ncreate schema NOWHERE.S;\nselect 1")
        self.script("V2__b.sql", "select 2")
        results = self.apply(1)
        self.assertEqual([line["status"] for line in results], ["ok", "failed"])
        self.assertEqual((results[1]["statement"], results[1]["line"]), (2, 3))
        self.assertRegex(results[1]["code"], r"^\d{6}$")
        self.assertRegex(results[1]["sql_state"], r"^[0-9A-Z]{5}$")
        self.assertIn('could not apply "V1__a.sql": statement 2 (line 3): ', self.error)
        self.assertEqual(self.history(), [["V1__a.sql", "V", "1", "Failed"]])
        states = self.expect(0, "status", str(self.folder))
        self.assertEqual([line["state"] for line in states], ["failed", "pending"])
        self.assertEqual(self.expect(0, "plan", str(self.folder))[0]["reason"], "failed before")
        # what ran already is not to be another statement now, what failed may be
        self.script("V1__a.sql", "create database Y;\n\ncreate schema X.S;\nselect 1")
        self.apply(1)
        self.assertIn("statement 1, which ran already, is another one now", self.error)
        self.script("V1__a.sql", "create database X;\n\ncreate schema X.S;\nselect 1")
        self.assertEqual([line["statement"] for line in self.apply()], [2, 3, 1])

    def test_old_versions_and_targets(self):
        for version in ("1", "2", "3"):
            self.script(f"V{version}__a.sql", f"select {version}")
        self.assertEqual(len(self.apply(0, "--target", "2")), 2)
        self.script("V1.5__late.sql", "select 15")
        late = [line for line in self.expect(1, "plan", str(self.folder)) if line["action"] == "refuse"]
        self.assertEqual([(line["script"], "older" in line["reason"]) for line in late], [("V1.5__late.sql", True)])
        self.assertEqual(self.apply(1), [])
        self.assertIn('V1.5__late.sql" is older than what was applied', self.error)
        self.assertEqual([line["script"] for line in self.apply(0, "--out-of-order")], ["V1.5__late.sql", "V3__a.sql"])

    def test_a_dry_run_leaves_nothing_behind(self):
        self.script("V1__a.sql", "create database X; create schema X.Y")
        results = self.apply(0, "--dry-run")
        self.assertEqual([line["status"] for line in results], ["dry-run", "dry-run"])
        names = [line["name"] for line in self.expect(0, "query", "show databases")]
        self.assertNotIn("X", names)
        self.assertNotIn("METADATA", names)

    def test_a_missing_variable_stops_before_anything_runs(self):
        self.script("V1__a.sql", "select 1")
        self.script("V2__b.sql", "select 1;\nselect '${nothing}'")
        self.assertEqual(self.apply(78), [])
        self.assertIn('V2__b.sql:2: could not render script: there is no variable "nothing"', self.error)

    def test_the_flight_examples_scripts(self):
        folder = str(TOP / "scripts" / "flights" / "snow")
        self.assertGreater(len(self.expect(0, "apply", folder)), 2)
        self.assertEqual(self.expect(0, "apply", folder), [])

    def test_a_session_lives_as_long_as_it_is_needed(self):
        self.script("V1__place.sql", "create database X; create schema X.Y; create table X.Y.T (A int, B text)")
        self.script(
            "V2__session.sql",
            """
            use schema X.Y;
            set word = 'hello';
            insert into T values (1, $word);
            begin;
            insert into T values (2, 'x');
            insert into T values (3, 'y');
            commit;
            create temporary table KEEP as select A from T where A > 1;
            insert into T select A + 10, 'kept' from KEEP;
            set top = (select max(A) from T);
            insert into T values ($top::int + 1, 'top');
            """,
        )
        results = self.apply()
        self.assertEqual(
            [line["statement"] for line in results if line["script"] == "V2__session.sql"], [*range(1, 12)]
        )
        self.assertEqual(
            self.lab.sql("SELECT A, B FROM X.Y.T ORDER BY A"),
            [["1", "hello"], ["2", "x"], ["3", "y"], ["12", "kept"], ["13", "kept"], ["14", "top"]],
        )
        self.script(
            "V3__wrong.sql", "use schema X.Y; begin; delete from T where A = 1; insert into NONE values (1); commit"
        )
        failed = self.apply(1)[-1]
        self.assertEqual((failed["statement"], failed["status"]), (4, "failed"))
        self.assertIn("NONE", failed["message"])
        self.assertEqual(self.count("X.Y.T"), 6)

    def test_histories_of_schemachange_are_taken_over(self):
        script = "create table X.Y.T (A int);\n-- the end\n"
        stripped = script.strip()
        comment = "\nSELECT 1; -- schemachange: no-op statement to prevent empty SQL after comment stripping"
        self.script("V1__a.sql", script)
        self.script("R__b.sql", "select 2;\n")
        for text, other in ((stripped, "select 2"), (stripped + comment, "select 2"), (stripped, "select 2;")):
            self.apply(0, "--dry-run")
            self.lab.sql("CREATE OR REPLACE DATABASE METADATA")
            self.lab.sql("CREATE SCHEMA METADATA.SCHEMACHANGE")
            self.lab.sql(
                f"CREATE TABLE {HISTORY} (VERSION VARCHAR, DESCRIPTION VARCHAR, SCRIPT VARCHAR, SCRIPT_TYPE VARCHAR, "
                "CHECKSUM VARCHAR, EXECUTION_TIME NUMBER, STATUS VARCHAR, INSTALLED_BY VARCHAR, INSTALLED_ON TIMESTAMP_LTZ)"
            )
            for name, kind, version, content in (("V1__a.sql", "V", "1", text), ("R__b.sql", "R", "", other)):
                checksum = hashlib.sha224(content.encode()).hexdigest()
                self.lab.sql(
                    f"INSERT INTO {HISTORY} SELECT '{version}', 'd', '{name}', '{kind}', '{checksum}', 1, 'Success', "
                    "'ME', CURRENT_TIMESTAMP()"
                )
            self.assertEqual({line["action"] for line in self.expect(0, "plan", str(self.folder))}, {"skip"})
            self.assertEqual(self.apply(), [])

    def test_encodings_and_empty_scripts(self):
        text = "create database X; -- end"
        self.script("V1__mark.sql", b"\xef\xbb\xbf" + text.replace("; ", ";\r\n").encode())
        for number, empty in enumerate((";;", "-- c", "/* c */", "// c", "", "\ufeff"), 2):
            self.script(f"V{number}__empty.sql", empty)
        self.assertEqual(len(self.apply()), 1)
        self.assertEqual(len(self.history()), 7)
        for name, content in (("UTF-16", text.encode("utf-16")), ("byte 11 is no UTF-8", b"select 'a \xfc'")):
            self.script("V9__x.sql", content)
            self.apply(65)
            self.assertIn(name, self.error)

    def test_code_is_stored_as_it_stands(self):
        self.script("V1__place.sql", "create database X; create schema X.Y")
        body = " var id = 1 && 2; return `id=${row.id} {{x}} <% Principal&Interest`; "
        self.script(
            "V2__code.sql",
            f"create procedure X.Y.P() returns string language javascript as $${body}$$;\n"
            "create table X.Y.${name} (A int comment 'Principal&Interest')",
        )
        self.apply(0, "--var", "name=T", "--var", "unused=1")
        shown = self.lab.sql("SELECT GET_DDL('PROCEDURE', 'X.Y.P()')")[0][0]
        self.assertIn(body.strip(), shown)

    def test_scripts_do_not_share_roles_and_schemas(self):
        user = self.lab.environment["CDC_SNOW_USER"]
        self.script(
            "V1__a.sql",
            "create database X; create schema X.Y; create role READER;\n"
            f"grant role READER to user {user}; grant all on database X to role READER; grant all on schema X.Y to role READER;\n"
            "grant usage on warehouse COMPUTE_WH to role READER;\n"
            "use role READER; use schema X.Y; create table A (N int); insert into A values (1)",
        )
        self.script("V2__b.sql", "create table X.PUBLIC.B (N int)")
        self.apply()
        self.assertEqual(self.count("X.Y.A") + self.count("X.PUBLIC.B"), 1)
        owners = {line["name"]: line["owner"] for line in self.expect(0, "query", "show tables in database X")}
        self.assertEqual(owners["A"], "READER")
        self.assertNotEqual(owners["B"], "READER")

    def test_a_closed_pipe_does_not_cut_a_script(self):
        self.script("V1__a.sql", ";\n".join(f"select {i}" for i in range(20)))
        pipe = f"snow-ddl apply -c lab {self.folder} | head -1"
        subprocess.run(
            ["bash", "-o", "pipefail", "-c", pipe],
            check=True,
            capture_output=True,
            env=self.lab.environment,
        )
        self.assertEqual(self.history(), [["V1__a.sql", "V", "1", "Success"]])


class Trouble(Case):
    def home(self, **changes: str) -> str:
        """A copy of the lab's connections.toml with other members."""
        source = pathlib.Path(self.lab.environment["SNOWFLAKE_HOME"]) / "connections.toml"
        lines = source.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if line.split(" = ")[0] not in changes]
        text = "\n".join(kept + [f"{name} = {value}" for name, value in changes.items()]) + "\n"
        target = self.folder / "connections.toml"
        target.write_text(text, encoding="utf-8")
        target.chmod(0o600)
        return str(self.folder)

    def test_a_wrong_key_is_77(self):
        key = self.folder / "other.pem"
        subprocess.run(
            [
                "openssl",
                "genpkey",
                "-quiet",
                "-algorithm",
                "RSA",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
                "-out",
                key,
            ],
            check=True,
        )
        key.chmod(0o600)
        home = self.home(private_key_file=f'"{key}"')
        self.expect(77, "query", "select 1", SNOWFLAKE_HOME=home)
        lines = self.expect(77, "query", "select 1", "--check", SNOWFLAKE_HOME=home)
        self.assertEqual([line["ok"] for line in lines], [True, False])

    def test_a_missing_connection_is_78(self):
        done = subprocess.run(
            ["snow-ddl", "query", "-c", "nobody", "select 1"],
            check=False,
            capture_output=True,
            text=True,
            env=self.lab.environment,
        )
        self.assertEqual(done.returncode, 78, done.stderr)

    def test_a_server_that_is_gone_is_75(self):
        home = self.home(port="1")
        self.expect(75, "query", "select 1", "--retry-for", "300ms", SNOWFLAKE_HOME=home)

    def test_a_busy_server_is_tried_again(self):
        self.lab.settings(fail_status=503, fail_count=2, fail_path="/api/v2/statements")
        self.assertEqual(self.expect(0, "query", "select 1 as a"), [{"A": 1}])
        self.assertIn("trying again in", self.error)

    def test_a_lost_answer_does_not_run_a_statement_twice(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; create table X.Y.T (A int)")
        self.apply()
        self.script("V2__b.sql", "insert into X.Y.T values (1)")
        self.lab.settings(drop_answers=1, drop_path="/api/v2/statements")
        self.apply()
        self.assertEqual(self.lab.sql("SELECT count(*) FROM X.Y.T"), [["1"]])

    def test_tls_with_a_private_authority(self):
        port = self.lab.environment["CDC_SNOW_TLS_URL"].rsplit(":", 1)[1]
        home = self.home(protocol='"https"', port=port)
        trusted = {"SNOWFLAKE_HOME": home, "SSL_CERT_FILE": self.lab.environment["CDC_SNOW_CA"]}
        self.assertEqual(self.expect(0, "query", "select 1 as a", **trusted), [{"A": 1}])
        self.expect(77, "query", "select 1", SNOWFLAKE_HOME=home)

    def test_check_looks_at_everything(self):
        self.script("V1__a.sql", "select 1")
        lines = self.expect(0, "apply", str(self.folder), "--check")
        self.assertEqual([line["check"] for line in lines], ["scripts", "connection", "login", "history"])
        secret = pathlib.Path(self.lab.environment["CDC_SNOW_KEY"]).read_text(encoding="utf-8")
        self.assertNotIn(secret.splitlines()[1], json.dumps(lines))


if __name__ == "__main__":
    os.umask(0o077)
    unittest.main()
