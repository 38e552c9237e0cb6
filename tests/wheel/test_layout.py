from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from zigwheel.config.model import WheelSettings
from zigwheel.errors import ErrorCollection, WheelError
from zigwheel.wheel.entries import Entry, content
from zigwheel.wheel.layout import needed_files, project_files, wheel_entries
from zigwheel.wheel.writer import write_wheel

Tree = Callable[..., Path]
SO = "_core.cpython-313-x86_64-linux-gnu.so"
PROJECT = {
    "pyproject.toml": "",
    "LICENSE": "MIT",
    "licenses/z lib.txt": "zlib",
    "src/fastsum/__init__.py": "",
    "src/fastsum/py.typed": "",
    "src/fastsum/_core.pyi": "",
    "src/fastsum/_core.c": "",
    "src/fastsum/_core.h": "",
    "src/fastsum/_core.cpython-39-x86_64-linux-gnu.so": "stale",
    "src/fastsum/__pycache__/__init__.cpython-313.pyc": "",
    "src/fastsum/data/größe 1.csv": "1,2",
    "src/fastsum/tests/test_sum.py": "",
    "share/doc/readme.md": "",
    "share/doc/example.c": "",
    "share/.DS_Store": "",
    "include/fastsum.h": "",
    "tools/run.py": "#!python",
}


def lay_out(
    root: Path,
    distribution: Any,
    *,
    built: Mapping[str, Path] | None = None,
    programs: Mapping[str, Path] | None = None,
    modes: Mapping[str, int] | None = None,
    **settings: Any,
) -> dict[str, Entry]:
    entries = wheel_entries(
        root,
        WheelSettings(**settings),
        metadata=distribution,
        built=built or {},
        scripts=programs or {},
        modes=modes or {},
    )
    assert [entry.path for entry in entries] == sorted(entry.path for entry in entries)
    return {entry.path: entry for entry in entries}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    file = tmp_path / "built"
    file.write_bytes(b"fresh")
    return file


def test_a_package_with_an_extension(tree: Tree, distribution: Any, built: Path) -> None:
    root = tree(PROJECT)
    metadata = distribution(
        entry_points=b"[console_scripts]\n", license_files=("LICENSE", "licenses/z lib.txt")
    )
    entries = lay_out(root, metadata, built={f"fastsum/{SO}": built})
    assert list(entries) == [
        "fastsum-1.0.dist-info/METADATA",
        "fastsum-1.0.dist-info/entry_points.txt",
        "fastsum-1.0.dist-info/licenses/LICENSE",
        "fastsum-1.0.dist-info/licenses/licenses/z lib.txt",
        "fastsum/__init__.py",
        f"fastsum/{SO}",
        "fastsum/_core.h",
        "fastsum/_core.pyi",
        "fastsum/data/größe 1.csv",
        "fastsum/py.typed",
        "fastsum/tests/test_sum.py",
    ]
    assert content(entries[f"fastsum/{SO}"]) == b"fresh"
    assert content(entries["fastsum-1.0.dist-info/METADATA"]) == metadata.metadata
    assert {path for path, entry in entries.items() if entry.mode == 0o755} == {f"fastsum/{SO}"}


def test_patterns(tree: Tree, distribution: Any) -> None:
    settings = {"exclude": ("tests/", "fastsum/data"), "include": ("*.c",)}
    assert {
        path
        for path in lay_out(tree(PROJECT), distribution(), **settings)
        if "dist-info" not in path
    } == {
        *("fastsum/__init__.py", "fastsum/py.typed", "fastsum/_core.pyi", "fastsum/_core.c"),
        "fastsum/_core.h",
    }


def test_a_built_file_wins_over_a_stale_one(tree: Tree, distribution: Any, built: Path) -> None:
    old = "fastsum/_core.cpython-39-x86_64-linux-gnu.so"
    entries = lay_out(tree(PROJECT), distribution(), built={old: built}, include=("*.so",))
    assert content(entries[old]) == b"fresh"


def test_named_packages(tree: Tree, distribution: Any) -> None:
    root = tree({"python/code/a.py": "", "python/b.py": "", "c.so": "", "lib/x/y.py": ""})
    packages = {"one/two": "python/code", "b.py": "python/b.py", "one/c.so": "c.so", "": "lib"}
    entries = lay_out(root, distribution(), packages=packages)
    assert list(entries)[:-1] == [
        "b.py",
        "fastsum-1.0.dist-info/METADATA",
        "one/c.so",
        "one/two/a.py",
    ]
    assert list(entries)[-1] == "x/y.py"


def test_two_packages_may_overlap(tree: Tree, distribution: Any) -> None:
    root = tree({"src/a/b/c.py": "", "templates/t.txt": ""})
    packages = {"a": "src/a", "a/b": "src/a/b", "a/templates": "templates"}
    entries = lay_out(root, distribution(), packages=packages)
    assert [path for path in entries if "dist-info" not in path] == [
        "a/b/c.py",
        "a/templates/t.txt",
    ]


def test_two_files_for_one_path_do_not_pass(tree: Tree, distribution: Any, tmp_path: Path) -> None:
    root = tree({"one/x.py": "1", "two/x.py": "2"})
    entries = wheel_entries(
        root,
        WheelSettings(packages={"p": "one", "p/x.py": "two/x.py"}),
        metadata=distribution(),
        built={},
        scripts={},
        modes={},
    )
    with pytest.raises(WheelError, match=r"two files want the path 'p/x\.py'"):
        write_wheel(
            tmp_path,
            dist_name="fastsum",
            version="1.0",
            build_tag="",
            tag="py3-none-any",
            wheel_metadata=b"",
            entries=entries,
            source_date_epoch=None,
        )


def test_the_data_folder(tree: Tree, distribution: Any, built: Path) -> None:
    entries = lay_out(
        tree(PROJECT),
        distribution(),
        programs={"fastsum": built},
        data={"share/fastsum": "share", "etc/f.conf": "pyproject.toml", ".": "licenses"},
        headers={"fastsum": "include", "two.h": "include/fastsum.h"},
        scripts={"run": "tools/run.py"},
    )
    base = "fastsum-1.0.data"
    assert [path for path in entries if path.startswith(base)] == [
        f"{base}/data/etc/f.conf",
        f"{base}/data/share/fastsum/doc/example.c",
        f"{base}/data/share/fastsum/doc/readme.md",
        f"{base}/data/z lib.txt",
        f"{base}/headers/fastsum/fastsum.h",
        f"{base}/headers/two.h",
        f"{base}/scripts/fastsum",
        f"{base}/scripts/run",
    ]
    assert {path for path, entry in entries.items() if entry.mode == 0o755} == {
        f"{base}/scripts/fastsum",
        f"{base}/scripts/run",
    }


@pytest.mark.skipif(os.name != "posix", reason="permission bits and links of POSIX systems")
def test_modes_and_links(tree: Tree, distribution: Any) -> None:
    root = tree(PROJECT)
    (root / "src/fastsum/data/run").write_text("#!/bin/sh")
    (root / "src/fastsum/data/run").chmod(0o740)
    (root / "src/fastsum/linked.h").symlink_to("../../include/fastsum.h")
    (root / "src/fastsum/docs").symlink_to("../../share/doc")
    entries = lay_out(root, distribution())
    assert [path for path, entry in entries.items() if entry.mode == 0o755] == ["fastsum/data/run"]
    assert content(entries["fastsum/linked.h"]) == b""
    assert "fastsum/docs/readme.md" in entries
    assert "fastsum/docs/example.c" not in entries


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights on Windows")
def test_everything_that_cannot_ship_is_reported(
    tree: Tree, distribution: Any, tmp_path: Path
) -> None:
    root = tree(PROJECT)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/key").write_text("")
    (root / "src/fastsum/out").symlink_to("../../../secret")
    (root / "src/fastsum/excluded").symlink_to("../../../secret")
    (root / "src/fastsum/lost.py").symlink_to("nothing")
    (root / "src/fastsum/lost.c").symlink_to("nothing")
    (root / "include/loop").symlink_to(".")
    (root / "escape").symlink_to("../secret")
    with pytest.raises(ErrorCollection) as caught:
        lay_out(
            root,
            distribution(license_files=("COPYING", "escape/key")),
            exclude=("excluded",),
            headers={"fastsum": "include"},
            data={"x": "escape", "y": "../secret", "z": "shar"},
        )
    errors = [error.message for error in caught.value.errors]
    assert len(errors) == 8
    assert "`tool.zigwheel.wheel.data` names 'escape', which lies outside the project" in errors
    assert "`tool.zigwheel.wheel.data` names '../secret', which lies outside the project" in errors
    assert "`tool.zigwheel.wheel.data` names 'shar', which is not there" in errors
    assert "`project.license-files` names 'COPYING', which is not there" in errors
    assert "`project.license-files` names 'escape/key', which lies outside the project" in errors
    assert any(
        e.startswith("'include/loop' is a symbolic link to a folder that hol") for e in errors
    )
    secret = os.path.realpath(tmp_path / "secret")
    assert (
        f"'src/fastsum/out' is a symbolic link that leads out of the project, to {secret!r}"
        in errors
    )
    assert "'src/fastsum/lost.py' is a broken symbolic link, to 'nothing'" in errors


def test_modes_of_git_count_where_the_disk_keeps_none(tree: Tree, distribution: Any) -> None:
    root = tree({"fastsum/__init__.py": "", "fastsum/run": "#!x", "fastsum/tool": ""})
    modes = {"fastsum/run": 0o100644, "fastsum/tool": 0o100755}
    entries = lay_out(root, distribution(), modes=modes)
    executable = [path for path, entry in entries.items() if entry.mode == 0o755]
    assert executable == (["fastsum/tool"] if os.name != "posix" else [])


def test_what_the_sdist_must_hold(tree: Tree, distribution: Any, built: Path) -> None:
    root = tree(PROJECT)
    entries = lay_out(
        root,
        distribution(license_files=("LICENSE",)),
        built={f"fastsum/{SO}": built},
        exclude=("tests", "data"),
        scripts={"run": "tools/run.py"},
    )
    assert needed_files(root, list(entries.values())) == [
        "LICENSE",
        "src/fastsum/__init__.py",
        "src/fastsum/_core.h",
        "src/fastsum/_core.pyi",
        "src/fastsum/py.typed",
        "tools/run.py",
    ]


def test_what_any_sdist_must_hold_before_anything_is_compiled(
    tree: Tree, distribution: Any
) -> None:
    settings = WheelSettings(exclude=("data", "tests"))
    metadata = distribution(name="other", license_files=("LICENSE",))
    found = project_files(
        tree(PROJECT), settings, metadata=metadata, installed=["fastsum/_core.so"]
    )
    assert found == [
        "LICENSE",
        "src/fastsum/__init__.py",
        "src/fastsum/_core.h",
        "src/fastsum/_core.pyi",
        "src/fastsum/py.typed",
    ]
    alone = tree({"spam.c": "", "spam.pyi": ""}, "alone")
    found = project_files(alone, WheelSettings(), metadata=distribution(), installed=["spam.so"])
    assert found == ["spam.pyi"]
    with pytest.raises(WheelError, match="nothing to ship"):
        project_files(alone, WheelSettings(), metadata=distribution(), installed=[])


def test_into_a_wheel(tree: Tree, distribution: Any, tmp_path: Path) -> None:
    metadata = distribution()
    entries = lay_out(tree(PROJECT), metadata)
    file = write_wheel(
        tmp_path,
        dist_name="fastsum",
        version="1.0",
        build_tag="",
        tag="py3-none-any",
        wheel_metadata=b"",
        entries=entries.values(),
        source_date_epoch=None,
    )
    with zipfile.ZipFile(file) as archive:
        assert set(entries) < set(archive.namelist())
