"""Find the headers of the target's Python on this machine.

The public headers of one minor version are the same on every platform but for `pyconfig.h`, and the
same with and without the GIL (CPython's `make inclinstall` copies them as they are).

They differ a little from release to release, and equal headers make equal wheels. So what was chosen
goes before what lies around: a named place, then a header pack in the environment that builds, which
holds the same bytes on every machine; then the running interpreter and other installed ones; at last
the packs of the cache, which are there because a build without any of these fetched them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from zigwheel.errors import HeadersError
from zigwheel.target.header_packs import (
    MANIFEST,
    REQUIREMENT,
    Packs,
    checked,
    kept_place,
    pack_place,
)
from zigwheel.target.installation import (
    HeaderSource,
    headers_of_prefixes,
    prefixes_of,
    read_headers,
)
from zigwheel.target.interpreters import (
    Place,
    Places,
    ask_interpreter,
    on_path,
    run_quietly,
    search,
)
from zigwheel.target.model import Host
from zigwheel.target.python import PythonTarget

NO_PACKS = Packs()


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """What came of looking for headers."""

    source: HeaderSource | None
    """The headers; None where there are none."""
    places: tuple[Place, ...]
    """What was looked at, up to where they were found."""


def find_headers(
    python: PythonTarget,
    *,
    limited_api_minimum: tuple[int, int] | None,
    given: str,
    host: Host,
    environ: Mapping[str, str],
    packs: Packs = NO_PACKS,
    places: Places | None = None,
) -> HeaderSource:
    """Find the headers of a Python of the same minor version.

    `given` is the option `python-headers`: an interpreter, its prefix or virtual environment, an
    include folder, an unpacked distribution (`usr/include/python3.X` below it), or a header pack.
    Without it these are searched: the installed pack, the running interpreter, PATH, pyenv, uv, the
    operating system's usual folders, the kept packs; at last, where headers are not where they
    usually are, interpreters are run (PATH, `uv python find`, the `py` launcher).

    For extensions of the stable ABI of `limited_api_minimum` and newer any Python from that version
    on will do: the same minor version if there is one, else the lowest.

    `places` are those of this host and environment, for who looks more than once.

    Raises HeadersError, which lists what was looked at, or names a pack that is damaged.
    """
    if given:
        return checked(_given(given, python, limited_api_minimum, host=host, environ=environ))
    found = look_for_headers(
        python,
        limited_api_minimum=limited_api_minimum,
        host=host,
        environ=environ,
        packs=packs,
        places=places,
    )
    if found.source is None:
        raise _nothing_found(python, limited_api_minimum, found.places, host=host)
    return found.source


def look_for_headers(
    python: PythonTarget,
    *,
    limited_api_minimum: tuple[int, int] | None,
    host: Host,
    environ: Mapping[str, str],
    packs: Packs = NO_PACKS,
    places: Places | None = None,
) -> Search:
    """As `find_headers` without `given`, but finding nothing is no error."""
    seen: list[Place] = []

    def search_of(source: HeaderSource | None) -> Search:
        if source and (places is None or source.include not in places.checked):
            checked(source)
            if places is not None:
                places.checked.add(source.include)
        return Search(source=source, places=tuple(seen))

    for place in all_places(host, environ, packs, places):
        seen.append(place)
        exact = [source for source in place.sources if source.serves(python)]
        if exact:
            return search_of(_best(exact, python))
    for place in _asked(python, seen, host=host, environ=environ):
        seen.append(place)
        if place.sources:
            return search_of(place.sources[0])
    found = [source for place in seen for source in place.sources]
    return search_of(_stable_abi_sources(found, limited_api_minimum))


def all_places(
    host: Host,
    environ: Mapping[str, str],
    packs: Packs,
    places: Places | None = None,
) -> Iterator[Place]:
    """All places that are read, in the order in which they are. Raises HeadersError for a bad pack."""
    if packs.installed:
        yield pack_place(packs.installed)
    yield from search(host, environ) if places is None else places
    if packs.kept:
        yield kept_place(packs.kept)


def _best(sources: Iterable[HeaderSource], python: PythonTarget) -> HeaderSource:
    """The first one, but rather the very kind of build that the target is."""
    return min(sources, key=lambda source: source.free_threaded != python.free_threaded)


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
    uv = on_path("uv", host.os, environ)
    if uv:
        answer = run_quietly([uv, "python", "find", "--no-python-downloads", str(python)], environ)
        if isinstance(answer, str) and os.path.isabs(answer):
            commands.append(("uv python find", [answer]))
    launcher = (
        on_path("py", host.os, environ) if host.os == "windows" and not python.is_pypy else ""
    )
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
                note="" if fits else source.title,
            )


def _given(
    given: str,
    python: PythonTarget,
    minimum: tuple[int, int] | None,
    *,
    host: Host,
    environ: Mapping[str, str],
) -> HeaderSource:
    place = "python-headers"
    wanted = _wanted(python, minimum)
    sources = sources_in(given, place=place, wanted=wanted, host=host, environ=environ)
    exact = [source for source in sources if source.serves(python)]
    chosen = _best(exact, python) if exact else _stable_abi_sources(sources, minimum)
    if chosen:
        return chosen
    found = ", ".join(dict.fromkeys(source.title for source in sources))
    raise HeadersError(
        f"{place} `{given}` holds the headers of {found}, not of {wanted}",
        hint=f"give those of {wanted}, or none: then they are searched for on this machine"
        f"{_other_pypy(sources, python)}",
    )


def _other_pypy(sources: Iterable[HeaderSource], python: PythonTarget) -> str:
    """How to build for the PyPy whose headers are there, if it is another of the same version."""
    kind = (python.implementation, python.version)
    abis = [s.pypy_abi for s in sources if python.is_pypy and (s.implementation, s.version) == kind]
    other = replace(python, pypy_abi=abis[0]) if abis else None
    return f"; or build for that PyPy, with `{other.abi}` for the option `python`" if other else ""


def sources_in(
    given: str,
    *,
    place: str,
    host: Host,
    environ: Mapping[str, str],
    wanted: str = "a Python",
) -> tuple[HeaderSource, ...]:
    """The headers in a place that a user names, at least one. Raises HeadersError.

    `place` is the option that errors name, and `wanted` what they ask for.
    """
    path = Path(given)
    if not path.exists():
        command = on_path(given, host.os, environ) if path.name == given else ""
        if not command:
            raise HeadersError(
                f"{place} `{given}` does not exist",
                hint="give an interpreter, its prefix, a folder with Python.h, "
                "or an unpacked distribution",
            )
        path = Path(command)
    sources, reason = _in_given(path, place, environ)
    if sources:
        return sources
    raise HeadersError(
        f"{place} `{given}`: {reason}",
        hint=f"give the headers of {wanted}: an interpreter with its headers installed, its "
        "prefix, a folder with Python.h, or an unpacked distribution",
    )


def _in_given(
    path: Path, origin: str, environ: Mapping[str, str]
) -> tuple[tuple[HeaderSource, ...], str]:
    """The headers that an option names, or the reason why there are none."""
    if (path / MANIFEST).is_file():
        return pack_place(path).sources, ""
    if path.is_dir():
        itself = read_headers(path, origin)
        if itself:
            return (itself,), ""
        # `prefixes_of` follows a virtual environment to the installation that it was made from.
        own = prefixes_of(path / "bin" / "python")
        prefixes = [path, path / "usr", path / "usr" / "local", *own]
    else:
        prefixes = list(prefixes_of(path))
    found = headers_of_prefixes(prefixes, origin)
    if found.sources:
        return found.sources, ""
    if path.is_dir():
        return (), "; ".join(["no Python.h", *found.notes])
    asked = ask_interpreter([str(path)], origin=origin, environ=environ)
    if isinstance(asked, str):
        return (), "; ".join([f"{path}: {asked}", *found.notes])
    return (asked,), ""


def _wanted(python: PythonTarget, minimum: tuple[int, int] | None) -> str:
    if python.is_pypy:
        return python.title
    return (
        f"Python {minimum[0]}.{minimum[1]} or newer" if minimum else f"Python {python.version_text}"
    )


def _nothing_found(
    python: PythonTarget,
    minimum: tuple[int, int] | None,
    places: tuple[Place, ...],
    *,
    host: Host,
) -> HeadersError:
    looked = "\n".join(f"  {place}" for place in places)
    return HeadersError(
        f"no headers of {_wanted(python, minimum)} were found on this machine; looked at\n{looked}",
        hint=f"{ways_to_headers(python, host)}, or alone with `pip install {REQUIREMENT}`, or say "
        "where they are with -C python-headers=PATH",
    )


def ways_to_headers(python: PythonTarget, host: Host) -> str:
    """How a Python with its headers can be got, as a sentence without its end."""
    commands = {
        "macos": f"brew install python@{python.version_text}",
        "windows": f"winget install Python.Python.{python.version_text}",
    }.get(host.os, f"apt-get install python{python.version_text}-dev")
    if python.is_pypy:
        commands = "apt-get install pypy3-dev"
    elif host.libc == "musl":
        commands = "apk add python3-dev"
    return (
        f"install them with `{commands}`, `uv python install {python}` or `pyenv install {python}`"
    )
