"""The files of a pipeline's configuration: what is wrong with one, and where they are deployed to.

A target is a folder (of the machine that runs the pipelines), and for connector settings Kafka Connect's REST
interface. Only what was deployed from here is ever changed or removed: the folder's manifest knows it.
"""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import tomllib
import urllib.error
import urllib.request

MANIFEST = ".cdckit-deployed.json"
CONNECTOR = ".connector.json"
SECRET = re.compile(r"(password|secret|token|credential|private[._-]?key|passphrase)", re.IGNORECASE)
# a value that names where the secret stands
REFERENCE = re.compile(r"^(\$\{[^}]+\}|@.+|)$")


class CannotDeploy(Exception):
    """Where something could not be read or written, and why."""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _is_secret(name: str, value: object) -> bool:
    names_a_file = name.lower().endswith(("file", "path", "command"))
    return bool(SECRET.search(name)) and not names_a_file and isinstance(value, str) and not REFERENCE.match(value)


def _settings_findings(settings: object, place: str = "") -> list[str]:
    if not isinstance(settings, dict):
        return []
    found = []
    for name, value in settings.items():
        where = f"{place}{name}"
        if isinstance(value, dict):
            found += _settings_findings(value, where + ".")
        elif _is_secret(name, value):
            found.append(f'"{where}" holds a secret: name a file or a ${{..}} of the worker instead')
    return found


def _connector_findings(text: str) -> list[str]:
    settings = json.loads(text)
    if not isinstance(settings, dict) or "connector.class" not in settings:
        return ["it is no connector's settings: connector.class is missing"]
    wrong = [name for name, value in settings.items() if isinstance(value, (dict, list)) or value is None]
    return [f'"{name}" is no text, number or boolean' for name in wrong] + _settings_findings(settings)


def _map_findings(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    return [
        f"line {number}: a table map is SOURCE=TARGET"
        for number, line in enumerate(lines, 1)
        if line and not line.startswith("#") and not re.fullmatch(r"[^=\s]+=[^=\s]+", line)
    ]


def _program_findings(*words: str) -> list[str]:
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return (
        []
        if done.returncode == 0
        else (done.stderr.strip().splitlines() or [f"{words[0]} ended with {done.returncode}"])
    )


def findings(file: pathlib.Path) -> list[str]:
    """What is wrong with it, as far as can be told without a server."""
    try:
        if file.name.endswith(CONNECTOR):
            return _connector_findings(file.read_text(encoding="utf-8"))
        if file.name.endswith("rules.yaml"):
            return _program_findings("cdc-check", "--explain", str(file))
        if file.suffix == ".pipeline":
            return _program_findings("bash", "-n", str(file))
        if file.suffix == ".map":
            return _map_findings(file.read_text(encoding="utf-8"))
        if file.suffix == ".toml":
            return _settings_findings(tomllib.loads(file.read_text(encoding="utf-8")))
    except (ValueError, UnicodeDecodeError) as error:
        return [str(error)]
    return []


def files_of(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """By their names below the folder; hidden ones and READMEs are not deployed."""
    if not folder.is_dir():
        raise CannotDeploy(f'could not read "{folder}": no such folder')
    found = {}
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        if file.is_symlink():
            raise CannotDeploy(f'could not take "{file}": it is a link')
        if file.is_file() and not any(part.startswith(".") for part in name.parts) and file.name != "README.md":
            found[str(name)] = file
    return found


class FolderTarget:
    """Owns nothing but the path; a file is replaced as a whole, the manifest last."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder

    def _path(self, name: str) -> pathlib.Path:
        return self.folder / name

    def deployed(self) -> set[str]:
        try:
            return set(json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))["files"])
        except FileNotFoundError:
            return set()
        except (ValueError, KeyError, OSError) as error:
            raise CannotDeploy(f'could not read "{self.folder / MANIFEST}": {error}') from error

    def hash_of(self, name: str) -> str | None:
        try:
            return sha256(self._path(name).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CannotDeploy(f'could not read "{self._path(name)}": {error}') from error

    def _replace(self, path: pathlib.Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    def put(self, name: str, data: bytes) -> None:
        try:
            self._replace(self._path(name), data)
        except OSError as error:
            raise CannotDeploy(f'could not write "{self._path(name)}": {error}') from error

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def note(self, names: set[str]) -> None:
        self.put(MANIFEST, (json.dumps({"files": sorted(names)}) + "\n").encode())


class ConnectTarget:
    """Connectors by name at Kafka Connect's REST interface, which takes PUT as often as one likes."""

    def __init__(self, url: str):
        self.url = url.rstrip("/")

    def _ask(self, method: str, name: str, body: bytes | None = None) -> bytes | None:
        suffix = "/config" if method != "DELETE" else ""
        request = urllib.request.Request(
            f"{self.url}/connectors/{name}{suffix}",
            data=body,
            method=method,
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 404 and method != "PUT":
                return None
            raise CannotDeploy(f'could not {method} connector "{name}": {error.code}') from error
        except OSError as error:
            raise CannotDeploy(f'could not reach Kafka Connect at "{self.url}": {error}') from error

    @staticmethod
    def settings_hash(data: bytes, name: str) -> str:
        """Of what they say: Connect answers texts only, and adds the name."""
        settings = {
            key: value if isinstance(value, str) else json.dumps(value) for key, value in json.loads(data).items()
        }
        settings["name"] = name
        return sha256(json.dumps(settings, sort_keys=True).encode())

    def hash_of(self, name: str) -> str | None:
        data = self._ask("GET", name)
        return None if data is None else self.settings_hash(data, name)

    def put(self, name: str, data: bytes) -> None:
        self._ask("PUT", name, data)

    def remove(self, name: str) -> None:
        self._ask("DELETE", name)
