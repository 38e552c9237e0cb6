"""The page says what the last run of each package found, and not more."""

from __future__ import annotations

from dataclasses import replace

from tests.corpus.__main__ import PAGE, compared
from tests.corpus.outcome import Abroad, Outcome, read
from tests.corpus.page import page
from tests.corpus.record import packages

FIRST, SECOND = packages()[:2]
GOOD = Outcome(
    version=FIRST.version,
    work="none",
    wheel="a.whl",
    passed=FIRST.suite.passed,
    abroad={"cp313-win_amd64": Abroad(wheel="b.whl", modules=2, passed=7)},
)


def cells(found: Outcome) -> list[str]:
    """The first package's cells."""
    lines = page(packages(), {FIRST.name: found}).splitlines()
    (line,) = (one for one in lines if one.startswith(f"| {FIRST.name} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(packages(), read())


def test_a_good_package() -> None:
    full = f"{FIRST.suite.passed} of {FIRST.suite.passed}"
    assert cells(GOOD)[2:] == ["none", "equal", full, "–", "–", "2", "7"]
    assert "1 of them without handwork" in page(packages(), {FIRST.name: GOOD})


def test_what_is_worse_shows() -> None:
    fewer = replace(GOOD, passed=1, trouble="1 of 9 tests pass")
    assert cells(fewer)[4].startswith("**1 of ")
    assert "0 pass as many" in page(packages(), {FIRST.name: fewer})
    assert cells(replace(GOOD, differences=("lacks a.py",)))[3] == "1 differ"
    assert cells(replace(GOOD, wheel="", passed=None))[3:5] == ["**not built**", "–"]
    index = Abroad(wheel="b.whl", modules=1, passed=6, index=7)
    assert cells(replace(GOOD, abroad={"cp313-win_amd64": index}))[-1] == "6 (index: 7)"


def test_a_run_is_compared_with_the_last() -> None:
    assert compared(FIRST, GOOD, GOOD, whole=True) == []
    assert compared(FIRST, None, GOOD, whole=True) == []
    gone = replace(GOOD, abroad={})
    assert compared(FIRST, GOOD, gone, whole=False) == []
    (line,) = compared(FIRST, GOOD, gone, whole=True)
    assert line.startswith(f"{FIRST.name}, cp313-win_amd64: ")


def test_a_package_that_was_not_run_says_so() -> None:
    assert f"| {SECOND.name} |  | not run |" in page(packages(), {FIRST.name: GOOD})
