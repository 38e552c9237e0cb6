"""Properties that hold for every option: `-C`, variables and the schema say what TOML says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from zigwheel.config.condition import Condition
from zigwheel.config.convert import read_record
from zigwheel.config.kinds import Kind, keys_of
from zigwheel.config.model import Config
from zigwheel.config.overrides import FIXED
from zigwheel.config.schema import config_schema
from zigwheel.config.settings import options
from zigwheel.errors import ConfigError, ErrorCollection

Load = Callable[..., Config]

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


def values(kind: Kind) -> st.SearchStrategy[Any]:
    """Right values of a kind, as TOML holds them."""
    if kind.choices:
        return st.sampled_from(kind.choices)
    if kind.shape == "scalar":
        each = {str: strings(kind), int: st.integers(-(2**31), 2**31), bool: st.booleans()}
        return st.one_of(*(each[t] for t in kind.types))
    assert kind.item is not None
    if kind.shape == "list":
        return st.lists(values(kind.item), max_size=3)
    assert kind.key is not None
    return st.dictionaries(strings(kind.key), values(kind.item), max_size=3)


def strings(kind: Kind) -> st.SearchStrategy[str]:
    """Strings that have the form of a kind."""
    if kind.form is None:
        return WORDS
    aliases = {alias for alias, _ in kind.form.aliases}
    return st.from_regex(kind.form.pattern, fullmatch=True).filter(lambda s: s not in aliases)


def toml(value: Any) -> str:
    """A value in TOML's notation, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        plain = [c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in value]
        return f'"{"".join(plain)}"'
    if isinstance(value, list):
        return f"[{', '.join(toml(v) for v in value)}]"
    return f"{{ {', '.join(f'{toml(k)} = {toml(v)}' for k, v in value.items())} }}"


COMPONENTS = ("extension", "library", "executable")
# Values that cannot stand alone: they are held against something else.
ALONE = sorted(
    name
    for name in options()
    if name not in ("minimum-version", "version.pattern") and not name.endswith(".link")
)


@st.composite
def options_with_values(draw: st.DrawFn) -> tuple[str, Any]:
    """An option and a right value of it."""
    name = draw(st.sampled_from(ALONE))
    return name, draw(values(options()[name].kind))


def texts(name: str, value: Any) -> tuple[str, str]:
    """Lines that set an option to a value, and lines that `-C` can change to mean the same."""
    outer, _, inner = name.rpartition(".")
    line = f"{inner} = {toml(value)}\n"
    if outer not in COMPONENTS:
        return f"{outer}.{line}" if outer else line, ""
    entry = f"[[{outer}]]\nname = 'a'\n"
    sources = "sources = ['a']\n"
    return entry + line + ("" if inner == "sources" else sources), entry + sources


def outcome(load: Load, text: str, **given: Any) -> Config | str:
    """The config, or the words of the error."""
    try:
        return load(text, **given)
    except (ConfigError, ErrorCollection) as error:
        return str(error)


@settings(max_examples=100, deadline=None)
@given(options_with_values())
def test_settings_and_variables_can_say_what_toml_says(load: Load, case: tuple[str, Any]) -> None:
    name, value = case
    whole, base = texts(name, value)
    expected = outcome(load, whole)
    text = value if isinstance(value, str) else toml(value)
    assert outcome(load, base, settings={name: text}) == expected
    assert outcome(load, base, environ={options()[name].variable: text}) == expected


@settings(deadline=None)
@given(st.lists(WORDS.map(str.strip).filter(lambda s: s and ";" not in s and s[0] != "[")))
def test_lists_between_semicolons(load: Load, items: list[str]) -> None:
    config = load("", settings={"sdist.exclude": " ; ".join(items)})
    assert config.sdist.exclude == tuple(items)


@settings(deadline=None)
@given(st.text(), st.sampled_from(sorted(options())))
def test_any_text_is_read_or_refused(load: Load, text: str, name: str) -> None:
    found = outcome(load, "", settings={name: text})
    if isinstance(found, str):
        assert found.startswith(("`-C ", "`tool.zigwheel."))
    elif name in ("target", "build-dir"):
        assert text in (found.target, found.build_dir)


# The schema and the reader agree.

VALIDATOR = jsonschema.Draft7Validator(config_schema())

SIMPLE = st.one_of(
    st.text(alphabet="a0._-/+*$", max_size=6),
    st.sampled_from(
        ["cp310", "2014", "2_28", "c++17", "..", "a/../b", "fast", "\\", "a b", "native"]
    ),
    st.integers(),
    st.booleans(),
    st.just(1.5),
)
JUNK = st.one_of(
    SIMPLE,
    st.lists(SIMPLE, max_size=2),
    st.dictionaries(st.text(alphabet="a./-=", max_size=3), SIMPLE, max_size=2),
    st.lists(st.dictionaries(st.just("name"), SIMPLE), max_size=2),
)


@st.composite
def tables(draw: st.DrawFn, record: type) -> dict[str, Any]:
    """Tables for a dataclass: the required keys, some others, and sometimes one that is wrong."""
    keys = keys_of(record)
    rest = st.lists(st.sampled_from(sorted(keys)), max_size=3, unique=True)
    names = {*(name for name, key in keys.items() if key.required), *draw(rest)}
    table = {name: draw(inner(keys[name].kind)) for name in sorted(names)}
    if draw(st.integers(0, 3)) == 0:
        odd = [*keys, "unknown", "Sources", "define_macros"]
        table[draw(st.sampled_from(odd))] = draw(JUNK)
    if draw(st.integers(0, 9)) == 0:
        table.pop(draw(st.sampled_from(sorted(table) or [""])), None)
    return table


def inner(kind: Kind) -> st.SearchStrategy[Any]:
    """Values for a key, of which nested tables may be wrong inside."""
    if kind.record is Condition:
        return st.lists(conditions(), min_size=1, max_size=2)
    if kind.record is None:
        return values(kind)
    table = tables(kind.record)
    return table if kind.shape == "record" else st.lists(table, max_size=2)


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    """Conditions of overrides."""
    return st.fixed_dictionaries(
        {"os": st.sampled_from(["linux", ["linux", "!m*"], [], "", "linus"])},
        optional={
            "python": st.sampled_from([">=3.13", "3.13", ""]),
            "env": st.dictionaries(st.sampled_from(["CI", ""]), st.one_of(st.booleans(), JUNK)),
            "any": st.lists(st.sampled_from([{"arch": "*"}, {"abi": 3}, {}]), max_size=2),
        },
    )


def structural_errors(table: dict[str, Any]) -> list[str]:
    """What the reader says about a table's values, one by one."""
    errors: list[ConfigError] = []
    read_record(Config, table, "tool.zigwheel", errors)
    return [str(error) for error in errors if "last part" not in str(error)]


@settings(max_examples=100, deadline=None)
@given(tables(Config))
def test_the_schema_takes_what_the_reader_takes(table: dict[str, Any]) -> None:
    said = structural_errors(table)
    complaints = [error.message for error in VALIDATOR.iter_errors(table)]
    assert bool(said) == bool(complaints), (said, complaints)


@st.composite
def overrides(draw: st.DrawFn) -> dict[str, Any]:
    """An override, often right."""
    table = draw(tables(Config))
    body = {name: value for name, value in table.items() if name not in FIXED}
    for name in COMPONENTS:
        if name in body and isinstance(body[name], list):
            pattern = draw(st.sampled_from(["a", "*", "q"]))
            body[name] = [{**entry, "name": pattern} for entry in body[name]]
            if draw(st.booleans()):
                body[name] = {k: v for k, v in (body[name] or [{}])[0].items() if k != "name"}
    condition = draw(conditions())
    modes = draw(st.sampled_from([{}, {"wheel": {"exclude": "append"}}, {"lto": "append"}, 3]))
    return {"if": condition, **body, **({"inherit": modes} if modes else {})}


@settings(max_examples=100, deadline=None)
@given(overrides())
def test_the_schema_takes_every_override_that_the_reader_takes(
    load_table: Callable[..., Config], override: dict[str, Any]
) -> None:
    table: dict[str, Any] = {
        name: [{"name": "a", "sources": ["a.c"]}, {"name": "z", "sources": ["z.c"]}]
        for name in COMPONENTS
    }
    table["overrides"] = [override]
    complaints = [error.message for error in VALIDATOR.iter_errors(table)]
    try:
        load_table(table)
    except (ConfigError, ErrorCollection):
        return
    assert complaints == []
