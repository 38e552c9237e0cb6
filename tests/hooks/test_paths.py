"""Folders with all that a name may hold, and what may not be reached from a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooks.rig import CONFIG, TINY, Maker, Project, evaluated

AWKWARD = "a b'c\"d$e ümlaut 雪 (1)"


@pytest.mark.parametrize("lowering", ["direct", pytest.param("zig-build", marks=pytest.mark.slow)])
def test_awkward_names(make: Maker, tmp_path: Path, lowering: str) -> None:
    plain = make().wheel(settings={"lowering": lowering})
    # Zig cannot read its own dependency files where an absolute path has a double quote
    name = AWKWARD if lowering == "direct" else AWKWARD.replace('"', "")
    folder = tmp_path / name
    project = make(f"{name}/{name}").under(TMPDIR=str(folder))
    settings = {"lowering": lowering, "build-dir": f"{name}-objects"}
    wheel = project.wheel(folder / "dist é", settings)
    assert wheel.read_bytes() == plain.read_bytes()
    assert evaluated(wheel, "tiny.value()", tmp_path / "unpacked") == "1"


def test_an_awkward_cache(tiny: Project, tmp_path: Path, ziglang: Path) -> None:
    plain = tiny.wheel().read_bytes()
    path = f"{tiny.environ['PYTHONPATH']}:{ziglang}"
    other = tiny.under(ZIGWHEEL_CACHE_DIR=str(tmp_path / AWKWARD.replace('"', "")), PYTHONPATH=path)
    assert other.wheel(tmp_path / "again").read_bytes() == plain


def test_awkward_sources(make: Maker, tmp_path: Path) -> None:
    files = {
        **TINY,
        "src/höhe 1/wert $x'.c": '#include "in c.h"\nlong wert(void) { return WERT; }\n',
    }
    files["inc lüde/in c.h"] = "#define WERT 41L\n"
    files["src/tiny/_core.c"] = "long wert(void);\n" + TINY["src/tiny/_core.c"].replace(
        "VALUE)", "VALUE + wert())"
    )
    config = CONFIG.replace('"src/tiny/*.c"', '"src/tiny/*.c", "src/höhe 1/*.c"')
    config += 'include-dirs = ["inc lüde"]\ndefine-macros = { TEXT = \'"a \\ $b"\' }\n'
    wheel = make(config=config, files=files).wheel()
    assert evaluated(wheel, "tiny.value()", tmp_path / "unpacked") == "42"


OUTSIDE = {
    "../x.c": "names '../x.c', which lies outside the project",
    "{absolute}": "which lies outside the project",
    "src/tiny/link.c": "matches 'src/tiny/link.c', a symbolic link out of the project",
    "src/folder/*.c": "matches 'src/folder/x.c', a symbolic link out of the project",
    "src/**/*.c": "a symbolic link out of the project",
}


@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
@pytest.mark.parametrize("pattern", OUTSIDE)
def test_a_source_outside_the_project(make: Maker, tmp_path: Path, hook: str, pattern: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.c").write_text("int x;\n")
    (tmp_path / "x.c").write_text("int x;\n")
    named = pattern.format(absolute=outside / "x.c")
    project = make(
        config=f'[[tool.zigwheel.extension]]\nname = "tiny._core"\nsources = ["{named}"]\n'
    )
    if "link" in pattern:
        (project.root / "src" / "tiny" / "link.c").symlink_to(outside / "x.c")
    elif "src" in pattern:
        (project.root / "src" / "folder").symlink_to(outside)
    said = project.refusal(hook)
    if hook == "build_wheel" or "src" not in pattern:
        assert "`tool.zigwheel.extension[0].sources`" in said
        assert OUTSIDE[pattern] in said
    else:  # an sdist refuses such links wherever they are
        assert str(outside) in said


@pytest.mark.parametrize("folder", ["../include", "include", "src/../../include"])
@pytest.mark.parametrize("hook", ["build_wheel", "build_sdist"])
def test_an_include_folder_outside_the_project(
    make: Maker, tmp_path: Path, hook: str, folder: str
) -> None:
    (tmp_path / "include").mkdir()
    project = make(config=f'{CONFIG}include-dirs = ["{folder}"]\n')
    if folder == "include":
        (project.root / "include").symlink_to(tmp_path / "include")
    said = project.refusal(hook)
    if folder != "include":
        assert "`tool.zigwheel.extension[0].include-dirs`" in said
        assert f"{folder!r}, which lies outside the project" in said
    else:
        assert str(tmp_path / "include") in said


def test_links_within_the_project_are_fine(make: Maker, tmp_path: Path) -> None:
    project = make()
    core = project.root / "src" / "tiny" / "_core.c"
    core.rename(project.root / "real.c")
    core.symlink_to("../../real.c")
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "unpacked") == "1"
