"""The page of whole releases."""

from __future__ import annotations

from tests.release.page import PAGE, Row, page, read
from tests.release.projects import PROJECTS


def row(**more: object) -> Row:
    values: dict[str, object] = {
        "name": PROJECTS[0].name,
        "release": "spam 1.0",
        "wheels": 4,
        "judges": "auditwheel 2, wheel 4",
        "passed": ("cp313-manylinux_x86_64",),
        "untested": {
            "cp313-macosx_arm64": "no macOS is here",
            "cp39-macosx_arm64": "no macOS is here",
        },
        "seconds": 1.0,
        "wrong": {},
        "rebuilt": 4,
    }
    return Row(**{**values, **more})  # type: ignore[arg-type]


def test_a_row_counts() -> None:
    text = page({PROJECTS[0].name: row()})
    assert f"| spam 1.0 | {PROJECTS[0].what} | 4 | 1 | 2 | 4 | 4 | 4 |" in text
    assert "- spam 1.0: auditwheel 2, wheel 4" in text
    assert "- no macOS is here: `cp313-macosx_arm64`, `cp39-macosx_arm64`" in text


def test_what_came_out_otherwise_is_not_counted_and_told() -> None:
    found = row(wrong={"cp39-win32": "alone", "cp313-win32": "another order"})
    assert "| 4 | 1 | 2 | 3 | 3 | 4 |" in page({PROJECTS[0].name: found})
    assert "cp39-win32: alone" in found.told


def test_the_page_is_that_of_the_record_which_has_nothing_wrong() -> None:
    rows = read()
    assert page(rows) == PAGE.read_text(encoding="utf-8")
    assert rows.keys() <= {project.name for project in PROJECTS}
    assert not any(found.wrong for found in rows.values())
    assert all(found.rebuilt == found.wheels for found in rows.values())
