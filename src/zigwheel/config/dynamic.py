"""Dynamic fields from plug-ins, by the protocol that the package `dynamic-metadata` documents.

Two forms are read. The array `[[tool.dynamic-metadata]]` runs in order, each entry seeing what
former ones gave; a list or table with a static part may only grow (PEP 808). The older table
`[tool.dynamic-metadata.FIELD]` asks one plug-in for one field, on demand.

A plug-in is code that runs while the project is built. One from the project itself must lie below
its root; the package that is built is not imported as a plug-in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from zigwheel.config.provider import Entry, loaded_provider
from zigwheel.config.words import quote
from zigwheel.errors import MetadataError, raise_all

TABLE = "tool.dynamic-metadata"

BuildState: TypeAlias = Literal["sdist", "wheel", "editable", "metadata_wheel", "metadata_editable"]

SINGLE = frozenset({"version", "description", "requires-python", "license", "readme"})
LISTS = frozenset(
    {
        "authors",
        "classifiers",
        "dependencies",
        "import-names",
        "import-namespaces",
        "keywords",
        "license-files",
        "maintainers",
    }
)
TABLES = frozenset({"urls", "scripts", "gui-scripts"})
NESTED = frozenset({"entry-points", "optional-dependencies"})
FIELDS = SINGLE | LISTS | TABLES | NESTED


@dataclass(frozen=True, kw_only=True, slots=True)
class ResolvedProject:
    """`[project]` with its dynamic fields filled in."""

    project: dict[str, Any]
    """The table; `dynamic` holds only what nothing provided."""
    varying: tuple[str, ...]
    """Fields whose value may differ between the sdist and a wheel built from it, sorted."""


def read_entries(pyproject: Mapping[str, Any]) -> tuple[Entry, ...]:
    """The plug-ins that `[tool.dynamic-metadata]` names, in order.

    Raises:
        MetadataError: the table has neither form, or an entry is incomplete; all at once.
    """
    found = pyproject.get("tool", {}).get("dynamic-metadata", ())
    if isinstance(found, Mapping):
        rows = [(f"{TABLE}.{field}", str(field), table) for field, table in found.items()]
    elif isinstance(found, (list, tuple)):
        rows = [(f"{TABLE}[{index}]", "", table) for index, table in enumerate(found)]
    else:
        raise MetadataError(
            f"`{TABLE}` is {quote(found)}",
            hint=f'write `[[{TABLE}]]` with `provider = "..."` in it',
        )
    errors: list[MetadataError] = []
    entries: list[Entry] = []
    for place, field, table in rows:
        try:
            entries.append(_read_entry(place, field, table))
        except MetadataError as error:
            errors.append(error)
    raise_all(errors)
    return tuple(entries)


def _read_entry(place: str, field: str, table: object) -> Entry:
    if not isinstance(table, Mapping):
        raise MetadataError(
            f"`{place}` is {quote(table)}, not a table", hint=f"write `[[{TABLE}]]`"
        )
    if field and field not in FIELDS:
        raise MetadataError(
            f"`{place}`: `{field}` is no field of `[project]` that can be dynamic",
            hint=f"one of {', '.join(sorted(FIELDS))}",
        )
    provider, path = table.get("provider"), table.get("provider-path", "")
    if isinstance(provider, Mapping) and set(provider) == {"path", "module"} and not path:
        provider, path = provider["module"], provider["path"]
        if not path:
            path = "."
    if not isinstance(provider, str) or not isinstance(path, str) or not provider:
        raise MetadataError(
            f"`{place}`: `provider` is {quote(table.get('provider', ''))}",
            hint='write the name of a plug-in, or `{ path = "folder", module = "module" }`',
        )
    settings = {
        key: value for key, value in table.items() if key not in ("provider", "provider-path")
    }
    return Entry(place=place, provider=provider, path=path, field=field, settings=settings)


def provider_requirements(entries: Iterable[Entry], root: Path) -> tuple[str, ...]:
    """What the plug-ins want installed before they run (`get_requires_for_dynamic_metadata`).

    A plug-in that is there but cannot be imported asks for nothing: often what it lacks is what it
    would ask for, and the failure is reported when its fields are needed.

    Raises:
        MetadataError: a plug-in is unknown, or its hook fails.
    """
    wanted: list[str] = []
    for entry in entries:
        try:
            with loaded_provider(entry, root) as provider:
                hook = getattr(provider, "get_requires_for_dynamic_metadata", None)
                answer = _call(entry, hook, entry.settings) if hook else ()
        except MetadataError as error:
            if isinstance(error.__cause__, ImportError):
                continue
            raise
        if isinstance(answer, str) or not all(isinstance(item, str) for item in answer):
            raise MetadataError(
                f"`{entry.place}`: {quote(entry.provider)} requires {quote(answer)}"
            )
        wanted.extend(answer)
    return tuple(dict.fromkeys(wanted))


def resolve_dynamic(
    project: Mapping[str, Any],
    entries: Iterable[Entry],
    *,
    root: Path,
    build_state: BuildState,
    version: str = "",
    pinned: bool = False,
) -> ResolvedProject:
    """Fill in the dynamic fields of `[project]`.

    Args:
        project: the table; it is not changed.
        entries: plug-ins, of one form.
        root: folder of `pyproject.toml`, in which the plug-ins run.
        build_state: what is being built, in the protocol's words.
        version: a version that is known already; plug-ins see it, and those of the array may
            replace it.
        pinned: nothing may replace `version`: it is that of the sdist that is being built.

    Raises:
        MetadataError: a plug-in is unknown or fails, gives a field that is not in
            `project.dynamic`, or changes what is static.
    """
    state = _Resolution(project, build_state, root, pinned=pinned)
    if version:
        state.store("", {"version": version})
    entries = tuple(entries)
    pending = {entry.field: entry for entry in entries if entry.field}
    if pending:
        state.on_demand = pending
        view = _OnDemand(state)
        for field in list(pending):
            view.get(field)
    else:
        for entry in entries:
            state.run(entry, MappingProxyType(state.result))
    return ResolvedProject(project=state.result, varying=tuple(sorted(state.varying)))


class _Resolution:
    """The project table while it is being completed."""

    def __init__(
        self, project: Mapping[str, Any], build_state: BuildState, root: Path, *, pinned: bool
    ) -> None:
        self.result: dict[str, Any] = plain(project)
        self.build_state = build_state
        self.root = root
        self.pinned = pinned
        self.declared: tuple[str, ...] = tuple(self.result.setdefault("dynamic", []))
        self.produced: set[str] = set()
        self.varying: set[str] = set()
        self.on_demand: dict[str, Entry] = {}

    def run(self, entry: Entry, view: Mapping[str, Any]) -> None:
        """Ask one plug-in, and store what it gives."""
        with loaded_provider(entry, self.root) as provider:
            if hook := getattr(provider, "build_state", None):
                _call(entry, hook, self.build_state)
            fragment = _fragment(entry, provider.dynamic_metadata, view)
            if self.build_state == "sdist":
                self.varying.update(_varying(entry, provider))
        if self.pinned and "version" in fragment and "version" in self.produced:
            fragment = {**fragment, "version": self.result["version"]}
        self.store(entry.place, fragment)

    def store(self, place: str, fragment: Mapping[str, Any]) -> None:
        """Merge `fragment` into the table (PEP 808)."""
        for field, value in fragment.items():
            if field not in FIELDS or field not in self.declared:
                raise MetadataError(
                    f"`{place}` gives `{field}`, which `project.dynamic` does not list",
                    hint=f'add `"{field}"` to `project.dynamic`'
                    if field in FIELDS
                    else f"a plug-in may give {', '.join(sorted(FIELDS))}",
                )
            known = field in self.result
            if known and field in SINGLE and field not in self.produced:
                raise MetadataError(
                    f"`{place}` gives `{field}`, which `[project]` has already",
                    hint=f"remove `project.{field}`, or take it from `project.dynamic`",
                )
            new = plain(value)
            extends = known and field not in SINGLE
            self.result[field] = (
                _extended(place, field, self.result[field], new) if extends else new
            )
            self.produced.add(field)
            self.result["dynamic"] = [name for name in self.result["dynamic"] if name != field]


class _OnDemand(Mapping[str, Any]):
    """The project as plug-ins of the table form see it: a field is resolved when it is read."""

    def __init__(self, state: _Resolution) -> None:
        self.state = state
        self.running: list[str] = []

    def __getitem__(self, key: str) -> Any:
        state = self.state
        if key in self.running:
            chain = " -> ".join([*self.running[self.running.index(key) :], key])
            raise MetadataError(f"`{TABLE}`: the fields need each other: {chain}")
        entry = state.on_demand.get(key)
        if entry and not (key == "version" and state.pinned and key in state.produced):
            self.running.append(key)
            try:
                state.run(entry, self)
            finally:
                self.running.pop()
            del state.on_demand[key]
        return state.result[key]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self.state.result, *self.state.on_demand]))

    def __len__(self) -> int:
        return len(list(iter(self)))


def plain(value: Any) -> Any:
    """A copy of a TOML value that is made of dicts and lists, whatever froze it."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def _extended(place: str, field: str, present: Any, added: Any) -> Any:
    """`present` and then `added`; what is there stays as it is (PEP 808)."""
    if isinstance(present, list) and isinstance(added, list):
        return [*present, *added]
    if isinstance(present, dict) and isinstance(added, dict):
        merged = dict(present)
        for key, value in added.items():
            if key not in merged:
                merged[key] = value
            elif field in NESTED and merged[key] != value:
                merged[key] = _extended(place, f"{field}.{key}", merged[key], value)
            elif merged[key] != value:
                raise MetadataError(
                    f"`{place}` changes `{field}.{key}`, {quote(merged[key])}, to {quote(value)}",
                    hint="a plug-in may add entries to a static field, not change them (PEP 808)",
                )
        return merged
    raise MetadataError(
        f"`{place}` gives {quote(added)} for `{field}`, which is {quote(present)}",
        hint="the two must both be lists, or both tables",
    )


def _fragment(entry: Entry, hook: Callable[..., Any], view: Mapping[str, Any]) -> dict[str, Any]:
    """What a plug-in gives: a part of `[project]`."""
    parameters = _parameters(hook)
    takes_field = bool(parameters) and parameters[0].lstrip("_").startswith("field")
    if entry.field and takes_field:
        arguments = (entry.field, entry.settings, view)[: max(2, len(parameters))]
        return {entry.field: _call(entry, hook, *arguments)}
    if entry.field:
        raise MetadataError(
            f"`{entry.place}`: {quote(entry.provider)} speaks the protocol of the array",
            hint=f'write `[[{TABLE}]]` with `provider = "{entry.provider}"` and'
            f' `field = "{entry.field}"` where the plug-in wants one',
        )
    if takes_field:
        raise MetadataError(
            f"`{entry.place}`: {quote(entry.provider)} speaks the older protocol of the table",
            hint=f"write `[{TABLE}.FIELD]` for it, or take a newer release of the plug-in",
        )
    given = _call(entry, hook, entry.settings, view)
    if not isinstance(given, Mapping):
        raise MetadataError(
            f"`{entry.place}`: {quote(entry.provider)} gave {quote(given)}, not a table"
        )
    return dict(given)


def _varying(entry: Entry, provider: Any) -> set[str]:
    """Fields that the plug-in may give otherwise when a wheel is built from the sdist (PEP 643)."""
    hook = getattr(provider, "dynamic_wheel", None)
    if hook is None:
        return set()
    if entry.field:
        answer: Any = {entry.field: _call(entry, hook, entry.field, entry.settings)}
    else:
        answer = _call(entry, hook, entry.settings)
    fields = {field for field, varies in dict(answer).items() if varies}
    if wrong := sorted(fields - FIELDS | fields & {"version"}):
        raise MetadataError(
            f"`{entry.place}`: {quote(entry.provider)} lets"
            f" {' and '.join(f'`{name}`' for name in wrong)} differ between sdist and wheel",
            hint="`version` may not (PEP 643)",
        )
    return fields


def _parameters(hook: Callable[..., Any]) -> tuple[str, ...]:
    import inspect

    return tuple(inspect.signature(hook).parameters)


def _call(entry: Entry, hook: Callable[..., Any], *arguments: object) -> Any:
    """Call a plug-in; whatever it raises is reported with the place that names it."""
    try:
        return hook(*arguments)
    except MetadataError:
        raise
    except Exception as error:
        raise MetadataError(
            f"`{entry.place}`: {quote(entry.provider)} failed: {type(error).__name__}: {error}",
            hint="check the settings in this table against the plug-in's documentation",
        ) from error
