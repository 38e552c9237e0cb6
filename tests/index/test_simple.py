"""Pages, against what clients and PEPs make of them."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from zigwheel.index.model import File, Project
from zigwheel.index.web.simple import project_html, project_json, root_html, root_json

SPAM = Project(name="spam-eggs", shown="Spam.Eggs")
SDIST = File(
    project="spam-eggs",
    version="1.0",
    filename="spam_eggs-1.0.tar.gz",
    size=1000,
    sha256="a" * 64,
    uploaded="2026-11-27T01:02:03.000004Z",
    requires_python=">=3.9,<4",
)
WHEEL = replace(
    SDIST,
    filename="spam_eggs-1.0-py3-none-any.whl",
    size=2000,
    sha256="b" * 64,
    metadata="c" * 64,
    yanked='bad "idea" <',
)
FILES = [WHEEL, SDIST, replace(SDIST, version="0.9", filename="spam_eggs-0.9.tar.gz", yanked="")]


def test_json() -> None:
    table = json.loads(project_json(SPAM, FILES))
    assert table["meta"] == {"api-version": "1.4"}
    assert table["name"] == "spam-eggs"
    assert table["versions"] == ["0.9", "1.0"]
    assert table["project-status"] == {"status": "active"}
    assert [file["yanked"] for file in table["files"]] == [True, 'bad "idea" <', False]
    assert table["files"][1] == {
        "filename": "spam_eggs-1.0-py3-none-any.whl",
        "url": f"../../files/{'b' * 64}/spam_eggs-1.0-py3-none-any.whl",
        "hashes": {"sha256": "b" * 64},
        "size": 2000,
        "upload-time": "2026-11-27T01:02:03.000004Z",
        "yanked": 'bad "idea" <',
        "requires-python": ">=3.9,<4",
        "core-metadata": {"sha256": "c" * 64},
    }


class Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.meta: dict[str, str | None] = {}
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        table = dict(attrs)
        if tag == "a":
            self.found.append(table)
        if tag == "meta" and "name" in table:
            self.meta[str(table["name"])] = table["content"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(page: bytes) -> Anchors:
    parser = Anchors()
    parser.feed(page.decode())
    return parser


def test_html() -> None:
    page = read(project_html(replace(SPAM, status="archived", reason="<old>"), FILES))
    assert page.meta == {
        "pypi:repository-version": "1.4",
        "pypi:project-status": "archived",
        "pypi:project-status-reason": "<old>",
    }
    assert page.found[1] == {
        "href": f"../../files/{'b' * 64}/spam_eggs-1.0-py3-none-any.whl#sha256={'b' * 64}",
        "data-requires-python": ">=3.9,<4",
        "data-dist-info-metadata": f"sha256={'c' * 64}",
        "data-core-metadata": f"sha256={'c' * 64}",
        "data-yanked": 'bad "idea" <',
    }
    assert page.found[0]["data-yanked"] == ""
    assert "data-yanked" not in page.found[2]


def test_what_is_not_offered() -> None:
    troubled = [replace(WHEEL, trouble="gone"), SDIST]
    assert [f["filename"] for f in json.loads(project_json(SPAM, troubled))["files"]] == [
        SDIST.filename
    ]
    quarantined = json.loads(project_json(replace(SPAM, status="quarantined"), FILES))
    assert quarantined["files"] == []
    assert quarantined["project-status"] == {"status": "quarantined"}


def test_all_projects() -> None:
    assert json.loads(root_json([SPAM])) == {
        "meta": {"api-version": "1.4"},
        "projects": [{"name": "Spam.Eggs"}],
    }
    assert read(root_html([SPAM])).found == [{"href": "spam-eggs/"}]


@given(st.text(), st.text(), st.none() | st.text())
def test_any_words(reason: str, requires: str, yanked: str | None) -> None:
    """Whatever an upload says, a page stays a page, and the order of files does not matter."""
    file = replace(WHEEL, requires_python=requires, yanked=yanked)
    project = replace(SPAM, reason=reason)
    assert project_json(project, [file, SDIST]) == project_json(project, [SDIST, file])
    page = read(project_html(project, [file]))
    assert len(page.found) == 1
    assert page.found[0].get("data-yanked") == (None if yanked is None else yanked)
