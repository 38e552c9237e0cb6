"""The stable ABIs of CPython: which Pythons each serves, and what `py-api` asks for.

`abi3` (PEP 384) is for Pythons with the GIL. `abi3t` (PEP 803) hides the layout of objects as well,
so that from 3.15 on one file serves Pythons with and without the GIL; its wheels say both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from zigwheel.errors import TargetError
from zigwheel.target.python import NEWEST, PythonTarget

FIRST = {"abi3": (3, 2), "abi3t": (3, 15)}
"""The first version of each."""

_TAG = r"cp(\d)(\d+)(t?)"


@dataclass(frozen=True, kw_only=True, slots=True)
class StableAbi:
    """A stable ABI, from one version on."""

    name: Literal["abi3", "abi3t"]
    """As in the names of files: `abi3`, or `abi3t`, which is `abi3` as well."""
    minimum: tuple[int, int]
    """The oldest CPython that loads it."""

    @property
    def tag(self) -> str:
        """The Python tag of a wheel, such as `cp310`."""
        return f"cp{self.minimum[0]}{self.minimum[1]}"

    @property
    def abi(self) -> str:
        """The ABI tag of a wheel: `abi3`, or the set `abi3.abi3t`."""
        return "abi3.abi3t" if self.name == "abi3t" else "abi3"

    @property
    def macros(self) -> tuple[tuple[str, str], ...]:
        """What selects it in CPython's headers. With both macros the result is of both ABIs."""
        value = f"0x{self.minimum[0]:02X}{self.minimum[1]:02X}0000"
        names = ["Py_LIMITED_API", *(["Py_TARGET_ABI3T"] if self.name == "abi3t" else [])]
        return tuple((name, value) for name in names)

    def serves(self, python: PythonTarget) -> bool:
        """Whether `python` loads extensions of this ABI. PyPy has no stable ABI."""
        gil = self.name == "abi3t" or not python.free_threaded
        return python.version >= self.minimum and gil and not python.is_pypy


def parse_py_api(text: str, *, place: str = "py-api") -> tuple[StableAbi, ...]:
    """Read what is built for: `cp310`, `cp315t`, or both, `cp310.cp315t`; empty gives nothing.

    Raises TargetError for a tag that is no version of a stable ABI, or older than its first.
    """
    tags = text.strip().split(".") if text.strip() else []
    return tuple(parse_stable(tag, place=f"{place} `{text}`") for tag in tags)


def parse_stable(tag: str, *, place: str) -> StableAbi:
    """Read one tag, such as `cp310`, or with a `t` for `abi3t`. Raises TargetError."""
    found = re.fullmatch(_TAG, tag, re.ASCII)
    name: Literal["abi3", "abi3t"] = "abi3t" if found and found[3] else "abi3"
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if FIRST[name] <= version <= NEWEST:
        return StableAbi(name=name, minimum=version)
    if found and name == "abi3t" and version < FIRST[name]:
        raise TargetError(
            f"{place}: the stable ABI of free-threaded Pythons (`abi3t`) begins with 3.15",
            hint=f"write `{tag.rstrip('t')}`; older free-threaded Pythons get wheels of their own",
        )
    raise TargetError(
        f"{place} names no version of the stable ABI",
        hint=f"write the oldest CPython to support, from `cp32` to `cp3{NEWEST[1]}`; "
        "`cp315t` for free-threaded ones; or both, as `cp310.cp315t`",
    )


def stable_abi(python: PythonTarget, py_api: str) -> StableAbi | None:
    """The stable ABI of `py-api` that an extension for `python` is built against; None without one.

    Of two that serve, the one with the oldest minimum: fewer wheels cover more Pythons.
    """
    serving = [abi for abi in parse_py_api(py_api) if abi.serves(python)]
    return min(serving, key=lambda abi: (abi.minimum, abi.name != "abi3t"), default=None)


def oldest(python: PythonTarget, py_api: str) -> tuple[int, int]:
    """The oldest Python that loads what a project with this `py-api` has built for `python`."""
    stable = stable_abi(python, py_api)
    return stable.minimum if stable else python.version
