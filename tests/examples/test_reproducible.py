"""The same input gives the same bytes: elsewhere, at another time, for another user, by another road."""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.examples.rig import COMPILED, EXAMPLES, build, copied, run

FOREIGN = "aarch64-linux-gnu.2.17"
MAC = "macosx_universal2"
ALWAYS = ("fastsum", "geometry", "twins")
"""Examples that are held against each other on both roads in every run: C, C++, a library."""

ZLIB_NG = """\
import sys
import zlib

from zlib_ng import zlib_ng

if zlib_ng.compress(bytes(range(256)) * 999) == zlib.compress(bytes(range(256)) * 999):
    raise SystemExit("zlib-ng is no other zlib than this interpreter's")
for name in dir(zlib):
    if hasattr(zlib_ng, name) and not name.startswith("_"):
        setattr(zlib, name, getattr(zlib_ng, name))
sys.modules["zlib"] = zlib_ng
print("zlib-ng is in use", file=sys.stderr)
"""
"""A `sitecustomize` that puts zlib-ng in the place of zlib, for whoever imports it or has done so."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What must not matter."""

    folder: str
    """Name of the folder that the project is in."""
    seconds: int
    """Time of the sources, since 1970."""
    modes: tuple[int, int]
    """Permissions of folders and files."""
    umask: int
    """Of the build."""
    environ: dict[str, str]
    """Variables of the build."""


HERE = Circumstances(
    folder="plain",
    seconds=1_000_000_000,
    modes=(0o755, 0o644),
    umask=0o022,
    environ={
        "HOME": "/nonexistent/one",
        "LC_ALL": "C",
        "LANG": "C",
        "LOGNAME": "one",
        "PYTHONHASHSEED": "1",
        "TZ": "UTC",
        "USER": "one",
    },
)
THERE = Circumstances(
    folder="a folder/with Ünïcödé 包",
    seconds=1_700_000_001,
    modes=(0o700, 0o600),
    umask=0o077,
    environ={
        "HOME": "/nonexistent/two",
        "LC_ALL": "C.UTF-8",
        "LANG": "tr_TR.UTF-8",
        "LOGNAME": "two",
        "PYTHONHASHSEED": "2",
        "TZ": "Asia/Kathmandu",
        "USER": "two",
    },
)


def placed(name: str, where: Circumstances, root: Path) -> Path:
    """A copy of an example under its circumstances."""
    project = copied(name, root / where.folder / name)
    for path in [project, *sorted(project.rglob("*"))]:
        path.chmod(where.modes[path.is_file()])
        os.utime(path, (where.seconds, where.seconds))
    return project


def bytes_of(
    name: str,
    where: Circumstances,
    root: Path,
    environ: dict[str, str],
    *,
    sdist: bool = False,
    settings: tuple[str, ...] = (),
) -> tuple[str, str]:
    """Name and digest of what is built, objects compiled anew in a build folder of its own."""
    project = placed(name, where, root)
    found = {k: v for k, v in environ.items() if k not in ("LANGUAGE", "LC_CTYPE")} | where.environ
    made = build(
        project,
        root / where.folder / "out",
        found,
        sdist=sdist,
        settings=["build-dir=build", *settings],
        umask=where.umask,
    )
    return made.name, hashlib.sha256(made.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", EXAMPLES)
def test_wheels_are_equal(name: str, with_zig: dict[str, str], tmp_path: Path) -> None:
    here = bytes_of(name, HERE, tmp_path, with_zig)
    assert here == bytes_of(name, THERE, tmp_path, with_zig)


@pytest.mark.parametrize("name", EXAMPLES)
def test_sdists_are_equal(name: str, with_zig: dict[str, str], tmp_path: Path) -> None:
    here = bytes_of(name, HERE, tmp_path, with_zig, sdist=True)
    assert here == bytes_of(name, THERE, tmp_path, with_zig, sdist=True)


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_zlib_does_not_matter(
    name: str, kind: str, with_zig: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(ZLIB_NG)
    # An environment of pip's knows no zlib-ng, so it is found where the tests find it.
    path = [str(tmp_path), with_zig["PYTHONPATH"], sysconfig.get_path("platlib")]
    replaced = {**with_zig, "PYTHONPATH": os.pathsep.join(path)}
    code = "import zlib; print(zlib.compress.__module__)"
    assert "zlib_ng" in run([sys.executable, "-c", code], replaced)
    sdist = kind == "sdist"
    here = bytes_of(name, HERE, tmp_path / "zlib", with_zig, sdist=sdist)
    assert here == bytes_of(name, HERE, tmp_path / "zlib-ng", replaced, sdist=sdist)


@pytest.mark.parametrize(
    "target", ["native", FOREIGN, MAC, pytest.param("win_amd64", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    "name", [n if n in ALWAYS else pytest.param(n, marks=pytest.mark.slow) for n in COMPILED]
)
def test_both_roads_lead_to_the_same_bytes(
    name: str, target: str, with_zig: dict[str, str], for_313: list[str], tmp_path: Path
) -> None:
    settings = () if target == "native" else (f"target={target}", *for_313)
    direct = bytes_of(name, HERE, tmp_path / "1", with_zig, settings=("lowering=direct", *settings))
    other = bytes_of(
        name, THERE, tmp_path / "2", with_zig, settings=("lowering=zig-build", *settings)
    )
    assert direct == other


def test_another_content_gives_other_bytes(with_zig: dict[str, str], tmp_path: Path) -> None:
    """The comparisons above would see a difference."""
    fast = bytes_of("fastsum", HERE, tmp_path / "1", with_zig, settings=("optimize=fast",))
    small = bytes_of("fastsum", HERE, tmp_path / "2", with_zig, settings=("optimize=small",))
    assert fast[0] == small[0]
    assert fast[1] != small[1]


def test_debug_information_names_no_place(with_zig: dict[str, str], tmp_path: Path) -> None:
    """Neither the project's folder nor Zig's, also where that lies behind a link or in the project."""
    settings = ("strip=false", "optimize=debug")
    here = bytes_of("fastsum", HERE, tmp_path / "1", with_zig, settings=settings)
    inside = (*settings, "cache-dir=cache")
    assert here == bytes_of("fastsum", THERE, tmp_path / "2", with_zig, settings=inside)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    linked = (*settings, f"cache-dir={tmp_path / 'link'}")
    assert here == bytes_of("fastsum", THERE, tmp_path / "3", with_zig, settings=linked)
