"""Which files ship: built-in patterns, then the project's `exclude` and `include`.

All patterns have gitignore's syntax. `pathspec` reads those of the project; the built-in ones for
wheels have only the simple shapes `*SUFFIX`, `PREFIX*` and `NAME`, each with or without a closing `/`,
and are matched here, since most builds need no more and importing `pathspec` costs 50 ms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from zigwheel.errors import ConfigError

CACHES = (
    *("__pycache__/", ".mypy_cache/", ".pytest_cache/", ".ruff_cache/", ".hypothesis/"),
    *(".ipynb_checkpoints/", ".tox/", ".nox/", ".zig-cache/", "zig-cache/", "zig-out/"),
    *(".git/", ".hg/", ".svn/", ".bzr/"),
)
"""Folders that tools keep in a project. No archive ever holds them, and nothing looks into them."""

TRANSIENT = (*CACHES, "*.pyc", "*.pyo", ".DS_Store", "Thumbs.db")
"""What tools and systems leave in a project's folders."""

BACKUPS = ("*~", ".#*", "*.swp", "*.swo", "*.orig", "*.rej")
"""What editors and patch leave."""

PRODUCTS = ("*.o", "*.obj", "*.a", "*.lib", "*.so", "*.pyd", "*.dylib", "*.dll")
"""What compilers leave: a stale one, perhaps for another Python, must never ship."""

SOURCES = (
    *("*.c", "*.cc", "*.cp", "*.cpp", "*.cxx", "*.c++", "*.C", "*.m", "*.mm"),
    *("*.s", "*.S", "*.asm", "*.sx", "*.zig", "*.zig.zon", "*.pyx", "*.i"),
)
"""What is compiled. Headers, `.pxd` and `.pxi` ship: other distributions' sources include them."""

PACKAGE_DEFAULTS = (*TRANSIENT, *BACKUPS, ".git*", "*.egg-info/", *PRODUCTS, *SOURCES)
"""Files in packages that do not ship by default."""

HEADERS = ("*.h", "*.hh", "*.hpp", "*.hxx")
"""What is generated for the compiler alone, beside sources."""

DATA_DEFAULTS = (*TRANSIENT, *BACKUPS)
"""Files in the folders of `.data` that never ship."""


class Simple:
    """A matcher of built-in patterns."""

    def __init__(self, patterns: Iterable[str]) -> None:
        lines = tuple(patterns)
        self.folders = shapes([line[:-1] for line in lines if line.endswith("/")])
        self.any = shapes([line for line in lines if not line.endswith("/")])

    def __call__(self, path: str) -> bool:
        """Whether a pattern matches the file at the POSIX path `path`, or a folder above it."""
        *folders, name = path.split("/")
        return matches(self.any, name) or any(
            matches(self.any, folder) or matches(self.folders, folder) for folder in folders
        )


Shapes = tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]
"""Names, suffixes and prefixes."""


def shapes(patterns: Sequence[str]) -> Shapes:
    """Patterns by shape."""
    return (
        frozenset(p for p in patterns if "*" not in p),
        tuple(p[1:] for p in patterns if p.startswith("*")),
        tuple(p[:-1] for p in patterns if p.endswith("*")),
    )


def matches(by_shape: Shapes, name: str) -> bool:
    """Whether one of the patterns matches a component of a path."""
    names, suffixes, prefixes = by_shape
    return name in names or name.endswith(suffixes) or name.startswith(prefixes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether a file ships, and why not."""

    ships: bool
    """It does."""
    pattern: str = ""
    """The pattern that decided; empty if none did."""


def enter(path: str) -> bool:
    """Whether a walk looks into the folder at the POSIX path `path`."""
    return path.rsplit("/", 1)[-1] + "/" not in CACHES


class Spec:
    """Lines of gitignore's syntax, of which the last that matches decides."""

    def __init__(self, lines: Sequence[str], *, place: str) -> None:
        """Read the lines. Raises `ConfigError`, naming `place`, the TOML path or the file."""
        from pathspec import GitIgnoreSpec

        self.lines = tuple(lines)
        try:
            self.spec: Any = GitIgnoreSpec.from_lines(self.lines)
        except ValueError as error:
            raise ConfigError(
                f"`{place}`: a pattern does not have gitignore's syntax: {error}",
                hint="https://git-scm.com/docs/gitignore describes it",
            ) from error

    def decide(self, *paths: str) -> tuple[bool | None, int]:
        """Whether the lines match, and which of them decided (None and -1 if none).

        A file may have several `paths`, from different folders; the last line that matches any of them
        decides.
        """
        best: tuple[bool | None, int] = (None, -1)
        for path in paths:
            result = self.spec.check_file(path)
            if result.include is not None and result.index > best[1]:
                best = (bool(result.include), int(result.index))
        return best


class Selection:
    """Built-in patterns, then `exclude`, then `include`, which has the last word."""

    def __init__(
        self,
        defaults: tuple[str, ...],
        exclude: tuple[str, ...],
        include: tuple[str, ...],
        place: str,
    ) -> None:
        """Read the patterns; `place` is the TOML path of the table. Raises `ConfigError`."""
        self.simple = None if exclude else Simple(defaults)
        self.exclude = Spec((*defaults, *exclude), place=f"{place}.exclude") if exclude else None
        self.include = Spec(include, place=f"{place}.include") if include else None

    def verdict(self, *paths: str) -> Verdict:
        """Whether the file that has these `paths` ships."""
        out, index, pattern = False, -1, ""
        if self.exclude:
            decided, index = self.exclude.decide(*paths)
            out = bool(decided)
            pattern = self.exclude.lines[index] if out else ""
        elif self.simple:
            out = any(self.simple(path) for path in paths)
        if out and self.include and self.include.decide(*paths)[0]:
            return Verdict(ships=True)
        return Verdict(ships=not out, pattern=pattern)
