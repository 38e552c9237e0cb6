"""The same project gives the same bytes, whoever builds it, where, when and with what."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("write_example.py")
FILES = {
    "pyproject.toml": '[project]\nname = "fastsum"\n',
    "LICENSE": "MIT\n",
    "src/fastsum/__init__.py": "x = 1\n" * 200,
    "src/fastsum/größe.txt": "ü" * 300,
    "src/fastsum/bin.dat": bytes(range(256)) * 30,
    "src/fastsum/" + "long/" * 24 + "x.txt": "deep\n",
    "data/a b.txt": "a\n",
    "tool.sh": "#!/bin/sh\n",
}


def build(
    python: str, out: Path, root: Path, environ: Mapping[str, str], umask: int = 0o022
) -> dict[str, bytes]:
    """Run the script in an interpreter of its own; name and bytes of what it wrote."""
    command = [python, str(SCRIPT), str(out), str(root)]
    done = subprocess.run(
        command,
        env={**os.environ, **environ},
        preexec_fn=lambda: os.umask(umask) and None,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return {file.name: file.read_bytes() for file in out.iterdir()}


@pytest.fixture
def project(tree: Callable[..., Path]) -> Path:
    root = tree(FILES)
    (root / "tool.sh").chmod(0o755)
    return root


@pytest.fixture
def expected(project: Path, tmp_path: Path, python_path: str) -> dict[str, bytes]:
    files = build(sys.executable, tmp_path / "expected", project, {"PYTHONPATH": python_path})
    assert sorted(files) == ["fastsum-1.0-py3-none-any.whl", "fastsum-1.0.tar.gz"]
    return files


@pytest.mark.skipif(os.name != "posix", reason="umask and users are those of POSIX systems")
def test_folder_time_umask_locale_and_order(
    project: Path, expected: dict[str, bytes], tmp_path: Path, python_path: str
) -> None:
    # written in another order, at another time, with other modes, into a folder with another name
    other = tmp_path / "anderswo, mit ü"
    for path in reversed(FILES):
        (other / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project / path, other / path)
        (other / path).chmod(0o700 if path == "tool.sh" else 0o600)
        os.utime(other / path, (0, 1))
    environ = {
        "PYTHONPATH": python_path,
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "C",
        "HOME": str(tmp_path),
        "USER": "somebody",
        "PYTHONHASHSEED": "7",
        "PYTHONUTF8": "0",
    }
    assert build(sys.executable, tmp_path / "out ü", other, environ, umask=0o077) == expected


def test_source_date_epoch_is_the_only_thing_that_counts(
    project: Path, expected: dict[str, bytes], tmp_path: Path, python_path: str
) -> None:
    environ = {"PYTHONPATH": python_path, "SOURCE_DATE_EPOCH": "1700000000"}
    dated = build(sys.executable, tmp_path / "dated", project, environ)
    assert all(dated[name] != expected[name] for name in expected)
    again = build(sys.executable, tmp_path / "again", project, {**environ, "TZ": "UTC-5"})
    assert again == dated


@pytest.mark.slow
def test_interpreter(
    project: Path,
    expected: dict[str, bytes],
    tmp_path: Path,
    python_path: str,
    interpreters: list[str],
) -> None:
    for python in interpreters:
        out = tmp_path / f"out{interpreters.index(python)}"
        assert build(python, out, project, {"PYTHONPATH": python_path}) == expected, python


OTHER_ZLIB = """
import runpy, sys, zlib
from zlib_ng import zlib_ng
text = bytes(range(256)) * 30
assert zlib.compress(text, 6) != zlib_ng.compress(text, 6), "the test needs streams that differ"
sys.modules["zlib"] = zlib_ng
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
assert sys.modules["zipfile"].zlib is zlib_ng
"""


@pytest.mark.skipif(not importlib.util.find_spec("zlib_ng"), reason="zlib-ng is not installed")
def test_another_zlib_behind_the_interpreter(
    project: Path, expected: dict[str, bytes], tmp_path: Path, python_path: str
) -> None:
    environ = {**os.environ, "PYTHONPATH": python_path}
    command = [sys.executable, "-c", OTHER_ZLIB, str(SCRIPT), str(tmp_path / "ng"), str(project)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {file.name: file.read_bytes() for file in (tmp_path / "ng").iterdir()} == expected
