"""A whole wheel against what its tag promises, whoever built it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from zigwheel.audit.archive import (
    Contents,
    Name,
    check_entries,
    check_metadata,
    headers,
    parse_name,
    read_contents,
)
from zigwheel.audit.elf import Elf
from zigwheel.audit.native import FORMATS, LOADED, audited, check_file
from zigwheel.audit.policy import Promise, promise
from zigwheel.audit.record import check_record
from zigwheel.audit.report import AuditReport, Finding, ordered
from zigwheel.storage import told


def audit_wheel(file: Path) -> AuditReport:
    """Audit a wheel. Raises `StorageError` where the file cannot be read; all else is in the report."""
    name = parse_name(file.name)
    if name is None:
        hint = "write NAME-VERSION-PYTHON-ABI-PLATFORM.whl"
        finding = Finding(code="name", place="", message="has no name of a wheel", hint=hint)
        return AuditReport(wheel=file.name, tags=(), files=(), findings=(finding,))
    with told(f"reading {file.name!r}", file.parent):
        contents = read_contents(file, name)
    return AuditReport(
        wheel=file.name,
        tags=name.tags,
        files=tuple(
            audited(path, image)
            for path, images in sorted(contents.images.items())
            for image in images
        ),
        findings=ordered([*contents.findings, *findings_of(contents, name)]),
    )


def findings_of(contents: Contents, name: Name) -> Iterator[Finding]:
    """All that is wrong with a wheel that could be read."""
    if not contents.names:
        return
    yield from check_entries(contents)
    if contents.dist_info:
        yield from check_metadata(contents, name)
        yield from check_record(contents)
    promised = promise(name.tag)
    yield from check_purity(contents, promised)
    own = frozenset(own_names(contents))
    for path, images in contents.images.items():
        yield from check_file(path, images, promised, own)


def own_names(contents: Contents) -> Iterator[str]:
    """Names under which the files of a wheel can be asked for, in small letters."""
    for path in contents.names:
        yield path.rpartition("/")[2].lower()
    for images in contents.images.values():
        yield from (i.soname.lower() for i in images if isinstance(i, Elf) and i.soname)


def check_purity(contents: Contents, promised: Promise) -> Iterator[Finding]:
    """What the tag and `Root-Is-Purelib` say of the machine is what the files say."""
    for system in promised.platforms:
        if system.os not in FORMATS and system.os != "any":
            message = f"has the tag `{system.tag}`, of which zigwheel knows nothing"
            yield Finding(code="platform", place="", message=message)
    text = contents.texts.get(f"{contents.dist_info}/WHEEL", b"")
    pure = headers(text).get("Root-Is-Purelib", [""])[0].lower() == "true"
    anywhere = any(system.os == "any" for system in promised.platforms)
    loaded = [path for path in sorted(contents.images) if LOADED.fullmatch(path)]
    where = (
        f"`{contents.dist_info}/WHEEL` says `Root-Is-Purelib: true`" if pure else "its tag is `any`"
    )
    if loaded and (pure or anywhere):
        message = f"is a compiled file, but {where}"
        yield Finding(code="purelib", place=loaded[0], message=message)
    elif text and not contents.images and pure != anywhere:
        message = f"holds nothing that is compiled, but its tag is `{promised.platforms[0].tag}`"
        if anywhere:
            message = "has the tag `any`, but says `Root-Is-Purelib: false`"
        yield Finding(code="purelib-unset", place="", message=message)
