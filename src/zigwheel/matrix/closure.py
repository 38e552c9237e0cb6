"""What requirements come to in this environment: the distributions that are installed for them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution

from zigwheel.errors import MatrixError


def closure(requires: Iterable[str]) -> dict[str, str]:
    """Versions by normalised name (PEP 503), of what is required and of all that it requires in turn.

    What a marker leaves out for this Python is left out. Raises `MatrixError` for what is not installed.
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requires]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        try:
            one = distribution(name)
        except PackageNotFoundError as error:
            raise MatrixError(
                f"{str(requirement)!r} is required for the build, and is not installed"
            ) from error
        found[name] = one.version
        for own in ("", *sorted(requirement.extras)):
            if (name, own) not in seen:
                seen.add((name, own))
                waiting += [(Requirement(text), own) for text in one.requires or ()]
    return found
