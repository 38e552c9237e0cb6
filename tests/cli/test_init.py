"""`zigwheel init`, run as a user runs it; what it makes is built and tested."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.test_commands import zigwheel
from tests.examples.conftest import with_zig as with_zig
from tests.examples.rig import build, run
from tests.hooks.conftest import cold_environ as cold_environ
from tests.hooks.conftest import environ as environ
from tests.hooks.conftest import shared as shared
from tests.hooks.conftest import site as site
from tests.hooks.conftest import ziglang as ziglang
from tests.hooks.rig import Project
from zigwheel.errors import ConfigError
from zigwheel.scaffold import LANGUAGES, SERVICES, module_of, project_files

FOREIGN = ("win_amd64", "musllinux_1_2_aarch64")


@pytest.fixture
def empty(tmp_path: Path, cold_environ: dict[str, str]) -> Project:
    """A folder without a project, and without a repository around it."""
    (tmp_path / "place").mkdir()
    return Project(root=tmp_path / "place", environ=cold_environ)


def files(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_project_builds_everywhere_and_passes_its_test(
    empty: Project, language: str, with_zig: dict[str, str], tmp_path: Path
) -> None:
    code, out, said = zigwheel(empty, "init", "new", "--language", language, "--name", "New.Thing")
    assert code == 0, said
    project = empty.root / "new"
    assert {Path(line) for line in out.splitlines()} == {
        Path("new") / name for name in files(project)
    }
    wheel = build(project, tmp_path / "native", with_zig)
    words = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--target",
        tmp_path / "site",
        wheel,
    ]
    run(words, with_zig)
    tests = ["-m", "pytest", "-p", "no:cacheprovider", project / "tests"]
    path = {**with_zig, "PYTHONPATH": str(tmp_path / "site")}
    assert "3 passed" in run([sys.executable, *tests], path, cwd=tmp_path)
    for target in FOREIGN:
        name = build(project, tmp_path / target, with_zig, settings=[f"target={target}"]).name
        assert name.startswith("new_thing-0.1.0-")
        assert name.endswith(f"-{target}.whl")


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wheels_of_a_new_project_are_tested(empty: Project, language: str) -> None:
    code, _, said = zigwheel(empty, "init", "new", "--language", language, "--name", "New.Thing")
    assert code == 0, said
    here = f"cp3{sys.version_info[1]}-manylinux_x86_64"
    words = [sys.executable, "-m", "zigwheel", "wheels", "new", "--only", here, "--json"]
    found = json.loads(run(words, os.environ, cwd=empty.root))
    ((test,),) = (wheel["tests"] for wheel in found["wheels"])
    assert test["state"] == "passed"
    assert "3 passed" in test["output"]
    listed = run([*words[:-3], "--print-build-identifiers"], os.environ, cwd=empty.root).split()
    assert "cp310-win_arm64" in listed
    assert any(re.match(r"cp3\d+t-", name) for name in listed) == (language != "zig")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_is_filled(language: str) -> None:
    made = project_files("New.Thing", language)
    assert {"pyproject.toml", ".gitignore", "README.md", "src/new_thing/__init__.py"} <= set(made)
    for path, data in made.items():
        assert not re.search("[⟨⟩]", data.decode()), path
        if path.endswith((".py", ".pyi")):
            ast.parse(data.decode())


def test_the_folders_name_is_the_default(empty: Project) -> None:
    code, _, said = zigwheel(empty, "init", "fast-sum")
    assert code == 0, said
    assert (empty.root / "fast-sum/src/fast_sum/_core.c").is_file()
    assert 'name = "fast-sum"' in (empty.root / "fast-sum/pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("-x", "is no name of a distribution"),
        ("grün", "is no name of a distribution"),
        ("a b", "is no name of a distribution"),
        ("x\n", "is no name of a distribution"),
        ('a"; import os', "is no name of a distribution"),
        ("../up", "is no name of a distribution"),
        ("Json", "taken by Python itself"),
        ("requirements.txt", "taken by Python itself"),
        ("2048", "makes the module `2048`"),
        ("class", "makes the module `class`"),
    ],
)
def test_a_name_that_will_not_do(empty: Project, name: str, says: str) -> None:
    code, _, said = zigwheel(empty, "init", "new", f"--name={name}")
    assert code == 3
    assert says in said
    assert "--name" in said
    assert not files(empty.root)


@given(st.text(max_size=12))
def test_a_name_is_a_module_or_an_error(name: str) -> None:
    try:
        module = module_of(name)
    except ConfigError:
        return
    ast.parse(f"import {module}._core")
    assert re.fullmatch(r"[A-Za-z0-9._-]+", name)


SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
OURS = '[build-system]\nrequires = ["zigwheel"]\nbuild-backend = "zigwheel.build"\n'


@pytest.mark.parametrize(
    ("there", "says"),
    [
        ({"pyproject.toml": SETUPTOOLS}, "`zigwheel convert`"),
        ({"pyproject.toml": "[project]\nname = 'x'\n"}, "`zigwheel convert`"),
        ({"setup.py": ""}, "`zigwheel convert`"),
        (
            {"pyproject.toml": SETUPTOOLS.replace("setuptools", "hatchling")},
            "in the place of `hatchling",
        ),
        ({"pyproject.toml": OURS}, "`zigwheel init --ci github`"),
        ({"pyproject.toml": "[build-system"}, "line 1"),
        ({"README.md": "mine"}, "'README.md' is there already"),
    ],
)
def test_what_is_there_stays(empty: Project, there: dict[str, str], says: str) -> None:
    empty.write(there)
    code, _, said = zigwheel(empty, "init", "--name", "thing")
    assert code == 3
    assert says in said
    assert files(empty.root) == {name: text.encode() for name, text in there.items()}


def test_force_overwrites_files_but_no_project(empty: Project) -> None:
    empty.write({"README.md": "mine"})
    assert zigwheel(empty, "init", "--name", "thing", "--force")[0] == 0
    assert b"mine" not in files(empty.root)["README.md"]
    before = files(empty.root)
    assert zigwheel(empty, "init", "--name", "other", "--force")[0] == 3
    assert files(empty.root) == before


@pytest.mark.parametrize("service", SERVICES)
def test_a_workflow_is_written_once(empty: Project, service: str) -> None:
    empty.write({"pyproject.toml": OURS})
    path = SERVICES[service].path
    code, out, said = zigwheel(empty, "init", "--ci", service)
    assert code == 0, said
    assert out == f"{path}\n"
    code, printed, said = zigwheel(empty, "init", "--ci", service, "--print")
    assert code == 0, said
    assert printed.encode() == files(empty.root)[path]
    assert zigwheel(empty, "init", "--ci", service)[0] == 0, "the same again is no loss"
    empty.write({path: "mine"})
    code, _, said = zigwheel(empty, "init", "--ci", service)
    assert code == 3
    assert f"'{path}' is there already" in said
    assert "--print" in said
    assert files(empty.root)[path] == b"mine"
    assert zigwheel(empty, "init", "--ci", service, "--force")[0] == 0
    assert files(empty.root)[path] == printed.encode()


def test_a_project_and_its_workflow_at_once(empty: Project) -> None:
    code, out, said = zigwheel(empty, "init", "new", "--language", "zig", "--ci", "github")
    assert code == 0, said
    assert "new/.github/workflows/wheels.yml" in out.splitlines()


def test_a_workflow_lies_at_the_top_of_the_repository(empty: Project) -> None:
    empty.write({"parts/one/pyproject.toml": OURS, ".git/HEAD": ""})
    code, _, said = zigwheel(empty, "init", "parts/one", "--ci", "github")
    assert code == 0, said
    assert b'PROJECT: "parts/one"\n' in files(empty.root)[".github/workflows/wheels.yml"]


@pytest.mark.parametrize(
    ("words", "there", "says"),
    [
        (("--ci", "github"), {}, "no pyproject.toml"),
        (("--ci", "github"), {"pyproject.toml": SETUPTOOLS}, "does not build with zigwheel"),
        (("--print",), {"pyproject.toml": OURS}, "--print shows a workflow"),
        (("--print", "--ci", "github", "--language", "c"), {}, "--print shows a workflow"),
    ],
)
def test_a_workflow_needs_a_project(
    empty: Project, words: tuple[str, ...], there: dict[str, str], says: str
) -> None:
    empty.write(there)
    code, out, said = zigwheel(empty, "init", *words)
    assert code == 3
    assert says in said
    assert not out
    assert set(files(empty.root)) == set(there)
