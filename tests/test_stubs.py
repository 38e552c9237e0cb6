"""Stubs of modules, here of Python in the place of compiled ones: what runs, what is kept, what is said."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from zigwheel.errors import ErrorCollection, GenerateError
from zigwheel.stubs import files_for, stubs_of

PLACE = "tool.zigwheel.extension[0].stubs"
CORE = "def double(number: int) -> int:\n    return 2 * number\n"


@pytest.fixture
def modules(tmp_path: Path) -> dict[str, Path]:
    """Two modules of a package by their path in a wheel, the second of which needs the first."""
    texts = {
        "pkg/sub/_core.py": CORE,
        "pkg/_other.py": "from pkg.sub._core import double\nNAME: str = 'x'\n",
    }
    files = {}
    for path, text in texts.items():
        files[path] = tmp_path / "built" / path.replace("/", "-")
        files[path].parent.mkdir(exist_ok=True)
        files[path].write_text(text)
    return files


def made(files: dict[str, Path], *wanted: str) -> dict[str, dict[str, bytes]]:
    """The stubs of modules."""
    return stubs_of(
        dict.fromkeys(wanted, PLACE), files, python=sys.executable, environ=dict(os.environ)
    )


def test_each_module_has_its_own(modules: dict[str, Path]) -> None:
    found = made(modules, "pkg.sub._core", "pkg._other")
    assert {name: list(files) for name, files in found.items()} == {
        "pkg.sub._core": ["_core.pyi"],
        "pkg._other": ["_other.pyi"],
    }
    assert b"def double(number: int) -> int: ..." in found["pkg.sub._core"]["_core.pyi"]
    assert made(modules, "pkg.sub._core") == {"pkg.sub._core": found["pkg.sub._core"]}
    assert files_for("pkg.sub._core") == ("_core.pyi", "_core/__init__.pyi")


def test_an_installed_package_of_the_name_is_not_taken(
    modules: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "site" / "pkg" / "sub"
    old.mkdir(parents=True)
    (tmp_path / "site" / "pkg" / "__init__.py").write_text("raise SystemExit('the old package')")
    (old / "__init__.py").write_text("")
    (old / "_core.py").write_text("def old() -> None: ...\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    found = made(modules, "pkg.sub._core")
    assert b"double" in found["pkg.sub._core"]["_core.pyi"]


def test_all_that_cannot_be_imported_is_said(modules: dict[str, Path]) -> None:
    modules["pkg/sub/_core.py"].write_text("import pkg.settings\n")
    with pytest.raises(GenerateError) as raised:
        made(modules, "pkg.sub._core")
    message = str(raised.value)
    assert message.startswith(f"`{PLACE}`: no stub of 'pkg.sub._core' was made:\n")
    assert "No module named 'pkg.settings'" in message
    assert "write the stub yourself: _core.pyi beside the package's own modules" in message
    with pytest.raises(ErrorCollection) as both:
        made(modules, "pkg.sub._core", "pkg._other")
    assert len(both.value.errors) == 2


def test_one_that_hangs_is_stopped(
    modules: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    modules["pkg/sub/_core.py"].write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr("zigwheel.stubs.LIMIT", 1)
    with pytest.raises(GenerateError, match=r"no stub of 'pkg.sub._core' can be made: .*timed out"):
        made(modules, "pkg.sub._core")
