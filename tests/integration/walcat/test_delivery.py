#!/usr/bin/env python3
"""Checkpoints, acknowledgement, resuming, refusals, slow and dying sinks, lost servers."""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from walcat_lab import POSTGRES, Case, environment, file_ack, lab, start_lab, stop_lab

setUpModule, tearDownModule = start_lab, stop_lab

KILLS = int(os.environ.get("CDC_KILLS", "12"))
SEED = int(os.environ.get("CDC_SEED", "7"))
SINK = pathlib.Path(__file__).resolve().parents[1] / "support" / "file_sink.py"


def lsn(text: str) -> int:
    high, low = text.split("/")
    return int(high, 16) << 32 | int(low, 16)


class Delivery(Case):
    def setUp(self):
        super().setUp()
        self.ack = self.folder / "s.ack"
        self.out = self.folder / "out.ndjson"
        self.sql("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1)")

    def command(self, *options: str) -> str:
        words = ["walcat", "-d", self.database, "--slot", "s", "--create", "--ack", str(self.ack), *options]
        return " ".join(words) + f" | {SINK} {self.out} {self.ack}"

    def pipe(self, *options: str) -> int:
        done = subprocess.run(
            ["bash", "-c", f"{self.command(*options)}; echo ${{PIPESTATUS[*]}}"],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        said = [line for line in done.stderr.splitlines() if not line.startswith("walcat: made ")]
        self.assertEqual(said, [])
        return done.stdout.strip()

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.read_text().split("\n") if line]

    def rows(self) -> list[dict]:
        return [line for line in self.lines() if "acked" not in line]

    def confirmed(self) -> int:
        return lsn(self.slot("s")[0])


class Resuming(Delivery):
    def test_snapshot_then_stream_then_resume(self):
        self.assertEqual(self.pipe("--until-now"), "0 0")
        self.sql("INSERT INTO t VALUES (2, 2); UPDATE t SET a = 3 WHERE id = 1")
        self.assertEqual(self.pipe("--until-now"), "0 0")
        self.sql("DELETE FROM t WHERE id = 2")
        self.assertEqual(self.pipe("--until-now"), "0 0")
        self.assertEqual(
            [(row["op"], row["key"]["id"]) for row in self.rows()], [("r", 1), ("c", 2), ("u", 1), ("d", 2)]
        )
        positions = [row["pos"] for row in self.rows()]
        self.assertEqual(positions, sorted(set(positions)))
        self.assertEqual(self.confirmed(), int(json.loads(self.ack.read_text())["pos"], 16))

    def test_without_acknowledgement_nothing_moves(self):
        done = self.walcat("--slot", "s", "--create", "--ack", str(self.ack), "--until-now", "--ack-timeout", "500ms")
        self.assertEqual(done.returncode, 75)
        self.assertIn("acknowledged", done.stderr)
        before = self.kept_place("s")
        self.sql("INSERT INTO t VALUES (2, 2)")
        done = self.walcat("--slot", "s", "--ack", str(self.ack), "--until-now", "--ack-timeout", "500ms")
        self.assertEqual(done.returncode, 75)
        self.assertIn("taking a new snapshot", done.stderr)
        self.assertEqual(self.kept_place("s"), before)
        ops = [(e["op"], e["key"]["id"]) for e in map(json.loads, done.stdout.splitlines()) if "op" in e]
        self.assertEqual(sorted(ops), [("c", 2), ("r", 1), ("r", 2)])

    def test_ghost_row_ends_deleted(self):
        """Deleted between two snapshots: the stream from the old slot's start says so."""
        self.walcat("--slot", "s", "--create", "--ack", str(self.ack), "--until-now", "--ack-timeout", "100ms")
        self.sql("DELETE FROM t; INSERT INTO t VALUES (9, 9)")
        self.assertEqual(
            subprocess.run(
                ["bash", "-c", self.command("--until-now")],
                env=environment(),
                check=False,
                timeout=60,
                capture_output=True,
            ).returncode,
            0,
        )
        self.assertEqual([(row["op"], row["key"]["id"]) for row in self.rows()], [("r", 9), ("d", 1), ("c", 9)])

    def test_the_slowest_of_two_files_counts(self):
        self.assertEqual(self.pipe("--until-now"), "0 0")
        before = self.confirmed()
        other = self.folder / "other.ack"
        other.write_bytes(self.ack.read_bytes())
        process = self.popen("--slot", "s", "--ack", str(self.ack), "--ack", str(other))
        hello = json.loads(process.stdout.readline())
        self.sql("INSERT INTO t VALUES (2, 2)")
        border = self.read_checkpoint(process, 1)
        file_ack(self.ack, hello, border)
        time.sleep(1.5)
        self.assertEqual(self.confirmed(), before)
        file_ack(other, hello, {**border, "seq": border["seq"] + 5})  # never sent: not believed
        time.sleep(1.5)
        self.assertEqual(self.confirmed(), before)
        file_ack(other, hello, border)
        self.wait_until(lambda: self.confirmed() == int(border["pos"], 16))
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read().splitlines()
        self.assertEqual(json.loads(rest[-1])["__cdc"], "eof")

    def read_checkpoint(self, process, rows: int) -> dict:
        seen = 0
        for line in process.stdout:
            event = json.loads(line)
            seen += event.get("__cdc") is None
            if event.get("__cdc") == "ckpt" and seen >= rows:
                return event
        self.fail("no checkpoint")

    def test_stop_waits_for_the_last_acknowledgement(self):
        process = self.popen("--slot", "s", "--create", "--ack", str(self.ack))
        hello = json.loads(process.stdout.readline())
        self.read_checkpoint(process, 1)
        process.send_signal(signal.SIGTERM)
        eof = json.loads(process.stdout.read().splitlines()[-1])
        self.assertEqual(eof["__cdc"], "eof")
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        file_ack(self.ack, hello, eof)
        self.assertEqual(process.wait(timeout=60), 0)

    def test_ack_stdout(self):
        self.assertEqual(len(self.data("--slot", "s", "--create", "--ack", "stdout", "--until-now")), 1)
        self.sql("INSERT INTO t VALUES (2, 2)")
        self.assertEqual(len(self.data("--slot", "s", "--ack", "stdout", "--until-now")), 1)
        self.assertEqual(self.data("--slot", "s", "--ack", "stdout", "--until-now"), [])

    def test_idle_slot_moves(self):
        """Only unpublished tables are written to: the position travels the pipe all the same."""
        self.sql("CREATE TABLE unseen (a int); CREATE PUBLICATION cdckit FOR TABLE t")
        process = subprocess.Popen(["bash", "-c", self.command()], env=environment(), start_new_session=True)
        self.addCleanup(self.end_group, process)
        self.wait_until(lambda: self.ack.exists() and "snapshot" not in self.ack.read_text())
        before = self.confirmed()
        self.sql("INSERT INTO unseen SELECT generate_series(1, 10000)")
        target = lsn(self.sql("SELECT pg_current_wal_lsn()"))
        self.wait_until(lambda: self.confirmed() >= target)
        self.assertGreater(self.confirmed(), before)
        self.assertEqual([row["op"] for row in self.rows()], ["r"])

    @staticmethod
    def end_group(process: subprocess.Popen) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Refusing(Delivery):
    def setUp(self):
        super().setUp()
        self.assertEqual(self.pipe("--until-now"), "0 0")

    def refused(self) -> str:
        done = self.walcat("--slot", "s", "--create", "--ack", str(self.ack), "--until-now", "--ack-timeout", "100ms")
        self.assertEqual((done.returncode, done.stdout), (69, ""), done.stderr)
        return done.stderr

    def rewrite(self, **changes) -> None:
        record = json.loads(self.ack.read_text())
        for name, value in changes.items():
            (record if name in record else record["source"])[name] = value
        self.ack.write_text(json.dumps(record))

    def test_another_system(self):
        self.rewrite(system_id="1")
        self.assertIn("another system_id", self.refused())

    def test_another_slot(self):
        self.rewrite(slot="other")
        self.assertIn("another slot", self.refused())

    def test_another_database(self):
        self.rewrite(database="other")
        self.assertIn("another database", self.refused())

    def test_ahead_of_the_server(self):
        self.rewrite(pos="00000FFF00000000")
        self.assertIn("ahead of the server", self.refused())

    def test_behind_the_slot(self):
        self.sql("INSERT INTO t VALUES (2, 2); SELECT pg_replication_slot_advance('s', pg_current_wal_lsn())")
        self.assertIn("behind slot", self.refused())

    def test_slot_that_is_gone(self):
        self.sql("SELECT pg_drop_replication_slot('s')")
        self.assertIn("is gone", self.refused())

    def test_position_of_something_else(self):
        self.rewrite(pos="offset:7")
        self.assertIn("no position of walcat", self.refused())

    def test_torn_file_is_no_file(self):
        self.ack.write_text(self.ack.read_text()[:20])
        done = self.walcat("--slot", "s", "--ack", str(self.ack), "--until-now", "--ack-timeout", "100ms")
        self.assertIn('"op":"r"', done.stdout)


class Trouble(Delivery):
    def test_kill_nine_loses_nothing(self):
        """Seeded kills of either side while rows are written; duplicates only after the last ack."""
        rng = random.Random(SEED)
        self.sql("CREATE TABLE w (id serial PRIMARY KEY, a int)")
        script = self.folder / "writer.sql"
        loop = "".join(
            f"INSERT INTO w (a) SELECT {n} FROM generate_series(1, {n % 37 + 1});\nSELECT pg_sleep(0.004) \\g /dev/null\n"
            for n in range(100 * KILLS)
        )
        script.write_text(loop)
        writer = subprocess.Popen(["psql", "-Xq", "-d", self.database, "-f", str(script)], env=environment())
        self.addCleanup(self.end_process, writer)
        for _ in range(KILLS):
            written = self.written()
            process = subprocess.Popen(
                ["bash", "-c", self.command()], env=environment(), start_new_session=True, stderr=subprocess.DEVNULL
            )
            if rng.random() < 0.75:  # the others die while they start
                self.wait_until(lambda: self.written() > written or writer.poll() is not None)  # noqa: B023
            time.sleep(rng.uniform(0, 0.5))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.wait_until(lambda: self.active_slots() == 0)
            cut = self.out.read_bytes() if self.out.exists() else b""
            self.out.write_bytes(cut[: cut.rfind(b"\n") + 1])  # a torn last line was never acknowledged
        writer.wait()
        done = subprocess.run(
            ["bash", "-c", self.command("--until-now")],
            env=environment(),
            check=False,
            timeout=60,
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_journal()

    def written(self) -> int:
        return self.out.stat().st_size if self.out.exists() else 0

    @staticmethod
    def end_process(process: subprocess.Popen) -> None:
        process.kill()
        process.wait()

    def check_journal(self) -> None:
        state, acked, duplicates = {}, 0, 0
        latest = {}
        for line in self.lines():
            if "acked" in line:
                if not line["acked"].startswith("snapshot:"):
                    self.assertGreaterEqual(int(line["acked"], 16), acked)
                    acked = int(line["acked"], 16)
                continue
            if line["op"] != "r":
                # the ack is an end LSN, a row's pos its commit's start: what was covered never comes again
                self.assertGreaterEqual(int(line["pos"][:16], 16), acked)
            key = (line["source"]["table"], line["key"]["id"])
            duplicates += latest.get(key) == line["pos"]
            latest[key] = line["pos"]
            state[key] = line["after"]
        table = {("w", row["id"]): row for row in json.loads(self.sql("SELECT json_agg(w) FROM w"))}
        table.update({("t", row["id"]): row for row in json.loads(self.sql("SELECT json_agg(t) FROM t"))})
        self.assertEqual(state, table)
        self.assertGreater(duplicates, 0)  # the kills did hit something

    def test_blocked_stdout_outlives_the_server_timeout(self):
        self.sql(f"ALTER ROLE postgres IN DATABASE \"{self.database}\" SET wal_sender_timeout = '1500ms'")
        self.sql("CREATE PUBLICATION cdckit FOR ALL TABLES; INSERT INTO t SELECT n, n FROM generate_series(2, 100) n")
        process = self.popen("--slot", "s", "--create", "--ack", "stdout", "--snapshot", "never")
        self.wait_until(lambda: self.read_slots() == 1)
        self.sql("INSERT INTO t SELECT n, n FROM generate_series(1000, 60000) n")
        time.sleep(5)  # nobody reads
        self.assertEqual(self.read_slots(), 1)
        keys = [json.loads(process.stdout.readline())["key"]["id"] for _ in range(59001)]
        self.assertEqual(keys, list(range(1000, 60001)))
        process.terminate()
        self.assertEqual(process.wait(timeout=60), 0)

    def test_server_restart_repeats_and_loses_nothing(self):
        self.sql("CREATE PUBLICATION cdckit FOR ALL TABLES")
        out = open(self.folder / "raw", "wb")  # noqa: SIM115
        self.addCleanup(out.close)
        process = self.popen("--slot", "s", "--create", "--ack", str(self.ack), stdout=out)
        self.wait_until(lambda: (self.folder / "raw").read_text().count('"op":"r"') == 1)
        self.sql("INSERT INTO t SELECT n, n FROM generate_series(2, 5000) n")
        lab("kill", POSTGRES)
        time.sleep(0.3)
        lab("start", POSTGRES)
        self.sql("INSERT INTO t SELECT n, n FROM generate_series(5001, 6000) n")
        self.wait_until(lambda: (self.folder / "raw").read_text().count('"op":"c"') >= 5999)
        rows = [json.loads(line) for line in (self.folder / "raw").read_text().split("\n") if '"op":"c"' in line]
        self.assertEqual([row["key"]["id"] for row in rows], list(range(2, 6001)))
        positions = [row["pos"] for row in rows]
        self.assertEqual(positions, sorted(set(positions)))
        process.kill()

    def test_lost_connection_in_the_middle_of_a_transaction(self):
        self.sql("CREATE PUBLICATION cdckit FOR ALL TABLES")
        self.make_slot("s")
        self.sql("INSERT INTO t SELECT n, n FROM generate_series(2, 200000) n")
        process = self.popen("--slot", "s", "--no-ack", "--until-now", "--transactions")
        head = [process.stdout.readline() for _ in range(3000)]
        self.sql("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 's'")
        rows = [json.loads(line) for line in [*head, *process.stdout.read().splitlines()]]
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertEqual([row.get("__cdc") for row in rows if "__cdc" in row], ["begin", "commit"])
        changes = [row for row in rows if "op" in row]
        self.assertEqual([row["key"]["id"] for row in changes], list(range(2, 200001)))
        self.assertEqual([row["transaction"]["total_order"] for row in changes], list(range(1, 200000)))

    def test_closed_pipe_with_a_promise_is_75(self):
        command = f"walcat -d {self.database} --slot s --create --ack {self.ack} | head -3 >/dev/null; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(
            ["bash", "-c", command], env=environment(), capture_output=True, text=True, check=False, timeout=30
        )
        self.assertEqual(done.stdout, "75\n")

    def test_full_disk(self):
        command = f"walcat -d {self.database} --snapshot only > /dev/full"
        self.sql("CREATE PUBLICATION cdckit FOR ALL TABLES")
        done = subprocess.run(
            ["bash", "-c", command], env=environment(), capture_output=True, text=True, check=False, timeout=30
        )
        self.assertEqual(done.returncode, 74, done.stderr)


if __name__ == "__main__":
    unittest.main()
