"""Where a dynamic version comes from: a file, an attribute, version control, or an sdist.

The package that is built is never imported. setuptools-scm runs in a process of its own, so that
the environment it sees is the one that is given, and nothing of it stays behind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from zigwheel.config.model import VersionSettings
from zigwheel.config.words import quote
from zigwheel.errors import MetadataError, StorageError

TABLE = "tool.zigwheel.version"

DEFAULT_PATTERN = (
    r"^(?:[A-Za-z_]\w*[ \t]*=[ \t]*)*"
    r"(?:__version__|version|VERSION)[ \t]*(?::[^=\n]*)?=[ \t]*"
    r"(?P<quote>[\"'])(?P<version>[^\"'\n]+)(?P=quote)"
)
"""`__version__ = "1.2"`, `version = '1.2'`, `VERSION: Final = "1.2"`, at the start of a line."""

VCS_FOLDERS = (".git", ".hg", ".jj", ".sl")

SCM_REQUIREMENT = "setuptools-scm>=8"

SCM_PROGRAM = """\
import sys
sys.path[:] = [entry for entry in sys.path if entry]
import json
name = sys.argv[1]
try:
    from setuptools_scm import Configuration, _get_version
except ModuleNotFoundError as error:
    answer = {"missing": error.name}
else:
    try:
        try:
            config = Configuration.from_file("pyproject.toml")
        except LookupError:
            config = Configuration.from_data("pyproject.toml", {"dist_name": name})
        version = _get_version(config, force_write_version_files=True)
        answer = {"version": version and str(version)}
    except OSError as error:
        answer = {"storage" if error.filename else "failed": str(error)}
    except Exception as error:
        answer = {"failed": f"{type(error).__name__}: {error}"}
print("\\n" + json.dumps(answer))
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundVersion:
    """A version that was found, and what was written on the way."""

    version: str
    """The version, normalised (PEP 440)."""
    written_files: tuple[str, ...] = ()
    """Version files of setuptools-scm, as sorted POSIX paths below the root."""


def canonical_name(name: str) -> str:
    """The normalised name of a distribution: lower case, with single hyphens (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def normalise_version(text: str, place: str) -> str:
    """The normalised form of a version (PEP 440).

    Raises:
        MetadataError: `text` is no version; the message begins with `place`.
    """
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(text.strip()))
    except InvalidVersion:
        raise MetadataError(
            f"`{place}`: {quote(text)} is not a version",
            hint="write a PEP 440 version, such as `1.2.0`, `1.2.0rc1` or `1.2.0.dev3`",
        ) from None


def project_path(root: Path, relative: str, key: str) -> Path:
    """The file or folder that the setting `key` names.

    The path as written may not leave the project, for an sdist holds nothing from outside it. A
    symbolic link on the way may.

    Raises:
        MetadataError: the path is absolute, or `..` leads out of the root.
    """
    depth = 0
    for part in PurePosixPath(relative.replace("\\", "/")).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            break
    if depth < 0 or PurePosixPath(relative).is_absolute() or PureWindowsPath(relative).anchor:
        raise MetadataError(
            f"`{key}` is {quote(relative)}, which leads out of the project",
            hint="write a path below the folder of pyproject.toml",
        )
    return root / relative


def find_version(
    root: Path,
    pyproject: Mapping[str, Any],
    settings: VersionSettings,
    *,
    environ: Mapping[str, str],
) -> FoundVersion:
    """Find the version as `[tool.zigwheel.version]` says.

    In an unpacked sdist the version of `scm` is that of its PKG-INFO: there is no history to read,
    and the version of a wheel has to be that of its sdist (PEP 643).

    Args:
        root: folder of `pyproject.toml`.
        pyproject: the whole `pyproject.toml`.
        settings: the table, as `load_config` has checked it.
        environ: environment of the process that runs setuptools-scm.

    Raises:
        MetadataError: no version can be found, or what is found is none.
        StorageError: a version file cannot be written.
    """
    if settings.path:
        return FoundVersion(version=_version_from_path(root, settings))
    if settings.attr:
        return FoundVersion(version=_version_from_attr(root, settings.attr))
    name = str(pyproject["project"].get("name", ""))
    version = sdist_version(root, name) or _version_from_scm(root, name, environ)
    return FoundVersion(version=version, written_files=_version_files(root, pyproject))


def sdist_version(root: Path, name: str) -> str:
    """The version in PKG-INFO if `root` is an unpacked sdist of the distribution `name`, else ''.

    A folder under version control is no unpacked sdist, whatever lies in it.
    """
    if any((root / folder).exists() for folder in VCS_FOLDERS):
        return ""
    try:
        text = (root / "PKG-INFO").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields: dict[str, str] = {}
    for line in text.split("\n\n", 1)[0].splitlines():
        key, colon, value = line.partition(":")
        if colon and not line[:1].isspace():
            fields.setdefault(key.strip().lower(), value.strip())
    if canonical_name(fields.get("name", "")) != canonical_name(name) or "version" not in fields:
        return ""
    return normalise_version(fields["version"], "PKG-INFO")


def _version_from_path(root: Path, settings: VersionSettings) -> str:
    path = project_path(root, settings.path, f"{TABLE}.path")
    text = read_source(path, settings.path, f"{TABLE}.path")
    pattern = re.compile(settings.pattern or DEFAULT_PATTERN, re.MULTILINE)
    match = pattern.search(text)
    group = "version" if "version" in pattern.groupindex else 1
    if match is None or not (match[group] or "").strip():
        raise MetadataError(
            f"`{settings.path}`: no version matches the pattern {quote(pattern.pattern)}"
            f"{_near_miss(text)}",
            hint=f"set `{TABLE}.pattern` to a regular expression with a group named `version`",
        )
    line = text.count("\n", 0, match.start(group)) + 1
    return normalise_version(match[group], f"{settings.path}:{line}")


def _version_from_attr(root: Path, attr: str) -> str:
    from zigwheel.config.attribute import static_attribute

    module, _, name = attr.rpartition(".")
    if not module or not all(part.isidentifier() for part in attr.split(".")):
        raise MetadataError(
            f"`{TABLE}.attr` is {quote(attr)}, not a module and an attribute",
            hint='write for example `attr = "package.__version__"`',
        )
    stem = module.replace(".", "/")
    tried = [f"{base}{stem}{end}" for base in ("src/", "") for end in ("/__init__.py", ".py")]
    for shown in tried:
        if (root / shown).is_file():
            source = read_source(root / shown, shown, f"{TABLE}.attr")
            return normalise_version(static_attribute(source, name, shown), f"{shown}: {name}")
    raise MetadataError(
        f"`{TABLE}.attr` is {quote(attr)}, and there is none of"
        f" {', '.join(f'`{shown}`' for shown in tried)}",
        hint="name the module below `src` or the root that assigns the version",
    )


def read_source(path: Path, shown: str, key: str) -> str:
    """The text of a file in UTF-8, with `\\n` line ends.

    Raises:
        MetadataError: the file is missing, unreadable, or not UTF-8; `key` is the setting that
            names it and `shown` the path as it is written there.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise MetadataError(
            f"`{key}`: there is no file `{shown}`",
            hint="the path is relative to the folder of pyproject.toml",
        ) from None
    except OSError as error:
        raise MetadataError(f"`{key}`: `{shown}` cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise MetadataError(
            f"`{key}`: `{shown}` is not UTF-8 (byte {error.start})", hint="save the file as UTF-8"
        ) from error


def _near_miss(text: str) -> str:
    """The first line that speaks of a version, for the error."""
    for number, line in enumerate(text.splitlines(), 1):
        if "version" in line.lower():
            return f"; line {number} is {quote(line.strip())}"
    return ""


def _version_from_scm(root: Path, name: str, environ: Mapping[str, str]) -> str:
    import json
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SCM_PROGRAM, name],
        cwd=root,
        env={**environ, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode or not done.stdout.strip():
        raise MetadataError(f"`{TABLE}.scm`: setuptools-scm ended with {done.stderr.strip()}")
    if done.stderr.strip():
        print(done.stderr.strip(), file=sys.stderr)
    answer = json.loads(done.stdout.splitlines()[-1])
    if "missing" in answer:
        raise MetadataError(
            f"`{TABLE}.scm`: there is no module `{answer['missing']}`",
            hint='add `"setuptools-scm>=8"` to `build-system.requires`, or install it',
        )
    if "storage" in answer:
        raise StorageError(
            f"`{TABLE}.scm`: setuptools-scm could not write its version file: {answer['storage']}",
            hint="make the folder writable, or take `version_file` out of `[tool.setuptools_scm]`",
        )
    if not answer.get("version"):
        variable = canonical_name(name).replace("-", "_").upper()
        reason = f": {answer['failed']}" if answer.get("failed") else ""
        raise MetadataError(
            f"`{TABLE}.scm`: setuptools-scm found no version{reason}",
            hint="build in a checkout with its tags (`git fetch --tags --unshallow`) or from an"
            f" sdist, or set `SETUPTOOLS_SCM_PRETEND_VERSION_FOR_{variable}`",
        )
    return normalise_version(answer["version"], f"{TABLE}.scm")


def _version_files(root: Path, pyproject: Mapping[str, Any]) -> tuple[str, ...]:
    """The version files of setuptools-scm that exist below the root."""
    tool = pyproject.get("tool", {})
    table = tool.get("vcs-versioning", tool.get("setuptools_scm", {}))
    base = root.resolve()
    # `write_to` counts from the root of the checkout, `version_file` from pyproject.toml.
    places = ((base / str(table.get("root", ".")), "write_to"), (base, "version_file"))
    found = set()
    for folder, key in places:
        if written := table.get(key):
            path = (folder / str(written)).resolve()
            if path.is_file() and path.is_relative_to(base):
                found.add(path.relative_to(base).as_posix())
    return tuple(sorted(found))
