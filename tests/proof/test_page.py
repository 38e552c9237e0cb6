"""The page says what came about, and not more."""

from __future__ import annotations

from tests.proof.cells import FLAVOURS, Cell, cells
from tests.proof.outcome import Outcome
from tests.proof.page import differences, page

CELLS = {one.name: one for one in cells()}
RAN, NOT_RUN, ABI3, FAILED = (
    CELLS[name]
    for name in (
        "3.13 on manylinux_x86_64",
        "3.13 on macosx_arm64",
        "abi3 on manylinux_x86_64",
        "3.9 on manylinux_x86_64",
    )
)


def outcomes(version: str = "3.13.5", **more: Outcome) -> dict[Cell, Outcome]:
    """Some outcomes, one of each kind."""
    name = "cp313-manylinux_x86_64"
    found = [
        Outcome(cell=RAN, wheel="a.whl", ran={name: version}),
        Outcome(cell=NOT_RUN, wheel="b.whl", reason="macOS is not here."),
        Outcome(cell=ABI3, wheel="c.whl", ran={"cp39-manylinux_x86_64": "3.9.2", name: version}),
        Outcome(cell=FAILED, wheel="d.whl", failed="it crashed"),
        *more.values(),
    ]
    return {one.cell: one for one in found}


def row(text: str, platform: str) -> list[str]:
    """The words of a platform's row, less its name and its modules."""
    (line,) = (x for x in text.splitlines() if x.startswith(f"| `{platform}` | C"))
    return [word.strip() for word in line.strip("|").split("|")][2:]


def test_words() -> None:
    text = page(outcomes())
    found = dict(zip([f.name for f in FLAVOURS], row(text, "manylinux_x86_64"), strict=True))
    assert found["3.13"] == "ran"
    assert found["3.9"] == "**failed**"
    assert found["abi3"] == "ran by 3.9, 3.13"
    assert "built [1]" in row(text, "macosx_arm64")
    assert "\n1. macOS is not here.\n" in text
    assert "| `cp39-manylinux_x86_64` | 3.9.2 |" in text


def test_it_does_not_depend_on_the_order() -> None:
    found = outcomes()
    assert page(found) == page(dict(reversed(found.items())))


def test_a_worse_cell_is_a_difference() -> None:
    worse = outcomes(now=Outcome(cell=RAN, wheel="a.whl", reason="It is gone."))
    assert differences(page(outcomes()), page(worse))


def test_another_patch_release_is_none() -> None:
    assert page(outcomes()) != page(outcomes("3.13.6"))
    assert not differences(page(outcomes()), page(outcomes("3.13.6")))


def test_another_interpreter_is_a_difference() -> None:
    text = page(outcomes())
    assert differences(text, text.replace("`cp39-manylinux_x86_64` | 3.9.2", "`cp39-x` | 3.9.2"))
