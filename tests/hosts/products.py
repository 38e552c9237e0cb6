"""Run on a machine of any kind: what the hooks make of projects there, as JSON of digests.

`python products.py FOLDER OUT SETTINGS` calls every hook but the one that compiles in each project of
FOLDER; where there is something to compile, the plan stands for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any


def products(project: Path, out: Path, settings: dict[str, str]) -> dict[str, Any]:
    """What comes out of one project: requirements, and digests of files by their names."""
    from zigwheel import build
    from zigwheel.artifacts import plan_of

    os.chdir(project)
    setup = build.setup(settings)
    made: dict[str, Any] = {"requires": build.get_requires_for_build_sdist(settings)}
    found = {"sdist": out / build.build_sdist(str(out), settings)}
    info = out / build.prepare_metadata_for_build_wheel(str(out), settings)
    for file in filter(Path.is_file, info.rglob("*")):
        found[file.relative_to(out).as_posix()] = file
    if setup.compiles and setup.target:
        plan = plan_of(setup, setup.target, project.name, setup.cache).plan
        made["plan"] = json.loads(plan.to_json())
    else:
        found["wheel"] = out / build.build_wheel(str(out), settings)
    made |= {name: [file.name, digest(file)] for name, file in found.items()}
    return made


def digest(file: Path) -> str:
    """sha256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main(folder: Path, out: Path, settings: dict[str, str]) -> None:
    """Print what comes out of all projects of a folder."""
    projects = sorted(file.parent for file in folder.glob("*/pyproject.toml"))
    print(json.dumps({p.name: products(p, out, settings) for p in projects}, sort_keys=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
