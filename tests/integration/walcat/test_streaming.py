#!/usr/bin/env python3
"""--streaming: transactions are received while they run; what is printed does not tell the difference."""

import json
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from streaming_case import PEEK, StreamingCase
from walcat_lab import environment, peak_memory, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab


class Streaming(StreamingCase):
    def setUp(self):
        super().setUp()
        self.sql(
            "CREATE TABLE t (id int PRIMARY KEY, s text); CREATE TABLE u (id int PRIMARY KEY, a int); "
            "CREATE TABLE unseen (a int); CREATE PUBLICATION cdckit FOR TABLE t, u"
        )
        self.make_streaming_slot()

    def check_both_ways(self) -> list[dict]:
        at_once = self.lines()
        self.assertEqual(self.streamed(), 0)
        self.assert_streaming_shows_in_nothing(at_once)
        self.wait_until(lambda: self.streamed() > 0)  # or nothing was tested
        return [json.loads(line) for line in at_once]

    def test_interleaved_transactions_with_rollbacks(self):
        self.sql("INSERT INTO t VALUES (-1, 'first')")  # a loose message takes the last commit's time
        one, two, three = self.session(), self.session(), self.session()
        one.run("BEGIN; INSERT INTO t SELECT n, repeat('a', 100) FROM generate_series(1, 3000) n;")
        two.run("BEGIN; INSERT INTO t SELECT n, repeat('b', 100) FROM generate_series(10001, 13000) n;")
        three.run("BEGIN; INSERT INTO t SELECT n, repeat('c', 100) FROM generate_series(20001, 23000) n;")
        one.run(
            "SAVEPOINT a; INSERT INTO u SELECT n, 1 FROM generate_series(1, 3000) n; ROLLBACK TO a; "
            "INSERT INTO u SELECT n, 2 FROM generate_series(1, 3000) n;"
        )
        two.run(
            "SELECT pg_logical_emit_message(true, 'p', 'in') \\g /dev/null\n"
            "SELECT pg_logical_emit_message(false, 'p', 'out') \\g /dev/null\n"
            "SAVEPOINT a; UPDATE t SET s = 'x' WHERE id BETWEEN 10001 AND 12000; SAVEPOINT b; "
            "DELETE FROM t WHERE id BETWEEN 10001 AND 11000; ROLLBACK TO b; "
            "UPDATE t SET id = id + 100000 WHERE id BETWEEN 10001 AND 12000; COMMIT;"
        )
        self.sql("INSERT INTO t VALUES (0, 'small'); INSERT INTO unseen SELECT generate_series(1, 10000)")
        three.run("ROLLBACK;")
        one.run("INSERT INTO t SELECT n, repeat('d', 100) FROM generate_series(30001, 33000) n; COMMIT;")
        events = self.check_both_ways()
        commits = [event for event in events if event.get("__cdc") == "commit"]
        self.assertEqual([event["event_count"] for event in commits], [1, 9001, 1, 9000])
        positions = [event["pos"] for event in events if "op" in event]
        self.assertEqual(positions, sorted(set(positions)))

    def test_table_altered_and_truncated_in_the_middle(self):
        session = self.session()
        session.run("BEGIN; INSERT INTO t SELECT n, repeat('a', 100) FROM generate_series(1, 2000) n;")
        session.run(
            "SAVEPOINT a; ALTER TABLE t ADD gone int; INSERT INTO t SELECT n, 'b', 7 FROM generate_series(3001, 5000) n; "
            "ROLLBACK TO a; INSERT INTO t SELECT n, repeat('c', 100) FROM generate_series(6001, 8000) n;"
        )
        session.run(
            "ALTER TABLE t RENAME s TO text; INSERT INTO t SELECT n, repeat('c', 100) FROM generate_series(8001, 9000) n; "
            "COMMIT; BEGIN; INSERT INTO t SELECT n, repeat('c', 100) FROM generate_series(9001, 10000) n; "
            "TRUNCATE t, u; INSERT INTO t SELECT n, repeat('c', 100) FROM generate_series(1, 2000) n; COMMIT;"
        )
        events = self.check_both_ways()
        schemas = [event for event in events if event.get("__cdc") == "schema" and event["table"] == "t"]
        self.assertEqual([[c["name"] for c in s["columns"]] for s in schemas], [["id", "s"], ["id", "text"]])
        self.assertEqual(sum(event.get("op") == "t" for event in events), 2)

    def test_memory_is_flat_and_a_kill_leaves_nothing(self):
        self.sql("INSERT INTO t SELECT n, repeat('a', 100) FROM generate_series(1, 200000) n")
        options = ("--slot", "s", "--no-ack", "--streaming", "--spool-dir", str(self.spool))
        process = self.popen(*options, "--until-now", stdout=subprocess.DEVNULL)
        self.assertLess(peak_memory(process), 32 * 1024)
        self.assertEqual(process.returncode, 0)
        process = self.popen(*options)
        first = json.loads(process.stdout.readline())
        self.assertEqual(first["key"], {"id": 1})
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertEqual(list(self.spool.iterdir()), [])

    def test_full_spool(self):
        self.sql("INSERT INTO t SELECT n, repeat('a', 100) FROM generate_series(1, 20000) n")
        words = f"trap '' XFSZ; ulimit -f 64; exec walcat -d {self.database} {' '.join(PEEK)} --streaming"
        done = subprocess.run(
            ["bash", "-c", f"{words} --spool-dir {self.spool} | cat >/dev/null; exit ${{PIPESTATUS[0]}}"],
            env=environment(), capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertIn(f'could not spool to "{self.spool}"', done.stderr)
        self.assertIn("hint: Make room there", done.stderr)

    def test_folder_that_is_not_there(self):
        self.sql("INSERT INTO t SELECT n, repeat('a', 100) FROM generate_series(1, 20000) n")
        done = self.walcat(*PEEK, "--streaming", "--spool-dir", str(self.spool / "none"))
        self.assertEqual(done.returncode, 73, done.stderr)
        self.assertIn("--spool-dir", done.stderr)

    def test_an_open_transaction_does_not_hold_back_others_nor_the_slot(self):
        session = self.session()
        session.run("BEGIN; INSERT INTO t SELECT n, repeat('a', 100) FROM generate_series(1, 5000) n;")
        process = self.popen("--slot", "s", "--ack", "stdout", "--streaming", "--snapshot", "never")
        self.sql("INSERT INTO u VALUES (1, 1)")
        self.assertEqual(json.loads(process.stdout.readline())["key"], {"id": 1})
        self.wait_until(lambda: self.streamed() > 0)
        self.sql("INSERT INTO unseen VALUES (1)")
        target = self.sql("SELECT pg_current_wal_lsn()")
        self.wait_until(lambda: self.sql(f"SELECT '{self.slot('s')[0]}'::pg_lsn >= '{target}'") == "t")
        session.run("COMMIT;")
        keys = [json.loads(process.stdout.readline())["key"]["id"] for _ in range(5000)]
        self.assertEqual(keys, list(range(1, 5001)))
        process.terminate()
        self.assertEqual(process.wait(timeout=60), 0)

    def test_lost_connection_sends_the_whole_again(self):
        session = self.session()
        session.run("BEGIN; INSERT INTO t SELECT n, repeat('a', 100) FROM generate_series(1, 5000) n;")
        process = self.popen("--slot", "s", "--ack", "stdout", "--streaming", "--snapshot", "never")
        self.wait_until(lambda: self.streamed() > 0)
        self.sql("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 's'")
        time.sleep(0.5)
        session.run("INSERT INTO t SELECT n, repeat('a', 100) FROM generate_series(5001, 9000) n; COMMIT;")
        keys = [json.loads(process.stdout.readline())["key"]["id"] for _ in range(9000)]
        self.assertEqual(keys, list(range(1, 9001)))
        process.terminate()
        self.assertEqual(process.wait(timeout=60), 0)


if __name__ == "__main__":
    unittest.main()
