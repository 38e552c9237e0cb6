"""The bill of materials in a wheel, held against the symbols of what was linked."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from elftools.elf.elffile import ELFFile

from tests.examples.rig import ROOT, build

PROJECT = ROOT / "tests" / "packages" / "statics"
MARKS = {
    "library:sum": "sum_up_to",
    "library:idle": "idle",
    "zig:compiler_rt": "__udivti3",
    "zig:libc++": "_ZNSt3__19to_stringEx",
    "zig:libc++abi": "__cxa_throw",
    "zig:libunwind": "_Unwind_RaiseException",
    "zig:glibc": "_start",
    "zig:musl": "_start",
}
"""A function that is in a file if, and only if, something of the component is."""

CXX = {"zig:libc++", "zig:libc++abi", "zig:libunwind"}


def made(out: Path, environ: dict[str, str], settings: Sequence[str]) -> zipfile.ZipFile:
    """A wheel of the fixture."""
    project = out / "project"
    shutil.copytree(PROJECT, project)
    return zipfile.ZipFile(build(project, out / "wheel", environ, settings=settings))


def bill_of(wheel: zipfile.ZipFile) -> Any:
    """Its bill, checked by CycloneDX's own validator."""
    (name,) = (n for n in wheel.namelist() if "/sboms/" in n)
    assert name == "statics-1.0.dist-info/sboms/zigwheel.cdx.json"
    text = wheel.read(name).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    return json.loads(text)


def contents(bill: Any) -> dict[str, set[str]]:
    """What is in which file, by the stem of its name."""
    return {
        entry["ref"].rpartition("/")[2].partition(".")[0]: set(entry["dependsOn"])
        for entry in bill["dependencies"]
        if entry["ref"].startswith("file:")
    }


def functions(data: bytes) -> set[str]:
    """The functions that a file with a symbol table defines."""
    table = ELFFile(io.BytesIO(data)).get_section_by_name(".symtab")
    assert table is not None
    return {s.name for s in table.iter_symbols() if s.entry.st_shndx != "SHN_UNDEF"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("platform", "libc"),
    [("manylinux_2_17_x86_64", "zig:glibc"), ("musllinux_1_2_x86_64", "zig:musl")],
)
def test_what_is_in(tmp_path: Path, with_zig: dict[str, str], platform: str, libc: str) -> None:
    wheel = made(tmp_path, with_zig, [f"target={platform}", "strip=false"])
    found = contents(bill_of(wheel))
    assert found == {
        "_sum": {"library:sum"},
        "_wide": {"zig:compiler_rt"},
        "_throws": CXX,
        "statics-tool": {libc},
    }
    programs = [n for n in wheel.namelist() if n.endswith((".so", "/scripts/statics-tool"))]
    assert len(programs) == 6
    for name in programs:
        defined = functions(wheel.read(name))
        marked = {ref for ref, function in MARKS.items() if function in defined}
        listed = found.get(name.rpartition("/")[2].partition(".")[0], set())
        assert marked - {"zig:glibc", "zig:musl"} == listed - {libc}, name
        assert (libc in marked) == (libc in listed), name


@pytest.mark.slow
def test_a_stripped_wheel_says_the_same(tmp_path: Path, with_zig: dict[str, str]) -> None:
    """Twice, in folders with a blank in their names: the same bytes; and what the config names."""
    wheels = []
    for name in ("one folder", "another"):
        (tmp_path / name).mkdir()
        environ = {**with_zig, "TMPDIR": str(tmp_path / name)}
        wheels.append(made(tmp_path / name, environ, ["target=manylinux_2_17_x86_64"]))
    first, second = ({n: w.read(n) for n in w.namelist()} for w in wheels)
    assert first == second
    bill = bill_of(wheels[0])
    assert contents(bill)["_throws"] == CXX
    assert contents(bill)["_sum"] == {"library:sum"}
    (entry,) = (c for c in bill["components"] if c["bom-ref"] == "library:sum")
    assert entry == {
        "type": "library",
        "bom-ref": "library:sum",
        "name": "sum",
        "version": "4.2",
        "purl": "pkg:generic/sum@4.2",
        "cpe": "cpe:2.3:a:sum:sum:4.2:*:*:*:*:*:*:*",
        "licenses": [{"expression": "BSD-2-Clause OR Zlib"}],
    }
    assert "statics-1.0.dist-info/licenses/vendor/sum/COPYING" in first


@pytest.mark.slow
def test_windows(tmp_path: Path, with_zig: dict[str, str]) -> None:
    """There something of MinGW's runtime, and what it needs, is in every file.

    What zigwheel gives libc++ in the place of the C library's printf takes string functions of Zig's.
    """
    runtime = {"zig:mingw-w64", "zig:compiler_rt"}
    assert contents(bill_of(made(tmp_path, with_zig, ["target=win_amd64"]))) == {
        "_plain": runtime,
        "_sum": {*runtime, "library:sum"},
        "_wide": runtime,
        "_bare": runtime,
        "_throws": {*runtime, *CXX, "zig:zigc"},
        "statics-tool": runtime,
    }


@pytest.mark.slow
def test_optimised_over_all(tmp_path: Path, with_zig: dict[str, str]) -> None:
    """With `lto` the linker does not tell: all that it was offered is listed."""
    shutil.copytree(PROJECT, tmp_path / "project")
    file = tmp_path / "project" / "pyproject.toml"
    text = file.read_text(encoding="utf-8").replace('"statics._sum"', '"statics._sum"\nlto = true')
    file.write_text(text, encoding="utf-8")
    settings = ["target=manylinux_2_17_x86_64"]
    wheel = build(tmp_path / "project", tmp_path / "wheel", with_zig, settings=settings)
    found = contents(bill_of(zipfile.ZipFile(wheel)))
    assert found["_sum"] == {"library:sum", "library:idle", "zig:glibc"}
    assert found["_throws"] == CXX


@pytest.mark.slow
def test_both_roads_say_the_same(tmp_path: Path, with_zig: dict[str, str]) -> None:
    bills = []
    for lowering in ("direct", "zig-build"):
        settings = ["target=manylinux_2_17_x86_64", f"lowering={lowering}"]
        (tmp_path / lowering).mkdir()
        bills.append(bill_of(made(tmp_path / lowering, with_zig, settings)))
    assert bills[0] == bills[1]


@pytest.mark.parametrize("name", ["fastsum", "puretree"])
def test_no_bill_of_nothing(built: Any, name: str) -> None:
    with zipfile.ZipFile(built(name)) as wheel:
        assert not [n for n in wheel.namelist() if "/sboms/" in n]
