"""A wheel as an archive: its entries, METADATA and WHEEL (PEP 427)."""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.parser import HeaderParser
from pathlib import Path

from zigwheel.audit.image import Image, read_images
from zigwheel.audit.paths import suspicious
from zigwheel.audit.report import Finding, listed
from zigwheel.errors import AuditError

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    OverflowError,
    LookupError,
    struct.error,
)
"""What `zipfile` raises for archives that are damaged, encrypted, or compressed in unknown ways."""

MAGIC = (
    b"\x7fELF",
    b"MZ",
    b"\xca\xfe\xba",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa",
)
"""How files begin that may be compiled ones."""

CHUNK = 1 << 20
TEXTS = ("METADATA", "RECORD", "WHEEL")
STRONG = ("sha256", "sha384", "sha512")
"""Hash functions that RECORD may use."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """The parts of a wheel's file name."""

    distribution: str
    """Name of the distribution, as written."""
    version: str
    """Version, as written."""
    build: str
    """Build tag; empty where there is none."""
    tag: str
    """The compressed tag."""

    @property
    def tags(self) -> tuple[str, ...]:
        """The single tags, sorted (PEP 425, "Compressed Tag Sets")."""
        pythons, abis, platforms = (part.split(".") for part in self.tag.split("-"))
        return tuple(sorted(f"{p}-{a}-{f}" for p in pythons for a in abis for f in platforms))


@dataclass(frozen=True, kw_only=True, slots=True)
class Digests:
    """What RECORD can say of a file."""

    size: int
    """Bytes."""
    hashes: Mapping[str, str]
    """By the name of the hash function, as RECORD writes it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What an archive holds, read once."""

    names: tuple[str, ...] = ()
    """Paths of the files, in the archive's order."""
    dist_info: str = ""
    """The dist-info folder of the wheel's name; empty if there is none."""
    digests: Mapping[str, Digests] = field(default_factory=dict)
    """What can be in RECORD of each file, by path."""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """The texts of the dist-info folder, by path."""
    images: Mapping[str, tuple[Image, ...]] = field(default_factory=dict)
    """The compiled files, by path."""
    findings: tuple[Finding, ...] = ()
    """What was wrong while it was read."""


FILE_NAME = re.compile(
    r"([\w.]+)-([\w.!+]+?)(?:-(\d[\w.]*))?-([\w.]+-[\w.]+-[\w.]+)\.whl", re.ASCII
)


def parse_name(filename: str) -> Name | None:
    """Read a wheel's file name; None if it is none (PEP 427, "File name convention")."""
    found = FILE_NAME.fullmatch(filename)
    if not found:
        return None
    return Name(distribution=found[1], version=found[2], build=found[3] or "", tag=found[4].lower())


def read_contents(file: Path, name: Name) -> Contents:
    """Read every entry once. Raises `OSError` where the file itself cannot be read."""
    with file.open("rb") as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except BROKEN as error:
            message = f"is no readable zip archive: {error}"
            return Contents(findings=(Finding(code="archive", place="", message=message),))
        names = tuple(i.filename for i in archive.infolist() if not i.is_dir())
        dist_info, findings = dist_info_of(names, name)
        entries = Entries(dist_info, hashes_of(archive, dist_info))
        for info in archive.infolist():
            if not info.is_dir():
                entries.read(archive, info)
    return Contents(
        names=names,
        dist_info=dist_info,
        digests=entries.digests,
        texts=entries.texts,
        images=entries.images,
        findings=(*findings, *entries.findings),
    )


class Entries:
    """Collects what the entries of an archive hold."""

    def __init__(self, dist_info: str, hashes: Sequence[str]) -> None:
        self.dist_info = dist_info
        self.hashes = hashes
        self.digests: dict[str, Digests] = {}
        self.texts: dict[str, bytes] = {}
        self.images: dict[str, tuple[Image, ...]] = {}
        self.findings: list[Finding] = []

    def read(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        """Take in one entry."""
        path = info.filename
        folder, _, base = path.rpartition("/")
        wanted = base in TEXTS and folder == self.dist_info
        try:
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise NotImplementedError("it is compressed in a way that few installers know")
            self.digests[path], kept = read_entry(archive, info, self.hashes, whole=wanted)
        except BROKEN as error:
            message = f"cannot be unpacked: {error}"
            self.findings.append(Finding(code="archive", place=path, message=message))
            return
        if wanted:
            self.texts[path] = kept
        elif kept:
            found, wrong = compiled(path, kept)
            self.findings += wrong
            if found:
                self.images[path] = found


def hashes_of(archive: zipfile.ZipFile, dist_info: str) -> list[str]:
    """The hash functions that RECORD uses, of those that it may use; sha256 in any case."""
    try:
        text = archive.read(f"{dist_info}/RECORD")
    except BROKEN:
        text = b""
    return [name for name in STRONG if name == "sha256" or f"{name}=".encode() in text]


def read_entry(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, hashes: Sequence[str], *, whole: bool
) -> tuple[Digests, bytes]:
    """Digests of an entry; and its content if it is wanted `whole`, or may be a compiled file."""
    digests = {name: hashlib.new(name) for name in hashes}
    size = 0
    parts: list[bytes] = []
    with archive.open(info) as stream:
        while chunk := stream.read(CHUNK):
            if not size:
                whole = whole or chunk.startswith(MAGIC)
            size += len(chunk)
            for digest in digests.values():
                digest.update(chunk)
            if whole:
                parts.append(chunk)
    texts = {name: encoded(digest.digest()) for name, digest in digests.items()}
    return Digests(size=size, hashes=texts), b"".join(parts)


def encoded(digest: bytes) -> str:
    """A digest as RECORD writes it."""
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def compiled(path: str, data: bytes) -> tuple[tuple[Image, ...], list[Finding]]:
    """The images of a file, and what is wrong with it by itself."""
    try:
        images = read_images(data, path)
    except AuditError as error:
        return (), [Finding(code="unreadable", place=path, message=reason(error))]
    found = suspicious(data) if images else ""
    if not found:
        return images, []
    message = f"names `{found}`, which looks like a path of the machine that built it"
    hint = "strip debug information, or compile with `-ffile-prefix-map`"
    return images, [Finding(code="machine-path", place=path, message=message, hint=hint)]


def reason(error: AuditError) -> str:
    """A reader's message without the place, which a finding names itself."""
    return error.message.partition(" is ")[2] and f"is {error.message.partition(' is ')[2]}"


def check_entries(contents: Contents) -> Iterator[Finding]:
    """Each path is there once, and stays where it belongs."""
    counts = Counter(contents.names)
    for path, count in counts.items():
        if count > 1:
            message = f"is in the archive {count} times"
            yield Finding(code="duplicate", place=path, message=message)
        parts = re.split(r"[/\\]", path)
        if ".." in parts or path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path):
            message = "leaves the folder that the wheel is installed into"
            yield Finding(code="path", place=path, message=message)
        elif "\\" in path or "\0" in path or "" in parts or "." in parts:
            message = "is not a plain path with `/` between its parts"
            yield Finding(code="path", place=path, message=message)
    folded = Counter(path.casefold() for path in counts)
    for path in sorted(p for p in counts if folded[p.casefold()] > 1):
        yield Finding(code="case", place=path, message="differs from another entry in case alone")


def dist_info_of(names: Iterable[str], name: Name) -> tuple[str, list[Finding]]:
    """The dist-info folder; empty, with the reason, if there is not exactly one, of the file's name."""
    folders = sorted(
        {path.partition("/")[0] for path in names if re.match(r"[^/]+\.dist-info/", path)}
    )
    found = [folder for folder in folders if is_of(folder.removesuffix(".dist-info"), name)]
    if len(folders) == 1 and found:
        return found[0], []
    message = (
        f"holds {listed(folders)}" if folders else "holds no dist-info folder"
    ) + f", not `{name.distribution}-{name.version}.dist-info` alone"
    return (found[0] if found else ""), [Finding(code="metadata", place="", message=message)]


def is_of(stem: str, name: Name) -> bool:
    """Whether `NAME-VERSION` means a wheel's distribution and version."""
    distribution, _, version = stem.rpartition("-")
    return same_name(distribution, name.distribution) and same_version(version, name.version)


def same_name(one: str, other: str) -> bool:
    """Whether two names are one (PEP 503)."""
    from packaging.utils import canonicalize_name

    return canonicalize_name(one) == canonicalize_name(other)


def same_version(one: str, other: str) -> bool:
    """Whether two versions are one (PEP 440); file names write `_` for `-`."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one.replace("_", "-")) == Version(other.replace("_", "-"))
    except InvalidVersion:
        return one == other


def check_metadata(contents: Contents, name: Name) -> Iterator[Finding]:
    """METADATA and WHEEL are there and say what the file's name says."""
    dist_info = contents.dist_info
    for text in ("METADATA", "WHEEL"):
        if f"{dist_info}/{text}" not in contents.texts:
            message = f"`{dist_info}/{text}` is missing"
            yield Finding(code="metadata", place="", message=message)
    path = f"{dist_info}/METADATA"
    if path in contents.texts:
        said = headers(contents.texts[path])
        for key, same, wanted in (
            ("Name", same_name, name.distribution),
            ("Version", same_version, name.version),
        ):
            value = said.get(key, [""])[0]
            if not same(value, wanted):
                message = f"says `{key}: {value}`, but the wheel's name says `{wanted}`"
                yield Finding(code="metadata", place=path, message=message)
    path = f"{dist_info}/WHEEL"
    if path in contents.texts:
        yield from check_wheel(path, headers(contents.texts[path]), name)


def check_wheel(path: str, said: Mapping[str, list[str]], name: Name) -> Iterator[Finding]:
    """WHEEL is of a version that installers know and has the tags of the file's name."""
    version = said.get("Wheel-Version", [""])[0]
    if not re.fullmatch(r"1\.\d+", version, re.ASCII):
        message = f"says `Wheel-Version: {version}`, which installers do not know"
        yield Finding(code="metadata", place=path, message=message)
    build = said.get("Build", [""])[0]
    if build != name.build:
        message = f"says `Build: {build}`, but the wheel's name says `{name.build}`"
        yield Finding(code="metadata", place=path, message=message)
    tags = tuple(sorted({tag.strip().lower() for tag in said.get("Tag", [])}))
    if tags != name.tags:
        message = (
            f"names the tags {listed(tags) or 'of none'}, but the wheel's name {listed(name.tags)}"
        )
        hint = "`wheel tags` changes both at once"
        yield Finding(code="tags", place=path, message=message, hint=hint)


def headers(text: bytes) -> dict[str, list[str]]:
    """The values of each header of METADATA or WHEEL."""
    message = HeaderParser().parsestr(text.decode("utf-8", "replace"))
    found: dict[str, list[str]] = {}
    for key, value in message.items():
        found.setdefault(key, []).append(str(value).strip())
    return found
