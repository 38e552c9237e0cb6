"""What all steps share: the folder and the environment of a run, and commands that may fail."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.corpus.record import Package
from tests.examples.rig import ROOT, base_environ, build, in_place
from tests.foreign.cache import cache_root, made_once

SUFFIX = str(sysconfig.get_config_var("EXT_SUFFIX"))
"""End of an extension module's file name, for this Python on this machine."""


class Failed(Exception):
    """A step went wrong: in short, which is kept, and all that was said."""

    def __init__(self, short: str, text: str = "") -> None:
        super().__init__(short)
        self.text = text


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """What the steps of all packages share."""

    folder: Path
    """For everything that is made; a package has a folder of its name there."""
    environ: Mapping[str, str]
    """The environment of builds; pip is shown zigwheel's own wheel, built from this checkout."""

    def room(self, package: Package) -> Path:
        """The folder of a package."""
        return self.folder / package.name


def open_workshop(folder: Path, wheels: Path) -> Workshop:
    """A workshop in `folder`; zigwheel's own wheel is built into `wheels`, if it is not there."""
    environ = base_environ(cache_root() / "zigwheel")
    made_once(wheels, lambda fresh: build(ROOT, fresh, in_place(environ)))
    links = f"{wheels} {environ.get('PIP_FIND_LINKS', '')}".strip()
    return Workshop(folder=folder, environ={**environ, "PIP_FIND_LINKS": links})


def said(
    step: str,
    words: Sequence[str | Path],
    environ: Mapping[str, str],
    *,
    cwd: Path | None = None,
    seconds: float = 1800,
) -> str:
    """What a command prints. Raises `Failed` with the name of the step if it fails."""
    done = outcome(words, environ, cwd=cwd, seconds=seconds)
    if done.returncode:
        raise Failed(f"{step} fails", f"{' '.join(map(str, words))}\n{done.stdout}")
    return done.stdout


def outcome(
    words: Sequence[str | Path], environ: Mapping[str, str], *, cwd: Path | None, seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a command that may fail. Raises `Failed` if it does not end in time."""
    return in_time(
        lambda: subprocess.run(
            [str(word) for word in words],
            cwd=cwd,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
        )
    )


def in_time(
    run: Callable[[], subprocess.CompletedProcess[str]],
) -> subprocess.CompletedProcess[str]:
    """What `run` returns. Raises `Failed` where it gave up waiting."""
    try:
        return run()
    except subprocess.TimeoutExpired as error:
        raise Failed(
            f"no end after {error.timeout:.0f} seconds", str(error.output or "")
        ) from error


def pip(*words: str | Path) -> list[str | Path]:
    """A command line of the pip at hand."""
    return [sys.executable, "-m", "pip", *words]
