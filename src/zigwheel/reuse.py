"""A wheel whose inputs have not changed is taken from the cache.

After a build, what it read is noted: digests of files, names in folders, state of Python's headers.
The next build with the same `pyproject.toml`, settings, environment and interpreter checks the note,
which takes milliseconds, and copies the wheel; a single difference, and everything is done anew.
What cannot be noted (a version from git, a plug-in, an override that looks at the environment) is
never reused. Loaded before anything else, so it imports nothing that is slow.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zigwheel.artifacts import Built
    from zigwheel.setup import Setup
    from zigwheel.target.model import Host
    from zigwheel.wheel.entries import Entry

HEEDED = re.compile(
    r"ZIGWHEEL_\w+|C(?:XX)?FLAGS|SOURCE_DATE_EPOCH|ARCHFLAGS|_PYTHON_HOST_PLATFORM"
    r"|MACOSX_DEPLOYMENT_TARGET|SDKROOT"
)
"""Variables that a build looks at."""

KEPT = 64
"""Wheels that stay in the cache; the oldest go first."""

MOST_FOLDERS = 5000
"""A tree with more folders is built anew rather than looked through."""

NOTE = "note.json"
FALSE = frozenset({"false", "0", "no", "off"})
TRANSIENT = frozenset(
    "__pycache__ dist build .git .hg .venv venv .tox .nox .mypy_cache .ruff_cache .pytest_cache "
    ".hypothesis .idea .vscode node_modules .zig-cache zig-out compile_commands.json".split()
)
"""Names that come and go beside the sources of a project, and that no wheel is made from."""


def wanted(settings: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """Whether `reuse`, as `-C` or the environment sets it, allows it; `pyproject.toml` cannot set it."""
    said = settings.get("reuse", environ.get("ZIGWHEEL_REUSE", ""))
    return str(said).lower() not in FALSE


def place(
    root: Path, settings: Mapping[str, Any], environ: Mapping[str, str], host: Host
) -> Path | None:
    """Folder of the cache for a wheel made from this `pyproject.toml` under these circumstances."""
    from dataclasses import replace

    from zigwheel.errors import StorageError
    from zigwheel.target.host import cache_root, installed_pack

    named = settings.get("cache-dir") or environ.get("ZIGWHEEL_CACHE_DIR")
    try:
        pyproject = (root / "pyproject.toml").read_bytes()
        cache = root / str(named) if named else cache_root(environ, host.os)
        pack = installed_pack()
        headers = file_state(pack / "manifest.json") if pack else []
    except (OSError, StorageError):
        return None
    heeded = {name: value for name, value in environ.items() if HEEDED.fullmatch(name)}
    machine = repr(replace(host, executable=""))
    text = json.dumps(
        [dict(settings), heeded, machine, headers, own_code()], sort_keys=True, default=str
    )
    return cache / "wheels" / hashlib.sha256(pyproject + text.encode()).hexdigest()[:32]


def reused(folder: Path, root: Path, out: Path) -> str:
    """Put the wheel that `folder` keeps into `out`; its name, or nothing if an input has changed."""
    try:
        note = json.loads((folder / NOTE).read_bytes())
        wheel = (folder / note["name"]).read_bytes()
        current = (
            hashlib.sha256(wheel).hexdigest() == note["sha256"]
            and all(names(root / path) == said for path, said in note["folders"].items())
            and all(file_state(root / path) == said for path, said in note["files"].items())
            and all(state(Path(path)) == said for path, said in note["headers"].items())
            and all(version(name) == said for name, said in note["tools"].items())
            and all(borrowed(text) == said for text, said in note["packages"].items())
            and all(outside(name) == said for name, said in note["outside"].items())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    if not current:
        return ""
    from zigwheel.wheel.writer import written_aside

    with written_aside(out, note["name"]) as fresh:
        fresh.write_bytes(wheel)
    return str(note["name"])


def remember(
    folder: Path,
    setup: Setup,
    wheel: Path,
    entries: Iterable[Entry],
    built: Built | None,
    *,
    since: float,
) -> None:
    """Keep `wheel` and note what it was made from; where that cannot be noted or kept, do nothing.

    `since` is when the build began, in seconds since 1970: a file that has changed after that may
    not be the one that was read.
    """
    from zigwheel.storage import replaced_folder

    tree = built.tree if built else None
    unsure = built and (built.foreign or built.left_out)
    if not noteworthy(setup) or unsure or (setup.config.generate and not tree):
        return
    try:
        folders = sorted(set(folders_of(setup)))
        files = files_of(setup, entries, built)
        newest = max((setup.root / path).stat().st_mtime for path in files)
        if len(folders) > MOST_FOLDERS or newest >= since:
            return
        note = {
            "name": wheel.name,
            "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
            "files": {path: file_state(setup.root / path) for path in files},
            "folders": {path: names(setup.root / path) for path in folders},
            "tools": dict(tree.tools) if tree else {},
            "outside": dict(tree.outside) if tree else {},
            "packages": {p.requirement: p.source for p in built.packages.values()} if built else {},
            "headers": {str(path): state(path) for path in built.header_sources} if built else {},
        }
        forget(folder)
        with replaced_folder(folder) as fresh:
            (fresh / wheel.name).write_bytes(wheel.read_bytes())
            (fresh / NOTE).write_text(json.dumps(note), encoding="utf-8")
        for old in sorted(folder.parent.iterdir(), key=lambda f: f.stat().st_mtime)[:-KEPT]:
            forget(old)
    except OSError:
        return  # the wheel is built; without a note the next one is, too


def noteworthy(setup: Setup) -> bool:
    """Whether all that decides the wheel can be noted."""
    from zigwheel.plan.needed import cffi_scripts

    table = setup.project.table
    dynamic = set(table.get("project", {}).get("dynamic", ()))
    by_env = any(
        "env" in json.dumps(o.get("if", {})) for o in setup.project.tool.get("overrides", ())
    )
    return setup.config.reuse and not (
        by_env
        or cffi_scripts(setup.config)  # which may read anything
        or (setup.root / "build.zig").exists()  # which may read anything
        or dynamic - {"version"}
        or (dynamic and not setup.config.version.path)
        or "dynamic-metadata" in table.get("tool", {})
    )


def files_of(setup: Setup, entries: Iterable[Entry], built: Built | None) -> list[str]:
    """Files of the project that the wheel came from, relative to its root."""
    found = {"pyproject.toml", setup.config.version.path}
    readme = setup.project.table.get("project", {}).get("readme")
    found.add(readme.get("file", "") if isinstance(readme, dict) else readme or "")
    found |= {item.path for item in built.plan.inputs} if built else set()
    for entry in entries:
        if entry.source is not None and entry.source.is_relative_to(setup.root):
            found.add(entry.source.relative_to(setup.root).as_posix())
    return sorted(found - {""})


def folders_of(setup: Setup) -> Iterator[str]:
    """Folders in which a new file could matter: the root, packages, include folders, those of globs."""
    config = setup.config
    yield "."
    patterns: list[str] = []
    below = ["src", *config.wheel.data.values(), *config.wheel.headers.values()]
    below += [*(config.wheel.packages or {}).values()]
    below += [package.path for package in config.dependencies.values() if package.path]
    names = [setup.project.table["project"]["name"], *(e.name for e in config.extension)]
    below += [re.sub(r"[-.]+", "_", name) for name in names]
    below += [name.split(".")[0] for name in names]
    patterns += [pattern for entry in config.generate for pattern in entry.inputs]
    below += config.cython.include_path
    for component in (*config.extension, *config.library, *config.executable):
        patterns += [*component.sources, *component.exclude_sources]
        below += component.include_dirs
    for pattern in patterns:
        start = re.split(r"[*?\[{]", pattern)[0]
        base = start.rpartition("/")[0]
        if base or "/" in pattern[len(start) :]:
            below.append(base or ".")
    for path in below:
        if not os.path.isabs(path):
            yield from tree(setup.root, os.path.normpath(path))


def tree(root: Path, path: str) -> Iterator[str]:
    """A folder of the project and all below it."""
    for count, (folder, inner, _) in enumerate(os.walk(root / path)):
        inner[:] = [name for name in inner if name not in TRANSIENT]
        yield os.path.relpath(folder, root)
        if count > MOST_FOLDERS:
            return


def names(folder: Path) -> str:
    """Digest of the names in a folder, without what tools leave behind."""
    if not folder.is_dir():
        return ""
    found = sorted(name for name in os.listdir(folder) if name not in TRANSIENT)
    return hashlib.sha256("\0".join(found).encode("utf-8", "surrogateescape")).hexdigest()


def file_state(file: Path) -> list[str | bool]:
    """Digest of a file's content, and whether it can be executed."""
    return [hashlib.sha256(file.read_bytes()).hexdigest(), bool(file.stat().st_mode & 0o100)]


def state(folder: Path) -> str:
    """Digest of names, sizes and times of the headers below a folder outside the project."""
    digest = hashlib.sha256()
    for path, inner, found in os.walk(folder):
        inner[:] = sorted(name for name in inner if name != "__pycache__")
        for name in sorted(found):
            status = os.stat(os.path.join(path, name))
            digest.update(f"{path}\0{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def version(name: str) -> str:
    """The version of a distribution that took part; loaded only where one did."""
    from zigwheel.generate.tools import version

    return version(name)


def borrowed(requirement: str) -> str:
    """Digest of the headers that a distribution brings; loaded only where one does."""
    from zigwheel.borrowed.keep import state

    return state(requirement, python=sys.executable, environ=os.environ)


def outside(path: str) -> str:
    """Digest of a file that the build's Python finds in a folder of `sys.path`; empty if none does."""
    for folder in sys.path:
        file = Path(folder, path)
        if file.is_file():
            return hashlib.sha256(file.read_bytes()).hexdigest()
    return ""


def own_code() -> str:
    """Digest of zigwheel itself, installed or in a checkout: another zigwheel may make another wheel."""
    return code_of(Path(__file__).parent)


def code_of(package: Path) -> str:
    """Digest of a zigwheel by its folder. Recipes have it: what it is computed from stays as it is."""
    from zigwheel.templates import folder

    templates = folder(package)
    files = {
        file.relative_to(package).as_posix(): file
        for kind in ("*.py", "*.json")
        for file in package.rglob(kind)
        if not file.is_relative_to(templates)
    }
    for kind in ("*.zig", "*.c"):
        for file in templates.rglob(kind):
            files[f"templates/{file.relative_to(templates).as_posix()}"] = file
    digest = hashlib.sha256()
    for name, file in sorted(files.items()):
        data = file.read_bytes()
        digest.update(f"{name} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def forget(folder: Path) -> None:
    """Remove one kept wheel."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
