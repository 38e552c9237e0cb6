"""When an override applies: `if.os`, `if.python` and the others, held against a target."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from zigwheel.config.condition import Condition
from zigwheel.config.convert import Part
from zigwheel.config.globs import chosen, matches
from zigwheel.config.words import did_you_mean, either, quote
from zigwheel.errors import ConfigError

KNOWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "os": ("linux", "macos", "windows"),
        "arch": (
            "x86_64",
            "i686",
            "aarch64",
            "armv7l",
            "ppc64le",
            "s390x",
            "riscv64",
            "loongarch64",
            "universal2",
        ),
        "libc": ("gnu", "musl", "none"),
    }
)
# What other tools call the same thing, and difflib would not find.
OTHER_WORDS = MappingProxyType(
    {
        "darwin": "macos",
        "win32": "windows",
        "amd64": "x86_64",
        "x64": "x86_64",
        "arm64": "aarch64",
        "x86": "i686",
        "arm": "armv7l",
        "armhf": "armv7l",
        "glibc": "gnu",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What conditions are held against: the facts of one target, and the environment."""

    os: str
    """`linux`, `macos` or `windows`."""
    arch: str
    """Architecture of the target, such as `x86_64`."""
    libc: str
    """`gnu`, `musl` or `none`."""
    python: tuple[int, int]
    """Major and minor version of the target's Python."""
    abi: str
    """`cp313`, `cp313t`, `pypy311_pp73`, `abi3` or `abi3t`."""
    environ: Mapping[str, str]
    """Environment variables, for `if.env`."""


def holds(condition: Condition, facts: Conditions) -> bool:
    """Whether every key of a checked condition holds for `facts`."""
    return (
        all(
            chosen(patterns, name)
            for patterns, name in (
                (condition.os, facts.os),
                (condition.arch, facts.arch),
                (condition.libc, facts.libc),
                (condition.abi, facts.abi),
            )
        )
        and (not condition.python or python_holds(condition.python, facts.python))
        and all(env_holds(want, facts.environ.get(n, "")) for n, want in condition.env.items())
        and (not condition.any or any(holds(inner, facts) for inner in condition.any))
        and all(holds(inner, facts) for inner in condition.all)
    )


def python_holds(specifiers: str, python: tuple[int, int]) -> bool:
    """Whether a minor version of Python is in a set of specifiers (PEP 440)."""
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(specifiers).contains(f"{python[0]}.{python[1]}", prereleases=True)


def env_holds(want: str | bool, value: str) -> bool:
    """Whether the value of a variable, empty if it is not set, is what `if.env` asks for."""
    if isinstance(want, bool):
        return bool(value) == want
    return value == want or re.fullmatch(want, value) is not None


def condition_errors(part: Part, raw: Any, place: str) -> Iterator[ConfigError]:
    """What is wrong with the values of a condition: `raw` as written, `part` as it was read."""
    if raw == {}:
        yield ConfigError(
            f"`{place}` is empty; an override needs a condition",
            hint="what holds for every target belongs in `[tool.zigwheel]`",
        )
    for name, value in part.items():
        where = f"{place}.{name}"
        if name in ("any", "all"):
            if not value:
                yield ConfigError(f"`{where}` is empty; it needs a condition")
            for index, inner in enumerate(value):
                yield from condition_errors(inner, raw[name][index], f"{where}[{index}]")
        elif name == "python":
            yield from specifier_errors(value, where)
        elif not raw[name]:
            yield ConfigError(f"`{where}` is empty; leave it out where it does not matter")
        elif name == "env":
            yield from env_errors(value, where)
        else:
            yield from glob_errors(value, KNOWN.get(name, ()), where)


def glob_errors(
    patterns: tuple[str, ...], known: tuple[str, ...], place: str
) -> Iterator[ConfigError]:
    """A glob that can never match."""
    for pattern in patterns:
        glob = pattern.removeprefix("!")
        if known and not any(matches(glob, name) for name in known):
            other = OTHER_WORDS.get(glob.lower())
            meant = f"; did you mean `{other}`?" if other else did_you_mean(glob, known)
            hint = "" if meant else f"there is {either(known)}"
            yield ConfigError(
                f"`{place}` has {quote(pattern)}, which is no {place.rpartition('.')[2]}{meant}",
                hint=hint,
            )


def specifier_errors(text: str, place: str) -> Iterator[ConfigError]:
    """A set of specifiers that is empty, not well-formed, or about more than a minor version."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        specifiers = list(SpecifierSet(text))
    except InvalidSpecifier:
        specifiers = []
    if not specifiers:
        yield ConfigError(
            f"`{place}` is {quote(text)}; it must be version specifiers (PEP 440)",
            hint="such as `>=3.13`, `==3.12` or `>=3.10,<3.13`",
        )
    for specifier in specifiers:
        if any(int(part) for part in re.findall(r"\d+", specifier.version)[2:]):
            yield ConfigError(
                f"`{place}` is {quote(text)}; a target has a minor version of Python and no more",
                hint="write two numbers, such as `>=3.13`",
            )


def env_errors(wants: Mapping[str, str | bool], place: str) -> Iterator[ConfigError]:
    """A regular expression that is not well-formed."""
    for name, want in wants.items():
        if isinstance(want, str):
            try:
                re.compile(want)
            except re.error as error:
                yield ConfigError(
                    f"`{place}.{name}` is {quote(want)}, no regular expression: {error}",
                    hint="put a backslash before a character that is meant literally",
                )
