"""A package's sdist, moved to zigwheel: converted, and what has to be done by hand after that."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.corpus.record import Package
from tests.corpus.rig import Workshop, said
from tests.corpus.sdists import sdist, unpack
from tests.examples.rig import in_place


def prepared(package: Package, workshop: Workshop) -> Path:
    """The project, ready to be built; nothing of its own build is left in it. Raises `Failed`."""
    room = workshop.room(package)
    source = sdist(package)
    if package.by_hand.is_file():
        project = unpack(source, package, room / "sdist")
        shutil.copyfile(package.by_hand, project / "pyproject.toml")
    else:
        project = room / "project"
        words = [sys.executable, "-m", "zigwheel", "convert", source, "--output", project]
        told = said("the conversion", words, in_place(workshop.environ))
        (room / "converted.txt").write_text(told, encoding="utf-8")
    if package.patch.is_file():
        said("the patch", ["git", "apply", package.patch], workshop.environ, cwd=project)
    for name in package.removed:
        (project / name).unlink(missing_ok=True)
    return project
