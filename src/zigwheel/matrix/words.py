"""The words by which platforms and Pythons are chosen: `targets`, `pythons`, `--archs`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from zigwheel.config.globs import has_wildcard
from zigwheel.config.words import did_you_mean, quote
from zigwheel.errors import MatrixError, TargetError, ZigwheelError
from zigwheel.matrix.identifiers import RARE, Platform, platforms, pythons, selects
from zigwheel.target.floors import Floors
from zigwheel.target.model import Host
from zigwheel.target.names import read_platform_tag
from zigwheel.target.python import PythonTarget, parse_python
from zigwheel.target.triple import ARCHITECTURES

ARCHES: Mapping[str, str] = {
    **{arch: arch for arch in ARCHITECTURES},
    "amd64": "x86_64",
    "arm64": "aarch64",
    "x86": "i686",
    "universal2": "universal2",
}
"""Words for architectures, in lower case: those of all systems stand for the same machine."""

GROUPS: Mapping[str, Callable[[Platform, Host], bool]] = {
    "all": lambda platform, host: True,
    "linux": lambda platform, host: platform.os == "linux",
    "macos": lambda platform, host: platform.os == "macos",
    "windows": lambda platform, host: platform.os == "windows",
    "manylinux": lambda platform, host: platform.family == "manylinux",
    "musllinux": lambda platform, host: platform.family == "musllinux",
    "native": lambda platform, host: is_native(platform, host),
}
"""Words for several platforms."""

ARCH_WORDS: Mapping[str, Callable[[Platform, Host], bool]] = {
    "auto": lambda platform, host: True,
    "all": lambda platform, host: True,
    "auto64": lambda platform, host: bits(platform) == 64,
    "auto32": lambda platform, host: bits(platform) == 32,
    "native": lambda platform, host: platform.arch == host.arch,
}
"""Words for several architectures. For cibuildwheel `auto` is what the machine that it runs on is good
for; here any machine is good for all."""

NO_FLOORS = Floors(glibc=(2, 17), musl=(1, 2))
"""Of words that name no floor, where none matters."""


def is_native(platform: Platform, host: Host) -> bool:
    """Whether a platform is this machine's own."""
    libc = {"manylinux": "gnu", "musllinux": "musl"}.get(platform.family, host.libc)
    return (platform.os, platform.arch, libc) == (host.os, host.arch, host.libc)


def bits(platform: Platform) -> int:
    """Size of a pointer."""
    return 64 if platform.arch == "universal2" else ARCHITECTURES[platform.arch].bits


def in_targets(word: str, platform: Platform, host: Host) -> bool:
    """Whether a word of `targets` is for a platform. Raises `TargetError` if it is for none."""
    if word in GROUPS:
        named = platform.arch not in RARE or word == "native"
        return named and GROUPS[word](platform, host)
    if has_wildcard(word):
        named = platform.arch not in RARE or platform.arch in word
        return named and selects((word,), platform.name)
    return platform.name == platform_of(word)


def platform_of(word: str) -> str:
    """The platform that a word names, with or without a floor. Raises `TargetError`."""
    if word in platforms():
        return word
    triple = read_platform_tag(word, NO_FLOORS, place=f"`{word}`")
    family = {"gnu": "manylinux", "musl": "musllinux"}.get(triple.libc, "macosx")
    return next(
        platform.name
        for platform in platforms().values()
        if (platform.family, platform.arch) == (family, triple.arch)
    )


def target_errors(words: Iterable[str], place: str) -> list[ZigwheelError]:
    """The words of `targets` that are for no platform."""
    errors: list[ZigwheelError] = []
    for word in words:
        if word in GROUPS:
            continue
        if has_wildcard(word):
            if not any(selects((word,), name) for name in platforms()):
                errors.append(no_such(word, place, "platform", platforms()))
            continue
        try:
            platform_of(word)
        except TargetError as error:
            known = [*GROUPS, *platforms()]
            hint = error.hint if "did you mean" in error.hint else f"known are {', '.join(known)}"
            near = did_you_mean(word, known)
            errors.append(
                TargetError(
                    f"`{place}` has {quote(word)}, which names no platform{near}",
                    hint="" if near else hint,
                )
            )
    return errors


def in_pythons(word: str, python: PythonTarget) -> bool:
    """Whether a word of `pythons` is for a Python. Raises `TargetError` if it is none."""
    if has_wildcard(word):
        return selects((word,), python.name)
    return parse_python(word).name == python.name


def python_errors(words: Iterable[str], place: str) -> list[ZigwheelError]:
    """The words of `pythons` that are no Pythons."""
    errors: list[ZigwheelError] = []
    names = [python.name for python in pythons()]
    for word in words:
        if has_wildcard(word):
            if not any(selects((word,), name) for name in names):
                errors.append(no_such(word, place, "Python", names))
            continue
        try:
            parse_python(word, place=f"`{place}`:")
        except TargetError as error:
            errors.append(error)
    return errors


def in_archs(word: str, platform: Platform, host: Host) -> bool:
    """Whether a word of `--archs` is for a platform; one that names nothing is for none."""
    if word in ARCH_WORDS:
        return ARCH_WORDS[word](platform, host)
    return names_arch((word,), platform)


def names_arch(words: Iterable[str], platform: Platform) -> bool:
    """Whether one of the words is the name of a platform's architecture."""
    return any(ARCHES.get(word.lower()) == platform.arch for word in words)


def arch_errors(words: Iterable[str], place: str) -> list[ZigwheelError]:
    """The words of `--archs` that name nothing."""
    known = [*ARCH_WORDS, *ARCHES]
    return [
        no_such(word, place, "architecture", known)
        for word in words
        if word not in ARCH_WORDS and word.lower() not in ARCHES
    ]


def no_such(word: str, place: str, what: str, known: Iterable[str]) -> MatrixError:
    """The error for a word that is for nothing."""
    names = list(known)
    near = "" if has_wildcard(word) else did_you_mean(word, names)
    return MatrixError(
        f"`{place}` has {quote(word)}, which is for no {what}{near}",
        hint="" if near else f"known are {', '.join(names)}",
    )


def with_floor(word: str) -> bool:
    """Whether a word of `targets` names the oldest system that is built for."""
    return re.search(r"_\d+_\d+_|\d{4}_|manylinux1_", word) is not None
