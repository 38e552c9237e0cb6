"""An interpreter that runs on this machine although it was not made for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class Unavailable(Exception):
    """An interpreter cannot be had on this machine; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignPython:
    """One interpreter with the folder that it lives in, and how it is started here."""

    name: str
    """As selectors write it, such as `cp313-manylinux_aarch64`: the Python, then the platform."""
    root: Path
    """Folder with all of its files, which nothing outside of it refers to."""
    python: Path
    """The interpreter's program; `prefix` runs it."""
    prefix: tuple[str, ...] = ()
    """Words before the program: the emulator or the loader, with its options."""
    include: Path | None = None
    """Folder that holds its `Python.h`; None where its distribution has none, as on Windows."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """What the program needs in its environment, and `run` adds."""
    before: tuple[str, ...] = ()
    """A command that is run before it: starts what has to be there while it runs."""

    @property
    def tag(self) -> str:
        """The Python, as zigwheel's option `python` takes it, such as `cp313t`."""
        return self.name.partition("-")[0]

    @property
    def target(self) -> str:
        """The platform, as zigwheel's option `target` takes it, such as `manylinux_aarch64`."""
        return self.name.partition("-")[2]

    @property
    def is_windows(self) -> bool:
        """It sees this machine's files as drive `Z:`."""
        return self.target.startswith("win")

    def release(self) -> str:
        """Its `sys.version` in one line, which it was asked for once. Raises `Unavailable`."""
        kept = self.root / "release.txt"
        if not kept.is_file():
            done = self.run(["-c", "import sys; print(' '.join(sys.version.split()))"])
            if done.returncode or not done.stdout.strip():
                raise Unavailable(f"{self.name} does not start: {done.stderr.strip()[-2000:]}")
            fresh = kept.with_suffix(f".{os.getpid()}")
            fresh.write_text(done.stdout)
            fresh.replace(kept)
        return kept.read_text().strip()

    def path(self, path: Path) -> str:
        """A path as the interpreter writes it."""
        return "Z:" + str(path.absolute()).replace("/", "\\") if self.is_windows else str(path)

    def command(self, args: Sequence[str | Path]) -> list[str]:
        """The command line that runs the interpreter; paths among `args` are told in its way."""
        words = (self.path(word) if isinstance(word, Path) else word for word in args)
        return [*self.prefix, str(self.python), *words]

    def run(
        self,
        args: Sequence[str | Path],
        *,
        pythonpath: Sequence[Path] = (),
        cwd: Path | None = None,
        environ: Mapping[str, str] | None = None,
        timeout: float = 600,
    ) -> subprocess.CompletedProcess[str]:
        """Run it, with nothing of this machine's Python in its environment; never raises for its exit code.

        `environ` is added to the environment. Raises `subprocess.TimeoutExpired`.
        """
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LD_"))}
        separator = ";" if self.is_windows else ":"
        own = {"PYTHONPATH": separator.join(map(self.path, pythonpath)), "LC_ALL": "C.UTF-8"}
        whole = {**kept, **own, **self.environ, **(environ or {})}
        if self.before:
            quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            subprocess.run(self.before, env=whole, **quiet)
        return subprocess.run(
            self.command(args),
            cwd=cwd,
            env=whole,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
        )
