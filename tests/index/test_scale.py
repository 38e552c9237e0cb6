"""100,000 files in 10,000 projects."""

from __future__ import annotations

import sqlite3
import statistics
import time
from pathlib import Path

import pytest
import requests

from tests.index.conftest import JSON, Served
from tests.recipe.conftest import run

PROJECTS, FILES = 10_000, 10


def fill(database: Path, projects: int) -> None:
    """Files as an index has them, written in one transaction."""
    with sqlite3.connect(database) as db:
        db.executemany(
            "INSERT INTO project (name, shown, serial) VALUES (?, ?, ?)",
            ((f"project-{n:05}", f"Project_{n:05}", n + 1) for n in range(projects)),
        )
        db.executemany(
            "INSERT INTO file VALUES (?, ?, ?, 1000, ?, '2026-11-27T01:02:03.000000Z', '>=3.9', ?, NULL, "
            "'', x'', '', '', 0)",
            (
                (
                    f"project_{n:05}-{f}.0-py3-none-any.whl",
                    f"project-{n:05}",
                    f"{f}.0",
                    f"{n * FILES + f:064x}",
                    f"{n:064x}",
                )
                for n in range(projects)
                for f in range(FILES)
            ),
        )
        db.execute("UPDATE serial SET last = ?", (projects,))


def latency(index: Served, numbers: list[int]) -> tuple[float, float]:
    """Median seconds for a page that was not asked for before, and for one that was."""
    session = requests.Session()
    session.headers["Accept"] = JSON

    def asked(number: int) -> float:
        since = time.perf_counter()
        answer = session.get(f"{index.url}/simple/project-{number:05}/", timeout=30)
        seconds = time.perf_counter() - since
        assert len(answer.json()["files"]) == FILES
        return seconds

    fresh = [asked(number) for number in numbers]
    return statistics.median(fresh), statistics.median(asked(number) for number in numbers)


def memory(pid: int) -> int:
    """The most bytes that a process has held."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError


@pytest.mark.slow
def test_many_projects(tmp_path: Path) -> None:
    found = {}
    for projects in (100, PROJECTS):
        folder = tmp_path / f"index-{projects}"
        run("index", "init", folder)
        fill(folder / "index.sqlite", projects)
        index = Served(folder=folder, words=("index", "serve", str(folder)))
        since = time.monotonic()
        index.start()
        assert time.monotonic() - since < 5
        step = projects // 100
        found[projects] = latency(index, list(range(0, projects, step)))
        everything = requests.get(f"{index.url}/simple/", headers={"Accept": JSON}, timeout=30)
        assert len(everything.json()["projects"]) == projects
        for number in range(0, projects, max(step // 20, 1)):
            requests.get(f"{index.url}/simple/project-{number:05}/", timeout=30)
        assert index.process is not None
        assert memory(index.process.pid) < 300 * 10**6
        index.stop()
    for few, many in zip(*found.values(), strict=True):
        assert many < 3 * few + 0.002  # a hundred times as many projects
