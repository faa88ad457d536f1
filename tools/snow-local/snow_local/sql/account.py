"""What belongs to the account and not to one database: roles, grants, warehouses, users."""

import itertools
import json
import threading
import time

from snow_local.access.grants import Grants
from snow_local.auth.foreign import workload_of
from snow_local.auth.tokens import AuthError
from snow_local.auth.users import User
from snow_local.engine import errors
from snow_local.engine.storage import Storage
from snow_local.objects.store import DatabaseObjects
from snow_local.options import Options
from snow_local.sql.context import Context
from snow_local.streaming.registry import Registry

_ROLES = ["ACCOUNTADMIN", "ORGADMIN", "PUBLIC", "SECURITYADMIN", "SYSADMIN", "USERADMIN"]
_WAREHOUSE = "COMPUTE_WH"


class Account:
    """Owns `account.json`, written whole after each change."""

    def __init__(self, options: Options, storage: Storage, registry: Registry):
        self.storage = storage
        self.registry = registry
        self.name = options.users[0].account
        self.users = options.users
        self.database_objects = DatabaseObjects()
        self.grants = Grants(self)
        self._timezone = options.timezone
        self._initial = {user.name: (user.role, user.warehouse) for user in self.users}
        self._path = options.data / "account.json"
        self._lock = threading.Lock()
        self._sessions = itertools.count(int(time.time()))
        self.objects: dict[str, dict[str, dict]] = {}
        if self._path.exists():
            self.objects = json.loads(self._path.read_text())
        self._ensure_defaults()

    def _ensure_defaults(self) -> None:
        """What a fresh account has: its roles, one warehouse that everybody may use, its users."""
        roles = {*_ROLES, *(user.role for user in self.users)}
        for name in sorted(roles):
            self.objects.setdefault("ROLE", {}).setdefault(name, {"created": 0})
        for user in self.users:
            facts = self.objects.setdefault("USER", {}).setdefault(user.name, {"created": 0})
            user.access_tokens = facts.setdefault("access_tokens", {})
            self._restore(user, facts.get("properties", {}))
        if "WAREHOUSE" not in self.objects:
            self.objects["WAREHOUSE"] = {_WAREHOUSE: {"created": 0}}
            usage = {
                "privilege": "USAGE",
                "kind": "WAREHOUSE",
                "path": _WAREHOUSE,
                "role": "PUBLIC",
            }
            self.objects["GRANT"] = {
                f"USAGE|WAREHOUSE|PUBLIC|{_WAREHOUSE}": {
                    **usage,
                    "option": False,
                    "by": "ACCOUNTADMIN",
                    "created": 0,
                }
            }
        self.objects.setdefault("PARAMETER", {})

    @staticmethod
    def _restore(user: User, properties: dict) -> None:
        for name, value in properties.items():
            apply_property(user, name, value)

    @property
    def timezone(self) -> str:
        return self.objects["PARAMETER"].get("TIMEZONE", {}).get("value", self._timezone)

    def context(self, user: User, role: str) -> Context:
        """A fresh session's context: the user's role, no database, the user's warehouse."""
        made = Context(
            self.name,
            user.name,
            role,
            warehouse=user.warehouse,
            timezone=self.timezone,
            session_id=next(self._sessions),
        )
        made.grants = self.grants
        return made

    def user(self, name: str) -> User | None:
        return next((item for item in self.users if item.name == name), None)

    def need_role(self, user: User, role: str) -> None:
        """AuthError unless the user may take the role."""
        if not self.has("ROLE", role):
            raise AuthError(
                "390189",
                f"Role '{role}' specified in the connect string does not exist or not authorized.",
            )
        if not self.grants.may_use_role(user, role):
            raise AuthError(
                "390186",
                f"Role '{role}' specified in the connect string is not granted to this user.",
            )

    def need_warehouse(self, context: Context) -> None:
        """SqlError 000606 unless the session has a warehouse that runs or may be resumed."""
        name = context.warehouse
        facts = self.objects.get("WAREHOUSE", {}).get(name or "")
        if facts is None or not self.grants.has(context.role, "USAGE", "WAREHOUSE", name):
            raise errors.no_warehouse()
        if facts.get("state") == "SUSPENDED":
            if not facts.get("auto_resume", True):
                raise errors.SqlError(606, "57P03", f"Warehouse '{name}' is suspended.")
            self.put("WAREHOUSE", name, {**facts, "state": "STARTED"})

    def has(self, kind: str, name: str) -> bool:
        return name in self.objects.get(kind, {})

    def put(self, kind: str, name: str, facts: dict) -> None:
        with self._lock:
            self.objects.setdefault(kind, {})[name] = facts
            self._save()

    def remove(self, kind: str, name: str) -> None:
        with self._lock:
            if self.objects.get(kind, {}).pop(name, None) is not None:
                self._save()

    def reset(self) -> None:
        with self._lock:
            self.objects = {}
            for user in self.users:
                user.role, user.warehouse = self._initial[user.name]
                user.workload = None
                for slot in list(user.slots):
                    user.set_slot(slot, None)
            self._ensure_defaults()
            self._save()

    def _save(self) -> None:
        temporary = self._path.with_suffix(".tmp")
        temporary.write_text(json.dumps(self.objects))
        temporary.replace(self._path)


def apply_property(user: User, name: str, value: str | None) -> None:
    """A property that ALTER USER set; ValueError for a key that is none."""
    if name == "DEFAULT_WAREHOUSE":
        user.warehouse = value
    elif name == "DEFAULT_ROLE":
        user.role = value or "PUBLIC"
    elif name in ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2"):
        user.set_slot(name, value)
    elif name == "WORKLOAD_IDENTITY":
        user.workload = workload_of(value)
