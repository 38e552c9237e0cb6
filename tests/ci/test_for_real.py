"""The workflows' scripts, run by bash: one folder builds, another one tests what it has handed on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from tests.ci.judges import read_yaml
from tests.corpus.rig import open_workshop
from tests.foreign.cache import cache_root
from zigwheel.scaffold import workflow

EXAMPLE = Path(__file__).parents[2] / "examples" / "fastsum"
HERE = f"cp3{sys.version_info[1]}"
CONFIG = f"""
[tool.zigwheel.wheels]
targets = ["manylinux_x86_64", "win_arm64"]
pythons = ["{HERE}"]
test-command = "python {{project}}/tests/test_fastsum.py"
"""


class Machine:
    """A runner that has checked out the project: a folder, and a Python without any package."""

    def __init__(self, folder: Path, variables: Mapping[str, str], links: str) -> None:
        self.checkout = Path(
            copytree(EXAMPLE, folder / "checkout", ignore=ignore_patterns("build"))
        )
        with (self.checkout / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(CONFIG)
        subprocess.run([sys.executable, "-m", "venv", folder / "python"], check=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "ZIGWHEEL_"))}
        self.environ = {
            **kept,
            **variables,
            "PATH": f"{folder / 'python' / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PIP_FIND_LINKS": links,
            "ZIGWHEEL_CACHE_DIR": str(cache_root() / "zigwheel"),
            "UV_OFFLINE": "1",  # there are no more Pythons than this one
        }

    def run(self, script: str) -> str:
        """Run a script as the services do; all that it said."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.checkout,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


def jobs(service: str) -> tuple[dict[str, str], list[str], list[str]]:
    """The variables of a workflow, the scripts that build, and those that test."""
    table = read_yaml(workflow(service, "."))
    if service == "gitlab":
        return table["variables"], table["build"]["script"], table["test"]["script"]
    steps = [table["jobs"][name]["steps"] for name in ("build", "test")]
    build, test = ([step["run"] for step in one if "run" in step] for one in steps)
    return table["env"], build, test


@pytest.mark.slow
@pytest.mark.parametrize("service", ["github", "gitlab"])
def test_one_machine_builds_and_another_tests(service: str, tmp_path: Path) -> None:
    links = open_workshop(tmp_path, tmp_path / "zigwheel").environ["PIP_FIND_LINKS"]
    variables, build, test = jobs(service)
    summary = tmp_path / "summary.md"
    ours = {
        "github": {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REF_NAME": "v1.2.0",
            "GITHUB_STEP_SUMMARY": str(summary),
        },
        "gitlab": {"GITLAB_CI": "true", "CI_COMMIT_TAG": "v1.2.0"},
    }[service]
    variables = {**variables, **ours}
    (tmp_path / "one").mkdir()
    first = Machine(tmp_path / "one", variables, links)
    for script in build:
        first.run(script)
    manifest = first.checkout / "wheelhouse.json"
    found = json.loads(manifest.read_bytes())
    assert [wheel["state"] for wheel in found["wheels"]] == ["built", "built"]
    assert {f.suffix for f in (first.checkout / "wheelhouse").iterdir()} == {".whl", ".gz"}
    if service == "github":
        assert "win_arm64" in summary.read_text(encoding="utf-8")

    # as if nothing could have been tested there
    for wheel in found["wheels"]:
        for one in wheel["tests"]:
            one.update(state="not tested", interpreter="", output="")
    (tmp_path / "two").mkdir()
    second = Machine(tmp_path / "two", variables, links)
    (second.checkout / "wheelhouse.json").write_text(json.dumps(found), encoding="utf-8")
    copytree(first.checkout / "wheelhouse", second.checkout / "wheelhouse")
    for script in test:
        second.run(script)
    after = json.loads((second.checkout / "wheelhouse.json").read_bytes())
    states = {one["identifier"]: one["state"] for w in after["wheels"] for one in w["tests"]}
    assert states == {f"{HERE}-manylinux_x86_64": "passed", f"{HERE}-win_arm64": "not tested"}
