"""Run a command of Zig's, and make a message that loses nothing of what goes wrong."""

from __future__ import annotations

import re
import shlex
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.errors import CompileError
from zigwheel.plan.model import Artifact
from zigwheel.storage import put_file
from zigwheel.zig.command import Places, kept_name
from zigwheel.zig.hints import hint_for
from zigwheel.zig.response import fitting

if TYPE_CHECKING:
    import subprocess


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """How commands are run; a test passes another."""

    environ: Mapping[str, str]
    """The environment of the compiler."""
    say: Callable[[str], None]
    """Takes what the compiler said, and with `verbose` each command, for standard error."""
    verbose: bool = False
    """Print each command before it runs."""
    jobs: int = 1
    """Artifacts that are linked side by side; Zig compiles an artifact's sources side by side anyway."""
    limited: bool = False
    """Zig, too, is held to `jobs`: other builds run beside this one."""


LEAKS = (
    "CCC_OVERRIDE_OPTIONS",
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "OBJC_INCLUDE_PATH",
    "LIBRARY_PATH",
    "COMPILER_PATH",
    "GCC_EXEC_PREFIX",
    "SDKROOT",
    "MACOSX_DEPLOYMENT_TARGET",
)
"""Variables by which clang would see this machine's folders and wishes, beside Zig's own, `ZIG_*`.

What of them counts is said to it in other words.
"""


COMPILES = ("build-exe", "build-lib", "build-obj")
"""Commands of Zig's that otherwise take all processors."""


def without_leaks(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for the compiler."""
    return {
        name: value
        for name, value in environ.items()
        if name not in LEAKS and not name.startswith("ZIG_")
    }


def execute(
    words: Sequence[str],
    folder: Path,
    run: Run,
    stop: threading.Event | None = None,
    *,
    group: bool = False,
) -> tuple[int, str]:
    """Run a command in `folder`; its exit code and what it said on both streams.

    The command is killed where an exception ends the wait, such as the user's interrupt, and where
    `stop` is set: the interrupt reaches the main thread alone. With `group` all that it has started is
    killed along with it.
    """
    import subprocess

    if run.limited and words[1:2] and words[1] in COMPILES:
        words = [*words, f"-j{run.jobs}"]
    if run.verbose:
        run.say(repeatable([words], folder))
    with (
        fitting(words) as fit,
        subprocess.Popen(
            fit,
            cwd=folder,
            env=dict(run.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=group,
        ) as process,
    ):
        try:
            said = waited(process, stop)
        except BaseException:
            kill(process, group=group)
            raise
    return process.returncode, said.decode("utf-8", "replace").rstrip()


def kill(process: subprocess.Popen[bytes], *, group: bool) -> None:
    """End a process, and with `group` all that it has started."""
    if group:
        kill_group(process.pid)
    process.kill()


def kill_group(pid: int) -> None:
    """End a process that leads a group, and all of it."""
    if sys.platform == "win32":
        import subprocess

        subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True)
    else:
        import os
        import signal

        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def waited(process: subprocess.Popen[bytes], stop: threading.Event | None) -> bytes:
    """All that a process says until it ends. Raises `TimeoutExpired` once `stop` is set."""
    import subprocess

    while True:
        try:
            return process.communicate(timeout=0.2 if stop else None)[0]
        except subprocess.TimeoutExpired:
            if stop and stop.is_set():
                raise


LINKERS = re.compile(r"^(?:(ld\.lld|lld-link|zig ld)|ar) .*\n?", re.MULTILINE)
"""Command lines of the linkers and of the archiver inside of Zig, as `--verbose-link` prints them."""


def execute_link(
    words: Sequence[str], artifact: Artifact, places: Places, run: Run, stop: threading.Event
) -> tuple[int, str]:
    """Run a command as `execute` does, and note the command line of its linker beside the artifact."""
    if artifact.kind == "library":
        return execute(words, places.root, run, stop)
    code, said = execute([*words, "--verbose-link"], places.root, run, stop)
    lines = [line[0].rstrip("\n") for line in LINKERS.finditer(said) if line[1]]
    if lines:  # the earlier ones are of libraries that Zig has compiled for this one
        link_line_file(places, artifact).write_text(lines[-1], encoding="utf-8")
    return code, LINKERS.sub("", said).strip()


def link_line_file(places: Places, artifact: Artifact) -> Path:
    """Where the linker's command line stands."""
    return places.out / f"{artifact.kind}-{artifact.name}.link"


def kept(text: str, ending: str, places: Places) -> Path:
    """`text` as a file for the compiler; equal ones are one file, which outlives the build."""
    file = places.version_scripts / kept_name(text, ending)
    put_file(file, text.encode("utf-8", "surrogateescape"))
    return file


def failure(
    artifact: Artifact, commands: Sequence[Sequence[str]], said: str, code: int, places: Places
) -> CompileError:
    """The error for an artifact that could not be made: the compiler's words and how to repeat it."""
    what = said or f"the compiler ended with code {code} and said nothing"
    return CompileError(
        f"{artifact.kind} `{artifact.name}` could not be built:\n{what}\n"
        f"to repeat it:\n{repeatable(commands, places.root, out=places.out)}",
        hint=hint_for(said),
    )


def repeatable(commands: Sequence[Sequence[str]], folder: Path, *, out: Path | None = None) -> str:
    """A line that can be pasted into a shell, also after the build, which takes `out` away."""
    if sys.platform == "win32":
        import subprocess

        lines = [f"cd /d {subprocess.list2cmdline([str(folder)])}"]
        if out:
            quoted = subprocess.list2cmdline([str(out)])
            lines.append(f"(if not exist {quoted} mkdir {quoted})")
        return " && ".join([*lines, *(subprocess.list2cmdline(words) for words in commands)])
    lines = [f"cd {shlex.quote(str(folder))}"]
    lines += [f"mkdir -p {shlex.quote(str(out))}"] if out else []
    return " && ".join([*lines, *(shlex.join(words) for words in commands)])
