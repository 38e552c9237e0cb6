"""The tables of an index's database, and how their rows are read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zigwheel.errors import StorageError
from zigwheel.index.model import STATUSES, File, Project, Status, Token

VERSION = 1
"""Of the tables. A newer one is refused; an older one is brought up to date."""

TABLES = """
CREATE TABLE project (
    name TEXT PRIMARY KEY, shown TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'active',
    reason TEXT NOT NULL DEFAULT '', serial INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE file (
    filename TEXT PRIMARY KEY, project TEXT NOT NULL REFERENCES project, version TEXT NOT NULL,
    size INTEGER NOT NULL, sha256 TEXT NOT NULL, uploaded TEXT NOT NULL, requires_python TEXT NOT NULL,
    metadata TEXT NOT NULL, yanked TEXT, recipe TEXT NOT NULL, start BLOB NOT NULL,
    caches TEXT NOT NULL, trouble TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX file_project ON file (project);
CREATE INDEX file_sha256 ON file (sha256);
CREATE TABLE recipe (sha256 TEXT PRIMARY KEY, project TEXT NOT NULL, uploaded TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE made (wheel TEXT, recipe TEXT REFERENCES recipe, start BLOB, PRIMARY KEY (wheel, recipe))
    WITHOUT ROWID;
CREATE TABLE token (
    digest TEXT PRIMARY KEY, label TEXT NOT NULL, projects TEXT NOT NULL, created TEXT NOT NULL,
    expires TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE downloads (filename TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE serial (last INTEGER NOT NULL);
INSERT INTO serial VALUES (0);
"""

COLUMNS = (
    "project, version, filename, size, sha256, uploaded, requires_python, metadata, yanked, recipe, "
    "start, caches, trouble"
)


def connect(file: Path) -> sqlite3.Connection:
    """A connection that waits for others, and gives what it writes to the disk."""
    db = sqlite3.connect(file, timeout=30, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    return db


def project_of(row: tuple[Any, ...]) -> Project:
    """A project from its row."""
    name, shown, status, reason, serial = row
    known: Status = status if status in STATUSES else "quarantined"
    return Project(name=name, shown=shown, status=known, reason=reason, serial=serial)


def file_of(row: tuple[Any, ...]) -> File:
    """A file from its row."""
    return File(**dict(zip(COLUMNS.split(", "), row, strict=True)))


def token_of(row: tuple[Any, ...]) -> Token:
    """A token from its row."""
    digest, label, projects, created, expires = row
    return Token(
        digest=digest,
        label=label,
        projects=tuple(json.loads(projects)),
        created=created,
        expires=expires,
    )


@contextmanager
def told() -> Iterator[None]:
    """Turn what SQLite says into a `StorageError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(
            f"the index's database cannot be used: {error}",
            hint="is the disk full, the folder not writable, or the file damaged? `zigwheel index check DIR`",
        ) from error
