#!/usr/bin/env python3
"""Commands on slots: what they print, refuse and leave behind."""

import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import Case, environment, psql, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab


def version() -> int:
    return int(psql("postgres", "SHOW server_version_num")) // 10000


class CommandCase(Case):
    def refused(self, code: int, *options: str) -> str:
        done = self.walcat(*options)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        return done.stderr

    def write(self, rows: int = 1) -> None:
        self.sql(f"CREATE TABLE IF NOT EXISTS t (n int); INSERT INTO t SELECT generate_series(1, {rows})")

    def reader(self, slot: str) -> subprocess.Popen:
        """A walcat that holds the slot."""
        process = self.popen("--slot", slot, "--no-ack")
        self.wait_until(lambda: self.slot(slot)[2] == "t")
        return process


class Slots(CommandCase):
    def test_what_a_line_tells(self):
        self.make_slot("s")
        self.write(1000)
        (line,) = [slot for slot in self.events("slots") if slot["slot_name"] == "s"]
        self.assertGreater(line["lag_bytes"], 10000)
        self.assertGreaterEqual(line["retained_bytes"], line["lag_bytes"])
        self.assertEqual((line["plugin"], line["active"], line["active_pid"]), ("pgoutput", False, None))
        self.assertEqual((line["database"], line["wal_status"]), (self.database, "reserved"))
        self.assertIn("safe_wal_size", line)
        newer = {"inactive_since", "invalidation_reason", "failover", "synced"}
        self.assertEqual(newer & set(line), newer if version() >= 17 else set())

    def test_nobodys_operators_and_functions_are_run(self):
        """Whatever stands before the system's own in the search path of role and database changes nothing."""
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, n numeric, v varchar, c \"char\"); INSERT INTO t VALUES (1, 1.5, 'x', 'y'); "
            "CREATE SCHEMA evil; CREATE FUNCTION evil.evil() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'evil ran'; END $$"
        )
        pairs = "oid,oid oid,regnamespace oid,regclass name,name name,text text,text text,name varchar,text int4,int4 int8,int4 int2,int2"
        for pair in (*pairs.split(), '"char","char"', "pg_lsn,pg_lsn", "bool,bool", "xid,xid"):
            left, right = pair.split(",")
            self.sql(f"CREATE FUNCTION evil.f({left}, {right}) RETURNS bool LANGUAGE sql AS 'SELECT evil.evil()'")
            for operator in ("=", "<>", "<", ">", "<=", ">="):
                self.sql(f"CREATE OPERATOR evil.{operator} (leftarg = {left}, rightarg = {right}, function = evil.f)")
        self.sql(
            "CREATE FUNCTION evil.quote_ident(text) RETURNS text LANGUAGE sql AS 'SELECT evil.evil()::text';"
            "CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT evil.evil()::text';"
            "CREATE FUNCTION evil.pg_relation_size(oid) RETURNS bigint LANGUAGE sql AS 'SELECT evil.evil()::int::bigint';"
            "CREATE FUNCTION evil.format_type(oid, int) RETURNS text LANGUAGE sql AS 'SELECT evil.evil()::text';"
            f"ALTER DATABASE {self.database} SET search_path = evil, pg_catalog, public"
        )
        with self.assertRaisesRegex(AssertionError, "evil ran"):  # so it is for others
            self.sql("SELECT 'a'::name = 'a'::name")
        row = {"id": 1, "n": 1.5, "v": "x", "c": "y"}
        self.assertEqual(self.walcat("create", "--slot", "s").returncode, 0)
        self.sql("UPDATE public.t SET v = 'z'; DELETE FROM public.t")
        self.assertEqual([event["op"] for event in self.data("peek", "--slot", "s")], ["u", "d"])
        self.sql("INSERT INTO public.t VALUES (1, 1.5, 'x', 'y')")
        for command in (
            "slots",
            "status --slot s",
            "check --slot s",
            "digest --keys",
            "peek --slot s --summary",
            "snapshot --slot s t",
            "create --slot two --table t",
            "--schema-only",
            "advance --slot s --to-now",
            "drop --slot two",
        ):
            with self.subTest(command):
                done = self.walcat(*command.split())
                self.assertEqual((done.returncode, "evil" in done.stderr), (0, False), done.stderr)
        for command in ("--snapshot only", "--snapshot only --jobs 2", "--snapshot only --encoding debezium"):
            (event,) = self.data(*command.split())
            self.assertEqual(event["after"]["v"], row["v"])
        (event,) = self.data("--snapshot", "only")
        self.assertEqual(event["after"], row)

    def test_who_reads_a_slot(self):
        self.publish_all()
        self.make_slot("s")
        self.reader("s")
        self.wait_until(lambda: self.events("status", "--slot", "s")[0]["reader"])
        (line,) = self.events("status", "--slot", "s")
        self.assertTrue(line["active"])
        self.assertEqual(line["active_pid"], int(self.sql("SELECT active_pid FROM pg_replication_slots")))
        self.assertEqual(line["reader"]["application_name"], "walcat")
        self.assertIn("spill_bytes", line)

    def test_watch_goes_on_until_interrupted_and_over_a_lost_connection(self):
        self.make_slot("s")
        process = self.popen("slots", "--watch=100ms", text=True)
        first = json.loads(process.stdout.readline())
        self.write(1000)
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'walcat'")
        self.wait_until(lambda: json.loads(process.stdout.readline())["lag_bytes"] > first["lag_bytes"])
        self.assertEqual(next(iter(first)), "ts_ms")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 0)

    def test_watch_ends_with_its_reader(self):
        self.make_slot("s")
        words = " ".join(self.words("status", "--slot", "s", "--watch=50ms"))
        shell = ["bash", "-c", f"{words} | head -n 2; exit ${{PIPESTATUS[0]}}"]
        done = subprocess.run(shell, env=environment(), capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, 2), done.stderr)

    def test_a_missing_slot(self):
        self.assertIn("walcat slots", self.refused(69, "status", "--slot", "none"))
        self.assertIn("does not exist", self.refused(69, "drop", "--slot", "none"))
        self.assertIn("does not exist", self.refused(69, "advance", "--slot", "none", "--to-now"))


class Create(CommandCase):
    def test_create_twice_then_drop(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY)")
        options = ("create", "--slot", "s", "--publication", "mine")
        self.assertEqual(self.events(*options, "--table", "public.t")[0]["slot_name"], "s")
        self.assertEqual(self.sql("SELECT tablename FROM pg_publication_tables WHERE pubname = 'mine'"), "t")
        self.assertEqual(self.events(*options)[0]["slot_name"], "s")
        self.assertEqual(self.walcat("drop", "--slot", "s").returncode, 0)
        self.assertEqual(self.sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 's'"), "0")

    def test_a_slot_of_another_plugin_is_not_ours(self):
        self.publish_all()
        self.sql("SELECT pg_create_logical_replication_slot('s', 'test_decoding')")
        self.assertIn("test_decoding", self.refused(69, "create", "--slot", "s"))

    def test_failover_slots(self):
        self.publish_all()
        self.make_slot("s")
        if version() < 17:
            said = self.refused(69, "create", "--slot", "new", "--failover")
            self.assertIn(f"the server is PostgreSQL {version()}, they begin with 17", said)
            self.assertEqual(self.sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'new'"), "0")
            return
        self.assertTrue(self.events("create", "--slot", "new", "--failover")[0]["failover"])
        self.assertFalse(self.events("create", "--slot", "s")[0]["failover"])
        self.assertTrue(self.events("create", "--slot", "s", "--failover")[0]["failover"])
        self.sql("SELECT pg_drop_replication_slot('s')")
        self.events("--slot", "s", "--create", "--failover", "--no-ack", "--until-now")
        self.assertTrue(self.events("status", "--slot", "s")[0]["failover"])

    def test_waiting_names_the_open_transaction(self):
        self.publish_all()
        session = self.session()
        session.run("CREATE TABLE held (n int); BEGIN; INSERT INTO held VALUES (1);")
        pid = session.run("SELECT pg_backend_pid();").strip()
        process = self.popen("create", "--slot", "s", stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        said = process.stderr.readline()
        self.assertIn(f'creating slot "s" waits for process {pid} (postgres, psql, idle in transaction', said)
        self.assertIn("pg_terminate_backend", process.stderr.readline())
        session.run("COMMIT;")
        self.assertEqual(process.wait(60), 0)

    def test_waiting_for_what_the_role_may_not_look_into(self):
        self.publish_all()
        session = self.session()
        session.run("CREATE TABLE held (n int); BEGIN; INSERT INTO held VALUES (1);")
        pid = session.run("SELECT pg_backend_pid();").strip()
        process = self.popen("--until-now", stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.assertIn(f"waits for process {pid} (postgres", process.stderr.readline())
        session.run("COMMIT;")
        self.assertEqual(process.wait(60), 0)

    def test_waiting_ends_with_a_stop(self):
        self.publish_all()
        session = self.session()
        session.run("CREATE TABLE held (n int); BEGIN; INSERT INTO held VALUES (1);")
        process = self.popen("create", "--slot", "s", stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        self.wait_until(lambda: self.active_slots() == 1)
        process.terminate()
        self.assertEqual(process.wait(60), 75)
        session.run("COMMIT;")
        self.wait_until(lambda: self.sql("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 's'") == "0")


class DropAndAdvance(CommandCase):
    def test_an_active_slot_is_left_alone_and_its_reader_named(self):
        self.publish_all()
        self.make_slot("s")
        reader = self.reader("s")
        pid = self.sql("SELECT active_pid FROM pg_replication_slots WHERE slot_name = 's'")
        for options in (("drop",), ("advance", "--to-now"), ("peek",), ("peek", "--summary")):
            said = self.refused(75, *options, "--slot", "s")
            self.assertIn(f'slot "s": process {pid} is reading it', said)
        reader.terminate()
        reader.wait()
        self.wait_until(lambda: self.walcat("drop", "--slot", "s").returncode == 0)

    def test_a_slot_that_somebody_reads_is_not_peeked_into(self):
        self.publish_all()
        self.make_slot("s")
        self.reader("s")
        pid = self.sql("SELECT active_pid FROM pg_replication_slots WHERE slot_name = 's'")
        for options in (("peek",), ("--no-ack",), ("--ack", "stdout", "--retry-for", "300ms")):
            said = self.refused(75, *options, "--slot", "s")
            self.assertIn(f'could not read slot "s": process {pid} is reading it', said)

    def test_a_physical_slot_is_left_alone(self):
        self.sql("SELECT pg_create_physical_replication_slot('standby')")
        self.addCleanup(psql, "postgres", "SELECT pg_drop_replication_slot('standby')")
        self.assertIn("physical", self.refused(69, "drop", "--slot", "standby"))

    def test_advance_skips_what_lies_between_and_says_so(self):
        self.publish_all()
        self.make_slot("s")
        self.write()
        between = self.sql("SELECT pg_current_wal_lsn()")
        self.sql("INSERT INTO t VALUES (2)")
        done = self.walcat("advance", "--slot", "s", "--to", between)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("will not be printed by any later run", done.stderr)
        self.assertEqual(json.loads(done.stdout)["confirmed_flush_lsn"], between)
        rows = [event["after"]["n"] for event in self.data("peek", "--slot", "s")]
        self.assertEqual(rows, [2])
        self.assertEqual(self.walcat("advance", "--slot", "s", "--to-now").returncode, 0)
        self.assertEqual(self.data("peek", "--slot", "s"), [])

    def test_advance_neither_back_nor_ahead_of_the_server(self):
        self.make_slot("s")
        self.assertIn("never goes back", self.refused(69, "advance", "--slot", "s", "--to", "0/10"))
        self.assertIn("WAL ends at", self.refused(69, "advance", "--slot", "s", "--to", "FFFF/0"))

    def test_positions_in_every_notation_that_is_printed(self):
        self.publish_all()
        self.make_slot("s")
        self.write()
        self.sql("INSERT INTO t VALUES (2); INSERT INTO t VALUES (3)")
        first, second, third = self.events("peek", "--slot", "s")
        number = int(second["pos"].split("/")[0], 16)
        notations = (f"{number >> 32:X}/{number & 0xFFFFFFFF:X}", f"{number:016X}", second["pos"])
        for position in notations:
            until = self.events("peek", "--slot", "s", "--until-lsn", position)
            started = self.events("peek", "--slot", "s", "--start", position)
            # an LSN may lie within a commit; a line's pos means that line
            last = [second["pos"]] if position == second["pos"] else []
            self.assertEqual([event["pos"] for event in until], [first["pos"], *last], position)
            self.assertEqual([event["pos"] for event in started], [second["pos"], third["pos"]], position)
        for position in notations:
            self.assertEqual(self.walcat("advance", "--slot", "s", "--to", position).returncode, 0, position)
            self.assertEqual(self.slot("s")[0], notations[0])

    def test_advance_says_when_a_second_step_frees_the_disk(self):
        self.publish_all()
        self.make_slot("s")
        self.write(20000)
        said = []
        for _ in range(3):
            self.sql("SELECT pg_log_standby_snapshot()" if version() >= 16 else "CHECKPOINT")
            before = self.slot("s")[1]
            done = self.walcat("advance", "--slot", "s", "--to-now")
            self.assertEqual(done.returncode, 0, done.stderr)
            (line,) = [json.loads(text) for text in done.stdout.splitlines()]
            kept = line["restart_lsn"] == before and line["retained_bytes"] >= 65536
            self.assertEqual("still keeps" in done.stderr and "Run the same command again" in done.stderr, kept)
            said.append(kept)
        self.assertFalse(said[-1], "three steps and still kept")

    def test_drop_of_a_slot_that_is_not_there(self):
        self.make_slot("s")
        (gone,) = self.events("drop", "--slot", "s", "--if-exists")
        self.assertEqual((gone["slot_name"], gone["dropped"]), ("s", True))
        (none,) = self.events("drop", "--slot", "s", "--if-exists")
        self.assertEqual(none, {"slot_name": "s", "dropped": False, "confirmed_flush_lsn": None})
        self.assertIn("does not exist", self.refused(69, "drop", "--slot", "s"))

    def test_check_does_nothing(self):
        self.make_slot("s")
        self.publish_all()
        self.assertEqual(self.walcat("drop", "--slot", "s", "--check").returncode, 0)
        self.assertEqual(len(self.events("status", "--slot", "s")), 1)


class Tables(CommandCase):
    """What an operator sees; programs in a pipe get JSON."""

    def on_a_terminal(self, *options: str) -> str:
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = self.popen(*options, stdout=theirs, env={**environment(), "TERM": "xterm"})
        os.close(theirs)
        text = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:  # EIO: nobody writes any more
                break
            if not block:
                break
            text += block
        self.assertEqual(process.wait(60), 0)
        return text.decode().replace("\r\n", "\n")

    def test_slots_and_status(self):
        self.make_slot("s")
        self.write(20000)
        for shown in (self.on_a_terminal("slots"), self.walcat("slots", "--format", "pretty").stdout):
            lines = shown.splitlines()
            self.assertEqual(
                lines[0].split(), ["SLOT", "DATABASE", "READER", "WAL", "RETAINED", "LAG", "SAFE", "CONFIRMED"]
            )
            (mine,) = [line for line in lines if line.startswith("s ")]
            self.assertRegex(mine, rf"^s +{self.database} +none.* +reserved +[\d.]+ [KM]iB +[\d.]+ [KM]iB +no limit +")
        shown = self.on_a_terminal("status", "--slot", "s")
        self.assertRegex(shown, r"(?m)^retained_bytes +[\d.]+ [KM]iB$")
        self.assertRegex(shown, r"(?m)^plugin +pgoutput$")
        self.assertTrue(self.walcat("slots").stdout.startswith("{"))

    def test_check(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        shown = self.on_a_terminal("check")
        self.assertRegex(shown, r"(?m)^ok {6}wal_level +logical$")
        self.assertNotIn("{", shown)
        failed = self.walcat("check", "--slot", "none", "--format", "pretty")
        self.assertEqual(failed.returncode, 69)
        self.assertRegex(failed.stdout, r"(?m)^FAILED  slot +none does not exist\n +hint: walcat create makes it")
        self.assertEqual(self.walcat("check").stdout, self.walcat("--check").stdout)


class Summary(CommandCase):
    def fill(self) -> None:
        self.sql("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)")
        self.publish_all()
        self.make_slot("s")
        self.sql("BEGIN; INSERT INTO a SELECT generate_series(1, 5); INSERT INTO b VALUES (1); COMMIT")
        self.sql("BEGIN; UPDATE a SET id = 10 WHERE id = 1; DELETE FROM a WHERE id = 2; TRUNCATE b; COMMIT")

    def test_counts_by_transaction_and_by_table(self):
        self.fill()
        lines = self.events("peek", "--slot", "s", "--summary")
        each = [line for line in lines if "transaction" in line]
        sums = {line["table"]: line for line in lines if "transactions" in line}
        counted = [[line["table"], *(line[op] for op in "cudt")] for line in each]
        # a change of the key is a delete and an insert
        wanted = [
            ["public.a", 5, 0, 0, 0],
            ["public.b", 1, 0, 0, 0],
            ["public.a", 1, 0, 2, 0],
            ["public.b", 0, 0, 0, 1],
        ]
        self.assertEqual(counted, wanted)
        self.assertEqual(each[0]["transaction"], each[1]["transaction"])
        self.assertNotEqual(each[1]["transaction"], each[2]["transaction"])
        self.assertEqual([sums["public.a"][name] for name in ("transactions", "events", "c", "d")], [2, 8, 6, 2])
        self.assertEqual([sums["public.b"][name] for name in ("transactions", "events", "c", "t")], [2, 2, 1, 1])
        table = self.walcat("peek", "--slot", "s", "--summary", "--format", "pretty").stdout.splitlines()
        self.assertEqual(table[0].split()[:4], ["TRANSACTION", "COMMITTED", "END", "TABLE"])
        self.assertEqual(len(table), 7)
        self.assertEqual(self.data("peek", "--slot", "s", "--limit", "1")[0]["after"], {"id": 1}, "it stayed")
        # the end that is told leaves out the first transaction and nothing else
        self.assertEqual(self.walcat("advance", "--slot", "s", "--to", each[0]["end"]).returncode, 0)
        left = [line for line in self.events("peek", "--slot", "s", "--summary") if "transaction" in line]
        self.assertEqual(left, each[2:])

    def test_nothing_waits(self):
        self.publish_all()
        self.make_slot("s")
        self.assertEqual(self.events("peek", "--slot", "s", "--summary"), [])

    def test_transactions_are_printed_on_demand(self):
        self.fill()
        lines = self.events("peek", "--slot", "s", "--transactions")
        self.assertEqual([line["__cdc"] for line in lines if "__cdc" in line], ["begin", "commit"] * 2)
        self.assertTrue(all(line["transaction"] for line in lines if "__cdc" not in line))


if __name__ == "__main__":
    unittest.main()
