"""`[tool.zigwheel.wheels]`: errors, and strings of assignments."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.config.assignments import (
    AssignmentError,
    assigned,
    escaped,
    expanded,
    repeated,
    unescaped,
)
from zigwheel.config.model import Config
from zigwheel.errors import ConfigError, ErrorCollection

Load = Callable[..., Config]


def errors_of(load: Load, text: str, **outside: dict[str, str]) -> list[str]:
    """What is said of a table, each error with its hint."""
    with pytest.raises((ConfigError, ErrorCollection)) as caught:
        load(text, **outside)
    error = caught.value
    return [str(one) for one in (error.errors if isinstance(error, ErrorCollection) else [error])]


def test_all_errors_at_once_with_places(load: Load) -> None:
    found = errors_of(
        load,
        """
        [wheels]
        test_command = "x"
        enable = ["pypy", "pypi"]
        environment = "A=1 B"
        test-requires = ["-r x.txt"]
        test-sources = ["../tests"]
        config-settings = 1
        [[wheels.overrides]]
        test-command = "x"
        [[wheels.overrides]]
        select = "*"
        inherit.test-groups = "append"
        """,
    )
    texts = "\n".join(found)
    for text in (
        "unknown key `tool.zigwheel.wheels.test_command`; did you mean `test-command`?",
        '`tool.zigwheel.wheels.enable[1]` is "pypi"',
        '`tool.zigwheel.wheels.environment` is "A=1 B"; it must be assignments such as',
        "`B` assigns nothing",
        '`tool.zigwheel.wheels.test-requires[0]` is "-r x.txt"',
        '`tool.zigwheel.wheels.test-sources[0]` is "../tests"',
        "`tool.zigwheel.wheels.config-settings` is 1, an integer; it must be a table or a string",
        "missing key `tool.zigwheel.wheels.overrides[0].select`",
        "`tool.zigwheel.wheels.overrides[1].inherit.test-groups` has nothing to act on",
        "`tool.zigwheel.wheels.overrides[1]` changes nothing",
    ):
        assert text in texts, text
    assert len(found) == 9


def test_targets_cannot_change_it(load: Load) -> None:
    (error,) = errors_of(load, "[[overrides]]\nif.os = 'linux'\nwheels.skip = '*'")
    assert error.startswith("`tool.zigwheel.overrides[0].wheels` is not allowed")
    assert "[[tool.zigwheel.wheels.overrides]]" in error


def test_options_have_places_of_their_own(load: Load) -> None:
    found = errors_of(
        load,
        "",
        settings={"wheels.environment": "A", "wheels.overrides": "x"},
        environ={"ZIGWHEEL_WHEELS_ENABLE": "pypy;x"},
    )
    assert any(text.startswith("`-C wheels.environment` is") for text in found)
    assert any(text.startswith("unknown option `-C wheels.overrides`") for text in found)
    assert any(text.startswith('`ZIGWHEEL_WHEELS_ENABLE[1]` is "x"') for text in found)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("", {}),
        ("A=1", {"A": "1"}),
        ("  A=1\n\tB= ; C=c=d ", {"A": "1", "B": "", "C": "c=d"}),
        ("A=\"x y\"'z'w", {"A": "x yzw"}),
        ('A="say \\"hi\\""', {"A": 'say \\"hi\\"'}),
        ("A='$HOME' B=\\$x", {"A": "\\$HOME", "B": "\\$x"}),
        ("A=a\\ b", {"A": "a b"}),
        ("P=$P:/x P=$P:/y", {"P": "$P:/x:/y"}),
        ("P=/x P='$P' ", {"P": "\\$P"}),
    ],
)
def test_assignments(text: str, table: dict[str, str]) -> None:
    assert assigned(text) == table


@pytest.mark.parametrize("text", ["A", "=1", "A='x", 'A="x', "A=$(date)", "A=`date`", "'A=1"])
def test_no_assignments(text: str) -> None:
    with pytest.raises(AssignmentError):
        assigned(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("$A-${A}-$B.$C", "1-1-x y."),
        ("\\$A \\\\ \\x", "$A \\ \\x"),
        ("$", "$"),
        ("100$ $1", "100$ $1"),
    ],
)
def test_expansion(value: str, text: str) -> None:
    assert expanded(value, {"A": "1", "B": "x y"}) == text


@pytest.mark.parametrize("value", ["$(date)", "a`b`", "${A:-x}", '"$(x)"'])
def test_no_shell_expands(value: str) -> None:
    with pytest.raises(AssignmentError, match="no shell reads it"):
        expanded(value, {})


TEXTS = st.text(st.characters(codec="ascii", exclude_characters="\x00"), max_size=20)


@given(st.dictionaries(st.from_regex(r"[A-Z_]{1,4}", fullmatch=True), TEXTS, max_size=4))
def test_what_a_shell_quotes_is_read_literally(table: dict[str, str]) -> None:
    text = " ".join(f"{name}={shlex.quote(value)}" for name, value in table.items())
    assert {name: expanded(value, {}) for name, value in assigned(text).items()} == table
    assert repeated(text) == {name: [value] for name, value in table.items()}


@given(TEXTS)
def test_what_is_escaped_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == expanded(escaped(text), {"A": "x"}) == text


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell to compare with")
@pytest.mark.parametrize(
    "text",
    [
        """A=1 B="$A x" C='$A' D=$A$B""",
        """A="a\\"b\\$c\\\\d" B=a\\ b C=${A}x""",
        """A=$OUT:y A="$A:z" B='it'"'"'s'""",
    ],
)
def test_a_shell_reads_the_same(text: str) -> None:
    names = sorted(assigned(text))
    shown = " ".join(f'"${name}"' for name in names)
    script = f"{text}; printf '%s\\n' {shown}"
    environ = {"OUT": "o", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["sh", "-c", script], env=environ, capture_output=True, text=True, check=True
    )
    found: dict[str, str] = {}
    for name, value in assigned(text).items():
        found[name] = expanded(value, {**environ, **found})
    assert done.stdout.splitlines() == [found[name] for name in names]


def test_an_empty_value_is_one(load: Load) -> None:
    wheels = load("wheels.config-settings = { a = '', b = [] }").wheels
    assert dict(wheels.config_settings) == {"a": ("",), "b": ()}  # type: ignore[attr-defined]


def test_a_build_does_not_load_what_it_has_no_use_for() -> None:
    code = (
        "import sys; from pathlib import Path; from zigwheel.config.read import Project, load_config\n"
        "tool = {'lto': True, 'overrides': [{'if': {'os': 'linux'}, 'strip': False}]}\n"
        "project = Project(root=Path(), table={}, tool=tool, source='')\n"
        "load_config(project, conditions=None, environ={}, settings={}, warn=print)\n"
        "sys.exit('zigwheel.config.wheels' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
