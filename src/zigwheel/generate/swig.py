"""SWIG: `.i` sources of extensions become C or C++, and the Python module that stands before it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from zigwheel.config.globs import expand_braces
from zigwheel.config.model import Config, Extension
from zigwheel.errors import GenerateError, raise_all
from zigwheel.generate.model import Bench, Generator, inputs_of
from zigwheel.generate.packages import package_folder
from zigwheel.generate.run import said_by
from zigwheel.generate.store import with_made
from zigwheel.generate.tools import versions
from zigwheel.plan.files import escapes
from zigwheel.plan.sources import SWIG, sources_ending
from zigwheel.plan.tree import Tree
from zigwheel.target.model import Target

NOT_THERE = 127

START = f"""
import subprocess, sys
sys.path = [folder for folder in sys.path if folder]  # the project is no place to import from
try:
    import swig
except ImportError:
    try:
        sys.exit(subprocess.call(["swig", *sys.argv[1:]]))
    except FileNotFoundError:
        sys.exit({NOT_THERE})
swig.swig()
"""
"""Runs the SWIG that is installed beside the build's Python, else the one on PATH."""


def requires(tree: Tree, config: Config) -> Sequence[str]:
    """SWIG, where a source is one for it and no program of that name is installed."""
    from shutil import which

    patterns = (p for extension in config.extension for p in extension.sources)
    wanted = any(c.endswith(SWIG) for pattern in patterns for c in expand_braces(pattern))
    return ("swig>=4.1",) if wanted and which("swig") is None else ()


def laid(tree: Tree, config: Config, target: Target | None, bench: Bench) -> tuple[Tree, Config]:
    """Translate the interfaces of all extensions."""
    errors: list[GenerateError] = []
    generators: list[Generator] = []
    for index, extension in enumerate(config.extension):
        if not extension.enabled:
            continue
        place = f"tool.zigwheel.extension[{index}].sources"
        for source in sources_ending(tree, extension, place, SWIG):
            try:
                generators.append(generator_of(tree, config, extension, source, place, bench))
            except GenerateError as error:
                errors.append(error)
    raise_all(errors)
    if generators:
        program = version(tree, generators[0].place, bench)
        tools = {**versions(["swig"]), "swig -version": program}
        generators = [replace(generator, tools=tools) for generator in generators]
    return with_made(tree, generators, bench), config


def generator_of(
    tree: Tree, config: Config, extension: Extension, source: str, place: str, bench: Bench
) -> Generator:
    """The generator of one interface, but for its `tools`."""
    package = extension.name.rpartition(".")[0]
    folder = package_folder(tree, config, package) if package else posixpath.dirname(source)
    cxx = extension.language == "c++" or "-c++" in extension.swig_opts
    output = f"{posixpath.splitext(source)[0]}_wrap.{'cpp' if cxx else 'c'}"
    words = ["-python", *(["-c++"] if cxx else [])]
    words += [word for word in extension.swig_opts if word not in words]
    words += [f"-I{f}" for f in extension.include_dirs if not posixpath.isabs(f)]
    read = [*read_by(tree, words, source, place, bench), source]
    run = [*words, "-o", f"{{folder}}/{output}", "-outdir", f"{{folder}}/{folder}", source]
    return Generator(
        tool="swig",
        place=place,
        recipe=(*words, source, output, folder),
        inputs=inputs_of({path: tree.file(path) for path in read}),
        outputs=(output, f"{folder}/*.py".lstrip("/")),
        sources={source: output},
        run=partial(
            translated,
            extension.name,
            run,
            tree.root,
            (posixpath.dirname(output), folder),
            place,
            bench,
        ),
    )


def read_by(
    tree: Tree, words: Sequence[str], source: str, place: str, bench: Bench
) -> Iterator[str]:
    """Files of the project that an interface includes; those of SWIG itself come with its version."""
    rule = run_swig([*words, "-MM", source], tree.root, place, bench)
    for path in rule.replace("\\\n", " ").partition(": ")[2].split():
        path = posixpath.normpath(path.replace("\\", "/"))
        if not escapes(path) and tree.file(path).is_file():
            yield path


def version(tree: Tree, place: str, bench: Bench) -> str:
    """SWIG's version: one on PATH has no distribution."""
    found = re.search(r"SWIG Version (\S+)", run_swig(["-version"], tree.root, place, bench))
    return found[1] if found else ""


def translated(
    name: str,
    words: Sequence[str],
    root: Path,
    folders: Sequence[str],
    place: str,
    bench: Bench,
    folder: Path,
) -> None:
    """Run SWIG. Raises `GenerateError` with its words."""
    for inner in folders:
        (folder / inner).mkdir(parents=True, exist_ok=True)
    filled = [word.replace("{folder}", str(folder)) for word in words]
    if said := run_swig(filled, root, place, bench):
        bench.say(said)
    module = name.rpartition(".")[2].removeprefix("_")
    made = sorted(file.stem for file in (folder / folders[1]).glob("*.py"))
    if name.rpartition(".")[2].startswith("_") and module not in made:
        raise GenerateError(
            f"`{place}`: SWIG made the module {', '.join(made)!r}, which would import another than `{name}`",
            hint=f"write `%module {module}`, or give the extension the module's name with `_` in front",
        )


def run_swig(words: Sequence[str], root: Path, place: str, bench: Bench) -> str:
    """What SWIG says: the build's own, else the one on PATH. Raises `GenerateError`."""
    import subprocess

    try:
        code, said = said_by([bench.python, "-c", START, *words], root, bench.environ)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GenerateError(f"`{place}`: SWIG cannot be run: {error}") from error
    if code == NOT_THERE:
        raise GenerateError(
            f"`{place}`: there is no SWIG",
            hint="install `swig`, which PyPI has, too, or build with isolation",
        )
    if code != 0:
        raise GenerateError(f"`{place}`: SWIG refused:\n{said}")
    return said
