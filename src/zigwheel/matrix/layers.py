"""What is said of a wheel, from all places that say something, for one identifier. Pure.

A place is a layer: a table, an override of it, a variable. Later layers win, or add to what is below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from zigwheel.config.convert import Part, read_record
from zigwheel.config.kinds import keys_of
from zigwheel.config.read import TOOL, Project
from zigwheel.config.settings import read_environment, read_settings, variable_of
from zigwheel.config.wheels import WheelsSettings
from zigwheel.errors import ConfigError
from zigwheel.matrix.identifiers import selects

TABLE = "wheels"
VARIABLES = ("environment", "test-environment")
"""Keys whose values are lists of names and values, in which a later one may refer to those before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """What one place says."""

    values: Mapping[str, Any]
    """By the keys of `[tool.zigwheel.wheels]`: tuples, mappings; those of `VARIABLES` as pairs."""
    places: Mapping[str, str]
    """Where each is said: a TOML path, a variable, or `-C`."""
    select: tuple[str, ...] = ("*",)
    """Globs of the identifiers that it is for."""
    modes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Keys that go behind or before what is below: `append` or `prepend`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What holds for one identifier."""

    values: Mapping[str, Any]
    """By key; what nobody said is missing."""
    places: Mapping[str, str]
    """Where it was said last."""

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words; items with spaces in them are several."""
        return tuple(word for item in self.values.get(key, ()) for word in item.split())

    def path(self, key: str) -> str:
        """Where a setting was said: a TOML path, a variable, or `-C`."""
        return self.places.get(key, f"{TOOL}.{TABLE}.{key}")

    def place(self, key: str) -> str:
        """What reasons call a setting: in zigwheel's own table, its key alone."""
        return self.path(key).removeprefix(f"{TOOL}.{TABLE}.")


class Layers:
    """All layers, from bottom to top."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self.layers = layers
        self.known: dict[tuple[int, ...], Said] = {}

    def said(self, identifier: str) -> Said:
        """What holds for an identifier; equal for all that the same layers are for."""
        numbers = enumerate(self.layers)
        which = tuple(number for number, layer in numbers if selects(layer.select, identifier))
        if which not in self.known:
            self.known[which] = together(tuple(self.layers[number] for number in which))
        return self.known[which]


def together(layers: tuple[Layer, ...]) -> Said:
    """What layers say, one upon the other."""
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for layer in layers:
        for key, value in layer.values.items():
            values[key] = joined(values.get(key), value, layer.modes.get(key, "none"))
            places[key] = layer.places.get(key, key)
    return Said(values=values, places=places)


def joined(below: Any, above: Any, mode: str) -> Any:
    """A value that meets one below it."""
    if below is None or mode == "none":
        return above
    first, last = (above, below) if mode == "prepend" else (below, above)
    return {**first, **last} if isinstance(above, Mapping) else (*first, *last)


def layer(
    part: Part,
    places: Mapping[str, str],
    *,
    select: tuple[str, ...] = ("*",),
    modes: Mapping[str, str] = MappingProxyType({}),
) -> Layer:
    """The layer of a part that was read, which may hold `select`, `inherit` and `overrides` as well."""
    values = {
        key: tuple(value.items()) if key in VARIABLES else value
        for key, value in part.items()
        if key not in ("select", "inherit", "overrides")
    }
    return Layer(values=values, places=places, select=select, modes=modes)


def own_layers(project: Project) -> tuple[Layer, ...]:
    """`[tool.zigwheel.wheels]` and its overrides, which `load_config` has found to be right."""
    errors: list[ConfigError] = []
    part = read_record(WheelsSettings, project.tool.get(TABLE, {}), f"{TOOL}.{TABLE}", errors)
    found = [layer(part, places_of(part, f"{TOOL}.{TABLE}.{{}}"))]
    for index, override in enumerate(part.get("overrides", [])):
        found.append(
            layer(
                override,
                places_of(override, f"{TOOL}.{TABLE}.overrides[{index}].{{}}"),
                select=override["select"],
                modes=override.get("inherit", {}),
            )
        )
    return tuple(found)


def outside_layers(
    settings: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[tuple[Layer, ...], Part]:
    """`ZIGWHEEL_WHEELS_*`, and above that `-C wheels.*`; and all that both say, for other tables, too."""
    errors: list[ConfigError] = []
    read = (
        (read_environment(environ, errors, lambda text: None), variable_of),
        (read_settings(settings, errors), "-C {}".format),
    )
    tables = [key.name for key in keys_of(WheelsSettings).values() if key.kind.shape == "table"]
    found = [
        layer(
            part.get(TABLE, {}),
            {key: spelt(f"{TABLE}.{key}") for key in part.get(TABLE, {})},
            modes=dict.fromkeys(tables, "append"),
        )
        for part, spelt in read
    ]
    return tuple(found), {name: value for part, _ in read for name, value in part.items()}


def places_of(part: Part, form: str) -> dict[str, str]:
    """Where the settings of a part are said."""
    return {key: form.format(key) for key in part}
