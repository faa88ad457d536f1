"""What the tests of kcat-cdc share: a lab with a broker, events as lines, and two peers to look at
topics with: Debian's kcat, and a sink that acknowledges only when it is told to."""

import json
import pathlib
import subprocess
import time
import unittest

from own_lab import Lab

WAIT = 60


def wait_for(what, condition, seconds: float = WAIT):
    """The first true value of condition()."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


def event(number: int, op: str = "c", schema: str = "public", table: str = "t", at: int = 1, **more) -> str:
    """One line as walcat prints it; the key is {"id":number}, `at` the commit's time in milliseconds."""
    row = {"id": number, "text": f'row {number} äé"\\'}
    line = {"pos": f"{number:016X}/{1:016X}", "key": {"id": number}}
    line |= {name: more.pop(name) for name in ("old_key", "new_key") if name in more}
    line |= {
        "before": {"id": number} if op == "d" else None,
        "after": None if op == "d" else row,
        "source": {
            "version": "0.1.0",
            "connector": "postgresql",
            "name": "x",
            "ts_ms": at,
            "snapshot": "false",
            "db": "d",
            "schema": schema,
            "table": table,
            "lsn": number,
        },
        "transaction": None,
        "op": op,
        "ts_ms": 1,
        "ts_us": 2,
        "ts_ns": 3,
    }
    return json.dumps(line | more, ensure_ascii=False, separators=(",", ":"))


def hello(run: str = "r1") -> str:
    return json.dumps(
        {"__cdc": "hello", "v": 1, "run": run, "source": {"slot": "s"}, "from": "stored"}, separators=(",", ":")
    )


def schema(table: str = "t", columns: tuple = ("id", "text")) -> str:
    return json.dumps(
        {
            "__cdc": "schema",
            "v": 1,
            "schema": "public",
            "table": table,
            "identity": "default",
            "key": ["id"],
            "columns": [
                {"name": name, "type": "text", "oid": 25, "modifier": -1, "nullable": True} for name in columns
            ],
        },
        separators=(",", ":"),
    )


def checkpoint(seq: int, kind: str = "ckpt", run: str = "r1") -> str:
    return json.dumps({"__cdc": kind, "run": run, "seq": seq, "pos": f"{seq:016X}", "rows": 0}, separators=(",", ":"))


def lines(*items: str) -> str:
    return "".join(item + "\n" for item in items)


def without_kafka(line: str) -> dict:
    out = json.loads(line)
    del out["kafka"]
    return out


class KafkaTest(unittest.TestCase):
    """One lab for all tests of a file; every test has its own folder and topic prefix."""

    parts: tuple = ("kafka",)
    brokers_variable = "CDC_BROKERS"

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab("kcat")
        cls.lab.up(*cls.parts)
        cls.addClassCleanup(cls.lab.down)
        cls.brokers = cls.lab.variables[cls.brokers_variable]
        cls.folder = pathlib.Path(cls.lab.variables["CDC_LAB_DIR"]) / "kcat-test"
        cls.folder.mkdir()

    def setUp(self):
        self.prefix = "p" + self._testMethodName.replace("_", "-")
        self.work = self.folder / self.prefix
        self.work.mkdir()
        self.ack = self.work / "ack"

    def command(self, name: str, *arguments) -> list:
        return ["kcat-cdc", name, "-b", self.brokers, *[str(argument) for argument in arguments]]

    def produce(self, text: str, *arguments, expect: int = 0) -> subprocess.CompletedProcess:
        target = () if {"--topic", "--raw"} & {*arguments} else ("--topic-prefix", self.prefix)
        done = subprocess.run(
            self.command("produce", *target, *arguments),
            input=text.encode(),
            capture_output=True,
            timeout=WAIT * 3,
            check=False,
        )
        self.assertEqual(done.returncode, expect, done.stderr.decode())
        return done

    def consume(self, *arguments, expect: int = 0) -> list[str]:
        done = subprocess.run(self.command("consume", *arguments), capture_output=True, timeout=WAIT * 3, check=False)
        self.assertEqual(done.returncode, expect, done.stderr.decode())
        return [line.decode() for line in done.stdout.splitlines()]

    def read_all(self, topic: str, *arguments) -> list[str]:
        return self.consume("-t", topic, "--from", "beginning", "--until", "end", *arguments)

    def start(self, name: str, *arguments, **pipes) -> subprocess.Popen:
        process = subprocess.Popen(self.command(name, *arguments), **pipes)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process: subprocess.Popen):
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass

    def records(self, topic: str) -> list[dict]:
        """What the topic holds, as kcat sees it; headers as a list of pairs."""
        done = subprocess.run(
            ["kcat", "-C", "-e", "-q", "-J", "-b", self.brokers, "-t", topic, "-o", "beginning"],
            check=True,
            capture_output=True,
            text=True,
            timeout=WAIT,
        )
        out = [json.loads(line) for line in done.stdout.splitlines()]
        for record in out:
            flat = record.get("headers", [])
            record["headers"] = list(zip(flat[::2], flat[1::2], strict=True))
        return out

    def acked(self) -> int:
        """The seq in the ack file; 0 when there is none."""
        try:
            return json.loads(self.ack.read_text())["seq"]
        except (FileNotFoundError, json.JSONDecodeError):
            return 0

    def write_ack(self, greeting: dict, control: dict, file: pathlib.Path | None = None):
        file = file or self.ack
        record = {
            "v": 1,
            "run": greeting["run"],
            "source": greeting["source"],
            "seq": control["seq"],
            "pos": control["pos"],
            "rows_ok": 0,
            "rows_rejected": 0,
            "sink": "test",
            "ts_ms": 0,
        }
        temporary = file.with_suffix(".new")
        temporary.write_text(json.dumps(record, separators=(",", ":")))
        temporary.rename(file)
