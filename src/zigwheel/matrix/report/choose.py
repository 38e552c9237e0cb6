"""Which watcher shows a run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from zigwheel.matrix.events import Watcher


def watcher_for(
    stream: TextIO,
    environ: Mapping[str, str],
    *,
    quiet: bool,
    verbose: bool,
    project: Path | None = None,
) -> Watcher:
    """The watcher for a stream and what the environment says of its reader.

    `project` is the folder that compilers' messages name files of, for annotations.
    """
    terminal = stream.isatty() and environ.get("TERM") != "dumb"
    colour = colours(terminal, environ)
    if environ.get("GITHUB_ACTIONS") == "true":
        from zigwheel.matrix.report.actions import GitHub

        return GitHub(
            stream, environ=environ, project=project, quiet=quiet, verbose=verbose, colour=colour
        )
    if environ.get("GITLAB_CI"):
        from zigwheel.matrix.report.gitlab import GitLab

        return GitLab(stream, quiet=quiet, verbose=verbose, colour=colour)
    if terminal and not quiet and find_spec("rich"):
        from zigwheel.matrix.report.live import Live

        return Live(stream, verbose=verbose, colour=colour)
    from zigwheel.matrix.report.plain import Plain

    return Plain(stream, quiet=quiet, verbose=verbose, colour=colour)


def colours(terminal: bool, environ: Mapping[str, str]) -> bool:
    """Whether to colour. Source: no-color.org, force-color.org; the one that forbids wins."""
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR", "")
    return terminal if not forced else forced not in ("0", "false")
