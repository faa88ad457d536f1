"""Driver sessions: tokens, master tokens and the results that may be asked for again."""

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from snow_local.auth.tokens import AuthError, Identity
from snow_local.sql.account import Account
from snow_local.sql.result import Result
from snow_local.sql.session import Session

VALIDITY = 3600
MASTER_VALIDITY = 14400
_IDLE_LIMIT = 4 * 3600
_MAX_RESULTS = 500


@dataclass
class DriverSession:
    """One logged-in driver."""

    session: Session
    token: str
    master: str
    expires_at: float


class DriverSessions:
    """Owns the sessions by token."""

    def __init__(self, account: Account):
        self._account = account
        self._lock = threading.Lock()
        self._by_token: dict[str, DriverSession] = {}
        self._by_master: dict[str, DriverSession] = {}
        self._results: OrderedDict[str, Result] = OrderedDict()
        self._running: dict[str, Session] = {}

    def open(self, identity: Identity, role: str | None) -> DriverSession:
        session = Session(self._account, identity.user, role or identity.role)
        made = DriverSession(
            session, secrets.token_urlsafe(48), secrets.token_urlsafe(48), time.time() + VALIDITY
        )
        with self._lock:
            self._by_token[made.token] = made
            self._by_master[made.master] = made
        self._close_idle()
        return made

    def find(self, token: str) -> DriverSession:
        """The session of a token; AuthError when it is unknown or has expired."""
        with self._lock:
            found = self._by_token.get(token)
        if found is None:
            raise AuthError(
                "390104", "ID token is invalid. The session does not exist or has ended."
            )
        if found.expires_at < time.time():
            raise AuthError("390112", "Your session has expired. Please login again.")
        return found

    def renew(self, master: str) -> DriverSession:
        """A new session token for a master token."""
        with self._lock:
            found = self._by_master.get(master) or self._by_token.get(master)
            if found is None:
                raise AuthError(
                    "390114", "Authentication token has expired. The user must authenticate again."
                )
            self._by_token.pop(found.token, None)
            found.token, found.expires_at = secrets.token_urlsafe(48), time.time() + VALIDITY
            self._by_token[found.token] = found
        return found

    def close(self, found: DriverSession) -> None:
        with self._lock:
            self._by_token.pop(found.token, None)
            self._by_master.pop(found.master, None)
        found.session.close()

    def close_all(self) -> None:
        with self._lock:
            found = list(self._by_token.values())
        for session in found:
            self.close(session)

    def _close_idle(self) -> None:
        limit = time.monotonic() - _IDLE_LIMIT
        with self._lock:
            idle = [item for item in self._by_token.values() if item.session.last_used < limit]
        for item in idle:
            self.close(item)

    def keep(self, result: Result) -> None:
        with self._lock:
            self._results[result.query_id] = result
            while len(self._results) > _MAX_RESULTS:
                self._results.popitem(last=False)

    def result(self, query_id: str) -> Result | None:
        with self._lock:
            return self._results.get(query_id)

    def began(self, request_id: str, session: Session) -> None:
        with self._lock:
            self._running[request_id] = session

    def ended(self, request_id: str) -> None:
        with self._lock:
            self._running.pop(request_id, None)

    def abort(self, request_id: str) -> None:
        with self._lock:
            session = self._running.get(request_id)
        if session is not None:
            session.interrupt()
