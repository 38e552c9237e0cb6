"""Nothing to compile: what pip itself takes when it installs a package of this size."""

from __future__ import annotations

from collections import Counter


def most_common(text: str, limit: int) -> list[tuple[str, int]]:
    """The words of a text that occur most."""
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))[:limit]
