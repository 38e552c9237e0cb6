"""Which source asks for a symbol: the linked file no longer tells, so each is compiled by itself.

That happens only after an audit has refused a file. Zig has compiled the same sources just before
and takes most of what is asked here from its cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from zigwheel.errors import AuditError
from zigwheel.plan.model import Artifact, BuildPlan, Source
from zigwheel.zig.command import CONTENT, Places, module_words, prefix_maps
from zigwheel.zig.compile import Run, execute
from zigwheel.zig.toolchain import Zig
from zigwheel.zig.windows import IMPORTED, for_windows, undecorated


def origins(
    plan: BuildPlan, artifact: Artifact, places: Places, zig: Zig, run: Run, names: Iterable[str]
) -> dict[str, list[str]]:
    """By symbol, the sources of an artifact and of its libraries that ask for it, in their order."""
    wanted = set(names)
    found: dict[str, list[str]] = {}
    for part in (artifact, *(plan.library(name) for name in artifact.link)):
        where = f" of the library `{part.name}`" if part is not artifact else ""
        for source in part.sources:
            for name in sorted(wanted.intersection(asked(plan, part, source, places, zig, run))):
                found.setdefault(name, []).append(f"`{source.path}`{where}")
    return found


def asked(
    plan: BuildPlan, artifact: Artifact, source: Source, places: Places, zig: Zig, run: Run
) -> Iterator[str]:
    """The undefined symbols of one source; none where it cannot be compiled by itself."""
    file = places.out / "asked.o"
    file.unlink(missing_ok=True)
    code, _ = execute(
        object_command(plan, artifact, source, places, zig=zig.executable, file=file),
        places.root,
        run,
    )
    if code == 0 and file.is_file():
        yield from undefined(file.read_bytes(), plan.triple)


def undefined(data: bytes, triple: str) -> Iterator[str]:
    """The undefined symbols of an object, as C spells them; none where it cannot be read."""
    from zigwheel.audit.image import read_images
    from zigwheel.zig.coff import read_object

    try:
        if for_windows(triple):
            symbols = read_object(data).undefined
            yield from (undecorated(symbol.removeprefix(IMPORTED), triple) for symbol in symbols)
        else:
            for image in read_images(data, "an object"):
                yield from image.imported
    except (AuditError, ValueError):
        return


def object_command(
    plan: BuildPlan, artifact: Artifact, source: Source, places: Places, *, zig: Path, file: Path
) -> list[str]:
    """The command that compiles one source of an artifact into an object."""
    from dataclasses import replace

    words = [str(zig), "build-obj"]
    if source.language != "zig":
        told = [f"-D{CONTENT}={source.content}"] if source.content else []
        words += ["-cflags", *source.args, *prefix_maps(places), *told, "--", source.path]
    words += module_words(plan, replace(artifact, kind="library", rpaths=()), places)
    words += [f"-Mroot={source.path}" if source.language == "zig" else "-Mroot", "-lc"]
    words += ["-lc++"] if artifact.link_cxx else []
    words += ["--cache-dir", str(places.local_cache), "--global-cache-dir"]
    return [*words, str(places.global_cache), "--name", "asked", f"-femit-bin={file}"]
