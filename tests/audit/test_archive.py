"""Wheels as archives: what is read of them, and that no damage does more than become a finding."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.audit.samples import INFO, Wheel, write
from zigwheel.audit.archive import parse_name
from zigwheel.audit.report import ERRORS, WARNINGS, AuditReport
from zigwheel.audit.wheel import audit_wheel
from zigwheel.errors import StorageError

Files = Mapping[str, bytes]

PURE = Wheel(tag="py3-none-any", files={"eggs.py": b"x = 1\n"}, pure=True)


def codes(report: AuditReport) -> list[str]:
    return [finding.code for finding in report.findings]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a-1-py3-none-any.whl", ("a", "1", "", "py3-none-any")),
        ("a.b_c-1.0+x.1-2local-cp313-cp313-win32.whl", ("a.b_c", "1.0+x.1", "2local")),
        ("a-1-py3-none-any.zip", None),
        ("a-1-none-any.whl", None),
        ("a-1-x-py3-none-any.whl", None),
    ],
)
def test_the_name_of_a_wheel(name: str, parts: tuple[str, ...] | None) -> None:
    found = parse_name(name)
    read = found and (found.distribution, found.version, found.build, found.tag)
    assert (read and read[: len(parts or ())]) == parts


def test_a_pure_wheel(tmp_path: Path) -> None:
    report = audit_wheel(write(tmp_path, PURE))
    assert str(report) == "spam-1.0-py3-none-any.whl: kept (0 compiled files)"
    assert not report.refused


@pytest.mark.parametrize(
    ("tag", "pure"), [("py3-none-any", False), ("py3-none-win32", False), ("py3-none-win32", True)]
)
def test_what_says_that_something_is_compiled(tag: str, pure: bool, tmp_path: Path) -> None:
    wheel = Wheel(tag=tag, files={"eggs.py": b""}, pure=pure)
    unset = tag.endswith("any") != pure
    assert codes(audit_wheel(write(tmp_path, wheel))) == (["purelib-unset"] if unset else [])


def test_a_program_for_another_machine_may_be_data(linked: Files, tmp_path: Path) -> None:
    files = {"eggs/launcher.exe": linked["win"], "eggs/__init__.py": b""}
    assert (
        codes(audit_wheel(write(tmp_path, Wheel(tag="py3-none-any", files=files, pure=True)))) == []
    )
    tag = "py3-none-manylinux_2_17_x86_64"
    assert codes(audit_wheel(write(tmp_path, Wheel(tag=tag, files=files)))) == ["stray"]


def test_an_unknown_platform_is_not_passed_over(linked: Files, tmp_path: Path) -> None:
    wheel = Wheel(tag="cp313-cp313-freebsd_14_amd64", files={"eggs.so": linked["gnu"]})
    assert codes(audit_wheel(write(tmp_path, wheel))) == ["platform"]


def test_names_that_differ_in_case(tmp_path: Path) -> None:
    wheel = Wheel(tag="py3-none-any", files={"Eggs.py": b"1", "eggs.py": b"2"}, pure=True)
    assert codes(audit_wheel(write(tmp_path, wheel))) == ["case", "case"]


def test_stronger_hashes(tmp_path: Path) -> None:
    import hashlib
    from base64 import urlsafe_b64encode

    file = write(tmp_path, PURE)
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    digest = urlsafe_b64encode(hashlib.sha512(b"x = 1\n").digest()).rstrip(b"=").decode()
    for written, expected in (
        (f"sha512={digest}", []),
        ("sha512=AAAA", ["record"]),
        ("md5=AAAA", ["record"]),
    ):
        rows = entries[f"{INFO}/RECORD"].decode().splitlines()
        rows = [f"eggs.py,{written},6" if row.startswith("eggs.py") else row for row in rows]
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in entries.items():
                text = "\n".join(rows).encode() if name.endswith("RECORD") else data
                archive.writestr(name, text)
        assert codes(audit_wheel(file)) == expected


def test_an_entry_that_is_encrypted(tmp_path: Path) -> None:
    file = write(tmp_path, PURE)
    data = bytearray(file.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    file.write_bytes(data)
    report = audit_wheel(file)
    assert "archive" in codes(report)
    assert "encrypted" in str(report)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"reading 'a-1-py3-none-any\.whl' failed"):
        audit_wheel(tmp_path / "a-1-py3-none-any.whl")


def test_no_code_is_an_error_and_a_warning() -> None:
    assert not set(ERRORS) & set(WARNINGS)


@settings(
    max_examples=200,
    deadline=4000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_damaged_wheels(linked: Files, tmp_path: Path, data: st.DataObject) -> None:
    tag = "cp313-cp313-manylinux_2_17_x86_64"
    files = {"spam.so": linked["gnu"][:4000], "eggs.py": b"x = 1\n" * 20}
    file = write(tmp_path, Wheel(tag=tag, files=files))
    image = bytearray(file.read_bytes())
    if data.draw(st.booleans()):
        image = image[: data.draw(st.integers(0, len(image)))]
    for _ in range(data.draw(st.integers(0, 8)) if image else 0):
        start = data.draw(st.sampled_from([0, max(0, len(image) - 600)]))
        at = data.draw(st.integers(start, len(image) - 1))
        image[at : at + 2] = data.draw(st.binary(min_size=2, max_size=2))
    file.write_bytes(image)
    str(audit_wheel(file))
