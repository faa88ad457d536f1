#!/usr/bin/env python3
"""What flags leave out or change: in the snapshot, the stream, keys, old rows and schema lines."""

import hashlib
import hmac
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, file_ack, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

PEEK = ("--slot", "s", "--no-ack", "--until-now")
TABLE = "CREATE TABLE t (id int PRIMARY KEY, mail text, n int NOT NULL, big text)"
CHANGES = """INSERT INTO t VALUES (1, 'a@b', 7, NULL), (2, NULL, 8, repeat('x', 5000));
UPDATE t SET n = 9 WHERE id = 2; UPDATE t SET id = 3 WHERE id = 1; DELETE FROM t WHERE id = 2"""


def digest(text: str, salt: str = "pepper") -> str:
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


class Filters(Case):
    def prepare(self, *statements: str) -> None:
        self.sql(";".join([TABLE, "ALTER TABLE t ALTER big SET STORAGE EXTERNAL", *statements]))
        self.publish_all()
        self.make_slot("s")

    def by_position(self, *options: str) -> dict[str, dict]:
        return {event["pos"]: event for event in self.data(*PEEK, *options)}

    def refuse(self, code: int, words: str, *options: str) -> None:
        done = self.walcat(*options)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertIn(words, done.stderr)

    def test_columns_hold_everywhere(self):
        self.prepare("ALTER TABLE t REPLICA IDENTITY FULL")
        self.sql(CHANGES)
        whole = self.by_position()
        shown = self.by_position("--exclude-column", "public.t.mail", "--exclude-column", "id")
        self.assertEqual(list(whole), list(shown))
        for pos, event in whole.items():
            for name in ("before", "after"):
                row = event[name]
                left = row and {column: value for column, value in row.items() if column != "mail"}
                self.assertEqual(shown[pos][name], left)
            for name in ("key", "old_key", "new_key"):
                self.assertEqual(shown[pos].get(name), event.get(name))
        only = self.data("--snapshot", "only", "--column", "t.n")
        self.assertEqual([event["after"] for event in only], [{"id": 3, "n": 7}])
        schema = self.events("--schema-only", "--column", "t.n")[0]
        self.assertEqual([column["name"] for column in schema["columns"]], ["id", "n"])

    def test_columns_left_out_are_not_unchanged_either(self):
        self.prepare()
        self.sql(CHANGES)
        update = next(event for event in self.data(*PEEK) if event["op"] == "u")
        self.assertEqual(update["unchanged"], ["big"])
        filtered = next(event for event in self.data(*PEEK, "--exclude-column", "big") if event["op"] == "u")
        self.assertNotIn("unchanged", filtered)

    def test_masks_hold_everywhere(self):
        self.prepare("ALTER TABLE t REPLICA IDENTITY FULL")
        self.sql(CHANGES)
        salt = self.folder / "salt"
        salt.write_text("pepper\n")
        salt.chmod(0o600)
        masks = ("--mask", f"t.mail=hash:@{salt}", "--mask", "n", "--mask", "big")
        events = self.data(*PEEK, *masks)
        self.assertEqual([event["op"] for event in events], ["c", "c", "u", "d", "c", "d"])
        first, second, update, gone, moved, deleted = events
        masked = {"mail": digest("a@b"), "n": None, "big": None}
        self.assertEqual(first["after"], {"id": 1, **masked})
        self.assertEqual(second["after"], {"id": 2, "mail": None, "n": None, "big": "*****"})
        self.assertEqual(update["before"], update["after"])
        self.assertEqual(gone["before"], {"id": 1, **masked})
        self.assertEqual(moved["after"], {"id": 3, **masked})
        self.assertEqual(deleted["before"], second["after"])
        snapshot = self.data("--snapshot", "only", *masks)
        self.assertEqual([event["after"] for event in snapshot], [moved["after"]])
        schema = self.events("--schema-only", *masks)[0]
        self.assertEqual([column["nullable"] for column in schema["columns"]], [False, True, True, True])

    def test_a_hashed_key_joins_tables(self):
        self.sql(
            "CREATE TABLE a (mail text PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, mail varchar(10)); "
            "CREATE DOMAIN d AS text; CREATE EXTENSION citext; "
            "CREATE TABLE c (id int PRIMARY KEY, mail d, other citext)"
        )
        self.publish_all()
        self.make_slot("s")
        self.sql(
            "INSERT INTO a VALUES ('x@y'); INSERT INTO b VALUES (1, 'x@y'); INSERT INTO c VALUES (1, 'x@y', 'x@y'); "
            "UPDATE a SET mail = 'z@y'; DELETE FROM a"
        )
        os.environ["WALCAT_SALT"] = "pepper"
        self.addCleanup(os.environ.pop, "WALCAT_SALT")
        events = self.data(*PEEK, "--mask", "mail=hash:$WALCAT_SALT", "--mask", "other=hash:pepper")
        self.assertEqual(events[0]["key"], {"mail": digest("x@y")})
        self.assertEqual(events[1]["after"]["mail"], digest("x@y")[:10])
        self.assertEqual(events[2]["after"], {"id": 1, "mail": digest("x@y"), "other": digest("x@y")})
        self.assertEqual(events[3]["new_key"], {"mail": digest("z@y")})
        self.assertEqual(events[4]["old_key"], {"mail": digest("x@y")})
        self.assertEqual(events[5]["before"], {"mail": digest("z@y")})

    def test_operations(self):
        self.prepare()
        self.sql(CHANGES)
        self.sql(
            "SELECT pg_logical_emit_message(true, 'p', 'm'); SELECT pg_logical_emit_message(false, 'p', 'm'); TRUNCATE t"
        )
        whole = self.by_position()
        self.assertEqual("".join(event["op"] for event in whole.values()), "ccudcdmmt")
        for ops in ("c", "u,d", "t", "m", "c,u,d,t,m,r"):
            wanted = [pos for pos, event in whole.items() if event["op"] in ops.split(",")]
            self.assertEqual(list(self.by_position("--ops", ops)), wanted, ops)
        self.assertEqual([event["op"] for event in self.data("--snapshot", "only", "--ops", "r")], [])
        blocks = self.events(*PEEK, "--ops", "t", "--transactions")
        self.assertEqual([event.get("__cdc", event.get("op")) for event in blocks], ["begin", "t", "commit"])
        self.assertEqual(blocks[2]["event_count"], 1)

    def test_filtered_changes_move_the_slot(self):
        """Nothing is printed, yet checkpoints go on and the slot is confirmed behind the changes."""
        self.prepare()
        ack = self.folder / "ack"
        options = ("--slot", "s", "--ack", str(ack), "--ops", "d", "--exclude-column", "mail")
        process = self.popen(*options)
        hello = json.loads(process.stdout.readline())
        self.sql("INSERT INTO t SELECT i, 'x', i FROM generate_series(1, 1000) i")
        end = self.sql("SELECT pg_current_wal_lsn()")
        high, low = end.split("/")
        target = (int(high, 16) << 32) + int(low, 16)
        rows = 0
        while True:
            line = json.loads(process.stdout.readline())
            self.assertEqual(line["__cdc"], "ckpt", line)
            rows += line["rows"]
            file_ack(ack, hello, line)
            if int(line["pos"], 16) >= target:
                break
        self.assertEqual(rows, 0)
        self.wait_until(lambda: self.sql(f"SELECT confirmed_flush_lsn >= '{end}' FROM pg_replication_slots") == "t")
        process.terminate()
        for line in process.stdout:
            event = json.loads(line)
            if event["__cdc"] in ("ckpt", "eof"):
                file_ack(ack, hello, event)
        self.assertEqual(process.wait(timeout=60), 0)

    def test_keys(self):
        self.prepare("ALTER TABLE t REPLICA IDENTITY FULL")
        self.sql(CHANGES)
        events = self.data(*PEEK, "--key", "public.t:n,id")
        self.assertEqual(events[0]["key"], {"n": 7, "id": 1})
        self.assertEqual([event["op"] for event in events], ["c", "c", "d", "c", "d", "c", "d"])
        self.assertEqual(events[2]["key"], {"n": 8, "id": 2})
        self.assertEqual(events[2]["new_key"], {"n": 9, "id": 2})
        self.assertEqual(events[3]["after"]["big"], "x" * 5000)
        schema = self.events("--schema-only", "--key", "t:n,id")[0]
        self.assertEqual(schema["key"], ["n", "id"])
        self.assertEqual(self.data("--snapshot", "only", "--key", "t:n")[0]["key"], {"n": 7})

    def test_what_cannot_be_is_refused_before_anything_is_printed(self):
        self.prepare("ALTER TABLE t ADD UNIQUE (n)")
        self.sql(CHANGES)
        self.refuse(69, 'could not use "--mask t.mial"', "--mask", "t.mial", "--snapshot", "only")
        self.refuse(69, 'could not use "--column x.*"', "--column", "x.*", "--for", "1s")
        self.refuse(69, 'could not use "--exclude-column nope"', "--exclude-column", "nope", "--for", "1s")
        self.refuse(69, 'could not use "--key missing"', "--key", "missing:a", "--for", "1s")
        self.refuse(69, 'it has no column "nope"', "--key", "t:nope", "--for", "1s")
        self.refuse(69, 'do not carry the old value of "n"', "--key", "t:n", "--for", "1s")
        self.refuse(69, "it is part of the key", "--mask", "t.id", *PEEK)
        self.refuse(69, "it is part of the key", "--mask", "t.id=hash:x", *PEEK)
        self.assertEqual(self.data(*PEEK, "--key", "t:n", "--ops", "c")[0]["key"], {"n": 7})

    def test_a_table_glob_that_fits_nothing_is_said(self):
        self.prepare()
        done = self.walcat(*PEEK, "--table", "public.t", "--table", "publik.*")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(
            done.stderr,
            'walcat: "--table publik.*" fits no published table today\nwalcat: hint: Did you mean public.t?\n',
        )

    def test_check_looks_at_filters(self):
        self.prepare()
        good = self.events("--check", "--mask", "t.mail", "--key", "t:id")
        self.assertIn(("filters", True), [(line["check"], line["ok"]) for line in good])
        bad = self.events("--check", "--mask", "t.mial", code=69)
        self.assertIn(("filters", False), [(line["check"], line["ok"]) for line in bad])

    def test_a_backlog_may_have_what_the_catalog_lacks(self):
        """A mask must go on holding for rows that were written before its column was dropped."""
        self.prepare()
        self.sql(CHANGES)
        self.sql("ALTER TABLE t DROP mail")
        done = self.walcat(*PEEK, "--mask", "t.mail")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"--mask t.mail" fits nothing today', done.stderr)
        self.assertEqual(json.loads(done.stdout.split("\n")[0])["after"]["mail"], "*****")
        self.assertNotIn("a@b", done.stdout)

    def test_ends_with_filters(self):
        self.prepare()
        self.sql("CREATE TABLE other (id int PRIMARY KEY)")
        self.sql(
            "INSERT INTO other SELECT generate_series(1, 500); INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)"
        )
        middle = self.sql("SELECT pg_current_wal_lsn()")
        self.sql("INSERT INTO t VALUES (4, 'd', 4)")
        some = ("--slot", "s", "--no-ack", "--table", "t", "--column", "mail")
        self.assertEqual(
            [event["after"] for event in self.data(*some, "--limit", "2")],
            [{"id": 1, "mail": "a"}, {"id": 2, "mail": "b"}],
        )
        self.assertEqual([event["key"]["id"] for event in self.data(*some, "--until-lsn", middle)], [1, 2, 3])
        self.assertEqual(self.data(*some, "--ops", "d", "--until-now"), [])
        self.assertEqual(self.data(*some, "--ops", "u", "--for", "1s"), [])
        self.assertEqual(len(self.data("peek", "--slot", "s", "--ops", "c", "--table", "t", "--limit", "9")), 4)
        self.assertEqual(len(self.data("--snapshot", "only", "--table", "t", "--limit", "2")), 2)


if __name__ == "__main__":
    unittest.main()
