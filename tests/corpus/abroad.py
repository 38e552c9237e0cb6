"""A package on other machines: built here, imported and tested by real interpreters of theirs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.corpus.counted import passed
from tests.corpus.native import SITE, built, copied, module, names_in
from tests.corpus.outcome import Abroad
from tests.corpus.record import Package
from tests.corpus.rig import Failed, Workshop, in_time, said
from tests.examples.rig import in_place
from tests.foreign.packages import loading_cxx
from tests.foreign.python import ForeignPython, Unavailable
from tests.foreign.registry import python_named

PLACES = ("cp313-manylinux_aarch64", "cp313-win_amd64")
"""The interpreters."""

UV_PLATFORMS = {"manylinux_aarch64": "aarch64-manylinux_2_28", "win_amd64": "windows"}
"""What uv calls their platforms."""

IMPORT = """\
import importlib, sys
for name in sys.argv[2:]:
    file = importlib.import_module(name).__file__
    assert file.startswith(sys.argv[1]) and file.endswith(('.so', '.pyd')), (name, file)
"""
"""Imports modules, each of which has to be a compiled one of a folder."""


def went(package: Package, project: Path, workshop: Workshop, place: str) -> Abroad:
    """How far a package comes with one of the interpreters."""
    if reason := package.nowhere.get(place.partition("-")[2], ""):
        return Abroad(trouble=reason)
    wheel, modules, count, index = "", 0, None, None
    try:
        python = python_named(place)
        made = crossed(package, project, workshop, python)
        wheel = made.name
        room = workshop.room(package) / place
        site = installed(package, [str(made)], python, workshop, room / "site")
        modules = imported(package, made, python, site)
        if not package.suite.abroad:
            done = tested(package, project, python, site, room / "tests")
            count = passed(done.stdout + done.stderr)
            (room / "tests.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
            if done.returncode:
                index = with_the_index(package, project, workshop, python, room / "index")
    except (Unavailable, Failed) as error:
        if isinstance(error, Failed):
            print(f"{package.name} for {place}: {error}\n{error.text}", file=sys.stderr)
        return Abroad(wheel=wheel, modules=modules, passed=count, index=index, trouble=str(error))
    return Abroad(wheel=wheel, modules=modules, passed=count, index=index)


def crossed(package: Package, project: Path, workshop: Workshop, python: ForeignPython) -> Path:
    """The wheel for a foreign interpreter, audited. Raises `Failed`."""
    headers = python_named("cp313-manylinux_x86_64").include
    settings = (f"python-headers={headers}", f"python={python.tag}", f"target={python.target}")
    wheel = built(package, project, workshop, *settings, place=python.name)
    audit = [sys.executable, "-m", "zigwheel", "audit", wheel]
    said("the audit", audit, in_place(workshop.environ))
    return wheel


def installed(
    package: Package,
    wanted: Sequence[str],
    python: ForeignPython,
    workshop: Workshop,
    site: Path,
) -> Path:
    """A folder with what the tests need, as wheels for the interpreter; uv unpacks them."""
    version = f"{python.tag[2]}.{python.tag[3:]}"
    words: list[str | Path] = [sys.executable, "-m", "uv", "pip", "install", "--quiet"]
    words += ["--target", site, "--python-version", version, "--only-binary", package.name]
    words += ["--python-platform", UV_PLATFORMS[python.target], *wanted]
    requirements = [] if package.suite.abroad else package.suite.requirements
    said("the installation", [*words, *requirements], workshop.environ)
    return site


def module_names(wheel: Path) -> list[str]:
    """Dotted names of the extension modules in a wheel."""
    return sorted(module(name) for name in names_in(wheel) if name.endswith((".so", ".pyd")))


def imported(package: Package, wheel: Path, python: ForeignPython, site: Path) -> int:
    """How many modules the interpreter imports: all that its own build makes. Raises `Failed`."""
    names = module_names(wheel)
    theirs = sorted(map(module, package.extensions))
    if names != theirs:
        raise Failed(f"the modules are {names}, those of its own build {theirs}")
    words = ["-c", IMPORT, site, *names]
    environ = loading_cxx(python)
    done = in_time(
        lambda: python.run(words, pythonpath=[site], cwd=site, environ=environ, timeout=300)
    )
    if done.returncode:
        raise Failed("the import fails", f"{done.stdout}{done.stderr}")
    return len(names)


def tested(
    package: Package, project: Path, python: ForeignPython, site: Path, place: Path
) -> subprocess.CompletedProcess[str]:
    """The package's own tests, run by the interpreter. Raises `Failed` if they do not end."""
    folder = copied(package, project, place)
    words = [word.replace(SITE, python.path(site)) for word in package.suite.words]
    environ = loading_cxx(python)
    return in_time(
        lambda: python.run(words, pythonpath=[site], cwd=folder, environ=environ, timeout=900)
    )


def with_the_index(
    package: Package, project: Path, workshop: Workshop, python: ForeignPython, room: Path
) -> int | None:
    """How many tests pass there with the wheel that the index has; None if it has none."""
    release = f"{package.name}=={package.version}"
    try:
        site = installed(package, [release], python, workshop, room / "site")
        done = tested(package, project, python, site, room / "tests")
    except Failed:
        return None
    return passed(done.stdout + done.stderr)
