"""Which files of the project a source can reach by `#include` and its like.

The scan takes every branch of `#if` and every folder that a name could mean, so it may name a file
that the compiler never opens, but not miss one that it does, except behind a computed `#include`
(C11, 6.10.2): for those, every header beside the includer and in the include folders counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from zigwheel.plan.machine import DISPATCH

DIRECTIVE = re.compile(
    rb"""^[ \t]*\#[ \t]*(?:include|include_next|import|embed)[ \t]*
         (?:"(?P<quoted>[^"\n]+)"|<(?P<angled>[^>\n]+)>|(?P<computed>[A-Za-z_]\w*))
       | \.incbin[ \t]+\\?"(?P<binary>[^"\\\n]+)
       | @(?:import|embedFile|cInclude)\("(?P<zig>[^"\n]+)"\)""",
    re.MULTILINE | re.VERBOSE,
)
"""C, C++ and Objective-C directives (C23, 6.10.2 and 6.10.4), GNU as `.incbin`, Zig builtins."""

HEADER = re.compile(r"\.(h|hh|hpp|hxx|h\+\+|inc|inl|ipp|tpp|def|c|cc|cpp|cxx)$", re.IGNORECASE)
"""Names that a computed include may mean."""


CLOCK = re.compile(rb"\b__(?:DATE|TIME|TIMESTAMP)__\b")
"""Macros that would put the time of the build into the result (C11, 6.10.8.1)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What a group of sources can see."""

    files: frozenset[str] = frozenset()
    """The sources and every file of the project that they can include."""
    python: bool = False
    """`Python.h` is among what they include."""
    clock: bool = False
    """Some file asks for the date or the time of the build."""
    dispatch: bool = False
    """Some file has functions for newer x86 processors than the baseline."""


def scan(root: Path, sources: Iterable[str], include_dirs: Iterable[str]) -> Reach:
    """What `sources` can reach by `#include`.

    Paths are relative to `root` and POSIX. What lies outside `root`, or is not there, is not
    followed: it belongs to the toolchain, to Python, or to a branch for another platform.
    """
    folders = [os.path.normpath(folder) for folder in include_dirs if not os.path.isabs(folder)]
    reached: set[str] = set()
    pending = list(sources)
    python = clock = dispatch = False
    while pending:
        path = pending.pop()
        if path in reached:
            continue
        reached.add(path)
        here = os.path.dirname(path)
        text = (root / path).read_bytes()
        clock = clock or CLOCK.search(text) is not None
        dispatch = dispatch or DISPATCH.search(text) is not None
        for match in DIRECTIVE.finditer(text):
            if match["computed"]:
                pending.extend(headers_in(root, [here, *folders]))
                continue
            name = os.fsdecode(match[match.lastgroup or 0])
            python = python or os.path.basename(name) == "Python.h"
            pending.extend(existing(root, name, [here, *folders]))
    return Reach(files=frozenset(reached), python=python, clock=clock, dispatch=dispatch)


def existing(root: Path, name: str, folders: Iterable[str]) -> list[str]:
    """The files that `name` may mean, looked up in `folders` of the project."""
    found = []
    for folder in folders:
        path = os.path.normpath(os.path.join(folder, name))
        if not path.startswith("..") and not os.path.isabs(path) and (root / path).is_file():
            found.append(path.replace(os.sep, "/"))
    return found


def headers_in(root: Path, folders: Iterable[str]) -> list[str]:
    """Every header directly in `folders` of the project."""
    return [
        os.path.normpath(os.path.join(folder, name)).replace(os.sep, "/")
        for folder in folders
        if (root / folder).is_dir()
        for name in os.listdir(root / folder)
        if HEADER.search(name)
    ]
