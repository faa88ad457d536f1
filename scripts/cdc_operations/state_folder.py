"""The folder of one pipeline: its ack files, and the lock that one cdc-run holds."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from .command_line import CANNOT_CREATE, TRY_AGAIN, Refused
from .process_group import GRACE, is_alive


def state_folder(given: str | None, pipeline: Path) -> Path:
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    place = given or os.environ.get("STATE_DIRECTORY") or f"{base}/cdckit/{pipeline.name.split('.')[0]}"
    folder = Path(place).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(CANNOT_CREATE, f'could not make "{folder}": {error.strerror}') from error
    return folder


def lock(folder: Path):
    """One cdc-run a folder. Waits for the keeper of one that was killed."""
    try:
        file = open(folder / ".cdc-run.lock", "a+", encoding="ascii")  # noqa: SIM115 held as long as the process lives
    except OSError as error:
        raise Refused(CANNOT_CREATE, f'could not write into "{folder}": {error.strerror}') from error
    deadline = time.monotonic() + 2 * GRACE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip()
            if is_alive(owner) or time.monotonic() > deadline:
                who = f"process {owner}" if owner else "another process"
                raise Refused(TRY_AGAIN, f'could not use "{folder}": {who} runs a pipeline there') from None
            time.sleep(0.1)
    file.truncate(0)
    try:
        os.write(file.fileno(), b"%d\n" % os.getpid())
    except OSError:
        pass  # the disk is full: the lock counts, the name of its holder is for people
    return file
