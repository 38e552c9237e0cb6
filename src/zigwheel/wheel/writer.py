"""Write a wheel (PEP 427): the same entries always give the same bytes."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from zigwheel.errors import WheelError, ZigwheelError, raise_all
from zigwheel.storage import patiently, storage_error
from zigwheel.wheel.dates import archive_time
from zigwheel.wheel.entries import Entry, content
from zigwheel.wheel.paths import check_paths

OURS = ("WHEEL", "RECORD", "RECORD.jws", "RECORD.p7s")
"""Files of the dist-info folder that no entry may bring: made here, or signatures of what is made here."""


def wheel_file(tags: Sequence[str], *, pure: bool, build_tag: str = "", generator: str) -> bytes:
    """Content of `WHEEL` in the dist-info folder.

    `tags` are the expanded ones, `generator` is such as `zigwheel 0.1.0`. Source: the binary
    distribution format, "The .dist-info directory" (PEP 427).
    """
    lines = [
        "Wheel-Version: 1.0",
        f"Generator: {generator}",
        f"Root-Is-Purelib: {'true' if pure else 'false'}",
        *(f"Tag: {tag}" for tag in tags),
    ]
    if build_tag:
        lines.append(f"Build: {build_tag}")
    return "".join(f"{line}\n" for line in lines).encode()


def expanded_tags(tag: str) -> list[str]:
    """The tags that a compressed one stands for, sorted. Source: PEP 425, "Compressed Tag Sets"."""
    pythons, abis, platforms = tag.split("-")
    return sorted(
        f"{python}-{abi}-{platform}"
        for python in pythons.split(".")
        for abi in abis.split(".")
        for platform in platforms.split(".")
    )


def wheel_name(*, dist_name: str, version: str, build_tag: str, tag: str) -> str:
    """File name of a wheel. Raises `WheelError`. Source: PEP 427, "File name convention"."""
    errors: list[ZigwheelError] = []
    for what, value, pattern in (
        ("name", dist_name, r"[A-Za-z0-9_.]+"),
        ("version", version, r"[A-Za-z0-9_.+!]+"),
        ("build tag", build_tag, r"([0-9][A-Za-z0-9_.]*)?"),
        ("tag", tag, r"[A-Za-z0-9_.]+-[A-Za-z0-9_.]+-[A-Za-z0-9_.]+"),
    ):
        if not re.fullmatch(pattern, value, re.ASCII):
            hint = (
                "a build tag starts with a digit, such as `1local`" if what == "build tag" else ""
            )
            errors.append(WheelError(f"{what} {value!r} cannot be in a wheel's name", hint=hint))
    raise_all(errors)
    return "-".join(part for part in (dist_name, version, build_tag, tag) if part) + ".whl"


def check_entries(entries: Iterable[Entry], *, dist_info: str) -> list[ZigwheelError]:
    """Everything that is wrong with the paths of a wheel's entries."""
    data = dist_info.removesuffix(".dist-info") + ".data"
    paths = [entry.path for entry in entries]
    errors = check_paths(paths, error=WheelError, fold=True)
    for path in paths:
        top, _, rest = path.partition("/")
        if top == dist_info and rest in OURS:
            errors.append(
                WheelError(f"{path!r} is written by zigwheel; no other file may take its place")
            )
        elif top.endswith((".dist-info", ".data")) and rest and top not in (dist_info, data):
            errors.append(
                WheelError(
                    f"{path!r} is in a folder {top!r}, but this wheel's are {dist_info!r} and {data!r}",
                    hint="installers refuse such wheels: rename the folder, or leave it out",
                )
            )
    return errors


def in_order(entries: Iterable[Entry], dist_info: str) -> list[Entry]:
    """Entries sorted by path, the dist-info folder last, as PEP 427 recommends."""
    return sorted(entries, key=lambda e: (e.path.startswith(f"{dist_info}/"), e.path))


def write_wheel(
    folder: Path,
    *,
    dist_name: str,
    version: str,
    build_tag: str,
    tag: str,
    wheel_metadata: bytes,
    entries: Iterable[Entry],
    source_date_epoch: int | None,
    check: Callable[[Path], None] | None = None,
) -> Path:
    """Write a wheel into `folder`, replacing one of the same name, and return its path.

    `dist_name` and `version` are in the form that file names have; `tag` is the compressed tag;
    `wheel_metadata` is the content of `WHEEL` (see `wheel_file`); all other files, METADATA among
    them, are `entries`, in any order. RECORD is made here. The wheel appears whole or not at all.
    Raises `WheelError` (all collisions at once) and `StorageError`.
    """
    name = wheel_name(dist_name=dist_name, version=version, build_tag=build_tag, tag=tag)
    dist_info = f"{dist_name}-{version}.dist-info"
    listed = in_order(entries, dist_info)
    raise_all(check_entries(listed, dist_info=dist_info))
    listed = in_order([*listed, Entry(path=f"{dist_info}/WHEEL", data=wheel_metadata)], dist_info)
    with written_aside(folder, name) as file:
        write_archive(file, listed, archive_time(source_date_epoch))
        if check is not None:
            check(file)
    return folder / name


def write_archive(file: Path, entries: Iterable[Entry], seconds: int) -> None:
    """Write `entries` and their RECORD, in the given order. Raises `OSError` and `StorageError`."""
    from zigwheel.wheel.archive import Archive

    archive = Archive(file, seconds=seconds)
    try:
        for entry in entries:
            archive.add(entry.path, content(entry), entry.mode)
        archive.close()
    finally:
        archive.abandon()


@contextlib.contextmanager
def written_aside(folder: Path, name: str) -> Iterator[Path]:
    """A path to write to, whose file becomes `folder / name` when the block ends without an exception.

    It lies in a folder of its own below `folder`, on the same disk, so that the last step is one
    rename; whatever happens, nothing else is left. Raises `StorageError` naming `folder`.
    """
    import shutil
    import tempfile

    aside = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # a short name: Windows ends a path after 260 characters
        aside = tempfile.mkdtemp(prefix=".tmp-", dir=folder)
        yield Path(aside, name)
        patiently(os.replace, Path(aside, name), folder / name)
    except OSError as error:
        raise storage_error(error, f"writing {name!r}", folder) from error
    finally:
        if aside:
            shutil.rmtree(aside, ignore_errors=True)
