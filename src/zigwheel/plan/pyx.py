"""What a source for Cython says of itself: the files that it reads, and its `# distutils:` comments.

As in `includes.py` the scan may name a file that Cython never opens; it follows every name that could
be a module. Sources: Cython's user guide, "Sharing Declarations Between Cython Modules" and "Source
Files and Compilation".
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zigwheel.config.model import Compilation, Config, Extension
from zigwheel.plan.includes import existing
from zigwheel.plan.sources import source_files
from zigwheel.plan.tree import Tree

SUFFIXES = (".pyx", ".py")
"""Sources that Cython translates."""

WORD = r"[\w.]+"
READS = re.compile(
    rf"""^[ \t]*(?:
        (?:from[ \t]+(?P<package>{WORD})[ \t]+c?import[ \t]+(?P<names>\([^)]*\)|[^\n#]*))
      | (?:c?import[ \t]+(?P<modules>[^\n#]*))
      | (?:include[ \t]+["'](?P<text>[^"'\n]+)["'])
      | (?:cdef[ \t]+extern[ \t]+from[ \t]+["']<?(?P<header>[^"'>\n]+)>?["'])
    )""",
    re.MULTILINE | re.VERBOSE,
)
"""Statements by which a source names other files."""

COMMENT = re.compile(r"#\s*distutils\s*:\s*(?P<key>\w+)\s*=\s*(?P<value>.*)")

OWN = frozenset({"cython", "cpython", "libc", "libcpp", "posix", "openmp"})
"""Packages whose `.pxd` files come with Cython itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What Cython reads for one source."""

    files: frozenset[str] = frozenset()
    """The source and all files of the project, or generated ones, that it can reach."""
    outside: tuple[tuple[str, Path], ...] = ()
    """`.pxd` files of other distributions: name that holds no place of this machine, and file."""
    headers: frozenset[str] = frozenset()
    """Names in `cdef extern from`."""


def reading(tree: Tree, source: str, folders: Iterable[str], search: Sequence[str] = ()) -> Reading:
    """What Cython can read for `source`, a path in `tree`.

    `folders` of the project are searched beside those above each file; `search` are folders outside
    of it, such as `sys.path`.
    """
    files: set[str] = set()
    outside: dict[str, Path] = {}
    headers: set[str] = set()
    beside = posixpath.splitext(source)[0] + ".pxd"
    pending: list[str] = [source, *(p for p in (beside,) if tree.file(p).is_file())]
    elsewhere: list[Path] = []
    while pending or elsewhere:
        if pending:
            path = pending.pop()
            if path in files:
                continue
            files.add(path)
            text = tree.file(path).read_text(encoding="utf-8", errors="replace")
            bases = list(dict.fromkeys([*above(path), *folders]))
        else:
            path, bases = "", []
            text = elsewhere.pop().read_text(encoding="utf-8", errors="replace")
        names, texts, found = statements(text)
        headers |= found
        pending += [p for name in texts for p in existing(tree, name, bases)]
        for name in names:
            here = [p for place in places(name, path, bases) for p in modules(tree, place)]
            pending += here
            if not here and not name.startswith(".") and name.split(".")[0] not in OWN:
                new = dict(installed(name, search))
                elsewhere += [file for key, file in new.items() if key not in outside]
                outside |= new
    return Reading(
        files=frozenset(files), outside=tuple(sorted(outside.items())), headers=frozenset(headers)
    )


def statements(text: str) -> tuple[set[str], set[str], set[str]]:
    """Names of modules, of included texts and of headers in a source."""
    names: set[str] = set()
    texts: set[str] = set()
    headers: set[str] = set()
    for match in READS.finditer(text):
        if match["package"]:
            package = match["package"]
            parts = [word.split() for word in match["names"].strip("()\\ \t").split(",")]
            dot = "" if package.endswith(".") else "."
            names |= {package, *(f"{package}{dot}{p[0]}" for p in parts if p)}
        elif match["modules"]:
            names |= {part.split()[0] for part in match["modules"].split(",") if part.split()}
        elif match["text"]:
            texts.add(match["text"])
        else:
            headers.add(match["header"])
    # what pure Python mode puts in front (Cython's guide, "Pure Python Mode")
    names = {name.removeprefix("cython.cimports.") for name in names}
    return names, texts, headers


def above(path: str) -> Iterator[str]:
    """The folder of a file, and those above it."""
    while path:
        path = posixpath.dirname(path)
        yield path


def places(name: str, path: str, bases: Iterable[str]) -> Iterator[str]:
    """Where the module `name`, named in the file `path`, may be, without its suffix."""
    dots = len(name) - len(name.lstrip("."))
    inner = name[dots:].replace(".", "/")
    if not dots:
        yield from (posixpath.join(base, inner) for base in bases)
        return
    folder = path
    for _ in range(dots):
        folder = posixpath.dirname(folder)
    yield posixpath.join(folder, inner)


def modules(tree: Tree, place: str) -> list[str]:
    """The declarations of a module or a package at `place`."""
    names = (f"{place}.pxd", posixpath.join(place, "__init__.pxd"))
    paths = (posixpath.normpath(name) for name in names)
    return [path for path in paths if not path.startswith("..") and tree.file(path).is_file()]


def installed(name: str, search: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """The declarations of a module of another distribution, by their path in its folder."""
    inner = name.replace(".", "/")
    for base in search:
        folder = Path(base, inner)
        file = folder.with_name(f"{folder.name}.pxd")
        found = [file] if file.is_file() else []
        found += sorted(folder.glob("__init__*.pxd")) if folder.is_dir() else []
        if found:
            yield from ((f.relative_to(base).as_posix(), f) for f in found)
            return


def comments(text: str) -> dict[str, str]:
    """The `# distutils:` comments at the top of a source; a key that comes twice is joined."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            break
        if match := COMMENT.match(line):
            value = match["value"].strip()
            key = match["key"]
            found[key] = f"{found[key]} {value}" if key in found else value
    return found


def items(value: str) -> list[str]:
    """The items of a comment's value: between brackets and commas, or between blanks; quotes hold."""
    import shlex

    if value.startswith("[") and value.endswith("]"):
        parts = [part.strip() for part in value[1:-1].split(",")]
        return [part.strip("\"'") for part in parts if part]
    try:
        return shlex.split(value)
    except ValueError:
        return value.split()


LISTS = {
    "include_dirs": "include_dirs",
    "libraries": "libraries",
    "library_dirs": "library_dirs",
    "undef_macros": "undef_macros",
    "extra_compile_args": "extra_compile_args",
    "extra_link_args": "extra_link_args",
    "export_symbols": "export_symbols",
    "sources": "sources",
}
"""Keys of comments whose items go to the end of a list of the component."""

IGNORED = frozenset({"language", "depends", "np_pythran"})
"""Keys that are used elsewhere, or that say nothing here: what a source includes is found anyway."""


def cython_sources(tree: Tree, component: Compilation, place: str) -> list[str]:
    """The sources of a component that Cython translates."""
    if not isinstance(component, Extension):
        return []
    return [f for f in source_files(tree, component, place)[0] if f.endswith(SUFFIXES)]


def honoured(tree: Tree, config: Config) -> tuple[Config, list[str]]:
    """`config` with what its sources for Cython say in comments, and warnings of what has no meaning."""
    warnings: list[str] = []
    extensions = []
    for index, extension in enumerate(config.extension):
        for path in cython_sources(tree, extension, f"tool.zigwheel.extension[{index}]"):
            text = tree.file(path).read_text(encoding="utf-8", errors="replace")
            said = comments(text)
            extension = with_comments(extension, said)
            known = {*LISTS, *IGNORED, "define_macros"}
            warnings += [
                f"`# distutils: {key}` in {path!r} has no meaning here"
                for key in said
                if key not in known
            ]
        extensions.append(extension)
    return replace(config, extension=tuple(extensions)), warnings


def with_comments(extension: Extension, said: dict[str, str]) -> Extension:
    """An extension with the comments of one of its sources; its table has the last word."""
    changes: dict[str, Any] = {}
    for key, field in LISTS.items():
        if key in said:
            more = [item for item in items(said[key]) if item not in getattr(extension, field)]
            changes[field] = (*getattr(extension, field), *more)
    if "define_macros" in said:
        pairs = (item.partition("=") for item in items(said["define_macros"]))
        macros = {name: value if equals else True for name, equals, value in pairs}
        changes["define_macros"] = {**macros, **extension.define_macros}
    if "include_dirs" in changes:
        folders = changes["include_dirs"]
        changes["include_dirs"] = tuple(f.replace(os.sep, "/") for f in folders)
    return replace(extension, **changes) if changes else extension
