"""What check-headers and check-tidy share: our sources, compile flags, and a memory of what passed.

A file passed is remembered by the hash of its content and of every header of ours that it reaches,
of the settings and of the compiler's version: an unchanged file is not looked at again.
"""

from __future__ import annotations

import functools
import hashlib
import re
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
FOLDER = TOP / "build" / "check"
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def sources(suffix: str, folders: tuple[str, ...]) -> list[Path]:
    found = [file for folder in folders for file in (TOP / folder).rglob(f"*{suffix}")]
    return sorted(file.relative_to(TOP) for file in found)


@functools.cache
def compile_flags() -> tuple[str, ...]:
    packages = subprocess.run(
        ["pkg-config", "--cflags", "libpq", "rdkafka", "libcurl", "openssl"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return ("-std=c++20", "-I.", '-DCDCKIT_VERSION="0"', *packages)


@functools.cache
def content(file: Path) -> bytes:
    path = TOP / file
    return path.read_bytes() if path.is_file() else b""


@functools.cache
def reached(file: Path) -> frozenset[Path]:
    """The file and every header of ours that it includes, however deep."""
    seen: set[Path] = set()
    todo = [file]
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            todo += [Path(name.decode()) for name in INCLUDE.findall(content(at))]
    return frozenset(seen)


class Cache:
    """Marks below build/check/NAME; `settings` are files whose change forgets everything."""

    def __init__(self, name: str, settings: list[str], version: str = "") -> None:
        self.folder = FOLDER / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.base = version.encode() + b"".join(content(Path(file)) for file in settings)

    def mark(self, file: Path) -> Path:
        digest = hashlib.sha256(self.base + " ".join(compile_flags()).encode())
        for part in sorted(reached(file)):
            digest.update(str(part).encode() + b"\0" + content(part) + b"\0")
        return self.folder / digest.hexdigest()

    def holds(self, file: Path) -> bool:
        return self.mark(file).exists()

    def add(self, file: Path) -> None:
        self.mark(file).touch()
