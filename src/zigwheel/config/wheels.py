"""`[tool.zigwheel.wheels]`: what `zigwheel wheels` builds and tests; see `model.py`.

Nothing here has a part in the bytes of a wheel, except what `environment` and `config-settings` hand to
the build as a person would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

from zigwheel.config.forms import Mark, ProjectPath, Requirement, VariableName, WheelsKey

Words: TypeAlias = Annotated[tuple[str, ...], Mark.SINGLE, Mark.BLANK]
Commands: TypeAlias = Annotated[tuple[str, ...], Mark.SINGLE, Mark.BLANK, Mark.WHOLE]
Text: TypeAlias = Annotated[str, Mark.BLANK]
Variables: TypeAlias = Annotated[Mapping[VariableName, Text], Mark.ASSIGNED, Mark.EXPANDED]
BuildSettings: TypeAlias = Annotated[
    Mapping[str, Annotated[tuple[Text, ...], Mark.SINGLE, Mark.BLANK]], Mark.ASSIGNED
]
Enable: TypeAlias = Literal[
    "cpython-freethreading", "cpython-prerelease", "pypy", "pypy-eol", "all"
]
Inherit: TypeAlias = Literal["none", "append", "prepend"]


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelOptions:
    """What is said for all wheels, and can be said anew for some."""

    test_command: Commands = ()
    """A shell's command line that tests the installed wheel, or several of them that run one after the
    other. `{project}` and `{package}` stand for the project's folder, `{wheel}` for the wheel. Default:
    no test.
    """
    before_test: Commands = ()
    """A shell's command line that runs before the wheel is installed for its test."""
    test_requires: Annotated[tuple[Requirement, ...], Mark.SINGLE, Mark.BLANK] = ()
    """Requirements that are installed beside the wheel for its test."""
    test_groups: Words = ()
    """Names in `[dependency-groups]` (PEP 735) whose requirements are installed for the test, too."""
    test_extras: Words = ()
    """Extras of the project that are installed for the test."""
    test_sources: Annotated[tuple[ProjectPath, ...], Mark.SINGLE, Mark.BLANK] = ()
    """Files and folders of the project that are copied into the folder that the test runs in. Default:
    the folder is empty, and the test finds the project under `{project}`.
    """
    test_environment: Variables = field(default_factory=lambda: MappingProxyType({}))
    """Environment variables of the test, beside `environment` and with its rules."""
    environment: Variables = field(default_factory=lambda: MappingProxyType({}))
    """Environment variables of the build and the test: a table, or a string such as `A=1 B="x y"`.
    `$NAME` and `${NAME}` stand for the values of entries before, or else of the environment that
    zigwheel was started in; `\\$` for the sign itself. Commands in `$(...)` are not run.
    """
    config_settings: BuildSettings = field(default_factory=lambda: MappingProxyType({}))
    """What the build is given as with `-C` of pip: a table of a key to a string or a list of strings, or
    a string such as `lto=true`.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelsOverride(WheelOptions):
    """`[[tool.zigwheel.wheels.overrides]]`: other tests and builds for some identifiers."""

    select: Annotated[tuple[str, ...], Mark.SINGLE, Mark.REQUIRED] = ()
    """Globs of the identifiers that it is for, such as `*-musllinux_*`."""
    inherit: Mapping[WheelsKey, Inherit] = field(default_factory=lambda: MappingProxyType({}))
    """For keys of this override: whether they replace what holds without it (`none`, the default), or
    go behind or before it (`append`, `prepend`).
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelsSettings(WheelOptions):
    """`[tool.zigwheel.wheels]`: what `zigwheel wheels` builds and tests."""

    targets: Words = ()
    """Platforms to build for: `manylinux_x86_64`, `musllinux_aarch64`, `macosx_arm64`, `win_amd64` and
    the like, also with the oldest system as in `manylinux_2_28_x86_64`; globs such as `musllinux_*`; or
    `linux`, `manylinux`, `musllinux`, `macos`, `windows`, `native` (this machine) and `all`.
    `macosx_universal2` and those of `loongarch64` are built only where a word has this name in it.
    Default: all.
    """
    pythons: Words = ()
    """Pythons to build for: `cp313` or `3.13`, `cp314t`, `pp311`, or globs such as `cp31*`. Those that
    are named without a wildcard need no `enable`. Default: all that `requires-python` and `enable`
    allow.
    """
    build: Words = ()
    """Globs of the identifiers to build, such as `cp31{2,3}-*`, with spaces between them or as a list.
    Default: `*`.
    """
    skip: Words = ()
    """Globs of the identifiers that are not built, such as `*-musllinux_i686`."""
    enable: Annotated[tuple[Enable, ...], Mark.SINGLE, Mark.BLANK] = ()
    """Groups of Pythons that are not built by default: `cpython-freethreading` (3.13t, which was an
    experiment), `cpython-prerelease` (one whose ABI is not final yet), `pypy`, `pypy-eol` (PyPy 3.9 and
    3.10), or `all`.
    """
    test_skip: Words = ()
    """Globs of the identifiers whose wheels are built and not tested."""
    overrides: tuple[WheelsOverride, ...] = ()
    """What holds for some identifiers: an array of tables, each with `select`, globs as in `build`, and
    with any of the keys `test-command`, `before-test`, `test-requires`, `test-groups`, `test-extras`,
    `test-sources`, `test-environment`, `environment` and `config-settings`. All that fit are taken in
    order, and a key replaces what was there, unless the override's `inherit.KEY` is `"append"` or
    `"prepend"`. Variables and `-C` have the last word.
    """
