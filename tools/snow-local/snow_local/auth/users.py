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

    def add_key(self, path: Path) -> None:
        """Reads a PEM public key; ValueError when the file holds something else."""
        key = serialization.load_pem_public_key(path.read_bytes())
        if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
            raise ValueError(f'"{path}" is no RSA public key of 2048 bits or more')
        self.keys[fingerprint(key)] = key


def fingerprint(key: RSAPublicKey) -> str:
    """`SHA256:` and the base64 digest of the key's SubjectPublicKeyInfo."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def same_account(left: str, right: str) -> bool:
    """The underscore and the hyphen form name one account."""
    return left.replace("_", "-") == right.replace("_", "-")
