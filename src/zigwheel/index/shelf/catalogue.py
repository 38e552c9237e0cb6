"""What an index has, in a database of SQLite: projects, files, recipes, tokens. The bytes are in the store.

One connection reads, one writes, and other processes (`zigwheel index …`) may do so besides: in WAL mode
no reader waits. What a call has changed is on the disk when it returns.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zigwheel.errors import ServiceError
from zigwheel.index.model import File, Project, Status, Token
from zigwheel.index.shelf.tables import (
    COLUMNS,
    TABLES,
    VERSION,
    connect,
    file_of,
    project_of,
    token_of,
    told,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """An open database; made by `open_catalogue`."""

    reading: sqlite3.Connection
    """Reads, and sees all that was written before."""
    writing: sqlite3.Connection
    """Writes."""
    one: threading.Lock = field(default_factory=threading.Lock)
    """Held by who writes."""
    other: threading.Lock = field(default_factory=threading.Lock)
    """Held by who reads: a connection is for one thread at a time."""

    def close(self) -> None:
        """Close both connections."""
        self.reading.close()
        self.writing.close()

    def change(self) -> int:
        """A number that is another after anybody has changed anything."""
        return int(self._rows("PRAGMA data_version")[0][0])

    def serial(self, project: str = "") -> int:
        """That of the last change, to the index or to a project; 0 for a project that is not there."""
        if not project:
            return int(self._rows("SELECT last FROM serial")[0][0])
        rows = self._rows("SELECT serial FROM project WHERE name = ?", project)
        return int(rows[0][0]) if rows else 0

    def projects(self) -> list[Project]:
        """All projects, by name."""
        rows = self._rows("SELECT name, shown, status, reason, serial FROM project ORDER BY name")
        return [project_of(row) for row in rows]

    def project(self, name: str) -> Project | None:
        """A project by its normalised name."""
        rows = self._rows(
            "SELECT name, shown, status, reason, serial FROM project WHERE name = ?", name
        )
        return project_of(rows[0]) if rows else None

    def files(self, project: str = "") -> list[File]:
        """The files of a project, or all, by name; not those that were deleted."""
        which, values = ("AND project = ?", (project,)) if project else ("", ())
        query = f"SELECT {COLUMNS} FROM file WHERE NOT deleted {which} ORDER BY filename"
        return [file_of(row) for row in self._rows(query, *values)]

    def file(self, filename: str) -> File | None:
        """A file by its name, unless it was deleted."""
        rows = self._rows(
            f"SELECT {COLUMNS} FROM file WHERE filename = ? AND NOT deleted", filename
        )
        return file_of(rows[0]) if rows else None

    def files_with(self, sha256: str) -> list[File]:
        """The files that have a content; not those that were deleted."""
        query = f"SELECT {COLUMNS} FROM file WHERE sha256 = ? AND NOT deleted ORDER BY filename"
        return [file_of(row) for row in self._rows(query, sha256)]

    def troubled(self) -> list[File]:
        """The files that are not offered because they could not be had."""
        query = f"SELECT {COLUMNS} FROM file WHERE trouble <> '' AND NOT deleted ORDER BY filename"
        return [file_of(row) for row in self._rows(query)]

    def caches(self, project: str = "") -> dict[str, list[str]]:
        """The secondary caches that the newest sdist of a project, or of each, declares."""
        which, values = ("AND project = ?", (project,)) if project else ("", ())
        query = (
            "SELECT project, caches, max(uploaded) FROM file "
            f"WHERE NOT deleted AND filename LIKE '%.tar.gz' {which} GROUP BY project"
        )
        return {name: caches.split() for name, caches, _ in self._rows(query, *values)}

    def content_of(self, filename: str) -> str:
        """The sha256 of what a name stands for, deleted or not; empty if it was never used."""
        rows = self._rows("SELECT sha256 FROM file WHERE filename = ?", filename)
        return str(rows[0][0]) if rows else ""

    def recipes(self) -> dict[str, str]:
        """The project of each recipe, by its sha256."""
        return dict(self._rows("SELECT sha256, project FROM recipe ORDER BY sha256"))

    def tokens(self) -> list[Token]:
        """All tokens, by what they are called."""
        rows = self._rows(
            "SELECT digest, label, projects, created, expires FROM token ORDER BY label, digest"
        )
        return [token_of(row) for row in rows]

    def token(self, digest: str) -> Token | None:
        """A token by the sha256 of its secret."""
        rows = self._rows(
            "SELECT digest, label, projects, created, expires FROM token WHERE digest = ?", digest
        )
        return token_of(rows[0]) if rows else None

    def downloads(self) -> dict[str, int]:
        """How often each file was sent, by its name."""
        return dict(self._rows("SELECT filename, count FROM downloads ORDER BY filename"))

    def add(self, file: File, shown: str) -> File:
        """Add a file, and its project where that is new; what a recipe says of it is added.

        What was deleted comes back, if the content is the same. Raises `ServiceError` for other content
        under the name.
        """
        with self._change() as db:
            rows = db.execute(
                "SELECT sha256, deleted FROM file WHERE filename = ?", (file.filename,)
            )
            had = rows.fetchone()
            if had and had[0] != file.sha256:
                raise ServiceError(
                    f"{file.filename!r} already exists, with other content: its sha256 is {had[0]!r}",
                    hint="a name never gets other content: publish it as another version or build number",
                )
            made = db.execute(
                "SELECT recipe, start FROM made WHERE wheel = ? ORDER BY recipe LIMIT 1",
                (file.sha256,),
            ).fetchone()
            recipe, start = made or (file.recipe, file.start)
            db.execute(
                "INSERT OR IGNORE INTO project (name, shown, serial) VALUES (?, ?, 0)",
                (file.project, shown),
            )
            values = (
                file.project, file.version, file.filename, file.size, file.sha256, file.uploaded,
                file.requires_python, file.metadata, file.yanked, recipe, start,
                file.caches, "",
            )  # fmt: skip
            if had and not had[1]:
                db.execute("UPDATE file SET trouble = '' WHERE filename = ?", (file.filename,))
            else:
                db.execute(
                    f"INSERT OR REPLACE INTO file ({COLUMNS}) VALUES ({', '.join('?' * len(values))})",
                    values,
                )
            touch(db, file.project)
        found = self.file(file.filename)
        assert found is not None
        return found

    def add_recipe(
        self, sha256: str, project: str, uploaded: str, made: Iterable[tuple[str, bytes]]
    ) -> None:
        """Add a recipe, by what it makes: the sha256 and the first bytes of each wheel."""
        with self._change() as db:
            db.execute("INSERT OR IGNORE INTO recipe VALUES (?, ?, ?)", (sha256, project, uploaded))
            for wheel, start in made:
                db.execute("INSERT OR IGNORE INTO made VALUES (?, ?, ?)", (wheel, sha256, start))
                db.execute(
                    "UPDATE file SET recipe = ?, start = ? WHERE sha256 = ? AND recipe = ''",
                    (sha256, start, wheel),
                )
            touch(db, project)

    def set_trouble(self, sha256: str, reason: str) -> None:
        """Say why files with a content are not offered any more, or with an empty text, that they are."""
        if all(bool(file.trouble) == bool(reason) for file in self.files_with(sha256)):
            return  # the pages stay as they are
        with self._change() as db:
            for project in affected(db, sha256):
                touch(db, project)
            db.execute("UPDATE file SET trouble = ? WHERE sha256 = ?", (reason, sha256))

    def set_yanked(self, filename: str, reason: str | None) -> bool:
        """Yank a file, or with None, take that back; whether there is such a file."""
        with self._change() as db:
            return changed(db, "UPDATE file SET yanked = ?", (reason,), filename)

    def delete(self, filename: str) -> bool:
        """Delete a file for good; its name stays taken. Whether there was such a file."""
        with self._change() as db:
            return changed(db, "UPDATE file SET deleted = 1", (), filename)

    def set_status(self, project: str, status: Status, reason: str) -> bool:
        """Give a project a status (PEP 792); whether there is such a project."""
        with self._change() as db:
            done = db.execute(
                "UPDATE project SET status = ?, reason = ? WHERE name = ?",
                (status, reason, project),
            )
            touch(db, project)
            return done.rowcount > 0

    def forget_recipe(self, sha256: str) -> None:
        """Take a recipe out of account that cannot be read: what it made is made by another, or by none."""
        with self._change() as db:
            db.execute("DELETE FROM made WHERE recipe = ?", (sha256,))
            db.execute("DELETE FROM recipe WHERE sha256 = ?", (sha256,))
            db.execute(
                "UPDATE file SET recipe = coalesce("
                "(SELECT recipe FROM made WHERE wheel = file.sha256 ORDER BY recipe LIMIT 1), '') "
                "WHERE recipe = ?",
                (sha256,),
            )

    def forget_metadata(self, filename: str) -> None:
        """Announce no METADATA of a file any more."""
        with self._change() as db:
            changed(db, "UPDATE file SET metadata = ''", (), filename)

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with the file."""
        rows = self._rows("PRAGMA integrity_check") + self._rows("PRAGMA foreign_key_check")
        return [str(row[0]) for row in rows if row[0] != "ok"]

    def copy_to(self, other: sqlite3.Connection) -> None:
        """Copy all of it into another database, as it is at one moment."""
        with self.other, told():
            self.reading.backup(other)

    def add_token(self, token: Token) -> None:
        """Add a token."""
        with self._change() as db:
            db.execute(
                "INSERT INTO token VALUES (?, ?, ?, ?, ?)",
                (
                    token.digest,
                    token.label,
                    json.dumps(token.projects),
                    token.created,
                    token.expires,
                ),
            )

    def revoke(self, label: str) -> int:
        """Remove the tokens that are called so; how many there were."""
        with self._change() as db:
            return db.execute("DELETE FROM token WHERE label = ?", (label,)).rowcount

    def count(self, sent: dict[str, int]) -> None:
        """Add to how often files were sent."""
        with self._change() as db:
            db.executemany(
                "INSERT INTO downloads VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
                sorted(sent.items()),
            )

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self.other, told():
            return self.reading.execute(query, values).fetchall()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """All of a block, or nothing."""
        with self.one, told():
            self.writing.execute("BEGIN IMMEDIATE")
            try:
                yield self.writing
                self.writing.execute("COMMIT")
            except BaseException:
                if self.writing.in_transaction:
                    self.writing.execute("ROLLBACK")
                raise


def open_catalogue(file: Path, *, create: bool = False) -> Catalogue:
    """Open the database in a file. Raises `ServiceError` where there is none, unless it is to be made."""
    if not create and not file.is_file():
        raise ServiceError(
            f"there is no index: {str(file)!r} is not there", hint="zigwheel index init DIR"
        )
    with told():
        writing, reading = connect(file), connect(file)
        found = int(writing.execute("PRAGMA user_version").fetchone()[0])
        if found > VERSION:
            raise ServiceError(
                f"{str(file)!r} has tables of version {found}, and this zigwheel knows {VERSION}",
                hint="a newer zigwheel has made it: use that",
            )
        if found < VERSION:
            writing.executescript(
                f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;"
            )
    return Catalogue(reading=reading, writing=writing)


def touch(db: sqlite3.Connection, project: str) -> None:
    """Note that a project was changed."""
    db.execute("UPDATE serial SET last = last + 1")
    db.execute("UPDATE project SET serial = (SELECT last FROM serial) WHERE name = ?", (project,))


def affected(db: sqlite3.Connection, sha256: str) -> list[str]:
    """The projects that have files with a content."""
    rows = db.execute("SELECT DISTINCT project FROM file WHERE sha256 = ?", (sha256,))
    return [name for (name,) in rows.fetchall()]


def changed(db: sqlite3.Connection, query: str, values: tuple[object, ...], filename: str) -> bool:
    """Change a file that was not deleted; whether there is one."""
    done = db.execute(f"{query} WHERE filename = ? AND NOT deleted", (*values, filename))
    for (name,) in db.execute(
        "SELECT project FROM file WHERE filename = ?", (filename,)
    ).fetchall():
        touch(db, name)
    return done.rowcount > 0
