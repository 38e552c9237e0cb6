"""`if` of an override, described as the settings are in `model.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from zigwheel.config.model import Globs


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """`if` of `[[tool.zigwheel.overrides]]`: when an override applies. All given keys must hold.

    The target decides, never the machine that builds. Globs may have braces (`{x86_64,aarch64}`);
    one of a list must match, and none that has a leading `!`.
    """

    os: Globs = ()
    """Operating system: `linux`, `macos` or `windows`."""
    arch: Globs = ()
    """Architecture, as in wheel tags but the same for every system: `x86_64`, `i686`, `aarch64`,
    `armv7l`, `ppc64le`, `s390x`, `riscv64`, `loongarch64`. What is compiled for `universal2` is
    decided for each of its slices; `universal2` itself decides the rest of the wheel.
    """
    libc: Globs = ()
    """C library: `gnu` (glibc, or MinGW on Windows), `musl`, or `none` (macOS)."""
    python: str = ""
    """Version specifiers (PEP 440) for the Python's minor version, such as `>=3.13` or
    `>=3.10,<3.13`.
    """
    abi: Globs = ()
    """ABI tag: `cp313`, `cp313t` for a free-threaded Python, `pypy311_pp73`; with `py-api`, `abi3` or
    `abi3t`.
    """
    env: Mapping[str, str | bool] = field(default_factory=lambda: MappingProxyType({}))
    """Environment variables: `NAME = true` (set and not empty), `NAME = false` (not set, or empty),
    or `NAME = "..."`, the value itself or a regular expression for the whole of it.
    """
    any: tuple[Condition, ...] = ()
    """Conditions, of which at least one must hold."""
    all: tuple[Condition, ...] = ()
    """Conditions, all of which must hold."""
