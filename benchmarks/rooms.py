"""What has to be there before anything is measured: environments, wheels, sdists."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
PROJECTS = HERE / "projects"

PIP = "pip==26.3"
PINS: Mapping[str, tuple[str, ...]] = {
    "setuptools": ("setuptools==84.2.1",),
    "scikit-build-core": ("scikit-build-core==1.1.2", "cmake==4.4.4", "ninja==1.13.2"),
    "meson-python": ("meson-python==0.22.1", "meson==1.12.1", "ninja==1.13.2"),
    "zigcc-build": ("zigcc-build==0.2.0",),
}
"""Environment of a peer: what is installed for it, beside what these bring along."""


def zig_requirement() -> str:
    """The ziglang that this checkout pins; peers that run Zig get the same."""
    sys.path.insert(0, str(CHECKOUT / "src"))
    from zigwheel.zig.toolchain import REQUIREMENT

    return str(REQUIREMENT)


def say(text: str) -> None:
    """Progress goes to standard error."""
    print(text, file=sys.stderr, flush=True)


def run(words: Sequence[str | Path], *, cwd: Path = CHECKOUT, **environ: str) -> str:
    """Run a command that is not measured; what it prints. Stops with its output if it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}\n{done.stdout}")
    return done.stdout


@dataclass(frozen=True, kw_only=True, slots=True)
class Rooms:
    """The folders of one run of the benchmark."""

    work: Path
    """Everything is below it, on one disk, so that hard links work as on a user's machine."""

    @property
    def wheelhouse(self) -> Path:
        """All that pip may install while it is measured: the network is no part of the figures."""
        return self.work / "wheelhouse"

    @property
    def sdists(self) -> Path:
        """The projects as sdists."""
        return self.work / "sdists"

    def python(self, name: str) -> Path:
        """Interpreter of an environment."""
        return self.work / "venvs" / name / "bin" / "python"

    def sdist(self, project: str) -> Path:
        """The sdist of a project."""
        return self.sdists / f"{project}-1.0.0.tar.gz"

    def zig(self) -> Path:
        """The program of zigwheel's environment."""
        lib = self.python("zigwheel").parent.parent / "lib"
        return next(lib.glob("python3.*/site-packages/ziglang/zig"))


def furnish(rooms: Rooms, peers: Sequence[str], projects: Sequence[str], *, own: bool) -> None:
    """Make the environments of `peers`, and with `own` all that zigwheel's figures need."""
    zig = zig_requirement()
    say("preparing: wheels")
    wanted: list[str | Path] = [zig, PIP, *([CHECKOUT] if own else [])]
    for peer in peers:
        wanted += PINS[peer]
    pip = pip_of_its_own(rooms)
    run([pip, "-m", "pip", "wheel", "--quiet", "--wheel-dir", rooms.wheelhouse, *wanted])
    links: list[str | Path] = ["--no-index", "--find-links", rooms.wheelhouse]
    environments: dict[str, list[str]] = {peer: list(PINS[peer]) for peer in peers}
    if "zigcc-build" in environments:
        environments["zigcc-build"].append(zig)
    environments["zigwheel"] = [zig, *(["zigwheel"] if own else [])]
    for name, requirements in environments.items():
        say(f"preparing: {' '.join(requirements)}")
        folder = rooms.work / "venvs" / name
        run([sys.executable, "-m", "venv", "--without-pip", folder])
        install: list[str | Path] = [pip, "-m", "pip", "--python", rooms.python(name), "install"]
        run([*install, "--quiet", *links, *requirements])
    if own:
        for project in projects:
            make_sdist(rooms, project)
    warm_page_cache(rooms.work / "venvs")


def pip_of_its_own(rooms: Rooms) -> Path:
    """An environment with the pinned pip; some distributions ship `venv` without `ensurepip`."""
    python = rooms.python("pip")
    folder = rooms.work / "venvs" / "pip"
    made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True)
    if made.returncode:
        run([sys.executable, "-m", "venv", "--clear", "--without-pip", folder])
        run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "pip"])
    run([python, "-m", "pip", "install", "--quiet", "--upgrade", PIP])
    return python


def make_sdist(rooms: Rooms, project: str) -> None:
    """The sdist that pip is given, made by the backend itself."""
    source = rooms.work / "sources" / project
    lay_out(project, "zigwheel", source)
    rooms.sdists.mkdir(exist_ok=True)
    code = f"from zigwheel.build import build_sdist; build_sdist({str(rooms.sdists)!r})"
    run([rooms.python("zigwheel"), "-c", code], cwd=source)


def lay_out(project: str, layout: str, folder: Path) -> None:
    """The sources of a project and the files of one backend, in one new folder."""
    shutil.copytree(PROJECTS / project / "common", folder)
    shutil.copytree(PROJECTS / project / layout, folder, dirs_exist_ok=True)


def warm_page_cache(folder: Path) -> None:
    """Read every file once, so that no figure holds the disk's time."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if path.is_file():
                path.read_bytes()


def installed(python: Path) -> dict[str, str]:
    """Names and versions of the distributions in an environment."""
    code = (
        "from importlib.metadata import distributions as d;"
        "print(*sorted({f'{x.name}=={x.version}' for x in d()}), sep='\\n')"
    )
    pairs = (line.split("==") for line in run([python, "-c", code]).split())
    return {name.replace("_", "-").lower(): version for name, version in pairs}
