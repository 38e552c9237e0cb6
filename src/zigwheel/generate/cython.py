"""Cython: `.pyx` and `.py` sources of extensions become C or C++."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path

from zigwheel.config.globs import expand_braces
from zigwheel.config.model import Config, Extension, MacroValue
from zigwheel.errors import GenerateError, PlanError, raise_all
from zigwheel.generate.model import Bench, Generator, inputs_of
from zigwheel.generate.run import said_by
from zigwheel.generate.store import files_in, keep_places_out, with_made
from zigwheel.generate.tools import versions
from zigwheel.plan.pyx import SUFFIXES, comments, cython_sources, honoured, reading
from zigwheel.plan.tree import Tree
from zigwheel.target.model import Target

ENDINGS = {"c": ".c", "c++": ".cpp"}


def requires(tree: Tree, config: Config) -> Sequence[str]:
    """Cython, where a source is one for it, or may become one when commands have run."""
    for extension in config.modules:
        choices = [c for pattern in extension.sources for c in expand_braces(pattern)]
        if is_shared(config, extension) or any(c.endswith(SUFFIXES) for c in choices):
            return config.cython.requires
        if cython_sources(tree, extension, ""):
            return config.cython.requires
    return ()


def laid(tree: Tree, config: Config, target: Target | None, bench: Bench) -> tuple[Tree, Config]:
    """Translate the sources of all extensions, which say in comments how they are to be compiled."""
    config, warnings = honoured(tree, config)
    for warning in warnings:
        bench.say(f"zigwheel: warning: {warning}")
    return with_made(tree, list(generators(tree, config, bench)), bench), config


def is_shared(config: Config, extension: Extension) -> bool:
    """Whether an extension is the one that holds Cython's utility code for the others."""
    return bool(config.cython.shared) and extension.name == config.cython.shared


def generators(tree: Tree, config: Config, bench: Bench) -> Iterator[Generator]:
    """One for each extension that has a source for Cython. Raises `PlanError`."""
    errors: list[PlanError] = []
    for index, extension in enumerate(config.extension):
        if not extension.enabled:
            continue
        place = f"tool.zigwheel.extension[{index}].sources"
        found = cython_sources(tree, extension, place)
        if is_shared(config, extension):
            yield shared_generator(tree, config, extension, place, bench)
        elif len(found) > 1:
            errors.append(
                PlanError(
                    f"`{place}` names {len(found)} sources for Cython: {', '.join(found)}",
                    hint="each makes a module of its own, so it needs an extension of its own",
                )
            )
        elif found:
            yield generator_of(tree, config, extension, found[0], place, bench)
    raise_all(errors)


def shared_generator(
    tree: Tree, config: Config, extension: Extension, place: str, bench: Bench
) -> Generator:
    """The generator of the extension that holds Cython's utility code. Raises `PlanError`."""
    (output, *rest) = extension.sources
    if rest or not output.endswith((".c", ".cpp")):
        raise PlanError(
            f"`{place}` of `tool.zigwheel.cython.shared` has to be one `.c` or `.cpp` file",
            hint=f'such as `sources = ["{extension.name.replace(".", "/")}.c"]`; Cython makes it',
        )
    words = ["--cplus"] if output.endswith(".cpp") else []
    words += directive_words({**config.cython.directives, **extension.cython_directives})
    words += ["--module-name", extension.name]
    return Generator(
        tool="cython",
        place=place,
        recipe=("shared", *words),
        inputs=(),
        outputs=(output,),
        run=partial(
            translate,
            [*words, f"--generate-shared={{folder}}/{output}"],
            tree.layers[-1:],
            output,
            place,
            bench,
        ),
        tools=versions(["Cython"]),
    )


def generator_of(
    tree: Tree, config: Config, extension: Extension, source: str, place: str, bench: Bench
) -> Generator:
    """The generator of one module."""
    said = comments(tree.file(source).read_text(encoding="utf-8", errors="replace"))
    language = extension.language or ("c++" if said.get("language") == "c++" else "c")
    output = posixpath.splitext(source)[0] + ENDINGS[language]
    folders = search_folders(extension.name, source, config.cython.include_path)
    read = reading(tree, source, folders, search=sys.path)
    words = ["--cplus"] if language == "c++" else []
    words += directive_words({**config.cython.directives, **extension.cython_directives})
    if config.cython.shared:
        words += [f"--shared={config.cython.shared}"]
    words += ["--module-name", extension.name]
    layers = [layer for layer in tree.layers if layer != home(tree, source)]
    searched = [w for f in folders for w in ("-I", f or ".")]
    beside = posixpath.dirname(source)  # where its own folder goes on in the other layer
    searched += [w for layer in layers for f in (beside, *folders) for w in ("-I", str(layer / f))]
    run = [*words, *searched, "-o", f"{{folder}}/{output}", source]
    return Generator(
        tool="cython",
        place=place,
        recipe=(source, *words, *folders),
        inputs=inputs_of({path: tree.file(path) for path in read.files}),
        outside=inputs_of(dict(read.outside)),
        outputs=(output,),
        sources={source: output},
        run=partial(translate, run, [home(tree, source), *layers], source, place, bench),
        tools=versions(["Cython"]),
    )


def home(tree: Tree, source: str) -> Path:
    """The folder in which Cython runs: the project, or that of the generated files.

    Paths in what it makes are relative to it, so that they are those of the project.
    """
    return tree.generated if tree.generated and source in tree.made else tree.root


def search_folders(name: str, source: str, named: Sequence[str]) -> list[str]:
    """Folders of the project in which modules are looked for: its root, that of the package, the named ones."""
    stem = posixpath.splitext(source)[0]
    package = name.rpartition(".")[0].replace(".", "/")
    folder = posixpath.dirname(stem)
    top = folder.removesuffix(package).rstrip("/") if folder.endswith(package) else ""
    return list(dict.fromkeys([top, *(f.rstrip("/") for f in named), ""]))


def directive_words(directives: Mapping[str, MacroValue]) -> list[str]:
    """Options for directives, in a fixed order."""
    return [w for name, value in sorted(directives.items()) for w in ("-X", f"{name}={value}")]


def translate(
    words: Sequence[str],
    layers: Sequence[Path],
    source: str,
    place: str,
    bench: Bench,
    folder: Path,
) -> None:
    """Run Cython in the first of `layers`. Raises `GenerateError` with its words."""
    import subprocess

    (folder / source).parent.mkdir(parents=True, exist_ok=True)
    filled = [word.replace("{folder}", str(folder)) for word in words]
    try:
        code, said = said_by([bench.python, "-m", "cython", *filled], layers[0], bench.environ)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GenerateError(f"`{place}`: Cython cannot be run: {error}") from error
    if code != 0 and said.endswith("No module named cython"):
        raise GenerateError(
            f"`{place}`: {source!r} needs Cython, which {bench.python!r} has not",
            hint="install what `tool.zigwheel.cython.requires` names, or build with isolation",
        )
    if code != 0:
        raise GenerateError(f"`{place}`: Cython refused {source!r}:\n{said}")
    for path, layer in product(files_in(folder), layers):
        keep_places_out(folder / path, layer)
    if said:
        bench.say(said)
