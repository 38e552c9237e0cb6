"""What people call a platform: Zig triples and platform tags, read into a `Triple`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from zigwheel.errors import TargetError
from zigwheel.target.floors import (
    Floors,
    Version,
    require_glibc,
    require_macos,
    require_musl,
)
from zigwheel.target.tags import LEGACY_MANYLINUX, MACOS_ARCHES
from zigwheel.target.triple import ARCHITECTURES, WINDOWS_TAGS, Triple

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "amd64": "x86_64",
        "x64": "x86_64",
        "i386": "i686",
        "i486": "i686",
        "i586": "i686",
        "x86": "i686",
        "arm64": "aarch64",
        "arm": "armv7l",
        "armv7": "armv7l",
        "armhf": "armv7l",
        "armv8l": "armv7l",
        "powerpc64le": "ppc64le",
        "ppc64el": "ppc64le",
        "loong64": "loongarch64",
    }
)
"""Other people's words for an architecture, offered as a correction."""

_OS_ALIASES: Mapping[str, str] = MappingProxyType(
    {"darwin": "macos", "macosx": "macos", "osx": "macos", "win": "windows", "win32": "windows"}
)

_ZIG_ARCHES = {facts.zig: name for name, facts in ARCHITECTURES.items()}
_MACOS_ARCHES = {word: name for name, word in MACOS_ARCHES.items()}
_WINDOWS_ARCHES = {tag: name for name, tag in WINDOWS_TAGS.items()}

_EMSCRIPTEN = "its side modules need Emscripten's own compiler and linker"
_XCODE = "its C library comes with Apple's Xcode and not with Zig"
_NO_WHEELS = "PyPI takes no wheels for it"
_UNSUPPORTED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        r"wasi(?:p\d)?": (
            "WASI",
            "wheels have no tag for it, and its CPython loads no extension modules",
        ),
        "emscripten": ("Emscripten", _EMSCRIPTEN),
        "pyodide|pyemscripten": ("Pyodide", _EMSCRIPTEN),
        "wasm32": ("WebAssembly", _EMSCRIPTEN),
        "android(?:eabi)?": (
            "Android",
            "its C library, bionic, comes with Android's NDK and not with Zig",
        ),
        "ios": ("iOS", _XCODE),
        "tvos": ("tvOS", _XCODE),
        "watchos": ("watchOS", _XCODE),
        "visionos": ("visionOS", _XCODE),
        "freebsd": ("FreeBSD", _NO_WHEELS),
        "netbsd": ("NetBSD", _NO_WHEELS),
        "openbsd": ("OpenBSD", _NO_WHEELS),
        "dragonfly": ("DragonFly BSD", _NO_WHEELS),
        "solaris|sunos": ("Solaris", _NO_WHEELS),
        "illumos": ("illumos", _NO_WHEELS),
        "aix": ("AIX", _NO_WHEELS),
        "cygwin": ("Cygwin", _NO_WHEELS),
    }
)
"""Patterns of words, each with the platform's name and what is missing; the more exact come first."""

_EXAMPLES = (
    "write a Zig triple such as `aarch64-linux-gnu.2.17`, a platform tag such as "
    "`manylinux_2_28_aarch64`, or an identifier such as `cp313-manylinux_aarch64`"
)


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or an empty string."""
    import difflib

    return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.75)), "")


def unsupported_platform(*words: str, place: str) -> TargetError | None:
    """The error for words that name a platform that is known but can't be built for, else None."""
    for pattern, (title, reason) in _UNSUPPORTED.items():
        if any(re.match(rf"(?:{pattern})(?![a-z])", word) for word in words):
            return TargetError(
                f"{place}: {title} is not supported: {reason}",
                hint="zigwheel builds for Linux, macOS and Windows",
            )
    return None


def _unknown(
    what: str, word: str, *, known: Iterable[str], text: str, place: str, meant: str = ""
) -> TargetError:
    """The error for an unknown part of `text`; its hint repeats the text with the part mended."""
    known = sorted(known)
    meant = meant or closest(word, known)
    mended = text.replace(word, meant, 1) if word and meant else ""
    return TargetError(
        f"{place}: unknown {what} `{word}`",
        hint=f"did you mean `{mended}`?" if mended else f"known are {', '.join(known)}",
    )


def read_arch(word: str, *, known: Mapping[str, str], text: str, place: str) -> str:
    """Look up an architecture in a family's words; `text` is the whole name for the suggestion."""
    if word in known:
        return known[word]
    error = unsupported_platform(word, place=place)
    if error:
        raise error
    canonical = _ALIASES.get(word, word)
    meant = next((name for name, arch in known.items() if arch == canonical), "")
    raise _unknown("architecture", word, known=known, text=text, place=place, meant=meant)


_LINUX_ARCHES = {name: name for name in ARCHITECTURES}
_TRIPLE_ARCHES = {**_LINUX_ARCHES, **_ZIG_ARCHES}


def read_triple(text: str, floors: Floors, *, place: str) -> Triple:
    """Read a Zig triple, with or without a floor: `aarch64-linux-gnu.2.17`, `aarch64-macos.11.0`.

    Raises TargetError with a suggestion.
    """
    arch_word, os_word, *rest = text.split("-")
    if error := unsupported_platform(arch_word, os_word, *rest, place=place):
        raise error
    if os_word in {"unknown", "pc", "apple", "none"} and rest:
        short = "-".join([arch_word, *rest]).replace("darwin", "macos")
        raise TargetError(
            f"{place}: Zig's triples have no vendor `{os_word}`",
            hint=f"did you mean `{short}`?",
        )
    os, os_version = _split_version(os_word)
    known = {**_TRIPLE_ARCHES, "universal2": "universal2"} if os == "macos" else _TRIPLE_ARCHES
    arch = read_arch(arch_word, known=known, text=text, place=place)
    if len(rest) > 1:
        raise TargetError(f"{place} has more parts than a triple", hint=_EXAMPLES)
    abi, abi_version = _split_version(rest[0]) if rest else ("", None)
    if os == "linux" and os_version is None:
        return _linux_triple(arch, abi, abi_version, floors, text=text, place=place)
    if os == "macos" and abi in {"", "none"} and abi_version is None:
        return _macos_triple(arch, os_version, floors, place=place)
    if os == "windows" and os_version is None and abi_version is None:
        return _windows_triple(arch, abi, place=place)
    if os in {"linux", "macos", "windows"}:
        raise TargetError(
            f"{place}: no wheel can promise the version or C library that this triple names",
            hint=_EXAMPLES,
        )
    raise _unknown(
        "operating system",
        os,
        known=("linux", "macos", "windows"),
        text=text,
        place=place,
        meant=_OS_ALIASES.get(os, ""),
    )


def _split_version(part: str) -> tuple[str, Version | None]:
    """`gnu.2.17` as `("gnu", (2, 17))`, `gnu` as `("gnu", None)`; an odd version stays in the word."""
    found = re.fullmatch(r"([a-z][a-z0-9_]*)(?:\.(\d+)(?:\.(\d+))?)?", part, re.ASCII)
    if not found:
        return (part, None)
    return (found[1], (int(found[2]), int(found[3] or 0)) if found[2] else None)


def _linux_triple(
    arch: str, abi: str, version: Version | None, floors: Floors, *, text: str, place: str
) -> Triple:
    eabi = ARCHITECTURES[arch].eabi
    arch_word = text.partition("-")[0]
    if not abi:
        raise TargetError(
            f"{place} names no C library",
            hint=f"did you mean `{arch_word}-linux-gnu{eabi}` (glibc) "
            f"or `{arch_word}-linux-musl{eabi}`?",
        )
    if abi == f"musl{eabi}":
        if version:
            raise TargetError(
                f"{place}: Zig's triples have no version of musl",
                hint=f"write `{arch_word}-linux-{abi}`, or `musllinux_1_2_{arch}`",
            )
        return linux(arch, "musl", None, floors, place=place)
    if abi == f"gnu{eabi}":
        return linux(arch, "gnu", version, floors, place=place)
    raise _unknown("C library", abi, known=(f"gnu{eabi}", f"musl{eabi}"), text=text, place=place)


def linux(
    arch: str, libc: Literal["gnu", "musl"], floor: Version | None, floors: Floors, *, place: str
) -> Triple:
    """A Linux triple; where it names no floor itself, with the project's."""
    if libc == "musl":
        if floor is not None:
            require_musl(floor, place=place)
        return Triple(arch=arch, os="linux", libc="musl", floor=floor or floors.musl)
    if floor is not None:
        require_glibc(floor, arch=arch, place=place)
    return Triple(arch=arch, os="linux", libc="gnu", floor=floor or floors.glibc_for(arch))


def _macos_triple(arch: str, floor: Version | None, floors: Floors, *, place: str) -> Triple:
    if arch not in MACOS_ARCHES:
        raise TargetError(
            f"{place}: there is no macOS for {arch}",
            hint=f"known are {', '.join(sorted(MACOS_ARCHES))}",
        )
    if floor is not None:
        require_macos(floor, arch=arch, place=place)
    return Triple(arch=arch, os="macos", libc="none", floor=floor or floors.macos_for(arch))


def _windows_triple(arch: str, abi: str, *, place: str) -> Triple:
    if arch not in WINDOWS_TAGS:
        raise TargetError(
            f"{place}: there is no Windows for {arch}",
            hint=f"known are {', '.join(sorted(WINDOWS_TAGS))}",
        )
    if abi not in {"", "gnu"}:
        raise TargetError(
            f"{place}: Zig has no C library for `{abi}` on Windows",
            hint=f"write `{ARCHITECTURES[arch].zig}-windows-gnu`; "
            "such extensions run in the usual CPython",
        )
    return Triple(arch=arch, os="windows", libc="gnu")


_VERSIONED = r"(manylinux|musllinux|macosx)_(\d+)_(\d+)_(\w+)"
_UNVERSIONED = r"(manylinux|musllinux|macosx)_([a-zA-Z]\w*)"
_LEGACY = r"(manylinux\d+)_(\w+)"


def read_platform_tag(tag: str, floors: Floors, *, place: str) -> Triple:
    """Read a platform tag, or cibuildwheel's short form without a version (`manylinux_aarch64`).

    Raises TargetError with a suggestion.
    """
    if tag in _WINDOWS_ARCHES:
        return Triple(arch=_WINDOWS_ARCHES[tag], os="windows", libc="gnu")
    legacy = re.fullmatch(_LEGACY, tag, re.ASCII)
    if legacy:
        return _legacy_manylinux(legacy[1], legacy[2], floors, place=place)
    versioned = re.fullmatch(_VERSIONED, tag, re.ASCII)
    short = re.fullmatch(_UNVERSIONED, tag, re.ASCII)
    if versioned:
        family, arch_word = versioned[1], versioned[4]
        floor: Version | None = (int(versioned[2]), int(versioned[3]))
    elif short:
        family, arch_word, floor = short[1], short[2], None
    else:
        raise _unknown_tag(tag, place=place)
    if family == "macosx":
        arch = read_arch(arch_word, known=_MACOS_ARCHES, text=tag, place=place)
        return _macos_triple(arch, floor, floors, place=place)
    arch = read_arch(arch_word, known=_LINUX_ARCHES, text=tag, place=place)
    return linux(arch, "musl" if family == "musllinux" else "gnu", floor, floors, place=place)


def _legacy_manylinux(name: str, arch_word: str, floors: Floors, *, place: str) -> Triple:
    if name not in LEGACY_MANYLINUX:
        raise _unknown(
            "platform", name, known=LEGACY_MANYLINUX, text=f"{name}_{arch_word}", place=place
        )
    floor, arches = LEGACY_MANYLINUX[name]
    arch = read_arch(
        arch_word, known={a: a for a in arches}, text=f"{name}_{arch_word}", place=place
    )
    return linux(arch, "gnu", floor, floors, place=place)


def _unknown_tag(tag: str, *, place: str) -> TargetError:
    if tag == "any":
        return TargetError(f"{place} names no platform", hint=_EXAMPLES)
    error = unsupported_platform(tag, place=place)
    if error:
        return error
    word = tag.removeprefix("win_")
    meant = WINDOWS_TAGS.get(_ALIASES.get(word, word), "") if word != tag else ""
    tags = [f"{family}_{arch}" for family in ("manylinux", "musllinux") for arch in ARCHITECTURES]
    tags += [*_WINDOWS_ARCHES, *(f"macosx_{arch}" for arch in _MACOS_ARCHES)]
    meant = meant or closest(tag, tags)
    hint = f"did you mean `{meant}`?" if meant else _EXAMPLES
    return TargetError(f"{place} is neither a triple nor a platform tag", hint=hint)
