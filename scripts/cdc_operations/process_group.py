"""The processes of one pipeline, a session of their own: asking who is in it, ending it, and a keeper that ends it when its
maker was killed. A stage may lead a process group of its own in it, as timeout(1) does."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import stat
import time
from pathlib import Path

GRACE = 10.0  # between asking and killing, unless said otherwise
STOPPING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
PR_SET_NAME, PR_SET_CHILD_SUBREAPER = 15, 36


def become_subreaper() -> None:
    """Who loses its parent below this process becomes its child."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children_of(pid: int) -> list[int]:
    """In the order in which they were made; empty when it is gone."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def members(session: int) -> list[int]:
    """Dead ones that nobody has asked for yet are members too."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            of = int(place.read_text().rpartition(")")[2].split()[3])
        except (OSError, ValueError):
            continue  # it has just ended
        if of == session != 0:
            found.append(int(place.parent.name))
    return found


def signal_all(session: int, number: int) -> bool:
    """False: nobody is left in it. Who leads it comes last: a shell that is gone cannot say how its stages ended."""
    found = members(session)
    for pid in sorted(found, key=lambda pid: pid == session):
        signal_process(pid, number)
    return bool(found)


def is_stopped(pid: int) -> bool:
    """By a signal or a debugger."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "Tt"
    except OSError:
        return False


def process_of(name: str, begun: float) -> int | None:
    """The process of this machine that is called so and began then, in seconds since 1970."""
    try:
        text = Path("/proc/stat").read_text()
        boot = float(text.partition("\nbtime ")[2].split()[0])
    except (OSError, IndexError):
        return None
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = place.read_text().rpartition(")")
        except OSError:
            continue  # it has just ended
        started = boot + int(rest.split()[19]) / os.sysconf("SC_CLK_TCK")
        # boot is told in whole seconds
        if head.partition("(")[2] == name[:15] and abs(started - begun) < 3:
            return int(place.parent.name)
    return None


def is_alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def has_lost_its_reader(pid: int) -> bool:
    """Its stdout is a pipe that nobody reads: it may not notice before it writes."""
    place = f"/proc/{pid}/fd/1"
    try:
        if not stat.S_ISFIFO(os.stat(place).st_mode):
            return False
        pipe = os.open(place, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        poll = select.poll()
        poll.register(pipe, 0)
        return any(events & select.POLLERR for _, events in poll.poll(0))
    finally:
        os.close(pipe)


def signal_process(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass  # it has just ended, or works for somebody else


class Keeper:
    """Ends the stages when this process is gone without having done so: a child that reads a pipe whose other end
    only this process has. It keeps the state folder locked as long as it cleans up."""

    def __init__(self, grace: float) -> None:
        self.pid, self.pipe, self.grace = 0, -1, grace
        self.begin(0)

    def begin(self, session: int) -> None:
        if self.pipe >= 0:
            os.close(self.pipe)
        reading, self.pipe = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.pipe)
            self.keep(reading)
            os._exit(0)
        os.close(reading)
        self.watch(session)

    def watch(self, session: int) -> None:
        try:
            os.write(self.pipe, b"%d\n" % session)
        except BrokenPipeError:
            pass  # it was killed: the next SIGCHLD makes another one

    def keep(self, reading: int) -> None:
        os.setsid()
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        ctypes.CDLL(None).prctl(PR_SET_NAME, b"cdc-run-keeper", 0, 0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        session = 0
        while words := os.read(reading, 4096).split():
            session = int(words[-1])
        if session and signal_all(session, signal.SIGTERM):
            deadline = time.monotonic() + self.grace
            while time.monotonic() < deadline and members(session):
                time.sleep(0.1)
            signal_all(session, signal.SIGKILL)
