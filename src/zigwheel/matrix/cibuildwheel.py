"""`[tool.cibuildwheel]` and `CIBW_*`, read as layers of settings; see `foreign_options.py`.

They have cibuildwheel's own order: the table, the table of a system, overrides, variables, variables of a
system. Pure.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zigwheel.config.assignments import AssignmentError, assigned, repeated
from zigwheel.config.settings import options
from zigwheel.config.words import child, did_you_mean, quote, wrong_type, wrong_value
from zigwheel.errors import ConfigError, ZigwheelError
from zigwheel.matrix.foreign_options import (
    IMAGES,
    NO_ENABLE,
    NO_MEANING,
    NO_SYSTEM,
    READ,
    SYSTEMS,
    VARIABLES_ALONE,
    Written,
)
from zigwheel.matrix.identifiers import identifiers, selects
from zigwheel.matrix.layers import Layer

TOOL = "tool.cibuildwheel"
PREFIX = "CIBW_"
MODES = ("none", "append", "prepend")
SEPARATE = {"requires-python": "CIBW_PROJECT_REQUIRES_PYTHON", "platform": "CIBW_PLATFORM"}
"""What variables alone say: what stands for `requires-python`, and for `--platform`."""


@dataclass(slots=True)
class Reading:
    """What was found."""

    layers: list[Layer] = field(default_factory=list)
    """From bottom to top."""
    warnings: dict[str, None] = field(default_factory=dict)
    """What is not followed, with the reasons, in order."""
    errors: list[ZigwheelError] = field(default_factory=list)
    """What cannot be read."""

    def warn(self, place: str, reason: str) -> None:
        """Note that a setting is not followed."""
        self.warnings.setdefault(f"`{place}` is not followed: {reason}")


def present(table: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """Whether pyproject.toml or the environment has settings of cibuildwheel's."""
    return "cibuildwheel" in table.get("tool", {}) or any(n.startswith(PREFIX) for n in environ)


def read(table: Mapping[str, Any], environ: Mapping[str, str]) -> Reading:
    """The layers that pyproject.toml and the environment say."""
    reading = Reading()
    tool = table.get("tool", {}).get("cibuildwheel", {})
    if isinstance(tool, dict):
        read_tables(tool, reading)
    else:
        reading.errors.append(wrong_type(TOOL, tool, "a table", f"write `[{TOOL}]`"))
    read_variables(environ, reading)
    return reading


def read_tables(tool: Mapping[str, Any], reading: Reading) -> None:
    """The table, then those of systems, then overrides."""
    apart = {*SYSTEMS, *NO_SYSTEM, "overrides"}
    options = {name: value for name, value in tool.items() if name not in apart}
    reading.layers.append(read_table(options, TOOL, ("*",), reading))
    for name in [name for name in tool if name in SYSTEMS]:
        if isinstance(tool[name], dict):
            place = f"{TOOL}.{name}"
            reading.layers.append(read_table(tool[name], place, SYSTEMS[name], reading))
        else:
            reading.errors.append(wrong_type(f"{TOOL}.{name}", tool[name], "a table"))
    for name in [name for name in tool if name in NO_SYSTEM and tool[name]]:
        reading.warn(f"{TOOL}.{name}", NO_SYSTEM[name])
    overrides = tool.get("overrides", [])
    if not isinstance(overrides, list):
        reading.errors.append(wrong_type(f"{TOOL}.overrides", overrides, "an array of tables"))
        return
    for index, override in enumerate(overrides):
        place = f"{TOOL}.overrides[{index}]"
        if not isinstance(override, dict):
            reading.errors.append(wrong_type(place, override, "a table"))
            continue
        select = value_of("words", override.get("select", ""), f"{place}.select", reading.errors)
        if not select:
            hint = "it has globs of identifiers"
            reading.errors.append(ConfigError(f"missing key `{place}.select`", hint=hint))
        elif not any(selects(select, name) for name in identifiers()):
            continue  # for a Python or a system that zigwheel does not know
        rest = {name: value for name, value in override.items() if name != "select"}
        reading.layers.append(read_table(rest, place, select or (), reading))


def read_table(
    table: Mapping[str, Any], place: str, select: tuple[str, ...], reading: Reading
) -> Layer:
    """The layer of one table."""
    values: dict[str, Any] = {}
    for name, raw in table.items():
        if name != "inherit":
            read_option(name, raw, child(place, name), values, reading)
    modes = read_modes(table.get("inherit", {}), f"{place}.inherit", reading.errors)
    return Layer(
        values=values,
        places={name: child(place, name) for name in values},
        select=select,
        modes=modes,
    )


def read_option(
    name: str, raw: object, place: str, values: dict[str, Any], reading: Reading
) -> None:
    """Put the value of an option into `values`, or warn of one that is not followed."""
    if name in READ:
        value = value_of(READ[name], raw, place, reading.errors)
        if name == "enable" and value:
            value = followed(value, place, reading)
        if name == "config-settings" and value:
            value = understood(value, place, reading)
        if value is not None and not (name == "archs" and not value):
            values[name] = value
    elif name in IMAGES:
        floor = floor_of(raw)
        if floor:
            values[name] = (floor,)
        elif raw:
            reading.warn(
                place,
                f"{quote(raw)} is no known image, and nothing is built in one; the "
                "oldest C library is `manylinux` or `musllinux` of `[tool.zigwheel]`",
            )
    elif name in NO_MEANING:
        if raw not in ("", [], {}):
            reading.warn(place, NO_MEANING[name])
    else:
        near = did_you_mean(name, [*READ, *IMAGES, *NO_MEANING])
        reading.warn(place, f"cibuildwheel has no such option{near}")


def value_of(written: Written, raw: object, place: str, errors: list[ZigwheelError]) -> Any:
    """The value of an option; None, with an error, if it is not written as it must be."""
    if written in ("variables", "settings"):
        return table_of(raw, place, errors, literal=written == "settings")
    divide: Mapping[str, Callable[[str], Iterable[str]]] = {
        "words": str.split,
        "commands": lambda text: [text] if text.strip() else [],
        "shell": shlex.split,
        "extras": lambda text: text.replace(",", " ").split(),
    }
    if isinstance(raw, str):
        try:
            return tuple(divide[written](raw))
        except ValueError as error:
            errors.append(wrong_value(place, raw, f"words as in a shell; {error}"))
            return None
    if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
        if written in ("words", "extras"):
            return tuple(word for item in raw for word in divide[written](item))
        return tuple(raw)
    errors.append(wrong_type(place, raw, "a string or a list of strings"))
    return None


def table_of(raw: object, place: str, errors: list[ZigwheelError], *, literal: bool) -> Any:
    """A table or a string of assignments, as pairs; where it is `literal`, as a table of tuples."""
    found: Mapping[str, str | list[str]]
    if isinstance(raw, str):
        try:
            found = repeated(raw) if literal else assigned(raw)
        except AssignmentError as error:
            errors.append(wrong_value(place, raw, f'assignments such as `A=1 B="x y"`; {error}'))
            return None
    elif isinstance(raw, dict):
        found = {name: leaf(value, child(place, name), errors) for name, value in raw.items()}
    else:
        errors.append(wrong_type(place, raw, "a table or a string"))
        return None
    if not literal:
        return tuple(
            (name, " ".join(text) if isinstance(text, list) else text)
            for name, text in found.items()
        )
    return {name: tuple([text] if isinstance(text, str) else text) for name, text in found.items()}


def leaf(value: object, place: str, errors: list[ZigwheelError]) -> str | list[str]:
    """The text, or texts, of a value in a table."""
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, (str, int)) for item in value):
        return [str(item) for item in value]
    errors.append(wrong_type(place, value, "a string"))
    return ""


def followed(words: tuple[str, ...], place: str, reading: Reading) -> tuple[str, ...]:
    """The groups of `enable` that there are Pythons for."""
    for word in words:
        if word in NO_ENABLE:
            reading.warn(f"{place}: {word}", NO_ENABLE[word])
    return tuple(word for word in words if word not in NO_ENABLE)


def understood(
    table: Mapping[str, tuple[str, ...]], place: str, reading: Reading
) -> dict[str, tuple[str, ...]]:
    """The settings that are zigwheel's: those of another backend may stand there still."""
    for name in table:
        if name not in options():
            near = did_you_mean(name, list(options()))
            reading.warn(child(place, name), f"zigwheel has no such option{near}")
    return {name: value for name, value in table.items() if name in options()}


def floor_of(raw: object) -> str:
    """The C library that the name of a container image stands for, such as `2_28`; empty for others."""
    import re

    text = raw if isinstance(raw, str) else ""
    found = re.fullmatch(
        r"(?:[^\s@]+/)?(?:many|musl)linux(?:_(\d+_\d+)|(2014|2010|1))(?:_[a-z0-9_]+)?(?:[:@].*)?",
        text.strip(),
        re.ASCII,
    )
    if not found:
        return ""
    return found[1] or {"2014": "2_17", "2010": "2_12", "1": "2_5"}[found[2]]


def read_modes(raw: object, place: str, errors: list[ZigwheelError]) -> dict[str, str]:
    """`inherit`: a table of options to modes, or a string such as `environment: append`."""
    modes: dict[str, Any] = {}
    if isinstance(raw, dict):
        modes = dict(raw)
    elif isinstance(raw, str):
        for item in filter(None, (item.strip() for item in raw.split(";"))):
            names, _, mode = item.partition(":")
            modes |= dict.fromkeys(names.split(), mode.strip() or "append")
    else:
        errors.append(wrong_type(place, raw, "a table or a string"))
    for name, mode in modes.items():
        if mode not in MODES:
            must = '"append", "prepend" or "none"'
            errors.append(wrong_value(child(place, name), mode, must))
    return modes


def read_variables(environ: Mapping[str, str], reading: Reading) -> None:
    """`CIBW_*`: first those for all systems, then those for one."""
    known = {
        PREFIX + name.upper().replace("-", "_"): name
        for name in (*READ, *IMAGES, *NO_MEANING, *VARIABLES_ALONE, "inherit")
    }
    own = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    modes = read_modes(own.get(f"{PREFIX}INHERIT", ""), f"{PREFIX}INHERIT", reading.errors)
    split = [(variable, *divided(variable, known)) for variable in sorted(own)]
    for variable, base, system in sorted(split, key=lambda one: bool(one[2])):
        text, option = own[variable], known.get(base)
        if variable in SEPARATE.values() or option == "inherit":
            continue
        if option is None:
            near = did_you_mean(variable, list(known))
            reading.warn(variable, f"cibuildwheel has no such variable{near}")
        elif option in VARIABLES_ALONE:
            if text:
                reading.warn(variable, VARIABLES_ALONE[option])
        elif system in NO_SYSTEM:
            reading.warn(variable, NO_SYSTEM[system])
        else:
            read_variable(variable, option, system, text, modes, reading)


def divided(variable: str, known: Mapping[str, str]) -> tuple[str, str]:
    """A variable's name without that of a system, and that system; empty if it is for all."""
    for system in (*SYSTEMS, *NO_SYSTEM):
        if variable not in known and variable.endswith(f"_{system.upper()}"):
            return variable[: -len(system) - 1], system
    return variable, ""


def read_variable(
    variable: str,
    option: str,
    system: str,
    text: str,
    modes: Mapping[str, str],
    reading: Reading,
) -> None:
    """The layer of one variable."""
    values: dict[str, Any] = {}
    read_option(option, text, variable, values, reading)
    mode = modes.get(f"{option}-{system}" if system else option)
    # Variables add to what tables enable, as cibuildwheel has it.
    mode = mode or ("append" if option == "enable" else "none")
    if values:
        reading.layers.append(
            Layer(
                values=values,
                places={option: variable},
                select=SYSTEMS[system] if system else ("*",),
                modes={option: mode},
            )
        )
