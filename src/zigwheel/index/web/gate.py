"""How often an address may ask: what is more is answered with 429, and when to come back."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zigwheel.errors import ConfigError
from zigwheel.index.web.answers import Application, Receive, Scope, Send, say

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import RateLimiter

FREE = ("/health", "/metrics")
"""What is asked by who looks after the index."""

WHOLE = 64
"""Bits of an IPv6 address that tell who has it (RFC 6177)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """Lets through what is not too much; made by `gated`."""

    app: Application
    """Answers what comes through."""
    limiter: RateLimiter
    """Counts."""
    reads: RateLimitItem | None
    """For all requests but uploads."""
    uploads: RateLimitItem | None
    """For uploads, with right tokens or wrong ones."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and scope["path"] not in FREE:
            kind = "uploads" if scope["method"] == "POST" else "reads"
            limit = self.uploads if kind == "uploads" else self.reads
            whose = whose_of(scope.get("client"))
            if limit is not None and not self.limiter.hit(limit, kind, whose):
                wait = b"%d" % max(limit.get_expiry() // limit.amount, 1)
                await say(send, 429, f"more than {limit}", (b"retry-after", wait))
                return
        await self.app(scope, receive, send)


def gated(app: Application, *, reads: str, uploads: str) -> Application:
    """An application behind a gate, if one is wanted: limits such as `600/minute`. Raises `ConfigError`."""
    if not reads and not uploads:
        return app
    try:
        from limits import parse
        from limits.storage import MemoryStorage
        from limits.strategies import SlidingWindowCounterRateLimiter
    except ImportError as error:
        raise ConfigError(
            f"limits of rates need {error.name!r}", hint="pip install 'zigwheel[index]'"
        ) from error
    found: list[RateLimitItem | None] = []
    for key, text in (("rate", reads), ("upload-rate", uploads)):
        try:
            found.append(parse(text) if text else None)
        except ValueError as error:
            raise ConfigError(
                f"`{key}` is {text!r}, which is no rate", hint="write one such as `600/minute`"
            ) from error
    limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
    return Gate(app=app, limiter=limiter, reads=found[0], uploads=found[1])


def whose_of(client: tuple[str, int] | None) -> str:
    """Who asks: an address, or of IPv6, the network that one customer has."""
    if client is None:
        return ""
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return client[0]
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((int(address), WHOLE), strict=False))
