"""What belongs to the account and not to one database: roles, warehouses, users, defaults.

Roles and warehouses are names only: they are kept so that SHOW and "already exists" are right,
privileges are not enforced.
"""

import itertools
import json
import threading
import time

from snow_local.auth.users import User
from snow_local.engine.storage import Storage
from snow_local.options import Options
from snow_local.sql.context import Context
from snow_local.streaming.registry import Registry

_ROLES = ["ACCOUNTADMIN", "ORGADMIN", "PUBLIC", "SECURITYADMIN", "SYSADMIN", "USERADMIN"]


class Account:
    """Owns `account.json`, written whole after each change."""

    def __init__(self, options: Options, storage: Storage, registry: Registry):
        self.storage = storage
        self.registry = registry
        self.name = options.users[0].account
        self.users = options.users
        self._timezone = options.timezone
        self._path = options.data / "account.json"
        self._lock = threading.Lock()
        self._sessions = itertools.count(int(time.time()))
        self.objects: dict[str, dict[str, dict]] = {}
        if self._path.exists():
            self.objects = json.loads(self._path.read_text())
        self._ensure_defaults()

    def _ensure_defaults(self) -> None:
        roles = {*_ROLES, *(user.role for user in self.users)}
        for name in sorted(roles):
            self.objects.setdefault("ROLE", {}).setdefault(name, {"created": 0})
        for user in self.users:
            self.objects.setdefault("USER", {}).setdefault(user.name, {"created": 0})
        self.objects.setdefault("WAREHOUSE", {}).setdefault("COMPUTE_WH", {"created": 0})
        self.objects.setdefault("PARAMETER", {})

    @property
    def timezone(self) -> str:
        return self.objects["PARAMETER"].get("TIMEZONE", {}).get("value", self._timezone)

    def context(self, user: User, role: str) -> Context:
        """A fresh session's context: the user's role, no database, the default warehouse."""
        return Context(
            self.name,
            user.name,
            role,
            warehouse="COMPUTE_WH",
            timezone=self.timezone,
            session_id=next(self._sessions),
        )

    def has(self, kind: str, name: str) -> bool:
        return name in self.objects.get(kind, {})

    def put(self, kind: str, name: str, facts: dict) -> None:
        with self._lock:
            self.objects.setdefault(kind, {})[name] = facts
            self._save()

    def remove(self, kind: str, name: str) -> None:
        with self._lock:
            self.objects.get(kind, {}).pop(name, None)
            self._save()

    def reset(self) -> None:
        with self._lock:
            self.objects = {}
            self._ensure_defaults()
            self._save()

    def _save(self) -> None:
        temporary = self._path.with_suffix(".tmp")
        temporary.write_text(json.dumps(self.objects))
        temporary.replace(self._path)
