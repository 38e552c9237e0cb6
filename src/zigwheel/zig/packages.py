"""Zig packages become static libraries: fetched if need be, built once for each target.

`zig build` runs on a small build file in a folder of the cache that is named after all that it holds:
the build file, `build.zig.zon`, and the packages that lie in the project. It runs the packages' own
`build.zig`, which is foreign code, in a process of its own and for a limited time.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from zigwheel.errors import CompileError, PlanError, raise_all
from zigwheel.plan.model import BuildPlan, ZigPackage
from zigwheel.plan.packages import MANIFEST, package_files, place_of, read_manifest
from zigwheel.zig.command import Places
from zigwheel.zig.execute import Run, execute, repeatable
from zigwheel.zig.hints import hint_for
from zigwheel.zig.package_text import build_text, manifest
from zigwheel.zig.prebuilt import PARTS, Prebuilt, read_prebuilt
from zigwheel.zig.toolchain import Zig

LIMIT = 3600.0
"""Seconds that a package's build may take."""

CARRIED = "zig-pkg"
"""Folder of an sdist with the archives of what was fetched, and Zig's own name for such a folder."""

DONE = ".complete"
"""Written last, so that a folder that was cut short is not taken for whole."""


def workspace(plan: BuildPlan, places: Places, text: str) -> Path:
    """A folder of the cache with a build file, its manifest, and the packages of the project."""
    from zigwheel.storage import replaced_folder

    zon = manifest(plan.zig_packages, plan.name)
    parts = [list(part) for package in plan.zig_packages for part in package.parts]
    key = hashlib.sha256(json.dumps([text, zon, parts]).encode("utf-8", "surrogateescape"))
    folder = places.package_cache / "from" / key.hexdigest()[:32]
    if not (folder / DONE).is_file():
        with replaced_folder(folder) as fresh:
            fill_workspace(fresh, text, plan.zig_packages, plan.name, places.root)
            (fresh / DONE).touch()
    return folder


def fill_workspace(
    folder: Path, text: str, packages: Sequence[ZigPackage], name: str, root: Path
) -> None:
    """Write a build file and its manifest, and copy the packages of the project.

    They lie there as in the project, so that an ejected manifest is the same.
    """
    (folder / "build.zig").write_text(text, encoding="utf-8", newline="\n")
    zon = manifest(packages, name)
    (folder / MANIFEST).write_text(zon, encoding="utf-8", newline="\n")
    for file in sorted({file for package in packages for file in package_files(root, package)}):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / file, folder / file)


def prebuilt(plan: BuildPlan, places: Places, zig: Zig, run: Run, cpu: str) -> Prebuilt:
    """The libraries that a plan takes from packages, made for its target if they are not there yet.

    `cpu` is the architecture's baseline. Raises `CompileError`.
    """
    from zigwheel.storage import replaced_folder

    require_hashes(plan.zig_packages, places, zig, run)
    text = build_text(plan)
    place = workspace(plan, places, text)
    key = hashlib.sha256("\0".join((place.name, plan.zig, plan.triple, cpu)).encode())
    folder = places.package_cache / "built" / key.hexdigest()[:32]
    if not (folder / PARTS).is_file():
        adopt_carried(places, zig, run)
        with replaced_folder(folder) as fresh:
            words = [*build_words(place, places, zig), "--prefix", str(fresh)]
            words += [f"-Dtarget={plan.triple}", f"-Dcpu={cpu}", f"-j{run.jobs}"]
            words += ["--sysroot", str(places.sdk)] if places.sdk else []
            run_limited(words, place, run, plan.zig_packages)
            name_parts(fresh / PARTS)
    return read_prebuilt(folder)


def name_parts(file: Path) -> None:
    """Write the name and the version of each part's package beside what the build file tells of it."""
    said = json.loads(file.read_bytes())
    for part in said["parts"]:
        try:
            manifest = read_manifest(Path(part.pop("folder"), MANIFEST))
        except PlanError:  # Zig takes a folder without one, too
            manifest = {}
        for key in ("name", "version"):
            value = manifest.get(key)
            part[key] = value if isinstance(value, str) else ""
    file.write_text(json.dumps(said), encoding="utf-8")


def with_packages(
    plan: BuildPlan, places: Places, zig: Zig, run: Run, cpu: str
) -> tuple[BuildPlan, Places]:
    """The libraries of Zig packages are made; what they ask of those who link them is in the plan."""
    made = prebuilt(plan, places, zig, run, cpu)
    artifacts = (replace(a, link_cxx=a.link_cxx or made.cxx(a.zig_links)) for a in plan.artifacts)
    return replace(plan, artifacts=tuple(artifacts)), replace(places, zig_packages=made)


def build_words(place: Path, places: Places, zig: Zig) -> list[str]:
    """The start of a command of the build file in `place`."""
    words = [str(zig.executable), "build", "--build-file", str(place / "build.zig")]
    words += ["--cache-dir", str(places.package_cache / "zig")]
    return [*words, "--global-cache-dir", str(places.global_cache)]


def run_limited(words: list[str], folder: Path, run: Run, packages: Iterable[ZigPackage]) -> str:
    """Run a command that runs foreign build code; what it said. Raises `CompileError`."""
    names = ", ".join(f"`{package.name}`" for package in packages)
    code, said = execute_limited(words, folder, run)
    if code != 0:
        raise CompileError(
            f"the Zig packages {names} could not be built:\n{said}\n"
            f"to repeat it:\n{repeatable([words], folder)}",
            hint=package_hint(said),
        )
    return said


def execute_limited(
    words: list[str], folder: Path, run: Run, limit: float = LIMIT
) -> tuple[int, str]:
    """Run a command as `execute` does, but not for more than `limit` seconds. Raises `CompileError`."""
    import subprocess

    stop = threading.Event()
    timer = threading.Timer(limit, stop.set)
    timer.daemon = True
    timer.start()
    try:
        return execute(words, folder, run, stop, group=True)
    except subprocess.TimeoutExpired:
        raise CompileError(
            f"`zig build` of Zig packages took more than {limit:.0f} seconds and was ended"
        ) from None
    finally:
        timer.cancel()


HINTS: Mapping[str, str] = {
    "hash mismatch": "the address brings other files than the hash says: if that is right, write the new "
    "hash, else find out who changed them",
    "unable to connect to server": "nothing answers there; an sdist made where the network is carries "
    "what is fetched, and builds without it",
    "unable to discover remote git server": "git's server does not answer as one",
    "bad HTTP response code": "is the address right?",
    "has no option `target`": "its build.zig has to call `b.standardTargetOptions`",
    "has no option `optimize`": "its build.zig has to call `b.standardOptimizeOption`",
    "has no option": "see `options` of the package",
    "has no library": 'write `link = ["PACKAGE:LIBRARY"]` with one of them',
    "a wheel needs a static one": "many packages have an option for that, such as "
    '`options = { linkage = "static" }`',
    "invalid fingerprint": "this package is written for another release of Zig",
    "is missing field": "this package is written for another release of Zig",
}
"""A part of what Zig, or our build file, says, and the next step."""


def package_hint(said: str) -> str:
    """The next step for what went wrong with a package."""
    return next((hint for text, hint in HINTS.items() if text in said), hint_for(said))


def require_hashes(packages: Iterable[ZigPackage], places: Places, zig: Zig, run: Run) -> None:
    """Fetch what has no `hash`, and raise `CompileError` with the hash of each."""
    errors = []
    for package in packages:
        if package.url and not package.hash:
            found = fetched(package.url, places, zig, run)
            errors.append(
                CompileError(
                    f"`{place_of(package.name)}` has a `url` and no `hash`",
                    hint=f'what is there now has `hash = "{found}"`',
                )
            )
    raise_all(errors)


def fetched(source: str, places: Places, zig: Zig, run: Run) -> str:
    """The hash of what `zig fetch` brings, which is in Zig's cache from then on."""
    import tempfile

    words = [str(zig.executable), "fetch", "--global-cache-dir", str(places.global_cache), source]
    # Zig wants to be in a project, and unpacks there
    with tempfile.TemporaryDirectory(dir=places.out) as project:
        Path(project, "build.zig").touch()
        code, said = execute_limited(words, Path(project), run)
    if code != 0:
        raise CompileError(f"{source} could not be fetched:\n{said}", hint=package_hint(said))
    return said.split()[-1]


def adopt_carried(places: Places, zig: Zig, run: Run) -> None:
    """Put what an sdist carries into Zig's cache, where it is not there, under the hash that it has."""
    for archive in carried(places.root):
        name = archive.name.removesuffix(ENDING)
        if not (places.global_cache / "p" / archive.name).is_file():
            found = fetched(str(archive), places, zig, run)
            if found != name:
                raise CompileError(
                    f"{CARRIED}/{archive.name} has not the content that its name says, but {found}",
                    hint="take the archive from the sdist once more",
                )


ENDING = ".tar.gz"


def carried(root: Path) -> list[Path]:
    """The archives that an sdist carries, sorted."""
    return sorted((root / CARRIED).glob(f"*{ENDING}"))


def fetch_all(
    packages: Sequence[ZigPackage], name: str, places: Places, zig: Zig, run: Run
) -> list[Path]:
    """The archives of all that packages fetch, for any target, in Zig's cache; sorted.

    What is lazy is among it: which target wants it, only the packages know.
    """
    require_hashes(packages, places, zig, run)
    adopt_carried(places, zig, run)
    place = places.out / "fetched"
    place.mkdir()
    fill_workspace(place, "", packages, name, places.root)
    run_limited([*build_words(place, places, zig), "--fetch=all"], place, run, packages)
    names = sorted(folder.name for folder in (place / CARRIED).glob("*/"))
    return [places.global_cache / "p" / f"{name}{ENDING}" for name in names]
