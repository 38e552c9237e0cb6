"""Pages of the Simple API, rendered once for each change and kept, as long as there is room."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from zigwheel.index.shelf.catalogue import Catalogue
from zigwheel.index.web.simple import JSON, project_html, project_json, root_html, root_json

ROOM = 96 * 2**20
"""Bytes of all pages that are kept."""

WORTH = 1000
"""Bytes below which nothing is compressed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page as it is sent."""

    body: bytes
    """Its bytes, compressed or not."""
    packed: bool
    """Whether they are compressed."""
    etag: str
    """Names these bytes (RFC 9110, section 8.8.3)."""
    serial: int
    """Of the last change to what it shows."""


Key = tuple[str, str, bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pages:
    """What was rendered. All calls come from one thread."""

    catalogue: Catalogue
    """What is shown."""
    kept: OrderedDict[Key, Page] = field(default_factory=OrderedDict)
    """By project (none for the list of them), form, and whether compressed; the last used at the end."""
    checked: dict[Key, int] = field(default_factory=dict)
    """The state of the catalogue for which each was last found right."""
    held: list[int] = field(default_factory=lambda: [0])
    """Bytes in all of them."""

    def get(self, project: str, form: str, *, packed: bool) -> Page | None:
        """The page of a project by its normalised name, or of all with an empty one; None if there is none."""
        key = (project, form, packed)
        page = self.kept.get(key)
        change = self.catalogue.change()
        if page is not None:
            if self.checked[key] == change or self.catalogue.serial(project) == page.serial:
                self.checked[key] = change
                self.kept.move_to_end(key)
                return page
            self._drop(key)
        page = self._rendered(project, form, packed=packed)
        if page is not None:
            self.kept[key] = page
            self.checked[key] = change
            self.held[0] += len(page.body)
            while self.held[0] > ROOM and len(self.kept) > 1:
                self._drop(next(iter(self.kept)))
        return page

    def _drop(self, key: Key) -> None:
        self.held[0] -= len(self.kept.pop(key).body)
        del self.checked[key]

    def _rendered(self, project: str, form: str, *, packed: bool) -> Page | None:
        serial = self.catalogue.serial(project)  # before the rest: a change between is seen again
        if not project:
            listed = self.catalogue.projects()
            body = root_json(listed) if form == JSON else root_html(listed)
        else:
            found = self.catalogue.project(project)
            if found is None:
                return None
            files = self.catalogue.files(project)
            body = project_json(found, files) if form == JSON else project_html(found, files)
        etag = hashlib.sha256(body).hexdigest()[:32]
        if packed and len(body) >= WORTH:
            body = gzip.compress(body, 6, mtime=0)
            return Page(body=body, packed=True, etag=f'"{etag}-gzip"', serial=serial)
        return Page(body=body, packed=False, etag=f'"{etag}"', serial=serial)
