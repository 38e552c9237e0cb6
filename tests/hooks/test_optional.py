"""An optional extension is left out where it cannot be made, and named in a warning."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.hooks.rig import CONFIG, CORE, TINY, Maker, Project, evaluated

EXTRA = CORE.replace("_core", "_extra")
FAST = """
[[tool.zigwheel.extension]]
name = "tiny._extra"
sources = ["extra/*.c"]
optional = true
"""
BROKEN = "#error this needs another machine\n"
OPEN = "int nobody_has_this(void);\n#define VALUE nobody_has_this()"
ROADS = ("direct", "zig-build")
PLATFORMS = ("x86_64-linux-gnu.2.17", "x86_64-windows-gnu", "aarch64-macos.11.0")


@pytest.fixture
def two(make: Maker) -> Project:
    """A package with an extension module, and one that is optional."""
    files = {**TINY, "extra/extra.c": EXTRA.replace('#include "value.h"', "#define VALUE 2")}
    return make(config=CONFIG + FAST, files=files)


def modules(wheel: Path) -> list[str]:
    """Names of a wheel's compiled modules."""
    with zipfile.ZipFile(wheel) as archive:
        names = [Path(name).name for name in archive.namelist() if name.endswith((".so", ".pyd"))]
    return sorted(name.partition(".")[0] for name in names)


def built(project: Project, **settings: str) -> tuple[Path, str]:
    """A wheel, and what was said."""
    out = project.root.parent / "dist"
    done = project.call("build_wheel", out, settings)
    assert done.code == 0, done.said
    return out / str(done.value), done.said


def test_what_can_be_made_is_made(two: Project) -> None:
    wheel, said = built(two)
    assert modules(wheel) == ["_core", "_extra"]
    assert "warning" not in said


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("target", PLATFORMS)
def test_what_cannot_be_compiled_is_left_out(two: Project, road: str, target: str) -> None:
    two.write({"extra/broken.c": BROKEN})
    wheel, said = built(two, target=target, lowering=road)
    assert modules(wheel) == ["_core"]
    assert "zigwheel: warning: 'tiny/_extra." in said
    assert "is optional and left out:" in said
    assert "this needs another machine" in said


@pytest.mark.parametrize("target", PLATFORMS)
def test_so_is_what_would_not_load(two: Project, target: str) -> None:
    two.write({"extra/extra.c": EXTRA.replace('#include "value.h"', OPEN)})
    wheel, said = built(two, target=target)
    assert modules(wheel) == ["_core"]
    assert "nobody_has_this" in said


@pytest.mark.parametrize("road", ROADS)
def test_so_is_what_links_a_library_that_cannot_be_made(two: Project, road: str) -> None:
    library = '[[tool.zigwheel.library]]\nname = "l"\nsources = ["l.c"]\n'
    two.write({"l.c": BROKEN}).config(f'{CONFIG}{FAST}link = ["l"]\n{library}')
    wheel, said = built(two, lowering=road)
    assert modules(wheel) == ["_core"]
    assert "this needs another machine" in said
    two.config(f'{CONFIG}link = ["l"]\n{FAST}link = ["l"]\n{library}')
    assert "library `l` could not be built" in two.refusal()


@pytest.mark.parametrize("road", ROADS)
def test_others_still_fail(two: Project, road: str) -> None:
    two.write({"extra/broken.c": BROKEN, "src/tiny/worse.c": "#error not optional\n"})
    said = two.refusal(settings={"lowering": road})
    assert "not optional" in said
    assert "is optional and left out" not in said


@pytest.mark.parametrize("road", ROADS)
def test_strict_makes_it_an_error(two: Project, road: str) -> None:
    two.write({"extra/broken.c": BROKEN})
    assert "this needs another" in two.refusal(settings={"strict": "true", "lowering": road})
    assert "this needs another" in two.under(ZIGWHEEL_STRICT="1").refusal()


def test_the_tag_stays_where_nothing_is_left(two: Project) -> None:
    whole, _ = built(two.config(FAST))
    two.write({"extra/broken.c": BROKEN, "src/tiny/__init__.py": "def value(): return 3\n"})
    wheel, _ = built(two)
    assert wheel.name == whole.name
    assert modules(wheel) == []
    assert evaluated(wheel, "tiny.value()", two.root / "unpacked") == "3"


def test_the_package_stays_though_only_the_extension_names_it(make: Maker) -> None:
    files = {"other/__init__.py": "", "extra/broken.c": BROKEN}
    project = make(config=FAST.replace("tiny._extra", "other._extra"), files=files)
    wheel, _ = built(project)
    with zipfile.ZipFile(wheel) as archive:
        assert "other/__init__.py" in archive.namelist()


def test_it_is_tried_again(two: Project) -> None:
    two = two.under(ZIGWHEEL_REUSE="true")
    two.write({"extra/broken.c": BROKEN})
    for _ in range(2):
        wheel, said = built(two)
        assert "this needs another machine" in said
    (two.root / "extra/broken.c").unlink()
    wheel, _ = built(two)
    assert modules(wheel) == ["_core", "_extra"]


def test_an_editable_install_does_without(two: Project) -> None:
    two.write({"extra/broken.c": BROKEN})
    done = two.call("build_editable", two.root.parent / "dist", {})
    assert done.code == 0, done.said
    assert modules(two.root.parent / "dist" / str(done.value)) == ["_core"]
    assert "this needs another machine" in done.said


def test_both_slices_of_universal2_do_without(two: Project) -> None:
    two.write({"extra/broken.c": "#ifdef __x86_64__\n#error only for arm64\n#endif\n"})
    wheel, said = built(two, target="macosx_11_0_universal2")
    assert modules(wheel) == ["_core"]
    assert "only for arm64" in said


def test_one_that_is_not_for_a_target(two: Project) -> None:
    only = '[[tool.zigwheel.overrides]]\nif.os = "windows"\n'
    only += '[[tool.zigwheel.overrides.extension]]\nname = "*._extra"\nenabled = false\n'
    two.config(CONFIG + FAST.replace("optional = true\n", "") + only)
    two.write({"extra/broken.c": "#ifdef _WIN32\n#error not here\n#endif\n"})
    wheel, said = built(two, target="x86_64-windows-gnu")
    assert modules(wheel) == ["_core"]
    assert said == ""
    wheel, _ = built(two)
    assert modules(wheel) == ["_core", "_extra"]


def test_the_sdist_has_it_all_the_same(two: Project) -> None:
    two.config(CONFIG + FAST + "enabled = false\n")
    done = two.call("build_sdist", two.root.parent / "dist", {})
    assert done.code == 0, done.said
    import tarfile

    with tarfile.open(two.root.parent / "dist" / str(done.value)) as archive:
        assert "tiny-1.0/extra/extra.c" in archive.getnames()


def test_a_wheel_without_any_is_pure(two: Project) -> None:
    two.config(FAST + "enabled = false\n").write({"src/tiny/__init__.py": ""})
    wheel, _ = built(two)
    assert wheel.name == "tiny-1.0-py3-none-any.whl"
