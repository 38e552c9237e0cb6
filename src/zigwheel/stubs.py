"""`extension.stubs`: type stubs, which nanobind's generator writes of a module that it imports.

A stub is the same for every target. So it is made from modules that the build's own Python can import:
those that were just built, or for another target those of a build for this machine beside it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from zigwheel.artifacts import Built, compiled
from zigwheel.errors import GenerateError, ZigwheelError, raise_all
from zigwheel.generate.packages import package_folder
from zigwheel.plan.tree import Tree
from zigwheel.setup import Setup, for_target, native_target
from zigwheel.wheel.entries import Entry

LIMIT = 300
"""Seconds after which a module is taken for hung while it is imported."""

MARKER = "py.typed"
"""File by which a package says that it has types (PEP 561)."""


def for_wheel(setup: Setup, name: str, built: Built, there: set[str]) -> list[Entry]:
    """What the files of a wheel, which are `there`, lack of stubs and of the markers that go with them.

    `name` is the distribution's. A stub that is there already is the project's own, and is kept.
    Raises `GenerateError`, and whatever a build raises.
    """
    made = {a.name for a in built.plan.artifacts}
    wanted = {module: place for module, place in all_wanted(setup).items() if module in made}
    folders = {module: module.rpartition(".")[0].replace(".", "/") for module in wanted}
    tops = {PurePosixPath(folder).parts[0] for folder in folders.values() if folder}
    markers = sorted({f"{top}/{MARKER}" for top in tops} - there)
    found = [Entry(path=path, data=b"") for path in markers]
    return [*found, *lacking(setup, name, built, wanted, folders, there)]


def for_sdist(setup: Setup, name: str, there: set[str]) -> list[Entry]:
    """The stubs that an sdist, whose files are `there`, is to carry, where they would lie in the project."""
    wanted, tree = all_wanted(setup), Tree(root=setup.root)
    packages = {module: module.rpartition(".")[0] for module in wanted}
    folders = {m: package_folder(tree, setup.config, package) for m, package in packages.items()}
    wanted = {m: place for m, place in wanted.items() if folders[m] or not packages[m]}
    return lacking(setup, name, None, wanted, folders, there)


def all_wanted(setup: Setup) -> dict[str, str]:
    """The modules that are to have stubs, each with the TOML path that says so."""
    return {
        extension.name: f"tool.zigwheel.extension[{index}].stubs"
        for index, extension in enumerate(setup.config.extension)
        if extension.stubs and extension.enabled
    }


def lacking(
    setup: Setup,
    name: str,
    built: Built | None,
    wanted: Mapping[str, str],
    folders: Mapping[str, str],
    there: set[str],
) -> list[Entry]:
    """The stubs of those modules that have none in their folder among the files that are `there`."""
    missing = {
        module: place
        for module, place in wanted.items()
        if there.isdisjoint(str(PurePosixPath(folders[module], f)) for f in files_for(module))
    }
    if not missing:
        return []
    with importable(setup, name, built) as files:
        stubs = stubs_of(missing, files, python=setup.host.executable, environ=setup.environ)
    return [
        Entry(path=str(PurePosixPath(folders[module], path)), data=data)
        for module, found in stubs.items()
        for path, data in found.items()
    ]


def files_for(module: str) -> tuple[str, str]:
    """Where the stub of a module can be, in the folder of its package; the second if it has submodules."""
    name = module.rpartition(".")[2]
    return f"{name}.pyi", f"{name}/__init__.pyi"


@contextmanager
def importable(setup: Setup, name: str, built: Built | None) -> Iterator[Mapping[str, Path]]:
    """The extension modules by their path in a wheel, as this Python can import them."""
    native = native_target(setup)
    if built is not None and native == setup.target:
        yield built.packaged
        return
    here = for_target(setup, native)
    here = replace(here, config=replace(here.config, python_headers=""))
    with compiled(here, name) as others:
        yield others.packaged if others else {}


def stubs_of(
    wanted: Mapping[str, str], files: Mapping[str, Path], *, python: str, environ: Mapping[str, str]
) -> dict[str, dict[str, bytes]]:
    """The stubs of each module, by their paths in the folder of its package.

    `files` are importable, but for the packages' own code, which need not run here.
    """
    import shutil
    import tempfile

    errors: list[ZigwheelError] = []
    found = {}
    with tempfile.TemporaryDirectory(prefix="zigwheel-", ignore_cleanup_errors=True) as folder:
        modules = Path(folder, "modules")
        for path, file in files.items():
            copy = modules / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            for package in [p for p in copy.parents if p.is_relative_to(modules)][:-1]:
                # without it a package of the same name that is installed would be taken
                (package / "__init__.py").touch()
        for number, (module, place) in enumerate(wanted.items()):
            out = Path(folder, str(number))
            try:
                generate(module, place, modules, out, python=python, environ=environ)
            except ZigwheelError as error:
                errors.append(error)
            found[module] = {
                stub.relative_to(out).as_posix(): stub.read_bytes().replace(b"\r\n", b"\n")
                for stub in sorted(out.rglob("*.pyi"))
            }
    raise_all(errors)
    return found


def generate(
    module: str, place: str, modules: Path, out: Path, *, python: str, environ: Mapping[str, str]
) -> None:
    """Run nanobind's generator for one module. Raises `GenerateError` with its words."""
    import subprocess

    from zigwheel.generate.run import said_by

    out.mkdir()
    # no site: what is installed editable would come first there
    words = [python, "-S", "-m", "nanobind.stubgen", "-q", "-r"]
    words += ["-i", str(modules), "-m", module, "-O", str(out)]
    path = os.pathsep.join([str(modules), *filter(None, sys.path)])
    try:
        code, said = said_by(words, out, {**environ, "PYTHONPATH": path}, limit=LIMIT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GenerateError(f"`{place}`: no stub of {module!r} can be made: {error}") from error
    if code != 0 or not any((out / name).is_file() for name in files_for(module)):
        raise GenerateError(
            f"`{place}`: no stub of {module!r} was made:\n{said}",
            hint="the module is imported without the rest of its package; where that cannot be, write "
            f"the stub yourself: {files_for(module)[0]} beside the package's own modules",
        )
