#!/usr/bin/env python3
"""scripts/cdc-run: what is started again and what is not, that nobody is left behind, and that source and mirror are
the same after any of its processes was killed at random (CDC_KILLS times)."""

import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import TOP
from pg_load_lab import Case, environment, psql, start_lab, stop_lab

CDC_RUN = TOP / "scripts/cdc-run"
KILLS = int(os.environ.get("CDC_KILLS", "10"))
SEED = int(os.environ.get("CDC_SEED", "1"))


def members(group_of: int) -> list[tuple[int, str]]:
    """Processes of the session that it leads, with their names."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        name, rest = stat[stat.index("(") + 1 :].rsplit(")", 1)
        words = rest.split()
        if words[0] != "Z" and int(words[3]) == group_of:
            found.append((int(entry.name), name))
    return found


def children(pid: int) -> list[int]:
    try:
        return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def name_of(pid: int) -> str:
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


class Runs:
    """cdc-run on a pipeline in the test's folder."""

    folder: pathlib.Path

    def write(self, text: str) -> pathlib.Path:
        path = self.folder / "mirror.pipeline"
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, text: str, *options: str, **variables: str) -> subprocess.Popen:
        self.state = self.folder / "state"
        words = [CDC_RUN, "--state", self.state, "--pause", "50ms:400ms", "--grace", "1s", *options, self.write(text)]
        process = subprocess.Popen(words, env=environment(**variables), stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    def end(self, process: subprocess.Popen) -> None:
        process.kill()
        process.wait()
        process.stderr.close()

    def run_to_its_end(self, text: str, *options: str) -> tuple[int, str]:
        process = self.start(text, *options)
        said = process.communicate(timeout=60)[1]
        return process.returncode, said

    def shell_of(self, process: subprocess.Popen) -> int:
        """The process that leads the group of the stages; 0 between two runs."""
        found = [pid for pid in children(process.pid) if name_of(pid) == "bash"]
        return found[0] if found else 0

    def group(self, process: subprocess.Popen, size: int) -> list[tuple[int, str]]:
        """The group when it has `size` members."""
        found = []

        def complete() -> bool:
            nonlocal found
            shell = self.shell_of(process)
            found = members(shell) if shell else []
            return len(found) >= size

        self.wait_until(complete)
        return found


class RunCase(Runs, unittest.TestCase):
    wait_until = Case.wait_until

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))


class Codes(RunCase):
    """Which codes start a pipeline again. `count` fails as often as a file has lines."""

    def counted(self, code: str) -> str:
        """A stage that ends with `code` twice, then with 0."""
        return f"sh -c 'echo x >>$STATE/runs; [ $(wc -l <$STATE/runs) -gt 2 ] || {code}'"

    def test_what_passes_by_itself_is_tried_again(self):
        codes = [("{} | cat", code) for code in ("exit 75", "exit 141", "kill -TERM $$", "kill -SEGV $$")]
        for place, code in [*codes, ("true | {}", "kill -9 $$"), ("true | {} | cat", "exit 75")]:
            with self.subTest(code=code, place=place):
                (self.folder / "state/runs").unlink(missing_ok=True)
                ended, said = self.run_to_its_end(place.format(self.counted(code)))
                self.assertEqual(ended, 0, said)
                lines = [line for line in said.splitlines() if "restart" in line]
                self.assertEqual(len(lines), 2, said)

    def test_what_stays_ends_it_with_that_code(self):
        for code in (2, 65, 69, 70, 74, 77, 78, 127):
            first = 75 if code > 69 else 0
            with self.subTest(code=code):
                ended, said = self.run_to_its_end(f"sh -c 'exit {first}' | sh -c 'exit {code}' | cat")
                self.assertEqual(ended, code, said)
                self.assertNotIn("restart", said)
                self.assertIn(f"ended with {code}", said)

    def test_a_clean_end_is_the_end(self):
        self.assertEqual(self.run_to_its_end("true | true")[0], 0)
        self.assertEqual(self.run_to_its_end("true | sh -c 'exit 1'\n# the last line is a comment\n")[0], 1)

    def test_a_backslash_at_the_end_goes_on_with_nothing(self):
        self.assertEqual(self.run_to_its_end("true | true \\")[0], 0)

    def test_a_full_disk_hides_no_code(self):
        """No file takes a byte, as on a full disk; pipes do."""
        path = self.write("sh -c 'exit 74' | cat")
        words = ["bash", "-c", 'ulimit -f 0; exec "$0" --state "$1" "$2"', CDC_RUN, self.folder, path]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertIn("cdc-run.prom", done.stderr)

    def test_pauses_double_up_to_the_longest(self):
        process = self.start("exit 75 | true")
        said = "".join(process.stderr.readline() for _ in range(6))
        pauses = [line.split(" in ")[1].split(" s:")[0] for line in said.splitlines()]
        self.assertEqual(pauses, ["0.05", "0.1", "0.2", "0.4", "0.4", "0.4"])

    def test_a_pipeline_that_cannot_be_read(self):
        for text in ("true | (", "", "# true\n\n"):
            self.assertEqual(self.run_to_its_end(text)[0], 78)
        done = subprocess.run([CDC_RUN, self.folder / "none"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 78)
        self.assertIn('could not read pipeline "', done.stderr)
        self.assertEqual(subprocess.run([CDC_RUN, "--pause", "5"], capture_output=True, check=False).returncode, 2)
        done = subprocess.run([CDC_RUN, "--stat", "a", "b"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, "Did you mean --state?" in done.stderr), (2, True), done.stderr)

    def test_the_text_of_the_pipeline_is_in_no_argv(self):
        process = self.start("SECRET_OF_MINE=abc sleep 60 | cat")
        for pid, _ in self.group(process, 3):
            self.assertNotIn("SECRET_OF_MINE", pathlib.Path(f"/proc/{pid}/cmdline").read_text())

    def test_check_runs_nothing(self):
        path = self.write("touch $STATE/ran | cat")
        words = [CDC_RUN, "--check", "--state", self.folder / "state", path]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual((done.returncode, [line["ok"] for line in lines]), (0, [True, True]))
        self.assertFalse((self.folder / "state/ran").exists())
        path.write_text("true |")
        self.assertEqual(subprocess.run(words, capture_output=True, check=False).returncode, 78)

    def test_its_own_stdout_is_full_or_closed(self):
        with open("/dev/full", "wb") as full:
            words = [CDC_RUN, "--check", "--state", self.folder / "state", self.write("true | true")]
            done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, "could not write to stdout" in done.stderr), (74, True), done.stderr)
        for word in ("--help", "--version"):
            done = subprocess.run(
                ["bash", "-c", '"$0" "$1" | true; exit "${PIPESTATUS[0]}"', CDC_RUN, word],
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual((done.returncode, done.stderr), (0, ""))


class Processes(RunCase):
    def gone(self, group: int) -> bool:
        return not members(group)

    def test_a_stop_lets_the_source_drain_first(self):
        stage = "sh -c 'trap \"echo last; exit 0\" TERM; while :; do sleep 0.05; done' | sh -c 'cat >$STATE/out'"
        process = self.start(stage)
        self.group(process, 4)
        process.terminate()
        self.assertEqual(process.wait(30), 0, process.stderr.read())
        self.assertEqual((self.state / "out").read_text(), "last\n")

    def test_a_stop_ends_well_where_rows_were_kept_back(self):
        process = self.start("sh -c 'trap \"exit 0\" TERM; while :; do sleep 0.05; done' | sh -c 'cat; exit 1'")
        self.group(process, 4)
        process.terminate()
        self.assertEqual(process.wait(30), 0, process.stderr.read())

    def test_asked_twice_it_ends_at_once(self):
        for first, second in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGTERM, signal.SIGINT)):
            process = self.start("sh -c 'trap \"\" TERM; sleep 300' | cat", "--grace", "60s")
            self.group(process, 4)
            group = self.shell_of(process)
            process.send_signal(first)
            time.sleep(0.3)  # two signals at once are one
            process.send_signal(second)
            self.assertEqual(process.wait(30), 128 + second)
            self.assertTrue(self.gone(group))

    def test_nobody_reads_its_messages(self):
        """A logger that died is no reason to end."""
        process = self.start("sh -c 'echo x >>$STATE/runs; exit 75' | cat")
        process.stderr.close()
        self.wait_until(lambda: (self.state / "runs").exists() and (self.state / "runs").stat().st_size > 8)
        process.terminate()
        self.assertEqual(process.wait(30), 75)

    def test_nobody_reads_its_stdout(self):
        """As with `| head`: the source drains, then it is the end."""
        source = "sh -c 'trap \"echo last; exit 0\" TERM; while :; do sleep 0.05; done'"
        path = self.write(f"{source} | sh -c 'echo receipt; cat >$STATE/out'")
        words = '"$0" --state "$1" "$2" | head -1; exit "${PIPESTATUS[0]}"'
        done = subprocess.run(
            ["bash", "-c", words, CDC_RUN, self.folder, path], capture_output=True, text=True, check=False, timeout=60
        )
        self.assertEqual((done.returncode, done.stdout), (0, "receipt\n"), done.stderr)
        self.assertEqual((self.folder / "out").read_text(), "last\n")

    def test_a_stage_with_a_process_group_of_its_own_is_not_left(self):
        """timeout(1) makes one. Stopped, and killed."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            process = self.start("sleep 300 | timeout 300 sleep 300")
            self.group(process, 4)
            group = self.shell_of(process)
            process.send_signal(number)
            process.wait(30)
            self.wait_until(lambda group=group: self.gone(group), 30)

    def test_stages_that_do_not_listen_are_killed(self):
        process = self.start("sh -c 'trap \"\" TERM; sleep 300' | sh -c 'trap \"\" TERM; sleep 300; true'")
        self.group(process, 5)
        group = self.shell_of(process)
        process.terminate()
        self.assertEqual(process.wait(30), 75)
        self.assertTrue(self.gone(group))

    def test_nobody_is_left_when_it_is_killed_itself(self):
        process = self.start("sleep 300 | tee >(sleep 300) | sleep 300")
        self.group(process, 5)
        group = self.shell_of(process)
        process.kill()
        process.wait()
        self.wait_until(lambda: self.gone(group), 30)
        # and the folder is free again
        self.assertEqual(self.run_to_its_end("true | true")[0], 0)

    def test_a_source_that_does_not_notice_its_dead_sink(self):
        code, said = self.run_to_its_end(
            "sleep 300 | sh -c '[ -e $STATE/seen ] && exit 65; touch $STATE/seen; exit 75'"
        )
        self.assertEqual(code, 65, said)
        self.assertEqual(said.count("restart"), 1, said)

    def test_a_second_one_on_the_same_folder(self):
        self.group(self.start("sleep 300 | sleep 300"), 3)
        code, said = self.run_to_its_end("true | true")
        self.assertEqual(code, 75)
        self.assertIn("runs a pipeline there", said)

    def test_systemd_is_told(self):
        place = str(self.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
            service.bind(place)
            service.settimeout(30)
            process = self.start(
                "echo ${NOTIFY_SOCKET-none} >$STATE/said; sleep 300 | cat", NOTIFY_SOCKET=place, WATCHDOG_USEC="2000000"
            )
            told = ""
            while "READY=1" not in told:
                told += service.recv(4096).decode() + "\n"
            self.assertIn("WATCHDOG=1", told)
            process.terminate()
            process.wait(30)
            while "STOPPING=1" not in told:
                told += service.recv(4096).decode() + "\n"
        # stages do not speak in its name
        self.assertEqual((self.state / "said").read_text(), "none\n")

    def test_systemd_is_told_of_a_pipeline_that_ends_well_at_once(self):
        """A service of type notify that ends before it was ready counts as failed."""
        place = str(self.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
            service.bind(place)
            service.settimeout(30)
            for code, ready in ((0, True), (1, True), (65, False)):
                process = self.start(f"true | sh -c 'exit {code}'", NOTIFY_SOCKET=place)
                self.assertEqual(process.wait(30), code)
                told = ""
                while "STOPPING=1" not in told:
                    told += service.recv(4096).decode() + "\n"
                self.assertEqual("READY=1" in told, ready)


class Mirror(Runs, Case):
    @classmethod
    def setUpClass(cls):
        start_lab()
        cls.addClassCleanup(stop_lab)

    def setUp(self):
        super().setUp()
        self.source = self.database + "_source"
        psql("postgres", f'CREATE DATABASE "{self.source}"')
        self.addCleanup(psql, "postgres", f'DROP DATABASE "{self.source}" WITH (FORCE)')
        psql(
            self.source,
            "CREATE TABLE t (id int PRIMARY KEY, n int, x text);"
            "INSERT INTO t SELECT g, 0, repeat('x', g % 50) FROM generate_series(1, 2000) g;"
            "CREATE PUBLICATION p FOR ALL TABLES",
        )
        self.slot = self.database[:60]
        self.addCleanup(self.drop_slot)
        self.role("walcat", self.source, "publication=")
        self.role("pg-load", self.database, "create=1")

    def role(self, tool: str, database: str, setting: str) -> None:
        """The pipeline works as the roles of scripts/sql: a right that they lack is found here."""
        script = TOP / f"scripts/sql/{tool}-role.sql"
        words = ["psql", "-Xq", "-d", database, "-v", f"role=run_{tool}", "-v", setting, "-f", script]
        subprocess.run(words, env=environment(), check=True, capture_output=True)

    def drop_slot(self) -> None:
        active = f"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{self.slot}' AND active"
        self.wait_until(lambda: psql(self.source, active) == "0")
        query = f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{self.slot}'"
        psql(self.source, query)

    def pipeline(self) -> str:
        return (
            f"walcat -d 'dbname={self.source} user=run_walcat' --slot {self.slot} --create --publication p --ack $STATE/wal.ack |\n"
            f"  pg-load -d 'dbname={self.database} user=run_pg-load' --mode events --create --ack $STATE/wal.ack >>$STATE/receipts\n"
        )

    def digest(self, database: str) -> str:
        return psql(database, "SELECT count(*), sum(hashtext(t::text)::bigint) FROM t t")

    def kill_one(self, process: subprocess.Popen, random_: random.Random) -> tuple[str, int]:
        """A stage mostly; now and then the shell, the keeper or cdc-run itself. What it was, and its group."""
        stages = self.group(process, 3)
        shell = os.getpgid(stages[0][0]) if stages else 0
        keepers = [(pid, name_of(pid)) for pid in children(process.pid) if pid != shell]
        weights = [3 if pid != shell else 1 for pid, _ in stages] + [1 for _ in keepers] + [1]
        pid, name = random_.choices([*stages, *keepers, (process.pid, "cdc-run")], weights)[0]
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return "nobody", shell
        return name, shell

    def test_source_and_mirror_are_the_same_after_kills(self):
        random_ = random.Random(SEED)
        process = self.start(self.pipeline())
        killed = []
        restarts = ""
        for number in range(KILLS):
            psql(
                self.source,
                f"INSERT INTO t SELECT g, 0, 'new' FROM generate_series({10000 + number * 100}, {10049 + number * 100}) g;"
                f"UPDATE t SET n = n + 1 WHERE id % 7 = {number % 7}; DELETE FROM t WHERE id % 101 = {number % 101}",
            )
            time.sleep(random_.uniform(0, 0.6))  # chance is the point: the kill may hit any moment
            name, group = self.kill_one(process, random_)
            killed.append(name)
            if name == "cdc-run":
                restarts += process.communicate()[1]
                self.wait_until(lambda group=group: not members(group), 30)
                process = self.start(self.pipeline())
        wanted = self.digest(self.source)
        self.wait_until(
            lambda: psql(self.database, "SELECT to_regclass('t') IS NOT NULL") == "t"
            and self.digest(self.database) == wanted,
            120,
        )
        # a run that nobody disturbs and that streams: its end is clean
        self.group(process, 3)
        psql(self.source, "INSERT INTO t VALUES (0, 0, 'last')")
        self.wait_until(lambda: psql(self.database, "SELECT count(*) FROM t WHERE id = 0") == "1")
        self.group(process, 3)
        wanted = self.digest(self.source)
        process.terminate()
        restarts += process.communicate(timeout=30)[1]
        self.assertEqual(process.returncode, 0, f"{killed}\n{restarts}")
        self.assertEqual(self.digest(self.database), wanted)
        self.assertGreaterEqual(
            restarts.count("cdc-run: restart"), sum(name in ("walcat", "pg-load") for name in killed)
        )


if __name__ == "__main__":
    unittest.main()
