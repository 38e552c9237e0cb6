"""The recipe of a release that was just built."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from zigwheel.errors import RecipeError
from zigwheel.matrix.kept import may_be_kept
from zigwheel.matrix.model import Job, Manifest, Selection, WheelResult
from zigwheel.matrix.release import Release
from zigwheel.recipe.compilers import compilers_here
from zigwheel.recipe.hashes import with_hashes
from zigwheel.recipe.inputs import inputs_of
from zigwheel.recipe.model import START, File, Output, Recipe, Record, Tested, Toolchain, Wheel
from zigwheel.target.host import describe_host

OWN = "ziglang"
"""The distribution that brings Zig. It is on record also where Zig was at hand already."""


def begun(release: Release, *, cache: Path, environ: Mapping[str, str], builder: str) -> Recipe:
    """What a recipe says before anything is built: it has no wheels yet.

    Raises `RecipeError` where an index does not tell the hashes of what is required, `MatrixError` where
    something is not installed.
    """
    from zigwheel import __version__
    from zigwheel.reuse import own_code
    from zigwheel.zig.toolchain import ZIG_VERSION

    host = describe_host()
    versions = {OWN: ZIG_VERSION, **release.installed()}
    requirements = with_hashes(versions, cache=cache, environ=environ)
    lacking = [f"{one.name} {one.version}" for one in requirements if not one.hashes]
    if lacking:
        raise RecipeError(
            f"no index tells the hashes of {', '.join(lacking)}",
            hint="a recipe has them, so that the same files are installed again: is there a network?",
        )
    return Recipe(
        name=release.name,
        version=release.version,
        sdist=File(
            name=release.result.file, size=release.result.size, sha256=release.result.sha256
        ),
        toolchain=Toolchain(
            zigwheel=__version__,
            code=own_code(),
            zig=ZIG_VERSION,
            compilers=compilers_here(cache=cache, environ=environ, host=host),
        ),
        python=".".join(map(str, host.python.version)),
        requirements=requirements,
        wheels=(),
        builder=builder,
    )


def finished(
    recipe: Recipe, release: Release, selection: Selection, manifest: Manifest, folder: Path
) -> tuple[Recipe, list[str]]:
    """The recipe with the wheels that lie in `folder`, and the names of those which have none.

    That are wheels made from what belongs to one machine: its own libraries, an SDK.
    """
    jobs = {job.identifier: job for job in selection.jobs}
    wheels, without = [], []
    for result in manifest.wheels:
        if result.state == "built":
            job = jobs[result.identifier]
            if may_be_kept(job, result.file, release.environ):
                wheels.append(wheel_of(release, job, result, folder / result.file))
            else:
                without.append(result.file)
    return replace(recipe, wheels=tuple(sorted(wheels, key=lambda one: one.name))), without


def wheel_of(release: Release, job: Job, result: WheelResult, file: Path) -> Wheel:
    """A wheel's part of a recipe."""
    seconds, cpu_seconds = result.made_in
    return Wheel(
        identifier=job.identifier,
        inputs=inputs_of(job, release.settings, release.environ, result.headers),
        output=output_of(file, result.sha256),
        record=Record(
            seconds=seconds,
            cpu_seconds=cpu_seconds,
            memory=result.memory,
            audit=result.warnings,
            tests=tuple(
                Tested(identifier=test.identifier, state=test.state, reason=test.reason)
                for test in result.tests
            ),
        ),
    )


def output_of(file: Path, sha256: str) -> Output:
    """What has to come out: a wheel, by its parts. It is one of zigwheel's own, whose RECORD is right."""
    from packaging.utils import parse_wheel_filename

    tags = parse_wheel_filename(file.name)[3]
    with file.open("rb") as stream:
        start = stream.read(START)
        with zipfile.ZipFile(stream) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".dist-info/RECORD"))
            record = archive.read(name)
    members = {**recorded(record), name: hashlib.sha256(record).hexdigest()}
    return Output(
        file=File(name=file.name, size=file.stat().st_size, sha256=sha256),
        tags=tuple(sorted(map(str, tags))),
        metadata=members[name.removesuffix("RECORD") + "METADATA"],
        members=dict(sorted(members.items())),
        start=start.hex(),
    )


def recorded(record: bytes) -> dict[str, str]:
    """The sha256 of each file that a RECORD lists with one, in hex digits, by its path."""
    found = {}
    for path, digest, _ in csv.reader(io.StringIO(record.decode("utf-8"))):
        if digest:
            text = digest.partition("=")[2]
            found[path] = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
    return found
