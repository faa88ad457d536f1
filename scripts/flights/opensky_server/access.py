"""Who may ask, and how often: OAuth2 client credentials and the quota of credits."""

import hmac
import json
import pathlib
import secrets
import time

DAY = 86400
DAY_FACTORS = ((10, 60), (15, 120), (20, 240), (25, 480), (1 << 30, 960))


class Tokens:
    """Issues and checks bearer tokens of one client; without credentials everybody is anonymous."""

    def __init__(self, credentials: pathlib.Path | None, required: bool, lifetime: int):
        self.required = required
        self.count = 0  # issued
        self.lifetime = lifetime
        self._issued: dict[str, float] = {}
        self._client: tuple[str, str] | None = None
        if credentials is not None:
            known = json.loads(credentials.read_text(encoding="utf-8"))
            self._client = (known["clientId"], known["clientSecret"])

    @property
    def enabled(self) -> bool:
        return self._client is not None

    def issue(self, form: dict[str, str]) -> str | None:
        """A token for the right client id and secret, else None."""
        if self._client is None or form.get("grant_type") != "client_credentials":
            return None
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        matches = [
            hmac.compare_digest(mine.encode(), theirs.encode())
            for mine, theirs in zip(self._client, given, strict=True)
        ]
        if not all(matches):
            return None
        token = secrets.token_urlsafe(32)
        self.count += 1
        self._issued[token] = time.monotonic() + self.lifetime
        return token

    def accepts(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and self._issued.get(token, 0) > time.monotonic()

    def revoke_all(self) -> None:
        self._issued.clear()


def query_cost(box: tuple[float, float, float, float] | None) -> int:
    """Credits of one /states/all query by the area of its box (south, west, north, east)."""
    if box is None:
        return 4
    south, west, north, east = box
    area = (north - south) * (east - west)
    return 1 + sum(area > limit for limit in (25, 100, 400))


def days_cost(begin: int, end: int, now: int) -> int:
    """Credits of flights or tracks by the UTC days that they touch."""
    if begin > now - DAY:
        return 4
    days = end // DAY - begin // DAY + 1
    if days <= 2:
        return 30
    return days * next(factor for limit, factor in DAY_FACTORS if days <= limit)


class Credits:
    """Counts down; when they are used up the caller has to wait until the refill."""

    def __init__(self, quota: int, refill_seconds: int):
        self._quota = quota
        self._refill_seconds = refill_seconds
        self.remaining = quota
        self._refill_at = 0.0

    def take(self, cost: int) -> int:
        """Seconds to wait; 0 when the credits were there and are taken now."""
        now = time.monotonic()
        if self._refill_at and now >= self._refill_at:
            self.remaining, self._refill_at = self._quota, 0.0
        if self.remaining >= cost:
            self.remaining -= cost
            return 0
        if not self._refill_at:
            self._refill_at = now + self._refill_seconds
        return max(1, round(self._refill_at - now))
