"""The examples, built for macOS and read by two tools. Not run: no Mac is at hand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.utils import parse_wheel_filename

from tests.examples.rig import COMPILED, EXTENSIONS, run, unpacked
from tests.examples.test_cross import PYTHON_TAGS
from tests.macho import Slice, read

Builder = Callable[..., Path]

PLATFORMS = {
    "aarch64-macos.11.0": ("macosx_11_0_arm64", {"arm64": (11, 0)}),
    "x86_64-macos.10.13": ("macosx_10_13_x86_64", {"x86_64": (10, 13)}),
    "cp313-macosx_universal2": ("macosx_10_13_universal2", {"x86_64": (10, 13), "arm64": (11, 0)}),
}
"""Target, tag, and each slice's oldest macOS."""

LIBRARIES = {"/usr/lib/libSystem.B.dylib"}
"""All that an extension may expect of macOS."""


def compiled_files(wheel: Path, folder: Path) -> dict[str, Path]:
    """Mach-O files of a wheel by their paths."""
    root = unpacked(wheel, folder)
    marks = (b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
    return {
        file.relative_to(root).as_posix(): file
        for file in sorted(root.rglob("*"))
        if file.is_file() and file.read_bytes()[:4] in marks
    }


@pytest.mark.parametrize("target", PLATFORMS)
@pytest.mark.parametrize("name", COMPILED)
def test_examples(
    name: str, target: str, built: Builder, for_313: list[str], tmp_path: Path
) -> None:
    wheel = built(name, [f"target={target}", *for_313])
    platform, slices = PLATFORMS[target]
    front = PYTHON_TAGS.get(name, "cp313-cp313")
    assert set(map(str, parse_wheel_filename(wheel.name)[3])) == {f"{front}-{platform}"}
    files = compiled_files(wheel, tmp_path)
    assert len(files) == {"sieve": 2, "twins": 2}.get(name, 1)
    for path, file in files.items():
        found = read(file)
        assert {arch: part.minos for arch, part in found.items()} == slices
        for arch, part in found.items():
            keeps_promises(part, arch)
            if name in EXTENSIONS:
                shows_its_init_function(part, path, front)


def keeps_promises(part: Slice, arch: str) -> None:
    """Nothing but macOS itself is loaded, and the signature is that of the content."""
    assert set(part.dylibs) <= LIBRARIES
    assert not part.weakly_bound
    assert part.signed == (arch == "arm64")
    assert all(name.startswith(("_Py", "__Py")) for name in part.looked_up)


def shows_its_init_function(part: Slice, path: str, front: str) -> None:
    """An extension's file name and all that it shows."""
    module, suffix = path.rpartition("/")[2].split(".", 1)
    assert suffix == ("abi3.so" if front.endswith("-abi3") else "cpython-313-darwin.so")
    assert part.exports == part.external == {f"_PyInit_{module}"}
    package = path.rpartition("/")[0].replace("/", ".")
    assert part.install_name == f"@rpath/lib{package}.{module}.dylib"


def test_programs_show_nothing(built: Builder, for_313: list[str], tmp_path: Path) -> None:
    wheel = built("shout", ["target=cp313-macosx_universal2", *for_313])
    (file,) = compiled_files(wheel, tmp_path).values()
    for part in read(file).values():
        assert part.exports == {"__mh_execute_header"}
        assert part.install_name == ""


def test_tools_agree(built: Builder, for_313: list[str], environ: dict[str, str]) -> None:
    wheels = [built(name, [f"target={t}", *for_313]) for name in COMPILED for t in PLATFORMS]
    run([sys.executable, "-m", "check_wheel_contents", *wheels], environ)
    run([sys.executable, "-m", "twine", "check", "--strict", *wheels], environ)
    abi3 = [wheel for wheel in wheels if "-abi3-" in wheel.name]
    assert len(abi3) == len(PLATFORMS) * sum(t.endswith("-abi3") for t in PYTHON_TAGS.values())
    run([sys.executable, "-m", "abi3audit", "--strict", *abi3], environ)
