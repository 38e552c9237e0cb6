"""Settings from outside pyproject.toml: `-C key=value` and `ZIGWHEEL_*`, for every option.

Both hold text. `raw_value` turns it into what TOML would have held, and `convert.py` checks that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from zigwheel.config.convert import Errors, Part, read_value
from zigwheel.config.forms import Mark
from zigwheel.config.kinds import Kind, keys_of
from zigwheel.config.merge import merged
from zigwheel.config.model import Config
from zigwheel.config.words import did_you_mean, nearest, quote, type_words, wrong_value
from zigwheel.errors import ConfigError

PREFIX = "ZIGWHEEL_"
# Variables with our prefix that are read elsewhere.
RESERVED = frozenset(
    {
        "ZIGWHEEL_CORPUS",
        "ZIGWHEEL_EDITABLE_SKIP",
        "ZIGWHEEL_INTERPRETERS",
        "ZIGWHEEL_RECORD",
        "ZIGWHEEL_TEST_CACHE",
        "ZIGWHEEL_TOKEN",
        "ZIGWHEEL_ZIG",
    }
)
SETUPTOOLS_KEYS = frozenset({"--build-option", "--global-option"})
ELSEWHERE = "ZIGWHEEL_INDEX_"
"""What begins like this is read by an index, which may run builds."""
INSIDE = frozenset({"caches", "config-header", "dependencies", "generate"})
"""What stands in `pyproject.toml` alone: one value for all entries would be none for any."""
BOOLEANS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """A setting that can be given from outside."""

    name: str
    """Dotted key, such as `wheel.exclude`; `extension.lto` means every extension."""
    kind: Kind
    """The type of its value."""

    @property
    def variable(self) -> str:
        """The environment variable, such as `ZIGWHEEL_WHEEL_EXCLUDE`."""
        return variable_of(self.name)


def variable_of(name: str) -> str:
    """The environment variable for the option with a dotted key."""
    return PREFIX + name.replace(".", "_").replace("-", "_").upper()


@cache
def options() -> Mapping[str, Option]:
    """Every option by its dotted key: all settings but the names of components."""
    return {option.name: option for option in every_option()}


def every_option() -> Iterator[Option]:
    """The options in the model's order."""
    for outer in keys_of(Config).values():
        if outer.name in INSIDE:
            continue
        if outer.kind.record is None:
            yield Option(name=outer.name, kind=outer.kind)
        else:
            for inner in keys_of(outer.kind.record).values():
                if inner.kind.record is None and (
                    outer.kind.shape == "record" or inner.name != "name"
                ):
                    yield Option(name=f"{outer.name}.{inner.name}", kind=inner.kind)


def read_settings(settings: Mapping[str, object], errors: Errors) -> Part:
    """What `-C` says (PEP 517's `config_settings`): strings, lists of strings, or booleans.

    A key that is given more than once adds to a list, merges into a table, and replaces a scalar.
    """
    part: Part = {}
    for name, value in settings.items():
        place = f"-C {name}"
        option = options().get(name)
        if option is None:
            errors.append(unknown_setting(name))
            continue
        values = [raw_value(option.kind, one, place, errors) for one in in_list(value)]
        part = with_option(part, option, [v for v in values if v is not None], place, errors)
    return part


def in_list(value: object) -> list[object]:
    """The values of a key that a frontend gave once or more than once."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def unknown_setting(name: str) -> ConfigError:
    """The error for `-C` with a key that is no option."""
    if name in SETUPTOOLS_KEYS:
        return ConfigError(
            f"`-C {name}` means something to setuptools, and nothing here",
            hint="flags are `-C extension.extra-compile-args=...`; every option has such a key",
        )
    inner = [option for option in options() if option.startswith(f"{name}.")]
    if inner:
        return ConfigError(
            f"`-C {name}` is a table", hint=f"set one of its keys, such as `-C {inner[0]}=...`"
        )
    outer, _, tail = name.rpartition(".")
    if tail == "name" and f"{outer}.sources" in options():
        return ConfigError(
            f"`-C {name}` is not allowed", hint="it would give every entry the same name"
        )
    tails = [option for option in options() if option.endswith(f".{name}")]
    meant = f"; did you mean `{tails[0]}`?" if tails else did_you_mean(name, list(options()))
    hint = "" if meant else "the option reference lists every key"
    return ConfigError(f"unknown option `-C {name}`{meant}", hint=hint)


def read_environment(
    environ: Mapping[str, str], errors: Errors, warn: Callable[[str], None]
) -> Part:
    """What `ZIGWHEEL_*` variables say; an empty one says nothing. Unknown ones are warned of."""
    part: Part = {}
    given = {n: v for n, v in environ.items() if n.startswith(PREFIX) and n not in RESERVED and v}
    given = {n: v for n, v in given.items() if not n.startswith(ELSEWHERE)}
    if not given:
        return part
    known = {option.variable: option for option in options().values()}
    for name, value in sorted(given.items()):
        option = known.get(name)
        if option is None:
            near = nearest(name.removeprefix(PREFIX), [v.removeprefix(PREFIX) for v in known])
            meant = f"; did you mean `{PREFIX}{near}`?" if near else ""
            warn(f"the environment variable `{name}` is no option of zigwheel{meant}")
            continue
        raw = raw_value(option.kind, value, name, errors)
        part = with_option(part, option, [] if raw is None else [raw], name, errors)
    return part


def with_option(part: Part, option: Option, raws: list[Any], place: str, errors: Errors) -> Part:
    """`part` with an option set to one value after the other."""
    outer, _, inner = option.name.rpartition(".")
    for count, raw in enumerate(raws):
        value = read_value(option.kind, raw, place, errors)
        if value is None:
            continue
        modes: dict[str, Any] = {inner: "append"} if count and option.kind.shape != "scalar" else {}
        if outer:
            below = part.get(outer, {})
            record = keys_of(Config)[outer].kind.record
            if record is not None:
                part = {**part, outer: merged(below, {inner: value}, modes, record)}
        else:
            part = merged(part, {inner: value}, modes)
    return part


def raw_value(kind: Kind, value: object, place: str, errors: Errors) -> Any:
    """What TOML would hold for a value from outside, or None, with an error."""
    if isinstance(value, bool) and bool in kind.types:
        return value
    if not isinstance(value, str):
        errors.append(
            ConfigError(f"`{place}` is {quote(value)}, {type_words(value)}; it must be a string")
        )
        return None
    if kind.shape == "scalar":
        return raw_boolean(value, place, errors) if kind.types == (bool,) else value
    if kind.shape == "list":
        return raw_list(value, place, errors, whole=Mark.WHOLE in kind.marks)
    if Mark.LISTED in kind.marks and not value.lstrip().startswith("{") and "=" not in value:
        return raw_list(value, place, errors)
    return raw_table(kind, value, place, errors)


def raw_boolean(text: str, place: str, errors: Errors) -> bool | None:
    """true, false, 1, 0, yes, no, on or off, in any case."""
    value = BOOLEANS.get(text.strip().lower())
    if value is None:
        errors.append(wrong_value(place, text, "`true` or `false`"))
    return value


def raw_list(text: str, place: str, errors: Errors, *, whole: bool = False) -> object:
    """A TOML array of strings, or what stands between semicolons; or else the `whole` text.

    A glob may begin with `[` too, so an array is what goes on with a quote or ends at once.
    """
    if re.match(r"""\[\s*(["']|\]\s*$)""", text.strip()):
        return toml_value(text, place, "a TOML array", errors)
    return [item.strip() for item in ([text] if whole else text.split(";")) if item.strip()]


def raw_table(kind: Kind, text: str, place: str, errors: Errors) -> object:
    """A TOML inline table, or `K=V` between semicolons, or where the kind allows it as in a shell."""
    if text.lstrip().startswith("{"):
        return toml_value(text, place, "a TOML inline table", errors)
    if Mark.ASSIGNED in kind.marks:
        return text
    table: dict[str, object] = {}
    for item in filter(None, (item.strip() for item in text.split(";"))):
        name, equals, value = (word.strip() for word in item.partition("="))
        if kind.item is not None and (equals or bool in kind.item.types):
            table[name] = raw_entry(kind.item, value if equals else "true", place, errors)
        else:
            errors.append(wrong_value(place, text, "`KEY=VALUE;...` or a TOML inline table"))
            return None
    return table


def raw_entry(kind: Kind, text: str, place: str, errors: Errors) -> object:
    """The value of one `K=V`."""
    if kind.shape == "list":
        return raw_list(text, place, errors)
    return text == "true" if bool in kind.types and text in ("true", "false") else text


def toml_value(text: str, place: str, what: str, errors: Errors) -> Any:
    """The value that `text` is in TOML, or None, with an error."""
    from zigwheel.config.toml import TomlError, parse

    try:
        table = parse(f"value = {text.strip()}")
    except TomlError as error:
        errors.append(wrong_value(place, text, f"{what} ({error.message})"))
        return None
    if list(table) != ["value"]:
        errors.append(wrong_value(place, text, f"{what} and nothing after it"))
        return None
    return table["value"]
