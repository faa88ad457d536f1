"""GRANT and REVOKE: parsed whole, checked against what exists, and kept."""

import re

from snow_local.access import privileges
from snow_local.access.grants import Grant, Grants
from snow_local.engine import catalog, errors
from snow_local.engine.identifiers import show, show_path
from snow_local.sql import result
from snow_local.sql.context import Context, parse_name
from snow_local.sql.result import Result

_SUCCESS = "Statement executed successfully."
_NAME = r'((?:"(?:[^"]|"")+"|[^\s";(])+(?:\([^)]*\))?)'
_ROLE = re.compile(
    rf"(?:GRANT|REVOKE)\s+ROLE\s+{_NAME}\s+(?:TO|FROM)\s+(ROLE|USER)\s+{_NAME}\s*\Z", re.I
)
_PRIVILEGES = re.compile(
    r"(?:GRANT|REVOKE)\s+(?:GRANT\s+OPTION\s+FOR\s+)?(?P<what>.+?)\s+ON\s+"
    r"(?P<scope>ALL\s+|FUTURE\s+)?(?P<target>.+?)\s+(?:TO|FROM)\s+(?:ROLE\s+)?"
    rf"(?P<role>{_NAME[1:-1]})"
    r"(?P<rest>(?:\s+(?:WITH\s+GRANT\s+OPTION|(?:COPY|REVOKE)\s+CURRENT\s+GRANTS|CASCADE|RESTRICT))*)"
    r"\s*\Z",
    re.I | re.S,
)
_INSIDE = re.compile(rf"(.+?)\s+IN\s+(SCHEMA|DATABASE)\s+{_NAME}\Z", re.I | re.S)


class GrantSql:
    """Runs GRANT and REVOKE of one session."""

    def __init__(self, account, cursor, context: Context):
        self._account = account
        self._grants: Grants = account.grants
        self._cursor = cursor
        self._context = context

    def run(self, statement: str) -> Result:
        add = statement[:1].upper() == "G"
        match = _ROLE.match(statement)
        if match is not None:
            return self._role(add, *match.groups())
        match = _PRIVILEGES.match(statement)
        if match is None or re.match(
            r"(DATABASE|APPLICATION)\s+ROLE\b|SHARE\b", match["role"], re.I
        ):
            raise errors.unsupported(" ".join(statement.split()[:6]))
        role = parse_name(match["role"])[0]
        if not self._account.has("ROLE", role):
            raise errors.missing("Role", show(role))
        option = "GRANT OPTION" in match["rest"].upper()
        scope = (match["scope"] or "").strip().upper()
        for kind, path in self._targets(scope, match["target"].strip()):
            for privilege in _privileges(match["what"], kind.removeprefix("FUTURE ")):
                self._change(add, Grant(privilege, kind, path, role), option)
        return result.status(_SUCCESS)

    def _role(self, add: bool, written: str, kind: str, to: str) -> Result:
        role, name, kind = parse_name(written)[0], parse_name(to)[0], kind.upper()
        for what, item in (("ROLE", role), (kind, name)):
            if not self._account.has(what, item):
                raise errors.missing(what.title(), show(item))
        if add and kind == "ROLE" and name in self._grants.roles_of(role):
            raise errors.compilation(3001, "42501", f"Role {show(role)} cannot hold itself.")
        (self._grants.grant_role if add else self._grants.revoke_role)(role, kind, name)
        return result.status(_SUCCESS)

    def _change(self, add: bool, grant: Grant, option: bool) -> None:
        me = self._context.role
        if not self._grants.has(me, "OWNERSHIP", grant.kind, grant.path) and not self._grants.has(
            me, "MANAGE GRANTS", "ACCOUNT", ""
        ):
            raise errors.forbidden(grant.kind, grant.path or self._account.name)
        if grant.privilege == "OWNERSHIP":
            for old, _ in self._grants.all():
                if (old.privilege, old.kind, old.path) == ("OWNERSHIP", grant.kind, grant.path):
                    self._grants.remove(old)
        if add:
            self._grants.add(grant, option, me)
        else:
            self._grants.remove(grant)

    def _targets(self, scope: str, written: str) -> list[tuple[str, str]]:
        """The objects of a grant as kind and path; SqlError when one is not there."""
        if written.upper() == "ACCOUNT":
            return [("ACCOUNT", "")]
        if scope:
            match = _INSIDE.match(written)
            if match is None:
                raise errors.syntax(f"near '{written[:40]}'")
            kind = privileges.singular(match[1])
            place = self._holder(match[2].upper(), parse_name(match[3]))
            if scope == "FUTURE":
                return [(f"FUTURE {kind}", show_path(*place))]
            return [(kind, path) for path in self._inside(kind, place)]
        kind = next((item for item in privileges.KINDS if _starts(written, item)), None)
        if kind is None:
            raise errors.syntax(f"near '{written[:40]}'")
        return [(kind, self._path(kind, written[len(kind) :].strip()))]

    def _holder(self, kind: str, parts: list[str]) -> tuple[str, ...]:
        if kind == "DATABASE":
            self._need_database(parts[0])
            return (parts[0],)
        place = self._context.schema_path(parts, "GRANT")
        self._need_database(place[0])
        if not catalog.has_schema(self._cursor, *place):
            raise errors.missing("Schema", show_path(*place))
        return place

    def _inside(self, kind: str, place: tuple[str, ...]) -> list[str]:
        schema = place[1] if len(place) > 1 else None
        if kind == "SCHEMA":
            return [show_path(place[0], item) for item in catalog.schemas(self._cursor, place[0])]
        if kind in ("TABLE", "VIEW"):
            found = catalog.tables(self._cursor, place[0], schema)
            return [show_path(*place[:1], t.schema, t.name) for t in found if t.kind == kind]
        objects = self._account.database_objects
        return [
            show_path(place[0], item.schema, item.name)
            for item in objects.all(self._cursor, place[0], schema, kind)
        ]

    def _path(self, kind: str, written: str) -> str:
        written = re.sub(r"\(.*\)\Z", "", written, flags=re.S)
        parts = parse_name(written)
        if kind == "DATABASE":
            self._need_database(parts[0])
            return show_path(parts[0])
        if kind == "SCHEMA":
            return show_path(*self._holder("SCHEMA", parts))
        if kind in ("WAREHOUSE", "USER", "ROLE", "INTEGRATION"):
            if not self._account.has(kind, parts[0]):
                raise errors.missing(kind.title(), show(parts[0]))
            return show_path(parts[0])
        place = self._context.full_path(parts, "GRANT")
        self._need_database(place[0])
        table = catalog.find(self._cursor, *place)
        found = table is not None and table.kind == kind
        if not found and not self._account.database_objects.has(self._cursor, kind, place):
            raise errors.missing(kind.title(), show_path(*place))
        return show_path(*place)

    def _need_database(self, name: str) -> None:
        if not self._account.storage.has_database(name):
            raise errors.missing("Database", show(name))


def _starts(text: str, kind: str) -> bool:
    return re.match(kind.replace(" ", r"\s+") + r"\s", text, re.I) is not None


def _privileges(written: str, kind: str) -> list[str]:
    found = []
    for item in written.split(","):
        privilege = " ".join(item.upper().split()).removesuffix(" PRIVILEGES")
        if privilege == "ALL":
            found += privileges.all_of(kind)
            continue
        privileges.check(privilege, kind)
        found.append(privilege)
    return found
