"""A conversion, written into the text of a `pyproject.toml`, whose comments and order stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zigwheel.convert.components import Options
from zigwheel.convert.conversion import Conversion
from zigwheel.convert.differ import Merged, Override, key_of
from zigwheel.convert.licenses import PREFIX

WIDTH = 90
"""Longer arrays have a line for each item."""

BACKEND = "zigwheel.build"


def document(text: str, conversion: Conversion) -> str:
    """The new text of `pyproject.toml`; `text` is the old one, or empty."""
    import tomlkit

    file = tomlkit.parse(text)
    build_system(file, conversion.requires)
    project(file, conversion)
    tools = file.setdefault("tool", tomlkit.table(is_super_table=True))
    if conversion.scm:
        tools["setuptools_scm"] = plain_table(conversion.scm)
    plug_ins(tools, conversion)
    tools.pop("zigwheel", None)
    tools["zigwheel"] = tool_table(conversion)
    written = tomlkit.dumps(file)
    return written if written.endswith("\n") else f"{written}\n"


def build_system(file: Any, requires: Sequence[str]) -> None:
    """`[build-system]`, at the top where it is new."""
    table = plain_table({"requires": list(requires), "build-backend": BACKEND})
    if "build-system" in file:
        old = file["build-system"]
        for key in ("requires", "build-backend"):
            old[key] = table[key]
        old.pop("backend-path", None)
        return
    first(file, "build-system", table)


def plug_ins(tools: Any, conversion: Conversion) -> None:
    """Take out entries of `[[tool.dynamic-metadata]]` for fields that have their value otherwise now."""
    told = {*conversion.resolved, *(["version"] if "version" in conversion.tool else [])}
    entries = tools.get("dynamic-metadata", [])
    if not isinstance(entries, list):
        return
    for index in reversed(range(len(entries))):
        if entries[index].get("field") in told:
            del entries[index]
    if not entries:
        tools.pop("dynamic-metadata", None)


def first(file: Any, name: str, table: Any, *, after: str = "") -> None:
    """Put a new table at the top of the file, or behind the one called `after`."""
    import tomlkit

    keys = list(file)
    behind = keys[keys.index(after) + 1 :] if after in keys else keys
    rest = [(key, file.pop(key)) for key in behind]
    table.add(tomlkit.nl())
    file.append(name, table)
    for key, value in rest:
        file.append(key, value)


def project(file: Any, conversion: Conversion) -> None:
    """`[project]`, without the fields of `dynamic` that are resolved."""
    import tomlkit

    fresh = dict(conversion.project)
    versioned = "version" in conversion.tool
    if "project" not in file:
        table = tomlkit.table()
        table["name"] = fresh.pop("name")
        if versioned:
            table["dynamic"] = ["version"]
        fill(table, fresh)
        first(file, "project", table, after="build-system")
        return
    table = file["project"]
    dynamic = [field for field in table.get("dynamic", []) if field not in conversion.resolved]
    if versioned and "version" not in dynamic and "version" not in table:
        dynamic.append("version")
    if dynamic:
        table["dynamic"] = dynamic
    else:
        table.pop("dynamic", None)
    fill(table, fresh)
    if isinstance(table.get("license"), str) and "classifiers" in table:
        without_licenses(table["classifiers"])


def without_licenses(classifiers: Any) -> None:
    """Take out what PEP 639 forbids beside an SPDX expression."""
    for index in reversed(range(len(classifiers))):
        if classifiers[index].startswith(PREFIX):
            del classifiers[index]


def fill(table: Any, values: Mapping[str, Any]) -> None:
    """Put values into a table: plain ones first, so that none falls under another's header."""
    for key, value in sorted(values.items(), key=lambda item: nested(item[1])):
        if value is None:
            table.pop(key, None)
        else:
            table[key] = toml(value, len(key))


def nested(value: object) -> bool:
    """Whether a value gets a header of its own."""
    return isinstance(value, Mapping) and bool(value)


def tool_table(conversion: Conversion) -> Any:
    """`[tool.zigwheel]`."""
    import tomlkit

    table = tomlkit.table(is_super_table=not scalars(conversion.tool))
    fill(table, conversion.tool)
    for kind, merged in (("library", conversion.libraries), ("extension", conversion.extensions)):
        if merged.base:
            table[kind] = entries(component(n, options) for n, options in merged.base.items())
    if overrides := overrides_of(conversion):
        table["overrides"] = entries(overrides)
    return table


def entries(tables: Iterable[Any]) -> Any:
    """An array of tables, each with a header."""
    import tomlkit

    array = tomlkit.aot()
    for table in tables:
        array.append(table)
    return array


def scalars(values: Mapping[str, Any]) -> bool:
    """Whether a table has keys of its own."""
    return any(not nested(value) for value in values.values())


def component(name: str, options: Options) -> Any:
    """One entry of an array of tables; the tables in it stand in braces."""
    import tomlkit

    table = tomlkit.table()
    table["name"] = name
    for key, value in options.items():
        table[key] = inline(value) if isinstance(value, Mapping) else toml(value, len(key))
    return table


def overrides_of(conversion: Conversion) -> list[Any]:
    """The entries of `[[tool.zigwheel.overrides]]`; those with one condition are joined."""
    kinds = {"library": conversion.libraries, "extension": conversion.extensions}
    joined: dict[str, tuple[Mapping[str, Any], dict[str, Override]]] = {}
    for kind, merged in kinds.items():
        for override in merged.overrides:
            key = key_of(override.condition)
            joined.setdefault(key, (override.condition, {}))[1][kind] = override
    return [entry(when, changes, kinds) for when, changes in joined.values()]


def entry(
    when: Mapping[str, Any], changes: Mapping[str, Override], kinds: Mapping[str, Merged]
) -> Any:
    """One override. A project with a single component of a kind does not name it."""
    import tomlkit

    table = tomlkit.table()
    for key, value in when.items():
        table.append(tomlkit.key(["if", key]), inline_any(value))
    for kind, override in changes.items():
        appended = dict.fromkeys(
            option
            for name, options in override.changes.items()
            for option, value in options.items()
            if isinstance(value, list) and kinds[kind].base.get(name, {}).get(option)
        )
        for option in appended:
            table.append(tomlkit.key(["inherit", kind, option]), "append")
        if len(kinds[kind].base) == 1:
            for option, value in next(iter(override.changes.values())).items():
                table.append(tomlkit.key([kind, option]), inline_any(value))
            continue
        table[kind] = entries(component(n, options) for n, options in override.changes.items())
    return table


def inline_any(value: Any) -> Any:
    """A value for a line of its own."""
    if isinstance(value, Mapping):
        return inline(value)
    return toml(value, 0, flat=has_tables(value))


def has_tables(value: Any) -> bool:
    """Whether a value is a list of tables."""
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def inline(values: Mapping[str, Any]) -> Any:
    """A table in braces."""
    import tomlkit

    table = tomlkit.inline_table()
    for key, value in values.items():
        table[key] = inline(value) if isinstance(value, Mapping) else toml(value, WIDTH, flat=True)
    return table


def plain_table(values: Mapping[str, Any]) -> Any:
    """A table with a header."""
    import tomlkit

    table = tomlkit.table()
    fill(table, values)
    return table


def toml(value: Any, before: int, *, flat: bool = False) -> Any:
    """A value; arrays that do not fit on a line have one for each item."""
    import tomlkit

    if isinstance(value, Mapping):
        return plain_table(value)
    if isinstance(value, str):
        literal = "\\" in value and "'" not in value and "\n" not in value
        return tomlkit.string(value, literal=literal, multiline="\n" in value)
    if not isinstance(value, list):
        return value
    array = tomlkit.array()
    for item in value:
        array.append(inline(item) if isinstance(item, Mapping) else toml(item, 0))
    if has_tables(value):
        long = len(value) > 1
    else:
        long = before + sum(len(str(item)) + 4 for item in value) > WIDTH
    return array.multiline(long and not flat)
