"""Source distributions: which files they hold, and how they are written (PEP 517, PEP 625)."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from zigwheel.config.model import SdistSettings
from zigwheel.errors import SdistError, ZigwheelError, raise_all
from zigwheel.wheel.dates import archive_time
from zigwheel.wheel.entries import Entry, Mode, content, mode_of
from zigwheel.wheel.files import Found, on_disk, relative
from zigwheel.wheel.git import Tracked, tracked
from zigwheel.wheel.paths import check_paths, parents
from zigwheel.wheel.patterns import Spec
from zigwheel.wheel.sdist_files import NEVER, UNTRACKED, Ignored, tracked_files, walked_files
from zigwheel.wheel.writer import written_aside

TABLE = "tool.zigwheel.sdist"
ALWAYS = "pyproject.toml"
MADE = "PKG-INFO"


class Contents:
    """Decides which files of a project its sdist holds, and says why one is missing."""

    def __init__(
        self,
        root: Path,
        settings: SdistSettings,
        *,
        index: Tracked | None,
        outputs: Iterable[str],
    ) -> None:
        """Read the patterns. Raises `ConfigError`. Arguments as for `sdist_entries`."""
        self.root = root
        self.index = index
        self.unpacked = index is None and is_unpacked(root)
        self.exclude = self.spec(settings.exclude, "exclude")
        self.include = self.spec(settings.include, "include")
        built_in = NEVER if index or self.unpacked else (*NEVER, *UNTRACKED)
        folders = tuple(f"/{escaped(path)}/" for path in outputs if path.strip("./"))
        self.default = Spec((*built_in, *folders), place="built-in patterns")
        self.ignored = None if index or self.unpacked else Ignored(root)

    @staticmethod
    def spec(lines: tuple[str, ...], key: str) -> Spec | None:
        """The patterns of one setting, or None if it has none."""
        return Spec(lines, place=f"{TABLE}.{key}") if lines else None

    def left_out(self, path: str) -> str:
        """Why the sdist does not hold a file; empty if it does. A folder's path ends with `/`."""
        if path == ALWAYS or (self.include and self.include.decide(path)[0]):
            return ""
        if self.exclude and (found := self.exclude.decide(path))[0]:
            return f"excluded by the pattern {self.exclude.lines[found[1]]!r} of `{TABLE}.exclude`"
        return self.foreign(path)

    def foreign(self, path: str) -> str:
        """Why a file does not belong to the project in the first place; empty if it does."""
        decided, line = self.default.decide(path)
        if decided:
            return f"excluded by the built-in pattern {self.default.lines[line]!r}"
        if self.ignored:
            for folder in parents(path.rstrip("/")):
                if file := self.ignored(f"{folder}/"):
                    return f"ignored by {file!r}"
            if file := self.ignored(path):
                return f"ignored by {file!r}"
        return ""

    def files(self) -> dict[str, Found]:
        """What the sdist holds, by path."""
        candidates = list(self.candidates())
        return {
            found.path: found
            for found in candidates
            if found.path != MADE and not self.left_out(found.path)
        }

    def candidates(self) -> Iterator[Found]:
        """What could be in the sdist."""
        if self.index:
            yield from tracked_files(self.root, self.index)
            if include := self.include:
                everything = walked_files(self.root, lambda path: False)
                yield from (found for found in everything if include.decide(found.path)[0])
        else:
            # without `include` no file below such a folder can come back
            yield from walked_files(
                self.root, lambda path: not self.include and bool(self.foreign(f"{path}/"))
            )


def sdist_entries(
    root: Path,
    settings: SdistSettings,
    *,
    needed: Iterable[str],
    environ: Mapping[str, str],
    warn: Callable[[str], None],
    outputs: Iterable[str] = (),
    git: str = "git",
) -> list[Entry]:
    """All entries of an sdist but PKG-INFO, sorted by path; the paths are relative to the project.

    In a git checkout these are the tracked files; in an unpacked sdist, all; elsewhere, what neither
    `.gitignore` files nor built-in patterns leave out. `exclude` takes away, `include` adds.
    `needed` are POSIX paths of the files and folders that the build cannot do without; `outputs` are
    folders of the project that hold what builds and this one write; `environ` is what git runs in;
    `warn` is told where git could not be asked. Raises `SdistError` with everything that is wrong.
    """
    index = tracked(root, environ=environ, warn=warn, program=git)
    contents = Contents(root, settings, index=index, outputs=outputs)
    files = contents.files()
    files.setdefault(ALWAYS, Found(path=ALWAYS, source=root / ALWAYS))
    errors: list[ZigwheelError] = [
        SdistError(
            f"{found.path!r} {found.problem}",
            hint=f"put a copy of the file in its place, or leave it out with `{TABLE}.exclude`",
        )
        for found in files.values()
        if found.problem
    ]
    errors += missing(contents, files, needed)
    raise_all(errors)
    return [
        Entry(path=path, mode=source_mode(root, found.source, index), source=found.source)
        for path, found in sorted(files.items())
    ]


def source_mode(root: Path, source: Path, index: Tracked | None) -> Mode:
    """The mode of a file, from git where the disk does not keep it."""
    if index is None:
        return mode_of(source)
    real = Path(os.path.realpath(source))
    top = Path(os.path.realpath(root))
    recorded = index.modes.get(relative(top, real), 0)
    return mode_of(source, recorded=recorded, bits=index.bits)


def missing(
    contents: Contents, files: Mapping[str, Found], needed: Iterable[str]
) -> list[SdistError]:
    """One error that lists what the build needs and the sdist would not hold; none if all is there."""
    folders = {folder for path in files for folder in parents(path)}
    lines, hints = [], set()
    for need in sorted(set(needed)):
        path = os.path.normpath(need).replace(os.sep, "/")
        if path in files or path in folders or path == ".":
            continue
        reason, hint = why_missing(contents, path)
        lines.append(f"  {need!r}: {reason}")
        hints.add(hint)
    if not lines:
        return []
    message = "\n".join(["the sdist would not hold files that the build needs:", *lines])
    return [SdistError(message, hint="; ".join(sorted(hints)))]


def why_missing(contents: Contents, path: str) -> tuple[str, str]:
    """Why a needed file is not in the sdist, and what to do."""
    if path.startswith(("/", "../")) or path == ".." or re.match(r"[A-Za-z]:", path):
        return "lies outside the project", "copy files from outside into the project"
    full = on_disk(contents.root, path)
    if not os.path.lexists(full):
        return "is not there", "create the files that are not there, or do not name them"
    folder = full.is_dir()
    reason = contents.left_out(f"{path}/" if folder else path)
    if reason.startswith("excluded by the pattern"):
        return reason, f"take the pattern out of `{TABLE}.exclude`, or add to `{TABLE}.include`"
    if not reason and contents.index:
        reason = "is not tracked by git"
        return reason, f"`git add` the files, or name those that a tool makes in `{TABLE}.include`"
    if not reason and folder:
        reason = "holds no file"
    return reason or "is left out", f"name the files in `{TABLE}.include`"


def is_unpacked(root: Path) -> bool:
    """Whether the folder is an unpacked sdist: then all its files belong to it."""
    try:
        with (root / MADE).open("rb") as file:
            return file.read(17) == b"Metadata-Version:"
    except OSError:
        return False


def escaped(path: str) -> str:
    """A path as a literal of gitignore's syntax."""
    return re.sub(r"([\\*?\[\]!# ])", r"\\\1", path.strip("/"))


def write_sdist(
    folder: Path,
    *,
    dist_name: str,
    version: str,
    entries: Iterable[Entry],
    pkg_info: bytes,
    source_date_epoch: int | None,
) -> Path:
    """Write `{dist_name}-{version}.tar.gz` into `folder`, replacing one of that name; return its path.

    `entries` have paths relative to the project; all lie in one folder `{dist_name}-{version}`, as
    PEP 625 wants it. `pkg_info` becomes PKG-INFO. Raises `SdistError` and `StorageError`.
    """
    from zigwheel.wheel.deflate import gzip_bytes

    top = f"{dist_name}-{version}"
    if not re.fullmatch(r"[A-Za-z0-9_.]+-[A-Za-z0-9_.+!]+", top, re.ASCII):
        raise SdistError(f"{top!r} cannot be the name of an sdist")
    listed = sorted([*entries, Entry(path=MADE, data=pkg_info)], key=lambda entry: entry.path)
    raise_all(check_paths([entry.path for entry in listed], error=SdistError, fold=False))
    seconds = archive_time(source_date_epoch)
    parts = [part for entry in listed for part in member(f"{top}/{entry.path}", entry, seconds)]
    size = sum(map(len, parts))
    # POSIX wants two zero blocks at the end; the whole is padded to tar's record of 20 blocks
    end = bytes(1024 + -(size + 1024) % 10240)
    with written_aside(folder, f"{top}.tar.gz") as file:
        file.write_bytes(gzip_bytes(b"".join((*parts, end))))
    return folder / f"{top}.tar.gz"


def member(path: str, entry: Entry, seconds: int) -> tuple[bytes, bytes, bytes]:
    """Header, content and padding of one file of a tar archive.

    The header is plain ustar; only a path that is not ASCII or too long brings a PAX record.
    """
    import tarfile

    data = content(entry)
    info = tarfile.TarInfo(path)
    info.size = len(data)
    info.mtime = seconds
    info.mode = stat.S_IMODE(entry.mode)
    try:
        header = info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")
    except ValueError:
        header = info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")
    return header, data, bytes(-len(data) % tarfile.BLOCKSIZE)
