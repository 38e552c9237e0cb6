"""What of the environment reaches the compiler, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooks.rig import CORE, Project, evaluated

OPEN = CORE.replace(
    "static PyObject *value",
    "#ifndef ADDED\n#define ADDED 0\n#endif\n#if __has_include(<leak.h>)\n#include <leak.h>\n#endif\n"
    "#ifdef LEAK\n#error leaked\n#endif\nstatic PyObject *value",
).replace("VALUE)", "VALUE + ADDED)")
"""An extension whose value tells what it was compiled with."""


@pytest.fixture
def open_project(tiny: Project, tmp_path: Path) -> Project:
    folder = tmp_path / "leak"
    folder.mkdir()
    (folder / "leak.h").write_text("#define LEAK 1\n")
    (folder / "libm.so").write_text("no library")
    return tiny.write({"src/tiny/_core.c": OPEN})


def test_what_does_not_change_a_byte(open_project: Project, tmp_path: Path) -> None:
    plain = open_project.wheel().read_bytes()
    folder = str(tmp_path / "leak")
    names = ("CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH", "LIBRARY_PATH")
    names += ("COMPILER_PATH", "GCC_EXEC_PREFIX", "ZIG_LIB_DIR", "ZIG_LIBC", "ZIG_GLOBAL_CACHE_DIR")
    names += ("ZIG_LOCAL_CACHE_DIR", "SDKROOT", "LD_RUN_PATH")
    changes = dict.fromkeys(names, folder)
    changes |= {
        "CC": "/bin/false",
        "CXX": "/bin/false",
        "AR": "/bin/false",
        "LDSHARED": "/bin/false",
    }
    changes |= {
        "LDFLAGS": f"-L{folder} -lleak",
        "CPPFLAGS": "-DLEAK=1",
        "CCC_OVERRIDE_OPTIONS": "+-DLEAK",
    }
    changes |= {
        "NIX_CFLAGS_COMPILE": f"-isystem {folder}",
        "ARFLAGS": "x",
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
    }
    project = open_project.under(**changes)
    assert project.wheel(tmp_path / "again", {"build-dir": "fresh"}).read_bytes() == plain


def test_a_named_zig_is_not_led_astray(
    open_project: Project, ziglang: Path, tmp_path: Path
) -> None:
    plain = open_project.wheel().read_bytes()
    project = open_project.under(
        ZIGWHEEL_ZIG=str(ziglang / "ziglang" / "zig"), ZIG_LIB_DIR=str(tmp_path / "leak")
    )
    assert project.wheel(tmp_path / "again", {"build-dir": "fresh"}).read_bytes() == plain


def test_cflags_apply(open_project: Project, tmp_path: Path) -> None:
    wheel = open_project.under(CFLAGS="-O1 '-DADDED=4 + 2'").wheel()
    assert evaluated(wheel, "tiny.value()", tmp_path / "unpacked") == "7"


def test_cxxflags_do_not_reach_c(open_project: Project, tmp_path: Path) -> None:
    wheel = open_project.under(CXXFLAGS="-DADDED=6").wheel()
    assert evaluated(wheel, "tiny.value()", tmp_path / "unpacked") == "1"


def test_flags_that_cannot_be_used_only_warn(open_project: Project, tmp_path: Path) -> None:
    project = open_project.under(CFLAGS="-march=native -DADDED=2 -fopenmp -L/usr/lib")
    done = project.call("build_wheel", tmp_path / "dist")
    assert done.code == 0, done.said
    for flag in ("-march=native", "-fopenmp", "-L/usr/lib"):
        assert f"`CFLAGS`: {flag!r} cannot be used" in done.said
    assert evaluated(tmp_path / "dist" / done.value, "tiny.value()", tmp_path / "unpacked") == "3"


def test_a_quote_that_is_not_closed(tiny: Project) -> None:
    said = tiny.under(CFLAGS="-DX='1").refusal()
    assert "ConfigError" in said
    assert "CFLAGS" in said
