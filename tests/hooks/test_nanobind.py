"""What builds with nanobind ask for, and what is said where it is not there."""

from __future__ import annotations

import pytest

from tests.hooks.rig import Project

CONFIG = """\
[tool.zigwheel.sdist]
generated = {generated}
[[tool.zigwheel.extension]]
name = "tiny._core"
sources = ["src/tiny/*.c"]
nanobind = true
{more}
"""
STUBS = "typing-extensions; python_version < '3.11'"


@pytest.mark.parametrize(
    ("more", "generated", "wheel", "sdist"),
    [
        ("", "true", ["nanobind>=2"], ["nanobind>=2"]),
        ("stubs = true", "true", ["nanobind>=2", STUBS], ["nanobind>=2", STUBS]),
        ("stubs = true", "false", ["nanobind>=2", STUBS], []),
        ('include-from = ["nanobind<4,>=2.4"]', "false", ["nanobind<4,>=2.4"], []),
        ("enabled = false", "true", [], []),
    ],
)
def test_what_is_asked_for(
    tiny: Project, more: str, generated: str, wheel: list[str], sdist: list[str]
) -> None:
    tiny.config(CONFIG.format(more=more, generated=generated))
    assert tiny.call("get_requires_for_build_wheel").value == wheel
    assert tiny.call("get_requires_for_build_sdist").value == sdist


def test_build_system_may_name_it(tiny: Project) -> None:
    tiny.config(CONFIG.format(more="", generated="false"))
    text = (tiny.root / "pyproject.toml").read_text()
    named = text.replace('requires = ["zigwheel"]', 'requires = ["zigwheel", "nanobind==2.5"]')
    tiny.write({"pyproject.toml": named})
    assert tiny.call("get_requires_for_build_wheel").value == []


def test_it_is_not_installed(tiny: Project) -> None:
    said = tiny.config(CONFIG.format(more="", generated="false")).refusal()
    assert (
        "`tool.zigwheel.extension[0].nanobind` names 'nanobind>=2', but nanobind is not installed"
        in said
    )
