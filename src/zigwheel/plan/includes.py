"""Which files of the project a source can reach by `#include` and its like.

The scan takes every branch of `#if` and every folder that a name could mean, so it may name a file
that the compiler never opens, but not miss one that it does, except behind a computed `#include`
(C11, 6.10.2): for those, every header beside the includer and in the include folders counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from zigwheel.plan.machine import DISPATCH
from zigwheel.plan.tree import Tree

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
    names: frozenset[str] = frozenset()
    """All that they include, as written, be it in the project or not."""
    computed: bool = False
    """Some file includes what a macro names."""
    clock: bool = False
    """Some file asks for the date or the time of the build."""
    dispatch: bool = False
    """Some file has functions for newer x86 processors than the baseline."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What one file says."""

    names: tuple[str, ...]
    """What it includes, as written."""
    computed: bool
    """It includes what a macro names."""
    clock: bool
    """It asks for the date or the time."""
    dispatch: bool
    """It holds code for more than the baseline CPU."""
    sha256: str
    """Digest of it."""


def look(text: bytes) -> Look:
    """Read one file's text."""
    import hashlib

    found = list(DIRECTIVE.finditer(text))
    return Look(
        sha256=hashlib.sha256(text).hexdigest(),
        names=tuple(os.fsdecode(m[m.lastgroup or 0]) for m in found if not m["computed"]),
        computed=any(m["computed"] for m in found),
        clock=CLOCK.search(text) is not None,
        dispatch=DISPATCH.search(text) is not None,
    )


def scan(
    tree: Tree,
    sources: Iterable[str],
    include_dirs: Iterable[str],
    looks: dict[str, Look] | None = None,
) -> Reach:
    """What `sources` can reach by `#include`.

    Paths are relative to the root and POSIX. What lies outside `tree`, or is not there, is not
    followed: it belongs to the toolchain, to Python, or to a branch for another platform. `looks`
    remembers from call to call what was read.
    """
    looks = {} if looks is None else looks
    folders = [os.path.normpath(folder) for folder in include_dirs if not os.path.isabs(folder)]
    reached: set[str] = set()
    pending = list(sources)
    while pending:
        path = pending.pop()
        if path in reached:
            continue
        reached.add(path)
        seen = looks.get(path) or looks.setdefault(path, look(tree.file(path).read_bytes()))
        around = [os.path.dirname(path), *folders]
        if seen.computed:
            pending.extend(headers_in(tree, around))
        for name in seen.names:
            pending.extend(existing(tree, name, around))
    found = [looks[path] for path in reached]
    return Reach(
        files=frozenset(reached),
        python=any(os.path.basename(name) == "Python.h" for f in found for name in f.names),
        names=frozenset(name for f in found for name in f.names),
        computed=any(f.computed for f in found),
        clock=any(f.clock for f in found),
        dispatch=any(f.dispatch for f in found),
    )


def may_see_python(reach: Reach, is_header: Callable[[str], bool]) -> bool:
    """Whether something may be a header of Python's; `is_header` tells whether Python has one of a name.

    One of the project that has such a name counts, too: which of the two is meant depends on folders.
    """
    return reach.computed or any(is_header(name) for name in reach.names)


def content(reach: Reach, looks: Mapping[str, Look]) -> str:
    """Digest of the paths and contents of all that is reached, in hexadecimal."""
    import hashlib

    lines = sorted(f"{path}\0{looks[path].sha256}\n" for path in reach.files)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def existing(tree: Tree, name: str, folders: Iterable[str]) -> list[str]:
    """The files that `name` may mean, looked up in `folders`."""
    found = []
    for folder in folders:
        path = os.path.normpath(os.path.join(folder, name))
        if not path.startswith("..") and not os.path.isabs(path):
            posix = path.replace(os.sep, "/")
            if tree.file(posix).is_file():
                found.append(posix)
    return found


def headers_in(tree: Tree, folders: Iterable[str]) -> list[str]:
    """Every header directly in `folders`."""
    return [
        os.path.normpath(os.path.join(folder, name)).replace(os.sep, "/")
        for folder in folders
        for layer in tree.layers
        if (layer / folder).is_dir()
        for name in os.listdir(layer / folder)
        if HEADER.search(name)
    ]
