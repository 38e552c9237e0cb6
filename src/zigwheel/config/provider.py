"""Loads a plug-in of `[tool.dynamic-metadata]`, and takes it out of the process again.

Three ways lead to one: a name that an installed distribution registers in the entry-point group
`dynamic_metadata.provider`, a module below the project's root, and, as in the first releases of
the protocol, the dotted name of an installed module. Each may be a module, a class, or an object.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from zigwheel.config.words import quote
from zigwheel.errors import MetadataError

GROUP = "dynamic_metadata.provider"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One plug-in and its settings."""

    place: str
    """Where it is configured, for messages."""
    provider: str
    """Registered name, or `module` or `module:object`."""
    path: str = ""
    """Folder of the module, relative to the root; empty for an installed plug-in."""
    field: str = ""
    """The field, in the table form; empty in the array form."""
    settings: Mapping[str, Any]
    """The other keys of the table."""


@contextmanager
def loaded_provider(entry: Entry, root: Path) -> Iterator[Any]:
    """The object whose hooks are called, with `root` as the working directory (PEP 517).

    Modules from the project's own folder are importable inside the block and forgotten after it.

    Raises:
        MetadataError: there is no such plug-in, it cannot be imported (then the cause is the
            `ImportError`), or it has no `dynamic_metadata` hook.
    """
    with _working_directory(root):
        if not entry.path:
            yield _checked(entry, _installed(entry, root))
            return
        folder = _folder(entry, root)
        with _importable(folder, _top(entry.provider.partition(":")[0])):
            missing = "name a module of that folder, without `.py`"
            yield _checked(entry, _imported(entry, missing))


def _checked(entry: Entry, found: Any) -> Any:
    try:
        provider = found() if isinstance(found, type) else found
    except Exception as error:
        raise MetadataError(
            f"`{entry.place}`: {quote(entry.provider)} failed: {type(error).__name__}: {error}",
            hint="a plug-in that is a class is made without arguments",
        ) from error
    if not callable(getattr(provider, "dynamic_metadata", None)):
        raise MetadataError(
            f"`{entry.place}`: {quote(entry.provider)} has no function `dynamic_metadata`",
            hint="name a plug-in for dynamic-metadata",
        )
    return provider


@contextmanager
def _working_directory(root: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(root)
    try:
        yield
    finally:
        os.chdir(before)


def _folder(entry: Entry, root: Path) -> Path:
    """The folder of a local plug-in; here symbolic links count, for code is run from it."""
    folder = (root / entry.path).resolve()
    if not folder.is_relative_to(root.resolve()):
        raise MetadataError(
            f"`{entry.place}`: `provider-path` {quote(entry.path)} leads out of the project",
            hint="move the plug-in into the project, or install it and name it by its entry point",
        )
    if not folder.is_dir():
        raise MetadataError(
            f"`{entry.place}`: `provider-path` {quote(entry.path)} is no folder",
            hint="the path is relative to the folder of pyproject.toml",
        )
    return folder


class _FolderFinder:
    """Finds top-level modules in one folder first, and `wanted` nowhere else (PEP 517)."""

    def __init__(self, folder: Path, wanted: str) -> None:
        self.folder = folder
        self.wanted = wanted

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if "." in fullname or fullname in sys.stdlib_module_names:
            return None
        spec = PathFinder.find_spec(fullname, [str(self.folder)])
        if spec is None and fullname == self.wanted:
            raise ModuleNotFoundError(f"no module {fullname!r} in the folder", name=fullname)
        return spec


@contextmanager
def _importable(folder: Path, wanted: str) -> Iterator[None]:
    """Put `folder` first for imports; afterwards no module from it is left, nor its bytecode."""
    hidden = {name: module for name, module in sys.modules.items() if _top(name) == wanted}
    if wanted in sys.stdlib_module_names:
        hidden = {}
    for name in hidden:
        del sys.modules[name]
    before, wrote = set(sys.modules), sys.dont_write_bytecode
    finder = _FolderFinder(folder, wanted)
    importlib.invalidate_caches()
    sys.meta_path.insert(0, finder)
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = wrote
        sys.meta_path.remove(finder)
        own = {entry.name.partition(".")[0] for entry in folder.iterdir()} | {wanted}
        for name in set(sys.modules) - before:
            if _top(name) in own:
                del sys.modules[name]
        sys.modules.update(hidden)


def _top(name: str) -> str:
    return name.partition(".")[0]


def _imported(entry: Entry, missing: str) -> Any:
    """The module or object that `entry` names; `missing` is the hint if there is none."""
    module, _, name = entry.provider.partition(":")
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name not in _parents(module):
            raise _broken(entry, error) from error
        where = f" in {quote(entry.path)}" if entry.path else ""
        raise MetadataError(
            f"`{entry.place}`: there is no plug-in {quote(entry.provider)}{where}", hint=missing
        ) from None
    except Exception as error:
        raise _broken(entry, error) from error
    if name and not hasattr(found, name):
        raise MetadataError(f"`{entry.place}`: the module `{module}` has no `{name}`", hint=missing)
    return getattr(found, name) if name else found


def _broken(entry: Entry, error: Exception) -> MetadataError:
    reason = f"{type(error).__name__}: {error}"
    return MetadataError(
        f"`{entry.place}`: {quote(entry.provider)} cannot be imported: {reason}",
        hint="add what it needs to `build-system.requires`",
    )


def _parents(module: str) -> set[str]:
    parts = module.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts) + 1)}


def _installed(entry: Entry, root: Path) -> Any:
    """A plug-in by its registered name, else by the name of its module."""
    from importlib.metadata import entry_points

    registered = entry_points(group=GROUP)
    found = [point for point in registered if point.name == entry.provider]
    if len(found) > 1:
        owners = sorted(point.dist.name if point.dist else point.value for point in found)
        raise MetadataError(
            f"`{entry.place}`: {quote(entry.provider)} is registered by {' and '.join(owners)}",
            hint="uninstall one of them",
        )
    if found:
        try:
            return found[0].load()
        except Exception as error:
            raise _broken(entry, error) from error
    _refuse_own_package(entry, root)
    names = ", ".join(sorted({point.name for point in registered})) or "none"
    return _imported(
        entry,
        f"add the package that brings it to `build-system.requires`; registered names: {names}",
    )


def _refuse_own_package(entry: Entry, root: Path) -> None:
    """Stop before a module of the project itself is imported by way of `sys.path`."""
    top = _top(entry.provider.partition(":")[0])
    spec = PathFinder.find_spec(top)
    places = [spec.origin, *(spec.submodule_search_locations or ())] if spec else []
    own = {root.resolve(), root.resolve() / "src"}
    for place in places:
        if place and {Path(place).resolve().parent, Path(place).resolve().parent.parent} & own:
            raise MetadataError(
                f"`{entry.place}`: {quote(entry.provider)} is a module of the project itself",
                hint='say so: `provider = { path = "folder", module = "module" }`',
            )
