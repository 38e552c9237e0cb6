"""The software bill of materials of a wheel: what was linked statically into which file (PEP 770).

CycloneDX 1.6 as JSON: scanners and auditwheel speak it, and it says in its `dependencies` which file
contains what. It has neither a time nor a serial number, both of which the format leaves open: equal
wheels have equal bills.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zigwheel import __version__
from zigwheel.plan.components import Component

FILE_NAME = "zigwheel.cdx.json"
"""Name in the folder `sboms`, where other tools put theirs beside it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contained:
    """One compiled file of the wheel, and what was linked into it."""

    path: str
    """Path in the wheel."""
    sha256: str
    """Digest of the file, in hexadecimal."""
    components: tuple[Component, ...]
    """What is in it beside the project's own objects."""

    @property
    def ref(self) -> str:
        """Name within the bill."""
        return f"file:{self.path}"


def contained(path: str, file: Path, components: tuple[Component, ...]) -> Contained:
    """The entry for a file on disk."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Contained(path=path, sha256=digest, components=components)


def bill(*, name: str, version: str, files: Sequence[Contained], zig: str) -> bytes:
    """The bill of a distribution whose files contain something; `zig` is the compiler's version."""
    root = package_url(name, version)
    components = {part.ref: part for file in files for part in file.components}
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {
                "components": [
                    {"type": "application", "name": "zigwheel", "version": __version__},
                    {"type": "application", "name": "zig", "version": zig},
                ]
            },
            "component": {
                "type": "library",
                "bom-ref": root,
                "name": name,
                "version": version,
                "purl": root,
            },
        },
        "components": [
            *(file_entry(file) for file in files),
            *(component_entry(components[ref]) for ref in sorted(components)),
        ],
        "dependencies": [
            {"ref": root, "dependsOn": [file.ref for file in files]},
            *({"ref": f.ref, "dependsOn": sorted(c.ref for c in f.components)} for f in files),
            *({"ref": ref} for ref in sorted(components)),
        ],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def file_entry(file: Contained) -> dict[str, Any]:
    """A file of the wheel."""
    return {
        "type": "file",
        "bom-ref": file.ref,
        "name": file.path,
        "hashes": [{"alg": "SHA-256", "content": file.sha256}],
    }


def component_entry(component: Component) -> dict[str, Any]:
    """What was linked in; what is not known of it is left out."""
    known = {"version": component.version, "purl": component.purl, "cpe": component.cpe}
    entry: dict[str, Any] = {"type": "library", "bom-ref": component.ref, "name": component.name}
    entry.update({key: value for key, value in known.items() if value})
    if component.license:
        entry["licenses"] = [{"expression": component.license}]
    return entry


def package_url(name: str, version: str) -> str:
    """The package URL of a distribution on PyPI, whose type lower-cases names and has `-` for `_`."""
    from urllib.parse import quote

    from packaging.utils import canonicalize_name

    return f"pkg:pypi/{canonicalize_name(name)}@{quote(version, safe='')}"
