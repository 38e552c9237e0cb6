"""pyproject.toml from disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from zigwheel.config.read import read_project
from zigwheel.errors import ConfigError, StorageError


def write(root: Path, data: bytes) -> Path:
    """A project whose pyproject.toml holds `data`."""
    (root / "pyproject.toml").write_bytes(data)
    return root


def test_project_holds_the_tables_and_the_text(tmp_path: Path) -> None:
    text = '[project]\r\nname = "ä"\r\n[tool.zigwheel]\r\nlto = true\r\n'
    project = read_project(write(tmp_path, text.encode()))
    assert project.root == tmp_path
    assert project.table == {"project": {"name": "ä"}, "tool": {"zigwheel": {"lto": True}}}
    assert project.tool == {"lto": True}
    assert project.source == text


@pytest.mark.parametrize("text", ["", "[project]\nname = 'a'", "[tool.other]", "tool.x = 1"])
def test_a_project_without_the_table_is_a_pure_one(tmp_path: Path, text: str) -> None:
    assert read_project(write(tmp_path, text.encode())).tool == {}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"[tool]\nx = [1,\n  2 3]\n",
            'pyproject.toml, line 3, column 5: Unclosed array: "2 3]"',
        ),
        (
            b"[tool]\nx = ",
            'pyproject.toml, line 2, column 5: Invalid value: "x ="',
        ),
        (
            b"[tool.zigwheel]\nname = 'Gr\xfc\xdfe'\n",
            (
                "pyproject.toml, line 2, column 11: byte 0xfc is not UTF-8\n"
                "  hint: TOML is UTF-8: save the file in this encoding"
            ),
        ),
        (
            b"tool = 1",
            "`tool` is 1, an integer; it must be a table",
        ),
        (
            b"[[tool.zigwheel]]\nlto = true",
            (
                "`tool.zigwheel` is [{ lto = true }], an array; it must be a table\n"
                "  hint: write `[tool.zigwheel]`"
            ),
        ),
        (
            b"[tool]\nzigwheel = 1999-12-31",
            (
                "`tool.zigwheel` is 1999-12-31, a date or time; it must be a table\n"
                "  hint: write `[tool.zigwheel]`"
            ),
        ),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_project(write(tmp_path, data))
    assert str(caught.value) == message


def test_no_pyproject(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_project(tmp_path)
    assert str(caught.value) == (
        f"there is no pyproject.toml in `{tmp_path}`\n"
        "  hint: zigwheel builds the project whose root it is run in"
    )


def test_a_folder_named_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(StorageError, match=r"pyproject\.toml` cannot be read"):
        read_project(tmp_path)


def test_import_brings_no_heavy_module() -> None:
    heavy = ["json", "tomllib", "tomli", "packaging", "difflib", "subprocess", "zipfile", "ast"]
    code = (
        "import sys; import dataclasses; before = set(sys.modules); import zigwheel.config.read;"
        f"print(sorted(set({heavy!r}) & (set(sys.modules) - before)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
