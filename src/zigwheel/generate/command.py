"""`[[tool.zigwheel.generate]]`: commands of the project that make files."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from zigwheel.config.generators import Generate
from zigwheel.config.model import Config
from zigwheel.errors import GenerateError, raise_all
from zigwheel.generate.model import Bench, Generator, inputs_of
from zigwheel.generate.run import LIMIT, said_by
from zigwheel.generate.store import files_in, with_made
from zigwheel.generate.tools import versions
from zigwheel.plan.files import expand
from zigwheel.plan.needed import is_file
from zigwheel.plan.tree import Tree
from zigwheel.target.model import Target


def requires(tree: Tree, config: Config) -> Sequence[str]:
    """What the commands ask for."""
    return [text for entry in config.generate for text in entry.requires]


def laid(tree: Tree, config: Config, target: Target | None, bench: Bench) -> tuple[Tree, Config]:
    """Run the commands in their order; each sees what those before it have made."""
    for index, entry in enumerate(config.generate):
        if entry.cffi:
            continue
        generator = generator_of(tree, entry, f"tool.zigwheel.generate[{index}]", bench)
        tree = with_made(tree, [generator], bench)
    return tree, config


def generator_of(tree: Tree, entry: Generate, place: str, bench: Bench) -> Generator:
    """The generator of one entry. Raises `PlanError` for inputs that are not there."""
    files, errors = expand(tree, entry.inputs, place=f"{place}.inputs")
    raise_all(errors)
    read = {
        path: tree.file(path)
        for path in [*files, *(word for word in entry.command if is_file(tree, word))]
    }
    action = in_copy if entry.in_copy else in_project
    return Generator(
        tool="command",
        place=f"{place}.command",
        recipe=(*entry.command, f"in-copy={entry.in_copy}"),
        inputs=inputs_of(read),
        outputs=entry.outputs,
        run=partial(action, entry, tree.root, read, files, bench),
        tools=versions(entry.requires),
    )


def in_project(
    entry: Generate,
    root: Path,
    read: Mapping[str, Path],
    files: Sequence[str],
    bench: Bench,
    folder: Path,
) -> None:
    """Run a command in the project's folder; it writes into `folder`."""

    def spelled(path: str) -> str:
        return path if read[path].is_relative_to(root) else str(read[path])

    for output in entry.outputs:
        (folder / output).parent.mkdir(parents=True, exist_ok=True)
    run(filled(entry.command, bench.python, folder, map(spelled, files)), root, entry, bench)
    keep_outputs(entry, folder)


def in_copy(
    entry: Generate,
    root: Path,
    read: Mapping[str, Path],
    files: Sequence[str],
    bench: Bench,
    folder: Path,
) -> None:
    """Run a command in a copy of its inputs, and take what it made from there."""
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory(prefix="zigwheel-", ignore_cleanup_errors=True) as name:
        copy = Path(name)
        for path, file in read.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy / path)
        for output in entry.outputs:
            (copy / output).parent.mkdir(parents=True, exist_ok=True)
        run(filled(entry.command, bench.python, copy, files), copy, entry, bench)
        for pattern in entry.outputs:
            for path in expand(Tree(root=copy), (pattern,), place="")[0]:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(copy / path, folder / path)


def filled(command: Sequence[str], python: str, overlay: Path, inputs: Iterable[str]) -> list[str]:
    """The words of a command, with what stands for places of this machine filled in."""
    listed = list(inputs)
    words: list[str] = []
    for word in command:
        if word == "{inputs}":
            words += listed
        else:
            words.append(word.replace("{python}", python).replace("{overlay}", str(overlay)))
    return words


def run(words: Sequence[str], folder: Path, entry: Generate, bench: Bench) -> None:
    """Run a command. Raises `GenerateError` with its words where it fails."""
    import subprocess

    place = f"`tool.zigwheel.generate` {entry.name!r}"
    again = f"to repeat it:\ncd {shlex.quote(str(folder))} && {shlex.join(words)}"
    try:
        code, said = said_by(words, folder, bench.environ)
    except subprocess.TimeoutExpired:
        raise GenerateError(
            f"{place}: the command was not done after {LIMIT} seconds\n{again}"
        ) from None
    except OSError as error:
        raise GenerateError(
            f"{place}: {words[0]!r} cannot be run: {error.strerror}",
            hint="start Python programs with `{python}`; name what installs others in `requires`",
        ) from error
    if code != 0:
        what = said or "it said nothing"
        raise GenerateError(f"{place}: the command ended with code {code}:\n{what}\n{again}")
    if said:
        bench.say(said)


def keep_outputs(entry: Generate, folder: Path) -> None:
    """Take away what a command left beside its outputs."""
    kept = set(expand(Tree(root=folder), entry.outputs, place="")[0])
    for path in files_in(folder):
        if path not in kept:
            (folder / path).unlink()
