"""Two wheels of one project: the one by its own build, and the one by zigwheel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from zigwheel.audit.archive import Contents, parse_name, read_contents
from zigwheel.convert.licenses import PREFIX
from zigwheel.convert.project import people as people_of
from zigwheel.errors import WheelError

OWN = re.compile(r"\{dist-info\}/(?:top_level\.txt|(?:not-)?zip-safe|sboms/.*|WHEEL|RECORD)")
"""Files that belong to a backend, not to the project."""

MODULE = re.compile(r"(.*?)\.(?:cpython-[^/]*|cp3[^/]*|pypy[^/]*|abi3[^/]*)?\.?(?:so|pyd)$")
INIT = re.compile(r"Py(?:Init|ModExport)U?_.*")
UNHEEDED = frozenset({"metadata-version", "dynamic", "license", "license-expression", "platform"})
"""Fields of METADATA that say how it was made, or that `[project]` has no words for (PEP 621, 639)."""

NOW_URLS = {"home-page": "Homepage", "download-url": "Download"}
PEOPLE = ("author", "maintainer")


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What is not the same."""

    missing: tuple[str, ...]
    """Files that only the project's own build has."""
    added: tuple[str, ...]
    """Files that only zigwheel's wheel has."""
    modules: tuple[str, ...]
    """Extension modules whose init functions differ, each with both."""
    metadata: tuple[str, ...]
    """Fields of METADATA that differ, as a sentence each."""
    same_files: int
    """How many files both have."""
    same_modules: int
    """Extension modules with the same init functions."""

    @property
    def equal(self) -> bool:
        """Whether the files and the modules are the same; metadata may be written in other words."""
        return not (self.missing or self.added or self.modules)


def compare(theirs: Path, ours: Path) -> Comparison:
    """Compare two wheels. Raises `WheelError` where one has no wheel's name."""
    old, new = opened(theirs), opened(ours)
    left, right = files(old), files(new)
    one, other = inits(old), inits(new)
    shared = one.keys() & other.keys()
    return Comparison(
        missing=tuple(sorted(left - right)),
        added=tuple(sorted(right - left)),
        modules=tuple(
            f"{name}: {', '.join(sorted(one[name]))} became {', '.join(sorted(other[name]))}"
            for name in sorted(shared)
            if one[name] != other[name]
        ),
        metadata=tuple(metadata(old, new)),
        same_files=len(left & right),
        same_modules=sum(one[name] == other[name] for name in shared),
    )


def opened(wheel: Path) -> Contents:
    """What is in a wheel."""
    name = parse_name(wheel.name)
    if name is None:
        raise WheelError(f"{wheel.name!r} is not the name of a wheel")
    return read_contents(wheel, name)


def generic(path: str, dist_info: str) -> str:
    """A path without the release, the Python and the machine."""
    if dist_info and path.startswith(f"{dist_info}/"):
        return "{dist-info}" + path[len(dist_info) :]
    path = re.sub(r"^[^/]+\.data/", "{data}/", path)
    match = MODULE.match(path)
    return f"{match[1]}{{suffix}}" if match else path


def files(contents: Contents) -> set[str]:
    """The files of the project."""
    found = {generic(path, contents.dist_info) for path in contents.names}
    return {path for path in found if not OWN.fullmatch(path)}


def inits(contents: Contents) -> Mapping[str, frozenset[str]]:
    """The init functions that each compiled file exports."""
    return {
        generic(path, contents.dist_info): frozenset(
            name for image in images for name in image.exported if INIT.fullmatch(name.lstrip("_"))
        )
        for path, images in contents.images.items()
    }


def metadata(old: Contents, new: Contents) -> Iterator[str]:
    """Fields whose values differ; the description counts as a field."""
    one, other = fields(old), fields(new)
    for name in sorted(one.keys() | other.keys()):
        left, right = one.get(name, []), other.get(name, [])
        if sorted(set(left)) != sorted(set(right)) and name not in UNHEEDED:
            yield f"{name}: {short(left)} became {short(right)}"


def fields(contents: Contents) -> dict[str, list[str]]:
    """Fields of METADATA in small letters, each said in the way that `[project]` has for it."""
    from email import message_from_bytes

    message = message_from_bytes(contents.texts.get(f"{contents.dist_info}/METADATA", b""))
    found: dict[str, list[str]] = {}
    for name, value in message.items():
        key, text = name.lower(), " ".join(str(value).split())
        if key in NOW_URLS:
            key, text = "project-url", f"{NOW_URLS[key]}, {text}"
        if not (key == "classifier" and text.startswith(PREFIX)):
            found.setdefault(key, []).append(text)
    for who in PEOPLE:
        names, addresses = found.pop(who, []), found.pop(f"{who}-email", [])
        people = people_of(", ".join(names), ", ".join(addresses))
        if people:
            found[who] = [" ".join(person.values()) for person in people]
    body = str(message.get_payload()).strip()
    return {**found, **({"description": [" ".join(body.split())]} if body else {})}


def short(values: list[str]) -> str:
    """Values for one line of a terminal."""
    text = ", ".join(map(repr, values)) or "nothing"
    return text if len(text) <= 100 else f"{text[:97]}..."
