"""The two ends of a pipe as tests play them: a sink that acknowledges when it is told to, and the
lines of a source that says what the test likes."""

import fcntl
import json
import os
import pathlib
import signal
import subprocess
import time

PATIENCE = 60


def write_ack(path: pathlib.Path, hello: dict, control: dict) -> None:
    """What a sink writes: the whole file is replaced, and durable."""
    record = {
        "v": 1,
        "run": hello["run"],
        "source": hello["source"],
        "seq": control["seq"],
        "pos": control["pos"],
        "rows_ok": 0,
        "rows_rejected": 0,
        "sink": "test",
        "ts_ms": 0,
    }
    temporary = path.with_name(path.name + ".test")
    temporary.write_text(json.dumps(record, separators=(",", ":")) + "\n")
    temporary.rename(path)


def acknowledged(path: pathlib.Path) -> int:
    """The seq in the file; 0 when there is none."""
    try:
        return json.loads(path.read_text())["seq"]
    except (FileNotFoundError, json.JSONDecodeError):
        return 0


class HeldFile:
    """An ack file as a living sink has it: under flock."""

    def __init__(self, path: pathlib.Path):
        self.file = open(path, "a+")  # noqa: SIM115
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def let_go(self) -> None:
        self.file.close()


def control(kind: str, seq: int, run: str = "r1", **more) -> str:
    line = {"__cdc": kind, "run": run, "seq": seq, "pos": f"{seq:016X}"}
    if kind == "ckpt":
        line["rows"] = 0
    return json.dumps(line | more, separators=(",", ":"))


def hello(run: str = "r1", **more) -> str:
    line = {"__cdc": "hello", "v": 1, "run": run, "source": {"slot": "s", "system_id": "7"}, "from": "0" * 16}
    return json.dumps(line | {"encoding": "plain"} | more, separators=(",", ":"))


# Who runs the tests as root may read everything: the tool under test may not.
if os.geteuid() == 0:
    _RIGHTS = "-dac_override,-dac_read_search"
    ORDINARY = ["setpriv", "--bounding-set", _RIGHTS, "--inh-caps", _RIGHTS]
else:
    ORDINARY = []


def killed_before_sync(number: int) -> list[str]:
    """Put before a command: the moment it asks for the sync of a file for the number-th time it is killed instead."""
    return _at_sync(f"signal=KILL:when={number}")


def held_before_sync(number: int) -> list[str]:
    """The same, but it hangs there."""
    return _at_sync(f"delay_enter=60s:when={number}")


def _at_sync(what: str) -> list[str]:
    return ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=fsync", "-e", f"inject=fsync:{what}"]


class Running:
    """A tool under test; what it says on stderr goes to a file that can be read while it runs."""

    def __init__(self, words: list[str], folder: pathlib.Path, **more):
        self.errors_file = folder / f"stderr-{time.monotonic_ns()}"
        more.setdefault("env", os.environ)
        with open(self.errors_file, "wb") as errors:
            self.process = subprocess.Popen([str(word) for word in words], stderr=errors, **more)

    def errors(self) -> str:
        return self.errors_file.read_text()

    def wait(self, seconds: float = PATIENCE) -> int:
        return self.process.wait(timeout=seconds)

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def says(self, text: str, seconds: float = PATIENCE) -> bool:
        return until(lambda: text in self.errors(), seconds)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            try:
                if stream:
                    stream.close()
            except BrokenPipeError:
                pass


def until(condition, seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def per_tool(tools: tuple[str, ...]):
    """Each test method of the class, which takes a tool's name, becomes one test for each of them."""

    def spread(case: type) -> type:
        for name, body in [item for item in vars(case).items() if item[0].startswith("test_")]:
            delattr(case, name)
            for tool in tools:
                setattr(case, f"{name}__{tool.replace('-', '_').replace(' ', '_')}", _bound(body, tool))
        return case

    return spread


def _bound(body, tool: str):
    def test(self):
        body(self, tool)

    test.__doc__ = body.__doc__
    return test
