"""Certificates made with openssl, and a lab's PostgreSQL that demands TLS and passwords."""

import os
import pathlib
import shutil
import subprocess


def openssl(*words) -> None:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {words}: {done.stderr}")


class Authority:
    """A certificate authority of its own in a folder; `certificate` is what others trust."""

    def __init__(self, folder: pathlib.Path, name: str):
        self.folder = folder
        self.certificate = folder / f"{name}.crt"
        self._key = folder / f"{name}.key"
        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        openssl(
            "req", "-x509", *new_key, "-keyout", self._key, "-out", self.certificate, "-days", 2, "-subj", f"/CN={name}"
        )

    def issue(self, name: str, subject: str, host: str = "") -> tuple[pathlib.Path, pathlib.Path]:
        """Certificate and key (mode 0600) of `subject`."""
        certificate, key, request = (self.folder / f"{name}.{end}" for end in ("crt", "key", "csr"))
        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        openssl("req", *new_key, "-keyout", key, "-out", request, "-subj", f"/CN={subject}")
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName = DNS:{host}\n" if host else "basicConstraints = CA:FALSE\n")
        authority = ("-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial")
        openssl("x509", "-req", "-in", request, *authority, "-out", certificate, "-days", 2, "-extfile", extensions)
        key.chmod(0o600)
        return certificate, key


def install(data: pathlib.Path, files: dict[str, pathlib.Path]) -> None:
    """Copies files into the server's folder, readable by its user only."""
    owner = data.stat()
    for name, source in files.items():
        target = data / name
        shutil.copyfile(source, target)
        target.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(target, owner.st_uid, owner.st_gid)
