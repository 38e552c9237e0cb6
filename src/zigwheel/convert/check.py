"""Build a project twice, by its own backend and, converted, by zigwheel, for this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from zigwheel.convert.compare import Comparison, compare
from zigwheel.convert.environment import Room, install, make_environment, run_tool
from zigwheel.errors import WheelError


def check(
    project: Path,
    converted: str,
    *,
    work: Path,
    python: str,
    environ: Mapping[str, str],
    seconds: int,
    say: Callable[[str], None],
) -> Comparison:
    """Compare the wheel of `project`, as it came, with that of a copy whose pyproject.toml is `converted`.

    Raises `ZigwheelError` where one of the two
    cannot be built.
    """
    work.mkdir(parents=True)
    say("zigwheel: the project is built by its own backend")
    shutil.copytree(project, work / "theirs", symlinks=True)
    room = Room(work=work, environ=environ, seconds=seconds)
    wheels = [python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-input"]
    run_tool([*wheels, "--wheel-dir", str(work / "old"), str(work / "theirs")], room, "build it")
    say("zigwheel: the converted project is built by zigwheel")
    shutil.copytree(project, work / "ours", symlinks=True)
    (work / "ours" / "pyproject.toml").write_text(converted, encoding="utf-8")
    make_environment(room, python)
    install(room, python, own_requirements())
    install(room, python, requirements(work / "ours", environ))
    own = Room(work=work, environ={**environ, "PYTHONPATH": str(own_code(work))}, seconds=seconds)
    words = [str(room.python), "-m", "zigwheel", "build", "-o", str(work / "new")]
    run_tool([*words, str(work / "ours")], own, "build the converted project")
    return compare(only(work / "old"), only(work / "new"))


def only(folder: Path) -> Path:
    """The wheel in a folder."""
    found = sorted(folder.glob("*.whl"))
    if len(found) != 1:
        raise WheelError(f"the build left {len(found)} wheels in {folder.name!r}, not one")
    return found[0]


def own_code(work: Path) -> Path:
    """A folder with this very zigwheel in it and nothing else, for `PYTHONPATH`."""
    import zigwheel
    from zigwheel.templates import folder

    package = Path(zigwheel.__file__).parent
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(package, work / "path" / "zigwheel", ignore=unwanted)
    templates = work / "path" / "zigwheel" / "templates"
    if not templates.is_dir():
        shutil.copytree(folder(), templates, ignore=unwanted)
    return work / "path"


def requirements(project: Path, environ: Mapping[str, str]) -> list[str]:
    """What zigwheel asks for to build a project for this machine."""
    from zigwheel.setup import requires_for_wheel, set_up
    from zigwheel.target.host import describe_host

    return requires_for_wheel(set_up(project, {}, environ, describe_host()))


def own_requirements() -> list[str]:
    """What zigwheel itself requires, as its installation says."""
    from importlib.metadata import requires

    return [line for line in requires("zigwheel") or () if "extra ==" not in line]
