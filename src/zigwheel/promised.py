"""What was just linked, held against what its wheel will promise; what is refused, with its origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.audit.elf import Elf
from zigwheel.audit.linux import foreign_libraries
from zigwheel.audit.macho import MachO
from zigwheel.audit.native import check_file
from zigwheel.audit.paths import check_folders
from zigwheel.audit.policy import Promise, promise
from zigwheel.audit.report import Finding
from zigwheel.errors import AuditError, ErrorCollection, ZigwheelError, raise_all
from zigwheel.target.stable import stable_abi
from zigwheel.target.tags import wheel_tag

if TYPE_CHECKING:
    from zigwheel.audit.image import Image
    from zigwheel.plan.model import Artifact, BuildPlan
    from zigwheel.setup import Setup
    from zigwheel.target.model import Target
    from zigwheel.zig.command import Places
    from zigwheel.zig.execute import Run
    from zigwheel.zig.toolchain import Zig

ASKED = {"floor", "unresolved", "private-symbol", "abi3", "abi3-version"}
"""Codes of findings about symbols that some source asks for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """What made the files, and can make them again to see where a symbol comes from."""

    plan: BuildPlan
    """What was compiled."""
    places: Places
    """Where."""
    zig: Zig
    """By what."""
    run: Run
    """And how."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What was found out about the files."""

    foreign: tuple[str, ...]
    """Libraries that the platform tag does not allow."""
    refused: Mapping[str, ZigwheelError]
    """Optional files that would break what the tag promises, by path in the wheel."""


def checked(files: Mapping[str, Path], setup: Setup, target: Target, bench: Bench) -> Checked:
    """What the files ask of other machines. Raises `AuditError`, all that is wrong at once.

    A library is no error yet. On Linux the wheel gets another tag; elsewhere it may lie in the wheel,
    which is not made yet, and whose own audit decides.
    """
    errors: list[AuditError] = []
    refused: dict[str, ZigwheelError] = {}
    foreign: dict[str, None] = {}
    for artifact in bench.plan.artifacts:
        if artifact.kind == "library":
            continue
        promised = promised_by(artifact, setup, target)
        images, findings = looked_at(artifact, files[artifact.install], promised, setup, bench)
        found = [finding.error for finding in with_origins(findings, artifact, bench)]
        if found and artifact.optional:
            refused[artifact.install] = ErrorCollection(found)
            continue
        foreign.update(dict.fromkeys(outside(images, promised)))
        errors += found
    raise_all(errors)
    return Checked(foreign=tuple(foreign), refused=refused)


def promised_by(artifact: Artifact, setup: Setup, target: Target) -> Promise:
    """What a wheel of this artifact alone would promise."""
    if artifact.kind == "executable":
        return promise(wheel_tag(target, kind="platform").filename_part)
    stable = stable_abi(target.python, setup.config.py_api) if artifact.limited_api else None
    return promise(wheel_tag(target, kind="extension", stable=stable).filename_part)


def looked_at(
    artifact: Artifact, file: Path, promised: Promise, setup: Setup, bench: Bench
) -> tuple[tuple[Image, ...], list[Finding]]:
    """The images of an artifact's file, and what it is refused for."""
    from zigwheel.audit.image import read_images

    data = file.read_bytes()
    images = read_images(data, artifact.install)
    shows = {e.name for e in setup.config.modules if e.export_symbols}
    findings = check_file(
        artifact.install,
        images,
        promised,
        frozenset(),
        linked=True,
        required=artifact.kind == "extension" and artifact.name not in shows,
    )
    found = dict.fromkeys(f for f in findings if f.severity == "error" and f.code != "library")
    if artifact.strip and all(isinstance(i, MachO) or i.stripped for i in images):
        # debug information names folders; a `build.zig` of the user's may have asked for it, too
        found |= dict.fromkeys(check_folders(artifact.install, data, folders_of(bench.places)))
    return images, list(found)


def outside(images: tuple[Image, ...], promised: Promise) -> list[str]:
    """Libraries of a file for Linux that its platform tag does not allow."""
    return [
        library
        for system in promised.platforms
        for image in images
        if isinstance(image, Elf) and system.os == "linux"
        for library in foreign_libraries(image, system, frozenset())
    ]


def folders_of(places: Places) -> tuple[str, ...]:
    """The folders of this build, none of which a file may name."""
    folders = [places.root, places.out, places.zig_lib, places.local_cache, places.global_cache]
    folders += [places.package_cache, *([places.headers] if places.headers else [])]
    folders += [places.generated.parent.parent] if places.generated else []
    return tuple(dict.fromkeys(str(folder) for folder in folders))


def with_origins(findings: list[Finding], artifact: Artifact, bench: Bench) -> Iterator[Finding]:
    """Findings, those about symbols with the sources that ask for them."""
    names = [name for f in findings if f.code in ASKED for name in f.symbols]
    if not names:
        yield from findings
        return
    from zigwheel.zig.blame import origins

    found = origins(bench.plan, artifact, bench.places, bench.zig, bench.run, names)
    for finding in findings:
        lines = [
            f"{name} is asked for by {', '.join(found[name])}"
            for name in finding.symbols
            if name in found
        ]
        rest = [name for name in finding.symbols if name not in found]
        if finding.code not in ASKED or not finding.symbols:
            lines = []
        elif rest:
            lines.append(f"{', '.join(rest)}: by no source, so by what Zig links in")
        yield replace(finding, message="\n  ".join([finding.message, *lines]))
