"""nanobind's own library, which every extension that uses nanobind links: static, as by its default.

Flags and macros are those of nanobind's CMake files for a static library. What they turn off or leave
to the linker holds with Zig anyway: no stack protector, and no section that nobody refers to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from zigwheel.config.model import Config, Extension
from zigwheel.config.requirements import NANOBIND
from zigwheel.errors import PlanError
from zigwheel.plan.components import Component
from zigwheel.plan.cpus import machine_args
from zigwheel.plan.flags import Ambient, base_args
from zigwheel.plan.model import Artifact, BuildPlan, Package, Source
from zigwheel.target.model import Target
from zigwheel.target.stable import stable_abi

SOURCES = "nanobind.src"
"""The package of a plan that holds the sources of the library."""

MAP = "nanobind.robin_map"
"""That with the hash map which these include."""

FLAGS = ("-fvisibility=hidden", "-std=c++17", "-fno-strict-aliasing")
SECTIONS = ("-ffunction-sections", "-fdata-sections")

STDIO = ("-includestdio.h",)
"""nanobind's headers name `stderr`. For a stable ABI `Python.h` does not bring it, and unlike those of
libstdc++ no header of libc++ does. In one word: of two, Zig takes the second for a file of the project."""


STABLE = frozenset({"Py_LIMITED_API", "Py_TARGET_ABI3T"})
"""Macros that have to be the same in the library and in what it is linked to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flavour:
    """What of an extension decides how the library is compiled for it."""

    stable: tuple[tuple[str, str], ...]
    """Macros that choose the stable ABI; empty for one Python alone."""
    free_threaded: bool
    """Neither needs the GIL."""

    @property
    def library(self) -> str:
        """Name of the library."""
        return NANOBIND + ("-abi3" if self.stable else "") + ("-ft" if self.free_threaded else "")

    @property
    def threads(self) -> dict[str, str]:
        """Macros about threads."""
        return {"NB_FREE_THREADED": "1"} if self.free_threaded else {}


def missing_parts(config: Config, packages: Sequence[Package]) -> Iterator[PlanError]:
    """The errors for an installed nanobind that is not whole."""
    names = {package.name for package in packages}
    bound = [index for index, e in enumerate(config.extension) if e.nanobind and e.enabled]
    for part, what in ((SOURCES, "`src`"), (MAP, "`ext/robin_map`")):
        if bound and part not in names:
            yield PlanError(
                f"`tool.zigwheel.extension[{bound[0]}].nanobind`: the installed nanobind has no "
                f"folder {what}, which its library is compiled from",
                hint="install it from a package index: nanobind's own wheel has all of it",
            )


def with_nanobind(
    artifacts: Iterable[Artifact], config: Config, target: Target, ambient: Ambient
) -> tuple[Artifact, ...]:
    """`artifacts` with nanobind's library in every flavour that is asked for, and links to it."""
    bound = {extension.name: extension for extension in config.modules if extension.nanobind}
    libraries: dict[Flavour, Artifact] = {}
    found = []
    for artifact in artifacts:
        if artifact.kind == "extension" and artifact.name in bound:
            flavour = flavour_of(artifact, bound[artifact.name], config, target)
            library = libraries.setdefault(flavour, library_of(flavour, config, target, ambient))
            artifact = bound_to(artifact, flavour, library)
        found.append(artifact)
    return (*libraries.values(), *found)


def bound_to(artifact: Artifact, flavour: Flavour, library: Artifact) -> Artifact:
    """An extension that is compiled as the library is, and linked to it."""
    macros = {**flavour.threads, **dict(artifact.macros)}
    more = STDIO if flavour.stable else ()
    return replace(
        artifact,
        macros=tuple(sorted(macros.items())),
        link=(*artifact.link, library.name),
        sources=tuple(
            replace(source, args=(*source.args, *more)) if "c++" in source.language else source
            for source in artifact.sources
        ),
    )


def flavour_of(artifact: Artifact, extension: Extension, config: Config, target: Target) -> Flavour:
    """The flavour that goes with an extension."""
    stable = stable_abi(target.python, config.py_api) if artifact.stable_abi else None
    macros = {**dict(stable.macros if stable else ()), **dict(artifact.macros)}
    return Flavour(
        stable=tuple(macro for macro in sorted(macros.items()) if macro[0] in STABLE),
        free_threaded=extension.nanobind_free_threaded and target.python.free_threaded,
    )


def library_of(flavour: Flavour, config: Config, target: Target, ambient: Ambient) -> Artifact:
    """The library in one flavour, optimised as the project is."""
    elf = target.triple.os not in ("windows", "macos")
    base = base_args(config.optimize, target, config.py_api)
    args = (
        *base,
        *FLAGS,
        *(SECTIONS if elf else ()),
        *ambient.cxx_flags,
        *(STDIO if flavour.stable else ()),
    )
    compact = {} if config.optimize == "debug" else {"NB_COMPACT_ASSERTIONS": "1"}
    source = Source(
        path="nb_combined.cpp",
        language="c++",
        args=machine_args(args, target.triple.arch, dispatch=False),
        package=SOURCES,
    )
    return Artifact(
        kind="library",
        name=flavour.library,
        output=f"lib{flavour.library}.a",
        install="",
        sources=(source,),
        include_dirs=(),
        macros=tuple(
            sorted({"NB_BUILD": "1", **compact, **dict(flavour.stable), **flavour.threads}.items())
        ),
        uses_python=True,
        packages=(NANOBIND, MAP),
        stable_abi="",
        link=(),
        libraries=(),
        library_dirs=(),
        frameworks=(),
        link_options=(),
        rpaths=(),
        exports=(),
        link_cxx=True,
        optimize=config.optimize,
        lto=False,  # which would merge what has to be compiled without strict aliasing with other code
        strip=config.strip,
        cpu=target.triple.cpu,
    )


def components(plan: BuildPlan, artifact: Artifact) -> tuple[Component, ...]:
    """What of nanobind a library of the plan holds; nothing if it is another library."""
    if all(source.package != SOURCES for source in artifact.sources):
        return ()
    version = next(package.version for package in plan.packages if package.name == NANOBIND)
    return (
        Component(
            ref=f"pypi:{NANOBIND}",
            name=NANOBIND,
            version=version,
            license="BSD-3-Clause",
            purl=f"pkg:pypi/{NANOBIND}@{version}",
        ),
        Component(
            ref=f"pypi:{NANOBIND}#robin-map",
            name="robin-map",
            license="MIT",
            purl="pkg:github/tessil/robin-map",
        ),
    )
