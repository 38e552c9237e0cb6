"""A wheel as a test sees it: what can be imported, what it requires, its files in a folder."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from zigwheel.audit.archive import BROKEN, Name, parse_name
from zigwheel.audit.image import read_images
from zigwheel.audit.modules import init_names, module_of
from zigwheel.errors import AuditError, MatrixError
from zigwheel.matrix.probe import Answer, platforms
from zigwheel.wheel.paths import path_problem

MOST_BYTES = 4 * 2**30
"""More is not unpacked: a small archive may hold that many zeros."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelFiles:
    """What a wheel holds."""

    path: Path
    """The archive."""
    name: Name
    """What its file name says."""
    installed: Mapping[str, str]
    """Where each file goes, by its path in the archive: `site/...`, `bin/...` or `data/...`."""
    requires: tuple[str, ...]
    """`Requires-Dist`, as written."""
    extensions: tuple[str, ...]
    """Paths of the extension modules in `site-packages`."""


def read_wheel(path: Path) -> WheelFiles:
    """Read a wheel's names and metadata. Raises `MatrixError` for what is no wheel, or not a sound one."""
    name = parse_name(path.name)
    if name is None:
        raise MatrixError(f"{path.name!r} is no file name of a wheel")
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            check(infos)
            installed = {info.filename: place(info.filename) for info in infos}
            metadata = [n for n in installed if n.endswith(".dist-info/METADATA")]
            text = archive.read(metadata[0]).decode("utf-8") if len(metadata) == 1 else ""
            extensions = tuple(extensions_in(archive, installed))
    except BROKEN as error:
        raise MatrixError(f"{path.name!r} is no readable wheel: {error}") from error
    return WheelFiles(
        path=path,
        name=name,
        installed=installed,
        requires=tuple(HeaderParser().parsestr(text).get_all("Requires-Dist", [])),
        extensions=extensions,
    )


def check(infos: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse what would not stay in its folder, or fill the disk. Raises `ValueError`."""
    for info in infos:
        if problem := path_problem(info.filename):
            raise ValueError(f"{info.filename!r} {problem}")
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise ValueError(f"it holds more than {MOST_BYTES} bytes")


def place(path: str) -> str:
    """Where a file of the archive goes (PEP 427, "The .data directory")."""
    first, _, rest = path.partition("/")
    if not first.endswith(".data"):
        return f"site/{path}"
    kind, _, below = rest.partition("/")
    return f"{ {'purelib': 'site', 'platlib': 'site', 'scripts': 'bin'}.get(kind, 'data') }/{below}"


def extensions_in(archive: zipfile.ZipFile, installed: Mapping[str, str]) -> Iterator[str]:
    """The files that Python imports: they are called so, and export the function for it."""
    for path, target in installed.items():
        module = module_of(path)
        if module is None or not target.startswith("site/"):
            continue
        dotted = target.removeprefix("site/").split("/")[:-1]
        if not all(part.isidentifier() for part in dotted):
            continue
        try:
            images = read_images(archive.read(path), path)
        except AuditError:
            images = ()
        wanted = {*init_names(module.name), f"_cffi_pypyinit_{module.name}"}
        if any(not image.exported.isdisjoint(wanted) for image in images):
            yield target.removeprefix("site/")


def imports(files: WheelFiles, answer: Answer) -> tuple[str, ...]:
    """The modules that show that a wheel works: its extension modules, else its packages.

    Raises `MatrixError` if it has extension modules, but none of them is for this interpreter.
    """
    found = []
    for path in files.extensions:
        folder, _, base = path.rpartition("/")
        stem, dot, ending = base.partition(".")
        if dot + ending in answer.suffixes:
            found.append(".".join([*filter(None, folder.split("/")), stem]))
    if files.extensions and not found:
        raise MatrixError(f"none of its extension modules is for {answer.title}")
    return tuple(unpackaged(found) or packages(files.installed.values()))


def unpackaged(names: Iterable[str]) -> list[str]:
    """Sorted; an extension module that is a package itself goes by the name of its folder."""
    return sorted({name.removesuffix(".__init__") for name in names})


def packages(places: Iterable[str]) -> list[str]:
    """The packages and modules of Python at the top of a wheel."""
    found = set()
    for path in places:
        parts = path.split("/")
        if parts[0] == "site" and parts[-1].endswith(".py") and len(parts) <= 3:
            package = len(parts) == 3 and parts[2] == "__init__.py"
            name = parts[1] if package else parts[1].removesuffix(".py")
            if (package or len(parts) == 2) and name.isidentifier():
                found.add(name)
    return sorted(found)


def requirements(files: WheelFiles, answer: Answer, extras: Sequence[str]) -> tuple[str, ...]:
    """What a wheel requires under an interpreter."""
    from packaging.requirements import InvalidRequirement, Requirement

    wanted = []
    for text in files.requires:
        try:
            one = Requirement(text)
        except InvalidRequirement as error:
            raise MatrixError(f"{files.path.name!r} requires {text!r}: {error}") from error
        asked = ({**answer.markers, "extra": extra} for extra in ("", *extras))
        if one.marker is None or any(one.marker.evaluate(environment) for environment in asked):
            wanted.append(text)
    return tuple(wanted)


def refused(files: WheelFiles, answer: Answer) -> str:
    """Why this machine's system is no system for the wheel; empty if it is one."""
    tags = {tag.rpartition("-")[2] for tag in files.name.tags}
    if "any" in tags or not tags.isdisjoint(platforms(answer)):
        return ""
    has = {"linux": "glibc", "macos": "macOS"}.get(answer.os, "")
    version = f"{has} {'.'.join(map(str, answer.system))}" if answer.system else answer.where
    return f"the wheel is for {', '.join(sorted(tags))}, and {answer.title} has {version} here"


def unpack(files: WheelFiles, folder: Path) -> None:
    """Put a wheel's files into `site`, `bin` and `data` of a folder. Raises `MatrixError`."""
    try:
        with zipfile.ZipFile(files.path) as archive:
            for path, target in files.installed.items():
                file = folder / target
                file.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(path) as source, file.open("wb") as stream:
                    shutil.copyfileobj(source, stream)
                mode = archive.getinfo(path).external_attr >> 16
                if mode & 0o111 or target.startswith("bin/"):
                    file.chmod(0o755)
    except BROKEN as error:
        raise MatrixError(f"{files.path.name!r} cannot be unpacked: {error}") from error
