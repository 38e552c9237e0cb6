"""What generators make, in the cache: each result under its key, and all of a project's as one folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from zigwheel.errors import GenerateError, ZigwheelError, raise_all
from zigwheel.generate.model import Bench, Generator, digest_of
from zigwheel.plan.files import expand
from zigwheel.plan.tree import Tree
from zigwheel.storage import replaced_folder, told


def with_made(tree: Tree, generators: Sequence[Generator], bench: Bench) -> Tree:
    """`tree` with what `generators` make laid over it; what was made before is taken from the cache.

    Raises `GenerateError`, for each of them that fails, and `StorageError`.
    """
    if not generators:
        return tree
    made = dict(tree.made)
    errors: list[ZigwheelError] = []
    for generator, folder in zip(generators, all_made(generators, bench), strict=True):
        for path in files_in(folder):
            if path in made:
                errors.append(
                    GenerateError(
                        f"`{generator.place}` makes {path!r}, which something else makes, too",
                        hint="a file that two extensions need goes into a `library`, or into two files",
                    )
                )
            made[path] = folder / path
    raise_all(errors)
    sources = {k: v for g in generators for k, v in g.sources.items()}
    inputs = {i.path for g in generators for i in g.inputs if i.path not in tree.made}
    tools = {name: version for g in generators for name, version in g.tools.items()}
    outside = {i.path: i.sha256 for g in generators for i in g.outside}
    return replace(
        tree,
        generated=as_one(made, bench.cache),
        made=MappingProxyType(dict(sorted(made.items()))),
        sources=MappingProxyType({**tree.sources, **sources}),
        inputs=tree.inputs | inputs,
        outside=MappingProxyType({**tree.outside, **outside}),
        tools=MappingProxyType({**tree.tools, **tools}),
    )


def all_made(generators: Sequence[Generator], bench: Bench) -> list[Path]:
    """The folder of each generator's files, made side by side where they are not there yet."""
    from concurrent.futures import ThreadPoolExecutor

    errors: list[ZigwheelError] = []
    found = []
    with ThreadPoolExecutor(max(1, bench.jobs)) as pool:
        for future in [pool.submit(made_by, generator, bench) for generator in generators]:
            try:
                found.append(future.result())
            except ZigwheelError as error:
                errors.append(error)
    raise_all(errors)
    return found


def made_by(generator: Generator, bench: Bench) -> Path:
    """The folder of one generator's files."""
    folder = bench.cache / "generated" / "parts" / generator.key[:32]
    if folder.is_dir():
        return folder
    with told("generating sources", bench.cache), replaced_folder(folder) as fresh:
        generator.run(fresh)
        raise_all(missing(generator, fresh))
        for path in files_in(fresh):
            keep_places_out(fresh / path, fresh)
    return folder


def missing(generator: Generator, folder: Path) -> Iterator[GenerateError]:
    """The errors for outputs that are not there."""
    for pattern in generator.outputs:
        if not expand(Tree(root=folder), (pattern,), place=generator.place)[0]:
            made = ", ".join(map(repr, files_in(folder))) or "nothing"
            yield GenerateError(
                f"`{generator.place}` did not make {pattern!r}, but {made}",
                hint="outputs are paths in the project; a command writes them below `{overlay}`",
            )


def keep_places_out(file: Path, folder: Path) -> None:
    """Take the folder in which a text was made out of it: what it names lies in the project, so to say."""
    place = os.fsencode(f"{folder}{os.sep}")
    data = file.read_bytes()
    if place in data and b"\0" not in data:
        file.write_bytes(data.replace(place, b""))


def files_in(folder: Path) -> list[str]:
    """POSIX paths of all files below a folder, sorted."""
    found = []
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if name != "__pycache__"]
        found += [(Path(place) / name).relative_to(folder).as_posix() for name in names]
    return sorted(found)


def as_one(made: dict[str, Path], cache: Path) -> Path:
    """One folder with all generated files, under a name made of where each comes from."""
    text = digest_of([(path, str(file)) for path, file in sorted(made.items())])
    folder = cache / "generated" / "trees" / text[:32]
    if not folder.is_dir():
        with told("laying generated sources together", cache), replaced_folder(folder) as fresh:
            for path, file in made.items():
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                linked_or_copied(file, fresh / path)
    return folder


def linked_or_copied(file: Path, place: Path) -> None:
    """The same file in another place; a copy where the disk has no links."""
    import shutil

    try:
        os.link(file, place)
    except OSError:
        shutil.copyfile(file, place)
