#!/usr/bin/env python3
"""scripts/compose without an engine: images made by the Dockerfile's steps in bare roots, each service of ours started and asked for its health."""

import contextlib
import ctypes
import fcntl
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from image_roots import Builder, Image
from own_lab import TOP, Lab

LARGEST = 60_000_000
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
# its own mounts and processes, all of which end with it; the root read-only, volumes and temporary file systems as the service has them
START = """
set -e
root=$1 user=$2 folder=$3; shift 3
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
while [ "$1" != -- ]; do
  case $1 in tmpfs) mount -t tmpfs -o "$3" tmpfs "$root$2"; shift 3 ;; bind) mount --bind "$3" "$root$2"; shift 3 ;; esac
done
shift
mount -o remount,bind,ro "$root"
exec chroot --userspec="$user" "$root" /usr/bin/env --chdir="$folder" -i "$@"
"""


def own_network() -> None:
    """This process and all that it starts: ports of the services are nobody else's."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "could not make a network: this test needs root")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def with_defaults(value):
    if isinstance(value, str):
        return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    if isinstance(value, dict):
        return {key: with_defaults(item) for key, item in value.items()}
    return [with_defaults(item) for item in value] if isinstance(value, list) else value


class Running:
    """One service; ended with its whole group, and then its root can go."""

    def __init__(
        self, name: str, service: dict, image: Image, volumes: pathlib.Path, log: pathlib.Path, **environment: str
    ):
        self.name, self.service, self.image, self.log = name, service, image, log
        given = (
            image.environment
            | {key: str(value) for key, value in (service.get("environment") or {}).items()}
            | environment
        )
        line = [str(image.root), service["user"], image.folder, *self._mounts(volumes), "--"]
        line += [f"{key}={value}" for key, value in given.items()] + [str(word) for word in service["command"]]
        with log.open("wb") as out:
            words = [
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--propagation",
                "private",
                "bash",
                "-c",
                START,
                "service",
            ]
            self.process = subprocess.Popen(
                words + line, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )

    def _mounts(self, volumes: pathlib.Path) -> list[str]:
        words = []
        for entry in self.service.get("tmpfs") or []:
            path, _, options = entry.partition(":")
            words += ["tmpfs", path, options]
        for entry in self.service.get("volumes") or []:
            name, path = entry.split(":")[:2]
            folder = volumes / name
            if not folder.exists():
                # a new volume begins as the image's folder
                folder.mkdir(mode=0o700)
                os.chown(folder, 10001, 10001)
            words += ["bind", path, str(folder)]
        for path in words[1::3]:
            (self.image.root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
        return words

    def shown(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def wait_healthy(self, seconds: float = 300) -> None:
        test = self.service["healthcheck"]["test"][1:]
        deadline = time.monotonic() + seconds
        while True:
            asked = self.image.inside(*test, timeout=30)
            if asked.returncode == 0:
                return
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(
                    f"{self.name} is not healthy ({self.process.poll()}): {asked.stderr}\n{self.shown()}"
                )
            time.sleep(0.2)

    def wait_done(self, seconds: float = 300) -> None:
        if self.process.wait(seconds) != 0:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.shown()}")

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Images(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="cdckit-images-"))
        cls.addClassCleanup(subprocess.run, ["rm", "-rf", "--one-file-system", cls.folder], check=True)
        package = cls.folder / "package"
        package.mkdir()
        words = ["cpack", "-G", "DEB", "-B", str(cls.folder / "pack")]
        subprocess.run(words, cwd=os.environ["CDC_BUILD_DIR"], check=True, capture_output=True)
        for file in (cls.folder / "pack").glob("*.deb"):
            shutil.copy(file, package)
        builder = Builder(cls.folder, TOP, package)
        cls.images = {name: builder.build(name) for name in ("tools", "stand-ins", "board")}
        text = (TOP / "scripts/compose/compose.yaml").read_text(encoding="utf-8")
        cls.services = with_defaults(yaml.safe_load(text))["services"]
        aliases = cls.services["snow-local"]["networks"]["default"]["aliases"]
        for image in cls.images.values():
            (image.root / "etc/hosts").write_text(" ".join(["127.0.0.1 localhost opensky snow-local", *aliases]) + "\n")
            (image.root / "run/secrets").mkdir(parents=True, exist_ok=True)
            (image.root / "run/secrets/postgres-password").write_text("flights")
        own_network()
        cls.lab = Lab("images")
        cls.lab.up("postgres", "kafka")
        cls.addClassCleanup(cls.lab.down)
        cls.lab.psql("flights", (TOP / "scripts/flights/schema.sql").read_text(encoding="utf-8"))

    def start(self, name: str) -> Running:
        service = self.services[name]
        volumes = self.folder / "volumes"
        volumes.mkdir(exist_ok=True)
        where = self.lab.variables
        others = {
            "PGHOST": "127.0.0.1",
            "PGPORT": where["PGPORT"],
            "PGUSER": where["PGUSER"],
            "BROKERS": where["CDC_BROKERS"],
        }
        changed = others if "PGHOST" in (service.get("environment") or {}) else {}
        image = self.images[service["build"]["target"]]
        # each has a root of its own: what is mounted in one is not in another
        running = Running(
            name, service, image.copy(self.folder / f"root-{name}"), volumes, self.folder / f"{name}.log", **changed
        )
        self.addCleanup(running.end)
        return running

    def test_every_service_becomes_healthy_and_rows_arrive(self):
        size = self.images["tools"].compressed_size()
        print(f"image tools: {size / 1e6:.1f} MB compressed")
        self.assertLess(size, LARGEST)
        running = {name: self.start(name) for name in ("opensky", "snow-local")}
        for service in running.values():
            service.wait_healthy()
        self.start("set-up").wait_done()
        for name in ("fetch", "capture", "sink", "board"):
            running[name] = self.start(name)
            running[name].wait_healthy()
        deadline = time.monotonic() + 300
        query = [
            "snow-ddl",
            "query",
            "-c",
            "lab",
            "--allow-http",
            "SELECT COUNT(*) AS N FROM CDC.RAW.LIVE_STATE HAVING COUNT(*) > 0",
        ]
        look = self.services["set-up"] | {"command": query}
        self.services["look"] = look
        while True:
            asked = self.start("look")
            asked.process.wait(60)
            shutil.rmtree(asked.image.root)
            if asked.process.returncode == 0 and '"N":' in asked.shown():
                break
            if time.monotonic() > deadline:
                self.fail("".join(service.shown() for service in (asked, *running.values())))
            time.sleep(1)


if __name__ == "__main__":
    unittest.main()
