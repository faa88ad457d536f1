#!/usr/bin/env python3
"""Things that happen to a running stream, and starts that must be refused."""

import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from holding_proxy import HoldingProxy
from walcat_lab import Case, environment, start_lab, stop_lab

KILLS = int(os.environ.get("CDC_KILLS", "8"))
SEED = int(os.environ.get("CDC_SEED", "11"))


setUpModule, tearDownModule = start_lab, stop_lab


class Trouble(Case):
    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE t (id int PRIMARY KEY, a int)")
        self.publish_all()
        self.make_slot("s")

    def streaming(self) -> subprocess.Popen:
        process = self.popen("--slot", "s", "--ack", "stdout", "--snapshot", "never", stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        self.wait_until(lambda: self.read_slots() == 1)
        return process

    def ends_with_69(self, process: subprocess.Popen) -> str:
        self.assertEqual(process.wait(timeout=60), 69)
        return process.stderr.read().decode()

    def test_slot_dropped_under_it(self):
        process = self.streaming()
        self.sql(
            "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = 's'; "
            "SELECT pg_drop_replication_slot('s')"
        )
        self.assertIn("it is gone", self.ends_with_69(process))

    def test_publication_dropped_under_it(self):
        process = self.streaming()
        self.sql("INSERT INTO t VALUES (1, 1)")
        self.assertEqual(json.loads(process.stdout.readline())["key"], {"id": 1})
        self.sql("DROP PUBLICATION cdckit; INSERT INTO t VALUES (2, 2)")
        said = self.ends_with_69(process)
        self.assertIn("publication", said)
        self.assertIn("hint: ", said)

    def test_slot_moved_by_something_else_while_it_was_away(self):
        process = self.streaming()
        self.sql(
            "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = 's'; "
            "INSERT INTO t VALUES (1, 1); SELECT pg_replication_slot_advance('s', pg_current_wal_lsn())"
        )
        self.assertIn("something else has moved it", self.ends_with_69(process))

    def test_slot_with_two_phase_is_refused(self):
        self.sql("SELECT pg_create_logical_replication_slot('two', 'pgoutput', false, true)")
        done = self.walcat("--slot", "two", "--no-ack", "--until-now")
        self.assertEqual((done.returncode, done.stdout), (69, ""), done.stderr)
        self.assertIn("two_phase", done.stderr)

    def test_lost_slot(self):
        self.sql("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'; SELECT pg_reload_conf()")
        self.addCleanup(self.sql, "ALTER SYSTEM RESET max_slot_wal_keep_size; SELECT pg_reload_conf()")
        lost = "SELECT wal_status FROM pg_replication_slots WHERE slot_name = 's'"
        for _ in range(20):
            if self.sql(lost) == "lost":
                break
            self.sql("INSERT INTO t SELECT 1, 1 WHERE false; SELECT pg_switch_wal(); CHECKPOINT")
            self.sql("SELECT pg_logical_emit_message(false, 'fill', repeat('x', 1000000))")
        self.assertEqual(self.sql(lost), "lost")
        done = self.walcat("--slot", "s", "--no-ack", "--until-now")
        self.assertEqual((done.returncode, done.stdout), (69, ""), done.stderr)
        self.assertIn("is lost", done.stderr)
        done = self.walcat("advance", "--slot", "s", "--to-now")
        self.assertEqual(done.returncode, 69)
        self.assertIn('could not advance slot "s": it is lost: wal_removed', done.stderr)
        self.assertIn("hint: Drop it with walcat drop", done.stderr)
        self.assertIn("hint: ", done.stderr)

    def test_full_disk_while_streaming(self):
        with open("/dev/full", "wb") as full:
            process = self.popen("--slot", "s", "--no-ack", stdout=full, stderr=subprocess.PIPE)
            self.addCleanup(process.stderr.close)
            self.sql("INSERT INTO t VALUES (1, 1)")
            self.assertEqual(process.wait(timeout=60), 74)
        self.assertIn(b"No space left", process.stderr.read())

    def test_start(self):
        self.sql("INSERT INTO t VALUES (1, 1)")
        middle = self.sql("SELECT pg_current_wal_lsn()")
        self.sql("INSERT INTO t VALUES (2, 2)")
        end = self.sql("SELECT pg_current_wal_lsn()")
        slot = self.slot("s")[0]

        def start(position: str, *options: str) -> subprocess.CompletedProcess:
            return self.walcat("--slot", "s", "--start", position, "--until-now", *options)

        keys = lambda done: [json.loads(line)["key"]["id"] for line in done.stdout.splitlines()]  # noqa: E731
        self.assertEqual(keys(start(slot, "--no-ack")), [1, 2])
        self.assertEqual(keys(start(middle, "--no-ack")), [2])
        self.assertEqual(keys(self.walcat("peek", "--slot", "s", "--start", end)), [])
        self.assertEqual(self.slot("s")[0], slot)
        for position, options, said in (
            ("0/1", ("--no-ack",), "keeps nothing before it"),
            ("FFF/0", ("--no-ack",), "the server has only come to"),
            (middle, ("--ack", "stdout", "--snapshot", "never"), "would be lost"),
        ):
            done = start(position, *options)
            self.assertEqual((done.returncode, done.stdout), (69, ""), done.stderr)
            self.assertIn(said, done.stderr)
            self.assertIn("hint: ", done.stderr)


class Connecting(Case):
    def silent(self) -> int:
        """A port that takes connections and never answers."""
        server = self.enterContext(socket.create_server(("127.0.0.1", 0), backlog=64))
        return server.getsockname()[1]

    def test_a_silent_host_gives_way_to_the_next(self):
        env = environment()
        hosts = f"host=127.0.0.1,{env['PGHOST']} port={self.silent()},{env['PGPORT']}"
        info = f"{hosts} connect_timeout=2 sslmode=disable target_session_attrs=read-write dbname={self.database}"
        done = subprocess.run(
            ["walcat", "slots", "-d", info], env=env, capture_output=True, text=True, timeout=30, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_signal_ends_an_attempt_to_connect(self):
        info = f"host=127.0.0.1 port={self.silent()} sslmode=disable connect_timeout=60"
        words = ["walcat", "-d", info]
        process = subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        fds = pathlib.Path(f"/proc/{process.pid}/fd")
        connected = lambda: any("socket" in os.readlink(fd) for fd in fds.iterdir() if fd.exists())  # noqa: E731
        self.wait_until(connected)
        process.terminate()
        self.assertEqual(process.wait(20), 75)

    def test_that_it_tries_again_is_said_once(self):
        words = ["walcat", "-d", "host=127.0.0.1 port=1", "--retry-for", "2s"]
        done = subprocess.run(words, env=environment(), capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 75)
        self.assertEqual(done.stderr.count("trying again"), 1, done.stderr)

    def test_a_stream_that_breaks_at_once_each_time_is_given_up(self):
        self.sql("CREATE TABLE t (id int PRIMARY KEY)")
        self.publish_all()
        self.make_slot("s")
        env = environment()
        proxy = HoldingProxy(env["PGHOST"], int(env["PGPORT"]), b"START_REPLICATION", cut=True)
        self.addCleanup(proxy.close)
        process = self.popen("--slot", "s", "--ack", "stdout", "--retry-for", "2s", env={**env, **proxy.variables()})
        self.assertEqual(process.wait(30), 75)
        self.assertGreater(proxy.count, 1)


class Killed(Case):
    """walcat | pg-load, killed at random moments: what is loaded equals its source."""

    def test_seeded_kills(self):
        chance = random.Random(SEED)
        target = f"{self.database}_copy"
        subprocess.run(["createdb", target], env=environment(), check=True)
        self.addCleanup(subprocess.run, ["dropdb", "-f", target], env=environment(), check=True)
        self.sql("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT n, 0 FROM generate_series(1, 50) n")
        ack = self.folder / "s.ack"
        source = f"walcat -d {self.database} --slot s --create --ack {ack}"
        sink = f"pg-load -d {target} --mode events --create --ack {ack}"
        steps = "".join(
            f"INSERT INTO t SELECT {n * 100} + g, {n} FROM generate_series(0, {n % 30}) g;\n"
            f"UPDATE t SET a = a + 1 WHERE id % 17 = {n % 17};\nDELETE FROM t WHERE id % 97 = {n % 97};\n"
            "SELECT pg_sleep(0.02) \\g /dev/null\n"
            for n in range(1, KILLS * 30)
        )
        script = self.folder / "writer.sql"
        script.write_text(steps)
        writer = subprocess.Popen(["psql", "-Xq", "-d", self.database, "-f", str(script)], env=environment())
        self.addCleanup(writer.wait)
        for _ in range(KILLS):
            process = subprocess.Popen(
                ["bash", "-c", f"{source} | {sink}"], env=environment(), start_new_session=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(chance.uniform(0.2, 1.2))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.wait_until(lambda: self.active_slots() == 0)
        writer.wait()
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {source} --until-now | {sink}"],
            env=environment(), capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        question = "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY id)) FROM t"
        words = ["psql", "-XqAt", "-d", target, "-c", question]
        copied = subprocess.run(words, env=environment(), capture_output=True, text=True, check=True).stdout.strip()
        self.assertEqual(copied, self.sql(question))


if __name__ == "__main__":
    unittest.main()
