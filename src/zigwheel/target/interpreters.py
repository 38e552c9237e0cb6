"""Where on this machine the headers of a Python may be: which places there are, and what each holds.

Places are read, not run. Interpreters are asked only by `ask_interpreter`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from zigwheel.target.host import home_folder
from zigwheel.target.installation import (
    HeaderSource,
    headers_below,
    headers_of_prefixes,
    newest_first,
    prefixes_of,
    read_headers,
)
from zigwheel.target.model import Host

_INTERPRETER = r"(?:python|pypy)(?:3(?:\.(\d+)t?)?)?(?:\.exe)?"
_FOLDER_VERSION = r"3\.\d+"

_QUESTION = "import sysconfig; print(sysconfig.get_path('include'))"
_PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One place that was looked at."""

    origin: str
    """What kind of place, such as `PATH`."""
    where: str
    """Path of the interpreter or folder; empty where there is none."""
    sources: tuple[HeaderSource, ...] = ()
    """The headers there."""
    note: str = ""
    """What there is instead of headers."""
    interpreter: str = ""
    """An interpreter that could be asked, because its headers are not where they usually are."""

    def __str__(self) -> str:
        texts = [*(source.title for source in self.sources), self.note]
        place = f"{self.origin}, {self.where}" if self.where else self.origin
        return f"{place}: {', '.join(text for text in texts if text) or 'none'}"


def search(host: Host, environ: Mapping[str, str]) -> Iterator[Place]:
    """All places, the nearest first, each read when it is asked for."""
    yield _running(host)
    yield from _on_path(host, environ)
    yield _pyenv(environ)
    yield _uv(host, environ)
    yield from _usual_folders(host, environ)


class Places:
    """The places of `search`, each read once however often one looks through them."""

    def __init__(self, host: Host, environ: Mapping[str, str]) -> None:
        self._ahead = search(host, environ)
        self._read: list[Place] = []
        self.checked: set[Path] = set()
        """Include folders of packs whose hashes were found to be right."""
        self.digests: dict[Path, str] = {}
        """Of what is in include folders."""

    def __iter__(self) -> Iterator[Place]:
        for number in count():
            if number == len(self._read):
                place = next(self._ahead, None)
                if place is None:
                    return
                self._read.append(place)
            yield self._read[number]


def _running(host: Host) -> Place:
    origin = "this interpreter"
    own = read_headers(host.include, origin) if host.include else None
    if own:
        # On Windows the folder's name does not tell.
        own = replace(own, free_threaded=host.python.free_threaded)
    return Place(
        origin=origin,
        where=host.executable,
        sources=(own,) if own else (),
        note="" if own else "no Python.h",
    )


def _on_path(host: Host, environ: Mapping[str, str]) -> Iterator[Place]:
    # A shim of pyenv runs whichever version is selected; the versions are looked at by themselves.
    shims = pyenv_root(environ, "shims")
    seen: set[str | tuple[Path, ...]] = {os.path.realpath(shims)} if shims else set()
    for folder in path_folders(environ):
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        for name, version in interpreters_in(folder):
            path = os.path.join(folder, name)
            prefixes = prefixes_of(Path(path))
            if not version and prefixes in seen:
                continue
            seen.add(prefixes)
            found = headers_of_prefixes(prefixes, "PATH")
            # A prefix such as /usr may hold the headers of several versions.
            sources = tuple(s for s in found.sources if not version or s.version == version)
            yield Place(
                origin="PATH",
                where=path,
                sources=sources,
                note="; ".join([*([] if sources else ["no Python.h"]), *found.notes]),
                interpreter="" if sources else path,
            )


def interpreters_in(folder: str) -> list[tuple[str, tuple[int, int] | None]]:
    """File names of interpreters and the version that they name; those that name one come first."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    likely = (name for name in names if name.startswith(("python", "pypy")))
    matches = (re.fullmatch(_INTERPRETER, name, re.ASCII) for name in likely)
    found = [match for match in matches if match]
    versions = [(match[0], (3, int(match[1])) if match[1] else None) for match in found]
    return sorted(versions, key=lambda item: (item[1] is None, item[1] or (0, 0), item[0]))


def path_folders(environ: Mapping[str, str]) -> list[str]:
    """The folders of PATH, each once; relative ones are left out."""
    texts = environ.get("PATH", "").split(os.pathsep)
    return [text for text in dict.fromkeys(texts) if os.path.isabs(text)]


def on_path(name: str, system: str, environ: Mapping[str, str]) -> str:
    """Path of a command on a system such as `windows`; empty where there is none."""
    for folder in path_folders(environ):
        path = os.path.join(folder, f"{name}.exe" if system == "windows" else name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""


def pyenv_root(environ: Mapping[str, str], *below: str) -> Path | None:
    """Folder of pyenv, or one below it; None where no home folder is known."""
    root = environ.get("PYENV_ROOT", "") or environ.get("PYENV", "")
    home = home_folder(environ)
    if not root and not home:
        return None
    return Path(root or Path(home or "", ".pyenv"), *below)


def _pyenv(environ: Mapping[str, str]) -> Place:
    return _collection("pyenv", pyenv_root(environ, "versions"))


def _uv(host: Host, environ: Mapping[str, str]) -> Place:
    return _collection("uv", uv_folder(host, environ))


def uv_folder(host: Host, environ: Mapping[str, str]) -> Path | None:
    """Where uv keeps the Pythons that it has installed, as its documentation says."""
    own = environ.get("UV_PYTHON_INSTALL_DIR", "")
    if own:
        return Path(own)
    home = home_folder(environ)
    if host.os == "windows":
        data = environ.get("APPDATA", "")
        return Path(data, "uv", "data", "python") if data else None
    data = environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(data):
        data = str(home / ".local" / "share") if home else ""
    return Path(data, "uv", "python") if data else None


def _usual_folders(host: Host, environ: Mapping[str, str]) -> Iterator[Place]:
    import glob

    globs = list(host.prefix_globs)
    tools = environ.get("RUNNER_TOOL_CACHE", "")
    if tools:
        # The Pythons of GitHub's runners.
        globs.append(os.path.join(glob.escape(tools), "Python", "3.*", "*"))
    for pattern in globs:
        for prefix in sorted(glob.glob(pattern)):
            found = headers_below(Path(prefix), "usual folder")
            if found.sources or found.notes:
                yield Place(
                    origin="usual folder",
                    where=prefix,
                    sources=found.sources,
                    note="; ".join(found.notes),
                )


def _collection(origin: str, folder: Path | None) -> Place:
    """A folder that holds one installation in each of its folders."""
    if folder is None:
        return Place(origin=origin, where="", note="no home folder is known")
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        return Place(origin=origin, where=str(folder), note="not there")
    sources: list[HeaderSource] = []
    bare: list[str] = []
    notes: list[str] = []
    for name in names:
        found = headers_below(folder / name, origin)
        sources += found.sources
        notes += found.notes
        if not found.sources and re.search(_FOLDER_VERSION, name, re.ASCII):
            bare.append(name)
    note = "; ".join([*([f"{', '.join(bare)} without Python.h"] if bare else []), *notes])
    # Links such as uv's `cpython-3.13-...` beside `cpython-3.13.1-...` hold the same headers.
    unlinked = {Path(os.path.realpath(source.include)): source for source in reversed(sources)}
    return Place(
        origin=origin, where=str(folder), sources=newest_first(unlinked.values()), note=note
    )


def ask_interpreter(
    command: Sequence[str], *, origin: str, environ: Mapping[str, str]
) -> HeaderSource | str:
    """Run an interpreter to learn where its headers are; the reason where it does not say.

    `-I -S`: nothing of the user's or the environment's is imported.
    """
    answer = run_quietly([*command, "-I", "-S", "-c", _QUESTION], environ)
    if isinstance(answer, OSError):
        return f"does not run: {answer.strerror or answer}"
    source = read_headers(Path(answer), origin) if answer else None
    return source or ("no Python.h" if answer else "does not run")


def run_quietly(command: Sequence[str], environ: Mapping[str, str]) -> str | OSError:
    """What a command prints on its one line; empty where it fails or takes too long."""
    import subprocess

    try:
        done = subprocess.run(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    except OSError as error:
        return error
    text = done.stdout.decode("utf-8", errors="replace").strip()
    return text if done.returncode == 0 and "\n" not in text else ""
