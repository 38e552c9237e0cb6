"""Every setting, described once.

The docstring under a field is the text of the option reference and of the JSON schema, and the
field's type is what `read.py` checks against. TOML keys are the field names in kebab-case.

Patterns of `sources` are globs (`*`, `**`, `?`, `[...]`, `{a,b}`) relative to the project's root;
patterns of `include` and `exclude` have gitignore's syntax.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

from zigwheel.config.config_header import ConfigHeader
from zigwheel.config.dependency import Dependency
from zigwheel.config.forms import (
    AttributeName,
    BuildTag,
    CacheUrl,
    CffiScript,
    CpeName,
    Cpu,
    CStandard,
    CxxStandard,
    Directive,
    Elsewhere,
    FileName,
    GlibcVersion,
    LibraryName,
    MacosVersion,
    MacroName,
    Mark,
    ModuleName,
    MuslVersion,
    PackageName,
    PackageUrl,
    ProjectPath,
    PyApi,
    ReleaseNumber,
    ScriptName,
    Symbol,
    Unless,
    WheelPath,
)
from zigwheel.config.generators import CythonSettings, Generate

MacroValue: TypeAlias = str | int | bool
Optimize: TypeAlias = Literal["fast", "small", "safe", "debug"]
Globs: TypeAlias = Annotated[tuple[str, ...], Mark.SINGLE]

EMPTY: Mapping[str, MacroValue] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Compilation:
    """What extensions, static libraries and executables have in common."""

    name: FileName
    """Name of the artifact."""
    sources: Annotated[tuple[str, ...], Mark.REQUIRED] = ()
    """Globs of the source files: C, C++, Objective-C, assembly (`.s`, `.S`), and at most one Zig
    root file.
    """
    exclude_sources: tuple[str, ...] = ()
    """Globs of files that `sources` matches but that are not compiled."""
    include_dirs: tuple[str, ...] = ()
    """Folders searched for headers, relative to the project's root."""
    include_from: tuple[str, ...] = ()
    """Distributions that bring headers, as requirements: `["numpy>=2", "pybind11"]`. They are installed
    for the build, and their folders come from their own `get_include()` or its like, after
    `include-dirs`. NumPy's `_numpyconfig.h` is written for the target.
    """
    define_macros: Mapping[MacroName, MacroValue] = field(default_factory=lambda: EMPTY)
    """Macros: `NAME = "value"`, `NAME = 1`, `NAME = true` (defined as 1), `NAME = false` (not
    defined; useful in overrides).
    """
    undef_macros: tuple[MacroName, ...] = ()
    """Macros that are undefined on the compiler's command line, after `define-macros`."""
    c_standard: CStandard = ""
    """Standard of the C sources, such as `c11` or `gnu17`. Default: the compiler's."""
    cxx_standard: CxxStandard = ""
    """Standard of the C++ sources, such as `c++17`. Default: the compiler's."""
    extra_compile_args: tuple[str, ...] = ()
    """Flags for every source but Zig's."""
    extra_c_args: tuple[str, ...] = ()
    """Flags for C and Objective-C sources."""
    extra_cxx_args: tuple[str, ...] = ()
    """Flags for C++ and Objective-C++ sources."""
    extra_asm_args: tuple[str, ...] = ()
    """Flags for assembly sources."""
    file_args: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Flags for single files: a table of glob to list of flags, such as `{ "src/simd_avx2.c" =
    ["-mavx2"] }`. A flag for CPUs counts for targets of the architecture that it names.
    """
    link: tuple[str, ...] = ()
    """What is linked in: names of `[[tool.zigwheel.library]]` entries, and of
    `[tool.zigwheel.dependencies]`. A package's library with another name than the package is
    written `"PACKAGE:LIBRARY"`.
    """
    libraries: tuple[LibraryName, ...] = ()
    """System libraries (`-l`). Those of the C library (`m`, `pthread`, `dl`, ...) exist for every
    target, those of Windows (`ws2_32`, ...) for Windows; others must be found in `library-dirs`, or
    on this machine if it is the target.
    """
    library_dirs: tuple[str, ...] = ()
    """Folders searched for `libraries`."""
    extra_link_args: tuple[str, ...] = ()
    """Options for the linker, as `-Wl,...` or as Zig's own options; for macOS `"-framework", "NAME"`,
    with `SDKROOT` in the environment.
    """
    optimize: Optimize | None = None
    """`fast`, `small`, `safe` or `debug`. Default: the project's `optimize`."""
    lto: bool | None = None
    """Link-time optimisation. Default: the project's `lto`."""
    strip: bool | None = None
    """Leave out symbol tables and debug information. Default: the project's `strip`."""
    cpu: Cpu = ""
    """CPU features beside the baseline, in Zig's words, such as `x86_64_v2` or `baseline+avx2`.
    Default: the baseline of the architecture, never the machine's own CPU.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension(Compilation):
    """`[[tool.zigwheel.extension]]`: a Python extension module."""

    name: ModuleName
    """Dotted name of the module, such as `fastsum._core`."""
    sources: Annotated[tuple[str, ...], Mark.REQUIRED, Unless("cffi")] = ()
    """Globs of the source files: C, C++, Objective-C, assembly (`.s`, `.S`), at most one Zig root file,
    one that Cython translates (`.pyx` or `.py`), and interfaces for SWIG (`.i`).
    """
    cffi: CffiScript = ""
    """Script that makes the module with cffi, and the name in it of the `FFI` object, or of a function
    that returns it, such as `src/fastsum/_build.py:ffibuilder`. What it gave to `set_source` counts as
    if it stood here.
    """
    py_limited_api: bool | None = None
    """Build against the stable ABI. Default: true if the project sets `py-api`."""
    export_symbols: tuple[Symbol, ...] = ()
    """Symbols exported beside `PyInit_*`; `*` and `?` are wildcards. Everything else is hidden."""
    language: Literal["c", "c++"] | None = None
    """What Cython makes of the extension's `.pyx` or `.py` source. Default: what its `# distutils:
    language` comment says, else `c`. SWIG's interfaces become C++ with `c++`, too.
    """
    swig_opts: tuple[str, ...] = ()
    """Options of SWIG for the extension's `.i` sources, such as `-c++` or `-builtin`."""
    cython_directives: Mapping[Directive, MacroValue] = field(default_factory=lambda: EMPTY)
    """Directives of Cython for this extension alone, beside `cython.directives`."""
    nanobind: bool = False
    """Bind with nanobind: its headers are found, and its own library is compiled once and linked in.
    nanobind is asked for as `nanobind>=2`, or as `include-from` names it.
    """
    nanobind_free_threaded: bool = False
    """The module needs no GIL: free-threaded Pythons leave it off, as with `FREE_THREADED` in nanobind's
    own build. Other Pythons are as without.
    """
    stubs: bool = False
    """Put type stubs of the module into the wheel, made by nanobind's generator, and `py.typed` where the
    package lacks it. For another target the module is built for this machine, too, to be imported.
    Stubs that lie in the package are taken as they are.
    """
    optional: bool = False
    """Leave the module out of the wheel, with a warning, where it cannot be compiled or would break
    what the wheel's tag promises. The tag stays the same. `strict` makes it an error.
    """
    enabled: bool = True
    """Build the module. `false` in an override leaves it out for some targets, silently."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Library(Compilation):
    """`[[tool.zigwheel.library]]`: a static library, compiled once for each target."""

    name: FileName
    """Name that the `link` of other entries uses."""
    version: str = ""
    """Version of the library, such as `1.3.1`, for the wheel's bill of materials (PEP 770)."""
    license: str = ""
    """Its license as an SPDX expression, such as `Zlib`, for the bill of materials. The text of the
    license goes into `project.license-files`.
    """
    purl: PackageUrl = ""
    """Its package URL, such as `pkg:github/madler/zlib@v1.3.1`, by which scanners know it."""
    cpe: CpeName = ""
    """Its CPE name, such as `cpe:2.3:a:zlib:zlib:1.3.1:*:*:*:*:*:*:*`, by which databases of
    vulnerabilities know it.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Executable(Compilation):
    """`[[tool.zigwheel.executable]]`: a program, installed beside the environment's scripts."""

    name: FileName
    """File name of the program, without `.exe`."""
    install: WheelPath = ""
    """Folder inside the wheel, such as `fastsum/bin`. Default: the scripts folder of the
    environment.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelSettings:
    """`[tool.zigwheel.wheel]`: what a wheel holds."""

    packages: Annotated[Mapping[WheelPath, ProjectPath], Mark.LISTED] | None = None
    """Packages and modules: a list of paths, or a table of the path in the wheel to the path in the
    project. Default: `src/NAME`, `NAME`, `src/NAME.py` or `NAME.py`, whichever is there, and the
    packages that hold extensions.
    """
    include: tuple[str, ...] = ()
    """Files in the packages that ship although `exclude` names them."""
    exclude: tuple[str, ...] = ()
    """Files in the packages that do not ship. C and C++ sources, `.pyx` and Zig sources are left
    out by default; headers ship.
    """
    data: Mapping[WheelPath, ProjectPath] = field(default_factory=lambda: MappingProxyType({}))
    """Files or folders installed under the environment's prefix: a table of target path to path in
    the project.
    """
    headers: Mapping[WheelPath, ProjectPath] = field(default_factory=lambda: MappingProxyType({}))
    """C headers installed in the environment's include folder: a table of target path to path in
    the project.
    """
    scripts: Mapping[ScriptName, ProjectPath] = field(default_factory=lambda: MappingProxyType({}))
    """Ready-made scripts: a table of installed name to path in the project."""
    build_tag: BuildTag = ""
    """Build number of the wheel (PEP 427), such as `1` or `1local`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SdistSettings:
    """`[tool.zigwheel.sdist]`: what a source distribution holds."""

    include: tuple[str, ...] = ()
    """Files that are in the sdist although they are not tracked, or are ignored, by git."""
    exclude: tuple[str, ...] = ()
    """Files that are left out of the sdist."""
    generated: bool = False
    """Carry what Cython and the commands of `generate` have made, so that a build from the sdist needs
    neither.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class EditableSettings:
    """`[tool.zigwheel.editable]`: how `pip install -e` works."""

    rebuild: bool = False
    """Rebuild the extension modules on import when a source has changed."""
    compile_commands: bool = True
    """Write `compile_commands.json` into the project's root, for clangd and other tools."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionSettings:
    """`[tool.zigwheel.version]`: where a dynamic version comes from: `path`, `attr` or `scm`."""

    path: ProjectPath = ""
    """File that is searched with `pattern`."""
    pattern: str = ""
    """Regular expression with a group named `version`, or one group. Default: an assignment to
    `__version__`, `version` or `VERSION`.
    """
    attr: AttributeName = ""
    """Attribute such as `fastsum.__version__`, read from the syntax tree of the module without
    importing it.
    """
    scm: bool = False
    """Take the version from the version control system with setuptools-scm, whose own table is
    `[tool.setuptools_scm]`.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """`[tool.zigwheel]`, with overrides, environment and `-C` applied for one target."""

    minimum_version: ReleaseNumber = ""
    """Oldest zigwheel that may read this table."""
    target: str = ""
    """What to build for: a Zig triple (`aarch64-linux-gnu.2.17`), a platform tag
    (`manylinux_2_28_aarch64`, `musllinux_1_2_x86_64`, `macosx_11_0_universal2`), or an identifier
    (`cp313-manylinux_aarch64`). Default: this machine.
    """
    python: str = ""
    """Python of the target, such as `cp313`, `cp314t` or `pp311`. Default: the running one."""
    python_headers: str = ""
    """Where the headers of the target's Python are: an interpreter, an installation's prefix, an
    include folder, an unpacked distribution, or a header pack. Default: a header pack in the
    environment that builds, or any installed interpreter of the same minor version; for PyPy, an
    installed PyPy.
    """
    py_api: PyApi = ""
    """Stable ABI: `cp310` gives one `abi3` wheel for CPython 3.10 and newer. `cp315t` gives one
    `abi3.abi3t` wheel (PEP 803) for CPython 3.15 and newer, with the GIL and free-threaded;
    `cp310.cp315t` gives both. A Python that neither serves gets a wheel of its own, as PyPy does.
    """
    manylinux: GlibcVersion = "2_17"
    """Oldest glibc that published wheels run on, such as `2_28`."""
    musllinux: MuslVersion = "1_2"
    """Oldest musl that published wheels run on."""
    macosx: MacosVersion = "10_13"
    """Oldest macOS that published wheels run on, such as `11_0`, which is the first for arm64.
    `MACOSX_DEPLOYMENT_TARGET` in the environment has the last word.
    """
    optimize: Optimize = "fast"
    """`fast` (C and C++ at -O3, as CPython has it), `small`, `safe` or `debug`."""
    lto: bool = False
    """Link-time optimisation. Zig has none for Windows."""
    strip: bool = True
    """Leave out symbol tables and debug information."""
    lowering: Literal["direct", "zig-build"] = "direct"
    """`direct` runs `zig build-lib` commands; `zig-build` runs `zig build` on the written
    `build.zig`. Both give the same bytes.
    """
    build_dir: str = ""
    """Folder for what is compiled, kept between builds. Default: zigwheel's cache."""
    cache_dir: str = ""
    """zigwheel's cache: compiled libraries, toolchains, artifacts. Default: the platform's cache
    folder.
    """
    reuse: bool = True
    """Take the wheel of the last build from the cache where none of its inputs has changed."""
    strict: bool = False
    """Build the extensions that are `optional` or fail, for wheels that are published."""
    verbose: bool = False
    """Print the commands that are run."""
    extension: tuple[Extension, ...] = ()
    """Extension modules."""
    library: tuple[Library, ...] = ()
    """Static libraries."""
    executable: tuple[Executable, ...] = ()
    """Programs."""
    generate: tuple[Generate, ...] = ()
    """Commands that make files, in the order in which they run."""
    config_header: tuple[ConfigHeader, ...] = ()
    """Headers that say what the target has, as `configure` or CMake would write them."""
    cython: CythonSettings = field(default_factory=CythonSettings)
    """How `.pyx` sources become C or C++."""
    dependencies: Mapping[PackageName, Dependency] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Zig packages."""
    wheel: WheelSettings = field(default_factory=WheelSettings)
    """What a wheel holds."""
    sdist: SdistSettings = field(default_factory=SdistSettings)
    """What a source distribution holds."""
    editable: EditableSettings = field(default_factory=EditableSettings)
    """How editable installs work."""
    version: VersionSettings = field(default_factory=VersionSettings)
    """Where a dynamic version comes from."""
    caches: tuple[CacheUrl, ...] = ()
    """Secondary caches of this project's wheels, up to four. An index that takes a release reads them from
    the sdist, and asks them for wheels of this project that it does not store. Files are below
    `blobs/sha256/`, by hash; `zigwheel cache push` puts them there.
    """
    wheels: Annotated[object, Elsewhere("zigwheel.config.wheels:WheelsSettings")] = None
    """What `zigwheel wheels` builds and tests."""

    @property
    def modules(self) -> tuple[Extension, ...]:
        """The extensions that are built for the target."""
        return tuple(extension for extension in self.extension if extension.enabled)
