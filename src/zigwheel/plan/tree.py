"""What a plan is made from: the project's folder, and over it what was generated.

Generated files are never written into the project. They lie in a folder of the cache under the paths
that they would have in the project, and are looked for there first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

GENERATED = "{generated}"
"""Stands in a plan's folders for the folder of generated files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """The files of a project and those that were generated for it, as one."""

    root: Path
    """The project's folder."""
    generated: Path | None = None
    """Folder with all generated files, named after their content; None where there are none."""
    made: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    """The generated files by their POSIX path in the project. Each lies where it was made: unlike that
    of `generated`, this place changes with its own generator's inputs alone, so that a compiler's
    cache still knows it when another generated file has changed."""
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What stands in a component's `sources`, such as `pkg/mod.pyx`, and the source that was made of it."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Digest of what was asked for, and the files that answer it: what no target changes."""
    inputs: frozenset[str] = frozenset()
    """Files of the project that were read to make them."""
    outside: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Files of other distributions that were read to make them, by path below a folder of `sys.path`, and
    their digests."""
    tools: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Distributions that made them, by name, and their versions."""

    @property
    def layers(self) -> tuple[Path, ...]:
        """The folders in which a path is looked for, in this order."""
        return (self.generated, self.root) if self.generated else (self.root,)

    def file(self, path: str) -> Path:
        """Where the file at a POSIX path is, or would be in the project."""
        return self.generated / path if self.generated and path in self.made else self.root / path

    def own(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of `paths` that were not generated."""
        return frozenset(path for path in paths if path not in self.made)

    def is_dir(self, path: str) -> bool:
        """Whether there is a folder at a POSIX path."""
        return any((layer / path).is_dir() for layer in self.layers)
