"""zigwheel's own wheel, made by zigwheel."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.hooks.rig import Project
from zigwheel.templates import folder

ROOT = Path(__file__).parent.parent.parent


def test_it_has_all_templates(environ: dict[str, str], tmp_path: Path) -> None:
    wheel = Project(root=ROOT, environ=environ).wheel(tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if name.startswith("zigwheel/templates/")}
    files = [file for file in folder().rglob("*") if file.is_file()]
    here = {file.relative_to(folder()).as_posix() for file in files if file.suffix != ".pyc"}
    assert shipped == {f"zigwheel/templates/{path}" for path in here}
