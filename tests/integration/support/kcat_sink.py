"""A sink behind kcat-cdc consume: reads its lines and acknowledges checkpoints when it may, as slowly as it is told to."""

import json
import signal
import subprocess
import threading
import time


class Sink:
    def __init__(self, test, group: str, ack, *arguments, acknowledge=True, delay: float = 0, errors: bool = False):
        self.test = test
        self.ack = ack
        self.acknowledge = acknowledge
        self.delay = delay  # before each acknowledgement
        self.data: list[dict] = []
        self.control: list[dict] = []
        self.durable = 0  # how many of `data` are acknowledged
        self.acknowledging = threading.Lock()  # by the reader, and by the test when it says so
        self.greeting: dict = {}
        self.process = test.start(
            *("consume", "-g", group, "--ack", ack, *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if errors else self.log(),
        )
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def log(self):
        """What it says goes beside its ack file."""
        file = self.ack.with_suffix(".said").open("ab")
        self.test.addCleanup(file.close)
        return file

    def said(self) -> str:
        return self.ack.with_suffix(".said").read_text()

    def read(self):
        for raw in self.process.stdout:
            if not raw.endswith(b"\n"):
                return  # cut by a kill
            line = json.loads(raw)
            if "__cdc" not in line:
                self.data.append(line)
                continue
            if line["__cdc"] == "hello":
                self.greeting = line
            self.control.append(line)
            if line["__cdc"] in ("ckpt", "eof") and self.acknowledge:
                time.sleep(self.delay)
                with self.acknowledging:
                    self.acknowledge_now(line)

    def acknowledge_now(self, line: dict):
        self.durable = len(self.data)
        self.test.write_ack(self.greeting, line, self.ack)

    def acknowledge_last(self):
        """What was held back, and from here on whatever comes; never an older line after a newer one."""
        with self.acknowledging:
            self.acknowledge = True
            self.acknowledge_now([line for line in self.control if line["__cdc"] == "ckpt"][-1])

    def acknowledged(self) -> list[dict]:
        return self.data[: self.durable]

    def kinds(self) -> list[str]:
        return [line["__cdc"] for line in self.control]

    def ids(self) -> list[int]:
        return [line["key"]["id"] for line in list(self.data)]

    def partitions(self) -> list[int]:
        """What it owns now, of one topic."""
        out: set[int] = set()
        for line in list(self.control):
            if line["__cdc"] in ("assigned", "revoked"):
                named = {one["partition"] for one in line["partitions"]}
                out = out | named if line["__cdc"] == "assigned" else out - named
        return sorted(out)

    def owned(self) -> int:
        return len(self.partitions())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(90)
        self.thread.join(30)
        return code
