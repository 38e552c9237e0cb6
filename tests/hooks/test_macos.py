"""Projects for macOS through the hooks: architectures, exports, Apple's SDK."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.hooks.rig import CONFIG, CORE, TINY, Maker, Project, unpacked
from tests.macho import Slice, read

ARM = {"target": "macosx_arm64"}
BOTH = {"target": "macosx_universal2"}


def slices(project: Project, settings: dict[str, str], folder: Path) -> dict[str, Slice]:
    """What the one extension module of a wheel holds."""
    (file,) = unpacked(project.wheel(settings=settings), folder).rglob("_core.*.so")
    return read(file)


def test_overrides_are_decided_for_each_slice(make: Maker, tmp_path: Path) -> None:
    config = f"""{CONFIG}
export-symbols = ["own_*"]
[[tool.zigwheel.overrides]]
if.arch = "x86_64"
extension.define-macros = {{ OWN = "own_x86" }}
[[tool.zigwheel.overrides]]
if.arch = "aarch64"
inherit.extension.sources = "append"
extension.sources = ["arm/*.c"]
extension.define-macros = {{ OWN = "own_arm" }}
"""
    core = f"{CORE}int OWN(void) {{ return 1; }}\nint hidden(void) {{ return 2; }}\n"
    arm = "int own_more(void) { return 3; }\n"
    project = make(config=config, files={**TINY, "src/tiny/_core.c": core, "arm/more.c": arm})
    found = slices(project, BOTH, tmp_path / "x")
    assert found["x86_64"].exports == {"_PyInit__core", "_own_x86"}
    assert found["arm64"].exports == {"_PyInit__core", "_own_arm", "_own_more"}


def test_both_slices_hold_the_same_files(make: Maker) -> None:
    config = f"""[tool.zigwheel]
py-api = "cp310"
{CONFIG}
[[tool.zigwheel.overrides]]
if.arch = "aarch64"
extension.py-limited-api = false
"""
    said = make(config=config).refusal(settings=BOTH)
    assert "`universal2` holds every file for both architectures, but 'tiny/_core." in said
    assert "is built for one of them alone" in said


def test_the_oldest_macos_is_asked_for(make: Maker, tmp_path: Path) -> None:
    project = make(config=f'[tool.zigwheel]\nmacosx = "12_0"\n{CONFIG}')
    wheel = project.wheel(settings=ARM)
    assert wheel.name.endswith("macosx_12_0_arm64.whl")
    later = project.under(MACOSX_DEPLOYMENT_TARGET="13.0")
    found = slices(later, BOTH, tmp_path / "x")
    assert {part.minos for part in found.values()} == {(13, 0)}


def test_builtins_of_the_compiler_are_linked_in(make: Maker, tmp_path: Path) -> None:
    asked = "__builtin_available(macOS 14.0, *) ? 1 : 2"
    core = CORE.replace("PyLong_FromLong(VALUE)", f"PyLong_FromLong({asked})")
    project = make(files={**TINY, "src/tiny/_core.c": core})
    said = project.refusal(settings=BOTH)
    assert "`tiny._core` asks which macOS it runs on (`__builtin_available`, `@available`)" in said
    newer = project.under(MACOSX_DEPLOYMENT_TARGET="10.15")
    for part in slices(newer, BOTH, tmp_path / "x").values():
        assert part.exports == {"_PyInit__core"}
        assert not [name for name in part.needed if "VersionAtLeast" in name]


def test_run_paths_are_in_the_loader_s_words(make: Maker, tmp_path: Path) -> None:
    project = make(config=f'{CONFIG}extra-link-args = ["-Wl,-rpath,$ORIGIN/lib"]\n')
    assert slices(project, ARM, tmp_path / "x")["arm64"].rpaths == ("@loader_path/lib",)


def planned(project: Project, target: str) -> str:
    """What `zigwheel build --plan` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "zigwheel", "build", "--plan", "--target", target],
        cwd=project.root,
        env=dict(project.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_plan_names_both_slices(tiny: Project) -> None:
    plans = json.loads(planned(tiny, "universal2-macos"))
    assert [plan["triple"] for plan in plans] == ["x86_64-macos.10.13", "aarch64-macos.11.0"]
    assert [plan["sdk"] for plan in plans] == ["", ""]


def test_the_plan_names_the_sdk(make: Maker, sdk: Path) -> None:
    project = make(config=WITH_SDK).under(SDKROOT=str(sdk))
    said = planned(project, "aarch64-macos")
    plan = json.loads(said)
    assert plan["sdk"] == "14.5"
    assert str(sdk) not in said


def test_a_wheel_is_built_again_when_a_source_of_one_slice_changes(make: Maker) -> None:
    config = f"""{CONFIG}
[[tool.zigwheel.overrides]]
if.arch = "aarch64"
inherit.extension.sources = "append"
extension.sources = ["arm/*.c"]
"""
    more = "int more(void) { return 1; }\n"
    core = f"int more(void) __attribute__((weak));\n{CORE}".replace(
        "(VALUE)", "(more ? more() : 0)"
    )
    files = {**TINY, "src/tiny/_core.c": core, "arm/more.c": more}
    project = make(config=config, files=files).under(ZIGWHEEL_REUSE="true")
    time.sleep(0.02)  # a file as young as the build is not taken for unchanged
    first = project.wheel(settings=BOTH).read_bytes()
    assert project.wheel(settings=BOTH).read_bytes() == first
    project.write({"arm/more.c": more.replace("1", "2")})
    assert project.wheel(settings=BOTH).read_bytes() != first


def test_ejecting_for_two_architectures_is_refused(tiny: Project) -> None:
    words = [sys.executable, "-m", "zigwheel", "build", "--eject", "--target", "universal2-macos"]
    done = subprocess.run(
        words, cwd=tiny.root, env=dict(tiny.environ), capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "`universal2` has two" in done.stderr
    assert not (tiny.root / "build.zig").exists()


FRAMEWORK = "System/Library/Frameworks/{name}.framework"
TBD = """\
--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos, arm64-macos ]
install-name:    '{install}'
{more}exports:
  - targets:     [ x86_64-macos, arm64-macos ]
    symbols:     [ {symbols} ]
...
"""
BRINGS = """\
reexported-libraries:
  - targets:     [ x86_64-macos, arm64-macos ]
    libraries:   [ '/{path}' ]
"""

WITH_SDK = f"""{CONFIG}
libraries = ["bar"]
extra-link-args = ["-framework", "Foo"]
"""

CALLS = CORE.replace("#include <Python.h>", "#include <Python.h>\n#include <Foo/Foo.h>").replace(
    "PyLong_FromLong(VALUE)", "PyLong_FromLong(foo_call() + sub_call() + bar_call())"
)


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    """Apple's SDK as far as matters: a framework that brings another one, a library, headers."""
    root = tmp_path / "Mac OS.sdk"
    foo, sub = (FRAMEWORK.format(name=name) for name in ("Foo", "Sub"))
    files = {
        f"{foo}/Foo.tbd": TBD.format(
            install=f"/{foo}/Versions/A/Foo",
            more=BRINGS.format(path=f"{sub}/Versions/A/Sub"),
            symbols="_foo_call",
        ),
        f"{foo}/Headers/Foo.h": "#include <bar.h>\nint foo_call(void);\nint sub_call(void);\n",
        f"{sub}/Versions/A/Sub.tbd": TBD.format(
            install=f"/{sub}/Versions/A/Sub", more="", symbols="_sub_call"
        ),
        "usr/lib/libbar.tbd": TBD.format(
            install="/usr/lib/libbar.1.dylib", more="", symbols="_bar_call"
        ),
        "usr/lib/libobjc.tbd": TBD.format(
            install="/usr/lib/libobjc.A.dylib", more="", symbols="__objc_empty_cache"
        ),
        "usr/include/bar.h": "static inline const char *bar_place(void) { return __FILE__; }\n"
        "int bar_call(void);\n",
        "usr/include/stdio.h": "#error Zig's own comes first\n",
        "SDKSettings.json": '{"Version": "14.5"}',
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.mark.parametrize("lowering", ["direct", "zig-build"])
def test_frameworks_are_linked(make: Maker, sdk: Path, lowering: str, tmp_path: Path) -> None:
    calls = CALLS.replace("bar_call()", "bar_call() + bar_place()[0]")
    project = make(config=WITH_SDK, files={**TINY, "src/tiny/_core.c": calls})
    project = project.under(SDKROOT=str(sdk))
    wheel = project.wheel(settings={**ARM, "lowering": lowering})
    (file,) = unpacked(wheel, tmp_path / "x").rglob("_core.*.so")
    (found,) = read(file).values()
    frameworks = [f"/{FRAMEWORK.format(name=n)}/Versions/A/{n}" for n in ("Foo", "Sub")]
    assert set(found.dylibs) == {
        *frameworks,
        "/usr/lib/libbar.1.dylib",
        "/usr/lib/libSystem.B.dylib",
    }
    assert not found.looked_up & {"_foo_call", "_sub_call", "_bar_call"}
    assert str(sdk).encode() not in file.read_bytes()


def test_objective_c_sees_frameworks(make: Maker, sdk: Path, tmp_path: Path) -> None:
    source = "#import <Foo/Foo.h>\n@interface Own\n+ (int)go;\n@end\n"
    source += "@implementation Own\n+ (int)go { return foo_call(); }\n@end\n"
    config = WITH_SDK.replace('"src/tiny/*.c"', '"src/tiny/*.c", "src/tiny/*.m"')
    config = config.replace('["bar"]', '["bar", "objc"]')
    project = make(config=config, files={**TINY, "src/tiny/own.m": source})
    found = slices(project.under(SDKROOT=str(sdk)), ARM, tmp_path / "x")["arm64"]
    assert found.exports == {"_PyInit__core"}


@pytest.mark.parametrize("place", [None, "/nonexistent/MacOSX.sdk"])
def test_the_sdk_is_asked_for(make: Maker, place: str | None) -> None:
    project = make(config=WITH_SDK, files={**TINY, "src/tiny/_core.c": CALLS})
    said = project.under(SDKROOT=place).refusal(settings=ARM)
    assert "`tiny._core` needs the framework Foo, the library bar of Apple's SDK for macOS" in said
    assert ("SDKROOT is not set" if place is None else f"SDKROOT is {place!r}") in said
    assert "export SDKROOT=$(xcrun --show-sdk-path)" in said


def test_there_are_no_frameworks_elsewhere(make: Maker) -> None:
    said = make(config=WITH_SDK).refusal(settings={"target": "x86_64-linux-gnu.2.17"})
    assert "asks for the framework Foo, but there are none on linux" in said
    assert 'with `if.os = "macos"`' in said


def test_what_zig_s_linker_does_not_do_is_refused(make: Maker) -> None:
    config = f'[tool.zigwheel]\nlto = true\n{CONFIG}extra-link-args = ["-Wl,-z,lazy"]\n'
    said = make(config=config).refusal(settings=ARM)
    assert "Zig's linker for macOS has no `lto`" in said
    assert "`-z lazy` is of ELF files alone" in said


def test_an_sdk_that_nothing_needs_does_not_matter(tiny: Project, sdk: Path) -> None:
    (sdk / "usr/include/Python.h").write_text("#error not this one\n")
    without = tiny.wheel(settings=ARM).read_bytes()
    assert tiny.under(SDKROOT=str(sdk)).wheel(settings=ARM).read_bytes() == without
