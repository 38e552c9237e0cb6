"""A plan, lowered to `zig build-lib` and `zig build-exe` commands. Pure: touches no disk.

The order of the arguments is the one in which `std.Build` writes them for the emitted `build.zig`,
so that both roads ask the compiler for the same thing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from zigwheel.plan.model import Artifact, BuildPlan, Source
from zigwheel.plan.tree import in_generated
from zigwheel.zig.macos import for_macos, install_name, library_dirs, sdk_words
from zigwheel.zig.musl import libc_name
from zigwheel.zig.prebuilt import Prebuilt
from zigwheel.zig.windows import for_windows

MODES = {"fast": "ReleaseFast", "small": "ReleaseSmall", "safe": "ReleaseSafe", "debug": "Debug"}
"""The config's word and Zig's `OptimizeMode`."""


CONTENT = "zigwheel_content"
"""Macro that no source asks for; its value makes Zig compile again what has another content."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where things are on this machine; nothing of it may show in what is compiled."""

    root: Path
    """The project: the folder in which the commands run."""
    headers: Path | None
    """Include folder of the target's Python."""
    zig_lib: Path
    """Zig's own library folder, without symbolic links: so Zig knows it."""
    out: Path
    """Folder for the results."""
    local_cache: Path
    """Zig's cache of the project's objects."""
    global_cache: Path
    """Zig's cache of libc, libc++ and compiler_rt."""
    version_scripts: Path
    """Folder that holds the version scripts, and what stands for them on Windows, each under a name
    made of its content."""
    sdk: Path | None = None
    """Apple's SDK, where something is linked with it."""
    zig_packages: Prebuilt | None = None
    """What the plan takes from Zig packages; None where it takes nothing, and until it is made."""
    overlay: Path | None = None
    """What lets clang find Windows' headers by any spelling (`zig.spelling`); None where it need not."""
    generated: Path | None = None
    """Folder of the generated files, under their paths in the project; None where there are none."""
    packages: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    """Include folder of each distribution that brings headers, by its name."""
    made: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    """Where each generated file was made, by its path in the project (`Tree.made`)."""

    @property
    def package_cache(self) -> Path:
        """Folder for Zig packages and what is made of them."""
        return self.global_cache.parent / "zig-packages"

    def source(self, source: Source) -> str:
        """The file of a source, for a command that runs in the project."""
        if source.package:
            return str(self.packages[source.package] / source.path)
        return str(self.made[source.path]) if source.generated else source.path

    def folder(self, path: str) -> str:
        """An include folder of a plan, for a command that runs in the project."""
        inner = in_generated(path)
        return path if inner is None or self.generated is None else str(self.generated / inner)


def place_flags(artifact: Artifact, places: Places) -> tuple[str, ...]:
    """Flags that follow from where things are: they find headers of Windows, and keep this machine's
    paths out of `__FILE__` and of debug information.

    Python's own headers are named by `source_flags`, for the sources that may see them.
    """
    found = ("-ivfsoverlay", str(places.overlay)) if places.overlay else ()
    pairs = [(places.root, "."), (places.zig_lib, "zig")]
    if places.zig_lib.is_relative_to(places.root):
        # so Zig writes the paths of its own folders where they lie below the one that it runs in
        pairs.append((places.zig_lib.relative_to(places.root), "zig"))
    if artifact.uses_python and has_zig(artifact) and places.headers is not None:
        pairs.append((places.headers, "python"))
    named = (*artifact.packages, *(s.package for s in artifact.sources if s.package))
    pairs += [(places.packages[name], name) for name in dict.fromkeys(named)]
    if places.sdk is not None:
        pairs.append((places.sdk, "sdk"))
    if artifact.zig_links and places.zig_packages is not None:
        pairs.append((places.zig_packages.folder, "zig-pkg"))
    mapped = [f"-ffile-prefix-map={old}={new}" for old, new in pairs]
    if places.generated and uses_generated(artifact):
        mapped.append(f"-ffile-prefix-map={places.generated}{os.sep}=")
    return (*found, *mapped)


def uses_generated(artifact: Artifact) -> bool:
    """Whether an artifact names the folder of generated files, not only sources that lie there."""
    folders = (*artifact.include_dirs, *(f for s in artifact.sources for f in s.quoted))
    return any(in_generated(folder) is not None for folder in folders)


def source_flags(artifact: Artifact, source: Source, places: Places) -> Iterator[str]:
    """Flags of one source, beside its own: the folder that goes with its own, Python's headers, and for
    what was generated the path that it would have in the project.

    What sees no header of Python's does not name their folder, so that its object serves all Pythons.
    """
    if sees_python(artifact, source) and places.headers is not None:
        yield from ("-isystem", str(places.headers))
        yield f"-ffile-prefix-map={places.headers}=python"
    for folder in source.quoted:
        yield from ("-iquote", places.folder(folder))
    if source.generated:
        file = places.made[source.path]
        yield f"-ffile-prefix-map={file.parents[source.path.count('/')]}{os.sep}="


def sees_python(artifact: Artifact, source: Source) -> bool:
    """Whether a source is given Python's headers; Zig's own language takes them from its module."""
    return artifact.uses_python and source.python and not has_zig(artifact)


def has_zig(artifact: Artifact) -> bool:
    """Whether there is a source in Zig's own language."""
    return any(source.language == "zig" for source in artifact.sources)


def source_groups(artifact: Artifact) -> Iterator[tuple[tuple[str, ...], tuple[Source, ...]]]:
    """Consecutive sources with the same flags and places, Zig's root file left out: it is no C source."""
    sources = (s for s in artifact.sources if s.language != "zig")

    def alike(source: Source) -> tuple[tuple[str, ...], bool, str, tuple[str, ...]]:
        return source.args, source.generated, source.package, source.quoted

    for (args, *_), group in groupby(sources, key=alike):
        yield args, tuple(group)


def zig_root(artifact: Artifact, places: Places) -> str:
    """The root file of an artifact's Zig sources, or nothing."""
    return next((places.source(s) for s in artifact.sources if s.language == "zig"), "")


def command(
    plan: BuildPlan,
    artifact: Artifact,
    places: Places,
    *,
    zig: Path,
    compiler_rt: bool,
    files: Sequence[Path] = (),
) -> list[str]:
    """The command that makes `artifact`, to be run in the project's folder.

    `compiler_rt` adds Zig's own builtins; without it a symbol such as `__udivti3` stays undefined.
    `files` are linked as well.
    """
    verb = "build-exe" if artifact.kind == "executable" else "build-lib"
    words = [str(zig), verb]
    for args, sources in source_groups(artifact):
        flags = [*args, *place_flags(artifact, places)]
        for source in sources:
            told = [f"-D{CONTENT}={source.content}"] if source.content else []
            own = [*flags, *source_flags(artifact, source, places), *told]
            words += ["-cflags", *own, "--", places.source(source)]
    if artifact.kind != "library":  # an archive within an archive is of no use to a linker
        words += [str(places.out / plan.library(name).output) for name in artifact.link]
    words += [f"-l{name}" for name in artifact.libraries]
    for name in artifact.frameworks:
        words += ["-framework", name]
    words += [f"-L{folder}" for folder in library_dirs(artifact, places.root, places.sdk)]
    if artifact.kind == "library":
        words += map(str, files)
    else:
        words += package_words(artifact, places, files)
    words += module_words(plan, artifact, places)
    root = zig_root(artifact, places)
    words += [f"-Mroot={root}" if root else "-Mroot", "-lc"]
    words += ["-lc++"] if artifact.link_cxx else []
    windows = for_windows(plan.triple)
    words += link_words(artifact, places, compiler_rt=compiler_rt, windows=windows)
    if for_macos(plan.triple) and artifact.kind == "extension":
        words += ["-install_name", install_name(artifact)]
    local = places.local_cache / "".join(s.content for s in artifact.sources if s.language == "zig")
    words += ["--cache-dir", str(local), "--global-cache-dir", str(places.global_cache)]
    words += ["--name", artifact.name, f"-femit-bin={places.out / linked_name(plan, artifact)}"]
    return words


def package_words(artifact: Artifact, places: Places, files: Sequence[Path]) -> Iterator[str]:
    """What is linked of Zig packages, and `files`, in the order in which `std.Build` has them."""
    packages = places.zig_packages
    if packages is None:
        yield from map(str, files)
        return
    names = packages.frameworks(artifact.zig_links)
    for name in (name for name in names if name not in artifact.frameworks):
        yield from ("-framework", name)
    yield from map(str, (*packages.archives(artifact.zig_links), *files))
    for item in packages.beside(artifact.zig_links, artifact.libraries):
        yield f"-l{item}" if isinstance(item, str) else str(item)


def library_commands(
    plan: BuildPlan, artifact: Artifact, places: Places, *, zig: Path
) -> list[list[str]]:
    """The commands for the static libraries that an artifact links."""
    return [
        command(plan, plan.library(name), places, zig=zig, compiler_rt=False)
        for name in reversed(artifact.link)
    ]


def linked_name(plan: BuildPlan, artifact: Artifact) -> str:
    """File name under which an artifact is linked, all of them in one folder.

    Modules of several packages may have one file name, `_core` with its suffix; and a DLL for Windows
    holds its own, which has to be the same with `zig build`.
    """
    if artifact.kind == "extension":
        return f"{artifact.name}.{'dll' if for_windows(plan.triple) else 'so'}"
    return artifact.output


def module_words(plan: BuildPlan, artifact: Artifact, places: Places) -> list[str]:
    """Options of the root module: what and for which machine."""
    words = ["-fstrip" if artifact.strip else "-fno-strip"]
    words += ["-fPIE" if artifact.kind == "executable" else "-fPIC", "-fno-sanitize-c"]
    words += [f"-O{MODES[artifact.optimize]}"]
    words += ["-target", plan.triple, "-mcpu", artifact.cpu]
    for folder in artifact.include_dirs:
        words += ["-I", places.folder(folder)]
    for name in artifact.packages:
        words += ["-isystem", str(places.packages[name])]
    if artifact.uses_python and has_zig(artifact):
        words += ["-isystem", str(places.headers)]
    if places.zig_packages is not None:
        for include in places.zig_packages.includes(artifact.zig_links):
            words += ["-I", str(include)]
    words += sdk_words(artifact, places.sdk)
    words += [f"-D{name}={value}" for name, value in artifact.macros]
    libc = libc_name(plan.triple) if artifact.kind != "library" else ""
    for path in (*artifact.rpaths, *([libc] if libc else [])):
        words += ["-rpath", path]
    return words


def link_words(
    artifact: Artifact, places: Places, *, compiler_rt: bool, windows: bool
) -> list[str]:
    """Options of the linker."""
    words = ["-flto=full"] if artifact.lto else []
    if artifact.kind == "library":
        return [*words, "-static"]
    if not compiler_rt:
        words += ["-fno-compiler-rt", "-fno-ubsan-rt"]
    for option in artifact.link_options:
        words += ["-z", option]
    # a program, too: left alone Zig compiles the whole of musl into it, which takes minutes
    words += ["-dynamic"]
    if windows:
        return [*words, "-fno-allow-shlib-undefined", "-fno-dll-export-fns"]
    if artifact.kind == "extension":
        words += ["-fallow-shlib-undefined"]
        # Zig's linker for macOS takes it and does without it: see `zig/macos.py`
        words += ["--version-script", str(places.version_scripts / script_name(artifact))]
    return words


def script_name(artifact: Artifact) -> str:
    """File name of an extension's version script."""
    return kept_name(version_script(artifact), "map")


def kept_name(text: str, ending: str) -> str:
    """File name of a script for the linker: equal ones are one file, which outlives the build."""
    import hashlib

    data = text.encode("utf-8", "surrogateescape")
    return f"{hashlib.sha256(data).hexdigest()[:32]}.{ending}"


def version_script(artifact: Artifact) -> str:
    """A GNU ld version script that exports what the plan says and nothing else."""
    exported = "".join(f" {symbol};" for symbol in artifact.exports)
    return f"{{ global:{exported} local: *; }};\n"
