"""Which source asks for a symbol: the linked file no longer tells, so each is compiled by itself.

That happens only after an audit has refused a file. Zig has compiled the same sources just before
and takes most of what is asked here from its cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from zigwheel.errors import AuditError
from zigwheel.plan.model import Artifact, BuildPlan, Source
from zigwheel.zig.command import Places, command
from zigwheel.zig.execute import Run, execute
from zigwheel.zig.toolchain import Zig
from zigwheel.zig.windows import IMPORTED, for_windows, undecorated

OBJECT = "asked.o"
"""File name of each object in turn."""


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
    words = object_command(plan, artifact, source, places, zig=zig.executable)
    file = places.out / OBJECT
    file.unlink(missing_ok=True)
    code, _ = execute(words, places.root, run)
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
    plan: BuildPlan, artifact: Artifact, source: Source, places: Places, *, zig: Path
) -> list[str]:
    """The command that compiles one source of an artifact: that of an archive of it, up to the archive."""
    alone = replace(
        artifact,
        kind="library",
        output=OBJECT,
        sources=(source,),
        link=(),
        libraries=(),
        library_dirs=(),
        rpaths=(),
        lto=False,
    )
    words = command(plan, alone, places, zig=zig, compiler_rt=False)
    words[1] = "build-obj"
    words.remove("-static")
    return words
