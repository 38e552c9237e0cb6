"""The rendered `pyconfig.h`: against real files, against libcs, and against a compiler.

`pyconfig_truth.json` holds what Debian's own files say; `scripts/pyconfig_facts.py` writes it.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import sysconfig
from itertools import pairwise, product
from pathlib import Path

import pytest

from tests.target.rendered import constants, macros
from zigwheel.target.pyconfig import SIZED, old_names, render
from zigwheel.zig.toolchain import Zig

HERE = Path(__file__).parent
TRUTH: dict[str, dict[str, str]] = json.loads((HERE / "pyconfig_truth.json").read_text("utf-8"))
LAYOUT = (HERE / "pyconfig_layout.c").read_text("utf-8")

ARCHES = ("aarch64", "armv7l", "i686", "loongarch64", "ppc64le", "riscv64", "s390x", "x86_64")
CPU = {"armv7l": "arm", "i686": "x86", "ppc64le": "powerpc64le"}
FLOORS = {"gnu": ((2, 5), (2, 17), (2, 28), (2, 31), (2, 34), (2, 41)), "musl": ((1, 2),)}
PYTHONS = tuple((3, minor) for minor in range(9, 16))

LAYOUT_MACROS = r"(SIZEOF|ALIGNOF)_\w+|WORDS_BIGENDIAN|(FLOAT|DOUBLE)_\w+|X87_\w+|HAVE_GCC_\w+"
TIME64 = {"SIZEOF_TIME_T": "4"}
"""Debian's armhf is built with `_TIME_BITS=64` since trixie; `pyconfig.h` does not set it, and an
extension for glibc has 32 bits."""

C_TYPES = {"_BOOL": "_Bool", "LONG_DOUBLE": "long double", "LONG_LONG": "long long"}
C_TYPES |= {"VOID_P": "void *"}


def text(
    arch: str = "x86_64",
    *,
    libc: str = "gnu",
    floor: tuple[int, int] | None = None,
    version: tuple[int, int] = (3, 13),
    free_threaded: bool = False,
) -> str:
    return render(
        arch=arch,
        os="linux",
        libc=libc,
        libc_floor=floor,
        version=version,
        free_threaded=free_threaded,
    )


ALL_TARGETS = [
    (arch, libc, floor, version, free_threaded)
    for arch, libc, version, free_threaded in product(ARCHES, FLOORS, PYTHONS, (False, True))
    for floor in FLOORS[libc]
    if version >= (3, 13) or not free_threaded
]


@pytest.mark.parametrize("label", sorted(TRUTH))
def test_sizes_and_byte_order_are_those_of_real_interpreters(label: str) -> None:
    release, arch, python = label.split()
    minor = int(python.removeprefix("3."))
    found = macros(text(arch, floor=(2, 31), version=(3, minor)))
    ours = {name: value for name, value in found.items() if re.fullmatch(LAYOUT_MACROS, name)}
    time64 = arch == "armv7l" and release in ("trixie", "forky")
    assert ours == TRUTH[label] | (TIME64 if time64 else {})


def test_truth_covers_every_architecture_and_four_versions() -> None:
    seen = {tuple(label.split()[1:]) for label in TRUTH}
    assert {arch for arch, _ in seen} == set(ARCHES)
    assert {python for _, python in seen} == {"3.9", "3.11", "3.13", "3.14", "3.15"}


def test_every_target_is_sorted_defined_once_and_rendered_the_same_again() -> None:
    for arch, libc, floor, version, free_threaded in ALL_TARGETS:
        given = {"libc": libc, "floor": floor, "version": version, "free_threaded": free_threaded}
        first = text(arch, **given)  # type: ignore[arg-type]
        names = [name for name in macros(first) if name != "Py_PYCONFIG_H"]
        assert names == sorted(names)
        assert len(names) > 340
        assert first == text(arch, **given)  # type: ignore[arg-type]


def test_the_whole_text_is_an_include_guard_around_definitions() -> None:
    lines = text("s390x", floor=(2, 17), version=(3, 14), free_threaded=True).splitlines()
    assert lines[:6] == [
        "/* pyconfig.h of CPython 3.14, free-threaded for s390x linux,",
        "   gnu 2.17 or newer. Written by zigwheel. */",
        "",
        "#ifndef Py_PYCONFIG_H",
        "#define Py_PYCONFIG_H",
        "",
    ]
    assert lines[-1] == "#endif /* Py_PYCONFIG_H */"
    body = "\n".join(lines[6:-2])
    guarded = r"#ifndef (?P<name>\w+)\n# define (?P=name) \S+\n#endif\n?"
    assert re.fullmatch(rf"(?:{guarded}|#define \w+ .+\n?)+", body)
    assert "#ifndef _GNU_SOURCE\n# define _GNU_SOURCE 1\n#endif\n" in body
    assert "#define Py_GIL_DISABLED 1\n" in body


NEWER_THAN_SOME_FLOOR = (
    ("HAVE_PREADV", (2, 10), (3, 9)),
    ("HAVE_PRLIMIT", (2, 13), (3, 9)),
    ("HAVE_SYS_AUXV_H", (2, 16), (3, 11)),
    ("HAVE_GETRANDOM", (2, 25), (3, 9)),
    ("HAVE_GETENTROPY", (2, 25), (3, 9)),
    ("HAVE_EXPLICIT_BZERO", (2, 25), (3, 9)),
    ("HAVE_SYS_RANDOM_H", (2, 25), (3, 9)),
    ("HAVE_PREADV2", (2, 26), (3, 9)),
    ("HAVE_PWRITEV2", (2, 26), (3, 9)),
    ("HAVE_COPY_FILE_RANGE", (2, 27), (3, 9)),
    ("HAVE_MEMFD_CREATE", (2, 27), (3, 9)),
    ("HAVE_STATX", (2, 28), (3, 15)),
    ("HAVE_STRUCT_STATX_STX_MNT_ID", (2, 28), (3, 15)),
    ("HAVE_SEM_CLOCKWAIT", (2, 30), (3, 9)),
    ("HAVE_CLOSE_RANGE", (2, 34), (3, 10)),
    ("HAVE_CLOSEFROM", (2, 34), (3, 13)),
    ("HAVE_SYS_PIDFD_H", (2, 36), (3, 13)),
    ("HAVE_STRLCPY", (2, 38), (3, 9)),
)


@pytest.mark.parametrize(("name", "first", "version"), NEWER_THAN_SOME_FLOOR)
def test_what_glibc_got_later_is_claimed_from_that_floor_on(
    name: str, first: tuple[int, int], version: tuple[int, int]
) -> None:
    before = (first[0], first[1] - 1)
    assert name not in macros(text(floor=before, version=version))
    assert macros(text(floor=first, version=version))[name] == "1"
    assert name not in macros(text(floor=None, version=version))


def test_a_higher_floor_takes_nothing_away() -> None:
    for arch, version in product(ARCHES, PYTHONS):
        found = [macros(text(arch, floor=floor, version=version)) for floor in FLOORS["gnu"]]
        for lower, higher in pairwise(found):
            assert lower.items() <= higher.items()


def test_functions_that_old_glibc_has_in_its_static_part_are_claimed() -> None:
    assert {"HAVE_LSTAT", "HAVE_FSTATAT", "HAVE_MKNOD"} <= macros(text(floor=(2, 17))).keys()


def test_no_floor_is_the_oldest_floor() -> None:
    assert macros(text(floor=None)) == macros(text(floor=(2, 5)))
    assert macros(text(libc="musl")) == macros(text(libc="musl", floor=(1, 2)))


@pytest.mark.parametrize("arch", ARCHES)
def test_musl_differs_from_glibc(arch: str) -> None:
    found = macros(text(arch, libc="musl", floor=(1, 2), version=(3, 15)))
    # In musl 1.2 from its start.
    assert {"HAVE_GETRANDOM", "HAVE_MEMFD_CREATE", "HAVE_STRLCPY"} <= found.keys()
    # Later than 1.2.0, or never.
    later = {"HAVE_PREADV2", "HAVE_PWRITEV2", "HAVE_STATX", "HAVE_PTHREAD_GETNAME_NP"}
    never = {"HAVE_CLOSE_RANGE", "HAVE_SEM_CLOCKWAIT", "HAVE_BACKTRACE", "HAVE_EXECINFO_H"}
    assert not (later | never) & found.keys()
    assert found["SIZEOF_TIME_T"] == "8"
    assert found["HAVE_DECL_RTLD_DEEPBIND"] == "0"
    assert found["PY_SUPPORT_TIER"] == "0"
    triplet = {"armv7l": "arm", "i686": "i386", "ppc64le": "powerpc64le"}.get(arch, arch)
    assert found["SOABI_PLATFORM"] == f'"{triplet}-linux-musl{"eabihf" * (arch == "armv7l")}"'


def test_long_double_of_ppc64le_depends_on_the_libc() -> None:
    assert macros(text("ppc64le", libc="gnu"))["SIZEOF_LONG_DOUBLE"] == "16"
    assert macros(text("ppc64le", libc="musl"))["SIZEOF_LONG_DOUBLE"] == "8"


def test_feature_macros_follow_the_version() -> None:
    assert macros(text(version=(3, 14)))["_POSIX_C_SOURCE"] == "200809L"
    assert macros(text(version=(3, 15)))["_POSIX_C_SOURCE"] == "202405L"
    for version in PYTHONS:
        found = macros(text("aarch64", version=version))
        assert found["_GNU_SOURCE"] == "1"
        assert found["_FILE_OFFSET_BITS"] == "64"
        assert ("WITH_MIMALLOC" in found) == (version >= (3, 13))


def test_nothing_of_other_projects_or_of_one_build_is_claimed() -> None:
    foreign = r"HAVE_(\w*CURSES|LIBREADLINE|RL_|LIBSQLITE3|FFI_|UUID|BLUETOOTH|GDBM|DB_H|ZLIB)\w*"
    for arch, libc, floor, version, free_threaded in ALL_TARGETS:
        found = macros(
            text(arch, libc=libc, floor=floor, version=version, free_threaded=free_threaded)
        )
        assert not [name for name in found if re.fullmatch(foreign, name)]
        assert not {"WITH_DTRACE", "Py_DEBUG", "Py_TRACE_REFS", "Py_ENABLE_SHARED"} & found.keys()


def test_free_threaded_adds_one_macro() -> None:
    for version in ((3, 13), (3, 14), (3, 15)):
        with_gil = macros(text(version=version))
        without = macros(text(version=version, free_threaded=True))
        assert without.items() - with_gil.items() == {("Py_GIL_DISABLED", "1")}
        assert with_gil.items() <= without.items()


VALID: dict[str, object] = {"arch": "x86_64", "os": "linux", "libc": "gnu"}
VALID |= {"libc_floor": (2, 17), "version": (3, 13), "free_threaded": False}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"os": "plan9"}, "'plan9'"),
        ({"arch": "armhf"}, "'armhf'"),
        ({"libc": "none"}, "'none'"),
        ({"libc": "musl", "libc_floor": (1, 1)}, "musl 1.1"),
        ({"libc_floor": (2, 3)}, "gnu 2.3"),
        ({"version": (3, 8)}, "3.8"),
        ({"version": (3, 16)}, "3.16"),
        ({"version": (3, 12), "free_threaded": True}, "3.12"),
    ],
)
def test_a_target_without_facts_is_refused_by_name(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=re.escape(named)):
        render(**{**VALID, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("libc", sorted(FLOORS))
@pytest.mark.parametrize("arch", ARCHES)
def test_sizes_are_what_the_compiler_finds(zig: Zig, tmp_path: Path, arch: str, libc: str) -> None:
    rendered = text(arch, libc=libc, version=(3, 15))
    lines = [rendered]
    lines += [f"#include <{name}.h>" for name in ("pthread", "stdint", "stdio", "time", "wchar")]
    lines += ["#include <sys/types.h>", "#ifdef WORDS_BIGENDIAN", "const int order = 1;", "#else"]
    lines += ["const int order = 0;", "#endif"]
    lines += ["const int real_order = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;"]
    sizes = {name: value for name, value in macros(rendered).items() if name.startswith("SIZEOF_")}
    for macro in sizes:
        name = macro.removeprefix("SIZEOF_")
        lines.append(f"const int {macro}_ = sizeof ({C_TYPES.get(name, name.lower())});")
    abi = "eabihf" if arch == "armv7l" else ""
    target = f"{CPU.get(arch, arch)}-linux-{libc}{abi}"
    found = constants(zig, target, tmp_path, "\n".join(lines) + "\n")
    assert {name: str(found[f"{name}_"]) for name in sizes} == sizes
    assert found["order"] == found["real_order"] == int(arch == "s390x")


def layout(zig: Zig, folder: Path, pyconfig: str) -> dict[str, int]:
    """Compile the table of constants with this interpreter's headers and a `pyconfig.h`."""
    shutil.copytree(sysconfig.get_path("include"), folder)
    (folder / "pyconfig.h").unlink(missing_ok=True)
    (folder / "pyconfig.h").write_text(pyconfig, encoding="utf-8")
    return constants(zig, "x86_64-linux-gnu.2.17", folder, LAYOUT, "-I.")


def test_public_structs_are_laid_out_as_with_the_interpreter_s_own_file(
    zig: Zig, tmp_path: Path
) -> None:
    own = Path(sysconfig.get_config_h_filename())
    headers = Path(sysconfig.get_path("include"), "Python.h")
    if sysconfig.get_platform() != "linux-x86_64" or not own.is_file() or not headers.is_file():
        pytest.skip("this interpreter has no headers for x86-64 Linux")
    given = {
        "version": sys.version_info[:2],
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    }
    real = layout(zig, tmp_path / "own", own.read_text(encoding="utf-8"))
    ours = layout(zig, tmp_path / "ours", text(floor=(2, 17), **given))  # type: ignore[arg-type]
    assert len(ours) > 300
    assert ours["size_PyObject"] >= 16
    assert ours == real
    # The table is able to tell: another byte order shows in it.
    other = layout(zig, tmp_path / "other", text("s390x", floor=(2, 17), **given))  # type: ignore[arg-type]
    assert {name for name in ours if ours[name] != other[name]} >= {"little_endian"}


def test_sizes_stay_whole_in_the_stable_abi_of_older_pythons() -> None:
    """The older names are those that abi3info knows, and only headers that lack them get them."""
    from abi3info import FUNCTIONS
    from abi3info.models import Symbol

    assert old_names((3, 12)) == ""
    text = old_names((3, 13))
    for name in SIZED:
        assert f"#define {name} _{name}_SizeT\n" in text
        assert Symbol(f"_{name}_SizeT") in FUNCTIONS
    assert "Py_LIMITED_API+0 < 0x030D0000" in text
