"""Checks key-pair JWTs and makes and checks the scoped tokens of the streaming host."""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import jwt

from snow_local.auth.foreign import ForeignTokens, Refused, access_token_owner
from snow_local.auth.users import User, same_account

_MAX_SPAN = 3600
_SKEW = 60
_ALGORITHMS = ["RS256", "RS384", "RS512"]


class AuthError(Exception):
    """A token that is refused; `code` is Snowflake's number, the text names the reason."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Identity:
    """Who a request speaks for, and with which role."""

    user: User
    role: str
    scope: str = ""


def _seconds(value: object) -> float:
    """A time claim in seconds; the npm driver sends milliseconds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise AuthError("390144", "JWT token is invalid: a time claim is missing or no number.")
    return value / 1000 if value > 1e11 else float(value)


class Tokens:
    """Owns the users and the secret that signs scoped tokens (kept, so they outlive a restart)."""

    def __init__(self, users: list[User], folder: Path, jwks: Path | None = None):
        self._users = users
        self._foreign = ForeignTokens(jwks)
        path = folder / "scoped-token.secret"
        if not path.exists():
            path.write_text(secrets.token_hex(32))
            path.chmod(0o600)
        self._secret = path.read_text()

    def identify(self, token: str, kind: str = "") -> Identity:
        """Whoever a bearer token of any kind speaks for; without a kind its form tells."""
        kind = kind.upper()
        if token.startswith("WIF."):
            return self.check_workload(token.partition(".")[2])
        if kind == "PROGRAMMATIC_ACCESS_TOKEN" or (not kind and not token.startswith("ey")):
            return self.check_access_token(token)
        if kind == "OAUTH":
            return self.check_oauth(token)
        if kind not in ("", "KEYPAIR_JWT"):
            raise AuthError("390303", f"Token type {kind} is not accepted here.")
        return self.check_key_pair(token)

    def check_access_token(self, token: str) -> Identity:
        try:
            return Identity(*access_token_owner(token, self._users))
        except Refused as error:
            raise AuthError("394400", f"Programmatic access token is invalid: {error}.") from error

    def check_oauth(self, token: str) -> Identity:
        """A scoped token of ours, or an access token of the identity provider whose keys we have:
        its subject is the user, its scope `session:role:R` the role."""
        try:
            if jwt.get_unverified_header(token).get("alg") == "HS256":
                return self.check_scoped(token)
            claims = self._foreign.claims(token, None)
        except (jwt.PyJWTError, Refused) as error:
            raise AuthError("390303", f"Invalid OAuth access token: {error}.") from error
        user = next((item for item in self._users if item.name == claims["sub"].upper()), None)
        if user is None:
            raise AuthError("390303", "Invalid OAuth access token: unknown user.")
        return Identity(user, self._role(user, claims))

    def check_workload(self, written: str) -> Identity:
        """`PROVIDER.token`: only OIDC is there."""
        provider, _, token = written.partition(".")
        if provider.upper() != "OIDC":
            raise AuthError("390323", f"Workload identity provider {provider} is not served.")
        try:
            user = self._foreign.workload(token, self._users)
        except Refused as error:
            raise AuthError("390323", f"Workload identity is invalid: {error}.") from error
        return Identity(user, user.role)

    def check_key_pair(self, token: str) -> Identity:
        """The identity behind a key-pair JWT; AuthError with the reason otherwise."""
        try:
            header = jwt.get_unverified_header(token)
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise AuthError("390144", f"JWT token is invalid: {error}.") from error
        if header.get("alg") not in _ALGORITHMS:
            raise AuthError("390144", "JWT token is invalid: it must be signed with RS256.")
        user, key = self._issuer(claims)
        self._check_times(claims)
        try:
            jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.PyJWTError as error:
            raise AuthError("390144", f"JWT token is invalid: {error}.") from error
        return Identity(user, self._role(user, claims))

    def make_scoped(self, identity: Identity, scope: str, lifetime: float) -> str:
        now = time.time()
        claims = {
            "iss": "snow-local",
            "sub": identity.user.name,
            "acc": identity.user.account,
            "role": identity.role,
            "scope": scope,
            "iat": int(now),
            "exp": int(now + lifetime),
        }
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def check_scoped(self, token: str) -> Identity:
        """The identity behind a scoped token; AuthError when it is forged or expired."""
        try:
            claims = jwt.decode(token, self._secret, algorithms=["HS256"])
        except jwt.ExpiredSignatureError as error:
            raise AuthError("390318", "OAuth access token expired.") from error
        except jwt.PyJWTError as error:
            raise AuthError("390303", f"Invalid OAuth access token: {error}.") from error
        user = self._find(claims["acc"], claims["sub"])
        if user is None:
            raise AuthError("390303", "Invalid OAuth access token: unknown user.")
        return Identity(user, claims["role"], claims.get("scope", ""))

    def _find(self, account: str, name: str) -> User | None:
        for user in self._users:
            if user.name == name and same_account(user.account, account):
                return user
        return None

    def _issuer(self, claims: dict) -> tuple[User, object]:
        parts = str(claims.get("iss", "")).split(".", 2)
        if len(parts) != 3:
            raise AuthError("390144", "JWT token is invalid: iss must be ACCOUNT.USER.SHA256:....")
        account, name, print_ = parts
        if claims.get("sub") != f"{account}.{name}":
            raise AuthError("390144", "JWT token is invalid: sub does not fit iss.")
        if account != account.upper() or name != name.upper():
            raise AuthError("390144", "JWT token is invalid: account and user must be upper case.")
        user = self._find(account, name)
        if user is None:
            raise AuthError("390144", "JWT token is invalid: unknown account or user.")
        if print_ not in user.keys:
            raise AuthError("390144", "JWT token is invalid: public key fingerprint mismatch.")
        return user, user.keys[print_]

    @staticmethod
    def _check_times(claims: dict) -> None:
        now = time.time()
        issued, expires = _seconds(claims.get("iat")), _seconds(claims.get("exp"))
        if expires - issued > _MAX_SPAN + 1:
            raise AuthError("390144", "JWT token is invalid: it lives longer than one hour.")
        if expires <= now:
            raise AuthError("390144", "JWT token is invalid: it has expired.")
        if issued > now + _SKEW or ("nbf" in claims and _seconds(claims["nbf"]) > now + _SKEW):
            raise AuthError("390144", "JWT token is invalid: it is not valid yet.")

    @staticmethod
    def _role(user: User, claims: dict) -> str:
        scope = str(claims.get("scp", ""))
        return (
            scope.removeprefix("session:role:") if scope.startswith("session:role:") else user.role
        )
