"""The environment that a project's build runs in, and the running of its hooks there."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zigwheel.environments import find_uv, installing, making, python_of
from zigwheel.errors import ZigwheelError
from zigwheel.zig.execute import kill

INSIDE = Path(__file__).parent / "inside"
"""What runs in the environment."""

LEGACY = "setuptools.build_meta:__legacy__"
"""The backend of a project that names none."""

CLEARED = (
    "CC CXX CPP LD AR RANLIB NM STRIP CFLAGS CXXFLAGS CPPFLAGS LDFLAGS LDSHARED ARFLAGS ARCHFLAGS "
    "MACOSX_DEPLOYMENT_TARGET VIRTUAL_ENV PKG_CONFIG PKG_CONFIG_PATH DISTUTILS_USE_SDK LIBRARY_PATH "
    "CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LD_LIBRARY_PATH SETUPTOOLS_USE_DISTUTILS CONFIG_SITE"
).split()
"""Variables that change what a build asks for; it is asked what it does without them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """`[build-system]`."""

    requires: tuple[str, ...]
    """Requirements."""
    name: str
    """The object with the hooks."""
    path: tuple[str, ...]
    """`backend-path`."""


def read_backend(project: Path) -> Backend:
    """What builds a project. Raises `ZigwheelError`."""
    from zigwheel.config.toml import parse

    file = project / "pyproject.toml"
    table: dict[str, Any] = {}
    if file.is_file():
        found = parse(file.read_text(encoding="utf-8")).get("build-system", {})
        table = found if isinstance(found, dict) else {"requires": None}
    elif not (project / "setup.py").is_file():
        raise ZigwheelError(
            f"{str(project)!r} has neither a `pyproject.toml` nor a `setup.py`",
            hint="name the folder of a project, or its sdist",
        )
    requires = table.get("requires", ["setuptools"])
    name = table.get("build-backend", LEGACY)
    path = table.get("backend-path", [])
    if not (is_texts(requires) and isinstance(name, str) and is_texts(path)):
        raise ZigwheelError(
            f"`build-system` of `pyproject.toml` is {table!r}",
            hint="`requires` and `backend-path` are lists of texts, `build-backend` is a text",
        )
    return Backend(requires=tuple(requires), name=name, path=tuple(path))


def is_texts(value: object) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Where everything happens."""

    work: Path
    """The folder that all lies in."""
    environ: Mapping[str, str]
    """The environment of the user."""
    seconds: int
    """How long one run may take."""

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return python_of(self.work / "environment")


def make_environment(room: Room, python: str) -> None:
    """A virtual environment without anything in it."""
    run_tool(making(python, room.work / "environment"), room, "make an environment for the build")


def install(room: Room, python: str, requires: Sequence[str], into: Path | None = None) -> None:
    """Install requirements there, or in a folder beside it, by uv if that is at hand, else by pip."""
    if not requires:
        return
    uv = find_uv(room.environ)
    words = installing(requires, room.python, uv=uv, pip=python, target=into)
    run_tool(words, room, "install the requirements of the build")


def run_tool(words: Sequence[str], room: Room, doing: str) -> None:
    """Run a program that has to succeed. Raises `ZigwheelError` with what it said."""
    environ = {key: value for key, value in room.environ.items() if key != "PIP_REQUIRE_VIRTUALENV"}
    try:
        done = subprocess.run(words, env=environ, capture_output=True, timeout=room.seconds)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ZigwheelError(f"could not {doing}: {error}") from error
    if done.returncode:
        said = (done.stderr + done.stdout).decode("utf-8", "replace").strip()
        raise ZigwheelError(f"could not {doing}: `{' '.join(words)}` says\n{said[-4000:]}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One call of a hook, in a folder of its own."""

    folder: Path
    """Holds `project`, `home`, `tmp`, `out`, `events`, `said`."""
    problem: str
    """Why it was ended from outside; empty if it ended by itself."""

    @property
    def project(self) -> Path:
        """The copy of the project that the hook ran in."""
        return self.folder / "project"

    @property
    def events(self) -> Path:
        """What it did."""
        return self.folder / "events"

    def said(self) -> str:
        """The end of what it printed."""
        with (self.folder / "said").open("rb") as stream:
            stream.seek(max(0, os.stat(stream.fileno()).st_size - 4000))
            return stream.read().decode("utf-8", "replace").strip()


def call_hook(
    room: Room, folder: Path, backend: Backend, hook: str, spec: Mapping[str, Any]
) -> Run:
    """Call a hook of the backend in `folder`, which holds the copy of the project."""
    for name in ("home", "tmp", "out", "bin"):
        (folder / name).mkdir(exist_ok=True)
    whole = {
        "project": str(folder / "project"),
        "events": str(folder / "events"),
        "output": str(folder / "out"),
        "backend": backend.name,
        "backend_path": backend.path,
        "hook": hook,
        "believed": None,
        **spec,
    }
    (folder / "spec.json").write_text(json.dumps(whole), encoding="utf-8")
    words = [str(room.python), "-s", "-B", str(INSIDE / "main.py"), str(folder / "spec.json")]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            words,
            cwd=folder / "project",
            env=environment_of(room, folder),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(room.seconds)
            problem = ""
        except subprocess.TimeoutExpired:
            problem = f"the build did not end within {room.seconds} seconds"
        finally:
            kill(process, group=True)
            process.wait()
    return Run(folder=folder, problem=problem)


def environment_of(room: Room, folder: Path) -> dict[str, str]:
    """The variables that a run sees: the user's, without those that steer compilers and Python."""
    kept = {
        key: value
        for key, value in room.environ.items()
        if key not in CLEARED and not key.startswith(("PYTHON", "PIP_", "ZIGWHEEL_", "LC_"))
    }
    path = os.pathsep.join([str(folder / "bin"), str(room.python.parent), kept.get("PATH", "")])
    own = {"HOME": "home", "USERPROFILE": "home", "XDG_CACHE_HOME": "home"}
    own |= dict.fromkeys(("TMPDIR", "TMP", "TEMP"), "tmp")
    return {
        **kept,
        **{name: str(folder / place) for name, place in own.items()},
        "PATH": path,
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": "1577836800",
        "CONFIG_SITE": str(folder / "bin" / "config.site"),
        "ZIGWHEEL_RECORD": str(folder / "spec.json"),
    }
