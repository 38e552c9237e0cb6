from __future__ import annotations

from zigwheel.plan.flags import link_options
from zigwheel.plan.windows import windows_errors, windows_options

PLACE = "tool.zigwheel.extension[0]"


def test_libraries_are_in_small_letters() -> None:
    options, _ = link_options(("-lAdvapi32",), ("Ws2_32", "m"), (), "x")
    assert windows_options(options).libraries == ("ws2_32", "advapi32")


def test_a_library_of_the_projects_keeps_its_name() -> None:
    options, _ = link_options((), ("Far",), ("vendor/lib",), "x")
    assert windows_options(options).libraries == ("Far",)


def test_what_is_not_heard_on_windows() -> None:
    args = ("-Wl,-rpath,$ORIGIN/lib", "-Wl,-z,lazy")
    options, _ = link_options(args, (), (), "x")
    rpath, lazy, lto = windows_errors(options, lto=True, place=PLACE)
    assert rpath.message == (
        f"`{PLACE}.extra-link-args`: Windows has no run paths, such as '$ORIGIN/lib'"
    )
    assert lazy.message == f"`{PLACE}.extra-link-args`: `-z lazy` is of ELF files alone"
    assert lto.message == f"`{PLACE}`: Zig's C library for Windows cannot be linked with `lto`"
    assert 'if.os = "!windows"' in rpath.hint
    assert 'if.os = "!windows"' in lazy.hint
    assert "lto = false" in lto.hint


def test_nothing_else_is_refused() -> None:
    options, _ = link_options(("-lz", "-Wl,-z,now", "-pthread"), ("c++",), (), "x")
    assert list(windows_errors(options, lto=False, place=PLACE)) == []
