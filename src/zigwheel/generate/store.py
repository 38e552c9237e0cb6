"""What generators make, in the cache: each result under its key, and all of a project's as one folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from zigwheel.errors import GenerateError, ZigwheelError, raise_all
from zigwheel.generate.carried import carried, copy_carried
from zigwheel.generate.model import Bench, Generator, digest_of
from zigwheel.plan.files import expand
from zigwheel.plan.tree import Tree
from zigwheel.storage import put_file, replaced_folder, told


def with_made(tree: Tree, generators: Sequence[Generator], bench: Bench) -> Tree:
    """`tree` with what `generators` make laid over it; what was made before is taken from the cache.

    Raises `GenerateError`, for each of them that fails, and `StorageError`.
    """
    if not generators:
        return tree
    made = dict(tree.made)
    parts = dict(tree.parts)
    errors: list[ZigwheelError] = []
    for generator, folder in zip(generators, all_made(generators, tree.root, bench), strict=True):
        paths = tuple(files_in(folder))
        if generator.for_all_targets:
            parts[generator.request] = paths
        for path in paths:
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
        parts=MappingProxyType(parts),
        inputs=tree.inputs | inputs,
        outside=MappingProxyType({**tree.outside, **outside}),
        tools=MappingProxyType({**tree.tools, **tools}),
    )


def all_made(generators: Sequence[Generator], root: Path, bench: Bench) -> list[Path]:
    """The folder of each generator's files, made side by side where they are not there yet."""
    from concurrent.futures import ThreadPoolExecutor

    errors: list[ZigwheelError] = []
    found = []
    with ThreadPoolExecutor(max(1, bench.jobs)) as pool:
        for future in [pool.submit(made_by, generator, root, bench) for generator in generators]:
            try:
                found.append(future.result())
            except ZigwheelError as error:
                errors.append(error)
    raise_all(errors)
    return found


def made_by(generator: Generator, root: Path, bench: Bench) -> Path:
    """The folder of one generator's files: carried by the project, or in the cache, or made now."""
    files = carried(root, generator.request) if generator.for_all_targets else None
    key = generator.key if files is None else digest_of([generator.request, sorted(files.items())])
    folder = bench.cache / "generated" / "parts" / key[:32]
    noted = bench.cache / "generated" / "requests" / generator.request[:32]
    if folder.is_dir():
        note(noted, folder)
        return folder
    if files is None and "" in generator.tools.values() and (last := made_last(noted)):
        return last
    if files is None and bench.carried_only:
        raise GenerateError(f"`{generator.place}` needs something that is not carried")
    with told("generating sources", bench.cache), replaced_folder(folder) as fresh:
        if files is None:
            generator.run(fresh)
        else:
            copy_carried(root, files, fresh)
        raise_all(missing(generator, fresh))
        for path in files_in(fresh):
            keep_places_out(fresh / path, fresh)
    note(noted, folder)
    return folder


def note(noted: Path, folder: Path) -> None:
    """Note what answers a request; where that cannot be written, it is only asked for again."""
    with suppress(OSError):
        put_file(noted, folder.name.encode())


def made_last(noted: Path) -> Path | None:
    """What answered a request last, where its tool is gone: an editable install is rebuilt without it."""
    try:
        folder = noted.parent.parent / "parts" / noted.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    return folder if folder.is_dir() else None


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
    """Take a folder of this machine out of a text: what it names there lies in the project, so to say."""
    data = file.read_bytes()
    if b"\0" in data:
        return
    place = f"{folder}{os.sep}"
    for spelled in (place, place.replace("\\", "\\\\"), place.replace("\\", "/")):
        data = data.replace(os.fsencode(spelled), b"")
    if data != file.read_bytes():
        file.write_bytes(data)


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
