"""From a setup to compiled files: finds the tools, makes the plan, runs it, looks at the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zigwheel.borrowed.model import Kept
from zigwheel.errors import ZigwheelError
from zigwheel.headers import Headers, headers_of, packages_of
from zigwheel.plan.components import Component
from zigwheel.plan.flags import Ambient
from zigwheel.plan.model import BuildPlan, Package
from zigwheel.plan.tree import Tree
from zigwheel.setup import Setup, say, tree_of, warn
from zigwheel.target.model import Target
from zigwheel.zig.command import Places
from zigwheel.zig.execute import Run
from zigwheel.zig.toolchain import Zig


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """What came out of the compiler."""

    plan: BuildPlan
    """What was compiled."""
    tree: Tree
    """The files that it was made from."""
    places: Places
    """Where."""
    zig: Zig
    """By what."""
    files: Mapping[str, Path]
    """Path in the wheel, or with `{scripts}/` in front a program's name, to file."""
    header_sources: tuple[Path, ...]
    """Folders from which Python's headers were taken."""
    packages: Mapping[str, Kept]
    """Headers of installed distributions, by name."""
    foreign: tuple[str, ...]
    """Libraries that are loaded and that no manylinux or musllinux system is bound to have."""
    left_out: Mapping[str, ZigwheelError]
    """Optional files that could not be made, by path in the wheel, and why."""
    contents: Mapping[str, tuple[Component, ...]]
    """What is linked into a file and has a life of its own, by the keys of `files`; empty if nobody asked."""

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

    def lacking(self, left_out: Mapping[str, ZigwheelError]) -> Built:
        """The same without some of the optional files."""
        from dataclasses import replace

        from zigwheel.zig.made import without

        return replace(
            self,
            plan=without(self.plan, left_out),
            files={path: file for path, file in self.files.items() if path not in left_out},
            left_out=left_out,
            contents={path: c for path, c in self.contents.items() if path not in left_out},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A plan, and what was looked for on this machine to make it."""

    plan: BuildPlan
    """What is to be compiled."""
    tree: Tree
    """The files that it is made from."""
    headers: Headers | None
    """Headers of the target's Python; None where the plan needs none."""
    packages: Mapping[str, Kept]
    """Headers of installed distributions, by name."""
    sdk: Path | None
    """Apple's SDK; None where nothing is linked with it."""


@contextmanager
def compiled(setup: Setup, name: str, *, contents: bool = False) -> Iterator[Built | None]:
    """Compile everything into a folder that is gone when the block ends; None if there is nothing.

    `name` is the distribution's; `contents` asks for `Built.contents`. Raises `PlanError`, `CompileError`, `AuditError`, `StorageError`,
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
            built = compile_into(setup, setup.target, name, Path(work), contents=contents)
        for path, error in built.left_out.items():
            warn(f"{path!r} is optional and left out:\n{error}")
        yield built


def compile_into(setup: Setup, target: Target, name: str, work: Path, *, contents: bool) -> Built:
    """Plan and compile into `work`; slices of `universal2` one after the other, and then joined."""
    from zigwheel.setup import slices_of

    parts = slices_of(setup, target)
    if len(parts) == 1:
        return compile_slice(setup, target, name, work, contents=contents)
    built = []
    for part in parts:
        if part.target is not None:
            folder = work / part.target.triple.arch
            folder.mkdir()
            built.append(compile_slice(part, part.target, name, folder, contents=contents))
    return united(built)


def united(parts: Sequence[Built]) -> Built:
    """What came out for several architectures as one, in the files of the first.

    Raises `PlanError` where they are not the same files.
    """
    from dataclasses import replace

    from zigwheel.errors import PlanError
    from zigwheel.zig.fat import joined

    left_out = {path: error for part in parts for path, error in part.left_out.items()}
    parts = [part.lacking(left_out) for part in parts]
    first = parts[0]
    for part in parts[1:]:
        if odd := sorted(first.files.keys() ^ part.files.keys()):
            raise PlanError(
                f"`universal2` holds every file for both architectures, but {odd[0]!r} is built for "
                "one of them alone",
                hint="name it outside of overrides with `if.arch`, or build for one architecture",
            )
    for path, file in first.files.items():
        file.write_bytes(joined([part.files[path].read_bytes() for part in parts]))
    inputs = {item.path: item for part in parts for item in part.plan.inputs}
    return replace(
        first,
        plan=replace(first.plan, inputs=tuple(item for _, item in sorted(inputs.items()))),
        packages={name: kept for part in parts for name, kept in part.packages.items()},
        foreign=tuple(dict.fromkeys(name for part in parts for name in part.foreign)),
        left_out=left_out,
        contents={
            path: tuple(dict.fromkeys(c for part in parts for c in part.contents[path]))
            for path in first.contents
        },
    )


def compile_slice(setup: Setup, target: Target, name: str, work: Path, *, contents: bool) -> Built:
    """Plan and compile for one architecture."""
    from zigwheel.contents import contents_of
    from zigwheel.promised import Bench, checked
    from zigwheel.zig import macos
    from zigwheel.zig.compile import compile_direct, with_overlay
    from zigwheel.zig.made import without
    from zigwheel.zig.musl import libc_name, rename_libc
    from zigwheel.zig.packages import with_packages
    from zigwheel.zig.road import build_file_text, compile_with_zig_build, ejected_file, kept_file
    from zigwheel.zig.toolchain import require_zig

    zig = require_zig(cache=setup.cache, environ=setup.environ, host=setup.host)
    cache = usable_cache(setup.cache, work)
    planned = plan_of(setup, target, name, cache)
    plan, headers = planned.plan, planned.headers
    places = places_of(setup, zig, planned, cache, work)
    if target.triple.os == "windows":
        places = with_overlay(places)
    run = run_of(setup)
    if plan.zig_packages:
        plan, places = with_packages(plan, places, zig, run, target.triple.cpu)
    ejected = ejected_file(setup.root)
    if ejected is None and setup.config.lowering == "direct":
        made = compile_direct(plan, places, zig, run)
    else:
        text = build_file_text(plan, target)
        build_file = ejected or kept_file(cache, plan, places, text)
        made = compile_with_zig_build(plan, target, places, zig, run, build_file=build_file)
    plan, files = without(plan, made.left_out), made.files
    inside = contents_of(setup.config, plan, places, zig, run) if contents else {}
    if libc := libc_name(plan.triple):
        for file in files.values():
            rename_libc(file, libc)
    if macos.for_macos(plan.triple):
        for artifact in plan.artifacts:
            if artifact.kind != "library":
                macos.finish(artifact, files[artifact.install])
    bench = Bench(plan=plan, places=places, zig=zig, run=run)
    found = checked(files, setup, target, bench)
    return Built(
        plan=plan,
        tree=planned.tree,
        places=places,
        zig=zig,
        files=files,
        header_sources=(headers.source,) if headers else (),
        packages=planned.packages,
        foreign=found.foreign,
        left_out={},
        contents=inside,
    ).lacking({**made.left_out, **found.refused})


def plan_of(setup: Setup, target: Target, name: str, cache: Path) -> Planned:
    """The plan for one architecture, with the headers and the SDK that it needs."""
    from dataclasses import replace

    from zigwheel.plan.resolve import resolve, uses_python
    from zigwheel.zig.macos import sdk_of, sdk_version
    from zigwheel.zig.toolchain import ZIG_VERSION

    tree, config = tree_of(setup, target, cache)
    packages = packages_of(setup, config, target, cache)
    python = uses_python(tree, config)
    headers = headers_of(setup, target, cache) if python else None
    folder = headers.folder if headers else None
    plan = resolve(
        tree,
        config,
        target,
        name=name,
        zig=ZIG_VERSION,
        headers=headers.sha256 if headers else "",
        is_header=lambda name: folder is not None and (folder / name).is_file(),
        ambient=ambient_of(setup, target),
        packages=[
            Package(name=name, version=kept.version, sha256=kept.sha256)
            for name, kept in sorted(packages.items())
        ],
    )
    sdk = sdk_of(plan, setup.environ)
    plan = replace(plan, sdk=sdk_version(sdk)) if sdk else plan
    return Planned(plan=plan, tree=tree, headers=headers, packages=packages, sdk=sdk)


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


def places_of(setup: Setup, zig: Zig, planned: Planned, cache: Path, work: Path) -> Places:
    """The folders of one build."""
    build_dir = setup.config.build_dir
    (work / "out").mkdir()
    return Places(
        root=setup.root,
        headers=planned.headers.folder if planned.headers else None,
        zig_lib=zig.lib,
        out=work / "out",
        local_cache=setup.root / build_dir if build_dir else cache / "zig-local",
        global_cache=cache / "zig-global",
        version_scripts=cache / "exports",
        sdk=planned.sdk,
        packages={name: kept.folder for name, kept in planned.packages.items()},
        generated=planned.tree.generated,
        made=planned.tree.made,
    )


def run_of(setup: Setup) -> Run:
    """How the compiler is run."""
    from zigwheel.target.system import cores
    from zigwheel.zig.execute import without_leaks

    return Run(
        environ=without_leaks(setup.environ),
        say=say,
        verbose=setup.config.verbose,
        jobs=setup.jobs or cores(),
        limited=setup.jobs > 0,
    )
