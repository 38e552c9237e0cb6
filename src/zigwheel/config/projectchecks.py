"""Checks of `[project]` beside those of pyproject-metadata, and what to write instead.

They are those that indexes and installers make: what passes here is core metadata that
`packaging.metadata` accepts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zigwheel.config.dynamic import FIELDS
from zigwheel.config.entrypoints import check_entry_points
from zigwheel.config.version import project_path, read_source
from zigwheel.config.words import child, did_you_mean, quote
from zigwheel.errors import MetadataError

if TYPE_CHECKING:
    from pyproject_metadata import ConfigurationError, StandardMetadata

COMMON_LICENSES = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Zlib"}
)
"""Expressions that need no look at SPDX's list, whose import takes some milliseconds."""

README_TYPES = ("text/markdown", "text/x-rst", "text/plain")

HINTS = {
    "authors": 'write `authors = [{ name = "...", email = "..." }]`',
    "classifiers": 'write a list, such as `["Programming Language :: C"]`',
    "dependencies": "write requirements, such as `\"numpy >=1.26; python_version < '3.13'\"`",
    "description": "write one line of text",
    "dynamic": "a field is either in `[project]` or in `dynamic`; `name` is always in `[project]`",
    "entry-points": 'write `[project.entry-points.GROUP]` with `name = "package.module:object"`',
    "gui-scripts": 'write `name = "package.module:function"`',
    "import-names": 'write dotted names, such as `["package", "_package; private"]` (PEP 794)',
    "import-namespaces": "list every parent of a name that is not in `import-names` (PEP 794)",
    "keywords": "write a list of strings",
    "license": 'write an SPDX expression, such as `license = "MIT"` (PEP 639)',
    "license-files": 'write globs below the root, such as `["LICENSE*", "vendor/*/COPYING"]`;'
    " each has to match a file (PEP 639)",
    "maintainers": 'write `maintainers = [{ name = "...", email = "..." }]`',
    "name": 'write `name = "..."` in `[project]`, of letters, digits, `.`, `_` and `-`',
    "optional-dependencies": 'write an extra as a list: `test = ["pytest >=8"]`',
    "readme": 'write `readme = "README.md"`, or `{ file = "...", content-type = "text/plain" }`',
    "requires-python": 'write a specifier, such as `">=3.10"`',
    "scripts": 'write `name = "package.module:function"`',
    "urls": 'write `[project.urls]` with `Label = "https://..."`, at most 32 characters a label',
    "version": 'write a PEP 440 version, such as `"1.2.0"`, or `dynamic = ["version"]` and'
    " `[tool.zigwheel.version]`",
}


def converted(error: ConfigurationError) -> MetadataError:
    """An error of pyproject-metadata as one of ours, with the place and a hint."""
    message, key = str(error), error.key or ""
    if key not in message:
        message = f"{key}: {message}"
    return MetadataError(f"pyproject.toml: {message}", hint=HINTS.get(_field(key), ""))


def _field(key: str) -> str:
    """The field of `[project]` in a key such as `project.dependencies[0]`."""
    return key.removeprefix("project.").partition(".")[0].partition("[")[0]


def wrong_types(project: Mapping[str, Any]) -> dict[str, list[MetadataError]]:
    """The errors of each field that has not the type and form that PEP 621 asks for."""
    if not isinstance(project.get("dynamic", []), list):
        wrong = MetadataError(
            f"`project.dynamic` is {quote(project['dynamic'])}, not a list",
            hint='write for example `dynamic = ["version"]`',
        )
        rest = {key: value for key, value in project.items() if key != "dynamic"}
        return {"dynamic": [wrong], **wrong_types(rest)}
    from pyproject_metadata import ConfigurationError
    from pyproject_metadata.errors import ExceptionGroup
    from pyproject_metadata.project_table import to_project_table

    errors: dict[str, list[MetadataError]] = {}
    try:
        to_project_table({"project": project}, collect_errors=True)
    except ExceptionGroup as group:
        for error in group.exceptions:
            if not isinstance(error, ConfigurationError):
                raise
            errors.setdefault(_field(error.key or ""), []).append(converted(error))
    return errors


def unreadable(root: Path, project: Mapping[str, Any]) -> dict[str, list[MetadataError]]:
    """The errors of fields whose files lie outside the project or are no text."""
    errors: dict[str, list[MetadataError]] = {}
    for key in ("readme", "license"):
        value = project.get(key)
        file = value.get("file") if isinstance(value, Mapping) else value
        if not isinstance(file, str) or (key == "license" and file is value):
            continue
        try:
            path = project_path(root, file, f"project.{key}")
            if path.is_file():
                read_source(path, file, f"project.{key}")
        except MetadataError as error:
            errors[key] = [error]
    if wrong := list(_bad_globs(root, project.get("license-files"))):
        errors["license-files"] = wrong
    return errors


def _bad_globs(root: Path, patterns: object) -> Iterator[MetadataError]:
    """Globs at which `pathlib`, and with it the library, raises instead of finding nothing."""
    for index, pattern in enumerate(patterns if isinstance(patterns, list) else []):
        if not isinstance(pattern, str) or pattern.startswith("/"):
            continue
        try:
            next(root.glob(pattern), None)
        except (ValueError, IndexError, NotImplementedError) as error:
            yield MetadataError(
                f"`project.license-files[{index}]` is {quote(pattern)}, which is no glob: {error}",
                hint=HINTS["license-files"],
            )


def check_table(project: Mapping[str, Any]) -> Iterator[MetadataError]:
    """What pyproject-metadata lets pass, or reports less well."""
    known = sorted(FIELDS | {"name", "dynamic"})
    for key in sorted(set(project).difference(known)):
        meant = did_you_mean(key, known)
        yield MetadataError(
            f"unknown key `{child('project', key)}`{meant}",
            hint="" if meant else "the settings of a tool have a table of their own, `[tool.NAME]`",
        )
    for key in ("authors", "maintainers", "keywords", "classifiers", "urls"):
        yield from _check_lines(f"project.{key}", project.get(key))
    yield from check_entry_points(project)


def _check_lines(place: str, value: object) -> Iterator[MetadataError]:
    """Strings that would not fit into one line of a header."""
    if isinstance(value, str) and value.splitlines() not in ([], [value]):
        yield MetadataError(
            f"`{place}` is {quote(value)}, with a line break", hint="write it on one line"
        )
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check_lines(f"{place}[{index}]", item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _check_lines(place, key)
            yield from _check_lines(child(place, key), item)


def check_standard(standard: StandardMetadata) -> Iterator[MetadataError]:
    """Checks of the values, which also bring some of them into their normal form."""
    from packaging.utils import InvalidName, canonicalize_name
    from pyproject_metadata import Readme

    if standard.description:
        standard.description = standard.description.strip()
        if len(standard.description.splitlines()) > 1:
            yield MetadataError(
                f"`project.description` has more than one line: {quote(standard.description)}",
                hint="it is a summary; longer text goes into the readme",
            )
    if isinstance(standard.license, str) and standard.license not in COMMON_LICENSES:
        from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

        try:
            standard.license = canonicalize_license_expression(standard.license)
        except InvalidLicenseExpression as error:
            yield MetadataError(
                f"`project.license` is {quote(standard.license)}: {error}",
                hint='write an SPDX expression, such as `"MIT"` or `"Apache-2.0 OR BSD-2-Clause"`,'
                ' or for another licence `"LicenseRef-..."`',
            )
    for extra in standard.optional_dependencies:
        try:
            canonicalize_name(extra, validate=True)
        except InvalidName:
            yield MetadataError(
                f"`project.optional-dependencies` has the extra {quote(extra)}",
                hint="an extra is made of letters, digits, `.`, `_` and `-`",
            )
    if readme := standard.readme:
        kind, _, parameters = readme.content_type.partition(";")
        charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters, re.IGNORECASE)
        if kind.strip().lower() not in README_TYPES or (
            charset and charset[1].lower() not in ("utf-8", "utf8")
        ):
            yield MetadataError(
                f"`project.readme` has the content type {quote(readme.content_type)}",
                hint=f"one of {', '.join(README_TYPES)}, in UTF-8",
            )
        text = readme.text.removeprefix("\ufeff")
        standard.readme = Readme(text, readme.file, readme.content_type)
