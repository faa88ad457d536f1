#!/usr/bin/env python3
"""snow-ddl and what scripts made: drift of every kind of object, however the server spells it."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from snow_ddl_case import HISTORY
from snow_ddl_case import SnowDdlCase as Case

# how each kind is made, and how somebody makes another one of it
KINDS = {
    "TABLE T": (
        "create table T (A int default X.Y.Q.nextval, B timestamp_ntz default sysdate(), C varchar default 'x'::varchar)",
        "alter table X.Y.T add column D int",
    ),
    "VIEW V": ("create view V as -- note\n select  A from T", "create or replace view X.Y.V as select B from X.Y.T"),
    "SEQUENCE Z": ("create sequence Z start = 5", "create or replace sequence X.Y.Z increment = 2"),
    "FUNCTION F": (
        "create function F(N number) returns number as 'N + 1'",
        "create or replace function X.Y.F(N number) returns number as 'N + 2'",
    ),
    "PROCEDURE P": (
        "create procedure P() returns string language sql as begin return 'x'; end",
        "create or replace procedure X.Y.P() returns string language sql as 'begin return 1; end'",
    ),
    "TASK K": (
        "create task K warehouse = COMPUTE_WH schedule = '1 minute' as begin select 1; select 2; end",
        "alter task X.Y.K set schedule = '5 minutes'",
    ),
    "STREAM S": ("create stream S on table T", "create or replace stream X.Y.S on table X.Y.T append_only = true"),
    "FILE_FORMAT J": ("create file format J type = json", "create or replace file format X.Y.J type = csv"),
    "ALERT L": (
        "create alert L warehouse = COMPUTE_WH schedule = '1 minute' if (exists (select 1 from T))\n"
        "then begin insert into T (C) values ('l'); end",
        "create or replace alert X.Y.L warehouse = COMPUTE_WH schedule = '2 minute' "
        "if (exists (select 1 from X.Y.T)) then select 1",
    ),
    "DYNAMIC_TABLE D": (
        "create dynamic table D target_lag = '1 minute' warehouse = COMPUTE_WH as select A from T",
        "create or replace dynamic table X.Y.D target_lag = '2 minutes' warehouse = COMPUTE_WH as select A from X.Y.T",
    ),
    "MASKING_POLICY M": (
        "create masking policy M as (N varchar) returns varchar -> '***'",
        "create or replace masking policy X.Y.M as (N varchar) returns varchar -> N",
    ),
    "TAG W": ("create tag W comment = 'a;b'", "create or replace tag X.Y.W comment = 'c'"),
}


class Objects(Case):
    def test_drift_of_every_kind(self):
        place = ["create database X", "create schema X.Y", "use schema X.Y", "create sequence Q"]
        self.script("V1__all.sql", ";\n".join([*place, *(made for made, _ in KINDS.values())]) + ";\n")
        self.apply()
        folder = str(self.folder)
        kept = {f"{row[0]} {row[1]}" for row in self.lab.sql(f"SELECT KIND, NAME FROM {HISTORY}_OBJECTS")}
        self.assertEqual(len(kept), len(KINDS) + 1, kept)
        self.assertEqual(self.expect(0, "drift", folder), [])
        for name, (_, change) in KINDS.items():
            with self.subTest(name):
                kind, short = name.split()
                before = len(self.expect(1, "drift", folder)) if name != "TABLE T" else 0
                self.lab.sql(change)
                found = [line for line in self.expect(1, "drift", folder) if line["kind"] == kind]
                self.assertEqual([line["change"] for line in found], ["changed"])
                self.assertIn(f'"Y"."{short}"', found[0]["object"])
                self.assertGreater(len(self.expect(1, "drift", folder)), before)
        self.lab.sql("DROP DATABASE X")
        self.assertEqual({line["change"] for line in self.expect(1, "drift", folder)}, {"missing"})

    def test_what_is_renamed_is_followed(self):
        self.script("V1__a.sql", "create database X; create schema X.Y; use schema X.Y; create table T (A int)")
        self.script("V2__b.sql", "use schema X.Y; alter table T rename to U")
        self.apply()
        self.assertEqual(self.expect(0, "drift", str(self.folder)), [])
        self.lab.sql("ALTER TABLE X.Y.U ADD COLUMN B INT")
        [line] = self.expect(1, "drift", str(self.folder))
        self.assertEqual((line["object"], line["script"]), ('"X"."Y"."U"', "V2__b.sql"))


if __name__ == "__main__":
    os.umask(0o077)
    unittest.main()
