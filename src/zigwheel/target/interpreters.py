"""Where on this machine the headers of a Python may be: which places there are, and what each holds.

Places are read, not run: a prefix has its headers in `include/python3.X`, and `patchlevel.h` tells
their version. Interpreters are asked only by `ask_interpreter`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zigwheel.target.host import home_folder
from zigwheel.target.model import Host
from zigwheel.target.python import Implementation, PythonTarget

_NUMBER = re.compile(r"^#\s*define\s+PY_(MAJOR|MINOR)_VERSION\s+(\d+)", re.MULTILINE | re.ASCII)
_RELEASE = re.compile(r'^#\s*define\s+PY_VERSION\s+"([^"]*)"', re.MULTILINE)
_INTERPRETER = r"(?:python|pypy)(?:3(?:\.(\d+)t?)?)?(?:\.exe)?"
_FOLDER_VERSION = r"3\.\d+"

_QUESTION = "import sysconfig; print(sysconfig.get_path('include'))"
_PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderSource:
    """The headers of one Python."""

    include: Path
    """Folder that holds `Python.h`."""
    version: tuple[int, int]
    """Major and minor version, from `patchlevel.h`."""
    release: str
    """Full version, such as `3.13.0`, from `patchlevel.h`."""
    origin: str
    """How it was found, such as `pyenv`."""
    implementation: Implementation = "cpython"
    """Whose headers they are."""

    def serves(self, python: PythonTarget) -> bool:
        """Whether these are the headers of `python`."""
        return (self.implementation, self.version) == (python.implementation, python.version)


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
        found = ", ".join(source.release for source in self.sources)
        texts = [f"Python {found}" if found else "", self.note]
        place = f"{self.origin}, {self.where}" if self.where else self.origin
        return f"{place}: {', '.join(text for text in texts if text) or 'none'}"


def read_headers(include: Path, origin: str) -> HeaderSource | None:
    """The headers in a folder; None where it has no `Python.h`."""
    try:
        with open(include / "patchlevel.h", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return None
    numbers = dict(_NUMBER.findall(text))
    release = _RELEASE.search(text)
    if len(numbers) < 2 or not release:
        return None
    if not (include / "Python.h").is_file():
        return None
    version = (int(numbers["MAJOR"]), int(numbers["MINOR"]))
    return HeaderSource(
        include=include,
        version=version,
        release=release[1],
        origin=origin,
        implementation="pypy" if "PYPY_VERSION" in text else "cpython",
    )


def headers_below(prefix: Path, origin: str) -> tuple[HeaderSource, ...]:
    """The headers of an installation, the newest first: in `include/python3.X`, or `include` itself.

    PyPy's are in `include/pypy3.X`.
    """
    folders = [prefix / "include"]
    try:
        with os.scandir(prefix / "include") as entries:
            names = sorted(entry.name for entry in entries if entry.name.startswith(("python3.", "pypy3.")))
    except OSError:
        names = []
        # On Windows the two are one; in an unpacked copy of its files they may not be.
        folders.append(prefix / "Include")
    folders += [prefix / "include" / name for name in names]
    found = [read_headers(folder, origin) for folder in folders]
    return _newest_first(source for source in found if source)


def _newest_first(sources: Iterable[HeaderSource]) -> tuple[HeaderSource, ...]:
    return tuple(sorted(sources, key=lambda source: _order(source.release), reverse=True))


def _order(release: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", release)]


def prefixes_of(interpreter: Path) -> tuple[Path, ...]:
    """The prefixes that an interpreter may belong to: its own, its link's, its virtual environment's."""
    resolved = Path(os.path.realpath(interpreter))
    prefixes: list[Path] = []
    for path in (interpreter, resolved):
        folder = path.parent
        prefix = folder.parent if folder.name.lower() in {"bin", "scripts"} else folder
        try:
            text = (prefix / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        home = re.search(r"(?m)^home\s*=\s*(.+?)\s*$", text)
        if home:
            base = Path(home[1])
            prefixes.append(base.parent if base.name == "bin" else base)
        prefixes.append(prefix)
    return tuple(dict.fromkeys(prefixes))


def search(host: Host, environ: Mapping[str, str]) -> Iterator[Place]:
    """All places, the nearest first, each read when it is asked for."""
    yield _running(host)
    yield from _on_path(host, environ)
    yield _pyenv(environ)
    yield _uv(host, environ)
    yield from _usual_folders(host, environ)


def _running(host: Host) -> Place:
    origin = "this interpreter"
    own = read_headers(host.include, origin) if host.include else None
    return Place(
        origin=origin,
        where=host.executable,
        sources=(own,) if own else (),
        note="" if own else "no Python.h",
    )


def _on_path(host: Host, environ: Mapping[str, str]) -> Iterator[Place]:
    # A shim of pyenv runs whichever version is selected; the versions are looked at by themselves.
    shims = _pyenv_root(environ, "shims")
    seen: set[str | tuple[Path, ...]] = {os.path.realpath(shims)} if shims else set()
    for folder in _path_folders(environ):
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        for name, version in _interpreters_in(folder):
            path = os.path.join(folder, name)
            prefixes = prefixes_of(Path(path))
            if not version and prefixes in seen:
                continue
            seen.add(prefixes)
            found = {s.include: s for prefix in prefixes for s in headers_below(prefix, "PATH")}
            # A prefix such as /usr may hold the headers of several versions.
            sources = tuple(s for s in found.values() if not version or s.version == version)
            yield Place(
                origin="PATH",
                where=path,
                sources=sources,
                note="" if sources else "no Python.h",
                interpreter="" if sources else path,
            )


def _interpreters_in(folder: str) -> list[tuple[str, tuple[int, int] | None]]:
    """File names of interpreters and the version that they name; those that name one come first."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    matches = (re.fullmatch(_INTERPRETER, name, re.ASCII) for name in names)
    found = [match for match in matches if match]
    versions = [(match[0], (3, int(match[1])) if match[1] else None) for match in found]
    return sorted(versions, key=lambda item: (item[1] is None, item[1] or (0, 0), item[0]))


def _path_folders(environ: Mapping[str, str]) -> list[str]:
    texts = environ.get("PATH", "").split(os.pathsep)
    return [text for text in dict.fromkeys(texts) if os.path.isabs(text)]


def on_path(name: str, host: Host, environ: Mapping[str, str]) -> str:
    """Path of a command; empty where there is none."""
    for folder in _path_folders(environ):
        path = os.path.join(folder, f"{name}.exe" if host.os == "windows" else name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""


def _pyenv_root(environ: Mapping[str, str], *below: str) -> Path | None:
    root = environ.get("PYENV_ROOT", "") or environ.get("PYENV", "")
    home = home_folder(environ)
    if not root and not home:
        return None
    return Path(root or Path(home or "", ".pyenv"), *below)


def _pyenv(environ: Mapping[str, str]) -> Place:
    return _collection("pyenv", _pyenv_root(environ, "versions"))


def _uv(host: Host, environ: Mapping[str, str]) -> Place:
    return _collection("uv", _uv_folder(host, environ))


def _uv_folder(host: Host, environ: Mapping[str, str]) -> Path | None:
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
            sources = headers_below(Path(prefix), "usual folder")
            if sources:
                yield Place(origin="usual folder", where=prefix, sources=sources)


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
    for name in names:
        found = headers_below(folder / name, origin)
        sources += found
        if not found and re.search(_FOLDER_VERSION, name, re.ASCII):
            bare.append(name)
    note = f"{', '.join(bare)} without Python.h" if bare else ""
    # Links such as uv's `cpython-3.13-...` beside `cpython-3.13.1-...` hold the same headers.
    unlinked = {Path(os.path.realpath(source.include)): source for source in reversed(sources)}
    return Place(
        origin=origin, where=str(folder), sources=_newest_first(unlinked.values()), note=note
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
