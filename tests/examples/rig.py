"""What the tests of the examples share: the examples, an environment, and the commands of users."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import zigwheel
from tests.foreign.packages import installed_for, loading_cxx
from tests.foreign.python import ForeignPython

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "examples"
EXAMPLES = tuple(sorted(file.parent.name for file in FOLDER.glob("*/pyproject.toml")))
COMPILED = tuple(name for name in EXAMPLES if name not in ("puretree", "libcalls"))
"""Those with something to compile."""
EXTENSIONS = tuple(name for name in COMPILED if name != "shout")
"""Those with extension modules."""
NEEDS = {"packbits": "cffi", "libcalls": "cffi", "rollmean": "numpy"}
"""What an example needs of PyPI when it runs."""


def run(
    words: Sequence[str | Path],
    environ: Mapping[str, str],
    *,
    cwd: Path | None = None,
    umask: int = -1,
) -> str:
    """Run a command; its standard output. A failure fails the test with all that was said."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=dict(environ),
        umask=umask,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def base_environ(cache: Path) -> dict[str, str]:
    """The environment of every build: nothing of this test run's own Python, zigwheel's cache shared."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "ZIGWHEEL_"))}
    named = {"ZIGWHEEL_ZIG": os.environ["ZIGWHEEL_ZIG"]} if "ZIGWHEEL_ZIG" in os.environ else {}
    own = {"ZIGWHEEL_CACHE_DIR": str(cache), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    # what is compared is two builds, not a build and the memory of it
    return {**kept, **named, **own, "ZIGWHEEL_REUSE": "false"}


def in_place(environ: Mapping[str, str], **more: str) -> dict[str, str]:
    """The environment of builds without isolation, which find this very zigwheel."""
    source = str(Path(zigwheel.__file__).parent.parent)
    path = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH", "")]))
    return {**environ, "PYTHONPATH": path, **more}


def build(
    project: Path,
    out: Path,
    environ: Mapping[str, str],
    *,
    sdist: bool = False,
    settings: Sequence[str] = (),
    umask: int = -1,
) -> Path:
    """`python -m build` without isolation; the one file that it leaves in `out`."""
    words: list[str | Path] = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--skip-dependency-check",
    ]
    words += ["--sdist" if sdist else "--wheel", "--outdir", out, project]
    words += [f"-C{setting}" for setting in settings]
    run(words, environ, cwd=project, umask=umask)
    (made,) = out.iterdir()
    return made


def copied(name: str, folder: Path) -> Path:
    """A copy of an example, without what is no part of it."""
    ignored = shutil.ignore_patterns("__pycache__", "build", "dist")
    return Path(shutil.copytree(FOLDER / name, folder, ignore=ignored))


def own_tests(name: str) -> Path:
    """The example's own tests, a program that needs nothing but the standard library."""
    return FOLDER / name / "tests" / f"test_{name}.py"


def unpacked(wheel: Path, folder: Path) -> Path:
    """A wheel's files where `pip install --target` puts them."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    for script in folder.glob("*.data/scripts/*"):
        (folder / "bin").mkdir(exist_ok=True)
        script.rename(folder / "bin" / script.name).chmod(0o755)
    return folder


def tried(python: ForeignPython, name: str, wheel: Path, folder: Path) -> int:
    """How many of an example's own tests pass under another machine's interpreter, where all have to."""
    beside = [installed_for(python, NEEDS[name])] if name in NEEDS else []
    found = [unpacked(wheel, folder), *beside]
    environ = loading_cxx(python) if NEEDS.get(name) == "numpy" else {}
    done = python.run([own_tests(name)], pythonpath=found, cwd=folder, environ=environ)
    assert done.returncode == 0, done.stderr
    return number_of_tests(done.stderr.replace("\r", ""))


def number_of_tests(said: str) -> int:
    """How many tests unittest says that it ran, none of which failed."""
    ran = re.search(r"Ran (\d+) tests? in .*\n\nOK$", said.strip())
    assert ran, said
    return int(ran[1])
