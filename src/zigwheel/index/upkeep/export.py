"""An index as files, for any static host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from zigwheel.errors import StoreError
from zigwheel.index.model import File
from zigwheel.index.shelf.publish import Shelves
from zigwheel.index.web.simple import (
    UP,
    offered,
    project_html,
    project_json,
    root_html,
    root_json,
)
from zigwheel.storage import put_file, told

PAGES = ("index.html", "index.v1+json")
"""HTML, which every host serves for a folder, and JSON under the name that PEP 691 gives as an example."""


def export(shelves: Shelves, folder: Path, files_url: str = "") -> Iterator[File]:
    """Write pages, and the files that they list; what is told is written.

    With `files_url`, the files are there instead: an index, or a cache, by its URL. Wheels whose bytes are
    not in the store are then listed as well. Pages come last, so that none leads to what is not there yet.
    """
    up = f"{files_url.rstrip('/')}/" if files_url else UP
    pages: dict[Path, bytes] = {}
    projects = shelves.catalogue.projects()
    for project in projects:
        files = shelves.catalogue.files(project.name)
        if files_url:
            files = [replace(file, metadata="") for file in files]
        else:
            files = [file for file in offered(project, files) if written(shelves, folder, file)]
            yield from files
        below = folder / "simple" / project.name
        for name, data in zip(
            PAGES, (project_html(project, files, up), project_json(project, files, up)), strict=True
        ):
            pages[below / name] = data
    for name, data in zip(PAGES, (root_html(projects), root_json(projects)), strict=True):
        pages[folder / "simple" / name] = data
    with told("exporting an index", folder):
        for path, data in pages.items():
            put_file(path, data)


def written(shelves: Shelves, folder: Path, file: File) -> bool:
    """Write a file and its METADATA; whether it could be read."""
    place = folder / "files" / file.sha256 / file.filename
    try:
        with shelves.store.get(file.sha256) as stream:
            data = stream.read()
        metadata = b""
        if file.metadata:
            with shelves.store.get(file.metadata) as stream:
                metadata = stream.read()
    except StoreError:
        return False
    with told("exporting an index", folder):
        put_file(place, data)
        if file.metadata:
            put_file(place.with_name(f"{place.name}.metadata"), metadata)
    return True
