"""Full disks, read-only folders, and a cache that cannot be used."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hooks.rig import CONFIG, TINY, Maker, Project, tree

Mounter = Callable[..., Path]


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Mounter]:
    """Mounts a small disk, or a folder read-only; needs root."""
    done: list[Path] = []

    def mount(*words: str, at: str) -> Path:
        folder = tmp_path / at
        folder.mkdir(exist_ok=True)
        ran = subprocess.run(["mount", *words, str(folder)], capture_output=True, text=True)
        if ran.returncode:
            pytest.skip(f"mounting is not allowed here: {ran.stderr.strip()}")
        done.append(folder)
        return folder

    yield mount
    for folder in reversed(done):
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def big(make: Maker) -> Project:
    """A package that does not fit on a very small disk."""
    noise = os.urandom(400_000)
    project = make()
    (project.root / "src" / "tiny" / "noise.bin").write_bytes(noise)
    return project


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
def test_a_full_output_disk(big: Project, mounted: Mounter, hook: str) -> None:
    small = mounted("-t", "tmpfs", "-o", "size=128k", "tmpfs", at="small")
    done = big.call(hook, small)
    assert done.code == 1
    assert f"in {str(small)!r}: No space left on device" in done.said
    assert "StorageError" in done.said
    assert "hint: the disk is full: free room there, or name another folder" in done.said
    assert list(small.iterdir()) == []


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
def test_a_file_that_may_not_grow(big: Project, tmp_path: Path, hook: str) -> None:
    """The same without root: a limit of this process on the size of files."""
    limited = Project(
        root=big.root, environ=big.environ, before=("sh", "-c", 'ulimit -f 300; exec "$@"', "sh")
    )
    out = tmp_path / "dist"
    done = limited.call(hook, out)
    assert done.code == 1
    assert "StorageError" in done.said
    assert "File too large" in done.said
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("size", ["256k", pytest.param("2100k", marks=pytest.mark.slow)])
def test_a_full_cache_disk(tiny: Project, mounted: Mounter, ziglang: Path, size: str) -> None:
    """Our words or Zig's, and what to do; Zig itself is then used where it was installed."""
    cache = mounted("-t", "tmpfs", "-o", f"size={size}", "tmpfs", at="cache")
    path = os.pathsep.join([tiny.environ["PYTHONPATH"], str(ziglang)])
    said = tiny.under(ZIGWHEEL_CACHE_DIR=str(cache), PYTHONPATH=path).refusal()
    assert "Error: " in said
    assert "No space left on device" in said or "NoSpaceLeft" in said
    assert "hint: the disk is full" in said
    # nothing of it is taken for whole afterwards
    assert not (cache / "zig").is_dir() or list((cache / "zig").iterdir()) == []


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist", "build_editable"])
def test_a_read_only_source_folder(
    tiny: Project, mounted: Mounter, tmp_path: Path, hook: str
) -> None:
    plain = tmp_path / "plain"
    expected = tiny.call(hook, plain).value
    (tiny.root / "compile_commands.json").unlink(missing_ok=True)
    mounted("--bind", str(tiny.root), at="fixed")
    ran = subprocess.run(["mount", "-o", "remount,ro,bind", str(tmp_path / "fixed")])
    assert ran.returncode == 0
    fixed = Project(root=tmp_path / "fixed", environ=tiny.environ)
    done = fixed.call(hook, tmp_path / "dist")
    assert done.value == expected, done.said
    if hook == "build_editable":
        assert "compile_commands.json was not written: Read-only file system" in done.said
    else:
        assert (tmp_path / "dist" / expected).read_bytes() == (plain / expected).read_bytes()


def test_a_read_only_cache(tiny: Project, mounted: Mounter, ziglang: Path, tmp_path: Path) -> None:
    plain = tiny.wheel().read_bytes()
    cache = mounted("-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", at="cache")
    path = os.pathsep.join([tiny.environ["PYTHONPATH"], str(ziglang)])
    project = tiny.under(ZIGWHEEL_CACHE_DIR=None, HOME=str(cache), PYTHONPATH=path)
    done = project.call("build_wheel", tmp_path / "again")
    assert done.code == 0, done.said
    where = str(cache / ".cache" / "zigwheel")
    assert f"warning: the cache {where!r} cannot be written (Read-only file system)" in done.said
    assert (tmp_path / "again" / done.value).read_bytes() == plain


def test_a_full_folder_for_temporary_files(tiny: Project, mounted: Mounter, tmp_path: Path) -> None:
    """Python then takes another folder, and so do we; it must not be the project."""
    small = mounted("-t", "tmpfs", "-o", "size=8k", "tmpfs", at="temp")
    (small / "full").write_bytes(b"x" * 8192)
    before = tree(tiny.root)
    tiny.under(TMPDIR=str(small)).wheel()
    assert [entry.name for entry in small.iterdir()] == ["full"]
    assert tree(tiny.root) == before


def test_an_output_folder_that_is_a_file(tiny: Project, tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("a file")
    done = tiny.call("build_wheel", tmp_path / "dist")
    assert "StorageError" in done.said
    assert (tmp_path / "dist").read_text() == "a file"


def test_a_cache_that_is_a_file(make: Maker, ziglang: Path, tmp_path: Path) -> None:
    project = make(config=CONFIG, files=TINY)
    (tmp_path / "cache").write_text("a file")
    path = os.pathsep.join([project.environ["PYTHONPATH"], str(ziglang)])
    project = project.under(ZIGWHEEL_CACHE_DIR=str(tmp_path / "cache"), PYTHONPATH=path)
    before = tree(project.root)
    done = project.call("build_wheel", tmp_path / "dist")
    assert done.code == 0, done.said
    assert "cannot be written" in done.said
    assert tree(project.root) == before
