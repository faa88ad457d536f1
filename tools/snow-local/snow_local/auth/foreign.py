"""Tokens that somebody else made: programmatic access tokens, OAuth and workload identity.

OAuth and OIDC tokens are checked against the keys of a JWKS file that was given at start.
"""

import hashlib
import json
import re
import secrets
import time
from pathlib import Path

import jwt

from snow_local.auth.users import User

AUDIENCE = "snowflakecomputing.com"
_PROPERTY = re.compile(r"(\w+)\s*=\s*'?([^'\s,()]+)'?")


class Refused(Exception):
    """The reason why a token is not taken."""


class ForeignTokens:
    """Owns the keys of the JWKS file; the rest is the users'."""

    def __init__(self, jwks: Path | None):
        self._keys = {}
        if jwks is not None:
            for item in jwt.PyJWKSet.from_dict(json.loads(jwks.read_text())).keys:
                self._keys[item.key_id] = item

    def claims(self, token: str, audience: str | None) -> dict:
        """The claims of a token that one of the keys signed; Refused otherwise."""
        try:
            key = self._keys.get(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                raise Refused("no key of the JWKS file has its kid")
            return jwt.decode(
                token,
                key,
                algorithms=["RS256", "ES256"],
                audience=audience,
                options={"require": ["exp", "iss", "sub"], "verify_aud": audience is not None},
            )
        except jwt.PyJWTError as error:
            raise Refused(str(error)) from error

    def workload(self, token: str, users: list[User]) -> User:
        """The user whose WORKLOAD_IDENTITY names the issuer and the subject of an OIDC token."""
        claims = self.claims(token, AUDIENCE)
        for user in users:
            if user.workload == {"ISSUER": claims["iss"], "SUBJECT": claims["sub"]}:
                return user
        raise Refused(f'no user has the issuer "{claims["iss"]}" and subject "{claims["sub"]}"')


def workload_of(text: str | None) -> dict[str, str] | None:
    """`(TYPE = OIDC ISSUER = '..' SUBJECT = '..')` of ALTER USER; ValueError for another type."""
    if text is None:
        return None
    found = {name.upper(): value for name, value in _PROPERTY.findall(text)}
    if found.pop("TYPE", "").upper() != "OIDC" or not {"ISSUER", "SUBJECT"} <= set(found):
        raise ValueError("only TYPE = OIDC with ISSUER and SUBJECT")
    return {"ISSUER": found["ISSUER"], "SUBJECT": found["SUBJECT"]}


def make_access_token(days: float, role: str | None) -> tuple[str, dict]:
    """A programmatic access token and what is kept of it."""
    secret = "snow-local-pat." + secrets.token_urlsafe(32)
    return secret, {"digest": digest(secret), "role": role, "expires": time.time() + days * 86400}


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def access_token_owner(secret: str, users: list[User]) -> tuple[User, str]:
    """The user of a programmatic access token and its role; Refused for an unknown one."""
    wanted = digest(secret)
    for user in users:
        for facts in user.access_tokens.values():
            if facts["digest"] == wanted:
                if facts["expires"] < time.time():
                    raise Refused("it has expired")
                return user, facts["role"] or user.role
    raise Refused("nobody has it")
