from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.zig.plans import EVERYTHING, LIBRARY, MACOS, artifact, plan
from zigwheel.errors import ToolchainError
from zigwheel.plan.model import Source
from zigwheel.zig.command import Places, command, script_name, version_script
from zigwheel.zig.macos import sdk_of

PLACES = Places(
    root=Path("/p"),
    headers=Path("/h"),
    zig_lib=Path("/z/lib"),
    out=Path("/o"),
    local_cache=Path("/l"),
    global_cache=Path("/g"),
    version_scripts=Path("/s"),
)

MAPS = "-ffile-prefix-map=/p=. -ffile-prefix-map=/z/lib=zig"
PYTHON = "-isystem /h -ffile-prefix-map=/h=python"


def words(of: int | None = None, *, compiler_rt: bool = False) -> str:
    one = artifact() if of is None else EVERYTHING[of]
    whole = plan(one) if of is None else plan(*EVERYTHING)
    return " ".join(command(whole, one, PLACES, zig=Path("/z/zig"), compiler_rt=compiler_rt))


def test_an_extension() -> None:
    assert words() == (
        f"/z/zig build-lib -cflags -fwrapv {MAPS} {PYTHON} -- src/core.c "
        "-fstrip -fPIC -fno-sanitize-c -OReleaseFast -target x86_64-linux-gnu.2.17 -mcpu baseline "
        "-Mroot -lc -fno-compiler-rt -fno-ubsan-rt -dynamic -fallow-shlib-undefined "
        f"--version-script /s/{script_name(artifact())} --cache-dir /l --global-cache-dir /g "
        "--name pkg._core -femit-bin=/o/pkg._core.so"
    )


def test_what_sees_no_header_of_python_serves_every_python() -> None:
    one = artifact()
    free = replace(one.sources[0], path="src/free.c", python=False)
    both = replace(one, sources=(one.sources[0], free))
    said = [
        command(
            plan(both), both, replace(PLACES, headers=Path(h)), zig=Path("z"), compiler_rt=False
        )
        for h in ("/h39", "/h313")
    ]
    seen, alone = (
        {" ".join(words).split(" -- src/free.c")[0].split("-cflags")[i] for words in said}
        for i in (1, 2)
    )
    assert len(seen) == 2
    assert len(alone) == 1
    (flags,) = alone
    assert flags.split() == ["-fwrapv", *MAPS.split()]
    assert not any(
        word.startswith("/h3") for words in said for word in words[words.index("-fstrip") :]
    )


def test_an_extension_for_macos() -> None:
    (one,) = MACOS.artifacts
    said = " ".join(command(MACOS, one, PLACES, zig=Path("zig"), compiler_rt=False))
    assert " -install_name @rpath/libpkg._core.dylib " in said
    assert " -framework Foo -L/opt/lib -Llib " in said
    assert "--sysroot" not in said
    places = replace(PLACES, sdk=Path("/sdk"))
    said = " ".join(command(MACOS, one, places, zig=Path("zig"), compiler_rt=False))
    # an absolute folder would be looked for in the SDK
    assert " -framework Foo -L../opt/lib -Llib " in said
    assert (
        " -idirafter /sdk/usr/include -F /sdk/System/Library/Frameworks -L/usr/lib --sysroot /sdk "
        in said
    )
    assert "-ffile-prefix-map=/sdk=sdk" in said


def test_a_library_of_the_project_s_needs_no_sdk() -> None:
    (one,) = MACOS.artifacts
    own = replace(MACOS, artifacts=(replace(one, frameworks=()),))
    assert sdk_of(own, {}) is None
    for changes in ({}, {"frameworks": (), "library_dirs": ()}):
        with pytest.raises(ToolchainError, match="the library bar of Apple's SDK"):
            sdk_of(replace(MACOS, artifacts=(replace(one, **changes),)), {})


def test_compiler_rt_is_asked_for() -> None:
    assert "-fno-compiler-rt" not in words(compiler_rt=True)


def test_a_static_library() -> None:
    said = words(0)
    assert " -static " in said
    assert "-isystem" not in said
    assert "-fno-compiler-rt" not in said


def test_everything_has_its_word() -> None:
    said = words(1)
    for part in (
        "-- src/core.c -cflags -fwrapv -std=c11",
        "-- src/more.c -cflags -fwrapv -mavx2",
        "/o/libz.a -lssl",
        "-L/opt/lib",
        "-mcpu x86_64_v3",
        "-I include -I vendor",
        '-DNAME="a \\ b" -DX=1',
        "-rpath $ORIGIN/lib",
        "-lc -lc++ -flto=full",
        "-z lazy",
    ):
        assert part in said


def test_zig_sources_have_a_root() -> None:
    assert " -Mroot=src/root.zig " in words(3)


def test_an_executable() -> None:
    said = words(4)
    assert said.startswith("/z/zig build-exe ")
    assert " -fPIE " in said
    assert " -fno-strip " in said
    assert " -dynamic " in said
    assert "--version-script" not in said


def test_version_script() -> None:
    assert version_script(EVERYTHING[1]) == "{ global: PyInit_*; pkg_*; local: *; };\n"


def test_equal_version_scripts_are_one_file() -> None:
    assert script_name(artifact()) == script_name(artifact(name="pkg._other"))
    assert script_name(artifact()) != script_name(artifact(exports=("PyInit_*", "pkg_*")))


def test_the_plan_has_a_key_of_its_own() -> None:
    one, other = plan(artifact()), plan(artifact(macros=(("X", "1"),)))
    assert one.key == plan(artifact()).key
    assert one.key != other.key
    assert plan(LIBRARY).library("z") == LIBRARY


def test_the_compiler_is_told_what_a_source_holds() -> None:
    source = Source(path="a.c", language="c", args=(), content="0123")
    zig = Source(path="r.zig", language="zig", args=(), content="4567")
    one = artifact(sources=(source, zig))
    said = " ".join(command(plan(one), one, PLACES, zig=Path("zig"), compiler_rt=False))
    assert f"{MAPS} -ffile-prefix-map=/h=python -Dzigwheel_content=0123 -- a.c" in said
    assert "--cache-dir /l/4567 " in said
