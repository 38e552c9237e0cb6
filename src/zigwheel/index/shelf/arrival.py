"""What was uploaded, looked at before it becomes part of the index. All of it is foreign."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from zigwheel.errors import ServiceError, raise_all
from zigwheel.index.model import FILENAME, File
from zigwheel.index.shelf.declared import declared_caches

METADATA_LIMIT = 4 * 2**20
"""Bytes of METADATA or PKG-INFO."""

MEMBERS = 100_000
"""Entries of an archive."""

UNPACKED = 4 * 2**30
"""Bytes that are unpacked in search of an sdist's PKG-INFO."""

CHUNK = 2**20

DIGESTS = {"sha256_digest": "sha256", "blake2_256_digest": "blake2b", "md5_digest": "md5"}
"""Fields of an upload with a hash of the file, as twine and uv name them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """An sdist or a wheel that may become part of the index."""

    file: File
    """What the index will say of it."""
    shown: str
    """The project's name, as the metadata write it."""
    metadata: bytes
    """METADATA of a wheel; empty for an sdist, which may say other things when it is built."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """What an archive says of itself."""

    shown: str = ""
    """Name, as its metadata write it."""
    version: str = ""
    """Version, as its metadata write it."""
    metadata: bytes = b""
    """METADATA, or PKG-INFO."""
    caches: tuple[str, ...] = ()
    """Secondary caches that an sdist declares."""


class Unfit(Exception):
    """What was uploaded is no sdist or wheel; says why."""


def examined(path: Path, filename: str, fields: Mapping[str, str], uploaded: str) -> Arrival:
    """Look at an uploaded file, and hold it against the fields of its form.

    Raises `ServiceError`, or an `ErrorCollection` of all that is wrong.
    """
    problems: list[str] = []
    found = Description()
    try:
        found = described(path, filename)
    except Unfit as unfit:
        problems.append(str(unfit))
    hashes = digests(path)
    for field, algorithm in DIGESTS.items():
        said = fields.get(field, "").lower()
        if said and said != hashes[algorithm]:
            problems.append(f"{field!r} is {said[:80]!r}, and the file's is {hashes[algorithm]!r}")
    shown, version, metadata = found.shown, found.version, found.metadata
    table = headers(metadata)
    requires = table.get("requires_python", "")
    if not problems:
        problems += differing(fields, shown, version)
        try:
            SpecifierSet(requires)
        except InvalidSpecifier:
            problems.append(
                f"`Requires-Python` is {requires[:80]!r}, which is no set of specifiers"
            )
    raise_all(ServiceError(f"{filename[:120]!r} is refused: {problem}") for problem in problems)
    is_wheel = filename.endswith(".whl")
    return Arrival(
        file=File(
            project=canonicalize_name(shown),
            version=version,
            filename=filename,
            size=path.stat().st_size,
            sha256=hashes["sha256"],
            uploaded=uploaded,
            requires_python=requires,
            metadata=hashlib.sha256(metadata).hexdigest() if is_wheel else "",
            caches="\n".join(found.caches),
        ),
        shown=shown,
        metadata=metadata if is_wheel else b"",
    )


def described(path: Path, filename: str) -> Description:
    """What an archive says of itself, by its content. Raises `Unfit`."""
    if not FILENAME.fullmatch(filename):
        raise Unfit("only wheels (.whl) and sdists (.tar.gz) with a plain name are taken")
    try:
        if filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(filename)
            metadata, pyproject = wheel_metadata(path), b""
        else:
            name, version = parse_sdist_filename(filename)
            metadata, pyproject = sdist_texts(path, filename.removesuffix(".tar.gz"))
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        raise Unfit(f"its name is not well formed: {error}") from error
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
    ) as error:
        raise Unfit(f"it cannot be read: {str(error)[:200]}") from error
    except (NotImplementedError, UnicodeError, ValueError) as error:
        raise Unfit(f"it cannot be read: {str(error)[:200]}") from error
    table = headers(metadata)
    shown, said = table.get("name", ""), table.get("version", "")
    if canonicalize_name(shown) != name:
        raise Unfit(f"its metadata name {shown[:80]!r}, and its file name {str(name)!r}")
    try:
        same = Version(said) == version
    except InvalidVersion:
        same = False
    if not same:
        raise Unfit(f"its metadata say version {said[:80]!r}, and its file name {str(version)!r}")
    return Description(
        shown=shown, version=said, metadata=metadata, caches=declared_caches(pyproject)
    )


def wheel_metadata(path: Path) -> bytes:
    """METADATA of a wheel (the binary distribution format, "The .dist-info directory")."""
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        if len(infos) > MEMBERS:
            raise Unfit(f"it has more than {MEMBERS} members")
        for info in infos:
            refuse_escape(info.filename)
        found = [one for one in infos if is_metadata(one.filename)]
        if len(found) != 1:
            raise Unfit(f"it has {len(found)} files *.dist-info/METADATA, not one")
        folder = found[0].filename.partition("/")[0]
        names = {info.filename for info in infos}
        for needed in ("WHEEL", "RECORD"):
            if f"{folder}/{needed}" not in names:
                raise Unfit(f"it has no {folder}/{needed}, which every wheel has")
        with archive.open(found[0]) as stream:
            return limited(stream.read(METADATA_LIMIT + 1))


def is_metadata(name: str) -> bool:
    """Whether a member of a wheel is its METADATA."""
    folder, _, rest = name.partition("/")
    return folder.endswith(".dist-info") and rest == "METADATA"


def sdist_texts(path: Path, folder: str) -> tuple[bytes, bytes]:
    """PKG-INFO of an sdist, and `pyproject.toml` if there is one; both lie in its one folder.

    PEP 643, "Source distribution format".
    """
    found = dict.fromkeys(("PKG-INFO", "pyproject.toml"), b"")
    unpacked = members = 0
    with tarfile.open(path, "r:gz", encoding="utf-8") as archive:
        for member in archive:
            members += 1
            unpacked += max(member.size, 0)
            if members > MEMBERS or unpacked > UNPACKED:
                raise Unfit(
                    f"it has more than {MEMBERS} members, or unpacks to more than {UNPACKED} bytes"
                )
            refuse_escape(member.name)
            parts = PurePosixPath(member.name).parts
            if len(parts) == 2 and parts[1] in found and member.isfile():
                stream = archive.extractfile(member)
                found[parts[1]] = limited(stream.read(METADATA_LIMIT + 1)) if stream else b""
    if not found["PKG-INFO"]:
        raise Unfit(f"it has no {folder}/PKG-INFO")
    return found["PKG-INFO"], found["pyproject.toml"]


def refuse_escape(name: str) -> None:
    """Refuse an archive with a member that would lie outside of the folder that it is unpacked into."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name.partition("/")[0]:
        raise Unfit(f"its member {name[:120]!r} leads out of the archive")


def limited(data: bytes) -> bytes:
    """Refuse what is too much."""
    if len(data) > METADATA_LIMIT:
        raise Unfit(f"its metadata, or `pyproject.toml`, have more than {METADATA_LIMIT} bytes")
    return data


def headers(metadata: bytes) -> dict[str, str]:
    """Name, version and `Requires-Python` of metadata; what is not there is not there."""
    from packaging.metadata import parse_email

    raw = parse_email(metadata)[0]
    return {key: raw[key] for key in ("name", "version", "requires_python") if key in raw}


def differing(fields: Mapping[str, str], shown: str, version: str) -> Iterator[str]:
    """What a form says that the file does not."""
    name = fields.get("name", "")
    if name and canonicalize_name(name) != canonicalize_name(shown):
        yield f"'name' is {name[:80]!r}, and its metadata say {shown!r}"
    said = fields.get("version", "")
    if said and said != version:
        yield f"'version' is {said[:80]!r}, and its metadata say {version!r}"


def digests(path: Path) -> dict[str, str]:
    """Hashes of a file, by algorithm."""
    found: dict[str, Any] = {
        "sha256": hashlib.sha256(),
        "blake2b": hashlib.blake2b(digest_size=32),
        "md5": hashlib.md5(usedforsecurity=False),
    }
    with path.open("rb") as stream:
        while data := stream.read(CHUNK):
            for digest in found.values():
                digest.update(data)
    return {name: digest.hexdigest() for name, digest in found.items()}
