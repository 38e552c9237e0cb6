"""What one value cannot show: settings that contradict each other, names that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from zigwheel.config.convert import Errors, Part
from zigwheel.config.overrides import Names
from zigwheel.config.words import child, did_you_mean, either, quote
from zigwheel.errors import ConfigError

TOOL = "tool.zigwheel"
COMPONENTS = ("extension", "library", "executable")
NAMED = (*COMPONENTS, "config-header")
"""Arrays whose entries overrides change by name."""
PACKAGES = "dependencies"


def too_old(minimum: object) -> list[ConfigError]:
    """The error for a `minimum-version` newer than this zigwheel; other mistakes show later."""
    if not isinstance(minimum, str) or not minimum:
        return []
    from packaging.version import InvalidVersion, Version

    from zigwheel import __version__

    try:
        if Version(minimum) <= Version(__version__):
            return []
    except InvalidVersion:
        return []
    return [
        ConfigError(
            f"`{TOOL}.minimum-version` is {quote(minimum)}; this is zigwheel {__version__}",
            hint=f'write `requires = ["zigwheel>={minimum}"]` into `[build-system]`',
        )
    ]


def names_of(part: Part, errors: Errors) -> Names:
    """The names of entries and their places; a second use is an error."""
    names: Names = {}
    for array in NAMED:
        places = names.setdefault(array, {})
        for index, entry in enumerate(part.get(array, [])):
            place, name = f"{TOOL}.{array}[{index}]", entry.get("name")
            if name in places:
                errors.append(
                    ConfigError(
                        f"`{place}.name` is {quote(name)}, the name of `{places[name]}`",
                        hint="give each its own name, or join their `sources`",
                    )
                )
            elif name is not None:
                places[name] = place
    names[PACKAGES] = {name: child(f"{TOOL}.{PACKAGES}", name) for name in part.get(PACKAGES, {})}
    return names


def link_errors(part: Part, names: Names, place: Callable[[str], str]) -> Iterator[ConfigError]:
    """The errors for `link` in the components of a part, where it names no library and no package.

    `place` gives the words for a dotted key of the part.
    """
    for array in COMPONENTS:
        value = part.get(array, [])
        keys = [array] if isinstance(value, dict) else [f"{array}[{i}]" for i in range(len(value))]
        entries = [value] if isinstance(value, dict) else value
        for key, entry in zip(keys, entries, strict=True):
            for position, name in enumerate(entry.get("link", ())):
                if name not in names["library"] and package_of(name) not in names[PACKAGES]:
                    known = [*names["library"], *names[PACKAGES]]
                    yield no_library(f"{place(f'{key}.link')}[{position}]", name, known)


def package_of(link: str) -> str:
    """The package that an item of `link` takes a library from, if it is not a library of the project."""
    return link.partition(":")[0]


def no_library(place: str, name: str, known: Collection[str]) -> ConfigError:
    """The error for one name in `link`."""
    near = did_you_mean(package_of(name), known)
    if near:
        hint = ""
    elif known:
        hint = f"there is {either(list(known))}; system libraries go into `libraries`"
    else:
        hint = f"there is no `[[{TOOL}.library]]` and no `[{TOOL}.{PACKAGES}]`; system libraries go into `libraries`"
    return ConfigError(f"`{place}` is {quote(name)}, which names no library{near}", hint=hint)


def part_errors(part: Part, names: Names, *, final: bool) -> Iterator[ConfigError]:
    """What is wrong with all settings together.

    `final` is false where something is still missing: overrides that have not been applied, or
    values that could not be read.
    """
    yield from cycle_errors(part, names)
    yield from version_errors(part.get("version"), final=final)
    yield from license_errors(part, names)
    yield from generate_errors(part, names["extension"])
    yield from wheels_errors(part.get("wheels", {}))
    if final:
        yield from package_errors(part, names)
        yield from nanobind_errors(part, names)
        for array in COMPONENTS:
            for component in part.get(array, []):
                yield from component_errors(component, names[array], part, names)


def component_errors(
    component: Part, places: Mapping[str, str], part: Part, names: Names
) -> Iterator[ConfigError]:
    """A component without sources, or with a library that this target does not have."""
    name = component["name"]
    named = component.get("sources") or component.get("cffi")
    if not named and component.get("enabled", True):
        yield ConfigError(
            f"`{places[name]}.sources` of {quote(name)} is empty",
            hint="name its source files, in an override if they depend on the target",
        )
    present = [library["name"] for library in part.get("library", [])]
    packages = part.get(PACKAGES, {})
    elsewhere = {**names[PACKAGES], **names["library"]}
    for position, link in enumerate(component.get("link", ())):
        where = f"{places[name]}.link[{position}]"
        if link in present or package_of(link) in packages:
            continue
        if package_of(link) in elsewhere:
            yield ConfigError(
                f"`{where}` is {quote(link)}, a library that only `{elsewhere[package_of(link)]}` "
                "adds, and this override does not apply to the target",
                hint="put `link` into the same override",
            )
        else:
            yield no_library(where, link, [*present, *packages])


def generate_errors(part: Part, extensions: Mapping[str, str]) -> Iterator[ConfigError]:
    """Two commands of one name, entries that say twice what makes the files, and a module for Cython's shared code that is no extension."""
    places: dict[str, str] = {}
    for index, entry in enumerate(part.get("generate", [])):
        place, name = f"{TOOL}.generate[{index}]", entry.get("name")
        if name in places:
            yield ConfigError(
                f"`{place}.name` is {quote(name)}, the name of `{places[name]}`",
                hint="messages name a command by it: give each its own",
            )
        elif name is not None:
            places[name] = place
        for key in ("command", "inputs", "outputs", "in-copy"):
            if entry.get("cffi") and entry.get(key):
                yield ConfigError(
                    f"`{place}` has both `cffi` and `{key}`", hint="make two entries of it"
                )
    shared = part.get("cython", {}).get("shared")
    if shared and shared not in extensions:
        yield ConfigError(
            f"`{TOOL}.cython.shared` is {quote(shared)}, which names no extension"
            f"{did_you_mean(shared, extensions)}",
            hint=f"add `[[{TOOL}.extension]]` with this name and one source, a `.c` that Cython makes",
        )


def wheels_errors(wheels: Part) -> Iterator[ConfigError]:
    """An `inherit` of a key that its override does not have, and an override that changes nothing."""
    for index, override in enumerate(wheels.get("overrides", [])):
        place = f"{TOOL}.wheels.overrides[{index}]"
        for name in override.get("inherit", {}):
            if name not in override:
                yield ConfigError(
                    f"`{place}.inherit.{name}` has nothing to act on: the override has no `{name}`"
                )
        if not set(override) - {"select", "inherit"}:
            yield ConfigError(
                f"`{place}` changes nothing",
                hint="write a key such as `test-command` beside `select`",
            )


def package_errors(part: Part, names: Names) -> Iterator[ConfigError]:
    """Zig packages that are nowhere or in two places, are not pinned, or have a library's name."""
    for name, package in part.get(PACKAGES, {}).items():
        place = names[PACKAGES].get(name) or child(f"{TOOL}.{PACKAGES}", name)
        path, url = package.get("path"), package.get("url")
        if not path and not url:
            yield ConfigError(
                f"`{place}` says not where the package is", hint="set `path`, or `url` and `hash`"
            )
        elif path and url:
            yield ConfigError(f"`{place}` has both `path` and `url`", hint="keep one of them")
        if path and package.get("hash"):
            yield ConfigError(
                f"`{place}.hash` is for what is fetched from a `url`", hint="leave it out"
            )
        if name in names["library"]:
            yield ConfigError(
                f"`{place}` has the name of `{names['library'][name]}`",
                hint="`link` would not tell them apart: rename one of them",
            )


def nanobind_errors(part: Part, names: Names) -> Iterator[ConfigError]:
    """A stable ABI that nanobind's library does not have, a library with its name, options without it."""
    bound = [entry for entry in part.get("extension", []) if entry.get("nanobind")]
    for entry in part.get("extension", []):
        place = names["extension"][entry["name"]]
        for key in ("nanobind-free-threaded", "stubs"):
            if entry.get(key) and entry not in bound:
                yield ConfigError(
                    f"`{place}.{key}` is for extensions that are bound with nanobind",
                    hint="write `nanobind = true` beside it, or leave it out",
                )
    api = part.get("py-api", "")
    lacking = [tag for tag in api.split(".") if tag and (tag.endswith("t") or int(tag[3:]) < 12)]
    for entry in bound:
        if lacking and entry.get("py-limited-api") is not False:
            yield ConfigError(
                f"`{names['extension'][entry['name']]}.nanobind` goes not with `{TOOL}.py-api`, which "
                f"is {quote(api)}: of the stable ABIs nanobind's library has `abi3` from 3.12 on",
                hint='write `py-api = "cp312"`, or `py-limited-api = false` for this extension, which '
                "then needs a wheel for each Python",
            )
    for name in ("nanobind", "nanobind-abi3", "nanobind-ft") if bound else ():
        if name in names["library"]:
            yield ConfigError(
                f"`{names['library'][name]}.name` is {quote(name)}, the name of the library that "
                "`nanobind = true` links",
                hint="rename it",
            )


def license_errors(part: Part, names: Names) -> Iterator[ConfigError]:
    """A `license` that is no SPDX expression (PEP 639)."""
    entries = [(names["library"].get(e.get("name", "")), e) for e in part.get("library", [])]
    entries += [(names[PACKAGES].get(name), e) for name, e in part.get(PACKAGES, {}).items()]
    for where, entry in entries:
        if not entry.get("license") or not where:
            continue
        from packaging.licenses import (
            InvalidLicenseExpression,
            canonicalize_license_expression,
        )

        text = entry["license"]
        place = f"{where}.license"
        try:
            canonicalize_license_expression(text)
        except InvalidLicenseExpression:
            yield ConfigError(
                f"`{place}` is {quote(text)}, which is no SPDX license expression",
                hint="write identifiers of the SPDX list, such as `Zlib` or `MIT OR Apache-2.0`, or "
                "`LicenseRef-` and a name of your own",
            )


def cycle_errors(part: Part, names: Names) -> Iterator[ConfigError]:
    """Libraries that link each other in a circle; each circle once."""
    named = [entry for entry in part.get("library", []) if "name" in entry]
    links = {entry["name"]: entry.get("link", ()) for entry in named}
    done: set[str] = set()
    for start in links:
        cycle = cycle_from(start, links, (), done)
        if cycle:
            yield ConfigError(
                f"`{names['library'][cycle[0]]}.link` goes in a circle: {' -> '.join(cycle)}",
                hint="join these libraries into one, or leave one of the links out",
            )


def cycle_from(
    name: str, links: Mapping[str, tuple[str, ...]], path: tuple[str, ...], done: set[str]
) -> tuple[str, ...]:
    """The first circle that `name` leads to over libraries that are not `done`, or ()."""
    if name in path:
        return (*path[path.index(name) :], name)
    if name in done:
        return ()
    done.add(name)
    for other in links.get(name, ()):
        cycle = cycle_from(other, links, (*path, name), done)
        if cycle:
            return cycle
    return ()


def version_errors(version: Part | None, *, final: bool) -> Iterator[ConfigError]:
    """`[tool.zigwheel.version]` with no source, more than one, or a pattern that finds nothing."""
    place = f"{TOOL}.version"
    if version is None:
        return
    named = [key for key in ("path", "attr", "scm") if version.get(key)]
    if final and not named:
        yield ConfigError(
            f"`{place}` says not where the version comes from", hint="set `path`, `attr` or `scm`"
        )
    if named[1:]:
        yield ConfigError(
            f"`{place}` has more than one source: {' and '.join(f'`{n}`' for n in named)}",
            hint="keep one of them",
        )
    pattern = version.get("pattern")
    if pattern:
        yield from pattern_errors(pattern, f"{place}.pattern")
    if final and pattern and not version.get("path"):
        yield ConfigError(
            f"`{place}.pattern` is {quote(pattern)}, but no file is searched",
            hint=f"name it in `{place}.path`",
        )


def pattern_errors(pattern: str, place: str) -> Iterator[ConfigError]:
    """A `version.pattern` that is no regular expression, or has not the group."""
    import re

    try:
        compiled = re.compile(pattern)
    except re.error as error:
        yield ConfigError(f"`{place}` is {quote(pattern)}, no regular expression: {error}")
        return
    if "version" not in compiled.groupindex and compiled.groups != 1:
        yield ConfigError(
            f"`{place}` is {quote(pattern)}; it must have a group named `version`, or one group",
            hint="such as `VERSION = (?P<version>\\S+)`",
        )
