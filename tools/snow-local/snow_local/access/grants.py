"""The grants of the account and the questions that statements ask of them.

ACCOUNTADMIN and SYSADMIN, and every role that holds one of them, may do everything; any other role
needs a grant for each step, as in the service. Objects belong to the role that made them.
"""

import time
from dataclasses import dataclass

from snow_local.access import privileges
from snow_local.engine import errors
from snow_local.engine.catalog import Table
from snow_local.engine.identifiers import show_path
from snow_local.sql.context import Context

_ADMINS = {"ACCOUNTADMIN", "SYSADMIN"}
_SEPARATOR = "|"


@dataclass(frozen=True)
class Grant:
    """One privilege on one object for one role; kind `FUTURE TABLE` for objects to come."""

    privilege: str
    kind: str
    path: str
    role: str

    @property
    def key(self) -> str:
        return _SEPARATOR.join((self.privilege, self.kind, self.role, self.path))


class Grants:
    """Owns nothing: grants are objects of the account, which keeps and saves them."""

    def __init__(self, account):
        self._account = account

    # -- roles ---------------------------------------------------------------------------------

    def roles_of(self, role: str) -> set[str]:
        """The role and all that were granted to it, directly or not."""
        found, waiting = {"PUBLIC"}, [role]
        held = self._account.objects.get("ROLE_GRANT", {})
        while waiting:
            name = waiting.pop()
            if name in found and name != role:
                continue
            found.add(name)
            waiting += [
                facts["role"]
                for facts in held.values()
                if facts["to"] == ("ROLE", name) or facts["to"] == ["ROLE", name]
            ]
        return found

    def is_admin(self, role: str) -> bool:
        return bool(self.roles_of(role) & _ADMINS)

    def may_use_role(self, user, role: str) -> bool:
        """Whether the user may take the role: granted, or the user's own is an administrator's."""
        if not self._account.has("ROLE", role):
            return False
        own = self.roles_of(user.role)
        for facts in self._account.objects.get("ROLE_GRANT", {}).values():
            if list(facts["to"]) == ["USER", user.name]:
                own |= self.roles_of(facts["role"])
        return role in own or bool(own & _ADMINS)

    def grant_role(self, role: str, kind: str, name: str) -> None:
        facts = {"role": role, "to": [kind, name], "created": _now()}
        self._account.put("ROLE_GRANT", _SEPARATOR.join((role, kind, name)), facts)

    def revoke_role(self, role: str, kind: str, name: str) -> None:
        self._account.remove("ROLE_GRANT", _SEPARATOR.join((role, kind, name)))

    # -- grants --------------------------------------------------------------------------------

    def all(self) -> list[tuple[Grant, dict]]:
        return [
            (Grant(facts["privilege"], facts["kind"], facts["path"], facts["role"]), facts)
            for facts in self._account.objects.get("GRANT", {}).values()
        ]

    def add(self, grant: Grant, option: bool, by: str) -> None:
        facts = {**vars(grant), "option": option, "by": by, "created": _now()}
        self._account.put("GRANT", grant.key, facts)

    def remove(self, grant: Grant) -> None:
        self._account.remove("GRANT", grant.key)

    def made(self, kind: str, path: str, context: Context) -> None:
        """An object was made: it belongs to the role, and future grants become real ones."""
        self.gone(kind, path)
        if not self.is_admin(context.role):
            self.add(Grant("OWNERSHIP", kind, path, context.role), True, context.role)
        inside = path.rpartition(".")[0]
        for grant, facts in self.all():
            if grant.kind == f"FUTURE {kind}" and inside.startswith(grant.path):
                self.add(Grant(grant.privilege, kind, path, grant.role), False, facts["by"])

    def gone(self, kind: str, path: str) -> None:
        """An object was dropped, and with it what lay in it."""
        for grant, _ in self.all():
            if (grant.kind.removeprefix("FUTURE ") == kind and grant.path == path) or (
                kind in ("DATABASE", "SCHEMA")
                and (grant.path == path or grant.path.startswith(path + "."))
            ):
                self.remove(grant)

    def moved(self, kind: str, old: str, new: str) -> None:
        for grant, facts in self.all():
            if (grant.kind, grant.path) == (kind, old):
                self.remove(grant)
                self.add(
                    Grant(grant.privilege, kind, new, grant.role), facts["option"], facts["by"]
                )

    def owner(self, kind: str, path: str) -> str:
        for grant, _ in self.all():
            if (grant.privilege, grant.kind, grant.path) == ("OWNERSHIP", kind, path):
                return grant.role
        return "SYSADMIN"

    # -- questions -----------------------------------------------------------------------------

    def has(self, role: str, privilege: str, kind: str, path: str) -> bool:
        """Whether the role has the privilege; any at all for an empty one."""
        roles = self.roles_of(role)
        if roles & _ADMINS:
            return True
        return any(
            grant.role in roles
            and (grant.kind, grant.path) == (kind, path)
            and privilege in ("", grant.privilege, *_implied(grant.privilege))
            for grant, _ in self.all()
        )

    def reaches(self, role: str, database: str, schema: str) -> bool:
        """USAGE on a schema and its database."""
        if self.is_admin(role):
            return True
        return all(
            self._uses(role, kind, path)
            for kind, path in (
                ("DATABASE", show_path(database)),
                ("SCHEMA", show_path(database, schema)),
            )
        )

    def sees(self, role: str, table: Table) -> bool:
        """Whether a table or view exists for the role."""
        path = show_path(table.database, table.schema, table.name)
        return self.reaches(role, table.database, table.schema) and self.has(
            role, "", table.kind, path
        )

    def need(self, role: str, privilege: str, table: Table) -> None:
        """SqlError unless the role has the privilege on a table that it sees."""
        path = show_path(table.database, table.schema, table.name)
        if not self.sees(role, table):
            raise errors.missing("Object", path)
        if not self.has(role, privilege, table.kind, path):
            raise errors.forbidden(table.kind, table.name)

    def need_create(self, role: str, kind: str, place: tuple[str, ...]) -> None:
        """SqlError unless the role may make objects of that kind there; an empty place is the
        account."""
        if self.is_admin(role):
            return
        if not place:
            if not self.has(role, f"CREATE {kind}", "ACCOUNT", ""):
                raise errors.forbidden("ACCOUNT", self._account.name)
            return
        holder = "DATABASE" if len(place) == 1 else "SCHEMA"
        path = show_path(*place)
        if not self._uses(role, "DATABASE", show_path(place[0])):
            raise errors.missing("Database", show_path(place[0]))
        if not self._uses(role, holder, path):
            raise errors.missing(holder.title(), path)
        if not self.has(role, f"CREATE {kind}", holder, path):
            raise errors.forbidden(holder, place[-1])

    def need_owner(self, role: str, kind: str, *parts: str) -> None:
        path = show_path(*parts)
        if not self.has(role, "", kind, path):
            raise errors.missing(kind.title(), path)
        if not self.has(role, "OWNERSHIP", kind, path):
            raise errors.forbidden(kind, parts[-1])

    def need_table_owner(self, role: str, table: Table) -> None:
        if not self.sees(role, table):
            path = show_path(table.database, table.schema, table.name)
            raise errors.missing("Object", path)
        self.need_owner(role, table.kind, table.database, table.schema, table.name)

    def _uses(self, role: str, kind: str, path: str) -> bool:
        return self.has(role, "USAGE", kind, path)


def _implied(privilege: str) -> list[str]:
    """Owning an object is having every privilege on it."""
    if privilege != "OWNERSHIP":
        return []
    return [item for kind in privileges.KINDS for item in privileges.all_of(kind)]


def _now() -> int:
    return int(time.time() * 1000)
