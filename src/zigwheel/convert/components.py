"""One record, as tables of `[tool.zigwheel]` for its platform. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zigwheel.convert.flags import DROPPED, Flags, translated
from zigwheel.convert.model import (
    Record,
    RecordedExtension,
    RecordedLibrary,
    RecordedSource,
)
from zigwheel.plan.flags import CXX_LIBRARY, LANGUAGES, link_options

if TYPE_CHECKING:
    from packaging.requirements import Requirement


PACKAGE = re.compile(r"\{package:([^}]+)\}(?:/.*)?")
ABI_TAG = re.compile(r"cp3(\d+)-abi3-")
LIMITED = "Py_LIMITED_API"

MSVC_RUNTIME = re.compile(r"(?i)(?:lib)?(?:ucrt|vcruntime|msvcrt|msvcprt|cmt|cpmt|oldnames)d?")
"""Libraries of MSVC's C and C++ runtimes; zigwheel links that of the target."""

Options = dict[str, Any]
"""Keys of one TOML table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Something that was not carried over, or that a person should look at."""

    text: str
    """What, and what to do about it."""
    place: str = ""
    """Line of the project's build, such as `setup.py:12`."""
    handwork: bool = True
    """The converted project is not whole without it; else it is worth knowing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tables:
    """What one platform's record comes to."""

    extensions: Mapping[str, Options]
    """Options by dotted name, in the order of the build."""
    libraries: Mapping[str, Options]
    """Options by name."""
    py_api: str = ""
    """Stable ABI of the modules."""
    notes: tuple[Note, ...] = ()
    """In order."""


@dataclass(kw_only=True, slots=True)
class Desk:
    """Where the notes of one record are gathered."""

    record: Record
    there: frozenset[str]
    """Files of the project as it came."""
    origins: Mapping[str, str]
    """A source that Cython made, to what it was made from."""
    builders: Mapping[str, str]
    """A source that cffi made, to the script and the name in it that made it."""
    notes: list[Note] = field(default_factory=list)


def tables(record: Record, *, shipped: Iterable[str]) -> Tables:
    """The tables for one platform; `shipped` are the files of the project as it came."""
    desk = Desk(
        record=record,
        there=frozenset(shipped),
        origins=origins(record),
        builders=builders(record),
    )
    libraries = {item.name: library_table(item, desk) for item in record.libraries}
    extensions = {item.name: extension_table(item, libraries, desk) for item in record.extensions}
    py_api = api(record)
    if py_api:
        for item in record.extensions:
            if not limited(item):
                extensions[item.name]["py-limited-api"] = False
    return Tables(
        extensions=extensions,
        libraries=libraries,
        py_api=py_api,
        notes=tuple(dict.fromkeys(desk.notes)),
    )


def origins(record: Record) -> dict[str, str]:
    """Which source each file was generated from that Cython made anew.

    What the sdist carries and the build leaves as it is, is compiled as it is.
    """
    found = {}
    for file in record.written:
        sources = [i for i in file.inputs if i.endswith((".pyx", ".py"))]
        if file.tool == "cython" and sources:
            found[file.path] = sources[0]
    return found


def builders(record: Record) -> dict[str, str]:
    """Which script of cffi, and name in it, made each source."""
    return {
        file.path: file.options["builder"]
        for file in record.written
        if file.tool == "cffi" and "builder" in file.options
    }


def limited(extension: RecordedExtension) -> bool:
    """Whether a module is built against the stable ABI."""
    macros = {name for source in extension.sources for name, _ in source.macros}
    return extension.limited_api and (LIMITED in macros or bool(extension.py_api))


def api(record: Record) -> str:
    """`py-api`: what the wheel's tag says, or else the macro of a module."""
    if not any(e.limited_api for e in record.extensions):
        return ""
    if match := ABI_TAG.match(record.tag):
        return f"cp3{match[1]}"
    for extension in record.extensions:
        for source in extension.sources:
            value = dict(source.macros).get(LIMITED)
            if value and (match := re.match(r"0x03([0-9A-Fa-f]{2})", value)):
                return f"cp3{int(match[1], 16)}"
    return ""


def extension_table(
    item: RecordedExtension, libraries: Mapping[str, Options], desk: Desk
) -> Options:
    """Options of one extension module.

    What a script of cffi says is not repeated: zigwheel asks it, too.
    """
    if builder := next(
        (desk.builders[s.path] for s in item.sources if s.path in desk.builders), ""
    ):
        return {"cffi": builder, **({"optional": True} if item.optional else {})}
    options = compiled(item.sources, item.place, desk, limited=item.limited_api)
    if item.language == "c++" and any(s.endswith(".pyx") for s in options["sources"]):
        options["language"] = "c++"
    linked = [name for name in item.libraries if name in libraries]
    if linked:
        options["link"] = linked
    link_part(item, [n for n in item.libraries if n not in libraries], options, desk)
    own = [s for s in item.export_symbols if not s.startswith(("PyInit", "PyModExport"))]
    if own:
        options["export-symbols"] = own
    if item.optional:
        options["optional"] = True
    for path in item.extra_objects:
        desk.notes.append(
            Note(
                place=item.place,
                text=f"`{item.name}` links {path!r}, which the build made or expects in some other "
                "way: declare its sources as a `[[tool.zigwheel.library]]` and name it in `link`",
            )
        )
    return options


def library_table(item: RecordedLibrary, desk: Desk) -> Options:
    """Options of one static library."""
    return compiled(item.sources, item.place, desk, limited=False)


def compiled(
    sources: Sequence[RecordedSource], place: str, desk: Desk, *, limited: bool
) -> Options:
    """What is compiled for one component, and how."""
    options: Options = {}
    flags = {source.path: translated(source.args) for source in sources}
    options["sources"] = list(
        dict.fromkeys(desk.origins.get(source.path, source.path) for source in sources)
    )
    folders = [
        *(d for s in sources for d in s.include_dirs),
        *(d for f in flags.values() for d in f.include_dirs),
    ]
    include_part(dict.fromkeys(folders), options, place, desk)
    macro_part(sources, flags, options, desk, limited=limited)
    standards(flags, options)
    argument_part(sources, flags, options, desk)
    for source in sources:
        for arg in flags[source.path].lost:
            desk.notes.append(
                Note(place=place, text=f"the flag {arg!r} is left out", handwork=False)
            )
    return {key: value for key, value in options.items() if value}


def include_part(folders: Iterable[str], options: Options, place: str, desk: Desk) -> None:
    """`include-dirs`, and `include-from` for those of packages."""
    dirs, packages = [], []
    for folder in folders:
        if match := PACKAGE.fullmatch(folder):
            packages.append(requirement(match[1], desk.record.requires))
        elif posixpath.isabs(folder) or folder.startswith("{"):
            desk.notes.append(
                Note(
                    place=place,
                    text=f"the include folder {folder!r} of the machine that builds is left out",
                    handwork=False,
                )
            )
        elif is_folder(posixpath.normpath(folder), desk):
            dirs.append(posixpath.normpath(folder))
    options["include-dirs"] = list(dict.fromkeys(dirs))
    options["include-from"] = list(dict.fromkeys(packages))


def is_folder(folder: str, desk: Desk) -> bool:
    """Whether a folder is there or gets something: compilers take no notice of one that is not."""
    files = (*desk.there, *(file.path for file in desk.record.written))
    return folder == "." or any(file.startswith(f"{folder}/") for file in files)


def requirement(name: str, requires: Iterable[str]) -> str:
    """A package as the build requires it, without its marker."""
    found = next(filter(None, (named(text, name) for text in requires)), None)
    return f"{found.name}{found.specifier}" if found else name


def named(text: str, name: str) -> Requirement | None:
    """A requirement, read, if it is one of the distribution `name`."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        found = Requirement(text)
    except InvalidRequirement:
        return None
    return found if canonicalize_name(found.name) == canonicalize_name(name) else None


def macro_part(
    sources: Sequence[RecordedSource],
    flags: Mapping[str, Flags],
    options: Options,
    desk: Desk,
    *,
    limited: bool,
) -> None:
    """`define-macros` and `undef-macros`, from macros and from flags; those of single files as flags."""
    each = {s.path: dict((*s.macros, *flags[s.path].macros)) for s in sources}
    common = shared([list(values.items()) for values in each.values()])
    options["define-macros"] = {
        name: macro_value(value) for name, value in common if not (limited and name == LIMITED)
    }
    options["undef-macros"] = list(
        dict.fromkeys(n for s in sources for n in (*s.undef_macros, *flags[s.path].undef_macros))
    )
    for source in sources:
        own = [item for item in each[source.path].items() if item not in common]
        if own:
            words = [f"-D{n}" if v is None else f"-D{n}={v}" for n, v in own]
            file_args(options, desk.origins.get(source.path, source.path), words)


def macro_value(value: str | None) -> str | int | bool:
    """A macro's value as TOML has it."""
    if value is None:
        return True
    if re.fullmatch(r"0|[1-9]\d{0,17}", value):
        return int(value)
    # distutils puts a backslash before quotes so that they outlive a shell
    return value.replace('\\"', '"')


def standards(flags: Mapping[str, Flags], options: Options) -> None:
    """`c-standard` and `cxx-standard`, as far as the sources are in these languages."""
    for path, found in flags.items():
        cxx = "c++" in LANGUAGES.get(posixpath.splitext(path)[1], "c")
        if cxx and found.cxx_standard:
            options["cxx-standard"] = found.cxx_standard
        if not cxx and found.c_standard:
            options["c-standard"] = found.c_standard


def argument_part(
    sources: Sequence[RecordedSource],
    flags: Mapping[str, Flags],
    options: Options,
    desk: Desk,
) -> None:
    """`extra-compile-args` of all files, `file-args` of single ones."""
    common = shared([list(flags[s.path].args) for s in sources])
    options["extra-compile-args"] = common
    for source in sources:
        own = [arg for arg in flags[source.path].args if arg not in common]
        if own:
            file_args(options, desk.origins.get(source.path, source.path), own)


def file_args(options: Options, path: str, words: list[str]) -> None:
    """Add flags of one file."""
    options.setdefault("file-args", {}).setdefault(path, []).extend(words)


def shared(groups: Sequence[list[Any]]) -> list[Any]:
    """What all groups have, in the order of the first."""
    if not groups:
        return []
    return [item for item in dict.fromkeys(groups[0]) if all(item in group for group in groups)]


def link_part(item: RecordedExtension, names: list[str], options: Options, desk: Desk) -> None:
    """Libraries, folders and options of the linker that mean something here."""
    cxx = any("c++" in LANGUAGES.get(posixpath.splitext(s.path)[1], "") for s in item.sources)
    more = [n for s in item.sources for n in translated(s.args).libraries]
    kept, lost = [], []
    for arg in pairs(item.link_args):
        words = tuple(arg.split(" ")) if arg.startswith("-framework ") else (arg,)
        sorted_out, errors = link_options(words, (), (), "")
        if errors:
            lost.append(arg)
        elif sorted_out.frameworks:  # as one word each, so that a list of them can be merged
            kept += [f"-Wl,-framework,{name}" for name in sorted_out.frameworks]
        elif sorted_out.libraries or sorted_out.options or sorted_out.rpaths:
            kept.append(arg)
        elif sorted_out.cxx:
            more.append("c++")
    names = [n for n in (*names, *more) if not (cxx and n in CXX_LIBRARY) and n != "python"]
    names = [n for n in names if not MSVC_RUNTIME.fullmatch(n)]
    options_of = {
        "libraries": list(dict.fromkeys(n for n in names if not re.match(r"python3?\d*", n))),
        "library-dirs": [d for d in item.library_dirs if not posixpath.isabs(d)],
        "extra-link-args": [*kept, *(f"-Wl,-rpath,{p}" for p in item.runtime_library_dirs)],
    }
    options.update({key: value for key, value in options_of.items() if value})
    for arg in dict.fromkeys(lost):
        if not arg.startswith("/") and not DROPPED.fullmatch(arg):
            desk.notes.append(
                Note(
                    place=item.place,
                    text=f"the linker's option {arg!r} is left out",
                    handwork=False,
                )
            )


def pairs(args: Iterable[str]) -> list[str]:
    """Link arguments, `-framework` with its name."""
    words, found = iter(args), []
    for word in words:
        found.append(f"{word} {next(words, '')}" if word == "-framework" else word)
    return found
