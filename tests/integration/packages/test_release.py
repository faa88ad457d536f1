#!/usr/bin/env python3
"""What `make dist` makes: the same bytes each time, a tarball that works where it is unpacked, an SBOM that names what is loaded."""

import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from own_lab import TOP


class Release(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.first = cls.make("first")

    @classmethod
    def make(cls, name: str) -> pathlib.Path:
        out = cls.folder / name
        words = [TOP / "scripts/ci/release-files", "--build", os.environ["CDC_BUILD_DIR"], "--out", out]
        subprocess.run(words, check=True, capture_output=True)
        return out

    @staticmethod
    def hashes(folder: pathlib.Path) -> dict[str, str]:
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}

    def test_the_same_bytes_again(self):
        time.sleep(1.1)  # a date in any of them would differ by now
        self.assertEqual(self.hashes(self.first), self.hashes(self.make("second")))
        kinds = sorted(
            "SHA256SUMS" if name.startswith("SHA256SUMS") else name.rsplit(".", 1)[1]
            for name in self.hashes(self.first)
        )
        self.assertEqual(kinds, ["SHA256SUMS", "deb", "gz", "json"])

    def test_checksums_are_those_of_the_files(self):
        (sums,) = self.first.glob("SHA256SUMS-*")
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", sums.name], cwd=self.first, capture_output=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_tarball_works_anywhere(self):
        (archive,) = self.first.glob("*.tar.gz")
        with tempfile.TemporaryDirectory() as name, tarfile.open(archive) as file:
            members = file.getmembers()
            self.assertEqual({(member.uid, member.gid) for member in members}, {(0, 0)})
            self.assertEqual([member.name for member in members if member.mode & 0o022], [])
            file.extractall(name, filter="data")
            (root,) = pathlib.Path(name).iterdir()
            for tool in sorted((root / "bin").iterdir()):
                done = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True, cwd="/")
                self.assertTrue(done.stdout.startswith(tool.name), done.stdout)
            listed = (TOP / "tests/integration/operations/installed").read_text(encoding="utf-8").splitlines()
            found = {"/usr/" + str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}
            self.assertEqual(found - {"/usr/LICENSE", "/usr/CHANGELOG.md"}, set(listed))

    def test_the_sbom_names_what_is_loaded(self):
        (file,) = self.first.glob("*.spdx.json")
        document = json.loads(file.read_text(encoding="utf-8"))
        names = {package["name"] for package in document["packages"]}
        self.assertLessEqual({"cdckit", "libc6", "libpq5", "librdkafka1", "libzstd1"}, names)
        self.assertTrue(all(package["versionInfo"] for package in document["packages"]))
        known = {package["SPDXID"] for package in document["packages"]} | {"SPDXRef-DOCUMENT"}
        ends = {
            relation[end] for relation in document["relationships"] for end in ("spdxElementId", "relatedSpdxElement")
        }
        self.assertLessEqual(ends, known)
        (package,) = self.first.glob("*.deb")
        digest = hashlib.sha256(package.read_bytes()).hexdigest()
        self.assertEqual(document["packages"][0]["checksums"], [{"algorithm": "SHA256", "checksumValue": digest}])

    def test_the_package_brings_its_maintainer_scripts(self):
        (package,) = self.first.glob("*.deb")
        control = subprocess.run(["dpkg-deb", "--ctrl-tarfile", package], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(control)) as file:
            modes = {pathlib.Path(member.name).name: member.mode & 0o777 for member in file if member.isfile()}
            script = file.extractfile("./postinst").read()
        for name in ("postinst", "prerm", "postrm"):
            self.assertEqual(modes[name], 0o755, name)
        self.assertEqual(script, (TOP / "scripts/packaging/postinst").read_bytes())

    def test_lintian_has_nothing_to_say(self):
        (package,) = self.first.glob("*.deb")
        if not shutil.which("lintian"):
            self.fail("there is no lintian: run scripts/bootstrap --only dist")
        words = ["lintian", "--profile", "debian", "--allow-root", "--fail-on", "error,warning", package]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_a_tool_is_at_most_three_megabytes(self):
        (archive,) = self.first.glob("*.tar.gz")
        with tarfile.open(archive) as file:
            large = [member.name for member in file if "/bin/" in member.name and member.size > 3 << 20]
        self.assertEqual(large, [])


if __name__ == "__main__":
    unittest.main()
