"""cdc-run on a pipeline in a test's folder, and who works for it."""

import pathlib
import subprocess

from own_lab import TOP
from pg_load_lab import environment

CDC_RUN = TOP / "scripts/cdc-run"


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
