"""Where an installed distribution says that its headers are.

In this order: the `.pc` file behind an entry point of the group `pkg_config`, which needs no import;
a function such as `get_include()` of its module, which is run by the build's Python in a process of
its own; and the folders in which its RECORD lists headers.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from zigwheel.borrowed.model import Found
from zigwheel.config.requirements import Wanted
from zigwheel.errors import PlanError, StorageError

FUNCTIONS = ("get_include", "include_dir", "get_include_dir", "get_includes", "include_dirs")
"""Names under which packages tell their include folders: NumPy's, nanobind's, and others."""

ENDINGS = frozenset(
    ".h .hh .hpp .hxx .h++ .inc .inl .ipp .tpp .tcc .txx .def .c .cc .cpp .cxx .cuh .ixx".split()
)
"""Ends of the names of files that are included. In a folder of headers one without a dot is one, too."""

MOST_FILES = 50_000
"""No more files are looked at in the include folders of one distribution."""

LIMIT = 120
"""Seconds that a module may take to tell its folders."""

ASK = """
import importlib, json, os, sys
found = []
for name in sys.argv[2:]:
    try:
        module = importlib.import_module(name)
    except ImportError:
        continue
    for word in sys.argv[1].split():
        function = getattr(module, word, None)
        if callable(function):
            said = function()
            said = [said] if isinstance(said, (str, os.PathLike)) else list(said)
            found += [os.path.abspath(os.fspath(folder)) for folder in said]
            break
    if found:
        break
print("\\n" + json.dumps(found))
"""


def found(wanted: Wanted, *, python: str, environ: Mapping[str, str]) -> Found:
    """The headers of an installed distribution.

    Raises `PlanError` where it is not installed, is another version, or shows no headers, and
    `StorageError` where they cannot be read.
    """
    installed = installed_as(wanted)
    folders = folders_of_pc(installed) or folders_asked(installed, wanted, python, environ)
    files = merged(folders, wanted) if folders else recorded(installed)
    if not files:
        raise PlanError(
            f"`{wanted.place}`: {wanted.name} {installed.version} shows no folder of headers",
            hint="it needs an entry point in the group `pkg_config`, a function such as `get_include()`, "
            "or headers in its RECORD; `include-dirs` takes any folder of the project",
        )
    return Found(name=wanted.name, version=installed.version, files=files)


def installed_as(wanted: Wanted) -> Distribution:
    """The distribution, in a version that the requirement allows."""
    from packaging.requirements import Requirement

    try:
        installed = distribution(wanted.name)
    except PackageNotFoundError:
        raise PlanError(
            f"`{wanted.place}` names {wanted.text!r}, but {wanted.name} is not installed",
            hint=f"install it beside zigwheel (pip install {wanted.text!r}), or build with isolation",
        ) from None
    if not Requirement(wanted.text).specifier.contains(installed.version, prereleases=True):
        raise PlanError(
            f"`{wanted.place}` names {wanted.text!r}, but {wanted.name} {installed.version} is installed",
            hint=f"install another (pip install {wanted.text!r}); where `build-system.requires` names "
            "it, too, both have to allow one version",
        )
    return installed


def folders_of_pc(installed: Distribution) -> list[Path]:
    """Include folders of the `.pc` files in packages that the entry points `pkg_config` name."""
    found: dict[Path, None] = {}
    for point in installed.entry_points:
        if point.group == "pkg_config":
            package = Path(str(installed.locate_file(point.value.replace(".", "/"))))
            for file in sorted(package.glob("*.pc")):
                found.update(dict.fromkeys(include_flags(file)))
    return [folder for folder in found if folder.is_dir()]


def include_flags(file: Path) -> Iterator[Path]:
    """The folders behind `-I` in a `.pc` file (pkg-config's format), with its variables filled in."""
    text = file.read_text(encoding="utf-8", errors="replace")
    variables = {"pcfiledir": file.parent.as_posix()}
    for line in text.splitlines():
        if match := re.fullmatch(r"\s*(\w+)\s*=\s*(.*?)\s*", line):
            variables.setdefault(match[1], filled(match[2], variables))
        elif match := re.fullmatch(r"\s*[Cc][Ff]lags\s*:\s*(.*)", line):
            words = re.findall(r'-I\s*(?:"([^"]*)"|(\S+))', filled(match[1], variables))
            yield from (Path(os.path.normpath(quoted or plain)) for quoted, plain in words)


def filled(text: str, variables: Mapping[str, str]) -> str:
    """A value of a `.pc` file with the variables that stand before it."""
    return re.sub(r"\$\{(\w+)\}", lambda match: variables.get(match[1], ""), text)


def folders_asked(
    installed: Distribution, wanted: Wanted, python: str, environ: Mapping[str, str]
) -> list[Path]:
    """What the module's own function says. Raises `PlanError` where it fails."""
    import json
    import subprocess

    names = list(modules_of(installed, wanted.name))
    words = [python, "-c", ASK, " ".join(FUNCTIONS), *names]
    try:
        done = subprocess.run(
            words,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        said: list[str] = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else []
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
        raise PlanError(
            f"`{wanted.place}`: {wanted.name} could not be asked for its headers: {error}"
        ) from error
    if done.returncode != 0:
        raise PlanError(
            f"`{wanted.place}`: {wanted.name} failed when it was asked for its headers:\n"
            + done.stderr.strip()[-2000:]
        )
    return [Path(folder) for folder in dict.fromkeys(said) if os.path.isdir(folder)]


def modules_of(installed: Distribution, name: str) -> Iterator[str]:
    """The modules that may have such a function: that of the distribution's name first."""
    own = name.replace("-", "_")
    listed = (f.parts[0] for f in installed.files or () if f.name == "__init__.py")
    names = dict.fromkeys(top for top in (own, *listed) if re.fullmatch(r"[A-Za-z]\w*", top))
    yield from sorted(names, key=lambda top: (top.lower() != own, top))[:4]


def merged(folders: Iterable[Path], wanted: Wanted) -> dict[str, Path]:
    """All headers below several folders as one tree; the first folder that has a name wins."""
    files: dict[str, Path] = {}
    try:
        for folder in folders:
            for path in headers_below(folder):
                files.setdefault(path, folder / path)
                if len(files) > MOST_FILES:
                    raise PlanError(
                        f"`{wanted.place}`: {wanted.name} has more than {MOST_FILES} headers in "
                        f"{str(folder)!r}",
                        hint="it seems to name a folder of everything",
                    )
    except OSError as error:
        raise StorageError(f"the headers of {wanted.name} cannot be read: {error}") from error
    return files


def headers_below(folder: Path) -> Iterator[str]:
    """POSIX paths of the headers below a folder of headers; links to folders are not followed."""

    def failed(error: OSError) -> None:
        raise error

    for place, inner, names in os.walk(folder, onerror=failed):
        inner[:] = sorted(name for name in inner if not name.startswith((".", "__pycache__")))
        start = os.path.relpath(place, folder).replace(os.sep, "/")
        for name in sorted(names):
            if is_header(name):
                yield name if start == "." else f"{start}/{name}"


def is_header(name: str) -> bool:
    """Whether a file of an include folder is one that sources include."""
    ending = os.path.splitext(name)[1]
    return ending.lower() in ENDINGS or "." not in name


def recorded(installed: Distribution) -> dict[str, Path]:
    """Headers that the RECORD lists: below folders called `include`, else below the packages' parent."""
    listed = {
        posixpath.normpath(file.as_posix()): Path(str(file.locate()))
        for file in installed.files or ()
        if os.path.splitext(file.name)[1].lower() in ENDINGS
    }
    below = {include_path(path): file for path, file in sorted(listed.items())}
    below.pop("", None)
    files = below or {path: file for path, file in listed.items() if not path.startswith("..")}
    return {path: file for path, file in sorted(files.items()) if file.is_file()}


def include_path(path: str) -> str:
    """A header's path below its folder `include`; empty where it lies in none.

    An environment's own folder has one for each Python between: `include/site/python3.13/`.
    """
    match = re.search(r"(?:^|/)include/(?:site/)?(?:(?:python|pypy)\d[\w.]*/)?(.+)$", path)
    return match[1] if match else ""
