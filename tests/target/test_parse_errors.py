"""What can't be a target, and what is said about it.

`refused_targets.txt` holds one case a paragraph: the text, and the whole error.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.target.machines import machine
from tests.target.test_parse import resolve
from tests.target.test_python import SUPPORTED
from zigwheel.errors import ErrorCollection, TargetError
from zigwheel.target.model import Host
from zigwheel.target.python import PythonTarget

CASES = [
    paragraph.partition("\n")
    for paragraph in (Path(__file__).parent / "refused_targets.txt")
    .read_text(encoding="utf-8")
    .strip()
    .split("\n\n")
]


@pytest.mark.parametrize(("text", "message"), [(c[0], c[2]) for c in CASES], ids=lambda c: None)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(TargetError) as raised:
        resolve(text)
    assert str(raised.value) == message


LINUX = "zigwheel builds for Linux, macOS and Windows"
ARCHES = "aarch64, armv7l, i686, loongarch64, ppc64le, riscv64, s390x, x86_64"
NOT_YET = f"{LINUX}; name such a target, for example with -C target=manylinux_x86_64"


@pytest.mark.parametrize(
    ("text", "python", "message"),
    [
        (
            "cp313-manylinux_x86_64",
            "cp312",
            (
                "target `cp313-manylinux_x86_64` names CPython 3.13, but python is `cp312`\n"
                "  hint: give one of the two, or the same Python in both"
            ),
        ),
        (
            "cp313-manylinux_x86_64",
            "3.13t",
            (
                "target `cp313-manylinux_x86_64` names CPython 3.13, but python is `cp313t`\n"
                "  hint: give one of the two, or the same Python in both"
            ),
        ),
        (
            "cp311-abi3-manylinux_2_28_x86_64",
            "cp310",
            (
                "target `cp311-abi3-manylinux_2_28_x86_64` is the stable ABI of CPython 3.11 and "
                "newer, which python `cp310` can't load\n"
                "  hint: write python `cp311` or newer, and no free-threaded one"
            ),
        ),
        (
            "cp311-abi3-manylinux_2_28_x86_64",
            "cp314t",
            (
                "target `cp311-abi3-manylinux_2_28_x86_64` is the stable ABI of CPython 3.11 and "
                "newer, which python `cp314t` can't load\n"
                "  hint: write python `cp311` or newer, and no free-threaded one"
            ),
        ),
        (
            "cp315-abi3.abi3t-manylinux_2_28_x86_64",
            "cp314t",
            (
                "target `cp315-abi3.abi3t-manylinux_2_28_x86_64` is the stable ABI of CPython 3.15 "
                "and newer, which python `cp314t` can't load\n"
                "  hint: write python `cp315` or newer"
            ),
        ),
        (
            "pp311-pypy311_pp80-manylinux_2_28_x86_64",
            "pypy311_pp73",
            (
                "target `pp311-pypy311_pp80-manylinux_2_28_x86_64` names PyPy 3.11 (pp80), but python "
                "is `pypy311_pp73`\n"
                "  hint: give one of the two, or the same Python in both"
            ),
        ),
        (
            "pp311-manylinux_x86_64",
            "cp311",
            (
                "target `pp311-manylinux_x86_64` names PyPy 3.11 (pp80), but python is `cp311`\n"
                "  hint: give one of the two, or the same Python in both"
            ),
        ),
    ],
)
def test_contradictions(text: str, python: str, message: str) -> None:
    with pytest.raises(TargetError) as raised:
        resolve(text, python)
    assert str(raised.value) == message


def test_errors_of_both_options_come_at_once() -> None:
    with pytest.raises(ErrorCollection) as raised:
        resolve("manylinux_2_28_arm64", "cp38")
    assert str(raised.value) == (
        "target `manylinux_2_28_arm64`: unknown architecture `arm64`\n"
        "  hint: did you mean `manylinux_2_28_aarch64`?\n"
        "python `cp38`: CPython 3.8 is not supported\n"
        f"  hint: supported are {SUPPORTED}"
    )
    assert raised.value.exit_code == TargetError.exit_code


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"manylinux": "new"},
            "manylinux `new` is no version\n  hint: write the oldest one, such as `2_28`",
        ),
        (
            {"manylinux": "musllinux_1_2"},
            "manylinux `musllinux_1_2` is no version\n  hint: write the oldest one, such as `2_28`",
        ),
        (
            {"manylinux": "3_0"},
            (
                "manylinux `3_0`: there is no glibc 3.0\n"
                "  hint: glibc's versions are 2.x, such as `2_17` or `2_28`"
            ),
        ),
        (
            {"musllinux": "one"},
            "musllinux `one` is no version\n  hint: write the oldest one, such as `1_2`",
        ),
        (
            {"musllinux": "1_1"},
            (
                "musllinux `1_1`: Zig builds with musl 1.2, whose programs may need symbols that "
                "musl 1.1 lacks\n  hint: write `1_2` or newer"
            ),
        ),
        (
            {"environ": {"MACOSX_DEPLOYMENT_TARGET": "Sonoma"}},
            (
                "MACOSX_DEPLOYMENT_TARGET `Sonoma` is no version\n"
                "  hint: write the oldest macOS, such as `11.0`"
            ),
        ),
    ],
)
def test_bad_floors(options: dict[str, str], message: str) -> None:
    with pytest.raises(TargetError) as raised:
        resolve(**options)  # type: ignore[arg-type]
    assert str(raised.value) == message


FREEBSD = machine(os="freebsd14", libc="none", libc_version=None)


@pytest.mark.parametrize(
    ("host", "environ", "message"),
    [
        (
            machine(arch="mips64"),
            {},
            f"this machine: unknown architecture `mips64`\n  hint: known are {ARCHES}",
        ),
        (
            machine(libc="none", libc_version=None),
            {},
            (
                "this machine: the C library of /opt/own/bin/python3 is neither glibc nor musl\n"
                "  hint: name a target, for example with -C target=manylinux_x86_64"
            ),
        ),
        (
            machine(arch="ppc64le", libc_version=(2, 17)),
            {},
            (
                "this machine has glibc 2.17, but the oldest that wheels for ppc64le can be built for "
                "is 2.19\n  hint: to build for newer machines name a target, for example with "
                "-C target=manylinux_ppc64le"
            ),
        ),
        (
            machine(libc="musl", libc_version=(1, 1)),
            {},
            (
                "this machine has musl 1.1, but the oldest that wheels for x86_64 can be built for "
                "is 1.2\n  hint: to build for newer machines name a target, for example with "
                "-C target=musllinux_x86_64"
            ),
        ),
        (
            FREEBSD,
            {},
            f"this machine: FreeBSD is not supported: PyPI takes no wheels for it\n  hint: {LINUX}",
        ),
        (
            replace(FREEBSD, os="plan9"),
            {},
            (
                "this machine runs `plan9`, which zigwheel does not build for\n"
                "  hint: name a target, for example with -C target=manylinux_x86_64"
            ),
        ),
        (
            machine(implementation="graalpy", version=(3, 11)),
            {},
            (
                "this Python: GraalPy is not supported, only CPython and PyPy are\n"
                "  hint: zigwheel has no facts about GraalPy's headers and file suffixes; name a "
                f"CPython, such as `cp313`: {SUPPORTED}"
            ),
        ),
        (
            machine(implementation="pypy", version=(3, 12)),
            {},
            f"this Python: PyPy 3.12 (pp73) is not supported\n  hint: supported are {SUPPORTED}",
        ),
        (
            machine(implementation="pypy", version=(3, 11), libc="musl", libc_version=(1, 2)),
            {},
            (
                "this machine: PyPy is not supported on musl: there is no release of it whose headers "
                "and file names are known\n"
                "  hint: name a CPython, such as `cp313`, or a glibc target, such as "
                "`pp311-manylinux_x86_64`"
            ),
        ),
        (
            machine(version=(3, 16)),
            {},
            (f"this Python: CPython 3.16 is not supported\n  hint: supported are {SUPPORTED}"),
        ),
        (
            machine(os="macos", arch="aarch64", libc="none", libc_version=None),
            {"ARCHFLAGS": "-arch ppc"},
            (
                "ARCHFLAGS `-arch ppc`: unknown architecture `ppc`\n"
                "  hint: known are arm64, universal2, x86_64"
            ),
        ),
        (
            machine(),
            {"_PYTHON_HOST_PLATFORM": "wasi-wasm32"},
            (
                "_PYTHON_HOST_PLATFORM `wasi-wasm32`: WASI is not supported: wheels have no tag for "
                f"it, and its CPython loads no extension modules\n  hint: {LINUX}"
            ),
        ),
        (
            machine(),
            {"_PYTHON_HOST_PLATFORM": "linux-sparc64"},
            (
                "_PYTHON_HOST_PLATFORM `linux-sparc64`: unknown architecture `sparc64`\n"
                f"  hint: known are {ARCHES}"
            ),
        ),
    ],
)
def test_this_machine_refused(host: Host, environ: dict[str, str], message: str) -> None:
    with pytest.raises(TargetError) as raised:
        resolve(host=host, environ=environ)
    assert str(raised.value) == message


def test_a_named_python_does_for_one_that_is_not_supported() -> None:
    for host in (machine(implementation="graalpy"), machine(version=(3, 16))):
        assert resolve("", "cp313", host=host).python == PythonTarget(version=(3, 13))


def test_the_host_is_not_the_target() -> None:
    hosts = [
        machine(),
        FREEBSD,
        machine(arch="aarch64", os="macos", libc="none", libc_version=None),
        replace(machine(), libc="musl", libc_version=(1, 1)),
    ]
    found = {resolve("cp313-manylinux_aarch64", host=host) for host in hosts}
    assert len(found) == 1
