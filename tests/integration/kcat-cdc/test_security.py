#!/usr/bin/env python3
"""kcat-cdc against a broker that demands logins and TLS: who gets in, and what is said to who does not."""

import json
import os
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kcat_lab import event, lines, wait_for
from own_lab import Lab
from token_provider import TOKEN_SECONDS, Provider

LAB = Lab("kafka-secure")
TOKEN = """#!/usr/bin/python3
import base64, json, sys, time
def part(value): return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
now = time.time()
open(sys.argv[1], "a").write(f"{now}\\n")
print(part({"alg": "none"}) + "." + part({"sub": "flights", "iat": now, "exp": now + 8}) + ".")
"""


def setUpModule():
    LAB.up("kafka-secure")


def tearDownModule():
    LAB.down()


class Secure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(LAB.variables["CDC_KAFKA_SECURE_DIR"])
        cls.tls = cls.folder / "tls"
        cls.wrong = cls.secret("wrong", "not the password")
        cls.token = cls.folder / "token-command"
        cls.token.write_text(TOKEN)
        cls.token.chmod(0o755)

    @classmethod
    def secret(cls, name: str, text: str) -> str:
        path = cls.folder / name
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        return str(path)

    def brokers(self, listener: str) -> str:
        return LAB.variables[f"CDC_BROKERS_{listener}"]

    def properties(self, **values: str) -> list[str]:
        words = [f"{name.replace('_', '.')}={value}" for name, value in values.items()]
        return [word for value in [f"ssl.ca.location={self.tls}/ca.pem", *words] for word in ("-X", value)]

    def plain(self, **values: str) -> list[str]:
        login = {"security_protocol": "sasl_ssl", "sasl_mechanism": "PLAIN", "sasl_username": "flights"}
        return self.properties(**(login | {"sasl_password": f"@{self.folder}/password"} | values))

    def run_tool(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess:
        began = time.monotonic()
        done = subprocess.run(["kcat-cdc", *words], input=stdin, capture_output=True, text=True, timeout=120)
        done.seconds = time.monotonic() - began
        return done

    def refused(self, text: str, code: int, brokers: str, *words: str) -> subprocess.CompletedProcess:
        done = self.run_tool("topics", "-b", brokers, *words)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertLess(done.seconds, 10 if code == 77 else 60)
        self.assertNotIn((self.folder / "password").read_text(), done.stderr)
        return done


class Logins(Secure):
    def test_plain_gets_in_and_produces_and_consumes(self):
        brokers = self.brokers("SASL")
        sent = self.run_tool(
            "produce", "-b", brokers, *self.plain(), "--topic-prefix", "plain", stdin=lines(event(1), event(2))
        )
        self.assertEqual(sent.returncode, 0, sent.stderr)
        read = self.run_tool(
            "consume", "-b", brokers, *self.plain(), "-t", "plain.public.t", "--from", "beginning", "--until", "end"
        )
        self.assertEqual(read.returncode, 0, read.stderr)
        self.assertEqual([json.loads(line)["key"]["id"] for line in read.stdout.splitlines()], [1, 2])

    def test_a_wrong_password(self):
        words = self.plain(sasl_password=f"@{self.wrong}")
        self.refused("sasl.password", 77, self.brokers("SASL"), *words)
        for command in (["produce", "--topic-prefix", "p"], ["consume", "-t", "t"], ["check"]):
            done = self.run_tool(*command, "-b", self.brokers("SASL"), *words, stdin=lines(event(1)))
            self.assertEqual(done.returncode, 77, (command, done.stdout, done.stderr))
            self.assertLess(done.seconds, 12)

    def test_scram_names_the_library_that_cannot(self):
        version = self.run_tool("--version").stdout.split("librdkafka ")[1].split()[0]
        words = self.plain(sasl_mechanism="SCRAM-SHA-256")
        if tuple(map(int, version.split(".")[:3])) < (2, 6, 1):
            self.refused("2.6.1", 77, self.brokers("SASL"), *words)
        else:
            self.assertEqual(self.run_tool("topics", "-b", self.brokers("SASL"), *words).returncode, 0)

    def test_a_mechanism_that_the_broker_does_not_have(self):
        self.refused("SCRAM-SHA-512", 77, self.brokers("SASL"), *self.plain(sasl_mechanism="SCRAM-SHA-512"))

    def test_a_secret_does_not_belong_in_the_arguments(self):
        done = self.run_tool("topics", "-b", self.brokers("SASL"), "-X", "sasl.password=hunter2")
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("hunter2", done.stderr)


class Certificates(Secure):
    def ssl(self, **values: str) -> list[str]:
        return self.properties(security_protocol="ssl", **values)

    def test_an_expired_certificate(self):
        self.refused("has expired", 77, self.brokers("EXPIRED"), *self.ssl())

    def test_an_unknown_authority(self):
        self.refused("an authority that is not known", 77, self.brokers("STRANGER"), *self.ssl())

    def test_a_name_that_the_certificate_does_not_have(self):
        done = self.refused("the name localhost is not in its certificate", 77, self.brokers("NAMED"), *self.ssl())
        self.assertIn("broker1, 127.0.0.1", done.stderr)

    def test_an_address_that_the_certificate_has(self):
        port = self.brokers("NAMED").split(":")[1]
        done = self.run_tool("check", "-b", f"127.0.0.1:{port}", *self.ssl())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_client_certificate_is_demanded(self):
        brokers = self.brokers("MTLS")
        self.refused("demands a client certificate", 77, brokers, *self.ssl())
        pair = {"ssl_certificate_location": f"{self.tls}/client.pem", "ssl_key_location": f"{self.tls}/client.key"}
        done = self.run_tool("topics", "-b", brokers, *self.ssl(**pair))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_client_key_with_a_passphrase(self):
        pair = {
            "ssl_certificate_location": f"{self.tls}/client.pem",
            "ssl_key_location": f"{self.tls}/client-locked.key",
        }
        brokers = self.brokers("MTLS")
        self.refused("ssl.key.location", 78, brokers, *self.ssl(**pair, ssl_key_password=f"@{self.wrong}"))
        right = f"@{self.tls}/client-locked.passphrase"
        done = self.run_tool("topics", "-b", brokers, *self.ssl(**pair, ssl_key_password=right))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_check_says_it_beforehand(self):
        done = self.run_tool("check", "-b", self.brokers("EXPIRED"), *self.ssl())
        self.assertEqual(done.returncode, 77, done.stderr)
        failed = [line for line in map(json.loads, done.stdout.splitlines()) if not line["ok"]]
        self.assertIn("has expired", failed[0]["detail"])


RULES = """
import sys
from confluent_kafka.admin import (AclBinding, AclOperation, AclPermissionType, AdminClient, NewTopic, ResourcePatternType,
                                   ResourceType)
admin = AdminClient({"bootstrap.servers": sys.argv[1]})
made = admin.create_topics([NewTopic(name, 1) for name in ("guarded", "hidden")])
rules = [
    (ResourceType.TOPIC, "guarded", AclOperation.DESCRIBE, "User:flights"),
    (ResourceType.TOPIC, "hidden", AclOperation.READ, "User:somebody"),
    (ResourceType.TOPIC, "theirs.kcat-cdc-check", AclOperation.CREATE, "User:somebody"),
    (ResourceType.GROUP, "theirs", AclOperation.READ, "User:somebody"),
    (ResourceType.BROKER, "kafka-cluster", AclOperation.CREATE, "User:somebody"),
    (ResourceType.BROKER, "kafka-cluster", AclOperation.DESCRIBE, "User:flights"),
    (ResourceType.BROKER, "kafka-cluster", AclOperation.IDEMPOTENT_WRITE, "User:flights"),
]
bindings = [AclBinding(kind, name, ResourcePatternType.LITERAL, user, "*", operation, AclPermissionType.ALLOW)
            for kind, name, operation, user in rules]
for future in [*made.values(), *admin.create_acls(bindings).values()]:
    future.result(30)
"""


class CheckedRights(Secure):
    def test_check_says_what_a_login_may_do(self):
        command = [os.environ["CDC_CLIENT_PYTHON"], "-c", RULES, self.brokers("OPEN")]
        subprocess.run(command, check=True, timeout=60)

        def check(*words: str, code: int) -> dict:
            done = self.run_tool(*words, "-b", self.brokers("SASL"), *self.plain())
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            return {line["check"]: line for line in map(json.loads, done.stdout.splitlines())}

        seen = check("check", "-t", "guarded", code=0)
        self.assertIn("guarded is there", seen["topic"]["detail"])
        self.assertIn("authoriz", check("consume", "--check", "-t", "guarded", code=77)["read"]["detail"].lower())
        self.assertIn("authoriz", check("check", "-t", "hidden", code=77)["topic"]["detail"].lower())
        self.assertIn("authoriz", check("check", "-g", "theirs", code=77)["group"]["detail"].lower())
        theirs = check("produce", "--check", "--topic-prefix", "theirs", code=77)["create"]["detail"].lower()
        self.assertIn("authoriz", theirs)
        self.assertEqual(check("consume", "--check", "-g", "mine", "-t", "nothing", code=69)["group"]["ok"], True)


class Tokens(Secure):
    def command(self, name: str = "") -> tuple[list[str], pathlib.Path]:
        log = self.folder / f"tokens-{self.id()}-{name}"
        return [*self.properties(), "--token-command", f"{self.token} {log}"], log

    def test_a_command_gives_the_token(self):
        words, log = self.command()
        done = self.run_tool("topics", "-b", self.brokers("SASL"), *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(log.read_text())

    def test_a_command_that_fails(self):
        words = [*self.properties(), "--token-command", "exit 3"]
        self.refused("--token-command ended with 3", 77, self.brokers("SASL"), *words)

    def test_a_token_that_the_broker_does_not_take(self):
        words = [*self.properties(), "--token-command", "echo nonsense"]
        self.refused("could not log in", 77, self.brokers("SASL"), *words)

    def test_a_quiet_client_keeps_its_login(self):
        """Tokens live for 8 s and the broker ends sessions after 10: who is quiet for 25 s has renewed both."""
        words, log = self.command()
        reader = self.blocked_reader()
        command = ["kcat-cdc", "produce", "-b", self.brokers("SASL"), *words, "--topic-prefix", "quiet"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            process.stdin.write(lines(event(1)))
            process.stdin.flush()
            wait_for("a first token", lambda: log.exists() and log.read_text())
            wait_for("three more tokens", lambda: len(log.read_text().splitlines()) >= 4)
            process.stdin.write(lines(event(2)))
            process.stdin.close()
            self.assertEqual(process.wait(60), 0)
        # by time and not in a loop: the producer and the client that makes topics, each every 6.4 s
        times = [float(word) for word in log.read_text().split()]
        self.assertLessEqual(len(times), 2 + 2 * (times[-1] - times[0]) / 5, times)
        # so has a member of a group whose sink has taken nothing since; it has lost no partition
        kinds = [json.loads(line).get("__cdc", "data") for line in reader.stdout]
        self.assertEqual((kinds.count("data"), kinds.count("revoked")), (119, 0))
        self.assertEqual(reader.wait(60), 0)

    def blocked_reader(self) -> subprocess.Popen:
        """It has read more than its sink takes for now."""
        record = json.dumps({"topic": "blocked", "value": json.dumps({"x": "x" * 100_000})}) + "\n"
        sent = self.run_tool("produce", "-b", self.brokers("OPEN"), "--raw", stdin=record * 120)
        self.assertEqual(sent.returncode, 0, sent.stderr)
        words, log = self.command("reader")
        words = ["-b", self.brokers("SASL"), *words, "-g", "blocked", "-t", "blocked", "--until", "end", "--control"]
        reader = subprocess.Popen(["kcat-cdc", "consume", *words], stdout=subprocess.PIPE)
        self.addCleanup(reader.stdout.close)
        self.addCleanup(reader.kill)
        wait_for("its token", lambda: log.exists() and log.read_text())
        while "__cdc" in json.loads(reader.stdout.readline()):
            pass  # until the first record
        return reader


GRANT = """
import sys
from confluent_kafka.admin import *
admin = AdminClient({"bootstrap.servers": sys.argv[1]})
topic, words = sys.argv[2], sys.argv[3:]
created = admin.create_topics([NewTopic(topic, 1, 1, config={"max.message.bytes": "32768"})])
[future.result() for future in created.values()]
allowed = (AclOperation[word] for word in words)
acls = [AclBinding(ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, "User:flights", "*", operation,
                   AclPermissionType.ALLOW) for operation in allowed]
[future.result() for future in admin.create_acls(acls).values()]
"""


class Rights(Secure):
    def grant(self, topic: str, *operations: str) -> None:
        words = [os.environ["CDC_CLIENT_PYTHON"], "-c", GRANT, self.brokers("OPEN"), topic, *operations]
        subprocess.run(words, check=True, capture_output=True, timeout=60)

    def produce(self, topic: str, *rows: str, more: tuple = ()) -> subprocess.CompletedProcess:
        words = ("produce", "-b", self.brokers("SASL"), *self.plain(), "--topic", topic, *more)
        return self.run_tool(*words, stdin=lines(*rows))

    def test_a_topic_whose_limit_may_not_be_asked_for(self):
        """The broker refuses whole batches: no reason to call the rows in them too large."""
        self.grant("limited", "WRITE", "READ", "DESCRIBE")
        rows = [event(number, note="x" * 300) for number in range(1000)]
        rejects = self.folder / "rejects"
        done = self.produce("limited", *rows, more=("--reject", str(rejects), "-X", "compression.type=none"))
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertEqual(rejects.read_text(), "")
        for word in ("DESCRIBE_CONFIGS", "batch.size", '"limited"'):
            self.assertIn(word, done.stderr)
        done = self.produce("limited", *rows, more=("-X", "batch.size=30000", "-X", "compression.type=none"))
        self.assertEqual(done.returncode, 0, done.stderr)
        large = event(1, note="x" * 40_000)
        options = ("-X", "batch.size=30000", "-X", "compression.type=none", "--reject", str(rejects))
        self.assertEqual(self.produce("limited", large, rows[0], more=options).returncode, 1)
        self.assertEqual(json.loads(rejects.read_text())["code"], "MSG_SIZE_TOO_LARGE")

    def test_a_topic_that_may_not_be_written_or_read(self):
        self.grant("readable", "READ", "DESCRIBE")
        done = self.produce("readable", event(1))
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn('"readable"', done.stderr)
        self.grant("writable", "WRITE", "DESCRIBE")
        self.assertEqual(self.produce("writable", event(1)).returncode, 0)
        words = ("consume", "-b", self.brokers("SASL"), *self.plain(), "-t", "writable", "--until", "end")
        done = self.run_tool(*words)
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn('"writable"', done.stderr)


class Oidc(Secure):
    def setUp(self):
        self.provider = Provider()
        self.addCleanup(self.provider.server_close)
        self.addCleanup(self.provider.shutdown)

    def oidc(self, secret: str = "hush", **values: str) -> list[str]:
        login = {"security_protocol": "sasl_ssl", "sasl_mechanism": "OAUTHBEARER", "sasl_oauthbearer_method": "oidc"}
        login |= {
            "sasl_oauthbearer_token_endpoint_url": self.provider.url,
            "sasl_oauthbearer_client_id": "loader",
            "sasl_oauthbearer_client_secret": "@" + self.secret("client-secret", secret),
        }
        return self.properties(**(login | values))

    def test_a_provider_gives_the_token(self):
        done = self.run_tool("topics", "-b", self.brokers("SASL"), *self.oidc())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.provider.given)
        self.assertEqual(self.run_tool("check", "-b", self.brokers("SASL"), *self.oidc()).returncode, 0)

    def test_a_provider_that_does_not_know_the_client(self):
        done = self.refused("it answered 401", 77, self.brokers("SASL"), *self.oidc(secret="wrong"))
        self.assertIn("sasl.oauthbearer.client.secret", done.stderr)

    def test_a_provider_that_is_away(self):
        self.provider.status = 503
        self.refused("it answered 503", 75, self.brokers("SASL"), *self.oidc(), "--retry-for", "3s")
        nowhere = self.oidc(sasl_oauthbearer_token_endpoint_url="http://127.0.0.1:1/token")
        self.refused("127.0.0.1:1", 75, self.brokers("SASL"), *nowhere, "--retry-for", "3s")
        unsafe = self.oidc(sasl_oauthbearer_token_endpoint_url="http://login.example/token")
        self.refused("https", 78, self.brokers("SASL"), *unsafe)

    def test_a_provider_that_comes_back_in_time(self):
        self.provider.status = 503
        command = ["kcat-cdc", "produce", "-b", self.brokers("SASL"), *self.oidc(), "--topic-prefix", "oidc"]
        words = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, **words) as process:
            process.stdin.write(lines(event(1)))
            process.stdin.flush()
            wait_for("a first question", lambda: self.provider.asked)
            self.provider.status = 200
            wait_for("tokens for both clients, and new ones", lambda: len(self.provider.given) >= 4)
            self.provider.status = 503  # until the token has lapsed and the brokers have put the client out
            asked = self.provider.asked
            process.stdin.write(lines(event(2)))
            process.stdin.flush()
            wait_for("a question that is refused", lambda: self.provider.asked > asked)
            wait_for("the end of the token", lambda: time.time() > self.provider.given[-1] + TOKEN_SECONDS)
            self.assertIsNone(process.poll())
            self.provider.status = 200
            process.stdin.write(lines(event(3)))
            process.stdin.close()
            self.assertEqual(process.wait(60), 0, process.stderr.read())


if __name__ == "__main__":
    unittest.main()
