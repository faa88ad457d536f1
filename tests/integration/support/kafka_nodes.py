"""The three brokers of the lab part kafka3, one by one: who leads what, and what is done to a single one. A node that
ended comes back by itself unless it is told to stay down."""

import json
import os
import pathlib
import signal
import subprocess

from kcat_lab import wait_for


class Nodes:
    def __init__(self, lab):
        self.folder = pathlib.Path(lab.variables["CDC_LAB_DIR"]) / "kafka3"
        self.brokers = lab.variables["CDC_BROKERS3"]

    def _metadata(self, topic: str) -> dict:
        words = ["kcat", "-L", "-J", "-b", self.brokers, "-t", topic, "-m", "5"]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
        return json.loads(done.stdout) if done.returncode == 0 else {"topics": [], "brokers": []}

    def partitions(self, topic: str) -> list[dict]:
        return [partition for one in self._metadata(topic)["topics"] for partition in one["partitions"]]

    def leader(self, topic: str) -> int:
        """Of partition 0; 0 when there is none."""
        return next((max(one["leader"], 0) for one in self.partitions(topic) if one["partition"] == 0), 0)

    def in_sync(self, topic: str) -> int:
        """Of the partition that has the fewest."""
        return min((len(one["isrs"]) for one in self.partitions(topic)), default=0)

    def wait_whole(self, *topics: str) -> None:
        for topic in ("__transaction_state", "__consumer_offsets", *topics):
            wait_for(f"every replica of {topic}", lambda: self.in_sync(topic) == 3, 120)  # noqa: B023

    def wait_moved(self, topic: str, node: int) -> None:
        wait_for(f"another leader of {topic}", lambda: self.leader(topic) not in (0, node))

    def pid(self, node: int) -> int:
        return int((self.folder / str(node) / "pid").read_text())

    def send(self, node: int, what: int) -> None:
        os.kill(self.pid(node), what)

    def freeze(self, node: int) -> None:
        self.send(node, signal.SIGSTOP)

    def thaw(self, node: int) -> None:
        self.send(node, signal.SIGCONT)

    def fill_disk(self, node: int) -> None:
        """No file of its may grow: a broker ends when it can no longer write its only folder."""
        subprocess.run(["prlimit", "--pid", str(self.pid(node)), "--fsize=1:1"], check=True)

    def wait_ended(self, node: int, pid: int) -> None:
        wait_for(f"the end of node {node}", lambda: self.pid(node) != pid or not self._runs(pid))

    @staticmethod
    def _runs(pid: int) -> bool:
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def take_down(self, node: int) -> None:
        (self.folder / str(node) / "stay-down").touch()
        self.send(node, signal.SIGKILL)

    def let_back(self, node: int) -> None:
        (self.folder / str(node) / "stay-down").unlink(missing_ok=True)
