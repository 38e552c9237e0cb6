from __future__ import annotations

import pytest

from tests.borrowed.test_numpy import triple_of
from zigwheel.plan.flags import (
    base_args,
    clock_flags,
    compile_arg_errors,
    environment_flags,
    link_options,
)
from zigwheel.target.model import Target
from zigwheel.target.python import parse_python


@pytest.mark.parametrize(
    ("optimize", "target", "py_api", "expected"),
    [
        ("fast", "cp314-manylinux_2_17_x86_64", "", "-fwrapv -O3 -fomit-frame-pointer"),
        ("fast", "cp315-manylinux_2_17_x86_64", "", "-fwrapv -O3"),
        ("fast", "cp315-manylinux_2_17_x86_64", "cp310", "-fwrapv -O3 -fomit-frame-pointer"),
        ("fast", "cp313-win_amd64", "", "-fwrapv -O3 -fomit-frame-pointer"),
        ("fast", "cp313-macosx_11_0_arm64", "", "-fwrapv -O3"),
        ("small", "cp313-manylinux_2_17_x86_64", "", "-fwrapv"),
        ("debug", "cp315-manylinux_2_17_x86_64", "", "-fwrapv"),
    ],
)
def test_what_all_is_compiled_with(optimize: str, target: str, py_api: str, expected: str) -> None:
    python, _, platform = target.partition("-")
    where = Target(triple=triple_of(platform), python=parse_python(python))
    found = base_args(optimize, where, py_api)
    assert found == tuple(expected.split())


def test_what_sees_no_python_is_compiled_the_same_for_each() -> None:
    triple = triple_of("manylinux_2_17_x86_64")
    each = {
        base_args("fast", Target(triple=triple, python=parse_python(p)), api, python=False)
        for p in ("cp39", "cp314", "cp315", "cp313t")
        for api in ("", "cp310")
    }
    assert each == {("-fwrapv", "-O3", "-fomit-frame-pointer")}


@pytest.mark.parametrize(
    ("arg", "hint"),
    [
        ("-march=native", "name the features in `cpu`"),
        ("-mtune=native", "name the features in `cpu`"),
        ("-march=x86-64-v2", "write `cpu = 'x86_64_v2'`"),
        ("-march=armv8-a+crc", "write `cpu = 'baseline+crc'`"),
        ("-fopenmp", "no OpenMP"),
        ("-flto", "`lto = true`"),
        ("/O2", "an option of MSVC"),
        ("-lz", "`libraries`"),
        ("-Wl,-z,now", "`extra-link-args`"),
        ("-mmacosx-version-min=10.9", "MACOSX_DEPLOYMENT_TARGET"),
        ("-isysroot", "SDKROOT"),
    ],
)
def test_flags_that_cannot_be_used(arg: str, hint: str) -> None:
    (error,) = compile_arg_errors(["-Wall", arg], "tool.zigwheel.extension[0].extra-compile-args")
    assert error.message == (
        f"`tool.zigwheel.extension[0].extra-compile-args`: {arg!r} cannot be used"
    )
    assert hint in error.hint


def test_usual_flags_pass() -> None:
    usual = ("-O3", "-std=c11", "-Wall", "-Werror", "-DX=1", "-mavx2", "-fno-strict-aliasing", "-g")
    assert compile_arg_errors(usual, "x") == []


def test_link_arguments_are_sorted() -> None:
    options, errors = link_options(
        (
            "-Wl,-z,now",
            "-lz",
            "-L/opt/z/lib",
            "-Wl,-rpath,$ORIGIN/../lib",
            "-Wl,-z,lazy",
            "-pthread",
        ),
        ("m", "pthread", "stdc++", "ssl"),
        ("vendor/lib",),
        "x",
    )
    assert errors == []
    assert options.libraries == ("ssl", "z")
    assert options.library_dirs == ("vendor/lib", "/opt/z/lib")
    assert options.rpaths == ("$ORIGIN/../lib",)
    assert options.options == ("lazy",)
    assert options.cxx


def test_frameworks_are_named_in_either_way() -> None:
    args = ("-framework", "Accelerate", "-undefined", "dynamic_lookup", "-Wl,-framework,Security")
    options, errors = link_options(args, (), (), "x")
    assert errors == []
    assert options.frameworks == ("Accelerate", "Security")


@pytest.mark.parametrize("arg", ["-Wl,--dynamic-list=x", "-framework", "-Wl,-z,origin", "-static"])
def test_unknown_link_arguments(arg: str) -> None:
    _, (error,) = link_options((arg,), (), (), "tool.zigwheel.extension[1].extra-link-args")
    assert error.message.startswith(f"`tool.zigwheel.extension[1].extra-link-args`: {arg!r}")
    assert "-Wl,-rpath,PATH" in error.hint


def test_flags_of_the_environment_are_filtered() -> None:
    kept, warnings = environment_flags("CFLAGS", "-O2 -march=nocona '-DNAME=a b'")
    assert kept == ("-O2", "-DNAME=a b")
    assert warnings == ["zigwheel: left out: `CFLAGS`: '-march=nocona' cannot be used"]


def test_the_clock_stands_still() -> None:
    assert clock_flags(1_451_606_400)[1:] == (
        '-D__DATE__="Jan  1 2016"',
        '-D__TIME__="00:00:00"',
        '-D__TIMESTAMP__="Fri Jan  1 00:00:00 2016"',
    )
