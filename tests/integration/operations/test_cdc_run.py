#!/usr/bin/env python3
"""scripts/cdc-run: what is started again and what is not, how it stops, and that nobody is left behind."""

import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from cdc_runs import CDC_RUN, Runs, members
from pg_load_lab import Case


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
        source = "sh -c 'trap \"touch $STATE/asked\" TERM; while :; do sleep 0.05; done'"
        for first, second in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGTERM, signal.SIGINT)):
            process = self.start(f"{source} | cat", "--grace", "60s")
            self.group(process, 4)
            group = self.shell_of(process)
            process.send_signal(first)
            asked = self.state / "asked"
            self.wait_until(asked.exists)  # two signals that wait are taken in any order
            process.send_signal(second)
            self.assertEqual(process.wait(30), 128 + second)
            self.assertTrue(self.gone(group))
            asked.unlink()

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


if __name__ == "__main__":
    unittest.main()
