"""What files are, what a user gets of them, and the sums."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recipe.recipes import recipe
from zigwheel.census.count import Download, Share, figures, together
from zigwheel.census.model import Item, Kind, item, latest
from zigwheel.matrix.identifiers import identifiers
from zigwheel.recipe.known import known
from zigwheel.recipe.statements import Statement

USER = identifiers()["cp313-manylinux_x86_64"]


@pytest.mark.parametrize(
    ("file", "kind", "project", "version"),
    [
        ("spam-1.0.tar.gz", "sdist", "spam", "1.0"),
        ("Spam_Eggs-1.0.zip", "sdist", "spam-eggs", "1.0"),
        ("spam-1.0-py3-none-any.whl", "pure", "spam", "1.0"),
        ("spam-1.0-cp313-cp313-win_amd64.whl", "prebuilt", "spam", "1.0"),
        ("spam-1.0-1-py2.py3-none-any.whl", "pure", "spam", "1.0"),
        ("spam-1.0-py3.8.egg", "other", "", "None"),
        ("spam-1.0.win32-py2.7.exe", "other", "", "None"),
        ("spam-one-py3-none-any.whl", "other", "", "None"),
        ("spam.tar.gz", "other", "", "None"),
    ],
)
def test_kinds(file: str, kind: Kind, project: str, version: str) -> None:
    found = item(file, 1, "")
    assert (found.kind, found.project, str(found.version)) == (kind, project, version)


def test_the_newest_release() -> None:
    names = ["a-1.9.tar.gz", "a-1.10.tar.gz", "a-2.0rc1.tar.gz", "a-old.exe"]
    items = [item(name, 1, "", project="a") for name in names]
    assert [one.file for one in latest(items)] == ["a-1.10.tar.gz"]
    withdrawn = item("a-1.11.tar.gz", 1, "", project="a", yanked=True)
    assert [one.file for one in latest([*items, withdrawn])] == ["a-1.10.tar.gz"]
    assert [one.file for one in latest(items[2:])] == ["a-2.0rc1.tar.gz"]
    assert latest([]) == []


SDIST = ("a-1.tar.gz", 100)


@pytest.mark.parametrize(
    ("files", "user", "wanted"),
    [
        ([SDIST], "", Download(now=100, prebuilt=False, without=100)),
        ([SDIST, ("a-1-py3-none-any.whl", 7)], "", Download(now=7, prebuilt=False, without=7)),
        (
            [SDIST, ("a-1-cp313-cp313-manylinux_2_17_x86_64.whl", 9), ("a-1-py3-none-any.whl", 7)],
            "",
            Download(now=9, prebuilt=True, without=7),
        ),
        (
            [SDIST, ("a-1-cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", 9)],
            "",
            Download(now=9, prebuilt=True, without=100),
        ),
        (
            [
                ("a-1-cp39-abi3-manylinux_2_17_x86_64.whl", 1),
                ("a-1-cp312-abi3-manylinux_2_17_x86_64.whl", 2),
            ],
            "",
            Download(now=2, prebuilt=True, without=None),
        ),
        (
            [SDIST, ("a-1-cp314-abi3-manylinux_2_17_x86_64.whl", 1)],
            "",
            Download(now=100, prebuilt=False, without=100),
        ),
        (
            [SDIST, ("a-1-cp313-cp313-musllinux_1_2_x86_64.whl", 1)],
            "",
            Download(now=100, prebuilt=False, without=100),
        ),
        (
            [SDIST, ("a-1-cp313-cp313t-manylinux_2_17_x86_64.whl", 1)],
            "",
            Download(now=100, prebuilt=False, without=100),
        ),
        (
            [SDIST, ("a-1-cp311-abi3-win_amd64.whl", 1)],
            "cp313t-win_amd64",
            Download(now=100, prebuilt=False, without=100),
        ),
        (
            [SDIST, ("a-1-py3-none-win_amd64.whl", 1)],
            "cp313t-win_amd64",
            Download(now=1, prebuilt=True, without=100),
        ),
        (
            [SDIST, ("a-1-cp313-cp313-macosx_10_13_universal2.whl", 5)],
            "cp313-macosx_arm64",
            Download(now=5, prebuilt=True, without=100),
        ),
        ([("a-1-cp313-cp313-win32.whl", 5)], "", None),
    ],
)
def test_downloads(files: list[tuple[str, int]], user: str, wanted: Download | None) -> None:
    items = [item(name, size, "") for name, size in files]
    (one,) = figures(items, {}, user=identifiers().get(user, USER))
    assert one.download == wanted


def test_what_can_be_made_again() -> None:
    (wheel,) = recipe().wheels
    sha256 = wheel.output.file.sha256
    items = [item(wheel.name, 2000, sha256), item("spam-1.0-cp313-cp313-win32.whl", 500, "f" * 64)]
    (one,) = figures(items, known([(recipe(), "")], []), user=USER)
    assert one.prebuilt == Share(files=2, size=2500)
    assert (one.recorded, one.reconstructable) == (Share(files=1, size=2000), Share())
    said = Statement(builder="urn:second", wheels=frozenset([sha256]))
    (one,) = figures(items, known([(recipe(), "")], [said]), user=USER)
    assert one.reconstructable == Share(files=1, size=2000)


def test_order_and_sums() -> None:
    items = [
        item("small-1-cp313-cp313-win32.whl", 5, ""),
        item("large-1-cp313-cp313-win32.whl", 50, ""),
        item("large-1.tar.gz", 10, ""),
        item("large-0.9.tar.gz", 10, ""),
        item("pure-1-py3-none-any.whl", 3, ""),
    ]
    every = figures(items, {}, user=USER)
    assert [one.name for one in every] == ["large", "small", "pure"]
    total = together(every)
    assert (total.releases, total.size) == (4, 78)
    assert total.prebuilt == Share(files=2, size=55)
    assert total.download == Download(now=13, prebuilt=False, without=13)
    newest = figures(items, {}, user=USER, newest=True)
    assert newest[0].sdists == Share(files=1, size=10)


NAMES = st.builds(
    "{}-{}{}".format,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["1", "2.0rc1", "x"]),
    st.sampled_from(
        [".tar.gz", ".zip", ".exe", "-py3-none-any.whl", "-cp313-cp313-manylinux_2_17_x86_64.whl"]
    ),
)


@given(st.lists(st.builds(item, NAMES, st.integers(0, 10**9), st.just(""), project=st.just("a"))))
def test_nothing_is_lost(items: list[Item]) -> None:
    every = figures(items, {}, user=USER)
    assert together(every).size == sum(one.size for one in items)
    assert all(one.recorded.size <= one.prebuilt.size for one in every)
