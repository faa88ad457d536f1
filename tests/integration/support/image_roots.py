"""File systems of container images without an engine: a Dockerfile's steps, done in roots that debootstrap makes.

Knows the instructions that scripts/compose/Dockerfile uses and refuses others. Needs root.
"""

import dataclasses
import json
import pathlib
import re
import shlex
import shutil
import subprocess

SLIM = "path-exclude /usr/share/doc/*\npath-include /usr/share/doc/*/copyright\npath-exclude /usr/share/man/*\npath-exclude /usr/share/locale/*\n"
TRUST = ("/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")


def quiet(*words: object, **options) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.stdout[-3000:]}{done.stderr[-3000:]}")


def mirror() -> str:
    """Of the archive that this machine's apt uses."""
    for file in sorted(pathlib.Path("/etc/apt").rglob("*.sources")):
        if found := re.search(r"^URIs: *(\S+)", file.read_text(encoding="utf-8"), re.MULTILINE):
            return found[1]
    text = pathlib.Path("/etc/apt/sources.list").read_text(encoding="utf-8")
    return re.search(r"^deb .*?(https?://\S+)", text, re.MULTILINE)[1]


@dataclasses.dataclass
class Stage:
    name: str
    parent: str
    steps: list[tuple[str, str]]


def stages_of(dockerfile: pathlib.Path) -> dict[str, Stage]:
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: dict[str, Stage] = {}
    stage = None
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            stage = found[name] = Stage(name, image, [])
        elif stage is not None:
            stage.steps.append((word, rest))
    return found


class Image:
    """Owns its root until drop(); `environment` and `folder` are what ENV and WORKDIR left."""

    def __init__(self, root: pathlib.Path):
        self.root = root
        self.environment: dict[str, str] = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.folder = "/"
        self.user = "0:0"

    def copy(self, root: pathlib.Path, *how: str) -> "Image":
        quiet("cp", "-a", *how, self.root, root)
        new = Image(root)
        new.environment, new.folder, new.user = dict(self.environment), self.folder, self.user
        return new

    def inside(self, *words: str, **options) -> subprocess.CompletedProcess:
        line = [
            "chroot",
            str(self.root),
            "/usr/bin/env",
            "-i",
            *(f"{k}={v}" for k, v in self.environment.items()),
            *words,
        ]
        return subprocess.run(line, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **options)

    def compressed_size(self) -> int:
        """As a registry would hold it: one layer of tar and gzip."""
        with subprocess.Popen(
            ["tar", "-C", self.root, "--one-file-system", "-cf", "-", "."], stdout=subprocess.PIPE
        ) as tar:
            gzip = subprocess.run(["gzip", "-6"], stdin=tar.stdout, capture_output=True, check=True)
        return len(gzip.stdout)


class Builder:
    """Makes images below a folder; `package` holds the .deb that the compiler's stage would make."""

    def __init__(self, folder: pathlib.Path, context: pathlib.Path, package: pathlib.Path):
        self.folder, self.context, self.package = folder, context, package
        self.stages = stages_of(context / "scripts/compose/Dockerfile")
        self.images: dict[str, Image] = {}

    def base(self) -> Image:
        if "base" not in self.images:
            root = self.folder / "base"
            quiet("debootstrap", "--variant=minbase", "bookworm", root, mirror())
            (root / "etc/dpkg/dpkg.cfg.d/slim").write_text(SLIM)
            for name in ("doc", "man", "locale", "info"):
                shutil.rmtree(root / "usr/share" / name, ignore_errors=True)
            shutil.rmtree(root / "var/lib/apt/lists", ignore_errors=True)
            for cached in (root / "var/cache/apt").rglob("*"):
                if cached.is_file():
                    cached.unlink()
            self.images["base"] = Image(root)
        return self.images["base"]

    def build(self, name: str) -> Image:
        if name in self.images:
            return self.images[name]
        stage = self.stages[name]
        parent = self.base() if stage.parent.startswith("debian:") else self.build(stage.parent)
        image = self.images[name] = parent.copy(self.folder / name)
        network = self.open_network(image)
        for word, rest in stage.steps:
            self.step(image, word, rest)
        for file in network:
            file.unlink(missing_ok=True)
        return image

    @staticmethod
    def open_network(image: Image) -> list[pathlib.Path]:
        """What this machine's network needs and the image must not keep."""
        made = []
        for name in (*TRUST, "/etc/resolv.conf", *map(str, pathlib.Path("/etc/apt/apt.conf.d").glob("99*"))):
            target = image.root / name.lstrip("/")
            if pathlib.Path(name).is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(name, target)
                made.append(target)
        sources = pathlib.Path("/etc/apt/sources.list.d/debian.sources")
        if sources.exists():
            (image.root / "etc/apt/sources.list").unlink(missing_ok=True)
            shutil.copy(sources, image.root / "etc/apt/sources.list.d/")
        return made

    def step(self, image: Image, word: str, rest: str) -> None:
        match word:
            case "RUN":
                self.run(image, rest)
            case "COPY":
                self.copy(image, shlex.split(rest))
            case "ENV":
                image.environment |= dict(item.split("=", 1) for item in shlex.split(rest))
            case "WORKDIR":
                image.folder = rest
                (image.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "USER":
                image.user = rest
            case "SHELL":
                self.shell = json.loads(rest)
            case _:
                raise AssertionError(f"what to do with {word} is not known here")

    def run(self, image: Image, command: str) -> None:
        bound = re.match(r"--mount=type=bind,from=package,target=(\S+) +", command)
        target = image.root / bound[1].lstrip("/") if bound else None
        if target is not None:
            shutil.copytree(self.package, target)
        done = image.inside(*self.shell, command[bound.end() :] if bound else command, timeout=1200)
        if target is not None:
            shutil.rmtree(target)
        if done.returncode != 0:
            raise AssertionError(f"RUN {command}: {done.stdout[-3000:]}{done.stderr[-3000:]}")

    def copy(self, image: Image, words: list[str]) -> None:
        *sources, target = words
        into = image.root / target.lstrip("/")
        for source in sources:
            file = self.context / source
            if file.is_dir():
                shutil.copytree(file, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            elif target.endswith("/"):
                into.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, into)
            else:
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, into)
