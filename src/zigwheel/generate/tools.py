"""Which versions of other distributions the build's Python has."""

from __future__ import annotations

from collections.abc import Iterable


def versions(requirements: Iterable[str]) -> dict[str, str]:
    """By the name in each requirement the version that is installed; empty where none is."""
    import re

    names = [re.split(r"[^A-Za-z0-9._-]", text.strip(), maxsplit=1)[0] for text in requirements]
    return {name: version(name) for name in dict.fromkeys(names)}


def version(name: str) -> str:
    """The version of an installed distribution; empty where it is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed(name)
    except PackageNotFoundError:
        return ""
