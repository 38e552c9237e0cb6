"""The Python that a wheel is for, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zigwheel.errors import TargetError
from zigwheel.target.triple import WINDOWS_TAGS, Triple

OLDEST = (3, 9)
NEWEST = (3, 15)
OLDEST_FREE_THREADED = (3, 13)

SUPPORTED = (
    f"CPython {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}, "
    f"free-threaded from {OLDEST_FREE_THREADED[0]}.{OLDEST_FREE_THREADED[1]}t"
)

_TAG = r"cp(\d)(\d+)(t?)"
_TAG_AND_ABI = r"cp(\d)(\d+)-cp\1\2(t?)"
_VERSION = r"(\d)\.(\d+)(t?)"
_OTHER = r"(pp|gp|graalpy|pypy)\d"
_OTHER_NAMES = {"pp": "PyPy", "pypy": "PyPy", "gp": "GraalPy", "graalpy": "GraalPy"}


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class PythonTarget:
    """One CPython: a minor version, free-threaded or not."""

    version: tuple[int, int]
    """Major and minor version, such as `(3, 13)`."""
    free_threaded: bool = False
    """Built without the GIL (PEP 703); its ABI tag ends in `t`."""

    @property
    def minor(self) -> int:
        """The minor version, such as 13."""
        return self.version[1]

    @property
    def tag(self) -> str:
        """The Python tag of a wheel (PEP 425), such as `cp313`."""
        return f"cp{self.version[0]}{self.version[1]}"

    @property
    def abi(self) -> str:
        """The ABI tag of a wheel (PEP 425), such as `cp313` or `cp313t`."""
        return self.tag + self._mark

    @property
    def version_text(self) -> str:
        """The version without the mark of a free-threaded build, such as `3.13`."""
        return f"{self.version[0]}.{self.version[1]}"

    @property
    def include_name(self) -> str:
        """Name of the include folder on Unix, such as `python3.13` or `python3.13t`."""
        return f"python{self.version_text}{self._mark}"

    @property
    def _mark(self) -> str:
        return "t" if self.free_threaded else ""

    def __str__(self) -> str:
        return f"{self.version_text}{self._mark}"


def parse_python(text: str, *, place: str = "python") -> PythonTarget:
    """Read `cp313`, `cp313t`, `3.13`, `3.13t`, `cp313-cp313` or `cp313-cp313t`.

    `place` is the option that errors name. Raises TargetError for anything else, and for versions
    outside of `SUPPORTED`.
    """
    text = text.strip()
    other = re.match(_OTHER, text, re.ASCII)
    if other:
        raise unsupported_implementation(f"{place} `{text}`", _OTHER_NAMES[other[1]])
    found = (
        re.fullmatch(_TAG, text, re.ASCII)
        or re.fullmatch(_TAG_AND_ABI, text, re.ASCII)
        or re.fullmatch(_VERSION, text, re.ASCII)
    )
    if not found:
        raise TargetError(
            f"{place} `{text}` names no Python",
            hint=f"write a tag such as `cp313` or a version such as `3.13`: {SUPPORTED}",
        )
    python = PythonTarget(version=(int(found[1]), int(found[2])), free_threaded=bool(found[3]))
    require_known(python, place=f"{place} `{text}`")
    return python


def is_known(python: PythonTarget) -> bool:
    """Whether zigwheel has facts about this Python."""
    oldest = OLDEST_FREE_THREADED if python.free_threaded else OLDEST
    return oldest <= python.version <= NEWEST


def require_known(python: PythonTarget, *, place: str) -> None:
    """Raise TargetError unless zigwheel has facts about this Python."""
    if not is_known(python):
        raise TargetError(
            f"{place}: CPython {python} is not supported",
            hint=f"supported are {SUPPORTED}",
        )


def unsupported_implementation(place: str, name: str) -> TargetError:
    """The error for a Python that is not CPython."""
    return TargetError(
        f"{place}: {name} is not supported, only CPython is",
        hint=f"zigwheel has no facts about {name}'s headers and file suffixes; "
        f"name a CPython, such as `cp313`: {SUPPORTED}",
    )


def parse_py_api(text: str, *, place: str = "py-api") -> tuple[int, int]:
    """Read the oldest version of the stable ABI that is built for: `cp310` gives `(3, 10)`.

    Raises TargetError for anything but a tag from `cp32` (PEP 384) to the newest known version.
    """
    found = re.fullmatch(_TAG, text.strip(), re.ASCII)
    if found and found[3]:
        raise TargetError(
            f"{place} `{text}`: the stable ABI of free-threaded Pythons (`abi3t`) is not "
            "supported yet by this version",
            hint=f"write `{found[0].rstrip('t')}`; free-threaded Pythons then get wheels of their own",
        )
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (3, 2) <= version <= NEWEST:
        raise TargetError(
            f"{place} `{text}` names no version of the stable ABI",
            hint=f"write the oldest CPython to support, from `cp32` to `cp3{NEWEST[1]}`",
        )
    return version


def limited_api_macro(minimum: tuple[int, int]) -> str:
    """The value of `Py_LIMITED_API` for a minimum version: `(3, 10)` gives `0x030A0000`."""
    return f"0x{minimum[0]:02X}{minimum[1]:02X}0000"


def uses_limited_api(python: PythonTarget, minimum: tuple[int, int]) -> bool:
    """Whether an extension for `python` can be one for the stable ABI of `minimum` and newer.

    A Python older than `minimum` can't load it; a free-threaded one has no stable ABI before 3.15.
    """
    return python.version >= minimum and not python.free_threaded


def suffix(python: PythonTarget, triple: Triple, *, limited_api: bool) -> str:
    """What follows the module's name in an extension's file name (PEP 3149, CPython's `SOABI`).

    Where the target's Pythons do not agree on their own suffix it is `.so`, which all of them load:
    on musl, upstream's 3.9 and 3.10 call themselves `linux-gnu` and Alpine's `linux-musl`
    (python/cpython issue 87278); on loongarch64, CPython knows the name since 3.12.
    """
    if triple.os == "windows":
        return ".pyd" if limited_api else f".{python.abi}-{WINDOWS_TAGS[triple.arch]}.pyd"
    if limited_api:
        return ".abi3.so"
    musl_unnamed = triple.libc == "musl" and python.version < (3, 11)
    loongarch_unnamed = triple.arch == "loongarch64" and python.version < (3, 12)
    if musl_unnamed or loongarch_unnamed:
        return ".so"
    return f".cpython-{python.abi[2:]}-{triple.multiarch}.so"
