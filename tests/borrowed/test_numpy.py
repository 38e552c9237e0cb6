"""NumPy's `_numpyconfig.h` for a target, held against the files of NumPy's own wheels for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zigwheel.borrowed.numpy import FILE, for_target, values
from zigwheel.target.host import describe_host
from zigwheel.target.parse import resolve_target
from zigwheel.target.triple import ARCHITECTURES, Triple

TRUTH: dict[str, dict[str, list[str]]] = json.loads(
    (Path(__file__).parent / "numpyconfig.json").read_text(encoding="utf-8")
)
"""The file's lines, by NumPy's version and the platform of the wheel, as PyPI has them."""

CASES = [
    (version, host, target)
    for version, files in TRUTH.items()
    for host in files
    for target in files
]


def triple_of(name: str) -> Triple:
    """The triple that a platform tag or a triple names."""
    return resolve_target(
        name,
        "cp313",
        host=describe_host(),
        manylinux="2_17",
        musllinux="1_2",
        macosx="10_13",
        environ={},
    ).triple


@pytest.mark.parametrize(("version", "host", "target"), CASES)
def test_the_file_of_one_wheel_becomes_that_of_another(
    version: str, host: str, target: str
) -> None:
    text = "\n".join([*TRUTH[version][host], ""]).encode()
    made = for_target("numpy", FILE, text, triple_of(target)).decode().splitlines()
    assert [line.rstrip() for line in made] == [line.rstrip() for line in TRUTH[version][target]]


def test_other_headers_stay_as_they_are() -> None:
    text = b"#define NPY_SIZEOF_LONG 4\n"
    windows = triple_of("win_amd64")
    assert for_target("numpy", "numpy/ndarraytypes.h", text, windows) == text
    assert for_target("other", FILE, text, windows) == text
    assert for_target("numpy", FILE, text, triple_of("aarch64-linux-gnu")) != text


@pytest.mark.parametrize("libc", ["gnu", "musl"])
@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_every_linux_has_all_values(arch: str, libc: str) -> None:
    found = values(triple_of(f"{ARCHITECTURES[arch].zig}-linux-{libc}{ARCHITECTURES[arch].eabi}"))
    assert found["NPY_SIZEOF_INTP"] == str(ARCHITECTURES[arch].bits // 8)
    assert None not in (found["NPY_SIZEOF_LONGDOUBLE"], found["NPY_SIZEOF_OFF_T"])
