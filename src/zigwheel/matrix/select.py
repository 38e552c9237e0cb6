"""Which wheels are built: what config, command line and `requires-python` say of every identifier.

Nothing is built and no file is read here, but what reading the project's settings needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zigwheel.config.read import TOOL, Project, load_config
from zigwheel.config.words import did_you_mean, quote
from zigwheel.errors import ConfigError, MatrixError, ZigwheelError, raise_all
from zigwheel.matrix import cibuildwheel
from zigwheel.matrix.identifiers import RARE, Identifier, group_of, identifiers, selects
from zigwheel.matrix.jobs import Maker
from zigwheel.matrix.layers import TABLE, Layers, Said, outside_layers, own_layers
from zigwheel.matrix.model import LeftOut, Selection
from zigwheel.matrix.words import (
    arch_errors,
    in_archs,
    in_pythons,
    in_targets,
    is_native,
    names_arch,
    python_errors,
    target_errors,
)
from zigwheel.setup import compiles
from zigwheel.target.model import Host

SYSTEMS = ("linux", "macos", "windows")
PLATFORM_WORDS = (*SYSTEMS, "auto", "all")


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What the command line says."""

    only: tuple[str, ...] = ()
    """Identifiers to build, whatever the settings say, but for `requires-python`."""
    platform: str = ""
    """`linux`, `macos`, `windows`, `auto` (this machine's), or `all`, which is the same as nothing."""
    archs: tuple[str, ...] = ()
    """Architectures, in the words of any system, or `auto`, `auto64`, `auto32`, `native`, `all`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What all identifiers are held against."""

    limits: Limits
    """The command line's, or what stands for it."""
    requires_python: str
    """Specifiers of the project; empty if it has none."""
    host: Host
    """This machine."""
    pure: bool = False
    """Nothing is compiled for any target, so there is none that could not be built for."""


def select(
    project: Project,
    limits: Limits,
    *,
    settings: Mapping[str, Any],
    environ: Mapping[str, str],
    host: Host,
) -> Selection:
    """The matrix of a project: a job for each wheel, and a reason for each identifier without one.

    `settings` are those of the command line, above all others. Raises `ConfigError`, `MatrixError` and
    `TargetError`, or an `ErrorCollection` of them.
    """
    config = load_config(
        project, conditions=None, environ=environ, settings=settings, warn=lambda text: None
    )
    foreign = cibuildwheel.Reading()
    own = TABLE in project.tool
    if not own:
        foreign = cibuildwheel.read(project.table, environ)
        if not limits.platform and not limits.only:
            limits = Limits(platform=environ.get("CIBW_PLATFORM", ""), archs=limits.archs)
    else:
        note_variables(environ, foreign)
    outside, said_outside = outside_layers(settings, environ)
    layers = Layers((*own_layers(project), *foreign.layers, *outside))
    choice = Choice(
        limits=limits,
        requires_python=requires_python_of(project, environ, own=own),
        host=host,
        pure=not compiles(config) and "overrides" not in project.tool,
    )
    raise_all([*foreign.errors, *limit_errors(limits), *word_errors(layers)])
    left_out, chosen = [], []
    for identifier in identifiers().values():
        reason = why_not(identifier, layers.said(identifier.name), choice)
        if reason:
            left_out.append(LeftOut(identifier=identifier.name, reason=reason))
        else:
            chosen.append(identifier)
    maker = Maker(
        project=project,
        layers=layers,
        settings=settings,
        environ=environ,
        host=host,
        own_floors=own_floors(project, said_outside),
    )
    jobs = maker.jobs(chosen)
    return Selection(
        jobs=jobs,
        left_out=tuple(left_out),
        warnings=(*foreign.warnings, *unmatched(layers), *maker.warnings),
    )


def note_variables(environ: Mapping[str, str], foreign: cibuildwheel.Reading) -> None:
    """Say of variables of cibuildwheel's that they do nothing beside a table of zigwheel's own."""
    for name in sorted(environ):
        if name.startswith(cibuildwheel.PREFIX) and environ[name]:
            foreign.warn(
                name, f"`[{TOOL}.{TABLE}]` is there; its variables are `ZIGWHEEL_WHEELS_*`"
            )


def requires_python_of(project: Project, environ: Mapping[str, str], *, own: bool) -> str:
    """The specifiers of the project, or those that cibuildwheel's variable puts in their place."""
    text = "" if own else environ.get(cibuildwheel.SEPARATE["requires-python"], "")
    place = cibuildwheel.SEPARATE["requires-python"] if text else "project.requires-python"
    text = text or project.table.get("project", {}).get("requires-python", "")
    if not isinstance(text, str):
        return ""  # what reads the metadata says more
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(text)
    except InvalidSpecifier as error:
        raise ConfigError(
            f"`{place}` is {quote(text)}; it must be version specifiers (PEP 440)",
            hint="such as `>=3.9`",
        ) from error
    return text


def own_floors(project: Project, outside: Mapping[str, Any]) -> frozenset[str]:
    """Which of `manylinux` and `musllinux` zigwheel's own settings name."""
    overrides = project.tool.get("overrides", [])
    tables = [project.tool, outside, *(one for one in overrides if isinstance(one, dict))]
    return frozenset(
        name for name in ("manylinux", "musllinux") if any(name in table for table in tables)
    )


def limit_errors(limits: Limits) -> list[ZigwheelError]:
    """What is wrong with the command line."""
    errors: list[ZigwheelError] = []
    for name in limits.only:
        if name not in identifiers():
            near = did_you_mean(name, list(identifiers()))
            errors.append(
                MatrixError(
                    f"`--only` names {quote(name)}, which zigwheel knows no wheel of{near}",
                    hint="`zigwheel wheels --print-build-identifiers` lists what is built",
                )
            )
    if limits.only and (limits.platform or limits.archs):
        errors.append(
            MatrixError(
                "`--only` goes not with `--platform` and `--archs`",
                hint="an identifier says both; leave them out",
            )
        )
    if limits.platform and limits.platform not in PLATFORM_WORDS:
        near = did_you_mean(limits.platform, PLATFORM_WORDS)
        hint = "" if near else f"known are {', '.join(PLATFORM_WORDS)}"
        errors.append(MatrixError(f"`--platform` is {quote(limits.platform)}{near}", hint=hint))
    return [*errors, *arch_errors(limits.archs, "--archs")]


def word_errors(layers: Layers) -> list[ZigwheelError]:
    """Words in the settings that mean nothing, each once."""
    checks: Mapping[str, Callable[[Iterable[str], str], list[ZigwheelError]]] = {
        "targets": target_errors,
        "pythons": python_errors,
        "archs": arch_errors,
        "enable": enable_errors,
    }
    return [
        error
        for layer in layers.layers
        for key, check in checks.items()
        if key in layer.values
        for error in check(
            [word for item in layer.values[key] for word in item.split()],
            layer.places[key],
        )
    ]


def enable_errors(words: Iterable[str], place: str) -> list[ZigwheelError]:
    """Groups that do not exist."""
    known = ("cpython-freethreading", "cpython-prerelease", "pypy", "pypy-eol", "all")
    return [
        ConfigError(f"`{place}` has {quote(word)}, which is no group{did_you_mean(word, known)}")
        for word in words
        if word not in known
    ]


def unmatched(layers: Layers) -> Iterable[str]:
    """A warning for each glob of `build` that is for nothing that zigwheel knows."""
    found: dict[str, None] = {}
    for layer in layers.layers:
        for item in layer.values.get("build", ()):
            for glob in item.split():
                if not any(selects((glob,), name) for name in identifiers()):
                    place = layer.places["build"]
                    found.setdefault(
                        f"`{place}` has `{glob}`, which no wheel that zigwheel knows is"
                    )
    return found


def why_not(identifier: Identifier, said: Said, choice: Choice) -> str:
    """Why an identifier is not built, in words of the setting that decided; empty if it is."""
    limits = choice.limits
    if limits.only and identifier.name not in limits.only:
        return "`--only` names others"
    if not allows(choice.requires_python, identifier.python.version):
        return f"`requires-python` is {choice.requires_python}"
    reason = ""
    if not limits.only:
        reason = platform_reason(identifier, said, choice) or python_reason(identifier, said)
        if not reason and not selects(said.words("build") or ("*",), identifier.name):
            reason = f"`{said.place('build')}` does not name it"
        if not reason and selects(said.words("skip"), identifier.name):
            reason = f"`{said.place('skip')}` names it"
    return reason or ("" if choice.pure else cannot(identifier))


def allows(specifiers: str, version: tuple[int, int]) -> bool:
    """Whether `requires-python` allows the last release of a minor version."""
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(specifiers).contains(f"{version[0]}.{version[1]}.99", prereleases=True)


def platform_reason(identifier: Identifier, said: Said, choice: Choice) -> str:
    """Why a platform is not built for."""
    platform, host, limits = identifier.platform, choice.host, choice.limits
    system = host.os if limits.platform == "auto" else limits.platform
    if system not in ("", "all") and platform.os != system:
        return f"`--platform` is {limits.platform}"
    archs = limits.archs or said.words("archs")
    if archs and not any(in_archs(word, platform, host) for word in archs):
        place = "--archs" if limits.archs else said.place("archs")
        return f"`{place}` does not name {platform.name}"
    targets = said.words("targets")
    if targets:
        if not any(in_targets(word, platform, host) for word in targets):
            return f"`{said.place('targets')}` does not name {platform.name}"
    elif platform.arch in RARE and not (names_arch(archs, platform) or is_native(platform, host)):
        return f"{platform.name} is built only where `targets` names it"
    return ""


def python_reason(identifier: Identifier, said: Said) -> str:
    """Why a Python is not built for."""
    words = said.words("pythons")
    named = [word for word in words if in_pythons(word, identifier.python)]
    if words and not named:
        return f"`{said.place('pythons')}` does not name {identifier.python.name}"
    group = group_of(identifier.python)
    exactly = any(word for word in named if not set(word) & set("*?[{"))
    if group and not exactly and not {group, "all"} & set(said.words("enable")):
        return f"`{said.place('enable')}` lacks `{group}`"
    return ""


def cannot(identifier: Identifier) -> str:
    """Why zigwheel cannot build an identifier; empty if it can."""
    python, platform = identifier.python, identifier.platform
    if not python.is_pypy or platform.family == "manylinux":
        return ""
    return {
        "macosx": "zigwheel cannot build for PyPy on macOS: its headers come with PyPy for macOS alone",
        "win": "zigwheel cannot build for PyPy on Windows: its import library comes with PyPy alone",
    }[platform.family]
