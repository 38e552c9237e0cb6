"""Editable wheels (PEP 660): the project's folders are imported in place.

The wheel holds the built files under their usual paths, and a start-up file `_editable_NAME.pth` that
puts plain source folders on `sys.path`, where type checkers and editors see them too, and imports the
hook `_editable_NAME` for everything that a plain path cannot say. The hook is a package, not a module,
because uv leaves the byte code of top-level modules behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from zigwheel.wheel.discover import is_code, listing
from zigwheel.wheel.entries import Entry
from zigwheel.wheel.files import on_disk, utf_8
from zigwheel.wheel.paths import parents
from zigwheel.wheel.patterns import enter


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildSpec:
    """How an editable install rebuilds its extension modules on import."""

    command: tuple[str, ...]
    """Program and arguments. `{python}` stands for the interpreter that imports, `{destination}` for an
    empty folder: the command writes the built files there, under their paths in the wheel, and may
    leave out those that have not changed. They are then put in place by the hook."""
    folder: Path
    """Where the command runs."""
    stamp: Path
    """Start of the path of files that note what was built last and keep processes apart. It lies outside
    of site-packages, in a folder that may be removed at any time."""
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Variables that the command gets beside those of the importing process."""
    others: tuple[str, ...] = ()
    """Paths in the wheel of files that the command writes beside the extension modules."""
    watched: tuple[str, ...] = ()
    """Files and folders, absolute or relative to `folder`. While times and sizes of the files, and the
    names in the folders, stay the same, the command is not run. Empty: it runs in each process that
    imports the package."""


def editable_entries(
    root: Path,
    packages: Mapping[str, str],
    extensions: Mapping[str, str],
    *,
    dist_name: str,
    rebuild: RebuildSpec | None,
    generated: Iterable[str] = (),
) -> list[Entry]:
    """The start-up file and the hook of an editable wheel; what is built comes from `fixed_entries`.

    `packages` is what `find_packages` gives, `extensions` maps the dotted names of extension modules
    to their paths in the wheel, `generated` are paths of other files that the wheel holds. Pure but for a look at which modules lie in the source folders.
    """
    root = Path(os.path.abspath(root))
    plain = plain_folders(root, packages)
    others_of_packages = {p.removesuffix(".py").replace("/", "."): p for p in generated}
    modules = claimed(root, packages, {**extensions, **others_of_packages}, plain)
    folders = [utf_8(str(on_disk(root, folder))) for folder in sorted(plain)]
    # site reads .pth files in the locale's encoding and takes lines as they are
    lines = [
        path for path in folders if path.isascii() and path.isprintable() and path == path.strip()
    ]
    others = [path for path in folders if path not in lines]
    name = f"_editable_{dist_name.replace('.', '_').replace('-', '_')}"
    entries = []
    if modules or extensions or others:
        text = hook(
            distribution=dist_name,
            packages=modules,
            extensions=dict(sorted(extensions.items())),
            rebuild=rebuild_literal(rebuild) if extensions else None,
            paths=others,
        )
        lines.insert(0, f"import {name}")
        entries.append(Entry(path=f"{name}/__init__.py", data=text.encode("utf-8")))
    start = "".join(f"{line}\n" for line in lines)
    entries.append(Entry(path=f"{name}.pth", data=start.encode("ascii")))
    return sorted(entries, key=lambda entry: entry.path)


def plain_folders(root: Path, packages: Mapping[str, str]) -> set[str]:
    """Folders of the project that can be on `sys.path`: they hold no Python code that does not ship.

    The project's root is none, unless its whole content is told to ship: it also holds tests and
    tools. Paths are relative to `root`.
    """
    tops: dict[str, set[str]] = {}
    for package, place in packages.items():
        if package and f"/{place}".endswith(f"/{package}"):
            base = f"/{place}".removesuffix(f"/{package}").lstrip("/")
            tops.setdefault(base, set()).add(package.partition("/")[0])
    plain = {base for base, names in tops.items() if base and not stray(on_disk(root, base), names)}
    return plain | {place for package, place in packages.items() if not package}


def stray(folder: Path, names: set[str]) -> list[str]:
    """Modules and packages in a folder that are not among `names`."""
    return [
        name
        for name in listing(folder)
        if name not in names
        and enter(name)
        and (
            name.endswith((".py", ".pyi"))
            or (on_disk(folder, name).is_dir() and is_code(on_disk(folder, name)))
        )
    ]


def claimed(
    root: Path, packages: Mapping[str, str], extensions: Mapping[str, str], plain: set[str]
) -> dict[str, str]:
    """Modules that the hook has to find itself → absolute path of the file or folder, sorted.

    These are the packages that no plain folder leads to, and those that hold extension modules. The
    path is empty for a namespace that no folder of the project stands for.
    """
    found: dict[str, str] = {}
    for package, place in packages.items():
        on_path = any(f"{base}/{package}" == place for base in plain)
        if package and not on_path and (name := module_name(package, on_disk(root, place))):
            found[name] = utf_8(str(on_disk(root, place)))
    for module in [*found, *extensions]:
        for package in parents(module.replace(".", "/")):
            found.setdefault(package.replace("/", "."), place_of(root, package, packages))
    return dict(sorted(found.items()))


def module_name(path: str, place: Path) -> str:
    """The module that a path in the wheel is imported as; empty for stubs and data."""
    name = path.removesuffix(".py") if place.is_file() else path
    is_module = place.is_dir() or path.endswith(".py")
    return (
        name.replace("/", ".") if is_module and all(map(str.isidentifier, name.split("/"))) else ""
    )


def place_of(root: Path, path: str, packages: Mapping[str, str]) -> str:
    """Absolute path in the project of the folder that is at `path` in the wheel; empty if unknown."""
    for folder in [*reversed(list(parents(f"{path}/"))), ""]:
        if folder in packages:
            return utf_8(
                str(on_disk(root, f"{packages[folder]}/{path[len(folder) :]}".rstrip("/")))
            )
    return ""


def rebuild_literal(rebuild: RebuildSpec | None) -> dict[str, object] | None:
    """Arguments of the hook's `Rebuild`."""
    if rebuild is None:
        return None
    return {
        "command": list(rebuild.command),
        "folder": utf_8(str(rebuild.folder)),
        "environment": dict(sorted(rebuild.environment.items())),
        "stamp": utf_8(str(rebuild.stamp)),
        "others": [utf_8(path) for path in rebuild.others],
        "watched": [utf_8(path) for path in rebuild.watched],
    }


def hook(**settings: object) -> str:
    """Source text of the hook: the finder as it is in zigwheel, and one call with the settings.

    Its literals are ASCII, and stand for UTF-8: neither the encoding of the build nor that of the
    importing process can spoil a path.
    """
    finder = Path(__file__).with_name("editable_finder.py").read_text(encoding="utf-8")
    return f"{finder}\n\n{''.join(call(settings))}"


def call(settings: Mapping[str, object]) -> Iterator[str]:
    """The lines of the call."""
    yield "install(\n"
    for name, value in settings.items():
        if isinstance(value, dict) and value:
            yield f"    {name}={{\n"
            yield from (f"        {key!a}: {item!a},\n" for key, item in value.items())
            yield "    },\n"
        else:
            yield f"    {name}={value!a},\n"
    yield ")\n"
