"""Wheels that are broken on purpose: each is caught, under its own code, and by the judges whose subject it is."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.audit.samples import INFO, Wheel, fat, write
from tests.judges import JUDGES, objections
from zigwheel.audit.report import ERRORS
from zigwheel.audit.wheel import audit_wheel

GNU = "cp313-cp313-manylinux_2_17_x86_64"
MUSL = "cp313-cp313-musllinux_1_2_x86_64"
STABLE = "cp310-abi3-manylinux_2_17_x86_64"
ARM_MAC = "cp313-cp313-macosx_11_0_arm64"
BOTH_MACS = "cp313-cp313-macosx_10_13_universal2"
WINDOWS = "cp313-cp313-win_amd64"

ON = {
    GNU: "spam.cpython-313-x86_64-linux-gnu.so",
    MUSL: "spam.cpython-313-x86_64-linux-musl.so",
    STABLE: "spam.abi3.so",
    ARM_MAC: "spam.cpython-313-darwin.so",
    BOTH_MACS: "spam.cpython-313-darwin.so",
    WINDOWS: "spam.cp313-win_amd64.pyd",
    "cp310-abi3-win_amd64": "spam.pyd",
}
"""What an extension module is called under each tag."""

Files = Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A fault."""

    code: str
    """What the audit says."""
    make: Callable[[Files], Wheel]
    """Makes the wheel of the samples."""
    judges: tuple[str, ...] = ()
    """Who says so, too."""
    change: Callable[[Path], object] = lambda file: None
    """What is done to the wheel's file afterwards."""


def module(tag: str, data: bytes, **changes: object) -> Wheel:
    """A wheel with one extension module."""
    return replace(Wheel(tag=tag, files={ON[tag]: data}), **changes)


def of(tag: str, sample: str, **changes: object) -> Callable[[Files], Wheel]:
    """Makes a wheel of one sample."""
    return lambda files: module(tag, files[sample], **changes)


def segment(data: bytes, kind: int, flags: int) -> bytes:
    """A 64-bit ELF image in which the last segment of a kind has other flags."""
    image = bytearray(data)
    start = struct.unpack_from("<Q", image, 32)[0]
    size, count = struct.unpack_from("<HH", image, 54)
    found = [start + i * size for i in range(count)]
    at = [a for a in found if struct.unpack_from("<I", image, a)[0] == kind][-1]
    struct.pack_into("<I", image, at + 4, flags)
    return bytes(image)


def flipped(data: bytes) -> bytes:
    """A Mach-O image with another string in it, and the signature of the first."""
    return data.replace(b"PyModule_GetName", b"PyModule_GetMame")


def unsigned(data: bytes) -> bytes:
    """A thin Mach-O image with the load command of its signature made void."""
    image = bytearray(data)
    count = struct.unpack_from("<I", image, 16)[0]
    at = 32
    for _ in range(count):
        command, size = struct.unpack_from("<II", image, at)
        if command == 0x1D:
            struct.pack_into("<II", image, at + 8, 0, 0)
        at += size
    return bytes(image)


def cut(file: Path) -> None:
    """Leave the first half of a file."""
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def escaping(files: Files) -> Wheel:
    good = module(GNU, files["gnu"])
    return replace(good, files={**good.files, "../outside.py": b"x = 1\n"})


def twice(files: Files) -> Wheel:
    good = module(GNU, files["gnu"])
    return replace(good, files={**good.files, "eggs.py": b""}, again=("eggs.py",))


def stale(files: Files) -> Wheel:
    good = module(GNU, files["gnu"])
    old = {"spam.cpython-312-x86_64-linux-gnu.so": files["gnu"]}
    return replace(good, files={**good.files, **old})


def pure(files: Files) -> Wheel:
    return Wheel(tag="py3-none-any", files={"spam.abi3.so": files["gnu"]}, pure=True)


FAULTS: Mapping[str, Broken] = {
    "wrong machine": Broken(code="machine", make=of(GNU, "gnu-arm"), judges=("auditwheel",)),
    "wrong format": Broken(code="format", make=of(GNU, "win"), judges=("auditwheel",)),
    "too new a symbol": Broken(code="floor", make=of(GNU, "new-glibc"), judges=("auditwheel",)),
    "glibc under musl's tag": Broken(code="libc", make=of(MUSL, "gnu"), judges=("auditwheel",)),
    "musl under glibc's tag": Broken(code="libc", make=of(GNU, "musl"), judges=("auditwheel",)),
    "a foreign library": Broken(code="library", make=of(GNU, "foreign"), judges=("auditwheel",)),
    "an absolute run path": Broken(code="runpath", make=of(GNU, "runpath")),
    "a path of the builder": Broken(code="machine-path", make=of(GNU, "path")),
    "no PyInit": Broken(code="init", make=of(GNU, "no-init")),
    "PyInit of another name": Broken(code="init", make=of(GNU, "other-init")),
    "not in the stable ABI": Broken(
        code="abi3", make=of(STABLE, "not-stable"), judges=("abi3audit",)
    ),
    "later in the stable ABI": Broken(
        code="abi3-version", make=of(STABLE, "later-stable"), judges=("abi3audit",)
    ),
    "later in Windows' stable ABI": Broken(
        code="abi3-version",
        make=of("cp310-abi3-win_amd64", "win-later"),
        judges=("abi3audit",),
    ),
    "an executable stack": Broken(
        code="exec-stack", make=lambda f: module(GNU, segment(f["gnu"], 0x6474E551, 7))
    ),
    "code that can be written": Broken(
        code="writable-code", make=lambda f: module(GNU, segment(f["gnu"], 1, 7))
    ),
    "no RELRO": Broken(code="relro", make=of(GNU, "norelro")),
    "text relocations": Broken(code="textrel", make=of(GNU, "textrel")),
    "a stale file of another Python": Broken(code="suffix", make=stale),
    "linked with libpython": Broken(
        code="python-library", make=of(GNU, "libpython"), judges=("auditwheel",)
    ),
    "the DLL of another Python": Broken(code="python-library", make=of(WINDOWS, "win-312")),
    "python3.dll's module for one Python": Broken(
        code="python-library", make=of("cp310-abi3-win_amd64", "win")
    ),
    "a foreign DLL": Broken(
        code="library", make=of(WINDOWS, "win-foreign"), judges=("delvewheel",)
    ),
    "too new a macOS": Broken(code="floor", make=of(ARM_MAC, "mac-new"), judges=("delocate",)),
    "one machine of two": Broken(
        code="slice", make=lambda f: module(BOTH_MACS, fat(f["mac-arm"])), judges=("delocate",)
    ),
    "a foreign dylib": Broken(
        code="library", make=of(ARM_MAC, "mac-foreign"), judges=("delocate",)
    ),
    "an absolute run path on macOS": Broken(code="runpath", make=of(ARM_MAC, "mac-runpath")),
    "not signed": Broken(code="signature", make=lambda f: module(ARM_MAC, unsigned(f["mac-arm"]))),
    "changed after it was signed": Broken(
        code="signature", make=lambda f: module(ARM_MAC, flipped(f["mac-arm"]))
    ),
    "a wrong hash": Broken(
        code="record",
        make=of(GNU, "gnu", listed={ON[GNU]: b"something else"}),
        judges=("wheel",),
    ),
    "a file that RECORD forgot": Broken(
        code="record",
        make=of(GNU, "gnu", forgotten=(ON[GNU],)),
        judges=("check-wheel-contents", "wheel"),
    ),
    "a file that is gone": Broken(
        code="record",
        make=of(GNU, "gnu", listed={"gone.py": b""}),
        judges=("check-wheel-contents",),
    ),
    "no RECORD": Broken(
        code="record",
        make=of(GNU, "gnu", record=False),
        judges=("check-wheel-contents", "wheel"),
    ),
    "another tag inside": Broken(code="tags", make=of(GNU, "gnu", inside=MUSL)),
    "no METADATA": Broken(code="metadata", make=of(GNU, "gnu", metadata=""), judges=("twine",)),
    "METADATA of another version": Broken(
        code="metadata",
        make=of(GNU, "gnu", metadata="Metadata-Version: 2.1\nName: spam\nVersion: 2.0\n"),
    ),
    "an entry twice": Broken(code="duplicate", make=twice, judges=("zipfile",)),
    "a path that leaves": Broken(code="path", make=escaping),
    "compiled, but for any machine": Broken(code="purelib", make=pure),
    "a damaged module": Broken(code="unreadable", make=lambda f: module(GNU, f["gnu"][:1000])),
    "half an archive": Broken(
        code="archive", make=of(GNU, "gnu"), change=cut, judges=("zipfile", "wheel")
    ),
    "no wheel's name": Broken(
        code="name",
        make=of(GNU, "gnu"),
        change=lambda file: file.rename(file.with_name("spam.whl")),
        judges=("packaging",),
    ),
}


def made(broken: Broken, linked: Files, folder: Path) -> Path:
    """The broken wheel."""
    file = write(folder, broken.make(linked))
    broken.change(file)
    (file,) = folder.iterdir()
    return file


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught(name: str, linked: Files, tmp_path: Path) -> None:
    broken = FAULTS[name]
    report = audit_wheel(made(broken, linked, tmp_path))
    assert broken.code in {finding.code for finding in report.findings}, str(report)
    assert report.refused == (broken.code in ERRORS)
    others = {f.code for f in report.errors} - {broken.code}
    assert not others, str(report)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FAULTS if FAULTS[name].judges])
def test_a_judge_says_so_too(name: str, linked: Files, tmp_path: Path) -> None:
    wheel = made(FAULTS[name], linked, tmp_path)
    for judge in FAULTS[name].judges:
        assert JUDGES[judge](wheel), judge


GOOD: Mapping[str, Callable[[Files], Wheel]] = {
    "glibc": of(GNU, "gnu"),
    "musl": of(MUSL, "musl"),
    "stable": of(STABLE, "gnu"),
    "arm64": of(ARM_MAC, "mac-arm"),
    "universal2": lambda f: module(BOTH_MACS, fat(f["mac-intel"], f["mac-arm"])),
    "amd64": of(WINDOWS, "win"),
    "stable on Windows": of("cp310-abi3-win_amd64", "win-stable"),
    "win32": lambda f: Wheel(tag="cp313-cp313-win32", files={"spam.cp313-win32.pyd": f["win-32"]}),
    "win_arm64": lambda f: Wheel(
        tag="cp313-cp313-win_arm64", files={"spam.cp313-win_arm64.pyd": f["win-arm"]}
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_the_good_ones_are_kept(name: str, linked: Files, tmp_path: Path) -> None:
    wheel = write(tmp_path, GOOD[name](linked))
    report = audit_wheel(wheel)
    assert report.findings == ()
    assert len(report.files) == (2 if name == "universal2" else 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", GOOD)
def test_the_judges_agree_on_the_good_ones(name: str, linked: Files, tmp_path: Path) -> None:
    assert objections(write(tmp_path, GOOD[name](linked))) == {}


def test_every_error_has_a_fault() -> None:
    """Codes that only a build can find are tested where wheels are built."""
    missing = set(ERRORS) - {broken.code for broken in FAULTS.values()}
    assert missing == {"build-path", "private-symbol", "unresolved"}


def test_the_path_in_a_finding(linked: Files, tmp_path: Path) -> None:
    wheel = made(FAULTS["no METADATA"], linked, tmp_path)
    (finding,) = audit_wheel(wheel).errors
    assert str(finding) == f"error[metadata]: `{INFO}/METADATA` is missing"
