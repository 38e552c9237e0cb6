"""The Python that a wheel is for, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from zigwheel.errors import TargetError
from zigwheel.target.triple import WINDOWS_TAGS, Triple

Implementation: TypeAlias = Literal["cpython", "pypy"]
StableName: TypeAlias = Literal["", "abi3", "abi3t"]

OLDEST = (3, 9)
NEWEST = (3, 15)
OLDEST_FREE_THREADED = (3, 13)
OLDEST_PYPY = (3, 9)
NEWEST_PYPY = (3, 11)

PYPY_ABIS = {(3, 9): "pp73", (3, 10): "pp73", (3, 11): "pp80"}
"""What PyPy calls the ABI of its C API, for the last release of each Python: 7.3.x, then 8.0.x."""

SUPPORTED = (
    f"CPython {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}, "
    f"free-threaded from {OLDEST_FREE_THREADED[0]}.{OLDEST_FREE_THREADED[1]}t; "
    f"PyPy {OLDEST_PYPY[0]}.{OLDEST_PYPY[1]} to {NEWEST_PYPY[0]}.{NEWEST_PYPY[1]} "
    "on Linux with glibc"
)

_FORMS = (
    r"cp(\d)(\d+)(t?)",
    r"cp(\d)(\d+)-cp\1\2(t?)",
    r"(\d)\.(\d+)(t?)",
)
_PYPY_FORMS = (
    r"pp(\d)(\d+)",
    r"pypy(\d)(\d+)_(pp\d+)",
    r"pp(\d)(\d+)-pypy\1\2_(pp\d+)",
    r"pypy-?(\d)\.(\d+)",
)
_OTHER = r"(gp|graalpy|ip|ironpython|jy|jython)-?\d"
_OTHER_NAMES = {
    "gp": "GraalPy",
    "graalpy": "GraalPy",
    "ip": "IronPython",
    "ironpython": "IronPython",
    "jy": "Jython",
    "jython": "Jython",
}


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class PythonTarget:
    """One Python: an implementation, a minor version, free-threaded or not."""

    version: tuple[int, int]
    """Major and minor version, such as `(3, 13)`."""
    free_threaded: bool = False
    """Built without the GIL (PEP 703); its ABI tag ends in `t`."""
    implementation: Implementation = "cpython"
    """CPython, or PyPy, whose C API is its own."""
    pypy_abi: str = ""
    """PyPy's name of its ABI, such as `pp73`; empty for CPython."""

    @property
    def minor(self) -> int:
        """The minor version, such as 13."""
        return self.version[1]

    @property
    def tag(self) -> str:
        """The Python tag of a wheel (PEP 425), such as `cp313` or `pp311`."""
        return f"{'pp' if self.is_pypy else 'cp'}{self._digits}"

    @property
    def abi(self) -> str:
        """The ABI tag of a wheel (PEP 425), such as `cp313`, `cp313t` or `pypy311_pp73`."""
        return f"pypy{self._digits}_{self.pypy_abi}" if self.is_pypy else self.tag + self._mark

    @property
    def name(self) -> str:
        """cibuildwheel's name, such as `cp313t` or `pp311`."""
        return self.tag + self._mark

    @property
    def title(self) -> str:
        """The name in a sentence, such as `CPython 3.13t` or `PyPy 3.11 (pp73)`."""
        if self.is_pypy:
            return f"PyPy {self.version_text} ({self.pypy_abi})"
        return f"CPython {self.version_text}{self._mark}"

    @property
    def is_pypy(self) -> bool:
        """Whether it is PyPy."""
        return self.implementation == "pypy"

    @property
    def version_text(self) -> str:
        """The version without the mark of a free-threaded build, such as `3.13`."""
        return f"{self.version[0]}.{self.version[1]}"

    @property
    def include_name(self) -> str:
        """Name of the include folder on Unix, such as `python3.13`, `python3.13t` or `pypy3.11`."""
        return f"{'pypy' if self.is_pypy else 'python'}{self.version_text}{self._mark}"

    @property
    def _digits(self) -> str:
        return f"{self.version[0]}{self.version[1]}"

    @property
    def _mark(self) -> str:
        return "t" if self.free_threaded else ""

    def __str__(self) -> str:
        return f"{'pypy' if self.is_pypy else ''}{self.version_text}{self._mark}"


def parse_python(text: str, *, place: str = "python") -> PythonTarget:
    """Read `cp313`, `cp313t`, `3.13`, `3.13t`, `cp313-cp313t`, `pp311` or `pypy3.11`.

    `place` is the option that errors name. Raises TargetError for anything else, and for versions
    outside of `SUPPORTED`.
    """
    text = text.strip()
    other = re.match(_OTHER, text, re.ASCII)
    if other:
        raise unsupported_implementation(f"{place} `{text}`", other[1])
    python = _read_python(text)
    if python is None:
        raise TargetError(
            f"{place} `{text}` names no Python",
            hint=f"write a tag such as `cp313` or a version such as `3.13`: {SUPPORTED}",
        )
    require_known(python, place=f"{place} `{text}`")
    return python


def _read_python(text: str) -> PythonTarget | None:
    for form in _FORMS:
        if found := re.fullmatch(form, text, re.ASCII):
            version = (int(found[1]), int(found[2]))
            return PythonTarget(version=version, free_threaded=bool(found[3]))
    for form in _PYPY_FORMS:
        if found := re.fullmatch(form, text, re.ASCII):
            return pypy((int(found[1]), int(found[2])), *found.groups()[2:])
    return None


def pypy(version: tuple[int, int], abi: str = "") -> PythonTarget:
    """The PyPy of a Python's version; its ABI is that of the last release if none is named."""
    abi = abi or PYPY_ABIS.get(version, "pp73")
    return PythonTarget(version=version, implementation="pypy", pypy_abi=abi)


def is_known(python: PythonTarget) -> bool:
    """Whether zigwheel has facts about this Python."""
    if python.is_pypy:
        return OLDEST_PYPY <= python.version <= NEWEST_PYPY and not python.free_threaded
    oldest = OLDEST_FREE_THREADED if python.free_threaded else OLDEST
    return oldest <= python.version <= NEWEST


def require_known(python: PythonTarget, *, place: str) -> None:
    """Raise TargetError unless zigwheel has facts about this Python."""
    if not is_known(python):
        raise TargetError(
            f"{place}: {python.title} is not supported",
            hint=f"supported are {SUPPORTED}",
        )


def require_platform(python: PythonTarget, triple: Triple, *, place: str) -> None:
    """Raise TargetError for a PyPy on a system where zigwheel lacks what it needs of it."""
    if not python.is_pypy or (triple.os == "linux" and triple.libc == "gnu"):
        return
    system, missing = {
        "windows": (
            "Windows",
            "its headers and its import library come with PyPy for Windows alone",
        ),
        "macos": ("macOS", "its headers come with PyPy for macOS alone"),
        "linux": ("musl", "there is no release of it whose headers and file names are known"),
    }[triple.os]
    raise TargetError(
        f"{place}: PyPy is not supported on {system}: {missing}",
        hint=f"name a CPython, such as `cp313`, or a glibc target, such as "
        f"`{python.tag}-manylinux_{triple.arch}`",
    )


def unsupported_implementation(place: str, word: str) -> TargetError:
    """The error for a Python that is neither CPython nor PyPy; `word` is a tag's or its own name."""
    name = _OTHER_NAMES.get(word, word)
    return TargetError(
        f"{place}: {name} is not supported, only CPython and PyPy are",
        hint=f"zigwheel has no facts about {name}'s headers and file suffixes; "
        f"name a CPython, such as `cp313`: {SUPPORTED}",
    )


def suffix(python: PythonTarget, triple: Triple, *, stable_abi: StableName) -> str:
    """What follows the module's name in an extension's file name (PEP 3149, CPython's `SOABI`).

    `stable_abi` is the one that it is built against, or empty. Where the target's Pythons do not
    agree on their own suffix it is `.so`, which all of them load: on musl, upstream's 3.9 and 3.10
    call themselves `linux-gnu` and Alpine's `linux-musl` (python/cpython issue 87278); on
    loongarch64, CPython knows the name since 3.12.
    """
    if triple.os == "windows":
        return ".pyd" if stable_abi else f".{python.abi}-{WINDOWS_TAGS[triple.arch]}.pyd"
    if stable_abi:
        return f".{stable_abi}.so"
    if python.is_pypy:
        return f".{python.abi.replace('_', '-')}-{triple.multiarch}.so"
    musl_unnamed = triple.libc == "musl" and python.version < (3, 11)
    loongarch_unnamed = triple.arch == "loongarch64" and python.version < (3, 12)
    if musl_unnamed or loongarch_unnamed:
        return ".so"
    return f".cpython-{python.abi[2:]}-{triple.multiarch}.so"
