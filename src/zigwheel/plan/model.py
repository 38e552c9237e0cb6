"""BuildPlan: the truth about what is compiled, and how.

A plan is complete: whatever determines the bytes of an artifact is in it, so its `key` names them.
Paths are POSIX paths relative to the project's root, or absolute for what lies outside it; those of
folders that begin with `{generated}` lie among the generated files. Nothing in a plan depends on where
the project lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from zigwheel.target.python import StableName

Language: TypeAlias = Literal["c", "c++", "objective-c", "objective-c++", "assembly", "zig"]
Kind: TypeAlias = Literal["extension", "library", "executable"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One file to compile."""

    path: str
    """Path relative to the project's root, or to the folder of generated files."""
    language: Language
    """Decides the compiler's mode and flags."""
    args: tuple[str, ...]
    """All flags of this file: warnings, standard, undefs, those of its language, its own."""
    generated: bool = False
    """It lies in the folder of generated files, not in the project."""
    package: str = ""
    """Name of the plan's package in whose folder it lies; empty for most."""
    python: bool = True
    """It may include a header of Python's; if not, one object serves all Pythons of a target."""
    quoted: tuple[str, ...] = ()
    """Folders that `#include "..."` searches after that of the source: the same one among the generated
    files, or in the project."""
    content: str = ""
    """Digest of the file and of every file of the project that it can reach.

    Zig takes a file for unchanged if size, time and inode are; in unpacked archives, where all times
    are one, two versions can agree in all three. So the compiler is told the digest, too.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Artifact:
    """One linked file."""

    kind: Kind
    """Extension module, static library or executable."""
    name: str
    """The name in the config: `fastsum._core`, `z`."""
    output: str
    """File name of the result, such as `_core.cpython-313-x86_64-linux-gnu.so`."""
    install: str
    """Path in the wheel; empty for a static library."""
    sources: tuple[Source, ...]
    """In the order in which they are linked."""
    include_dirs: tuple[str, ...]
    """Searched in this order, before Python's own."""
    macros: tuple[tuple[str, str], ...]
    """Name and value, as in `-DNAME=VALUE`."""
    uses_python: bool
    """Compiled with the headers of the target's Python."""
    packages: tuple[str, ...] = ()
    """Names of the plan's packages whose headers are searched, in this order, before Python's own."""
    stable_abi: StableName
    """The stable ABI that it is built against; empty: the target's Python alone."""
    link: tuple[str, ...]
    """Names of the plan's static libraries that are linked in, dependents before their dependencies."""
    libraries: tuple[str, ...]
    """System libraries outside the C library."""
    library_dirs: tuple[str, ...]
    """Searched for `libraries`."""
    frameworks: tuple[str, ...]
    """Frameworks of macOS, such as `CoreFoundation`."""
    link_options: tuple[str, ...]
    """Words after the linker's `-z`: `notext`, `lazy`, `defs`, `norelro`."""
    rpaths: tuple[str, ...]
    """Run paths, such as `$ORIGIN/lib`."""
    exports: tuple[str, ...]
    """Symbols that are visible outside; `*` and `?` are wildcards. Empty: all."""
    link_cxx: bool
    """libc++ is linked in."""
    optimize: Literal["fast", "small", "safe", "debug"]
    """Optimisation mode."""
    lto: bool
    """Link-time optimisation."""
    strip: bool
    """No symbol tables and no debug information."""
    cpu: str
    """CPU model and features, in Zig's words."""
    optional: bool = False
    """The build goes on where this cannot be made."""
    zig_links: tuple[str, ...] = ()
    """Libraries of Zig packages that are linked in, `PACKAGE:LIBRARY`, in this order."""

    @property
    def limited_api(self) -> bool:
        """Built against a stable ABI."""
        return bool(self.stable_abi)


@dataclass(frozen=True, kw_only=True, slots=True)
class ZigPackage:
    """A Zig package, some libraries of which are linked."""

    name: str
    """The name in the config."""
    path: str
    """Its folder, relative to the project's root; empty where it is fetched."""
    url: str
    """Where it is fetched from; empty where it lies in the project."""
    hash: str
    """Hash of what is fetched."""
    parts: tuple[tuple[str, str], ...]
    """Of a package in the project: each folder that it consists of, packages beside it included, and
    the digest of its files."""
    options: tuple[tuple[str, str | int | bool], ...]
    """Options of its `build.zig`, sorted by name."""
    optimize: Literal["fast", "small", "safe", "debug"]
    """Optimisation mode."""
    strip: bool
    """No symbol tables and no debug information."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """A file of the project whose content decides what an artifact becomes."""

    path: str
    """Path relative to the project's root."""
    sha256: str
    """Digest of the content, in hexadecimal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """The headers of a distribution that is installed for the build, or another part of it."""

    name: str
    """Name of the distribution, as indexes spell it; of a part, a dot and the part's own behind it."""
    version: str
    """Its version."""
    sha256: str
    """Digest of its files, as they are for the target."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildPlan:
    """All that is compiled for one wheel."""

    name: str
    """Name of the distribution."""
    zig: str
    """Version of Zig."""
    triple: str
    """Zig's name of the target, such as `x86_64-linux-gnu.2.17`."""
    python: str
    """Tag of the target's Python, such as `cp313t`; empty where no artifact uses its headers."""
    headers: str
    """sha256 of the header tree, `pyconfig.h` included; empty as `python` is."""
    artifacts: tuple[Artifact, ...]
    """Static libraries first, each before what links it."""
    inputs: tuple[Input, ...]
    """Every source, every header of the project that a source can reach, and what generated ones are made
    from; sorted by path."""
    packages: tuple[Package, ...] = ()
    """Distributions, and parts of them, that something is compiled with, sorted by name."""
    zig_packages: tuple[ZigPackage, ...] = ()
    """Zig packages of which something is linked, sorted by name."""
    sdk: str = ""
    """Version of Apple's SDK, such as `14.5`; empty where nothing is linked with it."""

    def to_json(self) -> str:
        """The plan as canonical JSON: sorted keys, no white space that depends on anything."""
        import json
        from dataclasses import asdict

        return json.dumps({"schema": SCHEMA, **asdict(self)}, sort_keys=True, indent=1)

    @property
    def key(self) -> str:
        """sha256 of `to_json()`, in hexadecimal: equal keys, equal artifacts."""
        import hashlib

        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def library(self, name: str) -> Artifact:
        """The static library called `name`, which `resolve` has made sure is there."""
        return next(a for a in self.artifacts if a.kind == "library" and a.name == name)


SCHEMA = 1
"""Version of the plan's form; a change of meaning changes every key."""
