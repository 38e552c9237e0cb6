"""The project `zigwheel-headers`, put together from headers of this machine.

Its metadata are a template in `templates/headers/`, because an installed zigwheel makes packs as well
as a checkout; its headers come from the Pythons at hand, so that nothing of CPython's is checked in. It
is an ordinary project with zigwheel as its backend: what builds it is what builds any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from zigwheel.errors import HeadersError
from zigwheel.storage import told
from zigwheel.target.header_packs import (
    MANIFEST,
    PACKAGE,
    PackedPython,
    checked,
    manifest_text,
    packed,
)
from zigwheel.target.header_tree import header_content
from zigwheel.target.installation import HeaderSource, newest_first

_LICENCES = (
    "lib/{python}/LICENSE.txt",
    "lib64/{python}/LICENSE.txt",
    "LICENSE.txt",
    "share/licenses/{python}*/LICENSE",
    "share/doc/*{python}*/copyright",
)
"""Below a prefix: as CPython installs it, on Fedora, on Windows, and by distributions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What goes into a pack."""

    pythons: tuple[tuple[HeaderSource, PackedPython], ...]
    """Headers and their entries in the manifest, by version."""
    notes: tuple[str, ...]
    """What is left out, and why."""


def choose(sources: Iterable[HeaderSource]) -> Choice:
    """The newest release of each minor version; of one release, the first that is given.

    The headers of a build without the GIL are packed beside those of a build with it only where the
    two differ. Raises StorageError, and HeadersError for a pack that is damaged.
    """
    pythons: list[tuple[HeaderSource, PackedPython]] = []
    notes: list[str] = []
    unique: dict[Path, HeaderSource] = {}
    for source in sources:
        unique.setdefault(source.include, source)
    by_version = sorted(unique.values(), key=lambda source: source.version)
    for _, group in groupby(by_version, key=lambda source: source.version):
        newest, *others = newest_first(group)
        same = [newest, *(other for other in others if other.release == newest.release)]
        pythons += _of_one_release(same, notes)
        for other in others:
            if other.release != newest.release:
                notes.append(f"{newest.release} is newer than {_told(other)}")
    return Choice(pythons=tuple(pythons), notes=tuple(notes))


def _of_one_release(
    sources: Sequence[HeaderSource], notes: list[str]
) -> Iterator[tuple[HeaderSource, PackedPython]]:
    first, *others = sorted(sources, key=lambda source: source.free_threaded)
    taken = [packed(checked(first))]
    yield first, taken[0]
    for other in others:
        mark = "t" if other.free_threaded and not first.free_threaded else ""
        entry = packed(checked(other), mark=mark)
        if entry.sha256 in {one.sha256 for one in taken}:
            continue
        if mark and len(taken) == 1:
            taken.append(entry)
            yield other, entry
        else:
            notes.append(f"{_told(other)} differs from {_told(first)}, which is taken")


def _told(source: HeaderSource) -> str:
    return f"{source.release} in {source.include}"


def licence_of(choice: Choice) -> Path:
    """The licence of CPython, from beside the newest headers that have it. Raises HeadersError."""
    for source, _ in reversed(choice.pythons):
        for file in _licences(source):
            return file
    looked = "\n".join(f"  {source.include}" for source, _ in choice.pythons)
    raise HeadersError(
        f"CPython's licence, which goes with its headers, is beside none of them:\n{looked}",
        hint="name the file with --license, such as the LICENSE.txt of an installed Python",
    )


def _licences(source: HeaderSource) -> Iterator[Path]:
    if source.details:
        yield from source.details.file.parent.glob("LICENSE.txt")
    version = ".".join(map(str, source.version))
    # The headers are in `PREFIX/include/python3.X`, and on Windows in `PREFIX/include`.
    for prefix in source.include.parents[:2]:
        for pattern in _LICENCES:
            yield from sorted(prefix.glob(pattern.format(python=f"python{version}")))


def assemble(folder: Path, choice: Choice, *, version: str, licence: Path) -> None:
    """Write the project, of a version that is valid, into an empty folder. Raises StorageError."""
    from zigwheel.templates import fill, template

    package = Path("src", PACKAGE)
    rows = [f"| {'.'.join(map(str, p.version))} | {p.release} |" for _, p in choice.pythons]
    with told("reading CPython's licence", licence.parent):
        terms = licence.read_bytes()
    files = {
        Path("pyproject.toml"): template("headers/pyproject.toml").encode(),
        Path("README.md"): fill(template("headers/README.md"), pythons="\n".join(rows)).encode(),
        Path("LICENSE"): terms.replace(b"\r\n", b"\n"),
        Path("LICENSE.mimalloc"): template("headers/LICENSE.mimalloc").encode(),
        package / "__init__.py": fill(template("headers/__init__.py"), version=version).encode(),
        package / MANIFEST: manifest_text(version, [p for _, p in choice.pythons]).encode(),
    }
    for source, python in choice.pythons:
        for name in python.files:
            files[package / python.folder / name] = header_content(source.include, name)
    with told("putting the headers together", folder):
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
