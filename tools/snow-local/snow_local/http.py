"""Small helpers of all HTTP faces: bodies, JSON answers, bearer tokens."""

import gzip
import json
import zlib

import zstandard
from starlette.requests import Request
from starlette.responses import Response

_MAX_INFLATED = 256 * 1024 * 1024


class BodyError(Exception):
    """A body that cannot be decoded."""


def inflate(body: bytes, encoding: str) -> bytes:
    """The body without its content encoding; BodyError for an unknown or broken one."""
    try:
        if encoding in ("", "identity"):
            return body
        if encoding == "gzip":
            return gzip.decompress(body)
        if encoding == "zstd":
            reader = zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True)
            data = reader.read(_MAX_INFLATED + 1)
            if len(data) > _MAX_INFLATED:
                raise BodyError("the body is too large when decompressed")
            return data
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise BodyError(f"the body is no {encoding}: {error}") from error
    raise BodyError(f"unknown content encoding {encoding}")


def json_response(data: object, status: int = 200, headers: dict | None = None) -> Response:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(), status, headers, "application/json")


def gzip_response(data: object) -> Response:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(gzip.compress(text, 1), 200, {"Content-Encoding": "gzip"}, "application/json")


def json_body(data: bytes, encoding: str = "") -> dict:
    """A JSON object from a body, empty for an empty body; BodyError otherwise."""
    data = inflate(data, encoding)
    if not data.strip():
        return {}
    try:
        value = json.loads(data)
    except ValueError as error:
        raise BodyError(f"the body is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise BodyError("the body is no JSON object")
    return value


def bearer(request: Request) -> str:
    """The bearer token of a request, or an empty string."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
