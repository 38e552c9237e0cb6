"""Config headers: what decides them, where they are found, and what is said of those that are off."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.hooks.rig import CONFIG, CORE, Maker, Project, evaluated, tree

HEADER = """
[[tool.zigwheel.config-header]]
name = "value"
template = "src/tiny/value.h.in"
output = "src/tiny/value.h"
values = { NUMBER = 5 }
"""

TEMPLATE = """
#undef NUMBER
#undef HAVE_WINDOWS_H
#undef HAVE_UNISTD_H
#ifdef HAVE_UNISTD_H
#define VALUE (NUMBER + 10)
#else
#define VALUE NUMBER
#endif
"""

FILES = {
    "src/tiny/__init__.py": "from tiny._core import value\n",
    "src/tiny/_core.c": CORE,
    "src/tiny/value.h.in": TEMPLATE,
}


@pytest.fixture
def configured(make: Maker) -> Project:
    """A project whose module includes a config header."""
    return make(config=CONFIG + HEADER, files=FILES)


def test_it_is_found_beside_the_source_and_written_nowhere(
    configured: Project, tmp_path: Path
) -> None:
    before = tree(configured.root)
    assert evaluated(configured.wheel(), "tiny.value()", tmp_path / "1") == "15"
    assert tree(configured.root) == before


def test_both_roads_make_the_same(configured: Project, tmp_path: Path) -> None:
    other = configured.wheel(tmp_path / "2", {"lowering": "zig-build"})
    assert configured.wheel(tmp_path / "1").read_bytes() == other.read_bytes()


def test_template_and_values_decide(configured: Project, tmp_path: Path) -> None:
    project = configured.under(ZIGWHEEL_REUSE="true")
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "1") == "15"
    project.write({"src/tiny/value.h.in": TEMPLATE.replace("+ 10", "+ 20")})
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "2") == "25"
    project.config(CONFIG + HEADER.replace("5", "6"))
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "3") == "26"
    override = "[[tool.zigwheel.overrides]]\nif.os = '*'\nconfig-header.values.NUMBER = 7\n"
    project.config(CONFIG + HEADER + override)
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "4") == "27"


def test_without_a_template_the_values_are_the_header(make: Maker, tmp_path: Path) -> None:
    header = """
[[tool.zigwheel.config-header]]
name = "value"
output = "generated/value.h"
values = { FIRST = 40, VALUE = "FIRST + 2" }
"""
    config = CONFIG.replace("sources", 'include-dirs = ["generated"]\nsources', 1)
    files = {path: text for path, text in FILES.items() if not path.endswith(".in")}
    project = make(config=config + header, files=files)
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "1") == "42"


def test_an_sdist_holds_the_template(configured: Project, tmp_path: Path) -> None:
    configured.config(f'{CONFIG}{HEADER}[tool.zigwheel.sdist]\nexclude = ["*.in"]\n')
    assert "value.h.in" in configured.refusal("build_sdist")
    configured.config(CONFIG + HEADER)
    done = configured.call("build_sdist", tmp_path)
    with tarfile.open(tmp_path / str(done.value)) as archive:
        archive.extractall(tmp_path)
    project = Project(root=tmp_path / "tiny-1.0", environ=configured.environ)
    assert not (project.root / "src/tiny/value.h").exists()
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "1") == "15"


def test_all_names_without_an_answer_are_told(configured: Project) -> None:
    configured.write({"src/tiny/value.h.in": f"#undef USE_ONE\n{TEMPLATE}#undef USE_TWO\n"})
    configured.config(CONFIG + HEADER.replace("NUMBER", "NUMBR"))
    said = configured.refusal()
    assert (
        "'src/tiny/value.h.in' asks for what is neither in `values` nor known of the target" in said
    )
    assert "USE_ONE (line 1), NUMBER (line 3), USE_TWO (line 11)" in said
    assert (
        "put them into `tool.zigwheel.config-header[0].values`, such as `USE_ONE = false`" in said
    )
    assert "has 'NUMBR', which 'src/tiny/value.h.in' does not ask for; did you mean" in said


def test_a_template_that_is_not_there(configured: Project) -> None:
    configured.config(CONFIG + HEADER.replace("value.h.in", "valu.h.in"))
    said = configured.refusal()
    assert (
        "`tool.zigwheel.config-header[0].template`: there is no file 'src/tiny/valu.h.in'" in said
    )


@pytest.mark.parametrize("key", ["template", "output"])
def test_it_stays_in_the_project(configured: Project, key: str) -> None:
    configured.config(CONFIG + HEADER.replace(f'{key} = "src', f'{key} = "../src'))
    assert f"`tool.zigwheel.config-header[0].{key}`" in configured.refusal()
