#!/usr/bin/env python3
"""snow-ddl and the real schemachange on one folder and one history: taken over, and used in turn. Nothing runs twice."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import real_schemachange
from snow_ddl_case import HISTORY
from snow_ddl_case import SnowDdlCase as Case


class InTurn(Case):
    def setUp(self):
        super().setUp()
        for sql in (
            *("CREATE DATABASE METADATA", "CREATE SCHEMA METADATA.SCHEMACHANGE"),
            *("CREATE DATABASE CDC", "CREATE SCHEMA CDC.RAW", "CREATE TABLE CDC.RAW.RAN (WHAT VARCHAR)"),
        ):
            self.lab.sql(sql)

    def add(self, name: str, what: str, tail: str = ";\n") -> None:
        """A script that tells each time it runs."""
        self.script(name, f"insert into CDC.RAW.RAN values ('{what}'){tail}")

    def ran(self) -> dict[str, int]:
        return {row[0]: int(row[1]) for row in self.lab.sql("SELECT WHAT, COUNT(*) FROM CDC.RAW.RAN GROUP BY WHAT")}

    def actions(self) -> dict[str, str]:
        return {line["script"]: line["action"] for line in self.expect(0, "plan", str(self.folder))}

    def deploy(self, applied: int) -> None:
        self.assertIn(f"scripts_applied={applied} ", real_schemachange.deploy(self.lab, self.folder))

    def test_a_history_is_taken_over(self):
        self.fill()
        self.deploy(6)
        self.check_taken_over()

    def test_a_history_of_the_oldest_major_is_taken_over(self):
        self.fill()
        # what it cannot run
        self.add("V1.1__b.sql", "v2", " ;\n\n\n")
        self.script("R__comment.sql", "/* a */ select 1 -- the end\n")
        self.assertIn("Successfully applied 6 change scripts", real_schemachange.deploy_old(self.lab, self.folder))
        self.check_taken_over()

    def fill(self) -> None:
        self.add("V1.0__a.sql", "v1")
        self.add("V1.1__b.sql", "v2", ";\n-- the end\n")
        self.add("sub/V1.10__c.sql", "v3", " ; \n\n")
        self.script("V2__d.sql.jinja", "insert into CDC.RAW.RAN values ('{{ env_var('NOT_THERE', 'v4') }}');\r\n")
        self.add("R__r.sql", "r", "")
        self.script("R__comment.sql", "/* a */ select 1;\n/* the end */\n")

    def check_taken_over(self) -> None:
        self.assertEqual(self.actions(), dict.fromkeys(self.actions(), "skip"))
        self.assertEqual(len(self.actions()), 6)
        self.assertEqual(self.apply(), [])
        self.assertEqual(self.expect(0, "verify", str(self.folder)), [])

    def test_both_are_used_in_turn(self):
        self.add("V1__a.sql", "v1")
        self.add("R__r.sql", "r1")
        self.add("A__a.sql", "a")
        self.deploy(3)
        self.assertEqual([line["script"] for line in self.apply()], ["A__a.sql"])
        self.add("V2__b.sql", "v2")
        self.add("V10__c.sql", "v10")
        self.apply()
        self.deploy(1)
        self.add("V11__d.sql", "v11")
        self.deploy(2)
        for number in range(12, 21):
            self.add(f"V{number}__more.sql", f"v{number}")
        self.assertEqual(len(self.expect(0, "baseline", str(self.folder))), 9)
        self.deploy(1)
        self.assertEqual([name for name, action in self.actions().items() if action == "run"], ["A__a.sql"])
        # its checksum is another than ours: what we ran of R it runs once more, and we take that for the same
        self.add("R__r.sql", "r2")
        self.apply()
        self.deploy(2)
        self.deploy(1)
        self.assertEqual([line["script"] for line in self.apply()], ["A__a.sql"])
        self.assertEqual(self.ran(), {"v1": 1, "v2": 1, "v10": 1, "v11": 1, "r1": 1, "r2": 2, "a": 10})
        self.assertEqual({row[0] for row in self.lab.sql(f"SELECT STATUS FROM {HISTORY}")}, {"Success"})

    def test_a_script_that_failed_there_runs_here(self):
        self.script("V1__a.sql", "insert into CDC.RAW.NOWHERE values (1)")
        with self.assertRaises(AssertionError):
            real_schemachange.deploy(self.lab, self.folder)
        self.add("V1__a.sql", "v1")
        self.assertEqual(self.expect(0, "plan", str(self.folder))[0]["action"], "run")
        self.apply()
        self.deploy(0)
        self.assertEqual(self.ran(), {"v1": 1})


if __name__ == "__main__":
    os.umask(0o077)
    unittest.main()
