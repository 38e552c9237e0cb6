"""Records of a project's own build become what its `pyproject.toml` has to say."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zigwheel.convert.components import Note, Options, Tables, builders, named, origins, tables
from zigwheel.convert.differ import Merged, merge
from zigwheel.convert.exports import unmarked
from zigwheel.convert.files import wheel_settings
from zigwheel.convert.model import (
    Record,
    RecordedExtension,
    RecordedLibrary,
    name_of,
)
from zigwheel.convert.project import project_table, release_of
from zigwheel.convert.sources import as_globs
from zigwheel.convert.versions import version_settings
from zigwheel.errors import ZigwheelError
from zigwheel.target.believed import Platform
from zigwheel.unpack import files_below

SCM = "setuptools-scm"
SCM_FILES = ("write_to", "version_file")


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversion:
    """What is to be written."""

    project: Mapping[str, Any]
    """Keys of `[project]` that are new, None for what goes; the others that are there are kept."""
    resolved: tuple[str, ...]
    """Fields that `project.dynamic` need not name any more."""
    extensions: Merged
    """`[[tool.zigwheel.extension]]`."""
    libraries: Merged
    """`[[tool.zigwheel.library]]`."""
    tool: Mapping[str, Any]
    """Other keys of `[tool.zigwheel]`: `py-api`, `version`, `wheel`, `cython`."""
    scm: Mapping[str, Any]
    """`[tool.setuptools_scm]`, where the build had it elsewhere."""
    requires: tuple[str, ...]
    """`build-system.requires`."""
    notes: tuple[Note, ...]
    """What was not carried over, or is worth a look."""


def convert(root: Path, table: Mapping[str, Any], records: Sequence[Record]) -> Conversion:
    """What `root`, a project as it came with `table` as its pyproject.toml, becomes.

    Raises `ZigwheelError` where no platform's build came to an end.
    """
    good = [record for record in records if not record.failure]
    if not good:
        first = records[0].failure if records else "nothing was recorded"
        raise ZigwheelError(
            f"the project's own build does not end with a wheel on any platform: {first}",
            hint="it has to work here before it can be converted",
        )
    base = good[0]
    files = sorted(files_below(root))
    notes = [failed(record) for record in records if record.failure]
    found = {record.platform: tables(record, shipped=files) for record in good}
    notes += [note for item in found.values() for note in item.notes]
    read = reader(root)
    project, resolved, version, scm, more = metadata(base, table, files, read)
    notes += more
    notes += frozen(found, release_of(base))
    show_init(found, good, read)
    modules = [extension.name for record in good for extension in record.extensions]
    generated = {file.path for file in base.written}
    notes += unmade(good, files, scm_files(table, version, scm))
    wheel, more = wheel_settings(root, project_name(table, project), base.wheel, modules, generated)
    notes += more
    extensions = merge({p: t.extensions for p, t in found.items()}, removable=True)
    libraries = merge({p: t.libraries for p, t in found.items()}, removable=False)
    return Conversion(
        project=project,
        resolved=resolved,
        extensions=with_globs(extensions, files),
        libraries=with_globs(libraries, files),
        tool=other_tables(found, base, version, wheel),
        scm=scm,
        requires=("zigwheel",),
        notes=tuple(dict.fromkeys(notes)),
    )


def show_init(
    found: Mapping[Platform, Tables], records: Sequence[Record], read: Callable[[str], str]
) -> None:
    """Have init functions exported that nothing in their sources shows."""
    known: dict[tuple[str, ...], list[str]] = {}
    for record in records:
        for item in record.extensions:
            key = (item.name, *(source.path for source in item.sources))
            if key not in known:
                known[key] = unmarked(item, read)
            if known[key]:
                options = found[record.platform].extensions[item.name]
                options["export-symbols"] = [*options.get("export-symbols", []), *known[key]]


def frozen(found: Mapping[Platform, Tables], release: str) -> list[Note]:
    """Notes on macros that hold the release, which a build computed and a config cannot."""
    texts = {
        f"the macro {macro} of {name!r} holds the release, {value!r}: change it with each release"
        for table in found.values()
        for name, options in {**table.libraries, **table.extensions}.items()
        for macro, value in options.get("define-macros", {}).items()
        if "." in release and str(value).strip("\\\"'") == release
    }
    return [Note(text=text, handwork=False) for text in sorted(texts)]


def failed(record: Record) -> Note:
    """The note for a platform whose build gave up."""
    first = (record.failure.strip().splitlines() or [""])[-1][:200]
    return Note(
        text=f"the project's own build refuses {name_of(record.platform)}: {first}", handwork=False
    )


def unmade(
    records: Sequence[Record], files: Collection[str], by_version: Collection[str]
) -> list[Note]:
    """Notes on files that a build needs, and that neither the project has nor zigwheel makes."""
    by_cython = {path for record in records for path in origins(record)}
    headers = {path.rpartition(".")[0] + end for path in by_cython for end in (".h", "_api.h")}
    by_cffi = {path for record in records for path in builders(record)}
    here = {*files, *by_version, *by_cython, *headers, *by_cffi}
    found: dict[str, tuple[str, str]] = {}
    lacking: dict[str, list[Platform]] = {}
    for record in records:
        for path, told in {**gone(record), **made(record)}.items():
            if path not in here:
                found.setdefault(path, told)
                lacking.setdefault(path, []).append(record.platform)
    every = [record.platform for record in records]
    return [
        Note(text=f"{text}{only_for(lacking[path], every)}", place=place)
        for path, (text, place) in found.items()
    ]


def made(record: Record) -> dict[str, tuple[str, str]]:
    """What a build wrote into the project: what to say of each file, and the line that made it."""
    found = {}
    for file in record.written:
        source = f" from {', '.join(map(repr, file.inputs[:3]))}" if file.inputs else ""
        text = (
            f"the build makes {file.path!r}{source}: let a `[[tool.zigwheel.generate]]` make it, "
        )
        found[file.path] = f"{text}or keep it if it is the same everywhere", file.place
    return found


def gone(record: Record) -> dict[str, tuple[str, str]]:
    """Sources that were compiled, likewise."""
    components: list[RecordedExtension | RecordedLibrary] = [*record.extensions, *record.libraries]
    return {
        s.path: (f"the source {s.path!r} of `{item.name}` is no file of the project", item.place)
        for item in components
        for s in item.sources
    }


def only_for(some: Sequence[Platform], every: Sequence[Platform]) -> str:
    """Which platforms a note is about, where it is not about all."""
    return f" (for {', '.join(map(name_of, some))})" if len(some) < len(every) else ""


def scm_files(
    table: Mapping[str, Any], version: Mapping[str, Any], scm: Mapping[str, Any]
) -> set[str]:
    """Files that setuptools_scm writes, here as there."""
    told = {**table.get("tool", {}).get("setuptools_scm", {}), **scm}
    return {str(told[key]) for key in SCM_FILES if key in told} if "scm" in version else set()


def reader(root: Path) -> Callable[[str], str]:
    """Reads a file of the project as text; empty where that cannot be."""

    def read(path: str) -> str:
        try:
            return (root / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    return read


def project_name(table: Mapping[str, Any], project: Mapping[str, Any]) -> str:
    """The distribution's name."""
    return str(table.get("project", {}).get("name") or project.get("name", ""))


def metadata(
    base: Record, table: Mapping[str, Any], files: Sequence[str], read: Callable[[str], str]
) -> tuple[dict[str, Any], tuple[str, ...], dict[str, Any], dict[str, Any], list[Note]]:
    """New keys of `[project]`, dynamic fields that are resolved, where the version is, and notes."""
    own = dict(table.get("project", {}))
    whole, notes = project_table(base, files, read)
    dynamic = list(own.get("dynamic", []))
    fresh = {key: value for key, value in whole.items() if key not in own}
    if own:
        allowed = {*dynamic, "license-files"}
        fresh = {key: value for key, value in fresh.items() if key in allowed}
        if isinstance(own.get("license"), dict):
            fresh.pop("license-files", None)
            if whole.get("license"):
                fresh |= {
                    "license": whole["license"],
                    "license-files": whole.get("license-files", []),
                }
        told = {"readme", "license"} & {*fresh}
        notes = [note for note in notes if any(field in note.text for field in told)]
        if name := missing_readme(own, files):
            fresh["readme"] = whole.get("readme")
            text = f"`project.readme` names {name!r}, which is no file of the project"
            notes.append(Note(text=text, handwork=False))
    version, scm = version_of(base, table, files, read, fresh, notes)
    if version:
        fresh.pop("version", None)
    resolved = tuple(field for field in dynamic if field != "version" or not version)
    return fresh, resolved, version, scm, notes


def missing_readme(own: Mapping[str, Any], files: Sequence[str]) -> str:
    """The file that `project.readme` names, if it is not there; setuptools goes on without it."""
    told = own.get("readme", "")
    name = told.get("file", "") if isinstance(told, Mapping) else told
    return str(name) if name and posixpath.normpath(name) not in files else ""


def version_of(
    base: Record,
    table: Mapping[str, Any],
    files: Sequence[str],
    read: Callable[[str], str],
    fresh: Mapping[str, Any],
    notes: list[Note],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """`[tool.zigwheel.version]`, and `[tool.setuptools_scm]` where it is not there."""
    if "version" not in fresh:
        return {}, {}
    if any(text.replace("_", "-").startswith(SCM) for text in base.requires):
        if "setuptools_scm" in table.get("tool", {}):
            return {"scm": True}, {}
        written = [f.path for f in base.written if fresh["version"] in read(f.path)]
        return {"scm": True}, ({"version_file": written[0]} if written else {})
    if found := version_settings(fresh["version"], files, read):
        return found, {}
    notes.append(
        Note(
            text="the version stands in no file that could be searched: it is now static",
            handwork=False,
        )
    )
    return {}, {}


def other_tables(
    found: Mapping[Platform, Tables],
    base: Record,
    version: Mapping[str, Any],
    wheel: Mapping[str, Any],
) -> dict[str, Any]:
    """Keys of `[tool.zigwheel]` beside components."""
    table: dict[str, Any] = {}
    if api := next((t.py_api for t in found.values() if t.py_api), ""):
        table["py-api"] = api
    if version:
        table["version"] = dict(version)
    if wheel:
        table["wheel"] = dict(wheel)
    if cython := cython_table(base):
        table["cython"] = cython
    return table


def cython_table(base: Record) -> dict[str, Any]:
    """`[tool.zigwheel.cython]`: what the build requires of it, and directives of all sources."""
    made = [f for f in base.written if f.tool == "cython"]
    if not made:
        return {}
    table: dict[str, Any] = {}
    asked = joined([text for text in base.requires if named(text, "cython")])
    if [text.lower() for text in asked] not in ([], ["cython"]):
        table["requires"] = asked
    each = [
        {
            k.removeprefix("directive."): v
            for k, v in f.options.items()
            if k.startswith("directive.")
        }
        for f in made
    ]
    common = {k: directive(v) for k, v in each[0].items() if all(e.get(k) == v for e in each)}
    if common:
        table["directives"] = common
    return table


def joined(texts: Sequence[str]) -> list[str]:
    """Requirements of one package as one, where none has a marker or extras."""
    from packaging.requirements import Requirement

    found = [Requirement(text) for text in texts]
    if len(found) < 2 or any(item.marker or item.extras or item.url for item in found):
        return list(dict.fromkeys(texts))
    limits = found[0].specifier
    for item in found[1:]:
        limits &= item.specifier
    return [f"{found[0].name}{limits}"]


def directive(text: str) -> str | bool | int:
    """A directive's value as TOML has it."""
    words: dict[str, bool] = {"True": True, "False": False}
    return words[text] if text in words else int(text) if text.isdigit() else text


def with_globs(merged: Merged, files: Sequence[str]) -> Merged:
    """The components, with sources as globs where that is shorter."""
    base: dict[str, Options] = {}
    for name, options in merged.base.items():
        elsewhere = {
            path for o in merged.overrides for path in o.changes.get(name, {}).get("sources", ())
        }
        sources, excluded = as_globs(options.get("sources", []), files, elsewhere=elsewhere)
        head = {"sources": sources, "exclude-sources": excluded}
        rest = {key: value for key, value in options.items() if key != "sources"}
        base[name] = {**{key: value for key, value in head.items() if value}, **rest}
    return Merged(base=base, overrides=merged.overrides)
