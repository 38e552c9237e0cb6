"""Tokens: what twine, `uv publish` and `zigwheel index push` send as a password."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from packaging.utils import canonicalize_name

from zigwheel.index.model import Token

PREFIX = "zwi-"
"""Begins every secret, so that scanners for leaked ones find it."""

SECRET = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")


def fresh(
    label: str, projects: Iterable[str], days: float | None, now: datetime
) -> tuple[str, Token]:
    """A new secret, which is told once, and what the index keeps of it."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        digest=digest_of(secret),
        label=label,
        projects=tuple(sorted({canonicalize_name(name) for name in projects})),
        created=written(now),
        expires="" if days is None else written(now + timedelta(days=days)),
    )
    return secret, token


def digest_of(secret: str) -> str:
    """By what the index knows a secret. It has 256 random bits, so nobody guesses it from that."""
    return hashlib.sha256(secret.encode()).hexdigest()


def secret_in(authorization: str) -> str:
    """The secret in a header `Authorization`, Basic (whoever the user is) or Bearer; empty if none is."""
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    elif scheme.lower() != "bearer":
        return ""
    value = value.strip()
    return value if SECRET.fullmatch(value) else ""


def written(when: datetime) -> str:
    """A time in UTC, as an index writes it: `2026-11-27T12:34:56.000000Z`."""
    return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
