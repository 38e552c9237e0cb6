"""The workflows that `zigwheel init --ci` writes, before other projects' judges."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ci.judges import actionlint, read_yaml, schema, scripts_of, shellcheck, zizmor
from zigwheel import __version__
from zigwheel.errors import ConfigError
from zigwheel.scaffold import SERVICES, pythons, workflow

DIRECTORIES = (".", "packages/some thing", 'odd"$(touch x) `y` \\ ${{ github.actor }} #: é')


@pytest.fixture
def github(tmp_path: Path) -> Path:
    """GitHub's, where GitHub looks for it."""
    return put(tmp_path, workflow("github", "."))


def put(folder: Path, text: str, service: str = "github") -> Path:
    file = folder / SERVICES[service].path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_githubs_is_accepted(github: Path) -> None:
    assert not actionlint(github)
    assert not schema(github, "github-workflows")
    assert not zizmor(github)
    scripts = list(scripts_of(read_yaml(github.read_text(encoding="utf-8"))))
    assert len(scripts) == 5
    for script in scripts:
        assert "${{" not in script
        assert not shellcheck(script)


def test_gitlabs_is_accepted(tmp_path: Path) -> None:
    text = workflow("gitlab", ".")
    file = put(tmp_path, text, "gitlab")
    assert not schema(file, "gitlab-ci")
    jobs = read_yaml(text)
    for name in ("build", "test", "publish"):
        for script in jobs[name]["script"]:
            assert not shellcheck(script)


@pytest.mark.parametrize(
    ("old", "new", "judge", "says"),
    [
        ("needs: build\n", "needs: bild\n", "actionlint", 'needs job "bild"'),
        ("matrix.runner }}", "matrix.runer }}", "actionlint", 'property "runer" is not defined'),
        ("- windows-2025\n", "- windows-1995\n", "actionlint", 'label "windows-1995" is unknown'),
        ("    runs-on: ubuntu-24.04\n", "", "schema", "runs-on"),
        ("timeout-minutes: 60", "timeout-minutes: [60]", "schema", "timeout-minutes"),
        ('"$ZIGWHEEL"', "${{ github.head_ref }}", "zizmor", "template-injection"),
        ("persist-credentials: false", "submodules: false", "zizmor", "artipacked"),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7", "zizmor", "unpinned-uses"),
        ("permissions: {}", "permissions: write-all", "zizmor", "excessive-permissions"),
        ("        # zizmor: ignore[cache-poisoning]\n", "", "zizmor", "cache-poisoning"),
    ],
)
def test_a_broken_one_is_not(github: Path, old: str, new: str, judge: str, says: str) -> None:
    text = github.read_text(encoding="utf-8")
    assert old in text
    github.write_text(text.replace(old, new), encoding="utf-8")
    judges = {
        "actionlint": lambda: actionlint(github),
        "schema": lambda: schema(github, "github-workflows"),
        "zizmor": lambda: zizmor(github),
    }
    assert says in judges[judge]()


def test_a_broken_one_of_gitlab_is_not(tmp_path: Path) -> None:
    text = workflow("gitlab", ".").replace("when: always\n", "when: sometimes\n")
    assert "sometimes" in schema(put(tmp_path, text, "gitlab"), "gitlab-ci")


def test_only_a_tag_publishes_and_only_what_passed() -> None:
    jobs = read_yaml(workflow("github", "."))["jobs"]
    publish = jobs["publish"]
    assert publish["if"] == "github.event_name == 'push' && github.ref_type == 'tag'"
    assert set(publish["needs"]) == {"build", "test"}
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["environment"] == "pypi"
    assert not [step for step in publish["steps"] if "run" in step], "only what was built goes out"
    for name in ("build", "test"):
        assert jobs[name]["permissions"] == {"contents": "read"}
    gitlab = read_yaml(workflow("gitlab", "."))
    assert gitlab["publish"]["rules"] == [{"if": "$CI_COMMIT_TAG =~ /^v/"}]
    assert set(gitlab["publish"]["needs"]) == {"build", "test"}
    assert gitlab["publish"]["id_tokens"] == {"PYPI_ID_TOKEN": {"aud": "pypi"}}


@pytest.mark.parametrize("directory", DIRECTORIES)
@pytest.mark.parametrize("service", SERVICES)
def test_a_directory_is_a_value_and_nothing_else(service: str, directory: str) -> None:
    document = read_yaml(workflow(service, directory))
    variables = document["env" if service == "github" else "variables"]
    assert variables["PROJECT"] == directory
    assert variables["ZIGWHEEL"] == f"zigwheel[cli]=={__version__}"
    without = read_yaml(workflow(service, "."))
    without["env" if service == "github" else "variables"]["PROJECT"] = directory
    assert document == without


@pytest.mark.parametrize(
    ("requires", "first", "last", "there", "missing"),
    [
        ("", "3.9", "3.15t", "3.13", "3.8"),
        (">=3.10.2", "3.10", "3.15t", "3.14t", "3.9"),
        (">=3.11,<3.14", "3.11", "3.13t", "3.13", "3.14"),
        ("==3.10.*", "3.10", "3.10", "3.10", "3.1"),
    ],
)
def test_pythons(requires: str, first: str, last: str, there: str, missing: str) -> None:
    found = pythons(requires)
    assert (found[0], found[-1]) == (first, last)
    assert there in found
    assert missing not in found
    environment = read_yaml(workflow("github", ".", requires))["env"]
    assert environment["PYTHONS"] == " ".join(found)


def test_pythons_that_nobody_can_read() -> None:
    with pytest.raises(ConfigError, match="requires-python"):
        workflow("github", ".", "3.10 or newer")
