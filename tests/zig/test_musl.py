from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from zigwheel.audit.elf import read_elf
from zigwheel.errors import AuditError
from zigwheel.zig.musl import libc_name, rename_libc
from zigwheel.zig.toolchain import Zig


@pytest.mark.parametrize(
    ("triple", "name"),
    [
        ("x86_64-linux-musl", "libc.musl-x86_64.so.1"),
        ("x86-linux-musl", "libc.musl-x86.so.1"),
        ("arm-linux-musleabihf", "libc.musl-armv7.so.1"),
        ("powerpc64le-linux-musl", "libc.musl-ppc64le.so.1"),
        ("s390x-linux-musl", "libc.musl-s390x.so.1"),
        ("x86_64-linux-gnu.2.17", ""),
    ],
)
def test_names(triple: str, name: str) -> None:
    assert libc_name(triple) == name


@pytest.mark.parametrize(
    "triple", ["x86_64-linux-musl", "arm-linux-musleabihf", "s390x-linux-musl"]
)
@pytest.mark.parametrize("own", ["", "$ORIGIN/lib"])
def test_the_library_is_renamed(zig: Zig, tmp_path: Path, triple: str, own: str) -> None:
    source = tmp_path / "a.c"
    source.write_text('#include <stdio.h>\nvoid f(void) { puts("x"); }\n')
    file = tmp_path / "a.so"
    words = [
        zig.executable,
        "build-lib",
        "-dynamic",
        "-target",
        triple,
        "-OReleaseSmall",
        "-fstrip",
    ]
    words += ["-lc", "-fno-compiler-rt", "-fno-ubsan-rt", "-fallow-shlib-undefined", "-fPIC"]
    for path in (own, libc_name(triple)):
        words += ["-rpath", path] if path else []
    subprocess.run([*words, f"-femit-bin={file}", source], check=True, cwd=tmp_path)
    before = read_elf(file)
    assert before.needed == ("libc.so",)
    rename_libc(file, libc_name(triple))
    after = read_elf(file)
    assert after.needed == (libc_name(triple),)
    assert after.runpaths == ((own,) if own else ())
    assert after.symbols == before.symbols
    assert after.soname == before.soname
    with pytest.raises(AuditError, match=r"cannot be made to ask for"):
        rename_libc(file, "libc.musl-other.so.1")
