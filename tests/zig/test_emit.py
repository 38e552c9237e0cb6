"""`build.zig`: held against a golden file, and against `zig fmt`.

After a wanted change: `UPDATE_GOLDEN=1 pytest tests/zig/test_emit.py`, and read the difference.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zig.plans import EVERYTHING, LIBRARY, MACOS, artifact, plan
from zigwheel.config.zon import quoted
from zigwheel.zig.emit import emit, variables
from zigwheel.zig.toolchain import Zig

GOLDEN = Path(__file__).parent / "golden"


def text_of(name: str) -> str:
    plans = {"everything": plan(*EVERYTHING), "plain": plan(artifact()), "library": plan(LIBRARY)}
    plans["macos"] = MACOS
    suffix = ".cpython-313-x86_64-linux-gnu.so"
    return emit(plans[name], suffix=suffix, limited_suffix=".abi3.so", cpu="baseline")


@pytest.mark.parametrize("name", ["everything", "plain", "library"])
def test_golden(name: str) -> None:
    file = GOLDEN / f"{name}.zig"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text_of(name), encoding="utf-8")
    assert text_of(name) == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["everything", "plain", "library", "macos"])
def test_it_is_formatted(name: str, zig: Zig, tmp_path: Path) -> None:
    file = tmp_path / "build.zig"
    file.write_text(text_of(name), encoding="utf-8")
    subprocess.run([zig.executable, "fmt", "--check", file], check=True)


def test_apple_s_sdk_is_used_where_something_needs_it() -> None:
    said = text_of("macos")
    assert '    pkg__core_ext.root_module.linkFramework("Foo", .{});\n' in said
    assert "    paths.useSdk(pkg__core_ext.root_module);\n" in said
    assert "paths.useSdk(" not in text_of("everything")


def test_names_that_fall_together_are_numbered() -> None:
    same = (artifact(name="a.b"), artifact(name="a_b"), artifact(name="A.B"), artifact(name="_1"))
    assert list(variables(same).values()) == ["a_b_ext", "a_b_ext2", "a_b_ext3", "a1"]


@given(st.text(st.characters(codec="utf-8")))
def test_a_literal_holds_any_text(text: str) -> None:
    literal = quoted(text)
    assert literal.startswith('"')
    assert literal.endswith('"')
    assert not set(literal) & set(map(chr, range(32)))
    assert literal[1:-1].encode().decode("unicode_escape").encode("latin-1").decode() == text
