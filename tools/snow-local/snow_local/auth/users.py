"""The users that may log in, each with one or two RSA public keys."""

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


@dataclass
class User:
    """One user of one account; names are upper case as the service keeps them."""

    account: str
    name: str
    role: str
    keys: dict[str, RSAPublicKey] = field(default_factory=dict)
    warehouse: str | None = None
    slots: dict[str, str] = field(default_factory=dict)
    workload: dict[str, str] | None = None
    access_tokens: dict[str, dict] = field(default_factory=dict)

    def add_key(self, path: Path) -> None:
        """Reads a PEM public key; ValueError when the file holds something else."""
        self._keep(path.read_bytes(), f'"{path}"')

    def set_slot(self, slot: str, text: str | None) -> None:
        """RSA_PUBLIC_KEY or RSA_PUBLIC_KEY_2: the base64 of a key without its PEM frame replaces
        what was in the slot; None empties it. ValueError for anything else."""
        found = None
        if text is not None:
            body = "".join(text.split())
            frame = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
            found = self._keep(frame.encode(), slot)
        old = self.slots.pop(slot, None)
        if old is not None and old != found and old not in self.slots.values():
            self.keys.pop(old, None)
        if found is not None:
            self.slots[slot] = found

    def _keep(self, data: bytes, what: str) -> str:
        key = serialization.load_pem_public_key(data)
        if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
            raise ValueError(f"{what} is no RSA public key of 2048 bits or more")
        print_ = fingerprint(key)
        self.keys[print_] = key
        return print_


def fingerprint(key: RSAPublicKey) -> str:
    """`SHA256:` and the base64 digest of the key's SubjectPublicKeyInfo."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def same_account(left: str, right: str) -> bool:
    """The underscore and the hyphen form name one account."""
    return left.replace("_", "-") == right.replace("_", "-")
