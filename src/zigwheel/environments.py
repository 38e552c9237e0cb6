"""Virtual environments and what is installed into them: by uv if it is at hand, else by venv and pip."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path


def python_of(folder: Path) -> Path:
    """The Python of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def find_uv(environ: Mapping[str, str]) -> str:
    """Path of uv; empty where it is not on PATH."""
    return shutil.which("uv", path=environ.get("PATH")) or ""


def making(python: str, folder: Path) -> list[str]:
    """The words that make a virtual environment of `python` without anything in it."""
    return [python, "-m", "venv", "--without-pip", str(folder)]


def installing(
    requires: Sequence[str], into: Path, *, uv: str, pip: str, target: Path | None = None
) -> list[str]:
    """The words that install requirements for the Python `into`, or in a folder beside it.

    `pip` is the Python whose pip is asked where `uv` is empty. Options among the requirements, such as
    `-r tests.txt`, are handed on.
    """
    if uv:
        words = [uv, "pip", "install", "--quiet", "--python", str(into)]
    else:
        words = [pip, "-m", "pip", "--python", str(into), "install", "--quiet"]
        words += ["--disable-pip-version-check", "--no-input", "--no-compile"]
    if target is not None:
        words += ["--target", str(target)]
    return [*words, *given(requires)]


def given(requires: Sequence[str]) -> list[str]:
    """Requirements as words of a command line; what begins with `-` is options of pip's and uv's."""
    import shlex

    if not any(text.startswith("-") for text in requires):
        return ["--", *requires]
    found = [shlex.split(text) if text.startswith("-") else [text] for text in requires]
    return [word for words in found for word in words]
