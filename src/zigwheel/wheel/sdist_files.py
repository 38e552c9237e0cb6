"""Which files of a project are candidates for its sdist."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from zigwheel.wheel.files import Found, file_problem, inside, on_disk, relative, walk
from zigwheel.wheel.git import LINK, SUBMODULE, Tracked
from zigwheel.wheel.patterns import BACKUPS, PRODUCTS, TRANSIENT, Spec, enter

NEVER = (
    *TRANSIENT,
    "/compile_commands.json",
    "/*.egg-info/",
    "/src/*.egg-info/",
    "/dist/*.whl",
    "/dist/*.tar.gz",
)
"""What tools make in a project, tracked or not."""

UNTRACKED = (*BACKUPS, *PRODUCTS, "/build/", "/dist/", "*.egg-info/", "*.egg", "*.whl")
"""What is taken for a build's output where neither git nor an sdist says what belongs to the project."""


def tracked_files(root: Path, index: Tracked) -> Iterator[Found]:
    """The tracked files that are on disk, with tracked links to files and folders followed."""
    top = os.path.realpath(root)
    paths = sorted(index.modes)
    for path in paths:
        yield from tracked_file(root, top, path, index.modes, ())


def tracked_file(
    root: Path, top: str, path: str, modes: Mapping[str, int], chain: tuple[str, ...]
) -> Iterator[Found]:
    """One tracked path; a link to a folder becomes the tracked files of that folder."""
    full = on_disk(root, path)
    if not os.path.lexists(full) or modes.get(path) == SUBMODULE:
        return
    if modes.get(path) == LINK and not full.is_symlink():
        problem = (
            "is a symbolic link in git, but a plain file on this disk (`core.symlinks` is false)"
        )
        yield Found(path=path, source=full, problem=problem)
        return
    if not full.is_dir():
        yield Found(path=path, source=full, problem=file_problem(top, str(full)))
        return
    real = os.path.realpath(full)
    if not inside(top, real):
        problem = f"is a symbolic link that leads out of the project, to {real!r}"
        yield Found(path=path, source=full, problem=problem)
    elif real in chain or inside(real, os.path.realpath(full.parent)):
        problem = f"is a symbolic link to a folder that holds it, {real!r}"
        yield Found(path=path, source=full, problem=problem)
    else:
        folder = relative(Path(top), Path(real)) + "/"
        for other in sorted(modes):
            if other.startswith(folder):
                for found in tracked_file(root, top, other, modes, (*chain, real)):
                    below = found.path.removeprefix(folder)
                    yield Found(path=f"{path}/{below}", source=found.source, problem=found.problem)


def walked_files(root: Path, skip: Callable[[str], bool]) -> Iterator[Found]:
    """All files below the project's root but those in caches, virtual environments and skipped folders."""

    def look_into(path: str) -> bool:
        is_environment = on_disk(root, f"{path}/pyvenv.cfg").is_file()
        return enter(path) and not is_environment and not skip(path)

    yield from walk(root, root, look_into)


class Ignored:
    """The `.gitignore` files of a folder that is not a checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.specs: dict[str, Spec | None] = {}

    def __call__(self, path: str) -> str:
        """The `.gitignore` file that leaves `path` out (with a closing `/`: a folder); else empty."""
        folders = path.rstrip("/").split("/")[:-1]
        for depth in range(len(folders), -1, -1):
            folder = "/".join(folders[:depth])
            spec = self.spec(folder)
            if spec is not None:
                decided, _ = spec.decide(path[len(folder) :].lstrip("/"))
                if decided is not None:
                    return f"{folder}/.gitignore".lstrip("/") if decided else ""
        return ""

    def spec(self, folder: str) -> Spec | None:
        """Patterns of the `.gitignore` in one folder."""
        if folder not in self.specs:
            file = on_disk(self.root, folder) / ".gitignore"
            text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            self.specs[folder] = Spec(text.splitlines(), place=str(file)) if text else None
        return self.specs[folder]
