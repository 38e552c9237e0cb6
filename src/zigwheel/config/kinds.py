"""The types of settings as values, made from the dataclasses of `model.py`.

Reading, `-C`, environment variables, overrides and the JSON schema all follow these.
"""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from zigwheel.config.forms import Elsewhere, Form, Mark, Unless

Shape: TypeAlias = Literal["scalar", "list", "table", "record", "records", "named"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """The type of one setting, of a list's items, or of a table's keys or values."""

    shape: Shape
    """A single value, a list, a table with free keys, a dataclass, or dataclasses in a list or in a table
    by their names."""
    types: tuple[type, ...] = ()
    """Of a scalar: `str`, `int`, `bool`."""
    choices: tuple[str, ...] = ()
    """Of a scalar: the strings that are allowed; empty if not limited."""
    form: Form | None = None
    """Of a scalar: the form of the string."""
    blank: bool = False
    """Of a scalar, or a list that may be one string: the empty string is allowed."""
    item: Kind | None = None
    """Of a list or a table: its values."""
    key: Kind | None = None
    """Of a table, or of named records: its keys."""
    described: type | Elsewhere | None = None
    """Of a record, records or named records: the dataclass, or where it is."""
    marks: frozenset[Mark] = frozenset()
    """What the type hint says beside the type."""
    unless: str = ""
    """Of what is required: a key that stands for it."""

    @property
    def record(self) -> type | None:
        """Of a record, records or named records: the dataclass."""
        return loaded(self.described) if isinstance(self.described, Elsewhere) else self.described


@cache
def loaded(elsewhere: Elsewhere) -> type:
    """A dataclass that is loaded only now."""
    from importlib import import_module

    module, _, name = elsewhere.name.partition(":")
    found: type = getattr(import_module(module), name)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One key of a table that a dataclass describes."""

    name: str
    """The key in TOML."""
    field: str
    """The field's name."""
    kind: Kind
    """The type."""
    default: object = None
    """The value where the key is absent; None for a required one."""

    @property
    def required(self) -> bool:
        """Every entry must have the key."""
        return Mark.REQUIRED in self.kind.marks


@cache
def keys_of(record: type) -> Mapping[str, Key]:
    """The keys of the table that the dataclass `record` describes, by their names in TOML."""
    hints = get_type_hints(record, include_extras=True)
    keys = [key_of(f.name, hints[f.name], default_of(f)) for f in fields(record)]
    return {key.name: key for key in keys}


def default_of(f: Any) -> object:
    """The default of a dataclass's field, or None."""
    if f.default_factory is not MISSING:
        return f.default_factory()
    return None if f.default is MISSING else f.default


def key_of(name: str, hint: Hashable, default: object) -> Key:
    """The key that a field's name, type and default make; a default of '' may also be written."""
    kind = kind_of(hint)
    if default == "":
        kind = with_blank(kind)
    # `if` is a word of Python's: such fields end in `_`.
    return Key(name=name.rstrip("_").replace("_", "-"), field=name, kind=kind, default=default)


@cache
def with_blank(kind: Kind) -> Kind:
    """`kind`, for which the empty string may also be written."""
    return replace(kind, blank=True)


@cache
def kind_of(hint: Hashable) -> Kind:
    """The kind that a type hint describes."""
    arguments = get_args(hint)
    origin = get_origin(hint)
    if origin is Annotated:
        return marked(kind_of(arguments[0]), arguments[1:])
    if origin in (Union, types.UnionType):
        return union_of([a for a in arguments if a is not type(None)])
    if origin is Literal:
        return Kind(shape="scalar", types=(str,), choices=arguments)
    if origin is tuple:
        item = kind_of(arguments[0])
        if item.shape == "record":
            return Kind(shape="records", described=item.described)
        return Kind(shape="list", item=item)
    if origin is Mapping:
        key, item = kind_of(arguments[0]), kind_of(arguments[1])
        if item.shape == "record":
            return Kind(shape="named", key=key, described=item.described)
        return Kind(shape="table", key=key, item=item)
    if not isinstance(hint, type):
        raise TypeError(f"no setting can have the type {hint!r}")
    if hint in (str, int, bool):
        return Kind(shape="scalar", types=(hint,))
    return Kind(shape="record", described=hint)


def marked(kind: Kind, notes: tuple[object, ...]) -> Kind:
    """`kind` with what `Annotated` adds to it."""
    marks = frozenset(note for note in notes if isinstance(note, Mark))
    forms = [note for note in notes if isinstance(note, Form)]
    others = [note.key for note in notes if isinstance(note, Unless)]
    elsewhere = [note for note in notes if isinstance(note, Elsewhere)]
    return replace(
        kind,
        marks=kind.marks | marks,
        blank=kind.blank or Mark.BLANK in marks,
        form=forms[0] if forms else kind.form,
        unless=others[0] if others else kind.unless,
        described=elsewhere[0] if elsewhere else kind.described,
    )


def union_of(members: list[Hashable]) -> Kind:
    """The kind of `A | None`, or of a scalar with several types, which may also be empty."""
    if len(members) == 1:
        return kind_of(members[0])
    names = tuple(member for member in members if isinstance(member, type))
    return Kind(shape="scalar", types=names, blank=True)


def words(kind: Kind) -> str:
    """What a value of this kind must be, for messages and the reference."""
    if kind.choices:
        quoted = [f'"{choice}"' for choice in kind.choices]
        return " or ".join([", ".join(quoted[:-1]), quoted[-1]])
    if kind.shape == "scalar":
        names = {str: "a string", int: "an integer", bool: "a boolean"}
        ordered = [names[t] for t in kind.types]
        if ordered == ["a boolean"]:
            return "true or false"
        return " or ".join([", ".join(ordered[:-1]), ordered[-1]] if ordered[1:] else ordered)
    if kind.shape == "list":
        return "a string or a list of strings" if Mark.SINGLE in kind.marks else "a list of strings"
    if Mark.ASSIGNED in kind.marks:
        return "a table or a string of assignments"
    if kind.shape == "records":
        return "an array of tables"
    return "a table or a list of strings" if Mark.LISTED in kind.marks else "a table"
