"""RECORD: the list of a wheel's files, with their hashes (PEP 376, 427)."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from zigwheel.audit.archive import Contents
from zigwheel.audit.report import Finding

SIGNATURES = ("RECORD.jws", "RECORD.p7s")
"""Files that sign RECORD, and so cannot be in it with a hash."""


def check_record(contents: Contents) -> Iterator[Finding]:
    """RECORD lists every file once, with its size and a hash that fits."""
    place = f"{contents.dist_info}/RECORD"
    if place not in contents.texts:
        yield Finding(code="record", place="", message=f"`{place}` is missing")
        return
    unhashed = {place, *(f"{contents.dist_info}/{name}" for name in SIGNATURES)}
    seen: set[str] = set()
    rows = csv.reader(contents.texts[place].decode("utf-8", "replace").splitlines())
    try:
        for row in rows:
            if len(row) != 3:
                yield Finding(code="record", place=place, message=f"has a line {','.join(row)!r}")
                continue
            yield from check_row(contents, row, place, unhashed, seen)
            seen.add(row[0])
    except csv.Error as error:
        yield Finding(code="record", place=place, message=f"is no CSV file: {error}")
    for path in contents.digests:
        if path not in seen and path not in unhashed:
            yield Finding(code="record", place=path, message="is not listed in RECORD")


def check_row(
    contents: Contents, row: list[str], place: str, unhashed: set[str], seen: set[str]
) -> Iterator[Finding]:
    """One line of RECORD."""
    path, written, size = row
    if path in seen:
        yield Finding(code="record", place=path, message="is listed in RECORD more than once")
    elif path not in contents.digests:
        if path not in contents.names:
            message = "is listed in RECORD, but not in the archive"
            yield Finding(code="record", place=path, message=message)
    elif path not in unhashed:
        digests = contents.digests[path]
        name, _, value = written.partition("=")
        digest = digests.hashes.get(name, "")
        if not digest:
            message = f"has the hash `{written}` in RECORD; it has to be sha256 or stronger"
            yield Finding(code="record", place=path, message=message)
        elif value.rstrip("=") != digest:
            message = f"has the hash {name}={digest}, but RECORD says `{written}`"
            yield Finding(code="record", place=path, message=message)
        elif size and size != str(digests.size):
            message = f"has {digests.size} bytes, but RECORD says `{size}`"
            yield Finding(code="record", place=path, message=message)
