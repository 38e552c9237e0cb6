"""A package on this machine: its wheel beside that of its own build, and its own tests."""

from __future__ import annotations

import re
import shutil
import sys
import zipfile
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from tests.corpus.counted import passed
from tests.corpus.record import ALWAYS_ABSENT, ALWAYS_ADDED, Package
from tests.corpus.rig import SUFFIX, Failed, Workshop, outcome, pip, said

PROMISED = (2, 17)
"""The glibc that a published wheel needs at most, where the config says nothing else."""

SITE = "{site-packages}"
"""Stands for the folder that packages are installed in, in the words of a test command."""


def built(
    package: Package, project: Path, workshop: Workshop, *settings: str, place: str = "here"
) -> Path:
    """The wheel for a place, built by pip in an environment of its own. Raises `Failed`."""
    out = workshop.room(package) / "wheels" / place
    options = [f"-C{setting}" for setting in settings]
    words = pip("wheel", "--no-deps", *options, "--wheel-dir", out, project)
    said("the build", words, workshop.environ)
    (wheel,) = out.iterdir()
    return wheel


def names_in(wheel: Path) -> list[str]:
    """The files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if not name.endswith("/")]


def differences(package: Package, wheel: Path) -> list[str]:
    """Where the wheel does not hold what the package's own build makes, and no reason is on record."""
    ours = {generic(name, package) for name in names_in(wheel)}
    theirs = set(package.files)
    modules = {module(name) for name in ours if name.endswith(("{suffix}", ".so"))}
    found = [f"module {name}" for name in sorted(modules ^ set(map(module, package.extensions)))]
    lost = unexplained(theirs - ours, {**ALWAYS_ABSENT, **package.absent})
    more = unexplained(ours - theirs, {**ALWAYS_ADDED, **package.added})
    found += [f"lacks {name}" for name in sorted(lost)]
    found += [f"adds {name}" for name in sorted(more)]
    for pattern in package.absent:
        if not any(fnmatchcase(name, pattern) for name in theirs - ours):
            found.append(f"the record says that it lacks {pattern}, which is there")
    return found


def generic(name: str, package: Package) -> str:
    """A path in a wheel without what depends on the Python or the release."""
    name = re.sub(r"^[^/]+\.dist-info/", "{dist-info}/", name)
    name = re.sub(rf"^[^/]+-{re.escape(package.version)}\.data/", "{data}/", name)
    return name.removesuffix(SUFFIX) + "{suffix}" if name.endswith(SUFFIX) else name


def module(path: str) -> str:
    """Dotted name of the module in a file, whichever ABI it is made for."""
    folder, _, name = path.rpartition("/")
    return ".".join([*folder.split("/"), name.partition("{")[0].partition(".")[0]]).lstrip(".")


def unexplained(names: set[str], reasons: Mapping[str, str]) -> set[str]:
    """Those of `names` that no pattern of `reasons` matches."""
    return {n for n in names if not any(fnmatchcase(n, pattern) for pattern in reasons)}


def audited(package: Package, wheel: Path, workshop: Workshop) -> None:
    """auditwheel finds nothing that an older glibc than promised would lack. Raises `Failed`."""
    if package.system:
        return
    text = said("auditwheel", [sys.executable, "-m", "auditwheel", "show", wheel], workshop.environ)
    found = re.search(r'platform tag:\s+"manylinux_(\d+)_(\d+)_\w+"', text)
    if not found or (int(found[1]), int(found[2])) > PROMISED:
        raise Failed("auditwheel finds more than was promised", text)


def own_tests(package: Package, project: Path, wheel: Path, workshop: Workshop) -> int:
    """How many of its own tests pass, in an environment of their own.

    Raises `Failed` where they are fewer than with its own build, or others fail.
    """
    suite, room = package.suite, workshop.room(package)
    python = room / "venv" / "bin" / "python"
    make = [sys.executable, "-m", "venv", "--without-pip", room / "venv"]
    said("the environment", make, workshop.environ)
    install = pip("--python", python, "install", "--quiet", wheel, *suite.requirements)
    said("the installation", install, workshop.environ)
    (site,) = (room / "venv" / "lib").glob("python3*/site-packages")
    place = copied(package, project, room / "tests")
    words = [python, *(word.replace(SITE, str(site)) for word in suite.words)]
    done = outcome(words, workshop.environ, cwd=place, seconds=suite.seconds)
    count = passed(done.stdout)
    if count < suite.passed or (done.returncode and not suite.failed):
        raise Failed(f"{count} of {suite.passed} tests pass", done.stdout[-8000:])
    return count


def copied(package: Package, project: Path, place: Path) -> Path:
    """The folder where the tests run, with what they need of the sdist and nothing else."""
    place.mkdir()
    for name in package.suite.copied:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        if (project / name).is_dir():
            shutil.copytree(project / name, place / name)
        else:
            shutil.copyfile(project / name, place / name)
    return place / package.suite.folder
