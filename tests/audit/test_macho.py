"""The Mach-O reader against LIEF and macholib, and against damaged files."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import lief
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from macholib.mach_o import LC_RPATH
from macholib.MachO import MachO as Theirs

from tests.audit.damage import damaged
from tests.audit.samples import fat
from zigwheel.audit.macho import MachO, is_macho, read_macho
from zigwheel.errors import AuditError

Files = Mapping[str, bytes]
NAMES = ("mac-arm", "mac-intel", "mac-new", "mac-foreign", "mac-runpath")


@pytest.mark.parametrize("name", NAMES)
def test_agreement_with_lief(name: str, linked: Files) -> None:
    (ours,) = read_macho(linked[name], name)
    theirs = lief.MachO.parse(list(linked[name])).at(0)
    assert ours.arch == {"X86_64": "x86_64", "ARM64": "arm64"}[theirs.header.cpu_type.name]
    oldest = theirs.build_version.minos if theirs.build_version else theirs.version_min.version
    assert ours.minos == tuple(oldest[:2])
    loaded = [c.name for c in theirs.libraries if c.command.name != "ID_DYLIB"]
    assert list(ours.libraries) == loaded
    assert list(ours.runpaths) == [path.path for path in theirs.rpaths]
    assert ours.exported == {s.name.removeprefix("_") for s in theirs.exported_symbols}
    assert sorted(ours.imported) == sorted(
        s.name.removeprefix("_") for s in theirs.imported_symbols
    )
    assert (ours.signature != "none") == theirs.has_code_signature
    assert ours.platform == 1


@pytest.mark.parametrize("name", NAMES)
def test_agreement_with_macholib(name: str, linked: Files, tmp_path: Path) -> None:
    (tmp_path / "x.so").write_bytes(linked[name])
    (header,) = Theirs(str(tmp_path / "x.so")).headers
    (ours,) = read_macho(linked[name], name)
    names = [path for _, kind, path in header.walkRelocatables()]
    assert list(ours.libraries) == names
    paths = [data for load, _, data in header.commands if load.cmd == LC_RPATH]
    assert list(ours.runpaths) == [path.rstrip(b"\0").decode() for path in paths]


def test_a_fat_file_is_its_parts(linked: Files) -> None:
    both = fat(linked["mac-intel"], linked["mac-arm"])
    intel, arm = read_macho(both, "x")
    assert (intel,) == read_macho(linked["mac-intel"], "x")
    assert (arm,) == read_macho(linked["mac-arm"], "x")
    assert lief.MachO.parse(list(both)).size == 2


def test_a_java_class_is_none() -> None:
    assert not is_macho(b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(100))


def test_a_signature_covers_every_page(linked: Files) -> None:
    data = linked["mac-arm"]
    assert read_macho(data, "x")[0].signature == "valid"
    at = data.index(b"PyModule_GetName")
    changed = data[:at] + b"Q" + data[at + 1 :]
    assert read_macho(changed, "x")[0].signature == "broken"


def read(data: bytes) -> tuple[MachO, ...]:
    """What is read; nothing for an `AuditError`. Any other exception fails the test."""
    with contextlib.suppress(AuditError):
        return read_macho(data, "x.so")
    return ()


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_files(linked: Files, data: st.DataObject) -> None:
    image = linked[data.draw(st.sampled_from(NAMES))]
    if data.draw(st.booleans()):
        image = fat(image, image)
    read(damaged(image, data, head=2048))


@given(st.binary(max_size=200), st.sampled_from([b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b""]))
def test_any_bytes(tail: bytes, magic: bytes) -> None:
    read(magic + tail)


def test_what_is_no_macho_file() -> None:
    with pytest.raises(
        AuditError, match=r"'x' is no readable Mach-O file: it starts with b'\\x7fELF'"
    ):
        read_macho(b"\x7fELF and so on", "x")
