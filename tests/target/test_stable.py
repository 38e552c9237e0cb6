"""The stable ABIs: `py-api`, which Pythons load what, and the macros for CPython's headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.target.test_python import pythons
from zigwheel.errors import TargetError
from zigwheel.target.python import PythonTarget, parse_python
from zigwheel.target.stable import StableAbi, parse_py_api, stable_abi

ABI3 = StableAbi(name="abi3", minimum=(3, 10))
ABI3T = StableAbi(name="abi3t", minimum=(3, 15))


@pytest.mark.parametrize(
    ("text", "abis"),
    [
        ("", ()),
        ("cp310", (ABI3,)),
        (" cp315t ", (ABI3T,)),
        ("cp310.cp315t", (ABI3, ABI3T)),
        ("cp32", (StableAbi(name="abi3", minimum=(3, 2)),)),
    ],
)
def test_parse(text: str, abis: tuple[StableAbi, ...]) -> None:
    assert parse_py_api(text) == abis


@pytest.mark.parametrize(
    ("abi", "tag", "tags", "macros"),
    [
        (StableAbi(name="abi3", minimum=(3, 2)), "cp32", "abi3", {"Py_LIMITED_API": "0x03020000"}),
        (ABI3, "cp310", "abi3", {"Py_LIMITED_API": "0x030A0000"}),
        (
            ABI3T,
            "cp315",
            "abi3.abi3t",
            {"Py_LIMITED_API": "0x030F0000", "Py_TARGET_ABI3T": "0x030F0000"},
        ),
    ],
)
def test_names(abi: StableAbi, tag: str, tags: str, macros: dict[str, str]) -> None:
    assert (abi.tag, abi.abi, dict(abi.macros)) == (tag, tags, macros)


NO_VERSION = (
    "py-api `{}` names no version of the stable ABI\n"
    "  hint: write the oldest CPython to support, from `cp32` to `cp315`; `cp315t` for free-threaded "
    "ones; or both, as `cp310.cp315t`"
)


@pytest.mark.parametrize(
    "text", ["3.10", "cp31", "cp316", "cp316t", "cp310.", "abi3", "cp310,cp315t"]
)
def test_refused(text: str) -> None:
    with pytest.raises(TargetError) as raised:
        parse_py_api(text)
    assert str(raised.value) == NO_VERSION.format(text)


def test_abi3t_begins_with_3_15() -> None:
    with pytest.raises(TargetError) as raised:
        parse_py_api("cp310.cp314t")
    assert str(raised.value) == (
        "py-api `cp310.cp314t`: the stable ABI of free-threaded Pythons (`abi3t`) begins with 3.15\n"
        "  hint: write `cp314`; older free-threaded Pythons get wheels of their own"
    )


@pytest.mark.parametrize(
    ("python", "py_api", "chosen"),
    [
        ("3.9", "cp310", None),
        ("3.10", "cp310", ABI3),
        ("3.15", "cp310", ABI3),
        ("3.14t", "cp310", None),
        ("3.15t", "cp310", None),
        ("pp311", "cp310", None),
        ("3.15t", "cp315t", ABI3T),
        ("3.15", "cp315t", ABI3T),
        ("3.14", "cp315t", None),
        ("3.14t", "cp315t", None),
        ("3.14", "cp310.cp315t", ABI3),
        ("3.15", "cp310.cp315t", ABI3),
        ("3.15t", "cp310.cp315t", ABI3T),
        ("3.13t", "cp310.cp315t", None),
        ("3.15", "cp315.cp315t", ABI3T),
        ("3.15t", "", None),
    ],
)
def test_choice(python: str, py_api: str, chosen: StableAbi | None) -> None:
    assert stable_abi(parse_python(python), py_api) == chosen


@given(pythons, st.sampled_from(["", "cp39", "cp312", "cp315t", "cp39.cp315t", "cp315.cp315t"]))
def test_what_is_chosen_serves(python: PythonTarget, py_api: str) -> None:
    chosen = stable_abi(python, py_api)
    others = [abi for abi in parse_py_api(py_api) if abi.serves(python)]
    assert chosen in others if others else chosen is None
