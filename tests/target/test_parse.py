"""A target's text, or this machine, becomes a `Target`."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.target.machines import machine
from tests.target.test_tags import linux_targets, targets
from zigwheel.errors import TargetError
from zigwheel.target.model import Host, Target
from zigwheel.target.parse import resolve_target
from zigwheel.target.tags import identifier, platform_tags, wheel_tag


def resolve(
    text: str = "",
    python: str = "",
    *,
    host: Host | None = None,
    manylinux: str = "2_17",
    musllinux: str = "1_2",
    environ: Mapping[str, str] | None = None,
) -> Target:
    return resolve_target(
        text,
        python,
        host=host or machine(),
        manylinux=manylinux,
        musllinux=musllinux,
        environ=environ or {},
    )


def shown(target: Target) -> str:
    """A target with its floor, in one line."""
    return f"{platform_tags(target.triple)[-1]} {target.python.abi}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Zig triples.
        ("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64 cp312"),
        ("aarch64-linux-gnu.2.28", "manylinux_2_28_aarch64 cp312"),
        ("aarch64-linux-gnu", "manylinux_2_17_aarch64 cp312"),
        ("x86-linux-gnu.2.17", "manylinux_2_17_i686 cp312"),
        ("i686-linux-gnu", "manylinux_2_17_i686 cp312"),
        ("arm-linux-gnueabihf.2.31", "manylinux_2_31_armv7l cp312"),
        ("armv7l-linux-musleabihf", "musllinux_1_2_armv7l cp312"),
        ("x86_64-linux-musl", "musllinux_1_2_x86_64 cp312"),
        # The project's floor, where the architecture has none that is so old.
        ("powerpc64le-linux-gnu", "manylinux_2_19_ppc64le cp312"),
        ("ppc64le-linux-gnu", "manylinux_2_19_ppc64le cp312"),
        ("riscv64-linux-gnu", "manylinux_2_27_riscv64 cp312"),
        ("loongarch64-linux-gnu", "manylinux_2_36_loongarch64 cp312"),
        # Platform tags.
        ("manylinux_2_28_aarch64", "manylinux_2_28_aarch64 cp312"),
        ("manylinux2014_x86_64", "manylinux_2_17_x86_64 cp312"),
        ("manylinux2010_i686", "manylinux_2_12_i686 cp312"),
        ("manylinux1_x86_64", "manylinux_2_5_x86_64 cp312"),
        ("manylinux2014_x86_64.manylinux_2_17_x86_64", "manylinux_2_17_x86_64 cp312"),
        ("manylinux_2_17_x86_64.manylinux_2_28_x86_64", "manylinux_2_17_x86_64 cp312"),
        ("musllinux_1_2_x86_64", "musllinux_1_2_x86_64 cp312"),
        ("musllinux_1_3_x86_64", "musllinux_1_3_x86_64 cp312"),
        ("manylinux_ppc64le", "manylinux_2_19_ppc64le cp312"),
        ("linux_x86_64", "manylinux_2_17_x86_64 cp312"),
        ("linux-x86_64", "manylinux_2_17_x86_64 cp312"),
        # Wheel tags.
        ("cp313-cp313-manylinux_2_28_aarch64", "manylinux_2_28_aarch64 cp313"),
        ("cp313-cp313t-musllinux_1_2_s390x", "musllinux_1_2_s390x cp313t"),
        ("cp310-none-manylinux_2_28_x86_64", "manylinux_2_28_x86_64 cp310"),
        ("py3-none-manylinux_2_28_x86_64", "manylinux_2_28_x86_64 cp312"),
        ("py2.py3-none-manylinux_2_28_x86_64", "manylinux_2_28_x86_64 cp312"),
        # The running Python loads it, else the oldest that does.
        ("cp310-abi3-manylinux_2_28_x86_64", "manylinux_2_28_x86_64 cp312"),
        ("cp313-abi3-manylinux_2_28_x86_64", "manylinux_2_28_x86_64 cp313"),
        # Identifiers.
        ("cp313-manylinux_aarch64", "manylinux_2_17_aarch64 cp313"),
        ("cp313t-musllinux_x86_64", "musllinux_1_2_x86_64 cp313t"),
        ("cp39-manylinux_riscv64", "manylinux_2_27_riscv64 cp39"),
        (" cp313-manylinux_aarch64 ", "manylinux_2_17_aarch64 cp313"),
    ],
)
def test_text(text: str, expected: str) -> None:
    assert shown(resolve(text)) == expected


@pytest.mark.parametrize(
    ("text", "python", "expected"),
    [
        ("manylinux_2_28_aarch64", "cp313", "cp313"),
        ("manylinux_2_28_aarch64", "3.14t", "cp314t"),
        ("cp313-manylinux_aarch64", "cp313", "cp313"),
        ("cp313-cp313t-manylinux_2_28_aarch64", "3.13t", "cp313t"),
        ("cp310-abi3-manylinux_2_28_aarch64", "cp311", "cp311"),
        ("py3-none-manylinux_2_28_aarch64", "cp311", "cp311"),
        ("", "cp311", "cp311"),
    ],
)
def test_python(text: str, python: str, expected: str) -> None:
    assert resolve(text, python).python.abi == expected


def test_stable_abi_of_an_old_python() -> None:
    free = machine(version=(3, 13), free_threaded=True)
    assert resolve("cp38-abi3-manylinux_2_28_x86_64", host=free).python.abi == "cp39"
    pypy = machine(implementation="pypy", version=(3, 11))
    assert resolve("cp310-abi3-manylinux_2_28_x86_64", host=pypy).python.abi == "cp310"


@pytest.mark.parametrize("abi", ["abi3t", "abi3.abi3t"])
def test_stable_abi_of_free_threaded_pythons(abi: str) -> None:
    text = f"cp315-{abi}-manylinux_2_28_x86_64"
    free = machine(version=(3, 15), free_threaded=True)
    for host in (machine(), machine(version=(3, 15)), machine(version=(3, 14)), free):
        assert resolve(text, host=host).python.abi == "cp315t"
    assert resolve(text, "cp315").python.abi == "cp315"


@pytest.mark.parametrize(
    "text",
    ["pp311-manylinux_x86_64", "pp311-pypy311_pp73-manylinux2014_x86_64.manylinux_2_17_x86_64"],
)
def test_pypy(text: str) -> None:
    target = resolve(text)
    assert (target.python.name, target.triple.zig) == ("pp311", "x86_64-linux-gnu.2.17")
    assert target.python.abi == ("pypy311_pp73" if "pp73" in text else "pypy311_pp80")
    assert identifier(target) == "pp311-manylinux_x86_64"


def test_the_option_tells_the_abi_of_pypy() -> None:
    assert resolve("pp311-manylinux_x86_64", "pypy311_pp73").python.pypy_abi == "pp73"


def test_a_running_pypy_is_the_target() -> None:
    assert resolve(host=machine(implementation="pypy", version=(3, 10))).python.name == "pp310"


@pytest.mark.parametrize(
    ("host", "options", "expected"),
    [
        (machine(), {}, "manylinux_2_17_x86_64 cp312"),
        (machine(arch="ppc64le"), {}, "manylinux_2_19_ppc64le cp312"),
        (machine(), {"manylinux": "2_28"}, "manylinux_2_28_x86_64 cp312"),
        (machine(), {"manylinux": "manylinux_2_28"}, "manylinux_2_28_x86_64 cp312"),
        (machine(), {"manylinux": "2.28"}, "manylinux_2_28_x86_64 cp312"),
        (machine(), {"manylinux": "manylinux2010"}, "manylinux_2_12_x86_64 cp312"),
        # An installation on an old machine gets what that machine can run.
        (machine(libc_version=(2, 26)), {"manylinux": "2_28"}, "manylinux_2_26_x86_64 cp312"),
        (machine(libc="musl", libc_version=(1, 2)), {}, "musllinux_1_2_x86_64 cp312"),
        (machine(libc="musl", libc_version=None), {}, "musllinux_1_2_x86_64 cp312"),
        (
            machine(libc="musl", libc_version=(1, 2)),
            {"musllinux": "1_3"},
            "musllinux_1_2_x86_64 cp312",
        ),
        (machine(arch="i686", version=(3, 9)), {}, "manylinux_2_17_i686 cp39"),
        (
            machine(version=(3, 14), free_threaded=True),
            {},
            "manylinux_2_17_x86_64 cp314t",
        ),
    ],
)
def test_this_machine(host: Host, options: dict[str, str], expected: str) -> None:
    assert shown(resolve(host=host, **options)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"_PYTHON_HOST_PLATFORM": "linux-aarch64"}, "manylinux_2_17_aarch64 cp312"),
        ({"_PYTHON_HOST_PLATFORM": "linux-riscv64"}, "manylinux_2_27_riscv64 cp312"),
        ({"_PYTHON_HOST_PLATFORM": "linux-x86_64"}, "manylinux_2_17_x86_64 cp312"),
        ({"ARCHFLAGS": "-arch arm64"}, "manylinux_2_17_x86_64 cp312"),
    ],
)
def test_environment(environ: dict[str, str], expected: str) -> None:
    assert shown(resolve(environ=environ)) == expected


def test_environment_on_musl() -> None:
    host = machine(libc="musl", libc_version=(1, 2))
    target = resolve(host=host, environ={"_PYTHON_HOST_PLATFORM": "linux-aarch64"})
    assert shown(target) == "musllinux_1_2_aarch64 cp312"


def test_options_win_over_the_environment() -> None:
    environ = {"_PYTHON_HOST_PLATFORM": "linux-aarch64"}
    assert shown(resolve("linux_x86_64", environ=environ)) == "manylinux_2_17_x86_64 cp312"


def read(text: str = "", *, host: Host | None = None, **environ: str) -> str:
    """The Zig triple of a target that may not be supported yet."""
    target = resolve_target(
        text,
        "cp313",
        host=host or machine(),
        manylinux="2_17",
        musllinux="1_2",
        environ=environ,
    )
    return target.triple.zig


@pytest.mark.parametrize(
    ("text", "zig"),
    [
        ("macosx_11_0_arm64", "aarch64-macos.11.0"),
        ("macosx_10_13_x86_64", "x86_64-macos.10.13"),
        ("macosx_arm64", "aarch64-macos.11.0"),
        ("macosx-12.0-arm64", "aarch64-macos.12.0"),
        ("cp313-macosx_x86_64", "x86_64-macos.10.13"),
        ("cp313-cp313-macosx_12_0_arm64", "aarch64-macos.12.0"),
        ("aarch64-macos", "aarch64-macos.11.0"),
        ("aarch64-macos.13", "aarch64-macos.13.0"),
        ("x86_64-macos.10.15-none", "x86_64-macos.10.15"),
        ("macosx_11_0_universal2", "universal2-macos.11.0"),
        ("macosx-10.13-universal2", "universal2-macos.10.13"),
        ("universal2-macos", "universal2-macos.10.13"),
        ("cp313-macosx_universal2", "universal2-macos.10.13"),
        ("win_amd64", "x86_64-windows-gnu"),
        ("win32", "x86-windows-gnu"),
        ("cp313-win_arm64", "aarch64-windows-gnu"),
        ("win-amd64", "x86_64-windows-gnu"),
        ("x86_64-windows-gnu", "x86_64-windows-gnu"),
        ("x86_64-windows", "x86_64-windows-gnu"),
    ],
)
def test_other_systems_are_understood(text: str, zig: str) -> None:
    assert read(text) == zig


@pytest.mark.parametrize(
    ("host", "environ", "zig"),
    [
        (machine(os="macos", arch="aarch64", libc="none"), {}, "aarch64-macos.11.0"),
        (
            machine(os="macos", arch="x86_64", libc="none"),
            {"MACOSX_DEPLOYMENT_TARGET": "10.15"},
            "x86_64-macos.10.15",
        ),
        (
            machine(os="macos", arch="aarch64", libc="none"),
            {"MACOSX_DEPLOYMENT_TARGET": "10.9"},
            "aarch64-macos.11.0",
        ),
        (
            machine(os="macos", arch="aarch64", libc="none"),
            {"ARCHFLAGS": "-arch x86_64"},
            "x86_64-macos.10.13",
        ),
        (
            machine(os="macos", arch="x86_64", libc="none"),
            {"_PYTHON_HOST_PLATFORM": "macosx-12.0-arm64", "ARCHFLAGS": "-arch arm64"},
            "aarch64-macos.12.0",
        ),
        (
            machine(os="macos", arch="aarch64", libc="none"),
            {"ARCHFLAGS": "-arch arm64 -arch x86_64", "MACOSX_DEPLOYMENT_TARGET": "11"},
            "universal2-macos.11.0",
        ),
        (machine(os="windows", arch="x86_64"), {}, "x86_64-windows-gnu"),
        (machine(os="windows", arch="i686"), {}, "x86-windows-gnu"),
    ],
)
def test_other_hosts_are_understood(host: Host, environ: dict[str, str], zig: str) -> None:
    assert read(host=host, **environ) == zig


@pytest.mark.parametrize(
    ("macosx", "environ", "zig"),
    [
        ("12_0", {}, "aarch64-macos.12.0"),
        ("10_13", {}, "aarch64-macos.11.0"),
        ("12_0", {"MACOSX_DEPLOYMENT_TARGET": "13.1"}, "aarch64-macos.13.1"),
    ],
)
def test_the_oldest_macos(macosx: str, environ: dict[str, str], zig: str) -> None:
    target = resolve_target(
        "macosx_arm64",
        "cp313",
        host=machine(),
        manylinux="2_17",
        musllinux="1_2",
        macosx=macosx,
        environ=environ,
    )
    assert target.triple.zig == zig


@given(targets)
def test_every_name_of_a_target_parses_back(target: Target) -> None:
    floor = target.triple.floor or (0, 0)
    options = {
        "manylinux": f"2_{floor[1]}" if target.triple.libc == "gnu" else "2_17",
        "musllinux": f"1_{floor[1]}" if target.triple.libc == "musl" else "1_2",
    }
    if target.triple.os == "macos":
        environ = {"MACOSX_DEPLOYMENT_TARGET": f"{floor[0]}.{floor[1]}"}
    else:
        environ = {}
    wheel = wheel_tag(target, kind="extension").filename_part
    for text in (
        target.triple.zig,
        ".".join(platform_tags(target.triple)),
        *platform_tags(target.triple),
        wheel,
        identifier(target),
    ):
        parsed = resolve_target(text, target.python.abi, host=machine(), environ=environ, **options)
        assert parsed == target


@given(linux_targets)
def test_text_with_a_floor_needs_no_options(target: Target) -> None:
    for text in (wheel_tag(target, kind="extension").filename_part, *platform_tags(target.triple)):
        assert resolve(text, target.python.abi, manylinux="2_50", musllinux="1_4") == target


@given(st.text(alphabet="abcxyz_-.0123456789 linuxmanyglp", max_size=30))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        target = resolve(text)
    except TargetError:
        return
    assert resolve(wheel_tag(target, kind="extension").filename_part) == target
