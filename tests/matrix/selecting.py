"""Selections from the text of a pyproject.toml, without a folder on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from zigwheel.config.read import Project
from zigwheel.config.toml import parse
from zigwheel.errors import ErrorCollection, ZigwheelError
from zigwheel.matrix.identifiers import identifiers
from zigwheel.matrix.model import Job, Selection
from zigwheel.matrix.select import Limits, select
from zigwheel.target.model import Host
from zigwheel.target.python import PythonTarget

LINUX = Host(
    arch="x86_64",
    os="linux",
    libc="gnu",
    libc_version=(2, 36),
    implementation="cpython",
    python=PythonTarget(version=(3, 13)),
    include=None,
    executable="",
)
"""CPython 3.13 on x86-64 Linux with glibc."""

EXTENSION = '[[tool.zigwheel.extension]]\nname = "p._core"\nsources = ["a.c"]\n'
EXECUTABLE = '[[tool.zigwheel.executable]]\nname = "p"\nsources = ["a.c"]\n'


def selection_of(
    text: str,
    limits: Limits | None = None,
    *,
    base: str = EXTENSION,
    settings: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    host: Host = LINUX,
) -> Selection:
    """The selection of a project whose pyproject.toml is `base` and `text`."""
    source = base + text
    table = parse(source)
    tool = table.get("tool", {}).get("zigwheel", {})
    selection = select(
        Project(root=Path(), table=table, tool=tool, source=source),
        limits or Limits(),
        settings=settings or {},
        environ=environ or {},
        host=host,
    )
    check_whole(selection)
    return selection


def check_whole(selection: Selection) -> None:
    """Every identifier is served once or left out once, with a reason, in the order of identifiers."""
    served = [name for job in selection.jobs for name in job.serves]
    left_out = [one.identifier for one in selection.left_out]
    assert sorted(served + left_out) == sorted(identifiers())
    order = {name: number for number, name in enumerate(identifiers())}
    assert left_out == sorted(left_out, key=order.__getitem__)
    firsts = [job.identifier for job in selection.jobs]
    assert firsts == sorted(firsts, key=order.__getitem__)
    for job in selection.jobs:
        assert job.serves[0] == job.identifier
        assert list(job.serves) == sorted(job.serves, key=order.__getitem__)
        assert job.identifier.startswith(f"{job.python}-")
    assert all(one.reason for one in selection.left_out)


def served(selection: Selection) -> set[str]:
    """The identifiers that a wheel is built for."""
    return {name for job in selection.jobs for name in job.serves}


def reasons(selection: Selection) -> dict[str, str]:
    """Why identifiers are left out."""
    return {one.identifier: one.reason for one in selection.left_out}


def job_of(selection: Selection, identifier: str) -> Job:
    """The job that serves an identifier."""
    (job,) = (job for job in selection.jobs if identifier in job.serves)
    return job


def errors_of(text: str, limits: Limits | None = None, **outside: Any) -> list[str]:
    """What is said of settings that cannot be followed, each with its hint."""
    with pytest.raises(ZigwheelError) as caught:
        selection_of(text, limits, **outside)
    error = caught.value
    return [str(one) for one in (error.errors if isinstance(error, ErrorCollection) else [error])]
