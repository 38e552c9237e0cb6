"""Which wheels a project gives, and why not others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matrix.selecting import (
    EXECUTABLE,
    EXTENSION,
    LINUX,
    errors_of,
    job_of,
    reasons,
    selection_of,
    served,
)
from tests.matrix.test_identifiers import judge
from zigwheel.config.read import Project, load_config
from zigwheel.config.toml import parse
from zigwheel.matrix.identifiers import RARE, identifiers, platforms, pythons, selects
from zigwheel.matrix.model import TestPlan
from zigwheel.matrix.select import Limits
from zigwheel.pipeline import tag_of
from zigwheel.setup import Setup, for_target, target_of

WHEELS = "[tool.zigwheel.wheels]\n"
GIL = ("cp39", "cp310", "cp311", "cp312", "cp313", "cp314", "cp315")


def names(*patterns: str, pythons: tuple[str, ...] = (*GIL, "cp314t", "cp315t")) -> set[str]:
    """The identifiers of Pythons that globs of platforms match."""
    return {
        name
        for name, one in identifiers().items()
        if one.python.name in pythons and selects(patterns, one.platform.name)
    }


COMMON = [name for name, one in platforms().items() if one.arch not in RARE]


def test_by_default_all_that_needs_no_word() -> None:
    selection = selection_of("")
    assert served(selection) == names(*COMMON)
    assert all(len(job.serves) == 1 for job in selection.jobs)
    assert reasons(selection)["cp313t-win_amd64"] == "`enable` lacks `cpython-freethreading`"
    assert reasons(selection)["pp311-manylinux_x86_64"] == "`enable` lacks `pypy`"
    assert "`targets` names it" in reasons(selection)["cp313-macosx_universal2"]
    job = job_of(selection, "cp313-musllinux_aarch64")
    assert (job.target, job.python) == ("musllinux_aarch64", "cp313")
    assert selection.warnings == ()


@pytest.mark.parametrize(
    ("targets", "globs"),
    [
        ('"linux"', ["*linux_*[!a]rch64", "*linux_x86_64", "*linux_[!l]*"]),
        ('["manylinux_x86_64", "win32"]', ["manylinux_x86_64", "win32"]),
        ('"musllinux_* win_arm64"', ["musllinux_[!l]*", "win_arm64"]),
        ('["macos", "macosx_universal2"]', ["macosx_*"]),
        ('"windows"', ["win*"]),
        ('"native"', ["manylinux_x86_64"]),
        ('"*_universal2"', ["macosx_universal2"]),
        ('"manylinux_{s390x,loongarch64}"', ["manylinux_s390x", "manylinux_loongarch64"]),
        ('"all"', COMMON),
    ],
)
def test_targets(targets: str, globs: list[str]) -> None:
    selection = selection_of(f"{WHEELS}targets = {targets}\n")
    expected = names(*globs)
    if targets == '"linux"':
        expected = {name for name in names("*linux_*") if "loongarch64" not in name}
    assert served(selection) == expected


def test_the_oldest_system_of_a_target_is_that_of_its_word() -> None:
    words = '["manylinux_2_28_x86_64", "manylinux2014_aarch64", "macosx_11_0_arm64", "win32"]'
    selection = selection_of(f"{WHEELS}targets = {words}\npythons = '3.13'\n")
    assert [(job.identifier, job.target) for job in selection.jobs] == [
        ("cp313-manylinux_x86_64", "manylinux_2_28_x86_64"),
        ("cp313-manylinux_aarch64", "manylinux2014_aarch64"),
        ("cp313-macosx_arm64", "macosx_11_0_arm64"),
        ("cp313-win32", "win32"),
    ]


@pytest.mark.parametrize(
    ("words", "enable", "expected"),
    [
        ('["cp313", "3.9"]', "", ("cp39", "cp313")),
        ('"cp313t"', "", ("cp313t",)),
        ('"3.14t pp311"', "", ("cp314t", "pp311")),
        ('"cp31*"', "", ("cp310", "cp311", "cp312", "cp313", "cp314", "cp314t", "cp315", "cp315t")),
        ('"cp3*t"', '["cpython-freethreading"]', ("cp313t", "cp314t", "cp315t")),
        ('"pp*"', '"pypy"', ("pp311",)),
        ('"pp*"', '["pypy", "pypy-eol"]', ("pp39", "pp310", "pp311")),
        ('""', '"all"', tuple(python.name for python in pythons())),
    ],
)
def test_pythons_and_enable(words: str, enable: str, expected: tuple[str, ...]) -> None:
    text = f"{WHEELS}targets = 'manylinux_x86_64'\npythons = {words}\n"
    selection = selection_of(text + (f"enable = {enable}\n" if enable else ""))
    assert served(selection) == {f"{python}-manylinux_x86_64" for python in expected}


def test_what_decided_is_the_reason() -> None:
    selection = selection_of(
        '[project]\nname = "p"\nrequires-python = ">=3.10.4,<3.15"\n'
        f"{WHEELS}targets = ['linux', 'windows']\npythons = ['cp3*', 'pp3*']\nenable = 'pypy'\n"
        "build = '*-manylinux_* *-win*'\nskip = ['*-win32', 'cp314*']\n"
    )
    found = reasons(selection)
    assert found["cp39-manylinux_x86_64"] == "`requires-python` is >=3.10.4,<3.15"
    assert found["cp315-manylinux_x86_64"] == "`requires-python` is >=3.10.4,<3.15"
    assert found["cp313-macosx_arm64"] == "`targets` does not name macosx_arm64"
    assert found["cp313-musllinux_x86_64"] == "`build` does not name it"
    assert found["cp313-win32"] == "`skip` names it"
    assert found["cp314t-win_amd64"] == "`skip` names it"
    assert found["pp310-manylinux_x86_64"] == "`enable` lacks `pypy-eol`"
    assert found["pp311-win_amd64"].startswith("zigwheel cannot build for PyPy on Windows")
    assert "cp310-manylinux_x86_64" in served(selection)
    assert "pp311-manylinux_i686" in served(selection)


@pytest.mark.parametrize(
    ("limits", "globs", "reason"),
    [
        (Limits(platform="windows"), ["win*"], "`--platform` is windows"),
        (Limits(platform="auto"), ["*linux_*"], "`--platform` is auto"),
        (Limits(platform="all"), ["*"], ""),
        (Limits(archs=("x86_64",)), ["*_x86_64", "win_amd64"], "`--archs` does not name"),
        (Limits(archs=("AMD64",)), ["*_x86_64", "win_amd64"], "`--archs` does not name"),
        (Limits(archs=("arm64", "x86")), ["*arch64", "*arm64", "*_i686", "win32"], "`--archs`"),
        (Limits(archs=("native",)), ["*_x86_64", "win_amd64"], "`--archs` does not name"),
        (Limits(archs=("auto32",)), ["*_i686", "*_armv7l", "win32"], "`--archs` does not name"),
        (Limits(archs=("auto",)), ["*"], ""),
        (Limits(platform="macos", archs=("universal2",)), ["macosx_universal2"], "`--"),
        (Limits(platform="linux", archs=("all",)), ["*linux_*"], "`--platform` is linux"),
    ],
)
def test_limits(limits: Limits, globs: list[str], reason: str) -> None:
    selection = selection_of("", limits)
    named = "universal2" in limits.archs
    expected = {
        name for name in names(*globs) if identifiers()[name].platform.arch not in RARE or named
    }
    assert served(selection) == expected
    others = {r for n, r in reasons(selection).items() if "enable" not in r and "targets" not in r}
    assert all(r.startswith((reason, "`--")) for r in others)
    assert bool(reason) == bool(others)


def test_only_is_above_all_but_requires_python() -> None:
    text = (
        '[project]\nname = "p"\nrequires-python = ">=3.10"\n'
        f"{WHEELS}targets = 'win32'\nskip = '*'\nbuild = 'cp312-*'\n"
    )
    only = ("cp313t-macosx_universal2", "pp311-manylinux_x86_64", "cp39-win32", "pp311-win_amd64")
    selection = selection_of(text, Limits(only=only))
    assert [job.identifier for job in selection.jobs] == [only[1], only[0]]
    found = reasons(selection)
    assert found["cp39-win32"] == "`requires-python` is >=3.10"
    assert found["pp311-win_amd64"].startswith("zigwheel cannot build")
    assert found["cp312-win32"] == "`--only` names others"


STABLE = [
    (
        "cp310",
        "*",
        [
            ("cp39",),
            ("cp310", "cp311", "cp312", "cp313", "cp314", "cp315"),
            ("cp314t",),
            ("cp315t",),
        ],
    ),
    ("cp310", "cp312 cp314", [("cp312", "cp314")]),
    ("cp315t", "cp314 cp315 cp315t", [("cp314",), ("cp315", "cp315t")]),
    (
        "cp311.cp315t",
        "cp310 cp313 cp314t cp315 cp315t",
        [("cp310",), ("cp313", "cp315"), ("cp314t",), ("cp315t",)],
    ),
    ("cp39", "cp313t pp311 cp313", [("cp313",), ("cp313t",), ("pp311",)]),
]


@pytest.mark.parametrize(("api", "words", "groups"), STABLE)
def test_one_wheel_of_a_stable_abi(api: str, words: str, groups: list[tuple[str, ...]]) -> None:
    text = f"{WHEELS}targets = 'manylinux_x86_64 win_amd64'\npythons = '{words}'\n"
    selection = selection_of(text, base=f"[tool.zigwheel]\npy-api = '{api}'\n{EXTENSION}")
    linux = [job for job in selection.jobs if job.target == "manylinux_x86_64"]
    assert [job.serves for job in linux] == [
        tuple(f"{name}-manylinux_x86_64" for name in group) for group in groups
    ]
    assert selection.warnings == ()


@given(
    st.sampled_from(["", "cp39", "cp312", "cp315t", "cp310.cp315t"]),
    st.sets(st.sampled_from([p.name for p in pythons() if not p.is_pypy]), min_size=1),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_whichever_python_builds_it_the_wheel_has_the_same_tag(
    api: str, words: set[str], limited: bool
) -> None:
    """The job's Python is the oldest that is chosen; each one that is served, alone, gives its tag."""
    override = (
        ""
        if limited
        else "[[tool.zigwheel.overrides]]\nif.python = '>=3.13'\nextension.py-limited-api = false\n"
    )
    base = f"[tool.zigwheel]\npy-api = '{api}'\n{EXTENSION}{override}"
    text = f"{WHEELS}targets = 'musllinux_x86_64'\npythons = {sorted(words)}\n"
    selection = selection_of(text, base=base)
    assert served(selection) == {f"{word}-musllinux_x86_64" for word in words}
    tags = []
    for job in selection.jobs:
        found = set()
        for name in job.serves:
            found.add(tag_of(setup_of(base, name), foreign=False).filename_part)
        assert len(found) == 1
        tags += found
    assert len(tags) == len(set(tags))


def setup_of(text: str, target: str) -> Setup:
    """A project for one target, as a build sees it."""
    table = parse(text)
    project = Project(root=Path(), table=table, tool=table["tool"]["zigwheel"], source=text)
    given = {"target": target}
    config = load_config(project, conditions=None, environ={}, settings=given, warn=print)
    setup = Setup(
        project=project, config=config, target=None, host=LINUX, settings=given, environ={}
    )
    return for_target(setup, target_of(config, {}, LINUX))


def test_an_override_by_target_makes_wheels_of_their_own() -> None:
    base = (
        f"[tool.zigwheel]\npy-api = 'cp310'\n{EXTENSION}"
        "[[tool.zigwheel.overrides]]\nif.os = 'windows'\nextension.py-limited-api = false\n"
    )
    selection = selection_of(f"{WHEELS}targets = 'win_amd64 macosx_arm64'\n", base=base)
    assert len([job for job in selection.jobs if job.target == "win_amd64"]) == 9
    assert len(job_of(selection, "cp313-macosx_arm64").serves) == 6


def test_an_override_that_would_give_one_tag_other_contents_is_told() -> None:
    base = (
        f"[tool.zigwheel]\npy-api = 'cp310'\n{EXTENSION}"
        "[[tool.zigwheel.overrides]]\nif.python = '>=3.13'\nextension.define-macros = { NEW = 1 }\n"
    )
    selection = selection_of(f"{WHEELS}targets = 'win32'\npythons = 'cp3{{9..15}}'\n", base=base)
    assert job_of(selection, "cp315-win32").python == "cp310"
    (first, *_) = selection.warnings
    assert "cp310-abi3-win32, serves cp310-win32 and cp313-win32" in first
    assert "it is built as for cp310-win32" in first


def test_programs_are_one_wheel_for_each_platform() -> None:
    selection = selection_of(f"{WHEELS}targets = 'linux'\n", base=EXECUTABLE)
    assert len(selection.jobs) == 14
    assert all(len(job.serves) == 9 and job.python == "cp39" for job in selection.jobs)


def test_pure_wheels_are_one() -> None:
    selection = selection_of(f"{WHEELS}enable = 'all'\n", base="")
    (job,) = selection.jobs
    assert job.identifier == "cp39-manylinux_x86_64"
    assert "pp311-win_amd64" in job.serves


def test_what_cannot_be_planned_is_a_job_that_fails() -> None:
    base = (
        f"{EXTENSION}link = ['z']\n[[tool.zigwheel.overrides]]\nif.os = 'linux'\n"
        "[[tool.zigwheel.overrides.library]]\nname = 'z'\nsources = ['z.c']\n"
    )
    selection = selection_of(
        f"{WHEELS}targets = 'win32 manylinux_x86_64'\npythons = 'cp313'\n", base=base
    )
    assert [job.target for job in selection.jobs] == ["manylinux_x86_64", "win32"]


def test_tests_of_every_identifier() -> None:
    selection = selection_of(
        '[dependency-groups]\ntest = ["pytest>=8", { include-group = "Cov.x" }]\ncov-x = ["coverage"]\n'
        f"""{WHEELS}targets = "manylinux_x86_64 musllinux_x86_64"
        test-command = ["pytest {{project}}/tests", "other"]
        before-test = "prepare"
        test-requires = ["hypothesis", "pytest>=8"]
        test-groups = "TEST"
        test-extras = ["fast"]
        test-sources = ["tests"]
        test-environment = {{ B = "$A-$C" }}
        environment = {{ A = "1", P = "$P:/x" }}
        test-skip = "cp313-*"
        config-settings = {{ optimize = "small", "extension.extra-c-args" = ["-g", "-O1"] }}
        [[tool.zigwheel.wheels.overrides]]
        select = ["cp39-*", "*-musllinux_*"]
        inherit = {{ test-command = "append", environment = "append", test-requires = "prepend" }}
        test-command = "third"
        environment = {{ P = "$P:/y" }}
        test-requires = "z3"
        test-extras = []
        [[tool.zigwheel.wheels.overrides]]
        select = "cp39-musllinux_x86_64"
        test-command = ""
        """,
        environ={"P": "/p", "C": "c"},
    )
    job = job_of(selection, "cp312-manylinux_x86_64")
    assert job.settings == {"optimize": "small", "extension.extra-c-args": ["-g", "-O1"]}
    assert job.environ == {"A": "1", "P": "/p:/x"}
    assert job.tests == (
        TestPlan(
            identifier="cp312-manylinux_x86_64",
            command="pytest {project}/tests && other",
            before="prepare",
            requires=("hypothesis", "pytest>=8", "coverage"),
            extras=("fast",),
            sources=("tests",),
            environ=("A=1", "P=$P:/x", "B=$A-$C"),
        ),
    )
    assert job_of(selection, "cp313-manylinux_x86_64").tests[0].skip == "`test-skip` names it"
    other = job_of(selection, "cp312-musllinux_x86_64")
    assert other.environ == {"A": "1", "P": "/p:/x:/y"}
    assert other.tests[0].command == "pytest {project}/tests && other && third"
    assert other.tests[0].requires == ("z3", "hypothesis", "pytest>=8", "coverage")
    assert other.tests[0].extras == ()
    assert job_of(selection, "cp39-musllinux_x86_64").tests[0].command == ""
    assert job_of(selection, "cp39-manylinux_x86_64").tests[0].command.endswith("third")


def test_variables_and_c_are_above_overrides() -> None:
    text = (
        f"{WHEELS}targets = 'win32'\npythons = 'cp313 cp312'\nskip = 'cp312-*'\ntest-command = 'a'\n"
        "environment = { A = '1' }\n"
        "[[tool.zigwheel.wheels.overrides]]\nselect = '*'\ntest-command = 'b'\n"
    )
    selection = selection_of(
        text,
        settings={"wheels.skip": "cp313-*", "wheels.environment": "B=$A;C=3"},
        environ={"ZIGWHEEL_WHEELS_TEST_COMMAND": "x; y", "ZIGWHEEL_WHEELS_SKIP": "*"},
    )
    (job,) = selection.jobs
    assert job.identifier == "cp312-win32"
    assert job.tests[0].command == "x; y"
    assert job.environ == {"A": "1", "B": "1", "C": "3"}
    assert reasons(selection)["cp313-win32"] == "`-C wheels.skip` names it"


def test_settings_and_variables_of_the_build_decide_its_tag() -> None:
    text = (
        f"{WHEELS}targets = 'win32 macosx_x86_64'\nconfig-settings = 'py-api=cp311'\n"
        "[[tool.zigwheel.wheels.overrides]]\nselect = '*-macosx_*'\nconfig-settings = ''\n"
        "environment = 'ZIGWHEEL_PY_API=cp312'\n"
    )
    selection = selection_of(text)
    assert job_of(selection, "cp315-win32").python == "cp311"
    assert job_of(selection, "cp315-macosx_x86_64").python == "cp312"
    above = selection_of(text, settings={"py-api": "cp310"})
    assert job_of(above, "cp315-win32").python == "cp310"
    assert job_of(above, "cp315-win32").settings == {}


def test_one_wheel_with_different_settings_is_told() -> None:
    selection = selection_of(
        f"{WHEELS}targets = 'win32'\npythons = 'cp312 cp313'\n"
        "[[tool.zigwheel.wheels.overrides]]\nselect = 'cp313-*'\nenvironment = 'A=1'\n",
        base=f"[tool.zigwheel]\npy-api = 'cp310'\n{EXTENSION}",
    )
    (warning,) = selection.warnings
    assert "`config-settings` or `environment` say different things" in warning
    assert dict(job_of(selection, "cp313-win32").environ) == {}


def test_a_glob_for_nothing_is_told() -> None:
    selection = selection_of(f"{WHEELS}build = 'cp38-* cp39-win32'\n")
    assert served(selection) == {"cp39-win32"}
    assert selection.warnings == (
        "`tool.zigwheel.wheels.build` has `cp38-*`, which no wheel that zigwheel knows is",
    )


def test_nothing_is_a_selection_too() -> None:
    assert selection_of(f"{WHEELS}skip = '*'\n").jobs == ()


def test_this_machine_may_be_a_rare_one() -> None:
    rare = replace(LINUX, arch="loongarch64")
    assert "cp313-manylinux_loongarch64" in served(selection_of("", host=rare))
    only = selection_of(f"{WHEELS}targets = 'native'\npythons = 'cp313'\n", host=rare)
    assert [job.target for job in only.jobs] == ["manylinux_loongarch64"]


ERRORS: list[tuple[str, Limits, list[str]]] = [
    (
        (
            f"{WHEELS}targets = ['manylinux_x86', 'win64', 'gnulinux_*', 'manylinux_2_5_aarch64']\n"
            "pythons = ['cp38', 'py3', 'cq*']\nenable = 'pypy'\n"
        ),
        Limits(platform="darwin", archs=("x86_65",)),
        [
            '`--platform` is "darwin"',
            '`--archs` has "x86_65", which is for no architecture; did you mean `x86_64`?',
            '`tool.zigwheel.wheels.targets` has "manylinux_x86", which names no platform; did you mean',
            '`tool.zigwheel.wheels.targets` has "win64", which names no platform',
            '`tool.zigwheel.wheels.targets` has "gnulinux_*", which is for no platform',
            '`tool.zigwheel.wheels.targets` has "manylinux_2_5_aarch64", which names no platform',
            "`tool.zigwheel.wheels.pythons`: `cp38`: CPython 3.8 is not supported",
            "`tool.zigwheel.wheels.pythons`: `py3` names no Python",
            '`tool.zigwheel.wheels.pythons` has "cq*", which is for no Python',
        ],
    ),
    (
        "",
        Limits(only=("cp313-win64", "cp313-win32"), archs=("all",)),
        [
            '`--only` names "cp313-win64", which zigwheel knows no wheel of; did you mean',
            "`--only` goes not with `--platform` and `--archs`",
        ],
    ),
    (
        (
            f"{WHEELS}environment = {{ A = '$(date)' }}\ntest-environment = 'B=\"${{A:-1}}\"'\n"
            "test-groups = ['a', 'tests']\ntest-requires = 'pytest hypothesis'\n"
            "[dependency-groups]\ntest = []\na = ['x ==', {x = 1}, {include-group = 'a'}]\n"
        ),
        Limits(),
        [
            '`tool.zigwheel.wheels.environment` sets `A` to "$(date)"; it has a command',
            '`tool.zigwheel.wheels.test-environment` sets `B` to "${A:-1}"; it has',
            '`tool.zigwheel.wheels.test-requires` is "pytest hypothesis", which is no requirement',
            '`dependency-groups.a[0]` is "x ==", which is no requirement',
            "`dependency-groups.a[1]` is { x = 1 }; it must be a requirement or",
            "`dependency-groups.a` includes itself: a -> a",
            '`tool.zigwheel.wheels.test-groups` names the group "tests"; did you mean `test`?',
        ],
    ),
    (
        "[project]\nname = 'p'\nrequires-python = '3.9'\n",
        Limits(),
        ['`project.requires-python` is "3.9"; it must be version specifiers'],
    ),
    (
        f"{WHEELS}config-settings = {{ optimise = 'small' }}\n",
        Limits(),
        [
            "`tool.zigwheel.wheels.config-settings`: unknown option `-C optimise`; did you mean `optimize`?"
        ],
    ),
]


@pytest.mark.parametrize(("text", "limits", "expected"), ERRORS)
def test_errors_are_told_together_with_places(
    text: str, limits: Limits, expected: list[str]
) -> None:
    found = errors_of(text, limits)
    for one in expected:
        assert any(error.startswith(one) for error in found), (one, found)
    assert len(found) == len(expected), found


WORDS = st.lists(
    st.sampled_from(["cp31?-*", "*-win*", "*t-*", "*-*linux_{x86_64,i686}", "cp313-*", "pp*"]),
    max_size=3,
)


@given(WORDS, WORDS)
@settings(max_examples=40, deadline=None)
def test_build_and_skip_are_cibuildwheels(build: list[str], skip: list[str]) -> None:
    """All that the platform allows is chosen as its selector would."""
    module = judge("selector")
    chooses: Callable[[str], bool] = module.BuildSelector(
        build_config=" ".join(build) or "*",
        skip_config=" ".join(skip),
        enable=frozenset(),
    )
    selection = selection_of(f"{WHEELS}build = {build}\nskip = {skip}\n")
    free = {f"cp313t-{name}" for name in platforms()}  # of which cibuildwheel 4 knows none
    assert served(selection) - free == {
        name
        for name, platform in product(identifiers(), COMMON)
        if name.endswith(f"-{platform}") and name not in free and chooses(name)
    }
