"""From a setup to compiled files: finds the tools, makes the plan, runs it, looks at the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zigwheel.plan.flags import Ambient
from zigwheel.plan.model import BuildPlan
from zigwheel.setup import Setup, limited_api_minimum, say, warn
from zigwheel.target.model import Target
from zigwheel.zig.command import Places
from zigwheel.zig.compile import Run
from zigwheel.zig.toolchain import Zig


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """What came out of the compiler."""

    plan: BuildPlan
    """What was compiled."""
    places: Places
    """Where."""
    zig: Zig
    """By what."""
    files: Mapping[str, Path]
    """Path in the wheel, or with `{scripts}/` in front a program's name, to file."""
    header_sources: tuple[Path, ...]
    """Folders from which Python's headers were taken."""
    foreign: tuple[str, ...]
    """Libraries that are loaded and that no manylinux or musllinux system is bound to have."""

    @property
    def packaged(self) -> dict[str, Path]:
        """Files that lie in packages, by their path in the wheel."""
        return {path: file for path, file in self.files.items() if not path.startswith("{")}

    @property
    def scripts(self) -> dict[str, Path]:
        """Programs for the scripts folder of the environment, by name."""
        start = "{scripts}/"
        return {
            p.removeprefix(start): file for p, file in self.files.items() if p.startswith(start)
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Headers:
    """The headers of the target's Python."""

    folder: Path
    """Include folder in the cache, with the target's `pyconfig.h`."""
    sha256: str
    """Digest of what is in it."""
    source: Path
    """Include folder of the interpreter or the header pack that they were taken from."""


@contextmanager
def compiled(setup: Setup, name: str) -> Iterator[Built | None]:
    """Compile everything into a folder that is gone when the block ends; None if there is nothing.

    `name` is the distribution's. Raises `PlanError`, `CompileError`, `AuditError`, `StorageError`,
    and what finding Zig and the headers raises.
    """
    import tempfile

    from zigwheel.storage import told

    if not setup.compiles or setup.target is None:
        yield None
        return
    with told("making a temporary folder", Path(tempfile.gettempdir())):
        folder = tempfile.TemporaryDirectory(prefix="zigwheel-", ignore_cleanup_errors=True)
    with folder as work:
        with told("compiling", Path(work)):
            built = compile_into(setup, setup.target, name, Path(work))
        yield built


def compile_into(setup: Setup, target: Target, name: str, work: Path) -> Built:
    """Plan and compile into `work`."""
    from zigwheel.linked import Bench, checked
    from zigwheel.zig.compile import compile_direct, with_overlay
    from zigwheel.zig.musl import libc_name, rename_libc
    from zigwheel.zig.road import build_file_text, compile_with_zig_build, ejected_file, kept_file
    from zigwheel.zig.toolchain import require_zig

    zig = require_zig(cache=setup.cache, environ=setup.environ, host=setup.host)
    cache = usable_cache(setup.cache, work)
    plan, headers = plan_of(setup, target, name, cache)
    places = places_of(setup, zig, headers.folder if headers else None, cache, work)
    if target.triple.os == "windows":
        places = with_overlay(places)
    run = run_of(setup)
    ejected = ejected_file(setup.root)
    if ejected is None and setup.config.lowering == "direct":
        files = compile_direct(plan, places, zig, run)
    else:
        build_file = ejected or kept_file(cache, build_file_text(plan, target))
        files = compile_with_zig_build(plan, target, places, zig, run, build_file=build_file)
    if libc := libc_name(plan.triple):
        for file in files.values():
            rename_libc(file, libc)
    bench = Bench(plan=plan, places=places, zig=zig, run=run)
    return Built(
        plan=plan,
        places=places,
        zig=zig,
        files=files,
        header_sources=(headers.source,) if headers else (),
        foreign=checked(files, setup, target, bench),
    )


def plan_of(
    setup: Setup, target: Target, name: str, cache: Path
) -> tuple[BuildPlan, Headers | None]:
    """The plan, and the headers of the target's Python where the plan needs them."""
    from zigwheel.plan.resolve import resolve, uses_python
    from zigwheel.zig.toolchain import ZIG_VERSION

    python = uses_python(setup.root, setup.config)
    headers = headers_of(setup, target, cache) if python else None
    plan = resolve(
        setup.root,
        setup.config,
        target,
        name=name,
        zig=ZIG_VERSION,
        headers=headers.sha256 if headers else "",
        ambient=ambient_of(setup, target),
    )
    return plan, headers


def ambient_of(setup: Setup, target: Target) -> Ambient:
    """Flags of the environment, and this system's folders where it is the target."""
    from zigwheel.plan.flags import clock_flags, environment_flags
    from zigwheel.target.system import is_target, system_folders
    from zigwheel.wheel.dates import archive_time, source_date_epoch

    c_flags, unused = environment_flags("CFLAGS", setup.environ.get("CFLAGS", ""))
    cxx_flags, more = environment_flags("CXXFLAGS", setup.environ.get("CXXFLAGS", ""))
    for warning in (*unused, *more):
        warn(warning)
    native = is_target(setup.host, target.triple)
    includes, libraries = system_folders(target.triple) if native else ((), ())
    return Ambient(
        c_flags=c_flags,
        cxx_flags=cxx_flags,
        include_dirs=includes,
        library_dirs=libraries,
        clock_flags=clock_flags(archive_time(source_date_epoch(setup.environ))),
    )


def headers_of(setup: Setup, target: Target, cache: Path) -> Headers:
    """The headers of the target's Python, put into the cache if need be."""
    from zigwheel.storage import told
    from zigwheel.target.header_packs import keep, packs_here
    from zigwheel.target.header_tree import headers_sha256, materialise
    from zigwheel.target.headers import find_headers
    from zigwheel.target.pyconfig import old_names, render

    source = find_headers(
        target.python,
        limited_api_minimum=limited_api_minimum(setup, target),
        given=setup.config.python_headers,
        host=setup.host,
        environ=setup.environ,
        packs=packs_here(setup.cache),
    )
    source = keep(source, cache)
    triple = target.triple
    pyconfig = render(
        arch=triple.arch,
        os=triple.os,
        libc=triple.libc,
        libc_floor=triple.floor,
        version=source.version,
        free_threaded=target.python.free_threaded,
    )
    pyconfig += old_names(source.version)
    digest = headers_sha256(source, pyconfig)
    folder = cache / "headers" / digest[:32]
    if not folder.is_dir():
        with told("copying Python's headers", folder.parent):
            materialise(source, pyconfig=pyconfig, folder=folder)
    return Headers(folder=folder, sha256=digest, source=source.include)


def usable_cache(cache: Path, work: Path) -> Path:
    """`cache`, or a folder in `work` where that cannot be written: slower, but it builds."""
    import tempfile

    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache):
            return cache
    except OSError as error:
        warn(f"the cache {str(cache)!r} cannot be written ({error.strerror}): building without it")
        return work / "cache"


def places_of(setup: Setup, zig: Zig, headers: Path | None, cache: Path, work: Path) -> Places:
    """The folders of one build."""
    build_dir = setup.config.build_dir
    (work / "out").mkdir()
    return Places(
        root=setup.root,
        headers=headers,
        zig_lib=zig.lib,
        out=work / "out",
        local_cache=setup.root / build_dir if build_dir else cache / "zig-local",
        global_cache=cache / "zig-global",
        version_scripts=cache / "exports",
    )


LEAKS = (
    "CCC_OVERRIDE_OPTIONS",
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "OBJC_INCLUDE_PATH",
    "LIBRARY_PATH",
    "COMPILER_PATH",
    "GCC_EXEC_PREFIX",
)
"""Variables by which clang would see folders of this machine, beside Zig's own, which are `ZIG_*`."""


def run_of(setup: Setup) -> Run:
    """How the compiler is run."""
    from zigwheel.target.system import cores

    return Run(
        environ={
            name: value
            for name, value in setup.environ.items()
            if name not in LEAKS and not name.startswith("ZIG_")
        },
        say=say,
        verbose=setup.config.verbose,
        jobs=cores(),
    )
