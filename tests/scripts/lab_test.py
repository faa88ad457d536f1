#!/usr/bin/env python3
"""scripts/lab: commands and parts, with the real servers."""

import json
import os
import signal
import ssl
import stat
import subprocess
import time
import tomllib
import unittest
import urllib.request
from pathlib import Path

from support import SCRIPTS, TOP, Lab, LabTestCase, run


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Commands(unittest.TestCase):
    def test_usage_errors_end_with_2(self):
        with Lab("usage") as lab:
            for words in (["frobnicate"], ["up", "mongodb"], ["up", "cassandra"], ["kill"]):
                done = lab(*words)
                self.assertEqual(done.returncode, 2, words)
                self.assertTrue(done.stderr.startswith("lab: "), done.stderr)
            wanted = "postgres postgres14 postgres16 postgres17 postgres18 kafka"
            self.assertIn(wanted, lab("up", "cassandra").stderr)
            self.assertEqual(lab("up", "opensky", CDC_LAB="../evil").returncode, 2)

    def test_help_goes_to_stdout(self):
        done = run(SCRIPTS / "lab", "--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("scripts/lab up", done.stdout)

    def test_a_lab_that_is_not_up(self):
        with Lab("nothing") as lab:
            self.assertEqual(lab("env").returncode, 69)
            self.assertEqual(lab("kill", "opensky").returncode, 69)
            self.assertEqual(lab("status").returncode, 0)
            self.assertEqual(lab("down").returncode, 0)

    def test_two_labs_live_side_by_side(self):
        with Lab("left") as left, Lab("right") as right:
            self.assertEqual(left("up", "opensky").returncode, 0)
            self.assertEqual(right("up", "opensky").returncode, 0)
            urls = {lab.environment()["CDC_OPENSKY_URL"] for lab in (left, right)}
            self.assertEqual(len(urls), 2)
            left("down")
            self.assertTrue(is_alive(right.pid("opensky")))

    def test_a_part_that_cannot_start_shows_its_log(self):
        with Lab("broken") as lab:
            done = lab("up", "opensky", CDC_LAB_OPENSKY_ARGS="--clock sundial")
            self.assertEqual(done.returncode, 75)
            self.assertIn("could not start opensky", done.stderr)
            self.assertIn("sundial", done.stderr)
            # the next try begins afresh
            self.assertEqual(lab("up", "opensky").returncode, 0)

    def test_a_process_that_only_has_the_number_is_left_alone(self):
        with Lab("reused") as lab, subprocess.Popen(["sleep", "60"]) as stranger:
            lab("up", "opensky")
            lab("kill", "opensky")
            pid_file = os.path.join(lab.environment()["CDC_LAB_DIR"], "opensky", "pid")
            with open(pid_file, "w", encoding="ascii") as file:
                file.write(f"{stranger.pid} 12345\n")
            self.assertEqual(lab("status").returncode, 1)
            lab("kill", "opensky")
            lab("down")
            self.assertIsNone(stranger.poll())
            stranger.send_signal(signal.SIGTERM)

    def test_an_up_that_was_killed_leaves_nothing_that_down_does_not_find(self):
        with Lab("interrupted") as lab:
            words = ("timeout", "-s", "KILL", "0.3", SCRIPTS / "lab", "up", "postgres")
            run(*words, env={**os.environ, "CDC_LAB": lab.name})
            self.assertEqual(lab("down").returncode, 0)
            self.assertEqual(run("pgrep", "-f", f"/{lab.name}/").stdout, "")
            self.assertEqual(lab("up", "postgres").returncode, 0)

    def test_down_keep_leaves_data_and_ports_for_the_next_up(self):
        with Lab("keep") as lab:
            lab("up", "opensky")
            url = lab.environment()["CDC_OPENSKY_URL"]
            for _ in range(2):
                urllib.request.urlopen(f"{url}/states/all").read()
            pid = lab.pid("opensky")
            self.assertEqual(lab("down", "--keep").returncode, 0)
            self.assertFalse(is_alive(pid))
            self.assertIn("GET /api/states/all", lab("logs", "opensky").stdout)
            self.assertEqual(lab("up", "opensky").returncode, 0)
            self.assertEqual(lab.environment()["CDC_OPENSKY_URL"], url)
            with urllib.request.urlopen(url.removesuffix("/api") + "/control") as answer:
                self.assertIn(b'"index": 1', answer.read())

    def test_down_leaves_neither_processes_nor_the_folder(self):
        with Lab("clean") as lab:
            self.assertEqual(lab("up", "postgres", "opensky").returncode, 0)
            folder = lab.environment()["CDC_LAB_DIR"]
            pids = [lab.pid(part) for part in ("postgres", "opensky")]
            self.assertEqual(lab("down").returncode, 0)
            self.assertEqual([pid for pid in pids if is_alive(pid)], [])
            self.assertFalse(os.path.exists(folder))


class Postgres(LabTestCase):
    PARTS = ("postgres",)

    def sql(self, statement: str) -> str:
        done = run("psql", "-XAtc", statement, env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def test_environment_names_this_part_only(self):
        names = set(self.lab.environment()) - {"PATH"}
        wanted = {"CDC_LAB", "CDC_LAB_DIR", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE"}
        self.assertEqual(names, wanted)
        built = str(TOP / "build" / "release" / "bin")
        self.assertEqual(self.lab.environment()["PATH"].split(":")[0], built)

    def test_settings(self):
        for name, value in (
            ("wal_level", "logical"),
            ("max_wal_senders", "20"),
            ("max_replication_slots", "20"),
            ("TimeZone", "UTC"),
            ("server_encoding", "UTF8"),
        ):
            self.assertEqual(self.sql(f"show {name}"), value)
        self.assertEqual(self.sql("select current_user || current_database()"), "postgresflights")

    def test_up_again_changes_nothing(self):
        pid = self.lab.pid("postgres")
        self.assertEqual(self.lab("up", "postgres").returncode, 0)
        self.assertEqual(self.lab.pid("postgres"), pid)

    def test_kill_and_start_keep_what_was_committed(self):
        self.sql("create table if not exists kept (n int)")
        self.sql("insert into kept values (42)")
        for _ in range(3):
            pid = self.lab.pid("postgres")
            self.assertEqual(self.lab("kill", "postgres").returncode, 0)
            self.assertFalse(is_alive(pid))
            status = self.lab("status")
            self.assertEqual((status.returncode, status.stdout.split()[1]), (1, "stopped"))
            started = self.lab("start", "postgres")
            self.assertEqual(started.returncode, 0, started.stderr)
            self.assertEqual(self.sql("select n from kept"), "42")

    def test_stop_is_clean(self):
        self.assertEqual(self.lab("stop", "postgres").returncode, 0)
        self.assertIn("database system is shut down", self.lab("logs", "postgres").stdout)
        self.assertEqual(self.lab("start", "postgres").returncode, 0)


class KafkaForFaults(LabTestCase):
    PARTS = ("kafka3", "toxiproxy")

    def brokers(self) -> int:
        listed = run("kcat", "-q", "-L", "-J", "-b", self.environment["CDC_BROKERS3"])
        self.assertEqual(listed.returncode, 0, listed.stderr)
        return len(json.loads(listed.stdout)["brokers"])

    def test_a_broker_that_was_killed_comes_back(self):
        self.assertEqual(self.brokers(), 3)
        pid_file = Path(self.environment["CDC_LAB_DIR"]) / "kafka3" / "2" / "pid"
        before = int(pid_file.read_text())
        os.kill(before, signal.SIGKILL)
        self.eventually(lambda: int(pid_file.read_text() or 0) != before)
        self.eventually(lambda: self.brokers() == 3)

    def test_a_proxy_passes_a_broker_on(self):
        first = self.environment["CDC_BROKERS3"].split(",")[0]
        wanted = json.dumps({"name": "kafka", "listen": "127.0.0.1:0", "upstream": first}).encode()
        with urllib.request.urlopen(self.environment["CDC_TOXIPROXY_URL"] + "/proxies", wanted) as answer:
            listen = json.load(answer)["listen"]
        self.assertEqual(run("kcat", "-q", "-L", "-b", listen).returncode, 0)

    def eventually(self, condition, seconds: int = 60):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "in vain")
            time.sleep(0.1)


class OtherPostgres(LabTestCase):
    PARTS = ("postgres18", "postgres17", "postgres16", "postgres14")

    def sql(self, statement: str, port: str) -> str:
        done = run("psql", "-XAtc", statement, "-p", port, env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def ports(self) -> dict[str, str]:
        lines = (line.split() for line in self.lab("status").stdout.splitlines())
        return {words[0]: words[4].split(":")[1] for words in lines}

    def test_each_is_the_major_it_says_with_the_same_settings(self):
        ports = self.ports()
        self.assertEqual(sorted(ports), sorted(self.PARTS))
        for part, port in ports.items():
            shown = self.sql("show server_version", port)
            self.assertEqual(f"postgres{shown.split('.')[0]}", part)
            self.assertEqual(self.sql("show wal_level", port), "logical")
            self.assertEqual(self.sql("select current_database()", port), "flights")

    def test_the_environment_names_the_first(self):
        self.assertEqual(self.environment["PGPORT"], self.ports()["postgres14"])

    def test_kill_and_start_keep_what_was_committed(self):
        port = self.ports()["postgres18"]
        self.sql("create table kept as select 42 as n", port)
        self.assertEqual(self.lab("kill", "postgres18").returncode, 0)
        self.assertEqual(self.lab("start", "postgres18").returncode, 0)
        self.assertEqual(self.sql("select n from kept", port), "42")


class Kafka(LabTestCase):
    PARTS = ("kafka",)

    def kcat(self, *words, **options):
        return run("kcat", "-b", self.environment["CDC_BROKERS"], *words, **options)

    def create_topic(self, name: str) -> None:
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        jars = os.environ.get("CDC_CACHE") or os.path.join(cache, "cdckit")
        (folder,) = [n for n in os.listdir(jars) if n.startswith("kafka-") and n[6].isdigit()]
        words = ("java", "-Dlog4j2.level=error", "-cp", f"{jars}/{folder}/*")
        tool = "org.apache.kafka.tools.TopicCommand"
        where = ("--bootstrap-server", self.environment["CDC_BROKERS"])
        done = run(*words, tool, *where, "--create", "--topic", name, "--partitions", "1")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_first_producers_find_a_warm_broker(self):
        self.create_topic("warm")
        for extra in ("enable.idempotence=true", "transactional.id=first"):
            done = self.kcat("-P", "-t", "warm", "-X", extra, input="line\n")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("GETPID", done.stderr)

    def test_topics_are_not_created_by_a_typing_error(self):
        done = self.kcat("-P", "-t", "no-such-topic", "-X", "message.timeout.ms=3000", input="x\n")
        self.assertNotEqual(done.returncode, 0)

    def test_kill_and_start_keep_the_messages_and_the_port(self):
        self.create_topic("kept")
        lines = "".join(f"{number}\n" for number in range(100))
        done = self.kcat("-P", "-t", "kept", "-X", "enable.idempotence=true", input=lines)
        self.assertEqual(done.returncode, 0, done.stderr)
        pid = self.lab.pid("kafka")
        self.assertEqual(self.lab("kill", "kafka").returncode, 0)
        self.assertFalse(is_alive(pid))
        started = self.lab("start", "kafka")
        self.assertEqual(started.returncode, 0, started.stderr)
        self.assertEqual(self.kcat("-C", "-t", "kept", "-e", "-q", "-o", "beginning").stdout, lines)


class Registry(LabTestCase):
    PARTS = ("registry",)

    def ask(self, path: str, body: dict | None = None):
        request = urllib.request.Request(
            self.environment["CDC_REGISTRY_URL"] + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/vnd.schemaregistry.v1+json"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def test_a_schema_is_known_by_its_number_until_a_restart(self):
        self.assertEqual(self.ask("/config"), {"compatibilityLevel": "BACKWARD"})
        number = self.ask("/subjects/t-value/versions", {"schema": '"long"'})["id"]
        self.assertEqual(json.loads(self.ask(f"/schemas/ids/{number}")["schema"]), "long")
        self.assertEqual(self.lab("kill", "registry").returncode, 0)
        started = self.lab("start", "registry")
        self.assertEqual(started.returncode, 0, started.stderr)
        self.assertEqual(self.ask("/config"), {"compatibilityLevel": "BACKWARD"})
        self.assertEqual(self.ask("/subjects"), [])


class OpenSky(LabTestCase):
    PARTS = ("opensky",)

    def test_url_is_the_api_root(self):
        with urllib.request.urlopen(self.environment["CDC_OPENSKY_URL"] + "/states/all") as answer:
            self.assertTrue(answer.read().startswith(b'{"time":1533114'))

    def test_kill_and_start_go_on_at_the_same_tick(self):
        control = self.environment["CDC_OPENSKY_URL"].removesuffix("/api") + "/control"
        with urllib.request.urlopen(control) as answer:
            before = answer.read().split(b'"over"')[0]
        self.assertEqual(self.lab("kill", "opensky").returncode, 0)
        self.assertEqual(self.lab("start", "opensky").returncode, 0)
        with urllib.request.urlopen(control) as answer:
            self.assertEqual(answer.read().split(b'"over"')[0], before)


class SnowLocal(LabTestCase):
    PARTS = ("snow-local",)

    def health(self) -> list[bytes]:
        """What the http and the https face say; the latter under the lab's own authority."""
        trusted = ssl.create_default_context(cafile=self.environment["CDC_SNOW_CA"])
        answers = []
        for name, context in (("CDC_SNOW_URL", None), ("CDC_SNOW_TLS_URL", trusted)):
            url = self.environment[name] + "/healthz"
            with urllib.request.urlopen(url, context=context) as answer:
                answers.append(answer.read())
        return answers

    def test_the_connection_named_lab_fits_the_environment(self):
        path = os.path.join(self.environment["SNOWFLAKE_HOME"], "connections.toml")
        with open(path, "rb") as file:
            lab = tomllib.load(file)["lab"]
        url = f"{lab['protocol']}://{lab['host']}:{lab['port']}"
        self.assertEqual(url, self.environment["CDC_SNOW_URL"])
        self.assertEqual(lab["account"], self.environment["CDC_SNOW_ACCOUNT"])
        self.assertEqual(lab["user"], self.environment["CDC_SNOW_USER"])
        self.assertEqual(lab["private_key_file"], self.environment["CDC_SNOW_KEY"])
        self.assertEqual(lab["authenticator"], "SNOWFLAKE_JWT")
        for secret in (path, lab["private_key_file"]):
            self.assertEqual(stat.S_IMODE(os.stat(secret).st_mode), 0o600, secret)

    def test_kill_and_start_come_back_on_the_same_ports(self):
        before = self.health()
        pid = self.lab.pid("snow-local")
        self.assertEqual(self.lab("kill", "snow-local").returncode, 0)
        self.assertFalse(is_alive(pid))
        started = self.lab("start", "snow-local")
        self.assertEqual(started.returncode, 0, started.stderr)
        self.assertEqual(self.health(), before)


if __name__ == "__main__":
    unittest.main()
