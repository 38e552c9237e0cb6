"""A manifest is foreign input: read whole, or refused with the name of the field."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.errors import MatrixError
from zigwheel.matrix.manifest import from_table, read_manifest, to_json
from zigwheel.matrix.model import LeftOut, Manifest, SdistResult, TestPlan, TestResult, WheelResult

TEST = TestResult(identifier="cp313-win32", state="failed", reason="no", seconds=1.5, output="…")
WHEEL = WheelResult(
    identifier="cp313-win32",
    serves=("cp313-win32", "cp314-win32"),
    state="built",
    file="a-1.0-cp313-abi3-win32.whl",
    size=7,
    sha256="00",
    tests=(TEST,),
)
WHOLE = Manifest(
    name="a",
    version="1.0",
    zigwheel="0.1",
    zig="0.16",
    sdist=SdistResult(file="a-1.0.tar.gz", size=1, sha256="00"),
    wheels=(WHEEL,),
    left_out=(LeftOut(identifier="cp39-win32", reason="`skip` names it"),),
    plans=(TestPlan(identifier="cp313-win32", command="pytest", environ=("A=1",)),),
    complete=True,
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "wheelhouse.json"
    file.write_text(to_json(WHOLE), encoding="utf-8")
    assert read_manifest(file) == WHOLE


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("schema",), 99, "`schema` is '99'"),
        (("name",), 1, "m.name"),
        (("sdist",), None, "m: sdist"),
        (("sdist", "size"), "1", "sdist.size"),
        (("wheels",), {}, "wheels is no list"),
        (("wheels", 0), 1, r"wheels\[0\]"),
        (("wheels", 0, "size"), True, r"wheels\[0\].size"),
        (("wheels", 0, "serves"), [1], r"wheels\[0\].serves"),
        (("wheels", 0, "file"), "../../etc/passwd", "no name of a file"),
        (("wheels", 0, "file"), "a\\b.whl", "no name of a file"),
        (("wheels", 0, "file"), ".whl", "no name of a file"),
        (("wheels", 0, "tests", 0, "state"), [], r"tests\[0\].state"),
        (("wheels", 0, "state"), "banana", r"wheels\[0\].state"),
        (("plans", 0, "environ"), [1], r"plans\[0\].environ"),
    ],
)
def test_what_is_wrong_is_named(path: tuple[str | int, ...], value: Any, said: str) -> None:
    table = json.loads(to_json(WHOLE))
    inner = table
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(MatrixError, match=said):
        from_table(table, "m")


def test_a_lack_is_named() -> None:
    table = json.loads(to_json(WHOLE))
    del table["wheels"][0]["state"]
    with pytest.raises(MatrixError, match=r"wheels\[0\].*state"):
        from_table(table, "m")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(["name", "sdist", "wheels", "plans", "left_out"]), JSON))
def test_whatever_it_holds_it_is_read_or_refused(table: dict[str, Any]) -> None:
    with contextlib.suppress(MatrixError):
        from_table({"schema": 1, **table}, "m")


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "\ud800".encode("utf-8", "surrogatepass")]
)
def test_what_is_no_json_is_refused(tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "m.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(MatrixError):
        read_manifest(file)
    with pytest.raises(MatrixError, match="cannot be read"):
        read_manifest(tmp_path / "none.json")
