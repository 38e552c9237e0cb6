"""The pages of the Simple API, version 1.4, as bytes.

PEP 503 and 691 (the pages), 592 (yanked), 658 and 714 (metadata), 700 (versions, sizes, times), 792 (status).
URLs are relative, so that an index works below any path, and as files of a static host.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from typing import Any

from packaging.version import InvalidVersion, Version

from zigwheel.index.model import File, Project

API = "1.4"

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
PLAIN = "text/html"

UP = "../../"
"""From a project's page to the top of the index."""


def offered(project: Project, files: Iterable[File]) -> list[File]:
    """The files that a page lists, in order: those that can be had, of a project that is not quarantined."""
    if project.status == "quarantined":
        return []
    found = [file for file in files if not file.trouble]
    return sorted(found, key=lambda file: (*order(file.version), file.filename))


def order(version: str) -> tuple[int, Version]:
    """Sorts versions; those of no known form come first."""
    try:
        return 1, Version(version)
    except InvalidVersion:
        return 0, Version("0")


def url_of(file: File, up: str = UP) -> str:
    """Where a file is, from a page. The hash in it keeps a cache from mixing up contents."""
    return f"{up}files/{file.sha256}/{file.filename}"


def project_json(project: Project, files: Iterable[File], up: str = UP) -> bytes:
    """A project's page (PEP 691, "Project Detail")."""
    listed = offered(project, files)
    table: dict[str, Any] = {
        "meta": {"api-version": API},
        "name": project.name,
        "project-status": status(project),
        "versions": list(dict.fromkeys(file.version for file in listed)),
        "files": [entry(file, up) for file in listed],
    }
    return compact(table)


def status(project: Project) -> dict[str, str]:
    """PEP 792: the status, and the reason if there is one."""
    return {"status": project.status, **({"reason": project.reason} if project.reason else {})}


def entry(file: File, up: str) -> dict[str, Any]:
    """A file on a project's page."""
    table: dict[str, Any] = {
        "filename": file.filename,
        "url": url_of(file, up),
        "hashes": {"sha256": file.sha256},
        "size": file.size,
        "upload-time": file.uploaded,
        "yanked": file.yanked if file.yanked else file.yanked is not None,
    }
    if file.requires_python:
        table["requires-python"] = file.requires_python
    if file.metadata:
        table["core-metadata"] = {"sha256": file.metadata}
    return table


def project_html(project: Project, files: Iterable[File], up: str = UP) -> bytes:
    """The same in HTML (PEP 503). What is newer than PEP 714 is in JSON only, as PEP 833 has it."""
    lines = [anchor(file, up) for file in offered(project, files)]
    marks = [f'<meta name="pypi:project-status" content="{project.status}">']
    if project.reason:
        marks.append(f'<meta name="pypi:project-status-reason" content="{escape(project.reason)}">')
    return page(f"Links for {project.shown}", lines, marks)


def anchor(file: File, up: str) -> str:
    """A file on a project's page in HTML."""
    words = [f'href="{escape(url_of(file, up))}#sha256={file.sha256}"']
    if file.requires_python:
        words.append(f'data-requires-python="{escape(file.requires_python)}"')
    if file.metadata:
        words += [
            f'data-{key}="sha256={file.metadata}"'
            for key in ("dist-info-metadata", "core-metadata")
        ]
    if file.yanked is not None:
        words.append(f'data-yanked="{escape(file.yanked)}"')
    return f"<a {' '.join(words)}>{escape(file.filename)}</a><br>"


def root_json(projects: Iterable[Project]) -> bytes:
    """The list of all projects (PEP 691, "Project List")."""
    names = [{"name": project.shown} for project in projects]
    return compact({"meta": {"api-version": API}, "projects": names})


def root_html(projects: Iterable[Project]) -> bytes:
    """The same in HTML."""
    return page(
        "Simple index",
        [f'<a href="{one.name}/">{escape(one.shown)}</a><br>' for one in projects],
    )


def page(title: str, lines: Iterable[str], marks: Iterable[str] = ()) -> bytes:
    """A page of HTML 5, as PEP 503 asks for."""
    head = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta name="pypi:repository-version" content="{API}">',
        *marks,
        f"<title>{escape(title)}</title>",
        "</head>",
        "<body>",
        f"<h1>{escape(title)}</h1>",
    ]
    return "\n".join([*head, *lines, "</body>", "</html>", ""]).encode()


def compact(table: dict[str, Any]) -> bytes:
    """JSON without blanks."""
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
