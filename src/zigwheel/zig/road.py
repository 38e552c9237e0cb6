"""The other road: a plan, lowered through `build.zig` and `zig build`."""

from __future__ import annotations

from pathlib import Path

from zigwheel.errors import CompileError
from zigwheel.plan.model import BuildPlan
from zigwheel.target.model import Target
from zigwheel.target.python import StableName, suffix
from zigwheel.zig.builtins import lacking, lacking_in_cxx
from zigwheel.zig.command import Places
from zigwheel.zig.compile import make
from zigwheel.zig.emit import EJECTED, emit, links_cxx, needs_generated
from zigwheel.zig.execute import Run, repeatable
from zigwheel.zig.hints import hint_for
from zigwheel.zig.lacking import own_library
from zigwheel.zig.made import Made, spared
from zigwheel.zig.musl import libc_name
from zigwheel.zig.packages import adopt_carried, execute_limited, package_hint, workspace
from zigwheel.zig.toolchain import Zig
from zigwheel.zig.windows import export_definition, for_windows, needs_python, python_dll
from zigwheel.zig.windows_link import import_library, windows_parts


def build_file_text(plan: BuildPlan, target: Target) -> str:
    """The text of `build.zig` for a plan and the target it was made for."""
    return emit(
        plan,
        suffix=suffix(target.python, target.triple, stable_abi=""),
        limited_suffix=suffix(target.python, target.triple, stable_abi=stable_name(plan)),
        cpu=target.triple.cpu,
    )


def ejected_file(root: Path) -> Path | None:
    """The project's own `build.zig`, if `zigwheel build --eject` left it there."""
    file = root / "build.zig"
    try:
        with file.open(encoding="utf-8") as stream:
            return file if stream.readline().rstrip() == EJECTED else None
    except (OSError, UnicodeDecodeError):
        return None


def kept_file(cache: Path, plan: BuildPlan, places: Places, text: str) -> Path:
    """`text` as a `build.zig` in the cache, in a folder named after it and beside its Zig packages.

    Zig compiles a build file into a program and keeps that by its path, so equal texts have one.
    """
    import hashlib

    from zigwheel.storage import replaced_folder

    if plan.zig_packages:
        return workspace(plan, places, text) / "build.zig"
    folder = cache / "build-zig" / hashlib.sha256(text.encode()).hexdigest()[:32]
    if not folder.is_dir():
        with replaced_folder(folder) as fresh:
            (fresh / "build.zig").write_text(text, encoding="utf-8", newline="\n")
    return folder / "build.zig"


def local_cache(places: Places) -> Path:
    """Zig's local cache for one project's folder: files of others look alike to it (`Source.content`)."""
    import hashlib

    name = hashlib.sha256(str(places.root).encode("utf-8", "surrogateescape")).hexdigest()
    return places.local_cache / name[:16]


def zig_build_command(
    plan: BuildPlan, target: Target, places: Places, *, zig: Path, build_file: Path, jobs: int
) -> list[str]:
    """The `zig build` command for a written build file."""
    words = [str(zig), "build", "--build-file", str(build_file), "--prefix", str(places.out)]
    words += [
        "--cache-dir",
        str(local_cache(places)),
        "--global-cache-dir",
        str(places.global_cache),
    ]
    words += [f"-j{jobs}", f"-Dtarget={plan.triple}", f"-Dcpu={target.triple.cpu}"]
    words += [f"-Dproject={places.root}"]
    words += ["--sysroot", str(places.sdk)] if places.sdk else []
    words += [f"-Dpython-include={places.headers}"] if plan.python else []
    words += [f"-D{p.name}-include={places.packages[p.name]}" for p in plan.packages]
    libc = libc_name(plan.triple)
    words += [f"-Dmusl-libc={libc}"] if libc else []
    words += [f"-Doverlay={places.overlay}"] if places.overlay else []
    words += [f"-Dzig-packages={places.zig_packages.folder}"] if places.zig_packages else []
    words += [f"-Dgenerated={places.generated}"] if needs_generated(plan) else []
    names = {a.stable_abi for a in plan.artifacts if a.kind == "extension"}
    for name in sorted(names):
        option = "limited-suffix" if name else "suffix"
        words.append(f"-D{option}={suffix(target.python, target.triple, stable_abi=name)}")
    return words


def stable_name(plan: BuildPlan) -> StableName:
    """The stable ABI of a plan's extensions: one target uses one."""
    return next((a.stable_abi for a in plan.artifacts if a.stable_abi), "abi3")


def windows_options(plan: BuildPlan, places: Places, zig: Zig, run: Run) -> list[str]:
    """Options that name what Windows' linker is given, made as on the other road."""
    import threading

    stop = threading.Event()
    libraries: dict[bool, Path] = {}
    exports = places.out / "exports"
    exports.mkdir()
    for artifact in plan.artifacts:
        try:
            if artifact.kind == "library":
                make(plan, artifact, places, zig, run, stop)
            elif needs_python(plan, artifact):
                own = exports / f"{artifact.name}.lib"
                own.write_bytes(b"!<arch>\n")  # for one that cannot be made, so that Zig says why
                parts = windows_parts(plan, artifact, places, zig, run, stop)
                dll = python_dll(plan, artifact)
                library = import_library(dll, parts.symbols, plan, places, zig, run)
                # not one for all: whether a symbol is data for one file decides how it is linked
                own.write_bytes(library.read_bytes())
                libraries[artifact.limited_api] = library
                text = export_definition(parts.exports)
                (exports / f"{artifact.name}.def").write_bytes(text.encode())
        except CompileError:  # `zig build` will say it again
            if not spared(plan, artifact):
                raise
    words = [f"-Dexports={exports}"]
    for limited, library in libraries.items():
        words.append(f"-D{'limited-' if limited else ''}python-lib={library}")
    return words


def builtins_options(plan: BuildPlan, places: Places, zig: Zig, run: Run) -> list[str]:
    """Options that name what Zig's own runtime libraries lack, made as on the other road."""
    groups = {"builtins": lacking(plan.triple)}
    if links_cxx(plan):
        groups["cxx-builtins"] = lacking_in_cxx(plan.triple)
    return [
        f"-D{option}={own_library(names, plan.triple, places, zig, run)}"
        for option, names in groups.items()
        if names
    ]


def compile_with_zig_build(
    plan: BuildPlan, target: Target, places: Places, zig: Zig, run: Run, *, build_file: Path
) -> Made:
    """Make every artifact with one `zig build`, which makes what it can when something fails.

    Raises `CompileError` with all that Zig said, also where the build file does not install a file
    that the config names.
    """
    words = zig_build_command(
        plan, target, places, zig=zig.executable, build_file=build_file, jobs=run.jobs
    )
    if for_windows(plan.triple) and plan.python:
        words += windows_options(plan, places, zig, run)
    words += builtins_options(plan, places, zig, run)
    if plan.zig_packages:
        adopt_carried(places, zig, run)
    code, said = execute_limited(words, places.root, run)
    files = {}
    for artifact in plan.artifacts:
        if artifact.kind != "library":
            name = artifact.install if artifact.kind == "extension" else f"bin/{artifact.output}"
            files[artifact.install] = places.out / name
    lacking = [a for a in plan.artifacts if a.install in files and not files[a.install].is_file()]
    if code != 0:
        error = CompileError(
            f"`zig build` failed:\n{said}\nto repeat it:\n{repeatable([words], places.root)}",
            hint=package_hint(said) if plan.zig_packages else hint_for(said),
        )
        if not lacking or not all(spared(plan, artifact) for artifact in lacking):
            raise error
        left_out = {artifact.install: error for artifact in lacking}
        return Made(files={k: v for k, v in files.items() if k not in left_out}, left_out=left_out)
    if said:
        run.say(said)
    if lacking:
        raise CompileError(
            f"`{build_file.name}` does not install {', '.join(a.install for a in lacking)}",
            hint="its install steps and `[tool.zigwheel]` have to name the same files",
        )
    return Made(files=files, left_out={})
