"""The PE reader against pefile and LIEF, and against damaged files."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import lief
import pefile
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.audit.damage import damaged
from zigwheel.audit.pe import Pe, read_pe
from zigwheel.errors import AuditError

Files = Mapping[str, bytes]
NAMES = ("win", "win-32", "win-arm", "win-312", "win-stable", "win-later", "win-foreign")
ARCHES = {0x14C: "i686", 0x8664: "x86_64", 0xAA64: "aarch64"}


@pytest.mark.parametrize("name", NAMES)
def test_agreement_with_pefile(name: str, linked: Files) -> None:
    ours = read_pe(linked[name], name)
    theirs = pefile.PE(data=linked[name])
    assert ours.arch == ARCHES[theirs.FILE_HEADER.Machine]
    assert ours.is_dll == theirs.is_dll()
    assert ours.timestamp == theirs.FILE_HEADER.TimeDateStamp
    assert [(g.library, g.names) for g in ours.imports] == [
        (entry.dll.decode(), tuple(i.name.decode() for i in entry.imports))
        for entry in theirs.DIRECTORY_ENTRY_IMPORT
    ]
    symbols = theirs.DIRECTORY_ENTRY_EXPORT.symbols
    assert ours.exported == {symbol.name.decode() for symbol in symbols}
    wanted = theirs.OPTIONAL_HEADER.DllCharacteristics
    assert (ours.relocatable, ours.no_execute) == (bool(wanted & 0x40), bool(wanted & 0x100))
    assert ours.writable_code == any(
        s.Characteristics & 0xA0000000 == 0xA0000000 for s in theirs.sections
    )


@pytest.mark.parametrize("name", NAMES)
def test_agreement_with_lief(name: str, linked: Files) -> None:
    ours = read_pe(linked[name], name)
    theirs = lief.PE.parse(list(linked[name]))
    assert ours.libraries == tuple(entry.name for entry in theirs.imports)
    assert ours.exported == {entry.name for entry in theirs.get_export().entries}
    assert ours.stripped == (not theirs.symbols and not theirs.has_debug)


def read(data: bytes) -> Pe | None:
    """What is read; None for an `AuditError`. Any other exception fails the test."""
    with contextlib.suppress(AuditError):
        return read_pe(data, "x.pyd")
    return None


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_files(linked: Files, data: st.DataObject) -> None:
    read(damaged(linked[data.draw(st.sampled_from(NAMES))], data, head=1024))


@given(st.binary(max_size=400))
def test_any_bytes(tail: bytes) -> None:
    read(tail)
    read(b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0" + tail)


def test_what_is_no_pe_file() -> None:
    with pytest.raises(AuditError, match="'x' is no readable PE file: it starts with b'MZ'"):
        read_pe(b"MZ, and then nothing", "x")
