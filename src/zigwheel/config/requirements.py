"""`include-from` and `nanobind`: which distributions the headers come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zigwheel.config.model import Compilation, Config, Extension
from zigwheel.errors import ConfigError

NANOBIND = "nanobind"
"""Name of a distribution whose library is linked, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One requirement of `include-from`, or of `nanobind`."""

    name: str
    """Name of the distribution, as indexes spell it."""
    text: str
    """The requirement, as written."""
    place: str
    """TOML path of the setting."""
    holds: bool
    """Its environment marker, if it has one, holds for the build's Python."""


def wanted_by(component: Compilation, place: str) -> Iterator[Wanted]:
    """What a component takes headers from, where the environment markers hold for the build's Python.

    Raises `ConfigError` for what is no requirement.
    """
    bound = isinstance(component, Extension) and component.nanobind
    for index, text in enumerate(component.include_from):
        wanted = wanted_as(text, place=f"{place}.include-from[{index}]")
        if wanted.holds:
            yield wanted
            bound = bound and wanted.name != NANOBIND
    if bound:
        yield Wanted(name=NANOBIND, text=f"{NANOBIND}>=2", place=f"{place}.nanobind", holds=True)


def borrows_headers(component: Compilation) -> bool:
    """Whether a component may take headers from a distribution; reads no requirement."""
    bound = isinstance(component, Extension) and component.nanobind
    return bound or bool(component.include_from)


def wanted_as(text: str, *, place: str) -> Wanted:
    """One requirement, read. Raises `ConfigError`."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise ConfigError(
            f"`{place}` is {text!r}, no requirement: {error}",
            hint='write it as in PEP 508, such as "numpy>=2"',
        ) from None
    marker = requirement.marker
    return Wanted(
        name=canonicalize_name(requirement.name),
        text=text,
        place=place,
        holds=marker is None or marker.evaluate(),
    )


def wanted_in(config: Config) -> list[Wanted]:
    """What all components of a config take headers from. Raises `ConfigError`."""
    return [
        wanted
        for kind, group in (
            ("extension", config.extension),
            ("library", config.library),
            ("executable", config.executable),
        )
        for index, component in enumerate(group)
        if borrows_headers(component) and getattr(component, "enabled", True)
        for wanted in wanted_by(component, f"tool.zigwheel.{kind}[{index}]")
    ]
