"""Find the headers of the target's Python on this machine.

The public headers of one minor version are the same on every platform but for `pyconfig.h`, and the
same with and without the GIL (CPython's `make inclinstall` copies them as they are).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from zigwheel.errors import HeadersError
from zigwheel.target.interpreters import (
    HeaderSource,
    Place,
    ask_interpreter,
    headers_below,
    on_path,
    prefixes_of,
    read_headers,
    run_quietly,
    search,
)
from zigwheel.target.model import Host
from zigwheel.target.python import PythonTarget


def find_headers(
    python: PythonTarget,
    *,
    limited_api_minimum: tuple[int, int] | None,
    given: str,
    host: Host,
    environ: Mapping[str, str],
) -> HeaderSource:
    """Find the headers of a Python of the same minor version.

    `given` is the option `python-headers`: an interpreter, its prefix or virtual environment, an
    include folder, or an unpacked distribution (`usr/include/python3.X` below it). Without it these
    are searched: the running interpreter, PATH, pyenv, uv, the operating system's usual folders; at
    last, where they are not where they usually are, interpreters are run (PATH, `uv python find`,
    the `py` launcher).

    For extensions of the stable ABI of `limited_api_minimum` and newer any Python from that version
    on will do: the same minor version if there is one, else the lowest.

    Raises HeadersError, which lists what was looked at.
    """
    if given:
        return _given(given, python, limited_api_minimum, host=host, environ=environ)
    places: list[Place] = []
    for place in search(host, environ):
        places.append(place)
        exact = [source for source in place.sources if source.serves(python)]
        if exact:
            return _best(exact, python)
    for place in _asked(python, places, host=host, environ=environ):
        places.append(place)
        if place.sources:
            return place.sources[0]
    found = [source for place in places for source in place.sources]
    newer = _stable_abi_sources(found, limited_api_minimum)
    if newer:
        return newer
    raise _nothing_found(python, limited_api_minimum, places, host=host)


def _best(sources: Iterable[HeaderSource], python: PythonTarget) -> HeaderSource:
    """The first one, but rather the very kind of build that the target is."""
    return min(sources, key=lambda source: source.include.name != python.include_name)


def _stable_abi_sources(
    sources: Iterable[HeaderSource], minimum: tuple[int, int] | None
) -> HeaderSource | None:
    enough = [
        source
        for source in sources
        if minimum and source.version >= minimum and source.implementation == "cpython"
    ]
    return min(enough, key=lambda source: source.version, default=None)


def _asked(
    python: PythonTarget, places: list[Place], *, host: Host, environ: Mapping[str, str]
) -> Iterator[Place]:
    """Interpreters of the wanted version, run to learn where their headers are."""
    stem = "pypy" if python.is_pypy else "python"
    names = {f"{stem}{python.version_text}", f"{stem}{python.version_text}t"}
    commands = [
        ("PATH", [place.interpreter])
        for place in places
        if Path(place.interpreter).name.removesuffix(".exe") in names
    ]
    uv = on_path("uv", host, environ)
    if uv:
        answer = run_quietly([uv, "python", "find", "--no-python-downloads", str(python)], environ)
        if isinstance(answer, str) and os.path.isabs(answer):
            commands.append(("uv python find", [answer]))
    launcher = on_path("py", host, environ) if host.os == "windows" and not python.is_pypy else ""
    if launcher:
        commands.append(("py launcher", [launcher, f"-{python}"]))
    for origin, command in commands:
        source = ask_interpreter(command, origin=origin, environ=environ)
        where = " ".join(command)
        if isinstance(source, str):
            yield Place(origin=f"{origin}, run", where=where, note=source)
        else:
            fits = source.serves(python)
            yield Place(
                origin=f"{origin}, run",
                where=where,
                sources=(source,) if fits else (),
                note="" if fits else f"Python {source.release}",
            )


def _given(
    given: str,
    python: PythonTarget,
    minimum: tuple[int, int] | None,
    *,
    host: Host,
    environ: Mapping[str, str],
) -> HeaderSource:
    place = f"python-headers `{given}`"
    path = Path(given)
    if not path.exists():
        command = on_path(given, host, environ) if path.name == given else ""
        if not command:
            raise HeadersError(
                f"{place} does not exist",
                hint="give an interpreter, its prefix, a folder with Python.h, "
                "or an unpacked distribution",
            )
        path = Path(command)
    sources, reason = _in_given(path, environ)
    exact = [source for source in sources if source.serves(python)]
    chosen = _best(exact, python) if exact else _stable_abi_sources(sources, minimum)
    if chosen:
        return chosen
    wanted = _wanted(python, minimum)
    if not sources:
        raise HeadersError(
            f"{place}: {reason}",
            hint=f"give the headers of {wanted}: an interpreter with its headers installed, its "
            "prefix, a folder with Python.h, or an unpacked distribution",
        )
    found = ", ".join(dict.fromkeys(source.release for source in sources))
    raise HeadersError(
        f"{place} holds the headers of Python {found}, not of {wanted}",
        hint=f"give those of {wanted}, or none: then they are searched for on this machine",
    )


def _in_given(path: Path, environ: Mapping[str, str]) -> tuple[tuple[HeaderSource, ...], str]:
    """The headers that an option names, or the reason why there are none."""
    origin = "python-headers"
    if path.is_dir():
        itself = read_headers(path, origin)
        if itself:
            return (itself,), ""
        # `prefixes_of` follows a virtual environment to the installation that it was made from.
        own = prefixes_of(path / "bin" / "python")
        prefixes = [path, path / "usr", path / "usr" / "local", *own]
    else:
        prefixes = list(prefixes_of(path))
    sources = {s.include: s for prefix in prefixes for s in headers_below(prefix, origin)}
    if sources:
        return tuple(sources.values()), ""
    if path.is_dir():
        return (), "no Python.h"
    asked = ask_interpreter([str(path)], origin=origin, environ=environ)
    return ((), f"{path}: {asked}") if isinstance(asked, str) else ((asked,), "")


def _wanted(python: PythonTarget, minimum: tuple[int, int] | None) -> str:
    return (
        f"Python {minimum[0]}.{minimum[1]} or newer"
        if minimum
        else f"{'PyPy' if python.is_pypy else 'Python'} {python.version_text}"
    )


def _nothing_found(
    python: PythonTarget, minimum: tuple[int, int] | None, places: list[Place], *, host: Host
) -> HeadersError:
    looked = "\n".join(f"  {place}" for place in places)
    commands = {
        "macos": f"brew install python@{python.version_text}",
        "windows": f"winget install Python.Python.{python.version_text}",
    }.get(host.os, f"apt-get install python{python.version_text}-dev")
    if python.is_pypy:
        commands = "apt-get install pypy3-dev"
    elif host.libc == "musl":
        commands = "apk add python3-dev"
    return HeadersError(
        f"no headers of {_wanted(python, minimum)} were found on this machine; looked at\n{looked}",
        hint=f"install them with `uv python install {python}`, `{commands}` or "
        f"`pyenv install {python}`, or say where they are with -C python-headers=PATH",
    )
