"""Zig packages: what is pure of them, and the limit of foreign code."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from zigwheel.config.zon import parse_zon
from zigwheel.errors import CompileError
from zigwheel.plan.model import ZigPackage
from zigwheel.zig.execute import Run
from zigwheel.zig.package_text import manifest, used
from zigwheel.zig.packages import execute_limited
from zigwheel.zig.prebuilt import Part, Prebuilt


def package(name: str, **changes: str) -> ZigPackage:
    """A package in the project."""
    values = {"path": f"vendor/{name}", "url": "", "hash": "", **changes}
    return ZigPackage(
        name=name,
        **values,
        parts=(),
        options=(("kind", 'a"b'), ("size", 3), ("wide", True)),
        optimize="small",
        strip=True,
    )


def test_a_manifest_for_any_name() -> None:
    packages = [package("z"), package("zlib-ng", path="", url="https://example.org", hash="N-V-x")]
    for name in ("pkg", "for", "0-it's", "na.me", "x" * 99, "\u00e9"):
        said = parse_zon(manifest(packages, name))
        assert said["dependencies"] == {
            "z": {"path": "vendor/z"},
            "zlib-ng": {"url": "https://example.org", "hash": "N-V-x"},
        }
        assert len(said["name"]) <= 32
        assert 0 < said["fingerprint"] & 0xFFFFFFFF < 0xFFFFFFFF
    assert manifest(packages, "pkg") == manifest(packages, "pkg")


def test_how_a_package_is_asked_for() -> None:
    assert used(package("zlib-ng")) == (
        'const @"zlib-ng_pkg": Package = .init(b, "zlib-ng", b.dependency("zlib-ng", .{ .target = target, '
        '.optimize = .ReleaseSmall, .kind = "a\\"b", .size = 3, .wide = true }), true);'
    )


def part(file: str, *links: int | str, cxx: bool = False) -> Part:
    """A part that is linked with others."""
    return Part(file=file, package="p", name="", version="", cxx=cxx, frameworks=(), links=links)


def test_what_is_linked_along_is_in_the_order_of_std_build() -> None:
    parts = (
        part("a", 1, "m", 2),
        part("b", 3, "ssl"),
        part("", "m", 3),  # an object within `a`
        part("d", cxx=True),
        part("e"),
    )
    made = Prebuilt(folder=Path("x"), roots={"p:a": (0, "i/a"), "p:e": (4, "i/e")}, parts=parts)
    assert made.archives(["p:e", "p:a"]) == [Path("x/e"), Path("x/a")]
    assert made.includes(["p:a"]) == [Path("x/i/a")]
    assert made.beside(["p:e", "p:a"], ["ssl"]) == [Path("x/b"), "m", Path("x/d"), Path("x/d")]
    assert made.cxx(["p:a"])
    assert not made.cxx(["p:e"])
    assert list(made.files(["p:a"])) == [str(Path("x", name)) for name in "abd"]


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_foreign_code_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('pid', 'w').write(str(child.pid))\n"
        "child.wait()\n"
    )
    run = Run(environ=dict(os.environ), say=lambda text: None)
    with pytest.raises(CompileError, match="took more than 5 seconds and was ended"):
        execute_limited([sys.executable, "-c", code], tmp_path, run, limit=5)
    pid = int((tmp_path / "pid").read_text("utf-8"))
    for _ in range(50):
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text("utf-8").rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    raise AssertionError(f"process {pid} goes on")
