"""What came out of a plan, and what of it was left out because it is optional."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from zigwheel.errors import ZigwheelError
from zigwheel.plan.model import Artifact, BuildPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """The files of a plan."""

    files: Mapping[str, Path]
    """`install` of what is shipped, and its file."""
    left_out: Mapping[str, ZigwheelError]
    """`install` of optional artifacts that could not be made, and why."""


def spared(plan: BuildPlan, artifact: Artifact) -> bool:
    """Whether the build goes on without an artifact: also without a library that only such ones link."""
    if artifact.kind != "library":
        return artifact.optional
    users = [a for a in plan.artifacts if a.kind != "library" and artifact.name in a.link]
    return bool(users) and all(user.optional for user in users)


def without(plan: BuildPlan, left_out: Container[str]) -> BuildPlan:
    """A plan without what was left out, and without the static libraries that only this has linked.

    Its `inputs` stay: when one of them changes, what was left out may be possible.
    """
    gone = [a for a in plan.artifacts if a.kind != "library" and a.install in left_out]
    kept = [a for a in plan.artifacts if a.kind != "library" and a not in gone]
    unused = {name for a in gone for name in a.link} - {name for a in kept for name in a.link}
    libraries = [a for a in plan.artifacts if a.kind == "library" and a.name not in unused]
    return replace(plan, artifacts=(*libraries, *kept))
