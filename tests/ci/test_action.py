"""action.yml before the judges, and its scripts run as a runner runs them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.ci.judges import (
    actionlint,
    as_workflow,
    as_yaml,
    read_yaml,
    schema,
    scripts_of,
    shellcheck,
    zizmor,
)
from zigwheel import __version__

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "action.yml"
ACTION = read_yaml(FILE.read_text(encoding="utf-8"))

STUB = """\
import json, os, sys
from pathlib import Path
Path(os.environ["SEEN"]).write_text(json.dumps(sys.argv[1:]))
words = dict(zip(sys.argv[1:], sys.argv[2:]))
folder = Path(words["--output-dir"])
folder.mkdir(parents=True, exist_ok=True)
if "--report" in words:
    Path(words["--report"]).write_text("<!doctype html>")
wheels = [{"file": "a-1-py3-none-any.whl"}, {"file": ""}]
manifest = {"schema": 1, "sdist": {"file": "a-1.tar.gz"}, "wheels": wheels}
Path(words["--manifest"]).write_text(json.dumps(manifest))
sys.exit(15 if "fail" in sys.argv else 0)
"""
"""Stands in for zigwheel: writes down its arguments, and a manifest with one wheel that failed."""


class Runner:
    """A runner of GitHub's, as far as the action sees one."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "workspace"
        self.workspace.mkdir()
        (folder / "temp").mkdir()
        self.output = folder / "output"
        self.environ = {
            **os.environ,
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(folder / "temp"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        self.steps: dict[str, dict[str, str]] = {"python": {"python-path": sys.executable}}

    def step(self, name: str, given: Mapping[str, str], **environ: str) -> int:
        """Run a step of the action with these inputs; its exit code."""
        (step,) = (step for step in ACTION["runs"]["steps"] if step.get("id") == name)
        inputs = {key: value["default"] for key, value in ACTION["inputs"].items()} | dict(given)
        variables = {key: self.evaluated(text, inputs) for key, text in step["env"].items()}
        self.output.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace,
            env={**self.environ, **variables, **environ},
            stdin=subprocess.DEVNULL,
        )
        found = re.findall(r"(?ms)^([\w-]+)<<(\w+)\n(.*?)\n\2$", self.output.read_text("utf-8"))
        self.steps[name] = {key: value for key, _, value in found}
        return done.returncode

    def evaluated(self, text: str, inputs: Mapping[str, str]) -> str:
        """A value that is one expression: of an input, or of a step's output."""
        match = re.fullmatch(
            r"\$\{\{ (?:inputs\.([\w-]+)|steps\.(\w+)\.outputs\.([\w-]+)) \}\}", text
        )
        assert match, text
        return inputs[match[1]] if match[1] else self.steps[match[2]].get(match[3], "")

    def outputs(self) -> dict[str, str]:
        """What the action gives to the steps that follow it."""
        return {k: self.evaluated(v["value"], {}) for k, v in ACTION["outputs"].items()}


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner that has checked out nothing yet."""
    return Runner(tmp_path)


@pytest.fixture
def stubbed(runner: Runner, tmp_path: Path) -> dict[str, str]:
    """The environment in which zigwheel is the stub, for a Python that has no other."""
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    package = tmp_path / "stub" / "zigwheel"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(STUB)
    runner.steps["install"] = {"python": str(bare / "bin" / "python")}
    return {"PYTHONPATH": str(package.parent), "SEEN": str(tmp_path / "seen.json")}


def test_it_is_accepted(tmp_path: Path) -> None:
    assert not schema(FILE, "github-actions")
    assert not zizmor(FILE)
    assert not actionlint(as_yaml(as_workflow(ACTION), tmp_path / "workflow.yml"))
    for script in scripts_of(ACTION):
        assert "${{" not in script
        assert not shellcheck(script)


def test_a_broken_one_is_not(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    broken = tmp_path / "action.yml"
    broken.write_text(text.replace('"$PYTHON" ', "${{ inputs.args }} "), encoding="utf-8")
    assert "template-injection" in zizmor(broken)
    broken.write_text(text.replace("using: composite", "using: compost"), encoding="utf-8")
    assert "runs" in schema(broken, "github-actions")
    misspelt = text.replace("steps.install.outputs.key", "steps.instal.outputs.key")
    workflow = as_yaml(as_workflow(read_yaml(misspelt)), tmp_path / "workflow.yml")
    assert 'property "instal" is not defined' in actionlint(workflow)


def test_all_inputs_are_used_and_described() -> None:
    text = json.dumps(ACTION["runs"])
    for name, about in ACTION["inputs"].items():
        assert f"inputs.{name}" in text
        assert about["description"]
        assert isinstance(about["default"], str)


def test_arguments_arrive_as_they_were_given(
    runner: Runner, stubbed: dict[str, str], tmp_path: Path
) -> None:
    odd = "a b'\"$(touch injected)`touch injected`; touch injected #*"
    inputs = {
        "package-dir": odd,
        "output-dir": "out dir/wheels",
        "only": "cp313-win32  cp314-*",
        "config-settings": f"optimize=small\nextension.define-macros={odd}\n",
        "archs": "x86_64,aarch64",
        "args": f"--jobs\n 3 \n\n{odd}\n",
        "report": "r.html",
    }
    assert runner.step("wheels", inputs, **stubbed) == 0
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen == [
        "wheels",
        odd,
        *("--output-dir", "out dir/wheels", "--manifest", "out dir/wheels.json"),
        *("--archs", "x86_64,aarch64", "--report", "r.html"),
        *("--only", "cp313-win32", "--only", "cp314-*"),
        *("-C", "optimize=small", "-C", f"extension.define-macros={odd}"),
        *("--jobs", "3", odd),
    ]
    assert not list(tmp_path.rglob("injected"))
    assert runner.outputs() == {
        "wheels": '["out dir/wheels/a-1-py3-none-any.whl"]',
        "sdist": "out dir/wheels/a-1.tar.gz",
        "manifest": "out dir/wheels.json",
        "report": "r.html",
    }


def test_a_failure_fails_the_step_and_is_told(runner: Runner, stubbed: dict[str, str]) -> None:
    assert runner.step("wheels", {"args": "fail", "report": ""}, **stubbed) == 15
    told = runner.outputs()
    assert told["manifest"] == "wheelhouse.json"
    assert told["report"] == ""


def test_a_value_cannot_be_a_second_output(
    runner: Runner, stubbed: dict[str, str], tmp_path: Path
) -> None:
    assert runner.step("wheels", {"output-dir": "x\nmanifest=elsewhere"}, **stubbed) == 0
    assert runner.outputs()["manifest"] == "x\nmanifest=elsewhere.json"


@pytest.mark.slow
def test_it_installs_itself(runner: Runner) -> None:
    keys = []
    for text in ("[project]\n", "[project]\n# changed\n"):
        (runner.workspace / "pyproject.toml").write_text(text)
        assert runner.step("install", {}) == 0
        told = runner.steps["install"]
        assert told["key"].startswith(told["restore-key"])
        keys.append(told["key"])
    assert len(set(keys)) == 2
    words = [told["python"], "-m", "zigwheel", "--version"]
    said = subprocess.run(words, capture_output=True, encoding="utf-8", check=True).stdout
    assert said == f"zigwheel {__version__}\n"
    assert Path(told["cache"]).is_absolute()


def test_a_version_that_is_not_there_fails(
    runner: Runner, capfd: pytest.CaptureFixture[str]
) -> None:
    nothing = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
    assert runner.step("install", {"version": "0.0.9"}, **nothing) == 1
    assert (
        "::error::zigwheel could not be installed: zigwheel[cli]==0.0.9" in capfd.readouterr().out
    )
    assert runner.steps["install"] == {}
