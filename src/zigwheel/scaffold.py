"""The files of a new project and of its CI, from `templates/projects/` and `templates/ci/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from zigwheel.errors import ConfigError

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {"c": "c", "c++": "cxx", "cython": "cython", "zig": "zig"}
)
"""What a project can be written in, with the folder of its template."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A service that runs a workflow."""

    template: str
    """Its text below `templates/`."""
    path: str
    """Where it looks for it, below the repository's top level."""


SERVICES: Mapping[str, Service] = MappingProxyType(
    {
        "github": Service(template="ci/github.yml", path=".github/workflows/wheels.yml"),
        "gitlab": Service(template="ci/gitlab.yml", path=".gitlab-ci.yml"),
    }
)
"""The services that there is a workflow for."""


def module_of(name: str) -> str:
    """The module that a new project of this name is imported as. Raises `ConfigError`.

    Names are those that PyPI takes: of the form that the core metadata allow, and none of a module of
    the standard library, nor of a requirements file that somebody forgot `-r` for.
    """
    import keyword
    import sys

    if not re.fullmatch(r"[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]", name):
        raise ConfigError(
            f"{name!r} is no name of a distribution",
            hint="letters, digits, `.`, `_` and `-` make one, and it begins and ends with a letter or "
            "digit; give another with --name",
        )
    module = re.sub(r"[-_.]+", "_", name).lower()
    taken = {word.lower() for word in sys.stdlib_module_names} | {"requirements_txt"}
    if module in taken:
        raise ConfigError(
            f"{name!r} is taken by Python itself, and PyPI refuses it",
            hint="give another with --name",
        )
    if not module.isidentifier() or keyword.iskeyword(module):
        raise ConfigError(
            f"{name!r} makes the module `{module}`, which Python cannot import",
            hint="give a name that begins with a letter and is no word of the language with --name",
        )
    return module


def project_files(name: str, language: str) -> dict[str, bytes]:
    """The files of a new project by their POSIX paths. Raises `ConfigError`."""
    from zigwheel.templates import fill, folder

    module = module_of(name)
    files: dict[str, bytes] = {}
    for part in ("common", LANGUAGES[language]):
        top = folder() / "projects" / part
        for file in sorted(file for file in top.rglob("*") if file.is_file()):
            text = fill(file.read_text(encoding="utf-8"), name=name, module=module)
            path = path_of(file.relative_to(top), module)
            # pyproject.toml begins in `common`, and goes on in the language's own folder
            files[path] = files.get(path, b"") + text.encode()
    return files


def path_of(template: Path, module: str) -> str:
    """Where a file of a template goes: `package` is the module's, and no name begins with a dot."""
    words = [module if word == "package" else word for word in template.parts]
    return "/".join(".gitignore" if word == "gitignore" else word for word in words)


def workflow(service: str, directory: str, requires_python: str = "") -> str:
    """The workflow of a project in a directory of the repository, such as `.`, for some Pythons."""
    import json

    from zigwheel import __version__
    from zigwheel.templates import fill, template
    from zigwheel.zig.toolchain import ZIG_VERSION

    return fill(
        template(SERVICES[service].template),
        version=__version__,
        zig=ZIG_VERSION,
        # a string of JSON is one of YAML, whatever is in it
        directory=json.dumps(directory, ensure_ascii=False),
        pythons=" ".join(pythons(requires_python)),
    )


def pythons(requires_python: str) -> list[str]:
    """The CPythons that a project is for, in uv's words: those with the GIL first."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    from zigwheel.target.python import NEWEST, OLDEST, OLDEST_FREE_THREADED

    try:
        wanted = SpecifierSet(requires_python)
    except InvalidSpecifier as error:
        raise ConfigError(f"`project.requires-python` is {requires_python!r}: {error}") from error
    minors = [
        minor
        for minor in range(OLDEST[1], NEWEST[1] + 1)
        # a release that no patch of one asks for: `>=3.10.2` is a 3.10 all the same
        if wanted.contains(f"3.{minor}.99")
    ]
    threaded = [minor for minor in minors if (3, minor) >= OLDEST_FREE_THREADED]
    return [f"3.{minor}" for minor in minors] + [f"3.{minor}t" for minor in threaded]
