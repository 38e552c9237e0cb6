"""What git tracks below a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

LINK = 0o120000
SUBMODULE = 0o160000

KEPT = ("GIT_EXEC_PATH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
"""Variables that say where git and its settings are. All other `GIT_*` are dropped: a hook, for one,
sets `GIT_DIR` and `GIT_INDEX_FILE` of its own repository, which need not be this one."""

KEPT_PREFIXES = ("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
"""Settings given by the environment, such as `safe.directory` in CI."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tracked:
    """The index below a folder."""

    modes: Mapping[str, int]
    """POSIX path relative to the folder → git's mode of the file; 0 if this git cannot tell."""
    bits: bool
    """The modes on disk count (`core.fileMode`)."""


class Unusable(Exception):
    """Git cannot say what it tracks; the message says why, and is empty where that is no surprise."""


def tracked(
    root: Path,
    *,
    environ: Mapping[str, str],
    warn: Callable[[str], None],
    program: str = "git",
    timeout: float = 60,
) -> Tracked | None:
    """What git tracks below `root`, or None if it tracks nothing there or cannot be asked.

    `environ` is the environment to run `program` in, `timeout` is in seconds. A repository that git
    refuses to read, a git that is missing beside a `.git`, and a submodule that is not checked out
    are passed to `warn`.
    """

    def run(*arguments: str) -> bytes:
        return output([program, *arguments], root, clean(environ), timeout)

    try:
        modes = listed(run)
        if not modes:
            return None
        for path in sorted(path for path, mode in modes.items() if mode == SUBMODULE):
            warn(f"submodule {path!r} is not checked out: `git submodule update --init` fetches it")
        return Tracked(modes=modes, bits=os.name == "posix" and file_mode(run))
    except Unusable as error:
        if str(error):
            warn(f"git was not asked which files belong to the project: {error}")
        return None


def listed(run: Callable[..., bytes]) -> dict[str, int]:
    """Path → mode of all tracked files, with those of submodules. Raises `Unusable`."""
    command = ("ls-files", "-z", "--cached", "--recurse-submodules")
    try:
        stage = run(*command, "--stage")
    except Unusable:
        # git before 2.36 lists submodules only without modes
        names = run(*command).split(b"\0")
        modes = staged(run("ls-files", "-z", "--cached", "--stage"))
        return {decoded(name): modes.get(decoded(name), 0) for name in names if name}
    return staged(stage)


def staged(listing: bytes) -> dict[str, int]:
    """Path → mode from `git ls-files -z --stage`: `MODE HASH STAGE<tab>PATH`."""
    records = (record.partition(b"\t") for record in listing.split(b"\0") if record)
    return {decoded(path): int(head.split(b" ")[0], 8) for head, _, path in records}


def decoded(path: bytes) -> str:
    """A path as in archives: UTF-8, whatever the locale says."""
    return path.decode("utf-8", "surrogateescape")


def file_mode(run: Callable[..., bytes]) -> bool:
    """`core.fileMode`: whether the execute bits of the disk are meant."""
    try:
        return (
            run("config", "--type=bool", "--default=true", "--get", "core.fileMode") != b"false\n"
        )
    except Unusable:
        return True


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would point git at another repository, and with English messages."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith("GIT_") or name in KEPT or name.startswith(KEPT_PREFIXES)
    }
    return {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def output(command: list[str], root: Path, environ: Mapping[str, str], timeout: float) -> bytes:
    """Standard output of a git command. Raises `Unusable`."""
    import subprocess

    try:
        # a repository's own fsmonitor would be a program of whoever made the repository
        command[1:1] = ["-c", "core.fsmonitor=false"]
        command[0] = found(command[0], environ)
        done = subprocess.run(
            command,
            cwd=root,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise Unusable("git is not installed" if has_repository(root) else "") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unusable(str(error)) from error
    if done.returncode == 0:
        return done.stdout
    words = done.stderr.decode("utf-8", "replace").strip()
    raise Unusable("" if "not a git repository" in words else words or f"exit {done.returncode}")


def found(program: str, environ: Mapping[str, str]) -> str:
    """The path of a program on PATH; Windows by itself would look into the project's folder first."""
    if os.name != "nt" or os.path.dirname(program):
        return program
    from zigwheel.target.interpreters import on_path

    path = on_path(program, "windows", environ)
    if not path:
        raise FileNotFoundError(program)
    return path


def has_repository(root: Path) -> bool:
    """Whether `root` or a folder above it holds `.git`."""
    return any((folder / ".git").exists() for folder in (root.resolve(), *root.resolve().parents))
